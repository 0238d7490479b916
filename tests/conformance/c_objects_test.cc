// Environments, caches, directories, loggers, filters and prefixes that C makes and hands to a
// database: who frees them, and what they do.

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

std::string Path(const std::string& name) { return Directory() + "/" + name; }

CASE(c_memory_environment) {
  Settings with;
  Error error;
  rocksdb_env_t* const memory = rocksdb_create_mem_env();
  rocksdb_options_set_env(with.options, memory);
  rocksdb_t* const db = rocksdb_open(with.options, "/nowhere/at/all", error.out());
  EQ(error.text(), "");
  rocksdb_put(db, with.write, "a", 1, "1", 1, error.out());
  EQ(Keys(rocksdb_create_iterator(db, with.read)), "a ");
  rocksdb_close(db);
  NO(Exists("/nowhere"));
  rocksdb_create_dir_if_missing(memory, "/another", error.out());
  EQ(error.text(), "");
  rocksdb_env_destroy(memory);
}

CASE(c_directories_are_made_once) {
  Error error;
  rocksdb_env_t* const env = rocksdb_create_default_env();
  const std::string path = Path("made");
  rocksdb_create_dir_if_missing(env, path.c_str(), error.out());
  EQ(error.text(), "");
  YES(std::filesystem::is_directory(path));
  rocksdb_create_dir_if_missing(env, path.c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_create_dir_if_missing(env, (path + "/a/b").c_str(), error.out());
  EQ(Plain(error.text()),
     "IO error: No such file or directory: While mkdir if missing: <db>/made/a/b: No such file or "
     "directory");
  WriteFile(path + "/file", "");
  rocksdb_create_dir_if_missing(env, (path + "/file").c_str(), error.out());
  EQ(Plain(error.text()), "IO error: `<db>/made/file' exists but is not a directory");
  rocksdb_env_destroy(env);
}

CASE(c_threads_of_an_environment) {
  rocksdb_env_t* const env = rocksdb_create_default_env();
  rocksdb_env_set_background_threads(env, 3);
  EQ(rocksdb_env_get_background_threads(env), 3);
  EQ(rocksdb_env_get_low_priority_background_threads(env), 3);
  rocksdb_env_set_low_priority_background_threads(env, 4);
  EQ(rocksdb_env_get_background_threads(env), 4);
  rocksdb_env_set_high_priority_background_threads(env, 5);
  EQ(rocksdb_env_get_high_priority_background_threads(env), 5);
  rocksdb_env_set_bottom_priority_background_threads(env, 6);
  EQ(rocksdb_env_get_bottom_priority_background_threads(env), 6);
  EQ(rocksdb_env_get_low_priority_background_threads(env), 4);
  rocksdb_env_lower_thread_pool_io_priority(env);
  rocksdb_env_lower_high_priority_thread_pool_io_priority(env);
  rocksdb_env_lower_thread_pool_cpu_priority(env);
  rocksdb_env_lower_high_priority_thread_pool_cpu_priority(env);
  {
    // Threads of a lower priority work.
    CDb db;
    for (const char* key : {"a", "b"}) {
      db.Put(key, key);
      db.Flush();
    }
    rocksdb_compact_range(db.db, nullptr, 0, nullptr, 0);
    EQ(db.All(), "a b ");
  }
  rocksdb_env_join_all_threads(env);
  // The environment of the process is not taken away.
  rocksdb_env_destroy(env);
  rocksdb_env_t* const again = rocksdb_create_default_env();
  EQ(rocksdb_env_get_high_priority_background_threads(again), 5);
  rocksdb_env_destroy(again);
}

CASE(c_caches) {
  rocksdb_lru_cache_options_t* const options = rocksdb_lru_cache_options_create();
  rocksdb_lru_cache_options_set_capacity(options, 3 << 20);
  rocksdb_lru_cache_options_set_num_shard_bits(options, 2);
  rocksdb_cache_t* const made = rocksdb_cache_create_lru_opts(options);
  rocksdb_lru_cache_options_destroy(options);
  EQ(rocksdb_cache_get_capacity(made), size_t{3} << 20);
  EQ(rocksdb_cache_get_pinned_usage(made), 0u);
  const std::string printed = Behind<std::shared_ptr<rocksdb::Cache>>(made)->GetPrintableOptions();
  YES(printed.find("num_shard_bits : 2\n") != std::string::npos);
  YES(printed.find("strict_capacity_limit : 0\n") != std::string::npos);
  rocksdb_cache_destroy(made);

  rocksdb_cache_t* const strict = rocksdb_cache_create_lru_with_strict_capacity_limit(1 << 20);
  EQ(rocksdb_cache_get_capacity(strict), size_t{1} << 20);
  YES(Behind<std::shared_ptr<rocksdb::Cache>>(strict)->HasStrictCapacityLimit());
  // For programs that are about to end.
  rocksdb_cache_disown_data(strict);
  EQ(rocksdb_cache_get_usage(strict), 0u);
  rocksdb_cache_destroy(strict);
}

CASE(c_allocators_of_caches) {
  // There is no jemalloc on either side: the caller gets an error, and an empty allocator all the
  // same.
  Error error;
  rocksdb_memory_allocator_t* const allocator =
      rocksdb_jemalloc_nodump_allocator_create(error.out());
  EQ(error.text(), "Not implemented: Not compiled with JEMALLOC");
  rocksdb_lru_cache_options_t* const options = rocksdb_lru_cache_options_create();
  auto& kept = Behind<rocksdb::LRUCacheOptions>(options).memory_allocator;
  kept = std::shared_ptr<rocksdb::MemoryAllocator>(nullptr, [](rocksdb::MemoryAllocator*) {});
  EQ(kept.use_count(), 1);
  rocksdb_lru_cache_options_set_memory_allocator(options, allocator);
  EQ(kept.use_count(), 0);
  rocksdb_memory_allocator_destroy(allocator);
  rocksdb_lru_cache_options_destroy(options);
}

CASE(c_caches_of_a_database) {
  Settings with;
  Error error;
  rocksdb_cache_t* const cache = rocksdb_cache_create_lru(1 << 20);
  rocksdb_block_based_table_options_t* const table = rocksdb_block_based_options_create();
  rocksdb_block_based_options_set_block_cache(table, cache);
  rocksdb_block_based_options_set_block_cache_compressed(table, nullptr);
  YES(Behind<rocksdb::BlockBasedTableOptions>(table).block_cache_compressed == nullptr);
  rocksdb_cache_t* const compressed = rocksdb_cache_create_lru(1 << 20);
  rocksdb_block_based_options_set_block_cache_compressed(table, compressed);
  YES(Behind<rocksdb::BlockBasedTableOptions>(table).block_cache_compressed != nullptr);
  rocksdb_options_set_block_based_table_factory(with.options, table);
  rocksdb_cache_t* const rows = rocksdb_cache_create_lru(1 << 20);
  rocksdb_options_set_row_cache(with.options, rows);
  YES(Behind<rocksdb::Options>(with.options).row_cache != nullptr);
  rocksdb_cache_t* const blobs = rocksdb_cache_create_lru(1 << 20);
  rocksdb_options_set_blob_cache(with.options, blobs);
  YES(Behind<rocksdb::Options>(with.options).blob_cache != nullptr);
  // The options keep what they were given.
  for (rocksdb_cache_t* given : {compressed, rows, blobs}) rocksdb_cache_destroy(given);
  rocksdb_block_based_options_destroy(table);
  rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
  EQ(error.text(), "");
  const std::string value(1000, 'v');
  for (const char* key : {"a", "b"}) {
    rocksdb_put(db, with.write, key, 1, value.data(), value.size(), error.out());
  }
  rocksdb_compact_range(db, nullptr, 0, nullptr, 0);
  for (int i = 0; i < 2; ++i) {
    EQ(Taken([&](size_t* n) { return rocksdb_get(db, with.read, "a", 1, n, error.out()); }), value);
  }
  rocksdb_pinnableslice_t* const pinned = rocksdb_get_pinned(db, with.read, "b", 1, error.out());
  YES(rocksdb_cache_get_usage(cache) > 0);

  rocksdb_memory_consumers_t* const consumers = rocksdb_memory_consumers_create();
  rocksdb_memory_consumers_add_db(consumers, db);
  rocksdb_memory_consumers_add_cache(consumers, cache);
  rocksdb_memory_usage_t* const usage =
      rocksdb_approximate_memory_usage_create(consumers, error.out());
  EQ(error.text(), "");
  YES(rocksdb_approximate_memory_usage_get_cache_total(usage) > 0);
  YES(rocksdb_approximate_memory_usage_get_mem_table_readers_total(usage) > 0);
  rocksdb_approximate_memory_usage_destroy(usage);
  rocksdb_memory_consumers_destroy(consumers);
  rocksdb_pinnableslice_destroy(pinned);
  rocksdb_close(db);
  rocksdb_cache_destroy(cache);
}

CASE(c_directories_of_a_database) {
  Settings with;
  Error error;
  rocksdb_options_set_db_log_dir(with.options, Path("logs").c_str());
  rocksdb_options_set_wal_dir(with.options, Path("wal").c_str());
  // The directory of the database itself, and another.
  rocksdb_dbpath_t* const own = rocksdb_dbpath_create((Path("db") + "/").c_str(), 1 << 30);
  rocksdb_dbpath_t* const another = rocksdb_dbpath_create(Path("tables").c_str(), 1 << 30);
  const rocksdb_dbpath_t* place = another;
  rocksdb_options_set_db_paths(with.options, &place, 1);
  rocksdb_t* const elsewhere = rocksdb_open(with.options, Path("other").c_str(), error.out());
  DIFFERS("one-directory-for-files", Plain(error.text()), "",
          "Not implemented: files in another directory than that of the DB: <db>/tables");
  if (elsewhere != nullptr) rocksdb_close(elsewhere);
  std::filesystem::remove_all(Path("wal"));
  std::filesystem::remove_all(Path("logs"));
  place = own;
  rocksdb_options_set_db_paths(with.options, &place, 1);
  rocksdb_dbpath_destroy(own);
  rocksdb_dbpath_destroy(another);
  rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_put(db, with.write, "a", 1, "1", 1, error.out());
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  rocksdb_flush(db, flush, error.out());
  rocksdb_flushoptions_destroy(flush);
  EQ(error.text(), "");
  rocksdb_put(db, with.write, "b", 1, "1", 1, error.out());
  EQ(FilesWith(Path("db"), ".log").size(), 0u);
  YES(FilesWith(Path("wal"), ".log").size() > 0);
  EQ(FilesWith(Path("db"), ".sst").size(), 1u);
  YES(FilesWith(Path("logs"), "_LOG").size() == 1);
  NO(Exists(Path("db/LOG")));
  rocksdb_close(db);
  rocksdb_options_set_db_paths(with.options, nullptr, 0);
  YES(Behind<rocksdb::Options>(with.options).db_paths.empty());
}

CASE(c_loggers) {
  Settings with;
  Error error;
  // C has no call that makes a logger.
  auto logger = std::make_shared<std::shared_ptr<rocksdb::Logger>>();
  GOOD(rocksdb::Env::Default()->NewLogger(Path("a log"), logger.get()));
  rocksdb_options_set_info_log(with.options, reinterpret_cast<rocksdb_logger_t*>(logger.get()));
  rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_close(db);
  NO(ReadFile(Path("a log")).empty());
  NO(Exists(Path("db/LOG")));
}

CASE(c_options_of_a_database_are_loaded) {
  const std::string path = Path("db");
  Settings with;
  Error error;
  rocksdb_options_set_max_background_jobs(with.options, 7);
  rocksdb_options_set_write_buffer_size(with.options, 1234567);
  rocksdb_block_based_table_options_t* const table = rocksdb_block_based_options_create();
  rocksdb_options_set_block_based_table_factory(with.options, table);
  rocksdb_block_based_options_destroy(table);
  rocksdb_t* const db = rocksdb_open(with.options, path.c_str(), error.out());
  rocksdb_options_t* const other = rocksdb_options_create();
  rocksdb_options_set_num_levels(other, 4);
  rocksdb_column_family_handle_destroy(
      rocksdb_create_column_family(db, other, "more", error.out()));
  EQ(error.text(), "");
  rocksdb_options_destroy(other);
  rocksdb_close(db);

  rocksdb_env_t* const env = rocksdb_create_default_env();
  rocksdb_cache_t* const cache = rocksdb_cache_create_lru(1 << 20);
  rocksdb_options_t* loaded = nullptr;
  size_t count = 0;
  char** names = nullptr;
  rocksdb_options_t** families = nullptr;
  rocksdb_load_latest_options(path.c_str(), env, false, cache, &loaded, &count, &names, &families,
                              error.out());
  EQ(error.text(), "");
  EQ(rocksdb_options_get_max_background_jobs(loaded), 7);
  EQ(count, 2u);
  EQ(std::string(names[0]) + " " + names[1], "default more");
  EQ(rocksdb_options_get_write_buffer_size(families[0]), 1234567u);
  EQ(rocksdb_options_get_num_levels(families[0]), 7);
  EQ(rocksdb_options_get_num_levels(families[1]), 4);
  YES(Behind<rocksdb::Options>(families[0])
          .table_factory->GetOptions<rocksdb::BlockBasedTableOptions>()
          ->block_cache == Behind<std::shared_ptr<rocksdb::Cache>>(cache));
  rocksdb_load_latest_options_destroy(loaded, names, families, count);
  count = 99;
  rocksdb_load_latest_options(Path("none").c_str(), env, false, cache, &loaded, &count, &names,
                              &families, error.out());
  EQ(Plain(error.text()),
     "NotFound: No such file or directory: No options files found in the DB directory.: <db>/none");
  EQ(count, 0u);
  YES(loaded == nullptr && names == nullptr && families == nullptr);
  rocksdb_cache_destroy(cache);
  rocksdb_env_destroy(env);
}

// --- filters of compactions ---

const char* Name(void*) { return "a name"; }
void CountDestroyed(void* count) { ++*static_cast<int*>(count); }
unsigned char DropAll(void*, int, const char*, size_t, const char*, size_t, char**, size_t*,
                      unsigned char* changed) {
  *changed = 0;
  return 1;
}
struct Seen {
  int destroyed = 0;
  int made = 0;
  int full = 0;
  int manual = 0;
  int filters_destroyed = 0;
};
void FactoryDestroyed(void* seen) { ++static_cast<Seen*>(seen)->destroyed; }
rocksdb_compactionfilter_t* MakeFilter(void* state, rocksdb_compactionfiltercontext_t* context) {
  auto* const seen = static_cast<Seen*>(state);
  ++seen->made;
  seen->full += rocksdb_compactionfiltercontext_is_full_compaction(context);
  seen->manual += rocksdb_compactionfiltercontext_is_manual_compaction(context);
  return rocksdb_compactionfilter_create(&seen->filters_destroyed, CountDestroyed, DropAll, Name);
}

CASE(c_compaction_filter_factories) {
  Seen seen;
  Error error;
  {
    Settings with;
    rocksdb_options_set_compaction_filter_factory(
        with.options,
        rocksdb_compactionfilterfactory_create(&seen, FactoryDestroyed, MakeFilter, Name));
    rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
    EQ(error.text(), "");
    for (const char* key : {"a", "b"}) rocksdb_put(db, with.write, key, 1, "v", 1, error.out());
    rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
    rocksdb_flush(db, flush, error.out());
    rocksdb_flushoptions_destroy(flush);
    EQ(Keys(rocksdb_create_iterator(db, with.read)), "a b ");
    rocksdb_compactoptions_t* const force = rocksdb_compactoptions_create();
    rocksdb_compactoptions_set_bottommost_level_compaction(force, 2);
    rocksdb_compact_range_opt(db, force, nullptr, 0, nullptr, 0);
    rocksdb_compactoptions_destroy(force);
    EQ(Keys(rocksdb_create_iterator(db, with.read)), "");
    YES(seen.made > 0);
    YES(seen.manual > 0);
    YES(seen.full > 0);
    rocksdb_close(db);
  }
  EQ(seen.filters_destroyed, seen.made);
  EQ(seen.destroyed, 1);
  // One that no options took is the caller's.
  rocksdb_compactionfilterfactory_destroy(
      rocksdb_compactionfilterfactory_create(&seen, FactoryDestroyed, MakeFilter, Name));
  EQ(seen.destroyed, 2);
}

CASE(c_compaction_filters_ignore_snapshots) {
  int destroyed = 0;
  rocksdb_compactionfilter_t* const filter =
      rocksdb_compactionfilter_create(&destroyed, CountDestroyed, DropAll, Name);
  {
    Settings with;
    Error error;
    rocksdb_compactionfilter_set_ignore_snapshots(filter, 0);
    rocksdb_options_set_compaction_filter(with.options, filter);
    rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
    rocksdb_put(db, with.write, "a", 1, "v", 1, error.out());
    rocksdb_compact_range(db, nullptr, 0, nullptr, 0);
    // Compactions do not take a filter that keeps to snapshots: nothing was filtered.
    EQ(Keys(rocksdb_create_iterator(db, with.read)), "a ");
    rocksdb_close(db);
  }
  EQ(destroyed, 0);
  rocksdb_compactionfilter_destroy(filter);
  EQ(destroyed, 1);
}

// --- prefixes, merge operators ---

char* FirstByte(void*, const char* key, size_t, size_t* size) {
  *size = 1;
  return const_cast<char*>(key);
}
unsigned char NotEmpty(void*, const char*, size_t size) { return size > 0; }
unsigned char OneByte(void*, const char*, size_t size) { return size == 1; }

CASE(c_prefixes_of_the_application) {
  int destroyed = 0;
  {
    Settings with;
    Error error;
    rocksdb_options_set_prefix_extractor(
        with.options, rocksdb_slicetransform_create(&destroyed, CountDestroyed, FirstByte, NotEmpty,
                                                    OneByte, Name));
    rocksdb_t* const db = rocksdb_open(with.options, Path("db").c_str(), error.out());
    EQ(error.text(), "");
    for (const char* key : {"a1", "a2", "b1"}) {
      rocksdb_put(db, with.write, key, 2, "v", 1, error.out());
    }
    rocksdb_readoptions_set_prefix_same_as_start(with.read, 1);
    rocksdb_iterator_t* const it = rocksdb_create_iterator(db, with.read);
    int count = 0;
    for (rocksdb_iter_seek(it, "a", 1); rocksdb_iter_valid(it); rocksdb_iter_next(it)) ++count;
    EQ(count, 2);
    rocksdb_iter_destroy(it);
    rocksdb_close(db);
  }
  EQ(destroyed, 1);
  rocksdb_slicetransform_destroy(rocksdb_slicetransform_create(&destroyed, CountDestroyed,
                                                               FirstByte, NotEmpty, OneByte, Name));
  EQ(destroyed, 2);
}

char* NoMerge(void*, const char*, size_t, const char*, size_t, const char* const*, const size_t*,
              int, unsigned char* success, size_t* size) {
  *success = 0;
  *size = 0;
  return nullptr;
}
char* NoPartMerge(void*, const char*, size_t, const char* const*, const size_t*, int,
                  unsigned char* success, size_t* size) {
  *success = 0;
  *size = 0;
  return nullptr;
}

CASE(c_merge_operators_that_nobody_took) {
  int destroyed = 0;
  rocksdb_mergeoperator_destroy(rocksdb_mergeoperator_create(&destroyed, CountDestroyed, NoMerge,
                                                             NoPartMerge, nullptr, Name));
  EQ(destroyed, 1);
}

CASE(c_uint64add) {
  CDb with(
      [](rocksdb_options_t* options) { rocksdb_options_set_uint64add_merge_operator(options); });
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  const std::string one("\1\0\0\0\0\0\0\0", 8), two("\2\0\0\0\0\0\0\0", 8);
  for (int i = 0; i < 2; ++i) {
    rocksdb_merge_cf(with.db, with.write, family, "a", 1, one.data(), 8, with.error.out());
    EQ(with.error.text(), "");
  }
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_cf(with.db, with.read, family, "a", 1, n, with.error.out());
     }),
     two);
  rocksdb_column_family_handle_destroy(family);
}

// --- copies ---

CASE(c_backups_in_another_place) {
  CDb with;
  with.Put("a", "1");
  rocksdb_env_t* const env = rocksdb_create_default_env();
  rocksdb_env_t* const memory = rocksdb_create_mem_env();
  rocksdb_backup_engine_options_t* const options =
      rocksdb_backup_engine_options_create(Path("wrong").c_str());
  rocksdb_backup_engine_options_set_backup_dir(options, "/backups");
  rocksdb_backup_engine_options_set_env(options, memory);
  rocksdb_backup_engine_t* const engine =
      rocksdb_backup_engine_open_opts(options, env, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_backup_engine_create_new_backup(engine, with.db, with.error.out());
  EQ(with.error.text(), "");
  NO(Exists(Path("wrong")));
  NO(Exists("/backups"));
  rocksdb_restore_options_t* const restore = rocksdb_restore_options_create();
  NO(Behind<rocksdb::RestoreOptions>(restore).keep_log_files);
  rocksdb_restore_options_set_keep_log_files(restore, 1);
  YES(Behind<rocksdb::RestoreOptions>(restore).keep_log_files);
  const std::string target = Path("restored");
  rocksdb_backup_engine_restore_db_from_latest_backup(engine, target.c_str(), target.c_str(),
                                                      restore, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_restore_options_destroy(restore);
  rocksdb_backup_engine_close(engine);
  rocksdb_backup_engine_options_destroy(options);
  rocksdb_env_destroy(memory);
  rocksdb_env_destroy(env);
  rocksdb_t* const restored = rocksdb_open(with.options, target.c_str(), with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator(restored, with.read)), "a ");
  rocksdb_close(restored);
}

}  // namespace
}  // namespace conformance
