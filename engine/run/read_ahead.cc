#include "engine/run/read_ahead.h"

#include <algorithm>
#include <utility>

namespace aether {
namespace {

size_t Leaves(size_t bytes) { return std::max<size_t>(bytes / kPageSize, 1); }

}  // namespace

LeafReadAhead::LeafReadAhead(const RunFile* file, const RunReadOptions& options)
    : file_(file),
      options_(options),
      most_(std::clamp<size_t>(file->PoolCapacity() / kPageSize / kShareOfPool, 2, kMaxLeaves)) {
  length_ = std::min(
      most_, Leaves(options.readahead_bytes != 0
                        ? options.readahead_bytes
                        : std::min(options.first_readahead_bytes, options.max_readahead_bytes)));
}

LeafReadAhead::Stretch LeafReadAhead::Plan(size_t begin) {
  Stretch stretch;
  stretch.begin = begin;
  stretch.end = begin;
  const size_t limit = std::min(file_->LeafCount(), begin + length_);
  while (stretch.end < limit && !file_->LeafInMemory(stretch.end)) ++stretch.end;
  if (stretch.begin == stretch.end) return stretch;
  if (options_.readahead_bytes == 0) {
    length_ =
        std::min({2 * length_, most_, std::max(length_, Leaves(options_.max_readahead_bytes))});
  }
  stretch.pages = std::make_unique<PageBatch>(options_);
  for (size_t i = stretch.begin; i < stretch.end; ++i) {
    stretch.pages->AddLeaf(file_, i, options_.level);
  }
  return stretch;
}

Status LeafReadAhead::Load(size_t index, PageRef* page) {
  if (next_.Covers(index)) {
    next_.pages->Wait();
    now_ = std::exchange(next_, Stretch());
  }
  if (now_.Covers(index)) {
    const bool there = now_.pages->Get(index - now_.begin, page).ok();
    // What could not be had ahead of time is asked for again, alone.
    if (!there) return file_->Leaf(index, options_, page);
  } else {
    next_ = Stretch();
    now_ = Stretch();  // lets go of its pages first
    now_ = Plan(index);
    if (now_.pages == nullptr) return file_->Leaf(index, options_, page);  // came in meanwhile
    now_.pages->Read();
    AETHER_RETURN_IF_ERROR(now_.pages->Get(0, page));
    trigger_ = options_.readahead_in_background ? index : SIZE_MAX;
  }
  Passed(index);
  return Status::OK();
}

void LeafReadAhead::StartNext() {
  trigger_ = SIZE_MAX;
  if (next_.pages != nullptr) {
    // The pass has reached what was under way.
    next_.pages->Wait();
    now_ = std::exchange(next_, Stretch());
  }
  next_ = Plan(now_.end);
  if (next_.pages == nullptr) return;
  if (!next_.pages->Start()) {
    // The system may still bring it into its own cache.
    const uint64_t from = file_->LeafOffset(next_.begin);
    file_->file().ReadAhead(
        from, file_->LeafOffset(next_.end - 1) + file_->StoredSize(next_.end - 1) - from);
    next_ = Stretch();
    return;
  }
  trigger_ = next_.begin;
}

}  // namespace aether
