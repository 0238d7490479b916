// WriteBatchWithIndex: order, lookups, and what it shows laid over a DB.
#include <rocksdb/convenience.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::BytewiseComparator;
using rocksdb::Iterator;
using rocksdb::Options;
using rocksdb::PinnableSlice;
using rocksdb::ReadOptions;
using rocksdb::ReverseBytewiseComparator;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WBWIIterator;
using rocksdb::WriteBatchWithIndex;
using rocksdb::WriteOptions;

std::string Show(const rocksdb::WriteEntry& entry) {
  static const char* const kNames[] = {"put", "merge", "delete", "single", "range", "log", "xid"};
  return std::string(kNames[entry.type]) + "(" + entry.key.ToString() + "," +
         entry.value.ToString() + ")";
}

std::string All(WriteBatchWithIndex* batch, rocksdb::ColumnFamilyHandle* family = nullptr) {
  const std::unique_ptr<WBWIIterator> it(batch->NewIterator(family));
  std::string text;
  for (it->SeekToFirst(); it->Valid(); it->Next()) text += Show(it->Entry()) + " ";
  return text;
}

std::string Forward(Iterator* it) {
  std::string text;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

std::string Backward(Iterator* it) {
  std::string text;
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

Options WithMerge() {
  Options options = Db::DefaultOptions();
  GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappend",
                                                &options.merge_operator));
  return options;
}

CASE(indexed_batch_order) {
  WriteBatchWithIndex batch;
  GOOD(batch.Put("b", "1"));
  GOOD(batch.Put("a", "2"));
  GOOD(batch.Put("b", "3"));
  GOOD(batch.Delete("a"));
  GOOD(batch.SingleDelete("c"));
  GOOD(batch.Merge("b", "4"));
  GOOD(batch.PutLogData("note"));
  EQ(All(&batch), "put(a,2) delete(a,) put(b,1) put(b,3) merge(b,4) single(c,) ");
  EQ(batch.GetWriteBatch()->Count(), uint32_t{6});
  const std::unique_ptr<WBWIIterator> it(batch.NewIterator());
  it->Seek("b");
  EQ(Show(it->Entry()), "put(b,1)");
  it->Prev();
  EQ(Show(it->Entry()), "delete(a,)");
  it->SeekForPrev("b");
  EQ(Show(it->Entry()), "merge(b,4)");
  it->SeekForPrev("bb");
  EQ(Show(it->Entry()), "merge(b,4)");
  it->SeekForPrev("A");
  NO(it->Valid());
  it->Seek("d");
  NO(it->Valid());
  it->SeekToLast();
  EQ(Show(it->Entry()), "single(c,)");
  it->Next();
  NO(it->Valid());
  GOOD(it->status());
}

CASE(indexed_batch_overwrites) {
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  GOOD(batch.Put("a", "1"));
  GOOD(batch.Put("a", "2"));
  EQ(All(&batch), "put(a,2) ");
  GOOD(batch.Merge("a", "3"));
  GOOD(batch.Merge("a", "4"));
  EQ(All(&batch), "put(a,2) merge(a,3) merge(a,4) ");
  GOOD(batch.Delete("a"));
  EQ(All(&batch), "put(a,2) merge(a,3) delete(a,) ");
  GOOD(batch.Put("b", "1"));
  GOOD(batch.SingleDelete("b"));
  EQ(All(&batch), "put(a,2) merge(a,3) delete(a,) single(b,) ");
  // The batch itself keeps every record.
  EQ(batch.GetWriteBatch()->Count(), uint32_t{7});
}

CASE(indexed_batch_refuses) {
  WriteBatchWithIndex batch;
  CODE(batch.DeleteRange("a", "b"), "3/0");
  CODE(batch.RollbackToSavePoint(), "1/0");
  CODE(batch.PopSavePoint(), "1/0");
  batch.SetMaxBytes(30);
  GOOD(batch.Put("a", "1"));
  EQ(batch.Put("b", std::string(30, 'x')), "10/7 Operation aborted: Memory limit reached");
  EQ(All(&batch), "put(a,1) ");
  WriteBatchWithIndex small(BytewiseComparator(), 0, false, 20);
  GOOD(small.Put("a", "1"));
  CODE(small.Put("b", "1"), "10/7");
  EQ(small.GetDataSize(), size_t{17});
}

CASE(indexed_batch_save_points) {
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  GOOD(batch.Put("a", "1"));
  batch.SetSavePoint();
  GOOD(batch.Put("a", "2"));
  GOOD(batch.Put("b", "1"));
  batch.SetSavePoint();
  GOOD(batch.Delete("a"));
  EQ(All(&batch), "delete(a,) put(b,1) ");
  GOOD(batch.RollbackToSavePoint());
  EQ(All(&batch), "put(a,2) put(b,1) ");
  batch.SetSavePoint();
  GOOD(batch.Put("c", "1"));
  GOOD(batch.PopSavePoint());
  GOOD(batch.RollbackToSavePoint());
  EQ(All(&batch), "put(a,1) ");
  std::string value;
  GOOD(batch.GetFromBatch(rocksdb::DBOptions(), "a", &value));
  EQ(value, "1");
  CODE(batch.GetFromBatch(rocksdb::DBOptions(), "b", &value), "1/0");
  batch.Clear();
  EQ(All(&batch), "");
  EQ(batch.GetDataSize(), size_t{12});
}

CASE(indexed_batch_lookups) {
  Db db(WithMerge());
  rocksdb::ColumnFamilyHandle* const family = db->DefaultColumnFamily();
  const rocksdb::DBOptions options;
  WriteBatchWithIndex batch;
  std::string value = "kept";
  EQ(batch.GetFromBatch(options, "a", &value), "1/0 NotFound: ");
  EQ(value, "kept");
  GOOD(batch.Put("a", "1"));
  GOOD(batch.GetFromBatch(options, "a", &value));
  EQ(value, "1");
  GOOD(batch.Delete("a"));
  EQ(batch.GetFromBatch(options, "a", &value), "1/0 NotFound: ");
  GOOD(batch.Merge("a", "2"));
  EQ(batch.GetFromBatch(options, "a", &value),
     "4/0 Invalid argument: Must provide a column_family");
  GOOD(batch.GetFromBatch(family, options, "a", &value));
  EQ(value, "2");
  GOOD(batch.Merge("m", "1"));
  GOOD(batch.Merge("m", "2"));
  EQ(batch.GetFromBatch(family, options, "m", &value), "6/0 Merge in progress: ");

  GOOD(db->Put(WriteOptions(), "m", "0"));
  GOOD(db->Put(WriteOptions(), "d", "0"));
  GOOD(batch.Delete("d"));
  GOOD(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "m", &value));
  EQ(value, "0,1,2");
  GOOD(batch.Merge("new", "1"));
  GOOD(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "new", &value));
  EQ(value, "1");
  EQ(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "d", &value), "1/0 NotFound: ");
  EQ(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "none", &value), "1/0 NotFound: ");
  PinnableSlice pinned;
  GOOD(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "a", &pinned));
  EQ(pinned.ToString(), "2");

  const Slice keys[] = {"a", "d", "m", "new", "none"};
  PinnableSlice values[5];
  Status statuses[5];
  batch.MultiGetFromBatchAndDB(db.get(), ReadOptions(), family, 5, keys, values, statuses, false);
  std::string text;
  for (int i = 0; i < 5; ++i) {
    text += (statuses[i].ok() ? values[i].ToString() : statuses[i].ToString()) + " ";
  }
  EQ(text, "2 NotFound:  0,1,2 1 NotFound:  ");
}

CASE(indexed_batch_without_an_operator) {
  Db db;
  WriteBatchWithIndex batch;
  std::string value;
  GOOD(batch.Put("a", "1"));
  GOOD(batch.Merge("a", "2"));
  GOOD(batch.Merge("b", "2"));
  EQ(batch.GetFromBatch(db->DefaultColumnFamily(), rocksdb::DBOptions(), "a", &value),
     "4/0 Invalid argument: Merge_operator must be set for column_family");
  EQ(batch.GetFromBatchAndDB(db.get(), ReadOptions(), "b", &value),
     "4/0 Invalid argument: Merge_operator must be set for column_family");
}

CASE(indexed_batch_over_a_db) {
  Db db(WithMerge());
  for (const char* key : {"a", "b", "c", "e"}) GOOD(db->Put(WriteOptions(), key, "old"));
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  GOOD(batch.Put("b", "new"));
  GOOD(batch.Delete("c"));
  GOOD(batch.Put("d", "new"));
  GOOD(batch.Merge("e", "x"));
  GOOD(batch.Merge("f", "y"));
  GOOD(batch.Delete("g"));
  rocksdb::ColumnFamilyHandle* const family = db->DefaultColumnFamily();
  std::unique_ptr<Iterator> it(batch.NewIteratorWithBase(family, db->NewIterator(ReadOptions())));
  EQ(Forward(it.get()), "a=old b=new d=new e=old,x f=y ");
  EQ(Backward(it.get()), "f=y e=old,x d=new b=new a=old ");
  it->Seek("c");
  EQ(At(*it), "d=new");
  it->Prev();
  EQ(At(*it), "b=new");
  it->Next();
  EQ(At(*it), "d=new");
  it->Next();
  EQ(At(*it), "e=old,x");
  it->Prev();
  it->Prev();
  it->Prev();
  EQ(At(*it), "a=old");
  it->SeekForPrev("c");
  EQ(At(*it), "b=new");
  it->Next();
  EQ(At(*it), "d=new");
  it->SeekForPrev("z");
  EQ(At(*it), "f=y");
  it->Next();
  EQ(At(*it), "end");
  // Without a family it is the default one, and bytewise.
  it.reset(batch.NewIteratorWithBase(db->NewIterator(ReadOptions())));
  it->Seek("b");
  EQ(At(*it), "b=new");
}

CASE(indexed_batch_iterators_see_changes) {
  Db db;
  for (const char* key : {"a", "c", "e"}) GOOD(db->Put(WriteOptions(), key, "old"));
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  GOOD(batch.Put("g", "new"));
  const std::unique_ptr<Iterator> it(
      batch.NewIteratorWithBase(db->DefaultColumnFamily(), db->NewIterator(ReadOptions())));
  // Keys are deleted behind the iterator as it goes.
  std::string seen;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string key = it->key().ToString();
    seen += key;
    GOOD(batch.Delete(key));
  }
  EQ(seen, "aceg");
  EQ(Forward(it.get()), "");
  GOOD(batch.Put("b", "1"));
  GOOD(batch.Put("f", "2"));
  EQ(Forward(it.get()), "b=1 f=2 ");
}

CASE(indexed_batch_iterators_and_bounds) {
  Db db;
  for (const char* key : {"b", "d", "f"}) GOOD(db->Put(WriteOptions(), key, "old"));
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  for (const char* key : {"a", "c", "e", "g"}) GOOD(batch.Put(key, "new"));
  const Slice lower("b");
  const Slice upper("f");
  ReadOptions read;
  read.iterate_lower_bound = &lower;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<Iterator> it(
      batch.NewIteratorWithBase(db->DefaultColumnFamily(), db->NewIterator(read), &read));
  DIFFERS("merged-iterators-keep-to-bounds", Forward(it.get()),
          "a=new b=old c=new d=old e=new g=new ", "b=old c=new d=old e=new ");
  DIFFERS("merged-iterators-keep-to-bounds", Backward(it.get()),
          "g=new e=new d=old c=new b=old a=new ", "e=new d=old c=new b=old ");
  it->Seek("e");
  EQ(At(*it), "e=new");
  it->Next();
  DIFFERS("merged-iterators-keep-to-bounds", At(*it), "g=new", "end");
}

CASE(indexed_batch_families) {
  Db db;
  Options reversed = Db::DefaultOptions();
  reversed.comparator = ReverseBytewiseComparator();
  rocksdb::ColumnFamilyHandle* const other = db.Create("other", reversed);
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  for (const char* key : {"a", "b", "c"}) {
    GOOD(batch.Put(key, "1"));
    GOOD(batch.Put(other, key, "2"));
  }
  GOOD(batch.Delete(other, "b"));
  EQ(All(&batch), "put(a,1) put(b,1) put(c,1) ");
  EQ(All(&batch, other), "put(c,2) delete(b,) put(a,2) ");
  GOOD(db->Put(WriteOptions(), other, "bb", "3"));
  const std::unique_ptr<Iterator> it(
      batch.NewIteratorWithBase(other, db->NewIterator(ReadOptions(), other)));
  EQ(Forward(it.get()), "c=2 bb=3 a=2 ");
  GOOD(db->Write(WriteOptions(), batch.GetWriteBatch()));
  EQ(db.Scan(), "a=1 b=1 c=1 ");
  EQ(db.Scan(ReadOptions(), other), "c=2 bb=3 a=2 ");
}

CASE(indexed_batch_moves) {
  WriteBatchWithIndex batch;
  GOOD(batch.Put("a", "1"));
  WriteBatchWithIndex other(std::move(batch));
  GOOD(other.Put("b", "2"));
  EQ(All(&other), "put(a,1) put(b,2) ");
  WriteBatchWithIndex third;
  GOOD(third.Put("x", "1"));
  third = std::move(other);
  EQ(All(&third), "put(a,1) put(b,2) ");
}

}  // namespace
}  // namespace conformance
