// Names of files in a DB directory that the shim itself writes or shows. The engine gives its files
// the same names.

#ifndef AETHER_COMPAT_DB_FILE_NAMES_H_
#define AETHER_COMPAT_DB_FILE_NAMES_H_

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace rocksdb {

inline std::string NumberedName(const char* prefix, uint64_t number, const char* suffix) {
  char buffer[64];
  snprintf(buffer, sizeof(buffer), "%s%06" PRIu64 "%s", prefix, number, suffix);
  return buffer;
}
inline std::string TableFilePath(const std::string& directory, uint64_t number) {
  return directory + "/" + NumberedName("", number, ".sst");
}
inline std::string OptionsFileName(uint64_t number) { return NumberedName("OPTIONS-", number, ""); }

// "000012.sst", without a directory.
inline bool IsTableFileName(const std::string& name, uint64_t* number) {
  const size_t dot = name.find_first_not_of("0123456789");
  if (dot == 0 || dot > 19 || name.compare(dot, name.npos, ".sst") != 0) {
    return false;
  }
  *number = strtoull(name.c_str(), nullptr, 10);
  return true;
}

inline std::string BaseName(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}
inline std::string DirectoryName(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_FILE_NAMES_H_
