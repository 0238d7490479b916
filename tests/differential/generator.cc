#include "tests/differential/generator.h"

#include <initializer_list>
#include <random>
#include <set>
#include <utility>

#include "tests/differential/text.h"

namespace differential {
namespace {

struct Choice {
  const char* scope;
  const char* name;
  std::vector<const char*> values;
};

// May be different at every opening.
const std::vector<Choice> kChangeable = {
    {"db", "max_total_wal_size", {"65536", "1048576"}},
    {"db", "max_background_jobs", {"1", "2", "4"}},
    {"db", "max_subcompactions", {"2"}},
    {"db", "enable_pipelined_write", {"true"}},
    {"db", "unordered_write", {"true"}},
    {"db", "allow_concurrent_memtable_write", {"false"}},
    {"db", "atomic_flush", {"true"}},
    {"db", "manual_wal_flush", {"true", "false"}},
    {"db", "avoid_flush_during_shutdown", {"true", "false"}},
    {"db", "avoid_flush_during_recovery", {"true", "false"}},
    {"db",
     "wal_recovery_mode",
     {"kTolerateCorruptedTailRecords", "kAbsoluteConsistency", "kPointInTimeRecovery",
      "kSkipAnyCorruptedRecords"}},
    {"db", "recycle_log_file_num", {"2"}},
    {"db", "use_fsync", {"true"}},
    {"db", "paranoid_checks", {"false"}},
    {"db", "max_open_files", {"20"}},
    {"db", "allow_mmap_reads", {"true"}},
    {"db", "use_direct_reads", {"true"}},
    {"db", "use_direct_io_for_flush_and_compaction", {"true"}},
    {"db", "bytes_per_sync", {"4096"}},
    {"db", "wal_bytes_per_sync", {"4096"}},
    {"db", "db_write_buffer_size", {"131072", "1048576"}},
    {"db", "track_and_verify_wals_in_manifest", {"true"}},
    {"db", "write_dbid_to_manifest", {"true"}},
    {"db", "max_manifest_file_size", {"1000"}},
    {"db", "wal_compression", {"kZSTD"}},
    {"family", "write_buffer_size", {"1", "65536", "131072", "1048576"}},
    {"family.one", "write_buffer_size", {"65536", "262144"}},
    {"family", "max_write_buffer_number", {"1", "4"}},
    {"family", "min_write_buffer_number_to_merge", {"2"}},
    {"family", "level0_file_num_compaction_trigger", {"1", "2", "8"}},
    {"family", "target_file_size_base", {"16384", "131072"}},
    {"family", "max_bytes_for_level_base", {"65536", "1048576"}},
    {"family", "max_bytes_for_level_multiplier", {"2"}},
    {"family", "disable_auto_compactions", {"true", "false"}},
    {"family",
     "compression",
     {"kNoCompression", "kSnappyCompression", "kLZ4Compression", "kZSTD", "kZlibCompression"}},
    {"family", "bottommost_compression", {"kNoCompression", "kLZ4HCCompression", "kZSTD"}},
    {"family", "compression_per_level", {"kNoCompression:kLZ4Compression:kZSTD"}},
    {"family", "compression_opts", {"{level=1;}", "{max_dict_bytes=4096;}"}},
    {"family", "max_sequential_skip_in_iterations", {"0", "1", "30"}},
    {"family", "memtable_prefix_bloom_size_ratio", {"0.1"}},
    {"family", "memtable_whole_key_filtering", {"true"}},
    {"family", "optimize_filters_for_hits", {"true"}},
    {"family", "max_successive_merges", {"1", "3"}},
    {"family", "paranoid_file_checks", {"true"}},
    {"family", "memtable_protection_bytes_per_key", {"8"}},
    {"family", "max_compaction_bytes", {"65536"}},
    {"family", "max_write_buffer_size_to_maintain", {"1048576"}},
    {"family", "max_bytes_for_level_base", {"65536", "300000"}},
    {"family", "max_bytes_for_level_multiplier", {"2", "4"}},
    {"family",
     "compaction_options_universal",
     {"{size_ratio=50;}", "{min_merge_width=3;max_merge_width=4;}",
      "{max_size_amplification_percent=20;}", "{stop_style=kCompactionStopStyleSimilarSize;}",
      "{compression_size_percent=50;}", "{allow_trivial_move=true;}"}},
    {"family", "enable_blob_files", {"true"}},
    {"family", "min_blob_size", {"1", "20", "200"}},
    {"family", "blob_file_size", {"4096", "65536"}},
    {"family", "blob_compression_type", {"kLZ4Compression", "kZSTD", "kSnappyCompression"}},
    {"family", "blob_file_starting_level", {"0", "1"}},
    {"family", "enable_blob_garbage_collection", {"true"}},
    {"family", "blob_garbage_collection_age_cutoff", {"0.5", "1.0"}},
    {"family", "blob_garbage_collection_force_threshold", {"0.5"}},
    {"family", "blob_compaction_readahead_size", {"65536"}},
    {"table", "block_size", {"64", "1024", "65536"}},
    {"table", "block_restart_interval", {"1", "4"}},
    {"table", "index_type", {"kTwoLevelIndexSearch", "kBinarySearchWithFirstKey"}},
    {"table", "filter_policy", {"bloomfilter:10:false", "ribbonfilter:8"}},
    {"table", "partition_filters", {"true"}},
    {"table", "cache_index_and_filter_blocks", {"true"}},
    {"table", "no_block_cache", {"true"}},
    {"table", "block_cache", {"65536", "1048576"}},
    {"table", "data_block_index_type", {"kDataBlockBinaryAndHash"}},
    {"table", "format_version", {"2", "4"}},
    {"table", "checksum", {"kCRC32c", "kxxHash64", "kXXH3"}},
};

// What the files or the meaning of a database depend on stays as it was.
const std::vector<Choice> kFixed = {
    {"db", "wal_folder", {"wal"}},
    {"family", "merge", {"append", "list"}},
    {"family", "compaction_style", {"kCompactionStyleUniversal"}},
    {"family", "aether_style", {"leveled"}},
    {"family", "num_levels", {"2", "4"}},
    {"family", "level_compaction_dynamic_level_bytes", {"true"}},
    {"family", "prefix_extractor", {"fixed:1", "fixed:2", "capped:1", "capped:2"}},
    {"table", "whole_key_filtering", {"false"}},
};

// Whether writes go on does not depend on these, nor what is read.
const std::vector<Choice> kWhileOpen = {
    // Below arena_block_size, which follows the size at opening, RocksDB fails an assertion.
    {"F", "write_buffer_size", {"2097152", "8388608"}},
    {"F", "disable_auto_compactions", {"true", "false"}},
    {"F", "level0_file_num_compaction_trigger", {"1", "6"}},
    {"F", "max_bytes_for_level_base", {"100000"}},
    {"F", "compaction_options_universal", {"{size_ratio=9;}", "{min_merge_width=4;}"}},
    {"F", "max_sequential_skip_in_iterations", {"0", "2"}},
    {"F", "target_file_size_base", {"20000"}},
    {"F", "max_successive_merges", {"2"}},
    {"F", "paranoid_file_checks", {"true"}},
    {"F", "compression", {"kNoCompression", "kLZ4Compression", "kZSTD"}},
    {"F", "bottommost_compression", {"kZlibCompression", "kSnappyCompression"}},
    {"F", "enable_blob_files", {"true", "false"}},
    {"F", "min_blob_size", {"1", "20", "200"}},
    {"F", "blob_file_size", {"4096"}},
    {"F", "blob_compression_type", {"kLZ4Compression", "kNoCompression"}},
    {"F", "enable_blob_garbage_collection", {"true", "false"}},
    {"F", "blob_garbage_collection_age_cutoff", {"0.1", "1.0"}},
    {"db", "max_total_wal_size", {"65536", "1000000"}},
    {"db", "max_background_jobs", {"2", "3"}},
    {"db", "avoid_flush_during_shutdown", {"true", "false"}},
    {"db", "bytes_per_sync", {"8192"}},
};

const std::initializer_list<const char*> kIllegalOpen = {
    "second-open",  "destroy-open",  "create-twice",   "drop-default",   "drop-twice",
    "null-batch",   "sync-unlogged", "large-batch",    "save-points",    "set-unknown",
    "set-nothing",  "set-nonsense",  "set-db-nothing", "set-db-unknown", "set-unchangeable",
    "property",     "compact-level", "timestamp",      "managed",        "persisted-iterator",
    "empty-writes", "release-null",  "flush-nothing"};
const std::initializer_list<const char*> kIllegalClosed = {
    "list-nowhere",         "open-nowhere",    "open-default-only", "open-unknown-family",
    "open-without-default", "error-if-exists", "other-order",       "contradiction"};
const std::initializer_list<const char*> kUpkeep = {
    "syncwal",   "flushwal", "flushwalsync",   "verify",   "resume", "nodeletions",
    "deletions", "pause",    "autocompaction", "manifest", "sizes",  "names"};
const std::initializer_list<const char*> kProperties = {"num-snapshots",
                                                        "oldest-snapshot-sequence",
                                                        "background-errors",
                                                        "is-file-deletions-enabled",
                                                        "is-write-stopped",
                                                        "num-blob-files",
                                                        "estimate-num-keys",
                                                        "estimate-live-data-size",
                                                        "cur-size-active-mem-table",
                                                        "num-immutable-mem-table",
                                                        "total-sst-files-size"};
const std::initializer_list<const char*> kFamilies = {"default", "one", "two", "rev"};

class Generator {
 public:
  Generator(uint64_t seed, uint64_t operations) : random_(seed), operations_(operations) {}

  std::vector<std::string> Script() {
    DrawMix();
    for (const Choice& choice : kFixed) {
      if (OneIn(5)) Option(choice);
    }
    if (OneIn(2)) Line("option family write_buffer_size 65536");
    // RocksDB's default of 0 puts empty values into blob files, where its MultiGet may miss them.
    Line("option family min_blob_size 1");
    ChangeOptions(OneIn(3) ? 2 : 12);
    Line("open");
    for (uint64_t i = 1; i < families_; ++i) Line("create " + Name(i));
    for (uint64_t i = 0; i < operations_; ++i) Operation();
    ReadEverything();
    Reopen(false);
    ReadEverything();
    Line("close");
    return std::move(lines_);
  }

 private:
  enum Kind {
    kPut,
    kDelete,
    kSingle,
    kMerge,
    kRange,
    kBatch,
    kGet,
    kMultiGet,
    kMayExist,
    kScan,
    kCursor,
    kMove,
    kSnapshot,
    kRelease,
    kFlush,
    kCompact,
    kFamily,
    kReopen,
    kProperty,
    kSequence,
    kSet,
    kOther,
    kIllegal,
    kCheckpoint,
    kKinds
  };

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename List>
  std::string Of(const List& list) {
    return *(list.begin() + Below(list.size()));
  }
  void Line(const std::string& text) { lines_.push_back(text); }

  void DrawMix() {
    constexpr int kUsual[kKinds] = {240, 50, 40, 60, 14, 60, 80, 25, 10, 14, 20, 120,
                                    12,  10, 10, 6,  6,  4,  12, 10, 4,  8,  5,  1};
    for (int kind = 0; kind < kKinds; ++kind) {
      const uint64_t fate = Below(8);
      weights_[kind] = kUsual[kind] * (fate == 0 ? 0 : fate == 1 ? 5 : 1);
    }
    if (weights_[kPut] == 0) weights_[kPut] = 50;
    // Reopening takes both libraries long; a script is mostly about what happens in between.
    if (weights_[kReopen] > kUsual[kReopen]) weights_[kReopen] = kUsual[kReopen];
    letters_ = 2 + Below(5);
    longest_ = 1 + Below(4);
    largest_ = OneIn(3) ? 20 : OneIn(2) ? 300 : 5000;
    families_ = OneIn(3) ? 1 : 2 + Below(3);
    unlogged_ = OneIn(4);
  }

  static std::string Name(uint64_t family) { return *(kFamilies.begin() + family); }
  std::string Family() { return OneIn(3) ? "default" : Name(Below(families_)); }

  std::string Key() {
    static const char kLetters[] = {'a', 'b', '\0', '\xFF', 'm', 'c', 'z'};
    std::string key;
    if (weights_[kSingle] > 0 && OneIn(6)) key = "s";
    for (uint64_t n = Below(longest_ + 1); n > 0; --n) {
      key += kLetters[Below(letters_)];
    }
    std::string text = EncodeKey(key);
    if (OneIn(60) && !key.empty()) text += OneIn(3) ? "^5000" : "^200";
    return text;
  }
  std::string Value() {
    uint64_t size = Below(largest_ + 1);
    if (OneIn(20)) size = 0;
    if (OneIn(400)) size = 1 + Below(1 << 20);
    return std::to_string(size) + ":" + std::to_string(Below(1000));
  }
  std::string WriteFlags() {
    std::string flags;
    if (OneIn(40)) flags += " sync";
    if (unlogged_ && OneIn(3)) flags += " unlogged";
    if (OneIn(50)) flags += " low";
    return flags;
  }
  std::string PointFlags() {
    std::string flags;
    if (snapshots_ > 0 && OneIn(3)) flags += " s=" + std::to_string(Below(snapshots_));
    if (OneIn(10)) flags += " nofill";
    if (OneIn(20)) flags += " unverified";
    return flags;
  }
  std::string ScanFlags() {
    std::string flags = PointFlags();
    if (OneIn(3)) flags += " lo=" + Key();
    if (OneIn(3)) flags += " hi=" + Key();
    if (OneIn(15)) flags += " ahead=" + std::to_string(Below(100000));
    if (OneIn(15)) flags += " pinned";
    if (OneIn(20)) flags += " async";
    if (OneIn(20)) flags += " adaptive";
    if (OneIn(20)) flags += " purge";
    return flags;
  }

  // Options that do not go together are refused at opening, and then a script is about nothing
  // else; "illegal contradiction" is there for that.
  bool Contradicts(const std::string& name) const {
    static const std::initializer_list<std::pair<const char*, const char*>> kPairs = {
        {"unordered_write", "enable_pipelined_write"},
        {"unordered_write", "allow_concurrent_memtable_write"},
        {"unordered_write", "max_successive_merges"},
        {"unordered_write", "manual_wal_flush"},  // RocksDB's next write never ends
        {"min_write_buffer_number_to_merge",
         "memtable_prefix_bloom_size_ratio"},  // RocksDB crashes
        {"atomic_flush", "enable_pipelined_write"},
        {"allow_mmap_reads", "use_direct_reads"},
        {"allow_mmap_reads", "use_direct_io_for_flush_and_compaction"},
        {"max_manifest_file_size",
         "track_and_verify_wals_in_manifest"},  // RocksDB refuses its own log after a new manifest
        {"cache_index_and_filter_blocks", "no_block_cache"}};
    for (const auto& [one, other] : kPairs) {
      if (name == one && chosen_.count(other) > 0) return true;
      if (name == other && chosen_.count(one) > 0) return true;
    }
    return false;
  }
  void Option(const Choice& choice) {
    if (Contradicts(choice.name)) return;
    chosen_.insert(choice.name);
    Line(std::string("option ") + choice.scope + " " + choice.name + " " + Of(choice.values));
  }
  void ChangeOptions(uint64_t one_in) {
    for (const Choice& choice : kChangeable) {
      if (OneIn(one_in)) Option(choice);
    }
  }

  void Reopen(bool with_changes) {
    Line(OneIn(5) ? "close explicit" : "close");
    if (OneIn(4)) Line("families");
    if (weights_[kIllegal] > 0 && OneIn(3)) Line("illegal " + Of(kIllegalClosed));
    if (with_changes) ChangeOptions(15);
    if (with_changes && OneIn(8)) {
      Line("open readonly");
      for (int i = 0; i < 8; ++i) Operation();
      Line("close");
    }
    Line("open");
  }

  void ReadEverything() {
    for (const char* family : kFamilies) {
      Line(std::string("scan ") + family + " forward");
      Line(std::string("scan ") + family + " backward");
    }
    Line("sequence");
    Line("property default num-snapshots");
  }

  std::string BatchEntry() {
    switch (Below(12)) {
      case 0:
        return "delete " + Family() + " " + Key();
      case 1:
        return weights_[kSingle] > 0 ? "single " + Family() + " " + Key() : "log data";
      case 2:
      case 3:
        return weights_[kMerge] > 0 ? "merge " + Family() + " " + Key() + " " + Value()
                                    : "log data";
      case 4:
        return weights_[kRange] > 0 && OneIn(2) ? "range " + Family() + " " + Key() + " " + Key()
                                                : "log data";
      case 5:
        return OneIn(2) ? "save" : OneIn(2) ? "back" : "pop";
      default:
        return "put " + Family() + " " + Key() + " " + Value();
    }
  }

  void Batch() {
    std::string line = "write" + WriteFlags();
    if (OneIn(4)) line += " missing";
    const uint64_t n = OneIn(30) ? 100 : Below(8);
    for (uint64_t i = 0; i < n; ++i) line += " ; " + BatchEntry();
    Line(line);
  }

  void MultiGet() {
    std::string line = std::string("multiget ") + (OneIn(3)   ? "one"
                                                   : OneIn(2) ? "families"
                                                              : "vectors");
    line += PointFlags();
    for (uint64_t n = 1 + Below(OneIn(10) ? 60 : 8); n > 0; --n)
      line += " ; " + Family() + " " + Key();
    Line(line);
  }

  void NewCursor() {
    std::string line = "iter " + std::to_string(Below(4)) + " " + Family() + ScanFlags();
    if (OneIn(4)) line += " prefix";
    if (OneIn(10)) line += " tail";
    Line(line);
  }

  void Move() {
    const std::string cursor = "move " + std::to_string(Below(4));
    switch (Below(8)) {
      case 0:
        return Line(cursor + (OneIn(2) ? " first" : " last"));
      case 1:
      case 2:
        return Line(cursor + " seek " + Key());
      case 3:
        return Line(cursor + " seekforprev " + Key());
      case 4:
        return OneIn(4) ? Line("refresh " + std::to_string(Below(4))) : Line(cursor + " next 1");
      default:
        return Line(cursor + (OneIn(2) ? " next " : " prev ") +
                    std::to_string(OneIn(6) ? 1 + Below(40) : 1 + Below(3)));
    }
  }

  void Compact() {
    std::string line = "compact " + Family();
    if (OneIn(2)) line += " lo=" + Key();
    if (OneIn(2)) line += " hi=" + Key();
    if (OneIn(2)) {
      line += std::string(" bottom=") + (OneIn(4)   ? "skip"
                                         : OneIn(3) ? "filter"
                                         : OneIn(2) ? "force"
                                                    : "optimized");
    }
    if (OneIn(4)) line += " exclusive";
    Line(line);
  }

  void ChangeFamilies() {
    const std::string family = Family();
    switch (Below(8)) {
      case 0:
        return Line("dropfamily " + family);
      case 1:
        Line("dropfamily " + family);
        return Line("forget " + family);
      case 2:
        return Line("forget " + family);
      default:
        return Line("create " + family);
    }
  }

  void Operation() {
    uint64_t total = 0;
    for (const uint64_t weight : weights_) total += weight;
    uint64_t draw = Below(total);
    int kind = 0;
    while (draw >= weights_[kind]) draw -= weights_[kind++];
    switch (static_cast<Kind>(kind)) {
      case kPut:
        return Line("put " + Family() + " " + Key() + " " + Value() + WriteFlags());
      case kDelete:
        return Line("delete " + Family() + " " + Key() + WriteFlags());
      case kSingle:
        return Line("single " + Family() + " " + Key() + WriteFlags());
      case kMerge:
        return Line("merge " + Family() + " " + Key() + " " + Value() + WriteFlags());
      case kRange:
        return Line("range " + Family() + " " + Key() + " " + Key() + WriteFlags());
      case kBatch:
        return Batch();
      case kGet:
        return Line("get " + Family() + " " + Key() + PointFlags() + (OneIn(2) ? " slice" : ""));
      case kMultiGet:
        return MultiGet();
      case kMayExist:
        return Line("mayexist " + Family() + " " + Key() + PointFlags());
      case kScan:
        return Line("scan " + Family() + (OneIn(2) ? " forward" : " backward") + ScanFlags());
      case kCursor:
        return OneIn(5) ? Line("enditer " + std::to_string(Below(4))) : NewCursor();
      case kMove:
        return Move();
      case kSnapshot:
        snapshots_ = 4;
        return Line("snapshot " + std::to_string(Below(4)));
      case kRelease:
        return Line("release " + std::to_string(Below(4)));
      case kFlush:
        return Line("flush " + (OneIn(3) ? "*" : Family()));
      case kCompact:
        return Compact();
      case kFamily:
        return ChangeFamilies();
      case kReopen:
        return nested_ ? Line("sequence") : ReopenOnce();
      case kProperty:
        return Line("property " + Family() + " " + Of(kProperties));
      case kSequence:
        return Line("sequence");
      case kSet: {
        const Choice& choice = *(kWhileOpen.begin() + Below(kWhileOpen.size()));
        const std::string scope = choice.scope;
        return Line("set " + (scope == "F" ? Family() : scope) + " " + choice.name + " " +
                    Of(choice.values));
      }
      case kOther:
        return Line("upkeep " + Of(kUpkeep));
      case kIllegal:
        return Line("illegal " + Of(kIllegalOpen));
      case kCheckpoint:
        return Line("checkpoint");
      case kKinds:
        break;
    }
  }

  void ReopenOnce() {
    nested_ = true;
    Reopen(true);
    nested_ = false;
  }

  std::mt19937_64 random_;
  const uint64_t operations_;
  std::vector<std::string> lines_;
  std::set<std::string> chosen_;
  uint64_t weights_[kKinds] = {};
  uint64_t letters_ = 2;
  uint64_t longest_ = 1;
  uint64_t largest_ = 20;
  uint64_t families_ = 1;
  uint64_t snapshots_ = 0;
  bool unlogged_ = false;
  bool nested_ = false;
};

}  // namespace

std::vector<std::string> Generate(uint64_t seed, uint64_t operations) {
  return Generator(seed, operations).Script();
}

}  // namespace differential
