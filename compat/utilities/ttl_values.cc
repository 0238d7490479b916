#include "compat/utilities/ttl_values.h"

#include <utility>
#include <vector>

#include "compat/batch/wire_format.h"
#include "rocksdb/env.h"

namespace rocksdb {

namespace {

Slice WithoutStamp(const Slice& value) { return Slice(value.data(), value.size() - kTtlStampSize); }

}  // namespace

uint32_t TtlStampOf(const Slice& value) {
  return LoadFixed32(value.data() + value.size() - kTtlStampSize);
}

void AppendTtlStamp(std::string* value, uint32_t stamp) {
  value->append(reinterpret_cast<const char*>(&stamp), sizeof(stamp));
}

Status AppendTtlStamp(std::string* value, SystemClock* clock) {
  int64_t now = 0;
  Status s = clock->GetCurrentTime(&now);
  if (s.ok()) AppendTtlStamp(value, static_cast<uint32_t>(now));
  return s;
}

Status CheckTtlValue(const Slice& value) {
  if (value.size() < kTtlStampSize) {
    return Status::Corruption("Error: value's length less than timestamp's\n");
  }
  if (TtlStampOf(value) < kOldestTtlStamp) {
    return Status::Corruption("Error: Timestamp < ttl feature release time!\n");
  }
  return Status::OK();
}

// --- the filter ---

TtlCompactionFilter::TtlCompactionFilter(int32_t ttl, std::shared_ptr<SystemClock> clock,
                                         const CompactionFilter* filter,
                                         std::unique_ptr<CompactionFilter> owned)
    : ttl_(ttl),
      clock_(std::move(clock)),
      owned_(std::move(owned)),
      filter_(filter != nullptr ? filter : owned_.get()) {}

bool TtlCompactionFilter::IsStale(const Slice& value) const {
  if (ttl_ <= 0 || value.size() < kTtlStampSize) return false;
  int64_t now = 0;
  // Without a clock nothing grows old.
  if (!clock_->GetCurrentTime(&now).ok()) return false;
  return static_cast<int64_t>(TtlStampOf(value)) + ttl_ < now;
}

bool TtlCompactionFilter::Filter(int level, const Slice& key, const Slice& value,
                                 std::string* new_value, bool* value_changed) const {
  if (IsStale(value)) return true;
  if (filter_ == nullptr || value.size() < kTtlStampSize) return false;
  if (filter_->Filter(level, key, WithoutStamp(value), new_value, value_changed)) return true;
  if (*value_changed) AppendTtlStamp(new_value, TtlStampOf(value));
  return false;
}

TtlCompactionFilterFactory::TtlCompactionFilterFactory(
    int32_t ttl, std::shared_ptr<SystemClock> clock,
    std::shared_ptr<CompactionFilterFactory> factory)
    : ttl_(ttl), clock_(std::move(clock)), factory_(std::move(factory)) {}

std::unique_ptr<CompactionFilter> TtlCompactionFilterFactory::CreateCompactionFilter(
    const CompactionFilter::Context& context) {
  std::unique_ptr<CompactionFilter> inner;
  if (factory_ != nullptr) inner = factory_->CreateCompactionFilter(context);
  return std::make_unique<TtlCompactionFilter>(ttl_.load(std::memory_order_relaxed), clock_,
                                               nullptr, std::move(inner));
}

// --- the merge operator ---

TtlMergeOperator::TtlMergeOperator(std::shared_ptr<MergeOperator> inner,
                                   std::shared_ptr<SystemClock> clock)
    : inner_(std::move(inner)), clock_(std::move(clock)) {}

bool TtlMergeOperator::Stamp(std::string* value, Logger* logger) const {
  const Status s = AppendTtlStamp(value, clock_.get());
  if (s.ok()) return true;
  Error(logger, "A merged value has no time: %s", s.ToString().c_str());
  return false;
}

bool TtlMergeOperator::FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const {
  Slice existing;
  if (in.existing_value != nullptr) {
    if (in.existing_value->size() < kTtlStampSize) {
      Error(in.logger, "The value to merge onto has no time");
      return false;
    }
    existing = WithoutStamp(*in.existing_value);
  }
  std::vector<Slice> operands;
  operands.reserve(in.operand_list.size());
  for (const Slice& operand : in.operand_list) {
    if (operand.size() < kTtlStampSize) {
      Error(in.logger, "An operand to merge has no time");
      return false;
    }
    operands.push_back(WithoutStamp(operand));
  }
  const MergeOperationInput inner_in(in.key, in.existing_value == nullptr ? nullptr : &existing,
                                     operands, in.logger);
  MergeOperationOutput inner_out(out->new_value, out->existing_operand);
  if (!inner_->FullMergeV2(inner_in, &inner_out)) return false;
  if (out->existing_operand.data() != nullptr) {
    out->new_value.assign(out->existing_operand.data(), out->existing_operand.size());
    out->existing_operand = Slice(nullptr, 0);
  }
  return Stamp(&out->new_value, in.logger);
}

bool TtlMergeOperator::PartialMergeMulti(const Slice& key, const std::deque<Slice>& operands,
                                         std::string* new_value, Logger* logger) const {
  std::deque<Slice> plain;
  for (const Slice& operand : operands) {
    if (operand.size() < kTtlStampSize) {
      Error(logger, "An operand to merge has no time");
      return false;
    }
    plain.push_back(WithoutStamp(operand));
  }
  return inner_->PartialMergeMulti(key, plain, new_value, logger) && Stamp(new_value, logger);
}

}  // namespace rocksdb
