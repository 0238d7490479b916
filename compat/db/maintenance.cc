// Flushing, merging, the log, and options that change while the DB is open.

#include <algorithm>
#include <string_view>
#include <utility>

#include "compat/db/file_names.h"
#include "compat/db/listener_bridge.h"
#include "compat/db/option_map.h"
#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/env/status_convert.h"
#include "compat/statistics/stats_history.h"
#include "compat/table/file_plug_ins.h"
#include "compat/trace/replay.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/convenience.h"

namespace rocksdb {

namespace {

// What SetOptions may change, as in 7.8.
constexpr std::string_view kMutableFamilyOptions[] = {
    "arena_block_size",
    "block_based_table_factory",
    "blob_cache",
    "blob_compaction_readahead_size",
    "blob_compression_type",
    "blob_file_size",
    "blob_file_starting_level",
    "blob_garbage_collection_age_cutoff",
    "blob_garbage_collection_force_threshold",
    "bottommost_compression",
    "bottommost_compression_opts",
    "bottommost_temperature",
    "check_flush_compaction_key_order",
    "compaction_options_fifo",
    "compaction_options_universal",
    "compression",
    "compression_opts",
    "compression_per_level",
    "disable_auto_compactions",
    "enable_blob_files",
    "enable_blob_garbage_collection",
    "experimental_mempurge_threshold",
    "filter_deletes",
    "hard_pending_compaction_bytes_limit",
    "hard_rate_limit",
    "ignore_max_compaction_bytes_for_input",
    "inplace_update_num_locks",
    "last_level_temperature",
    "level0_file_num_compaction_trigger",
    "level0_slowdown_writes_trigger",
    "level0_stop_writes_trigger",
    "max_bytes_for_level_base",
    "max_bytes_for_level_multiplier",
    "max_bytes_for_level_multiplier_additional",
    "max_compaction_bytes",
    "max_sequential_skip_in_iterations",
    "max_successive_merges",
    "max_write_buffer_number",
    "memtable_huge_page_size",
    "memtable_prefix_bloom_size_ratio",
    "memtable_protection_bytes_per_key",
    "memtable_whole_key_filtering",
    "min_blob_size",
    "paranoid_file_checks",
    "periodic_compaction_seconds",
    "plain_table_factory",
    "prefix_extractor",
    "prepopulate_blob_cache",
    "report_bg_io_stats",
    "sample_for_compression",
    "soft_pending_compaction_bytes_limit",
    "soft_rate_limit",
    "table_factory",
    "target_file_size_base",
    "target_file_size_multiplier",
    "ttl",
    "write_buffer_size",
};

constexpr std::string_view kMutableDbOptions[] = {
    "avoid_flush_during_shutdown",
    "base_background_compactions",
    "bytes_per_sync",
    "compaction_readahead_size",
    "delayed_write_rate",
    "delete_obsolete_files_period_micros",
    "max_background_compactions",
    "max_background_flushes",
    "max_background_jobs",
    "max_open_files",
    "max_subcompactions",
    "max_total_wal_size",
    "stats_dump_period_sec",
    "stats_history_buffer_size",
    "stats_persist_period_sec",
    "strict_bytes_per_sync",
    "wal_bytes_per_sync",
    "writable_file_max_buffer_size",
};

constexpr std::string_view kInEffectAtOnce[] = {
    "max_background_compactions", "max_background_flushes",    "max_background_jobs",
    "max_total_wal_size",         "stats_history_buffer_size", "stats_persist_period_sec",
};

const SstFileMetaData* FindFile(const ColumnFamilyMetaData& family, uint64_t number, int* level) {
  for (const LevelMetaData& metadata : family.levels) {
    for (const SstFileMetaData& file : metadata.files) {
      if (file.file_number != number) continue;
      *level = metadata.level;
      return &file;
    }
  }
  return nullptr;
}

template <size_t n>
bool Contains(const std::string_view (&names)[n], const std::string& name) {
  // "table_factory.block_size" changes a part of table_factory.
  const std::string_view whole = std::string_view(name).substr(0, name.find_first_of(".{"));
  return std::find(std::begin(names), std::end(names), whole) != std::end(names);
}

}  // namespace

Status StoreDb::Flush(const FlushOptions& options, ColumnFamilyHandle* handle) {
  Status s = CheckWritable(handle);
  if (!s.ok()) return s;
  if (Store(handle)->dropped()) return Status::ColumnFamilyDropped();
  return ToRocks(Store(handle)->Flush(options.wait));
}

Status StoreDb::Flush(const FlushOptions& options,
                      const std::vector<ColumnFamilyHandle*>& handles) {
  Status s = CheckWritable();
  for (ColumnFamilyHandle* handle : handles) {
    if (s.ok()) s = CheckHandle(handle);
  }
  if (!s.ok()) return s;
  // Start them all, then wait: the flushes run side by side.
  for (ColumnFamilyHandle* handle : handles) {
    if (Store(handle)->dropped()) return Status::ColumnFamilyDropped();
    s = ToRocks(Store(handle)->Flush(false));
    if (!s.ok()) return s;
  }
  if (!options.wait) return s;
  for (ColumnFamilyHandle* handle : handles) {
    s = ToRocks(Store(handle)->Flush(true));
    if (!s.ok()) return s;
  }
  return s;
}

Status StoreDb::CompactRange(const CompactRangeOptions& options, ColumnFamilyHandle* handle,
                             const Slice* begin, const Slice* end) {
  Status s = CheckWritable(handle);
  if (!s.ok()) return s;
  if (Store(handle)->dropped()) return Status::ColumnFamilyDropped();
  const ColumnFamilyOptions family = FamilyOptions(Own(handle)->family);
  if (options.target_path_id > 0) return Status::InvalidArgument("Invalid target path ID");
  if (family.compaction_filter != nullptr && !family.compaction_filter->IgnoreSnapshots()) {
    return Status::NotSupported(
        "CompactionFilter::IgnoreSnapshots() = false is not supported anymore.");
  }
  if (options.change_level && options.target_level >= family.num_levels) {
    const aether::StoreStats stats = Store(handle)->Stats();
    // Where nothing is to be moved, RocksDB's leveled compaction does not look at the level.
    const bool leveled =
        family.compaction_style != kCompactionStyleFIFO &&
        (family.compaction_style != kCompactionStyleUniversal || family.num_levels == 1);
    if (leveled &&
        stats.entries + stats.active_memtable_entries + stats.sealed_memtable_entries == 0) {
      return Status::OK();
    }
    return Status::InvalidArgument("Target level exceeds number of levels");
  }
  aether::CompactRangeOptions out;
  out.canceled = options.canceled;
  switch (options.bottommost_level_compaction) {
    case BottommostLevelCompaction::kSkip:
      out.force_last_level = false;
      break;
    case BottommostLevelCompaction::kIfHaveCompactionFilter:
      out.force_last_level =
          family.compaction_filter != nullptr || family.compaction_filter_factory != nullptr;
      break;
    case BottommostLevelCompaction::kForce:
    case BottommostLevelCompaction::kForceOptimized:
      out.force_last_level = true;
      break;
  }
  const double cutoff = options.blob_garbage_collection_age_cutoff;
  const bool own_cutoff = cutoff >= 0 && cutoff <= 1;
  if (own_cutoff ||
      options.blob_garbage_collection_policy != BlobGarbageCollectionPolicy::kUseDefault) {
    const bool collect =
        options.blob_garbage_collection_policy == BlobGarbageCollectionPolicy::kForce ||
        (options.blob_garbage_collection_policy == BlobGarbageCollectionPolicy::kUseDefault &&
         family.enable_blob_garbage_collection);
    out.collect_age_cutoff =
        collect ? (own_cutoff ? cutoff : family.blob_garbage_collection_age_cutoff) : 0;
  }
  aether::Slice first;
  aether::Slice last;
  if (begin != nullptr) first = ToEngine(*begin);
  if (end != nullptr) last = ToEngine(*end);
  s = ToRocks(Store(handle)->CompactRange(out, begin == nullptr ? nullptr : &first,
                                          end == nullptr ? nullptr : &last));
  Info(info_log(), "[%s] Manual compaction: %s", Own(handle)->GetName().c_str(),
       s.ToString().c_str());
  return s;
}

Status StoreDb::CompactFiles(const CompactionOptions&, ColumnFamilyHandle* handle,
                             const std::vector<std::string>& input_file_names,
                             const int output_level, const int,
                             std::vector<std::string>* const output_file_names,
                             CompactionJobInfo* compaction_job_info) {
  if (handle == nullptr) return Status::InvalidArgument("ColumnFamilyHandle must be non-null.");
  Status s = CheckWritable(handle);
  if (!s.ok()) return s;
  ColumnFamilyMetaData family;
  GetColumnFamilyMetaData(handle, &family);
  const int levels = static_cast<int>(family.levels.size());
  if (output_level >= levels) {
    return Status::InvalidArgument("Output level for column family " + family.name +
                                   " must between [0, " + std::to_string(levels - 1) + "].");
  }
  if (output_level < 0) return Status::InvalidArgument("Output level cannot be negative.");
  if (input_file_names.empty()) {
    return Status::InvalidArgument("A compaction must contain at least one file.");
  }
  std::vector<uint64_t> numbers;
  std::vector<std::string> paths;
  int newest_level = levels;
  for (const std::string& name : input_file_names) {
    uint64_t number = 0;
    const SstFileMetaData* found = nullptr;
    int level = 0;
    if (IsTableFileName(BaseName(name), &number)) found = FindFile(family, number, &level);
    const std::string shown = "/" + NumberedName("", number, ".sst");
    if (found == nullptr) {
      return Status::InvalidArgument("Specified compaction input file " + shown +
                                     " does not exist in column family " + family.name + ".");
    }
    if (found->being_compacted) {
      return Status::Aborted("Specified compaction input file " + shown +
                             " is already being compacted.");
    }
    if (level > output_level) {
      return Status::InvalidArgument("Cannot compact file to up level, input file: " + shown +
                                     " level " + std::to_string(level) + " > output level " +
                                     std::to_string(output_level));
    }
    newest_level = std::min(newest_level, level);
    numbers.push_back(number);
    paths.push_back(found->directory + shown);
  }
  if (Store(handle)->dropped()) {
    return Status::ColumnFamilyDropped("Column family dropped during compaction");
  }
  // The deepest level of the application's is the engine's last one.
  const int level =
      output_level + 1 == levels ? aether::kLastLevel : std::min(output_level, aether::kLastLevel);
  std::vector<std::string> outputs;
  s = ToRocks(Store(handle)->MergeFiles(numbers, level, &outputs));
  Info(info_log(), "[%s] CompactFiles of %d files into level %d: %s", family.name.c_str(),
       static_cast<int>(numbers.size()), level, s.ToString().c_str());
  if (compaction_job_info != nullptr) {
    compaction_job_info->cf_id = Own(handle)->GetID();
    compaction_job_info->cf_name = family.name;
    compaction_job_info->status = s;
    compaction_job_info->base_input_level = newest_level;
    compaction_job_info->output_level = level;
    compaction_job_info->input_files = std::move(paths);
    compaction_job_info->output_files = outputs;
    compaction_job_info->compaction_reason = CompactionReason::kManualCompaction;
  }
  if (s.ok() && output_file_names != nullptr) *output_file_names = std::move(outputs);
  return s;
}

Status StoreDb::SuggestCompactRange(ColumnFamilyHandle* handle, const Slice* begin,
                                    const Slice* end) {
  Status s = CheckWritable(handle);
  if (!s.ok() || Store(handle)->dropped()) return s;
  aether::Slice first;
  aether::Slice last;
  if (begin != nullptr) first = ToEngine(*begin);
  if (end != nullptr) last = ToEngine(*end);
  return ToRocks(Store(handle)->SuggestMerge(begin == nullptr ? nullptr : &first,
                                             end == nullptr ? nullptr : &last));
}

Status StoreDb::DropFiles(ColumnFamilyHandle* handle, const RangePtr* ranges, size_t n,
                          bool include_end) {
  Status s = CheckWritable(handle);
  if (!s.ok() || Store(handle)->dropped()) return s;
  std::vector<aether::Slice> keys;
  keys.reserve(2 * n);
  const auto key_of = [&keys](const Slice* key) -> const aether::Slice* {
    return key == nullptr ? nullptr : &keys.emplace_back(ToEngine(*key));
  };
  std::vector<aether::KeyRange> out;
  for (size_t i = 0; i < n; ++i) {
    aether::KeyRange range;
    range.begin = key_of(ranges[i].start);
    range.end = key_of(ranges[i].limit);
    range.end_included = include_end;
    out.push_back(range);
  }
  return ToRocks(Store(handle)->DropFiles(out));
}

Status DeleteFilesInRanges(DB* db, ColumnFamilyHandle* column_family, const RangePtr* ranges,
                           size_t n, bool include_end) {
  auto* const store = db == nullptr ? nullptr : dynamic_cast<StoreDb*>(db->GetRootDB());
  if (store == nullptr || column_family == nullptr || ranges == nullptr) {
    return Status::InvalidArgument("DeleteFilesInRanges needs a DB, a column family and ranges");
  }
  return store->DropFiles(column_family, ranges, n, include_end);
}

Status DeleteFilesInRange(DB* db, ColumnFamilyHandle* column_family, const Slice* begin,
                          const Slice* end, bool include_end) {
  const RangePtr range(begin, end);
  return DeleteFilesInRanges(db, column_family, &range, 1, include_end);
}

Status StoreDb::PauseBackgroundWork() {
  return closed() ? CheckOpen() : ToRocks(engine_->PauseBackgroundWork());
}

Status StoreDb::ContinueBackgroundWork() {
  return closed() ? CheckOpen() : ToRocks(engine_->ContinueBackgroundWork());
}

Status StoreDb::EnableAutoCompaction(const std::vector<ColumnFamilyHandle*>& handles) {
  for (ColumnFamilyHandle* handle : handles) {
    Status s = SetOptions(handle, {{"disable_auto_compactions", "false"}});
    if (!s.ok()) return s;
  }
  return Status::OK();
}

void StoreDb::DisableManualCompaction() {
  if (!closed()) engine_->DisableManualMerges();
}

void StoreDb::EnableManualCompaction() {
  if (!closed()) engine_->EnableManualMerges();
}

Status StoreDb::FlushWAL(bool sync) {
  // Without a log there is nothing to hand over, only nothing that could be synced.
  if (closed() || sync || mode_ == Mode::kSecondary) {
    Status s = CheckWritable();
    if (!s.ok()) return s;
  }
  return ToRocks(engine_->FlushWal(sync));
}

Status StoreDb::SyncWAL() { return FlushWAL(true); }

Status StoreDb::LockWAL() {
  Status s = CheckWritable();
  return s.ok() ? ToRocks(engine_->HoldWrites()) : s;
}

Status StoreDb::UnlockWAL() {
  Status s = CheckWritable();
  return s.ok() ? ToRocks(engine_->ReleaseWrites()) : s;
}

Status StoreDb::StartTrace(const TraceOptions& options, std::unique_ptr<TraceWriter>&& writer) {
  return tracer_.Start(options, std::move(writer));
}

Status StoreDb::EndTrace() { return tracer_.End(); }

Status StoreDb::NewDefaultReplayer(const std::vector<ColumnFamilyHandle*>& handles,
                                   std::unique_ptr<TraceReader>&& reader,
                                   std::unique_ptr<Replayer>* replayer) {
  if (reader == nullptr || replayer == nullptr) {
    return Status::InvalidArgument(
        "NewDefaultReplayer needs a reader and a place for the replayer");
  }
  for (ColumnFamilyHandle* handle : handles) {
    if (handle == nullptr || !Owns(handle)) return NotOurs();
  }
  *replayer = NewReplayer(this, handles, std::move(reader));
  return Status::OK();
}

Status StoreDb::TryCatchUpWithPrimary() {
  if (closed()) return CheckOpen();
  return ToRocks(engine_->CatchUp());
}

Status StoreDb::VerifyFileChecksums(const ReadOptions&) {
  const auto factory = GetDBOptions().file_checksum_gen_factory;
  if (factory == nullptr) {
    return Status::InvalidArgument(
        "Cannot verify file checksum if options.file_checksum_gen_factory is null");
  }
  if (closed()) return CheckOpen();
  // Merges take files away meanwhile.
  Status s = ToRocks(engine_->DisableFileDeletions());
  std::vector<LiveFileMetaData> files;
  if (s.ok()) GetLiveFilesMetaData(&files);
  for (const LiveFileMetaData& file : files) {
    if (!s.ok() || file.file_checksum_func_name == kUnknownFileChecksumFuncName) continue;
    s = VerifyFileSum(GetFileSystem(), file.directory + file.name, file.file_checksum_func_name,
                      file.file_checksum, factory.get());
  }
  engine_->EnableFileDeletions(false).Ignore();
  return s;
}

Status StoreDb::VerifyChecksum(const ReadOptions&) {
  if (closed()) return CheckOpen();
  std::vector<aether::KvStore*> stores;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& family : families_) {
      if (family->store != nullptr && !family->store->dropped()) stores.push_back(family->store);
    }
  }
  for (aether::KvStore* store : stores) {
    Status s = ToRocks(store->VerifyChecksums());
    if (!s.ok()) return s;
  }
  return Status::OK();
}

Status StoreDb::SetOptions(ColumnFamilyHandle* handle,
                           const std::unordered_map<std::string, std::string>& new_options) {
  if (new_options.empty()) return Status::InvalidArgument("empty input");
  Status s = CheckOpen(handle);
  if (!s.ok()) return s;
  Family* const family = Own(handle)->family;
  const ColumnFamilyOptions before = FamilyOptions(family);
  ConfigOptions config;
  config.mutable_options_only = false;
  ColumnFamilyOptions after;
  s = GetColumnFamilyOptionsFromMap(config, before, new_options, &after);
  if (!s.ok()) return s;
  for (const auto& [name, value] : new_options) {
    if (!Contains(kMutableFamilyOptions, name)) {
      return Status::InvalidArgument("Option not changeable: " + name);
    }
  }
  s = CheckFamilyOptions(GetDBOptions(), after);
  if (!s.ok()) return s;
  if (Store(handle)->dropped()) return Status::ColumnFamilyDropped();
  after = SanitizeFamily(after);
  if (after.write_buffer_size != before.write_buffer_size) {
    s = ToRocks(Store(handle)->SetWriteBufferSize(after.write_buffer_size));
  }
  if (s.ok() && after.max_write_buffer_number != before.max_write_buffer_number) {
    s = ToRocks(Store(handle)->SetMaxWriteBuffers(after.max_write_buffer_number));
  }
  if (s.ok()) s = ToRocks(Store(handle)->SetTreeOptions(ToEngineTree(after)));
  for (const auto& [name, value] : new_options) {
    Info(info_log(), "[%s] SetOptions %s = %s: %s", Own(handle)->GetName().c_str(), name.c_str(),
         value.c_str(), s.ToString().c_str());
  }
  if (!s.ok()) return s;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    family->options = after;
    SetPrefix(family);
  }
  return WriteOptionsFile();
}

Status StoreDb::SetDBOptions(const std::unordered_map<std::string, std::string>& new_options) {
  if (new_options.empty()) return Status::InvalidArgument("empty input");
  if (closed()) return CheckOpen();
  const DBOptions before = GetDBOptions();
  ConfigOptions config;
  DBOptions after;
  for (const auto& [name, value] : new_options) {
    if (Contains(kMutableDbOptions, name)) continue;
    return Status::NotFound("Unrecognized option: " + name);
  }
  Status s = GetDBOptionsFromMap(config, before, new_options, &after);
  if (!s.ok()) return s;
  const aether::EnvOptions engine_options = ToEngineEnv(after);
  if (engine_options.background_jobs != ToEngineEnv(before).background_jobs) {
    engine_->SetBackgroundJobs(engine_options.background_jobs);
  }
  if (after.max_total_wal_size != before.max_total_wal_size) {
    engine_->SetMaxTotalWalSize(after.max_total_wal_size);
  }
  if (stats_history_ != nullptr) {
    stats_history_->Change(after.stats_persist_period_sec, after.stats_history_buffer_size);
  }
  for (const auto& [name, value] : new_options) {
    const bool now = Contains(kInEffectAtOnce, name);
    Info(info_log(), "SetDBOptions %s = %s, in effect %s", name.c_str(), value.c_str(),
         now ? "at once" : "after the next open");
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    db_options_ = after;
  }
  return WriteOptionsFile();
}

int StoreDb::NumberLevels(ColumnFamilyHandle* handle) {
  return Owns(handle) ? FamilyOptions(Own(handle)->family).num_levels : 0;
}

int StoreDb::MaxMemCompactionLevel(ColumnFamilyHandle*) { return 0; }

int StoreDb::Level0StopWriteTrigger(ColumnFamilyHandle* handle) {
  return Owns(handle) ? FamilyOptions(Own(handle)->family).level0_stop_writes_trigger : 0;
}

FileSystem* StoreDb::GetFileSystem() const { return env_->GetFileSystem().get(); }

Options StoreDb::GetOptions(ColumnFamilyHandle* handle) const {
  return Options(GetDBOptions(),
                 Owns(handle) ? FamilyOptions(Own(handle)->family) : ColumnFamilyOptions());
}

DBOptions StoreDb::GetDBOptions() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return db_options_;
}

}  // namespace rocksdb
