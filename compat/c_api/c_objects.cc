// The C interface: caches, environments, rate limiters, statistics, backups, and options that take
// objects.
#include "compat/c_api/c_types.h"
#include "rocksdb/convenience.h"
#include "rocksdb/memory_allocator.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/perf_level.h"
#include "rocksdb/statistics.h"
#include "rocksdb/utilities/memory_util.h"
#include "rocksdb/utilities/options_util.h"

using rocksdb::CompressionOptions;
using rocksdb::Env;
using rocksdb_c::CopyText;
using rocksdb_c::SaveError;

struct rocksdb_perfcontext_t {
  rocksdb::PerfContext* rep;
};
struct rocksdb_livefiles_t {
  std::vector<rocksdb::LiveFileMetaData> rep;
};
struct rocksdb_memory_consumers_t {
  std::vector<rocksdb::DB*> dbs;
  std::unordered_set<const rocksdb::Cache*> caches;
};
struct rocksdb_memory_usage_t {
  std::map<rocksdb::MemoryUtil::UsageType, uint64_t> rep;
};

extern "C" {

// --- options that take more than a number ---

rocksdb_options_t* rocksdb_options_create_copy(rocksdb_options_t* options) {
  return new rocksdb_options_t(*options);
}
void rocksdb_options_increase_parallelism(rocksdb_options_t* opt, int total_threads) {
  opt->rep.IncreaseParallelism(total_threads);
}
void rocksdb_options_optimize_for_point_lookup(rocksdb_options_t* opt,
                                               uint64_t block_cache_size_mb) {
  opt->rep.OptimizeForPointLookup(block_cache_size_mb);
}
void rocksdb_options_optimize_level_style_compaction(rocksdb_options_t* opt,
                                                     uint64_t memtable_memory_budget) {
  opt->rep.OptimizeLevelStyleCompaction(memtable_memory_budget);
}
void rocksdb_options_optimize_universal_style_compaction(rocksdb_options_t* opt,
                                                         uint64_t memtable_memory_budget) {
  opt->rep.OptimizeUniversalStyleCompaction(memtable_memory_budget);
}
void rocksdb_options_prepare_for_bulk_load(rocksdb_options_t* opt) {
  opt->rep.PrepareForBulkLoad();
}
void rocksdb_options_compaction_readahead_size(rocksdb_options_t* opt, size_t size) {
  opt->rep.compaction_readahead_size = size;
}
void rocksdb_options_set_stats_dump_period_sec(rocksdb_options_t* opt, unsigned int seconds) {
  opt->rep.stats_dump_period_sec = seconds;
}
void rocksdb_options_set_stats_persist_period_sec(rocksdb_options_t* opt, unsigned int seconds) {
  opt->rep.stats_persist_period_sec = seconds;
}
void rocksdb_options_enable_statistics(rocksdb_options_t* opt) {
  opt->rep.statistics = rocksdb::CreateDBStatistics();
}
char* rocksdb_options_statistics_get_string(rocksdb_options_t* opt) {
  const rocksdb::Statistics* statistics = opt->rep.statistics.get();
  return statistics != nullptr ? CopyText(statistics->ToString()) : nullptr;
}
void rocksdb_options_set_db_log_dir(rocksdb_options_t* opt, const char* dir) {
  opt->rep.db_log_dir = dir;
}
void rocksdb_options_set_wal_dir(rocksdb_options_t* opt, const char* dir) {
  opt->rep.wal_dir = dir;
}
void rocksdb_options_set_env(rocksdb_options_t* opt, rocksdb_env_t* env) {
  opt->rep.env = env != nullptr ? env->rep : nullptr;
}
void rocksdb_options_set_info_log(rocksdb_options_t* opt, rocksdb_logger_t* logger) {
  if (logger != nullptr) opt->rep.info_log = logger->rep;
}
void rocksdb_options_set_ratelimiter(rocksdb_options_t* opt, rocksdb_ratelimiter_t* limiter) {
  if (limiter != nullptr) opt->rep.rate_limiter = limiter->rep;
}
void rocksdb_options_set_row_cache(rocksdb_options_t* opt, rocksdb_cache_t* cache) {
  if (cache != nullptr) opt->rep.row_cache = cache->rep;
}
void rocksdb_options_set_blob_cache(rocksdb_options_t* opt, rocksdb_cache_t* blob_cache) {
  opt->rep.blob_cache = blob_cache->rep;
}
void rocksdb_options_set_uint64add_merge_operator(rocksdb_options_t* opt) {
  rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "uint64add",
                                           &opt->rep.merge_operator)
      .PermitUncheckedError();
}
void rocksdb_options_set_block_based_table_factory(
    rocksdb_options_t* opt, rocksdb_block_based_table_options_t* table_options) {
  if (table_options != nullptr) {
    opt->rep.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options->rep));
  }
}
void rocksdb_options_set_cuckoo_table_factory(rocksdb_options_t* opt,
                                              rocksdb_cuckoo_table_options_t* table_options) {
  if (table_options != nullptr) {
    opt->rep.table_factory.reset(rocksdb::NewCuckooTableFactory(table_options->rep));
  }
}
void rocksdb_options_set_plain_table_factory(rocksdb_options_t* opt, uint32_t user_key_len,
                                             int bloom_bits_per_key, double hash_table_ratio,
                                             size_t index_sparseness) {
  rocksdb::PlainTableOptions options;
  options.user_key_len = user_key_len;
  options.bloom_bits_per_key = bloom_bits_per_key;
  options.hash_table_ratio = hash_table_ratio;
  options.index_sparseness = index_sparseness;
  opt->rep.table_factory.reset(rocksdb::NewPlainTableFactory(options));
}
void rocksdb_options_set_hash_skip_list_rep(rocksdb_options_t* opt, size_t bucket_count,
                                            int32_t skiplist_height,
                                            int32_t skiplist_branching_factor) {
  opt->rep.memtable_factory.reset(
      rocksdb::NewHashSkipListRepFactory(bucket_count, skiplist_height, skiplist_branching_factor));
}
void rocksdb_options_set_hash_link_list_rep(rocksdb_options_t* opt, size_t bucket_count) {
  opt->rep.memtable_factory.reset(rocksdb::NewHashLinkListRepFactory(bucket_count));
}
void rocksdb_options_set_memtable_vector_rep(rocksdb_options_t* opt) {
  opt->rep.memtable_factory.reset(new rocksdb::VectorRepFactory);
}
void rocksdb_options_set_universal_compaction_options(
    rocksdb_options_t* opt, rocksdb_universal_compaction_options_t* universal) {
  opt->rep.compaction_options_universal = universal->rep;
}
void rocksdb_options_set_fifo_compaction_options(rocksdb_options_t* opt,
                                                 rocksdb_fifo_compaction_options_t* fifo) {
  opt->rep.compaction_options_fifo = fifo->rep;
}
void rocksdb_options_set_compression_per_level(rocksdb_options_t* opt, const int* level_values,
                                               size_t num_levels) {
  opt->rep.compression_per_level.clear();
  for (size_t i = 0; i < num_levels; ++i) {
    opt->rep.compression_per_level.push_back(
        static_cast<rocksdb::CompressionType>(level_values[i]));
  }
}
void rocksdb_options_set_min_level_to_compress(rocksdb_options_t* opt, int level) {
  if (level < 0) return;
  auto& types = opt->rep.compression_per_level;
  types.assign(static_cast<size_t>(opt->rep.num_levels), opt->rep.compression);
  for (size_t i = 0; i < static_cast<size_t>(level) && i < types.size(); ++i) {
    types[i] = rocksdb::kNoCompression;
  }
}
void rocksdb_options_set_max_bytes_for_level_multiplier_additional(rocksdb_options_t* opt,
                                                                   int* level_values,
                                                                   size_t num_levels) {
  opt->rep.max_bytes_for_level_multiplier_additional.assign(level_values,
                                                            level_values + num_levels);
}
void rocksdb_options_set_compression_options(rocksdb_options_t* opt, int w_bits, int level,
                                             int strategy, int max_dict_bytes) {
  CompressionOptions& options = opt->rep.compression_opts;
  options.window_bits = w_bits;
  options.level = level;
  options.strategy = strategy;
  options.max_dict_bytes = static_cast<uint32_t>(max_dict_bytes);
}
void rocksdb_options_set_bottommost_compression_options(rocksdb_options_t* opt, int w_bits,
                                                        int level, int strategy, int max_dict_bytes,
                                                        unsigned char enabled) {
  CompressionOptions& options = opt->rep.bottommost_compression_opts;
  options.window_bits = w_bits;
  options.level = level;
  options.strategy = strategy;
  options.max_dict_bytes = static_cast<uint32_t>(max_dict_bytes);
  options.enabled = enabled != 0;
}
void rocksdb_options_set_compression_options_zstd_max_train_bytes(rocksdb_options_t* opt,
                                                                  int bytes) {
  opt->rep.compression_opts.zstd_max_train_bytes = static_cast<uint32_t>(bytes);
}
int rocksdb_options_get_compression_options_zstd_max_train_bytes(rocksdb_options_t* opt) {
  return static_cast<int>(opt->rep.compression_opts.zstd_max_train_bytes);
}
void rocksdb_options_set_compression_options_use_zstd_dict_trainer(rocksdb_options_t* opt,
                                                                   unsigned char use) {
  opt->rep.compression_opts.use_zstd_dict_trainer = use != 0;
}
unsigned char rocksdb_options_get_compression_options_use_zstd_dict_trainer(
    rocksdb_options_t* opt) {
  return opt->rep.compression_opts.use_zstd_dict_trainer;
}
void rocksdb_options_set_compression_options_parallel_threads(rocksdb_options_t* opt, int threads) {
  opt->rep.compression_opts.parallel_threads = static_cast<uint32_t>(threads);
}
int rocksdb_options_get_compression_options_parallel_threads(rocksdb_options_t* opt) {
  return static_cast<int>(opt->rep.compression_opts.parallel_threads);
}
void rocksdb_options_set_compression_options_max_dict_buffer_bytes(rocksdb_options_t* opt,
                                                                   uint64_t bytes) {
  opt->rep.compression_opts.max_dict_buffer_bytes = bytes;
}
uint64_t rocksdb_options_get_compression_options_max_dict_buffer_bytes(rocksdb_options_t* opt) {
  return opt->rep.compression_opts.max_dict_buffer_bytes;
}
void rocksdb_options_set_bottommost_compression_options_zstd_max_train_bytes(
    rocksdb_options_t* opt, int bytes, unsigned char enabled) {
  opt->rep.bottommost_compression_opts.zstd_max_train_bytes = static_cast<uint32_t>(bytes);
  opt->rep.bottommost_compression_opts.enabled = enabled != 0;
}
void rocksdb_options_set_bottommost_compression_options_use_zstd_dict_trainer(
    rocksdb_options_t* opt, unsigned char use, unsigned char enabled) {
  opt->rep.bottommost_compression_opts.use_zstd_dict_trainer = use != 0;
  opt->rep.bottommost_compression_opts.enabled = enabled != 0;
}
unsigned char rocksdb_options_get_bottommost_compression_options_use_zstd_dict_trainer(
    rocksdb_options_t* opt) {
  return opt->rep.bottommost_compression_opts.use_zstd_dict_trainer;
}
void rocksdb_options_set_bottommost_compression_options_max_dict_buffer_bytes(
    rocksdb_options_t* opt, uint64_t bytes, unsigned char enabled) {
  opt->rep.bottommost_compression_opts.max_dict_buffer_bytes = bytes;
  opt->rep.bottommost_compression_opts.enabled = enabled != 0;
}
void rocksdb_options_set_enable_blob_gc(rocksdb_options_t* opt, unsigned char val) {
  opt->rep.enable_blob_garbage_collection = val != 0;
}
unsigned char rocksdb_options_get_enable_blob_gc(rocksdb_options_t* opt) {
  return opt->rep.enable_blob_garbage_collection;
}
void rocksdb_options_set_blob_gc_age_cutoff(rocksdb_options_t* opt, double val) {
  opt->rep.blob_garbage_collection_age_cutoff = val;
}
double rocksdb_options_get_blob_gc_age_cutoff(rocksdb_options_t* opt) {
  return opt->rep.blob_garbage_collection_age_cutoff;
}
void rocksdb_options_set_blob_gc_force_threshold(rocksdb_options_t* opt, double val) {
  opt->rep.blob_garbage_collection_force_threshold = val;
}
double rocksdb_options_get_blob_gc_force_threshold(rocksdb_options_t* opt) {
  return opt->rep.blob_garbage_collection_force_threshold;
}
rocksdb_dbpath_t* rocksdb_dbpath_create(const char* path, uint64_t target_size) {
  return new rocksdb_dbpath_t{rocksdb::DbPath(path, target_size)};
}
void rocksdb_dbpath_destroy(rocksdb_dbpath_t* dbpath) { delete dbpath; }
void rocksdb_options_set_db_paths(rocksdb_options_t* opt, const rocksdb_dbpath_t** path_values,
                                  size_t num_paths) {
  opt->rep.db_paths.clear();
  for (size_t i = 0; i < num_paths; ++i) opt->rep.db_paths.push_back(path_values[i]->rep);
}

void rocksdb_set_options(rocksdb_t* db, int count, const char* const keys[],
                         const char* const values[], char** errptr) {
  std::unordered_map<std::string, std::string> options;
  for (int i = 0; i < count; ++i) options[keys[i]] = values[i];
  SaveError(errptr, db->rep->SetOptions(options));
}
void rocksdb_set_options_cf(rocksdb_t* db, rocksdb_column_family_handle_t* handle, int count,
                            const char* const keys[], const char* const values[], char** errptr) {
  std::unordered_map<std::string, std::string> options;
  for (int i = 0; i < count; ++i) options[keys[i]] = values[i];
  SaveError(errptr, db->rep->SetOptions(handle->rep, options));
}
void rocksdb_get_options_from_string(const rocksdb_options_t* base_options, const char* opts_str,
                                     rocksdb_options_t* new_options, char** errptr) {
  SaveError(errptr, rocksdb::GetOptionsFromString(rocksdb::ConfigOptions(), base_options->rep,
                                                  opts_str, &new_options->rep));
}

// --- options of single calls ---

void rocksdb_readoptions_set_snapshot(rocksdb_readoptions_t* opt, const rocksdb_snapshot_t* snap) {
  opt->rep.snapshot = snap != nullptr ? snap->rep : nullptr;
}
// The bounds are copied; null takes a bound away.
void rocksdb_readoptions_set_iterate_upper_bound(rocksdb_readoptions_t* opt, const char* key,
                                                 size_t keylen) {
  opt->rep.iterate_upper_bound = nullptr;
  if (key == nullptr) return;
  opt->upper_bound_text.assign(key, keylen);
  opt->upper_bound = opt->upper_bound_text;
  opt->rep.iterate_upper_bound = &opt->upper_bound;
}
void rocksdb_readoptions_set_iterate_lower_bound(rocksdb_readoptions_t* opt, const char* key,
                                                 size_t keylen) {
  opt->rep.iterate_lower_bound = nullptr;
  if (key == nullptr) return;
  opt->lower_bound_text.assign(key, keylen);
  opt->lower_bound = opt->lower_bound_text;
  opt->rep.iterate_lower_bound = &opt->lower_bound;
}
void rocksdb_readoptions_set_timestamp(rocksdb_readoptions_t* opt, const char* ts, size_t tslen) {
  opt->rep.timestamp = nullptr;
  if (ts == nullptr) return;
  opt->timestamp_text.assign(ts, tslen);
  opt->timestamp = opt->timestamp_text;
  opt->rep.timestamp = &opt->timestamp;
}
void rocksdb_readoptions_set_iter_start_ts(rocksdb_readoptions_t* opt, const char* ts,
                                           size_t tslen) {
  opt->rep.iter_start_ts = nullptr;
  if (ts == nullptr) return;
  opt->iter_start_ts_text.assign(ts, tslen);
  opt->iter_start_ts = opt->iter_start_ts_text;
  opt->rep.iter_start_ts = &opt->iter_start_ts;
}
void rocksdb_writeoptions_disable_WAL(rocksdb_writeoptions_t* opt, int disable) {
  opt->rep.disableWAL = disable != 0;
}
unsigned char rocksdb_writeoptions_get_disable_WAL(rocksdb_writeoptions_t* opt) {
  return opt->rep.disableWAL;
}
void rocksdb_compactoptions_set_full_history_ts_low(rocksdb_compactoptions_t* opt, char* ts,
                                                    size_t tslen) {
  opt->rep.full_history_ts_low = nullptr;
  if (ts == nullptr) return;
  opt->full_history_ts_low_text.assign(ts, tslen);
  opt->full_history_ts_low = opt->full_history_ts_low_text;
  opt->rep.full_history_ts_low = &opt->full_history_ts_low;
}
void rocksdb_block_based_options_set_block_cache(rocksdb_block_based_table_options_t* options,
                                                 rocksdb_cache_t* block_cache) {
  if (block_cache != nullptr) options->rep.block_cache = block_cache->rep;
}
void rocksdb_block_based_options_set_block_cache_compressed(
    rocksdb_block_based_table_options_t* options, rocksdb_cache_t* block_cache_compressed) {
  if (block_cache_compressed != nullptr) {
    options->rep.block_cache_compressed = block_cache_compressed->rep;
  }
}
void rocksdb_block_based_options_set_checksum(rocksdb_block_based_table_options_t* options,
                                              char checksum) {
  options->rep.checksum = static_cast<rocksdb::ChecksumType>(checksum);
}
void rocksdb_block_based_options_set_data_block_hash_ratio(
    rocksdb_block_based_table_options_t* options, double v) {
  options->rep.data_block_hash_table_util_ratio = v;
}

// --- caches ---

rocksdb_cache_t* rocksdb_cache_create_lru(size_t capacity) {
  return new rocksdb_cache_t{rocksdb::NewLRUCache(capacity)};
}
rocksdb_cache_t* rocksdb_cache_create_lru_with_strict_capacity_limit(size_t capacity) {
  return new rocksdb_cache_t{rocksdb::NewLRUCache(capacity, -1, true)};
}
rocksdb_cache_t* rocksdb_cache_create_lru_opts(rocksdb_lru_cache_options_t* opt) {
  return new rocksdb_cache_t{rocksdb::NewLRUCache(opt->rep)};
}
void rocksdb_lru_cache_options_set_memory_allocator(rocksdb_lru_cache_options_t* opt,
                                                    rocksdb_memory_allocator_t* t) {
  opt->rep.memory_allocator = t->rep;
}
void rocksdb_cache_destroy(rocksdb_cache_t* cache) { delete cache; }
void rocksdb_cache_disown_data(rocksdb_cache_t* cache) { cache->rep->DisownData(); }
void rocksdb_cache_set_capacity(rocksdb_cache_t* cache, size_t capacity) {
  cache->rep->SetCapacity(capacity);
}
size_t rocksdb_cache_get_capacity(rocksdb_cache_t* cache) { return cache->rep->GetCapacity(); }
size_t rocksdb_cache_get_usage(rocksdb_cache_t* cache) { return cache->rep->GetUsage(); }
size_t rocksdb_cache_get_pinned_usage(rocksdb_cache_t* cache) {
  return cache->rep->GetPinnedUsage();
}
// After an error the caller has an empty one, which he destroys as any other.
rocksdb_memory_allocator_t* rocksdb_jemalloc_nodump_allocator_create(char** errptr) {
  auto* const allocator = new rocksdb_memory_allocator_t;
  rocksdb::JemallocAllocatorOptions options;
  SaveError(errptr, rocksdb::NewJemallocNodumpAllocator(options, &allocator->rep));
  return allocator;
}
void rocksdb_memory_allocator_destroy(rocksdb_memory_allocator_t* allocator) { delete allocator; }

rocksdb_ratelimiter_t* rocksdb_ratelimiter_create(int64_t rate_bytes_per_sec,
                                                  int64_t refill_period_us, int32_t fairness) {
  return new rocksdb_ratelimiter_t{std::shared_ptr<rocksdb::RateLimiter>(
      rocksdb::NewGenericRateLimiter(rate_bytes_per_sec, refill_period_us, fairness))};
}
void rocksdb_ratelimiter_destroy(rocksdb_ratelimiter_t* limiter) { delete limiter; }

// --- environments ---

rocksdb_env_t* rocksdb_create_default_env(void) { return new rocksdb_env_t{Env::Default(), true}; }
rocksdb_env_t* rocksdb_create_mem_env(void) {
  return new rocksdb_env_t{rocksdb::NewMemEnv(Env::Default()), false};
}
void rocksdb_env_destroy(rocksdb_env_t* env) {
  if (!env->is_default) delete env->rep;
  delete env;
}
void rocksdb_create_dir_if_missing(rocksdb_env_t* env, const char* path, char** errptr) {
  SaveError(errptr, env->rep->CreateDirIfMissing(path));
}
void rocksdb_env_set_background_threads(rocksdb_env_t* env, int n) {
  env->rep->SetBackgroundThreads(n);
}
int rocksdb_env_get_background_threads(rocksdb_env_t* env) {
  return env->rep->GetBackgroundThreads();
}
void rocksdb_env_set_bottom_priority_background_threads(rocksdb_env_t* env, int n) {
  env->rep->SetBackgroundThreads(n, Env::BOTTOM);
}
int rocksdb_env_get_bottom_priority_background_threads(rocksdb_env_t* env) {
  return env->rep->GetBackgroundThreads(Env::BOTTOM);
}
void rocksdb_env_set_high_priority_background_threads(rocksdb_env_t* env, int n) {
  env->rep->SetBackgroundThreads(n, Env::HIGH);
}
int rocksdb_env_get_high_priority_background_threads(rocksdb_env_t* env) {
  return env->rep->GetBackgroundThreads(Env::HIGH);
}
void rocksdb_env_set_low_priority_background_threads(rocksdb_env_t* env, int n) {
  env->rep->SetBackgroundThreads(n, Env::LOW);
}
int rocksdb_env_get_low_priority_background_threads(rocksdb_env_t* env) {
  return env->rep->GetBackgroundThreads(Env::LOW);
}
void rocksdb_env_join_all_threads(rocksdb_env_t* env) { env->rep->WaitForJoin(); }
void rocksdb_env_lower_thread_pool_io_priority(rocksdb_env_t* env) {
  env->rep->LowerThreadPoolIOPriority();
}
void rocksdb_env_lower_high_priority_thread_pool_io_priority(rocksdb_env_t* env) {
  env->rep->LowerThreadPoolIOPriority(Env::HIGH);
}
void rocksdb_env_lower_thread_pool_cpu_priority(rocksdb_env_t* env) {
  env->rep->LowerThreadPoolCPUPriority();
}
void rocksdb_env_lower_high_priority_thread_pool_cpu_priority(rocksdb_env_t* env) {
  env->rep->LowerThreadPoolCPUPriority(Env::HIGH);
}

// --- what a store has and uses ---

const rocksdb_livefiles_t* rocksdb_livefiles(rocksdb_t* db) {
  auto* files = new rocksdb_livefiles_t;
  db->rep->GetLiveFilesMetaData(&files->rep);
  return files;
}
int rocksdb_livefiles_count(const rocksdb_livefiles_t* lf) {
  return static_cast<int>(lf->rep.size());
}
const char* rocksdb_livefiles_column_family_name(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].column_family_name.c_str();
}
const char* rocksdb_livefiles_name(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].name.c_str();
}
int rocksdb_livefiles_level(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].level;
}
size_t rocksdb_livefiles_size(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].size;
}
const char* rocksdb_livefiles_smallestkey(const rocksdb_livefiles_t* lf, int index, size_t* size) {
  const std::string& key = lf->rep[static_cast<size_t>(index)].smallestkey;
  *size = key.size();
  return key.data();
}
const char* rocksdb_livefiles_largestkey(const rocksdb_livefiles_t* lf, int index, size_t* size) {
  const std::string& key = lf->rep[static_cast<size_t>(index)].largestkey;
  *size = key.size();
  return key.data();
}
uint64_t rocksdb_livefiles_entries(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].num_entries;
}
uint64_t rocksdb_livefiles_deletions(const rocksdb_livefiles_t* lf, int index) {
  return lf->rep[static_cast<size_t>(index)].num_deletions;
}
void rocksdb_livefiles_destroy(const rocksdb_livefiles_t* lf) { delete lf; }

rocksdb_memory_consumers_t* rocksdb_memory_consumers_create(void) {
  return new rocksdb_memory_consumers_t;
}
void rocksdb_memory_consumers_add_db(rocksdb_memory_consumers_t* consumers, rocksdb_t* db) {
  consumers->dbs.push_back(db->rep);
}
void rocksdb_memory_consumers_add_cache(rocksdb_memory_consumers_t* consumers,
                                        rocksdb_cache_t* cache) {
  consumers->caches.insert(cache->rep.get());
}
void rocksdb_memory_consumers_destroy(rocksdb_memory_consumers_t* consumers) { delete consumers; }
rocksdb_memory_usage_t* rocksdb_approximate_memory_usage_create(
    rocksdb_memory_consumers_t* consumers, char** errptr) {
  auto usage = std::make_unique<rocksdb_memory_usage_t>();
  if (SaveError(errptr, rocksdb::MemoryUtil::GetApproximateMemoryUsageByType(
                            consumers->dbs, consumers->caches, &usage->rep))) {
    return nullptr;
  }
  return usage.release();
}
uint64_t rocksdb_approximate_memory_usage_get_mem_table_total(rocksdb_memory_usage_t* usage) {
  return usage->rep[rocksdb::MemoryUtil::kMemTableTotal];
}
uint64_t rocksdb_approximate_memory_usage_get_mem_table_unflushed(rocksdb_memory_usage_t* usage) {
  return usage->rep[rocksdb::MemoryUtil::kMemTableUnFlushed];
}
uint64_t rocksdb_approximate_memory_usage_get_mem_table_readers_total(
    rocksdb_memory_usage_t* usage) {
  return usage->rep[rocksdb::MemoryUtil::kTableReadersTotal];
}
uint64_t rocksdb_approximate_memory_usage_get_cache_total(rocksdb_memory_usage_t* usage) {
  return usage->rep[rocksdb::MemoryUtil::kCacheTotal];
}
void rocksdb_approximate_memory_usage_destroy(rocksdb_memory_usage_t* usage) { delete usage; }

// The perf context belongs to the calling thread.
void rocksdb_set_perf_level(int level) {
  rocksdb::SetPerfLevel(static_cast<rocksdb::PerfLevel>(level));
}
rocksdb_perfcontext_t* rocksdb_perfcontext_create(void) {
  return new rocksdb_perfcontext_t{rocksdb::get_perf_context()};
}
void rocksdb_perfcontext_reset(rocksdb_perfcontext_t* context) { context->rep->Reset(); }
char* rocksdb_perfcontext_report(rocksdb_perfcontext_t* context,
                                 unsigned char exclude_zero_counters) {
  return CopyText(context->rep->ToString(exclude_zero_counters != 0));
}
uint64_t rocksdb_perfcontext_metric(rocksdb_perfcontext_t* context, int metric) {
  using Counter = uint64_t rocksdb::PerfContext::*;
  // In the order of the enumerators in c.h.
  static const Counter kCounters[] = {
      &rocksdb::PerfContext::user_key_comparison_count,
      &rocksdb::PerfContext::block_cache_hit_count,
      &rocksdb::PerfContext::block_read_count,
      &rocksdb::PerfContext::block_read_byte,
      &rocksdb::PerfContext::block_read_time,
      &rocksdb::PerfContext::block_checksum_time,
      &rocksdb::PerfContext::block_decompress_time,
      &rocksdb::PerfContext::get_read_bytes,
      &rocksdb::PerfContext::multiget_read_bytes,
      &rocksdb::PerfContext::iter_read_bytes,
      &rocksdb::PerfContext::internal_key_skipped_count,
      &rocksdb::PerfContext::internal_delete_skipped_count,
      &rocksdb::PerfContext::internal_recent_skipped_count,
      &rocksdb::PerfContext::internal_merge_count,
      &rocksdb::PerfContext::get_snapshot_time,
      &rocksdb::PerfContext::get_from_memtable_time,
      &rocksdb::PerfContext::get_from_memtable_count,
      &rocksdb::PerfContext::get_post_process_time,
      &rocksdb::PerfContext::get_from_output_files_time,
      &rocksdb::PerfContext::seek_on_memtable_time,
      &rocksdb::PerfContext::seek_on_memtable_count,
      &rocksdb::PerfContext::next_on_memtable_count,
      &rocksdb::PerfContext::prev_on_memtable_count,
      &rocksdb::PerfContext::seek_child_seek_time,
      &rocksdb::PerfContext::seek_child_seek_count,
      &rocksdb::PerfContext::seek_min_heap_time,
      &rocksdb::PerfContext::seek_max_heap_time,
      &rocksdb::PerfContext::seek_internal_seek_time,
      &rocksdb::PerfContext::find_next_user_entry_time,
      &rocksdb::PerfContext::write_wal_time,
      &rocksdb::PerfContext::write_memtable_time,
      &rocksdb::PerfContext::write_delay_time,
      &rocksdb::PerfContext::write_pre_and_post_process_time,
      &rocksdb::PerfContext::db_mutex_lock_nanos,
      &rocksdb::PerfContext::db_condition_wait_nanos,
      &rocksdb::PerfContext::merge_operator_time_nanos,
      &rocksdb::PerfContext::read_index_block_nanos,
      &rocksdb::PerfContext::read_filter_block_nanos,
      &rocksdb::PerfContext::new_table_block_iter_nanos,
      &rocksdb::PerfContext::new_table_iterator_nanos,
      &rocksdb::PerfContext::block_seek_nanos,
      &rocksdb::PerfContext::find_table_nanos,
      &rocksdb::PerfContext::bloom_memtable_hit_count,
      &rocksdb::PerfContext::bloom_memtable_miss_count,
      &rocksdb::PerfContext::bloom_sst_hit_count,
      &rocksdb::PerfContext::bloom_sst_miss_count,
      &rocksdb::PerfContext::key_lock_wait_time,
      &rocksdb::PerfContext::key_lock_wait_count,
      &rocksdb::PerfContext::env_new_sequential_file_nanos,
      &rocksdb::PerfContext::env_new_random_access_file_nanos,
      &rocksdb::PerfContext::env_new_writable_file_nanos,
      &rocksdb::PerfContext::env_reuse_writable_file_nanos,
      &rocksdb::PerfContext::env_new_random_rw_file_nanos,
      &rocksdb::PerfContext::env_new_directory_nanos,
      &rocksdb::PerfContext::env_file_exists_nanos,
      &rocksdb::PerfContext::env_get_children_nanos,
      &rocksdb::PerfContext::env_get_children_file_attributes_nanos,
      &rocksdb::PerfContext::env_delete_file_nanos,
      &rocksdb::PerfContext::env_create_dir_nanos,
      &rocksdb::PerfContext::env_create_dir_if_missing_nanos,
      &rocksdb::PerfContext::env_delete_dir_nanos,
      &rocksdb::PerfContext::env_get_file_size_nanos,
      &rocksdb::PerfContext::env_get_file_modification_time_nanos,
      &rocksdb::PerfContext::env_rename_file_nanos,
      &rocksdb::PerfContext::env_link_file_nanos,
      &rocksdb::PerfContext::env_lock_file_nanos,
      &rocksdb::PerfContext::env_unlock_file_nanos,
      &rocksdb::PerfContext::env_new_logger_nanos,
      &rocksdb::PerfContext::number_async_seek,
      &rocksdb::PerfContext::blob_cache_hit_count,
      &rocksdb::PerfContext::blob_read_count,
      &rocksdb::PerfContext::blob_read_byte,
      &rocksdb::PerfContext::blob_read_time,
      &rocksdb::PerfContext::blob_checksum_time,
      &rocksdb::PerfContext::blob_decompress_time,
      &rocksdb::PerfContext::internal_range_del_reseek_count,
  };
  const size_t index = static_cast<size_t>(metric);
  return index < std::size(kCounters) ? context->rep->*kCounters[index] : 0;
}
void rocksdb_perfcontext_destroy(rocksdb_perfcontext_t* context) { delete context; }

// --- backups ---

rocksdb_backup_engine_t* rocksdb_backup_engine_open(const rocksdb_options_t* options,
                                                    const char* path, char** errptr) {
  rocksdb::BackupEngine* engine = nullptr;
  const rocksdb::Status status = rocksdb::BackupEngine::Open(
      rocksdb::BackupEngineOptions(path, nullptr, true, options->rep.info_log.get()),
      options->rep.env, &engine);
  return SaveError(errptr, status) ? nullptr : new rocksdb_backup_engine_t{engine};
}
rocksdb_backup_engine_options_t* rocksdb_backup_engine_options_create(const char* backup_dir) {
  return new rocksdb_backup_engine_options_t{rocksdb::BackupEngineOptions(backup_dir)};
}
void rocksdb_backup_engine_options_set_backup_dir(rocksdb_backup_engine_options_t* options,
                                                  const char* backup_dir) {
  options->rep.backup_dir = backup_dir;
}
void rocksdb_backup_engine_options_set_env(rocksdb_backup_engine_options_t* options,
                                           rocksdb_env_t* env) {
  options->rep.backup_env = env != nullptr ? env->rep : nullptr;
}
rocksdb_backup_engine_t* rocksdb_backup_engine_open_opts(
    const rocksdb_backup_engine_options_t* options, rocksdb_env_t* env, char** errptr) {
  rocksdb::BackupEngine* engine = nullptr;
  const rocksdb::Status status = rocksdb::BackupEngine::Open(options->rep, env->rep, &engine);
  return SaveError(errptr, status) ? nullptr : new rocksdb_backup_engine_t{engine};
}
void rocksdb_backup_engine_create_new_backup(rocksdb_backup_engine_t* be, rocksdb_t* db,
                                             char** errptr) {
  SaveError(errptr, be->rep->CreateNewBackup(db->rep));
}
void rocksdb_backup_engine_create_new_backup_flush(rocksdb_backup_engine_t* be, rocksdb_t* db,
                                                   unsigned char flush_before_backup,
                                                   char** errptr) {
  SaveError(errptr, be->rep->CreateNewBackup(db->rep, flush_before_backup != 0));
}
void rocksdb_backup_engine_purge_old_backups(rocksdb_backup_engine_t* be,
                                             uint32_t num_backups_to_keep, char** errptr) {
  SaveError(errptr, be->rep->PurgeOldBackups(num_backups_to_keep));
}
void rocksdb_backup_engine_verify_backup(rocksdb_backup_engine_t* be, uint32_t backup_id,
                                         char** errptr) {
  SaveError(errptr, be->rep->VerifyBackup(backup_id));
}
void rocksdb_backup_engine_restore_db_from_latest_backup(
    rocksdb_backup_engine_t* be, const char* db_dir, const char* wal_dir,
    const rocksdb_restore_options_t* restore_options, char** errptr) {
  SaveError(errptr, be->rep->RestoreDBFromLatestBackup(db_dir, wal_dir, restore_options->rep));
}
void rocksdb_backup_engine_restore_db_from_backup(rocksdb_backup_engine_t* be, const char* db_dir,
                                                  const char* wal_dir,
                                                  const rocksdb_restore_options_t* restore_options,
                                                  const uint32_t backup_id, char** errptr) {
  SaveError(errptr, be->rep->RestoreDBFromBackup(backup_id, db_dir, wal_dir, restore_options->rep));
}
const rocksdb_backup_engine_info_t* rocksdb_backup_engine_get_backup_info(
    rocksdb_backup_engine_t* be) {
  auto* info = new rocksdb_backup_engine_info_t;
  be->rep->GetBackupInfo(&info->rep);
  return info;
}
int rocksdb_backup_engine_info_count(const rocksdb_backup_engine_info_t* info) {
  return static_cast<int>(info->rep.size());
}
int64_t rocksdb_backup_engine_info_timestamp(const rocksdb_backup_engine_info_t* info, int index) {
  return info->rep[static_cast<size_t>(index)].timestamp;
}
uint32_t rocksdb_backup_engine_info_backup_id(const rocksdb_backup_engine_info_t* info, int index) {
  return info->rep[static_cast<size_t>(index)].backup_id;
}
uint64_t rocksdb_backup_engine_info_size(const rocksdb_backup_engine_info_t* info, int index) {
  return info->rep[static_cast<size_t>(index)].size;
}
uint32_t rocksdb_backup_engine_info_number_files(const rocksdb_backup_engine_info_t* info,
                                                 int index) {
  return info->rep[static_cast<size_t>(index)].number_files;
}
void rocksdb_backup_engine_info_destroy(const rocksdb_backup_engine_info_t* info) { delete info; }
void rocksdb_backup_engine_close(rocksdb_backup_engine_t* be) {
  delete be->rep;
  delete be;
}

}  // extern "C"
