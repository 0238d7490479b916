#include "engine/memtable/memtable.h"

#include <algorithm>
#include <new>

#include "engine/memtable/arena.h"
#include "engine/memtable/btree.h"
#include "engine/memtable/range_deletes.h"
#include "engine/memtable/rax.h"
#include "engine/memtable/skiplist.h"

namespace aether {
namespace {

// What all kinds have in common: memory, counters, range deletions.
template <typename Index>
class IndexedMemTable final : public MemTable {
 public:
  explicit IndexedMemTable(const Comparator* order) : index_(order), range_deletes_(order) {}

  bool Prepare(size_t entries, size_t bytes, size_t range_deletes) override {
    const int shard = ThisThreadShard();
    return index_.Reserve(shard, entries, bytes) &&
           range_deletes_.Reserve(shard, range_deletes, bytes);
  }

  void Insert(SequenceNumber sequence, EntryType type, Slice key, Slice value,
              void** hint) override {
    const int shard = ThisThreadShard();
    Counters& counters = counters_[shard];
    const bool range = type == EntryType::kRangeDelete;
    auto* const count = range ? &counters.range_deletes : &counters.entries;
    // Counted first: a second inserter that finds the entry publishes it, and nobody may take the
    // table for empty then.
    ShardAdd(shard, count, 1);
    bool added = false;
    try {
      added = range ? range_deletes_.Insert(shard, sequence, key, value)
                    : index_.Insert(shard, PackTag(sequence, type), key, value, hint);
    } catch (const std::bad_alloc&) {
      ShardAdd(shard, count, uint64_t{0} - 1);
      throw;
    }
    if (!added) {
      ShardAdd(shard, count, uint64_t{0} - 1);
      return;
    }
    if (type == EntryType::kDelete || type == EntryType::kSingleDelete) {
      ShardAdd(shard, &counters.deletes, 1);
    }
    ShardAdd(shard, &counters.data_bytes, key.size() + value.size());
  }

  bool Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const override {
    return index_.Visit(key, sequence, visit, context);
  }

  CoveringRange CoveringRangeDelete(Slice key, SequenceNumber sequence) const override {
    return range_deletes_.Covering(key, sequence);
  }

  std::unique_ptr<EntryIterator> NewIterator() const override { return index_.NewIterator(); }
  std::unique_ptr<EntryIterator> NewRangeDeleteIterator() const override {
    return range_deletes_.NewIterator();
  }

  size_t MemoryUsage() const override {
    return sizeof(*this) + index_.MemoryUsage() + range_deletes_.MemoryUsage();
  }
  uint64_t Entries() const override { return Sum(&Counters::entries); }
  uint64_t Deletes() const override { return Sum(&Counters::deletes); }
  uint64_t RangeDeletes() const override { return Sum(&Counters::range_deletes); }
  uint64_t DataBytes() const override { return Sum(&Counters::data_bytes); }

  double ApproximateShare(Slice begin, Slice end) const override {
    return std::clamp(index_.ApproximateRank(end) - index_.ApproximateRank(begin), 0.0, 1.0);
  }

 private:
  struct alignas(64) Counters {
    std::atomic<uint64_t> entries{0};
    std::atomic<uint64_t> deletes{0};
    std::atomic<uint64_t> range_deletes{0};
    std::atomic<uint64_t> data_bytes{0};
  };

  uint64_t Sum(std::atomic<uint64_t> Counters::*counter) const {
    uint64_t sum = 0;
    for (const Counters& c : counters_) sum += (c.*counter).load(std::memory_order_relaxed);
    return sum;
  }

  Index index_;
  aether::RangeDeletes range_deletes_;
  Counters counters_[kMemTableShards];
};

class SkipListIndex {
 public:
  explicit SkipListIndex(const Comparator* order) : list_(order, &arena_) {}
  bool Reserve(int shard, size_t entries, size_t bytes) {
    return arena_.Reserve(shard, SkipList::ReserveBytes(entries, bytes));
  }
  bool Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint) {
    return list_.Insert(shard, tag, key, value, hint);
  }
  bool Visit(Slice key, SequenceNumber sequence, MemTable::Visitor visit, void* context) const {
    return list_.Visit(key, sequence, visit, context);
  }
  std::unique_ptr<EntryIterator> NewIterator() const { return list_.NewIterator(); }
  size_t MemoryUsage() const { return arena_.MemoryUsage(); }
  double ApproximateRank(Slice key) const { return list_.ApproximateRank(key); }

 private:
  Arena arena_;
  SkipList list_;
};

}  // namespace

std::unique_ptr<MemTable> NewMemTable(MemTableKind kind, const Comparator* order) try {
  if (kind == MemTableKind::kRax && order->bytewise()) {
    return std::make_unique<IndexedMemTable<Rax>>(order);
  }
  if (kind == MemTableKind::kBtree && order->bytewise()) {
    return std::make_unique<IndexedMemTable<Btree>>(order);
  }
  return std::make_unique<IndexedMemTable<SkipListIndex>>(order);
} catch (const std::bad_alloc&) {
  return nullptr;
}

}  // namespace aether
