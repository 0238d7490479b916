#include "engine/commit/pipeline_impl.h"

#include <algorithm>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "engine/base/coding.h"
#include "engine/base/epoch.h"
#include "engine/base/trace.h"
#include "engine/io/thread.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

// What an entry costs beyond its bytes, for the progress count.
constexpr uint64_t kEntryOverhead = 32;
constexpr uint64_t kMemoryRetryNanos = 1000000;

AETHER_TRACE_ONLY(std::string ChangedFamilies(const TableSet& before, const TableSet& after) {
  std::string list;
  for (uint32_t f = 0; f < after.tables.size(); ++f) {
    if (before.table(f) == after.table(f)) continue;
    list += (list.empty() ? "" : ",") + std::to_string(f);
  }
  return "[" + list + "]";
})

}  // namespace

Pipeline::Impl::Impl(const PipelineOptions& options, const wal::Recovered& recovered,
                     std::unique_ptr<TableSet> tables)
    : options_(options),
      epoch_(recovered.next_state.epoch),
      start_(recovered.last),
      mark_(recovered.last, options.first_generation),
      syncer_(recovered.last.ticket, options.meter),
      stream_states_(new StreamState[wal::Log::kMaxStreams]) {
  MutexLock lock(&switch_mutex_);
  tables->id = ++set_ids_;
  skip_logged_ = recovered.last.ticket;
  Generation& first = generations_[options.first_generation & 255];
  first.tables.store(tables.release(), std::memory_order_relaxed);
  first.base.store(recovered.last.sequence, std::memory_order_relaxed);
  first.unlogged.store(true, std::memory_order_relaxed);
}

Pipeline::Impl::~Impl() {
  MutexLock lock(&switch_mutex_);
  for (const RetiredSet& retired : retired_) delete retired.set;
  delete generations_[mark_.Load().generation()].tables.load(std::memory_order_relaxed);
}

Status Pipeline::Impl::OpenLog(const wal::Recovered& recovered) {
  if (options_.read_only) return Status::OK();
  wal::LogOptions log;
  log.fs = options_.fs;
  log.directory = options_.log_directory;
  log.store_id = options_.store_id;
  log.epoch = epoch_;
  log.segment_bytes = options_.segment_bytes;
  log.unit_bytes = static_cast<uint32_t>(options_.chunk_bytes);
  log.recycled_segments = options_.recycled_segments;
  log.write_back_bytes = options_.log_write_back_bytes;
  log.allow_mapped = options_.allow_mapped_log;
  log.background_thread = options_.background_thread;
  log.new_number = [hooks = options_.hooks] { return hooks->NewFileNumber(); };
  log.poison = &poisoned_;
  log.old_segments = recovered.segments;
  log.old_state = recovered.next_state;
  log.archive_ttl_seconds = options_.archive_ttl_seconds;
  log.archive_bytes = options_.archive_bytes;
  AETHER_RETURN_IF_ERROR(wal::Log::Open(log, &log_));
  if (log_->needs_write_out()) targets_ = std::vector<WriteOutTarget>(Watermark::kRing);
  // What recovery found useless goes at once.
  log_->Release(recovered.next_state.floor.ticket);
  return Status::OK();
}

// --- the write path ---

Status Pipeline::Impl::Refuse(const WriteRequest& request) const {
  if (log_ == nullptr) {
    return Status::NotSupported("Not supported operation in read only mode.");
  }
  if (request.sync && request.disable_wal) {
    return Status::InvalidArgument("Sync writes has to enable WAL.");
  }
  if (request.body.size() > wal::kMaxBody) {
    return Status::InvalidArgument("the batch is larger than 4 GiB");
  }
  return Status::OK();
}

// V first: a write that asked for a sync and is in V was counted before it got its number, so it is
// counted still or done with. One that failed has poisoned the log by then.
uint64_t Pipeline::Impl::FollowableTicket() const {
  const uint64_t published = mark_.published();
  // Until the first logged write nothing explains the tickets.
  if (!logged_.load(std::memory_order_acquire)) return start_.ticket;
  const bool all = unsynced_writes_.load(std::memory_order_seq_cst) == 0 &&
                   !poisoned_.load(std::memory_order_acquire);
  return all ? published : std::min(published, syncer_.durable());
}

// tla: ParallelWal.Ack and AckSync are its returns.
Status Pipeline::Impl::Write(const WriteRequest& request, WriteResult* result) {
  AETHER_RETURN_IF_ERROR(Refuse(request));
  BatchFacts own_facts;
  const BatchFacts* facts = request.facts;
  if (facts == nullptr) {
    AETHER_RETURN_IF_ERROR(
        ValidateBatch(request.body, request.count, request.families, &own_facts));
    facts = &own_facts;
  }
  if (poisoned_.load(std::memory_order_acquire)) return TellPoison();
  if (request.body.empty()) {
    const LogPosition now = mark_.Published();
    *result = {now.sequence + 1, now.sequence, now.ticket};
    return request.sync ? SyncForWriter(now.ticket) : Status::OK();
  }
  if (throttle_.load(std::memory_order_relaxed)) {
    const WriteTime time(request.times, &WriteTimes::delay_nanos);
    AETHER_RETURN_IF_ERROR(options_.hooks->BeforeWrite(facts->entry_bytes, request));
  }
  if (!request.disable_wal && !logged_.load(std::memory_order_acquire)) {
    AETHER_RETURN_IF_ERROR(BecomeLogged());
  }
  const UnsyncedWrite unsynced(&unsynced_writes_, request.sync);
  Numbers numbers;
  Status s = Commit(request, *facts, &numbers);
  while (numbers.held) [[unlikely]] {
      WaitWhileHeld();
      numbers.held = false;
      s = Commit(request, *facts, &numbers);
    }
  if (!s.ok()) {
    TellPoison().Ignore();
    return s;
  }
  result->first_sequence = numbers.first;
  result->last_sequence = numbers.end;
  result->ticket = numbers.ticket;
  if (!Planted(PlantedBug::kAcknowledgeBeforePublish)) {
    const WriteTime time(request.times, &WriteTimes::wait_nanos);
    mark_.WaitFor(numbers.ticket, this);
  }
  // Raised before the slot was done, so whoever acknowledges behind it sees it.
  if (poisoned_.load(std::memory_order_acquire)) return TellPoison();
  if (numbers.close_generation) Switch(nullptr, nullptr, nullptr).Ignore();
  if (numbers.report_progress) options_.hooks->OnProgress();
  if (request.sync) {
    const WriteTime time(request.times, &WriteTimes::log_nanos);
    AETHER_RETURN_IF_ERROR(SyncForWriter(numbers.ticket));
  }
  AETHER_TRACE(request.sync ? "ackSync" : "ack", "t", numbers.ticket);
  return Status::OK();
}

// A pipeline that is poisoned meanwhile is not waited for.
void Pipeline::Impl::WaitWhileHeld() {
  constexpr uint64_t kLookAgainNanos = 50000000;
  while (held_.load(std::memory_order_acquire) != 0 && !poisoned_.load(std::memory_order_acquire)) {
    FutexWait(&held_, 1, kLookAgainNanos);
  }
}

void Pipeline::Impl::Hold() {
  held_.store(1, std::memory_order_seq_cst);
  const uint64_t stamp = EpochStamp();
  while (EpochOldest() <= stamp) std::this_thread::yield();
  WaitPublished(mark_.issued());
}

void Pipeline::Impl::LetGo() {
  held_.store(0, std::memory_order_release);
  FutexWakeAll(&held_);
}

void Pipeline::Impl::Expand(WriteWord w, uint32_t count, Numbers* numbers) const {
  const Generation& generation = generations_[w.generation()];
  // This ticket is not published, so V is below it and the low bits tell it.
  numbers->ticket = mark_.Expand(static_cast<uint16_t>(w.ticket() + 1));
  numbers->first = generation.base.load(std::memory_order_relaxed) + w.relative() + 1;
  numbers->end = numbers->first + count - 1;
  numbers->tables = generation.tables.load(std::memory_order_relaxed);
  numbers->close_generation = w.relative() + count >= options_.switch_at_relative;
}

// To the log this is a batch that left no record of what it holds, as with disableWAL. Its ticket
// keeps V, and so readers, below the numbers until what they are for can be read. Nobody waits for
// it but whoever waits for a later ticket, and those are writers that are held, or BecomeLogged.
Status Pipeline::Impl::Insert(uint32_t count,
                              const std::function<Status(SequenceNumber first)>& install) {
  if (log_ == nullptr) return Status::NotSupported("Not supported operation in read only mode.");
  if (poisoned_.load(std::memory_order_acquire)) return TellPoison();
  wal::Stream* const stream = log_->Lease();
  Status s = log_->Reserve(stream, 0, mark_.published());
  if (!s.ok()) {
    log_->Return(stream);
    TellPoison().Ignore();
    return s;
  }
  wal::PendingRecord record;
  log_->Copy(stream, Slice(), &record);
  Numbers numbers;
  {
    EpochGuard guard;
    AETHER_TRACE_STEP();
    const WriteWord before = mark_.Take(count);
    Expand(before, count, &numbers);
    const Generation& generation = generations_[before.generation()];
    const bool logged = !generation.unlogged.load(std::memory_order_acquire);
    AETHER_TRACE("reserve", "t", numbers.ticket, "first", numbers.first, "end", numbers.end,
                 "stream", stream->index, "file", stream->chunk.number, "offset",
                 stream->chunk.offset, "body", trace::Hex(Slice()));
    mark_.Bind(numbers.ticket, numbers.first, numbers.end, 0, nullptr, nullptr);
    AETHER_TRACE("bind", "t", numbers.ticket);
    if (logged) {
      StampAndWriteOut(record, wal::MakeStamp(record.body_crc, wal::RecordType::kSkip,
                                              numbers.ticket, numbers.end));
      log_->Commit(stream, record, numbers.ticket);
      AETHER_TRACE("stamp", "t", numbers.ticket);
    }
  }
  log_->Return(stream);
  s = install(numbers.first);
  mark_.Publish(numbers.ticket, numbers.end);
  if (numbers.close_generation) Switch(nullptr, nullptr, nullptr).Ignore();
  TellPoison().Ignore();
  return s;
}

// tla: ParallelWal.Reserve, Visibility.Number.
bool Pipeline::Impl::TakeNumbers(uint32_t count, bool must_be_unlogged, Numbers* numbers) {
  WriteWord w;
  if (must_be_unlogged) {
    w = mark_.Load();
    do {
      if (!generations_[w.generation()].unlogged.load(std::memory_order_acquire)) return false;
    } while (!mark_.Replace(&w, {w.bits + WriteWord::kOneTicket + count}));
  } else {
    w = mark_.Take(count);
  }
  Expand(w, count, numbers);
  return true;
}

Status Pipeline::Impl::Commit(const WriteRequest& request, const BatchFacts& facts,
                              Numbers* numbers) {
  const bool logged = !request.disable_wal;
  const Slice log_body = logged ? request.body : Slice();
  bool needs_record = logged || logged_.load(std::memory_order_acquire);
  wal::Stream* const stream = log_->Lease();
  StreamState* const state = &stream_states_[stream->index];
  wal::PendingRecord record;
  for (;;) {
    if (needs_record) {
      const WriteTime time(request.times, &WriteTimes::log_nanos);
      Status s = log_->Reserve(stream, log_body.size(), mark_.published());
      if (!s.ok()) {
        log_->Return(stream);
        return s;
      }
      log_->Copy(stream, log_body, &record);
      AtPoint(CommitPoint::kCopied, 0);
    }
    while (!mark_.HasRoom()) mark_.WaitFor(mark_.published() + 1, this);
    // The guard keeps the tables of the generation and, for helpers, the chunk in place. It covers
    // the looks at what stops writers, so that Hold and DrainForResume can wait for whoever looked
    // too early.
    EpochGuard guard;
    if (held_.load(std::memory_order_seq_cst) != 0 && !poisoned_.load(std::memory_order_acquire))
        [[unlikely]] {
      numbers->held = true;
      log_->Return(stream);
      return Status::OK();
    }
    Status s = poisoned_.load(std::memory_order_seq_cst) ? PoisonStatus()
                                                         : PrepareTables(facts, *CurrentTables());
    if (!s.ok()) {
      log_->Return(stream);
      return s;
    }
    AtPoint(CommitPoint::kPrepared, 0);
    // A disableWAL batch that finds out too late that it has to leave a record has no number yet.
    {
      AETHER_TRACE_STEP();
      if (!TakeNumbers(facts.count, !needs_record, numbers)) {
        needs_record = true;
        continue;
      }
      AETHER_TRACE("reserve", "t", numbers->ticket, "first", numbers->first, "end", numbers->end,
                   "stream", stream->index, "file", stream->chunk.number, "offset",
                   stream->chunk.offset, "body", trace::Hex(request.body));
    }
    AtPoint(CommitPoint::kNumbered, numbers->ticket);
    if (needs_record && !wal::TicketFits(stream->chunk.base_ticket, numbers->ticket)) {
      Poison(Status::Aborted("a writer slept for 2^30 batches between its record and its number"));
    }
    Finish(request, *numbers, needs_record ? &record : nullptr, &state->hints);
    if (needs_record) log_->Commit(stream, record, numbers->ticket);
    state->unreported_bytes += facts.entry_bytes + kEntryOverhead * facts.count;
    if (state->unreported_bytes >= options_.progress_bytes) {
      state->unreported_bytes = 0;
      numbers->report_progress = true;
    }
    log_->Return(stream);
    return Status::OK();
  }
}

// tla: ParallelWal.Stamp.
void Pipeline::Impl::StampAndWriteOut(const wal::PendingRecord& record, const wal::Stamp& stamp) {
  wal::StoreStamp(record.record, stamp);
  if (!log_->needs_write_out()) return;
  Status s = log_->WriteOut(record);
  if (!s.ok()) Poison(s);
}

// A batch that has its number cannot go back, and memory was prepared for it. Only when the tables
// changed between, or others took it from a shared shard, may there be none: it is waited for.
void Pipeline::Impl::ApplyNumbered(Slice body, const Numbers& numbers, InsertHints* hints) {
  for (;;) {
    try {
      // Validated: it cannot fail.
      ApplyBatch(body, numbers.first, *numbers.tables, hints, nullptr).Ignore();
      return;
    } catch (const std::bad_alloc&) {
      const std::atomic<uint32_t> nobody_wakes{0};
      FutexWait(&nobody_wakes, 0, kMemoryRetryNanos);
    }
  }
}

void Pipeline::Impl::Finish(const WriteRequest& request, const Numbers& numbers,
                            const wal::PendingRecord* record, InsertHints* hints) {
  const bool batch = !request.disable_wal;
  wal::Stamp stamp{};
  char* help_with = nullptr;
  uint64_t check = 0;
  if (record != nullptr) {
    stamp =
        wal::MakeStamp(record->body_crc, batch ? wal::RecordType::kBatch : wal::RecordType::kSkip,
                       numbers.ticket, batch ? numbers.first : numbers.end);
    check = uint64_t{record->length} << 32 | static_cast<uint32_t>(stamp.word[0]);
    // The body of a disableWAL batch is the caller's alone; a growing file has one tail, which is
    // the owner's.
    if (batch && (!log_->needs_write_out() || log_->helpers_may_write_out())) {
      help_with = record->record;
    }
    if (!targets_.empty()) {
      WriteOutTarget* const target = &targets_[numbers.ticket % Watermark::kRing];
      target->file.store(record->file, std::memory_order_release);
      target->offset.store(record->offset, std::memory_order_release);
    }
  }
  {
    AETHER_TRACE_STEP();
    mark_.Bind(numbers.ticket, numbers.first, numbers.end, check, help_with, numbers.tables);
    AETHER_TRACE("bind", "t", numbers.ticket);
  }
  AtPoint(CommitPoint::kBound, numbers.ticket);
  const bool late_stamp = Planted(PlantedBug::kDoneBeforeStamp);
  if (record != nullptr && !late_stamp) {
    AETHER_TRACE_STEP();
    StampAndWriteOut(*record, stamp);
    AETHER_TRACE("stamp", "t", numbers.ticket);
  }
  AtPoint(CommitPoint::kStamped, numbers.ticket);
  {
    const WriteTime time(request.times, &WriteTimes::table_nanos);
    ApplyNumbered(request.body, numbers, hints);
  }
  AETHER_TRACE("apply", "t", numbers.ticket);
  AtPoint(CommitPoint::kApplied, numbers.ticket);
  mark_.Publish(numbers.ticket, numbers.end);
  if (record != nullptr && late_stamp) {
    AETHER_TRACE_STEP();
    StampAndWriteOut(*record, stamp);
    AETHER_TRACE("stamp", "t", numbers.ticket);
  }
}

// tla: ParallelWal.Stamp and Apply, once more for a ticket that is bound.
bool Pipeline::Impl::Help(uint64_t ticket) try {
  EpochGuard guard;
  Slot* const slot = mark_.slot(ticket);
  if (mark_.IsDone(ticket)) {
    mark_.Advance();
    return true;
  }
  if (slot->bind.load(std::memory_order_acquire) != ticket) return false;
  char* const record = slot->record.load(std::memory_order_acquire);
  const TableSet* const tables = slot->tables.load(std::memory_order_acquire);
  const SequenceNumber first = slot->first.load(std::memory_order_acquire);
  const uint64_t check = slot->check.load(std::memory_order_acquire);
  wal::PendingRecord pending;
  if (!targets_.empty()) {
    const WriteOutTarget& target = targets_[ticket % Watermark::kRing];
    pending.file = target.file.load(std::memory_order_acquire);
    pending.offset = target.offset.load(std::memory_order_acquire);
  }
  // Order 3 of watermark.h: with V still below, everything above belongs to this ticket.
  if (mark_.published() + 1 != ticket) return true;
  if (record == nullptr) return false;
  if (mark_.IsDone(ticket)) return true;
  AtPoint(CommitPoint::kHelping, ticket);
  const Slice body = wal::StoredBody(record);
  pending.length = static_cast<uint32_t>(body.size());
  const wal::Stamp stamp =
      wal::StampOf(static_cast<uint32_t>(check), wal::RecordType::kBatch, ticket, first);
  if (log_->needs_write_out()) {
    // The header in memory is the owner's; the file gets a copy that does not read it.
    std::string copy(pending.bytes(), '\0');
    std::memcpy(copy.data(), &stamp, sizeof(stamp));
    std::memcpy(copy.data() + sizeof(stamp), record + sizeof(stamp),
                static_cast<size_t>(body.data() - record) - sizeof(stamp) + body.size());
    pending.record = copy.data();
    AETHER_TRACE_STEP();
    Status s = log_->WriteOut(pending);
    if (!s.ok()) Poison(s);
    AETHER_TRACE("stamp", "t", ticket);
  } else {
    AETHER_TRACE_STEP();
    wal::StoreStamp(record, stamp);
    AETHER_TRACE("stamp", "t", ticket);
  }
  ApplyBatch(body, first, *tables, nullptr, nullptr).Ignore();
  AETHER_TRACE("apply", "t", ticket);
  mark_.MarkDone(ticket);
  mark_.Advance();
  helped_.fetch_add(1, std::memory_order_relaxed);
  return true;
} catch (const std::bad_alloc&) {
  return false;  // the owner has prepared memory
}

// --- generations ---

SequenceNumber Pipeline::Impl::LastSequence() const {
  const WriteWord w = mark_.Load();
  return generations_[w.generation()].base.load(std::memory_order_acquire) + w.relative();
}

const TableSet* Pipeline::Impl::CurrentTables() const {
  return generations_[mark_.Load().generation()].tables.load(std::memory_order_acquire);
}

// tla: ParallelWal.Switch, Visibility.CutTables.
void Pipeline::Impl::NextGeneration(const TableSet* tables, bool unlogged, uint64_t* take_ticket,
                                    LogPosition* cut) {
  WriteWord w = mark_.Load();
  const uint32_t now = w.generation();
  Generation* const current = &generations_[now];
  Generation* const next = &generations_[(now + 1) & 255];
  // 256 generations ago it was in use; whoever still computes numbers from it is not published.
  mark_.WaitFor(next->last_ticket, this);
  next->tables.store(tables, std::memory_order_relaxed);
  next->unlogged.store(unlogged, std::memory_order_relaxed);
  const SequenceNumber base = current->base.load(std::memory_order_relaxed);
  bool with_ticket;
  WriteWord desired;
  AETHER_TRACE_STEP();
  w = mark_.Load();
  do {
    next->base.store(base + w.relative(), std::memory_order_relaxed);
    cut->ticket = mark_.Expand(w.ticket());
    with_ticket = take_ticket != nullptr && cut->ticket > start_.ticket;
    desired = WriteWord::Of(cut->ticket + (with_ticket ? 1 : 0), now + 1, 0);
  } while (!mark_.Replace(&w, desired));
  cut->sequence = base + w.relative();
  current->last_ticket = cut->ticket;
  AETHER_TRACE("switch", "cut", cut->ticket, "sequence", cut->sequence, "families",
               trace::Json{ChangedFamilies(*current->tables.load(), *tables)});
  if (take_ticket != nullptr) *take_ticket = with_ticket ? cut->ticket + 1 : 0;
}

Status Pipeline::Impl::Switch(std::unique_ptr<TableSet> next,
                              const std::function<void()>& publish_view, SwitchResult* result) {
  {
    MutexLock lock(&switch_mutex_);
    const bool forced = next == nullptr;  // by the numbers: the tables stay
    if (forced && mark_.Load().relative() < options_.switch_at_relative) return Status::OK();
    if (publish_view) publish_view();
    auto* const current = const_cast<TableSet*>(CurrentTables());
    TableSet* tables = current;
    if (!forced) {
      tables = next.release();
      tables->id = ++set_ids_;
    }
    LogPosition cut;
    NextGeneration(tables, !logged_.load(std::memory_order_relaxed), nullptr, &cut);
    if (!forced) retired_.push_back({current, cut.ticket});
    if (result != nullptr) result->cut = cut;
  }
  RetireSets();
  return Status::OK();
}

void Pipeline::Impl::RetireSets() {
  std::vector<TableSet*> passed;
  {
    MutexLock lock(&switch_mutex_);
    const uint64_t v = mark_.published();
    while (!retired_.empty() && retired_.front().last_ticket <= v) {
      passed.push_back(retired_.front().set);
      retired_.erase(retired_.begin());
    }
  }
  // An owner that was helped may still be inserting; it holds a guard since before its number.
  for (TableSet* set : passed) {
    EpochRetire(set, [](void* object) { delete static_cast<TableSet*>(object); });
  }
}

void Pipeline::Impl::WaitPublished(uint64_t ticket) {
  mark_.WaitFor(ticket, this);
  RetireSets();
}

// --- batches without records ---

// Until the first logged write no batch leaves a record. That write moves to a generation where
// every batch does; the change takes a ticket of its own, whose record says which tickets before it
// will never be found. Until that record is stamped V cannot pass it, so nothing behind is
// acknowledged.
Status Pipeline::Impl::BecomeLogged() {
  MutexLock lock(&switch_mutex_);
  if (logged_.load(std::memory_order_relaxed)) return Status::OK();
  wal::Stream* const stream = log_->Lease();
  Status s = log_->Reserve(stream, sizeof(uint64_t), mark_.published());
  if (s.ok()) {
    char body[sizeof(uint64_t)];
    StoreFixed<uint64_t>(body, start_.ticket + 1);
    wal::PendingRecord record;
    log_->Copy(stream, Slice(body, sizeof(body)), &record);
    EpochGuard guard;
    uint64_t ticket = 0;
    LogPosition cut;
    const TableSet* const tables = CurrentTables();
    NextGeneration(tables, false, &ticket, &cut);
    if (ticket != 0) {
      mark_.Bind(ticket, cut.sequence + 1, cut.sequence, 0, nullptr, tables);
      StampAndWriteOut(
          record, wal::MakeStamp(record.body_crc, wal::RecordType::kSkip, ticket, cut.sequence));
      log_->Commit(stream, record, ticket);
      mark_.Publish(ticket, cut.sequence);
    }
    skip_logged_ = kMaxSequence;
    logged_.store(true, std::memory_order_release);
  }
  log_->Return(stream);
  return s;
}

// The runs of one family may get ahead of what the log explains while another family pins the
// floor; so before a flush relies on the log, the tickets without records are named in it.
Status Pipeline::Impl::LogUnlogged() {
  MutexLock lock(&switch_mutex_);
  const LogPosition now = mark_.Published();
  if (now.ticket <= skip_logged_) return Status::OK();
  char body[sizeof(uint64_t)];
  StoreFixed<uint64_t>(body, start_.ticket + 1);
  AETHER_RETURN_IF_ERROR(log_->AppendUnnumbered(wal::RecordType::kSkip, Slice(body, sizeof(body)),
                                                now.ticket, now.sequence));
  skip_logged_ = now.ticket;
  return Status::OK();
}

// --- durability, errors ---

Status Pipeline::Impl::SyncTo(uint64_t ticket) {
  WaitPublished(ticket);
  if (syncer_.durable() >= ticket) return Status::OK();
  if (log_ == nullptr) return Status::OK();
  if (!logged_.load(std::memory_order_acquire)) AETHER_RETURN_IF_ERROR(LogUnlogged());
  Status s = syncer_.SyncTo(
      ticket, log_.get(), mark_, poisoned_, [this] { return PoisonStatus(); },
      [this](const Status& error) { Poison(error); });
  if (!s.ok()) TellPoison().Ignore();
  return s;
}

Status Pipeline::Impl::SyncForWriter(uint64_t ticket) {
  if (log_ != nullptr) log_->ExpectSyncs();
  return SyncTo(ticket);
}

// tla: ParallelWal.Poison.
void Pipeline::Impl::Poison(const Status& status) {
  MutexLock lock(&poison_mutex_);
  if (!poison_status_.ok()) return;
  poison_status_ = status;
  poison_untold_ = true;
  poisoned_.store(true, std::memory_order_seq_cst);
}

Status Pipeline::Impl::PoisonStatus() {
  if (!poisoned_.load(std::memory_order_acquire)) return Status::OK();
  MutexLock lock(&poison_mutex_);
  // Under the lock: a Resume may have come in between.
  if (!poisoned_.load(std::memory_order_acquire)) return Status::OK();
  if (poison_status_.ok()) {
    // The flag comes from engine/io alone: this is the first to find words.
    poison_status_ =
        Status::IOError(options_.log_directory + ": a page of the log could not be written");
    poison_untold_ = true;
  }
  return poison_status_;
}

Status Pipeline::Impl::TellPoison() {
  Status status = PoisonStatus();
  if (status.ok()) return status;
  bool tell;
  {
    MutexLock lock(&poison_mutex_);
    tell = poison_untold_;
    poison_untold_ = false;
  }
  if (tell) options_.hooks->OnPoison(status);
  return status;
}

void Pipeline::Impl::Settle() {
  if (log_ == nullptr) return;
  syncer_.Hold();
  syncer_.LetGo();
  log_->Settle();
}

Status Pipeline::Impl::DrainForResume(LogState* next_state) {
  if (TellPoison().ok()) return Status::InvalidArgument("there is nothing to resume from");
  // Whoever looked at the flag before it was raised and has not taken its number yet holds a guard.
  const uint64_t stamp = EpochStamp();
  while (EpochOldest() <= stamp) std::this_thread::yield();
  WaitPublished(mark_.issued());
  *next_state = LogState();
  next_state->epoch = epoch_ + 1;
  next_state->floor = mark_.Published();
  next_state->last_sequence = next_state->floor.sequence;
  return Status::OK();
}

// tla: ParallelWal.FinishResume.
Status Pipeline::Impl::FinishResume(const LogState& next_state) {
  if (next_state.epoch <= epoch_ || next_state.floor.ticket != mark_.published()) {
    return Status::InvalidArgument("the log cannot resume under this state");
  }
  epoch_ = next_state.epoch;
  // A sync of the old log that fails now would poison the new one.
  syncer_.Hold();
  log_->Restart(epoch_);
  log_->Release(next_state.floor.ticket);
  syncer_.Raise(next_state.floor.ticket);
  {
    MutexLock lock(&poison_mutex_);
    poison_status_ = Status::OK();
    poisoned_.store(false, std::memory_order_seq_cst);
  }
  syncer_.LetGo();
  return Status::OK();
}

PipelineCounters Pipeline::Impl::Counters() const {
  PipelineCounters counters;
  counters.writes = mark_.issued() - start_.ticket;
  counters.helped = helped_.load(std::memory_order_relaxed);
  counters.waits = mark_.sleeps();
  counters.syncs = syncer_.rounds();
  if (log_ != nullptr) {
    counters.logged_bytes = log_->logged_bytes();
    counters.mapped = log_->mapped();
    counters.mapped_bytes = counters.mapped ? counters.logged_bytes : 0;
    counters.segments_created = log_->created();
    counters.segments_recycled = log_->recycled();
  }
  return counters;
}

}  // namespace aether
