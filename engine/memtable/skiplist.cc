#include "engine/memtable/skiplist.h"

#include <new>

#include "engine/base/random.h"

namespace aether {

struct SkipList::Node {
  const char* record;
  // `height` links lie here, the record behind them.
  std::atomic<Node*> links[1];

  Node* Next(int level) const { return links[level].load(std::memory_order_acquire); }
};

struct SkipList::Finger {
  Node* before[kMaxHeight];
};

namespace {

size_t RoundUp8(size_t n) { return (n + 7) & ~size_t{7}; }

}  // namespace

SkipList::SkipList(const Comparator* order, Arena* arena)
    : order_(order), arena_(arena), head_(NewNode(ThisThreadShard(), kMaxHeight, 0, "", "")) {}

size_t SkipList::ReserveBytes(size_t entries, size_t bytes) {
  // A node has 1.33 links on average; a batch of few may draw the highest.
  const size_t per_entry = sizeof(const char*) + 2 * sizeof(void*) + kRecordHeaderMax + 8;
  return entries * per_entry + bytes + sizeof(Finger) + kMaxHeight * sizeof(void*);
}

SkipList::Node* SkipList::NewNode(int shard, int height, uint64_t tag, Slice key, Slice value) {
  const size_t links = static_cast<size_t>(height) * sizeof(std::atomic<Node*>);
  const size_t head = offsetof(Node, links) + links;
  char* const memory = arena_->Allocate(shard, RoundUp8(head + RecordSize(key, value)));
  auto* node = new (memory) Node;
  for (int i = 0; i < height; ++i) new (&node->links[i]) std::atomic<Node*>(nullptr);
  node->record = memory + head;
  WriteRecord(memory + head, tag, key, value);
  return node;
}

int SkipList::RandomHeight() {
  // By the order in which threads come here, not by address: a schedule replays exactly.
  static std::atomic<uint64_t> threads{0};
  static thread_local Random random(threads.fetch_add(1, std::memory_order_relaxed));
  uint64_t bits = random.Next();
  int height = 1;
  while (height < kMaxHeight && bits % kBranching == 0) {
    ++height;
    bits /= kBranching;
  }
  return height;
}

inline int SkipList::Compare(Slice key, SequenceNumber sequence, const Node* node) const {
  return CompareToRecord(order_, key, sequence, node->record);
}

void SkipList::FindSpot(Slice key, SequenceNumber sequence, int level, Node* before,
                        Node** previous, Node** next) const {
  for (;;) {
    Node* const after = before->Next(level);
    if (after == nullptr || Compare(key, sequence, after) <= 0) {
      *previous = before;
      *next = after;
      return;
    }
    before = after;
  }
}

bool SkipList::Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint) {
  const SequenceNumber sequence = TagSequence(tag);
  Finger local;
  Finger* finger = hint != nullptr ? static_cast<Finger*>(*hint) : nullptr;
  int top = kMaxHeight;
  if (finger == nullptr) {
    if (hint != nullptr) {
      finger = new (arena_->Allocate(shard, RoundUp8(sizeof(Finger)))) Finger;
      *hint = finger;
    } else {
      finger = &local;
    }
  } else {
    // The finger is good from the lowest level on which the new entry lies right after it.
    for (top = 0; top < kMaxHeight; ++top) {
      Node* const before = finger->before[top];
      if (before != head_ && Compare(key, sequence, before) <= 0) continue;
      Node* const after = before->Next(top);
      if (after == nullptr || Compare(key, sequence, after) <= 0) break;
    }
  }
  Node* after[kMaxHeight];
  Node* start = head_;
  int level = kMaxHeight - 1;
  if (top < kMaxHeight) {
    level = top;
    start = finger->before[top];
    // What is above stays: those nodes are before the key and maybe far before, which FindSpot
    // mends when the new node is high enough to need them.
  } else {
    const int high = height_.load(std::memory_order_relaxed);
    for (; level >= high; --level) {
      finger->before[level] = head_;
      after[level] = head_->Next(level);
    }
  }
  for (; level >= 0; --level) {
    FindSpot(key, sequence, level, start, &finger->before[level], &after[level]);
    start = finger->before[level];
  }
  if (after[0] != nullptr && Compare(key, sequence, after[0]) == 0) return false;

  const int height = RandomHeight();
  Node* const node = NewNode(shard, height, tag, key, value);
  int known = height_.load(std::memory_order_relaxed);
  while (known < height &&
         !height_.compare_exchange_weak(known, height, std::memory_order_relaxed)) {
  }
  for (int i = 0; i < height; ++i) {
    if (top < kMaxHeight && i > top) {
      Node* from = finger->before[i];
      if (from != head_ && Compare(key, sequence, from) <= 0) from = head_;
      FindSpot(key, sequence, i, from, &finger->before[i], &after[i]);
    }
    for (;;) {
      node->links[i].store(after[i], std::memory_order_relaxed);
      Node* expected = after[i];
      if (finger->before[i]->links[i].compare_exchange_strong(
              expected, node, std::memory_order_release, std::memory_order_relaxed)) {
        break;
      }
      FindSpot(key, sequence, i, finger->before[i], &finger->before[i], &after[i]);
      // Only level 0 decides: of two equal entries one is linked there, the other nowhere.
      if (i == 0 && after[0] != nullptr && Compare(key, sequence, after[0]) == 0) return false;
    }
    finger->before[i] = node;
  }
  return true;
}

SkipList::Node* SkipList::FirstAtOrAfter(Slice key, SequenceNumber sequence) const {
  Node* previous = head_;
  Node* next = nullptr;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    FindSpot(key, sequence, level, previous, &previous, &next);
  }
  return next;
}

SkipList::Node* SkipList::LastBefore(Slice key, SequenceNumber sequence) const {
  Node* previous = head_;
  Node* next = nullptr;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    FindSpot(key, sequence, level, previous, &previous, &next);
  }
  return previous;
}

SkipList::Node* SkipList::Last() const {
  Node* node = head_;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    while (Node* const next = node->Next(level)) node = next;
  }
  return node;
}

bool SkipList::Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const {
  bool found = false;
  for (Node* node = FirstAtOrAfter(key, sequence); node != nullptr; node = node->Next(0)) {
    const Entry entry = DecodeRecord(node->record);
    if (CompareKeys(order_, entry.key, key) != 0) break;
    found = true;
    if (!visit(context, entry)) break;
  }
  return found;
}

// Nodes of the upper levels are a fair sample of all; takes the highest level that has enough.
double SkipList::ApproximateRank(Slice key) const {
  constexpr int kSampleMin = 100;
  for (int level = height_.load(std::memory_order_relaxed) - 1;; --level) {
    int all = 0;
    int below = 0;
    for (const Node* node = head_->Next(level); node != nullptr; node = node->Next(level)) {
      ++all;
      if (below == all - 1 && Compare(key, kMaxSequence, node) > 0) ++below;
    }
    if (all >= kSampleMin || level == 0) return all == 0 ? 0 : static_cast<double>(below) / all;
  }
}

class SkipListIterator final : public EntryIterator {
 public:
  explicit SkipListIterator(const SkipList* list) : list_(list) {}

  bool Valid() const override { return node_ != nullptr; }
  void SeekToFirst() override { Set(list_->head_->Next(0)); }
  void SeekToLast() override { SetUnlessHead(list_->Last()); }
  void Seek(Slice key, SequenceNumber sequence) override {
    Set(list_->FirstAtOrAfter(key, sequence));
  }
  void SeekForPrev(Slice key, SequenceNumber sequence) override {
    SkipList::Node* node = list_->FirstAtOrAfter(key, sequence);
    if (node == nullptr || list_->Compare(key, sequence, node) != 0) {
      node = list_->LastBefore(key, sequence);
    }
    SetUnlessHead(node);
  }
  void Next() override { Set(node_->Next(0)); }
  void Prev() override { SetUnlessHead(list_->LastBefore(entry_.key, entry_.sequence())); }
  Slice key() const override { return entry_.key; }
  uint64_t tag() const override { return entry_.tag; }
  Slice value() const override { return entry_.value; }
  Status status() const override { return Status::OK(); }

 private:
  void Set(SkipList::Node* node) {
    node_ = node;
    if (node != nullptr) entry_ = DecodeRecord(node->record);
  }
  void SetUnlessHead(SkipList::Node* node) { Set(node == list_->head_ ? nullptr : node); }

  const SkipList* const list_;
  SkipList::Node* node_ = nullptr;
  Entry entry_;
};

std::unique_ptr<EntryIterator> SkipList::NewIterator() const {
  return std::make_unique<SkipListIterator>(this);
}

}  // namespace aether
