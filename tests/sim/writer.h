// One writer of an episode: random operations against the store, and all checks that need no crash:
// reads see what was written, snapshots never change, sequence numbers have no gaps.
//
// Thread safety: one thread per writer; they share World, whose parts say how. A writer uses keys
// of its own (they begin with its number), so that its picture of them is exact whatever the others
// do; the only writer of a life also changes families, snapshots and options.

#ifndef AETHER_TESTS_SIM_WRITER_H_
#define AETHER_TESTS_SIM_WRITER_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/sim_file_system.h"
#include "engine/store/db_env.h"
#include "tests/sim/model.h"
#include "tests/sim/oracle.h"

namespace aether::sim {

struct Family {
  std::string name;
  uint64_t incarnation = 0;
  KvStore* store = nullptr;
};

// What the threads of a life share.
struct World {
  SimFileSystem* fs = nullptr;
  DbEnv* env = nullptr;
  std::vector<Family> families;  // changed by a lone writer only
  uint64_t next_incarnation = 0;
  bool faults = false;  // calls may fail without being wrong
  bool verbose = false;
  bool lone = true;  // only one writer
  std::atomic<bool> stop{false};
  // A create or drop whose outcome nobody knows; such a life ends.
  std::string maybe_created;
  std::string maybe_dropped;

  // The first one stays.
  void Violate(const std::string& text) EXCLUDES(mutex);
  std::string violation() EXCLUDES(mutex);

 private:
  Mutex mutex;
  std::string violation_ GUARDED_BY(mutex);
};

// "rev..." families are ordered backwards.
bool IsReversed(const std::string& name);
StoreOptions RandomStoreOptions(Random* random, const std::string& name);

class Writer {
 public:
  // `mine` is what the store holds of the writer's keys; `next_index` continues its markers.
  Writer(World* world, int id, uint64_t seed, State mine, uint64_t next_index,
         uint64_t next_sequence);
  ~Writer();

  // One random operation. False when the writer has to stop.
  bool Step();
  // Verifies and gives back the snapshots; the store is about to be closed.
  void Finish();

  const std::vector<Batch>& batches() const { return batches_; }
  uint64_t next_index() const { return next_index_; }
  bool any_unlogged() const { return any_unlogged_; }
  const std::map<std::pair<uint64_t, std::string>, UnloggedKey>& unlogged() const {
    return unlogged_;
  }
  void SetUnlogged(std::map<std::pair<uint64_t, std::string>, UnloggedKey> unlogged) {
    unlogged_ = std::move(unlogged);
  }
  uint64_t operations() const { return operations_; }

 private:
  struct Held {
    const Snapshot* snapshot;
    State state;
  };

  bool Frozen() const { return world_->fs->frozen(); }
  // Reports an error that nothing explains.
  void CheckStatus(const Status& s, const char* what);
  void Trace(const std::string& line) const;
  Family* AnyFamily();
  std::string RandomKey();
  std::string RandomValue();
  Op RandomOp(const Family& family, std::map<std::string, int>* single_deletes);

  void WriteBatch();
  void WriteUnlogged();
  // The call has told its first number: what does that say about earlier calls that failed?
  // Decides which of the calls that failed have happened, now that `next` has been given a number.
  void Resolve(const Batch& next);
  // Whether the store is as it must be when those of the failed calls happened whose bit is set.
  bool Explains(uint32_t choice, const Batch& next);
  void CheckGet();
  void CheckMultiGet();
  void CheckScan();
  void CheckFamily(const Family& family, const FamilyModel& model, const Snapshot* snapshot);
  void CheckPairs();
  void TakeSnapshot();
  void CheckSnapshot(bool release);
  void FlushFamily();
  void FlushLog();
  void Compact();
  void CreateFamily();
  void DropFamily();
  void ChangeOptions();
  void Recover();

  World* const world_;
  const int id_;
  Random random_;
  State mine_;
  std::vector<Batch> batches_;
  std::vector<size_t> unknown_;  // positions in batches_ of calls that failed
  std::vector<Held> snapshots_;
  std::map<std::pair<uint64_t, std::string>, UnloggedKey> unlogged_;
  uint64_t next_index_;
  uint64_t next_sequence_;  // lone writers only
  bool any_unlogged_ = false;
  bool finished_ = false;
  uint64_t operations_ = 0;
  int failures_ = 0;
};

}  // namespace aether::sim

#endif  // AETHER_TESTS_SIM_WRITER_H_
