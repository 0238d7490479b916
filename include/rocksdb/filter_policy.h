// FilterPolicy: which membership filter runs carry, and how large it is.

#ifndef AETHER_INCLUDE_ROCKSDB_FILTER_POLICY_H_
#define AETHER_INCLUDE_ROCKSDB_FILTER_POLICY_H_

#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rocksdb/advanced_options.h"
#include "rocksdb/customizable.h"
#include "rocksdb/status.h"
#include "rocksdb/types.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
struct BlockBasedTableOptions;
struct ConfigOptions;
class FilterBitsBuilder;
class FilterBitsReader;
struct FilterBuildingContext {
  FilterBuildingContext(const BlockBasedTableOptions& table_options);
  const BlockBasedTableOptions& table_options;
  CompactionStyle compaction_style = kCompactionStyleLevel;
  int num_levels = -1;
  Logger* info_log = nullptr;
  std::string column_family_name;
  int level_at_creation = -1;
  bool is_bottommost = false;
  TableFileCreationReason reason = TableFileCreationReason::kMisc;
};

class FilterPolicy : public Customizable {
 public:
  virtual ~FilterPolicy();
  static const char* Type() { return "FilterPolicy"; }
  // Names the format, shared by policies that can read each other's filters.
  virtual const char* CompatibilityName() const = 0;
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                 std::shared_ptr<const FilterPolicy>* result);
  virtual FilterBitsBuilder* GetBuilderWithContext(const FilterBuildingContext&) const = 0;
  virtual FilterBitsReader* GetFilterBitsReader(const Slice&) const = 0;
};

// A Bloom filter of this many bits for each key; 10 gives about one percent false answers.
extern const FilterPolicy* NewBloomFilterPolicy(double bits_per_key,
                                                bool IGNORED_use_block_based_builder = false);
// Smaller than Bloom for the same rate of false answers, and slower to build.
extern const FilterPolicy* NewRibbonFilterPolicy(double bloom_equivalent_bits_per_key,
                                                 int bloom_before_level = 0);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_FILTER_POLICY_H_
