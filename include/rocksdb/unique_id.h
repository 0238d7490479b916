// Unique identifiers of table files, derived from their properties.

#ifndef AETHER_INCLUDE_ROCKSDB_UNIQUE_ID_H_
#define AETHER_INCLUDE_ROCKSDB_UNIQUE_ID_H_

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/table_properties.h"

namespace ROCKSDB_NAMESPACE {

Status GetUniqueIdFromTableProperties(const TableProperties& props, std::string* out_id);

Status GetExtendedUniqueIdFromTableProperties(const TableProperties& props, std::string* out_id);

std::string UniqueIdToHumanString(const std::string& id);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_UNIQUE_ID_H_
