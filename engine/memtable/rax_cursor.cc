#include "engine/memtable/rax_cursor.h"

namespace aether {

void RaxCursor::Push(const RaxNode* node, int symbol) {
  if (depth_ < kInlineFrames) {
    frames_[depth_] = {node, symbol};
  } else {
    deep_frames_.push_back({node, symbol});
  }
  ++depth_;
  batch_at_ = batch_size_ = 0;
}

void RaxCursor::Pop() {
  if (depth_ > kInlineFrames) deep_frames_.pop_back();
  --depth_;
  batch_at_ = batch_size_ = 0;
}

void RaxCursor::Clear() {
  depth_ = 0;
  deep_frames_.clear();
  batch_at_ = batch_size_ = 0;
  record_ = nullptr;
}

void RaxCursor::SeekToEnd(RaxChild top, bool forwards) {
  Clear();
  if (top.IsNode()) {
    Push(top.node(), Outside(forwards));
    Step(forwards);
  } else if (!top.empty()) {
    record_ = top.record();
  }
}

void RaxCursor::Seek(RaxChild top, const RaxString& s, size_t matched, bool forwards) {
  Clear();
  RaxChild child = top;
  while (child.IsNode()) {
    const RaxNode* const node = child.node();
    const size_t place = node->Place(s);
    const size_t differs = node->Mismatch(s, matched);
    if (differs < place) {
      const bool before = s.Symbol(differs) < RaxString(node->sample).Symbol(differs);
      if (before == forwards) Push(node, Outside(forwards));
      break;
    }
    const int symbol = node->SymbolOf(s);
    Push(node, symbol);
    child = node->Get(symbol);
    matched = place + 1;
  }
  if (!child.empty() && !child.IsNode()) {
    const RaxString other(child.record());
    const size_t differs = s.Mismatch(other, matched);
    if (differs == RaxString::kNowhere || (s.Symbol(differs) < other.Symbol(differs)) == forwards) {
      record_ = child.record();
      return;
    }
  }
  Step(forwards);
}

void RaxCursor::Step(bool forwards) {
  if (forwards != batch_forwards_) batch_at_ = batch_size_ = 0;
  batch_forwards_ = forwards;
  while (depth_ > 0) {
    if (batch_at_ == batch_size_ && !Refill(forwards)) {
      Pop();
      continue;
    }
    if (batch_at_ + kPrefetchAhead < batch_size_) {
      __builtin_prefetch(RaxChild(batch_[batch_at_ + kPrefetchAhead]).address());
    }
    const RaxChild child(batch_[batch_at_++]);
    Top().symbol = child.symbol();
    if (!child.IsNode()) {
      record_ = child.record();
      return;
    }
    Push(child.node(), Outside(forwards));
  }
  record_ = nullptr;
}

void RaxCursor::CollectSorted(const RaxNode& node, int symbol, bool forwards) {
  for (int i = 0; i < node.Slots(); ++i) {
    const RaxChild child = node.At(i);
    if (child.empty()) break;
    if (forwards ? child.symbol() <= symbol : child.symbol() >= symbol) continue;
    int at = batch_size_++;
    for (; at > 0 && (RaxChild(batch_[at - 1]).symbol() > child.symbol()) == forwards; --at) {
      batch_[at] = batch_[at - 1];
    }
    batch_[at] = child.word();
  }
}

bool RaxCursor::Refill(bool forwards) {
  const auto [node, symbol] = Top();
  batch_at_ = batch_size_ = 0;
  if (node->size < RaxNode::Size::k52) {
    CollectSorted(*node, symbol, forwards);
  } else {
    const int step = forwards ? 1 : -1;
    const int end = Outside(!forwards);
    for (int i = symbol + step; i != end && batch_size_ < kBatchOfLarge; i += step) {
      const RaxChild child = node->Get(i);
      if (!child.empty()) Collect(child);
    }
  }
  for (int i = 1; i < std::min(batch_size_, kPrefetchAhead); ++i) {
    __builtin_prefetch(RaxChild(batch_[i]).address());
  }
  return batch_size_ > 0;
}

}  // namespace aether
