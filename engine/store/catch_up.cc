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

// Where no family has flushed anything since, only what is new in the log is read, and goes into
// the tables that are there; their readers do not see it before the sequence is raised. Otherwise
// there are new tables, filled from the floor on: what stands in runs now must not stand in a table
// too. So there are when numbers were given to files from outside: a view that does not have the
// files must not get what was written after them.
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
  std::vector<SequenceNumber> flushed;
  SequenceNumber max_flushed = 0;
  for (const auto& [id, family] : next.families) {
    max_flushed = std::max(max_flushed, family.flushed_sequence);
    if (flushed.size() <= id) flushed.resize(id + 1);
    flushed[id] = family.flushed_sequence;
  }
  bool anew = refill_ || next.log.epoch != state_.log.epoch ||
              next.log.last_sequence != state_.log.last_sequence;
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
  directory_log_->SetState(next.log);
  tail_log_->SetState(next.log);
  if (anew) {
    refill_ = true;
    tail_.reset();
    tail_position_ = next.log.floor;
  } else if (next.log.floor.ticket > tail_position_.ticket) {
    // It holds nothing for the families that are open here.
    tail_position_ = next.log.floor;
  }
  Status s = ReadTail(tables, flushed);
  if (!s.ok()) {
    // The last batch may be in the tables in part, and the reader may have missed something.
    refill_ = true;
    return s;
  }
  // Segments above the old floor may have gone before they were read.
  ManifestState after;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &after, &number));
  const bool moved =
      after.log.epoch != next.log.epoch || after.log.floor.ticket != next.log.floor.ticket;
  const uint64_t cut = next.log.cuts.empty() ? 0 : next.log.cuts.back().last_ticket;
  const bool short_of =
      tail_position_.ticket < cut || std::max(tail_position_.sequence, next.log.last_sequence) <
                                         std::max<uint64_t>(max_flushed, read_only_sequence_);
  if ((moved && !may_lag) || short_of) {
    return Status::TryAgain(path_ + ": the primary instance changes it too fast to be followed");
  }
  refill_ = false;
  tail_position_.sequence = std::max(tail_position_.sequence, next.log.last_sequence);
  state_ = std::move(next);
  manifest_number_ = number;
  read_only_ticket_.store(tail_position_.ticket, std::memory_order_release);
  read_only_sequence_.store(tail_position_.sequence, std::memory_order_seq_cst);
  MutexLock lock(&mutex_);
  for (const Caught& c : caught) {
    c.family->version_ = c.version;
    c.family->active_ = c.table;
    c.family->RebuildView();
  }
  return Status::OK();
}

Status EnvImpl::ReadTail(const TableSet& tables, const std::vector<SequenceNumber>& flushed) {
  if (tail_ == nullptr) {
    tail_ = std::make_unique<wal::LogReader>(fs_, state_.store_id, tail_log_.get());
  }
  tail_->FollowEnd(tail_position_.ticket);
  wal::NumberedBatch batch;
  for (;;) {
    bool found = false;
    AETHER_RETURN_IF_ERROR(tail_->Next(wal::kMaxTicket, &batch, &found));
    if (!found) break;
    uint32_t count = 0;
    AETHER_RETURN_IF_ERROR(ReplayBatch(batch.body, batch.first_sequence, tables, flushed, &count));
    tail_position_.ticket = batch.ticket;
    if (count > 0) {
      tail_position_.sequence = std::max(tail_position_.sequence, batch.first_sequence + count - 1);
    }
  }
  tail_position_.sequence = std::max(tail_position_.sequence, tail_->skipped_sequence());
  return tail_log_->TakeError();
}

}  // namespace aether
