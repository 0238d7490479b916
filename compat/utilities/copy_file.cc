#include "compat/utilities/copy_file.h"

#include <algorithm>
#include <memory>

#include "engine/base/checksum.h"

namespace rocksdb {

namespace {

constexpr size_t kPieceBytes = 1 << 20;

// All of `text` from `at` on as a number.
bool ParseDigits(const std::string& text, size_t at, size_t end, uint64_t* number) {
  if (at >= end) return false;
  uint64_t value = 0;
  for (; at < end; ++at) {
    const char c = text[at];
    if (c < '0' || c > '9' || value > (UINT64_MAX - 9) / 10) return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *number = value;
  return true;
}

}  // namespace

IOStatus CopyBytes(const CopySource& source, const CopyTarget& target, const CopyPacing& pacing,
                   uint32_t* crc32c) {
  const IOOptions io;
  *crc32c = 0;
  std::unique_ptr<FSSequentialFile> from;
  std::unique_ptr<FSWritableFile> to;
  IOStatus s;
  if (source.fs != nullptr) {
    s = source.fs->NewSequentialFile(source.path, FileOptions(), &from, nullptr);
  }
  if (s.ok() && target.fs != nullptr) {
    s = target.fs->NewWritableFile(target.path, FileOptions(), &to, nullptr);
  }
  if (!s.ok()) return s;
  size_t piece_bytes = kPieceBytes;
  if (pacing.limiter != nullptr) {
    const int64_t burst = std::max<int64_t>(1, pacing.limiter->GetSingleBurstBytes());
    piece_bytes = static_cast<size_t>(std::min<int64_t>(kPieceBytes, burst));
  }
  const auto scratch = std::make_unique<char[]>(from != nullptr ? piece_bytes : 0);
  const auto pace = [&pacing](size_t n, RateLimiter::OpType type) {
    if (pacing.limiter == nullptr || n == 0) return;
    pacing.limiter->Request(static_cast<int64_t>(n), Env::IO_LOW, nullptr, type);
  };
  uint64_t done = 0;
  while (s.ok() && done < source.size) {
    const auto want = static_cast<size_t>(std::min<uint64_t>(piece_bytes, source.size - done));
    Slice piece;
    if (from != nullptr) {
      pace(want, RateLimiter::OpType::kRead);
      s = from->Read(want, io, &piece, scratch.get(), nullptr);
      if (s.ok() && piece.empty()) {
        s = IOStatus::Corruption(source.path + ": the file ends after " + std::to_string(done) +
                                 " bytes, " + std::to_string(source.size) + " are needed");
      }
    } else {
      piece = Slice(source.contents.data() + done, want);
    }
    if (!s.ok()) break;
    *crc32c = aether::ExtendCrc32c(*crc32c, piece.data(), piece.size());
    if (to != nullptr) {
      pace(piece.size(), RateLimiter::OpType::kWrite);
      s = to->Append(piece, io, nullptr);
    }
    done += piece.size();
    if (s.ok() && pacing.after_piece) {
      s = pacing.after_piece(from != nullptr ? piece.size() : 0, to != nullptr ? piece.size() : 0);
    }
  }
  if (to == nullptr) return s;
  if (s.ok() && target.sync) s = to->Sync(io, nullptr);
  const IOStatus closed = to->Close(io, nullptr);
  return s.ok() ? closed : s;
}

IOStatus SyncDirectory(FileSystem* fs, const std::string& path) {
  std::unique_ptr<FSDirectory> directory;
  IOStatus s = fs->NewDirectory(path, IOOptions(), &directory, nullptr);
  // A file system without directories has nothing to sync.
  if (s.IsNotSupported()) return IOStatus::OK();
  return s.ok() ? directory->Fsync(IOOptions(), nullptr) : s;
}

std::string ParentDirectory(const std::string& path) {
  const size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return path.empty() ? "." : "/";
  const size_t slash = path.rfind('/', last);
  if (slash == std::string::npos) return ".";
  const size_t end = path.find_last_not_of('/', slash);
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

bool ParseDbFileName(const std::string& name, uint64_t* number, FileType* type) {
  *number = 0;
  const auto whole = [&](FileType found) {
    *type = found;
    return true;
  };
  if (name == "CURRENT") return whole(kCurrentFile);
  if (name == "LOCK") return whole(kDBLockFile);
  if (name == "IDENTITY") return whole(kIdentityFile);
  if (name == "LOG" || name.compare(0, 8, "LOG.old.") == 0) return whole(kInfoLogFile);
  const auto ends_with = [&name](const std::string& suffix) {
    return name.size() > suffix.size() &&
           name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
  };
  if (ends_with(".dbtmp")) return whole(kTempFile);
  struct Pattern {
    const char* prefix;
    const char* suffix;
    FileType type;
  };
  static constexpr Pattern kPatterns[] = {{"", ".sst", kTableFile},
                                          {"", ".blob", kBlobFile},
                                          {"", ".log", kWalFile},
                                          {"MANIFEST-", "", kDescriptorFile},
                                          {"OPTIONS-", "", kOptionsFile}};
  for (const Pattern& pattern : kPatterns) {
    const std::string prefix = pattern.prefix;
    const std::string suffix = pattern.suffix;
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    if (!suffix.empty() && !ends_with(suffix)) continue;
    if (ParseDigits(name, prefix.size(), name.size() - suffix.size(), number)) {
      return whole(pattern.type);
    }
  }
  return false;
}

}  // namespace rocksdb
