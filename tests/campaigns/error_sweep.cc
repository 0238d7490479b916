#include "tests/campaigns/error_sweep.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/campaigns/allocation_faults.h"
#include "tests/campaigns/machine.h"

namespace aether::campaigns {
namespace {

using sim::Op;
using Ending = Machine::Ending;

// --- workloads ---

struct Step {
  const char* name;
  std::function<Status(Machine*)> run;
};

struct Workload {
  const char* name;
  MachineOptions options;
  uint64_t space_step;  // by how many bytes of free space the disk grows from case to case
  uint64_t stride;      // only every so many-th N, unless --full: the seed says which
  std::vector<Step> steps;
};

constexpr uint64_t kSmallSpaceStep = 6000;
constexpr uint64_t kLargeSpaceStep = 2000000;  // where whole log segments are allocated
constexpr uint64_t kLargeStride = 16;

Step Put(const char* family, const char* key, bool sync = false, size_t padding = 0) {
  return {sync ? "sync put" : "put",
          [=](Machine* m) { return m->Put(family, key, sync, padding); }};
}
Step Delete(const char* family, const char* key) {
  return {"delete", [=](Machine* m) { return m->Write({{Op::kDelete, family, key, ""}}, false); }};
}
Step DeleteRange(const char* family, const char* begin, const char* end) {
  return {"delete range", [=](Machine* m) {
            return m->Write({{Op::kDeleteRange, family, begin, end}}, false);
          }};
}
Step Merge(const char* family, const char* key) {
  return {"merge", [=](Machine* m) {
            return m->Write({{Op::kMerge, family, key, m->NewValue()}}, false);
          }};
}
// One batch over both families.
Step PutBoth(const char* key, bool sync = false) {
  return {
      "put in both", [=](Machine* m) {
        const std::string value = m->NewValue();
        return m->Write({{Op::kPut, "default", key, value}, {Op::kPut, "f1", key, value}}, sync);
      }};
}
Step Flush(const char* family) {
  return {"flush", [=](Machine* m) { return m->Flush(family); }};
}
Step FlushAll() {
  return {"flush all", [](Machine* m) { return m->FlushAll(); }};
}
Step FlushLog() {
  return {"sync the log", [](Machine* m) { return m->FlushLog(true); }};
}
Step Compact(const char* family) {
  return {"compact", [=](Machine* m) { return m->Compact(family, true); }};
}
Step WaitForMerges() {
  return {"wait for merges", [](Machine* m) { return m->WaitForMerges(); }};
}
Step Create(const char* family) {
  return {"create", [=](Machine* m) { return m->Create(family); }};
}
Step Drop(const char* family) {
  return {"drop", [=](Machine* m) { return m->Drop(family); }};
}
Step Reopen(Ending ending) {
  return {"reopen", [=](Machine* m) { return m->Reopen(ending); }};
}
Step TakeSnapshot() {
  return {"snapshot", [](Machine* m) { return m->TakeSnapshot(); }};
}
Step CheckSnapshots() {
  return {"check snapshots", [](Machine* m) { return m->CheckSnapshots(true); }};
}
Step CheckReads() {
  return {"read", [](Machine* m) { return m->CheckReads(); }};
}
Step VerifyChecksums() {
  return {"verify checksums", [](Machine* m) { return m->VerifyChecksums(); }};
}

std::vector<Workload> Workloads() {
  std::vector<Workload> list;
  MachineOptions options;
  options.tree.filter_bits_per_key = 10;
  const std::vector<Step> basics = {Put("default", "a"),
                                    Put("f1", "a", true),
                                    PutBoth("b"),
                                    Merge("f1", "b"),
                                    Flush("default"),
                                    Delete("default", "a"),
                                    TakeSnapshot(),
                                    Put("default", "c", true),
                                    CheckSnapshots(),
                                    FlushAll(),
                                    DeleteRange("f1", "a", "b"),
                                    Merge("default", "c"),
                                    FlushLog(),
                                    Compact("default"),
                                    PutBoth("d", true),
                                    CheckReads(),
                                    Reopen(Ending::kClose),
                                    Put("default", "e"),
                                    CheckReads()};
  list.push_back({"basics", options, kSmallSpaceStep, 1, basics});

  // A segment of the simulated mapped log takes long to make.
  options.mapped_log = true;
  options.log_directory = "/logs";
  list.push_back(
      {"mapped log",
       options,
       kLargeSpaceStep,
       kLargeStride,
       {Put("default", "a"), PutBoth("b", true), Flush("default"), Put("f1", "c"), FlushLog(),
        Reopen(Ending::kProcess), Put("default", "d", true), Drop("f1"), CheckReads()}});
  options.mapped_log = false;
  options.log_directory = "";

  list.push_back(
      {"families",
       options,
       kSmallSpaceStep,
       1,
       {Create("f2"), Put("f2", "a", true), PutBoth("a"), Drop("f1"), Create("f1"), Put("f1", "b"),
        FlushAll(), Put("f2", "c"), Drop("f2"), CheckReads(), Reopen(Ending::kProcess),
        Create("f2"), Put("f2", "d"), Drop("f1"), Flush("f2"), CheckReads()}});

  options.tree.fanout = 2;
  options.tree.target_file_size = 8 << 10;
  options.pool_bytes = 64 << 10;
  std::vector<Step> merges;
  for (const char* key : {"a", "b", "c", "d"}) {
    merges.push_back(Put("default", key, false, 6000));
    merges.push_back(Put("default", "z", false, 900));
    merges.push_back(Put("f1", key, false, 40));
    merges.push_back(FlushAll());
  }
  merges.push_back(TakeSnapshot());
  merges.push_back(DeleteRange("default", "b", "d"));
  merges.push_back(WaitForMerges());
  merges.push_back(CheckSnapshots());
  merges.push_back(CheckReads());
  merges.push_back(Compact("default"));
  merges.push_back(VerifyChecksums());
  merges.push_back(Reopen(Ending::kClose));
  merges.push_back(CheckReads());
  list.push_back({"merges", options, kSmallSpaceStep, 1, merges});

  options.tree.blob.enabled = true;
  options.tree.blob.min_size = 30;
  options.tree.blob.file_size = 8 << 10;
  options.tree.blob.codec = Codec::kLz4;
  options.tree.blob.collect_garbage = true;
  options.tree.blob.age_cutoff = 1;
  options.tree.blob.force_threshold = 0.3;
  list.push_back({"blob files", options, kSmallSpaceStep, 1, merges});

  // Flushes keep segments of the log.
  options.tree.blob.codec = Codec::kNone;
  options.mapped_log = true;
  options.small_segments = true;
  std::vector<Step> kept;
  for (const char* key : {"a", "b", "c"}) {
    for (const char* family : {"default", "f1", "default", "default"}) {
      kept.push_back(Put(family, key, false, 3000));
      kept.push_back(Put(family, "z", false, 3000));
    }
    kept.push_back(*key == 'b' ? Flush("default") : FlushAll());
  }
  kept.push_back(CheckReads());
  kept.push_back(Compact("default"));
  kept.push_back(Reopen(Ending::kProcess));
  kept.push_back(VerifyChecksums());
  kept.push_back(CheckReads());
  list.push_back({"values in the log", options, kSmallSpaceStep, 1, kept});
  options = MachineOptions();
  options.tree.compression.fill({Codec::kLz4});
  options.tree.compression.back() = {Codec::kZstd, 1};
  options.pool_bytes = 64 << 10;
  list.push_back({"compressed",
                  options,
                  kSmallSpaceStep,
                  1,
                  {Put("default", "a", false, 6000), Put("f1", "a", false, 40), FlushAll(),
                   Put("default", "a", false, 3000), Put("default", "b", false, 900), FlushAll(),
                   Compact("default"), CheckReads(), VerifyChecksums(), Reopen(Ending::kClose),
                   CheckReads()}});

  // Recovery has more than the memtables take, and one log is held back by the other family.
  options = MachineOptions();
  options.write_buffer_size = 20 << 10;
  options.max_total_wal_size = 16 << 10;
  const std::vector<Step> recovery = {Put("f1", "a"),
                                      Put("default", "a", false, 9000),
                                      Put("default", "b", true, 9000),
                                      Put("default", "c", false, 9000),
                                      Put("default", "d", false, 9000),
                                      Reopen(Ending::kProcess),
                                      PutBoth("e"),
                                      Put("default", "f", false, 9000),
                                      FlushLog(),
                                      Reopen(Ending::kPower),
                                      Put("default", "g", true, 30000),
                                      DeleteRange("default", "a", "c"),
                                      Reopen(Ending::kProcess),
                                      CheckReads()};
  list.push_back({"recovery", options, kSmallSpaceStep, 1, recovery});

  // A batch that needs a log segment of its own.
  options = MachineOptions();
  options.write_buffer_size = 16 << 20;
  list.push_back({"large batch",
                  options,
                  kLargeSpaceStep,
                  kLargeStride,
                  {Put("default", "a"), Put("default", "b", true, 5 << 20), PutBoth("c"),
                   FlushAll(), CheckReads(), Reopen(Ending::kClose), CheckReads()}});
  return list;
}

// --- faults ---

struct FaultKind {
  const char* name;
  uint32_t io;  // 0: no fault of a call
  SimEffect effect;
  uint32_t allocations;
  bool disk_fills;
};

constexpr FaultKind kFaultKinds[] = {
    {"error on open", kSimOpen, SimEffect::kError, 0, false},
    {"no space on open", kSimOpen, SimEffect::kNoSpace, 0, false},
    {"error on read", kSimRead, SimEffect::kError, 0, false},
    {"error on write", kSimWrite, SimEffect::kError, 0, false},
    {"no space on write", kSimWrite, SimEffect::kNoSpace, 0, false},
    {"half a write", kSimWrite, SimEffect::kShort, 0, false},
    {"error on sync", kSimSync, SimEffect::kError, 0, false},
    {"error on sync of a directory", kSimDirSync, SimEffect::kError, 0, false},
    {"error on a name", kSimName, SimEffect::kError, 0, false},
    {"no space on a name", kSimName, SimEffect::kNoSpace, 0, false},
    {"disk full", 0, SimEffect::kNoSpace, 0, true},
    {"no memory for arenas", 0, SimEffect::kError, kArenaBlocks, false},
    {"no memory for buffers", 0, SimEffect::kError, kAlignedBuffers, false},
    {"no memory for arrays", 0, SimEffect::kError, kLargeArrays, false},
};
constexpr uint64_t kKinds = sizeof(kFaultKinds) / sizeof(kFaultKinds[0]);

class ErrorSweep final : public Campaign {
 public:
  explicit ErrorSweep(const Flags& flags) : flags_(flags), workloads_(Workloads()) {}

  uint64_t Strands() const override { return workloads_.size() * kKinds * 2; }

  std::string Describe(uint64_t strand, uint64_t index) const override {
    const FaultKind& kind = kFaultKinds[strand / 2 % kKinds];
    const Workload& workload = workloads_[strand / 2 / kKinds];
    return std::string(workload.name) + ", " + kind.name + ", " +
           (kind.disk_fills ? std::to_string(index * workload.space_step) + " bytes free"
                            : "N=" + std::to_string(Nth(workload, index))) +
           (strand % 2 == 1 ? ", sticky" : ", once");
  }

  Outcome Run(uint64_t strand, uint64_t index) override {
    const uint32_t allocations = kFaultKinds[strand / 2 % kKinds].allocations;
    // Small segments of the simulated mapped log cannot be told from the engine's buffers.
    const bool of_disk =
        workloads_[strand / 2 / kKinds].options.small_segments && allocations == kAlignedBuffers;
    if (of_disk || (flags_.io_only && allocations != 0)) return {true, false, 0, ""};
    Case run(flags_, workloads_[strand / 2 / kKinds], kFaultKinds[strand / 2 % kKinds],
             strand % 2 == 1, Mix(flags_.seed, strand, index), index,
             Nth(workloads_[strand / 2 / kKinds], index));
    return run.Run();
  }

 private:
  uint64_t Nth(const Workload& workload, uint64_t index) const {
    if (flags_.full) return index + 1;
    return index * workload.stride + flags_.seed % workload.stride + 1;
  }

  class Case {
   public:
    Case(const Flags& flags, const Workload& workload, const FaultKind& kind, bool sticky,
         uint64_t seed, uint64_t index, uint64_t nth)
        : workload_(workload),
          kind_(kind),
          sticky_(sticky),
          lost_write_(flags.planted == kPlantedLostWrite),
          // Two of three cases end with a death; which, changes from case to case.
          ending_(static_cast<Ending>(index % 3)),
          resume_at_end_(index / 3 % 2 == 0),
          index_(index),
          nth_(nth),
          machine_(Options(flags, workload, seed)) {}

    Outcome Run() {
      Outcome outcome;
      Arm();
      RunSteps();
      outcome.last = !Reached();
      Repair();
      if (Good()) Finish();
      AllowAllocations();
      outcome.faults = Reached() ? std::max<uint64_t>(1, Faults()) : 0;
      outcome.violation = violation_.empty() ? machine_.violation() : violation_;
      if (!outcome.violation.empty() && !what_failed_.empty()) {
        outcome.violation += "; the first failure was " + what_failed_;
      }
      return outcome;
    }

   private:
    static MachineOptions Options(const Flags& flags, const Workload& workload, uint64_t seed) {
      MachineOptions options = workload.options;
      options.seed = seed;
      options.verbose = flags.verbose;
      return options;
    }

    void Arm() {
      AllowAllocations();
      if (kind_.io != 0) {
        SimFault fault;
        fault.io = kind_.io;
        fault.effect = kind_.effect;
        if (lost_write_ && kind_.io == kSimWrite) fault.effect = SimEffect::kStale;
        fault.nth = nth_;
        fault.sticky = sticky_;
        machine_.Arm(fault);
      } else if (kind_.disk_fills) {
        machine_.fs()->SetFreeSpace(index_ * workload_.space_step);
        machine_.fs()->SetHook([this](const SimIoEvent&) {
          uint64_t free = 0;
          machine_.fs()->FreeSpace(Machine::kPath, &free).Ignore();
          if (free < kShortOfSpace) space_was_short_ = true;
        });
      } else {
        FailAllocation(kind_.allocations, nth_, sticky_);
      }
    }

    uint64_t Faults() const {
      if (kind_.io != 0) return machine_.Faults();
      return kind_.disk_fills ? 1 : FailedAllocations();
    }
    bool Reached() const {
      if (kind_.io != 0) return machine_.Fired();
      return kind_.disk_fills ? failed_ || space_was_short_ : FailedAllocations() > 0;
    }
    void Repair() {
      machine_.fs()->SetHook(nullptr);
      machine_.Repair();
      AllowAllocations();
      repaired_ = true;
    }
    bool Good() const { return violation_.empty() && machine_.violation().empty(); }
    void Violate(const std::string& text) {
      if (violation_.empty()) violation_ = text;
    }

    void RunSteps() {
      for (const Step& step : workload_.steps) {
        Status s;
        try {
          s = step.run(&machine_);
        } catch (const std::exception& e) {
          // The books may have missed what was under way.
          Violate(std::string("an exception left the engine at ") + step.name + ": " + e.what());
        }
        if (!Good()) return;
        if (s.ok()) continue;
        CheckError(step, s);
        if (!Good()) return;
        if (sticky_ || repaired_) continue;
        // The fault was a single one, or is mended now: everything has to work from here on.
        Repair();
        if (!MustSucceed("the next opening", machine_.Ready()) ||
            !MustSucceed("Resume", machine_.Resume()) ||
            !MustSucceed(std::string("after Resume, ") + step.name, step.run(&machine_))) {
          return;
        }
      }
    }

    void CheckError(const Step& step, const Status& s) {
      if (!Reached() && !kind_.disk_fills) {
        Violate(std::string(step.name) + " failed without a cause: " + s.ToString());
      } else if (repaired_) {
        Violate(std::string(step.name) + " failed after repair: " + s.ToString());
      } else if (s.message().empty() && s.subcode() != Status::kMemoryLimit) {
        Violate(std::string(step.name) + " failed without a word: " + s.ToString());
      } else if (kind_.allocations == 0 && !NamesPath(s)) {
        Violate(std::string(step.name) + " failed and names no file: " + s.ToString());
      } else if (!failed_ && kind_.effect == SimEffect::kNoSpace && !s.IsNoSpace()) {
        Violate(std::string(step.name) + " met a full disk and does not say so: " + s.ToString());
      } else if (kind_.allocations != 0 && s.subcode() != Status::kMemoryLimit) {
        Violate(std::string(step.name) + " had no memory and does not say so: " + s.ToString());
      }
      if (!failed_) what_failed_ = std::string(step.name) + ": " + s.ToString();
      failed_ = true;
    }

    bool MustSucceed(const std::string& what, const Status& s) {
      if (!s.ok()) Violate(what + " failed: " + s.ToString());
      return Good();
    }

    // The disk is well again.
    void Finish() {
      if (!MustSucceed("the next opening", machine_.Ready())) return;
      if (resume_at_end_) {
        if (!MustSucceed("Resume", machine_.Resume()) ||
            !MustSucceed("reading", machine_.CheckReads()) ||
            !MustSucceed("a sync put", machine_.Put("default", "last", true)) ||
            !MustSucceed("a put in f1", machine_.Put("f1", "last")) ||
            !MustSucceed("a flush", machine_.FlushAll()) ||
            !MustSucceed("merging", machine_.WaitForMerges()) ||
            !MustSucceed("a put", machine_.Put("default", "last"))) {
          return;
        }
      }
      const Status closed = machine_.End(ending_);
      if (resume_at_end_ && !MustSucceed("the close", closed)) return;
      if (!MustSucceed("the last opening", machine_.Ready()) ||
          !MustSucceed("reading at last", machine_.CheckReads())) {
        return;
      }
      MustSucceed("a put at last", machine_.Put("default", "last", true));
    }

    static constexpr uint64_t kShortOfSpace = 256 << 10;

    const Workload& workload_;
    const FaultKind& kind_;
    const bool sticky_;
    const bool lost_write_;
    const Ending ending_;
    const bool resume_at_end_;
    const uint64_t index_;
    const uint64_t nth_;
    std::atomic<bool> space_was_short_{false};
    bool failed_ = false;
    bool repaired_ = false;
    std::string what_failed_;
    std::string violation_;
    Machine machine_;
  };

  const Flags flags_;
  const std::vector<Workload> workloads_;
};

}  // namespace

std::unique_ptr<Campaign> NewErrorSweep(const Flags& flags) {
  return std::make_unique<ErrorSweep>(flags);
}

}  // namespace aether::campaigns
