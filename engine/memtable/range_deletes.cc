#include "engine/memtable/range_deletes.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace aether {
namespace {

// The longest part of the log that a query scans before it folds.
constexpr uint64_t kLooseMax = 16;

class NoEntries final : public EntryIterator {
 public:
  bool Valid() const override { return false; }
  void SeekToFirst() override {}
  void SeekToLast() override {}
  void Seek(Slice, SequenceNumber) override {}
  void SeekForPrev(Slice, SequenceNumber) override {}
  void Next() override {}
  void Prev() override {}
  Slice key() const override { return Slice(); }
  uint64_t tag() const override { return 0; }
  Slice value() const override { return Slice(); }
  Status status() const override { return Status::OK(); }
};

}  // namespace

struct RangeDeletes::Deletion {
  const Deletion* older;
  uint64_t position;  // from the oldest, which has 1
  SequenceNumber sequence;
  Slice begin;
  Slice end;
};

// Either may be null.
const RangeDeletes::Deletion* RangeDeletes::Newer(const Deletion* a, const Deletion* b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return a->sequence >= b->sequence ? a : b;
}

// The deletions of a stretch of the log, arranged for queries. The distinct ends of ranges cut the
// keys into elementary intervals; a segment tree (Bentley, 1977) over them holds each range in at
// most two nodes a level, so a query visits one node a level.
class RangeDeletes::Stab {
 public:
  Stab(const Comparator* order, std::vector<const Deletion*> items)
      : order_(order), items_(std::move(items)) {
    const auto less = [order](Slice a, Slice b) { return CompareKeys(order, a, b) < 0; };
    for (const Deletion* d : items_) {
      cuts_.push_back(d->begin);
      cuts_.push_back(d->end);
    }
    std::sort(cuts_.begin(), cuts_.end(), less);
    cuts_.erase(std::unique(cuts_.begin(), cuts_.end(),
                            [order](Slice a, Slice b) { return CompareKeys(order, a, b) == 0; }),
                cuts_.end());
    // Interval i is [cuts[i], cuts[i + 1]). Node i of the tree has children 2i and 2i + 1, the
    // leaves are nodes [n, 2n).
    const size_t n = cuts_.size();
    std::vector<std::pair<uint32_t, const Deletion*>> marks;
    for (const Deletion* d : items_) {
      const auto index = [&](Slice key) {
        return static_cast<size_t>(std::lower_bound(cuts_.begin(), cuts_.end(), key, less) -
                                   cuts_.begin());
      };
      size_t low = index(d->begin) + n;
      size_t high = index(d->end) + n;
      for (; low < high; low >>= 1, high >>= 1) {
        if (low & 1) marks.emplace_back(static_cast<uint32_t>(low++), d);
        if (high & 1) marks.emplace_back(static_cast<uint32_t>(--high), d);
      }
    }
    // Per node newest first.
    std::sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second->sequence > b.second->sequence;
    });
    first_.assign(2 * n + 1, 0);
    marks_.reserve(marks.size());
    for (const auto& [node, deletion] : marks) {
      ++first_[node + 1];
      marks_.push_back(deletion);
    }
    for (size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  }

  const std::vector<const Deletion*>& items() const { return items_; }
  size_t Bytes() const {
    return sizeof(Stab) + items_.capacity() * sizeof(items_[0]) + cuts_.capacity() * sizeof(Slice) +
           first_.capacity() * sizeof(first_[0]) + marks_.capacity() * sizeof(marks_[0]);
  }

  const Deletion* Covering(Slice key, SequenceNumber sequence) const {
    const auto after = std::upper_bound(cuts_.begin(), cuts_.end(), key, [this](Slice a, Slice b) {
      return CompareKeys(order_, a, b) < 0;
    });
    if (after == cuts_.begin()) return nullptr;
    const Deletion* newest = nullptr;
    const size_t n = cuts_.size();
    for (size_t node = n + static_cast<size_t>(after - cuts_.begin()) - 1; node > 0; node >>= 1) {
      const auto begin = marks_.begin() + first_[node];
      const auto end = marks_.begin() + first_[node + 1];
      const auto it = std::partition_point(
          begin, end, [sequence](const Deletion* d) { return d->sequence > sequence; });
      if (it != end) newest = Newer(newest, *it);
    }
    return newest;
  }

 private:
  const Comparator* const order_;
  const std::vector<const Deletion*> items_;
  std::vector<Slice> cuts_;
  std::vector<uint32_t> first_;  // of each node, into marks_
  std::vector<const Deletion*> marks_;
};

// What queries see; replaced as a whole and kept until the table goes.
struct RangeDeletes::View {
  std::vector<const Stab*> stabs;  // sizes fall
  uint64_t covered = 0;            // positions up to this one are in stabs
};

struct RangeDeletes::State {
  explicit State(const Comparator* order) : list(order, &arena) {}
  Arena arena;
  SkipList list;
  std::atomic<const Deletion*> log{nullptr};
  std::atomic<const View*> view{nullptr};
  std::atomic<bool> folding{false};
  std::atomic<size_t> stab_bytes{0};
  // Touched by the folding thread only.
  std::vector<std::unique_ptr<const Stab>> all_stabs;
  std::vector<std::unique_ptr<const View>> all_views;
};

RangeDeletes::~RangeDeletes() { delete state_.load(std::memory_order_acquire); }

RangeDeletes::State* RangeDeletes::GetState() {
  State* state = state_.load(std::memory_order_acquire);
  if (state != nullptr) return state;
  auto fresh = std::make_unique<State>(order_);
  if (state_.compare_exchange_strong(state, fresh.get(), std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
    state = fresh.release();
  }
  return state;
}

bool RangeDeletes::Reserve(int shard, size_t entries, size_t bytes) {
  if (entries == 0) return true;
  try {
    const size_t needed =
        SkipList::ReserveBytes(entries, bytes) + entries * (sizeof(Deletion) + sizeof(void*));
    return GetState()->arena.Reserve(shard, needed + bytes);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool RangeDeletes::Insert(int shard, SequenceNumber sequence, Slice begin, Slice end) {
  State* const state = GetState();
  const size_t text = (begin.size() + end.size() + 7) & ~size_t{7};
  char* const memory = state->arena.Allocate(shard, sizeof(Deletion) + text);
  char* const bytes = memory + sizeof(Deletion);
  if (!begin.empty()) std::memcpy(bytes, begin.data(), begin.size());
  if (!end.empty()) std::memcpy(bytes + begin.size(), end.data(), end.size());
  auto* deletion =
      new (memory) Deletion{state->log.load(std::memory_order_acquire), 0, sequence,
                            Slice(bytes, begin.size()), Slice(bytes + begin.size(), end.size())};
  // The log before the index: the thread that finds the deletion in the index takes it for done, so
  // queries must see it by then.
  do {
    deletion->position = deletion->older == nullptr ? 1 : deletion->older->position + 1;
  } while (!state->log.compare_exchange_weak(deletion->older, deletion, std::memory_order_acq_rel,
                                             std::memory_order_acquire));
  return state->list.Insert(shard, PackTag(sequence, EntryType::kRangeDelete), begin, end, nullptr);
}

CoveringRange RangeDeletes::Search(const State* state, Slice key, SequenceNumber sequence) const {
  const Deletion* newest_entry = state->log.load(std::memory_order_acquire);
  const View* view = state->view.load(std::memory_order_acquire);
  uint64_t covered = view == nullptr ? 0 : view->covered;
  if (newest_entry != nullptr && newest_entry->position > covered + kLooseMax) {
    Fold(state_.load(std::memory_order_relaxed));
    view = state->view.load(std::memory_order_acquire);
    covered = view == nullptr ? 0 : view->covered;
  }
  const Deletion* newest = nullptr;
  for (const Deletion* d = newest_entry; d != nullptr && d->position > covered; d = d->older) {
    if (d->sequence <= sequence && (newest == nullptr || d->sequence > newest->sequence) &&
        CompareKeys(order_, d->begin, key) <= 0 && CompareKeys(order_, key, d->end) < 0) {
      newest = d;
    }
  }
  if (view != nullptr) {
    for (const Stab* stab : view->stabs) newest = Newer(newest, stab->Covering(key, sequence));
  }
  if (newest == nullptr) return {};
  return {newest->sequence, newest->begin, newest->end};
}

void RangeDeletes::Fold(State* state) const {
  if (state->folding.exchange(true, std::memory_order_acquire)) return;
  const View* const old = state->view.load(std::memory_order_relaxed);
  const Deletion* const last = state->log.load(std::memory_order_acquire);
  const uint64_t covered = old == nullptr ? 0 : old->covered;
  if (last->position > covered + kLooseMax) {
    auto view = std::make_unique<View>();
    if (old != nullptr) view->stabs = old->stabs;
    view->covered = last->position;
    std::vector<const Deletion*> items;
    for (const Deletion* d = last; d != nullptr && d->position > covered; d = d->older) {
      // An empty or inverted range covers nothing.
      if (CompareKeys(order_, d->begin, d->end) < 0) items.push_back(d);
    }
    while (!view->stabs.empty() && view->stabs.back()->items().size() < 2 * items.size()) {
      const auto& more = view->stabs.back()->items();
      items.insert(items.end(), more.begin(), more.end());
      view->stabs.pop_back();
    }
    if (!items.empty()) {
      auto stab = std::make_unique<const Stab>(order_, std::move(items));
      state->stab_bytes.fetch_add(stab->Bytes(), std::memory_order_relaxed);
      view->stabs.push_back(stab.get());
      state->all_stabs.push_back(std::move(stab));
    }
    state->view.store(view.get(), std::memory_order_release);
    state->all_views.push_back(std::move(view));
  }
  state->folding.store(false, std::memory_order_release);
}

std::unique_ptr<EntryIterator> RangeDeletes::NewIterator() const {
  const State* const state = state_.load(std::memory_order_acquire);
  if (state == nullptr) return std::make_unique<NoEntries>();
  return state->list.NewIterator();
}

size_t RangeDeletes::MemoryUsage() const {
  const State* const state = state_.load(std::memory_order_acquire);
  if (state == nullptr) return 0;
  return sizeof(State) + state->arena.MemoryUsage() +
         state->stab_bytes.load(std::memory_order_relaxed);
}

}  // namespace aether
