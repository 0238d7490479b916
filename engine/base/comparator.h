// The order of keys. The engine reads order and identity of keys from here alone.
//
// Thread safety: all methods are const and called from many threads at once.
// Invariant: Compare is a total order that never changes during the life of a store; its Name is
// kept in the manifest and a store refuses to open under another name.

#ifndef AETHER_ENGINE_BASE_COMPARATOR_H_
#define AETHER_ENGINE_BASE_COMPARATOR_H_

#include "engine/base/slice.h"

namespace aether {

class Comparator {
 public:
  virtual ~Comparator() = default;

  virtual int Compare(Slice a, Slice b) const = 0;
  virtual const char* Name() const = 0;

  // True when the order is that of unsigned bytes: key heads and radix structures are then allowed,
  // and hot paths compare without a virtual call.
  bool bytewise() const { return bytewise_; }
  // True when keys that differ in bytes may compare equal; filters and hashes of the bytes are then
  // off.
  bool equal_keys_may_differ() const { return equal_keys_may_differ_; }

 protected:
  Comparator(bool bytewise, bool equal_keys_may_differ)
      : bytewise_(bytewise), equal_keys_may_differ_(equal_keys_may_differ) {}

 private:
  const bool bytewise_;
  const bool equal_keys_may_differ_;
};

// Both live for ever. Their names are those RocksDB gives to the same orders.
const Comparator* BytewiseComparator();
const Comparator* ReverseBytewiseComparator();

inline int CompareKeys(const Comparator* order, Slice a, Slice b) {
  return order->bytewise() ? a.Compare(b) : order->Compare(a, b);
}

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_COMPARATOR_H_
