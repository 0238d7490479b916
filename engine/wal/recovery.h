// Reads the log back: the longest gap-free run of tickets above the floor, in order.
//
// Steps (each segment on its own thread where there are several):
//  1. list *.log, fdatasync each and the directory before anything is read, so that what is
//     recovered cannot be lost by a later crash of the machine;
//  2. scan every chunk up to its first invalid record; keep a record when its epoch is current or
//     its ticket lies within its epoch's cut (engine/wal/log_state.h);
//  3. find T*, the last ticket before the first gap, where skip records fill gaps;
//  4. check T* against the durable anchors, the cuts and the sequences the runs already hold;
//  5. replay floor+1..T*, on several threads where the caller wants it: a record says which
//     sequence numbers it has, so memtables take them in any order. Rounds divide the replay: at
//     the end of one everything up to some ticket is in and nothing behind it.
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
  uint64_t store_id = 0;   // segments of other stores are refused
  bool any_store = false;  // no, they are not
  RecoveryMode mode = RecoveryMode::kPointInTime;
  // The largest sequence number that any family has in its runs.
  SequenceNumber max_flushed_sequence = 0;
  bool read_only = false;
  // With read_only: somebody writes to the log meanwhile, so that what a segment says about another
  // one may be newer than what was read of that one. Anchors say nothing then.
  bool live = false;
  int threads = 2;         // that scan
  int replay_threads = 1;  // that call the replay function
  // Which records count stays known of epochs that the floor has passed: see
  // LogState::AdvanceFloor.
  bool keep_cuts = false;
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
  uint32_t epoch = 0;        // 0: it has no valid header
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

// Sets *count to the sequence numbers the batch uses. With one replay thread it is called in ticket
// order, with more by several threads at once. An error stops the recovery and is returned.
using ReplayFunction = std::function<Status(const RecoveredRecord& record, uint32_t* count)>;
// Called between rounds of some megabytes, alone. May be empty.
using RoundFunction = std::function<Status()>;

Status Recover(const RecoveryOptions& options, const LogState& state, const ReplayFunction& replay,
               const RoundFunction& end_round, Recovered* result);

// For a store whose manifest is lost: what the segments in the directory say about whose they are
// and about epochs. An epoch starts behind the last ticket that its recovery kept, so each is taken
// to end where the next one begins. `flushed` is the largest sequence number that runs hold: the
// floor is where the last segments were released. Segments that cannot be read are left out;
// without any, *store_id stays as it is.
Status InferLogState(FileSystem* fs, const std::string& directory, SequenceNumber flushed,
                     uint64_t* store_id, LogState* state);

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_RECOVERY_H_
