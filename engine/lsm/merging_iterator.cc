#include "engine/lsm/merging_iterator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/lsm/version.h"
#include "engine/run/page_batch.h"
#include "engine/run/read_counters.h"

namespace aether {
namespace {

uint64_t HeadOf(Slice key) {
  uint64_t head = 0;
  std::memcpy(&head, key.data(), key.size() < 8 ? key.size() : 8);
  return __builtin_bswap64(head);
}

}  // namespace

MergingIterator::MergingIterator(const Comparator* order, std::vector<MergeSource> sources,
                                 RunReadCounters* counters)
    : order_(order), bytewise_(order->bytewise()), counters_(counters), children_(sources.size()) {
  for (size_t i = 0; i < sources.size(); ++i) {
    children_[i].source = std::move(sources[i].entries);
    children_[i].run = dynamic_cast<RunCursor*>(children_[i].source.get());
    children_[i].newest = sources[i].newest;
  }
  losers_.resize(children_.size());
}

void MergingIterator::Load(Child* child) {
  child->ended = !child->source->Valid();
  if (child->ended) {
    failed_ |= !child->source->status().ok();
    return;
  }
  child->key = child->source->key();
  child->tag = child->source->tag();
  if (bytewise_) child->head = HeadOf(child->key);
}

bool MergingIterator::KeyBefore(const Child& a, const Child& b) const {
  int by_key = CompareKeys(order_, a.key, b.key);
  if (by_key == 0) by_key = a.tag > b.tag ? -1 : (a.tag < b.tag ? 1 : 0);
  return forward_ ? by_key < 0 : by_key > 0;
}

void MergingIterator::Rebuild() {
  const size_t n = children_.size();
  next_ = nullptr;
  top_ = nullptr;
  for (Child& child : children_) Load(&child);
  if (n == 0) return;
  // Whoever comes to a node first waits there for the other side.
  std::fill(losers_.begin(), losers_.end(), nullptr);
  for (size_t i = 0; i < n; ++i) {
    Child* winner = &children_[i];
    size_t node = (n + i) / 2;
    while (node > 0) {
      Child*& waiting = losers_[node];
      if (waiting == nullptr) {
        waiting = winner;
        break;
      }
      if (Before(*waiting, *winner)) std::swap(waiting, winner);
      node /= 2;
    }
    if (node == 0) SetTop(winner);
  }
}

void MergingIterator::Replay() {
  Child* const moved = top_;
  if (next_ != nullptr) {
    if (!failed_ && Before(*moved, *next_)) return;
    next_ = nullptr;
  }
  const size_t n = children_.size();
  const size_t leaf = n + static_cast<size_t>(moved - children_.data());
  Child* winner = moved;
  for (size_t node = leaf / 2; node > 0; node /= 2) {
    if (Before(*losers_[node], *winner)) std::swap(losers_[node], winner);
  }
  SetTop(winner);
  if (top_ != moved || n == 1) return;
  // It won twice: the best of the others is one of those that lost to it.
  next_ = losers_[leaf / 2];
  for (size_t node = leaf / 4; node > 0; node /= 2) {
    if (Before(*losers_[node], *next_)) next_ = losers_[node];
  }
}

void MergingIterator::SeekToFirst() {
  forward_ = true;
  failed_ = false;
  CountSeeks();
  for (Child& child : children_) child.source->SeekToFirst();
  Rebuild();
}

void MergingIterator::SeekToLast() {
  forward_ = false;
  failed_ = false;
  CountSeeks();
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

void MergingIterator::CountSeeks() {
  if (counters_ == nullptr) return;
  for (const Child& child : children_) {
    ++(child.run != nullptr ? counters_->run_seeks : counters_->memtable_seeks);
  }
}

void MergingIterator::SeekAll(Slice key, SequenceNumber sequence, bool forward,
                              const Child* except) {
  CountSeeks();
  const auto run = std::find_if(children_.begin(), children_.end(),
                                [](const Child& child) { return child.run != nullptr; });
  PageBatch misses(run != children_.end() ? run->run->options() : RunReadOptions());
  for (Child& child : children_) {
    if (&child == except || child.run == nullptr) continue;
    if (forward) {
      child.run->StartSeek(key, sequence);
    } else {
      child.run->StartSeekForPrev(key, sequence);
    }
  }
  for (Child& child : children_) {
    if (&child != except && child.run != nullptr) child.run->Approach(&misses);
  }
  if (!misses.empty()) misses.Read();
  for (Child& child : children_) {
    if (&child != except && child.run != nullptr) child.run->Search();
  }
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
  const Child* const top = top_;
  const std::string key = top->key.ToString();
  const SequenceNumber sequence = TagSequence(top->tag);
  forward_ = forward;
  SeekAll(key, sequence, forward, top);
  Rebuild();
}

void MergingIterator::Next() {
  if (!forward_) Turn(true);
  if (top_ == nullptr) return;
  top_->source->Next();
  Load(top_);
  Replay();
}

void MergingIterator::Prev() {
  if (forward_) Turn(false);
  if (top_ == nullptr) return;
  top_->source->Prev();
  Load(top_);
  Replay();
}

void MergingIterator::SkipInSourceTo(Slice end) {
  top_->source->Seek(end, kMaxSequence);
  Load(top_);
  Replay();
}

void MergingIterator::SkipInSourceBefore(Slice begin) {
  top_->source->SeekForPrev(begin, kMaxSequence);
  Load(top_);
  Replay();
}

void MergingIterator::Confine(const PrefixScan* scan) {
  for (Child& child : children_) child.source->Confine(scan);
}

Status MergingIterator::status() const {
  for (const Child& child : children_) {
    if (Status s = child.source->status(); !s.ok()) return s;
  }
  return Status::OK();
}

}  // namespace aether
