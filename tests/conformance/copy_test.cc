// Checkpoints, lists of live files, and copies made by hand from these.
#include <rocksdb/file_checksum.h>
#include <rocksdb/metadata.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::Checkpoint;
using rocksdb::CompactRangeOptions;
using rocksdb::FlushOptions;
using rocksdb::LiveFilesStorageInfoOptions;
using rocksdb::LiveFileStorageInfo;
using rocksdb::Options;
using rocksdb::Status;
using rocksdb::WriteBatch;
using rocksdb::WriteOptions;

Status MakeCheckpoint(const Db& db, const std::string& path, uint64_t log_size_for_flush = 0,
                      uint64_t* sequence = nullptr) {
  Checkpoint* made = nullptr;
  Status s = Checkpoint::Create(db.get(), &made);
  const std::unique_ptr<Checkpoint> checkpoint(made);
  return s.ok() ? checkpoint->CreateCheckpoint(path, log_size_for_flush, sequence) : s;
}

CASE(checkpoint_is_the_database) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  uint64_t sequence = 0;
  const std::string path = Directory() + "/copy";
  GOOD(MakeCheckpoint(db, path, 0, &sequence));
  EQ(sequence, uint64_t{2});
  db.Put("c", "3");
  NO(Exists(path + ".tmp"));
  for (const char* name : {"IDENTITY", "LOG", "LOCK"}) NO(Exists(path + "/" + name));
  EQ(FilesWith(path, ".sst").size(), size_t{2});
  EQ(FilesWith(path, ".log").size(), size_t{0});
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 b=2 ");
  copy.Put("d", "4");
  GOOD(copy->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(copy.Scan(), "a=1 b=2 d=4 ");
  EQ(db.Scan(), "a=1 b=2 c=3 ");
  std::string one;
  std::string two;
  GOOD(db->GetDbIdentity(one));
  GOOD(copy->GetDbIdentity(two));
  YES(one != two);
}

CASE(checkpoint_without_a_flush) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "2");
  const std::string path = Directory() + "/copy";
  GOOD(MakeCheckpoint(db, path, UINT64_MAX));
  EQ(FilesWith(db.path(), ".sst").size(), size_t{0});
  YES(!FilesWith(path, ".log").empty());
  db.Put("c", "3");
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 b=2 ");
  copy.Put("d", "4");
  GOOD(copy.Reopen(Db::DefaultOptions()));
  EQ(copy.Scan(), "a=1 b=2 d=4 ");
  // A bound that the log has reached.
  GOOD(MakeCheckpoint(db, Directory() + "/flushed", 1));
  EQ(FilesWith(db.path(), ".sst").size(), size_t{1});
}

CASE(checkpoint_refuses) {
  Db db;
  db.Put("a", "1");
  const std::string path = Directory() + "/copy";
  GOOD(MakeCheckpoint(db, path));
  EQ(MakeCheckpoint(db, path), "4/0 Invalid argument: Directory exists");
  EQ(MakeCheckpoint(db, Directory()), "4/0 Invalid argument: Directory exists");
  EQ(MakeCheckpoint(db, "/"), "4/0 Invalid argument: Directory exists");
  EQ(MakeCheckpoint(db, ""), "4/0 Invalid argument: invalid checkpoint directory name");
  const Status s = MakeCheckpoint(db, Directory() + "/no/copy");
  CODE(s, "5/9");
  YES(s.ToString().find("While mkdir: ") != std::string::npos);
  WriteFile(Directory() + "/file", "x");
  EQ(MakeCheckpoint(db, Directory() + "/file"), "4/0 Invalid argument: Directory exists");
  EQ(db.Scan(), "a=1 ");
}

CASE(checkpoint_names) {
  Db db;
  db.Put("a", "1");
  // What an earlier one has left is removed.
  std::filesystem::create_directory(Directory() + "/copy.tmp");
  WriteFile(Directory() + "/copy.tmp/000099.sst", "x");
  GOOD(MakeCheckpoint(db, Directory() + "/copy///"));
  NO(Exists(Directory() + "/copy.tmp"));
  NO(Exists(Directory() + "/copy/000099.sst"));
  {
    Db copy(Db::DefaultOptions(), "copy");
    EQ(copy.Scan(), "a=1 ");
  }
  std::filesystem::current_path(Directory());
  GOOD(MakeCheckpoint(db, "relative"));
  YES(Exists(Directory() + "/relative/CURRENT"));
}

CASE(checkpoint_of_families_and_blobs) {
  Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 10;
  Db db(options);
  rocksdb::ColumnFamilyHandle* const one = db.Create("one", options);
  db.Put("a", std::string(100, 'a'));
  GOOD(db->Put(WriteOptions(), one, "b", std::string(100, 'b')));
  GOOD(MakeCheckpoint(db, Directory() + "/copy"));
  EQ(FilesWith(Directory() + "/copy", ".blob").size(), size_t{2});
  Db copy(options, "copy", {"default", "one"});
  EQ(copy.Get("a"), std::string(100, 'a'));
  EQ(copy.Get("b", copy.families()[1]), std::string(100, 'b'));
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("a"), std::string(100, 'a'));
}

CASE(checkpoint_with_a_log_elsewhere) {
  Options options = Db::DefaultOptions();
  options.wal_dir = Directory() + "/wal";
  Db db(options);
  db.Put("a", "1");
  GOOD(MakeCheckpoint(db, Directory() + "/copy", UINT64_MAX));
  YES(!FilesWith(Directory() + "/copy", ".log").empty());
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 ");
}

CASE(checkpoint_of_what_was_not_logged) {
  Db db;
  WriteOptions unlogged;
  unlogged.disableWAL = true;
  GOOD(db->Put(unlogged, "a", "1"));
  GOOD(MakeCheckpoint(db, Directory() + "/copy"));
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 ");
}

CASE(checkpoint_of_a_read_only_instance) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  GOOD(db.ReopenReadOnly(Options()));
  GOOD(MakeCheckpoint(db, Directory() + "/copy"));
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 b=2 ");
}

CASE(checkpoint_in_memory) {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  Options options = Db::DefaultOptions();
  options.env = env.get();
  rocksdb::DB* opened = nullptr;
  GOOD(rocksdb::DB::Open(options, "/db", &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  GOOD(db->Put(WriteOptions(), "a", "1"));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Put(WriteOptions(), "b", "2"));
  Checkpoint* made = nullptr;
  GOOD(Checkpoint::Create(db.get(), &made));
  const std::unique_ptr<Checkpoint> checkpoint(made);
  for (const uint64_t log_size : {uint64_t{0}, UINT64_MAX}) {
    const std::string path = log_size == 0 ? "/flushed" : "/logged";
    GOOD(checkpoint->CreateCheckpoint(path, log_size));
    rocksdb::DB* copy = nullptr;
    GOOD(rocksdb::DB::Open(options, path, &copy));
    std::string value;
    GOOD(copy->Get(rocksdb::ReadOptions(), "a", &value));
    GOOD(copy->Get(rocksdb::ReadOptions(), "b", &value));
    EQ(value, "2");
    delete copy;
  }
}

// --- under writes ---

// Batches over two families by several threads, each with keys of its own and with the number that
// it was given.
class Writers {
 public:
  Writers(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* other) : db_(db), other_(other) {
    for (int w = 0; w < kWriters; ++w) threads_.emplace_back([this, w] { Write(w); });
  }
  ~Writers() { Stop(); }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  uint64_t acknowledged() const { return acknowledged_; }
  void WaitFor(uint64_t more) const {
    const uint64_t until = acknowledged_ + more;
    while (acknowledged_ < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  static std::string Value(const std::string& key) { return key + std::string(120, 'v'); }
  // What a scan of each family shows up to a sequence number.
  std::string ExpectedAt(uint64_t sequence) const {
    std::map<std::string, uint64_t> keys;
    for (const auto& done : done_) {
      for (const auto& [key, number] : done) {
        if (number <= sequence) keys[key] = number;
      }
    }
    std::string all;
    for (const auto& [key, number] : keys) all += key + "=" + Value(key) + " ";
    return all;
  }

 private:
  static constexpr int kWriters = 4;

  void Write(int writer) {
    for (int i = 0; !stop_; ++i) {
      char key[32];
      snprintf(key, sizeof(key), "%d-%07d", writer, i);
      WriteBatch batch;
      batch.Put(key, Value(key));
      batch.Put(other_, key, Value(key));
      WriteOptions options;
      options.sync = i % 64 == 0;
      const Status s = db_->Write(options, &batch);
      if (!s.ok()) {
        GOOD(s);
        return;
      }
      uint64_t first = 0;
      memcpy(&first, batch.Data().data(), sizeof(first));
      done_[writer].emplace_back(key, first + 1);
      uint64_t seen = acknowledged_;
      while (seen < first + 1 && !acknowledged_.compare_exchange_weak(seen, first + 1)) {
      }
    }
  }

  rocksdb::DB* const db_;
  rocksdb::ColumnFamilyHandle* const other_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> acknowledged_{0};
  std::vector<std::pair<std::string, uint64_t>> done_[kWriters];
  std::vector<std::thread> threads_;
};

void CheckpointsUnderWriters(Options options, uint64_t log_size_for_flush) {
  options.write_buffer_size = 256 << 10;
  Db db(options);
  rocksdb::ColumnFamilyHandle* const one = db.Create("one", options);
  Writers writers(db.get(), one);
  std::vector<uint64_t> before;
  for (int i = 0; i < 3; ++i) {
    writers.WaitFor(2000);
    before.push_back(writers.acknowledged());
    uint64_t sequence = 0;
    GOOD(MakeCheckpoint(db, Directory() + "/copy" + std::to_string(i), log_size_for_flush,
                        &sequence));
    YES(sequence >= before.back());
  }
  writers.Stop();
  for (int i = 0; i < 3; ++i) {
    Db copy(options, "copy" + std::to_string(i), {"default", "one"});
    const uint64_t sequence = copy->GetLatestSequenceNumber();
    YES(sequence >= before[static_cast<size_t>(i)]);
    const std::string expected = writers.ExpectedAt(sequence);
    YES(copy.Scan(rocksdb::ReadOptions(), copy.families()[0]) == expected);
    YES(copy.Scan(rocksdb::ReadOptions(), copy.families()[1]) == expected);
  }
}

CASE(checkpoint_under_writers_is_a_prefix) { CheckpointsUnderWriters(Db::DefaultOptions(), 0); }

CASE(checkpoint_under_writers_with_the_log_is_a_prefix) {
  CheckpointsUnderWriters(Db::DefaultOptions(), UINT64_MAX);
}

CASE(checkpoint_under_writers_with_blobs_is_a_prefix) {
  Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 100;
  CheckpointsUnderWriters(options, 0);
}

CASE(checkpoint_under_writers_with_blobs_and_log_is_a_prefix) {
  Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 100;
  CheckpointsUnderWriters(options, UINT64_MAX);
}

// --- lists ---

std::string Kinds(const std::vector<LiveFileStorageInfo>& files) {
  std::map<rocksdb::FileType, int> counts;
  for (const LiveFileStorageInfo& file : files) ++counts[file.file_type];
  std::string text;
  const std::pair<rocksdb::FileType, const char*> kinds[] = {
      {rocksdb::kTableFile, "table"},         {rocksdb::kBlobFile, "blob"},
      {rocksdb::kDescriptorFile, "manifest"}, {rocksdb::kCurrentFile, "current"},
      {rocksdb::kOptionsFile, "options"},     {rocksdb::kWalFile, "log"}};
  for (const auto& [type, name] : kinds) {
    if (counts[type] > 0) text += std::string(name) + std::to_string(counts[type]) + " ";
  }
  return text;
}

// As an application would.
void CopyByHand(const std::vector<LiveFileStorageInfo>& files, const std::string& path) {
  std::filesystem::create_directory(path);
  for (const LiveFileStorageInfo& file : files) {
    std::string contents = file.replacement_contents;
    if (contents.empty()) contents = ReadFile(file.directory + "/" + file.relative_filename);
    if (file.trim_to_size) contents.resize(file.size);
    EQ(contents.size(), file.size);
    WriteFile(path + "/" + file.relative_filename, contents);
  }
}

CASE(live_files_storage_info) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  std::vector<LiveFileStorageInfo> files;
  LiveFilesStorageInfoOptions options;
  options.wal_size_for_flush = UINT64_MAX;
  GOOD(db->DisableFileDeletions());
  GOOD(db->GetLiveFilesStorageInfo(options, &files));
  EQ(Kinds(files), "table1 manifest1 current1 options1 log1 ");
  for (const LiveFileStorageInfo& file : files) {
    EQ(file.directory, db.path());
    EQ(file.file_checksum_func_name, "");
    if (file.file_type == rocksdb::kCurrentFile) {
      EQ(file.replacement_contents, ReadFile(db.path() + "/CURRENT"));
      EQ(file.size, file.replacement_contents.size());
    } else {
      YES(Exists(db.path() + "/" + file.relative_filename));
      YES(file.file_number > 0);
    }
    if (file.file_type == rocksdb::kWalFile) YES(file.trim_to_size);
    if (file.file_type == rocksdb::kTableFile) NO(file.trim_to_size);
  }
  db.Put("c", "3");
  CopyByHand(files, Directory() + "/copy");
  options.wal_size_for_flush = 0;
  options.include_checksum_info = true;
  GOOD(db->GetLiveFilesStorageInfo(options, &files));
  EQ(Kinds(files).substr(0, 35), "table2 manifest1 current1 options1 ");
  for (const LiveFileStorageInfo& file : files) {
    if (file.file_type != rocksdb::kWalFile) EQ(file.file_checksum_func_name, "Unknown");
  }
  CopyByHand(files, Directory() + "/flushed");
  GOOD(db->EnableFileDeletions(false));
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 b=2 ");
  Db flushed(Db::DefaultOptions(), "flushed");
  EQ(flushed.Scan(), "a=1 b=2 c=3 ");
}

CASE(live_files_of_old) {
  Db db;
  db.Put("a", "1");
  std::vector<std::string> files;
  uint64_t manifest_size = 0;
  GOOD(db->DisableFileDeletions());
  GOOD(db->GetLiveFiles(files, &manifest_size, true));
  EQ(files.size(), size_t{4});
  db.Put("b", "2");
  GOOD(db->Flush(FlushOptions()));
  const std::string path = Directory() + "/copy";
  std::filesystem::create_directory(path);
  for (const std::string& file : files) {
    std::string contents = ReadFile(db.path() + file);
    if (file.compare(0, 10, "/MANIFEST-") == 0) contents.resize(manifest_size);
    WriteFile(path + file, contents);
  }
  GOOD(db->EnableFileDeletions(false));
  Db copy(Db::DefaultOptions(), "copy");
  EQ(copy.Scan(), "a=1 ");
}

CASE(live_files_checksums) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  const std::unique_ptr<rocksdb::FileChecksumList> list(rocksdb::NewFileChecksumList());
  GOOD(db->GetLiveFilesChecksumInfo(list.get()));
  std::vector<uint64_t> numbers;
  std::vector<std::string> checksums;
  std::vector<std::string> functions;
  GOOD(list->GetAllFileChecksums(&numbers, &checksums, &functions));
  EQ(numbers.size(), size_t{1});
  EQ(checksums[0], "");
  EQ(functions[0], "Unknown");
}

CASE(files_of_the_log) {
  Db db;
  db.Put("a", "1");
  rocksdb::VectorLogPtr logs;
  GOOD(db->GetSortedWalFiles(logs));
  EQ(logs.size(), size_t{1});
  YES(Exists(db.path() + logs[0]->PathName()));
  EQ(logs[0]->Type() == rocksdb::kAliveLogFile, true);
  std::unique_ptr<rocksdb::LogFile> current;
  GOOD(db->GetCurrentWalFile(&current));
  EQ(current->PathName(), logs[0]->PathName());
  EQ(current->LogNumber(), logs[0]->LogNumber());
}

CASE(deletions_wait) {
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  for (int i = 0; i < 3; ++i) {
    db.Put("a", std::to_string(i));
    GOOD(db->Flush(FlushOptions()));
  }
  const std::vector<std::string> before = FilesWith(db.path(), ".sst");
  EQ(before.size(), size_t{3});
  GOOD(db->DisableFileDeletions());
  GOOD(db->DisableFileDeletions());
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  GOOD(db->EnableFileDeletions(false));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  for (const std::string& name : before) YES(Exists(db.path() + "/" + name));
  EQ(db.Property("rocksdb.is-file-deletions-enabled"), "0");
  GOOD(db->EnableFileDeletions(false));
  EQ(db.Property("rocksdb.is-file-deletions-enabled"), "1");
  // RocksDB leaves some of them for later.
  for (int i = 0; i < 3000 && FilesWith(db.path(), ".sst").size() > before.size(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  YES(FilesWith(db.path(), ".sst").size() <= before.size());
}

}  // namespace
}  // namespace conformance
