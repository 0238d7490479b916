// BatchIndex: a write batch and the order of its records by family and key, for
// WriteBatchWithIndex; IndexIterator: a cursor over that order.
//
// An entry refers to a record by its place in the batch's bytes, so the bytes may move. Several
// records of one key stand in the order of their writing. In overwrite mode a put or delete takes
// the place of the newest entry of its key, whatever that is; merges always get an entry of their
// own.
//
// Thread safety: none for changes; const calls from several threads while nothing changes.
// Invariants: entries stay where they are until Clear or Rebuild (a new generation); every entry
// refers to a well-formed put, delete, single delete or merge. Failure: a cursor of an older
// generation is not valid and its status is Aborted, until it seeks again.

#ifndef AETHER_COMPAT_BATCH_BATCH_INDEX_H_
#define AETHER_COMPAT_BATCH_BATCH_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <set>
#include <vector>

#include "compat/batch/wire_format.h"
#include "rocksdb/comparator.h"
#include "rocksdb/utilities/write_batch_with_index.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

class BatchIndex {
 public:
  struct Entry {
    uint32_t family;
    const Comparator* order;
    // Where the record and its key stand in the batch.
    mutable size_t offset;
    mutable size_t key_offset;
    mutable size_t key_size;
  };

  // A place before or behind all entries of a key; without a key, of the whole family.
  struct Place {
    uint32_t family;
    const Comparator* order;
    const Slice* key;
    bool behind;
  };

  // What the batch knows about a key. The slices point into the batch.
  struct Answer {
    enum Kind : uint8_t { kNothing, kValue, kDeleted, kOperandsOnly };
    Kind kind = kNothing;
    Slice value;                  // of kValue
    std::vector<Slice> operands;  // merged on top of it, oldest first

    bool Gone() const { return kind == kDeleted && operands.empty(); }
  };

  BatchIndex(const Comparator* backup_order, size_t reserved_bytes, size_t max_bytes,
             size_t protection_bytes_per_key, bool overwrite);
  BatchIndex(const BatchIndex&) = delete;
  BatchIndex& operator=(const BatchIndex&) = delete;

  WriteBatch& batch() { return batch_; }
  const WriteBatch& batch() const { return batch_; }

  // Takes up the record that begins at this offset. `order` may be null: that of the family so far,
  // or else the backup. The order of a family is what its first record came with.
  void Add(size_t offset, const Comparator* order);
  // Everything goes, the records too.
  void Clear();
  // From the records that the batch holds now.
  Status Rebuild();

  Answer Find(uint32_t family, const Slice& key) const;

  const Comparator* OrderOf(uint32_t family) const;
  uint64_t changes() const { return changes_; }
  uint64_t generation() const { return generation_; }

 private:
  friend class IndexIterator;

  struct Less {
    using is_transparent = void;
    const BatchIndex* index;
    bool operator()(const Entry& a, const Entry& b) const;
    bool operator()(const Entry& a, const Place& b) const;
  };
  using Entries = std::pmr::set<Entry, Less>;

  Slice KeyOf(const Entry& entry) const {
    return Slice(batch_.Data().data() + entry.key_offset, entry.key_size);
  }
  bool SameKey(const Entry& entry, uint32_t family, const Slice& key) const {
    return entry.family == family && entry.order->Compare(KeyOf(entry), key) == 0;
  }
  Entries::const_iterator Lower(uint32_t family, const Slice* key, bool behind) const {
    return entries_.lower_bound(Place{family, OrderOf(family), key, behind});
  }
  WireRecord RecordOf(const Entry& entry) const;
  // The answer of the entries of one key, of which `newest` is the last.
  Answer Resolve(Entries::const_iterator newest) const;
  void Insert(const WireRecord& record, size_t offset, const Comparator* order);
  void DropEntries();

  WriteBatch batch_;
  const bool overwrite_;
  const Comparator* const backup_order_;
  std::map<uint32_t, const Comparator*> orders_;
  std::pmr::monotonic_buffer_resource memory_;  // before what lives in it
  Entries entries_;
  uint64_t changes_ = 0;
  uint64_t generation_ = 0;
};

class IndexIterator final : public WBWIIterator {
 public:
  // The index lives as long as the iterator, also when its batch goes first.
  IndexIterator(std::shared_ptr<const BatchIndex> index, uint32_t family)
      : index_(std::move(index)), family_(family) {}

  bool Valid() const override { return placed_ && !Outdated(); }
  void SeekToFirst() override { Place(index_->Lower(family_, nullptr, false)); }
  void SeekToLast() override { PlaceBefore(index_->Lower(family_, nullptr, true)); }
  void Seek(const Slice& key) override { Place(index_->Lower(family_, &key, false)); }
  void SeekForPrev(const Slice& key) override { PlaceBefore(index_->Lower(family_, &key, true)); }
  void Next() override {
    if (Valid()) Place(std::next(at_));
  }
  void Prev() override {
    if (Valid()) PlaceBefore(at_);
  }
  WriteEntry Entry() const override;
  Status status() const override;

  // To the first entry of a larger key, the last one of a smaller key.
  void SeekBehind(const Slice& key) { Place(index_->Lower(family_, &key, true)); }
  void SeekBefore(const Slice& key) { PlaceBefore(index_->Lower(family_, &key, false)); }
  void NextKey();
  void PrevKey();
  // REQUIRES: Valid().
  Slice Key() const { return index_->KeyOf(*at_); }
  BatchIndex::Answer Resolve() const;

  const BatchIndex& index() const { return *index_; }
  // The entries that this stood among are gone.
  bool Outdated() const { return generation_ != index_->generation(); }

 private:
  using At = BatchIndex::Entries::const_iterator;

  void Place(At at) {
    at_ = at;
    generation_ = index_->generation();
    placed_ = at != index_->entries_.end() && at->family == family_;
  }
  void PlaceBefore(At at) {
    generation_ = index_->generation();
    placed_ = at != index_->entries_.begin() && std::prev(at)->family == family_;
    if (placed_) at_ = std::prev(at);
  }

  const std::shared_ptr<const BatchIndex> index_;
  const uint32_t family_;
  At at_;
  bool placed_ = false;
  uint64_t generation_ = 0;
};

// What the rest of the shim may do with an indexed batch beyond its public interface.
class WriteBatchWithIndexInternal {
 public:
  static const std::shared_ptr<BatchIndex>& Index(const WriteBatchWithIndex& batch);
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_BATCH_INDEX_H_
