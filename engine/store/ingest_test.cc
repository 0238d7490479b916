// Files from outside: writing them, making them part of stores, over crashes and failing calls.

#include <atomic>
#include <set>
#include <thread>

#include "engine/lsm/file_names.h"
#include "engine/store/external_file.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

using Map = std::map<std::string, std::string>;

class IngestTest : public StoreTest {
 protected:
  IngestTest() { EXPECT_TRUE(CreateDirDurably(&fs_, "/ext").ok()); }

  void OpenBoth() {
    const Status s = TryOpenBoth();
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  Status TryOpenBoth() {
    env_.reset();
    std::vector<KvStore*> handles;
    env_options_.create_missing_stores = true;
    Status s =
        DbEnv::Open(env_options_, "/db", {{"default", store_}, {"other", store_}}, &env_, &handles);
    if (s.ok()) {
      kv_ = handles[0];
      other_ = handles[1];
    }
    return s;
  }

  std::unique_ptr<ExternalFileWriter> NewFile(const std::string& path,
                                              std::optional<uint32_t> family = std::nullopt) {
    ExternalFileOptions options;
    options.fs = &fs_;
    options.store = store_;
    options.family = family;
    options.session = path;
    std::unique_ptr<ExternalFileWriter> writer;
    const Status s = ExternalFileWriter::Create(options, path, &writer);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return writer;
  }
  void Finish(ExternalFileWriter* writer) {
    ExternalFileWriter::Result result;
    const Status s = writer->Finish(&result);
    ASSERT_TRUE(s.ok()) << s.ToString();
    ASSERT_TRUE(fs_.SyncDir("/ext").ok());
  }
  std::string MakeFile(const std::string& name, const Map& entries) {
    const std::string path = "/ext/" + name;
    const auto writer = NewFile(path);
    for (const auto& [key, value] : entries) {
      EXPECT_TRUE(writer->Add(EntryType::kPut, key, value).ok());
    }
    Finish(writer.get());
    return path;
  }

  static IngestRequest Request(KvStore* store, const std::vector<std::string>& paths,
                               const IngestOptions& options = IngestOptions()) {
    IngestRequest request;
    request.store = store;
    for (const std::string& path : paths) request.files.push_back({path, "", ""});
    request.options = options;
    return request;
  }
  Status TryIngest(const std::vector<std::string>& paths,
                   const IngestOptions& options = IngestOptions()) {
    return env_->Ingest({Request(kv_, paths, options)}, &ingested_);
  }
  void Ingest(const std::vector<std::string>& paths,
              const IngestOptions& options = IngestOptions()) {
    const Status s = TryIngest(paths, options);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  std::string GetOther(Slice key) {
    PinnedValue value;
    const Status s = other_->Get(ReadOptions(), key, &value);
    return s.ok() ? value.value().ToString() : "(none)";
  }
  void Compact() {
    CompactRangeOptions options;
    options.force_last_level = true;
    const Status s = kv_->CompactRange(options, nullptr, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  std::set<std::string> RunFiles() {
    std::vector<std::string> names;
    EXPECT_TRUE(fs_.List("/db", &names).ok());
    std::set<std::string> runs;
    for (const std::string& name : names) {
      uint64_t number = 0;
      if (ParseFileName(name, &number) == FileKind::kRun) runs.insert(name);
    }
    return runs;
  }

  KvStore* other_ = nullptr;
  std::vector<std::vector<IngestedFile>> ingested_;
};

Map Sequence(uint64_t from, uint64_t to, const std::string& value) {
  Map entries;
  char key[32];
  for (uint64_t i = from; i < to; ++i) {
    snprintf(key, sizeof(key), "key%08llu", static_cast<unsigned long long>(i));
    entries[key] = value;
  }
  return entries;
}

TEST_F(IngestTest, AFileIsWrittenInOrderAndReadByItself) {
  const auto writer = NewFile("/ext/a");
  ASSERT_TRUE(writer->Add(EntryType::kPut, "b", "1").ok());
  EXPECT_TRUE(writer->Add(EntryType::kPut, "b", "2").IsInvalidArgument());
  EXPECT_TRUE(writer->Add(EntryType::kDelete, "a", "").IsInvalidArgument());
  ASSERT_TRUE(writer->Add(EntryType::kDelete, "c", "").ok());
  ASSERT_TRUE(writer->Add(EntryType::kMerge, "d", "x").ok());
  ASSERT_TRUE(writer->DeleteRange("a", "d").ok());
  EXPECT_TRUE(writer->DeleteRange("b", "a").IsInvalidArgument());
  ASSERT_TRUE(writer->DeleteRange("k", "k").ok());
  ExternalFileWriter::Result result;
  ASSERT_TRUE(writer->Finish(&result).ok());
  EXPECT_EQ(result.info.entries, 3u);
  EXPECT_EQ(result.info.range_deletes, 1u);
  EXPECT_EQ(result.info.smallest_key, "b");
  EXPECT_EQ(result.info.largest_key, "d");
  EXPECT_EQ(result.range_begin, "a");
  EXPECT_EQ(result.range_end, "d");
  EXPECT_TRUE(result.info.external);
  EXPECT_FALSE(result.info.family.has_value());
  EXPECT_EQ(result.info.session, "/ext/a");

  std::unique_ptr<ExternalFileReader> reader;
  ASSERT_TRUE(ExternalFileReader::Open(&fs_, "/ext/a", store_, &reader).ok());
  EXPECT_TRUE(reader->VerifyChecksums().ok());
  const auto it = reader->NewIterator(ReadOptions());
  it->SeekToFirst();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString() + it->value().ToString(), "b1");
  it->Next();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString() + it->value().ToString(), "dx");
  it->Next();
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());
}

TEST_F(IngestTest, WhatAFileHoldsIsThereAndStays) {
  Open();
  const Map entries = Sequence(0, 3000, "v");
  Ingest({MakeFile("a", entries)});
  Check(entries);
  ASSERT_EQ(kv_->Files().size(), 1u);
  EXPECT_EQ(kv_->Files()[0].level, kLastLevel);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  Open();
  Check(entries);
  Compact();
  Check(entries);
  Open();
  Check(entries);
  EXPECT_TRUE(fs_.Exists("/ext/a").ok());
}

TEST_F(IngestTest, ItIsAWriteLikeAnyOther) {
  Open();
  Put("a", "old");
  Put("b", "old");
  Put("z", "kept");
  const Snapshot* const before = env_->GetSnapshot();
  const uint64_t sequence = env_->VisibleSequence();
  Ingest({MakeFile("f", {{"a", "new"}, {"b", "new"}, {"c", "new"}})});
  EXPECT_EQ(env_->VisibleSequence(), sequence + 1);
  EXPECT_EQ(ingested_[0][0].info.smallest_sequence, sequence + 1);
  const Snapshot* const between = env_->GetSnapshot();
  Put("b", "newest");
  std::string merge;
  AppendMerge(&merge, 0, "c", "+");
  Write(merge);
  const auto check = [&] {
    EXPECT_EQ(Get("a"), "new");
    EXPECT_EQ(Get("b"), "newest");
    EXPECT_EQ(Get("c"), "new+");
    EXPECT_EQ(Get("z"), "kept");
    EXPECT_EQ(Get("a", before), "old");
    EXPECT_EQ(Get("b", before), "old");
    EXPECT_EQ(Get("c", before), "(none)");
    EXPECT_EQ(Get("b", between), "new");
    EXPECT_EQ(Get("c", between), "new");
  };
  check();
  ASSERT_TRUE(kv_->Flush(true).ok());
  check();
  Compact();
  check();
  uint64_t newest = 0;
  ASSERT_TRUE(kv_->NewestSequence("a", sequence, &newest).ok());
  EXPECT_EQ(newest, sequence + 1);
  env_->ReleaseSnapshot(before);
  env_->ReleaseSnapshot(between);
  Compact();
  Open();
  Check({{"a", "new"}, {"b", "newest"}, {"c", "new+"}, {"z", "kept"}});
}

TEST_F(IngestTest, DeletesAndRangesHideWhatWasThereAndNothingOfTheirFile) {
  for (const bool flushed : {false, true}) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    Open();
    for (const char* key : {"a", "b", "c", "d", "e", "f"}) Put(key, "old");
    if (flushed) {
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
    const Snapshot* const before = env_->GetSnapshot();
    const auto writer = NewFile("/ext/ranges");
    ASSERT_TRUE(writer->Add(EntryType::kDelete, "a", "").ok());
    ASSERT_TRUE(writer->Add(EntryType::kPut, "c", "new").ok());
    ASSERT_TRUE(writer->DeleteRange("b", "e").ok());
    Finish(writer.get());
    Ingest({"/ext/ranges"});
    // Points and ranges stand in files of their own.
    size_t ranges = 0;
    for (const FileInfo& file : kv_->Files()) ranges += file.range_deletes;
    EXPECT_EQ(ranges, 1u);
    Check({{"c", "new"}, {"e", "old"}, {"f", "old"}});
    EXPECT_EQ(Get("b", before), "old");
    EXPECT_EQ(Get("c", before), "old");
    Put("d", "again");
    env_->ReleaseSnapshot(before);
    const Map expected{{"c", "new"}, {"d", "again"}, {"e", "old"}, {"f", "old"}};
    Check(expected);
    Open();
    Check(expected);
    Compact();
    Check(expected);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
  }
}

TEST_F(IngestTest, AFileOfRangesAlone) {
  Open();
  Put("a", "1");
  Put("b", "1");
  const auto writer = NewFile("/ext/only");
  ASSERT_TRUE(writer->DeleteRange("a", "b").ok());
  Finish(writer.get());
  Ingest({"/ext/only"});
  Check({{"b", "1"}});
  Open();
  Check({{"b", "1"}});
}

TEST_F(IngestTest, LaterFilesAreNewer) {
  Open();
  Ingest({MakeFile("1", {{"a", "1"}, {"m", "1"}, {"z", "1"}}), MakeFile("2", {{"m", "2"}}),
          MakeFile("3", {{"m", "3"}, {"n", "3"}})});
  const Map expected{{"a", "1"}, {"m", "3"}, {"n", "3"}, {"z", "1"}};
  Check(expected);
  EXPECT_EQ(ingested_[0][2].info.smallest_sequence, ingested_[0][0].info.smallest_sequence + 2);
  Open();
  Check(expected);
  Compact();
  Check(expected);
}

TEST_F(IngestTest, ManyFilesBecomeOneRun) {
  Open();
  Map all;
  std::vector<std::string> paths;
  for (uint64_t i = 0; i < 8; ++i) {
    const Map entries = Sequence(100 * i, 100 * i + 100, "v" + std::to_string(i));
    paths.insert(paths.begin(), MakeFile(std::to_string(i), entries));
    all.insert(entries.begin(), entries.end());
  }
  Ingest(paths);
  Check(all);
  std::set<uint64_t> runs;
  for (const FileInfo& file : kv_->Files()) runs.insert(file.run);
  EXPECT_EQ(runs.size(), 1u);
}

TEST_F(IngestTest, CompressedPagesAndLargeValuesTakeTheirSequence) {
  for (const Codec codec : {Codec::kNone, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    Compression compression;
    compression.codec = codec;
    store_.tree.compression.fill(compression);
    Map entries = Sequence(0, 500, std::string(100, 'c'));
    entries["large"] = std::string(100000, 'l');
    entries[std::string(3000, 'k')] = "a long key";
    const std::string path = MakeFile("f", entries);
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    Open();
    Put("large", "old");
    const Snapshot* const before = env_->GetSnapshot();
    Ingest({path});
    EXPECT_EQ(Get("large", before), "old");
    EXPECT_EQ(Get(Key(7), before), "(none)");
    Check(entries);
    env_->ReleaseSnapshot(before);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    Compact();
    Check(entries);
    env_.reset();
  }
}

TEST_F(IngestTest, WhatIsRefusedLeavesNothing) {
  Open();
  for (int i = 0; i < 100; ++i) Put(Key(i), "v");
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("memtable", "v");
  const auto before = RunFiles();
  const std::string good = MakeFile("good", {{"x", "1"}});
  const uint64_t sequence = env_->VisibleSequence();

  EXPECT_TRUE(env_->Ingest({}, &ingested_).IsInvalidArgument());
  EXPECT_TRUE(TryIngest({}).IsInvalidArgument());
  EXPECT_TRUE(env_->Ingest({Request(nullptr, {good})}, &ingested_).IsInvalidArgument());
  EXPECT_TRUE(
      env_->Ingest({Request(kv_, {good}), Request(kv_, {good})}, &ingested_).IsInvalidArgument());
  EXPECT_TRUE(TryIngest({good, "/ext/missing"}).IsPathNotFound());
  // A run of the store's own.
  EXPECT_TRUE(TryIngest({"/db/" + *before.begin()}).IsCorruption());

  const auto other_family = NewFile("/ext/family", 7);
  ASSERT_TRUE(other_family->Add(EntryType::kPut, "x", "1").ok());
  Finish(other_family.get());
  EXPECT_TRUE(TryIngest({good, "/ext/family"}).IsInvalidArgument());

  IngestOptions options;
  options.may_flush = false;
  const std::string overlapping = MakeFile("overlapping", {{"memtable", "2"}});
  EXPECT_TRUE(TryIngest({overlapping}, options).IsInvalidArgument());
  options = IngestOptions();
  options.may_be_numbered = false;
  EXPECT_TRUE(TryIngest({MakeFile("over", {{Key(5), "2"}})}, options).IsInvalidArgument());
  const Snapshot* const snapshot = env_->GetSnapshot();
  EXPECT_TRUE(TryIngest({good}, options).IsInvalidArgument());
  env_->ReleaseSnapshot(snapshot);
  options = IngestOptions();
  options.last_level_only = true;
  EXPECT_EQ(TryIngest({"/ext/over"}, options).code(), Status::kTryAgain);

  std::string bytes;
  ASSERT_TRUE(ReadFileToString(&fs_, good, &bytes).ok());
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/ext/short", bytes.substr(0, 100)).ok());
  EXPECT_TRUE(TryIngest({"/ext/short"}).IsCorruption());
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/ext/empty", "").ok());
  EXPECT_TRUE(TryIngest({"/ext/empty"}).IsCorruption());
  bytes[100] = static_cast<char>(bytes[100] ^ 1);  // in the page
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/ext/flipped", bytes).ok());
  options = IngestOptions();
  options.verify_checksums = true;
  EXPECT_TRUE(TryIngest({"/ext/flipped"}, options).IsCorruption());
  std::string theirs(4096, 'x');
  theirs += std::string("\xf7\xcf\xf4\x85\xb7\x41\xe2\x88", 8);
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/ext/rocks", theirs).ok());
  const Status rocks = TryIngest({"/ext/rocks"});
  EXPECT_TRUE(rocks.IsNotSupported());
  EXPECT_NE(rocks.message().find("/ext/rocks"), std::string::npos);
  EXPECT_NE(rocks.message().find("docs/migration.md"), std::string::npos);

  EXPECT_EQ(env_->VisibleSequence(), sequence);
  EXPECT_EQ(RunFiles(), before);
  EXPECT_EQ(Get("x"), "(none)");
  options = IngestOptions();
  options.may_be_numbered = false;
  Ingest({good}, options);
  EXPECT_EQ(Get("x"), "1");
}

TEST_F(IngestTest, AnotherOrderOfKeysIsRefused) {
  store_.order = ReverseBytewiseComparator();
  const std::string path = MakeFile("reverse", {{"x", "1"}});
  store_.order = BytewiseComparator();
  Open();
  EXPECT_TRUE(TryIngest({path}).IsInvalidArgument());
}

TEST_F(IngestTest, MovedFilesAreGoneFromWhereTheyWere) {
  Open();
  IngestOptions options;
  options.move = true;
  const std::string linked = MakeFile("linked", {{"a", "1"}});
  Ingest({linked}, options);
  EXPECT_FALSE(fs_.Exists(linked).ok());
  EXPECT_EQ(Get("a"), "1");

  SimFault fault;
  fault.io = kSimName;
  const std::string failing = MakeFile("failing", {{"b", "1"}});
  fs_.AddFault(fault);
  EXPECT_TRUE(TryIngest({failing}, options).IsIOError());
  fs_.ClearFaults();
  EXPECT_TRUE(fs_.Exists(failing).ok());
  EXPECT_EQ(Get("b"), "(none)");
  Ingest({failing}, options);
  EXPECT_EQ(Get("b"), "1");
}

TEST_F(IngestTest, SeveralFamiliesAtOnce) {
  OpenBoth();
  const std::string a = MakeFile("a", {{"k", "a"}});
  const std::string b = MakeFile("b", {{"k", "b"}, {"l", "b"}});
  ASSERT_TRUE(env_->Ingest({Request(kv_, {a}), Request(other_, {b})}, &ingested_).ok());
  EXPECT_EQ(Get("k"), "a");
  EXPECT_EQ(GetOther("k"), "b");
  ASSERT_EQ(ingested_.size(), 2u);
  EXPECT_EQ(ingested_[1][0].source, b);
  OpenBoth();
  EXPECT_EQ(Get("k"), "a");
  EXPECT_EQ(GetOther("l"), "b");
}

// Power fails before each call of the ingestion.
TEST_F(IngestTest, AllOrNothingOverCrashes) {
  const std::string a = MakeFile("a", {{"a", "ingested"}, {"c", "ingested"}});
  const std::string b = MakeFile("b", {{"x", "ingested"}});
  int there = 0;
  int not_there = 0;
  for (uint64_t n = 1; n < 200; ++n) {
    SCOPED_TRACE(n);
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    OpenBoth();
    std::string body;
    AppendPut(&body, 0, "a", "old");
    AppendPut(&body, other_->id(), "x", "old");
    Write(body, true);
    Put("late", "1");  // not synced
    if (n % 2 == 0) {  // nothing to flush in the way, so that other calls are hit
      ASSERT_TRUE(env_->FlushAll(true).ok());
    }
    Put("later", "1");
    fs_.CrashAtIo(n);
    const Status s = env_->Ingest({Request(kv_, {a}), Request(other_, {b})}, &ingested_);
    const bool acknowledged = s.ok() && !fs_.frozen();
    std::string after;
    AppendPut(&after, 0, "after", "1");
    WriteOptions synced;
    synced.sync = true;
    const bool after_acknowledged = env_->Write(synced, after, 1, nullptr).ok() && !fs_.frozen();
    const bool over = !fs_.frozen();
    fs_.CrashAtIo(0);
    env_.reset();
    fs_.Crash(n * 7919);
    const Status opened = TryOpenBoth();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    const bool first = Get("a") == "ingested";
    EXPECT_EQ(Get("c") == "ingested", first);
    EXPECT_EQ(GetOther("x") == "ingested", first);
    if (!first) {
      EXPECT_EQ(Get("a"), "old");
      EXPECT_EQ(GetOther("x"), "old");
      EXPECT_FALSE(acknowledged);
      EXPECT_EQ(Get("after"), "(none)");
    } else {
      EXPECT_EQ(Get("late"), "1");
      EXPECT_EQ(Get("later"), "1");
    }
    if (acknowledged) {
      EXPECT_TRUE(first);
    }
    if (after_acknowledged) {
      EXPECT_EQ(Get("after"), "1");
    }
    (first ? there : not_there) += 1;
    // The store goes on: what is written now is newer than what came in.
    Put("a", "newest");
    EXPECT_EQ(Get("a"), "newest");
    ASSERT_TRUE(kv_->Flush(true).ok());
    Compact();
    EXPECT_EQ(Get("a"), "newest");
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    if (over) break;
  }
  EXPECT_GT(not_there, 10);
  EXPECT_GT(there, 0);
}

// Each call of the ingestion fails in turn. It says so, nothing of it is there or all of it, and
// after Resume the same works.
TEST_F(IngestTest, FailingCalls) {
  const std::string a = MakeFile("a", {{"a", "ingested"}});
  const std::string b = MakeFile("b", {{"x", "ingested"}});
  bool hit = true;
  int failures = 0;
  for (uint64_t n = 1; hit && n < 100; ++n) {
    SCOPED_TRACE(n);
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    OpenBoth();
    Put("a", "old");
    SimFault fault;
    fault.nth = n;
    fault.io = kSimOpen | kSimRead | kSimWrite | kSimSync | kSimDirSync | kSimName;
    const uint64_t faults = fs_.counters().faults;
    fs_.AddFault(fault);
    const Status s = env_->Ingest({Request(kv_, {a}), Request(other_, {b})}, &ingested_);
    hit = fs_.counters().faults > faults;
    fs_.ClearFaults();
    if (!s.ok()) ++failures;
    EXPECT_EQ(Get("a") == "ingested", s.ok());
    EXPECT_EQ(GetOther("x") == "ingested", s.ok());
    const Status resumed = env_->Resume();
    ASSERT_TRUE(resumed.ok()) << resumed.ToString();
    if (!s.ok()) {
      EXPECT_EQ(Get("a"), "old");
      const Status again = env_->Ingest({Request(kv_, {a}), Request(other_, {b})}, &ingested_);
      ASSERT_TRUE(again.ok()) << again.ToString();
    }
    EXPECT_EQ(Get("a"), "ingested");
    EXPECT_EQ(GetOther("x"), "ingested");
    Put("a", "newest");
    OpenBoth();
    EXPECT_EQ(Get("a"), "newest");
    EXPECT_EQ(GetOther("x"), "ingested");
    env_.reset();
  }
  EXPECT_GT(failures, 10);
}

// Readers see all of an ingestion or nothing, and nothing that came later without it.
TEST_F(IngestTest, ReadersBesideIt) {
  Open();
  constexpr int kRounds = 30;
  constexpr int kKeys = 20;
  std::vector<std::string> paths;
  for (int round = 1; round <= kRounds; ++round) {
    Map entries;
    for (int i = 0; i < kKeys; ++i) entries["shared" + std::to_string(i)] = std::to_string(round);
    paths.push_back(MakeFile("r" + std::to_string(round), entries));
  }
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  const auto read = [&] {
    int last = 0;
    while (!done) {
      const auto it = kv_->NewIterator(ReadOptions());
      std::set<std::string> seen;
      int marker = 0;
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        if (it->key().StartsWith("shared")) {
          seen.insert(it->value().ToString());
        } else {
          marker = std::stoi(it->value().ToString());
        }
      }
      const int round = seen.empty() ? 0 : std::stoi(*seen.begin());
      // The marker of a round is written behind its file.
      if (!it->status().ok() || seen.size() > 1 || marker > round || round < last) ++wrong;
      last = round;
    }
  };
  std::thread reader(read);
  std::thread another(read);
  for (int round = 1; round <= kRounds; ++round) {
    Ingest({paths[static_cast<size_t>(round - 1)]});
    Put("marker", std::to_string(round));
  }
  done = true;
  reader.join();
  another.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(IngestTest, WithoutALogAndBesideHeldWrites) {
  Open();
  WriteOptions unlogged;
  unlogged.disable_wal = true;
  std::string body;
  AppendPut(&body, 0, "u", "1");
  ASSERT_TRUE(env_->Write(unlogged, body, 1, nullptr).ok());
  Ingest({MakeFile("a", {{"a", "1"}})});
  Put("logged", "1");
  Ingest({MakeFile("b", {{"a", "2"}})});
  ASSERT_TRUE(env_->HoldWrites().ok());
  Ingest({MakeFile("c", {{"c", "1"}})});
  ASSERT_TRUE(env_->ReleaseWrites().ok());
  Put("after", "1");
  fs_.ProcessKill();
  Open();
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(Get("c"), "1");
  EXPECT_EQ(Get("logged"), "1");
  EXPECT_EQ(Get("after"), "1");
}

TEST_F(IngestTest, ACopyHoldsTheWholeOfItOrNothing) {
  Open();
  Put("a", "old");
  Ingest({MakeFile("a", {{"a", "new"}, {"b", "new"}})});
  Put("c", "1");
  ASSERT_TRUE(env_->DisableFileDeletions().ok());
  for (const bool flush : {false, true}) {
    CopySet copy;
    ASSERT_TRUE(env_->FilesForCopy(flush, &copy).ok());
    EXPECT_EQ(copy.sequence, env_->VisibleSequence());
  }
  ASSERT_TRUE(env_->EnableFileDeletions(false).ok());
}

TEST_F(IngestTest, RepairWithoutAManifestKnowsWhatIsNewer) {
  Open();
  Put("a", "old");
  Put("b", "old");
  ASSERT_TRUE(kv_->Flush(true).ok());
  Ingest({MakeFile("f", {{"a", "ingested"}, {"c", "ingested"}})});
  Put("c", "newest");
  ASSERT_TRUE(kv_->Flush(true).ok());
  env_.reset();
  std::vector<std::string> names;
  ASSERT_TRUE(fs_.List("/db", &names).ok());
  for (const std::string& name : names) {
    if (name.rfind("MANIFEST", 0) == 0 || name == "CURRENT") {
      ASSERT_TRUE(fs_.Remove("/db/" + name).ok());
    }
  }
  RepairOptions repair;
  repair.fs = &fs_;
  repair.options_of = [&](const std::string&, StoreOptions* options) {
    *options = store_;
    return Status::OK();
  };
  const Status s = DbEnv::Repair(repair, "/db");
  ASSERT_TRUE(s.ok()) << s.ToString();
  Open();
  Check({{"a", "ingested"}, {"b", "old"}, {"c", "newest"}});
}

TEST_F(IngestTest, AStoreLeavesAndComesInByItsFiles) {
  store_.tree.auto_merge = false;
  Open();
  Map expected;
  for (int round = 0; round < 4; ++round) {
    for (int i = round; i < 400; i += round + 1) {
      Put(Key(i), std::to_string(round));
      expected[Key(i)] = std::to_string(round);
    }
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  Delete(Key(8));
  expected.erase(Key(8));
  std::string body;
  AppendRangeDelete(&body, 0, Key(100), Key(150));
  Write(body);
  expected.erase(expected.lower_bound(Key(100)), expected.lower_bound(Key(150)));
  const auto writer = NewFile("/ext/in");
  ASSERT_TRUE(writer->Add(EntryType::kPut, Key(200), "ingested").ok());
  ASSERT_TRUE(writer->DeleteRange(Key(300), Key(310)).ok());
  Finish(writer.get());
  Ingest({"/ext/in"});
  expected[Key(200)] = "ingested";
  expected.erase(expected.lower_bound(Key(300)), expected.lower_bound(Key(310)));
  Check(expected);
  ImportFiles import;
  ASSERT_TRUE(fs_.CreateDir("/export").ok());
  const Status exported = kv_->Export([&](const std::vector<FileInfo>& files) {
    for (const FileInfo& file : files) {
      const std::string path = "/export/" + std::to_string(file.number);
      AETHER_RETURN_IF_ERROR(fs_.Link(file.path, path));
      import.files.push_back({path, file.level, file.smallest_sequence, file.largest_sequence});
    }
    return fs_.SyncDir("/export");
  });
  ASSERT_TRUE(exported.ok()) << exported.ToString();
  ASSERT_GT(import.files.size(), 2u);
  env_.reset();
  ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());

  Open();
  Put("k", "default");
  KvStore* imported = nullptr;
  const Status s = env_->ImportStore("imported", store_, import, &imported);
  ASSERT_TRUE(s.ok()) << s.ToString();
  KvStore* const own = kv_;
  kv_ = imported;
  Check(expected);
  AppendPut(&(body = ""), imported->id(), Key(200), "later");
  Write(body);
  expected[Key(200)] = "later";
  Check(expected);
  EXPECT_TRUE(imported->VerifyChecksums().ok());
  Compact();
  Check(expected);
  kv_ = own;
  EXPECT_EQ(Get("k"), "default");
  fs_.ProcessKill();
  env_.reset();
  std::vector<KvStore*> handles;
  ASSERT_TRUE(
      DbEnv::Open(env_options_, "/db", {{"default", store_}, {"imported", store_}}, &env_, &handles)
          .ok());
  kv_ = handles[1];
  Check(expected);
  EXPECT_FALSE(
      env_->ImportStore("again", store_, {{{"/export/none", 0, 0, 0}}, false}, &imported).ok());
  EXPECT_TRUE(
      env_->ImportStore("again", store_, {{{import.files[0].path, 9, 0, 0}}, false}, &imported)
          .IsInvalidArgument());
}

}  // namespace
}  // namespace aether
