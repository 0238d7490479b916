// A second instance that reads what another one writes: OpenAsSecondary, TryCatchUpWithPrimary.

#include <rocksdb/c.h>
#include <rocksdb/iterator.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/conformance/harness.h"

using namespace rocksdb;      // NOLINT
using namespace conformance;  // NOLINT

namespace {

Options SecondaryOptions() {
  Options options = Db::DefaultOptions();
  options.max_open_files = -1;
  return options;
}

class Secondary {
 public:
  explicit Secondary(const std::string& primary) {
    GOOD(DB::OpenAsSecondary(SecondaryOptions(), primary, conformance::Directory() + "/second",
                             &db_));
  }
  Secondary(const std::string& primary, const std::vector<std::string>& names) {
    std::vector<ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, SecondaryOptions());
    GOOD(DB::OpenAsSecondary(SecondaryOptions(), primary, conformance::Directory() + "/second",
                             families, &handles_, &db_));
  }
  ~Secondary() {
    for (ColumnFamilyHandle* handle : handles_) delete handle;
    delete db_;
  }
  Secondary(const Secondary&) = delete;
  Secondary& operator=(const Secondary&) = delete;

  DB* operator->() const { return db_; }
  ColumnFamilyHandle* family(size_t i) const { return handles_[i]; }
  std::string Get(const std::string& key, ColumnFamilyHandle* family = nullptr) const {
    std::string value;
    const Status s = db_->Get(ReadOptions(),
                              family != nullptr ? family : db_->DefaultColumnFamily(), key, &value);
    return s.ok() ? value : s.ToString();
  }
  std::string Scan() const {
    const std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
    std::string text;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      text += it->key().ToString() + "=" + it->value().ToString() + " ";
    }
    return it->status().ok() ? text : it->status().ToString();
  }

 private:
  DB* db_ = nullptr;
  std::vector<ColumnFamilyHandle*> handles_;
};

}  // namespace

CASE(secondary_catches_up) {
  Db db;
  db.Put("a", "1");
  const Secondary second(db.path());
  EQ(second.Scan(), "a=1 ");
  db.Put("a", "2");
  db.Put("b", "1");
  EQ(second.Scan(), "a=1 ");
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "a=2 b=1 ");
  EQ(second->GetLatestSequenceNumber(), SequenceNumber{3});
  GOOD(db->Flush(FlushOptions()));
  db.Put("c", "1");
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "a=2 b=1 c=1 ");
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(second.Get("a"), "2");
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "b=1 c=1 ");
  EQ(second.Get("a"), "NotFound: ");
}

CASE(secondary_keeps_its_iterators) {
  Db db;
  db.Put("a", "1");
  const Secondary second(db.path());
  const std::unique_ptr<Iterator> it(second->NewIterator(ReadOptions()));
  db.Put("a", "2");
  GOOD(db->Flush(FlushOptions()));
  GOOD(second->TryCatchUpWithPrimary());
  it->SeekToFirst();
  EQ(At(*it), "a=1");
  DIFFERS("secondaries-see-what-was-flushed", second.Get("a"), "1", "2");
}

CASE(secondary_of_families) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  ColumnFamilyHandle* const two = db.Create("two");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  const Secondary second(db.path(), {"default", "one"});
  EQ(second.Get("a", second.family(1)), "1");
  WriteBatch batch;
  batch.Put("a", "0");
  batch.Put(one, "a", "2");
  batch.Put(two, "a", "3");
  GOOD(db->Write(WriteOptions(), &batch));
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Get("a"), "0");
  EQ(second.Get("a", second.family(1)), "2");
  // One that comes later is not seen, one that goes stays readable.
  ColumnFamilyHandle* const three = db.Create("three");
  GOOD(db->Put(WriteOptions(), three, "a", "4"));
  GOOD(db->DropColumnFamily(one));
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Get("a", second.family(1)), "2");
}

CASE(secondary_refuses_writes) {
  Db db;
  db.Put("a", "1");
  const Secondary second(db.path());
  const std::string refusal = "3/0 Not implemented: Not supported operation in secondary mode.";
  WriteBatch batch;
  batch.Put("b", "1");
  EQ(second->Put(WriteOptions(), "b", "1"), refusal);
  EQ(second->Delete(WriteOptions(), "b"), refusal);
  EQ(second->SingleDelete(WriteOptions(), "b"), refusal);
  EQ(second->Merge(WriteOptions(), "b", "1"), refusal);
  EQ(second->Write(WriteOptions(), &batch), refusal);
  EQ(second->Flush(FlushOptions()), refusal);
  EQ(second->CompactRange(CompactRangeOptions(), nullptr, nullptr), refusal);
  EQ(second->DisableFileDeletions(), refusal);
  EQ(second->EnableFileDeletions(true), refusal);
  EQ(second->SyncWAL(), refusal);
  std::vector<std::string> files;
  uint64_t size = 0;
  EQ(second->GetLiveFiles(files, &size, true), refusal);
  EQ(second.Scan(), "a=1 ");
  EQ(db->TryCatchUpWithPrimary(), "3/0 Not implemented: Supported only by secondary instance");
}

CASE(secondary_refuses_iterators_that_it_cannot_keep) {
  Db db;
  db.Put("a", "1");
  const Secondary second(db.path());
  ReadOptions tailing;
  tailing.tailing = true;
  std::unique_ptr<Iterator> it(second->NewIterator(tailing));
  EQ(it->status(), "3/0 Not implemented: tailing iterator not supported in secondary mode");
  ReadOptions at;
  at.snapshot = second->GetSnapshot();
  it.reset(second->NewIterator(at));
  EQ(it->status(), "3/0 Not implemented: snapshot not supported in secondary mode");
  it.reset();
  second->ReleaseSnapshot(at.snapshot);
  ReadOptions managed;
  managed.managed = true;
  it.reset(second->NewIterator(managed));
  EQ(it->status(), "3/0 Not implemented: Managed iterator is not supported anymore.");
}

CASE(secondary_writes_only_into_its_own_directory) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "1");
  db.Close();  // a primary makes files of its own accord
  const auto names = [&] {
    std::vector<std::string> found = FilesWith(db.path(), "");
    return std::set<std::string>(found.begin(), found.end());
  };
  const std::set<std::string> before = names();
  {
    const Secondary second(db.path());
    GOOD(second->TryCatchUpWithPrimary());
    EQ(second.Scan(), "a=1 b=1 ");
  }
  YES(names() == before);
  YES(Exists(conformance::Directory() + "/second/LOG"));
  EQ(FilesWith(conformance::Directory() + "/second", "").size(), size_t{1});
}

CASE(secondary_of_nothing) {
  DB* second = nullptr;
  CODE(DB::OpenAsSecondary(SecondaryOptions(), conformance::Directory() + "/none",
                           conformance::Directory() + "/second", &second),
       "5/9");
  YES(second == nullptr);
  Db db;
  std::vector<ColumnFamilyHandle*> handles;
  EQ(DB::OpenAsSecondary(SecondaryOptions(), db.path(), conformance::Directory() + "/second",
                         {{"default", SecondaryOptions()}, {"one", SecondaryOptions()}}, &handles,
                         &second),
     "4/0 Invalid argument: Column family not found: one");
  YES(second == nullptr);
}

CASE(secondary_outlives_its_primary) {
  Db db;
  db.Put("a", "1");
  const Secondary second(db.path());
  GOOD(db.Reopen(Db::DefaultOptions()));
  db.Put("a", "2");
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "a=2 ");
  db.Close();
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "a=2 ");
}

// Each batch moves all keys to one number, and a second process writes as fast as it can.
CASE(secondary_of_a_live_process) {
  const std::string path = conformance::Directory() + "/db";
  int started[2];
  YES(pipe(started) == 0);
  const pid_t primary = fork();
  if (primary == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Options options = Db::DefaultOptions();
    options.write_buffer_size = 256 << 10;
    DB* db = nullptr;
    if (!DB::Open(options, path, &db).ok()) _exit(1);
    for (int round = 1;; ++round) {
      WriteBatch batch;
      for (char key = 'a'; key <= 'h'; ++key) {
        batch.Put(std::string(1, key), std::to_string(round) + "." + std::string(100, 'x'));
      }
      if (!db->Write(WriteOptions(), &batch).ok()) _exit(1);
      if (round == 1 && write(started[1], "x", 1) != 1) _exit(1);
      if (round % 50 == 0) Env::Default()->SleepForMicroseconds(2000);
    }
  }
  char byte;
  YES(read(started[0], &byte, 1) == 1);
  {
    const Secondary second(path);
    unsigned long long last = 0;  // NOLINT
    int moves = 0;
    for (int i = 0; i < 100; ++i) {
      const Status s = second->TryCatchUpWithPrimary();
      if (!s.ok()) GOOD(s);
      const std::string scan = second.Scan();
      std::string first;
      bool same = true;
      int keys = 0;
      for (size_t at = scan.find('='); at != std::string::npos;
           at = scan.find('=', at + 1), ++keys) {
        const std::string number = scan.substr(at + 1, scan.find('.', at) - at - 1);
        if (first.empty()) first = number;
        same = same && number == first;
      }
      if (!same || keys != 8) EQ(scan, "the same number everywhere");
      const unsigned long long now = std::strtoull(first.c_str(), nullptr, 10);  // NOLINT
      if (now < last) EQ(first, std::to_string(last) + " or more");
      moves += now > last;
      last = now;
      Env::Default()->SleepForMicroseconds(2000);
    }
    YES(moves > 10);
    kill(primary, SIGKILL);
    waitpid(primary, nullptr, 0);
    GOOD(second->TryCatchUpWithPrimary());
    Db db(Db::DefaultOptions());
    EQ(second.Get("a"), db.Get("a"));
  }
}

CASE(secondary_by_the_c_interface) {
  Db db;
  db.Put("a", "1");
  char* error = nullptr;
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_max_open_files(options, -1);
  const std::string own = conformance::Directory() + "/second";
  rocksdb_t* second = rocksdb_open_as_secondary(options, db.path().c_str(), own.c_str(), &error);
  YES(error == nullptr);
  db.Put("a", "2");
  rocksdb_try_catch_up_with_primary(second, &error);
  YES(error == nullptr);
  rocksdb_readoptions_t* const read = rocksdb_readoptions_create();
  size_t size = 0;
  char* value = rocksdb_get(second, read, "a", 1, &size, &error);
  YES(error == nullptr);
  EQ(std::string(value, size), "2");
  rocksdb_free(value);
  rocksdb_close(second);
  const char* const names[] = {"default"};
  const rocksdb_options_t* const family_options[] = {options};
  rocksdb_column_family_handle_t* handles[1] = {};
  second = rocksdb_open_as_secondary_column_families(options, db.path().c_str(), own.c_str(), 1,
                                                     names, family_options, handles, &error);
  YES(error == nullptr);
  value = rocksdb_get_cf(second, read, handles[0], "a", 1, &size, &error);
  EQ(std::string(value, size), "2");
  rocksdb_free(value);
  rocksdb_column_family_handle_destroy(handles[0]);
  rocksdb_close(second);
  rocksdb_readoptions_destroy(read);
  rocksdb_options_destroy(options);
}

CASE(secondary_of_a_primary_that_ingests) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "1");
  const Secondary second(db.path());
  const std::string path = conformance::Directory() + "/file";
  SstFileWriter writer(EnvOptions(), Db::DefaultOptions());
  GOOD(writer.Open(path));
  GOOD(writer.Put("a", "2"));
  GOOD(writer.Put("c", "2"));
  GOOD(writer.Finish());
  GOOD(db->IngestExternalFile({path}, IngestExternalFileOptions()));
  db.Put("b", "3");
  EQ(second.Scan(), "a=1 b=1 ");
  GOOD(second->TryCatchUpWithPrimary());
  EQ(second.Scan(), "a=2 b=3 c=2 ");
}
