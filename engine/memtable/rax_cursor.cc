#include "engine/memtable/rax_cursor.h"

namespace aether {

void RaxCursor::Clear(bool forwards) {
  record_ = nullptr;
  forwards_ = forwards;
  depth_ = 0;
  deep_frames_.clear();
  ahead_at_ = ahead_end_ = 0;
}

void RaxCursor::Push(const RaxNode* node, int symbol) {
  Frame* const frame = depth_ < kInlineFrames ? &frames_[depth_] : &deep_frames_.emplace_back();
  ++depth_;
  frame->node = node;
  frame->symbol = symbol;
  frame->batch_at = frame->batch_size = 0;
}

void RaxCursor::Pop() {
  if (depth_ > kInlineFrames) deep_frames_.pop_back();
  --depth_;
}

void RaxCursor::SeekToEnd(RaxChild top, bool forwards) {
  Clear(forwards);
  if (top.IsNode()) {
    Push(top.node(), Before());
    record_ = FindNext();
  } else if (!top.empty()) {
    record_ = top.record();
  }
}

void RaxCursor::Seek(RaxChild top, const RaxString& s, size_t matched, bool forwards) {
  Clear(forwards);
  RaxChild child = top;
  while (child.IsNode()) {
    const RaxNode* const node = child.node();
    const size_t place = node->Place(s);
    const size_t differs = node->Mismatch(s, matched);
    if (differs < place) {
      if (Precedes(s.Symbol(differs), RaxString(node->sample).Symbol(differs))) {
        Push(node, Before());
      }
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
    if (differs == RaxString::kNowhere || Precedes(s.Symbol(differs), other.Symbol(differs))) {
      record_ = child.record();
      return;
    }
  }
  record_ = FindNext();
}

RaxChild RaxCursor::Following(const RaxNode& node, int symbol) const {
  RaxChild nearest(0);
  if (node.size >= RaxNode::Size::k52) {
    const int step = forwards_ ? 1 : -1;
    for (int i = symbol + step; i != Behind() && nearest.empty(); i += step) nearest = node.Get(i);
    return nearest;
  }
  for (int i = 0; i < node.Slots(); ++i) {
    const RaxChild child = node.At(i);
    if (child.empty()) break;
    if (!Precedes(symbol, child.symbol())) continue;
    if (nearest.empty() || Precedes(child.symbol(), nearest.symbol())) nearest = child;
  }
  return nearest;
}

// Whoever seeks may want no more than one entry, so nothing is made ready for the next ones.
const char* RaxCursor::FindNext() {
  while (depth_ > 0) {
    Frame& top = Top();
    const RaxChild child = Following(*top.node, top.symbol);
    if (child.empty()) {
      Pop();
      continue;
    }
    top.symbol = child.symbol();
    if (!child.IsNode()) return child.record();
    Push(child.node(), Before());
  }
  return nullptr;
}

bool RaxCursor::Refill(Frame* frame) const {
  const RaxNode& node = *frame->node;
  // Of a small node the first batch had all.
  if (node.size < RaxNode::Size::k52 && frame->batch_size > 0) return false;
  int n = 0;
  if (node.size >= RaxNode::Size::k52) {
    const int step = forwards_ ? 1 : -1;
    for (int i = frame->symbol + step; i != Behind() && n < kBatchOfLarge; i += step) {
      const RaxChild child = node.Get(i);
      if (!child.empty()) frame->batch[n++] = child.word();
    }
  } else {
    for (int i = 0; i < node.Slots(); ++i) {
      const RaxChild child = node.At(i);
      if (child.empty()) break;
      if (!Precedes(frame->symbol, child.symbol())) continue;
      int at = n++;
      for (; at > 0 && Precedes(child.symbol(), RaxChild(frame->batch[at - 1]).symbol()); --at) {
        frame->batch[at] = frame->batch[at - 1];
      }
      frame->batch[at] = child.word();
    }
  }
  frame->batch_at = 0;
  frame->batch_size = n;
  return n > 0;
}

const char* RaxCursor::FindNextOfMany() {
  while (depth_ > 0) {
    Frame& top = Top();
    if (top.batch_at == top.batch_size && !Refill(&top)) {
      Pop();
      continue;
    }
    if (top.batch_at + kNodesAhead < top.batch_size) {
      const RaxChild later(top.batch[top.batch_at + kNodesAhead]);
      if (later.IsNode()) later.node()->Prefetch();
    }
    const RaxChild child(top.batch[top.batch_at++]);
    top.symbol = child.symbol();
    if (!child.IsNode()) return child.record();
    Push(child.node(), Before());
  }
  return nullptr;
}

void RaxCursor::Step() {
  record_ = ahead_at_ == ahead_end_ ? FindNextOfMany() : ahead_[ahead_at_++ % kRecordsAhead];
  // Two for each that is taken, until enough are on their way.
  for (int i = 0; i < 2 && ahead_end_ - ahead_at_ < kRecordsAhead; ++i) {
    const char* const later = FindNextOfMany();
    if (later == nullptr) break;
    __builtin_prefetch(later);
    ahead_[ahead_end_++ % kRecordsAhead] = later;
  }
}

}  // namespace aether
