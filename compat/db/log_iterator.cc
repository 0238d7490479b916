#include "compat/db/log_iterator.h"

#include <utility>

#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "compat/env/status_convert.h"

namespace rocksdb {

namespace {

// The records of a family give way to as many that do nothing.
Status HideFamily(uint32_t hidden, std::string* body) {
  std::string shown;
  bool any = false;
  Slice rest(*body);
  while (!rest.empty()) {
    const char* const begin = rest.data();
    WireRecord record;
    Status s = ReadWireRecord(&rest, &record);
    if (!s.ok()) return s;
    if (record.Counts() && record.family == hidden) {
      const char nothing[] = {static_cast<char>(WireTag::kRangeDelete), 0, 0};
      shown.append(nothing, sizeof(nothing));
      any = true;
    } else {
      shown.append(begin, static_cast<size_t>(rest.data() - begin));
    }
  }
  if (any) body->swap(shown);
  return Status::OK();
}

class LogIteratorImpl final : public TransactionLogIterator {
 public:
  LogIteratorImpl(std::unique_ptr<aether::LogFollower> follower, std::function<uint32_t()> hidden,
                  std::shared_ptr<const std::atomic<bool>> alive)
      : alive_(std::move(alive)), follower_(std::move(follower)), hidden_(std::move(hidden)) {
    Next();
  }

  bool Valid() override { return valid_; }
  Status status() override { return status_; }

  void Next() override {
    if (!status_.ok()) return;
    valid_ = false;
    if (!alive_->load(std::memory_order_acquire)) {
      status_ = Status::Aborted("the DB of the iterator is gone");
      return;
    }
    aether::LoggedBatch logged;
    bool found = false;
    status_ = ToRocks(follower_->Next(&logged, &found));
    if (!status_.ok() || !found) return;
    if (const uint32_t hidden = hidden_(); hidden != UINT32_MAX) {
      status_ = HideFamily(hidden, &logged.body);
      if (!status_.ok()) return;
    }
    std::string contents(kBatchHeaderSize, '\0');
    contents += logged.body;
    batch_ = std::make_unique<WriteBatch>();
    WriteBatchInternal::SetContents(batch_.get(), contents);
    WriteBatchInternal::SetSequence(batch_.get(), logged.first_sequence);
    WriteBatchInternal::SetCount(batch_.get(), logged.count);
    sequence_ = logged.first_sequence;
    valid_ = true;
  }

  // Nothing is there to be handed over twice, or from an iterator that is not valid.
  BatchResult GetBatch() override {
    BatchResult result;
    result.sequence = valid_ ? sequence_ : 0;
    result.writeBatchPtr =
        valid_ && batch_ != nullptr ? std::move(batch_) : std::make_unique<WriteBatch>();
    return result;
  }

 private:
  const std::shared_ptr<const std::atomic<bool>> alive_;
  const std::unique_ptr<aether::LogFollower> follower_;
  const std::function<uint32_t()> hidden_;
  bool valid_ = false;
  Status status_;
  SequenceNumber sequence_ = 0;
  std::unique_ptr<WriteBatch> batch_;
};

}  // namespace

std::unique_ptr<TransactionLogIterator> NewLogIterator(
    std::unique_ptr<aether::LogFollower> follower, std::function<uint32_t()> hidden,
    std::shared_ptr<const std::atomic<bool>> alive) {
  return std::make_unique<LogIteratorImpl>(std::move(follower), std::move(hidden),
                                           std::move(alive));
}

}  // namespace rocksdb
