// Out-of-line functions of Slice, PinnableSlice, Cleanable and SharedCleanablePtr.

#include "rocksdb/slice.h"

#include <atomic>
#include <utility>

namespace rocksdb {

namespace {

// The value of a hexadecimal digit, or -1.
int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Slice::Slice(const SliceParts& parts, std::string* buf) {
  size_t total = 0;
  for (int i = 0; i < parts.num_parts; ++i) total += parts.parts[i].size();
  buf->clear();
  buf->reserve(total);
  for (int i = 0; i < parts.num_parts; ++i) {
    buf->append(parts.parts[i].data(), parts.parts[i].size());
  }
  data_ = buf->data();
  size_ = buf->size();
}

std::string Slice::ToString(bool hex) const {
  if (!hex) return std::string(data_, size_);
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(size_ * 2);
  for (size_t i = 0; i < size_; ++i) {
    const auto byte = static_cast<unsigned char>(data_[i]);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

bool Slice::DecodeHex(std::string* result) const {
  if (result == nullptr || size_ % 2 != 0) return false;
  result->clear();
  result->reserve(size_ / 2);
  for (size_t i = 0; i < size_; i += 2) {
    const int high = DigitValue(data_[i]);
    const int low = DigitValue(data_[i + 1]);
    if (high < 0 || low < 0) return false;
    result->push_back(static_cast<char>(high * 16 + low));
  }
  return true;
}

PinnableSlice::PinnableSlice(PinnableSlice&& other) : buf_(&self_space_) {
  *this = std::move(other);
}

PinnableSlice& PinnableSlice::operator=(PinnableSlice&& other) {
  if (this == &other) return *this;
  // The cleanups move first: what this object pinned until now is released here.
  Cleanable::operator=(std::move(other));
  pinned_ = other.pinned_;
  size_ = other.size_;
  const bool owns = other.buf_ == &other.self_space_;
  if (pinned_) {
    data_ = other.data_;
  } else if (owns) {
    // Short strings live inside the object, so that data_ has to follow the move.
    self_space_ = std::move(other.self_space_);
    buf_ = &self_space_;
    data_ = buf_->data();
  } else {
    buf_ = other.buf_;
    data_ = other.data_;
  }
  if (pinned_) buf_ = owns ? &self_space_ : other.buf_;
  other.self_space_.clear();
  other.buf_ = &other.self_space_;
  other.pinned_ = false;
  other.PinSelf();
  return *this;
}

Cleanable::Cleanable() {
  cleanup_.function = nullptr;
  cleanup_.next = nullptr;
}

Cleanable::~Cleanable() { DoCleanup(); }

Cleanable::Cleanable(Cleanable&& other) noexcept : Cleanable() { *this = std::move(other); }

Cleanable& Cleanable::operator=(Cleanable&& other) noexcept {
  if (this == &other) return *this;
  DoCleanup();
  cleanup_ = other.cleanup_;
  other.cleanup_.function = nullptr;
  other.cleanup_.next = nullptr;
  return *this;
}

void Cleanable::RegisterCleanup(CleanupFunction function, void* arg1, void* arg2) {
  // The first function lives in the object itself: most users register one.
  Cleanup* node = &cleanup_;
  if (cleanup_.function != nullptr) {
    node = new Cleanup;
    node->next = cleanup_.next;
    cleanup_.next = node;
  }
  node->function = function;
  node->arg1 = arg1;
  node->arg2 = arg2;
}

void Cleanable::RegisterCleanup(Cleanup* c) {
  if (cleanup_.function == nullptr) {
    cleanup_.function = c->function;
    cleanup_.arg1 = c->arg1;
    cleanup_.arg2 = c->arg2;
    delete c;
  } else {
    c->next = cleanup_.next;
    cleanup_.next = c;
  }
}

void Cleanable::DelegateCleanupsTo(Cleanable* other) {
  if (cleanup_.function == nullptr) return;
  other->RegisterCleanup(cleanup_.function, cleanup_.arg1, cleanup_.arg2);
  for (Cleanup* node = cleanup_.next; node != nullptr;) {
    Cleanup* const next = node->next;
    other->RegisterCleanup(node);
    node = next;
  }
  cleanup_.function = nullptr;
  cleanup_.next = nullptr;
}

// The count is released with acq_rel: the last owner runs cleanups that may read what the others
// wrote.
struct SharedCleanablePtr::Impl : public Cleanable {
  std::atomic<unsigned> owners{1};
  void Ref() { owners.fetch_add(1, std::memory_order_relaxed); }
  void Unref() {
    if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  static void UnrefCleanup(void* impl, void*) { static_cast<Impl*>(impl)->Unref(); }
};

SharedCleanablePtr::SharedCleanablePtr(const SharedCleanablePtr& from) : ptr_(from.ptr_) {
  if (ptr_ != nullptr) ptr_->Ref();
}

SharedCleanablePtr::SharedCleanablePtr(SharedCleanablePtr&& from) noexcept
    : ptr_(std::exchange(from.ptr_, nullptr)) {}

SharedCleanablePtr& SharedCleanablePtr::operator=(const SharedCleanablePtr& from) {
  if (this == &from) return *this;
  Reset();
  ptr_ = from.ptr_;
  if (ptr_ != nullptr) ptr_->Ref();
  return *this;
}

SharedCleanablePtr& SharedCleanablePtr::operator=(SharedCleanablePtr&& from) noexcept {
  if (this == &from) return *this;
  Reset();
  ptr_ = std::exchange(from.ptr_, nullptr);
  return *this;
}

SharedCleanablePtr::~SharedCleanablePtr() { Reset(); }

void SharedCleanablePtr::Allocate() {
  Reset();
  ptr_ = new Impl;
}

void SharedCleanablePtr::Reset() {
  if (ptr_ != nullptr) std::exchange(ptr_, nullptr)->Unref();
}

Cleanable& SharedCleanablePtr::operator*() { return *ptr_; }
Cleanable* SharedCleanablePtr::operator->() { return ptr_; }
Cleanable* SharedCleanablePtr::get() { return ptr_; }

void SharedCleanablePtr::RegisterCopyWith(Cleanable* target) {
  if (ptr_ == nullptr) return;
  ptr_->Ref();
  target->RegisterCleanup(&Impl::UnrefCleanup, ptr_, nullptr);
}

void SharedCleanablePtr::MoveAsCleanupTo(Cleanable* target) {
  if (ptr_ == nullptr) return;
  target->RegisterCleanup(&Impl::UnrefCleanup, std::exchange(ptr_, nullptr), nullptr);
}

}  // namespace rocksdb
