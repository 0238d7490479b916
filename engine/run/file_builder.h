// Writes one file of a run: a static B+tree of 4 KiB pages (format.h has the grammar).
//
// Thread safety: one user at a time, in the background: it does I/O.
// Memory: the write buffer, one page, what the codec needs, a hash of eight bytes a key for the
// filter, and the fence keys. Failure: the first error sticks; every later call returns it, and the
// file is to be removed by the caller. A builder that is destroyed before Finish leaves an
// incomplete file without a footer, which no reader accepts.

#ifndef AETHER_ENGINE_RUN_FILE_BUILDER_H_
#define AETHER_ENGINE_RUN_FILE_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/meter.h"
#include "engine/base/operators.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/io/limiter.h"
#include "engine/run/codec.h"
#include "engine/run/file_meta.h"

namespace aether {

struct FileBuilderOptions {
  const Comparator* order = BytewiseComparator();
  // Bits of the filter for each distinct key; 0 leaves it out, and so does
  // order->equal_keys_may_differ().
  double filter_bits_per_key = 10;
  // The filter also holds the prefixes of the keys; null: it does not. Each counts as a key.
  std::shared_ptr<const PrefixExtractor> prefix;
  // False leaves the keys themselves out, if there are prefixes.
  bool whole_key_filter = true;
  // Of leaves, large values and large keys.
  Compression compression;
  // Share of a page that is filled, in (0, 1].
  double page_fill = 1.0;
  uint64_t number = 0;
  // Distinguishes lives of one file number; any number that does not repeat (a time, a random
  // number).
  uint64_t salt = 0;
  uint64_t creation_time = 0;  // seconds since 1970
  uint32_t family = 0;
  std::string family_name;
  // See FileMeta.
  uint32_t external = 0;
  std::string session;
  size_t write_buffer_bytes = size_t{512} << 10;
  // Starts write-out each time so much has been appended; 0: never.
  uint64_t range_sync_bytes = uint64_t{1} << 20;
  // The file bypasses the page cache: only its last, incomplete block is written out of line.
  bool direct = false;
  // Of this file, for FileMeta::properties.
  std::vector<std::shared_ptr<FileCollector>> collectors;
  // For FileMeta::sum; may be null.
  std::shared_ptr<FileSum> sum;
  // Paces what is written; may be null.
  IoLimiter* limiter = nullptr;
  IoLimiter::Priority priority = IoLimiter::Priority::kLow;
  Meter* meter = nullptr;  // may be null
  Measure sync_measure = Measure::kTableSyncMicros;
};

class FileBuilder {
 public:
  // `path` is for messages. The file must be empty.
  FileBuilder(const FileBuilderOptions& options, std::unique_ptr<WritableFile> file,
              std::string path);
  ~FileBuilder();
  FileBuilder(const FileBuilder&) = delete;
  FileBuilder& operator=(const FileBuilder&) = delete;

  // REQUIRES: (key, sequence of tag) comes after everything added before; InvalidArgument when it
  // does not. The value of a kPutReference is an encoded BlobRef.
  Status Add(Slice key, uint64_t tag, Slice value);
  // In any order, between Adds too. An empty range is ignored.
  Status AddRangeDelete(Slice begin, Slice end, SequenceNumber sequence);

  uint64_t Entries() const;
  bool Empty() const;  // neither entries nor range deletes
  // What the file would be if it were finished now, to within a page or so.
  uint64_t FileSize() const;

  // Writes what is left and the footer; `sync` makes the contents (not the name) durable. Closes
  // the file.
  Status Finish(bool sync, FileMeta* meta);

 private:
  class Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_FILE_BUILDER_H_
