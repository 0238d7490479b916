// Every stored version of keys, for inspection.
#ifndef AETHER_ROCKSDB_UTILITIES_DEBUG_H_
#define AETHER_ROCKSDB_UTILITIES_DEBUG_H_

#include "rocksdb/db.h"
#include "rocksdb/types.h"

namespace ROCKSDB_NAMESPACE {

struct KeyVersion {
  KeyVersion() : sequence(0), type(0) {}
  KeyVersion(const std::string& _user_key, const std::string& _value, SequenceNumber _sequence,
             int _type)
      : user_key(_user_key), value(_value), sequence(_sequence), type(_type) {}
  std::string user_key;
  std::string value;
  SequenceNumber sequence;
  int type;
  std::string GetTypeName() const;
};

// Collects at most max_num_ikeys versions between two keys, inclusive.
Status GetAllKeyVersions(DB* db, Slice begin_key, Slice end_key, size_t max_num_ikeys,
                         std::vector<KeyVersion>* key_versions);

// Collects at most max_num_ikeys versions between two keys, inclusive.
Status GetAllKeyVersions(DB* db, ColumnFamilyHandle* cfh, Slice begin_key, Slice end_key,
                         size_t max_num_ikeys, std::vector<KeyVersion>* key_versions);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_DEBUG_H_
