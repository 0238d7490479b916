#include "engine/memtable/btree.h"

namespace aether {

// Walks a copy of one leaf's addresses of records and descends again at its ends. Records and
// separators live as long as the tree, so nothing is held in between.
class BtreeIterator final : public EntryIterator {
 public:
  explicit BtreeIterator(const Btree* tree) : tree_(tree) {}

  bool Valid() const override { return at_ >= 0; }
  void SeekToFirst() override { Seek(Slice(), kMaxSequence); }
  void SeekToLast() override {
    Load(tree_->Descend(Slice(), 0, Btree::Aim::kLast));
    SetAtOrBefore(count_ - 1);
  }
  void Seek(Slice key, SequenceNumber sequence) override {
    bool equal;
    const int at = SeekLeaf(key, sequence, &equal);
    if (at < count_) {
      Set(at);
    } else {
      SetFirstOfNextLeaf();
    }
  }
  void SeekForPrev(Slice key, SequenceNumber sequence) override {
    bool equal;
    const int at = SeekLeaf(key, sequence, &equal);
    SetAtOrBefore(equal ? at : at - 1);
  }
  void Next() override {
    if (at_ + 1 < count_) {
      Set(at_ + 1);
    } else {
      SetFirstOfNextLeaf();
    }
  }
  void Prev() override { SetAtOrBefore(at_ - 1); }
  Slice key() const override { return entry_.key; }
  uint64_t tag() const override { return entry_.tag; }
  Slice value() const override { return entry_.value; }
  Status status() const override { return Status::OK(); }

 private:
  static constexpr int kPrefetchAhead = 4;

  uint64_t Load(const Btree::Path& path) {
    const uint64_t order = path.leaf->order.load(std::memory_order_acquire);
    count_ = Leaf::Count(order);
    for (int i = 0; i < count_; ++i) records_[i] = path.leaf->Record(order, i);
    next_ = path.leaf->High();
    leftmost_ = path.leftmost;
    at_ = -1;
    return order;
  }

  int SeekLeaf(Slice key, SequenceNumber sequence, bool* equal) {
    const Btree::Path path = tree_->Descend(key, sequence, Btree::Aim::kHolding);
    const uint64_t order = Load(path);
    return path.leaf->Find(order, tree_->order_, key, path.leaf->Fragment(key), sequence, equal);
  }

  void Set(int at) {
    at_ = at;
    entry_ = DecodeRecord(records_[at]);
    if (at + kPrefetchAhead < count_) __builtin_prefetch(records_[at + kPrefetchAhead]);
  }

  void SetFirstOfNextLeaf() {
    if (next_ == nullptr) {
      at_ = -1;
      return;
    }
    Load(tree_->Descend(RecordKey(next_), TagSequence(RecordTag(next_)), Btree::Aim::kHolding));
    for (int i = 1; i < std::min(count_, kPrefetchAhead); ++i) __builtin_prefetch(records_[i]);
    Set(0);
  }

  void SetAtOrBefore(int at) {
    while (at < 0) {
      if (leftmost_) {
        at_ = -1;
        return;
      }
      const char* const first = records_[0];
      Load(tree_->Descend(RecordKey(first), TagSequence(RecordTag(first)), Btree::Aim::kBefore));
      at = count_ - 1;
    }
    Set(at);
  }

  const Btree* const tree_;
  int at_ = -1;
  int count_ = 0;
  bool leftmost_ = true;
  const char* next_ = nullptr;  // the first record of the next leaf
  const char* records_[Leaf::kSlots];
  Entry entry_;
};

std::unique_ptr<EntryIterator> Btree::NewIterator() const {
  return std::make_unique<BtreeIterator>(this);
}

}  // namespace aether
