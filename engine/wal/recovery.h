// Reads the log back: the longest gap-free run of tickets above the floor, in order.
//
// Steps (each segment on its own thread where there are several):
//  1. list *.log, fdatasync each and the directory before anything is read, so that what is
//     recovered cannot be lost by a later crash of the machine;
//  2. scan every chunk up to its first invalid record; keep a record when its epoch is current or
//     its ticket lies within its epoch's cut (engine/wal/log_state.h);
//  3. find T*, the last ticket before the first gap, where skip records fill gaps;
//  4. check T* against the durable anchors, the cuts and the sequences the runs already hold;
//  5. replay floor+1..T*.
// Afterwards the caller makes Recovered::next_state durable; only then may writes start. A crash in
// between repeats the recovery with the same outcome.
//
// Taurus (VLDB 2020, recovery) replays a record once its LSN vector is covered by what
// was recovered of every stream. Here the tickets are dense, so "covered" is "no ticket missing".
//
// Thread safety: one recovery at a time per directory. Nothing is written when read_only.
// Failure: an I/O error fails the recovery; damage below what was known to be durable is Corruption
// that names file and offset; a torn tail is normal.

#ifndef AETHER_ENGINE_WAL_RECOVERY_H_
#define AETHER_ENGINE_WAL_RECOVERY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/wal/log_state.h"

namespace aether::wal {

// Numbered as WALRecoveryMode.
enum class RecoveryMode : uint8_t {
  kTolerateTail = 0,  // as kPointInTime: after a crash a torn tail and a gap look the same
  kAbsolute = 1,      // any record beyond a gap is Corruption
  kPointInTime = 2,
  kSkipDamaged = 3,  // replays whatever is readable, gaps or not
};

struct RecoveryOptions {
  FileSystem* fs = nullptr;
  std::string directory;
  uint64_t store_id = 0;  // segments of other stores are refused
  RecoveryMode mode = RecoveryMode::kPointInTime;
  // The largest sequence number that any family has in its runs.
  SequenceNumber max_flushed_sequence = 0;
  bool read_only = false;
  int threads = 2;
};

struct RecoveredRecord {
  uint64_t ticket;
  SequenceNumber first_sequence;
  Slice body;  // valid during the call
};

struct OldSegment {
  uint64_t number = 0;
  uint64_t bytes = 0;        // size of the file
  uint64_t used_bytes = 0;   // of it, in chunks that hold records
  uint64_t last_ticket = 0;  // of records that count; 0 when it holds none above the floor
  std::string path;
};

struct Recovered {
  LogPosition last;     // T* and the last sequence number in use; new numbers start behind it
  LogState next_state;  // {epoch + 1, cut = T*}, to be made durable before writes start
  std::vector<OldSegment> segments;
  uint64_t max_file_number = 0;  // of the segments seen; new numbers must be larger
  // For the report in LOG.
  uint64_t records = 0;
  uint64_t replayed_bytes = 0;
  uint64_t discarded_records = 0;  // beyond the gap, never to return
};

// Called in ticket order. Sets *count to the sequence numbers the batch uses. An error stops the
// recovery and is returned.
using ReplayFunction = std::function<Status(const RecoveredRecord& record, uint32_t* count)>;

Status Recover(const RecoveryOptions& options, const LogState& state, const ReplayFunction& replay,
               Recovered* result);

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_RECOVERY_H_
