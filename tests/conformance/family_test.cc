// Column families, read-only instances.
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyHandle;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::Status;
using rocksdb::WriteOptions;

CASE(family_names) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  EQ(one->GetName(), "one");
  EQ(one->GetID(), uint32_t{1});
  ColumnFamilyHandle* again = nullptr;
  EQ(db->CreateColumnFamily(Options(), "one", &again),
     "4/0 Invalid argument: Column family already exists");
  YES(again == nullptr);
  EQ(db->DropColumnFamily(db->DefaultColumnFamily()),
     "4/0 Invalid argument: Can't drop default column family");
  EQ(db->DefaultColumnFamily()->GetName(), "default");
}

CASE(family_dropped) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  GOOD(db->DropColumnFamily(one));
  EQ(db->DropColumnFamily(one), "4/0 Invalid argument: Column family already dropped!\n");
  EQ(db.Get("a", one), "1");
  EQ(db.Scan(rocksdb::ReadOptions(), one), "a=1 ");
  EQ(db->Flush(FlushOptions(), one), "15/0 Column family dropped: ");
  EQ(db->CompactRange(rocksdb::CompactRangeOptions(), one, nullptr, nullptr),
     "15/0 Column family dropped: ");
}

CASE(family_recreated) {
  Db db;
  ColumnFamilyHandle* const old = db.Create("one");
  GOOD(db->Put(WriteOptions(), old, "a", "1"));
  GOOD(db->DropColumnFamily(old));
  ColumnFamilyHandle* const fresh = db.Create("one");
  EQ(fresh->GetID(), uint32_t{2});
  EQ(db.Get("a", fresh), "NotFound: ");
  GOOD(db->Put(WriteOptions(), fresh, "a", "2"));
  GOOD(db.Reopen(Db::DefaultOptions(), {"default", "one"}));
  EQ(db.Get("a", db.families()[1]), "2");
  EQ(db.families()[1]->GetID(), uint32_t{2});
}

CASE(families_are_apart) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  db.Put("a", "0");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  GOOD(db->Delete(WriteOptions(), "a"));
  EQ(db.Get("a"), "NotFound: ");
  EQ(db.Get("a", one), "1");
  GOOD(db->Flush(FlushOptions(), one));
  EQ(db.Get("a", one), "1");
  std::vector<ColumnFamilyHandle*> made;
  GOOD(db->CreateColumnFamilies(Options(), {"x", "y"}, &made));
  EQ(made.size(), size_t{2});
  for (ColumnFamilyHandle* handle : made) GOOD(db->DestroyColumnFamilyHandle(handle));
  CODE(db->DestroyColumnFamilyHandle(db->DefaultColumnFamily()), "4/0");
}

CASE(family_flushed_alone_survives) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  for (int i = 0; i < 50; ++i) {
    rocksdb::WriteBatch batch;
    GOOD(batch.Put("k" + std::to_string(i), "0"));
    GOOD(batch.Put(one, "k" + std::to_string(i), "1"));
    GOOD(db->Write(WriteOptions(), &batch));
    if (i == 25) GOOD(db->Flush(FlushOptions(), one));
  }
  GOOD(db.Reopen(Db::DefaultOptions(), {"default", "one"}));
  EQ(db.Get("k49"), "0");
  EQ(db.Get("k49", db.families()[1]), "1");
  EQ(db.Get("k3", db.families()[1]), "1");
  EQ(db->GetLatestSequenceNumber(), uint64_t{100});
}

CASE(read_only_refuses) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  GOOD(db.ReopenReadOnly(Options()));
  EQ(db.Get("a"), "1");
  EQ(db.Get("b"), "2");
  const std::string refused = "3/0 Not implemented: Not supported operation in read only mode.";
  EQ(db->Put(WriteOptions(), "c", "1"), refused);
  EQ(db->Delete(WriteOptions(), "a"), refused);
  EQ(db->SingleDelete(WriteOptions(), "a"), refused);
  EQ(db->Merge(WriteOptions(), "a", "1"), refused);
  rocksdb::WriteBatch batch;
  GOOD(batch.Put("c", "1"));
  EQ(db->Write(WriteOptions(), &batch), refused);
  EQ(db->Flush(FlushOptions()), refused);
  EQ(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr), refused);
  CODE(db->DropColumnFamily(db->DefaultColumnFamily()), "4/0");
  GOOD(db->SetDBOptions({{"max_background_jobs", "4"}}));
  EQ(db->SyncWAL(), refused);
  EQ(db->FlushWAL(true), refused);
  GOOD(db->FlushWAL(false));
  GOOD(db->Resume());
  GOOD(db->PauseBackgroundWork());
  GOOD(db->ContinueBackgroundWork());
  EQ(db->DisableFileDeletions(), refused);
  // Refused elsewhere.
  rocksdb::ReadOptions managed, persisted;
  managed.managed = true;
  persisted.read_tier = rocksdb::kPersistedTier;
  EQ(db.Scan(managed), "a=1 b=2 ");
  EQ(db.Scan(persisted), "a=1 b=2 ");
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  YES(snapshot != nullptr);
  EQ(db.Get("a", nullptr, snapshot), "1");
  db->ReleaseSnapshot(snapshot);
  EQ(db.Scan(), "a=1 b=2 ");
}

CASE(read_only_writes_nothing) {
  {
    Db db;
    db.Put("a", "1");
  }
  const auto before = FilesWith(Directory() + "/db", "");
  rocksdb::DB* db = nullptr;
  GOOD(rocksdb::DB::OpenForReadOnly(Options(), Directory() + "/db", &db));
  std::string value;
  GOOD(db->Get(rocksdb::ReadOptions(), "a", &value));
  delete db;
  YES(FilesWith(Directory() + "/db", "") == before);
}

CASE(read_only_subset_of_families) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  db.Put("a", "0");
  GOOD(db.ReopenReadOnly(Options()));
  EQ(db.Get("a"), "0");
}

CASE(read_only_creates_no_families) {
  Db db;
  GOOD(db.ReopenReadOnly(Options()));
  ColumnFamilyHandle* made = nullptr;
  const Status s = db->CreateColumnFamily(Options(), "new", &made);
  DIFFERS("read-only-creates-no-families", Text(s), "0/0 OK",
          "3/0 Not implemented: Not supported operation in read only mode.");
  if (made != nullptr) db->DestroyColumnFamilyHandle(made).PermitUncheckedError();
}

CASE(read_only_drops_no_families) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  db.Close();
  rocksdb::DB* read_only = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  GOOD(rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), db.path(), {{"default", {}}, {"one", {}}},
                                    &handles, &read_only));
  CODE(read_only->Write(WriteOptions(), nullptr), "3/0");
  DIFFERS("read-only-drops-no-families", Text(read_only->DropColumnFamily(handles[1])), "0/0 OK",
          "3/0 Not implemented: Not supported operation in read only mode.");
  for (ColumnFamilyHandle* const handle : handles) {
    GOOD(read_only->DestroyColumnFamilyHandle(handle));
  }
  delete read_only;
}

CASE(compact_to_a_level_that_is_not_there) {
  Db db;
  rocksdb::CompactRangeOptions options;
  options.change_level = true;
  options.target_level = 1000;
  GOOD(db->CompactRange(options, nullptr, nullptr));
  db.Put("a", "1");
  CODE(db->CompactRange(options, nullptr, nullptr), "4/0");
  rocksdb::Options universal = Db::DefaultOptions();
  universal.compaction_style = rocksdb::kCompactionStyleUniversal;
  Db other(universal, "universal");
  CODE(other->CompactRange(options, nullptr, nullptr), "4/0");
}
}  // namespace
}  // namespace conformance
