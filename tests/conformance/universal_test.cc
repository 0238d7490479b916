// The universal compaction style: which runs its options put together. Flushes here have keys of
// their own and values that do not shrink, so that a merge is as large as its inputs.
#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <rocksdb/table_properties.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::CompactionReason;
using rocksdb::FlushOptions;
using rocksdb::Options;

Options Universal() {
  Options options = Db::DefaultOptions();
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compression = rocksdb::kNoCompression;
  options.level0_file_num_compaction_trigger = 4;
  // Files of one number of keys may differ by some bytes.
  options.compaction_options_universal.size_ratio = 10;
  options.compaction_options_universal.max_size_amplification_percent = 1000000;
  return options;
}

// A new run of a hundred kilobytes.
void Flush(Db* db, int round) {
  for (int i = 0; i < 100; ++i) {
    const int key = 1000 * i + round;
    db->Put("k" + std::to_string(1000000 + key),
            std::string(1000, static_cast<char>('a' + i % 26)));
  }
  GOOD((*db)->Flush(FlushOptions()));
}

// Files of level 0, then for each other level whether it has any, from young to old.
std::string Shape(const Db& db) {
  rocksdb::ColumnFamilyMetaData family;
  db->GetColumnFamilyMetaData(&family);
  std::string shape;
  for (const rocksdb::LevelMetaData& level : family.levels) {
    if (level.files.empty()) continue;
    if (!shape.empty()) shape += " ";
    shape +=
        level.level == 0 ? std::to_string(level.files.size()) : "L" + std::to_string(level.level);
  }
  return shape;
}

int Runs(const Db& db) {
  rocksdb::ColumnFamilyMetaData family;
  db->GetColumnFamilyMetaData(&family);
  int runs = 0;
  for (const rocksdb::LevelMetaData& level : family.levels) {
    runs += level.level == 0 ? static_cast<int>(level.files.size()) : level.files.empty() ? 0 : 1;
  }
  return runs;
}

bool IsQuiet(const Db& db) {
  uint64_t running = 0;
  db->GetIntProperty("rocksdb.num-running-compactions", &running);
  return running == 0;
}

// Merges go on in the background.
template <typename Now, typename Wanted>
bool Becomes(const Db& db, Now now, const Wanted& wanted) {
  for (int i = 0; i < 2000; ++i) {
    if (now(db) == wanted && IsQuiet(db)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

// For what would change soon if it did.
template <typename Now, typename Wanted>
bool Stays(const Db& db, Now now, const Wanted& wanted) {
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  return now(db) == wanted;
}

class Reasons final : public rocksdb::EventListener {
 public:
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& info) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_ += Name(info.compaction_reason) + " ";
  }
  void Forget() {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.clear();
  }
  std::string seen() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }

 private:
  static std::string Name(CompactionReason reason) {
    switch (reason) {
      case CompactionReason::kUniversalSizeAmplification:
        return "space";
      case CompactionReason::kUniversalSizeRatio:
        return "size";
      case CompactionReason::kUniversalSortedRunNum:
        return "count";
      default:
        return std::to_string(static_cast<int>(reason));
    }
  }

  std::mutex mutex_;
  std::string seen_;
};

// The event comes after the version that it tells of.
void WereTold(Reasons* reasons, const std::string& wanted) {
  for (int i = 0; i < 500 && reasons->seen() != wanted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EQ(reasons->seen(), wanted);
}

CASE(universal_merges_runs_of_one_size) {
  Options options = Universal();
  const auto reasons = std::make_shared<Reasons>();
  options.listeners.push_back(reasons);
  Db db(options);
  int round = 0;
  const auto flush = [&](int times) {
    for (int i = 0; i < times; ++i) Flush(&db, ++round);
  };
  flush(3);
  YES(Stays(db, Shape, "3"));
  flush(1);
  YES(Becomes(db, Shape, "L6"));
  flush(3);
  YES(Becomes(db, Shape, "L5 L6"));
  flush(2);
  YES(Becomes(db, Shape, "L4 L5 L6"));
  // 1, 2, 3 and 4: each is too large beside those before it, and four are not too many.
  flush(1);
  YES(Stays(db, Shape, "1 L4 L5 L6"));
  flush(1);
  YES(Becomes(db, Shape, "L6"));
  WereTold(reasons.get(), "size size size size ");
  EQ(db.Scan().size(), 1100u * (8 + 1 + 1000 + 1));
  GOOD(db.Reopen(options));
  EQ(Shape(db), "L6");
}

CASE(universal_bounds_space) {
  Options options = Universal();
  options.compaction_options_universal.max_size_amplification_percent = 250;
  const auto reasons = std::make_shared<Reasons>();
  options.listeners.push_back(reasons);
  Db db(options);
  for (int i = 0; i < 4; ++i) Flush(&db, 1);
  YES(Becomes(db, Shape, "L6"));
  WereTold(reasons.get(), "space ");
  EQ(db.Scan().size(), 100u * (8 + 1 + 1000 + 1));
}

CASE(universal_merges_no_more_than_max_merge_width) {
  Options options = Universal();
  options.compaction_options_universal.max_merge_width = 2;
  Db db(options);
  for (int i = 0; i < 3; ++i) Flush(&db, i);
  for (int i = 3; i < 6; ++i) {
    Flush(&db, i);
    YES(Becomes(db, Runs, 3));
  }
}

CASE(universal_merges_no_less_than_min_merge_width) {
  Options options = Universal();
  options.compaction_options_universal.min_merge_width = 6;
  Db db(options);
  for (int i = 0; i < 5; ++i) Flush(&db, i);
  YES(Stays(db, Shape, "5"));
  Flush(&db, 5);
  YES(Becomes(db, Shape, "L6"));
}

CASE(universal_bounds_the_number_of_runs) {
  Options options = Universal();
  options.compaction_options_universal.size_ratio = 0;
  const auto reasons = std::make_shared<Reasons>();
  options.listeners.push_back(reasons);
  Db db(options);
  int round = 0;
  // 16, 8, 4 and 2, each too large beside those that come later.
  for (const int flushes : {16, 8, 4, 2}) {
    GOOD(db->SetOptions({{"disable_auto_compactions", "true"}}));
    for (int i = 0; i < flushes; ++i) Flush(&db, ++round);
    std::vector<std::string> names;
    rocksdb::ColumnFamilyMetaData family;
    db->GetColumnFamilyMetaData(&family);
    for (const auto& file : family.levels[0].files) names.push_back(file.name);
    const int level = flushes == 16 ? 6 : flushes == 8 ? 5 : flushes == 4 ? 4 : 3;
    rocksdb::CompactionOptions plain;
    plain.compression = rocksdb::kNoCompression;
    GOOD(db->CompactFiles(plain, names, level));
    GOOD(db->SetOptions({{"disable_auto_compactions", "false"}}));
  }
  YES(Stays(db, Shape, "L3 L4 L5 L6"));
  reasons->Forget();
  Flush(&db, ++round);
  YES(Becomes(db, Shape, "L3 L4 L5 L6"));
  WereTold(reasons.get(), "count ");
}

CASE(universal_options_change_while_open) {
  Options options = Universal();
  options.level0_file_num_compaction_trigger = 10;
  Db db(options);
  for (int i = 0; i < 4; ++i) Flush(&db, i);
  YES(Stays(db, Shape, "4"));
  GOOD(db->SetOptions({{"compaction_options_universal", "{size_ratio=50;min_merge_width=5;}"}}));
  const auto shown = db->GetOptions().compaction_options_universal;
  EQ(shown.size_ratio, 50u);
  EQ(shown.min_merge_width, 5u);
  EQ(shown.max_size_amplification_percent, 1000000u);
  GOOD(db->SetOptions({{"level0_file_num_compaction_trigger", "4"}}));
  YES(Stays(db, Shape, "4"));
  GOOD(db->SetOptions({{"compaction_options_universal", "{min_merge_width=2;}"}}));
  YES(Becomes(db, Shape, "L6"));
  EQ(db->GetOptions().compaction_options_universal.size_ratio, 50u);
  CODE(db->SetOptions({{"compaction_options_universal", "{no_such=2;}"}}), "4/0");
  CODE(db->SetOptions({{"compaction_style", "kCompactionStyleLevel"}}), "4/0");
}

// "NoCompression" and so on, each as often as there are tables.
std::multiset<std::string> Codecs(const Db& db) {
  rocksdb::TablePropertiesCollection tables;
  GOOD(db->GetPropertiesOfAllTables(&tables));
  std::multiset<std::string> codecs;
  for (const auto& [name, table] : tables) codecs.insert(table->compression_name);
  return codecs;
}

CASE(universal_leaves_the_young_part_uncompressed) {
  Options options = Universal();
  options.compression = rocksdb::kLZ4Compression;
  options.compaction_options_universal.size_ratio = 100;
  options.compaction_options_universal.compression_size_percent = 50;
  Db db(options);
  const std::string plain = "NoCompression";
  for (int i = 0; i < 3; ++i) Flush(&db, i);
  YES(Codecs(db) == (std::multiset<std::string>{plain, plain, plain}));
  Flush(&db, 3);
  YES(Becomes(db, Shape, "L6"));
  YES(Codecs(db) == std::multiset<std::string>{"LZ4"});
}
}  // namespace
}  // namespace conformance
