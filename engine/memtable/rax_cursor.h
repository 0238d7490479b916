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
  bool forwards() const { return forwards_; }

  // The first entry below `top` (forwards), or the last one.
  void SeekToEnd(RaxChild top, bool forwards);
  // The first entry below `top` at or after `s` (forwards), or the last one at or before it.
  // REQUIRES: all strings below `top` agree with `s` before `matched`.
  void Seek(RaxChild top, const RaxString& s, size_t matched, bool forwards);
  // On in the direction of the seek. REQUIRES: record() is not null.
  void Step();

 private:
  static constexpr int kInlineFrames = 12;
  static constexpr int kBatch = 29;  // all children of a node without an index
  static constexpr int kBatchOfLarge = 16;
  static constexpr int kNodesAhead = 2;
  static constexpr uint32_t kRecordsAhead = 8;

  struct Frame {
    const RaxNode* node;
    int symbol;  // of the child that was taken
    // Children that come next, as far as they have been collected.
    int batch_at;
    int batch_size;
    uint64_t batch[kBatch];
  };

  Frame& Top() { return depth_ <= kInlineFrames ? frames_[depth_ - 1] : deep_frames_.back(); }
  // Before the first symbol or behind the last one, as seen in the cursor's direction.
  int Before() const { return forwards_ ? -1 : RaxString::kSymbols; }
  int Behind() const { return forwards_ ? RaxString::kSymbols : -1; }
  bool Precedes(int a, int b) const { return forwards_ ? a < b : a > b; }
  void Clear(bool forwards);
  void Push(const RaxNode* node, int symbol);
  void Pop();

  // The record that comes next, null at the end. The path is that of this record then.
  const char* FindNext();
  const char* FindNextOfMany();
  // The child behind `symbol`; empty when there is none.
  RaxChild Following(const RaxNode& node, int symbol) const;
  // Collects children that come next. False when there is none.
  bool Refill(Frame* frame) const;

  const char* record_ = nullptr;
  bool forwards_ = true;
  size_t depth_ = 0;
  Frame frames_[kInlineFrames];
  std::vector<Frame> deep_frames_;
  // Records between the one the cursor stands on and the path, on their way into the cache.
  uint32_t ahead_at_ = 0;
  uint32_t ahead_end_ = 0;
  const char* ahead_[kRecordsAhead];
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RAX_CURSOR_H_
