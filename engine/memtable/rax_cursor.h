// A way through the entries of a radix tree, or of a part of it, in order and in both directions.
//
// The path is kept as the nodes on it and the symbol taken in each; nodes are never freed, so
// nothing is held. A node may be replaced while the cursor is in it: the cursor then goes on in the
// old one, which has all the entries that were there when the cursor was positioned.
//
// Thread safety: a cursor belongs to one thread, the tree may be inserted into all the while.

#ifndef AETHER_ENGINE_MEMTABLE_RAX_CURSOR_H_
#define AETHER_ENGINE_MEMTABLE_RAX_CURSOR_H_

#include <vector>

#include "engine/memtable/rax_node.h"

namespace aether {

class RaxCursor {
 public:
  // Where the cursor stands; null when there is no such entry.
  const char* record() const { return record_; }

  void SeekToEnd(RaxChild top, bool forwards);
  // The first entry below `top` at or after `s` (forwards), or the last one at or before it.
  // REQUIRES: all strings below `top` agree with `s` before `matched`.
  void Seek(RaxChild top, const RaxString& s, size_t matched, bool forwards);
  // REQUIRES: record() is not null.
  void Step(bool forwards);

 private:
  static constexpr int kInlineFrames = 12;
  static constexpr int kBatch = 29;  // all children of a node without an index
  static constexpr int kBatchOfLarge = 16;
  static constexpr int kPrefetchAhead = 4;

  struct Frame {
    const RaxNode* node;
    int symbol;  // of the child that was taken
  };

  Frame& Top() { return depth_ <= kInlineFrames ? frames_[depth_ - 1] : deep_frames_.back(); }
  void Push(const RaxNode* node, int symbol);
  void Pop();
  void Clear();
  // Before the first symbol or behind the last one.
  static int Outside(bool forwards) { return forwards ? -1 : RaxString::kSymbols; }
  // Collects children of the top node that come next. False when there is none.
  bool Refill(bool forwards);
  void Collect(RaxChild child) { batch_[batch_size_++] = child.word(); }
  void CollectSorted(const RaxNode& node, int symbol, bool forwards);

  const char* record_ = nullptr;
  size_t depth_ = 0;
  int batch_at_ = 0;
  int batch_size_ = 0;
  bool batch_forwards_ = true;
  Frame frames_[kInlineFrames];
  uint64_t batch_[kBatch];
  std::vector<Frame> deep_frames_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RAX_CURSOR_H_
