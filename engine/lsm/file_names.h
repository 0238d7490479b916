// Names of files in the directory of a store. They are those RocksDB uses, since scripts list them.

#ifndef AETHER_ENGINE_LSM_FILE_NAMES_H_
#define AETHER_ENGINE_LSM_FILE_NAMES_H_

#include <cstdint>
#include <string>

namespace aether {

enum class FileKind : uint8_t { kLog, kRun, kBlob, kManifest, kCurrent, kLock, kIdentity, kOther };

std::string RunFileName(const std::string& dir, uint64_t number);       // dir/000012.sst
std::string BlobFileName(const std::string& dir, uint64_t number);      // dir/000012.blob
std::string LogFileName(const std::string& dir, uint64_t number);       // dir/000012.log
std::string ManifestFileName(const std::string& dir, uint64_t number);  // dir/MANIFEST-000012
std::string CurrentFileName(const std::string& dir);
std::string LockFileName(const std::string& dir);
std::string IdentityFileName(const std::string& dir);

// What a name without directory stands for; *number is 0 where it has none.
FileKind ParseFileName(const std::string& name, uint64_t* number);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_FILE_NAMES_H_
