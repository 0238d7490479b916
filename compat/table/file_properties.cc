#include "compat/table/file_properties.h"

#include <algorithm>

#include "compat/db/option_map.h"
#include "compat/options/option_text.h"
#include "compat/table/file_plug_ins.h"
#include "rocksdb/comparator.h"
#include "rocksdb/merge_operator.h"

namespace rocksdb {

namespace {

constexpr char kExternalFileDbId[] = "SST Writer";

}  // namespace

std::shared_ptr<const TableProperties> ToTableProperties(const aether::FileInfo& file,
                                                         uint32_t family, const std::string& name,
                                                         const ColumnFamilyOptions& options) {
  auto out = std::make_shared<TableProperties>();
  out->orig_file_number = file.number;
  out->data_size = file.bytes - std::min(file.bytes, file.index_bytes + file.filter_bytes);
  out->index_size = file.index_bytes;
  out->filter_size = file.filter_bytes;
  out->raw_key_size = file.raw_key_bytes;
  out->raw_value_size = file.raw_value_bytes;
  out->num_entries = file.entries;
  out->num_deletions = file.deletes;
  out->num_merge_operands = file.merges;
  out->num_range_deletions = file.range_deletes;
  out->num_filter_entries = file.filter_bytes == 0 ? 0 : file.entries;
  out->column_family_id = family;
  out->column_family_name = name;
  out->creation_time = file.creation_time;
  out->file_creation_time = file.creation_time;
  out->comparator_name = options.comparator->Name();
  if (options.merge_operator != nullptr) out->merge_operator_name = options.merge_operator->Name();
  out->prefix_extractor_name = file.prefix_extractor.empty() ? "nullptr" : file.prefix_extractor;
  out->compression_name = CompressionDisplayName(FromEngine(file.codec));
  out->property_collectors_names = CollectorNames(options);
  out->user_collected_properties = file.properties;
  if (file.external) {
    // Its maker counts from one, and says who it is once for each file.
    out->orig_file_number = 1;
    out->db_id = kExternalFileDbId;
    out->db_session_id = file.session;
  }
  return out;
}

}  // namespace rocksdb
