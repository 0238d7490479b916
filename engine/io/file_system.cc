#include "engine/io/file_system.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engine/io/append_log_segment.h"

namespace aether {

Status ErrnoStatus(const std::string& what, const std::string& path, int error) {
  // Applications compare some of these texts, and they spell one of them in lower case.
  const std::string prefix = what.compare(0, 6, "while ") == 0 ? "" : "While ";
  const std::string message =
      prefix + what + ": " + path + ": " + std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return Status::IOError(message, Status::kNoSpace);
    case ENOENT:
      return Status::IOError(message, Status::kPathNotFound);
    case ESTALE:
      return Status::IOError(message, Status::kStaleFile);
    default:
      return Status::IOError(message);
  }
}

std::string DirectoryOf(const std::string& path) {
  size_t end = path.size();
  while (end > 1 && path[end - 1] == '/') end--;  // "a/b/" names the same thing as "a/b"
  const size_t slash = path.rfind('/', end == 0 ? 0 : end - 1);
  if (end == 0 || slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status FileSystem::SyncDir(const std::string& path) {
  std::unique_ptr<Directory> directory;
  AETHER_RETURN_IF_ERROR(OpenDirectory(path, &directory));
  return directory->Sync();
}

void FileSystem::ReadBatch(ReadRequest* requests, size_t n) {
  for (ReadRequest* r = requests; r != requests + n; ++r) {
    r->status = r->file->ReadAt(r->offset, r->size, r->scratch, &r->result);
  }
}

std::unique_ptr<PendingReads> FileSystem::StartReads(ReadRequest* /*requests*/, size_t /*n*/) {
  return nullptr;
}

std::string FileSystem::ReadBatchMethod() {
  return std::string("the file system ") + Name() + ", one after the other";
}

bool FileSystem::MappedLogIsSafe(const std::string& /*directory*/) { return false; }

Status FileSystem::NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                                 std::unique_ptr<LogSegment>* result) {
  return NewAppendLogSegment(this, path, options, result);
}

Status ReadFileToString(FileSystem* fs, const std::string& path, std::string* contents) {
  contents->clear();
  std::unique_ptr<SequentialFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewSequentialFile(path, &file));
  constexpr size_t kChunk = 64 << 10;
  for (;;) {
    const size_t before = contents->size();
    contents->resize(before + kChunk);
    Slice got;
    char* const scratch = &(*contents)[before];
    Status s = file->Read(kChunk, scratch, &got);
    if (!s.ok()) {
      contents->clear();
      return s;
    }
    if (!got.empty() && got.data() != scratch) std::memcpy(scratch, got.data(), got.size());
    contents->resize(before + got.size());
    if (got.size() < kChunk) return Status::OK();
  }
}

namespace {

Status WriteAndSync(FileSystem* fs, const std::string& path, Slice contents) {
  std::unique_ptr<WritableFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(path, WriteFileOptions(), &file));
  AETHER_RETURN_IF_ERROR(file->Append(contents));
  AETHER_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status WriteStringToFileAtomically(FileSystem* fs, const std::string& path, Slice contents) {
  const std::string temporary = path + ".dbtmp";
  Status s = WriteAndSync(fs, temporary, contents);
  if (s.ok()) s = fs->Rename(temporary, path);
  if (!s.ok()) {
    fs->Remove(temporary).Ignore();
    return s;
  }
  return fs->SyncDir(DirectoryOf(path));
}

Status CopyFile(FileSystem* fs, const std::string& source, const std::string& target,
                uint64_t limit, bool sync) {
  std::unique_ptr<SequentialFile> from;
  AETHER_RETURN_IF_ERROR(fs->NewSequentialFile(source, &from));
  std::unique_ptr<WritableFile> to;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(target, WriteFileOptions(), &to));
  const bool whole = limit == UINT64_MAX;
  constexpr size_t kChunk = 1 << 20;
  const auto buffer = std::make_unique<char[]>(kChunk);
  while (limit > 0) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(limit, kChunk));
    Slice got;
    AETHER_RETURN_IF_ERROR(from->Read(want, buffer.get(), &got));
    if (!got.empty()) AETHER_RETURN_IF_ERROR(to->Append(got));
    limit -= got.size();
    if (got.size() < want) {
      if (!whole && limit > 0) {
        return Status::Corruption("copying " + source + ": it ends at " +
                                  std::to_string(to->Size()) + ", more bytes were asked for");
      }
      break;
    }
  }
  if (sync) AETHER_RETURN_IF_ERROR(to->Sync());
  return to->Close();
}

Status CreateDirDurably(FileSystem* fs, const std::string& path) {
  AETHER_RETURN_IF_ERROR(fs->CreateDirIfMissing(path));
  return fs->SyncDir(DirectoryOf(path));
}

}  // namespace aether
