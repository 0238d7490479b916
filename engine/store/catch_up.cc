// A second instance that follows the one that writes: it reads the manifest and the log again.

#include "engine/store/catch_up.h"

#include <algorithm>
#include <utility>

#include "engine/store/env_impl.h"

namespace aether {
namespace {

struct Caught {
  FamilyStore* family;
  std::shared_ptr<const Version> version;
  std::shared_ptr<MemTable> table;
};

}  // namespace

Status EnvImpl::CatchUp() {
  if (!options_.secondary) return Status::NotSupported("Supported only by secondary instance");
  MutexLock lock(&catch_up_mutex_);
  Status s;
  for (int i = 0; i <= kLiveTries; ++i) {
    s = CatchUpOnce(i == kLiveTries);
    if (s.ok() || !MayBeBusy(s)) break;
    clock_->SleepMicros(kLivePauseMicros);
  }
  return s;
}

// Where no family has flushed anything since, only what is new in the log goes into the tables that
// are there; their readers do not see it before the sequence is raised. Otherwise there are new
// tables, filled from the floor on: what stands in runs now must not stand in a table too. So there
// are when numbers were given to files from outside: a view that does not have the files must not
// get what was written after them.
//
// Sequence first, then the views: a reader pins a view before it loads the sequence, and an old
// view shows at a newer sequence what it has shown before. The other way round it would meet runs
// in which the primary has merged away what was to be seen at the old sequence.
Status EnvImpl::CatchUpOnce(bool may_lag) {
  ManifestState next;
  uint64_t number = 0;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &next, &number));
  MutexLock manifest_lock(&manifest_mutex_);
  if (next.store_id != state_.store_id) {
    return Status::InvalidArgument(path_ + ": another store has taken the place of this one");
  }
  std::vector<Caught> caught;
  wal::RecoveryOptions recovery;
  recovery.fs = fs_;
  recovery.directory = log_dir_;
  recovery.store_id = next.store_id;
  recovery.mode = static_cast<wal::RecoveryMode>(options_.recovery_mode);
  recovery.read_only = true;
  recovery.live = true;
  std::vector<SequenceNumber> flushed;
  for (const auto& [id, family] : next.families) {
    recovery.max_flushed_sequence =
        std::max(recovery.max_flushed_sequence, family.flushed_sequence);
    if (flushed.size() <= id) flushed.resize(id + 1);
    flushed[id] = family.flushed_sequence;
  }
  bool anew =
      next.log.epoch != state_.log.epoch || next.log.last_sequence != state_.log.last_sequence;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      const auto now = next.families.find(family->id_);
      // One that was dropped shows what it had.
      if (now == next.families.end()) continue;
      const auto before = state_.families.find(family->id_);
      anew |= before == state_.families.end() ||
              before->second.flushed_sequence != now->second.flushed_sequence;
      caught.push_back({family.get(), family->version_, family->active_});
    }
  }
  TableSet tables;
  for (Caught& c : caught) {
    const FamilyState& state = next.families.at(c.family->id_);
    const std::shared_ptr<const Version> before = c.version;
    AETHER_RETURN_IF_ERROR(Version::Build(
        c.family->options_.order, state, before.get(),
        [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
          return OpenRunFile(*c.family, state, meta, file);
        },
        &c.version));
    if (anew) AETHER_RETURN_IF_ERROR(c.family->NewTable(&c.table));
    if (tables.tables.size() <= c.family->id_) tables.tables.resize(c.family->id_ + 1);
    tables.tables[c.family->id_] = c.table;
  }
  LogState log = next.log;
  if (!anew && recovered_.last.ticket > log.floor.ticket) log.floor = recovered_.last;
  wal::Recovered recovered;
  AETHER_RETURN_IF_ERROR(wal::Recover(
      recovery, log,
      [&](const wal::RecoveredRecord& record, uint32_t* count) {
        return ReplayBatch(record.body, record.first_sequence, tables, flushed, count);
      },
      nullptr, &recovered));
  // Segments above the old floor may have gone before they were read.
  ManifestState after;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &after, &number));
  const bool moved =
      after.log.epoch != next.log.epoch || after.log.floor.ticket != next.log.floor.ticket;
  if ((moved && !may_lag) || recovered.last.sequence < read_only_sequence_) {
    return Status::TryAgain(path_ + ": the primary instance changes it too fast to be followed");
  }
  state_ = std::move(next);
  manifest_number_ = number;
  recovered_ = std::move(recovered);
  read_only_sequence_.store(recovered_.last.sequence, std::memory_order_seq_cst);
  MutexLock lock(&mutex_);
  for (const Caught& c : caught) {
    c.family->version_ = c.version;
    c.family->active_ = c.table;
    c.family->RebuildView();
  }
  return Status::OK();
}

}  // namespace aether
