#include "tests/linearizability/checker.h"

#include <algorithm>
#include <unordered_set>

namespace linearizability {
namespace {

// A call or an answer in the list of what is not yet in order.
struct Entry {
  size_t operation = 0;
  uint64_t time = 0;
  bool is_call = false;
  Entry* match = nullptr;  // the answer of a call
  Entry* before = nullptr;
  Entry* after = nullptr;
};

struct Configuration {
  std::vector<uint64_t> ordered;  // one bit for each operation
  State state;
  bool operator==(const Configuration& other) const {
    return ordered == other.ordered && state == other.state;
  }
};

struct Hash {
  size_t operator()(const Configuration& c) const {
    uint64_t hash = 14695981039346656037u;
    for (const uint64_t word : c.ordered) hash = (hash ^ word) * 1099511628211u;
    for (const uint32_t value : c.state) hash = (hash ^ value) * 1099511628211u;
    return hash ^ (hash >> 29);
  }
};

// False when a read does not find its values in the state.
bool Apply(const Operation& operation, State* state) {
  for (const Cell& cell : operation.cells) {
    uint32_t& value = (*state)[static_cast<size_t>(cell.key)];
    if (operation.writes) {
      value = cell.value;
    } else if (value != cell.value) {
      return false;
    }
  }
  return true;
}

class Search {
 public:
  Search(const History& history, const State& initial) : history_(history) {
    now_.ordered.assign(history.size() / 64 + 1, 0);
    now_.state = initial;
    entries_.resize(2 * history.size());
    std::vector<Entry*> in_time;
    for (size_t i = 0; i < history.size(); ++i) {
      Entry& call = entries_[2 * i];
      Entry& answer = entries_[2 * i + 1];
      call = {i, history[i].called, true, &answer, nullptr, nullptr};
      answer = {i, history[i].answered, false, nullptr, nullptr, nullptr};
      in_time.push_back(&call);
      in_time.push_back(&answer);
    }
    std::sort(in_time.begin(), in_time.end(),
              [](const Entry* a, const Entry* b) { return a->time < b->time; });
    Entry* last = &head_;
    for (Entry* entry : in_time) {
      last->after = entry;
      entry->before = last;
      last = entry;
    }
  }

  Verdict Run(uint64_t configurations_max) {
    Verdict verdict;
    Entry* entry = head_.after;
    while (head_.after != nullptr) {
      if (entry->is_call) {
        entry = TryNext(entry) ? head_.after : entry->after;
        if (seen_.size() > configurations_max) {
          verdict.kind = Verdict::kUndecided;
          verdict.explanation = "no verdict after " + std::to_string(seen_.size()) +
                                " configurations of " + std::to_string(history_.size()) +
                                " operations";
          break;
        }
      } else if (taken_.empty()) {
        verdict.kind = Verdict::kViolated;
        verdict.explanation = Explain();
        break;
      } else {
        entry = TakeBack();
      }
    }
    verdict.configurations = seen_.size();
    return verdict;
  }

 private:
  struct Taken {
    Entry* call;
    State state_before;
  };

  bool TryNext(Entry* call) {
    Configuration next = now_;
    next.ordered[call->operation / 64] |= uint64_t{1} << call->operation % 64;
    if (!Apply(history_[call->operation], &next.state) || !seen_.insert(next).second) return false;
    taken_.push_back({call, now_.state});
    now_ = std::move(next);
    Unlink(call);
    Unlink(call->match);
    if (taken_.size() > longest_.size()) {
      longest_.clear();
      for (const Taken& taken : taken_) longest_.push_back(taken.call->operation);
      longest_state_ = now_.state;
    }
    return true;
  }

  Entry* TakeBack() {
    Entry* const call = taken_.back().call;
    now_.state = taken_.back().state_before;
    now_.ordered[call->operation / 64] &= ~(uint64_t{1} << call->operation % 64);
    taken_.pop_back();
    // In the reverse order of Unlink: each finds its neighbours as it left them.
    Link(call->match);
    Link(call);
    return call->after;
  }

  static void Unlink(Entry* entry) {
    entry->before->after = entry->after;
    if (entry->after != nullptr) entry->after->before = entry->before;
  }
  static void Link(Entry* entry) {
    entry->before->after = entry;
    if (entry->after != nullptr) entry->after->before = entry;
  }

  // The longest order found, its end, and what could not follow.
  std::string Explain() const {
    std::vector<bool> ordered(history_.size(), false);
    for (const size_t operation : longest_) ordered[operation] = true;
    uint64_t first_answer = UINT64_MAX;
    for (size_t i = 0; i < history_.size(); ++i) {
      if (!ordered[i]) first_answer = std::min(first_answer, history_[i].answered);
    }
    std::string out = "no order of all " + std::to_string(history_.size()) +
                      " operations; the longest has " + std::to_string(longest_.size()) +
                      " and ends with\n";
    for (size_t i = longest_.size() > 8 ? longest_.size() - 8 : 0; i < longest_.size(); ++i) {
      out += "    " + Describe(history_[longest_[i]]) + "\n";
    }
    out += "  then the keys are";
    for (const uint32_t value : longest_state_) {
      out += value == kAbsent ? " -" : " " + std::to_string(value);
    }
    out += "; next has to be one of\n";
    for (size_t i = 0; i < history_.size(); ++i) {
      if (!ordered[i] && history_[i].called < first_answer) {
        out += "    " + Describe(history_[i]) + "\n";
      }
    }
    return out;
  }

  const History& history_;
  std::vector<Entry> entries_;
  Entry head_;
  Configuration now_;
  std::vector<Taken> taken_;
  std::unordered_set<Configuration, Hash> seen_;
  std::vector<size_t> longest_;
  State longest_state_;
};

}  // namespace

std::string Describe(const Operation& operation) {
  std::string out = "thread " + std::to_string(operation.thread) + " [" +
                    std::to_string(operation.called) + ", " + std::to_string(operation.answered) +
                    "] " + operation.call + (operation.writes ? " writes" : " finds");
  for (const Cell& cell : operation.cells) {
    out += " " + std::to_string(cell.key) + "=" +
           (cell.value == kAbsent ? "-" : std::to_string(cell.value));
  }
  return out;
}

Verdict CheckGroup(const History& history, int group) {
  Verdict verdict;
  for (const Operation& operation : history) {
    if (operation.writes) continue;
    const Cell* first = nullptr;
    for (const Cell& cell : operation.cells) {
      if (cell.key >= group) continue;
      if (first == nullptr) first = &cell;
      if (cell.value == first->value) continue;
      verdict.kind = Verdict::kViolated;
      verdict.explanation = "a read finds parts of two batches: " + Describe(operation) + "\n";
      return verdict;
    }
  }
  return verdict;
}

Verdict CheckWhole(const History& history, const State& initial, uint64_t configurations_max) {
  return Search(history, initial).Run(configurations_max);
}

Verdict Check(const History& history, const State& initial, int group,
              uint64_t configurations_max) {
  Verdict verdict = CheckGroup(history, group);
  if (verdict.kind != Verdict::kLinearizable) return verdict;
  uint64_t configurations = 0;
  for (size_t key = 0; key < initial.size(); ++key) {
    History projection;
    for (const Operation& operation : history) {
      for (const Cell& cell : operation.cells) {
        if (static_cast<size_t>(cell.key) != key) continue;
        projection.push_back(operation);
        projection.back().cells.assign(1, cell);
      }
    }
    verdict = CheckWhole(projection, initial, configurations_max);
    configurations += verdict.configurations;
    if (verdict.kind != Verdict::kLinearizable) {
      verdict.explanation = "key " + std::to_string(key) + ": " + verdict.explanation;
      return verdict;
    }
  }
  verdict = CheckWhole(history, initial, configurations_max);
  verdict.configurations += configurations;
  return verdict;
}

}  // namespace linearizability
