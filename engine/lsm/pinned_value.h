// A value found by a read: its bytes, and whatever keeps them in place.
//
// Thread safety: one thread at a time; may be destroyed on another thread than the one that filled
// it.

#ifndef AETHER_ENGINE_LSM_PINNED_VALUE_H_
#define AETHER_ENGINE_LSM_PINNED_VALUE_H_

#include <string>
#include <utility>

#include "engine/base/slice.h"

namespace aether {

class PinnedValue {
 public:
  PinnedValue() = default;
  ~PinnedValue() { Reset(); }
  PinnedValue(PinnedValue&& other) noexcept { *this = std::move(other); }
  PinnedValue& operator=(PinnedValue&& other) noexcept {
    if (this != &other) {
      Reset();
      const bool owned = other.value_.data() == other.buffer_.data();
      buffer_ = std::move(other.buffer_);
      value_ = owned ? Slice(buffer_) : other.value_;
      release_ = std::exchange(other.release_, nullptr);
      argument_ = other.argument_;
      entity_ = std::exchange(other.entity_, false);
      other.value_ = Slice();
    }
    return *this;
  }

  Slice value() const { return value_; }
  // True when the bytes stand in a page or an entry of the engine and were not copied.
  bool pinned() const { return release_ != nullptr; }
  // True when the bytes are a whole entity (base/entity.h).
  bool entity() const { return entity_; }
  void set_entity(bool entity) { entity_ = entity; }

  void Reset() {
    if (release_ != nullptr) release_(argument_);
    release_ = nullptr;
    entity_ = false;
    value_ = Slice();
  }
  void Copy(Slice bytes) {
    Reset();
    buffer_.assign(bytes.data(), bytes.size());
    value_ = Slice(buffer_);
  }
  void Own(std::string&& bytes) {
    Reset();
    buffer_ = std::move(bytes);
    value_ = Slice(buffer_);
  }
  // `bytes` stay valid until release(argument) is called.
  void Pin(Slice bytes, void (*release)(void*), void* argument) {
    Reset();
    value_ = bytes;
    release_ = release;
    argument_ = argument;
  }
  // Hands the duty to release over to the caller. REQUIRES: pinned().
  std::pair<void (*)(void*), void*> TakeRelease() {
    return {std::exchange(release_, nullptr), argument_};
  }
  // Hands over a buffer for the next Copy to use, and takes it back: lets a caller's string be
  // filled directly.
  std::string* buffer() { return &buffer_; }

 private:
  Slice value_;
  std::string buffer_;
  void (*release_)(void*) = nullptr;
  void* argument_ = nullptr;
  bool entity_ = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_PINNED_VALUE_H_
