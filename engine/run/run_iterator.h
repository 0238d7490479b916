// A cursor over the point entries of one RunFile, in both directions. Final, so that callers who
// hold it by its own type pay no virtual call.
//
// Thread safety: one thread at a time. Must not outlive its RunFile.
// Invariant: while Valid() in pooled mode, the page under the cursor is pinned; key() and value()
// stay valid until the cursor moves, and PinValue() keeps the value longer. The key is assembled in
// a buffer of the cursor. Stream mode (RunReadOptions::stream) reads the file front to back through
// a private buffer: SeekToFirst, Seek and Next only; the others make it invalid with NotSupported.
// Failure: Valid() turns false and status() tells why. A large value is read when value() is first
// asked for: when that fails, value() is empty and Valid() is false.

#ifndef AETHER_ENGINE_RUN_RUN_ITERATOR_H_
#define AETHER_ENGINE_RUN_RUN_ITERATOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/run/leaf.h"
#include "engine/run/run_file.h"

namespace aether {

class RunIterator final : public EntryIterator {
 public:
  RunIterator(const RunFile* file, const RunReadOptions& options);
  ~RunIterator() override;
  RunIterator(const RunIterator&) = delete;
  RunIterator& operator=(const RunIterator&) = delete;

  bool Valid() const override { return valid_; }
  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(Slice key, SequenceNumber sequence) override;
  void SeekForPrev(Slice key, SequenceNumber sequence) override;
  void Next() override {
    if (++slot_ < leaf_.count()) [[likely]] {
      Decode();
    } else {
      NextLeaf();
    }
  }
  void Prev() override {
    if (slot_ > 0) [[likely]] {
      --slot_;
      Decode();
    } else {
      PrevLeaf();
    }
  }
  Slice key() const override { return key_; }
  uint64_t tag() const override { return record_.tag; }
  Slice value() const override { return record_.large_value ? LargeValue() : record_.value; }
  Status status() const override { return status_; }

  // Keeps the bytes of value() in place until the pin goes; empty in stream mode. REQUIRES:
  // Valid().
  Pin PinValue() const;
  uint64_t ValueSize() const {
    return record_.large_value ? record_.value_extent.bytes : record_.value.size();
  }

 private:
  struct Stream;

  void Decode();
  void NextLeaf();
  void PrevLeaf();
  bool LoadLeaf(size_t index);
  bool LoadStreamLeaf(size_t index);
  Status ReadLarge(const Extent& extent, PageRef* page, Slice* bytes) const;
  Slice LargeValue() const;
  void LargeKey();
  void Fail(Status status) const;
  void Position(size_t leaf, size_t slot);

  const RunFile* const file_;
  const RunReadOptions options_;
  LeafView leaf_;
  LeafRecord record_;
  Slice key_;
  size_t slot_ = 0;
  mutable bool valid_ = false;
  size_t leaf_index_ = SIZE_MAX;
  Pin leaf_pin_;
  // The assembled key: the prefix of the page stays at the front, the rest is written for each
  // entry.
  std::unique_ptr<char[]> key_buffer_;
  PageRef large_key_;
  mutable PageRef large_value_;
  mutable Slice large_value_bytes_;
  mutable bool large_value_loaded_ = false;
  mutable Status status_;
  size_t readahead_until_ = 0;
  std::unique_ptr<Stream> stream_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_RUN_ITERATOR_H_
