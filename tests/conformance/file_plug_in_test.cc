// What applications have look at files as they are written: collectors of table properties and
// checksums over whole files; and moving a store to other options.
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/utilities/option_change_migration.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdio>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

// Counts entries by type; keys in order.
class Counter final : public rocksdb::TablePropertiesCollector {
 public:
  Status AddUserKey(const Slice& key, const Slice&, rocksdb::EntryType type,
                    rocksdb::SequenceNumber, uint64_t) override {
    if (type != rocksdb::kEntryRangeDeletion) keys_ += key.ToString();
    ++counts_[type];
    return Status::OK();
  }
  Status Finish(rocksdb::UserCollectedProperties* properties) override {
    *properties = GetReadableProperties();
    return Status::OK();
  }
  rocksdb::UserCollectedProperties GetReadableProperties() const override {
    std::string counts;
    for (const auto& [type, count] : counts_) {
      counts += std::to_string(type) + ":" + std::to_string(count) + " ";
    }
    return {{"test.counts", counts}, {"test.keys", keys_}};
  }
  const char* Name() const override { return "Counter"; }

 private:
  std::map<int, int> counts_;
  std::string keys_;
};

class CounterFactory final : public rocksdb::TablePropertiesCollectorFactory {
 public:
  rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context context) override {
    families += std::to_string(context.column_family_id);
    return new Counter;
  }
  const char* Name() const override { return "CounterFactory"; }
  std::string families;
};

std::string Property(const Db& db, const std::string& name) {
  rocksdb::TablePropertiesCollection tables;
  GOOD(db->GetPropertiesOfAllTables(&tables));
  std::string text;
  for (const auto& [path, properties] : tables) {
    const auto found = properties->user_collected_properties.find(name);
    text += found == properties->user_collected_properties.end() ? "(none)" : found->second;
  }
  return text;
}

CASE(table_properties_of_the_application) {
  Options options = Db::DefaultOptions();
  const auto factory = std::make_shared<CounterFactory>();
  options.table_properties_collector_factories = {factory};
  Db db(options);
  db.Put("a", "1");
  db.Put("b", "2");
  GOOD(db->Delete(WriteOptions(), "c"));
  GOOD(db->SingleDelete(WriteOptions(), "d"));
  GOOD(db->PutEntity(WriteOptions(), db->DefaultColumnFamily(), "e", {{"n", "v"}}));
  GOOD(db->Flush(FlushOptions()));
  EQ(Property(db, "test.keys"), "abcde");
  EQ(Property(db, "test.counts"), "0:2 1:1 2:1 7:1 ");
  EQ(factory->families, "0");
  rocksdb::TablePropertiesCollection tables;
  GOOD(db->GetPropertiesOfAllTables(&tables));
  EQ(tables.size(), 1u);
  EQ(tables.begin()->second->property_collectors_names, "[CounterFactory]");
  EQ(tables.begin()->second->num_entries, 5u);
  GOOD(db.Reopen(options));
  EQ(Property(db, "test.keys"), "abcde");
  rocksdb::CompactRangeOptions force;
  force.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  GOOD(db->CompactRange(force, nullptr, nullptr));
  EQ(Property(db, "test.keys"), "abe");
  EQ(Property(db, "test.counts"), "0:2 7:1 ");
}

CASE(table_properties_of_families) {
  Options options = Db::DefaultOptions();
  const auto factory = std::make_shared<CounterFactory>();
  options.table_properties_collector_factories = {factory};
  Db db;
  rocksdb::ColumnFamilyHandle* const other = db.Create("other", options);
  GOOD(db->Put(WriteOptions(), other, "k", "v"));
  db.Put("k", "v");
  GOOD(db->Flush(FlushOptions(), {other, db->DefaultColumnFamily()}));
  EQ(factory->families, "1");
  rocksdb::TablePropertiesCollection tables;
  const rocksdb::Range range("a", "z");
  GOOD(db->GetPropertiesOfTablesInRange(other, &range, 1, &tables));
  EQ(tables.size(), 1u);
  EQ(tables.begin()->second->user_collected_properties.at("test.keys"), "k");
}

Options Summed() {
  Options options = Db::DefaultOptions();
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  return options;
}

// The checksum of a file as it is now.
std::string SumOf(const std::string& path) {
  rocksdb::FileChecksumGenContext context;
  context.file_name = path;
  const auto sum = rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(context);
  const std::string bytes = ReadFile(path);
  sum->Update(bytes.data(), bytes.size());
  sum->Finalize();
  return sum->GetChecksum();
}

CASE(file_checksums) {
  Db db(Summed());
  for (int i = 0; i < 5000; ++i) db.Put("k" + std::to_string(i), std::string(100, 'v'));
  GOOD(db->Flush(FlushOptions()));
  for (int round = 0; round < 3; ++round) {
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    YES(!files.empty());
    const std::unique_ptr<rocksdb::FileChecksumList> list(rocksdb::NewFileChecksumList());
    GOOD(db->GetLiveFilesChecksumInfo(list.get()));
    EQ(list->size(), files.size());
    for (const auto& file : files) {
      EQ(file.file_checksum_func_name, "FileChecksumCrc32c");
      EQ(Slice(file.file_checksum).ToString(true),
         Slice(SumOf(file.directory + file.name)).ToString(true));
      std::string checksum;
      std::string name;
      GOOD(list->SearchOneFileChecksum(file.file_number, &checksum, &name));
      YES(checksum == file.file_checksum);
      EQ(name, "FileChecksumCrc32c");
    }
    GOOD(db->VerifyFileChecksums(rocksdb::ReadOptions()));
    if (round == 0) GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
    if (round == 1) GOOD(db.Reopen(Summed()));
  }
}

CASE(file_checksums_find_damage) {
  Db db(Summed());
  db.Put("k", "v");
  GOOD(db->Flush(FlushOptions()));
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  const std::string path = files[0].directory + files[0].name;
  const std::string good = ReadFile(path);
  std::string bad = good;
  bad[10] = static_cast<char>(bad[10] ^ 1);
  WriteFile(path, bad);
  const Status s = db->VerifyFileChecksums(rocksdb::ReadOptions());
  CODE(s, "2/0");
  YES(s.ToString().find("file checksum mismatch") != std::string::npos);
  WriteFile(path, good);
  GOOD(db->VerifyFileChecksums(rocksdb::ReadOptions()));
}

CASE(file_checksums_without_a_factory) {
  Db db;
  db.Put("k", "v");
  GOOD(db->Flush(FlushOptions()));
  EQ(db->VerifyFileChecksums(rocksdb::ReadOptions()),
     "4/0 Invalid argument: Cannot verify file checksum if options.file_checksum_gen_factory is "
     "null");
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  EQ(files[0].file_checksum, "");
  EQ(files[0].file_checksum_func_name, "Unknown");
  EQ(db->GetLiveFilesChecksumInfo(nullptr), "4/0 Invalid argument: checksum_list is nullptr");
  // Files from before the factory are left out.
  GOOD(db.Reopen(Summed()));
  GOOD(db->VerifyFileChecksums(rocksdb::ReadOptions()));
}

void TryMigration(const Options& from, const Options& to) {
  Db db(from);
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(i), "v");
  GOOD(db->Flush(FlushOptions()));
  db.Put("k7", "w");
  db.Close();
  GOOD(rocksdb::OptionChangeMigration(db.path(), from, to));
  GOOD(db.Reopen(to));
  EQ(db.Get("k7"), "w");
  EQ(db.Get("k99"), "v");
}

Options Styled(rocksdb::CompactionStyle style) {
  Options options = Db::DefaultOptions();
  options.compaction_style = style;
  return options;
}

CASE(migration_from_level_to_universal) {
  TryMigration(Styled(rocksdb::kCompactionStyleLevel), Styled(rocksdb::kCompactionStyleUniversal));
}
CASE(migration_from_universal_to_level) {
  TryMigration(Styled(rocksdb::kCompactionStyleUniversal), Styled(rocksdb::kCompactionStyleLevel));
}
CASE(migration_to_fifo) {
  TryMigration(Styled(rocksdb::kCompactionStyleLevel), Styled(rocksdb::kCompactionStyleFIFO));
}
}  // namespace
}  // namespace conformance
