#include "engine/store/file_info.h"

namespace aether {

FileInfo DescribeFile(const FileMeta& meta) {
  FileInfo info;
  info.number = meta.number;
  info.bytes = meta.file_size;
  info.smallest_key = meta.smallest;
  info.largest_key = meta.largest;
  info.smallest_sequence = meta.smallest_sequence;
  info.largest_sequence = meta.largest_sequence;
  info.entries = meta.entries;
  info.deletes = meta.deletes;
  info.range_deletes = meta.range_deletes;
  info.merges = meta.merges;
  info.raw_key_bytes = meta.raw_key_bytes;
  info.raw_value_bytes = meta.raw_value_bytes;
  info.filter_bytes = meta.filter_bytes;
  info.index_bytes = meta.index_bytes;
  info.creation_time = meta.creation_time;
  info.codec = meta.codec;
  info.prefix_extractor = meta.prefix_extractor;
  info.properties = meta.properties;
  info.sum = meta.sum;
  info.sum_name = meta.sum_name;
  if (!meta.blobs.empty()) info.oldest_blob_file = meta.blobs.front().number;
  info.external = meta.external != 0;
  info.session = meta.session;
  if (meta.family != kNoFamily) info.family = meta.family;
  info.family_name = meta.family_name;
  return info;
}

}  // namespace aether
