#include "tests/sim/writer.h"

#include <algorithm>
#include <cstdio>

#include "engine/commit/batch.h"

namespace aether::sim {
namespace {

constexpr uint64_t kKeys = 60;       // ordinary keys of a writer
constexpr uint64_t kSingleKeys = 8;  // keys that are put once and single-deleted once
constexpr int kMarkerBatchesAfterError = 4;

bool Owns(int id, const std::string& key) {
  const std::string number = std::to_string(id);
  return key.rfind("w" + number + "k", 0) == 0 || key.rfind("w" + number + "s", 0) == 0 ||
         key == MarkerKey(id) || key == "~a" + number || key == "~b" + number;
}

const char* NameOf(Op::Kind kind) {
  switch (kind) {
    case Op::kPut:
      return "put";
    case Op::kDelete:
      return "delete";
    case Op::kSingleDelete:
      return "single delete";
    case Op::kMerge:
      return "merge";
    case Op::kDeleteRange:
      return "delete range";
  }
  return "";
}

}  // namespace

void World::Violate(const std::string& text) {
  MutexLock lock(&mutex);
  if (violation_.empty()) violation_ = text;
  stop.store(true);
}

std::string World::violation() {
  MutexLock lock(&mutex);
  return violation_;
}

bool IsReversed(const std::string& name) { return name.rfind("rev", 0) == 0; }

namespace {

// Sizes fit RandomValue below. A store that has no blob options may have had them before.
BlobOptions RandomBlobOptions(Random* random) {
  BlobOptions blob;
  blob.enabled = !random->OneIn(4);
  constexpr uint64_t kSizes[] = {0, 20, 100, 150, 1000};
  blob.min_size = kSizes[random->Uniform(5)];
  blob.file_size = uint64_t{8192} << random->Uniform(7);
  if (random->OneIn(2)) blob.codec = static_cast<Codec>(random->Uniform(kCodecs));
  if (random->OneIn(6)) blob.starting_level = static_cast<int>(random->Uniform(7));
  blob.collect_garbage = !random->OneIn(3);
  blob.age_cutoff = static_cast<double>(random->Uniform(5)) / 4;
  blob.force_threshold = static_cast<double>(1 + random->Uniform(4)) / 4;
  if (random->OneIn(3)) blob.readahead = 16 << 10;
  return blob;
}

void DrawStrategy(Random* random, TreeOptions* tree) {
  const uint64_t style = random->Uniform(5);
  if (style < 2) tree->strategy = style == 0 ? Strategy::kTiered : Strategy::kLeveled;
  tree->fanout = static_cast<int>(2 + random->Uniform(9));
  tree->last_level_ratio = random->OneIn(2) ? 0.6 : 0.1;
  TieredOptions& tiered = tree->tiered;
  tiered.trigger = static_cast<int>(1 + random->Uniform(8));
  tiered.size_ratio = static_cast<uint32_t>(random->Uniform(60));
  tiered.similar_size = random->OneIn(3);
  tiered.min_width = static_cast<uint32_t>(random->Uniform(5));
  if (random->OneIn(3)) tiered.max_width = static_cast<uint32_t>(random->Uniform(8));
  tiered.space_amplification_percent = static_cast<uint32_t>(random->Uniform(300));
  if (random->OneIn(3)) tiered.compression_percent = static_cast<int>(random->Uniform(101));
  tree->leveled.trigger = static_cast<int>(1 + random->Uniform(6));
  tree->leveled.base_bytes = uint64_t{4096} << random->Uniform(8);
  tree->leveled.multiplier = static_cast<double>(2 + random->Uniform(9));
}

}  // namespace

StoreOptions RandomStoreOptions(Random* random, const std::string& name) {
  StoreOptions options;
  options.order = IsReversed(name) ? ReverseBytewiseComparator() : BytewiseComparator();
  options.merge_operator = JoinOperator();
  constexpr MemTableKind kKinds[] = {MemTableKind::kSkipList, MemTableKind::kBtree,
                                     MemTableKind::kRax};
  options.memtable = kKinds[random->Uniform(3)];
  options.write_buffer_size = uint64_t{4096} << random->Uniform(6);
  options.max_write_buffers = static_cast<int>(2 + random->Uniform(3));
  if (random->OneIn(2)) options.pool = Pool::New(size_t{64 << 10} << random->Uniform(5));
  DrawStrategy(random, &options.tree);
  options.tree.target_file_size = uint64_t{8192} << random->Uniform(6);
  options.tree.filter_bits_per_key = random->OneIn(2) ? 10 : 0;
  options.tree.auto_merge = !random->OneIn(10);
  if (random->OneIn(4)) {
    options.tree.slowdown_runs = 6;
    options.tree.stop_runs = 12;
  }
  if (random->OneIn(2)) {
    for (Compression& level : options.tree.compression) {
      level.codec = static_cast<Codec>(random->Uniform(kCodecs));
    }
  }
  if (random->OneIn(2)) options.tree.blob = RandomBlobOptions(random);
  return options;
}

Writer::Writer(World* world, int id, uint64_t seed, State mine, uint64_t next_index,
               uint64_t next_sequence)
    : world_(world),
      id_(id),
      random_(seed),
      mine_(std::move(mine)),
      next_index_(next_index),
      next_sequence_(next_sequence) {
  if (world_->lone) return;
  for (auto& [incarnation, family] : mine_.families) {
    std::erase_if(family.data, [&](const auto& entry) { return !Owns(id_, entry.first); });
  }
}

Writer::~Writer() {
  for (const Held& held : snapshots_) world_->env->ReleaseSnapshot(held.snapshot);
}

void Writer::Finish() {
  while (!snapshots_.empty()) CheckSnapshot(true);
  finished_ = true;
}

void Writer::Trace(const std::string& line) const {
  if (world_->verbose) std::fprintf(stderr, "  [%d] %s\n", id_, line.c_str());
}

void Writer::CheckStatus(const Status& s, const char* what) {
  if (s.ok() || Frozen() || world_->faults) return;
  world_->Violate(std::string(what) + " failed without a cause: " + s.ToString());
}

Family* Writer::AnyFamily() { return &world_->families[random_.Uniform(world_->families.size())]; }

std::string Writer::RandomKey() {
  const uint64_t n = random_.Uniform(kKeys);
  if (world_->lone && n == 0) return "";
  char text[32];
  std::snprintf(text, sizeof(text), "w%dk%03u", id_, static_cast<unsigned>(n));
  std::string key = text;
  if (n % 7 == 1) key += std::string(1, '\0') + "zero";
  if (n % 7 == 2) key += std::string(n * 5, 'L');
  return key;
}

std::string Writer::RandomValue() {
  std::string value =
      "v" + std::to_string(next_index_) + "." + std::to_string(random_.Uniform(1000));
  if (random_.OneIn(12)) return value + std::string(1000 + random_.Uniform(9000), 'B');
  if (random_.OneIn(20)) return "";
  return value + std::string(random_.Uniform(200), 'm');
}

Op Writer::RandomOp(const Family& family, std::map<std::string, int>* single_deletes) {
  Op op{Op::kPut, family.incarnation, RandomKey(), ""};
  const uint64_t choice = random_.Uniform(100);
  if (choice < 50) {
    op.value = RandomValue();
  } else if (choice < 65) {
    op.kind = Op::kDelete;
  } else if (choice < 82) {
    op.kind = Op::kMerge;
    op.value = "+" + std::to_string(next_index_);
  } else if (choice < 88) {
    op.kind = Op::kDeleteRange;
    char end[32];
    const unsigned from = static_cast<unsigned>(random_.Uniform(kKeys));
    const unsigned to = from + static_cast<unsigned>(random_.Uniform(8));
    std::snprintf(end, sizeof(end), "w%dk%03u", id_, from);
    op.key = end;
    std::snprintf(end, sizeof(end), "w%dk%03u", id_, to);
    op.value = end;
    if (IsReversed(family.name)) std::swap(op.key, op.value);
  } else {
    const std::string key =
        "w" + std::to_string(id_) + "s" + std::to_string(random_.Uniform(kSingleKeys));
    const std::string place = std::to_string(family.incarnation) + "/" + key;
    if (++(*single_deletes)[place] > 1 || !unknown_.empty()) {
      op.value = RandomValue();  // such a key must be put once only, so its picture must be exact
      return op;
    }
    op.key = key;
    const auto& data = mine_.families[family.incarnation].data;
    if (data.count(key) > 0) {
      op.kind = Op::kSingleDelete;
    } else {
      op.value = RandomValue();
    }
  }
  return op;
}

void Writer::WriteBatch() {
  Batch batch;
  batch.writer = id_;
  batch.index = next_index_++;
  std::map<std::string, int> single_deletes;
  const uint64_t size = random_.OneIn(3) ? 1 : 1 + random_.Uniform(random_.OneIn(8) ? 40 : 6);
  for (uint64_t i = 0; i < size; ++i) {
    batch.ops.push_back(RandomOp(*AnyFamily(), &single_deletes));
  }
  const std::string index = Number(batch.index);
  batch.ops.push_back({Op::kPut, AnyFamily()->incarnation, MarkerKey(id_), index});
  if (!world_->lone) {
    const std::string number = std::to_string(id_);
    batch.ops.push_back({Op::kPut, world_->families[0].incarnation, "~a" + number, index});
    batch.ops.push_back({Op::kPut, world_->families[1].incarnation, "~b" + number, index});
  }
  std::map<uint64_t, uint32_t> ids;
  for (const Family& family : world_->families) ids[family.incarnation] = family.store->id();
  std::string body;
  for (const Op& op : batch.ops) {
    const uint32_t family = ids[op.family];
    switch (op.kind) {
      case Op::kPut:
        AppendPut(&body, family, op.key, op.value);
        break;
      case Op::kDelete:
        AppendDelete(&body, family, op.key);
        break;
      case Op::kSingleDelete:
        AppendSingleDelete(&body, family, op.key);
        break;
      case Op::kMerge:
        AppendMerge(&body, family, op.key, op.value);
        break;
      case Op::kDeleteRange:
        AppendRangeDelete(&body, family, op.key, op.value);
        break;
    }
    if (world_->verbose) {
      Trace(std::string("  ") + NameOf(op.kind) + " f" + std::to_string(op.family) + " " +
            Show(op.key) + " " + Show(op.value));
    }
    if (random_.OneIn(30)) AppendLogData(&body, "note");
  }
  WriteOptions options;
  options.sync = random_.OneIn(6);
  uint64_t first = 0;
  const Status s = world_->env->Write(options, body, static_cast<uint32_t>(batch.count()), &first);
  const bool frozen = Frozen();
  Trace("write " + std::to_string(batch.index) + (options.sync ? " sync" : "") + ": " +
        s.ToString() + ", first sequence " + std::to_string(first) + (frozen ? " (frozen)" : ""));
  if (s.ok() && !frozen) {
    if (first == 0) return world_->Violate("a write of records was given no number");
    batch.first_sequence = first;
    Resolve(batch);
    batch.acknowledged = true;
    batch.durable = options.sync;
    next_sequence_ = first + batch.count();
    mine_.Apply(batch);
    failures_ = 0;
  } else {
    CheckStatus(s, "a write");
    unknown_.push_back(batches_.size());
    ++failures_;
  }
  batches_.push_back(std::move(batch));
}

void Writer::Resolve(const Batch& next) {
  if (!world_->lone) {
    // Gaps belong to anybody. A writer stops at its first failure, so nothing is open here.
    if (!unknown_.empty()) world_->Violate("a writer went on after a failure");
    return;
  }
  if (unknown_.empty()) {
    if (next.first_sequence != next_sequence_) {
      world_->Violate("a batch was given sequence " + std::to_string(next.first_sequence) +
                      " instead of " + std::to_string(next_sequence_));
    }
    return;
  }
  const uint64_t gap = next.first_sequence - next_sequence_;
  std::vector<uint64_t> counts;
  for (const size_t at : unknown_) counts.push_back(batches_[at].count());
  std::vector<uint32_t> choices = ChoicesOf(counts, gap);
  if (choices.empty()) {
    return world_->Violate("writes that failed left a hole of " + std::to_string(gap) +
                           " sequence numbers");
  }
  if (choices.size() > 1) {
    std::erase_if(choices, [&](uint32_t choice) { return !Explains(choice, next); });
    if (choices.empty()) {
      return world_->Violate("no choice of the writes that failed explains what is there");
    }
  }
  uint64_t happened = 0;
  for (size_t i = 0; i < unknown_.size(); ++i) {
    if ((choices[0] >> i & 1) == 0) continue;
    Batch& batch = batches_[unknown_[i]];
    batch.first_sequence = next_sequence_ + happened;
    batch.acknowledged = true;  // readers have seen it
    happened += batch.count();
    mine_.Apply(batch);
  }
  for (auto at = unknown_.rbegin(); at != unknown_.rend(); ++at) {
    if (batches_[*at].first_sequence == 0) {
      batches_.erase(batches_.begin() + static_cast<std::ptrdiff_t>(*at));
    }
  }
  unknown_.clear();
}

bool Writer::Explains(uint32_t choice, const Batch& next) {
  State state = mine_;
  for (size_t i = 0; i < unknown_.size(); ++i) {
    if ((choice >> i & 1) != 0) state.Apply(batches_[unknown_[i]]);
  }
  state.Apply(next);
  for (const Family& family : world_->families) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto it = family.store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      found.emplace_back(it->key().ToString(), it->value().ToString());
    }
    if (Frozen() || !it->status().ok()) return true;  // it cannot be told
    if (!Difference(state.families[family.incarnation], found).empty()) return false;
  }
  return true;
}

void Writer::WriteUnlogged() {
  if (!unknown_.empty()) return;
  const Family& family = *AnyFamily();
  const std::string key = UnloggedKeyOf(id_);
  UnloggedKey& bounds = unlogged_[{family.incarnation, key}];
  std::string body;
  AppendPut(&body, family.store->id(), key, Number(++bounds.at_most));
  any_unlogged_ = true;
  WriteOptions options;
  options.disable_wal = true;
  uint64_t first = 0;
  const Status s = world_->env->Write(options, body, 1, &first);
  Trace("unlogged write f" + std::to_string(family.incarnation) + ": " + s.ToString());
  CheckStatus(s, "an unlogged write");
  if (!s.ok()) {
    world_->stop.store(true);
    return;
  }
  bounds.written = bounds.at_most;
  next_sequence_ = first + 1;
}

void Writer::CheckGet() {
  if (!unknown_.empty()) return;
  const Family& family = *AnyFamily();
  const std::string key = random_.OneIn(10) ? MarkerKey(id_) : RandomKey();
  PinnedValue value;
  const Status s = family.store->Get(ReadOptions(), key, &value);
  if (Frozen()) return;
  const FamilyData& data = mine_.families[family.incarnation].data;
  const auto expected = data.find(key);
  if (s.ok()) {
    if (expected == data.end()) {
      world_->Violate("Get f" + std::to_string(family.incarnation) + " " + Show(key) + " found " +
                      Show(value.value().ToString()) + ", must be absent");
    } else if (value.value() != Slice(expected->second)) {
      world_->Violate("Get f" + std::to_string(family.incarnation) + " " + Show(key) + " gave " +
                      Show(value.value().ToString()) + ", must be " + Show(expected->second));
    }
  } else if (s.IsNotFound()) {
    if (expected != data.end()) {
      world_->Violate("Get f" + std::to_string(family.incarnation) + " " + Show(key) +
                      " found nothing, must be " + Show(expected->second));
    }
  } else {
    CheckStatus(s, "a read");
  }
}

void Writer::CheckMultiGet() {
  if (!unknown_.empty()) return;
  const Family& family = *AnyFamily();
  const FamilyData& data = mine_.families[family.incarnation].data;
  std::vector<std::string> keys(1 + random_.Uniform(12));
  for (std::string& key : keys) key = RandomKey();
  const std::vector<Slice> slices(keys.begin(), keys.end());
  std::vector<PinnedValue> values(keys.size());
  std::vector<Status> statuses(keys.size());
  family.store->MultiGet(ReadOptions(), keys.size(), slices.data(), values.data(), statuses.data());
  if (Frozen()) return;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto expected = data.find(keys[i]);
    const bool wrong = statuses[i].ok()
                           ? expected == data.end() || values[i].value() != Slice(expected->second)
                           : statuses[i].IsNotFound() && expected != data.end();
    if (wrong) return world_->Violate("MultiGet is wrong about " + Show(keys[i]));
    if (!statuses[i].IsNotFound()) CheckStatus(statuses[i], "a read of many");
  }
}

void Writer::CheckScan() {
  if (!unknown_.empty()) return;
  const Family& family = *AnyFamily();
  CheckFamily(family, mine_.families[family.incarnation], nullptr);
}

void Writer::CheckFamily(const Family& family, const FamilyModel& model, const Snapshot* snapshot) {
  ReadOptions options;
  options.snapshot = snapshot;
  const bool backwards = random_.OneIn(3);
  std::vector<std::pair<std::string, std::string>> found;
  const auto it = family.store->NewIterator(options);
  for (backwards ? it->SeekToLast() : it->SeekToFirst(); it->Valid();
       backwards ? it->Prev() : it->Next()) {
    std::string key = it->key().ToString();
    if (world_->lone || Owns(id_, key)) found.emplace_back(std::move(key), it->value().ToString());
  }
  if (Frozen()) return;
  if (!it->status().ok()) return CheckStatus(it->status(), "an iterator");
  if (backwards) std::reverse(found.begin(), found.end());
  std::string difference = Difference(model, found);
  if (!difference.empty()) {
    world_->Violate(std::string(snapshot != nullptr ? "snapshot" : "scan") +
                    (backwards ? " backwards" : "") + " of f" + std::to_string(family.incarnation) +
                    ": " + difference);
    return;
  }
  // Seeks must land where the scan says.
  const std::string target = RandomKey();
  const auto before = [&](const std::string& a, const std::string& b) {
    return model.reversed ? a > b : a < b;
  };
  const auto at = std::find_if(found.begin(), found.end(),
                               [&](const auto& entry) { return !before(entry.first, target); });
  if (!world_->lone) return;
  it->Seek(target);
  if (Frozen() || !it->status().ok()) return;
  if (it->Valid() != (at != found.end()) || (it->Valid() && it->key() != Slice(at->first))) {
    world_->Violate("Seek " + Show(target) + " landed on " +
                    (it->Valid() ? Show(it->key().ToString()) : "nothing"));
  }
  it->SeekForPrev(target);
  if (Frozen() || !it->status().ok()) return;
  auto last = at;
  const bool exact = at != found.end() && at->first == target;
  const bool any = exact || at != found.begin();
  if (any && !exact) --last;
  if (it->Valid() != any || (any && it->key() != Slice(last->first))) {
    world_->Violate("SeekForPrev " + Show(target) + " landed on " +
                    (it->Valid() ? Show(it->key().ToString()) : "nothing"));
  }
}

void Writer::CheckPairs() {
  const Snapshot* const snapshot = world_->env->GetSnapshot();
  ReadOptions options;
  options.snapshot = snapshot;
  for (int other = 0; other < 4; ++other) {
    const std::string number = std::to_string(other);
    PinnedValue a;
    PinnedValue b;
    const Status first = world_->families[0].store->Get(options, "~a" + number, &a);
    const Status second = world_->families[1].store->Get(options, "~b" + number, &b);
    if (Frozen()) break;
    const bool comparable =
        (first.ok() || first.IsNotFound()) && (second.ok() || second.IsNotFound());
    if (!comparable) {
      CheckStatus(first, "a read");
      CheckStatus(second, "a read");
    } else if (first.ok() != second.ok() || (first.ok() && a.value() != b.value())) {
      world_->Violate("a snapshot sees half a batch of writer " + number);
    }
  }
  world_->env->ReleaseSnapshot(snapshot);
}

void Writer::TakeSnapshot() {
  if (!unknown_.empty() || snapshots_.size() >= 4) return;
  snapshots_.push_back({world_->env->GetSnapshot(), mine_});
}

void Writer::CheckSnapshot(bool release) {
  if (snapshots_.empty()) return;
  const size_t at = random_.Uniform(snapshots_.size());
  const Held& held = snapshots_[at];
  for (const Family& family : world_->families) {
    const auto model = held.state.families.find(family.incarnation);
    if (model != held.state.families.end()) CheckFamily(family, model->second, held.snapshot);
  }
  if (!release) return;
  world_->env->ReleaseSnapshot(held.snapshot);
  snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Writer::FlushFamily() {
  const Family& family = *AnyFamily();
  const bool wait = !random_.OneIn(4);
  const bool all = random_.OneIn(6);
  const uint64_t unlogged_before = [&] {
    const auto found = unlogged_.find({family.incarnation, UnloggedKeyOf(id_)});
    return found == unlogged_.end() ? 0 : found->second.written;
  }();
  const Status s = all ? world_->env->FlushAll(wait) : family.store->Flush(wait);
  const bool frozen = Frozen();
  Trace("flush " + (all ? "all" : "f" + std::to_string(family.incarnation)) + ": " + s.ToString());
  CheckStatus(s, "a flush");
  if (!s.ok() || frozen || !wait) return;
  // What the family held is in runs, and with it everything that was numbered before.
  for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch) {
    const bool touches =
        all || std::any_of(batch->ops.begin(), batch->ops.end(),
                           [&](const Op& op) { return op.family == family.incarnation; });
    if (!batch->acknowledged || !touches) continue;
    batch->durable = true;
    break;
  }
  if (unlogged_before > 0) {
    unlogged_[{family.incarnation, UnloggedKeyOf(id_)}].at_least = unlogged_before;
  }
}

void Writer::FlushLog() {
  const bool sync = !random_.OneIn(3);
  const Status s = world_->env->FlushWal(sync);
  const bool frozen = Frozen();
  Trace("flush log: " + s.ToString());
  CheckStatus(s, "FlushWal");
  if (!s.ok() || frozen || !sync) return;
  for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch) {
    if (!batch->acknowledged) continue;
    batch->durable = true;
    break;
  }
}

void Writer::Compact() {
  const Family& family = *AnyFamily();
  CompactRangeOptions options;
  options.force_last_level = random_.OneIn(2);
  if (random_.OneIn(4)) options.collect_age_cutoff = static_cast<double>(random_.Uniform(3)) / 2;
  const Status s = random_.OneIn(4) ? world_->env->WaitForMerges(random_.OneIn(2))
                                    : family.store->CompactRange(options, nullptr, nullptr);
  Trace("compact f" + std::to_string(family.incarnation) + ": " + s.ToString());
  CheckStatus(s, "a compaction");
}

void Writer::CreateFamily() {
  if (world_->families.size() >= 5) return;
  Family family;
  family.incarnation = world_->next_incarnation++;
  family.name = (random_.OneIn(3) ? "rev" : "f") + std::to_string(family.incarnation % 4);
  for (const Family& other : world_->families) {
    if (other.name == family.name) return;
  }
  const Status s = world_->env->CreateStore(family.name, RandomStoreOptions(&random_, family.name),
                                            &family.store);
  const bool frozen = Frozen();
  Trace("create " + family.name + ": " + s.ToString());
  CheckStatus(s, "CreateStore");
  if (!s.ok() || frozen) {
    world_->maybe_created = family.name;
    world_->stop.store(true);
    return;
  }
  mine_.families[family.incarnation].reversed = IsReversed(family.name);
  world_->families.push_back(family);
}

void Writer::DropFamily() {
  if (world_->families.size() < 3) return;
  const size_t at = 2 + random_.Uniform(world_->families.size() - 2);
  const Family family = world_->families[at];
  const Status s = world_->env->DropStore(family.store);
  const bool frozen = Frozen();
  Trace("drop " + family.name + ": " + s.ToString());
  CheckStatus(s, "DropStore");
  if (!s.ok() || frozen) {
    world_->maybe_dropped = family.name;
    world_->stop.store(true);
    return;
  }
  // What was read of it must stay readable until the store is closed.
  if (unknown_.empty()) CheckFamily(family, mine_.families[family.incarnation], nullptr);
  mine_.families.erase(family.incarnation);
  world_->families.erase(world_->families.begin() + static_cast<std::ptrdiff_t>(at));
}

void Writer::ChangeOptions() {
  const Family& family = *AnyFamily();
  const StoreOptions other = RandomStoreOptions(&random_, family.name);
  CheckStatus(family.store->SetWriteBufferSize(other.write_buffer_size), "SetWriteBufferSize");
  CheckStatus(family.store->SetTreeOptions(other.tree), "SetTreeOptions");
  if (random_.OneIn(3)) {
    world_->env->SetBackgroundJobs(static_cast<int>(1 + random_.Uniform(4)));
  }
}

void Writer::Recover() {
  world_->fs->ClearFaults();
  world_->fs->SetFreeSpace(UINT64_MAX);
  const Status s = world_->env->Resume();
  Trace("resume: " + s.ToString());
  if (!s.ok()) world_->stop.store(true);
}

bool Writer::Step() {
  ++operations_;
  if (world_->stop.load() || Frozen()) return false;
  if (!unknown_.empty()) {
    if (!world_->lone || failures_ > kMarkerBatchesAfterError) return false;
    if (random_.OneIn(2)) Recover();
    if (world_->stop.load()) return false;
    WriteBatch();
    return true;
  }
  const uint64_t choice = random_.Uniform(1000);
  if (choice < 620) {
    WriteBatch();
    if (random_.OneIn(3)) CheckGet();
  } else if (choice < 720) {
    CheckGet();
  } else if (choice < 750) {
    CheckMultiGet();
  } else if (choice < 790) {
    CheckScan();
  } else if (choice < 830) {
    FlushFamily();
  } else if (choice < 860) {
    FlushLog();
  } else if (choice < 875) {
    Compact();
  } else if (!world_->lone) {
    CheckPairs();
  } else if (choice < 895) {
    CreateFamily();
  } else if (choice < 910) {
    DropFamily();
  } else if (choice < 930) {
    TakeSnapshot();
  } else if (choice < 950) {
    CheckSnapshot(random_.OneIn(2));
  } else if (choice < 960) {
    ChangeOptions();
  } else if (choice < 985) {
    WriteUnlogged();
  } else {
    WriteBatch();
  }
  return !world_->stop.load();
}

}  // namespace aether::sim
