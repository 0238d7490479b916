// What this library says it is: the version whose interface it provides.

#include "rocksdb/version.h"

namespace rocksdb {

const std::unordered_map<std::string, std::string>& GetRocksBuildProperties() {
  static const auto* const properties = new std::unordered_map<std::string, std::string>{
      {"rocksdb_build_git_sha", "0"}, {"rocksdb_build_date", "not recorded"}};
  return *properties;
}

std::string GetRocksVersionAsString(bool with_patch) {
  std::string version = std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR);
  if (with_patch) version += "." + std::to_string(ROCKSDB_PATCH);
  return version;
}

std::string GetRocksBuildInfoAsString(const std::string& program, bool verbose) {
  std::string info = program + " (RocksDB) " + GetRocksVersionAsString(true);
  if (verbose) {
    for (const auto& [name, value] : GetRocksBuildProperties()) {
      info += "\n    " + name + ": " + value;
    }
  }
  return info;
}

}  // namespace rocksdb
