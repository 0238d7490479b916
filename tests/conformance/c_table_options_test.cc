// Options of tables, memtables and compression that C sets and cannot read back: they are found in
// the options file of a database that was opened with them.

#include <rocksdb/table.h>

#include <functional>

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

using Table = rocksdb_block_based_table_options_t;

// The options file of a new database.
std::string FileAfter(const std::function<void(rocksdb_options_t*)>& set) {
  static int count = 0;
  const std::string path = Directory() + "/" + std::to_string(++count);
  Settings with;
  Error error;
  set(with.options);
  rocksdb_t* const db = rocksdb_open(with.options, path.c_str(), error.out());
  EQ(error.text(), "");
  if (db != nullptr) rocksdb_close(db);
  return db != nullptr ? OptionsFile(path) : "";
}

std::string TableFileAfter(const std::function<void(Table*)>& set) {
  return FileAfter([&](rocksdb_options_t* options) {
    Table* const table = rocksdb_block_based_options_create();
    set(table);
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
  });
}

// `name` is `text` after the call, and was something else before.
#define IS_KEPT(file_before, file_after, name, text) \
  NO(OptionIn(file_before, name) == (text));         \
  EQ(OptionIn(file_after, name), text)

CASE(c_table_options_are_kept) {
  const std::string before = TableFileAfter([](Table*) {});
#define TABLE_OPTION(name, value, text)                                                       \
  IS_KEPT(before,                                                                             \
          TableFileAfter([](Table* t) { rocksdb_block_based_options_set_##name(t, value); }), \
          #name, text)
  TABLE_OPTION(block_restart_interval, 7, "7");
  TABLE_OPTION(block_size_deviation, 8, "8");
  TABLE_OPTION(cache_index_and_filter_blocks, 1, "true");
  TABLE_OPTION(cache_index_and_filter_blocks_with_high_priority, 0, "false");
  TABLE_OPTION(checksum, 1, "kCRC32c");
  TABLE_OPTION(data_block_index_type, 1, "kDataBlockBinaryAndHash");
  TABLE_OPTION(index_block_restart_interval, 9, "9");
  TABLE_OPTION(metadata_block_size, 12345, "12345");
  TABLE_OPTION(no_block_cache, 1, "true");
  TABLE_OPTION(pin_l0_filter_and_index_blocks_in_cache, 1, "true");
  TABLE_OPTION(pin_top_level_index_and_filter, 0, "false");
#undef TABLE_OPTION
  const std::string ratio = TableFileAfter([](Table* t) {
    rocksdb_block_based_options_set_data_block_index_type(t, 1);
    rocksdb_block_based_options_set_data_block_hash_ratio(t, 0.5);
  });
  IS_KEPT(before, ratio, "data_block_hash_table_util_ratio", "0.500000");
  TableFileAfter([](Table* t) {
    YES(Behind<rocksdb::BlockBasedTableOptions>(t).use_delta_encoding);
    rocksdb_block_based_options_set_use_delta_encoding(t, 0);
    NO(Behind<rocksdb::BlockBasedTableOptions>(t).use_delta_encoding);
  });
  const std::string parts = TableFileAfter([](Table* t) {
    rocksdb_block_based_options_set_index_type(t, 2);
    rocksdb_block_based_options_set_partition_filters(t, 1);
  });
  IS_KEPT(before, parts, "index_type", "kTwoLevelIndexSearch");
  IS_KEPT(before, parts, "partition_filters", "true");
}

CASE(c_filters_are_named_in_the_options_file) {
  const auto filter_of = [](rocksdb_filterpolicy_t* (*make)()) {
    const std::string named = OptionIn(
        TableFileAfter([&](Table* t) { rocksdb_block_based_options_set_filter_policy(t, make()); }),
        "filter_policy");
    // Here with its arguments, so that it can be made again.
    return named.substr(0, named.find(':'));
  };
  EQ(filter_of([] { return rocksdb_filterpolicy_create_bloom_full(9); }), "bloomfilter");
  EQ(filter_of([] { return rocksdb_filterpolicy_create_ribbon(9); }), "ribbonfilter");
  EQ(filter_of([] { return rocksdb_filterpolicy_create_ribbon_hybrid(9, 3); }), "ribbonfilter");
  // One that no options took is the caller's.
  rocksdb_filterpolicy_destroy(rocksdb_filterpolicy_create_bloom_full(9));
}

CASE(c_other_tables_are_named_in_the_options_file) {
  rocksdb_cuckoo_table_options_t* const cuckoo = rocksdb_cuckoo_options_create();
  const std::string before = FileAfter([&](rocksdb_options_t* options) {
    rocksdb_options_set_cuckoo_table_factory(options, cuckoo);
    rocksdb_options_set_cuckoo_table_factory(options, nullptr);
  });
  EQ(OptionIn(before, "table_factory"), "CuckooTable");
  rocksdb_cuckoo_options_set_hash_ratio(cuckoo, 0.5);
  rocksdb_cuckoo_options_set_max_search_depth(cuckoo, 51);
  rocksdb_cuckoo_options_set_cuckoo_block_size(cuckoo, 6);
  rocksdb_cuckoo_options_set_identity_as_first_hash(cuckoo, 1);
  rocksdb_cuckoo_options_set_use_module_hash(cuckoo, 0);
  const std::string after = FileAfter([&](rocksdb_options_t* options) {
    rocksdb_options_set_cuckoo_table_factory(options, cuckoo);
  });
  rocksdb_cuckoo_options_destroy(cuckoo);
  IS_KEPT(before, after, "hash_table_ratio", "0.500000");
  IS_KEPT(before, after, "max_search_depth", "51");
  IS_KEPT(before, after, "cuckoo_block_size", "6");
  IS_KEPT(before, after, "identity_as_first_hash", "true");
  IS_KEPT(before, after, "use_module_hash", "false");

  const std::string plain = FileAfter([](rocksdb_options_t* options) {
    rocksdb_options_set_plain_table_factory(options, 11, 12, 0.5, 13);
    rocksdb_options_set_prefix_extractor(options, rocksdb_slicetransform_create_noop());
    rocksdb_options_set_allow_mmap_reads(options, 1);
  });
  EQ(OptionIn(plain, "table_factory"), "PlainTable");
  EQ(OptionIn(plain, "user_key_len"), "11");
  EQ(OptionIn(plain, "bloom_bits_per_key"), "12");
  EQ(OptionIn(plain, "hash_table_ratio"), "0.500000");
  EQ(OptionIn(plain, "index_sparseness"), "13");
  EQ(OptionIn(plain, "prefix_extractor"), "rocksdb.Noop");
}

CASE(c_memtables_are_named_in_the_options_file) {
  const auto memtable_of = [](void (*set)(rocksdb_options_t*)) {
    return OptionIn(FileAfter([&](rocksdb_options_t* options) {
                      rocksdb_options_set_allow_concurrent_memtable_write(options, 0);
                      rocksdb_options_set_prefix_extractor(
                          options, rocksdb_slicetransform_create_fixed_prefix(1));
                      set(options);
                    }),
                    "memtable_factory");
  };
  // The fields of each in any order.
  const std::string skip_list = memtable_of(
      [](rocksdb_options_t* o) { rocksdb_options_set_hash_skip_list_rep(o, 10, 5, 3); });
  EQ(skip_list.substr(0, 27), "{id=HashSkipListRepFactory;");
  for (const char* field : {"bucket_count=10;", "skiplist_height=5;", "branching_factor=3;"}) {
    YES(skip_list.find(field) != std::string::npos);
  }
  const std::string link_list =
      memtable_of([](rocksdb_options_t* o) { rocksdb_options_set_hash_link_list_rep(o, 10); });
  EQ(link_list.substr(0, 27), "{id=HashLinkListRepFactory;");
  YES(link_list.find("bucket_count=10;") != std::string::npos);
  EQ(memtable_of([](rocksdb_options_t* o) { rocksdb_options_set_memtable_vector_rep(o); }),
     "{id=VectorRepFactory;count=0;}");
}

CASE(c_compression_options_are_kept) {
  const std::string before = FileAfter([](rocksdb_options_t*) {});
  const std::string after = FileAfter([](rocksdb_options_t* options) {
    rocksdb_options_set_compression_options(options, -13, 4, 1, 100);
    rocksdb_options_set_bottommost_compression_options(options, -12, 5, 2, 200, 1);
    rocksdb_options_set_bottommost_compression_options_zstd_max_train_bytes(options, 300, 1);
    rocksdb_options_set_bottommost_compression_options_max_dict_buffer_bytes(options, 400, 1);
    EQ(static_cast<int>(
           rocksdb_options_get_bottommost_compression_options_use_zstd_dict_trainer(options)),
       1);
    rocksdb_options_set_bottommost_compression_options_use_zstd_dict_trainer(options, 0, 1);
    EQ(static_cast<int>(
           rocksdb_options_get_bottommost_compression_options_use_zstd_dict_trainer(options)),
       0);
  });
  IS_KEPT(before, after, "compression_opts",
          "{max_dict_buffer_bytes=0;enabled=false;max_dict_bytes=100;parallel_threads=1;"
          "zstd_max_train_bytes=0;level=4;use_zstd_dict_trainer=true;strategy=1;window_bits=-13;}");
  IS_KEPT(before, after, "bottommost_compression_opts",
          "{max_dict_buffer_bytes=400;enabled=true;max_dict_bytes=200;parallel_threads=1;"
          "zstd_max_train_bytes=300;level=5;use_zstd_dict_trainer=false;strategy=2;"
          "window_bits=-12;}");
  const std::string levels = FileAfter([](rocksdb_options_t* options) {
    rocksdb_options_set_num_levels(options, 4);
    rocksdb_options_set_compression(options, 4);
    rocksdb_options_set_min_level_to_compress(options, 2);
    int more[] = {2, 3};
    rocksdb_options_set_max_bytes_for_level_multiplier_additional(options, more, 2);
  });
  IS_KEPT(before, levels, "compression_per_level",
          "kNoCompression:kNoCompression:kLZ4Compression:kLZ4Compression");
  IS_KEPT(before, levels, "max_bytes_for_level_multiplier_additional", "2:3");
}

CASE(c_compaction_options_are_kept) {
  const std::string before = FileAfter([](rocksdb_options_t*) {});
  const std::string after = FileAfter([](rocksdb_options_t* options) {
    rocksdb_universal_compaction_options_t* const universal =
        rocksdb_universal_compaction_options_create();
    rocksdb_universal_compaction_options_set_size_ratio(universal, 7);
    rocksdb_options_set_universal_compaction_options(options, universal);
    rocksdb_universal_compaction_options_destroy(universal);
    rocksdb_fifo_compaction_options_t* const fifo = rocksdb_fifo_compaction_options_create();
    rocksdb_fifo_compaction_options_set_max_table_files_size(fifo, 12345678);
    rocksdb_options_set_fifo_compaction_options(options, fifo);
    rocksdb_fifo_compaction_options_destroy(fifo);
    rocksdb_options_add_compact_on_deletion_collector_factory(options, 100, 50);
    const auto& collectors = Behind<rocksdb::Options>(options).table_properties_collector_factories;
    EQ(collectors.size(), 1u);
    EQ(std::string(collectors[0]->Name()), "CompactOnDeletionCollector");
    const std::string about = collectors[0]->ToString();
    YES(about.find("100") != std::string::npos && about.find("50") != std::string::npos);
    rocksdb_options_set_dump_malloc_stats(options, 1);
    rocksdb_options_set_memtable_whole_key_filtering(options, 1);
    rocksdb_options_set_uint64add_merge_operator(options);
  });
  YES(OptionIn(after, "compaction_options_universal").find("size_ratio=7;") != std::string::npos);
  NO(OptionIn(before, "compaction_options_universal").find("size_ratio=7;") != std::string::npos);
  YES(OptionIn(after, "compaction_options_fifo").find("max_table_files_size=12345678;") !=
      std::string::npos);
  IS_KEPT(before, after, "dump_malloc_stats", "true");
  IS_KEPT(before, after, "memtable_whole_key_filtering", "true");
  IS_KEPT(before, after, "merge_operator", "UInt64AddOperator");
}

CASE(c_sets_of_options) {
  const std::string before = FileAfter([](rocksdb_options_t*) {});
  const std::string level = FileAfter([](rocksdb_options_t* options) {
    rocksdb_options_optimize_level_style_compaction(options, 64 << 20);
    EQ(rocksdb_options_get_write_buffer_size(options), size_t{16} << 20);
    rocksdb_options_set_compression(options, 0);
    rocksdb_options_set_compression_per_level(options, nullptr, 0);
  });
  IS_KEPT(before, level, "write_buffer_size", "16777216");
  IS_KEPT(before, level, "max_bytes_for_level_base", "67108864");
  const std::string universal = FileAfter([](rocksdb_options_t* options) {
    rocksdb_options_optimize_universal_style_compaction(options, 64 << 20);
    rocksdb_options_set_compression_per_level(options, nullptr, 0);
  });
  IS_KEPT(before, universal, "compaction_style", "kCompactionStyleUniversal");
  const std::string point = FileAfter(
      [](rocksdb_options_t* options) { rocksdb_options_optimize_for_point_lookup(options, 10); });
  IS_KEPT(before, point, "data_block_index_type", "kDataBlockBinaryAndHash");
  IS_KEPT(before, point, "memtable_prefix_bloom_size_ratio", "0.020000");
  const std::string bulk =
      FileAfter([](rocksdb_options_t* options) { rocksdb_options_prepare_for_bulk_load(options); });
  IS_KEPT(before, bulk, "disable_auto_compactions", "true");
  Settings with;
  rocksdb_options_increase_parallelism(with.options, 7);
  EQ(rocksdb_options_get_max_background_jobs(with.options), 7);
  rocksdb_options_compaction_readahead_size(with.options, 12345);
  EQ(rocksdb_options_get_compaction_readahead_size(with.options), size_t{12345});
}

}  // namespace
}  // namespace conformance
