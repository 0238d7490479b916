// What the manifest says about a blob file, and what a file of a run says about those it refers to.
//
// Thread safety: values. Encoding: as FileMeta, varint fields behind tags; a reader skips tags that
// it does not know when they are even, and refuses the file when they are odd.

#ifndef AETHER_ENGINE_RUN_BLOB_META_H_
#define AETHER_ENGINE_RUN_BLOB_META_H_

#include <cstdint>
#include <string>

#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether {

struct BlobMeta {
  uint64_t number = 0;
  uint64_t file_size = 0;
  uint64_t salt = 0;           // of every checksum of the file
  uint64_t count = 0;          // of values when it was written
  uint64_t bytes = 0;          // of these values as they are stored
  uint64_t creation_time = 0;  // seconds since 1970

  // Appends; self-delimiting.
  void EncodeTo(std::string* out) const;
  // Reads from the front of *input and advances it. Corruption when malformed, NotSupported for an
  // unknown fact that matters.
  Status DecodeFrom(Slice* input);
};

// How much of a blob file one file of a run refers to.
struct BlobUse {
  uint64_t number = 0;
  uint64_t count = 0;
  uint64_t bytes = 0;  // stored
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_BLOB_META_H_
