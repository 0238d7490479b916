#include "tests/sim/oracle.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace aether::sim {
namespace {

bool IsUnlogged(const std::string& key) { return key.rfind("~u", 0) == 0; }

// The newest marker of each writer in what was read.
std::map<int, uint64_t> Markers(const Contents& contents) {
  std::map<int, uint64_t> markers;
  for (const auto& [family, entries] : contents) {
    for (const auto& [key, value] : entries) {
      if (key.rfind("~m", 0) != 0) continue;
      uint64_t& newest = markers[std::atoi(key.c_str() + 2)];
      newest = std::max<uint64_t>(newest, std::strtoull(value.c_str(), nullptr, 10));
    }
  }
  return markers;
}

std::string Name(const Batch& batch) {
  return "batch " + std::to_string(batch.index) + " of writer " + std::to_string(batch.writer) +
         " (sequences " + std::to_string(batch.first_sequence) + ".." +
         std::to_string(batch.last_sequence()) + ")";
}

}  // namespace

std::string MarkerKey(int writer) { return "~m" + std::to_string(writer); }
std::string UnloggedKeyOf(int writer) { return "~u" + std::to_string(writer); }

std::string Number(uint64_t n) {
  char text[24];
  std::snprintf(text, sizeof(text), "%020llu", static_cast<unsigned long long>(n));
  return text;
}

std::vector<uint32_t> ChoicesOf(const std::vector<uint64_t>& counts, uint64_t sum) {
  std::vector<uint32_t> choices;
  for (uint32_t choice = 0; choice < uint32_t{1} << counts.size(); ++choice) {
    uint64_t left = sum;
    for (size_t i = 0; i < counts.size(); ++i) left -= (choice >> i & 1) * counts[i];
    if (left == 0) choices.push_back(choice);
  }
  return choices;
}

std::string Difference(const FamilyModel& expected,
                       const std::vector<std::pair<std::string, std::string>>& found) {
  const auto wanted = InOrder(expected);
  size_t at = 0;
  for (const auto& [key, value] : found) {
    if (IsUnlogged(key)) continue;
    if (at == wanted.size()) return "unexpected key " + Show(key) + " = " + Show(value);
    if (wanted[at].first != key) {
      const bool known = expected.data.count(key) > 0;
      return known ? "missing key " + Show(wanted[at].first)
                   : "unexpected key " + Show(key) + " = " + Show(value);
    }
    if (wanted[at].second != value) {
      return "key " + Show(key) + " has " + Show(value) + ", must have " + Show(wanted[at].second);
    }
    ++at;
  }
  if (at < wanted.size()) return "missing key " + Show(wanted[at].first);
  return "";
}

namespace {

// What the store must hold when these batches have happened.
State StateAfter(const State& base, std::vector<const Batch*> batches) {
  // Unknown ones last: a writer has nothing after them, and others use other keys.
  std::stable_sort(batches.begin(), batches.end(), [](const Batch* a, const Batch* b) {
    if ((a->first_sequence == 0) != (b->first_sequence == 0)) return a->first_sequence != 0;
    return a->first_sequence != 0 ? a->first_sequence < b->first_sequence : a->index < b->index;
  });
  State state = base;
  for (const Batch* batch : batches) state.Apply(*batch);
  return state;
}

std::string Compare(const State& state, const Contents& contents) {
  for (const auto& [family, entries] : contents) {
    const auto expected = state.families.find(family);
    if (expected == state.families.end()) {
      if (!entries.empty()) return "a family that must be empty holds " + Show(entries[0].first);
      continue;
    }
    const std::string difference = Difference(expected->second, entries);
    if (!difference.empty()) return "family " + std::to_string(family) + ": " + difference;
  }
  return "";
}

}  // namespace

std::string JudgeRecovery(const Evidence& evidence, uint64_t recovered_sequence,
                          const Contents& contents, State* state,
                          std::map<std::pair<uint64_t, std::string>, uint64_t>* unlogged) {
  const std::map<int, uint64_t> markers = Markers(contents);
  std::vector<const Batch*> kept;
  std::vector<const Batch*> unsure;
  uint64_t kept_count = 0;
  for (const Batch& batch : evidence.batches) {
    if (batch.first_sequence == 0) {
      const auto marker = markers.find(batch.writer);
      if (marker == markers.end() || marker->second < batch.index) continue;
      if (marker->second == batch.index) {
        kept.push_back(&batch);
        kept_count += batch.count();
      } else {
        unsure.push_back(&batch);
      }
      continue;
    }
    if (batch.last_sequence() <= recovered_sequence) {
      kept.push_back(&batch);
      kept_count += batch.count();
      continue;
    }
    if (batch.first_sequence <= recovered_sequence) {
      return "the recovered sequence " + std::to_string(recovered_sequence) + " halves " +
             Name(batch);
    }
    if (batch.durable) return "lost " + Name(batch) + ", which was promised to survive the machine";
    if (batch.acknowledged && !evidence.machine_died) {
      return "lost " + Name(batch) +
             ", which was acknowledged before the process died; recovered " +
             std::to_string(recovered_sequence);
    }
  }
  // Calls of unknown outcome before a later one of the same writer that happened: some of them have
  // used the numbers that nobody else did. Unlogged writes may have used them too.
  std::vector<uint32_t> choices;
  if (evidence.any_unlogged) {
    for (uint32_t choice = 0; choice < uint32_t{1} << unsure.size(); ++choice) {
      choices.push_back(choice);
    }
  } else {
    if (recovered_sequence < evidence.base_sequence) {
      return "the recovered sequence " + std::to_string(recovered_sequence) +
             " is below that of the last life, " + std::to_string(evidence.base_sequence);
    }
    const uint64_t span = recovered_sequence - evidence.base_sequence;
    std::vector<uint64_t> counts;
    for (const Batch* batch : unsure) counts.push_back(batch->count());
    choices = ChoicesOf(counts, span - kept_count);
    if (choices.empty()) {
      return "a hole: " + std::to_string(span) + " numbers were recovered since " +
             std::to_string(evidence.base_sequence) + ", but the batches that are there use " +
             std::to_string(kept_count);
    }
  }
  std::string first_difference;
  bool explained = false;
  for (size_t i = 0; i < choices.size() && !explained; ++i) {
    std::vector<const Batch*> batches = kept;
    for (size_t k = 0; k < unsure.size(); ++k) {
      if ((choices[i] >> k & 1) != 0) batches.push_back(unsure[k]);
    }
    *state = StateAfter(evidence.base, std::move(batches));
    const std::string difference = Compare(*state, contents);
    explained = difference.empty();
    if (i == 0) first_difference = difference;
  }
  if (!explained) {
    return first_difference + "; recovered sequence " + std::to_string(recovered_sequence) +
           ", base " + std::to_string(evidence.base_sequence);
  }
  std::erase_if(state->families, [&](const auto& f) { return contents.count(f.first) == 0; });
  unlogged->clear();
  for (const auto& [family, entries] : contents) {
    for (const auto& [key, value] : entries) {
      if (!IsUnlogged(key)) continue;
      const uint64_t found = std::strtoull(value.c_str(), nullptr, 10);
      (*unlogged)[{family, key}] = found;
      const auto known = evidence.unlogged.find({family, key});
      if (known == evidence.unlogged.end()) return "unlogged key " + Show(key) + " was never put";
      if (found > known->second.at_most) return "unlogged key " + Show(key) + " is from nowhere";
    }
  }
  for (const auto& [where, bounds] : evidence.unlogged) {
    if (contents.count(where.first) == 0) continue;
    const auto found = unlogged->find(where);
    const uint64_t value = found == unlogged->end() ? 0 : found->second;
    if (value < bounds.at_least) {
      return "unlogged key " + Show(where.second) + " in family " + std::to_string(where.first) +
             " fell back to " + std::to_string(value) + ", flushed was " +
             std::to_string(bounds.at_least);
    }
  }
  return "";
}

}  // namespace aether::sim
