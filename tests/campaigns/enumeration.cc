#include "tests/campaigns/enumeration.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/campaigns/machine.h"

namespace aether::campaigns {
namespace {

using sim::Op;
using Ending = Machine::Ending;

struct Operation {
  const char* name;
  Status (*run)(Machine*);
  const char* needs = "";    // a family that has to be there
  const char* creates = "";  // one that must not be there, and is afterwards
  const char* drops = "";
};

// Work that adds operations to the store adds them here.
constexpr Operation kOperations[] = {
    {"put a", [](Machine* m) { return m->Put("default", "a"); }},
    {"sync put b", [](Machine* m) { return m->Put("default", "b", true); }},
    {"put f1 a", [](Machine* m) { return m->Put("f1", "a"); }, "f1"},
    {"put both",
     [](Machine* m) {
       const std::string value = m->NewValue();
       return m->Write({{Op::kPut, "default", "a", value}, {Op::kPut, "f1", "b", value}}, false);
     },
     "f1"},
    {"put f2 a", [](Machine* m) { return m->Put("f2", "a"); }, "f2"},
    {"sync put f1 b", [](Machine* m) { return m->Put("f1", "b", true); }, "f1"},
    {"unlogged put", [](Machine* m) { return m->PutUnlogged("default"); }},
    {"delete a",
     [](Machine* m) {
       return m->Write({{Op::kDelete, "default", "a", ""}}, false);
     }},
    {"delete range",
     [](Machine* m) {
       return m->Write({{Op::kDeleteRange, "default", "a", "b"}}, false);
     }},
    {"merge a",
     [](Machine* m) {
       return m->Write({{Op::kMerge, "default", "a", m->NewValue()}}, false);
     }},
    {"sync log", [](Machine* m) { return m->FlushLog(true); }},
    {"flush", [](Machine* m) { return m->Flush("default"); }},
    {"flush f1", [](Machine* m) { return m->Flush("f1"); }, "f1"},
    {"flush all", [](Machine* m) { return m->FlushAll(); }},
    {"compact", [](Machine* m) { return m->Compact("default", true); }},
    {"compact f1", [](Machine* m) { return m->Compact("f1", false); }, "f1"},
    {"create f2", [](Machine* m) { return m->Create("f2"); }, "", "f2"},
    {"drop f2", [](Machine* m) { return m->Drop("f2"); }, "f2", "", "f2"},
    {"create f1", [](Machine* m) { return m->Create("f1"); }, "", "f1"},
    {"drop f1", [](Machine* m) { return m->Drop("f1"); }, "f1", "", "f1"},
    {"snapshot", [](Machine* m) { return m->TakeSnapshot(); }},
    {"resume", [](Machine* m) { return m->Resume(); }},
    {"reopen", [](Machine* m) { return m->Reopen(Ending::kClose); }},
    {"kill, reopen", [](Machine* m) { return m->Reopen(Ending::kProcess); }},
    {"power cut, reopen", [](Machine* m) { return m->Reopen(Ending::kPower); }},
};
constexpr size_t kLongest = 3;
constexpr uint64_t kSyncsOfRecovery = 8;  // about

using Workload = std::vector<const Operation*>;

// All workloads of up to `length` operations that can be carried out, short ones first. One with
// an operation on a family that is not there does the same as a shorter one.
std::vector<Workload> AllWorkloads(size_t length) {
  struct Partial {
    Workload operations;
    std::set<std::string> families;
  };
  std::vector<Workload> all;
  std::vector<Partial> longest = {{{}, {"default", "f1"}}};
  for (size_t n = 0;; ++n) {
    for (const Partial& partial : longest) all.push_back(partial.operations);
    if (n == length) return all;
    std::vector<Partial> longer;
    for (const Partial& partial : longest) {
      for (const Operation& operation : kOperations) {
        const bool possible =
            (*operation.needs == '\0' || partial.families.count(operation.needs) > 0) &&
            (*operation.creates == '\0' || partial.families.count(operation.creates) == 0);
        if (!possible) continue;
        Partial next = partial;
        next.operations.push_back(&operation);
        if (*operation.creates != '\0') next.families.insert(operation.creates);
        if (*operation.drops != '\0') next.families.erase(operation.drops);
        longer.push_back(std::move(next));
      }
    }
    longest = std::move(longer);
  }
}

class Enumeration final : public Campaign {
 public:
  explicit Enumeration(const Flags& flags) : flags_(flags), workloads_(AllWorkloads(kLongest)) {
    const size_t mapped = flags.full ? kLongest - 1 : kLongest - 2;
    while (mapped_ < workloads_.size() && workloads_[mapped_].size() <= mapped) ++mapped_;
    const size_t separated = flags.full ? kLongest : kLongest - 1;
    while (separated_ < workloads_.size() && workloads_[separated_].size() <= separated) {
      ++separated_;
    }
  }

  uint64_t Strands() const override { return workloads_.size() + mapped_ + separated_; }

  std::string Describe(uint64_t strand, uint64_t index) const override {
    std::string text = Mapped(strand) ? "mapped log: " : Separated(strand) ? "blob files: " : "";
    for (const Operation* operation : Of(strand)) {
      text += std::string(operation->name) + "; ";
    }
    return text + (index % 2 == 0 ? "process" : "machine") + " dies at sync " +
           std::to_string(index / 2 + 1) + " of the last operation";
  }

  Outcome Run(uint64_t strand, uint64_t index) override {
    MachineOptions options;
    options.seed = Mix(flags_.seed, strand, index);
    options.mapped_log = Mapped(strand);
    if (Separated(strand)) {
      options.tree.blob.enabled = true;
      options.tree.blob.collect_garbage = true;
      options.tree.blob.age_cutoff = 1;
    }
    options.verbose = flags_.verbose;
    Machine machine(options);
    Outcome outcome;
    bool cut = false;
    outcome.faults = 1;
    outcome.violation =
        RunCase(&machine, Of(strand), index / 2 + 1,
                index % 2 == 0 ? Ending::kProcess : Ending::kPower, index == 0, options.seed, &cut);
    // Both deaths behind the last operation end the strand.
    outcome.last = !cut && index % 2 == 1;
    if (!machine.violation().empty()) outcome.violation = machine.violation();
    return outcome;
  }

 private:
  // The few that differ in their options come first.
  bool Separated(uint64_t strand) const { return strand < separated_; }
  bool Mapped(uint64_t strand) const { return !Separated(strand) && strand - separated_ < mapped_; }
  const Workload& Of(uint64_t strand) const {
    if (Separated(strand)) return workloads_[strand];
    if (Mapped(strand)) return workloads_[strand - separated_];
    return workloads_[strand - separated_ - mapped_];
  }

  static std::string Failed(const std::string& what, const Status& s) {
    return s.ok() ? "" : what + " failed without a cause: " + s.ToString();
  }

  static std::string RunCase(Machine* machine, const Workload& operations, uint64_t sync,
                             Ending ending, bool first, uint64_t chance, bool* cut) {
    // Without operations it is the making of the store that is cut short.
    if (!operations.empty()) {
      if (Status s = machine->Ready(); !s.ok()) return Failed("opening", s);
    }
    for (size_t i = 0; i + 1 < operations.size(); ++i) {
      Status s = operations[i]->run(machine);
      if (s.ok() && first) s = machine->CheckReads();
      if (!s.ok()) return Failed(operations[i]->name, s);
    }
    machine->CrashAtSync(sync);
    const Status s = operations.empty() ? machine->Ready() : operations.back()->run(machine);
    // In this order: a background sync may still set off the crash.
    machine->CrashAtSync(0);
    *cut = machine->frozen();
    if (!*cut) {
      if (!s.ok()) return Failed(operations.empty() ? "opening" : operations.back()->name, s);
      if (Status reads = machine->CheckReads(); !reads.ok()) return Failed("reading", reads);
      if (Status reads = machine->CheckSnapshots(false); !reads.ok()) {
        return Failed("reading a snapshot", reads);
      }
    }
    machine->End(ending).Ignore();
    // Every second recovery is cut short as well.
    if (chance % 2 == 0) {
      machine->CrashAtSync(1 + chance / 2 % kSyncsOfRecovery);
      const Status recovered = machine->Ready();
      machine->CrashAtSync(0);
      const bool again = machine->frozen();
      if (again) {
        machine->End(chance / 64 % 2 == 0 ? Ending::kProcess : Ending::kPower).Ignore();
      } else if (!recovered.ok()) {
        return Failed("the opening", recovered);
      }
    }
    if (Status opened = machine->Ready(); !opened.ok()) return Failed("the last opening", opened);
    if (Status put = machine->Put("default", "a", true); !put.ok()) return Failed("a put", put);
    if (Status reads = machine->CheckReads(); !reads.ok()) return Failed("reading at last", reads);
    return "";
  }

  const Flags flags_;
  const std::vector<Workload> workloads_;
  size_t mapped_ = 0;     // so many of them are run on the mapped log too
  size_t separated_ = 0;  // so many with every value in a blob file
};

}  // namespace

std::unique_ptr<Campaign> NewEnumeration(const Flags& flags) {
  return std::make_unique<Enumeration>(flags);
}

}  // namespace aether::campaigns
