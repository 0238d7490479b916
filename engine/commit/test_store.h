// A store of two families, just large enough to try the write path against crashes: a manifest in
// one file, runs that are lists of entries, flushes as the protocol prescribes. For tests.
//
// Thread safety: Write may be called by any thread, the others by one thread at a time.

#ifndef AETHER_ENGINE_COMMIT_TEST_STORE_H_
#define AETHER_ENGINE_COMMIT_TEST_STORE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/coding.h"
#include "engine/commit/pipeline.h"

namespace aether {

struct TestStoreOptions {
  FileSystem* fs = nullptr;
  std::string directory = "/db";
  uint64_t segment_bytes = 64 << 10;
  uint64_t chunk_bytes = 4096;
  bool allow_mapped = true;
  bool background_thread = false;
  wal::RecoveryMode mode = wal::RecoveryMode::kPointInTime;
  uint32_t first_generation = 0;
  uint64_t switch_at_relative = uint64_t{1} << 39;
  LogPosition fresh_start;  // where the numbers of a new store start
  // Plants "manifest before log": flushes do not sync the log first.
  bool skip_log_before_manifest = false;
};

class TestStore : public PipelineHooks {
 public:
  static constexpr uint32_t kFamilies = 2;
  struct Value {
    SequenceNumber sequence;
    std::string value;
  };
  using Contents = std::map<std::pair<uint32_t, std::string>, Value>;

  static Status Open(const TestStoreOptions& options, std::unique_ptr<TestStore>* result) {
    std::unique_ptr<TestStore> store(new TestStore(options));
    AETHER_RETURN_IF_ERROR(store->Recover());
    *result = std::move(store);
    return Status::OK();
  }
  ~TestStore() override { pipeline_.reset(); }

  Pipeline* pipeline() { return pipeline_.get(); }
  const wal::Recovered& recovered() const { return recovered_; }
  const LogState& log_state() const { return log_; }

  Status Write(Slice body, bool sync, bool disable_wal, WriteResult* result) {
    WriteRequest request;
    request.body = body;
    request.sync = sync;
    request.disable_wal = disable_wal;
    return pipeline_->Write(request, result);
  }
  Status Put(uint32_t family, Slice key, Slice value, bool sync = false, bool disable_wal = false,
             WriteResult* result = nullptr) {
    std::string body;
    AppendPut(&body, family, key, value);
    WriteResult ignored;
    return Write(body, sync, disable_wal, result == nullptr ? &ignored : result);
  }

  // Flushes one family into a run and moves the floor. After a failure the entries of its table are
  // in the log alone, so nothing is flushed any more.
  Status Flush(uint32_t family) {
    if (flush_error_.ok()) flush_error_ = TryFlush(family);
    return flush_error_;
  }

  Status TryFlush(uint32_t family) {
    const LogPosition published = pipeline_->Published();
    auto next = std::make_unique<TableSet>();
    next->tables = tables_;
    std::shared_ptr<MemTable> old = tables_[family];
    next->tables[family] = NewTable();
    tables_ = next->tables;
    SwitchResult result;
    AETHER_RETURN_IF_ERROR(pipeline_->Switch(std::move(next), nullptr, &result));
    starts_[family] = result.cut;
    pipeline_->WaitPublished(result.cut.ticket);
    AETHER_RETURN_IF_ERROR(WriteRun(family, *old));
    return Install(published, {family}, result.cut);
  }

  // The steps of Resume: everything into runs, one edit with a new epoch.
  Status Resume() {
    AETHER_RETURN_IF_ERROR(flush_error_);
    LogState next_state;
    AETHER_RETURN_IF_ERROR(pipeline_->DrainForResume(&next_state));
    auto next = std::make_unique<TableSet>();
    const std::vector<std::shared_ptr<MemTable>> old = tables_;
    for (uint32_t f = 0; f < kFamilies; ++f) next->tables.push_back(NewTable());
    tables_ = next->tables;
    SwitchResult result;
    AETHER_RETURN_IF_ERROR(pipeline_->Switch(std::move(next), nullptr, &result));
    for (uint32_t f = 0; f < kFamilies; ++f) {
      AETHER_RETURN_IF_ERROR(WriteRun(f, *old[f]));
      flushed_[f] = result.cut.sequence;
      starts_[f] = result.cut;
    }
    log_ = next_state;
    AETHER_RETURN_IF_ERROR(WriteManifest());
    return pipeline_->FinishResume(next_state);
  }

  // The newest value of each key.
  Status Read(Contents* contents) {
    contents->clear();
    for (uint64_t run : runs_) {
      std::string bytes;
      AETHER_RETURN_IF_ERROR(ReadFileToString(options_.fs, RunPath(run), &bytes));
      Slice input(bytes);
      uint32_t family;
      SequenceNumber sequence;
      Slice key, value;
      while (GetVarint32(&input, &family) && GetVarint64(&input, &sequence) &&
             GetLengthPrefixed(&input, &key) && GetLengthPrefixed(&input, &value)) {
        Note(family, key, sequence, value, contents);
      }
    }
    for (uint32_t f = 0; f < kFamilies; ++f) {
      auto it = tables_[f]->NewIterator();
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        Note(f, it->key(), TagSequence(it->tag()), it->value(), contents);
      }
    }
    return Status::OK();
  }

  uint64_t NewFileNumber() override { return next_file_.fetch_add(1) + 1; }
  void OnPoison(const Status&) override { poisons_.fetch_add(1); }
  int poisons() const { return poisons_.load(); }

 private:
  explicit TestStore(const TestStoreOptions& options) : options_(options) {}

  static std::shared_ptr<MemTable> NewTable() {
    return NewMemTable(MemTableKind::kRax, BytewiseComparator());
  }
  static void Note(uint32_t family, Slice key, SequenceNumber sequence, Slice value,
                   Contents* contents) {
    Value& slot = (*contents)[{family, key.ToString()}];
    if (slot.sequence <= sequence) slot = {sequence, value.ToString()};
  }
  std::string RunPath(uint64_t number) const {
    return options_.directory + "/" + std::to_string(number) + ".sst";
  }
  std::string ManifestPath() const { return options_.directory + "/MANIFEST"; }

  Status WriteRun(uint32_t family, const MemTable& table) {
    if (table.Empty()) return Status::OK();
    std::string bytes;
    auto it = table.NewIterator();
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      PutVarint(&bytes, family);
      PutVarint(&bytes, TagSequence(it->tag()));
      PutLengthPrefixed(&bytes, it->key());
      PutLengthPrefixed(&bytes, it->value());
    }
    const uint64_t number = NewFileNumber();
    std::unique_ptr<WritableFile> file;
    AETHER_RETURN_IF_ERROR(options_.fs->NewWritableFile(RunPath(number), {}, &file));
    AETHER_RETURN_IF_ERROR(file->Append(bytes));
    AETHER_RETURN_IF_ERROR(file->Sync());
    AETHER_RETURN_IF_ERROR(options_.fs->SyncDir(options_.directory));
    runs_.push_back(number);
    return Status::OK();
  }

  Status Install(LogPosition floor, const std::vector<uint32_t>& families, LogPosition cut) {
    for (uint32_t f : families) flushed_[f] = cut.sequence;
    for (uint32_t f = 0; f < kFamilies; ++f) {
      const bool pins = starts_[f] == cut || !tables_[f]->Empty();
      if (pins && starts_[f].ticket < floor.ticket) floor = starts_[f];
    }
    if (floor.ticket < cut.ticket && !options_.skip_log_before_manifest) {
      AETHER_RETURN_IF_ERROR(pipeline_->SyncTo(cut.ticket));
    }
    log_.AdvanceFloor(floor);
    log_.last_sequence = std::max(log_.last_sequence, cut.sequence);
    AETHER_RETURN_IF_ERROR(WriteManifest());
    pipeline_->ReleaseLog(log_.floor);
    return Status::OK();
  }

  Status WriteManifest() {
    std::string bytes;
    log_.EncodeTo(&bytes);
    for (SequenceNumber s : flushed_) PutVarint(&bytes, s);
    PutVarint(&bytes, runs_.size());
    for (uint64_t run : runs_) PutVarint(&bytes, run);
    return WriteStringToFileAtomically(options_.fs, ManifestPath(), bytes);
  }

  Status ReadManifest() {
    std::string bytes;
    Status s = ReadFileToString(options_.fs, ManifestPath(), &bytes);
    if (s.IsPathNotFound() || s.IsNotFound()) {
      log_.floor = options_.fresh_start;
      log_.last_sequence = options_.fresh_start.sequence;
      return Status::OK();
    }
    AETHER_RETURN_IF_ERROR(s);
    Slice input(bytes);
    AETHER_RETURN_IF_ERROR(log_.DecodeFrom(&input));
    uint64_t count = 0;
    bool good = true;
    for (SequenceNumber& sequence : flushed_) good = good && GetVarint64(&input, &sequence);
    good = good && GetVarint64(&input, &count);
    for (uint64_t i = 0; good && i < count; ++i) {
      uint64_t run = 0;
      good = GetVarint64(&input, &run);
      runs_.push_back(run);
    }
    return good ? Status::OK() : Status::Corruption("test manifest");
  }

  Status Recover() {
    Status created = options_.fs->CreateDirIfMissing(options_.directory);
    AETHER_RETURN_IF_ERROR(created);
    AETHER_RETURN_IF_ERROR(options_.fs->SyncDir("/"));
    AETHER_RETURN_IF_ERROR(ReadManifest());
    auto set = std::make_unique<TableSet>();
    for (uint32_t f = 0; f < kFamilies; ++f) set->tables.push_back(NewTable());
    tables_ = set->tables;
    wal::RecoveryOptions recovery;
    recovery.fs = options_.fs;
    recovery.directory = options_.directory;
    recovery.store_id = 0x1234;
    recovery.mode = options_.mode;
    recovery.threads = 1;
    recovery.replay_threads = 2;
    for (SequenceNumber s : flushed_) {
      recovery.max_flushed_sequence = std::max(recovery.max_flushed_sequence, s);
    }
    const std::vector<SequenceNumber> flushed(flushed_, flushed_ + kFamilies);
    AETHER_RETURN_IF_ERROR(wal::Recover(
        recovery, log_,
        [&](const wal::RecoveredRecord& record, uint32_t* count) {
          return ReplayBatch(record.body, record.first_sequence, *set, flushed, count);
        },
        nullptr, &recovered_));
    for (LogPosition& start : starts_) start = log_.floor;
    std::vector<std::string> names;
    AETHER_RETURN_IF_ERROR(options_.fs->List(options_.directory, &names));
    uint64_t largest = recovered_.max_file_number;
    for (const std::string& name : names) {
      largest = std::max<uint64_t>(largest, std::strtoull(name.c_str(), nullptr, 10));
    }
    next_file_.store(largest);
    PipelineOptions pipeline;
    pipeline.fs = options_.fs;
    pipeline.log_directory = options_.directory;
    pipeline.store_id = 0x1234;
    pipeline.hooks = this;
    pipeline.segment_bytes = options_.segment_bytes;
    pipeline.chunk_bytes = options_.chunk_bytes;
    pipeline.recycled_segments = 4;
    pipeline.allow_mapped_log = options_.allow_mapped;
    pipeline.background_thread = options_.background_thread;
    pipeline.first_generation = options_.first_generation;
    pipeline.switch_at_relative = options_.switch_at_relative;
    return Pipeline::Open(
        pipeline, recovered_, std::move(set),
        [this](const LogState& state) {
          log_ = state;
          return WriteManifest();
        },
        &pipeline_);
  }

  const TestStoreOptions options_;
  LogState log_;
  SequenceNumber flushed_[kFamilies] = {};
  std::vector<uint64_t> runs_;
  std::vector<std::shared_ptr<MemTable>> tables_;
  LogPosition starts_[kFamilies];
  wal::Recovered recovered_;
  std::atomic<uint64_t> next_file_{0};
  std::atomic<int> poisons_{0};
  Status flush_error_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_TEST_STORE_H_
