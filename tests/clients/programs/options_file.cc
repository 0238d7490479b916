// Options: set from strings, kept by the DB in its options file, loaded again, checked for
// compatibility, changed while the DB is open.
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/options_util.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string path = argv[1];
  const rocksdb::ConfigOptions config;
  rocksdb::DBOptions db_options;
  Must(rocksdb::GetDBOptionsFromString(
      config, db_options,
      "create_if_missing=true;max_background_jobs=3;max_open_files=64;keep_log_file_num=5",
      &db_options));
  rocksdb::ColumnFamilyOptions cf_options;
  Must(rocksdb::GetColumnFamilyOptionsFromString(
      config, cf_options,
      "write_buffer_size=1M;compression=kLZ4Compression;block_based_table_factory={block_size=8k;"
      "filter_policy=bloomfilter:10:false};merge_operator=uint64add;num_levels=5",
      &cf_options));
  const rocksdb::Status wrong = rocksdb::GetColumnFamilyOptionsFromString(
      config, cf_options, "no_such_option=1", &cf_options);
  printf("an unknown option: %s\n", wrong.IsInvalidArgument() ? "InvalidArgument" : "taken");
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {{"default", cf_options},
                                                           {"more", cf_options}};
  db_options.create_missing_column_families = true;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::Open(db_options, path, families, &handles, &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  Must(db->SetOptions(handles[1],
                      {{"write_buffer_size", "2097152"}, {"disable_auto_compactions", "true"}}));
  Must(db->SetDBOptions({{"max_background_jobs", "4"}}));
  const rocksdb::Status fixed = db->SetOptions({{"num_levels", "3"}});
  printf("what cannot change: %s\n", fixed.IsInvalidArgument() ? "InvalidArgument" : "changed");
  Must(db->Put(rocksdb::WriteOptions(), handles[1], "key", "value"));
  for (rocksdb::ColumnFamilyHandle* handle : handles) Must(db->DestroyColumnFamilyHandle(handle));
  Must(db->Close());
  db.reset();

  rocksdb::DBOptions loaded;
  std::vector<rocksdb::ColumnFamilyDescriptor> loaded_families;
  Must(rocksdb::LoadLatestOptions(config, path, &loaded, &loaded_families));
  printf("jobs %d, open files %d, logs %zu\n", loaded.max_background_jobs, loaded.max_open_files,
         loaded.keep_log_file_num);
  for (const rocksdb::ColumnFamilyDescriptor& family : loaded_families) {
    const auto* table = family.options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
    printf(
        "%s: buffer %zu, compression %d, levels %d, automatic %d, merge %s, block %zu, filter %s\n",
        family.name.c_str(), family.options.write_buffer_size, family.options.compression,
        family.options.num_levels, !family.options.disable_auto_compactions,
        family.options.merge_operator == nullptr ? "none" : family.options.merge_operator->Name(),
        static_cast<size_t>(table->block_size),
        table->filter_policy == nullptr ? "none" : table->filter_policy->Name());
  }
  Must(rocksdb::CheckOptionsCompatibility(config, path, loaded, loaded_families));
  loaded_families[0].options.comparator = rocksdb::ReverseBytewiseComparator();
  printf("another order of keys: %s\n",
         rocksdb::CheckOptionsCompatibility(config, path, loaded, loaded_families).ok()
             ? "compatible"
             : "refused");
  loaded_families[0].options.comparator = rocksdb::BytewiseComparator();
  Must(rocksdb::DB::Open(loaded, path, loaded_families, &handles, &opened));
  db.reset(opened);
  std::string value;
  Must(db->Get(rocksdb::ReadOptions(), handles[1], "key", &value));
  printf("key: %s\n", value.c_str());
  for (rocksdb::ColumnFamilyHandle* handle : handles) Must(db->DestroyColumnFamilyHandle(handle));
  Must(db->Close());
  return 0;
}
