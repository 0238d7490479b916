// A value found by a read: its bytes, and whatever keeps them in place.
//
// Thread safety: one thread at a time; may be destroyed on another thread than the one that filled
// it.

#ifndef AETHER_ENGINE_STORE_PINNED_VALUE_H_
#define AETHER_ENGINE_STORE_PINNED_VALUE_H_

#include "engine/lsm/pinned_value.h"

#endif  // AETHER_ENGINE_STORE_PINNED_VALUE_H_
