// Opening, recovering, listing and destroying a directory.

#include <algorithm>

#include "engine/base/checksum.h"
#include "engine/base/epoch.h"
#include "engine/base/random.h"
#include "engine/base/trace.h"
#include "engine/io/thread.h"
#include "engine/lsm/file_names.h"
#include "engine/store/catch_up.h"
#include "engine/store/env_impl.h"
#include "engine/store/trace_tree.h"
#include "engine/wal/archive.h"

namespace aether {
namespace {

// A version-4 UUID in its usual 36 characters.
std::string NewIdentity() {
  Random random(SystemEntropy());
  std::string text;
  for (int i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text += '-';
    } else if (i == 14) {
      text += '4';
    } else {
      const uint64_t digit = i == 19 ? 8 + random.Uniform(4) : random.Uniform(16);
      text += "0123456789abcdef"[digit];
    }
  }
  return text;
}

}  // namespace

Status DbEnv::Open(const EnvOptions& options, const std::string& path,
                   const std::vector<StoreDescriptor>& stores, std::unique_ptr<DbEnv>* env,
                   std::vector<KvStore*>* handles) {
  LiveTries tries(RealClock(), path);
  for (;;) {
    auto opened = std::make_unique<EnvImpl>(options, path);
    handles->clear();
    const Status s = opened->Open(stores, handles);
    if (s.ok()) {
      *env = std::move(opened);
      return s;
    }
    const bool may_be_busy =
        options.secondary ||
        (options.read_only && (s.code() == Status::kTryAgain || opened->ManifestMoved()));
    if (!may_be_busy || !tries.Again(s, opened->ManifestMark())) {
      handles->clear();
      return tries.Verdict(s);
    }
  }
}

Status EnvImpl::Open(const std::vector<StoreDescriptor>& stores, std::vector<KvStore*>* handles) {
  bool has_default = false;
  for (const StoreDescriptor& store : stores) has_default |= store.name == "default";
  if (!has_default) return Status::InvalidArgument("Default column family not specified");
  private_pool_ = Pool::New(8 << 20);
  if (!options_.read_only) {
    AETHER_RETURN_IF_ERROR(CreateDirectory(path_));
    if (log_dir_ != path_) AETHER_RETURN_IF_ERROR(CreateDirectory(log_dir_));
    AETHER_RETURN_IF_ERROR(Lock());
  }
  bool created = false;
  AETHER_RETURN_IF_ERROR(ReadManifest(&created));
  AETHER_RETURN_IF_ERROR(CheckStores(stores));
  AETHER_RETURN_IF_ERROR(LoadIdentity());
  AETHER_RETURN_IF_ERROR(CheckDirectIo());
  Log("Batches of reads: " + fs_->ReadBatchMethod());
  AETHER_RETURN_IF_ERROR(BuildFamilies(stores));
  AETHER_RETURN_IF_ERROR(RecoverLog());
  for (const StoreDescriptor& store : stores) {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      if (family->name_ == store.name) handles->push_back(family.get());
    }
  }
  if (options_.read_only) return CheckNotOvertaken();
  RemoveOrphans();
  StartThreads();
  return options_.avoid_flush_during_recovery ? Status::OK() : FlushAll(false);
}

bool EnvImpl::ManifestMoved() const {
  ManifestState now;
  uint64_t number = 0;
  return Manifest::Read(fs_, path_, &now, &number).ok() && now.next_number != ManifestMark();
}

// What another instance releases of the log while this one is opened may have gone before recovery
// came to it, and then recovery took the end of what is left for the end of the log.
Status EnvImpl::CheckNotOvertaken() {
  {
    MutexLock manifest_lock(&manifest_mutex_);
    ManifestState now;
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &now, &number));
    const uint64_t seen = std::max<uint64_t>(read_only_ticket_, state_.log.floor.ticket);
    if (now.log.epoch == state_.log.epoch && now.log.floor.ticket <= seen) return Status::OK();
  }
  if (options_.secondary) return CatchUp();
  return Status::TryAgain(path_ + ": another instance changes it while it is opened");
}

Status EnvImpl::CreateDirectory(const std::string& dir) {
  // The name of the directory must last as long as what is in it.
  const Status exists = fs_->Exists(CurrentFileName(path_));
  return exists.ok() ? fs_->CreateDirIfMissing(dir) : CreateDirDurably(fs_, dir);
}

Status EnvImpl::Lock() { return fs_->LockFile(LockFileName(path_), &lock_); }

// tla: HanoiMerge.Reopen.
Status EnvImpl::ReadManifest(bool* created) {
  MutexLock manifest_lock(&manifest_mutex_);
  const Status exists = fs_->Exists(CurrentFileName(path_));
  if (!exists.ok() && !exists.IsNotFound()) return exists;
  if (exists.ok()) {
    if (options_.error_if_exists) {
      return Status::InvalidArgument(path_ + ": exists (error_if_exists is true)");
    }
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &state_, &number));
    AETHER_TRACE("reopen", "manifest", number, "tree", TraceTree(state_.families.begin()->second));
    manifest_number_ = number;
    next_number_ = std::max(state_.next_number, number + 1);
  } else {
    if (options_.read_only) {
      return Status::PathNotFound("While opening a file for sequentially reading: " +
                                  CurrentFileName(path_) + ": No such file or directory");
    }
    if (!options_.create_if_missing) {
      return Status::InvalidArgument(CurrentFileName(path_) +
                                     ": does not exist (create_if_missing is false)");
    }
    AETHER_RETURN_IF_ERROR(CheckNothingIsLost());
    *created = true;
    state_.store_id = SystemEntropy();
    FamilyState& family = state_.families[0];
    family.id = 0;
    family.name = "default";
  }
  // A name that a crashed process has used is not used again, manifest or not.
  std::vector<std::string> names;
  AETHER_RETURN_IF_ERROR(fs_->List(path_, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    ParseFileName(name, &number);
    if (number >= next_number_) next_number_ = number + 1;
  }
  return Status::OK();
}

// CURRENT is made before the first log and the first run, so where these are and it is not, it was
// lost. A new store would take their place.
Status EnvImpl::CheckNothingIsLost() const {
  std::string first;
  int more = 0;
  for (const std::string& dir : {path_, log_dir_}) {
    std::vector<std::string> names;
    AETHER_RETURN_IF_ERROR(fs_->List(dir, &names));
    for (const std::string& name : names) {
      uint64_t number = 0;
      const FileKind kind = ParseFileName(name, &number);
      const bool data = kind == FileKind::kRun || kind == FileKind::kBlob;
      if (kind != FileKind::kLog && (!data || dir != path_)) continue;
      if (first.empty()) {
        first = dir + "/" + name;
      } else {
        ++more;
      }
    }
    if (log_dir_ == path_) break;
  }
  if (first.empty()) return Status::OK();
  if (more > 0) first += " and " + std::to_string(more) + " more";
  return Status::Corruption(CurrentFileName(path_) +
                            " is missing, but files of a store are there (" + first +
                            "): repairing makes a store of them, destroying removes them");
}

Status EnvImpl::CheckStores(const std::vector<StoreDescriptor>& stores) const {
  MutexLock manifest_lock(&manifest_mutex_);
  std::string missing;
  for (const auto& known : state_.families) {
    const FamilyState& family = known.second;
    const auto it = std::find_if(stores.begin(), stores.end(), [&](const StoreDescriptor& store) {
      return store.name == family.name;
    });
    if (it == stores.end()) {
      if (!options_.read_only) missing += (missing.empty() ? "" : ", ") + family.name;
      continue;
    }
    const std::string name = it->options.order->Name();
    if (!family.comparator.empty() && family.comparator != name) {
      return Status::InvalidArgument(name + ": does not match existing comparator " +
                                     family.comparator);
    }
  }
  if (!missing.empty()) return Status::InvalidArgument("Column families not opened: " + missing);
  for (const StoreDescriptor& store : stores) {
    const bool known = std::any_of(state_.families.begin(), state_.families.end(),
                                   [&](const auto& f) { return f.second.name == store.name; });
    if (!known && !store.optional && (options_.read_only || !options_.create_missing_stores)) {
      return Status::InvalidArgument("Column family not found: " + store.name);
    }
  }
  return Status::OK();
}

Status EnvImpl::LoadIdentity() {
  Status s = ReadFileToString(fs_, IdentityFileName(path_), &identity_);
  if (s.ok() && identity_.size() >= 36) {
    identity_.resize(36);
    return s;
  }
  if (!s.ok() && !s.IsPathNotFound() && !s.IsNotFound()) return s;
  identity_ = NewIdentity();
  if (options_.read_only) return Status::OK();
  return WriteStringToFileAtomically(fs_, IdentityFileName(path_), identity_);
}

Status EnvImpl::CheckDirectIo() const {
  if (!options_.direct_reads && !options_.direct_background) return Status::OK();
  const std::string current = CurrentFileName(path_);
  // A new store has no CURRENT yet.
  const std::string probe = fs_->Exists(current).ok() ? current : IdentityFileName(path_);
  std::unique_ptr<RandomReadFile> file;
  ReadFileOptions options;
  options.direct = true;
  const Status direct = fs_->NewRandomReadFile(probe, options, &file);
  if (direct.ok()) return direct;
  options.direct = false;
  return fs_->NewRandomReadFile(probe, options, &file).ok()
             ? Status::InvalidArgument("Direct I/O is not supported by the specified DB.")
             : Status::InvalidArgument("Found options incompatible with filesystem: " +
                                       direct.ToString());
}

Status EnvImpl::BuildFamilies(const std::vector<StoreDescriptor>& stores) {
  MutexLock manifest_lock(&manifest_mutex_);
  for (const StoreDescriptor& store : stores) {
    const bool known = std::any_of(state_.families.begin(), state_.families.end(),
                                   [&](const auto& f) { return f.second.name == store.name; });
    if (known || store.optional) continue;
    const uint32_t id = state_.next_family++;
    FamilyState& family = state_.families[id];
    family.id = id;
    family.name = store.name;
    family.flushed_sequence = 0;
  }
  for (auto& [id, state] : state_.families) {
    const auto it = std::find_if(stores.begin(), stores.end(), [&, &s = state](const auto& store) {
      return store.name == s.name;
    });
    if (it == stores.end()) continue;
    StoreOptions options = it->options;
    if (options.pool == nullptr) options.pool = private_pool_;
    state.comparator = options.order->Name();
    auto family = std::make_unique<FamilyStore>(this, id, state.name, options);
    AETHER_RETURN_IF_ERROR(family->NewTable(&family->active_));
    family->active_begin_ = state_.log.floor;
    FamilyStore* const opened = family.get();
    Status s = Version::Build(
        options.order, state, nullptr,
        [&, &known = state](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
          return OpenRunFile(*opened, known, meta, file);
        },
        &family->version_);
    if (!s.ok()) {
      if (s.IsPathNotFound()) {
        s = Status::Corruption(s.ToString() + " in file " +
                               ManifestFileName(path_, manifest_number_));
      }
      return s;
    }
    MutexLock lock(&mutex_);
    families_.push_back(std::move(family));
    families_.back()->RebuildView();
  }
  return Status::OK();
}

Status EnvImpl::FlushRecovered(const FullTable& full) {
  FamilyStore* const family = full.family;
  FlushResult result;
  JobContext context = ContextFor(family, 0, IoLimiter::Priority::kHigh);
  std::shared_ptr<const Version> version;
  {
    MutexLock lock(&mutex_);
    version = family->version_;
  }
  AETHER_RETURN_IF_ERROR(RunFlush(context, family->id_, *full.table, version, {}, &result));
  if (result.files.empty()) return Status::OK();
  uint64_t largest = 0;
  for (const auto& meta : result.files) largest = std::max(largest, meta->largest_sequence);
  ManifestEdit edit;
  result.edit.flushed_sequence = largest;
  edit.families.push_back(std::move(result.edit));
  MutexLock manifest_lock(&manifest_mutex_);
  AETHER_RETURN_IF_ERROR(ApplyEdit(edit, &state_));
  const FamilyState& state = state_.families.at(family->id_);
  AETHER_RETURN_IF_ERROR(Version::Build(
      family->options_.order, state, version.get(),
      [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
        return OpenRunFile(*family, state, meta, file);
      },
      &version));
  MutexLock lock(&mutex_);
  family->version_ = std::move(version);
  return Status::OK();
}

// Full tables are written into runs while the replay goes on with fresh ones. The manifest learns
// of these runs with the new epoch, after the replay.
Status EnvImpl::EndReplayRound(Replay* replay) {
  if (options_.read_only) return Status::OK();
  std::vector<FullTable> full;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      if (!family->active_->Empty() &&
          family->active_->MemoryUsage() >= family->write_buffer_size()) {
        full.push_back({family.get(), family->active_});
      }
    }
  }
  if (full.empty()) return Status::OK();
  AETHER_RETURN_IF_ERROR(replay->WaitForFlush());
  {
    MutexLock lock(&mutex_);
    for (const FullTable& f : full) {
      AETHER_RETURN_IF_ERROR(f.family->NewTable(&f.family->active_));
    }
    replay->tables = CopyTables();
  }
  replay->flush = std::thread([this, replay, full = std::move(full)] {
    for (const FullTable& f : full) {
      if (replay->flush_status.ok()) replay->flush_status = FlushRecovered(f);
    }
  });
  return Status::OK();
}

// tla: ParallelWal.RecoverSync and RecoverInstall.
Status EnvImpl::RecoverLog() {
  wal::RecoveryOptions recovery;
  recovery.fs = fs_;
  recovery.directory = log_dir_;
  recovery.mode = static_cast<wal::RecoveryMode>(options_.recovery_mode);
  recovery.read_only = options_.read_only;
  recovery.live = options_.secondary;
  recovery.threads = std::min(4, NumberOfCpus());
  recovery.replay_threads = recovery.threads;
  recovery.keep_cuts = options_.wal_ttl_seconds > 0 || options_.wal_archive_bytes > 0 ||
                       fs_->Exists(wal::ArchiveDirectory(log_dir_)).ok();
  LogState log;
  Replay replay;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    recovery.store_id = state_.store_id;
    for (const auto& [id, family] : state_.families) {
      recovery.max_flushed_sequence =
          std::max(recovery.max_flushed_sequence, family.flushed_sequence);
      if (replay.flushed.size() <= id) replay.flushed.resize(id + 1);
      replay.flushed[id] = family.flushed_sequence;
    }
    log = state_.log;
    AETHER_TRACE("manifest", "epoch", log.epoch, "floor", log.floor.ticket, "flushed",
                 trace::List(state_.families,
                             [](const auto& f) {
                               return trace::Json{"[" + std::to_string(f.first) + "," +
                                                  std::to_string(f.second.flushed_sequence) + "]"};
                             }),
                 "cuts", trace::List(log.cuts, [](const auto& cut) {
                   return trace::Json{"[" + std::to_string(cut.epoch) + "," +
                                      std::to_string(cut.last_ticket) + "]"};
                 }));
    MutexLock lock(&mutex_);
    replay.tables = CopyTables();
  }
  AETHER_RETURN_IF_ERROR(wal::Recover(
      recovery, log,
      [&replay](const wal::RecoveredRecord& record, uint32_t* count) {
        return ReplayBatch(record.body, record.first_sequence, *replay.tables, replay.flushed,
                           count);
      },
      [this, &replay] { return EndReplayRound(&replay); }, &recovered_));
  AETHER_RETURN_IF_ERROR(replay.WaitForFlush());
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) family->RebuildView();
  }
  if (recovered_.max_file_number >= next_number_) next_number_ = recovered_.max_file_number + 1;
  Log("recovered " + std::to_string(recovered_.records) + " log records, " +
      std::to_string(recovered_.replayed_bytes) + " bytes; last sequence " +
      std::to_string(recovered_.last.sequence) + "; discarded " +
      std::to_string(recovered_.discarded_records));
  read_only_sequence_ = recovered_.last.sequence;
  read_only_ticket_ = recovered_.last.ticket;
  if (options_.read_only) {
    directory_log_ =
        std::make_unique<wal::DirectoryLog>(fs_, log_dir_, true, recovery.store_id, log);
    tail_log_ = std::make_unique<wal::DirectoryLog>(fs_, log_dir_, false, recovery.store_id, log);
    MutexLock lock(&catch_up_mutex_);
    tail_position_ = recovered_.last;
  }
  return options_.read_only ? Status::OK() : StartPipeline(recovered_);
}

Status EnvImpl::StartPipeline(const wal::Recovered& recovered) {
  PipelineOptions options;
  options.fs = fs_;
  options.log_directory = log_dir_;
  options.hooks = this;
  options.meter = options_.meter.get();
  options.allow_mapped_log = options_.allow_mapped_log;
  options.log_write_back_bytes = options_.wal_bytes_per_sync;
  options.archive_ttl_seconds = options_.wal_ttl_seconds;
  options.archive_bytes = options_.wal_archive_bytes;
  if (options_.log_segment_bytes != 0) options.segment_bytes = options_.log_segment_bytes;
  if (options_.log_chunk_bytes != 0) options.chunk_bytes = options_.log_chunk_bytes;
  std::unique_ptr<TableSet> tables;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    options.store_id = state_.store_id;
    MutexLock lock(&mutex_);
    tables = CopyTables();
  }
  AETHER_RETURN_IF_ERROR(Pipeline::Open(
      options, recovered, std::move(tables),
      [&, this](const LogState& next) {
        MutexLock manifest_lock(&manifest_mutex_);
        state_.log = next;
        AETHER_RETURN_IF_ERROR(NewManifest());
        AETHER_TRACE("opened", "epoch", next.epoch, "t", recovered.last.ticket, "sequence",
                     recovered.last.sequence);
        return Status::OK();
      },
      &pipeline_));
  MutexLock lock(&mutex_);
  PublishDirectory();
  CheckBudgets();
  return Status::OK();
}

// tla: HanoiMerge.RemoveOrphan.
void EnvImpl::RemoveOrphans() {
  std::vector<std::string> names;
  if (!fs_->List(path_, &names).ok()) return;
  std::vector<uint64_t> live;
  std::vector<uint64_t> live_blobs;
  uint64_t manifest = 0;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    manifest = manifest_->number();
    for (const auto& [id, family] : state_.families) {
      for (const auto& level : family.levels) {
        for (const RunState& run : level) {
          for (const FileState& file : run.files) live.push_back(file.meta->number);
        }
      }
      for (const auto& [number, blob] : family.blobs) live_blobs.push_back(number);
    }
  }
  std::sort(live.begin(), live.end());
  std::sort(live_blobs.begin(), live_blobs.end());
  for (const std::string& name : names) {
    uint64_t number = 0;
    const FileKind kind = ParseFileName(name, &number);
    const bool orphan =
        (kind == FileKind::kRun && !std::binary_search(live.begin(), live.end(), number)) ||
        (kind == FileKind::kBlob &&
         !std::binary_search(live_blobs.begin(), live_blobs.end(), number)) ||
        (kind == FileKind::kManifest && number < manifest);
    if (orphan) fs_->Remove(path_ + "/" + name).Ignore();
  }
}

// tla: HanoiMerge.StartThreads.
void EnvImpl::StartThreads() {
  AETHER_TRACE("started");
  std::vector<std::pair<FamilyStore*, MergeState>> unfinished;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      for (const MergeState& merge : state_.families.at(family->id_).merges) {
        unfinished.push_back({family.get(), merge});
      }
    }
  }
  for (auto& [family, state] : unfinished) {
    auto merge = std::make_shared<ActiveMerge>();
    merge->state = state;
    MakeJob(family, merge.get(), true, false).Ignore();
    MutexLock lock(&mutex_);
    family->merges_.push_back(std::move(merge));
  }
  SetBackgroundJobs(options_.background_jobs);
  flush_thread_ = std::thread([this] { FlushLoop(); });
}

Status DbEnv::ListStores(FileSystem* fs, const std::string& path, std::vector<std::string>* names) {
  if (fs == nullptr) fs = PosixFileSystem();
  ManifestState state;
  uint64_t number = 0;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs, path, &state, &number));
  names->clear();
  for (const auto& [id, family] : state.families) names->push_back(family.name);
  return Status::OK();
}

Status DbEnv::Destroy(FileSystem* fs, const std::string& path, const std::string& wal_dir) {
  if (fs == nullptr) fs = PosixFileSystem();
  std::vector<std::string> names;
  Status s = fs->List(path, &names);
  if (!s.ok()) return s.IsPathNotFound() || s.IsNotFound() ? Status::OK() : s;
  std::unique_ptr<FileLock> lock;
  AETHER_RETURN_IF_ERROR(fs->LockFile(LockFileName(path), &lock));
  Status result;
  const auto remove = [&](const std::string& file) {
    Status removed = fs->Remove(file);
    if (!removed.ok() && !removed.IsPathNotFound() && result.ok()) result = removed;
  };
  // CURRENT goes first: what a crash half way leaves behind is not opened.
  std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return (a == "CURRENT") > (b == "CURRENT");
  });
  for (const std::string& name : names) {
    uint64_t number = 0;
    const FileKind kind = ParseFileName(name, &number);
    if (kind == FileKind::kLock) continue;
    const bool own_text = name == "LOG" || name.rfind("LOG.old.", 0) == 0 ||
                          name.rfind("OPTIONS-", 0) == 0 ||
                          name.rfind(".dbtmp") != std::string::npos;
    if (kind != FileKind::kOther || own_text) remove(path + "/" + name);
  }
  const auto remove_logs = [&](const std::string& dir) {
    std::vector<std::string> logs;
    if (!fs->List(dir, &logs).ok()) return;
    for (const std::string& name : logs) {
      uint64_t number = 0;
      if (ParseFileName(name, &number) == FileKind::kLog) remove(dir + "/" + name);
    }
    fs->RemoveDir(dir).Ignore();
  };
  const std::string log_dir = wal_dir.empty() ? path : wal_dir;
  remove_logs(wal::ArchiveDirectory(log_dir));
  if (log_dir != path) remove_logs(log_dir);
  fs->UnlockFile(std::move(lock)).Ignore();
  remove(LockFileName(path));
  fs->RemoveDir(path).Ignore();
  return result;
}

}  // namespace aether
