// A shop that keeps customers and orders in column families of their own: batches over both,
// closing and opening with a list of families, dropping one.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::DB;

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

static void Show(DB* db, ColumnFamilyHandle* family) {
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions(), family));
  printf("%s:", family->GetName().c_str());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    printf(" %s=%s", it->key().ToString().c_str(), it->value().ToString().c_str());
  }
  printf("\n");
  Must(it->status());
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string path = argv[1];
  rocksdb::Options options;
  options.create_if_missing = true;
  DB* opened = nullptr;
  Must(DB::Open(options, path, &opened));
  std::unique_ptr<DB> db(opened);
  ColumnFamilyHandle* customers = nullptr;
  ColumnFamilyHandle* orders = nullptr;
  Must(db->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "customers", &customers));
  Must(db->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "orders", &orders));
  rocksdb::WriteBatch batch;
  for (int i = 0; i < 5; ++i) {
    Must(batch.Put(customers, "c" + std::to_string(i), "name" + std::to_string(i)));
    Must(batch.Put(orders, "o" + std::to_string(i * 10), "c" + std::to_string(i)));
  }
  Must(batch.Delete(customers, "c3"));
  Must(batch.DeleteRange(orders, "o10", "o30"));
  printf("records in the batch: %u\n", batch.Count());
  Must(db->Write(rocksdb::WriteOptions(), &batch));
  Must(db->Put(rocksdb::WriteOptions(), "version", "1"));
  Must(db->Flush(rocksdb::FlushOptions(), orders));
  Show(db.get(), customers);
  Show(db.get(), orders);
  Must(db->DestroyColumnFamilyHandle(customers));
  Must(db->DestroyColumnFamilyHandle(orders));
  Must(db->Close());
  db.reset();

  // All families must be named.
  const rocksdb::Status alone = DB::Open(options, path, &opened);
  printf("without families: %s\n", alone.IsInvalidArgument() ? "InvalidArgument" : "opened");
  std::vector<std::string> names;
  Must(DB::ListColumnFamilies(options, path, &names));
  std::vector<ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    printf("family %s\n", name.c_str());
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<ColumnFamilyHandle*> handles;
  Must(DB::Open(options, path, families, &handles, &opened));
  db.reset(opened);
  std::vector<std::string> values;
  const std::vector<ColumnFamilyHandle*> where = {handles[1], handles[2], handles[0]};
  for (const rocksdb::Status& status :
       db->MultiGet(rocksdb::ReadOptions(), where, {"c1", "o30", "missing"}, &values)) {
    printf("%s\n", status.ToString().c_str());
  }
  printf("%s %s\n", values[0].c_str(), values[1].c_str());
  Must(db->DropColumnFamily(handles[1]));
  for (ColumnFamilyHandle* handle : handles) Must(db->DestroyColumnFamilyHandle(handle));
  Must(db->Close());
  db.reset();
  Must(DB::ListColumnFamilies(options, path, &names));
  for (const std::string& name : names) printf("left: %s\n", name.c_str());
  return 0;
}
