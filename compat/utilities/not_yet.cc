// Features of the public headers that are not there yet. Each says NotSupported and names itself.

#include "rocksdb/utilities/agg_merge.h"
#include "rocksdb/utilities/cache_dump_load.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/utilities/db_ttl.h"
#include "rocksdb/utilities/debug.h"
#include "rocksdb/utilities/option_change_migration.h"

namespace rocksdb {

Status Checkpoint::Create(DB* /*db*/, Checkpoint** checkpoint_ptr) {
  *checkpoint_ptr = nullptr;
  return Status::NotSupported("Checkpoint::Create");
}
Status Checkpoint::CreateCheckpoint(const std::string& /*checkpoint_dir*/,
                                    uint64_t /*log_size_for_flush*/,
                                    uint64_t* /*sequence_number_ptr*/) {
  return Status::NotSupported("Checkpoint::CreateCheckpoint");
}
Status Checkpoint::ExportColumnFamily(ColumnFamilyHandle* /*handle*/,
                                      const std::string& /*export_dir*/,
                                      ExportImportFilesMetaData** /*metadata*/) {
  return Status::NotSupported("Checkpoint::ExportColumnFamily");
}

Status DBWithTTL::Open(const Options& /*options*/, const std::string& /*dbname*/, DBWithTTL** dbptr,
                       int32_t /*ttl*/, bool /*read_only*/) {
  *dbptr = nullptr;
  return Status::NotSupported("DBWithTTL::Open");
}
Status DBWithTTL::Open(const DBOptions& /*db_options*/, const std::string& /*dbname*/,
                       const std::vector<ColumnFamilyDescriptor>& /*column_families*/,
                       std::vector<ColumnFamilyHandle*>* /*handles*/, DBWithTTL** dbptr,
                       const std::vector<int32_t>& /*ttls*/, bool /*read_only*/) {
  *dbptr = nullptr;
  return Status::NotSupported("DBWithTTL::Open");
}

Status GetAllKeyVersions(DB* /*db*/, Slice /*begin_key*/, Slice /*end_key*/,
                         size_t /*max_num_ikeys*/, std::vector<KeyVersion>* /*key_versions*/) {
  return Status::NotSupported("GetAllKeyVersions");
}
Status GetAllKeyVersions(DB* /*db*/, ColumnFamilyHandle* /*cfh*/, Slice /*begin_key*/,
                         Slice /*end_key*/, size_t /*max_num_ikeys*/,
                         std::vector<KeyVersion>* /*key_versions*/) {
  return Status::NotSupported("GetAllKeyVersions");
}

// The names of the record types of a write batch.
std::string KeyVersion::GetTypeName() const {
  switch (type) {
    case 0:
      return "kTypeDeletion";
    case 1:
      return "kTypeValue";
    case 2:
      return "kTypeMerge";
    case 7:
      return "kTypeSingleDeletion";
    case 0xf:
      return "kTypeRangeDeletion";
    case 0x11:
      return "kTypeBlobIndex";
    default:
      return "Invalid";
  }
}

Status OptionChangeMigration(std::string /*dbname*/, const Options& /*old_opts*/,
                             const Options& /*new_opts*/) {
  return Status::NotSupported("OptionChangeMigration");
}

IOStatus NewToFileCacheDumpWriter(const std::shared_ptr<FileSystem>& /*fs*/,
                                  const FileOptions& /*file_opts*/,
                                  const std::string& /*file_name*/,
                                  std::unique_ptr<CacheDumpWriter>* /*writer*/) {
  return IOStatus::NotSupported("NewToFileCacheDumpWriter");
}
IOStatus NewFromFileCacheDumpReader(const std::shared_ptr<FileSystem>& /*fs*/,
                                    const FileOptions& /*file_opts*/,
                                    const std::string& /*file_name*/,
                                    std::unique_ptr<CacheDumpReader>* /*reader*/) {
  return IOStatus::NotSupported("NewFromFileCacheDumpReader");
}
Status NewDefaultCacheDumper(const CacheDumpOptions& /*dump_options*/,
                             const std::shared_ptr<Cache>& /*cache*/,
                             std::unique_ptr<CacheDumpWriter>&& /*writer*/,
                             std::unique_ptr<CacheDumper>* /*cache_dumper*/) {
  return Status::NotSupported("NewDefaultCacheDumper");
}
Status NewDefaultCacheDumpedLoader(const CacheDumpOptions& /*dump_options*/,
                                   const BlockBasedTableOptions& /*toptions*/,
                                   const std::shared_ptr<SecondaryCache>& /*secondary_cache*/,
                                   std::unique_ptr<CacheDumpReader>&& /*reader*/,
                                   std::unique_ptr<CacheDumpedLoader>* /*cache_dump_loader*/) {
  return Status::NotSupported("NewDefaultCacheDumpedLoader");
}

const std::string kUnnamedFuncName = "";
const std::string kErrorFuncName = "kErrorFuncName";

Status AddAggregator(const std::string& /*function_name*/, std::unique_ptr<Aggregator>&& /*agg*/) {
  return Status::NotSupported("AddAggregator");
}
std::shared_ptr<MergeOperator> GetAggMergeOperator() { return nullptr; }
Status EncodeAggFuncAndPayload(const Slice& /*function_name*/, const Slice& /*payload*/,
                               std::string& /*output*/) {
  return Status::NotSupported("EncodeAggFuncAndPayload");
}
bool ExtractAggFuncAndValue(const Slice& /*op*/, Slice& /*func*/, Slice& /*value*/) {
  return false;
}
bool ExtractList(const Slice& /*encoded_list*/, std::vector<Slice>& /*decoded_list*/) {
  return false;
}

}  // namespace rocksdb
