#include "compat/env/tracked_files.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "rocksdb/env.h"

namespace rocksdb {

namespace {

constexpr char kTrashEnding[] = ".trash";

}  // namespace

bool TrackedFiles::IsTrash(const std::string& name) {
  constexpr size_t kSize = sizeof(kTrashEnding) - 1;
  return name.size() > kSize && name.compare(name.size() - kSize, kSize, kTrashEnding) == 0;
}

TrackedFiles::TrackedFiles(std::shared_ptr<FileSystem> fs, const Pace& pace)
    : fs_(std::move(fs)), pace_(pace) {}

TrackedFiles::~TrackedFiles() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void TrackedFiles::SetMaxAllowedSpaceUsage(uint64_t max_allowed_space) {
  const std::lock_guard<std::mutex> lock(mutex_);
  max_allowed_space_ = max_allowed_space;
}

void TrackedFiles::SetCompactionBufferSize(uint64_t compaction_buffer_size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  compaction_buffer_size_ = compaction_buffer_size;
}

bool TrackedFiles::IsMaxAllowedSpaceReached() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return max_allowed_space_ > 0 && total_bytes_ >= max_allowed_space_;
}

// Merges give back space as they go and reserve none, so their buffer is all that is added.
bool TrackedFiles::IsMaxAllowedSpaceReachedIncludingCompactions() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return max_allowed_space_ > 0 && total_bytes_ + compaction_buffer_size_ >= max_allowed_space_;
}

uint64_t TrackedFiles::GetTotalSize() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return total_bytes_;
}

std::unordered_map<std::string, uint64_t> TrackedFiles::GetTrackedFiles() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return files_;
}

int64_t TrackedFiles::GetDeleteRateBytesPerSecond() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pace_.bytes_per_second;
}

void TrackedFiles::SetDeleteRateBytesPerSecond(int64_t delete_rate) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pace_.bytes_per_second = delete_rate;
  changed_.notify_all();
}

double TrackedFiles::GetMaxTrashDBRatio() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pace_.max_trash_ratio;
}

void TrackedFiles::SetMaxTrashDBRatio(double ratio) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pace_.max_trash_ratio = ratio;
}

uint64_t TrackedFiles::GetTotalTrashSize() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return trash_bytes_;
}

void TrackedFiles::SetStatisticsPtr(const std::shared_ptr<Statistics>& stats) {
  const std::lock_guard<std::mutex> lock(mutex_);
  statistics_ = stats;
}

void TrackedFiles::Add(const std::string& path, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  uint64_t& known = files_[path];
  total_bytes_ += bytes - known;
  known = bytes;
}

void TrackedFiles::Forget(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = files_.find(path);
  if (known == files_.end()) return;
  total_bytes_ -= known->second;
  files_.erase(known);
}

Status TrackedFiles::RemoveNow(const std::string& path) {
  const Status s = fs_->DeleteFile(path, IOOptions(), nullptr);
  Forget(path);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (statistics_ != nullptr) statistics_->recordTick(FILES_DELETED_IMMEDIATELY);
  return s;
}

Status TrackedFiles::Remove(const std::string& path) {
  uint64_t bytes = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = files_.find(path);
    const bool slowly =
        pace_.bytes_per_second > 0 && static_cast<double>(trash_bytes_) <=
                                          static_cast<double>(total_bytes_) * pace_.max_trash_ratio;
    if (slowly && known != files_.end()) bytes = known->second;
  }
  if (bytes == 0) return RemoveNow(path);
  const std::string trash = path + kTrashEnding;
  if (!fs_->RenameFile(path, trash, IOOptions(), nullptr).ok()) return RemoveNow(path);
  Forget(path);
  Add(trash, bytes);
  Queue(trash, bytes);
  return Status::OK();
}

void TrackedFiles::Queue(const std::string& path, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  trash_.push_back({path, bytes});
  trash_bytes_ += bytes;
  if (statistics_ != nullptr) statistics_->recordTick(FILES_MARKED_TRASH);
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  changed_.notify_all();
}

void TrackedFiles::TakeTrashOf(const std::string& directory) {
  std::vector<std::string> names;
  if (!fs_->GetChildren(directory, IOOptions(), &names, nullptr).ok()) return;
  for (const std::string& name : names) {
    if (!IsTrash(name)) continue;
    const std::string path = directory + "/" + name;
    uint64_t bytes = 0;
    fs_->GetFileSize(path, IOOptions(), &bytes, nullptr).PermitUncheckedError();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (files_.count(path) != 0) continue;  // on its way already
    }
    Add(path, bytes);
    if (GetDeleteRateBytesPerSecond() > 0) {
      Queue(path, bytes);
    } else {
      RemoveNow(path).PermitUncheckedError();
    }
  }
}

void TrackedFiles::WaitForEmptyTrash() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return trash_.empty() || stopping_; });
}

void TrackedFiles::TakePiece(const std::string& path, uint64_t bytes, uint64_t chunk,
                             uint64_t* left) {
  *left = 0;
  if (chunk > 0 && bytes > chunk) {
    std::unique_ptr<FSWritableFile> file;
    IOStatus s = fs_->ReopenWritableFile(path, FileOptions(), &file, nullptr);
    if (s.ok()) s = file->Truncate(bytes - chunk, IOOptions(), nullptr);
    if (s.ok()) s = file->Close(IOOptions(), nullptr);
    if (s.ok()) {
      *left = bytes - chunk;
      return;
    }
  }
  fs_->DeleteFile(path, IOOptions(), nullptr).PermitUncheckedError();
}

void TrackedFiles::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (trash_.empty()) {
      changed_.wait(lock, [this] { return stopping_ || !trash_.empty(); });
      continue;
    }
    const Trash first = trash_.front();
    const uint64_t chunk = pace_.chunk_bytes;
    lock.unlock();
    uint64_t left = 0;
    TakePiece(first.path, first.bytes, chunk, &left);
    if (left == 0) {
      Forget(first.path);
    } else {
      Add(first.path, left);
    }
    lock.lock();
    const uint64_t taken = first.bytes - left;
    trash_bytes_ -= taken;
    if (left == 0) {
      trash_.pop_front();
    } else {
      trash_.front().bytes = left;
    }
    changed_.notify_all();
    if (pace_.bytes_per_second <= 0) continue;
    const int64_t rate = pace_.bytes_per_second;
    const std::chrono::duration<double> pause(static_cast<double>(taken) /
                                              static_cast<double>(rate));
    changed_.wait_for(lock, pause,
                      [this, rate] { return stopping_ || pace_.bytes_per_second != rate; });
  }
}

SstFileManager* NewSstFileManager(Env* env, std::shared_ptr<FileSystem> fs,
                                  std::shared_ptr<Logger> info_log, const std::string& trash_dir,
                                  int64_t rate_bytes_per_sec, bool delete_existing_trash,
                                  Status* status, double max_trash_db_ratio,
                                  uint64_t bytes_max_delete_chunk) {
  if (fs == nullptr) fs = (env == nullptr ? Env::Default() : env)->GetFileSystem();
  TrackedFiles::Pace pace;
  pace.bytes_per_second = rate_bytes_per_sec;
  pace.max_trash_ratio = max_trash_db_ratio;
  pace.chunk_bytes = bytes_max_delete_chunk;
  auto manager = std::make_unique<TrackedFiles>(fs, pace);
  Status s;
  // Trash stays beside its files; only what an older version put elsewhere is taken away.
  if (delete_existing_trash && !trash_dir.empty()) {
    std::vector<std::string> names;
    s = fs->GetChildren(trash_dir, IOOptions(), &names, nullptr);
    for (const std::string& name : names) {
      if (!s.ok()) break;
      if (name == "." || name == "..") continue;
      s = manager->Remove(trash_dir + "/" + name);
    }
    if (!s.ok()) Warn(info_log, "Old trash stays: %s", s.ToString().c_str());
  }
  if (status != nullptr) *status = s;
  return manager.release();
}

SstFileManager* NewSstFileManager(Env* env, std::shared_ptr<Logger> info_log, std::string trash_dir,
                                  int64_t rate_bytes_per_sec, bool delete_existing_trash,
                                  Status* status, double max_trash_db_ratio,
                                  uint64_t bytes_max_delete_chunk) {
  return NewSstFileManager(env, nullptr, std::move(info_log), trash_dir, rate_bytes_per_sec,
                           delete_existing_trash, status, max_trash_db_ratio,
                           bytes_max_delete_chunk);
}

}  // namespace rocksdb
