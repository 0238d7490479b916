// Properties of StoreDb. Every figure comes from the engine; what the engine does not measure is
// not answered, and in the tables of stats stands as "-".

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

#include "compat/db/listener_bridge.h"
#include "compat/db/option_map.h"
#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"
#include "compat/statistics/stats_history.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

namespace {

constexpr double kMicrosPerSecond = 1e6;
constexpr double kMega = 1 << 20;
constexpr double kGiga = 1 << 30;

__attribute__((__format__(__printf__, 2, 3))) void Append(std::string* out, const char* format,
                                                          ...) {
  char buffer[512];
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(buffer, sizeof(buffer), format, args);
  va_end(args);
  if (n > 0) out->append(buffer, std::min(static_cast<size_t>(n), sizeof(buffer) - 1));
}

std::string HumanBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  char buffer[32];
  snprintf(buffer, sizeof(buffer), "%.2f %s", value, kUnits[unit]);
  return buffer;
}

std::string HumanCount(uint64_t count) {
  char buffer[32];
  if (count < 10000) {
    snprintf(buffer, sizeof(buffer), "%" PRIu64, count);
  } else if (count < 10000000) {
    snprintf(buffer, sizeof(buffer), "%" PRIu64 "K", count / 1000);
  } else if (count < 10000000000) {
    snprintf(buffer, sizeof(buffer), "%" PRIu64 "M", count / 1000000);
  } else {
    snprintf(buffer, sizeof(buffer), "%" PRIu64 "G", count / 1000000000);
  }
  return buffer;
}

std::string HoursText(uint64_t micros) {
  char buffer[64];
  const uint64_t seconds = micros / 1000000;
  snprintf(buffer, sizeof(buffer), "%02" PRIu64 ":%02" PRIu64 ":%" PRIu64 ".%03" PRIu64,
           seconds / 3600, seconds / 60 % 60, seconds % 60, micros / 1000 % 1000);
  return buffer;
}

double Ratio(double a, double b) { return b == 0 ? 0 : a / b; }

// The number behind a prefix; false when there is none.
bool SplitNumber(const std::string& property, const std::string& prefix, uint64_t* number) {
  if (property.size() <= prefix.size() || property.compare(0, prefix.size(), prefix) != 0) {
    return false;
  }
  uint64_t value = 0;
  for (size_t i = prefix.size(); i < property.size(); ++i) {
    if (property[i] < '0' || property[i] > '9' || value > 1000000) return false;
    value = value * 10 + static_cast<uint64_t>(property[i] - '0');
  }
  *number = value;
  return true;
}

std::string LevelText(const aether::StoreStats& stats, size_t levels) {
  std::string out = "Level Files Size(MB)\n--------------------\n";
  for (size_t level = 0; level < levels; ++level) {
    const bool known = level < stats.levels.size();
    Append(&out, "%3zu %8d %8.0f\n", level, known ? stats.levels[level].files : 0,
           known ? static_cast<double>(stats.levels[level].bytes) / kMega : 0.0);
  }
  return out;
}

std::string TablesText(const aether::KvStore& store, const aether::StoreStats& stats,
                       size_t levels) {
  const std::vector<aether::FileInfo> files = store.Files();
  std::string out;
  for (size_t level = 0; level < levels; ++level) {
    Append(&out, "--- level %zu --- version# %" PRIu64 " ---\n", level, stats.view_number);
    for (const aether::FileInfo& file : files) {
      if (static_cast<size_t>(file.level) != level) continue;
      Append(&out, " %" PRIu64 ":%" PRIu64 "[%" PRIu64 " .. %" PRIu64 "][", file.number, file.bytes,
             file.smallest_sequence, file.largest_sequence);
      out += "'" + Slice(file.smallest_key).ToString(true) + "' .. '" +
             Slice(file.largest_key).ToString(true) + "'](0)\n";
    }
  }
  return out;
}

TableProperties Aggregate(const std::vector<aether::FileInfo>& files, int level) {
  TableProperties sum;
  for (const aether::FileInfo& file : files) {
    if (level >= 0 && file.level != level) continue;
    sum.data_size += file.bytes - std::min(file.bytes, file.index_bytes + file.filter_bytes);
    sum.index_size += file.index_bytes;
    sum.filter_size += file.filter_bytes;
    sum.raw_key_size += file.raw_key_bytes;
    sum.raw_value_size += file.raw_value_bytes;
    sum.num_entries += file.entries;
    sum.num_deletions += file.deletes;
    sum.num_merge_operands += file.merges;
    sum.num_range_deletions += file.range_deletes;
    if (file.filter_bytes != 0) sum.num_filter_entries += file.entries;
  }
  return sum;
}

struct CacheFigures {
  bool present = false;
  uint64_t capacity = 0;
  uint64_t usage = 0;
  uint64_t pinned = 0;
};

CacheFigures CacheOf(const ColumnFamilyOptions& options) {
  const std::shared_ptr<Cache> cache = BlockCacheOf(options);
  if (cache == nullptr) return {};
  return {true, cache->GetCapacity(), cache->GetUsage(), cache->GetPinnedUsage()};
}

}  // namespace

bool StoreDb::IntProperty(Family* family, const Slice& property, uint64_t* value) {
  using P = DB::Properties;
  const aether::StoreStats stats = family->store->Stats();
  const auto is = [&](const std::string& name) { return property == Slice(name); };
  const auto give = [&](uint64_t figure) {
    *value = figure;
    return true;
  };
  if (is(P::kNumImmutableMemTable)) return give(stats.sealed_memtables);
  if (is(P::kNumImmutableMemTableFlushed)) return give(stats.sealed_memtables_flushed);
  if (is(P::kMemTableFlushPending)) return give(stats.flush_pending ? 1 : 0);
  if (is(P::kNumRunningFlushes)) return give(stats.flushes_running);
  if (is(P::kCompactionPending)) return give(stats.merge_pending ? 1 : 0);
  if (is(P::kNumRunningCompactions)) return give(stats.merges_running);
  if (is(P::kBackgroundErrors)) return give(engine_->Stats().background_errors);
  if (is(P::kCurSizeActiveMemTable)) return give(stats.active_memtable_bytes);
  if (is(P::kCurSizeAllMemTables)) {
    return give(stats.active_memtable_bytes + stats.sealed_memtable_bytes);
  }
  if (is(P::kSizeAllMemTables)) return give(stats.memtable_bytes);
  if (is(P::kNumEntriesActiveMemTable)) return give(stats.active_memtable_entries);
  if (is(P::kNumEntriesImmMemTables)) return give(stats.sealed_memtable_entries);
  if (is(P::kNumDeletesActiveMemTable)) return give(stats.active_memtable_deletes);
  if (is(P::kNumDeletesImmMemTables)) return give(stats.sealed_memtable_deletes);
  if (is(P::kEstimateNumKeys)) {
    // A tombstone hides one entry and is one itself, as far as an estimate can know.
    const uint64_t entries =
        stats.entries + stats.active_memtable_entries + stats.sealed_memtable_entries;
    const uint64_t gone =
        2 * (stats.tombstones + stats.active_memtable_deletes + stats.sealed_memtable_deletes);
    return give(entries - std::min(entries, gone));
  }
  if (is(P::kEstimateTableReadersMem)) return give(stats.table_reader_memory);
  if (is(P::kIsFileDeletionsEnabled)) {
    return give(engine_->FileDeletionsEnabled() ? 1 : 0);
  }
  if (is(P::kNumSnapshots)) return give(engine_->Stats().snapshots);
  if (is(P::kOldestSnapshotTime)) return give(engine_->Stats().oldest_snapshot_time);
  if (is(P::kOldestSnapshotSequence)) return give(engine_->Stats().oldest_snapshot_sequence);
  if (is(P::kNumLiveVersions)) return give(stats.live_versions);
  if (is(P::kCurrentSuperVersionNumber)) return give(stats.view_number);
  if (is(P::kEstimateLiveDataSize)) return give(stats.live_data_bytes);
  if (is(P::kMinLogNumberToKeep)) return give(engine_->Stats().min_log_number);
  if (is(P::kTotalSstFilesSize)) return give(stats.file_bytes);
  if (is(P::kLiveSstFilesSize)) return give(stats.live_file_bytes);
  if (is(P::kEstimatePendingCompactionBytes)) return give(stats.merge_debt_bytes);
  // Writers are not held to a rate here, so the rate is always "none".
  if (is(P::kActualDelayedWriteRate)) return give(0);
  if (is(P::kIsWriteStopped)) return give(stats.stopped ? 1 : 0);
  if (is(P::kNumBlobFiles)) return give(stats.blob_files);
  if (is(P::kTotalBlobFileSize) || is(P::kLiveBlobFileSize)) return give(stats.blob_file_bytes);
  if (is(P::kLiveBlobFileGarbageSize)) return give(stats.blob_garbage_bytes);
  if (is(P::kBlockCacheCapacity) || is(P::kBlockCacheUsage) || is(P::kBlockCachePinnedUsage)) {
    const CacheFigures cache = CacheOf(FamilyOptions(family));
    if (!cache.present) return false;
    if (is(P::kBlockCacheCapacity)) return give(cache.capacity);
    return give(is(P::kBlockCacheUsage) ? cache.usage : cache.pinned);
  }
  return false;
}

std::string StoreDb::CompactionStatsText(Family* family) const {
  const aether::StoreStats stats = family->store->Stats();
  const double seconds = static_cast<double>(SteadyMicros() - opened_micros_) / kMicrosPerSecond;
  std::string out = "\n** Compaction Stats [" + family->store->name() + "] **\n";
  out +=
      "Level    Files   Size     Score Read(GB)  Rn(GB) Rnp1(GB) Write(GB) Wnew(GB) Moved(GB) "
      "W-Amp "
      "Rd(MB/s) Wr(MB/s) Comp(sec) CompMergeCPU(sec) Comp(cnt) Avg(sec) KeyIn KeyDrop Rblob(GB) "
      "Wblob(GB)\n";
  out += std::string(192, '-') + "\n";
  const auto line = [&](const char* name, int files, uint64_t bytes, uint64_t read,
                        uint64_t written, double amplification, uint64_t micros, uint64_t count) {
    const double took = static_cast<double>(micros) / kMicrosPerSecond;
    Append(
        &out,
        "%4s %6d/%-3d %10s %5s %8.1f %7s %8s %9.1f %8s %9s %5.1f %8.1f %8.1f %9.2f %17s %9" PRIu64
        " %8.3f %7s %6s %8.1f %9.1f\n",
        name, files, 0, HumanBytes(bytes).c_str(), "-", static_cast<double>(read) / kGiga, "-", "-",
        static_cast<double>(written) / kGiga, "-", "-", amplification,
        Ratio(static_cast<double>(read) / kMega, took),
        Ratio(static_cast<double>(written) / kMega, took), took, "-", count,
        Ratio(took, static_cast<double>(count)), "-", "-", 0.0, 0.0);
  };
  int files = 0;
  uint64_t bytes = 0;
  uint64_t read = 0;
  uint64_t written = stats.flush_bytes_written;
  uint64_t micros = stats.flush_micros;
  uint64_t count = stats.flushes;
  for (size_t level = 0; level < stats.levels.size(); ++level) {
    const aether::LevelStats& l = stats.levels[level];
    files += l.files;
    bytes += l.bytes;
    read += l.merge_bytes_read;
    written += l.merge_bytes_written;
    micros += l.merge_micros;
    count += l.merges;
    // The top level is what flushes write.
    const bool top = level == 0;
    const uint64_t level_written = l.merge_bytes_written + (top ? stats.flush_bytes_written : 0);
    const uint64_t level_count = l.merges + (top ? stats.flushes : 0);
    if (l.files == 0 && level_count == 0) continue;
    const std::string name = "L" + std::to_string(level);
    line(name.c_str(), l.files, l.bytes, l.merge_bytes_read, level_written,
         Ratio(static_cast<double>(level_written),
               static_cast<double>(top ? stats.flush_bytes_written : l.merge_bytes_read)),
         l.merge_micros + (top ? stats.flush_micros : 0), level_count);
  }
  line("Sum", files, bytes, read, written,
       Ratio(static_cast<double>(written), static_cast<double>(stats.flush_bytes_written)), micros,
       count);
  Append(&out, "\nUptime(secs): %.1f total\n", seconds);
  Append(&out, "Flush(GB): cumulative %.3f\n",
         static_cast<double>(stats.flush_bytes_written) / kGiga);
  Append(
      &out,
      "Cumulative compaction: %.2f GB write, %.2f MB/s write, %.2f GB read, %.2f MB/s read, %.1f "
      "seconds\n",
      static_cast<double>(written) / kGiga, Ratio(static_cast<double>(written) / kMega, seconds),
      static_cast<double>(read) / kGiga, Ratio(static_cast<double>(read) / kMega, seconds),
      static_cast<double>(micros) / kMicrosPerSecond);
  Append(&out, "Stalls(count): %" PRIu64 " delays, %" PRIu64 " stops\n", stats.stall_delays,
         stats.stall_stops);
  return out;
}

std::string StoreDb::DbStatsText() {
  const aether::EnvStats stats = engine_->Stats();
  Interval now;
  now.micros = SteadyMicros();
  now.writes = stats.writes;
  now.keys = stats.visible_sequence;
  now.log_bytes = stats.log_bytes;
  now.log_syncs = stats.log_syncs;
  now.stall_micros = bridge_->stall_micros();
  Interval before;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    before = std::exchange(last_interval_, now);
  }
  const double total = static_cast<double>(now.micros - opened_micros_) / kMicrosPerSecond;
  const double span = static_cast<double>(now.micros - before.micros) / kMicrosPerSecond;
  std::string out = "\n** DB Stats **\n";
  Append(&out, "Uptime(secs): %.1f total, %.1f interval\n", total, span);
  const auto block = [&](const char* name, uint64_t writes, uint64_t log_bytes, uint64_t syncs,
                         uint64_t stall, double seconds) {
    const double megabytes = static_cast<double>(log_bytes) / kMega;
    Append(&out, "%s writes: %s writes\n", name, HumanCount(writes).c_str());
    Append(&out,
           "%s WAL: %s writes, %" PRIu64
           " syncs, %.2f writes per sync, written: %.2f GB, %.2f "
           "MB/s\n",
           name, HumanCount(writes).c_str(), syncs,
           Ratio(static_cast<double>(writes), static_cast<double>(std::max<uint64_t>(syncs, 1))),
           megabytes / 1024, Ratio(megabytes, seconds));
    Append(&out, "%s stall: %s H:M:S, %.1f percent\n", name, HoursText(stall).c_str(),
           Ratio(100 * static_cast<double>(stall) / kMicrosPerSecond, seconds));
  };
  block("Cumulative", now.writes, now.log_bytes, now.log_syncs, now.stall_micros, total);
  block("Interval", now.writes - before.writes, now.log_bytes - before.log_bytes,
        now.log_syncs - before.log_syncs, now.stall_micros - before.stall_micros, span);
  return out;
}

bool StoreDb::TextProperty(Family* family, const std::string& property, std::string* value) {
  using P = DB::Properties;
  const ColumnFamilyOptions options = FamilyOptions(family);
  const aether::StoreStats stats = family->store->Stats();
  const size_t levels = std::max(static_cast<size_t>(options.num_levels), stats.levels.size());
  uint64_t level = 0;
  if (SplitNumber(property, P::kNumFilesAtLevelPrefix, &level)) {
    if (level >= levels) return false;
    *value = std::to_string(level < stats.levels.size() ? stats.levels[level].files : 0);
    return true;
  }
  if (SplitNumber(property, P::kCompressionRatioAtLevelPrefix, &level)) {
    if (level >= levels) return false;
    const bool any = level < stats.levels.size() && stats.levels[level].bytes != 0;
    *value = std::to_string(any ? Ratio(static_cast<double>(stats.levels[level].raw_bytes),
                                        static_cast<double>(stats.levels[level].bytes))
                                : -1.0);
    return true;
  }
  if (SplitNumber(property, P::kAggregatedTablePropertiesAtLevel, &level)) {
    if (level >= levels) return false;
    *value = Aggregate(family->store->Files(), static_cast<int>(level)).ToString();
    return true;
  }
  if (SplitNumber(property, P::kLiveSstFilesSizeAtTemperature, &level)) {
    // Every file has the unknown temperature, whose number is zero.
    *value = std::to_string(level == 0 ? stats.live_file_bytes : 0);
    return true;
  }
  if (property == P::kAggregatedTableProperties) {
    *value = Aggregate(family->store->Files(), -1).ToString();
    return true;
  }
  if (property == P::kStats) {
    *value = CompactionStatsText(family) + DbStatsText();
    return true;
  }
  if (property == P::kCFStats || property == P::kCFStatsNoFileHistogram) {
    *value = CompactionStatsText(family);
    return true;
  }
  if (property == P::kDBStats) {
    *value = DbStatsText();
    return true;
  }
  if (property == P::kLevelStats) {
    *value = LevelText(stats, levels);
    return true;
  }
  if (property == P::kSSTables) {
    *value = TablesText(*family->store, stats, levels);
    return true;
  }
  if (property == P::kOptionsStatistics) {
    if (statistics_ == nullptr) return false;
    *value = statistics_->ToString();
    return true;
  }
  if (property == P::kBlobStats) {
    const uint64_t garbage = std::min(stats.blob_garbage_bytes, stats.blob_file_bytes);
    std::ostringstream text;
    text << "Number of blob files: " << stats.blob_files
         << "\nTotal size of blob files: " << stats.blob_file_bytes
         << "\nTotal size of garbage in blob files: " << garbage
         << "\nBlob file space amplification: ";
    if (stats.blob_file_bytes > garbage) {
      text << static_cast<double>(stats.blob_file_bytes) /
                  static_cast<double>(stats.blob_file_bytes - garbage);
    } else {
      text << 0;
    }
    *value = text.str() + "\n";
    return true;
  }
  return false;
}

bool StoreDb::GetProperty(ColumnFamilyHandle* handle, const Slice& property, std::string* value) {
  if (value == nullptr) return false;
  value->clear();
  if (closed() || !Owns(handle)) return false;
  Family* const family = Own(handle)->family;
  uint64_t number = 0;
  if (IntProperty(family, property, &number)) {
    *value = std::to_string(number);
    return true;
  }
  return TextProperty(family, property.ToString(), value);
}

bool StoreDb::GetIntProperty(ColumnFamilyHandle* handle, const Slice& property, uint64_t* value) {
  return value != nullptr && !closed() && Owns(handle) &&
         IntProperty(Own(handle)->family, property, value);
}

bool StoreDb::GetAggregatedIntProperty(const Slice& property, uint64_t* value) {
  if (value == nullptr || closed()) return false;
  std::vector<Family*> families;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& family : families_) {
      if (family->store != nullptr && !family->store->dropped()) families.push_back(family.get());
    }
  }
  uint64_t sum = 0;
  for (Family* family : families) {
    uint64_t one = 0;
    if (!IntProperty(family, property, &one)) return false;
    sum += one;
  }
  *value = sum;
  return true;
}

bool StoreDb::GetMapProperty(ColumnFamilyHandle* handle, const Slice& property,
                             std::map<std::string, std::string>* value) {
  using P = DB::Properties;
  if (value == nullptr || closed() || !Owns(handle)) return false;
  const aether::StoreStats stats = Store(handle)->Stats();
  if (property == Slice(P::kCFStats)) {
    for (size_t i = 0; i < stats.levels.size(); ++i) {
      const aether::LevelStats& l = stats.levels[i];
      if (l.files == 0 && l.merges == 0) continue;
      const std::string prefix = "compaction.L" + std::to_string(i) + ".";
      const auto put = [&](const char* field, double figure) {
        (*value)[prefix + field] = std::to_string(figure);
      };
      put("NumFiles", l.files);
      put("SizeBytes", static_cast<double>(l.bytes));
      put("ReadGB", static_cast<double>(l.merge_bytes_read) / kGiga);
      put("WriteGB", static_cast<double>(l.merge_bytes_written) / kGiga);
      put("CompSec", static_cast<double>(l.merge_micros) / kMicrosPerSecond);
      put("CompCount", static_cast<double>(l.merges));
      put("AvgSec", Ratio(static_cast<double>(l.merge_micros) / kMicrosPerSecond,
                          static_cast<double>(l.merges)));
    }
    (*value)["io_stalls.total_slowdown"] = std::to_string(stats.stall_delays);
    (*value)["io_stalls.total_stop"] = std::to_string(stats.stall_stops);
    return true;
  }
  if (property == Slice(P::kDBStats)) {
    const aether::EnvStats env = engine_->Stats();
    (*value)["db.uptime"] =
        std::to_string(static_cast<double>(SteadyMicros() - opened_micros_) / kMicrosPerSecond);
    (*value)["db.wal_bytes_written"] = std::to_string(env.log_bytes);
    (*value)["db.wal_syncs"] = std::to_string(env.log_syncs);
    (*value)["db.user_writes_by_self"] = std::to_string(env.writes);
    (*value)["db.user_writes_by_other"] = "0";
    (*value)["db.user_write_stall_micros"] = std::to_string(bridge_->stall_micros());
    return true;
  }
  uint64_t level = 0;
  const bool at_level =
      SplitNumber(property.ToString(), P::kAggregatedTablePropertiesAtLevel, &level);
  if (at_level || property == Slice(P::kAggregatedTableProperties)) {
    const TableProperties sum =
        Aggregate(Store(handle)->Files(), at_level ? static_cast<int>(level) : -1);
    (*value)["data_size"] = std::to_string(sum.data_size);
    (*value)["index_size"] = std::to_string(sum.index_size);
    (*value)["filter_size"] = std::to_string(sum.filter_size);
    (*value)["raw_key_size"] = std::to_string(sum.raw_key_size);
    (*value)["raw_value_size"] = std::to_string(sum.raw_value_size);
    (*value)["num_entries"] = std::to_string(sum.num_entries);
    (*value)["num_deletions"] = std::to_string(sum.num_deletions);
    (*value)["num_merge_operands"] = std::to_string(sum.num_merge_operands);
    (*value)["num_range_deletions"] = std::to_string(sum.num_range_deletions);
    (*value)["num_filter_entries"] = std::to_string(sum.num_filter_entries);
    return true;
  }
  return false;
}

Status StoreDb::GetStatsHistory(uint64_t start_time, uint64_t end_time,
                                std::unique_ptr<StatsHistoryIterator>* iterator) {
  if (iterator == nullptr) return Status::InvalidArgument("stats_iterator not preallocated.");
  *iterator = NewStatsHistoryIterator(stats_history_, start_time, end_time);
  return Status::OK();
}

Status StoreDb::ResetStats() {
  if (statistics_ != nullptr) return statistics_->Reset();
  return Status::OK();
}

Status StoreDb::GetApproximateSizes(const SizeApproximationOptions& options,
                                    ColumnFamilyHandle* handle, const Range* ranges, int n,
                                    uint64_t* sizes) {
  if (!options.include_memtables && !options.include_files) {
    return Status::InvalidArgument("Invalid options");
  }
  Status s = CheckOpen(handle);
  if (!s.ok()) return s;
  if (n > 0 && (ranges == nullptr || sizes == nullptr)) {
    return Status::InvalidArgument("There are no ranges, or no place for their sizes");
  }
  for (int i = 0; i < n; ++i) {
    sizes[i] = Store(handle)->ApproximateSize(ToEngine(ranges[i].start), ToEngine(ranges[i].limit),
                                              options.include_files, options.include_memtables);
  }
  return Status::OK();
}

void StoreDb::GetApproximateMemTableStats(ColumnFamilyHandle* handle, const Range& range,
                                          uint64_t* const count, uint64_t* const size) {
  if (count == nullptr || size == nullptr) return;
  *count = 0;
  *size = 0;
  if (closed() || !Owns(handle)) return;
  Store(handle)->ApproximateMemTable(ToEngine(range.start), ToEngine(range.limit), count, size);
}

}  // namespace rocksdb
