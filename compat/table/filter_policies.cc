#include "compat/table/filter_policies.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "compat/options/customizable_util.h"

namespace rocksdb {

namespace {

constexpr double kCustomaryBitsPerKey = 10.0;

int Millibits(double bits_per_key) {
  if (bits_per_key < 0.5) return 0;
  if (bits_per_key < 1.0) return 1000;
  if (!(bits_per_key < 100.0)) return 100000;  // not a number, too
  return static_cast<int>(std::lround(bits_per_key * 1000.0));
}

class BloomFilter final : public BuiltinFilter {
 public:
  using BuiltinFilter::BuiltinFilter;
  static const char* kClassName() { return "bloomfilter"; }
  static const char* kNickName() { return "rocksdb.BloomFilter"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  std::string GetId() const override { return std::string(Name()) + ":" + BitsText() + ":false"; }
};

class RibbonFilter final : public BuiltinFilter {
 public:
  RibbonFilter(double bits_per_key, int bloom_before_level)
      : BuiltinFilter(bits_per_key), bloom_before_level_(bloom_before_level) {}
  static const char* kClassName() { return "ribbonfilter"; }
  static const char* kNickName() { return "rocksdb.RibbonFilter"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  std::string GetId() const override {
    return std::string(Name()) + ":" + BitsText() + ":" + std::to_string(bloom_before_level_);
  }

 private:
  const int bloom_before_level_;
};

// Policies by the names of formats: "rocksdb.BuiltinBloomFilter" reads and never writes; the
// internal ones have a size.
class NamedFilter final : public BuiltinFilter {
 public:
  NamedFilter(const char* name, double bits_per_key, bool sized)
      : BuiltinFilter(bits_per_key), name_(name), sized_(sized) {}
  const char* Name() const override { return name_; }
  std::string GetId() const override {
    return sized_ ? std::string(name_) + ":" + BitsText() : std::string(name_);
  }

 private:
  const char* const name_;
  const bool sized_;
};

using Guard = std::unique_ptr<const FilterPolicy>;

// The number behind the n-th colon of id.
double NumberBehindColon(const std::string& id, int n) {
  size_t at = 0;
  for (int i = 0; i < n; ++i) {
    at = id.find(':', at);
    if (at == std::string::npos) return 0;
    ++at;
  }
  return std::strtod(id.c_str() + at, nullptr);
}

}  // namespace

BuiltinFilter::BuiltinFilter(double bits_per_key) : millibits_(Millibits(bits_per_key)) {}

bool BuiltinFilter::IsInstanceOf(const std::string& name) const {
  return name == kClassName() || name == GetId() || FilterPolicy::IsInstanceOf(name);
}

std::string BuiltinFilter::BitsText() const {
  char text[32];
  snprintf(text, sizeof(text), "%g", bits_per_key());
  return text;
}

double FilterBitsPerKey(const FilterPolicy* policy) {
  if (policy == nullptr) return 0;
  const auto* const builtin = dynamic_cast<const BuiltinFilter*>(policy);
  return builtin != nullptr ? builtin->bits_per_key() : kCustomaryBitsPerKey;
}

FilterPolicy::~FilterPolicy() {}

FilterBuildingContext::FilterBuildingContext(const BlockBasedTableOptions& _table_options)
    : table_options(_table_options) {}

const FilterPolicy* NewBloomFilterPolicy(double bits_per_key, bool) {
  return new BloomFilter(bits_per_key);
}

const FilterPolicy* NewRibbonFilterPolicy(double bloom_equivalent_bits_per_key,
                                          int bloom_before_level) {
  return new RibbonFilter(bloom_equivalent_bits_per_key, bloom_before_level);
}

void RegisterFilterPolicies(ObjectLibrary& library) {
  using Entry = ObjectLibrary::PatternEntry;
  const auto bloom = [](const std::string& id, Guard* guard, std::string*) {
    guard->reset(NewBloomFilterPolicy(NumberBehindColon(id, 1)));
    return guard->get();
  };
  const auto ribbon = [](const std::string& id, Guard* guard, std::string*) {
    guard->reset(NewRibbonFilterPolicy(NumberBehindColon(id, 1),
                                       static_cast<int>(NumberBehindColon(id, 2))));
    return guard->get();
  };
  const auto bits = [](const char* name, const char* nick) {
    return Entry(name, false).AnotherName(nick).AddNumber(":", false);
  };
  library.AddFactory<const FilterPolicy>(bits(BloomFilter::kClassName(), BloomFilter::kNickName()),
                                         bloom);
  for (const char* legacy : {":true", ":false"}) {
    library.AddFactory<const FilterPolicy>(
        bits(BloomFilter::kClassName(), BloomFilter::kNickName()).AddSuffix(legacy), bloom);
  }
  library.AddFactory<const FilterPolicy>(
      bits(RibbonFilter::kClassName(), RibbonFilter::kNickName()), ribbon);
  library.AddFactory<const FilterPolicy>(
      bits(RibbonFilter::kClassName(), RibbonFilter::kNickName()).AddNumber(":", true), ribbon);
  library.AddFactory<const FilterPolicy>(
      BuiltinFilter::kCompatibilityName(), [](const std::string&, Guard* guard, std::string*) {
        guard->reset(new NamedFilter(BuiltinFilter::kCompatibilityName(), 0, false));
        return guard->get();
      });
  for (const char* name :
       {"rocksdb.internal.LegacyBloomFilter", "rocksdb.internal.FastLocalBloomFilter",
        "rocksdb.internal.Standard128RibbonFilter"}) {
    library.AddFactory<const FilterPolicy>(
        Entry(name, false).AddNumber(":", false),
        [name](const std::string& id, Guard* guard, std::string*) {
          guard->reset(new NamedFilter(name, NumberBehindColon(id, 1), true));
          return guard->get();
        });
  }
}

Status FilterPolicy::CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                      std::shared_ptr<const FilterPolicy>* result) {
  return CreateShared(config_options, value, result);
}

}  // namespace rocksdb
