#include "compat/iterator/store_iterator.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/batch/wide_column_format.h"
#include "compat/db/slices.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"

namespace rocksdb {

namespace {

// Moves are counted here and handed over at the end: a shared counter at each Next would cost more
// than the Next.
struct MoveCounts {
  uint64_t next = 0;
  uint64_t next_found = 0;
  uint64_t prev = 0;
  uint64_t prev_found = 0;
  uint64_t bytes = 0;
};

const std::atomic<bool> kAlways{true};

class StoreIterator : public Iterator {
 public:
  StoreIterator(std::unique_ptr<aether::Iterator> engine, StoreIteratorOptions&& options)
      : options_(std::move(options)),
        alive_(options_.alive != nullptr ? options_.alive.get() : &kAlways),
        prefix_(options_.prefix.get()),
        statistics_(options_.statistics),
        engine_(std::move(engine)) {
    Tick(statistics_, NO_ITERATOR_CREATED);
  }

  ~StoreIterator() override {
    if (!alive()) return;
    HandOverCounts();
    if (statistics_ == nullptr) return;
    Tick(statistics_, NO_ITERATOR_DELETED);
    Tick(statistics_, NUMBER_DB_NEXT, counts_.next);
    Tick(statistics_, NUMBER_DB_NEXT_FOUND, counts_.next_found);
    Tick(statistics_, NUMBER_DB_PREV, counts_.prev);
    Tick(statistics_, NUMBER_DB_PREV_FOUND, counts_.prev_found);
    Tick(statistics_, ITER_BYTES_READ, counts_.bytes);
  }

  bool Valid() const override { return valid_ && alive(); }
  Slice key() const override { return alive() ? FromEngine(engine_->key()) : Slice(); }
  Slice value() const override { return alive() ? FromEngine(engine_->value()) : Slice(); }

  const WideColumns& columns() const override {
    if (!Valid()) return kNoWideColumns;
    if (!engine_->is_entity()) {
      columns_.assign(1, WideColumn(kDefaultWideColumnName, value()));
    } else if (!ParseWideColumns(FromEngine(engine_->entity()), &columns_).ok()) {
      return kNoWideColumns;
    }
    return columns_;
  }

  void SeekToFirst() override {
    if (!alive()) return;
    const Slice bound = FromEngine(engine_->lower_bound());
    if (!bound.empty()) TraceSeek(kTraceIteratorSeek, bound);
    BeginSeek();
    engine_->SeekToFirst();
    LimitToPrefixOf(engine_->Valid() ? engine_->key() : aether::Slice(), engine_->Valid());
    AfterSeek();
  }
  void SeekToLast() override {
    if (!alive()) return;
    const Slice bound = FromEngine(engine_->upper_bound());
    if (!bound.empty()) TraceSeek(kTraceIteratorSeekForPrev, bound);
    BeginSeek();
    engine_->SeekToLast();
    LimitToPrefixOf(engine_->Valid() ? engine_->key() : aether::Slice(), engine_->Valid());
    AfterSeek();
  }
  void Seek(const Slice& target) override {
    if (!alive()) return;
    TraceSeek(kTraceIteratorSeek, target);
    const HistogramTimer timer(statistics_, DB_SEEK);
    LimitToPrefixOf(ToEngine(target), true);
    BeginSeek();
    engine_->Seek(ToEngine(target));
    AfterSeek();
  }
  void SeekForPrev(const Slice& target) override {
    if (!alive()) return;
    TraceSeek(kTraceIteratorSeekForPrev, target);
    const HistogramTimer timer(statistics_, DB_SEEK);
    LimitToPrefixOf(ToEngine(target), true);
    BeginSeek();
    engine_->SeekForPrev(ToEngine(target));
    AfterSeek();
  }

  void Next() override {
    if (!Valid()) return;
    if (options_.reads == nullptr) [[likely]] {
      engine_->Next();
      valid_ = engine_->Valid() && InPrefix();
      return;
    }
    CountedMove(&aether::Iterator::Next, &PerfContext::iter_next_cpu_nanos);
    ++counts_.next;
    if (valid_) {
      ++counts_.next_found;
      counts_.bytes += Bytes();
    }
  }
  void Prev() override {
    if (!Valid()) return;
    if (options_.reads == nullptr) [[likely]] {
      engine_->Prev();
      valid_ = engine_->Valid() && InPrefix();
      return;
    }
    CountedMove(&aether::Iterator::Prev, &PerfContext::iter_prev_cpu_nanos);
    ++counts_.prev;
    if (valid_) {
      ++counts_.prev_found;
      counts_.bytes += Bytes();
    }
  }

  Status status() const override {
    if (!alive()) return Gone();
    const aether::Status& status = engine_->status();
    if (options_.cache_only && status.code() == aether::Status::kIncomplete) {
      return Status::Incomplete("no blocking io");
    }
    return ToRocks(status);
  }

  Status Refresh() override {
    if (!alive()) return Gone();
    if (options_.has_snapshot) {
      return Status::NotSupported("Creating renew iterator is not allowed.");
    }
    valid_ = false;
    return ToRocks(engine_->Refresh());
  }

  Status GetProperty(std::string prop_name, std::string* prop) override {
    if (prop == nullptr) return Status::InvalidArgument("prop is nullptr");
    if (!alive()) return Gone();
    if (prop_name == "rocksdb.iterator.super-version-number") {
      *prop = std::to_string(engine_->view_number());
      return Status::OK();
    }
    if (prop_name == "rocksdb.iterator.internal-key") {
      if (!valid_) return Status::InvalidArgument("Iterator is not valid.");
      *prop = key().ToString();
      return Status::OK();
    }
    if (prop_name == "rocksdb.iterator.is-key-pinned" && !valid_) {
      *prop = "Iterator is not valid.";
      return Status::OK();
    }
    return Iterator::GetProperty(std::move(prop_name), prop);
  }

 protected:
  bool alive() const { return alive_->load(std::memory_order_acquire); }
  static Status Gone() { return Status::Aborted("the DB of the iterator is gone"); }

  void TraceSeek(TraceType type, const Slice& target) {
    if (options_.tracer == nullptr || !options_.tracer->on()) [[likely]]
      return;
    options_.tracer->Seek(type, options_.family, target, FromEngine(engine_->lower_bound()),
                          FromEngine(engine_->upper_bound()));
  }

  void AfterSeek() {
    valid_ = engine_->Valid() && InPrefix();
    if (statistics_ != nullptr) {
      Tick(statistics_, NUMBER_DB_SEEK);
      if (valid_) Tick(statistics_, NUMBER_DB_SEEK_FOUND);
    }
    if (valid_) CountBytes();
    HandOverCounts();
  }

  // The thread that seeks says what is measured until the next seek.
  void BeginSeek() {
    if (options_.reads == nullptr) return;
    if (options_.reads->pending()) HandOverCounts();
    options_.reads->Begin(options_.meter, perf_level);
  }
  void HandOverCounts() {
    if (options_.reads == nullptr) return;
    options_.reads->SetThread(perf_level);  // cursors go from one to another
    options_.reads->HandOver(statistics_);
    options_.reads->Clear();
  }

  // For the iterators of threads or of Statistics that want to know more than how many moves there
  // were: whether they do costs a look at variables of the thread at each of them.
  void CountedMove(void (aether::Iterator::*move)(), uint64_t PerfContext::*cpu_nanos) {
    const PerfLevel level = perf_level;
    if (level > kEnableCount) {
      const PerfTimer timer(&PerfContext::find_next_user_entry_time, cpu_nanos);
      (engine_.get()->*move)();
    } else {
      (engine_.get()->*move)();
    }
    valid_ = engine_->Valid() && InPrefix();
    if (level >= kEnableCount) {
      PerfContext& perf = perf_context;
      if (move == &aether::Iterator::Next) ++perf.internal_key_skipped_count;
      if (valid_) perf.iter_read_bytes += Bytes();
    }
    if (options_.reads->pending()) HandOverCounts();
  }

  uint64_t Bytes() const { return engine_->key().size() + engine_->value().size(); }
  void CountBytes() {
    counts_.bytes += Bytes();
    if (options_.reads != nullptr) PerfAdd(&PerfContext::iter_read_bytes, Bytes());
  }

  void LimitToPrefixOf(aether::Slice target, bool known) {
    if (prefix_ == nullptr) return;
    const Slice key = FromEngine(target);
    has_prefix_ = known && prefix_->InDomain(key);
    if (has_prefix_) prefix_value_ = prefix_->Transform(key).ToString();
  }

  bool InPrefix() const {
    if (prefix_ == nullptr || !has_prefix_) return true;
    const Slice current = FromEngine(engine_->key());
    return prefix_->InDomain(current) && prefix_->Transform(current) == Slice(prefix_value_);
  }

  // The engine's iterator goes before what it counts into.
  const StoreIteratorOptions options_;
  const std::atomic<bool>* const alive_;
  const SliceTransform* const prefix_;
  Statistics* const statistics_;
  const std::unique_ptr<aether::Iterator> engine_;
  bool valid_ = false;
  MoveCounts counts_;

 private:
  bool has_prefix_ = false;
  std::string prefix_value_;
  mutable WideColumns columns_;
};

// ReadOptions::pin_data: a key stays where it is until the iterator goes or is refreshed. The
// engine puts keys together from the parts that its pages keep, so they are copied.
class PinningIterator final : public StoreIterator {
 public:
  using StoreIterator::StoreIterator;

  Slice key() const override { return Valid() ? key_ : Slice(); }
  void SeekToFirst() override {
    StoreIterator::SeekToFirst();
    Keep();
  }
  void SeekToLast() override {
    StoreIterator::SeekToLast();
    Keep();
  }
  void Seek(const Slice& target) override {
    StoreIterator::Seek(target);
    Keep();
  }
  void SeekForPrev(const Slice& target) override {
    StoreIterator::SeekForPrev(target);
    Keep();
  }
  void Next() override {
    StoreIterator::Next();
    Keep();
  }
  void Prev() override {
    StoreIterator::Prev();
    Keep();
  }
  Status Refresh() override {
    Status s = StoreIterator::Refresh();
    if (s.ok()) {
      blocks_.clear();
      left_ = 0;
    }
    return s;
  }
  Status GetProperty(std::string prop_name, std::string* prop) override {
    if (prop != nullptr && Valid() && prop_name == "rocksdb.iterator.is-key-pinned") {
      prop->assign(1, '1');
      return Status::OK();
    }
    return StoreIterator::GetProperty(std::move(prop_name), prop);
  }

 private:
  static constexpr size_t kBlock = 32 << 10;

  void Keep() {
    if (!Valid()) return;
    const Slice key = FromEngine(engine_->key());
    if (key.size() > left_) {
      left_ = std::max(kBlock, key.size());
      blocks_.emplace_back(new char[left_]);
      next_ = blocks_.back().get();
    }
    std::memcpy(next_, key.data(), key.size());
    key_ = Slice(next_, key.size());
    next_ += key.size();
    left_ -= key.size();
  }

  Slice key_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;  // bytes behind next_
};

class TailingIterator final : public StoreIterator {
 public:
  TailingIterator(std::unique_ptr<aether::Iterator> engine, const aether::DbEnv* env,
                  const aether::Comparator* order, StoreIteratorOptions&& options)
      : StoreIterator(std::move(engine), std::move(options)), env_(env), order_(order) {}

  void SeekToFirst() override {
    if (!Renew()) return;
    StoreIterator::SeekToFirst();
  }
  void Seek(const Slice& target) override {
    if (!Renew()) return;
    StoreIterator::Seek(target);
  }
  void Next() override {
    if (!Valid()) return;
    if (env_->VisibleSequence() == engine_->sequence()) {
      StoreIterator::Next();
      return;
    }
    const std::string before = key().ToString();
    if (!Renew()) return;
    engine_->Seek(before);
    if (engine_->Valid() && aether::CompareKeys(order_, engine_->key(), before) == 0) {
      engine_->Next();
    }
    valid_ = engine_->Valid() && InPrefix();
    ++counts_.next;
    if (valid_) {
      ++counts_.next_found;
      CountBytes();
    }
  }
  void SeekToLast() override { Refuse("ForwardIterator::SeekToLast()"); }
  void SeekForPrev(const Slice&) override { Refuse("ForwardIterator::SeekForPrev()"); }
  void Prev() override { Refuse("ForwardIterator::Prev"); }

  Status status() const override {
    return refused_.ok() || !alive() ? StoreIterator::status() : refused_;
  }
  Status Refresh() override { return Status::NotSupported("Refresh() is not supported"); }

 private:
  bool Renew() {
    if (!alive()) return false;
    refused_ = ToRocks(engine_->Refresh());
    valid_ = false;
    return refused_.ok();
  }
  void Refuse(const char* call) {
    valid_ = false;
    refused_ = Status::NotSupported(call);
  }

  const aether::DbEnv* const env_;
  const aether::Comparator* const order_;
  Status refused_;
};

}  // namespace

Iterator* NewStoreIterator(std::unique_ptr<aether::Iterator> engine,
                           StoreIteratorOptions&& options) {
  if (options.pin_data) return new PinningIterator(std::move(engine), std::move(options));
  return new StoreIterator(std::move(engine), std::move(options));
}

Iterator* NewTailingIterator(std::unique_ptr<aether::Iterator> engine, const aether::DbEnv* env,
                             const aether::Comparator* order, StoreIteratorOptions&& options) {
  options.has_snapshot = false;
  return new TailingIterator(std::move(engine), env, order, std::move(options));
}

}  // namespace rocksdb
