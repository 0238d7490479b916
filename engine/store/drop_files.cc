// Taking files out of a store without merging them.
//
// A file goes only when no data that would stay in older runs lies in its range of keys: nothing
// that it hid comes back. What is being merged stays.

#include <algorithm>
#include <chrono>

#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"

namespace aether {
namespace {

// The keys of a file that stays.
struct Kept {
  Slice smallest;
  Slice largest;
};

bool Overlaps(const Comparator* order, const std::vector<Kept>& kept, const FileMeta& meta) {
  return std::any_of(kept.begin(), kept.end(), [&](const Kept& k) {
    return CompareKeys(order, k.largest, meta.smallest) >= 0 &&
           CompareKeys(order, k.smallest, meta.largest) <= 0;
  });
}

bool IsMerging(const FamilyState& state, uint64_t run) {
  return std::any_of(state.merges.begin(), state.merges.end(), [&](const MergeState& merge) {
    return merge.output_run == run ||
           std::count(merge.input_runs.begin(), merge.input_runs.end(), run) > 0;
  });
}

bool Within(const Comparator* order, const KeyRange& range, const FileMeta& meta) {
  if (range.begin != nullptr && CompareKeys(order, meta.smallest, *range.begin) < 0) return false;
  if (range.end == nullptr) return true;
  const int c = CompareKeys(order, meta.largest, *range.end);
  return c < 0 || (c == 0 && range.end_included);
}

// What of the family goes when `wanted` says what may.
FamilyEdit PlanDrop(const Comparator* order, const FamilyState& state,
                    const std::function<bool(int level, const FileMeta& meta)>& wanted) {
  FamilyEdit edit;
  edit.family = state.id;
  std::vector<Kept> kept;  // of older runs
  for (int level = kLastLevel; level >= 0; --level) {
    for (auto run = state.levels[level].rbegin(); run != state.levels[level].rend(); ++run) {
      const bool merging = IsMerging(state, run->id);
      std::vector<Kept> stays;
      size_t gone = 0;
      for (const FileState& file : run->files) {
        const FileMeta& meta = *file.meta;
        // Range deletions stay: what they hide may stay, too.
        if (meta.entries == 0) continue;
        if (!merging && wanted(level, meta) && !Overlaps(order, kept, meta)) {
          edit.remove_files.push_back({run->id, meta.number});
          ++gone;
        } else {
          stays.push_back({Slice(meta.smallest), Slice(meta.largest)});
        }
      }
      if (gone > 0 && gone == run->files.size()) edit.remove_runs.push_back(run->id);
      kept.insert(kept.end(), stays.begin(), stays.end());
    }
  }
  return edit;
}

}  // namespace

Status EnvImpl::HoldMerges(FamilyStore* family) {
  MutexLock lock(&mutex_);
  ++family->manual_waiting_;
  Status s;
  while (s.ok() && family->beginning_) {
    if (stopping_) s = Status::ShutdownInProgress();
    if (s.ok()) done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
  }
  if (s.ok() && family->dropped()) s = Status::ColumnFamilyDropped();
  if (s.ok()) s = background_error_;
  if (s.ok()) {
    family->beginning_ = true;
  } else {
    --family->manual_waiting_;
  }
  return s;
}

void EnvImpl::ReleaseMerges(FamilyStore* family) {
  MutexLock lock(&mutex_);
  --family->manual_waiting_;
  family->beginning_ = false;
  work_.NotifyAll();
  done_.NotifyAll();
}

Status EnvImpl::DropFiles(FamilyStore* family,
                          const std::function<Status(const FamilyState&, FamilyEdit*)>& plan) {
  if (options_.read_only) return RefuseWrite();
  AETHER_RETURN_IF_ERROR(HoldMerges(family));
  Status s;
  size_t files = 0;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    const auto state = state_.families.find(family->id_);
    FamilyEdit edit;
    s = state == state_.families.end() ? Status::ColumnFamilyDropped() : plan(state->second, &edit);
    files = edit.remove_files.size();
    if (s.ok() && files > 0) {
      ManifestEdit whole;
      whole.families.push_back(std::move(edit));
      s = InstallLocked(std::move(whole), nullptr);
    }
  }
  ReleaseMerges(family);
  if (s.ok() && files > 0) {
    Log("dropped " + std::to_string(files) + " files of [" + family->name_ + "]");
  }
  return CheckManifest(std::move(s));
}

std::vector<uint64_t> EnvImpl::DueForDrop(const FamilyStore& family) const {
  return StrategyFor(family.tree_)->Drop(*family.version_, family.tree_, clock_->WallSeconds());
}

Status EnvImpl::DropRuns(FamilyStore* family, const std::vector<uint64_t>& runs) {
  FamilyEdit edit;
  edit.family = family->id_;
  edit.remove_runs = runs;
  ManifestEdit whole;
  whole.families.push_back(std::move(edit));
  AETHER_RETURN_IF_ERROR(Install(std::move(whole), nullptr));
  Log("dropped the " + std::to_string(runs.size()) + " oldest runs of [" + family->name_ + "]");
  return Status::OK();
}

void EnvImpl::DropDue(FamilyStore* family, const std::vector<uint64_t>& runs) {
  const Status s = DropRuns(family, runs);
  {
    MutexLock lock(&mutex_);
    family->beginning_ = false;
    if (s.ok() && failed_merge_ == nullptr) {
      merge_error_ = Status::OK();
      merge_failures_ = 0;
    }
  }
  // A family that was dropped meanwhile has nothing left.
  if (!s.ok() && s.code() != Status::kColumnFamilyDropped) SetMergeError(s, nullptr);
}

Status EnvImpl::DropOld(FamilyStore* family) {
  AETHER_RETURN_IF_ERROR(HoldMerges(family));
  std::vector<uint64_t> runs;
  {
    MutexLock lock(&mutex_);
    runs = DueForDrop(*family);
  }
  const Status s = runs.empty() ? Status::OK() : DropRuns(family, runs);
  ReleaseMerges(family);
  return CheckManifest(s);
}

Status FamilyStore::DropFiles(const std::vector<KeyRange>& ranges) {
  return env_->DropFiles(this, [&](const FamilyState& state, FamilyEdit* edit) {
    *edit = PlanDrop(options_.order, state, [&](int level, const FileMeta& meta) {
      // What was flushed last stays, as in RocksDB.
      return level > 0 && std::any_of(ranges.begin(), ranges.end(), [&](const KeyRange& range) {
               return Within(options_.order, range, meta);
             });
    });
    return Status::OK();
  });
}

Status FamilyStore::DropFile(uint64_t number) {
  return env_->DropFiles(this, [&](const FamilyState& state, FamilyEdit* edit) {
    bool older = false;   // a run with data behind the file's
    bool deeper = false;  // in another level
    for (int level = kLastLevel; level >= 0; --level) {
      for (auto run = state.levels[level].rbegin(); run != state.levels[level].rend(); ++run) {
        bool data = false;
        for (const FileState& file : run->files) {
          data |= file.meta->entries > 0;
          if (file.meta->number != number) continue;
          if (IsMerging(state, run->id)) return Status::OK();
          if (deeper) return Status::InvalidArgument("File not in last level");
          if (older) return Status::InvalidArgument("File in level 0, but not oldest");
          edit->family = state.id;
          edit->remove_files.push_back({run->id, number});
          if (run->files.size() == 1) edit->remove_runs.push_back(run->id);
          return Status::OK();
        }
        older |= data;
      }
      deeper |= older;
    }
    return Status::InvalidArgument("File not found");
  });
}

}  // namespace aether
