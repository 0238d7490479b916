// Files of runs outside of a store: one is written in ascending order of keys and handed over to
// any store later (DbEnv::Ingest), and any run file can be read by itself.
// docs/external-files.md says what such a file holds.
//
// Thread safety: a writer has one user at a time; a reader, and what it hands out, any number, but
// each iterator one. The FileSystem, the order of keys and the operators must outlive both.
// Invariants: all sequences of a file that ExternalFileWriter wrote are 0; each key stands in it
// once. Its range deletes do not hide its own entries.
// Failure: a writer that has failed goes on failing, and leaves a file that no reader accepts. A
// reader gives Corruption with file and offset for damage, InvalidArgument for another order of
// keys, NotSupported for a newer format and for table files of RocksDB.

#ifndef AETHER_ENGINE_STORE_EXTERNAL_FILE_H_
#define AETHER_ENGINE_STORE_EXTERNAL_FILE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/iterator.h"
#include "engine/store/kv_store.h"
#include "engine/store/options.h"
#include "engine/store/stats.h"

namespace aether {

class FileBuilder;
class RunFile;

struct ExternalFileOptions {
  FileSystem* fs = nullptr;  // null: the disk
  // Of it: the order of keys, filters, prefixes, collectors, and the compression of the last level.
  StoreOptions store;
  bool filters = true;
  // Whom the file is for; other families then refuse it.
  std::optional<uint32_t> family;
  std::string family_name;
  std::string session;  // see FileInfo
  uint64_t bytes_per_sync = 0;
  std::shared_ptr<FileSumFactory> sums;  // may be null
};

class ExternalFileWriter {
 public:
  // Replaces a file of that name.
  static Status Create(const ExternalFileOptions& options, const std::string& path,
                       std::unique_ptr<ExternalFileWriter>* writer);
  ~ExternalFileWriter();

  // kPut, kMerge or kDelete. InvalidArgument, and nothing written, unless the key comes after the
  // one before.
  Status Add(EntryType type, Slice key, Slice value);
  // In any order.
  Status DeleteRange(Slice begin, Slice end);
  uint64_t Entries() const;
  uint64_t FileSize() const;
  // Makes the file durable, not its name. The keys of *info are those of entries only;
  // `range_begin` and `range_end` are the ends of what is deleted.
  struct Result {
    FileInfo info;
    std::string range_begin;
    std::string range_end;
  };
  Status Finish(Result* result);

 private:
  ExternalFileWriter(const Comparator* order, std::string path);

  const Comparator* const order_;
  const std::string path_;
  std::unique_ptr<FileBuilder> builder_;
  std::string first_key_;
  std::string last_key_;
  std::string range_begin_;
  std::string range_end_;
  bool any_range_ = false;
};

class ExternalFileReader {
 public:
  static Status Open(FileSystem* fs, const std::string& path, const StoreOptions& options,
                     std::unique_ptr<ExternalFileReader>* reader);
  ~ExternalFileReader();

  // The keys and values as a store that holds nothing else would show them, but for range deletes,
  // which count for nothing. A snapshot hides later sequences. The iterator keeps the file open.
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options) const;
  // Every entry as it stands in the file, ascending, the newest of a key first, and behind them the
  // range deletes, until `visit` returns false.
  Status ForEachEntry(const std::function<bool(const EntryVersion& entry)>& visit) const;
  const FileInfo& info() const { return info_; }
  Status VerifyChecksums() const;

 private:
  explicit ExternalFileReader(const StoreOptions& options) : options_(options) {}

  const StoreOptions options_;
  std::shared_ptr<const ReadView> view_;
  const RunFile* file_ = nullptr;  // in the view
  FileInfo info_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_EXTERNAL_FILE_H_
