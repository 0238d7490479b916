// One segment file of a log, as the pool sees it. For engine/wal only.
//
// Thread safety: what stands behind the remark below is guarded by the mutex of the pool.

#ifndef AETHER_ENGINE_WAL_SEGMENT_H_
#define AETHER_ENGINE_WAL_SEGMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/io/file_system.h"
#include "engine/wal/format.h"

namespace aether::wal {

enum class UnitState : uint8_t {
  kFresh,    // never written in this file: a sync has to convert its extents
  kWritten,  // holds bytes of no value
  kBusy,     // the background thread prepares it
  kWarm,     // written, and its page faults are taken
  kTaken,
};

struct Segment {
  std::unique_ptr<LogSegment> file;
  SegmentIdentity identity;
  uint64_t bytes = 0;
  bool own = false;  // made for one record

  // Under the pool's mutex from here on.
  std::vector<UnitState> units;
  uint32_t open_chunks = 0;
  uint32_t users = 0;       // threads that use `file` without the mutex
  uint64_t open_bytes = 0;  // of chunks that streams hold
  struct Sealed {
    uint64_t last_ticket;
    uint64_t bytes;
  };
  std::vector<Sealed> sealed_chunks;
  bool used = false;
  uint64_t last_ticket = 0;
  bool closed = false;
  bool sealed = false;
  uint64_t retired_at = 0;  // stamp of the epochs, once sealed
  bool quiet = false;
  bool unmapped = false;
  bool synced = false;
  bool doomed = false;  // of an earlier epoch: delete, do not recycle
  bool kept = false;    // its bytes are needed under another name: delete, do not recycle

  UnitState* FirstUnit(UnitState state) {
    for (UnitState& unit : units) {
      if (unit == state) return &unit;
    }
    return nullptr;
  }
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_SEGMENT_H_
