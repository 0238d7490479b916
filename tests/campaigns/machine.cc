#include "tests/campaigns/machine.h"

#include <algorithm>
#include <cstdio>

#include "engine/commit/batch.h"

namespace aether::campaigns {

using sim::Batch;
using sim::Contents;
using sim::Evidence;
using sim::FamilyModel;
using sim::Op;
using sim::Show;
using sim::State;

bool NamesPath(const Status& s) {
  const size_t at = s.message().find('/');
  return at != std::string::npos && at + 1 < s.message().size();
}

Machine::Machine(const MachineOptions& options)
    : options_(options), fs_(options.seed * 31 + 7), env_(nullptr) {
  fs_.SetMappedLogIsSafe(options.mapped_log);
  fs_.SetWriteBackOneIn(options.mapped_log ? 4 : 0);
}

Machine::~Machine() {
  ReleaseSnapshots();
  env_.reset();
}

void Machine::Violate(const std::string& text) {
  if (violation_.empty()) violation_ = text;
  Trace("VIOLATION " + text);
}

void Machine::Trace(const std::string& line) const {
  if (options_.verbose) std::fprintf(stderr, "  %s\n", line.c_str());
}

Status Machine::Done(const std::string& what, Status s) const {
  Trace(what + ": " + s.ToString() + (frozen() ? " (frozen)" : ""));
  return s;
}

// --- faults ---

void Machine::Arm(const SimFault& fault) {
  faults_before_ = made_good_ = fs_.counters().faults;
  sync_fault_ = (fault.io & kSimSync) != 0;
  fs_.AddFault(fault);
}

void Machine::Repair() {
  fs_.ClearFaults();
  fs_.SetFreeSpace(UINT64_MAX);
}

// --- life ---

void Machine::CrashAtSync(uint64_t n) {
  crash_at_sync_ = n == 0 ? 0 : fs_.counters().syncs + n;
  fs_.CrashAtSync(n);
}

StoreOptions Machine::OptionsFor() const {
  StoreOptions options;
  options.merge_operator = sim::JoinOperator();
  options.write_buffer_size = options_.write_buffer_size;
  options.pool = Pool::New(options_.pool_bytes);
  options.tree = options_.tree;
  return options;
}

Status Machine::Ready() {
  if (env_ == nullptr) {
    if (DiskLies()) AETHER_RETURN_IF_ERROR(End(Ending::kPower));
    AETHER_RETURN_IF_ERROR(OpenStore());
  }
  return judged_ ? Status::OK() : Judge();
}

Status Machine::OpenStore() {
  judged_ = false;
  EnvOptions options;
  options.fs = &fs_;
  options.create_if_missing = true;
  options.create_missing_stores = true;
  options.wal_dir = options_.log_directory;
  options.allow_mapped_log = options_.mapped_log;
  if (options_.small_segments) {
    options.log_segment_bytes = 16 << 10;
    options.log_chunk_bytes = 4 << 10;
  }
  options.max_total_wal_size = options_.max_total_wal_size;
  if (options_.verbose) {
    options.log = [](const std::string& line) {
      std::fprintf(stderr, "    log: %s\n", line.c_str());
    };
  }
  std::vector<std::string> names;
  const Status listed = DbEnv::ListStores(&fs_, kPath, &names);
  if (!listed.ok()) {
    if (exists_) return Done("listing the families", listed);
    names = {"default", "f1"};
  }
  std::vector<StoreDescriptor> stores;
  for (const std::string& name : names) stores.push_back({name, OptionsFor()});
  std::vector<KvStore*> handles;
  const Status s = DbEnv::Open(options, kPath, stores, &env_, &handles);
  if (!s.ok()) return Done("open", s);
  std::map<std::string, uint64_t> known;
  for (const auto& [incarnation, name] : promised_) known[name] = incarnation;
  families_.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    const auto old = known.find(names[i]);
    const uint64_t incarnation = old != known.end() ? old->second : next_incarnation_++;
    families_.push_back({names[i], incarnation, handles[i]});
  }
  return Done("open", s);
}

Status Machine::Judge() {
  Contents contents;
  for (const Family& family : families_) {
    auto& entries = contents[family.incarnation];
    const auto it = family.store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      entries.emplace_back(it->key().ToString(), it->value().ToString());
    }
    if (!it->status().ok()) return Done("the scan after opening", it->status());
  }
  if (frozen()) return Status::OK();
  judged_ = true;
  for (const auto& [incarnation, name] : promised_) {
    if (contents.count(incarnation) == 0 && maybe_dropped_.count(name) == 0) {
      Violate("family " + name + " is gone");
    }
  }
  for (const Family& family : families_) {
    if (exists_ && promised_.count(family.incarnation) == 0 &&
        maybe_created_.count(family.name) == 0) {
      Violate("family " + family.name + " was dropped and is back");
    }
  }
  State state;
  std::map<std::pair<uint64_t, std::string>, uint64_t> unlogged;
  const std::string verdict =
      sim::JudgeRecovery(evidence_, env_->VisibleSequence(), contents, &state, &unlogged);
  if (!verdict.empty()) Violate(verdict);
  promised_.clear();
  for (const Family& family : families_) {
    state.families[family.incarnation].reversed = false;
    promised_[family.incarnation] = family.name;
  }
  evidence_ = Evidence();
  evidence_.base = state;
  evidence_.base_sequence = env_->VisibleSequence();
  // No log brought an unlogged write back, so it is in a run.
  for (const auto& [where, value] : unlogged) evidence_.unlogged[where] = {value, value, 0};
  for (const auto& [where, value] : highest_unlogged_) evidence_.unlogged[where].at_most = value;
  state_ = std::move(state);
  maybe_created_.clear();
  maybe_dropped_.clear();
  exists_ = true;
  return Status::OK();
}

Status Machine::End(Ending ending) {
  ReleaseSnapshots();
  if (DiskLies()) ending = Ending::kPower;
  Status s;
  if (ending == Ending::kClose && env_ != nullptr) {
    s = env_->Close();
    if (s.ok() && !frozen()) {
      for (auto& [where, bounds] : evidence_.unlogged) {
        bounds.at_least = std::max(bounds.at_least, bounds.written);
      }
    }
  }
  if (ending != Ending::kClose) fs_.Freeze();
  env_.reset();
  families_.clear();
  judged_ = false;
  if (ending == Ending::kPower) {
    evidence_.machine_died = true;
    fs_.Crash(options_.seed + ++endings_);
    made_good_ = fs_.counters().faults;
  } else if (ending == Ending::kProcess) {
    fs_.ProcessKill();
  }
  // A death disarms the simulator.
  const uint64_t syncs = fs_.counters().syncs;
  if (crash_at_sync_ > syncs) fs_.CrashAtSync(crash_at_sync_ - syncs);
  const char* const names[] = {"close", "death of the process", "death of the machine"};
  return Done(names[static_cast<int>(ending)], s);
}

Status Machine::Reopen(Ending ending) {
  const Status closed = End(ending);
  if (frozen()) return closed;
  const Status opened = Ready();
  return opened.ok() ? closed : opened;
}

// --- operations ---

const Machine::Family* Machine::Find(const std::string& family) const {
  const auto at = std::find_if(families_.begin(), families_.end(),
                               [&](const Family& f) { return f.name == family; });
  return at == families_.end() ? nullptr : &*at;
}

bool Machine::Has(const std::string& family) const { return Find(family) != nullptr; }

Status Machine::Write(const std::vector<Change>& changes, bool sync) {
  AETHER_RETURN_IF_ERROR(Ready());
  Batch batch;
  batch.index = next_index_++;
  std::string body;
  for (const Change& change : changes) {
    const Family* const family = Find(change.family);
    if (family == nullptr) continue;
    const uint32_t id = family->store->id();
    batch.ops.push_back({change.kind, family->incarnation, change.key, change.value});
    switch (change.kind) {
      case Op::kPut:
        AppendPut(&body, id, change.key, change.value);
        break;
      case Op::kDelete:
        AppendDelete(&body, id, change.key);
        break;
      case Op::kSingleDelete:
        AppendSingleDelete(&body, id, change.key);
        break;
      case Op::kMerge:
        AppendMerge(&body, id, change.key, change.value);
        break;
      case Op::kDeleteRange:
        AppendRangeDelete(&body, id, change.key, change.value);
        break;
    }
    keys_.insert(change.key);
  }
  if (batch.ops.empty()) return Status::OK();
  const uint64_t before = env_->VisibleSequence();
  WriteOptions options;
  options.sync = sync;
  uint64_t first = 0;
  const Status s = env_->Write(options, body, static_cast<uint32_t>(batch.count()), &first);
  const bool was_frozen = frozen();
  const uint64_t after = env_->VisibleSequence();
  batch.first_sequence = before + 1;
  if (was_frozen) {
    // Under way when the world stopped: it may have happened.
    evidence_.batches.push_back(std::move(batch));
  } else if (s.ok()) {
    if (first != before + 1) {
      Violate("a batch was given sequence " + std::to_string(first) + " after " +
              std::to_string(before));
    }
    batch.acknowledged = true;
    batch.durable = sync;
    state_.Apply(batch);
    evidence_.batches.push_back(std::move(batch));
  } else if (after == before + batch.count()) {
    // Readers see it, nothing is promised.
    state_.Apply(batch);
    evidence_.batches.push_back(std::move(batch));
  } else if (after != before) {
    Violate("a write that failed has used " + std::to_string(after - before) + " numbers of " +
            std::to_string(batch.count()));
  }
  return Done(std::string(sync ? "sync " : "") + "write of " + std::to_string(changes.size()), s);
}

Status Machine::PutUnlogged(const std::string& name) {
  AETHER_RETURN_IF_ERROR(Ready());
  const Family* const family = Find(name);
  if (family == nullptr) return Status::OK();
  const auto where = std::make_pair(family->incarnation, sim::UnloggedKeyOf(0));
  sim::UnloggedKey& bounds = evidence_.unlogged[where];
  std::string body;
  AppendPut(&body, family->store->id(), where.second, sim::Number(++bounds.at_most));
  highest_unlogged_[where] = bounds.at_most;
  evidence_.any_unlogged = true;
  WriteOptions options;
  options.disable_wal = true;
  const Status s = env_->Write(options, body, 1, nullptr);
  if (s.ok()) bounds.written = bounds.at_most;
  return Done("unlogged put", s);
}

void Machine::MarkDurable(const std::function<bool(const Batch&)>& which) {
  for (auto batch = evidence_.batches.rbegin(); batch != evidence_.batches.rend(); ++batch) {
    if (!batch->acknowledged || !which(*batch)) continue;
    batch->durable = true;
    return;
  }
}

bool Machine::Lives(const Batch& batch) const {
  return std::any_of(batch.ops.begin(), batch.ops.end(), [this](const Op& op) {
    return std::any_of(families_.begin(), families_.end(),
                       [&op](const Family& f) { return f.incarnation == op.family; });
  });
}

Status Machine::Flush(const std::string& name) {
  AETHER_RETURN_IF_ERROR(Ready());
  const Family* const family = Find(name);
  if (family == nullptr) return Status::OK();
  const Status s = family->store->Flush(true);
  if (s.ok() && !frozen()) {
    // What the family held is in runs, and with it everything that was numbered before.
    MarkDurable([&](const Batch& batch) {
      return std::any_of(batch.ops.begin(), batch.ops.end(),
                         [&](const Op& op) { return op.family == family->incarnation; });
    });
    for (auto& [where, bounds] : evidence_.unlogged) {
      if (where.first != family->incarnation) continue;
      bounds.at_least = std::max(bounds.at_least, bounds.written);
    }
  }
  return Done("flush of " + name, s);
}

Status Machine::FlushAll() {
  AETHER_RETURN_IF_ERROR(Ready());
  const Status s = env_->FlushAll(true);
  if (s.ok() && !frozen()) {
    MarkDurable([this](const Batch& batch) { return Lives(batch); });
    for (auto& [where, bounds] : evidence_.unlogged) {
      bounds.at_least = std::max(bounds.at_least, bounds.written);
    }
  }
  return Done("flush of all", s);
}

Status Machine::FlushLog(bool sync) {
  AETHER_RETURN_IF_ERROR(Ready());
  const Status s = env_->FlushWal(sync);
  if (s.ok() && !frozen() && sync) MarkDurable([](const Batch&) { return true; });
  return Done("flush of the log", s);
}

Status Machine::Compact(const std::string& name, bool force_last_level) {
  AETHER_RETURN_IF_ERROR(Ready());
  const Family* const family = Find(name);
  if (family == nullptr) return Status::OK();
  CompactRangeOptions options;
  options.force_last_level = force_last_level;
  return Done("compaction of " + name, family->store->CompactRange(options, nullptr, nullptr));
}

Status Machine::WaitForMerges() {
  AETHER_RETURN_IF_ERROR(Ready());
  return Done("wait for merges", env_->WaitForMerges(true));
}

Status Machine::Create(const std::string& name) {
  AETHER_RETURN_IF_ERROR(Ready());
  if (Has(name)) return Status::OK();
  KvStore* store = nullptr;
  const Status s = env_->CreateStore(name, OptionsFor(), &store);
  if (s.ok() && !frozen()) {
    const uint64_t incarnation = next_incarnation_++;
    families_.push_back({name, incarnation, store});
    state_.families[incarnation] = FamilyModel();
    evidence_.base.families[incarnation] = FamilyModel();
    promised_[incarnation] = name;
  } else {
    maybe_created_.insert(name);
  }
  return Done("creation of " + name, s);
}

Status Machine::Drop(const std::string& name) {
  AETHER_RETURN_IF_ERROR(Ready());
  const Family* const family = Find(name);
  if (family == nullptr) return Status::OK();
  const Status s = env_->DropStore(family->store);
  if (s.ok() && !frozen()) {
    promised_.erase(family->incarnation);
    state_.families.erase(family->incarnation);
    families_.erase(families_.begin() + (family - families_.data()));
  } else {
    maybe_dropped_.insert(name);
  }
  return Done("removal of " + name, s);
}

Status Machine::Resume() {
  AETHER_RETURN_IF_ERROR(Ready());
  const Status s = env_->Resume();
  if (s.ok() && !frozen()) {
    for (Batch& batch : evidence_.batches) {
      if (Lives(batch)) batch.acknowledged = batch.durable = true;
    }
    maybe_created_.clear();
    maybe_dropped_.clear();
    made_good_ = fs_.counters().faults;
  }
  return Done("resume", s);
}

// --- reading ---

Status Machine::TakeSnapshot() {
  AETHER_RETURN_IF_ERROR(Ready());
  snapshots_.push_back({env_->GetSnapshot(), state_});
  return Done("snapshot", Status::OK());
}

void Machine::ReleaseSnapshots() {
  for (const Held& held : snapshots_) env_->ReleaseSnapshot(held.snapshot);
  snapshots_.clear();
}

Status Machine::CheckSnapshots(bool release) {
  AETHER_RETURN_IF_ERROR(Ready());
  for (const Held& held : snapshots_) {
    for (const Family& family : families_) {
      const auto model = held.state.families.find(family.incarnation);
      if (model == held.state.families.end()) continue;
      const Status s = CheckFamily(family, model->second, held.snapshot);
      if (!s.ok()) return Done("reading a snapshot", s);
    }
  }
  if (release) ReleaseSnapshots();
  return Done("snapshots", Status::OK());
}

Status Machine::CheckFamily(const Family& family, const FamilyModel& model,
                            const Snapshot* snapshot) {
  const std::string which = family.name + (snapshot == nullptr ? "" : " at a snapshot") + ": ";
  ReadOptions options;
  options.snapshot = snapshot;
  for (const bool backwards : {false, true}) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto it = family.store->NewIterator(options);
    for (backwards ? it->SeekToLast() : it->SeekToFirst(); it->Valid();
         backwards ? it->Prev() : it->Next()) {
      found.emplace_back(it->key().ToString(), it->value().ToString());
    }
    AETHER_RETURN_IF_ERROR(it->status());
    if (frozen()) return Status::OK();
    if (backwards) std::reverse(found.begin(), found.end());
    const std::string difference = sim::Difference(model, found);
    if (!difference.empty()) {
      Violate("scan of " + which + (backwards ? "backwards: " : "") + difference);
    }
  }
  const std::vector<std::string> keys(keys_.begin(), keys_.end());
  const std::vector<Slice> slices(keys.begin(), keys.end());
  std::vector<PinnedValue> values(keys.size());
  std::vector<Status> outcomes(keys.size());
  for (const bool many : {false, true}) {
    if (many) {
      family.store->MultiGet(options, keys.size(), slices.data(), values.data(), outcomes.data());
    }
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!many) outcomes[i] = family.store->Get(options, slices[i], &values[i]);
      if (frozen()) return Status::OK();
      if (!outcomes[i].ok() && !outcomes[i].IsNotFound()) return outcomes[i];
      const auto expected = model.data.find(keys[i]);
      if (outcomes[i].ok() != (expected != model.data.end())) {
        Violate("get of " + which + Show(keys[i]) + (outcomes[i].ok() ? " is there" : " is gone"));
      } else if (outcomes[i].ok() && values[i].value() != Slice(expected->second)) {
        Violate("get of " + which + Show(keys[i]) + " gave " + Show(values[i].value().ToString()) +
                " instead of " + Show(expected->second));
      }
      values[i].Reset();
    }
  }
  return Status::OK();
}

Status Machine::CheckReads() {
  AETHER_RETURN_IF_ERROR(Ready());
  for (const Family& family : families_) {
    const Status s = CheckFamily(family, state_.families[family.incarnation], nullptr);
    if (!s.ok()) return Done("reading " + family.name, s);
  }
  return Done("reads", Status::OK());
}

Status Machine::VerifyChecksums() {
  AETHER_RETURN_IF_ERROR(Ready());
  for (const Family& family : families_) {
    const Status s = family.store->VerifyChecksums();
    if (!s.ok()) return Done("checksums of " + family.name, s);
  }
  return Done("checksums", Status::OK());
}

}  // namespace aether::campaigns
