// A second instance that follows the one that writes: it reads the manifest and the log again.

#include "engine/store/catch_up.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/store/env_impl.h"

namespace aether {
namespace {

struct Caught {
  FamilyStore* family;
  std::shared_ptr<const Version> version;
  std::shared_ptr<MemTable> table;
};

bool MayBeBusy(const Status& s) {
  return s.code() == Status::kTryAgain || s.IsCorruption() || s.IsNotFound() || s.IsPathNotFound();
}

}  // namespace

LiveTries::LiveTries(Clock* clock, std::string path)
    : clock_(clock), path_(std::move(path)), begin_(clock->NowMicros()) {}

bool LiveTries::Again(const Status& failed, uint64_t manifest) {
  if (!MayBeBusy(failed)) return false;
  same_ = manifest == manifest_ ? same_ + 1 : 1;
  manifest_ = manifest;
  if (same_ >= kLiveTries) return false;
  const uint64_t micros = clock_->NowMicros() - begin_;
  may_lag_ = micros >= kLiveMicros / 2;
  too_fast_ = micros >= kLiveMicros;
  if (too_fast_) return false;
  // While it moves, a pause would only give it time to move on.
  if (same_ > 1) clock_->SleepMicros(kPauseMicros);
  return true;
}

Status LiveTries::Verdict(const Status& failed) const {
  if (!too_fast_ || failed.code() == Status::kTryAgain) return failed;
  return Status::TryAgain(
      path_ + ": the primary instance changes it too fast to be followed: " + failed.ToString());
}

Status EnvImpl::CatchUp() {
  if (!options_.secondary) return Status::NotSupported("Supported only by secondary instance");
  MutexLock lock(&catch_up_mutex_);
  LiveTries tries(clock_, path_);
  OpenedFiles opened;
  for (;;) {
    uint64_t manifest = 0;
    const Status s = CatchUpOnce(tries.may_lag(), &opened, &manifest);
    if (s.ok()) return s;
    if (!tries.Again(s, manifest)) return tries.Verdict(s);
  }
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
//
// What a try has opened the next one finds in `opened`, so that it has to open only what the
// primary made meanwhile, and comes to an end sooner.
Status EnvImpl::CatchUpOnce(bool may_lag, OpenedFiles* opened, uint64_t* manifest) {
  ManifestState next;
  uint64_t number = 0;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &next, &number));
  *manifest = next.next_number;
  std::set<uint64_t> named;
  for (const auto& [id, family] : next.families) {
    for (const auto& level : family.levels) {
      for (const RunState& run : level) {
        for (const FileState& file : run.files) named.insert(file.meta->number);
      }
    }
  }
  std::erase_if(*opened, [&](const auto& file) { return !named.contains(file.first); });
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
          std::shared_ptr<OpenFile>& kept = (*opened)[meta.number];
          if (kept == nullptr) AETHER_RETURN_IF_ERROR(OpenRunFile(*c.family, state, meta, &kept));
          *file = kept;
          return Status::OK();
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
  // Segments below a newer floor may have gone before they were read. Above it there is all that
  // was written: where the reader stopped there, it stopped at the end.
  ManifestState after;
  AETHER_RETURN_IF_ERROR(Manifest::Read(fs_, path_, &after, &number));
  const bool overtaken =
      after.log.epoch != next.log.epoch ||
      after.log.floor.ticket > std::max(tail_position_.ticket, next.log.floor.ticket);
  const uint64_t cut = next.log.cuts.empty() ? 0 : next.log.cuts.back().last_ticket;
  const bool short_of =
      tail_position_.ticket < cut || std::max(tail_position_.sequence, next.log.last_sequence) <
                                         std::max<uint64_t>(max_flushed, read_only_sequence_);
  if ((overtaken && !may_lag) || short_of) {
    return Status::TryAgain(path_ + ": the primary instance changes it too fast to be followed");
  }
  refill_ = false;
  primary_stores_.clear();
  for (const auto& [id, family] : after.families) primary_stores_[family.name] = id;
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

std::optional<uint32_t> EnvImpl::PrimaryStoreId(const std::string& name) const {
  MutexLock manifest_lock(&manifest_mutex_);
  const auto it = primary_stores_.find(name);
  if (it == primary_stores_.end()) return std::nullopt;
  return it->second;
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
