#include "rocksdb/write_batch_base.h"

#include <string>

#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace rocksdb {

Status WriteBatchBase::Put(ColumnFamilyHandle* column_family, const SliceParts& key,
                           const SliceParts& value) {
  std::string key_bytes, value_bytes;
  return Put(column_family, Slice(key, &key_bytes), Slice(value, &value_bytes));
}

Status WriteBatchBase::Put(const SliceParts& key, const SliceParts& value) {
  std::string key_bytes, value_bytes;
  return Put(Slice(key, &key_bytes), Slice(value, &value_bytes));
}

Status WriteBatchBase::Merge(ColumnFamilyHandle* column_family, const SliceParts& key,
                             const SliceParts& value) {
  std::string key_bytes, value_bytes;
  return Merge(column_family, Slice(key, &key_bytes), Slice(value, &value_bytes));
}

Status WriteBatchBase::Merge(const SliceParts& key, const SliceParts& value) {
  std::string key_bytes, value_bytes;
  return Merge(Slice(key, &key_bytes), Slice(value, &value_bytes));
}

Status WriteBatchBase::Delete(ColumnFamilyHandle* column_family, const SliceParts& key) {
  std::string bytes;
  return Delete(column_family, Slice(key, &bytes));
}

Status WriteBatchBase::Delete(const SliceParts& key) {
  std::string bytes;
  return Delete(Slice(key, &bytes));
}

Status WriteBatchBase::SingleDelete(ColumnFamilyHandle* column_family, const SliceParts& key) {
  std::string bytes;
  return SingleDelete(column_family, Slice(key, &bytes));
}

Status WriteBatchBase::SingleDelete(const SliceParts& key) {
  std::string bytes;
  return SingleDelete(Slice(key, &bytes));
}

Status WriteBatchBase::DeleteRange(ColumnFamilyHandle* column_family, const SliceParts& begin_key,
                                   const SliceParts& end_key) {
  std::string begin_bytes, end_bytes;
  return DeleteRange(column_family, Slice(begin_key, &begin_bytes), Slice(end_key, &end_bytes));
}

Status WriteBatchBase::DeleteRange(const SliceParts& begin_key, const SliceParts& end_key) {
  std::string begin_bytes, end_bytes;
  return DeleteRange(Slice(begin_key, &begin_bytes), Slice(end_key, &end_bytes));
}

}  // namespace rocksdb
