// The version of the interface that this library provides, for the preprocessor and at run time.

#ifndef AETHER_INCLUDE_ROCKSDB_VERSION_H_
#define AETHER_INCLUDE_ROCKSDB_VERSION_H_

#include <string>
#include <unordered_map>

#include "rocksdb/rocksdb_namespace.h"

#define ROCKSDB_MAJOR 7
#define ROCKSDB_MINOR 8
#define ROCKSDB_PATCH 3

// The older spelling of the same three numbers.
#define __ROCKSDB_MAJOR__ ROCKSDB_MAJOR
#define __ROCKSDB_MINOR__ ROCKSDB_MINOR
#define __ROCKSDB_PATCH__ ROCKSDB_PATCH

namespace ROCKSDB_NAMESPACE {

const std::unordered_map<std::string, std::string>& GetRocksBuildProperties();
std::string GetRocksVersionAsString(bool with_patch = true);
std::string GetRocksBuildInfoAsString(const std::string& program, bool verbose = false);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_VERSION_H_
