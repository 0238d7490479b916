// GetAllKeyVersions: every write of a key that is still stored, for people who look into a store.

#include <iterator>
#include <utility>

#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "rocksdb/utilities/debug.h"

namespace rocksdb {

namespace {

// By the numbers that RocksDB gives them; null: no such type.
constexpr const char* kTypeNames[] = {
    "TypeDeletion",
    "TypeValue",
    "TypeMerge",
    "TypeLogData",
    "TypeColumnFamilyDeletion",
    "TypeColumnFamilyValue",
    "TypeColumnFamilyMerge",
    "TypeSingleDeletion",
    "TypeColumnFamilySingleDeletion",
    "TypeBeginPrepareXID",
    "TypeEndPrepareXID",
    "TypeCommitXID",
    "TypeRollbackXID",
    "TypeNoop",
    "TypeColumnFamilyRangeDeletion",
    "TypeRangeDeletion",
    "TypeColumnFamilyBlobIndex",
    "TypeBlobIndex",
    "TypeBeginPersistedPrepareXID",
    "TypeBeginUnprepareXID",
    "TypeDeletionWithTimestamp",
    "TypeCommitXIDAndTimestamp",
    "TypeWideColumnEntity",
    "TypeColumnFamilyWideColumnEntity",
};
constexpr int kWideColumnEntity = 0x16;

int TypeNumber(aether::EntryType type) {
  return type == aether::EntryType::kEntity ? kWideColumnEntity : static_cast<int>(type);
}

}  // namespace

std::string KeyVersion::GetTypeName() const {
  const bool known = type >= 0 && static_cast<size_t>(type) < std::size(kTypeNames);
  return known ? kTypeNames[type] : "Invalid";
}

Status GetAllKeyVersions(DB* db, Slice begin_key, Slice end_key, size_t max_num_ikeys,
                         std::vector<KeyVersion>* key_versions) {
  if (db == nullptr) return Status::InvalidArgument("db cannot be null.");
  return GetAllKeyVersions(db, db->DefaultColumnFamily(), begin_key, end_key, max_num_ikeys,
                           key_versions);
}

Status GetAllKeyVersions(DB* db, ColumnFamilyHandle* cfh, Slice begin_key, Slice end_key,
                         size_t max_num_ikeys, std::vector<KeyVersion>* key_versions) {
  if (db == nullptr) return Status::InvalidArgument("db cannot be null.");
  if (cfh == nullptr) return Status::InvalidArgument("Column family handle cannot be null.");
  if (key_versions == nullptr) return Status::InvalidArgument("key_versions cannot be null.");
  key_versions->clear();
  auto* const store = dynamic_cast<StoreDb*>(db->GetRootDB());
  if (store == nullptr) return Status::NotSupported("GetAllKeyVersions of a DB of another library");
  const aether::Slice begin = ToEngine(begin_key);
  const aether::Slice end = ToEngine(end_key);
  std::vector<aether::EntryVersion> versions;
  Status s = store->GetVersions(cfh, begin_key.empty() ? nullptr : &begin,
                                end_key.empty() ? nullptr : &end, max_num_ikeys, &versions);
  for (aether::EntryVersion& version : versions) {
    key_versions->emplace_back(version.key, version.value, version.sequence,
                               TypeNumber(version.type));
  }
  return s;
}

}  // namespace rocksdb
