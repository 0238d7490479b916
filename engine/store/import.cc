// A whole store leaves a directory by its files (KvStore::Export) and becomes a store of another
// one (DbEnv::ImportStore). docs/external-files.md says what must hold between files and levels.

#include <algorithm>
#include <chrono>

#include "engine/lsm/file_names.h"
#include "engine/store/adoption.h"
#include "engine/store/env_impl.h"

namespace aether {
namespace {

// How far the numbers of a store may jump at once, and in steps of what.
constexpr uint64_t kFarthestJump = uint64_t{1} << 40;
constexpr uint64_t kJumpStep = uint64_t{1} << 30;

bool Overlap(const Comparator* order, const FileMeta& a, const FileMeta& b) {
  return CompareKeys(order, a.smallest, b.largest) <= 0 &&
         CompareKeys(order, b.smallest, a.largest) <= 0;
}

// Puts the files of one level into runs. What one run holds of a key is newer than what the next
// one does, since runs hold stretches of the sequence that follow each other; so it is enough that
// of two files that overlap the newer one comes first.
std::vector<std::vector<std::shared_ptr<FileMeta>>> MakeRuns(
    const Comparator* order, std::vector<std::shared_ptr<FileMeta>> files) {
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return a->largest_sequence > b->largest_sequence;
  });
  std::vector<std::vector<std::shared_ptr<FileMeta>>> runs;
  for (const auto& file : files) {
    size_t place = 0;
    for (size_t i = 0; i < runs.size(); ++i) {
      const bool over = std::any_of(runs[i].begin(), runs[i].end(), [&](const auto& other) {
        return Overlap(order, *file, *other);
      });
      if (over) place = i + 1;
    }
    if (place == runs.size()) runs.emplace_back();
    runs[place].push_back(file);
  }
  for (auto& run : runs) {
    std::stable_sort(run.begin(), run.end(), [order](const auto& a, const auto& b) {
      return CompareKeys(order, a->smallest, b->smallest) < 0;
    });
  }
  return runs;
}

}  // namespace

Status EnvImpl::WithoutMerges(FamilyStore* family, const std::function<Status()>& work) {
  Status s;
  {
    MutexLock lock(&mutex_);
    ++family->manual_waiting_;
    while (s.ok() && (!family->merges_.empty() || family->beginning_)) {
      if (stopping_) s = Status::ShutdownInProgress();
      if (paused_ > 0) s = Status::Aborted("background work is paused");
      if (!merge_error_.ok()) s = merge_error_;
      if (!background_error_.ok()) s = background_error_;
      if (s.ok()) done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
    }
    if (s.ok()) {
      family->beginning_ = true;
    } else {
      --family->manual_waiting_;
    }
  }
  if (!s.ok()) return s;
  s = work();
  ReleaseMerges(family);
  return s;
}

Status FamilyStore::Export(const std::function<Status(const std::vector<FileInfo>& files)>& copy) {
  if (env_->options_.read_only) return env_->RefuseWrite();
  AETHER_RETURN_IF_ERROR(Flush(true));
  AETHER_RETURN_IF_ERROR(env_->DisableFileDeletions());
  Status s = env_->WithoutMerges(this, [&] {
    const auto view = PinView();
    if (!view->version().state().blobs.empty()) {
      return Status::NotSupported("export of a column family whose values stand in blob files");
    }
    std::vector<FileInfo> files;
    view->version().ForEachFile([&](int level, const Run& run, const RunPart& part) {
      files.push_back(InfoOf(level, run, part));
    });
    return copy(files);
  });
  const Status released = env_->EnableFileDeletions(false);
  return s.ok() ? released : s;
}

Status EnvImpl::RaiseSequence(SequenceNumber sequence) {
  MutexLock resume(&resume_mutex_);
  AETHER_RETURN_IF_ERROR(HoldWrites());
  Status s;
  const SequenceNumber now = pipeline_->LastSequence();
  if (sequence > now && sequence - now > kFarthestJump) {
    s = Status::NotSupported("the sequence numbers of the files are too far ahead: " +
                             std::to_string(sequence));
  }
  for (uint64_t left = sequence > now ? sequence - now : 0; s.ok() && left > 0;) {
    const uint64_t step = std::min(left, kJumpStep);
    s = pipeline_->Insert(static_cast<uint32_t>(step), [](SequenceNumber) { return Status::OK(); });
    left -= step;
  }
  ReleaseWrites().Ignore();
  return s;
}

Status EnvImpl::ImportStore(const std::string& name, const StoreOptions& options,
                            const ImportFiles& files, KvStore** store) {
  *store = nullptr;
  if (options_.read_only) return RefuseWrite();
  StoreOptions filled = options;
  if (filled.pool == nullptr) filled.pool = private_pool_;
  std::vector<AdoptedFile> adopted;
  adopted.reserve(files.files.size());
  AdoptedFile::Place place;
  place.dir = path_;
  place.move = files.move;
  place.family_name = name;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    place.family = state_.next_family++;
  }
  std::vector<std::shared_ptr<FileMeta>> levels[kLevels];
  SequenceNumber newest = 0;
  for (const FileToImport& file : files.files) {
    if (file.level < 0 || file.level > kLastLevel) {
      return Status::InvalidArgument(file.path + ": there is no level " +
                                     std::to_string(file.level));
    }
    AdoptedFile& one = adopted.emplace_back(fs_, file.path);
    AETHER_RETURN_IF_ERROR(one.Read(filled, false));
    if (one.meta().entries == 0 && one.meta().range_deletes == 0) {
      return Status::InvalidArgument(file.path + ": File contain no entries");
    }
    if (file.largest_sequence > kMaxSequence) {
      return Status::InvalidArgument(file.path + ": its sequence cannot be");
    }
    AETHER_RETURN_IF_ERROR(one.BringTo(place, filled.order, [this] { return NewFileNumber(); }));
    // Only the manifest that it comes from knows the sequence of a file that was ingested there.
    if (one.meta().external != 0 && file.largest_sequence != 0) {
      one.GiveSequence(file.largest_sequence);
    }
    for (const auto& meta : one.files()) {
      newest = std::max(newest, meta->largest_sequence);
      levels[file.level].push_back(meta);
    }
  }
  AETHER_RETURN_IF_ERROR(fs_->SyncDir(path_));
  FamilyEdit edit;
  edit.family = place.family;
  for (int level = 0; level < kLevels; ++level) {
    const auto runs = MakeRuns(filled.order, std::move(levels[level]));
    // Each becomes the newest of its level.
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      edit.new_runs.push_back({level, NewFileNumber()});
      for (const auto& meta : *run) edit.add_files.push_back({edit.new_runs.back().run, meta});
    }
  }
  AETHER_RETURN_IF_ERROR(RaiseSequence(newest));
  Status s;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    s = CreateStoreLocked(name, filled, std::move(edit), newest, store);
    if (s.ok() || manifest_->failed()) {
      for (AdoptedFile& one : adopted) one.Keep();
    }
  }
  AETHER_RETURN_IF_ERROR(CheckManifest(std::move(s)));
  for (AdoptedFile& one : adopted) {
    if (files.move) one.RemoveSource().Ignore();
  }
  return Status::OK();
}

}  // namespace aether
