// A cursor over the point entries of one RunFile, in both directions. Final, so that callers who
// hold it by its own type pay no virtual call.
//
// Thread safety: one thread at a time. Must not outlive its RunFile.
// Invariant: while Valid() in pooled mode, the page under the cursor is pinned; key() and value()
// stay valid until the cursor moves, and PinValue() keeps the value longer. The key is assembled in
// a buffer of the cursor.
// Stream mode (RunReadOptions::stream) reads through private buffers and leaves the pool alone; it
// is made for passes from front to back, and reads the same bytes again when it goes backward.
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
#include "engine/run/page_batch.h"
#include "engine/run/read_ahead.h"
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
  // Seek and SeekForPrev in four steps, for several cursors that go through each step together, so
  // that they wait for memory at the same time. StartSeek finds the leaf. Approach has its lines
  // brought to the processor, or asks *misses for it when it is not in memory. After
  // misses->Read() comes Search, which finds the place in the leaf and has the record there
  // brought, then Seek or SeekForPrev with the same key and sequence, before any other move. The
  // bytes of the key and *misses have to stay until then.
  void StartSeek(Slice key, SequenceNumber sequence);
  void Approach(PageBatch* misses);
  void Search();
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
  Slice value() const override { return value_elsewhere_ ? LargeValue() : record_.value; }
  Status status() const override { return status_; }

  // Offset in the file of the page under the cursor. REQUIRES: Valid().
  uint64_t LeafOffset() const { return file_->LeafOffset(leaf_index_); }
  // Keeps the bytes of value() in place until the pin goes; empty in stream mode. REQUIRES:
  // Valid().
  Pin PinValue() const;
  // Of value(). REQUIRES: Valid().
  uint64_t ValueSize() const;

 private:
  class Stream;

  void AssembleKey() {
    if (record_.key_tail.size() > tail_room_) [[unlikely]]
      MakeRoomForKey();
    leaf_.AssembleRest(slot_, record_, key_buffer_);
    key_ = Slice(key_buffer_, record_.key_size);
  }
  // For any key of this page.
  void MakeRoomForKey();
  void Decode() {
    leaf_.Decode(slot_, &record_);
    if (record_.large_key || record_.large_value || value_elsewhere_ ||
        TagType(record_.tag) == EntryType::kPutReference) [[unlikely]] {
      DecodeLarge();
    } else if (leaf_.has_heads()) {
      AssembleKey();
    } else {
      key_ = record_.key_tail;
    }
  }
  void DecodeLarge();
  void NextLeaf();
  void PrevLeaf();
  // Puts the leaf under the cursor; false after an error.
  bool LoadLeaf(size_t index);
  // The leaf from memory, from the batch of StartSeek, from ahead or from the file.
  Status FetchLeaf(size_t index, PageRef* ref);
  void Position(size_t slot) {
    slot_ = slot;
    valid_ = true;
    Decode();
  }
  // The first leaf and slot at or after (key, sequence); the slot may be count(). False after an
  // error.
  bool Find(Slice key, SequenceNumber sequence, size_t* slot);
  Status ReadLarge(const Extent& extent, PageRef* ref) const;
  Slice LargeValue() const;
  Status ReadReference() const;
  void Fail(Status status) const;
  void Unposition();

  const RunFile* const file_;
  const RunReadOptions options_;
  LeafView leaf_;
  LeafRecord record_;
  Slice key_;
  size_t slot_ = 0;
  mutable bool valid_ = false;
  size_t leaf_index_ = SIZE_MAX;
  Pin leaf_pin_;
  PageRef large_key_;
  bool value_elsewhere_ = false;  // the value is not in the page and has to be read
  bool in_blob_file_ = false;     // and it is in a blob file
  mutable PageRef large_value_;
  mutable Slice large_value_bytes_;
  mutable bool large_value_loaded_ = false;
  mutable Status status_;
  uint32_t misses_in_a_row_ = 0;  // of a forward pass
  std::unique_ptr<LeafReadAhead> ahead_;
  // Between StartSeek and the seek itself:
  size_t sought_leaf_ = SIZE_MAX;
  float sought_share_ = 0;  // how far into the leaf
  Slice sought_key_;
  SequenceNumber sought_sequence_ = 0;
  enum class Searched : uint8_t { kNot, kFound, kFailed } searched_ = Searched::kNot;
  size_t sought_slot_ = 0;
  PageBatch* sought_from_ = nullptr;
  size_t sought_ticket_ = 0;
  std::unique_ptr<Stream> stream_;
  // The assembled key: the prefix of the page stays at the front, the rest is written for each
  // entry. Most keys are short, and a small object costs the allocator little.
  static constexpr size_t kShortKey = 256;
  static constexpr size_t kLongestKey = run_format::kMaxPrefix + 8 + run_format::kMaxInlineKey;
  size_t tail_room_ = 0;  // for what follows the prefix and the head
  char* key_buffer_ = short_key_;
  std::unique_ptr<char[]> long_key_;
  char short_key_[kShortKey + LeafView::kAssembleSlack];
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_RUN_ITERATOR_H_
