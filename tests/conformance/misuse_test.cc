// Misuse that ends the process with Debian's build of RocksDB, which has assertions on.
#include <rocksdb/iterator.h>
#include <rocksdb/slice_transform.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::ReadOptions;

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
}  // namespace
}  // namespace conformance
