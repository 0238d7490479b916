// Misuse that ends the process with Debian's build of RocksDB, which has assertions on.
#include <rocksdb/convenience.h>
#include <rocksdb/iterator.h>
#include <rocksdb/metadata.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/utilities/checkpoint.h>

#include <functional>

#include "tests/conformance/outcome.h"
#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::ReadOptions;

// What a call does to a process that has two DBs, whose families have the same numbers.
std::string WithTwo(const char* below,
                    const std::function<std::string(Db& mine, Db& other,
                                                    rocksdb::ColumnFamilyHandle* theirs)>& misuse) {
  return Outcome([&] {
    Db mine(Db::DefaultOptions(), std::string(below) + "_mine");
    Db other(Db::DefaultOptions(), std::string(below) + "_other");
    GOOD(mine->Put(rocksdb::WriteOptions(), mine.Create("one"), "a", "mine"));
    rocksdb::ColumnFamilyHandle* const theirs = other.Create("one");
    GOOD(other->Put(rocksdb::WriteOptions(), theirs, "a", "other"));
    const std::string text = misuse(mine, other, theirs);
    return text + "; mine " + mine.Get("a", mine.families()[0]) + ", other " +
           other.Get("a", theirs);
  });
}

CASE(misuse_of_iterators) {
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db;
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->Next();
            return At(*it);
          }),
          "aborts", "survives: end");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db(Db::DefaultOptions(), "prev");
            db.Put("a", "1");
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->SeekToFirst();
            it->Next();
            it->Next();
            it->Prev();
            return At(*it);
          }),
          "aborts", "survives: end");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db(Db::DefaultOptions(), "key");
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->SeekToFirst();
            return "key '" + it->key().ToString() + "'";
          }),
          "aborts", "survives: key ''");
}

CASE(misuse_of_closing) {
  DIFFERS("misuse-does-not-abort", Outcome([] {
            rocksdb::DB* db = nullptr;
            GOOD(rocksdb::DB::Open(Db::DefaultOptions(), Directory() + "/db", &db));
            GOOD(db->Put(rocksdb::WriteOptions(), "a", "1"));
            rocksdb::Iterator* const it = db->NewIterator(ReadOptions());
            it->SeekToFirst();
            delete db;
            delete it;
            return std::string("closed");
          }),
          "aborts", "survives: closed");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            rocksdb::DB* db = nullptr;
            GOOD(rocksdb::DB::Open(Db::DefaultOptions(), Directory() + "/other", &db));
            rocksdb::ColumnFamilyHandle* family = nullptr;
            GOOD(db->CreateColumnFamily(Db::DefaultOptions(), "one", &family));
            delete db;
            delete family;
            return std::string("closed");
          }),
          "aborts", "survives: closed");
}

CASE(misuse_of_missing_families) {
  rocksdb::ColumnFamilyHandle* const none = nullptr;
  // Writes take it for the default family on both, reads assert.
  Db db;
  GOOD(db->Put(rocksdb::WriteOptions(), none, "a", "1"));
  GOOD(db->Put(rocksdb::WriteOptions(), none, "b", "2"));
  GOOD(db->Delete(rocksdb::WriteOptions(), none, "a"));
  GOOD(db->DeleteRange(rocksdb::WriteOptions(), none, "x", "y"));
  EQ(db.Scan(), "b=2 ");
  db.Close();
  {
    TxnDb<rocksdb::TransactionDB> locking;
    GOOD(locking->Put(rocksdb::WriteOptions(), none, "a", "1"));
    GOOD(locking->Delete(rocksdb::WriteOptions(), none, "b"));
    const auto txn = locking.Begin();
    GOOD(txn->Put(none, "c", "3"));
    std::string value;
    GOOD(txn->GetForUpdate(ReadOptions(), none, "a", &value));
    EQ(value, "1");
    GOOD(txn->Commit());
    GOOD(locking->Get(ReadOptions(), "c", &value));
    EQ(value, "3");
  }
  const auto with_db = [](const char* below, const auto& misuse) {
    return Outcome([below, &misuse] {
      Db own(Db::DefaultOptions(), below);
      own.Put("a", "1");
      return misuse(own);
    });
  };
  DIFFERS("misuse-does-not-abort",
          with_db("get",
                  [none](Db& own) {
                    std::string value;
                    GOOD(own->Get(ReadOptions(), none, "a", &value));
                    return value;
                  }),
          "aborts", "survives: 1");
  DIFFERS(
      "misuse-does-not-abort",
      with_db("iterator",
              [none](Db& own) {
                const std::unique_ptr<rocksdb::Iterator> it(own->NewIterator(ReadOptions(), none));
                it->SeekToFirst();
                return At(*it);
              }),
      "aborts", "survives: a=1");
}

CASE(misuse_of_families_of_another_db) {
  const std::string refused =
      "survives: 4/0 Invalid argument: the column family handle belongs to another DB; mine mine, "
      "other other";
  DIFFERS("handles-of-other-dbs-are-refused",
          WithTwo("put",
                  [](Db& mine, Db&, rocksdb::ColumnFamilyHandle* theirs) {
                    return Text(mine->Put(rocksdb::WriteOptions(), theirs, "a", "x"));
                  }),
          "survives: 0/0 OK; mine x, other other", refused);
  DIFFERS("handles-of-other-dbs-are-refused",
          WithTwo("get",
                  [](Db& mine, Db&, rocksdb::ColumnFamilyHandle* theirs) {
                    std::string value;
                    return Text(mine->Get(ReadOptions(), theirs, "a", &value));
                  }),
          "survives: 0/0 OK; mine mine, other other", refused);
  DIFFERS("misuse-does-not-abort",
          WithTwo("flush",
                  [](Db& mine, Db&, rocksdb::ColumnFamilyHandle* theirs) {
                    return Text(mine->Flush(rocksdb::FlushOptions(), theirs));
                  }),
          "aborts", refused);
  DIFFERS("misuse-does-not-abort",
          WithTwo("release",
                  [](Db& mine, Db& other, rocksdb::ColumnFamilyHandle*) {
                    const rocksdb::Snapshot* const snapshot = other->GetSnapshot();
                    mine->ReleaseSnapshot(snapshot);
                    other->ReleaseSnapshot(snapshot);
                    return std::string("released");
                  }),
          "aborts", "survives: released; mine mine, other other");
}

CASE(misuse_after_close) {
  const auto closed = [](const char* below, const auto& misuse) {
    return Outcome([&] {
      Db db(Db::DefaultOptions(), below);
      db.Put("a", "1");
      GOOD(db->Close());
      return misuse(db);
    });
  };
  const char* const aborted = "survives: 10/0 Operation aborted: the DB is closed";
  DIFFERS("misuse-does-not-abort",
          closed("get",
                 [](Db& db) {
                   std::string value;
                   return Text(db->Get(ReadOptions(), "a", &value));
                 }),
          "aborts", aborted);
  DIFFERS("misuse-does-not-abort",
          closed("put", [](Db& db) { return Text(db->Put(rocksdb::WriteOptions(), "a", "2")); }),
          "aborts", aborted);
}

// What RocksDB answers to the handle of a family that has been dropped holds here, too.
CASE(handles_of_dropped_families) {
  using rocksdb::Status;
  Db db;
  rocksdb::ColumnFamilyHandle* const family = db.Create("one");
  const auto put = [&](const char* key) {
    GOOD(db->Put(rocksdb::WriteOptions(), family, key, "1"));
  };
  put("a");
  GOOD(db->Flush(rocksdb::FlushOptions(), family));
  put("b");
  rocksdb::ColumnFamilyMetaData before;
  db->GetColumnFamilyMetaData(family, &before);
  std::string file;
  for (const auto& level : before.levels) {
    for (const auto& one : level.files) file = one.name;
  }
  const std::string outside = Directory() + "/outside.sst";
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), Db::DefaultOptions());
  GOOD(writer.Open(outside));
  GOOD(writer.Put("z", "1"));
  GOOD(writer.Finish());
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions(), family));
  GOOD(db->DropColumnFamily(family));

  const std::string dropped = "15/0 Column family dropped: ";
  EQ(db.Get("a", family), "1");
  EQ(db.Scan(ReadOptions(), family), "a=1 b=1 ");
  GOOD(it->Refresh());
  it->SeekToFirst();
  EQ(At(*it), "a=1");
  EQ(db->Flush(rocksdb::FlushOptions(), family), dropped);
  EQ(db->Flush(rocksdb::FlushOptions(), {db->DefaultColumnFamily(), family}), dropped);
  EQ(db->CompactRange(rocksdb::CompactRangeOptions(), family, nullptr, nullptr), dropped);
  EQ(db->CompactFiles(rocksdb::CompactionOptions(), family, {file}, 1),
     dropped + "Column family dropped during compaction");
  EQ(db->SetOptions(family, {{"write_buffer_size", "1000000"}}), dropped);
  EQ(db->EnableAutoCompaction({family}), dropped);
  EQ(db->DeleteFile(file), dropped);
  GOOD(db->SuggestCompactRange(family, nullptr, nullptr));
  EQ(db->IngestExternalFile(family, {outside}, rocksdb::IngestExternalFileOptions()), dropped);
  rocksdb::Checkpoint* checkpoint = nullptr;
  GOOD(rocksdb::Checkpoint::Create(db.get(), &checkpoint));
  const std::unique_ptr<rocksdb::Checkpoint> owned(checkpoint);
  rocksdb::ExportImportFilesMetaData* exported = nullptr;
  CODE(checkpoint->ExportColumnFamily(family, Directory() + "/exported", &exported), "15/0");
  YES(exported == nullptr);
  CODE(db->DropColumnFamily(family), "4/0");
  rocksdb::ColumnFamilyDescriptor descriptor;
  GOOD(family->GetDescriptor(&descriptor));
  EQ(descriptor.name, "one");
  EQ(db->NumberLevels(family), 7);
  std::string value;
  YES(db->GetProperty(family, "rocksdb.estimate-num-keys", &value));
  EQ(value, "2");
  rocksdb::ColumnFamilyMetaData metadata;
  db->GetColumnFamilyMetaData(family, &metadata);
  EQ(metadata.name, "one");
  rocksdb::TablePropertiesCollection properties;
  GOOD(db->GetPropertiesOfAllTables(family, &properties));
  EQ(properties.size(), size_t{1});
  std::vector<rocksdb::Iterator*> iterators;
  GOOD(db->NewIterators(ReadOptions(), {family}, &iterators));
  for (rocksdb::Iterator* one : iterators) delete one;
  GOOD(rocksdb::DeleteFilesInRange(db.get(), family, nullptr, nullptr));
  rocksdb::WriteOptions lenient;
  lenient.ignore_missing_column_families = true;
  GOOD(db->Put(lenient, family, "a", "2"));
  EQ(db.Get("a", db->DefaultColumnFamily()), "NotFound: ");
  // The last, because RocksDB takes no more writes after it.
  EQ(db->Put(rocksdb::WriteOptions(), family, "a", "2"),
     "4/0 Invalid argument: Invalid column family specified in write batch");
}

CASE(options_without_parts) {
  const auto open = [](const char* below, const rocksdb::Options& options) {
    rocksdb::DB* db = nullptr;
    const rocksdb::Status s =
        rocksdb::DB::Open(options, Directory() + std::string("/") + below, &db);
    delete db;
    return s;
  };
  rocksdb::Options options = Db::DefaultOptions();
  options.env = nullptr;
  GOOD(open("env", options));
  options = Db::DefaultOptions();
  options.comparator = nullptr;
  EQ(open("comparator", options), "1/0 NotFound: Missing configurable object: comparator");
  options = Db::DefaultOptions();
  options.table_factory = nullptr;
  EQ(open("table", options), "1/0 NotFound: Missing configurable object: table_factory");
  options = Db::DefaultOptions();
  options.memtable_factory = nullptr;
  EQ(open("memtable", options), "1/0 NotFound: Missing configurable object: memtable_factory");
}
}  // namespace
}  // namespace conformance
