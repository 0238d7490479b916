// Values that carry the time of their writing, and the plug-ins of a family of such values.
//
//   stored value   := value time:fixed32
//   stored operand := operand time:fixed32       seconds since 1970, little-endian
//
// Thread safety: as CompactionFilter, CompactionFilterFactory and MergeOperator ask for.
// Failure: a value without a believable time is Corruption to readers. Merges fail for one that is
// too short; the filter keeps it.

#ifndef AETHER_COMPAT_UTILITIES_TTL_VALUES_H_
#define AETHER_COMPAT_UTILITIES_TTL_VALUES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "rocksdb/compaction_filter.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

inline constexpr size_t kTtlStampSize = 4;
// No such value was ever written before; what says so has no stamp.
inline constexpr uint32_t kOldestTtlStamp = 1368146402;

// REQUIRES: value.size() >= kTtlStampSize.
uint32_t TtlStampOf(const Slice& value);
void AppendTtlStamp(std::string* value, uint32_t stamp);
Status AppendTtlStamp(std::string* value, SystemClock* clock);
// OK when the last bytes of the value can be a stamp.
Status CheckTtlValue(const Slice& value);

// Drops what is older than `ttl` seconds (none is when that is not positive), asks the
// application's filter about the rest. It sees values without stamps; a changed value keeps its
// time.
class TtlCompactionFilter final : public CompactionFilter {
 public:
  // `filter` may be null; `owned` too.
  TtlCompactionFilter(int32_t ttl, std::shared_ptr<SystemClock> clock,
                      const CompactionFilter* filter, std::unique_ptr<CompactionFilter> owned);

  const char* Name() const override { return "TtlCompactionFilter"; }
  bool Filter(int level, const Slice& key, const Slice& value, std::string* new_value,
              bool* value_changed) const override;

 private:
  bool IsStale(const Slice& value) const;

  const int32_t ttl_;
  const std::shared_ptr<SystemClock> clock_;
  const std::unique_ptr<CompactionFilter> owned_;
  const CompactionFilter* const filter_;
};

class TtlCompactionFilterFactory final : public CompactionFilterFactory {
 public:
  // `factory`: the application's; may be null.
  TtlCompactionFilterFactory(int32_t ttl, std::shared_ptr<SystemClock> clock,
                             std::shared_ptr<CompactionFilterFactory> factory);

  const char* Name() const override { return "TtlCompactionFilterFactory"; }
  std::unique_ptr<CompactionFilter> CreateCompactionFilter(
      const CompactionFilter::Context& context) override;
  // For filters that are made afterwards.
  void SetTtl(int32_t ttl) { ttl_.store(ttl, std::memory_order_relaxed); }

 private:
  std::atomic<int32_t> ttl_;
  const std::shared_ptr<SystemClock> clock_;
  const std::shared_ptr<CompactionFilterFactory> factory_;
};

// The application's operator sees operands and values without stamps; what it makes is written now.
class TtlMergeOperator final : public MergeOperator {
 public:
  TtlMergeOperator(std::shared_ptr<MergeOperator> inner, std::shared_ptr<SystemClock> clock);

  const char* Name() const override { return "TtlMergeOperator"; }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override;
  bool PartialMergeMulti(const Slice& key, const std::deque<Slice>& operands,
                         std::string* new_value, Logger* logger) const override;

 private:
  bool Stamp(std::string* value, Logger* logger) const;

  const std::shared_ptr<MergeOperator> inner_;
  const std::shared_ptr<SystemClock> clock_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_TTL_VALUES_H_
