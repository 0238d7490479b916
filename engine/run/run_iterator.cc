#include "engine/run/run_iterator.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/base/epoch.h"
#include "engine/base/pages.h"

namespace aether {

// The private buffers of stream mode: one for leaves (and the large values right before them, when
// they are short enough), one for large values and keys.
class RunIterator::Stream {
 public:
  Stream(const RunFile* file, const RunReadOptions& options)
      : file_(file),
        verify_(options.verify),
        limiter_(options.limiter),
        counters_(options.counters),
        body_(file->Meta().data_bytes) {}

  // *page stays valid until the next call.
  Status Leaf(size_t index, const char** page) {
    const uint64_t offset = file_->LeafOffset(index);
    const uint64_t end = offset + file_->StoredSize(index);
    // From the end of the leaf before, so that the values of this one come along.
    const uint64_t start =
        index == 0 ? 0 : file_->LeafOffset(index - 1) + file_->StoredSize(index - 1);
    const uint64_t from = end - start <= kWindow ? start : offset;
    AETHER_RETURN_IF_ERROR(leaves_.Ensure(*this, from, end - from));
    const char* const stored = leaves_.At(offset);
    *page = file_->LeafIsInPlace(index) ? stored : page_;
    return file_->OpenLeaf(index, stored, verify_, page_, counters_);
  }

  // Valid until the next call of either for another kind: a key and a value can be held together.
  Status Large(const Extent& extent, bool key, const char** data) {
    Window* window = &leaves_;
    if (!leaves_.Holds(extent.offset, extent.stored)) {
      window = key ? &keys_ : &values_;
      AETHER_RETURN_IF_ERROR(window->Ensure(*this, extent.offset, extent.stored));
    }
    const char* const stored = window->At(extent.offset);
    ScratchBuffer& plain = key ? plain_key_ : plain_value_;
    if (extent.packed() && !plain.Reserve(extent.bytes)) return NoMemory();
    *data = extent.packed() ? plain.data() : stored;
    return file_->OpenExtent(extent, stored, verify_, plain.data(), counters_);
  }

  // What was read by Large is not needed any more. A merge has many streams: none of them keeps
  // room for the largest value it has met.
  void Release() {
    for (Window* window : {&values_, &keys_}) window->Release(kWindow);
    for (ScratchBuffer* plain : {&plain_value_, &plain_key_}) plain->Release(kWindow);
  }

 private:
  static constexpr size_t kWindow = size_t{256} << 10;

  struct Window {
    ScratchBuffer bytes;
    uint64_t offset = 0;
    uint64_t size = 0;

    void Release(size_t keep) {
      bytes.Release(keep);
      if (bytes.data() == nullptr) size = 0;
    }
    bool Holds(uint64_t at, uint64_t n) const {
      return at >= offset && at + n <= offset + size && n <= size;
    }
    const char* At(uint64_t at) const { return bytes.data() + (at - offset); }

    Status Ensure(Stream& stream, uint64_t at, uint64_t n) {
      if (Holds(at, n)) return Status::OK();
      if (stream.from_ == nullptr) {
        AETHER_RETURN_IF_ERROR(stream.file_->OpenStream(&stream.own_, &stream.from_));
      }
      size = 0;
      offset = at / kPageSize * kPageSize;
      const uint64_t need = at + n - offset;
      uint64_t want = std::min(std::max<uint64_t>(need, kWindow), stream.body_ - offset);
      if (!bytes.Reserve(std::max<uint64_t>(want, kWindow))) return stream.NoMemory();
      const RandomReadFile& file = *stream.from_;
      // A direct read takes whole blocks; what follows the body is in the file, too.
      if (file.direct()) want = (want + kDirectAlignment - 1) / kDirectAlignment * kDirectAlignment;
      stream.Pace(want);
      Slice got;
      const Stopwatch watch(stream.counters_ != nullptr && stream.counters_->times_loads());
      AETHER_RETURN_IF_ERROR(file.ReadAt(offset, want, bytes.data(), &got));
      if (stream.counters_ != nullptr) {
        stream.counters_->load_bytes += got.size();
        stream.counters_->load_nanos += watch.Nanos();
        if (watch.wanted()) {
          Record(stream.counters_->meter, Measure::kReadForMergeMicros, watch.Nanos() / 1000);
        }
      }
      if (got.size() < need) {
        return stream.file_->Corrupt(offset + got.size(),
                                     "the file ends in the middle of its data");
      }
      if (got.data() != bytes.data()) std::memcpy(bytes.data(), got.data(), got.size());
      size = got.size();
      if (offset + size < stream.body_) {
        file.ReadAhead(offset + size, std::min<uint64_t>(kWindow, stream.body_ - offset - size));
      }
      return Status::OK();
    }
  };

  Status NoMemory() const { return Status(Status::kAborted, Status::kMemoryLimit, file_->path()); }
  void Pace(uint64_t bytes) const {
    while (limiter_ != nullptr && bytes > 0) {
      bytes -= limiter_->Request(bytes, 0, IoLimiter::Priority::kLow, IoLimiter::Operation::kRead);
    }
  }

  const RunFile* const file_;
  const bool verify_;
  IoLimiter* const limiter_;
  RunReadCounters* const counters_;
  const uint64_t body_;
  std::unique_ptr<RandomReadFile> own_;
  const RandomReadFile* from_ = nullptr;  // own_ or the file's own handle, once opened
  Window leaves_;
  Window values_;
  Window keys_;
  // What was compressed.
  char page_[kPageSize];
  ScratchBuffer plain_value_;
  ScratchBuffer plain_key_;
};

namespace {

class IteratorKeyReader final : public LargeKeyReader {
 public:
  using Read = Status (*)(void* context, const Extent& extent, Slice* key);
  IteratorKeyReader(Read read, void* context) : read_(read), context_(context) {}
  Status ReadLargeKey(const Extent& extent, Slice* key) override {
    return read_(context_, extent, key);
  }

 private:
  const Read read_;
  void* const context_;
};

}  // namespace

RunIterator::RunIterator(const RunFile* file, const RunReadOptions& options)
    : file_(file), options_(options) {
  if (options_.stream) stream_ = std::make_unique<Stream>(file_, options_);
}

RunIterator::~RunIterator() = default;

void RunIterator::Fail(Status status) const {
  status_ = std::move(status);
  valid_ = false;
}

void RunIterator::Unposition() {
  valid_ = false;
  leaf_index_ = SIZE_MAX;
  leaf_ = LeafView();
  leaf_pin_.Release();
  large_key_.pin.Release();
  large_value_.pin.Release();
  large_value_loaded_ = false;
  value_elsewhere_ = false;
  if (stream_ != nullptr) stream_->Release();
}

bool RunIterator::LoadLeaf(size_t index) {
  const char* page = nullptr;
  if (stream_ != nullptr) {
    leaf_index_ = SIZE_MAX;
    if (Status s = stream_->Leaf(index, &page); !s.ok()) {
      Fail(std::move(s));
      return false;
    }
  } else {
    PageRef ref;
    EpochGuard guard;
    if (Status s = FetchLeaf(index, &ref); !s.ok()) {
      Unposition();
      Fail(std::move(s));
      return false;
    }
    if (!ref.pin.held()) ref.pin = Pin(FrameOfPage(ref.data));
    leaf_pin_ = std::move(ref.pin);
    page = ref.data;
  }
  leaf_index_ = index;
  leaf_ = LeafView(page);
  const Slice prefix = leaf_.prefix();
  if (long_key_ == nullptr && prefix.size() + 8 > kShortKey) {
    MakeRoomForKey();
  } else {
    tail_room_ = (long_key_ != nullptr ? kLongestKey : kShortKey) - prefix.size() - 8;
    if (!prefix.empty()) std::memcpy(key_buffer_, prefix.data(), prefix.size());
  }
  return true;
}

void RunIterator::MakeRoomForKey() {
  const Slice prefix = leaf_.prefix();
  long_key_ = std::make_unique_for_overwrite<char[]>(kLongestKey + LeafView::kAssembleSlack);
  key_buffer_ = long_key_.get();
  tail_room_ = kLongestKey - prefix.size() - 8;
  std::memcpy(key_buffer_, prefix.data(), prefix.size());
}

Status RunIterator::FetchLeaf(size_t index, PageRef* ref) {
  if (sought_from_ != nullptr) {
    misses_in_a_row_ = 1;
    return std::exchange(sought_from_, nullptr)->Get(sought_ticket_, ref);
  }
  const bool forward = leaf_index_ + 1 == index;  // true for the first leaf of a new cursor
  if (!forward) {
    misses_in_a_row_ = 0;
    if (ahead_ != nullptr && !ahead_->Holds(index)) ahead_.reset();
  }
  if (file_->LeafInMemory(index)) {
    if (ahead_ != nullptr) ahead_->Passed(index);
    return file_->Leaf(index, options_, ref);
  }
  if (options_.cache_only) return file_->Leaf(index, options_, ref);
  if (ahead_ == nullptr) {
    const bool wanted =
        options_.readahead_bytes != 0 ||
        (++misses_in_a_row_ > options_.readahead_after_reads && options_.max_readahead_bytes != 0);
    if (!wanted) return file_->Leaf(index, options_, ref);
    ahead_ = std::make_unique<LeafReadAhead>(file_, options_);
  }
  return ahead_->Load(index, ref);
}

void RunIterator::StartSeek(Slice key, SequenceNumber sequence) {
  sought_from_ = nullptr;
  sought_leaf_ = SIZE_MAX;
  searched_ = Searched::kNot;
  if (stream_ != nullptr || file_->LeafCount() == 0) return;
  sought_key_ = key;
  sought_sequence_ = sequence;
  sought_leaf_ = file_->FindLeaf(key, sequence, &sought_share_);
}

void RunIterator::Search() {
  if (sought_leaf_ == SIZE_MAX) return;
  const bool found = Find(sought_key_, sought_sequence_, &sought_slot_);
  searched_ = found ? Searched::kFound : Searched::kFailed;
  if (found && sought_slot_ < leaf_.count()) leaf_.Prefetch(sought_slot_);
}

void RunIterator::Approach(PageBatch* misses) {
  if (sought_leaf_ == SIZE_MAX || sought_leaf_ == leaf_index_) return;
  if (file_->PrefetchLeafToPin(sought_leaf_, sought_share_) || options_.cache_only) return;
  if (ahead_ != nullptr && ahead_->Holds(sought_leaf_)) return;
  ahead_.reset();
  sought_ticket_ = misses->AddLeaf(file_, sought_leaf_, options_.level);
  sought_from_ = misses;
}

void RunIterator::DecodeLarge() {
  large_value_loaded_ = false;
  large_value_.pin.Release();
  if (stream_ != nullptr) stream_->Release();
  in_blob_file_ = !options_.references && TagType(record_.tag) == EntryType::kPutReference;
  if (in_blob_file_) record_.tag = PackTag(record_.sequence(), EntryType::kPut);
  value_elsewhere_ = record_.large_value || in_blob_file_;
  if (record_.large_key) {
    if (Status s = ReadLarge(record_.key_extent, &large_key_); !s.ok()) {
      Fail(std::move(s));
      return;
    }
    key_ = Slice(large_key_.data, record_.key_extent.bytes);
  } else if (leaf_.has_heads()) {
    AssembleKey();
  } else {
    key_ = record_.key_tail;
  }
}

Status RunIterator::ReadLarge(const Extent& extent, PageRef* ref) const {
  if (stream_ != nullptr) return stream_->Large(extent, ref == &large_key_, &ref->data);
  EpochGuard guard;
  return file_->ReadExtent(extent, options_, ref);
}

Slice RunIterator::LargeValue() const {
  if (!large_value_loaded_) {
    Status s;
    if (in_blob_file_) {
      s = ReadReference();
    } else {
      s = ReadLarge(record_.value_extent, &large_value_);
      large_value_bytes_ = Slice(large_value_.data, record_.value_extent.bytes);
    }
    if (!s.ok()) {
      Fail(std::move(s));
      return Slice();
    }
    large_value_loaded_ = true;
  }
  return large_value_bytes_;
}

// Blob files have no private buffers: a value that only a pass needs stays private to its pin.
Status RunIterator::ReadReference() const {
  RunReadOptions options = options_;
  options.fill_cache &= stream_ == nullptr;
  EpochGuard guard;
  return file_->ReadBlob(record_.value, options, &large_value_, &large_value_bytes_);
}

uint64_t RunIterator::ValueSize() const {
  if (record_.large_value) return record_.value_extent.bytes;
  BlobRef ref;
  return value_elsewhere_ && ref.DecodeFrom(record_.value) ? ref.size : record_.value.size();
}

Pin RunIterator::PinValue() const {
  if (stream_ != nullptr) return Pin();
  if (!value_elsewhere_) return leaf_pin_.Clone();
  (void)LargeValue();
  return large_value_.pin.Clone();
}

bool RunIterator::Find(Slice key, SequenceNumber sequence, size_t* slot) {
  if (searched_ != Searched::kNot) {
    *slot = sought_slot_;
    return std::exchange(searched_, Searched::kNot) == Searched::kFound;
  }
  status_ = Status::OK();
  valid_ = false;
  if (file_->LeafCount() == 0) return false;
  size_t leaf = std::exchange(sought_leaf_, SIZE_MAX);
  if (leaf == SIZE_MAX) {
    leaf = stream_ == nullptr ? file_->FindLeaf(key, sequence)
                              : file_->fences().Find(file_->order(), key, sequence);
  }
  if (leaf != leaf_index_ && !LoadLeaf(leaf)) return false;
  IteratorKeyReader reader(
      [](void* context, const Extent& extent, Slice* large) {
        auto* self = static_cast<RunIterator*>(context);
        AETHER_RETURN_IF_ERROR(self->ReadLarge(extent, &self->large_key_));
        *large = Slice(self->large_key_.data, extent.bytes);
        return Status::OK();
      },
      this);
  if (Status s = leaf_.LowerBound(file_->order(), key, sequence, &reader, slot); !s.ok()) {
    Fail(std::move(s));
    return false;
  }
  return true;
}

void RunIterator::SeekToFirst() {
  status_ = Status::OK();
  valid_ = false;
  if (file_->LeafCount() != 0 && (leaf_index_ == 0 || LoadLeaf(0))) Position(0);
}

void RunIterator::SeekToLast() {
  status_ = Status::OK();
  valid_ = false;
  const size_t leaves = file_->LeafCount();
  if (leaves == 0) return;
  if (leaf_index_ == leaves - 1 || LoadLeaf(leaves - 1)) Position(leaf_.count() - 1);
}

void RunIterator::Seek(Slice key, SequenceNumber sequence) {
  size_t slot;
  if (!Find(key, sequence, &slot)) return;
  if (slot < leaf_.count()) {
    Position(slot);
  } else {
    valid_ = true;
    NextLeaf();
  }
}

void RunIterator::SeekForPrev(Slice key, SequenceNumber sequence) {
  size_t slot;
  if (!Find(key, sequence, &slot)) return;
  if (slot < leaf_.count()) {
    Position(slot);
    if (!valid_ ||
        (record_.sequence() == sequence && CompareKeys(file_->order(), key_, key) == 0)) {
      return;
    }
  }
  valid_ = true;
  slot_ = slot;
  Prev();
}

void RunIterator::NextLeaf() {
  const size_t next = leaf_index_ + 1;
  if (next >= file_->LeafCount()) {
    Unposition();
    return;
  }
  if (!LoadLeaf(next)) return;
  if (stream_ == nullptr && next + 1 < file_->LeafCount()) file_->PrefetchLeaf(next + 1, 0);
  Position(0);
}

void RunIterator::PrevLeaf() {
  if (leaf_index_ == 0) {
    Unposition();
    return;
  }
  const size_t previous = leaf_index_ - 1;
  if (!LoadLeaf(previous)) return;
  if (stream_ == nullptr && previous > 0) file_->PrefetchLeaf(previous - 1, 1);
  Position(leaf_.count() - 1);
}

}  // namespace aether
