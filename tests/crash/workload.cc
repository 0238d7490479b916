#include "tests/crash/workload.h"

#include <cstdio>
#include <cstdlib>

namespace crash {
namespace {

// splitmix64
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t n) { return Next() % n; }

 private:
  uint64_t state_;
};

Dice DiceFor(uint64_t seed, int writer, uint64_t index) {
  Dice mix(seed * 1000003 + static_cast<uint64_t>(writer));
  return Dice(mix.Next() ^ (index * 0x2545f4914f6cdd1du));
}

std::string SlotKey(int writer, uint64_t slot) {
  char text[32];
  std::snprintf(text, sizeof(text), "w%ds%04u", writer, static_cast<unsigned>(slot));
  return text;
}

std::string ValueFor(Dice* dice, int writer, uint64_t index) {
  std::string value = std::to_string(writer) + "/" + std::to_string(index) + "/";
  const uint64_t size = dice->Below(40) == 0 ? 2000 + dice->Below(6000) : dice->Below(400);
  value.append(size, static_cast<char>('a' + index % 26));
  return value;
}

class Operator final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "crash.operator"; }
  bool Merge(const rocksdb::Slice& key, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* result, rocksdb::Logger*) const override {
    if (key.starts_with("count")) {
      uint64_t sum = std::strtoull(value.ToString().c_str(), nullptr, 10);
      if (existing != nullptr) sum += std::strtoull(existing->ToString().c_str(), nullptr, 10);
      *result = std::to_string(sum);
      return true;
    }
    result->clear();
    if (existing != nullptr) *result = existing->ToString() + ",";
    result->append(value.data(), value.size());
    return true;
  }
};

}  // namespace

bool IsSync(uint64_t seed, int writer, uint64_t index) {
  // The first writer syncs each batch, the others now and then.
  Dice dice = DiceFor(seed + 77, writer, index);
  return writer == 0 || dice.Below(24) == 0;
}

std::vector<Operation> BatchOf(uint64_t seed, int writer, uint64_t index) {
  Dice dice = DiceFor(seed, writer, index);
  std::vector<Operation> batch;
  const int first_family = static_cast<int>(index / kSlots % kFamilies);
  const std::string first_key = SlotKey(writer, index % kSlots);
  if (dice.Below(5) == 0) {
    batch.push_back({Operation::kDelete, first_family, first_key, ""});
  } else {
    batch.push_back({Operation::kPut, first_family, first_key, ValueFor(&dice, writer, index)});
  }
  const uint64_t more = dice.Below(7);
  for (uint64_t i = 0; i < more; ++i) {
    const int family = static_cast<int>(dice.Below(kFamilies));
    const uint64_t slot = dice.Below(kSlots);
    const std::string key = SlotKey(writer, slot);
    const uint64_t choice = dice.Below(20);
    if (choice < 12) {
      batch.push_back({Operation::kPut, family, key, ValueFor(&dice, writer, index)});
    } else if (choice < 15) {
      batch.push_back({Operation::kDelete, family, key, ""});
    } else if (choice < 19) {
      batch.push_back({Operation::kMerge, family, key, "+" + std::to_string(index)});
    } else {
      batch.push_back(
          {Operation::kDeleteRange, family, key, SlotKey(writer, slot + dice.Below(4))});
    }
  }
  batch.push_back(
      {Operation::kMerge, static_cast<int>(index % kFamilies), CounterKey(writer), "1"});
  return batch;
}

std::string CounterKey(int writer) { return "count" + std::to_string(writer); }

uint64_t CounterValue(uint64_t count, int family) {
  uint64_t value = count / kFamilies;
  const uint64_t rest = count % kFamilies;
  // Indices start at 1, so family 0 is served last in each round.
  if (family >= 1 && static_cast<uint64_t>(family) <= rest) ++value;
  return value;
}

Slots SlotsAfter(uint64_t seed, int writer, uint64_t count) {
  Slots slots;
  const uint64_t from = count > kWindow ? count - kWindow + 1 : 1;
  for (uint64_t index = from; index <= count; ++index) {
    for (const Operation& op : BatchOf(seed, writer, index)) {
      if (op.key.rfind("count", 0) == 0) continue;
      const auto place = std::make_pair(op.family, op.key);
      switch (op.kind) {
        case Operation::kPut:
          slots[place] = op.value;
          break;
        case Operation::kDelete:
          slots.erase(place);
          break;
        case Operation::kMerge: {
          const auto [at, fresh] = slots.try_emplace(place, op.value);
          if (!fresh) at->second += "," + op.value;
          break;
        }
        case Operation::kDeleteRange:
          slots.erase(slots.lower_bound(place),
                      slots.lower_bound(std::make_pair(op.family, op.value)));
          break;
      }
    }
  }
  return slots;
}

std::shared_ptr<rocksdb::MergeOperator> NewOperator() { return std::make_shared<Operator>(); }

}  // namespace crash
