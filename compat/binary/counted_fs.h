// A file system that counts what passes through it.
//
// Layout: 120 bytes; executables read the counters by their offsets. Only calls that succeed are
// counted. Thread safety: that of the wrapped file system; counters are atomic.

#ifndef AETHER_COMPAT_BINARY_COUNTED_FS_H_
#define AETHER_COMPAT_BINARY_COUNTED_FS_H_

#include <atomic>
#include <memory>
#include <string>

#include "rocksdb/file_system.h"

namespace rocksdb {

struct OpCounter {
  std::atomic<int> ops{0};
  std::atomic<uint64_t> bytes{0};

  void Record(const IOStatus& status, size_t size) {
    if (!status.IsNotSupported()) ops.fetch_add(1, std::memory_order_relaxed);
    if (status.ok()) bytes.fetch_add(size, std::memory_order_relaxed);
  }
};
static_assert(sizeof(OpCounter) == 16);

struct FileOpCounters {
  static const char* kName() { return "FileOpCounters"; }

  std::atomic<int> opens{0};
  std::atomic<int> closes{0};
  std::atomic<int> deletes{0};
  std::atomic<int> renames{0};
  std::atomic<int> flushes{0};
  std::atomic<int> syncs{0};
  std::atomic<int> dsyncs{0};
  std::atomic<int> fsyncs{0};
  std::atomic<int> dir_opens{0};
  std::atomic<int> dir_closes{0};
  OpCounter reads;
  OpCounter writes;

  // One line for each counter.
  std::string PrintCounters() const;
};
static_assert(sizeof(FileOpCounters) == 72);

class CountedFileSystem : public FileSystemWrapper {
 public:
  explicit CountedFileSystem(const std::shared_ptr<FileSystem>& base);

  static const char* kClassName() { return "CountedFileSystem"; }
  const char* Name() const override { return kClassName(); }

  IOStatus NewSequentialFile(const std::string& f, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* r, IODebugContext* dbg) override;
  IOStatus NewRandomAccessFile(const std::string& f, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* r,
                               IODebugContext* dbg) override;
  IOStatus NewWritableFile(const std::string& f, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* r, IODebugContext* dbg) override;
  IOStatus ReopenWritableFile(const std::string& f, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* r, IODebugContext* dbg) override;
  IOStatus ReuseWritableFile(const std::string& f, const std::string& old_f,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* r,
                             IODebugContext* dbg) override;
  IOStatus NewRandomRWFile(const std::string& f, const FileOptions& options,
                           std::unique_ptr<FSRandomRWFile>* r, IODebugContext* dbg) override;
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<FSDirectory>* r, IODebugContext* dbg) override;
  IOStatus DeleteFile(const std::string& f, const IOOptions& options, IODebugContext* dbg) override;
  IOStatus RenameFile(const std::string& s, const std::string& t, const IOOptions& options,
                      IODebugContext* dbg) override;

  const FileOpCounters* counters() const { return &counters_; }
  FileOpCounters* counters() { return &counters_; }
  const void* GetOptionsPtr(const std::string& name) const override;

 private:
  FileOpCounters counters_;
};
static_assert(sizeof(CountedFileSystem) == 120);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_COUNTED_FS_H_
