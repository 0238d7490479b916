// Reading a directory that another process changes. For engine/store only.
//
// Manifest, runs and log are read one after the other while the primary goes on: a file may go
// between its name being read and its being opened, a segment of the log may be recycled under the
// reader's hands. Nothing of that is damage, and a moment later it is different, so what looks like
// missing or damaged files is tried again for a while before it is believed.
//
// Thread safety: pure functions.

#ifndef AETHER_ENGINE_STORE_CATCH_UP_H_
#define AETHER_ENGINE_STORE_CATCH_UP_H_

#include <cstdint>

#include "engine/base/status.h"

namespace aether {

inline constexpr int kLiveTries = 50;
inline constexpr uint64_t kLivePauseMicros = 5000;

inline bool MayBeBusy(const Status& s) {
  return s.code() == Status::kTryAgain || s.IsCorruption() || s.IsNotFound() || s.IsPathNotFound();
}

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_CATCH_UP_H_
