// CreateFromString for the kinds that have few or no built-in objects, and those objects.

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "compat/options/customizable_util.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/concurrent_task_limiter.h"
#include "rocksdb/convenience.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_partitioner.h"
#include "rocksdb/table_properties.h"
#include "rocksdb/utilities/options_type.h"
#include "rocksdb/utilities/table_properties_collectors.h"
#include "rocksdb/wal_filter.h"

namespace rocksdb {

namespace {

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

class TaskLimiter final : public ConcurrentTaskLimiter {
 public:
  TaskLimiter(const std::string& name, int32_t limit) : name_(name), limit_(limit) {}
  const std::string& GetName() const override { return name_; }
  void SetMaxOutstandingTask(int32_t limit) override {
    limit_.store(limit, std::memory_order_relaxed);
  }
  void ResetMaxOutstandingTask() override { limit_.store(-1, std::memory_order_relaxed); }
  int32_t GetOutstandingTask() const override { return 0; }

 private:
  const std::string name_;
  std::atomic<int32_t> limit_;
};

// Looks at windows of so many consecutive entries and asks for compaction when one of them, or the
// whole file, holds too many deletions.
class DeletionCollector final : public TablePropertiesCollector {
 public:
  DeletionCollector(size_t window, size_t trigger, double ratio)
      : bucket_size_((window + kBuckets - 1) / kBuckets), trigger_(trigger), ratio_(ratio) {}

  Status AddUserKey(const Slice&, const Slice&, EntryType type, SequenceNumber, uint64_t) override {
    const bool deletion = type == kEntryDelete || type == kEntrySingleDelete;
    ++entries_;
    deletions_ += deletion ? 1 : 0;
    if (need_compaction_ || bucket_size_ == 0) return Status::OK();
    if (in_bucket_ == bucket_size_) {
      current_ = (current_ + 1) % kBuckets;
      in_window_ -= buckets_[current_];
      buckets_[current_] = 0;
      in_bucket_ = 0;
    }
    ++in_bucket_;
    if (deletion) {
      ++buckets_[current_];
      if (++in_window_ >= trigger_) need_compaction_ = true;
    }
    return Status::OK();
  }

  Status Finish(UserCollectedProperties*) override {
    if (ratio_ > 0 && ratio_ <= 1 && entries_ > 0 &&
        static_cast<double>(deletions_) / static_cast<double>(entries_) >= ratio_) {
      need_compaction_ = true;
    }
    return Status::OK();
  }

  UserCollectedProperties GetReadableProperties() const override {
    return UserCollectedProperties();
  }
  const char* Name() const override { return "CompactOnDeletionCollector"; }
  bool NeedCompact() const override { return need_compaction_; }

 private:
  static constexpr size_t kBuckets = 128;
  const size_t bucket_size_;
  const size_t trigger_;
  const double ratio_;
  size_t buckets_[kBuckets] = {};
  size_t current_ = 0;
  size_t in_bucket_ = 0;
  size_t in_window_ = 0;
  uint64_t entries_ = 0;
  uint64_t deletions_ = 0;
  bool need_compaction_ = false;
};

// Atomics cannot be plain options: they are read and written through these functions.
template <typename T, typename Parse>
OptionTypeInfo AtomicOption(int offset, OptionType type, Parse parse) {
  OptionTypeInfo info(offset, type, OptionVerificationType::kNormal, OptionTypeFlags::kMutable);
  info.SetParseFunc(
      [parse](const ConfigOptions&, const std::string&, const std::string& value, void* at) {
        static_cast<std::atomic<T>*>(at)->store(parse(value));
        return Status::OK();
      });
  info.SetSerializeFunc(
      [](const ConfigOptions&, const std::string&, const void* at, std::string* value) {
        *value = std::to_string(static_cast<const std::atomic<T>*>(at)->load());
        return Status::OK();
      });
  info.SetEqualsFunc(
      [](const ConfigOptions&, const std::string&, const void* a, const void* b, std::string*) {
        return static_cast<const std::atomic<T>*>(a)->load() ==
               static_cast<const std::atomic<T>*>(b)->load();
      });
  return info;
}

// Offsets are those of three consecutive words; the struct that holds them is private to its class.
const OptionInfos& DeletionCollectorInfos() {
  const auto size = [](const std::string& text) {
    return static_cast<size_t>(std::strtoull(text.c_str(), nullptr, 10));
  };
  const auto ratio = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };
  static const auto* const infos =
      new OptionInfos{{"window_size", AtomicOption<size_t>(0, OptionType::kUnknown, size)},
                      {"deletion_trigger", AtomicOption<size_t>(8, OptionType::kUnknown, size)},
                      {"deletion_ratio", AtomicOption<double>(16, OptionType::kUnknown, ratio)}};
  return *infos;
}

}  // namespace

ConcurrentTaskLimiter* NewConcurrentTaskLimiter(const std::string& name, int32_t limit) {
  return new TaskLimiter(name, limit);
}

CompactOnDeletionCollectorFactory::CompactOnDeletionCollectorFactory(size_t sliding_window_size,
                                                                     size_t deletion_trigger,
                                                                     double deletion_ratio)
    : sliding_window_size_(sliding_window_size),
      deletion_trigger_(deletion_trigger),
      deletion_ratio_(deletion_ratio) {
  static_assert(sizeof(std::atomic<size_t>) == 8 && sizeof(std::atomic<double>) == 8);
  RegisterOptions("", &sliding_window_size_, &DeletionCollectorInfos());
}

TablePropertiesCollector* CompactOnDeletionCollectorFactory::CreateTablePropertiesCollector(
    TablePropertiesCollectorFactory::Context) {
  return new DeletionCollector(GetWindowSize(), GetDeletionTrigger(), GetDeletionRatio());
}

std::string CompactOnDeletionCollectorFactory::ToString() const {
  char ratio[32];
  snprintf(ratio, sizeof(ratio), "%g", GetDeletionRatio());
  return std::string(Name()) + " (Sliding window size = " + std::to_string(GetWindowSize()) +
         " Deletion trigger = " + std::to_string(GetDeletionTrigger()) +
         " Deletion ratio = " + ratio + ")";
}

std::shared_ptr<CompactOnDeletionCollectorFactory> NewCompactOnDeletionCollectorFactory(
    size_t sliding_window_size, size_t deletion_trigger, double deletion_ratio) {
  return std::make_shared<CompactOnDeletionCollectorFactory>(sliding_window_size, deletion_trigger,
                                                             deletion_ratio);
}

PartitionerResult SstPartitionerFixedPrefix::ShouldPartition(const PartitionerRequest& request) {
  const Slice& before = *request.prev_user_key;
  const Slice& now = *request.current_user_key;
  const Slice prefix_before(before.data(), std::min(before.size(), len_));
  const Slice prefix_now(now.data(), std::min(now.size(), len_));
  return prefix_before == prefix_now ? kNotRequired : kRequired;
}

bool SstPartitionerFixedPrefix::CanDoTrivialMove(const Slice& smallest_user_key,
                                                 const Slice& largest_user_key) {
  return ShouldPartition(PartitionerRequest(smallest_user_key, largest_user_key, 0)) ==
         kNotRequired;
}

SstPartitionerFixedPrefixFactory::SstPartitionerFixedPrefixFactory(size_t len) : len_(len) {
  static const auto* const infos = new OptionInfos{{"length", {0, OptionType::kSizeT}}};
  RegisterOptions("Length", &len_, infos);
}

std::unique_ptr<SstPartitioner> SstPartitionerFixedPrefixFactory::CreatePartitioner(
    const SstPartitioner::Context&) const {
  return std::make_unique<SstPartitionerFixedPrefix>(len_);
}

std::shared_ptr<SstPartitionerFactory> NewSstPartitionerFixedPrefixFactory(size_t prefix_len) {
  return std::make_shared<SstPartitionerFixedPrefixFactory>(prefix_len);
}

void RegisterMiscFactories(ObjectLibrary& library) {
  RegisterFileChecksums(library);
  RegisterEncryption(library);
  library.AddFactory<SstPartitionerFactory>(
      SstPartitionerFixedPrefixFactory::kClassName(),
      [](const std::string&, std::unique_ptr<SstPartitionerFactory>* guard, std::string*) {
        guard->reset(new SstPartitionerFixedPrefixFactory(0));
        return guard->get();
      });
  library.AddFactory<TablePropertiesCollectorFactory>(
      CompactOnDeletionCollectorFactory::kClassName(),
      [](const std::string&, std::unique_ptr<TablePropertiesCollectorFactory>* guard,
         std::string*) {
        guard->reset(new CompactOnDeletionCollectorFactory(0, 0, 0));
        return guard->get();
      });
}

Status SstPartitionerFactory::CreateFromString(const ConfigOptions& options,
                                               const std::string& value,
                                               std::shared_ptr<SstPartitionerFactory>* result) {
  return CreateShared(options, value, result);
}

Status TablePropertiesCollectorFactory::CreateFromString(
    const ConfigOptions& options, const std::string& value,
    std::shared_ptr<TablePropertiesCollectorFactory>* result) {
  return CreateShared(options, value, result);
}

Status CompactionFilter::CreateFromString(const ConfigOptions& config_options,
                                          const std::string& name,
                                          const CompactionFilter** result) {
  CompactionFilter* filter = const_cast<CompactionFilter*>(*result);
  Status s = CreateStatic(config_options, name, &filter);
  if (s.ok()) *result = filter;
  return s;
}

Status CompactionFilterFactory::CreateFromString(const ConfigOptions& config_options,
                                                 const std::string& name,
                                                 std::shared_ptr<CompactionFilterFactory>* result) {
  return CreateShared(config_options, name, result);
}

Status EventListener::CreateFromString(const ConfigOptions& options, const std::string& id,
                                       std::shared_ptr<EventListener>* result) {
  return CreateShared(options, id, result);
}

Status WalFilter::CreateFromString(const ConfigOptions& options, const std::string& value,
                                   WalFilter** result) {
  return CreateStatic(options, value, result);
}

void CancelAllBackgroundWork(DB* db, bool wait) {
  db->DisableManualCompaction();
  if (wait) db->PauseBackgroundWork().PermitUncheckedError();
}

}  // namespace rocksdb
