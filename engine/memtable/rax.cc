#include "engine/memtable/rax.h"

#include <new>
#include <utility>

#include "engine/base/random.h"
#include "engine/memtable/rax_cursor.h"

namespace aether {
namespace {

// An insert publishes one node, of the largest size at most, unless it has to help others; the
// memory of those that it could not publish is used again, so it holds at most one of each size
// more.
constexpr size_t kNodeBytesOfAllSizes = sizeof(RaxNode5) + sizeof(RaxNode13) + sizeof(RaxNode29) +
                                        sizeof(RaxNode52) + sizeof(RaxNode257);
// A batch may find every node it needs about to grow to the largest size. So much is made ready as
// far as this goes; beyond it, what a tree of the batch's entries alone needs in the worst case: an
// entry is one child and may be one node of two, and no node, the smaller ones before it included,
// takes more than 64 bytes a child.
constexpr size_t kGrowthReserveMax = size_t{256} << 10;
constexpr size_t kNodeBytesPerEntryMax = 128;

}  // namespace

Rax::Rax(const Comparator*) {
  // A table that cannot hold its first entry is none.
  if (!Reserve(ThisThreadShard(), 1, 0)) throw std::bad_alloc();
}

bool Rax::Reserve(int shard, size_t entries, size_t bytes) {
  const size_t nodes =
      std::min(entries * sizeof(RaxNode257), kGrowthReserveMax + entries * kNodeBytesPerEntryMax);
  return records_.Reserve(shard, bytes + entries * kRecordHeaderMax) &&
         nodes_.Reserve(shard, nodes + kNodeBytesOfAllSizes);
}

const char* Rax::WriteOnce(Insertion* in) {
  if (in->record == nullptr) {
    const Slice key = in->string.key;
    char* const record = records_.Allocate(in->shard, RecordSize(key, in->value));
    WriteRecord(record, in->tag, key, in->value);
    in->record = record;
  }
  return in->record;
}

RaxNode* Rax::NewNode(RaxNode::Size size, bool versions, size_t depth, uint64_t head,
                      const char* sample, Insertion* in) {
  const auto make = [&]<typename Node>(Node*) -> RaxNode* {
    void* memory = std::exchange(in->spare[static_cast<int>(size)], nullptr);
    if (memory == nullptr) memory = nodes_.Allocate(in->shard, sizeof(Node));
    return new (memory) Node(versions, static_cast<uint32_t>(depth), head, sample);
  };
  switch (size) {
    case RaxNode::Size::k5:
      return make(static_cast<RaxNode5*>(nullptr));
    case RaxNode::Size::k13:
      return make(static_cast<RaxNode13*>(nullptr));
    case RaxNode::Size::k29:
      return make(static_cast<RaxNode29*>(nullptr));
    case RaxNode::Size::k52:
      return make(static_cast<RaxNode52*>(nullptr));
    case RaxNode::Size::k257:
      break;
  }
  return make(static_cast<RaxNode257*>(nullptr));
}

// Whatever `child` leads to was written before.
bool Rax::Swap(Step* here, RaxChild child, RaxNode* fresh, Insertion* in) {
  uint64_t word = here->child.word();
  if (here->slot->compare_exchange_strong(word, child.word(), std::memory_order_release,
                                          std::memory_order_acquire)) {
    in->place = fresh;
    return true;
  }
  here->child = RaxChild(word);
  if (fresh != nullptr) in->spare[static_cast<int>(fresh->size)] = fresh;
  return false;
}

bool Rax::Branch(Step* here, size_t differs, Insertion* in) {
  const RaxChild below = here->child;
  const RaxString& s = in->string;
  const RaxString other(below.IsNode() ? below.node()->sample : below.record());
  const char* const record = WriteOnce(in);
  const bool versions = differs > s.key.size();
  RaxNode* const node =
      versions ? NewNode(RaxNode::Size::k5, true, differs - s.key.size() - 1, s.version, record, in)
               : NewNode(RaxNode::Size::k5, false, differs, RaxNode::HeadBefore(s.key, differs),
                         record, in);
  node->Fill(below.Under(other.Symbol(differs)));
  node->Fill(RaxChild(record, s.Symbol(differs)));
  return Swap(here, RaxChild(node, below.symbol()), node, in);
}

bool Rax::Grow(Step* here, RaxChild extra, Insertion* in) {
  const uint64_t now = here->slot->load(std::memory_order_acquire);
  if (now != here->child.word()) {
    here->child = RaxChild(now);
    return false;
  }
  RaxNode* const node = here->child.node();
  const auto larger = static_cast<RaxNode::Size>(static_cast<int>(node->size) + 1);
  // Memory first, so that without it the node stays as it is.
  RaxNode* const copy = NewNode(larger, node->versions, node->depth, node->head, node->sample, in);
  node->Freeze();
  for (int i = 0; i < node->Slots(); ++i) copy->Fill(node->At(i).Thawed());
  if (!extra.empty()) copy->Fill(extra);
  return Swap(here, RaxChild(copy, here->child.symbol()), copy, in);
}

Rax::Outcome Rax::TryInsert(RaxNode* node, Insertion* in) {
  const RaxString& s = in->string;
  Step above{nullptr, RaxChild(0)};  // holds the node that here.slot is in
  Step here{nullptr, RaxChild(0)};
  size_t matched = 0;
  if (node == nullptr) here = {&root_, Root()};
  for (;;) {
    while (node == nullptr) {
      const RaxChild child = here.child;
      if (child.frozen()) {
        if (above.slot != nullptr) Grow(&above, RaxChild(0), in);
        return Outcome::kAgain;
      }
      if (child.empty()) {
        if (Swap(&here, RaxChild(WriteOnce(in), 0), nullptr, in)) return Outcome::kDone;
        continue;
      }
      const size_t differs = child.IsNode() ? child.node()->Mismatch(s, matched)
                                            : s.Mismatch(RaxString(child.record()), matched);
      if (differs == RaxString::kNowhere) return Outcome::kDuplicate;
      if (child.IsNode() && differs == child.node()->Place(s)) {
        node = child.node();
      } else if (Branch(&here, differs, in)) {
        return Outcome::kDone;
      }
    }

    const int symbol = node->SymbolOf(s);
    std::atomic<uint64_t>* slot = node->Find(symbol);
    if (slot == nullptr) {
      const RaxChild child(WriteOnce(in), symbol);
      switch (node->Add(child, &slot)) {
        case RaxNode::Added::kYes:
          in->place = node;
          return Outcome::kDone;
        case RaxNode::Added::kThere:
          break;
        case RaxNode::Added::kFull:
          if (here.slot == nullptr) return Outcome::kAgain;
          if (Grow(&here, child, in)) return Outcome::kDone;
          node = nullptr;
          continue;
      }
    }
    above = here;
    here = {slot, RaxChild(slot->load(std::memory_order_acquire))};
    matched = node->Place(s) + 1;
    node = nullptr;
  }
}

bool Rax::Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint) {
  Insertion in{shard, tag, RaxString(key, TagSequence(tag)), value, nullptr, nullptr, {}};
  std::atomic<RaxNode*>& last = last_nodes_[shard].node;
  RaxNode* const guess =
      hint != nullptr ? static_cast<RaxNode*>(*hint) : last.load(std::memory_order_acquire);
  Outcome outcome = Outcome::kAgain;
  if (guess != nullptr && guess->Holds(in.string)) outcome = TryInsert(guess, &in);
  while (outcome == Outcome::kAgain) outcome = TryInsert(nullptr, &in);
  if (in.place != guess && in.place != nullptr) {
    if (hint != nullptr) {
      *hint = in.place;
    } else {
      last.store(in.place, std::memory_order_release);
    }
  }
  return outcome == Outcome::kDone;
}

bool Rax::Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const {
  const RaxString s(key, sequence);
  RaxChild child = Root();
  size_t matched = 0;
  while (child.IsNode() && !child.node()->versions) {
    const RaxNode* const node = child.node();
    const size_t place = node->depth;
    // A path longer than the head is taken on trust, until the record is there to compare with.
    if (place > key.size()) return false;
    if (place != matched && place - matched <= 8 && node->Mismatch(s, matched) != place) {
      return false;
    }
    child = node->Get(s.KeySymbol(place));
    matched = place + 1;
  }
  if (!child.IsNode()) {
    if (child.empty()) return false;
    const Entry entry = DecodeRecord(child.record());
    if (entry.sequence() > sequence || entry.key != key) return false;
    visit(context, entry);
    return true;
  }
  // All strings below are versions of one key.
  if (RecordKey(child.node()->sample) != key) return false;
  RaxCursor cursor;
  cursor.Seek(child, s, key.size() + 1, true);
  if (cursor.record() == nullptr) return false;
  while (cursor.record() != nullptr && visit(context, DecodeRecord(cursor.record()))) {
    cursor.Step();
  }
  return true;
}

namespace {

// How many levels an estimate looks down.
constexpr int kEstimateLevels = 8;

// The product of the numbers of children on a way down, which is right on average (Knuth,
// "Estimating the efficiency of backtrack programs", 1975).
double EstimateEntries(RaxChild child, Random* random) {
  double entries = 1;
  for (int level = 0; level < kEstimateLevels && child.IsNode(); ++level) {
    const RaxNode& node = *child.node();
    entries *= node.Children();
    const auto slots = static_cast<uint64_t>(node.Slots());
    do {
      child = node.At(static_cast<int>(random->Uniform(slots)));
    } while (child.empty());
  }
  return entries;
}

}  // namespace

double Rax::ApproximateRank(Slice key) const {
  constexpr double kWorthALook = 1e-3;
  Random random(key.size());
  const RaxString s(key, kMaxSequence);
  RaxChild child = Root();
  double rank = 0;
  double share = 1;  // of `child` in all entries
  size_t matched = 0;
  while (share > kWorthALook && child.IsNode()) {
    const RaxNode& node = *child.node();
    const size_t place = node.Place(s);
    const size_t differs = node.Mismatch(s, matched);
    if (differs < place) {
      const bool before = s.Symbol(differs) < RaxString(node.sample).Symbol(differs);
      return before ? rank : rank + share;
    }
    const int symbol = node.SymbolOf(s);
    double below = 0;
    double here = 0;
    double above = 0;
    RaxChild next(0);
    for (int i = 0; i < node.Slots(); ++i) {
      const RaxChild c = node.At(i);
      if (c.empty()) continue;
      const double entries = EstimateEntries(c, &random);
      (c.symbol() < symbol ? below : c.symbol() == symbol ? here : above) += entries;
      if (c.symbol() == symbol) next = c;
    }
    const double all = below + here + above;
    rank += share * below / all;
    share *= here / all;
    child = next;
    matched = place + 1;
  }
  return rank;
}

class RaxIterator final : public EntryIterator {
 public:
  explicit RaxIterator(const Rax* tree) : tree_(tree) {}

  bool Valid() const override { return cursor_.record() != nullptr; }
  void SeekToFirst() override {
    cursor_.SeekToEnd(tree_->Root(), true);
    Load();
  }
  void SeekToLast() override {
    cursor_.SeekToEnd(tree_->Root(), false);
    Load();
  }
  void Seek(Slice key, SequenceNumber sequence) override {
    cursor_.Seek(tree_->Root(), RaxString(key, sequence), 0, true);
    Load();
  }
  void SeekForPrev(Slice key, SequenceNumber sequence) override {
    cursor_.Seek(tree_->Root(), RaxString(key, sequence), 0, false);
    Load();
  }
  void Next() override { Move(true); }
  void Prev() override { Move(false); }
  Slice key() const override { return entry_.key; }
  uint64_t tag() const override { return entry_.tag; }
  Slice value() const override { return entry_.value; }
  Status status() const override { return Status::OK(); }

 private:
  void Move(bool forwards) {
    if (forwards != cursor_.forwards()) {
      cursor_.Seek(tree_->Root(), RaxString(cursor_.record()), 0, forwards);
    }
    cursor_.Step();
    Load();
  }
  void Load() {
    if (Valid()) entry_ = DecodeRecord(cursor_.record());
  }

  const Rax* const tree_;
  RaxCursor cursor_;
  Entry entry_;
};

std::unique_ptr<EntryIterator> Rax::NewIterator() const {
  return std::make_unique<RaxIterator>(this);
}

}  // namespace aether
