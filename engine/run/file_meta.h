// What the manifest (and the file itself) says about one file of a run.
//
// Thread safety: a value. Encoding: varint fields behind tags; a reader skips tags it does not know
// when they are even, and refuses the file when they are odd, so that a later format can add facts
// that matter.
//
//   meta   := field* end
//   field  := tag:varint length:varint byte{length}
//   end    := 0:varint
//   Tags ascend; fields that are zero or empty are left out.

#ifndef AETHER_ENGINE_RUN_FILE_META_H_
#define AETHER_ENGINE_RUN_FILE_META_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/operators.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/run/blob_meta.h"
#include "engine/run/codec.h"

namespace aether {

inline constexpr uint32_t kExternalVersion = 1;
inline constexpr uint32_t kNoFamily = UINT32_MAX;

struct FileMeta {
  uint64_t number = 0;
  uint64_t file_size = 0;
  // Salts every checksum of the file: a page of another file, or of an earlier life of this name,
  // does not verify.
  uint64_t salt = 0;
  // User keys; they cover the range deletes too, whose exclusive ends count as largest.
  std::string smallest;
  std::string largest;
  // True when `largest` is the exclusive end of a range delete and no entry of the file has that
  // key.
  bool largest_exclusive = false;
  SequenceNumber smallest_sequence = 0;
  SequenceNumber largest_sequence = 0;
  uint64_t entries = 0;  // point entries, deletes and merges included
  uint64_t deletes = 0;  // kDelete and kSingleDelete
  uint64_t merges = 0;
  uint64_t entities = 0;
  uint64_t range_deletes = 0;
  uint64_t raw_key_bytes = 0;
  uint64_t raw_value_bytes = 0;
  uint64_t leaves = 0;   // 4 KiB pages
  uint64_t extents = 0;  // large values and keys
  uint64_t data_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t filter_bytes = 0;
  uint64_t creation_time = 0;  // seconds since 1970
  // Whose entries these are, so that a lost manifest can be made again.
  uint32_t family = 0;
  std::string family_name;
  Codec codec = Codec::kNone;  // of what is compressed in the file
  // Name of the extractor whose prefixes the filter holds; empty when it holds none.
  std::string prefix_extractor;
  bool filter_without_keys = false;  // it holds nothing else
  uint64_t outside_prefixes = 0;     // keys that the extractor has no prefix for
  // The blob files that hold values of this file, ascending.
  std::vector<BlobUse> blobs;
  // What collectors of the application said.
  FileProperties properties;
  // Over the whole file, so only the manifest knows it; empty without one.
  std::string sum;
  std::string sum_name;
  // Not 0: the file was made outside of a store, by rules with this number; all of its sequences
  // are 0, and kNoFamily stands for a family that its maker did not name.
  uint32_t external = 0;
  std::string session;  // of its maker: with `number` it names the file among all files
  // The two that follow are facts of the manifest alone. Where the first is not 0, every entry and
  // range delete counts with this sequence; where the second is set, the range deletes of the file
  // do not count at all, and `smallest`, `largest` and `range_deletes` leave them out.
  SequenceNumber given_sequence = 0;
  bool points_only = false;

  // Appends; self-delimiting.
  void EncodeTo(std::string* out) const;
  // Reads from the front of *input and advances it. Corruption when malformed, NotSupported for an
  // unknown fact that matters.
  Status DecodeFrom(Slice* input);
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_FILE_META_H_
