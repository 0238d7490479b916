// A cache that forgets: a compaction filter drops what is too old and shortens what is long;
// counters are kept by a merge operator.
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

class Forget : public rocksdb::CompactionFilter {
 public:
  explicit Forget(int now) : now_(now) {}
  const char* Name() const override { return "shop.Forget"; }
  Decision FilterV2(int, const rocksdb::Slice& key, ValueType type, const rocksdb::Slice& value,
                    std::string* changed, std::string*) const override {
    if (type != ValueType::kValue || !key.starts_with("t")) return Decision::kKeep;
    const int time = atoi(value.ToString().c_str());
    if (time < now_ - 100) return Decision::kRemove;
    if (value.size() < 20) return Decision::kKeep;
    *changed = value.ToString().substr(0, 10);
    return Decision::kChangeValue;
  }

 private:
  const int now_;
};

class Forgetting : public rocksdb::CompactionFilterFactory {
 public:
  int now = 0;
  const char* Name() const override { return "shop.Forgetting"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override {
    manual = manual || context.is_manual_compaction;
    return std::make_unique<Forget>(now);
  }
  bool manual = false;
};

class Count : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "shop.Count"; }
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* before, const rocksdb::Slice& value,
             std::string* after, rocksdb::Logger*) const override {
    const int sum =
        (before == nullptr ? 0 : atoi(before->ToString().c_str())) + atoi(value.ToString().c_str());
    *after = std::to_string(sum);
    return true;
  }
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto forgetting = std::make_shared<Forgetting>();
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compaction_filter_factory = forgetting;
  options.merge_operator = std::make_shared<Count>();
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::Open(options, argv[1], &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  for (int i = 0; i < 300; ++i) {
    char key[16];
    snprintf(key, sizeof(key), "t%03d", i);
    const std::string value = std::to_string(i) + (i % 50 == 0 ? " and much more than that" : "");
    Must(db->Put(rocksdb::WriteOptions(), key, value));
    Must(db->Merge(rocksdb::WriteOptions(), "count/" + std::to_string(i % 3), std::to_string(i)));
    if (i % 100 == 99) Must(db->Flush(rocksdb::FlushOptions()));
  }
  for (const int now : {0, 150, 320}) {
    forgetting->now = now;
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    Must(db->CompactRange(all, nullptr, nullptr));
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
    std::string first, last;
    int count = 0;
    for (it->Seek("t"); it->Valid(); it->Next(), ++count) {
      last = it->key().ToString() + "=" + it->value().ToString();
      if (count == 0) first = last;
    }
    Must(it->status());
    printf("now %d: %d, from %s to %s\n", now, count, first.c_str(), last.c_str());
  }
  for (const char* key : {"count/0", "count/1", "count/2", "t250"}) {
    std::string value;
    Must(db->Get(rocksdb::ReadOptions(), key, &value));
    printf("%s: %s\n", key, value.c_str());
  }
  printf("asked by hand: %s\n", forgetting->manual ? "yes" : "no");
  Must(db->Close());
  return 0;
}
