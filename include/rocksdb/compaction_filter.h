// CompactionFilter: looks at each entry that a merge of runs writes and may drop or change it.
//
// Thread safety: a filter given in the options is called by several threads at once; one made by a
// factory serves a single merge.

#ifndef AETHER_INCLUDE_ROCKSDB_COMPACTION_FILTER_H_
#define AETHER_INCLUDE_ROCKSDB_COMPACTION_FILTER_H_

#include <cassert>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/customizable.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/types.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class SliceTransform;
class CompactionFilter : public Customizable {
 public:
  enum ValueType {
    kValue,
    kMergeOperand,
    kBlobIndex,
  };

  enum class Decision {
    kKeep,
    kRemove,
    kChangeValue,
    kRemoveAndSkipUntil,
    kChangeBlobIndex,
    kIOError,
    kPurge,
    kUndetermined,
  };

  enum class BlobDecision {
    kKeep,
    kChangeValue,
    kCorruption,
    kIOError,
  };

  struct Context {
    bool is_full_compaction;
    bool is_manual_compaction;
    uint32_t column_family_id;
    TableFileCreationReason reason;
  };

  virtual ~CompactionFilter() {}
  static const char* Type() { return "CompactionFilter"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& name,
                                 const CompactionFilter** result);
  // True drops the value; *value_changed says that *new_value replaces it.
  virtual bool Filter(int, const Slice&, const Slice&, std::string*, bool*) const { return false; }
  virtual bool FilterMergeOperand(int, const Slice&, const Slice&) const { return false; }
  // The general form; the default asks Filter or FilterMergeOperand.
  virtual Decision FilterV2(int level, const Slice& key, ValueType value_type,
                            const Slice& existing_value, std::string* new_value,
                            std::string*) const {
    if (value_type == ValueType::kMergeOperand) {
      return FilterMergeOperand(level, key, existing_value) ? Decision::kRemove : Decision::kKeep;
    }
    if (value_type != ValueType::kValue) return Decision::kKeep;
    bool changed = false;
    if (Filter(level, key, existing_value, new_value, &changed)) return Decision::kRemove;
    return changed ? Decision::kChangeValue : Decision::kKeep;
  }
  virtual BlobDecision PrepareBlobOutput(const Slice&, const Slice&, std::string*) const {
    return BlobDecision::kKeep;
  }
  virtual bool IgnoreSnapshots() const { return true; }
  const char* Name() const override = 0;
  virtual bool IsStackedBlobDbInternalCompactionFilter() const { return false; }
  virtual Decision FilterBlobByKey(int, const Slice&, std::string*, std::string*) const {
    return Decision::kUndetermined;
  }
};

class CompactionFilterFactory : public Customizable {
 public:
  virtual ~CompactionFilterFactory() {}
  static const char* Type() { return "CompactionFilterFactory"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& name,
                                 std::shared_ptr<CompactionFilterFactory>* result);
  virtual bool ShouldFilterTableFileCreation(TableFileCreationReason reason) const {
    return reason == TableFileCreationReason::kCompaction;
  }
  virtual std::unique_ptr<CompactionFilter> CreateCompactionFilter(
      const CompactionFilter::Context& context) = 0;
  virtual const char* Name() const override = 0;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_COMPACTION_FILTER_H_
