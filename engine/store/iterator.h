// A cursor over the keys and values of a store that a reader may see.
//
// Thread safety: one thread at a time. Invariant: the view is that of the moment of creation (or of
// the snapshot given) until Refresh. key() and value() stay valid until the cursor moves. Failure:
// after an error Valid() is false and status() is not OK; off either end Valid() is false and
// status() OK.

#ifndef AETHER_ENGINE_STORE_ITERATOR_H_
#define AETHER_ENGINE_STORE_ITERATOR_H_

#include "engine/lsm/db_iterator.h"

#endif  // AETHER_ENGINE_STORE_ITERATOR_H_
