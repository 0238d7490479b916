// What a step of a merge over 2 to 16 sorted sources costs, and a seek in as many: sources in
// memory, 16 + 100 bytes an entry.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/coding.h"
#include "engine/base/random.h"
#include "engine/lsm/merging_iterator.h"

namespace aether {
namespace {

constexpr size_t kEntries = 1000000;  // in all sources together

struct Record {
  char key[16];
  char value[100];
};

class ArrayIterator final : public EntryIterator {
 public:
  explicit ArrayIterator(const std::vector<Record>* records) : records_(records) {}

  bool Valid() const override { return at_ < records_->size(); }
  void SeekToFirst() override { at_ = 0; }
  void SeekToLast() override { at_ = records_->size() - 1; }
  void Seek(Slice key, SequenceNumber) override {
    at_ = static_cast<size_t>(
        std::partition_point(records_->begin(), records_->end(),
                             [&](const Record& r) { return Slice(r.key, 16).Compare(key) < 0; }) -
        records_->begin());
  }
  void SeekForPrev(Slice key, SequenceNumber sequence) override {
    Seek(key, sequence);
    if (!Valid() || Slice((*records_)[at_].key, 16) != key) Prev();
  }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == 0 ? SIZE_MAX : at_ - 1; }
  Slice key() const override { return Slice((*records_)[at_].key, 16); }
  uint64_t tag() const override { return PackTag(1, EntryType::kPut); }
  Slice value() const override { return Slice((*records_)[at_].value, 100); }
  Status status() const override { return Status::OK(); }

 private:
  const std::vector<Record>* const records_;
  size_t at_ = SIZE_MAX;
};

class Sources {
 public:
  explicit Sources(size_t n) : records_(n) {
    Random random(11);
    for (size_t i = 0; i < kEntries; ++i) {
      Record record = {};
      StoreFixed(record.key, __builtin_bswap64(random.Next()));
      records_[random.Uniform(n)].push_back(record);
    }
    for (auto& source : records_) {
      std::sort(source.begin(), source.end(), [](const Record& a, const Record& b) {
        return Slice(a.key, 16).Compare(Slice(b.key, 16)) < 0;
      });
    }
  }
  std::unique_ptr<MergingIterator> Merge() const {
    std::vector<MergeSource> sources;
    for (const auto& source : records_)
      sources.push_back({std::make_unique<ArrayIterator>(&source), kMaxSequence});
    return std::make_unique<MergingIterator>(BytewiseComparator(), std::move(sources));
  }

 private:
  std::vector<std::vector<Record>> records_;
};

void MergeNext(benchmark::State& state) {
  const Sources sources(static_cast<size_t>(state.range(0)));
  const auto merge = sources.Merge();
  merge->SeekToFirst();
  Record copy;
  for (auto _ : state) {
    std::copy_n(merge->key().data(), 16, copy.key);
    std::copy_n(merge->value().data(), 100, copy.value);
    benchmark::DoNotOptimize(copy);
    merge->Next();
    if (!merge->Valid()) merge->SeekToFirst();
  }
}

void MergeSeek(benchmark::State& state) {
  const Sources sources(static_cast<size_t>(state.range(0)));
  const auto merge = sources.Merge();
  Random random(13);
  for (auto _ : state) {
    char key[16] = {};
    StoreFixed(key, random.Next());
    merge->Seek(Slice(key, 16), kMaxSequence);
    benchmark::DoNotOptimize(merge->Valid());
  }
}

void Ways(benchmark::internal::Benchmark* b) {
  for (const int64_t n : {1, 2, 4, 8, 12, 16}) b->ArgName("sources")->Arg(n);
}

BENCHMARK(MergeNext)->Apply(Ways);
BENCHMARK(MergeSeek)->Apply(Ways);

}  // namespace
}  // namespace aether
