// Writes one blob file (blob_format.h).
//
// Thread safety: one user at a time, in the background: it does I/O. Memory: the write buffer.
// Failure: the first error sticks; the file is to be removed by the caller. Without Finish the file
// has no footer, and no reader accepts it.

#ifndef AETHER_ENGINE_RUN_BLOB_BUILDER_H_
#define AETHER_ENGINE_RUN_BLOB_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/meter.h"
#include "engine/base/pages.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/run/blob_meta.h"
#include "engine/run/blob_ref.h"
#include "engine/run/codec.h"

namespace aether {

struct BlobBuilderOptions {
  uint64_t number = 0;
  uint64_t salt = 0;           // distinguishes lives of one file number
  uint64_t creation_time = 0;  // seconds since 1970
  Codec codec = Codec::kNone;
  // Starts write-out each time so much has been appended; 0: never.
  uint64_t range_sync_bytes = uint64_t{1} << 20;
  Meter* meter = nullptr;  // may be null
};

class BlobBuilder {
 public:
  // `path` is for messages. The file must be empty.
  BlobBuilder(const BlobBuilderOptions& options, std::unique_ptr<WritableFile> file,
              std::string path);
  ~BlobBuilder();
  BlobBuilder(const BlobBuilder&) = delete;
  BlobBuilder& operator=(const BlobBuilder&) = delete;

  // A value that compression does not make smaller is stored plain. REQUIRES: not empty.
  Status Add(Slice value, BlobRef* ref);
  uint64_t FileSize() const { return offset_; }
  // Writes what is left and the footer; `sync` makes the contents (not the name) durable. Closes
  // the file.
  Status Finish(bool sync, BlobMeta* meta);

 private:
  Status Append(Slice bytes);
  Status Flush();
  Status WriteOut(Slice bytes);

  const BlobBuilderOptions options_;
  const std::string path_;
  const std::unique_ptr<WritableFile> file_;
  std::unique_ptr<Compressor> compressor_;
  Status status_;
  ScratchBuffer buffer_;
  size_t buffered_ = 0;
  uint64_t offset_ = 0;   // end of the file, what is buffered included
  uint64_t started_ = 0;  // up to here write-out has been started
  BlobMeta meta_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_BLOB_BUILDER_H_
