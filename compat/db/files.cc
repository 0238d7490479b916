// What files a DB consists of, and calls that take or bring files.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "compat/db/file_names.h"
#include "compat/db/log_iterator.h"
#include "compat/db/option_map.h"
#include "compat/db/options_file.h"
#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"
#include "compat/table/file_properties.h"
#include "rocksdb/env.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

namespace {

class LogFileImpl final : public LogFile {
 public:
  explicit LogFileImpl(const aether::WalFileInfo& info) : info_(info) {}
  std::string PathName() const override {
    return (info_.archived ? "/archive/" : "/") + BaseName(info_.path);
  }
  uint64_t LogNumber() const override { return info_.number; }
  WalFileType Type() const override { return info_.archived ? kArchivedLogFile : kAliveLogFile; }
  // Of the first batch in it. Files overlap: many writers write into several at once.
  SequenceNumber StartSequence() const override { return info_.first_sequence; }
  uint64_t SizeFileBytes() const override { return info_.bytes; }

 private:
  const aether::WalFileInfo info_;
};

}  // namespace

SstFileMetaData ToMetaData(const aether::FileInfo& file) {
  SstFileMetaData out;
  out.relative_filename = BaseName(file.path);
  out.name = "/" + out.relative_filename;
  out.directory = DirectoryName(file.path);
  out.db_path = out.directory;
  out.file_number = file.number;
  out.file_type = kTableFile;
  out.size = file.bytes;
  out.smallest_seqno = file.smallest_sequence;
  out.largest_seqno = file.largest_sequence;
  out.smallestkey = file.smallest_key;
  out.largestkey = file.largest_key;
  out.being_compacted = file.merging;
  out.num_entries = file.entries;
  out.num_deletions = file.deletes;
  out.file_creation_time = file.creation_time;
  out.file_checksum = file.sum;
  out.file_checksum_func_name =
      file.sum_name.empty() ? kUnknownFileChecksumFuncName : file.sum_name;
  out.oldest_blob_file_number = file.oldest_blob_file;
  return out;
}

Status StoreDb::DisableFileDeletions() {
  Status s = CheckWritable();
  return s.ok() ? ToRocks(engine_->DisableFileDeletions()) : s;
}

Status StoreDb::EnableFileDeletions(bool force) {
  Status s = CheckWritable();
  return s.ok() ? ToRocks(engine_->EnableFileDeletions(force)) : s;
}

Status StoreDb::NewestOptionsFile(std::string* name) const {
  name->clear();
  std::vector<std::string> names;
  Status s = env_->GetChildren(name_, &names);
  if (!s.ok()) return s;
  uint64_t newest = 0;
  for (const std::string& candidate : names) {
    uint64_t number = 0;
    if (IsOptionsFileName(candidate, &number)) newest = std::max(newest, number);
  }
  if (newest != 0) *name = OptionsFileName(newest);
  return s;
}

Status StoreDb::GetLiveFiles(std::vector<std::string>& files, uint64_t* manifest_file_size,
                             bool flush_memtable) {
  files.clear();
  if (closed()) return CheckOpen();
  aether::CopySet set;
  Status s = ToRocks(engine_->FilesForCopy(flush_memtable, &set));
  std::string options;
  if (s.ok()) s = NewestOptionsFile(&options);
  if (!s.ok()) return s;
  for (const aether::FileToCopy& file : set.files) {
    if (file.kind != aether::FileToCopy::kLog) files.push_back("/" + BaseName(file.path));
  }
  files.push_back("/CURRENT");
  files.push_back("/" + set.manifest_name);
  if (!options.empty()) files.push_back("/" + options);
  if (manifest_file_size == nullptr) return s;
  *manifest_file_size = set.manifest_bytes;
  return s;
}

Status StoreDb::GetLiveFilesStorageInfo(const LiveFilesStorageInfoOptions& options,
                                        std::vector<LiveFileStorageInfo>* files) {
  if (files == nullptr) {
    return Status::InvalidArgument("GetLiveFilesStorageInfo needs a place for the answer");
  }
  if (closed()) return CheckOpen();
  const bool flush = options.wal_size_for_flush == 0 ||
                     (options.wal_size_for_flush != UINT64_MAX &&
                      engine_->Stats().live_log_bytes >= options.wal_size_for_flush);
  aether::CopySet set;
  Status s = ToRocks(engine_->FilesForCopy(flush, &set));
  std::string options_name;
  if (s.ok()) s = NewestOptionsFile(&options_name);
  uint64_t options_size = 0;
  if (s.ok() && !options_name.empty()) {
    s = env_->GetFileSize(name_ + "/" + options_name, &options_size);
  }
  if (!s.ok()) return s;

  const std::unique_ptr<FileChecksumList> checksums(NewFileChecksumList());
  if (options.include_checksum_info) {
    s = GetLiveFilesChecksumInfo(checksums.get());
    if (!s.ok()) return s;
  }
  files->clear();
  const auto add = [&](const std::string& directory, const std::string& name, FileType type,
                       uint64_t number, uint64_t size) {
    LiveFileStorageInfo& file = files->emplace_back();
    file.directory = directory;
    file.relative_filename = name;
    file.file_type = type;
    file.file_number = number;
    file.size = size;
    if (options.include_checksum_info) {
      // Of a number that is not in the list both stay as they are.
      file.file_checksum = kUnknownFileChecksum;
      file.file_checksum_func_name = kUnknownFileChecksumFuncName;
      if (type == kTableFile) {
        checksums->SearchOneFileChecksum(number, &file.file_checksum,
                                         &file.file_checksum_func_name);
      }
    }
    return &file;
  };
  const auto add_all = [&](aether::FileToCopy::Kind kind, FileType type) {
    for (const aether::FileToCopy& file : set.files) {
      if (file.kind != kind) continue;
      add(DirectoryName(file.path), BaseName(file.path), type, file.number, file.bytes)
          ->trim_to_size = type == kWalFile;
    }
  };
  add_all(aether::FileToCopy::kRun, kTableFile);
  add_all(aether::FileToCopy::kBlob, kBlobFile);
  const std::string manifest_number = set.manifest_name.substr(set.manifest_name.rfind('-') + 1);
  add(name_, set.manifest_name, kDescriptorFile, std::stoull(manifest_number), set.manifest.size())
      ->replacement_contents = set.manifest;
  add(name_, "CURRENT", kCurrentFile, 0, set.current.size())->replacement_contents = set.current;
  if (!options_name.empty()) {
    uint64_t number = 0;
    IsOptionsFileName(options_name, &number);
    add(name_, options_name, kOptionsFile, number, options_size);
  }
  add_all(aether::FileToCopy::kLog, kWalFile);
  return s;
}

Status StoreDb::GetLiveFilesChecksumInfo(FileChecksumList* checksum_list) {
  if (checksum_list == nullptr) return Status::InvalidArgument("checksum_list is nullptr");
  if (closed()) return CheckOpen();
  checksum_list->reset();
  std::vector<ColumnFamilyMetaData> families;
  GetAllColumnFamilyMetaData(&families);
  std::set<uint64_t> known;  // a blob file may belong to several families
  Status s;
  for (const ColumnFamilyMetaData& family : families) {
    for (const LevelMetaData& level : family.levels) {
      for (const SstFileMetaData& file : level.files) {
        if (!s.ok() || !known.insert(file.file_number).second) continue;
        s = checksum_list->InsertOneFileChecksum(file.file_number, file.file_checksum,
                                                 file.file_checksum_func_name);
      }
    }
    for (const BlobMetaData& file : family.blob_files) {
      if (!s.ok() || !known.insert(file.blob_file_number).second) continue;
      s = checksum_list->InsertOneFileChecksum(file.blob_file_number, kUnknownFileChecksum,
                                               kUnknownFileChecksumFuncName);
    }
  }
  return s;
}

void StoreDb::GetLiveFilesMetaData(std::vector<LiveFileMetaData>* metadata) {
  if (metadata == nullptr) return;
  metadata->clear();
  if (closed()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& family : families_) {
    if (family->store == nullptr || family->store->dropped()) continue;
    for (const aether::FileInfo& file : family->store->Files()) {
      LiveFileMetaData out;
      static_cast<SstFileMetaData&>(out) = ToMetaData(file);
      out.column_family_name = family->store->name();
      out.level = file.level;
      metadata->push_back(std::move(out));
    }
  }
}

void StoreDb::AddFiles(const Family* family, ColumnFamilyMetaData* metadata) const {
  metadata->name = family->store->name();
  metadata->size = 0;
  metadata->file_count = 0;
  metadata->levels.clear();
  std::map<int, std::vector<SstFileMetaData>> levels;
  for (const aether::FileInfo& file : family->store->Files()) {
    metadata->size += file.bytes;
    ++metadata->file_count;
    levels[file.level].push_back(ToMetaData(file));
  }
  metadata->blob_file_size = 0;
  metadata->blob_file_count = 0;
  metadata->blob_files.clear();
  for (const aether::BlobFileInfo& file : family->store->BlobFiles()) {
    metadata->blob_file_size += file.bytes;
    ++metadata->blob_file_count;
    metadata->blob_files.emplace_back(
        file.number, "/" + BaseName(file.path), DirectoryName(file.path), file.bytes,
        file.value_count, file.value_bytes, file.garbage_count, file.garbage_bytes, "", "");
  }
  const int deepest = levels.empty() ? 0 : levels.rbegin()->first + 1;
  const int count = std::max(deepest, family->options.num_levels);
  for (int level = 0; level < count; ++level) {
    std::vector<SstFileMetaData> files = std::move(levels[level]);
    uint64_t bytes = 0;
    for (const SstFileMetaData& file : files) bytes += file.size;
    metadata->levels.emplace_back(level, bytes, std::move(files));
  }
}

void StoreDb::GetColumnFamilyMetaData(ColumnFamilyHandle* handle, ColumnFamilyMetaData* metadata) {
  if (metadata == nullptr) return;
  *metadata = ColumnFamilyMetaData();
  if (closed() || !Owns(handle)) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  AddFiles(Own(handle)->family, metadata);
}

void StoreDb::GetAllColumnFamilyMetaData(std::vector<ColumnFamilyMetaData>* metadata) {
  if (metadata == nullptr) return;
  metadata->clear();
  if (closed()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& family : families_) {
    if (family->store == nullptr || family->store->dropped()) continue;
    metadata->emplace_back();
    AddFiles(family.get(), &metadata->back());
  }
}

Status StoreDb::GetSortedWalFiles(VectorLogPtr& files) {
  files.clear();
  if (closed()) return CheckOpen();
  for (const aether::WalFileInfo& log : engine_->LogFiles()) {
    files.push_back(std::make_unique<LogFileImpl>(log));
  }
  return Status::OK();
}

Status StoreDb::GetCurrentWalFile(std::unique_ptr<LogFile>* current_log_file) {
  if (current_log_file == nullptr) {
    return Status::InvalidArgument("GetCurrentWalFile needs a place for the answer");
  }
  if (closed()) return CheckOpen();
  aether::WalFileInfo info;
  const Status s = ToRocks(engine_->CurrentLogFile(&info));
  if (s.ok()) *current_log_file = std::make_unique<LogFileImpl>(info);
  return s;
}

Status StoreDb::GetCreationTimeOfOldestFile(uint64_t* creation_time) {
  if (creation_time == nullptr) {
    return Status::InvalidArgument("GetCreationTimeOfOldestFile needs a place for the answer");
  }
  if (closed()) return CheckOpen();
  std::vector<LiveFileMetaData> files;
  GetLiveFilesMetaData(&files);
  *creation_time = UINT64_MAX;
  for (const LiveFileMetaData& file : files) {
    *creation_time = std::min(*creation_time, file.file_creation_time);
  }
  return Status::OK();
}

// Checksums of the log are always verified.
Status StoreDb::GetUpdatesSince(SequenceNumber sequence,
                                std::unique_ptr<TransactionLogIterator>* iterator,
                                const TransactionLogIterator::ReadOptions&) {
  if (iterator == nullptr) return Status::InvalidArgument("GetUpdatesSince needs an iterator");
  if (closed()) return CheckOpen();
  Tick(statistics_, GET_UPDATES_SINCE_CALLS);
  std::unique_ptr<aether::LogFollower> follower;
  const Status s = ToRocks(engine_->FollowLog(sequence, &follower));
  if (!s.ok()) return s;
  *iterator = NewLogIterator(
      std::move(follower),
      [this] {
        aether::KvStore* prepared = nullptr;
        PreparedStore(false, &prepared).PermitUncheckedError();
        if (prepared != nullptr) return prepared->id();
        // The primary may have made it since.
        return engine_->PrimaryStoreId(kPreparedStoreName).value_or(UINT32_MAX);
      },
      alive_);
  return (*iterator)->status();
}

Status StoreDb::DeleteFile(std::string name) {
  Status s = CheckWritable();
  if (!s.ok()) return s;
  if (!name.empty() && name[0] == '/') name.erase(0, 1);
  uint64_t number = 0;
  if (!IsTableFileName(name, &number)) {
    const size_t dot = name.find_first_not_of("0123456789");
    const bool log = dot != 0 && dot != name.npos && name.compare(dot, name.npos, ".log") == 0;
    return log ? Status::NotSupported("Delete only supported for archived logs")
               : Status::InvalidArgument("Invalid file name");
  }
  aether::KvStore* holder = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& family : families_) {
      if (family->store == nullptr) continue;
      for (const aether::FileInfo& file : family->store->Files()) {
        if (file.number == number) holder = family->store;
      }
    }
  }
  if (holder == nullptr) return Status::InvalidArgument("File not found");
  if (holder->dropped()) return Status::ColumnFamilyDropped();
  return ToRocks(holder->DropFile(number));
}

Status StoreDb::GetDbIdentity(std::string& identity) const {
  if (closed()) return CheckOpen();
  identity = engine_->identity();
  return Status::OK();
}

Status StoreDb::GetDbSessionId(std::string& session_id) const {
  session_id = session_id_;
  return Status::OK();
}

Status StoreDb::GetPropertiesOfAllTables(ColumnFamilyHandle* handle,
                                         TablePropertiesCollection* props) {
  Status s = CheckOpen(handle);
  if (!s.ok()) return s;
  if (props == nullptr) return Status::InvalidArgument("There is no place for the properties");
  const ColumnFamilyOptions options = FamilyOptions(Own(handle)->family);
  for (const aether::FileInfo& file : Store(handle)->Files()) {
    (*props)[file.path] =
        ToTableProperties(file, Own(handle)->GetID(), Own(handle)->GetName(), options);
  }
  return Status::OK();
}

aether::KvStore::FileFilter StoreDb::FileFilterOf(const ReadOptions& read,
                                                  ColumnFamilyHandle* handle) const {
  // The handle may go before the iterator.
  return [filter = read.table_filter, id = Own(handle)->GetID(), name = Own(handle)->GetName(),
          options = FamilyOptions(Own(handle)->family)](const aether::FileInfo& file) {
    return filter(*ToTableProperties(file, id, name, options));
  };
}

Status StoreDb::GetPropertiesOfTablesInRange(ColumnFamilyHandle* handle, const Range* range,
                                             std::size_t n, TablePropertiesCollection* props) {
  Status s = CheckOpen(handle);
  if (!s.ok()) return s;
  if (props == nullptr || (n != 0 && range == nullptr)) {
    return Status::InvalidArgument("There are no ranges, or no place for the properties");
  }
  const ColumnFamilyOptions options = FamilyOptions(Own(handle)->family);
  const Comparator* const order = options.comparator;
  for (const aether::FileInfo& file : Store(handle)->Files()) {
    const bool wanted = std::any_of(range, range + n, [&](const Range& r) {
      return order->Compare(file.smallest_key, r.limit) <= 0 &&
             order->Compare(r.start, file.largest_key) <= 0;
    });
    if (!wanted) continue;
    (*props)[file.path] =
        ToTableProperties(file, Own(handle)->GetID(), Own(handle)->GetName(), options);
  }
  return Status::OK();
}

// A family with timestamps cannot be opened, so none has any.
Status StoreDb::IncreaseFullHistoryTsLow(ColumnFamilyHandle*, std::string) {
  return Status::InvalidArgument("Timestamp is not enabled in this column family");
}

Status StoreDb::GetFullHistoryTsLow(ColumnFamilyHandle*, std::string*) {
  return Status::InvalidArgument("Timestamp is not enabled in this column family");
}

}  // namespace rocksdb
