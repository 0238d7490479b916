// Reading a directory that another process changes. For engine/store only.
//
// Manifest, runs and log are read one after the other while the primary goes on: a file may go
// between its name being read and its being opened, a segment of the log may be recycled under the
// reader's hands. Nothing of that is damage, and a moment later it is different, so what looks like
// missing or damaged files is tried again. It is believed when the manifest has stayed the same
// over kLiveTries tries. As long as the manifest moves, there is one more try, for at most
// kLiveMicros.
//
// Thread safety: one thread at a time.

#ifndef AETHER_ENGINE_STORE_CATCH_UP_H_
#define AETHER_ENGINE_STORE_CATCH_UP_H_

#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "engine/io/clock.h"

namespace aether {

class LiveTries {
 public:
  // `path` names the directory in what Verdict says.
  LiveTries(Clock* clock, std::string path);

  // After a try that failed, and a pause: whether another one makes sense. `manifest`: a number
  // that is different when the manifest is; 0 when it could not be read.
  bool Again(const Status& failed, uint64_t manifest);
  // Half of the time is over: what is older than the newest state, and whole, will do.
  bool may_lag() const { return may_lag_; }
  // What the caller of the whole gets to know of the last try.
  Status Verdict(const Status& failed) const;

 private:
  static constexpr int kLiveTries = 50;
  static constexpr uint64_t kPauseMicros = 5000;
  static constexpr uint64_t kLiveMicros = 10'000'000;

  Clock* const clock_;
  const std::string path_;
  const uint64_t begin_;
  int same_ = 0;  // tries since the manifest was seen to change
  uint64_t manifest_ = 0;
  bool may_lag_ = false;
  bool too_fast_ = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_CATCH_UP_H_
