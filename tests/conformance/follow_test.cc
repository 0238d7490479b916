// Following the log: GetUpdatesSince, its iterator, and the files of the log.

#include <rocksdb/c.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

using namespace rocksdb;      // NOLINT
using namespace conformance;  // NOLINT

namespace {

using LogPointer = std::unique_ptr<TransactionLogIterator>;

// "1+2 3+1 " of what an iterator still has, and the status where it is not OK.
std::string Numbers(TransactionLogIterator* log) {
  std::string text;
  for (; log->Valid(); log->Next()) {
    const BatchResult batch = log->GetBatch();
    text +=
        std::to_string(batch.sequence) + "+" + std::to_string(batch.writeBatchPtr->Count()) + " ";
  }
  return log->status().ok() ? text : text + log->status().ToString();
}

std::string NumbersSince(const Db& db, SequenceNumber sequence) {
  LogPointer log;
  const Status s = db->GetUpdatesSince(sequence, &log);
  return s.ok() ? Numbers(log.get()) : Text(s);
}

// Puts what comes into another DB.
void Apply(const Db& from, SequenceNumber since, const Db& to) {
  LogPointer log;
  GOOD(from->GetUpdatesSince(since, &log));
  for (; log->Valid(); log->Next()) {
    const BatchResult batch = log->GetBatch();
    GOOD(to->Write(WriteOptions(), batch.writeBatchPtr.get()));
  }
  GOOD(log->status());
}

Options Archiving() {
  Options options = Db::DefaultOptions();
  options.WAL_ttl_seconds = 3600;
  return options;
}

}  // namespace

CASE(updates_are_numbered_as_they_were_written) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "1");
  WriteBatch two;
  two.Put("c", "1");
  two.Delete("a");
  GOOD(db->Write(WriteOptions(), &two));
  WriteBatch noted;
  noted.PutLogData("no number");
  noted.Put("d", "1");
  GOOD(db->Write(WriteOptions(), &noted));
  EQ(NumbersSince(db, 0), "1+1 2+1 3+2 5+1 ");
  EQ(NumbersSince(db, 1), "1+1 2+1 3+2 5+1 ");
  EQ(NumbersSince(db, 3), "3+2 5+1 ");
  EQ(NumbersSince(db, 4), "3+2 5+1 ");
  EQ(NumbersSince(db, 5), "5+1 ");
  EQ(db->GetLatestSequenceNumber(), SequenceNumber{5});
}

CASE(updates_beyond_the_latest) {
  Db db;
  LogPointer log;
  EQ(db->GetUpdatesSince(1, &log), "1/0 NotFound: Requested sequence not yet written in the db");
  YES(log == nullptr);
  db.Put("a", "1");
  EQ(db->GetUpdatesSince(2, &log), "1/0 NotFound: Requested sequence not yet written in the db");
  YES(log == nullptr);
  EQ(db->GetUpdatesSince(100, &log), "1/0 NotFound: Requested sequence not yet written in the db");
}

CASE(updates_of_an_empty_db) {
  Db db;
  LogPointer log;
  GOOD(db->GetUpdatesSince(0, &log));
  NO(log->Valid());
  GOOD(log->status());
}

CASE(updates_go_on_as_the_log_grows) {
  Db db;
  db.Put("a", "1");
  LogPointer log;
  GOOD(db->GetUpdatesSince(1, &log));
  YES(log->Valid());
  EQ(log->GetBatch().sequence, SequenceNumber{1});
  log->Next();
  NO(log->Valid());
  GOOD(log->status());
  log->Next();
  NO(log->Valid());
  GOOD(log->status());
  db.Put("b", "1");
  db.Put("c", "1");
  NO(log->Valid());
  log->Next();
  EQ(Numbers(log.get()), "2+1 3+1 ");
  log->Next();
  NO(log->Valid());
  db.Put("d", "1");
  log->Next();
  EQ(Numbers(log.get()), "4+1 ");
}

CASE(updates_hand_out_the_bytes_of_the_batch) {
  Db db;
  ColumnFamilyHandle* const other = db.Create("other");
  WriteBatch written;
  written.Put("a", "1");
  written.Put(other, "b", std::string(5000, 'x'));
  written.PutLogData("said");
  written.SingleDelete("c");
  written.DeleteRange(other, "d", "e");
  GOOD(db->Write(WriteOptions(), &written));
  LogPointer log;
  GOOD(db->GetUpdatesSince(1, &log));
  YES(log->Valid());
  const BatchResult batch = log->GetBatch();
  EQ(batch.sequence, SequenceNumber{1});
  EQ(batch.writeBatchPtr->Count(), 4);
  YES(batch.writeBatchPtr->Data() == written.Data());
}

CASE(updates_of_log_data_alone) {
  Db db;
  db.Put("a", "1");
  WriteBatch noted;
  noted.PutLogData("no number");
  GOOD(db->Write(WriteOptions(), &noted));
  db.Put("b", "1");
  EQ(NumbersSince(db, 1), "1+1 2+0 2+1 ");
  EQ(NumbersSince(db, 2), "2+1 ");
}

CASE(updates_rebuild_a_db) {
  Db leader(Archiving(), "leader");
  Db follower(Db::DefaultOptions(), "follower");
  for (int i = 0; i < 300; ++i) {
    leader.Put("key" + std::to_string(i * 7 % 100), std::to_string(i));
    if (i % 10 == 0) GOOD(leader->Delete(WriteOptions(), "key" + std::to_string(i % 100)));
    if (i % 100 == 50) GOOD(leader->Flush(FlushOptions()));
    if (i % 60 == 0) Apply(leader, follower->GetLatestSequenceNumber() + 1, follower);
  }
  Apply(leader, follower->GetLatestSequenceNumber() + 1, follower);
  EQ(follower->GetLatestSequenceNumber(), leader->GetLatestSequenceNumber());
  EQ(follower.Scan(), leader.Scan());
}

CASE(updates_of_archived_logs) {
  Db db(Archiving());
  for (int i = 1; i <= 3; ++i) {
    db.Put("a", std::to_string(i));
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(NumbersSince(db, 1), "1+1 2+1 3+1 ");
  EQ(NumbersSince(db, 2), "2+1 3+1 ");
  GOOD(db.Reopen(Archiving()));
  db.Put("a", "4");
  EQ(NumbersSince(db, 1), "1+1 2+1 3+1 4+1 ");
  GOOD(db.Reopen(Archiving()));
  EQ(NumbersSince(db, 3), "3+1 4+1 ");
}

// RocksDB begins another file with each flush, and removes the ones before.
CASE(updates_that_are_too_old) {
  Db db;
  db.Put("a", "1");
  db.Put("a", "2");
  GOOD(db->Flush(FlushOptions()));
  db.Put("a", "3");
  DIFFERS("history-in-the-current-segment", NumbersSince(db, 1), "3+1 ", "1+1 2+1 3+1 ");
  EQ(NumbersSince(db, 3), "3+1 ");
}

CASE(updates_with_a_gap) {
  Db db;
  db.Put("a", "1");
  LogPointer log;
  GOOD(db->GetUpdatesSince(1, &log));
  WriteOptions unlogged;
  unlogged.disableWAL = true;
  GOOD(db->Put(unlogged, "b", "1"));
  db.Put("c", "1");
  EQ(Numbers(log.get()), "1+1 NotFound: Gap in sequence numbers");
  log->Next();
  NO(log->Valid());
  EQ(NumbersSince(db, 2), "3+1 ");
}

CASE(log_files_while_there_is_something_in_them) {
  Db db(Archiving());
  VectorLogPtr files;
  GOOD(db->GetSortedWalFiles(files));
  EQ(files.size(), size_t{0});
  db.Put("a", "1");
  db.Put("a", "2");
  GOOD(db->GetSortedWalFiles(files));
  EQ(files.size(), size_t{1});
  EQ(files[0]->StartSequence(), SequenceNumber{1});
  EQ(static_cast<int>(files[0]->Type()), static_cast<int>(kAliveLogFile));
  YES(Exists(db.path() + files[0]->PathName()));
  YES(files[0]->SizeFileBytes() > 0);
  std::unique_ptr<LogFile> current;
  GOOD(db->GetCurrentWalFile(&current));
  EQ(current->PathName(), files[0]->PathName());
  EQ(current->LogNumber(), files[0]->LogNumber());
  // Filling whole segments, so that some are archived on both.
  const std::string filling(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) db.Put("b" + std::to_string(i), filling);
  GOOD(db->Flush(FlushOptions()));
  bool archived = false;
  for (int i = 0; i < 500 && !archived; ++i) {
    GOOD(db->GetSortedWalFiles(files));
    archived = !files.empty() && files[0]->Type() == kArchivedLogFile;
    Env::Default()->SleepForMicroseconds(10000);
  }
  YES(archived);
  EQ(files[0]->StartSequence(), SequenceNumber{1});
  EQ(files[0]->PathName().substr(0, 9), "/archive/");
  YES(Exists(db.path() + files[0]->PathName()));
  EQ(NumbersSince(db, 21), "21+1 22+1 ");
}

CASE(archived_logs_go_with_the_db) {
  const std::string path = conformance::Directory() + "/db";
  {
    Db db(Archiving());
    const std::string filling(1 << 20, 'x');
    for (int i = 0; i < 20; ++i) db.Put("b" + std::to_string(i), filling);
    GOOD(db->Flush(FlushOptions()));
  }
  GOOD(DestroyDB(path, Options()));
  NO(Exists(path));
}

CASE(updates_by_the_c_interface) {
  const std::string path = conformance::Directory() + "/db";
  char* error = nullptr;
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  rocksdb_options_set_WAL_ttl_seconds(options, 3600);
  rocksdb_t* const db = rocksdb_open(options, path.c_str(), &error);
  YES(error == nullptr);
  rocksdb_writeoptions_t* const write = rocksdb_writeoptions_create();
  rocksdb_put(db, write, "a", 1, "1", 1, &error);
  rocksdb_put(db, write, "b", 1, "2", 1, &error);
  YES(error == nullptr);
  rocksdb_wal_iterator_t* log = rocksdb_get_updates_since(db, 3, nullptr, &error);
  YES(log == nullptr);
  EQ(std::string(error), "NotFound: Requested sequence not yet written in the db");
  rocksdb_free(error);
  error = nullptr;
  log = rocksdb_get_updates_since(db, 1, nullptr, &error);
  YES(error == nullptr);
  uint64_t expected = 1;
  while (rocksdb_wal_iter_valid(log)) {
    uint64_t sequence = 0;
    rocksdb_writebatch_t* const batch = rocksdb_wal_iter_get_batch(log, &sequence);
    EQ(sequence, expected++);
    EQ(rocksdb_writebatch_count(batch), 1);
    rocksdb_writebatch_destroy(batch);
    rocksdb_wal_iter_next(log);
  }
  EQ(expected, uint64_t{3});
  rocksdb_wal_iter_status(log, &error);
  YES(error == nullptr);
  rocksdb_wal_iter_destroy(log);
  EQ(rocksdb_get_latest_sequence_number(db), uint64_t{2});
  rocksdb_writeoptions_destroy(write);
  rocksdb_close(db);
  rocksdb_options_destroy(options);
}

CASE(updates_do_not_reach_over_an_ingestion) {
  Db db(Archiving());
  db.Put("a", "1");
  const std::string path = conformance::Directory() + "/file";
  SstFileWriter writer(EnvOptions(), Archiving());
  GOOD(writer.Open(path));
  GOOD(writer.Put("a", "2"));
  GOOD(writer.Finish());
  GOOD(db->IngestExternalFile({path}, IngestExternalFileOptions()));
  EQ(db->GetLatestSequenceNumber(), SequenceNumber{2});
  db.Put("b", "3");
  LogPointer log;
  GOOD(db->GetUpdatesSince(1, &log));
  EQ(log->GetBatch().sequence, SequenceNumber{1});
  log->Next();
  NO(log->Valid());
  YES(log->status().IsNotFound());
  EQ(NumbersSince(db, 3), "3+1 ");
}

CASE(updates_of_instances_that_do_not_write) {
  Db db;
  for (const char* key : {"a", "b", "c", "d", "e"}) db.Put(key, "1");
  const auto since = [](DB* instance, SequenceNumber sequence) {
    LogPointer log;
    const Status s = instance->GetUpdatesSince(sequence, &log);
    return s.ok() ? Numbers(log.get()) : Text(s);
  };
  const std::string not_yet = "1/0 NotFound: Requested sequence not yet written in the db";
  {
    DB* opened = nullptr;
    GOOD(DB::OpenForReadOnly(Options(), db.path(), &opened));
    const std::unique_ptr<DB> reader(opened);
    EQ(since(opened, 0), "1+1 2+1 3+1 4+1 5+1 ");
    EQ(since(opened, 1), "1+1 2+1 3+1 4+1 5+1 ");
    EQ(since(opened, 3), "3+1 4+1 5+1 ");
    EQ(since(opened, 5), "5+1 ");
    EQ(since(opened, 6), not_yet);
    LogPointer log;
    GOOD(opened->GetUpdatesSince(5, &log));
    YES(log->Valid());
    // It stays where it is.
    db.Put("f", "1");
    log->Next();
    NO(log->Valid());
    GOOD(log->status());
    EQ(since(opened, 6), not_yet);
    VectorLogPtr files;
    GOOD(opened->GetSortedWalFiles(files));
    EQ(files.size(), size_t{1});
    for (const auto& file : files) EQ(file->StartSequence(), SequenceNumber{1});
  }
  {
    Options options;
    options.max_open_files = -1;
    DB* opened = nullptr;
    GOOD(DB::OpenAsSecondary(options, db.path(), conformance::Directory() + "/second", &opened));
    const std::unique_ptr<DB> second(opened);
    EQ(since(opened, 5), "5+1 6+1 ");
    db.Put("g", "1");
    EQ(since(opened, 7), not_yet);
    GOOD(opened->TryCatchUpWithPrimary());
    EQ(since(opened, 5), "5+1 6+1 7+1 ");
    EQ(since(opened, 8), not_yet);
  }
  // What has been flushed is no history any more.
  GOOD(db->Flush(FlushOptions()));
  db.Put("h", "1");
  DB* opened = nullptr;
  GOOD(DB::OpenForReadOnly(Options(), db.path(), &opened));
  const std::unique_ptr<DB> reader(opened);
  EQ(since(opened, 1), "8+1 ");
  EQ(since(opened, 8), "8+1 ");
}
