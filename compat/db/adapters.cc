#include "compat/db/adapters.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "compat/db/slices.h"
#include "compat/db/telemetry.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/comparator.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/statistics.h"
#include "rocksdb/write_buffer_manager.h"

namespace rocksdb {

namespace {

class OrderAdapter final : public aether::Comparator {
 public:
  explicit OrderAdapter(const rocksdb::Comparator* comparator)
      : aether::Comparator(false, comparator->CanKeysWithDifferentByteContentsBeEqual()),
        comparator_(comparator) {}
  int Compare(aether::Slice a, aether::Slice b) const override {
    PerfAdd(&PerfContext::user_key_comparison_count);
    return comparator_->Compare(FromEngine(a), FromEngine(b));
  }
  const char* Name() const override { return comparator_->Name(); }

 private:
  const rocksdb::Comparator* const comparator_;
};

class MergeAdapter final : public aether::MergeOperator {
 public:
  MergeAdapter(std::shared_ptr<rocksdb::MergeOperator> op, std::shared_ptr<Logger> logger,
               std::shared_ptr<Statistics> statistics)
      : operator_(std::move(op)), logger_(std::move(logger)), statistics_(std::move(statistics)) {}

  const char* Name() const override { return operator_->Name(); }

  bool FullMerge(aether::Slice key, const aether::Slice* existing,
                 const std::vector<aether::Slice>& operands, std::string* result) const override {
    std::vector<Slice> list;
    list.reserve(operands.size());
    for (const aether::Slice& operand : operands) list.push_back(FromEngine(operand));
    const Slice user_key = FromEngine(key);
    Slice base;
    if (existing != nullptr) base = FromEngine(*existing);
    // An operator may name one of its inputs as the result instead of copying it.
    Slice chosen(nullptr, 0);
    result->clear();
    const rocksdb::MergeOperator::MergeOperationInput in(
        user_key, existing == nullptr ? nullptr : &base, list, logger_.get());
    rocksdb::MergeOperator::MergeOperationOutput out(*result, chosen);
    {
      const PerfTimer perf(&PerfContext::merge_operator_time_nanos);
      const TickerTimer time(statistics_.get(), MERGE_OPERATION_TOTAL_TIME);
      if (!operator_->FullMergeV2(in, &out)) {
        Tick(statistics_.get(), NUMBER_MERGE_FAILURES);
        return false;
      }
    }
    PerfAdd(&PerfContext::internal_merge_count, operands.size());
    // What reads have to merge is of interest, and not what is merged once and for all.
    if (statistics_ != nullptr && !in_background) {
      statistics_->recordInHistogram(READ_NUM_MERGE_OPERANDS, operands.size());
    }
    if (chosen.data() != nullptr) result->assign(chosen.data(), chosen.size());
    return true;
  }

  bool PartialMerge(aether::Slice key, const std::vector<aether::Slice>& operands,
                    std::string* result) const override {
    std::deque<Slice> list;
    for (const aether::Slice& operand : operands) list.push_back(FromEngine(operand));
    result->clear();
    const TickerTimer time(statistics_.get(), MERGE_OPERATION_TOTAL_TIME);
    return operator_->PartialMergeMulti(FromEngine(key), list, result, logger_.get());
  }

 private:
  const std::shared_ptr<rocksdb::MergeOperator> operator_;
  const std::shared_ptr<Logger> logger_;
  const std::shared_ptr<Statistics> statistics_;
};

class FilterAdapter final : public aether::CompactionFilter {
 public:
  // `owned` may be empty: then the application keeps the filter alive.
  FilterAdapter(const rocksdb::CompactionFilter* filter,
                std::unique_ptr<rocksdb::CompactionFilter> owned,
                std::shared_ptr<Statistics> statistics)
      : filter_(filter), owned_(std::move(owned)), statistics_(std::move(statistics)) {}

  Decision Filter(int level, aether::Slice key, aether::EntryType type, aether::Slice value,
                  std::string* new_value, std::string* skip_until) override {
    const auto kind = type == aether::EntryType::kMerge
                          ? rocksdb::CompactionFilter::ValueType::kMergeOperand
                          : rocksdb::CompactionFilter::ValueType::kValue;
    const TickerTimer time(statistics_.get(), FILTER_OPERATION_TOTAL_TIME);
    return ToEngine(
        filter_->FilterV2(level, FromEngine(key), kind, FromEngine(value), new_value, skip_until));
  }

  bool FilterKey(int level, aether::Slice key, Decision* decision, std::string* new_value,
                 std::string* skip_until) override {
    const auto said = filter_->FilterBlobByKey(level, FromEngine(key), new_value, skip_until);
    *decision = ToEngine(said);
    return said != rocksdb::CompactionFilter::Decision::kUndetermined;
  }

 private:
  static Decision ToEngine(rocksdb::CompactionFilter::Decision decision) {
    switch (decision) {
      case rocksdb::CompactionFilter::Decision::kRemove:
        return Decision::kRemove;
      case rocksdb::CompactionFilter::Decision::kChangeValue:
        return Decision::kChangeValue;
      case rocksdb::CompactionFilter::Decision::kRemoveAndSkipUntil:
        return Decision::kRemoveAndSkipUntil;
      case rocksdb::CompactionFilter::Decision::kPurge:
        return Decision::kPurge;
      default:
        // Whatever cannot be decided stays; the other decisions are those of the stacked BlobDB.
        return Decision::kKeep;
    }
  }

  const rocksdb::CompactionFilter* const filter_;
  const std::unique_ptr<rocksdb::CompactionFilter> owned_;
  const std::shared_ptr<Statistics> statistics_;
};

// Filters that keep to snapshots are left out, as CompactRange says.
class FilterFactoryAdapter final : public aether::CompactionFilterFactory {
 public:
  FilterFactoryAdapter(const rocksdb::CompactionFilter* filter,
                       std::shared_ptr<rocksdb::CompactionFilterFactory> factory,
                       std::shared_ptr<Statistics> statistics)
      : filter_(filter), factory_(std::move(factory)), statistics_(std::move(statistics)) {}

  std::unique_ptr<aether::CompactionFilter> Create(const Context& context) override {
    if (filter_ != nullptr) {
      return filter_->IgnoreSnapshots()
                 ? std::make_unique<FilterAdapter>(filter_, nullptr, statistics_)
                 : nullptr;
    }
    rocksdb::CompactionFilter::Context in;
    in.is_full_compaction = context.full;
    in.is_manual_compaction = context.manual;
    in.column_family_id = context.family;
    in.reason = TableFileCreationReason::kCompaction;
    if (!factory_->ShouldFilterTableFileCreation(in.reason)) return nullptr;
    std::unique_ptr<rocksdb::CompactionFilter> filter = factory_->CreateCompactionFilter(in);
    if (filter == nullptr || !filter->IgnoreSnapshots()) return nullptr;
    const rocksdb::CompactionFilter* const plain = filter.get();
    return std::make_unique<FilterAdapter>(plain, std::move(filter), statistics_);
  }

 private:
  const rocksdb::CompactionFilter* const filter_;
  const std::shared_ptr<rocksdb::CompactionFilterFactory> factory_;
  const std::shared_ptr<Statistics> statistics_;
};

class PrefixAdapter final : public aether::PrefixExtractor {
 public:
  explicit PrefixAdapter(std::shared_ptr<const SliceTransform> transform)
      : transform_(std::move(transform)), name_(transform_->AsString()) {
    // Others may call something else a full length than how many bytes of the key they take.
    size_t length = 0;
    if (transform_->FullLengthEnabled(&length)) {
      const std::string size = "." + std::to_string(length);
      if (name_ == "rocksdb.FixedPrefix" + size || name_ == "rocksdb.CappedPrefix" + size) {
        fixed_length_ = length;
      }
    }
  }
  const std::string& Name() const override { return name_; }
  bool InDomain(aether::Slice key) const override { return transform_->InDomain(FromEngine(key)); }
  aether::Slice Transform(aether::Slice key) const override {
    return ToEngine(transform_->Transform(FromEngine(key)));
  }
  size_t FixedLength() const override { return fixed_length_; }

 private:
  const std::shared_ptr<const SliceTransform> transform_;
  const std::string name_;
  size_t fixed_length_ = 0;
};

class WriteMemoryAdapter final : public aether::WriteMemory {
 public:
  explicit WriteMemoryAdapter(std::shared_ptr<WriteBufferManager> manager)
      : manager_(std::move(manager)) {}
  void Reserve(size_t bytes) override { manager_->ReserveMem(bytes); }
  void Free(size_t bytes) override {
    manager_->ScheduleFreeMem(bytes);
    manager_->FreeMem(bytes);
  }
  bool ShouldFlush() const override { return manager_->ShouldFlush(); }

 private:
  const std::shared_ptr<WriteBufferManager> manager_;
};

class LimiterAdapter final : public aether::IoLimiter {
 public:
  LimiterAdapter(std::shared_ptr<RateLimiter> limiter, std::shared_ptr<Statistics> statistics)
      : limiter_(std::move(limiter)), statistics_(std::move(statistics)) {}
  size_t Request(size_t bytes, size_t alignment, Priority priority, Operation operation) override {
    return limiter_->RequestToken(
        bytes, alignment, priority == Priority::kHigh ? Env::IO_HIGH : Env::IO_LOW,
        statistics_.get(),
        operation == Operation::kRead ? RateLimiter::OpType::kRead : RateLimiter::OpType::kWrite);
  }

 private:
  const std::shared_ptr<RateLimiter> limiter_;
  const std::shared_ptr<Statistics> statistics_;
};

}  // namespace

const aether::Comparator* ToEngineOrder(const Comparator* comparator,
                                        std::unique_ptr<aether::Comparator>* owned) {
  if (comparator == BytewiseComparator()) return aether::BytewiseComparator();
  if (comparator == ReverseBytewiseComparator()) return aether::ReverseBytewiseComparator();
  *owned = std::make_unique<OrderAdapter>(comparator);
  return owned->get();
}

std::shared_ptr<const aether::MergeOperator> ToEngineMerge(
    const ColumnFamilyOptions& options, std::shared_ptr<Logger> logger,
    const std::shared_ptr<Statistics>& statistics) {
  if (options.merge_operator == nullptr) return nullptr;
  return std::make_shared<MergeAdapter>(options.merge_operator, std::move(logger), statistics);
}

std::shared_ptr<aether::CompactionFilterFactory> ToEngineFilter(
    const ColumnFamilyOptions& options, const std::shared_ptr<Statistics>& statistics) {
  if (options.compaction_filter == nullptr && options.compaction_filter_factory == nullptr) {
    return nullptr;
  }
  return std::make_shared<FilterFactoryAdapter>(options.compaction_filter,
                                                options.compaction_filter_factory, statistics);
}

std::shared_ptr<const aether::PrefixExtractor> ToEnginePrefix(
    const std::shared_ptr<const SliceTransform>& transform) {
  return transform == nullptr ? nullptr : std::make_shared<const PrefixAdapter>(transform);
}

std::shared_ptr<aether::WriteMemory> ToEngineWriteMemory(
    const std::shared_ptr<WriteBufferManager>& manager) {
  if (manager == nullptr) return nullptr;
  return std::make_shared<WriteMemoryAdapter>(manager);
}

std::shared_ptr<aether::IoLimiter> ToEngineLimiter(const std::shared_ptr<RateLimiter>& limiter,
                                                   const std::shared_ptr<Statistics>& statistics) {
  if (limiter == nullptr) return nullptr;
  return std::make_shared<LimiterAdapter>(limiter, statistics);
}

}  // namespace rocksdb
