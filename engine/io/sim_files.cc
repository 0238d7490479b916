// The handles of the simulator. Each call is: Admit (hook, crash points, faults), lock, look again,
// act.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/io/sim_core.h"

namespace aether {
namespace {

using Core = SimFileSystem::Core;

class Handle {
 public:
  Handle(std::shared_ptr<Core> core, std::string path, uint64_t life)
      : core_(std::move(core)), path_(std::move(path)), life_(life) {}

 protected:
  const std::shared_ptr<Core> core_;
  std::string path_;
  const uint64_t life_;
};

Status ReadFrom(Core* core, const std::string& path, uint64_t life, SimInode* inode,
                uint64_t offset, size_t n, char* scratch, Slice* result) {
  *result = Slice(scratch, 0);
  SimVerdict verdict;
  AETHER_RETURN_IF_ERROR(core->Admit(kSimRead, path, life, &verdict));
  MutexLock lock(&core->mutex);
  AETHER_RETURN_IF_ERROR(core->Dead(path, life));
  AETHER_RETURN_IF_ERROR(Core::Failure(
      verdict, "reading " + std::to_string(n) + " bytes at offset " + std::to_string(offset),
      path));
  if (verdict.Is(SimEffect::kMisdirect)) {
    const uint64_t elsewhere = offset ^ SimFileSystem::kBlock;
    offset = elsewhere < inode->size() ? elsewhere : 0;
  }
  size_t got = verdict.Is(SimEffect::kStale) ? inode->ReadDurable(offset, n, scratch)
                                             : inode->Read(offset, n, scratch);
  if (verdict.Is(SimEffect::kShort)) got = static_cast<size_t>(verdict.choice % (got + 1));
  if (verdict.Is(SimEffect::kBitFlip) && got > 0) {
    char& byte = scratch[verdict.choice / 8 % got];
    byte = static_cast<char>(byte ^ (1 << (verdict.choice % 8)));
  }
  core->counters.bytes_read += got;
  *result = Slice(scratch, got);
  return Status::OK();
}

// *end is the end of what is known to be in the file.
Status WriteTo(Core* core, const std::string& path, uint64_t life, SimInode* inode, uint64_t offset,
               Slice data, uint64_t* end) {
  *end = offset;
  SimVerdict verdict;
  AETHER_RETURN_IF_ERROR(core->Admit(kSimWrite, path, life, &verdict));
  MutexLock lock(&core->mutex);
  AETHER_RETURN_IF_ERROR(core->Dead(path, life));
  const std::string what =
      "writing " + std::to_string(data.size()) + " bytes at offset " + std::to_string(offset);
  AETHER_RETURN_IF_ERROR(Core::Failure(verdict, what, path));
  inode->modified = core->Seconds();
  *end = offset + data.size();
  if (verdict.Is(SimEffect::kStale)) {
    if (inode->Preallocate(*end)) return Status::OK();
    *end = offset;
    return ErrnoStatus(what, path, ENOSPC);
  }
  std::string changed;
  if (verdict.Is(SimEffect::kBitFlip) && !data.empty()) {
    changed = data.ToString();
    char& byte = changed[verdict.choice / 8 % changed.size()];
    byte = static_cast<char>(byte ^ (1 << (verdict.choice % 8)));
    data = Slice(changed);
  }
  uint64_t place = offset;
  if (verdict.Is(SimEffect::kMisdirect)) {
    place = offset ^ SimFileSystem::kBlock;
    if (place > inode->size()) place = 0;
  }
  const size_t wanted = verdict.Is(SimEffect::kShort)
                            ? static_cast<size_t>(verdict.choice % (data.size() + 1))
                            : data.size();
  const size_t done = inode->Write(place, Slice(data.data(), wanted));
  if (place != offset && !inode->Preallocate(*end)) return ErrnoStatus(what, path, ENOSPC);
  if (done < wanted) {
    *end = offset + done;
    return ErrnoStatus(what, path, ENOSPC);
  }
  if (verdict.Is(SimEffect::kShort)) {
    *end = offset + done;
    return ErrnoStatus(what, path, EIO);
  }
  return Status::OK();
}

// One open file description: it is told of each failed sync once, whoever's sync it was.
Status SyncInode(Core* core, const std::string& path, uint64_t life, SimInode* inode,
                 uint64_t* seen_errors) {
  SimVerdict verdict;
  AETHER_RETURN_IF_ERROR(core->Admit(kSimSync, path, life, &verdict));
  MutexLock lock(&core->mutex);
  AETHER_RETURN_IF_ERROR(core->Dead(path, life));
  if (verdict.effect.has_value()) {
    inode->FailSync();
  } else {
    inode->Sync();
  }
  if (inode->sync_errors() == *seen_errors) return Status::OK();
  *seen_errors = inode->sync_errors();
  return ErrnoStatus("fdatasync", path, verdict.Is(SimEffect::kNoSpace) ? ENOSPC : EIO);
}

class SimSequentialFile : public SequentialFile, private Handle {
 public:
  SimSequentialFile(std::shared_ptr<Core> core, std::string path, uint64_t life,
                    std::shared_ptr<SimInode> inode)
      : Handle(std::move(core), std::move(path), life), inode_(std::move(inode)) {}

  Status Read(size_t n, char* scratch, Slice* result) override {
    AETHER_RETURN_IF_ERROR(
        ReadFrom(core_.get(), path_, life_, inode_.get(), offset_, n, scratch, result));
    offset_ += result->size();
    return Status::OK();
  }
  Status Skip(uint64_t n) override {
    offset_ += n;
    return Status::OK();
  }

 private:
  const std::shared_ptr<SimInode> inode_;
  uint64_t offset_ = 0;
};

class SimRandomReadFile : public RandomReadFile, private Handle {
 public:
  SimRandomReadFile(std::shared_ptr<Core> core, std::string path, uint64_t life,
                    std::shared_ptr<SimInode> inode, bool direct)
      : Handle(std::move(core), std::move(path), life), inode_(std::move(inode)), direct_(direct) {}

  Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const override {
    return ReadFrom(core_.get(), path_, life_, inode_.get(), offset, n, scratch, result);
  }
  Status Size(uint64_t* size) const override {
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    *size = inode_->size();
    return Status::OK();
  }
  bool direct() const override { return direct_; }

 private:
  const std::shared_ptr<SimInode> inode_;
  const bool direct_;
};

class SimPendingReads : public PendingReads {
 public:
  SimPendingReads(std::shared_ptr<Core> core, ReadRequest* requests, size_t n, bool background)
      : core_(std::move(core)) {
    std::vector<ReadRequest*> now;
    {
      MutexLock lock(&core_->mutex);
      for (size_t i = 0; i < n; ++i) {
        ReadRequest* const r = &requests[i];
        r->status = Status::OK();
        r->result = Slice(r->scratch, 0);
        (background && core_->random.OneIn(2) ? later_ : now).push_back(r);
      }
      Shuffle(&now);
      Shuffle(&later_);
    }
    // What a buffer holds before its read is done must not matter.
    for (ReadRequest* r : later_) std::memset(r->scratch, 0xa5, r->size);
    Do(now);
  }
  ~SimPendingReads() override { SimPendingReads::Wait(); }

  void Wait() override { Do(std::exchange(later_, {})); }

 private:
  void Shuffle(std::vector<ReadRequest*>* list) REQUIRES(core_->mutex) {
    for (size_t i = list->size(); i > 1; --i) {
      std::swap((*list)[i - 1], (*list)[core_->random.Uniform(i)]);
    }
  }
  static void Do(const std::vector<ReadRequest*>& list) {
    for (ReadRequest* r : list) {
      r->status = r->file->ReadAt(r->offset, r->size, r->scratch, &r->result);
    }
  }

  const std::shared_ptr<Core> core_;
  std::vector<ReadRequest*> later_;
};

class SimWritableFile : public WritableFile, private Handle {
 public:
  SimWritableFile(std::shared_ptr<Core> core, std::string path, uint64_t life,
                  std::shared_ptr<SimInode> inode)
      : Handle(std::move(core), std::move(path), life),
        inode_(std::move(inode)),
        size_(inode_->size()),
        seen_errors_(inode_->sync_errors()) {}

  Status Append(Slice data) override {
    uint64_t end = 0;
    AETHER_RETURN_IF_ERROR(Usable());
    const uint64_t size = size_.load(std::memory_order_relaxed);
    Status s = WriteTo(core_.get(), path_, life_, inode_.get(), size, data, &end);
    size_.store(end, std::memory_order_relaxed);
    return s;
  }
  Status WriteAt(uint64_t offset, Slice data) override {
    uint64_t end = 0;
    AETHER_RETURN_IF_ERROR(Usable());
    Status s = WriteTo(core_.get(), path_, life_, inode_.get(), offset, data, &end);
    if (end > size_.load(std::memory_order_relaxed)) size_.store(end, std::memory_order_relaxed);
    return s;
  }
  Status Sync() override {
    AETHER_RETURN_IF_ERROR(Usable());
    Status s = SyncInode(core_.get(), path_, life_, inode_.get(), &seen_errors_);
    if (!s.ok()) failed_.store(true, std::memory_order_release);
    return s;
  }
  Status RangeSync(uint64_t /*offset*/, uint64_t /*n*/) override {
    AETHER_RETURN_IF_ERROR(Usable());
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimSync, path_, life_, &verdict));
    if (!verdict.effect.has_value()) return Status::OK();
    failed_.store(true, std::memory_order_release);
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    inode_->FailSync();
    return ErrnoStatus("sync_file_range", path_, EIO);
  }
  Status Allocate(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimWrite, path_, life_, &verdict));
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    AETHER_RETURN_IF_ERROR(Core::Failure(verdict, "allocating", path_));
    if (!inode_->Reserve(offset + n)) return ErrnoStatus("allocating", path_, ENOSPC);
    return Status::OK();
  }
  Status Truncate(uint64_t size) override {
    AETHER_RETURN_IF_ERROR(Usable());
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimName, path_, life_, &verdict));
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    AETHER_RETURN_IF_ERROR(Core::Failure(verdict, "truncating", path_));
    inode_->Resize(size);
    size_.store(size, std::memory_order_relaxed);
    return Status::OK();
  }
  uint64_t Size() const override { return size_.load(std::memory_order_relaxed); }
  Status Close() override {
    if (closed_) return Status::OK();
    closed_ = true;
    MutexLock lock(&core_->mutex);
    return core_->Dead(path_, life_);
  }

 private:
  Status Usable() const {
    if (closed_) return Status::IOError("While writing: " + path_ + ": the file is closed");
    if (failed_.load(std::memory_order_acquire)) {
      return Status::IOError("While writing: " + path_ + ": an earlier sync failed");
    }
    return Status::OK();
  }

  const std::shared_ptr<SimInode> inode_;
  std::atomic<uint64_t> size_;
  uint64_t seen_errors_;
  std::atomic<bool> failed_{false};
  bool closed_ = false;
};

class SimDirectory : public Directory, private Handle {
 public:
  SimDirectory(std::shared_ptr<Core> core, std::string path, uint64_t life,
               std::shared_ptr<SimDir> dir)
      : Handle(std::move(core), std::move(path), life), dir_(std::move(dir)) {}

  Status Sync() override {
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimDirSync, path_, life_, &verdict));
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    if (verdict.effect.has_value()) return ErrnoStatus("fsync of a directory", path_, EIO);
    dir_->Sync();
    return Status::OK();
  }

 private:
  const std::shared_ptr<SimDir> dir_;
};

class SimLogSegment : public LogSegment, private Handle {
 public:
  SimLogSegment(std::shared_ptr<Core> core, std::string path, uint64_t life,
                std::shared_ptr<SimInode> inode, const LogSegmentOptions& options)
      : Handle(std::move(core), std::move(path), life),
        inode_(std::move(inode)),
        size_(options.size),
        want_mapping_(options.map) {
    shared_poison_ = options.poison;
    for (uint64_t& seen : seen_errors_) seen = inode_->sync_errors();
  }
  ~SimLogSegment() override { Close().Ignore(); }

  void Map() REQUIRES(core_->mutex) {
    if (!want_mapping_ || base() != nullptr) return;
    pages_ = inode_->Map(size_);
    core_->mapped.push_back(inode_);
    base_.store(pages_->data(), std::memory_order_release);
  }

  std::string path() const override {
    MutexLock lock(&core_->mutex);
    return path_;
  }
  uint64_t size() const override { return size_; }
  char* base() const override { return base_.load(std::memory_order_acquire); }
  bool can_write_at() const override { return true; }

  Status Append(Slice data, uint64_t* offset) override {
    AETHER_RETURN_IF_ERROR(Usable());
    *offset = append_offset_;
    uint64_t end = 0;
    AETHER_RETURN_IF_ERROR(
        WriteTo(core_.get(), path(), life_, inode_.get(), append_offset_, data, &end));
    append_offset_ = end;
    return Status::OK();
  }
  Status WriteAt(uint64_t offset, Slice data) override {
    AETHER_RETURN_IF_ERROR(Usable());
    if (offset > size_ || data.size() > size_ - offset) {
      return Status::InvalidArgument("log segment " + path() + ": " + std::to_string(data.size()) +
                                     " bytes at offset " + std::to_string(offset) +
                                     " do not fit into " + std::to_string(size_));
    }
    uint64_t end = 0;
    return WriteTo(core_.get(), path(), life_, inode_.get(), offset, data, &end);
  }
  Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const override {
    return ReadFrom(core_.get(), path(), life_, inode_.get(), offset, n, scratch, result);
  }

  Status Sync(int token) override {
    AETHER_RETURN_IF_ERROR(Usable());
    Status s = SyncInode(core_.get(), path(), life_, inode_.get(), &seen_errors_[token]);
    if (!s.ok()) Poison();
    return s;
  }
  Status RangeSync(uint64_t /*offset*/, uint64_t /*n*/) override {
    AETHER_RETURN_IF_ERROR(Usable());
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimSync, path(), life_, &verdict));
    if (!verdict.effect.has_value()) return Status::OK();
    Poison();
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    inode_->FailSync();
    return ErrnoStatus("sync_file_range", path_, EIO);
  }
  Status Prefault(uint64_t /*offset*/, uint64_t /*n*/) override {
    if (base() == nullptr) return Status::OK();
    AETHER_RETURN_IF_ERROR(Usable());
    const std::string path = this->path();
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimWrite, path, life_, &verdict));
    return Core::Failure(verdict, "taking page faults", path);
  }
  Status ZeroFill(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    const std::string zeros(n, '\0');
    uint64_t end = 0;
    AETHER_RETURN_IF_ERROR(WriteTo(core_.get(), path(), life_, inode_.get(), offset, zeros, &end));
    return Sync(kSyncTokens);
  }

  Status Unmap() override {
    if (base() == nullptr) return Status::OK();
    base_.store(nullptr, std::memory_order_release);
    MutexLock lock(&core_->mutex);
    pages_.reset();
    if (!core_->frozen && life_ == core_->life) inode_->Unmap();
    return Status::OK();
  }
  Status Recycle(const std::string& new_path) override {
    AETHER_RETURN_IF_ERROR(Usable());
    SimVerdict verdict;
    AETHER_RETURN_IF_ERROR(core_->Admit(kSimName, path(), life_, &verdict));
    MutexLock lock(&core_->mutex);
    AETHER_RETURN_IF_ERROR(core_->Dead(path_, life_));
    const std::string what = "renaming to " + new_path;
    AETHER_RETURN_IF_ERROR(Core::Failure(verdict, what, path_));
    std::shared_ptr<SimDir> source;
    std::shared_ptr<SimDir> target;
    std::string old_name;
    std::string new_name;
    AETHER_RETURN_IF_ERROR(core_->Resolve(what, path_, &source, &old_name));
    AETHER_RETURN_IF_ERROR(core_->Resolve(what, new_path, &target, &new_name));
    if (!source->Find(old_name).exists()) return ErrnoStatus(what, path_, ENOENT);
    if (target->Find(new_name).exists()) return ErrnoStatus(what, path_, EEXIST);
    SimDir::Move(source, old_name, target, new_name);
    path_ = new_path;
    append_offset_ = 0;
    Map();
    return Status::OK();
  }
  Status Close() override {
    closed_ = true;
    return Unmap();
  }

 private:
  Status Usable() const {
    if (poisoned()) return Status::IOError("log segment " + path() + " failed earlier");
    if (closed_) return Status::IOError("log segment " + path() + " is closed");
    return Status::OK();
  }

  const std::shared_ptr<SimInode> inode_;
  const uint64_t size_;
  const bool want_mapping_;
  std::shared_ptr<SimPages> pages_;
  std::atomic<char*> base_{nullptr};
  uint64_t append_offset_ = 0;
  uint64_t seen_errors_[kSyncTokens + 1];  // the last is the descriptor for pacing and filling
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<SequentialFile> NewSimSequential(std::shared_ptr<Core> core, std::string path,
                                                 uint64_t life, std::shared_ptr<SimInode> inode) {
  return std::make_unique<SimSequentialFile>(std::move(core), std::move(path), life,
                                             std::move(inode));
}
std::unique_ptr<RandomReadFile> NewSimRandomRead(std::shared_ptr<Core> core, std::string path,
                                                 uint64_t life, std::shared_ptr<SimInode> inode,
                                                 bool direct) {
  return std::make_unique<SimRandomReadFile>(std::move(core), std::move(path), life,
                                             std::move(inode), direct);
}
std::unique_ptr<PendingReads> StartSimReads(std::shared_ptr<Core> core, ReadRequest* requests,
                                            size_t n, bool background) {
  return std::make_unique<SimPendingReads>(std::move(core), requests, n, background);
}
std::unique_ptr<WritableFile> NewSimWritable(std::shared_ptr<Core> core, std::string path,
                                             uint64_t life, std::shared_ptr<SimInode> inode) {
  return std::make_unique<SimWritableFile>(std::move(core), std::move(path), life,
                                           std::move(inode));
}
std::unique_ptr<Directory> NewSimDirectory(std::shared_ptr<Core> core, std::string path,
                                           uint64_t life, std::shared_ptr<SimDir> dir) {
  return std::make_unique<SimDirectory>(std::move(core), std::move(path), life, std::move(dir));
}
std::unique_ptr<LogSegment> NewSimLogSegment(
    const std::shared_ptr<Core>& core, const std::string& path, uint64_t life,
    std::shared_ptr<SimInode> inode, const LogSegmentOptions& options) NO_THREAD_SAFETY_ANALYSIS {
  auto segment = std::make_unique<SimLogSegment>(core, path, life, std::move(inode), options);
  segment->Map();
  return segment;
}

}  // namespace aether
