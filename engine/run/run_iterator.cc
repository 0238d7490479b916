#include "engine/run/run_iterator.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "engine/base/epoch.h"

namespace aether {

// The private buffers of stream mode: one for leaves (and the large values right before them, when
// they are short enough), one for large values and keys.
class RunIterator::Stream {
 public:
  Stream(const RunFile* file, const RunReadOptions& options)
      : file_(file), verify_(options.verify), body_(file->Meta().data_bytes) {}

  // *page stays valid until the next call.
  Status Leaf(size_t index, const char** page) {
    const uint64_t offset = file_->LeafOffset(index);
    // From the end of the leaf before, so that the values of this one come along.
    const uint64_t start = index == 0 ? 0 : file_->LeafOffset(index - 1) + kPageSize;
    const uint64_t from = offset + kPageSize - start <= kWindow ? start : offset;
    AETHER_RETURN_IF_ERROR(leaves_.Ensure(*this, from, offset + kPageSize - from));
    *page = leaves_.At(offset);
    return file_->CheckLeaf(index, *page, verify_);
  }

  // Valid until the next call of either for another kind: a key and a value can be held together.
  Status Large(const Extent& extent, bool key, const char** data) {
    Window* window = &leaves_;
    if (!leaves_.Holds(extent.offset, extent.bytes)) {
      window = key ? &keys_ : &values_;
      AETHER_RETURN_IF_ERROR(window->Ensure(*this, extent.offset, extent.bytes));
    }
    *data = window->At(extent.offset);
    return verify_ ? file_->CheckExtent(extent, *data) : Status::OK();
  }

 private:
  static constexpr size_t kWindow = size_t{256} << 10;

  struct Window {
    struct Free {
      void operator()(char* p) const { std::free(p); }
    };
    std::unique_ptr<char, Free> bytes;
    size_t capacity = 0;
    uint64_t offset = 0;
    uint64_t size = 0;

    bool Holds(uint64_t at, uint64_t n) const {
      return at >= offset && at + n <= offset + size && n <= size;
    }
    const char* At(uint64_t at) const { return bytes.get() + (at - offset); }

    Status Ensure(const Stream& stream, uint64_t at, uint64_t n) {
      if (Holds(at, n)) return Status::OK();
      size = 0;
      offset = at / kPageSize * kPageSize;
      const uint64_t need = at + n - offset;
      const uint64_t want = std::min(std::max<uint64_t>(need, kWindow), stream.body_ - offset);
      if (want > capacity) {
        capacity = std::max<uint64_t>((want + kPageSize - 1) / kPageSize * kPageSize, kWindow);
        bytes.reset(static_cast<char*>(std::aligned_alloc(kPageSize, capacity)));
        if (bytes == nullptr) {
          capacity = 0;
          return Status(Status::kAborted, Status::kMemoryLimit, stream.file_->path());
        }
      }
      const RandomReadFile& file = stream.file_->file();
      Slice got;
      AETHER_RETURN_IF_ERROR(file.ReadAt(offset, want, bytes.get(), &got));
      if (got.size() < need) {
        return stream.file_->Corrupt(offset + got.size(),
                                     "the file ends in the middle of its data");
      }
      if (got.data() != bytes.get()) std::memcpy(bytes.get(), got.data(), got.size());
      size = got.size();
      if (offset + size < stream.body_) {
        file.ReadAhead(offset + size, std::min<uint64_t>(kWindow, stream.body_ - offset - size));
      }
      return Status::OK();
    }
  };

  const RunFile* const file_;
  const bool verify_;
  const uint64_t body_;
  Window leaves_;
  Window values_;
  Window keys_;
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
    if (options_.readahead_bytes != 0 && !options_.cache_only) {
      const uint64_t offset = file_->LeafOffset(index);
      if (leaf_index_ + 1 == index && offset + options_.readahead_bytes / 2 >= readahead_until_) {
        const uint64_t from = std::max(offset, readahead_until_);
        file_->file().ReadAhead(from, options_.readahead_bytes);
        readahead_until_ = from + options_.readahead_bytes;
      }
    }
    PageRef ref;
    EpochGuard guard;
    if (Status s = file_->Leaf(index, options_, &ref); !s.ok()) {
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
  if (!prefix.empty()) std::memcpy(key_buffer_, prefix.data(), prefix.size());
  return true;
}

void RunIterator::DecodeLarge() {
  large_value_loaded_ = false;
  large_value_.pin.Release();
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
    leaf_.AssembleRest(slot_, record_, key_buffer_);
    key_ = Slice(key_buffer_, record_.key_size);
  } else {
    key_ = record_.key_tail;
  }
}

Status RunIterator::ReadLarge(const Extent& extent, PageRef* ref) const {
  if (stream_ != nullptr) return stream_->Large(extent, ref == &large_key_, &ref->data);
  EpochGuard guard;
  PageRef found;
  AETHER_RETURN_IF_ERROR(file_->ReadExtent(extent, options_, &found));
  if (!found.pin.held()) found.pin = Pin(FrameOfExtent(found.data));
  *ref = std::move(found);
  return Status::OK();
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
  PageRef found;
  AETHER_RETURN_IF_ERROR(file_->ReadBlob(record_.value, options, &found, &large_value_bytes_));
  if (!found.pin.held()) found.pin = Pin(FrameOfExtent(found.data));
  large_value_ = std::move(found);
  return Status::OK();
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
  status_ = Status::OK();
  valid_ = false;
  if (file_->LeafCount() == 0) return false;
  const size_t leaf = stream_ == nullptr ? file_->FindLeaf(key, sequence)
                                         : file_->fences().Find(file_->order(), key, sequence);
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
