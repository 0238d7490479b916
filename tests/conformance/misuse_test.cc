// Misuse that ends the process with Debian's build of RocksDB, which has assertions on.
#include <rocksdb/iterator.h>
#include <rocksdb/slice_transform.h>

#include "tests/conformance/outcome.h"

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
}  // namespace
}  // namespace conformance
