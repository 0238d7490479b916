// One simulated machine with one store on it, and everything that the oracle of tests/sim has to
// know to judge the store: what was submitted, what was acknowledged, what was promised to last.
//
// Every operation brings the store up first when it is down, judges it before anything else is done
// with it, and keeps the books whatever the outcome. A violation of a promise is kept in
// violation(); a Status is only what the engine answered, and whether it may answer that is for the
// campaign to say.
//
// Thread safety: none. Invariant: the only writer is the machine itself, so the visible sequence
// before and after a call tells whether a call that failed has happened.

#ifndef AETHER_TESTS_CAMPAIGNS_MACHINE_H_
#define AETHER_TESTS_CAMPAIGNS_MACHINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/sim_file_system.h"
#include "engine/store/db_env.h"
#include "tests/sim/model.h"
#include "tests/sim/oracle.h"

namespace aether::campaigns {

struct MachineOptions {
  uint64_t seed = 1;
  bool mapped_log = false;
  std::string log_directory;  // empty: that of the store
  bool small_segments = false;
  uint64_t write_buffer_size = 64 << 10;
  uint64_t max_total_wal_size = 0;
  uint64_t pool_bytes = 256 << 10;
  TreeOptions tree;
  bool verbose = false;
};

// One record of a batch.
struct Change {
  sim::Op::Kind kind;
  std::string family;
  std::string key;
  std::string value;  // operand; end of a range
};

class Machine {
 public:
  static constexpr char kPath[] = "/store";

  enum class Ending : uint8_t {
    kClose,    // the store is closed, then the process ends
    kProcess,  // the process dies
    kPower,    // the machine dies
  };

  explicit Machine(const MachineOptions& options);
  ~Machine();

  SimFileSystem* fs() { return &fs_; }
  DbEnv* env() { return env_.get(); }
  bool frozen() const { return fs_.frozen(); }
  const std::string& violation() const { return violation_; }
  void Violate(const std::string& text);

  // --- faults ---
  void Arm(const SimFault& fault);
  // Also lifts a limit of space.
  void Repair();
  // Whether the fault was reached.
  bool Fired() const { return Faults() > 0; }
  uint64_t Faults() const { return fs_.counters().faults - faults_before_; }

  // --- life ---
  // The world freezes just before the n-th sync from now, whatever ends in between; 0 takes it
  // back.
  void CrashAtSync(uint64_t n);
  // Opens and judges the store if it is down.
  Status Ready();
  // The store goes away; the world is frozen before a death. After a sync that failed and no Resume
  // the machine always dies, because only that makes the disk honest again. The Status is that of
  // Close; when the world freezes during a close it stays frozen.
  Status End(Ending ending);
  Status Reopen(Ending ending);

  // --- operations ---
  bool Has(const std::string& family) const;
  std::string NewValue() { return "v" + std::to_string(++values_); }
  Status Write(const std::vector<Change>& changes, bool sync);
  Status Put(const std::string& family, const std::string& key, bool sync = false,
             size_t padding = 0) {
    return Write({{sim::Op::kPut, family, key, NewValue() + std::string(padding, '.')}}, sync);
  }
  // A put without a record in the log, to a key that nothing else uses.
  Status PutUnlogged(const std::string& family);
  Status Flush(const std::string& family);
  Status FlushAll();
  Status FlushLog(bool sync);
  Status Compact(const std::string& family, bool force_last_level);
  Status WaitForMerges();
  Status Create(const std::string& family);
  Status Drop(const std::string& family);
  Status Resume();
  Status TakeSnapshot();
  Status CheckSnapshots(bool release);
  // Reads everything in every way: scans, gets, many at once. An error is returned, a wrong answer
  // is a violation.
  Status CheckReads();
  // Reads every page of every run.
  Status VerifyChecksums();

  // --- what the store must hold ---
  struct Family {
    std::string name;
    uint64_t incarnation = 0;
    KvStore* store = nullptr;
  };
  const std::vector<Family>& families() const { return families_; }
  const sim::State& state() const { return state_; }
  const sim::Evidence& evidence() const { return evidence_; }

 private:
  struct Held {
    const Snapshot* snapshot;
    sim::State state;
  };

  // A sync has failed since, so that the disk shows what it does not hold.
  bool DiskLies() const { return sync_fault_ && fs_.counters().faults > made_good_; }
  Status OpenStore();
  Status Judge();
  const Family* Find(const std::string& family) const;
  StoreOptions OptionsFor() const;
  // Whether something of it is in a family that is there. Flushes promise nothing about the others:
  // nothing of them can be read, so only their numbers could be lost, with the end of the log.
  bool Lives(const sim::Batch& batch) const;
  void MarkDurable(const std::function<bool(const sim::Batch&)>& which);
  void ReleaseSnapshots();
  Status CheckFamily(const Family& family, const sim::FamilyModel& model, const Snapshot* snapshot);
  void Trace(const std::string& line) const;
  // A Status as an operation returns it, traced.
  Status Done(const std::string& what, Status s) const;

  const MachineOptions options_;
  SimFileSystem fs_;
  std::unique_ptr<DbEnv> env_;
  bool judged_ = false;
  std::vector<Family> families_;
  std::vector<Held> snapshots_;
  std::string violation_;
  uint64_t values_ = 0;
  uint64_t endings_ = 0;
  uint64_t next_incarnation_ = 0;
  uint64_t next_index_ = 1;
  uint64_t faults_before_ = 0;
  uint64_t crash_at_sync_ = 0;  // of all syncs; 0: none
  bool sync_fault_ = false;     // armed
  uint64_t made_good_ = 0;      // faults before the last Resume or death of the machine

  // The oracle's knowledge.
  bool exists_ = false;                       // was opened once
  sim::State state_;                          // as readers see it
  sim::Evidence evidence_;                    // since the last judgement
  std::map<uint64_t, std::string> promised_;  // families that must exist, by incarnation
  std::set<std::string> maybe_created_;
  std::set<std::string> maybe_dropped_;
  std::map<std::pair<uint64_t, std::string>, uint64_t> highest_unlogged_;
  std::set<std::string> keys_;  // all that were ever used
};

// True when the message says what happened to which path.
bool NamesPath(const Status& s);

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_MACHINE_H_
