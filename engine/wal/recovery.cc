#include "engine/wal/recovery.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <thread>
#include <utility>

#include "engine/base/thread_annotations.h"
#include "engine/base/trace.h"
#include "engine/wal/format.h"
#include "engine/wal/planted_bugs.h"

namespace aether::wal {
namespace {

// 256 streams of two varints each.
constexpr uint32_t kMaxAnchorBytes = 8192;
constexpr uint64_t kSmallestUnit = 4096;

// A round of the replay takes this much; a thread takes so many records at a time.
constexpr uint64_t kRoundBytes = 4 << 20;
constexpr size_t kBlock = 32;

// Runs `work` on that many threads, the caller's among them.
template <typename Work>
void OnThreads(size_t count, const Work& work) {
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

struct Place {
  uint64_t ticket;
  uint32_t segment;   // index into the list of segments
  uint32_t offset_8;  // offset / 8
};
static_assert(sizeof(Place) == 16);

struct SkipRange {
  uint64_t first;
  uint64_t last;
  SequenceNumber sequence;
};

struct ChunkStart {
  uint64_t offset;  // of the chunk header
  uint64_t end;     // behind the last valid record
  uint64_t limit;   // of the chunk
  uint64_t base_ticket;
  uint32_t salt;
};

struct Scan {
  OldSegment file;
  SegmentIdentity identity;
  bool valid = false;
  uint64_t unit_bytes = 0;
  std::vector<ChunkStart> chunks;
  std::vector<Place> places;
  std::vector<SequenceNumber> sequences;  // of the places; for Infer only
  std::vector<SkipRange> skips;
  uint64_t durable_ticket = 0;  // of the largest anchor
  std::vector<AnchorPosition> durable_positions;
  uint64_t discarded = 0;
  uint64_t unreadable = 0;  // with kAbsolute: an offset behind which a batch follows
};

class Contents {
 public:
  Status Read(FileSystem* fs, const OldSegment& file) {
    std::unique_ptr<RandomReadFile> reader;
    ReadFileOptions options;
    options.pattern = AccessPattern::kSequential;
    AETHER_RETURN_IF_ERROR(fs->NewRandomReadFile(file.path, options, &reader));
    uint64_t size = 0;
    AETHER_RETURN_IF_ERROR(reader->Size(&size));
    memory_.reset(new (std::nothrow) char[size + 1]);
    if (memory_ == nullptr) return Status::Aborted(file.path, Status::kMemoryLimit);
    uint64_t done = 0;
    while (done < size) {
      Slice piece;
      AETHER_RETURN_IF_ERROR(reader->ReadAt(done, size - done, memory_.get() + done, &piece));
      if (piece.empty()) break;
      if (piece.data() != memory_.get() + done) {
        std::memcpy(memory_.get() + done, piece.data(), piece.size());
      }
      done += piece.size();
    }
    bytes_ = Slice(memory_.get(), done);
    return Status::OK();
  }
  Slice bytes() const { return bytes_; }
  bool loaded() const { return memory_ != nullptr; }
  void Drop() {
    memory_.reset();
    bytes_ = Slice();
  }

 private:
  std::unique_ptr<char[]> memory_;
  Slice bytes_;
};

class Recovery {
 public:
  Recovery(const RecoveryOptions& options, const LogState& state)
      : options_(options), state_(state) {}

  Status Run(const ReplayFunction& replay, const RoundFunction& end_round, Recovered* result) {
    AETHER_RETURN_IF_ERROR(ListSegments());
    AETHER_RETURN_IF_ERROR(ScanAll());
    AETHER_RETURN_IF_ERROR(CheckEpochs());
    AETHER_RETURN_IF_ERROR(FindPrefix());
    AETHER_RETURN_IF_ERROR(CheckPrefix());
    AETHER_RETURN_IF_ERROR(Replay(replay, end_round));
    AETHER_TRACE("recovered", "t", last_ticket_);
    return Finish(result);
  }

  Status Infer(SequenceNumber flushed, uint64_t* store_id, LogState* state) {
    any_epoch_ = true;
    AETHER_RETURN_IF_ERROR(ListSegments());
    std::map<uint32_t, uint64_t> first_ticket;  // by epoch
    for (size_t i = 0; i < scans_.size(); ++i) {
      Scan& scan = scans_[i];
      if (!ScanSegment(static_cast<uint32_t>(i)).ok() || !scan.valid) continue;
      *store_id = scan.identity.store_id;
      uint64_t* const first =
          &first_ticket.try_emplace(scan.identity.epoch, UINT64_MAX).first->second;
      for (const Place& place : scan.places) *first = std::min(*first, place.ticket);
      for (const SkipRange& skip : scan.skips) *first = std::min(*first, skip.last);
    }
    uint64_t next_begin = UINT64_MAX;
    for (auto epoch = first_ticket.rbegin(); epoch != first_ticket.rend(); ++epoch) {
      if (epoch == first_ticket.rbegin()) {
        state->epoch = epoch->first;
      } else if (next_begin != UINT64_MAX) {
        state->cuts.push_back({epoch->first, next_begin - 1});
      }
      next_begin = std::min(next_begin, epoch->second);
    }
    std::reverse(state->cuts.begin(), state->cuts.end());
    InferFloor(flushed, state);
    return Status::OK();
  }

 private:
  // Tickets that are missing, with something behind them that runs hold, went with segments that
  // were released: the floor was past them. A gap that a crash has left is never below what runs
  // hold, because the log is synced before.
  void InferFloor(SequenceNumber flushed, LogState* state) {
    struct Known {
      uint64_t first;
      uint64_t last;
      SequenceNumber sequence;
    };
    std::vector<Known> known;
    for (const Scan& scan : scans_) {
      const auto cut = std::find_if(state->cuts.begin(), state->cuts.end(),
                                    [&](const auto& c) { return c.epoch == scan.identity.epoch; });
      const uint64_t end = cut == state->cuts.end() ? UINT64_MAX : cut->last_ticket;
      for (size_t i = 0; i < scan.places.size(); ++i) {
        const uint64_t ticket = scan.places[i].ticket;
        if (ticket <= end) known.push_back({ticket, ticket, scan.sequences[i]});
      }
      for (const SkipRange& skip : scan.skips) {
        if (skip.last <= end) known.push_back({skip.first, skip.last, skip.sequence});
      }
    }
    std::sort(known.begin(), known.end(),
              [](const Known& a, const Known& b) { return a.first < b.first; });
    uint64_t last = 0;
    uint64_t floor = 0;
    for (const Known& record : known) {
      if (record.first > last + 1 && record.sequence <= flushed + 1) floor = record.first - 1;
      last = std::max(last, record.last);
    }
    state->AdvanceFloor({floor, flushed});
  }

  bool salvage() const { return options_.mode == RecoveryMode::kSkipDamaged; }

  Status ListSegments() {
    std::vector<std::string> names;
    Status s = options_.fs->List(options_.directory, &names);
    if (s.IsNotFound() || s.IsPathNotFound()) return Status::OK();
    AETHER_RETURN_IF_ERROR(s);
    for (const std::string& name : names) {
      Scan scan;
      if (!ParseSegmentName(name, &scan.file.number)) continue;
      scan.file.path = options_.directory + "/" + name;
      scans_.push_back(std::move(scan));
    }
    std::sort(scans_.begin(), scans_.end(),
              [](const Scan& a, const Scan& b) { return a.file.number < b.file.number; });
    // What is read below has to stay, names included, before anybody relies on it.
    if (options_.read_only || Planted(PlantedBug::kNoSyncInRecovery)) return Status::OK();
    return options_.fs->SyncDir(options_.directory);
  }

  Status ScanAll() {
    std::vector<Status> outcomes(scans_.size());
    std::atomic<size_t> next{0};
    auto work = [&] {
      for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < scans_.size();) {
        outcomes[i] = ScanSegment(static_cast<uint32_t>(i));
      }
    };
    OnThreads(std::min<size_t>(scans_.size(), static_cast<size_t>(std::max(1, options_.threads))),
              work);
    for (Status& outcome : outcomes) AETHER_RETURN_IF_ERROR(std::move(outcome));
    return Status::OK();
  }

  // An epoch is in the manifest before it is in a segment. Records of a later one would count as
  // soon as the store gets to its number, beside others with the same tickets.
  Status CheckEpochs() {
    for (const Scan& scan : scans_) {
      if (!scan.valid || scan.identity.epoch <= state_.epoch) continue;
      newest_epoch_ = std::max(newest_epoch_, scan.identity.epoch);
      // Without a lock another process may have opened the store after the manifest was read.
      if (options_.read_only || salvage()) continue;
      return Status::Corruption(scan.file.path + ": written in epoch " +
                                std::to_string(scan.identity.epoch) +
                                ", the manifest ends with epoch " + std::to_string(state_.epoch));
    }
    return Status::OK();
  }

  Status MakeDurable(const std::string& path) {
    if (options_.read_only || Planted(PlantedBug::kNoSyncInRecovery)) return Status::OK();
    std::unique_ptr<WritableFile> file;
    WriteFileOptions append;
    append.mode = WriteFileOptions::kAppend;
    Status s = options_.fs->NewWritableFile(path, append, &file);
    // A file system that cannot reopen a file has promised its bytes at the close.
    if (s.IsNotSupported()) return Status::OK();
    AETHER_RETURN_IF_ERROR(s);
    return file->Sync();
  }

  Status ScanSegment(uint32_t index) {
    Scan* const scan = &scans_[index];
    Status s = MakeDurable(scan->file.path);
    Contents contents;
    if (s.ok()) s = contents.Read(options_.fs, scan->file);
    if (options_.read_only && (s.IsPathNotFound() || s.IsNotFound())) {
      return Status::TryAgain(scan->file.path + ": the log file went away while it was read");
    }
    AETHER_RETURN_IF_ERROR(s);
    const Slice bytes = contents.bytes();
    scan->file.bytes = bytes.size();
    SegmentHeader header;
    HeaderState header_state;
    AETHER_RETURN_IF_ERROR(DecodeSegmentHeader(bytes,
                                               options_.any_store ? nullptr : &options_.store_id,
                                               scan->file.path, &header_state, &header));
    if (header_state == HeaderState::kAbsent) {
      FindAnchorsWithoutHeader(index, bytes);
      return Status::OK();
    }
    scan->valid = true;
    scan->identity = {header.store_id, header.number, header.epoch};
    scan->file.number = std::max(scan->file.number, header.number);
    const uint64_t unit_bytes = header.unit_bytes;
    scan->unit_bytes = unit_bytes;
    for (uint64_t unit = 0; unit * unit_bytes < bytes.size();) {
      const uint64_t offset = unit == 0 ? kSegmentHeaderBytes : unit * unit_bytes;
      uint32_t units = 0;
      uint64_t base_ticket = 0;
      if (offset >= bytes.size() ||
          !DecodeChunkHeader(Slice(bytes.data() + offset, bytes.size() - offset), scan->identity,
                             static_cast<uint32_t>(unit), &units, &base_ticket)) {
        // Not in use, or lost in a crash; an anchor says when it should be there.
        const uint64_t end = std::min<uint64_t>((unit + 1) * unit_bytes, bytes.size());
        FindAnchors(index, bytes, std::min<uint64_t>(offset + kChunkHeaderBytes, end), end,
                    ChunkSalt(scan->identity, static_cast<uint32_t>(unit)));
        ++unit;
        continue;
      }
      // units 0: a file that only grows, one chunk to its end.
      const uint64_t limit =
          units == 0 ? bytes.size() : std::min<uint64_t>((unit + units) * unit_bytes, bytes.size());
      ScanChunk(
          index, bytes,
          {offset, 0, limit, base_ticket, ChunkSalt(scan->identity, static_cast<uint32_t>(unit))});
      if (units == 0) break;
      unit += units;
    }
    return Status::OK();
  }

  void ScanChunk(uint32_t index, Slice bytes, ChunkStart chunk) {
    Scan* const scan = &scans_[index];
    const uint64_t offset = chunk.offset;
    const uint64_t limit = chunk.limit;
    uint64_t at = offset + kChunkHeaderBytes;
    DecodedRecord record;
    AETHER_TRACE_ONLY(std::vector<uint64_t> found;)
    while (at + kRecordHeaderBytes <= limit &&
           DecodeRecord(Slice(bytes.data() + at, limit - at), chunk.salt, chunk.base_ticket,
                        &record)) {
      AETHER_TRACE_ONLY(if (record.type == RecordType::kBatch) found.push_back(record.ticket);)
      NoteRecord(record, index, at);
      at += RecordBytes(record.body.size());
    }
    AETHER_TRACE("chunk", "file", scan->identity.number, "offset", offset, "epoch",
                 scan->identity.epoch, "tickets",
                 trace::List(found, [](uint64_t ticket) { return ticket; }));
    chunk.end = at;
    scan->chunks.push_back(chunk);
    scan->file.used_bytes += at - offset;
    // Behind a damaged record an anchor may still stand and tell that the damage is not a torn
    // tail. kAbsolute asks whether there are batches, kSkipDamaged takes them.
    const bool batches = options_.mode == RecoveryMode::kAbsolute || salvage();
    const size_t max_body = salvage() ? kMaxBody : kMaxAnchorBytes;
    while (at + kRecordHeaderBytes <= limit) {
      const char* const p = bytes.data() + at;
      const auto type = static_cast<RecordType>(p[offsetof(RecordHeader, sequence_and_type)]);
      const bool wanted = type == RecordType::kAnchor || (batches && type == RecordType::kBatch);
      if (!wanted ||
          !DecodeRecord(Slice(p, limit - at), chunk.salt, chunk.base_ticket, &record, max_body)) {
        at += 8;
        continue;
      }
      const bool counts = Counts(scan->identity.epoch, record.ticket);
      if (salvage() || (type == RecordType::kAnchor && counts)) {
        NoteRecord(record, index, at);
      } else if (counts && record.ticket > state_.floor.ticket && scan->unreadable == 0) {
        scan->unreadable = chunk.end;
      }
      // Inside what only looks like a batch an anchor may stand; the mode must not decide whether
      // it is seen.
      at += type == RecordType::kBatch && !salvage() ? 8 : RecordBytes(record.body.size());
    }
  }

  // In a chunk whose header cannot be read. Tickets are near the floor; if not near enough then the
  // anchor is not recognised.
  void FindAnchors(uint32_t index, Slice bytes, uint64_t at, uint64_t limit, uint32_t salt) {
    Scan* const scan = &scans_[index];
    DecodedRecord record;
    for (; at + kRecordHeaderBytes <= limit; at += 8) {
      const char* const p = bytes.data() + at;
      if (static_cast<RecordType>(p[offsetof(RecordHeader, sequence_and_type)]) ==
              RecordType::kAnchor &&
          DecodeRecord(Slice(p, limit - at), salt, state_.floor.ticket, &record, kMaxAnchorBytes) &&
          Counts(scan->identity.epoch, record.ticket)) {
        NoteAnchor(record, scan);
      }
    }
  }

  // A segment whose header never reached the disk holds nothing. In one whose header was damaged
  // later anchors may tell that something was synced: its number stands in its name, its epoch is
  // one of those that count.
  void FindAnchorsWithoutHeader(uint32_t index, Slice bytes) {
    Scan* const scan = &scans_[index];
    std::vector<uint32_t> epochs{state_.epoch};
    for (const LogState::Cut& cut : state_.cuts) epochs.push_back(cut.epoch);
    for (const uint32_t epoch : epochs) {
      scan->identity = {options_.store_id, scan->file.number, epoch};
      FindAnchors(index, bytes, kSegmentHeaderBytes + kChunkHeaderBytes, bytes.size(),
                  ChunkSalt(scan->identity, 0));
      for (uint64_t at = kSmallestUnit; at + kChunkHeaderBytes <= bytes.size();
           at += kSmallestUnit) {
        const auto unit =
            LoadFixed<uint32_t>(bytes.data() + at + offsetof(ChunkHeader, first_unit));
        uint32_t units = 0;
        uint64_t base_ticket = 0;
        if (DecodeChunkHeader(Slice(bytes.data() + at, bytes.size() - at), scan->identity, unit,
                              &units, &base_ticket)) {
          FindAnchors(index, bytes, at + kChunkHeaderBytes, bytes.size(),
                      ChunkSalt(scan->identity, unit));
        }
      }
    }
  }

  void NoteRecord(const DecodedRecord& record, uint32_t index, uint64_t at) {
    Scan* const scan = &scans_[index];
    if (!Counts(scan->identity.epoch, record.ticket)) {
      scan->discarded += record.type == RecordType::kBatch;
      return;
    }
    switch (record.type) {
      case RecordType::kBatch:
        if (record.ticket > state_.floor.ticket) {
          scan->places.push_back({record.ticket, index, static_cast<uint32_t>(at / 8)});
          if (any_epoch_) scan->sequences.push_back(record.sequence);
        }
        break;
      case RecordType::kSkip:
        // As for batches: what the floor has passed has no say any more, neither has its sequence.
        if (record.ticket <= state_.floor.ticket) break;
        scan->skips.push_back(
            {record.body.size() == 8 ? LoadFixed<uint64_t>(record.body.data()) : record.ticket,
             record.ticket, record.sequence});
        break;
      case RecordType::kAnchor:
        NoteAnchor(record, scan);
        break;
      case RecordType::kVoid:
        break;
    }
  }

  static void NoteAnchor(const DecodedRecord& record, Scan* scan) {
    if (record.ticket < scan->durable_ticket) return;
    scan->durable_ticket = record.ticket;
    if (!DecodeAnchor(record.body, &scan->durable_positions)) scan->durable_positions.clear();
  }

  // tla: ParallelWal.Counts. The epoch rule: a record of the current epoch counts when it lies
  // beyond every cut, one of an earlier epoch when it lies within its own.
  bool Counts(uint32_t epoch, uint64_t ticket) const {
    if (any_epoch_) return true;
    uint64_t before = 0;  // the cut of the epoch before
    for (const LogState::Cut& cut : state_.cuts) {
      if (cut.epoch == epoch) return ticket > before && ticket <= cut.last_ticket;
      before = cut.last_ticket;
    }
    return epoch == state_.epoch && ticket > before;
  }

  // tla: ParallelWal.LastOf.
  Status FindPrefix() {
    size_t total = 0;
    for (const Scan& scan : scans_) total += scan.places.size();
    places_.reserve(total);
    for (Scan& scan : scans_) {
      places_.insert(places_.end(), scan.places.begin(), scan.places.end());
      scan.places = std::vector<Place>();
      skips_.insert(skips_.end(), scan.skips.begin(), scan.skips.end());
    }
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.ticket < b.ticket; });
    std::sort(skips_.begin(), skips_.end(), [](const SkipRange& a, const SkipRange& b) {
      return a.first < b.first || (a.first == b.first && a.last < b.last);
    });
    for (size_t i = 1; i < places_.size(); ++i) {
      if (places_[i].ticket == places_[i - 1].ticket && !salvage()) {
        return Status::Corruption(Where(places_[i]) + ": batch " +
                                  std::to_string(places_[i].ticket) + " is also at " +
                                  Where(places_[i - 1]));
      }
    }
    uint64_t last = state_.floor.ticket;
    SequenceNumber sequence = state_.floor.sequence;
    size_t place = 0;
    size_t skip = 0;
    for (;;) {
      if (skip < skips_.size() && (skips_[skip].first <= last + 1 || salvage())) {
        last = std::max(last, skips_[skip].last);
        sequence = std::max(sequence, skips_[skip].sequence);
        ++skip;
      } else if (place < places_.size() && (places_[place].ticket <= last + 1 || salvage())) {
        last = std::max(last, places_[place].ticket);
        ++place;
      } else {
        break;
      }
    }
    last_ticket_ = last;
    last_sequence_ = sequence;
    replay_count_ = place;
    return Status::OK();
  }

  Status CheckPrefix() const {
    if (salvage()) return Status::OK();
    const std::string found = "log ends at batch " + std::to_string(last_ticket_);
    const uint64_t cut = state_.cuts.empty() ? 0 : state_.cuts.back().last_ticket;
    if (cut > last_ticket_) {
      return Status::Corruption(options_.directory + ": " + found + " but batches up to " +
                                std::to_string(cut) + " were recovered before");
    }
    const Scan* anchor = nullptr;
    for (const Scan& scan : scans_) {
      if (anchor == nullptr || scan.durable_ticket > anchor->durable_ticket) anchor = &scan;
    }
    if (!options_.live && anchor != nullptr && anchor->durable_ticket > last_ticket_) {
      return Status::Corruption(FirstDamage(*anchor) + ": " + found + " but batches up to " +
                                std::to_string(anchor->durable_ticket) + " were synced");
    }
    for (const Scan& scan : scans_) {
      if (scan.unreadable == 0) continue;
      return Status::Corruption(scan.file.path + ": offset " + std::to_string(scan.unreadable) +
                                ": a record cannot be read, and batches follow it");
    }
    if (options_.mode == RecoveryMode::kAbsolute && replay_count_ < places_.size()) {
      return Status::Corruption(Where(places_[replay_count_]) + ": " + found + " but batch " +
                                std::to_string(places_[replay_count_].ticket) + " follows");
    }
    return Status::OK();
  }

  // The first place where a segment is readable less far than the anchor says it was durable.
  std::string FirstDamage(const Scan& anchor) const {
    for (const AnchorPosition& position : anchor.durable_positions) {
      for (const Scan& scan : scans_) {
        if (scan.file.number != position.number) continue;
        if (!scan.valid) return scan.file.path + ": offset 0";
        const auto chunk =
            std::find_if(scan.chunks.begin(), scan.chunks.end(), [&](const ChunkStart& c) {
              return position.offset > c.offset && position.offset <= c.limit;
            });
        if (chunk == scan.chunks.end()) {
          const uint64_t unit = (position.offset - 1) / scan.unit_bytes;
          return scan.file.path + ": offset " + std::to_string(unit * scan.unit_bytes);
        }
        if (chunk->end < position.offset) {
          return scan.file.path + ": offset " + std::to_string(chunk->end);
        }
      }
    }
    return options_.directory;
  }

  std::string Where(const Place& place) const {
    return scans_[place.segment].file.path + ": offset " +
           std::to_string(uint64_t{place.offset_8} * 8);
  }

  // What the threads of the replay share. A segment's contents are read by whoever needs them
  // first and dropped at the end of the round that needed them last.
  struct ReplaySegment {
    Mutex mutex;
    Contents contents GUARDED_BY(mutex);
    std::atomic<uint64_t> left{0};  // records to replay
  };

  Status ReplayPlace(const Place& place, ReplaySegment* segment, const ReplayFunction& replay,
                     SequenceNumber* last_sequence, uint64_t* bytes) const {
    const Scan& scan = scans_[place.segment];
    Slice contents;
    {
      MutexLock lock(&segment->mutex);
      if (!segment->contents.loaded()) {
        AETHER_RETURN_IF_ERROR(segment->contents.Read(options_.fs, scan.file));
      }
      contents = segment->contents.bytes();
    }
    const uint64_t offset = uint64_t{place.offset_8} * 8;
    auto chunk =
        std::upper_bound(scan.chunks.begin(), scan.chunks.end(), offset,
                         [](uint64_t at, const ChunkStart& start) { return at < start.offset; });
    --chunk;
    DecodedRecord record;
    if (offset >= contents.size() ||
        !DecodeRecord(Slice(contents.data() + offset, contents.size() - offset), chunk->salt,
                      chunk->base_ticket, &record) ||
        record.ticket != place.ticket) {
      return Status::Corruption(Where(place) + ": the record changed while it was recovered");
    }
    uint32_t count = 0;
    Status s = replay({record.ticket, record.sequence, record.body}, &count);
    if (!s.ok()) return s.WithContext(Where(place));
    if (count > 0) *last_sequence = std::max(*last_sequence, record.sequence + count - 1);
    *bytes += record.body.size();
    segment->left.fetch_sub(1, std::memory_order_release);
    return Status::OK();
  }

  Status Replay(const ReplayFunction& replay, const RoundFunction& end_round) {
    std::vector<ReplaySegment> segments(scans_.size());
    for (size_t i = 0; i < replay_count_; ++i) {
      const Place& place = places_[i];
      segments[place.segment].left.fetch_add(1, std::memory_order_relaxed);
      OldSegment* const file = &scans_[place.segment].file;
      file->last_ticket = std::max(file->last_ticket, place.ticket);
    }
    Mutex mutex;
    Status failure;
    std::atomic<size_t> next{0};
    while (next.load(std::memory_order_relaxed) < replay_count_) {
      std::atomic<uint64_t> round_bytes{0};
      // Blocks are handed out in order and finished by whoever took them: what is in at the end of
      // a round is everything up to some ticket.
      OnThreads(static_cast<size_t>(std::max(1, options_.replay_threads)), [&] {
        SequenceNumber last_sequence = 0;
        uint64_t bytes = 0;
        Status s;
        while (s.ok() && round_bytes.load(std::memory_order_relaxed) < kRoundBytes) {
          const size_t begin = next.fetch_add(kBlock, std::memory_order_relaxed);
          const uint64_t before = bytes;
          for (size_t i = begin; s.ok() && i < std::min(begin + kBlock, replay_count_); ++i) {
            s = ReplayPlace(places_[i], &segments[places_[i].segment], replay, &last_sequence,
                            &bytes);
          }
          if (begin >= replay_count_) break;
          round_bytes.fetch_add(s.ok() ? bytes - before : kRoundBytes, std::memory_order_relaxed);
        }
        MutexLock lock(&mutex);
        last_sequence_ = std::max(last_sequence_, last_sequence);
        replayed_bytes_ += bytes;
        if (failure.ok()) failure = s;
      });
      AETHER_RETURN_IF_ERROR(std::move(failure));
      for (ReplaySegment& segment : segments) {
        MutexLock lock(&segment.mutex);
        if (segment.left.load(std::memory_order_acquire) == 0) segment.contents.Drop();
      }
      if (end_round) AETHER_RETURN_IF_ERROR(end_round());
    }
    return Status::OK();
  }

  Status Finish(Recovered* result) {
    if (options_.max_flushed_sequence > last_sequence_ && !salvage()) {
      return Status::Corruption(options_.directory + ": runs hold sequence numbers up to " +
                                std::to_string(options_.max_flushed_sequence) +
                                " but the log ends at " + std::to_string(last_sequence_));
    }
    *result = Recovered();
    result->last.ticket = last_ticket_;
    result->last.sequence =
        std::max({last_sequence_, state_.last_sequence, options_.max_flushed_sequence});
    result->next_state = state_;
    const bool reuse = Planted(PlantedBug::kEpochReused) && state_.epoch > 0;
    if (!reuse) {
      const uint64_t known = state_.cuts.empty() ? 0 : state_.cuts.back().last_ticket;
      if (state_.epoch > 0 &&
          (last_ticket_ > state_.floor.ticket || (options_.keep_cuts && last_ticket_ > known))) {
        result->next_state.cuts.push_back({state_.epoch, last_ticket_});
      }
      result->next_state.epoch = std::max(state_.epoch, newest_epoch_) + 1;
    }
    result->next_state.last_sequence = result->last.sequence;
    result->records = replay_count_;
    result->replayed_bytes = replayed_bytes_;
    result->discarded_records = places_.size() - replay_count_;
    for (Scan& scan : scans_) {
      for (const SkipRange& skip : scan.skips) {
        if (skip.last > state_.floor.ticket && skip.last <= last_ticket_) {
          scan.file.last_ticket = std::max(scan.file.last_ticket, skip.last);
        }
      }
      result->discarded_records += scan.discarded;
      result->max_file_number = std::max(result->max_file_number, scan.file.number);
      if (scan.valid) scan.file.epoch = scan.identity.epoch;
      result->segments.push_back(scan.file);
    }
    return Status::OK();
  }

  const RecoveryOptions& options_;
  const LogState& state_;
  std::vector<Scan> scans_;
  std::vector<Place> places_;
  std::vector<SkipRange> skips_;
  bool any_epoch_ = false;
  uint32_t newest_epoch_ = 0;  // of the segments, where it is not in the manifest
  size_t replay_count_ = 0;
  uint64_t last_ticket_ = 0;
  SequenceNumber last_sequence_ = 0;
  uint64_t replayed_bytes_ = 0;
};

}  // namespace

Status Recover(const RecoveryOptions& options, const LogState& state, const ReplayFunction& replay,
               const RoundFunction& end_round, Recovered* result) {
  return Recovery(options, state).Run(replay, end_round, result);
}

Status InferLogState(FileSystem* fs, const std::string& directory, SequenceNumber flushed,
                     uint64_t* store_id, LogState* state) {
  RecoveryOptions options;
  options.fs = fs;
  options.directory = directory;
  options.mode = RecoveryMode::kSkipDamaged;
  options.any_store = true;
  return Recovery(options, LogState()).Infer(flushed, store_id, state);
}

}  // namespace aether::wal
