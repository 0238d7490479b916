#include "engine/lsm/merging_iterator.h"

#include <algorithm>
#include <string>

#include "engine/lsm/version.h"
#include "engine/run/page_batch.h"

namespace aether {
namespace {

uint64_t HeadOf(Slice key) {
  uint64_t head = 0;
  std::memcpy(&head, key.data(), key.size() < 8 ? key.size() : 8);
  return __builtin_bswap64(head);
}

}  // namespace

MergingIterator::MergingIterator(const Comparator* order,
                                 std::vector<std::unique_ptr<EntryIterator>> sources)
    : order_(order), bytewise_(order->bytewise()), children_(sources.size()) {
  for (size_t i = 0; i < sources.size(); ++i) {
    children_[i].source = std::move(sources[i]);
    children_[i].run = dynamic_cast<RunCursor*>(children_[i].source.get());
  }
  heap_.reserve(children_.size());
}

bool MergingIterator::Load(Child* child) {
  if (!child->source->Valid()) {
    failed_ |= !child->source->status().ok();
    return false;
  }
  child->key = child->source->key();
  child->tag = child->source->tag();
  if (bytewise_) child->head = HeadOf(child->key);
  return true;
}

bool MergingIterator::Before(const Child& a, const Child& b) const {
  if (bytewise_ && a.head != b.head) return forward_ == (a.head < b.head);
  int by_key = CompareKeys(order_, a.key, b.key);
  if (by_key == 0) by_key = a.tag > b.tag ? -1 : (a.tag < b.tag ? 1 : 0);
  return forward_ ? by_key < 0 : by_key > 0;
}

void MergingIterator::SiftDown(size_t i) {
  Child* const moving = heap_[i];
  const size_t n = heap_.size();
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && Before(*heap_[child + 1], *heap_[child])) ++child;
    if (!Before(*heap_[child], *moving)) break;
    heap_[i] = heap_[child];
    i = child;
  }
  heap_[i] = moving;
}

void MergingIterator::Rebuild() {
  heap_.clear();
  for (Child& child : children_) {
    if (Load(&child)) heap_.push_back(&child);
  }
  if (failed_) {
    heap_.clear();
    return;
  }
  for (size_t i = heap_.size() / 2; i-- > 0;) SiftDown(i);
}

void MergingIterator::ReplaceOrPopTop(bool valid) {
  if (failed_) {
    heap_.clear();
    return;
  }
  if (!valid) {
    heap_[0] = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return;
  }
  SiftDown(0);
}

void MergingIterator::SeekToFirst() {
  forward_ = true;
  failed_ = false;
  for (Child& child : children_) child.source->SeekToFirst();
  Rebuild();
}

void MergingIterator::SeekToLast() {
  forward_ = false;
  failed_ = false;
  for (Child& child : children_) child.source->SeekToLast();
  Rebuild();
}

void MergingIterator::Seek(Slice key, SequenceNumber sequence) {
  forward_ = true;
  failed_ = false;
  SeekAll(key, sequence, true, nullptr);
  Rebuild();
}

void MergingIterator::SeekForPrev(Slice key, SequenceNumber sequence) {
  forward_ = false;
  failed_ = false;
  SeekAll(key, sequence, false, nullptr);
  Rebuild();
}

void MergingIterator::SeekAll(Slice key, SequenceNumber sequence, bool forward,
                              const Child* except) {
  const auto run = std::find_if(children_.begin(), children_.end(),
                                [](const Child& child) { return child.run != nullptr; });
  PageBatch misses(run != children_.end() ? run->run->options() : RunReadOptions());
  for (Child& child : children_) {
    if (&child == except || child.run == nullptr) continue;
    if (forward) {
      child.run->StartSeek(key, sequence, &misses);
    } else {
      child.run->StartSeekForPrev(key, sequence, &misses);
    }
  }
  if (!misses.empty()) misses.Read();
  for (Child& child : children_) {
    if (&child == except) continue;
    if (forward) {
      child.source->Seek(key, sequence);
    } else {
      child.source->SeekForPrev(key, sequence);
    }
  }
}

void MergingIterator::Turn(bool forward) {
  Child* const top = heap_[0];
  const std::string key = top->key.ToString();
  const SequenceNumber sequence = TagSequence(top->tag);
  forward_ = forward;
  SeekAll(key, sequence, forward, top);
  Rebuild();
}

void MergingIterator::Next() {
  if (!forward_) Turn(true);
  if (heap_.empty()) return;
  Child* const top = heap_[0];
  top->source->Next();
  ReplaceOrPopTop(Load(top));
}

void MergingIterator::Prev() {
  if (forward_) Turn(false);
  if (heap_.empty()) return;
  Child* const top = heap_[0];
  top->source->Prev();
  ReplaceOrPopTop(Load(top));
}

Status MergingIterator::status() const {
  for (const Child& child : children_) {
    if (Status s = child.source->status(); !s.ok()) return s;
  }
  return Status::OK();
}

}  // namespace aether
