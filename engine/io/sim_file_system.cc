#include "engine/io/sim_file_system.h"

#include <cerrno>
#include <utility>

#include "engine/io/sim_core.h"

namespace aether {
namespace {

class SimFileLock : public FileLock {
 public:
  SimFileLock(std::shared_ptr<SimFileSystem::Core> core, std::string path, uint64_t life)
      : core_(std::move(core)), path_(std::move(path)), life_(life) {}
  ~SimFileLock() override { Release().Ignore(); }
  Status Release() {
    if (released_) return Status::OK();
    released_ = true;
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    core_->locks.erase(path_);
    return Status::OK();
  }

 private:
  const std::shared_ptr<SimFileSystem::Core> core_;
  const std::string path_;
  const uint64_t life_;
  bool released_ = false;
};

}  // namespace

// First half of a call by name: the current life, the hook, faults that fail the call. `lock` is
// held afterwards.
#define AETHER_SIM_ENTER(io, what, path)                          \
  uint64_t life;                                                  \
  {                                                               \
    MutexLock life_lock(&core_->mutex);                           \
    life = core_->life;                                           \
  }                                                               \
  SimVerdict verdict;                                             \
  AETHER_RETURN_IF_ERROR(core_->Admit(io, path, life, &verdict)); \
  if (verdict.effect.has_value()) {                               \
    AETHER_RETURN_IF_ERROR(Core::Failure(verdict, what, path));   \
  }                                                               \
  MutexLock lock(&core_->mutex);                                  \
  AETHER_RETURN_IF_ERROR(core_->Dead(path, life))

SimFileSystem::SimFileSystem(uint64_t seed) : core_(std::make_shared<Core>(seed)) {}
SimFileSystem::~SimFileSystem() = default;

void SimFileSystem::Freeze() { core_->Freeze(); }
bool SimFileSystem::frozen() const {
  return core_->freezing.fetch_add(0, std::memory_order_seq_cst) != 0;
}
void SimFileSystem::Crash(uint64_t seed) { core_->EndLife(true, seed); }
void SimFileSystem::ProcessKill() { core_->EndLife(false, 0); }
void SimFileSystem::CrashAtSync(uint64_t n) {
  MutexLock lock(&core_->mutex);
  core_->syncs_to_crash = n;
}
void SimFileSystem::CrashAtIo(uint64_t n) {
  MutexLock lock(&core_->mutex);
  core_->ios_to_crash = n;
}
void SimFileSystem::SetHook(std::function<void(const SimIoEvent&)> hook) {
  MutexLock lock(&core_->mutex);
  core_->hook = std::move(hook);
}
void SimFileSystem::AddFault(const SimFault& fault) { core_->AddFault(fault); }
void SimFileSystem::ClearFaults() { core_->ClearFaults(); }
void SimFileSystem::SetFreeSpace(uint64_t bytes) {
  const uint64_t used = core_->space->used.load();
  core_->space->capacity = bytes > UINT64_MAX - used ? UINT64_MAX : used + bytes;
}
void SimFileSystem::SetMappedLogIsSafe(bool safe) {
  MutexLock lock(&core_->mutex);
  core_->mapped_log_is_safe = safe;
}
void SimFileSystem::SetDirectIsRefused(bool refused) {
  MutexLock lock(&core_->mutex);
  core_->direct_is_refused = refused;
}
void SimFileSystem::SetBackgroundReads(bool possible) {
  MutexLock lock(&core_->mutex);
  core_->background_reads = possible;
}
void SimFileSystem::SetWriteBackOneIn(uint64_t n) {
  MutexLock lock(&core_->mutex);
  core_->write_back_one_in = n;
}
SimCounters SimFileSystem::counters() const {
  MutexLock lock(&core_->mutex);
  return core_->counters;
}
Status SimFileSystem::FlipBit(const std::string& path, uint64_t bit) {
  MutexLock lock(&core_->mutex);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile("flipping a bit", path, &inode));
  inode->FlipBit(bit);
  return Status::OK();
}

Status SimFileSystem::CreateDir(const std::string& path) {
  AETHER_SIM_ENTER(kSimName, "mkdir", path);
  std::shared_ptr<SimDir> parent;
  std::string name;
  AETHER_RETURN_IF_ERROR(core_->Resolve("mkdir", path, &parent, &name));
  if (parent->Find(name).exists()) return ErrnoStatus("mkdir", path, EEXIST);
  parent->Set(name, SimNode{nullptr, std::make_shared<SimDir>()});
  return Status::OK();
}

Status SimFileSystem::CreateDirIfMissing(const std::string& path) {
  const char* const what = "mkdir if missing";
  AETHER_SIM_ENTER(kSimName, what, path);
  if (SplitSimPath(path).empty()) return Status::OK();
  std::shared_ptr<SimDir> parent;
  std::string name;
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, path, &parent, &name));
  const SimNode node = parent->Find(name);
  if (node.file != nullptr) return ErrnoStatus(what, path, ENOTDIR);
  if (node.dir == nullptr) parent->Set(name, SimNode{nullptr, std::make_shared<SimDir>()});
  return Status::OK();
}

Status SimFileSystem::RemoveDir(const std::string& path) {
  const char* const what = "removing a directory";
  AETHER_SIM_ENTER(kSimName, what, path);
  std::shared_ptr<SimDir> parent;
  std::string name;
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, path, &parent, &name));
  const SimNode node = parent->Find(name);
  if (!node.exists()) return ErrnoStatus(what, path, ENOENT);
  if (node.dir == nullptr) return ErrnoStatus(what, path, ENOTDIR);
  if (!node.dir->names().empty()) return ErrnoStatus(what, path, ENOTEMPTY);
  parent->Set(name, SimNode());
  return Status::OK();
}

Status SimFileSystem::List(const std::string& path, std::vector<std::string>* names) {
  names->clear();
  AETHER_SIM_ENTER(kSimOpen, "opendir", path);
  SimNode node;
  AETHER_RETURN_IF_ERROR(core_->Find("opendir", path, &node));
  if (node.dir == nullptr) return ErrnoStatus("opendir", path, ENOTDIR);
  for (const auto& [name, unused] : node.dir->names()) names->push_back(name);
  return Status::OK();
}

Status SimFileSystem::Exists(const std::string& path) {
  AETHER_SIM_ENTER(kSimOpen, "looking for a file", path);
  SimNode node;
  return core_->Find("looking for a file", path, &node).ok() ? Status::OK()
                                                             : Status::NotFound(path);
}

Status SimFileSystem::IsDirectory(const std::string& path, bool* result) {
  AETHER_SIM_ENTER(kSimOpen, "looking at a path", path);
  SimNode node;
  AETHER_RETURN_IF_ERROR(core_->Find("looking at a path", path, &node));
  *result = node.dir != nullptr;
  return Status::OK();
}

Status SimFileSystem::FileSize(const std::string& path, uint64_t* size) {
  const char* const what = "while stat a file for size";
  AETHER_SIM_ENTER(kSimOpen, what, path);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile(what, path, &inode));
  *size = inode->size();
  return Status::OK();
}

Status SimFileSystem::ModificationTime(const std::string& path, uint64_t* unix_seconds) {
  const char* const what = "while stat a file for modification time";
  AETHER_SIM_ENTER(kSimOpen, what, path);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile(what, path, &inode));
  *unix_seconds = inode->modified;
  return Status::OK();
}

Status SimFileSystem::Remove(const std::string& path) {
  const char* const what = "unlink() file";
  AETHER_SIM_ENTER(kSimName, what, path);
  std::shared_ptr<SimDir> parent;
  std::string name;
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, path, &parent, &name));
  const SimNode node = parent->Find(name);
  if (!node.exists()) return ErrnoStatus(what, path, ENOENT);
  if (node.dir != nullptr) return ErrnoStatus(what, path, EISDIR);
  parent->Set(name, SimNode());
  return Status::OK();
}

Status SimFileSystem::Rename(const std::string& source, const std::string& target) {
  const std::string what = "renaming a file to " + target;
  AETHER_SIM_ENTER(kSimName, what, source);
  std::shared_ptr<SimDir> from;
  std::shared_ptr<SimDir> to;
  std::string old_name;
  std::string new_name;
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, source, &from, &old_name));
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, target, &to, &new_name));
  const SimNode moved = from->Find(old_name);
  const SimNode replaced = to->Find(new_name);
  if (!moved.exists()) return ErrnoStatus(what, source, ENOENT);
  if (moved.file != nullptr && moved.file == replaced.file) return Status::OK();
  if (replaced.dir != nullptr && moved.dir == nullptr) return ErrnoStatus(what, source, EISDIR);
  if (replaced.file != nullptr && moved.dir != nullptr) return ErrnoStatus(what, source, ENOTDIR);
  if (replaced.dir != nullptr && !replaced.dir->names().empty()) {
    return ErrnoStatus(what, source, ENOTEMPTY);
  }
  SimDir::Move(from, old_name, to, new_name);
  return Status::OK();
}

Status SimFileSystem::Link(const std::string& source, const std::string& target) {
  const std::string what = "linking to " + target;
  AETHER_SIM_ENTER(kSimName, what, source);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile(what, source, &inode));
  std::shared_ptr<SimDir> to;
  std::string name;
  AETHER_RETURN_IF_ERROR(core_->Resolve(what, target, &to, &name));
  if (to->Find(name).exists()) return ErrnoStatus(what, source, EEXIST);
  to->Set(name, SimNode{inode, nullptr});
  return Status::OK();
}

Status SimFileSystem::Truncate(const std::string& path, uint64_t size) {
  AETHER_SIM_ENTER(kSimName, "truncating", path);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile("truncating", path, &inode));
  inode->Resize(size);
  return Status::OK();
}

Status SimFileSystem::OpenDirectory(const std::string& path, std::unique_ptr<Directory>* result) {
  AETHER_SIM_ENTER(kSimOpen, "open directory", path);
  SimNode node;
  AETHER_RETURN_IF_ERROR(core_->Find("open directory", path, &node));
  if (node.dir == nullptr) return ErrnoStatus("open directory", path, ENOTDIR);
  *result = NewSimDirectory(core_, path, life, node.dir);
  return Status::OK();
}

Status SimFileSystem::AbsolutePath(const std::string& path, std::string* result) {
  *result = !path.empty() && path[0] == '/' ? path : "/" + path;
  return Status::OK();
}

Status SimFileSystem::SameFile(const std::string& a, const std::string& b, bool* same) {
  const char* const what = "looking at a path";
  AETHER_SIM_ENTER(kSimOpen, what, a);
  SimNode first;
  SimNode second;
  AETHER_RETURN_IF_ERROR(core_->Find(what, a, &first));
  AETHER_RETURN_IF_ERROR(core_->Find(what, b, &second));
  *same = first.file == second.file && first.dir == second.dir;
  return Status::OK();
}

Status SimFileSystem::FreeSpace(const std::string& /*path*/, uint64_t* bytes) {
  *bytes = core_->space->free();
  return Status::OK();
}

Status SimFileSystem::LockFile(const std::string& path, std::unique_ptr<FileLock>* result) {
  result->reset();  // its destructor takes the lock that is about to be held
  AETHER_SIM_ENTER(kSimOpen, "open a file for lock", path);
  const auto held = core_->locks.find(path);
  if (held != core_->locks.end()) {
    return Status::IOError("lock hold by current process, acquire time " +
                           std::to_string(held->second) + " acquiring thread 0: " + path +
                           ": No locks available");
  }
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->OpenForWriting(path, WriteFileOptions::kAppend, &inode));
  core_->locks[path] = core_->Seconds();
  *result = std::make_unique<SimFileLock>(core_, path, life);
  return Status::OK();
}

Status SimFileSystem::UnlockFile(std::unique_ptr<FileLock> lock) {
  return static_cast<SimFileLock*>(lock.get())->Release();
}

Status SimFileSystem::NewSequentialFile(const std::string& path,
                                        std::unique_ptr<SequentialFile>* result) {
  const char* const what = "opening a file for sequentially reading";
  AETHER_SIM_ENTER(kSimOpen, what, path);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile(what, path, &inode));
  *result = NewSimSequential(core_, path, life, std::move(inode));
  return Status::OK();
}

Status SimFileSystem::NewRandomReadFile(const std::string& path, const ReadFileOptions& options,
                                        std::unique_ptr<RandomReadFile>* result) {
  const char* const what = "open a file for random read";
  AETHER_SIM_ENTER(kSimOpen, what, path);
  if (options.direct && core_->direct_is_refused) return ErrnoStatus(what, path, EINVAL);
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->FindFile(what, path, &inode));
  *result = NewSimRandomRead(core_, path, life, std::move(inode), options.direct);
  return Status::OK();
}

Status SimFileSystem::NewWritableFile(const std::string& path, const WriteFileOptions& options,
                                      std::unique_ptr<WritableFile>* result) {
  AETHER_SIM_ENTER(kSimOpen, "open a file for writing", path);
  if (options.direct && core_->direct_is_refused) {
    return ErrnoStatus("open a file for direct writing", path, EINVAL);
  }
  std::shared_ptr<SimInode> inode;
  AETHER_RETURN_IF_ERROR(core_->OpenForWriting(path, options.mode, &inode));
  *result = NewSimWritable(core_, path, life, std::move(inode));
  return Status::OK();
}

void SimFileSystem::ReadBatch(ReadRequest* requests, size_t n) {
  StartSimReads(core_, requests, n, false)->Wait();
}

std::unique_ptr<PendingReads> SimFileSystem::StartReads(ReadRequest* requests, size_t n) {
  {
    MutexLock lock(&core_->mutex);
    if (!core_->background_reads) return nullptr;
  }
  return StartSimReads(core_, requests, n, true);
}

bool SimFileSystem::MappedLogIsSafe(const std::string& /*directory*/) {
  MutexLock lock(&core_->mutex);
  return core_->mapped_log_is_safe;
}

Status SimFileSystem::NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                                    std::unique_ptr<LogSegment>* result) {
  result->reset();  // its destructor takes the lock that is about to be held
  const char* const what = "open a log segment";
  if (options.size == 0 || options.size % kBlock != 0) {
    return Status::InvalidArgument("log segment " + path + ": its size " +
                                   std::to_string(options.size) + " is no multiple of 4096");
  }
  AETHER_SIM_ENTER(kSimOpen, what, path);
  std::shared_ptr<SimInode> inode;
  if (options.existing) {
    AETHER_RETURN_IF_ERROR(core_->FindFile(what, path, &inode));
  } else {
    AETHER_RETURN_IF_ERROR(core_->OpenForWriting(path, WriteFileOptions::kCreateNew, &inode));
  }
  const bool room = options.map ? inode->Preallocate(options.size) : inode->Reserve(options.size);
  if (!room) {
    if (!options.existing) {
      std::shared_ptr<SimDir> dir;
      std::string name;
      AETHER_RETURN_IF_ERROR(core_->Resolve(what, path, &dir, &name));
      dir->Set(name, SimNode());
    }
    return ErrnoStatus("allocating " + std::to_string(options.size) + " bytes", path, ENOSPC);
  }
  *result = NewSimLogSegment(core_, path, life, std::move(inode), options);
  return Status::OK();
}

#undef AETHER_SIM_ENTER

}  // namespace aether
