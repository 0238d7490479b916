// One blob file, open for reading.
//
// The file is opened when it is first needed. Whoever may read it holds
// the object by a shared_ptr: files of runs, and so versions, readers and iterators. When it has
// been marked obsolete, the last holder passes its number to `on_obsolete`; nothing is unlinked by
// a reader.
//
// A segment of the log may be a blob file as it is: then what it is told by is its own header, and
// it has no footer.
//
// Thread safety: any number of threads. Errors: Corruption names the file and the offset; an I/O
// error is passed on as it came.

#ifndef AETHER_ENGINE_RUN_BLOB_FILE_H_
#define AETHER_ENGINE_RUN_BLOB_FILE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/file_system.h"
#include "engine/run/blob_meta.h"
#include "engine/run/blob_ref.h"

namespace aether {

class BlobFile;

// Bounds the descriptors that blob files keep open: there may be thousands of files. Those that
// were not read lately are closed first.
//
// Thread safety: any thread. Its lock comes before those of the files.
class BlobHandles {
 public:
  explicit BlobHandles(size_t limit) : limit_(limit) {}
  void Opened(const BlobFile* file) EXCLUDES(mutex_);
  void Gone(const BlobFile* file) EXCLUDES(mutex_);

 private:
  const size_t limit_;
  Mutex mutex_;
  std::deque<const BlobFile*> open_ GUARDED_BY(mutex_);  // in the order in which they are looked at
};

class BlobFile {
 public:
  // `meta` is what the manifest says.
  BlobFile(FileSystem* fs, std::string path, const BlobMeta& meta, bool direct_reads,
           std::function<void(uint64_t)> on_obsolete = nullptr,
           std::shared_ptr<BlobHandles> handles = nullptr);
  ~BlobFile();
  BlobFile(const BlobFile&) = delete;
  BlobFile& operator=(const BlobFile&) = delete;

  // The salt of a segment of the log, of which `header` is the first 64 bytes.
  static uint64_t SaltOfLogSegment(const char* header);
  // What the file says about itself; its number is the one it was written under. NotSupported for
  // a newer format. A segment of the log does not say how many values it has.
  static Status ReadMeta(FileSystem* fs, const std::string& path, BlobMeta* meta);

  const BlobMeta& meta() const { return meta_; }
  const std::string& path() const { return path_; }

  // Whether the file is there and is the one that the manifest means.
  Status Check() const;
  // Check, and that the file has been finished.
  Status Verify() const;
  // Corruption when the reference leads out of the file. Before memory for the value is taken.
  Status CheckPlace(const BlobRef& ref) const;
  // Makes ref.size bytes at `to`. REQUIRES: ref.file == meta().number, CheckPlace(ref) is OK.
  Status Read(const BlobRef& ref, bool verify, char* to) const;
  // A hint.
  void ReadAhead(uint64_t offset, uint64_t bytes) const;
  // Gives the descriptor back until the next read. False, and it stays open, when there was a read
  // since the last call.
  bool CloseUnlessUsed() const;

  void MarkObsolete() { obsolete_.store(true, std::memory_order_release); }

 private:
  Status Corrupt(uint64_t offset, const std::string& what) const;
  Status Handle(std::shared_ptr<const RandomReadFile>* file) const;
  Status ReadExact(const RandomReadFile& file, uint64_t offset, size_t n, char* to) const;
  // *segment: it is one of the log.
  Status CheckHeader(const RandomReadFile& file, uint64_t size, bool* segment) const;

  FileSystem* const fs_;
  const std::string path_;
  const BlobMeta meta_;
  const bool direct_reads_;
  const std::function<void(uint64_t)> on_obsolete_;
  const std::shared_ptr<BlobHandles> handles_;
  std::atomic<bool> obsolete_{false};
  mutable Mutex mutex_;
  mutable std::shared_ptr<const RandomReadFile> file_ GUARDED_BY(mutex_);
  mutable bool used_ GUARDED_BY(mutex_) = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_BLOB_FILE_H_
