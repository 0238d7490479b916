#include "engine/lsm/file_names.h"

#include <cinttypes>
#include <cstdio>

namespace aether {
namespace {

std::string Numbered(const std::string& dir, const char* prefix, uint64_t number,
                     const char* suffix) {
  char name[64];
  std::snprintf(name, sizeof(name), "/%s%06" PRIu64 "%s", prefix, number, suffix);
  return dir + name;
}

bool ParseNumber(const std::string& digits, uint64_t* number) {
  if (digits.empty() || digits.size() > 19) return false;
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *number = value;
  return true;
}

}  // namespace

std::string RunFileName(const std::string& dir, uint64_t number) {
  return Numbered(dir, "", number, ".sst");
}
std::string BlobFileName(const std::string& dir, uint64_t number) {
  return Numbered(dir, "", number, ".blob");
}
std::string LogFileName(const std::string& dir, uint64_t number) {
  return Numbered(dir, "", number, ".log");
}
std::string ManifestFileName(const std::string& dir, uint64_t number) {
  return Numbered(dir, "MANIFEST-", number, "");
}
std::string CurrentFileName(const std::string& dir) { return dir + "/CURRENT"; }
std::string LockFileName(const std::string& dir) { return dir + "/LOCK"; }
std::string IdentityFileName(const std::string& dir) { return dir + "/IDENTITY"; }

FileKind ParseFileName(const std::string& name, uint64_t* number) {
  *number = 0;
  if (name == "CURRENT") return FileKind::kCurrent;
  if (name == "LOCK") return FileKind::kLock;
  if (name == "IDENTITY") return FileKind::kIdentity;
  if (name.rfind("MANIFEST-", 0) == 0) {
    return ParseNumber(name.substr(9), number) ? FileKind::kManifest : FileKind::kOther;
  }
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    const std::string suffix = name.substr(dot);
    const std::string stem = name.substr(0, dot);
    if (suffix == ".sst" && ParseNumber(stem, number)) return FileKind::kRun;
    if (suffix == ".log" && ParseNumber(stem, number)) return FileKind::kLog;
    if (suffix == ".blob" && ParseNumber(stem, number)) return FileKind::kBlob;
  }
  *number = 0;
  return FileKind::kOther;
}

}  // namespace aether
