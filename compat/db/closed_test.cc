// What becomes of a DB after Close, and of what outlives it; places for results that are not there.

#include "compat/db/misuse_fixture.h"
#include "rocksdb/listener.h"
#include "rocksdb/statistics.h"
#include "rocksdb/trace_reader_writer.h"
#include "rocksdb/transaction_log.h"
#include "rocksdb/utilities/db_ttl.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/replayer.h"
#include "rocksdb/utilities/transaction_db.h"
#include "rocksdb/utilities/write_batch_with_index.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {
namespace {

TEST_F(MisuseTest, AfterCloseEverythingIsAborted) {
  OpenTwo();
  CloseOther();
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  ASSERT_TRUE(db_->Close().ok());
  EXPECT_TRUE(db_->Close().ok());
  for (ColumnFamilyHandle* family : {handles_[0], db_->DefaultColumnFamily()}) {
    ExpectSomeRefusal(Writes(db_, family));
    ExpectSomeRefusal(Reads(db_, family, ReadOptions()));
    ExpectSomeRefusal(Maintenance(db_, family));
    EXPECT_TRUE(db_->Put(WriteOptions(), family, "a", "b").IsAborted());
    EXPECT_EQ(db_->NumberLevels(family), 7);
    EXPECT_GT(db_->Level0StopWriteTrigger(family), 0);
    EXPECT_NE(db_->GetOptions(family).merge_operator, nullptr);
  }
  WriteBatch batch;
  ASSERT_TRUE(batch.Put("a", "b").ok());
  ColumnFamilyHandle* handle = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  std::vector<std::string> names;
  std::vector<LiveFileStorageInfo> storage;
  std::vector<LiveFileMetaData> live;
  std::vector<ColumnFamilyMetaData> families;
  VectorLogPtr logs;
  std::unique_ptr<LogFile> log;
  std::unique_ptr<TransactionLogIterator> updates;
  std::unique_ptr<FileChecksumList> sums(NewFileChecksumList());
  ExportImportFilesMetaData import;
  uint64_t number = 0;
  std::string text;
  Refusals all;
  all.emplace_back("Write", [&] { return db_->Write(WriteOptions(), &batch); });
  all.emplace_back("CreateColumnFamily",
                   [&] { return db_->CreateColumnFamily(options_, "new", &handle); });
  all.emplace_back("CreateColumnFamilies", [&] {
    return db_->CreateColumnFamilies(options_, std::vector<std::string>{"new"}, &handles);
  });
  all.emplace_back("CreateColumnFamilyWithImport", [&] {
    return db_->CreateColumnFamilyWithImport(options_, "new", ImportColumnFamilyOptions(), import,
                                             &handle);
  });
  all.emplace_back("FlushWAL", [&] { return db_->FlushWAL(false); });
  all.emplace_back("SyncWAL", [&] { return db_->SyncWAL(); });
  all.emplace_back("LockWAL", [&] { return db_->LockWAL(); });
  all.emplace_back("UnlockWAL", [&] { return db_->UnlockWAL(); });
  all.emplace_back("Resume", [&] { return db_->Resume(); });
  all.emplace_back("PauseBackgroundWork", [&] { return db_->PauseBackgroundWork(); });
  all.emplace_back("ContinueBackgroundWork", [&] { return db_->ContinueBackgroundWork(); });
  all.emplace_back("VerifyChecksum", [&] { return db_->VerifyChecksum(); });
  all.emplace_back("VerifyFileChecksums", [&] { return db_->VerifyFileChecksums(ReadOptions()); });
  all.emplace_back("SetDBOptions", [&] {
    return db_->SetDBOptions({{"max_background_jobs", "3"}});
  });
  all.emplace_back("DisableFileDeletions", [&] { return db_->DisableFileDeletions(); });
  all.emplace_back("EnableFileDeletions", [&] { return db_->EnableFileDeletions(true); });
  all.emplace_back("GetLiveFiles", [&] { return db_->GetLiveFiles(names, &number); });
  all.emplace_back("GetLiveFilesStorageInfo", [&] {
    return db_->GetLiveFilesStorageInfo(LiveFilesStorageInfoOptions(), &storage);
  });
  all.emplace_back("GetLiveFilesChecksumInfo",
                   [&] { return db_->GetLiveFilesChecksumInfo(sums.get()); });
  all.emplace_back("GetSortedWalFiles", [&] { return db_->GetSortedWalFiles(logs); });
  all.emplace_back("GetCurrentWalFile", [&] { return db_->GetCurrentWalFile(&log); });
  all.emplace_back("GetCreationTimeOfOldestFile",
                   [&] { return db_->GetCreationTimeOfOldestFile(&number); });
  all.emplace_back("GetUpdatesSince", [&] { return db_->GetUpdatesSince(0, &updates); });
  all.emplace_back("DeleteFile", [&] { return db_->DeleteFile("000001.sst"); });
  all.emplace_back("GetDbIdentity", [&] { return db_->GetDbIdentity(text); });
  all.emplace_back("TryCatchUpWithPrimary", [&] { return db_->TryCatchUpWithPrimary(); });
  all.emplace_back("GetAggregatedIntProperty", [&] {
    return Refused(db_->GetAggregatedIntProperty("rocksdb.estimate-num-keys", &number));
  });
  all.emplace_back("CreateCheckpoint", [&] {
    Checkpoint* checkpoint = nullptr;
    Status s = Checkpoint::Create(db_, &checkpoint);
    const std::unique_ptr<Checkpoint> owned(checkpoint);
    return s.ok() ? checkpoint->CreateCheckpoint(root_ + "/checkpoint") : s;
  });
  ExpectSomeRefusal(all);
  EXPECT_TRUE(handles.empty());
  EXPECT_EQ(handle, nullptr);
  EXPECT_EQ(db_->GetSnapshot(), nullptr);
  EXPECT_EQ(db_->GetLatestSequenceNumber(), 0u);
  db_->GetLiveFilesMetaData(&live);
  EXPECT_TRUE(live.empty());
  db_->GetAllColumnFamilyMetaData(&families);
  EXPECT_TRUE(families.empty());
  db_->DisableManualCompaction();
  db_->EnableManualCompaction();
  EXPECT_EQ(db_->GetName(), path_);
  EXPECT_NE(db_->GetEnv(), nullptr);
  EXPECT_NE(db_->GetFileSystem(), nullptr);
  EXPECT_TRUE(db_->GetDbSessionId(text).ok());
  EXPECT_TRUE(db_->ResetStats().ok());
  EXPECT_EQ(db_->GetDBOptions().create_if_missing, true);
}

TEST_F(MisuseTest, AReadOnlyDbIsClosedToo) {
  OpenTwo();
  CloseOther();
  CloseDb();
  ASSERT_TRUE(DB::OpenForReadOnly(options_, path_, &db_).ok());
  ASSERT_TRUE(db_->Close().ok());
  ExpectSomeRefusal(Writes(db_, nullptr));
  ExpectSomeRefusal(Reads(db_, nullptr, ReadOptions()));
  std::vector<std::string> names;
  EXPECT_TRUE(db_->GetLiveFiles(names, nullptr).IsAborted());
}

TEST_F(MisuseTest, IteratorsThatOutliveTheirDbAreAborted) {
  options_.statistics = CreateDBStatistics();
  OpenTwo();
  for (int i = 0; i < 1000; ++i) Put("k" + std::to_string(i), std::string(100, 'v'));
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  Put("in memory", "1");
  std::vector<std::unique_ptr<Iterator>> iterators;
  ReadOptions options;
  iterators.emplace_back(db_->NewIterator(options));
  iterators.emplace_back(db_->NewIterator(options, handles_[0]));
  options.pin_data = true;
  iterators.emplace_back(db_->NewIterator(options));
  options.pin_data = false;
  options.tailing = true;
  iterators.emplace_back(db_->NewIterator(options));
  WriteBatchWithIndex batch;
  ASSERT_TRUE(batch.Put("key", "of the batch").ok());
  iterators.emplace_back(batch.NewIteratorWithBase(db_->NewIterator(ReadOptions())));
  std::unique_ptr<TransactionLogIterator> log;
  ASSERT_TRUE(db_->GetUpdatesSince(1, &log).ok());
  for (const auto& it : iterators) {
    it->SeekToFirst();
    ASSERT_TRUE(it->Valid());
    it->Next();
  }
  options_.statistics.reset();
  CloseDb();
  for (const auto& it : iterators) {
    EXPECT_EQ(it->key().ToString() + it->value().ToString(), "");
    for (int step = 0; step < 8; ++step) {
      if (step == 0) it->Next();
      if (step == 1) it->Prev();
      if (step == 2) it->SeekToFirst();
      if (step == 3) it->SeekToLast();
      if (step == 4) it->Seek("k");
      if (step == 5) it->SeekForPrev("k");
      if (step == 6) {
        EXPECT_FALSE(it->Refresh().ok());
      }
      std::string property;
      if (step == 7) {
        EXPECT_FALSE(it->GetProperty("rocksdb.iterator.internal-key", &property).ok());
      }
      EXPECT_FALSE(it->Valid()) << step;
      EXPECT_TRUE(it->status().IsAborted()) << step << it->status().ToString();
      EXPECT_EQ(it->columns().size(), 0u);
    }
  }
  log->Next();
  EXPECT_FALSE(log->Valid());
  EXPECT_TRUE(log->status().IsAborted());
}

// Close leaves what they see in place.
TEST_F(MisuseTest, IteratorsGoOnAfterClose) {
  OpenTwo();
  const std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
  ASSERT_TRUE(db_->Close().ok());
  it->SeekToFirst();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "key");
  it->Refresh().PermitUncheckedError();
}

TEST_F(MisuseTest, PlacesThatAreNotThereAreRefused) {
  EXPECT_TRUE(DB::Open(options_, path_, nullptr).IsInvalidArgument());
  EXPECT_TRUE(
      DB::Open(options_, path_, {{"default", options_}}, nullptr, &db_).IsInvalidArgument());
  EXPECT_TRUE(DB::ListColumnFamilies(options_, path_, nullptr).IsInvalidArgument());
  EXPECT_TRUE(
      TransactionDB::Open(options_, TransactionDBOptions(), path_, nullptr).IsInvalidArgument());
  EXPECT_TRUE(OptimisticTransactionDB::Open(options_, path_, nullptr).IsInvalidArgument());
  EXPECT_TRUE(DBWithTTL::Open(options_, path_, nullptr).IsInvalidArgument());
  OpenTwo();
  ColumnFamilyHandle* const family = handles_[0];
  const ReadOptions options;
  const Slice key("key");
  PinnableSlice value;
  Status status;
  Refusals all;
  all.emplace_back(
      "Get", [&] { return db_->Get(options, family, key, static_cast<PinnableSlice*>(nullptr)); });
  all.emplace_back("Get a string", [&] {
    return db_->Get(options, family, key, static_cast<std::string*>(nullptr));
  });
  all.emplace_back("GetEntity", [&] { return db_->GetEntity(options, family, key, nullptr); });
  all.emplace_back("GetMergeOperands", [&] {
    return db_->GetMergeOperands(options, family, key, nullptr, nullptr, nullptr);
  });
  all.emplace_back("MultiGet of too few families", [&] {
    std::vector<std::string> values;
    return db_->MultiGet(options, {family}, {key, key}, &values)[0];
  });
  all.emplace_back("MultiGet of strings",
                   [&] { return db_->MultiGet(options, {family}, {key}, nullptr)[0]; });
  all.emplace_back("MultiGet without keys", [&] {
    db_->MultiGet(options, family, 1, nullptr, &value, &status);
    return status;
  });
  all.emplace_back("MultiGet without values", [&] {
    db_->MultiGet(options, family, 1, &key, nullptr, &status);
    return status;
  });
  all.emplace_back("MultiGet without families", [&] {
    db_->MultiGet(options, 1, nullptr, &key, &value, &status);
    return status;
  });
  all.emplace_back("NewIterators", [&] { return db_->NewIterators(options, {family}, nullptr); });
  all.emplace_back("Write", [&] { return db_->Write(WriteOptions(), nullptr); });
  all.emplace_back("CreateColumnFamily",
                   [&] { return db_->CreateColumnFamily(options_, "new", nullptr); });
  all.emplace_back("CreateColumnFamilies", [&] {
    return db_->CreateColumnFamilies(options_, std::vector<std::string>{"new"}, nullptr);
  });
  all.emplace_back("DropColumnFamily", [&] { return db_->DropColumnFamily(nullptr); });
  all.emplace_back("CreateColumnFamilyWithImport", [&] {
    return db_->CreateColumnFamilyWithImport(options_, "new", ImportColumnFamilyOptions(),
                                             ExportImportFilesMetaData(), nullptr);
  });
  all.emplace_back("GetProperty",
                   [&] { return Refused(db_->GetProperty("rocksdb.stats", nullptr)); });
  all.emplace_back("GetIntProperty", [&] {
    return Refused(db_->GetIntProperty("rocksdb.estimate-num-keys", nullptr));
  });
  all.emplace_back("GetMapProperty",
                   [&] { return Refused(db_->GetMapProperty("rocksdb.cfstats", nullptr)); });
  all.emplace_back("GetAggregatedIntProperty", [&] {
    return Refused(db_->GetAggregatedIntProperty("rocksdb.estimate-num-keys", nullptr));
  });
  all.emplace_back("GetApproximateSizes", [&] {
    return db_->GetApproximateSizes(SizeApproximationOptions(), family, nullptr, 1, nullptr);
  });
  all.emplace_back("GetPropertiesOfAllTables",
                   [&] { return db_->GetPropertiesOfAllTables(family, nullptr); });
  all.emplace_back("GetPropertiesOfTablesInRange",
                   [&] { return db_->GetPropertiesOfTablesInRange(family, nullptr, 1, nullptr); });
  all.emplace_back("GetCurrentWalFile", [&] { return db_->GetCurrentWalFile(nullptr); });
  all.emplace_back("GetCreationTimeOfOldestFile",
                   [&] { return db_->GetCreationTimeOfOldestFile(nullptr); });
  all.emplace_back("GetLiveFilesStorageInfo", [&] {
    return db_->GetLiveFilesStorageInfo(LiveFilesStorageInfoOptions(), nullptr);
  });
  all.emplace_back("GetLiveFilesChecksumInfo",
                   [&] { return db_->GetLiveFilesChecksumInfo(nullptr); });
  all.emplace_back("GetUpdatesSince", [&] { return db_->GetUpdatesSince(0, nullptr); });
  all.emplace_back("GetStatsHistory", [&] { return db_->GetStatsHistory(0, 1, nullptr); });
  all.emplace_back("StartTrace", [&] { return db_->StartTrace(TraceOptions(), nullptr); });
  all.emplace_back("NewDefaultReplayer", [&] {
    std::unique_ptr<Replayer> replayer;
    return db_->NewDefaultReplayer({}, nullptr, &replayer);
  });
  all.emplace_back("IngestExternalFile", [&] {
    return db_->IngestExternalFile(nullptr, {"/none"}, IngestExternalFileOptions());
  });
  all.emplace_back("Checkpoint::Create", [&] { return Checkpoint::Create(db_, nullptr); });
  ExpectRefused(all);
  db_->MultiGet(options, family, 1, &key, &value, nullptr);
  db_->GetApproximateMemTableStats(family, Range("a", "z"), nullptr, nullptr);
  db_->GetLiveFilesMetaData(nullptr);
  db_->GetAllColumnFamilyMetaData(nullptr);
  db_->GetColumnFamilyMetaData(family, nullptr);
  ExpectUnchanged(db_, family);
}

TEST_F(MisuseTest, OptionsWithoutAnEnvMeanTheMachinesOwn) {
  options_.env = nullptr;
  ASSERT_TRUE(TryOpen().ok());
  Put("a", "1");
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(db_->GetEnv(), Env::Default());
  CloseDb();
  std::vector<std::string> names;
  EXPECT_TRUE(DB::ListColumnFamilies(options_, path_, &names).ok());
  EXPECT_TRUE(RepairDB(path_, options_).ok());
  EXPECT_TRUE(DestroyDB(path_, options_).ok());
}

}  // namespace
}  // namespace rocksdb
