// Table files from outside: IngestExternalFile, and column families that move by their files.

#include <memory>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "compat/db/listener_bridge.h"
#include "compat/db/option_map.h"
#include "compat/db/store_db.h"
#include "compat/env/status_convert.h"
#include "compat/table/file_plug_ins.h"
#include "compat/table/file_properties.h"
#include "rocksdb/comparator.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/metadata.h"

namespace rocksdb {

namespace {

aether::IngestOptions ToEngineIngest(const IngestExternalFileOptions& options) {
  aether::IngestOptions out;
  out.move = options.move_files;
  out.copy_if_move_fails = options.failed_move_fall_back_to_copy;
  out.may_be_numbered = options.allow_global_seqno;
  out.snapshots_matter = options.snapshot_consistency;
  out.may_flush = options.allow_blocking_flush;
  out.verify_checksums = options.verify_checksums_before_ingest;
  out.last_level_only = options.fail_if_not_bottommost_level;
  return out;
}

}  // namespace

Status StoreDb::IngestExternalFile(ColumnFamilyHandle* handle,
                                   const std::vector<std::string>& files,
                                   const IngestExternalFileOptions& options) {
  IngestExternalFileArg arg;
  arg.column_family = handle;
  arg.external_files = files;
  arg.options = options;
  return IngestExternalFiles({arg});
}

Status StoreDb::SumsOfIngested(const IngestExternalFileArg& arg,
                               std::vector<aether::FileToIngest>* files) const {
  FileChecksumGenFactory* const factory = db_options_.file_checksum_gen_factory.get();
  if (factory == nullptr) return Status::OK();
  const size_t n = files->size();
  const bool given = arg.files_checksums.size() == n && arg.files_checksum_func_names.size() == n;
  if (!given && (!arg.files_checksums.empty() || !arg.files_checksum_func_names.empty())) {
    return Status::InvalidArgument(
        "The checksum information of ingested sst files are nonempty and the size of checksums or "
        "the size of the checksum function names does not match with the number of ingested sst "
        "files");
  }
  const bool trusted = given && !arg.options.verify_file_checksum;
  for (size_t i = 0; i < n; ++i) {
    aether::FileToIngest& file = (*files)[i];
    std::string sum;
    std::string name;
    if (trusted) {
      const auto generator = factory->CreateFileChecksumGenerator(FileChecksumGenContext());
      if (generator != nullptr) name = generator->Name();
    } else {
      const Status s = ComputeFileSum(GetFileSystem(), file.path, "", factory, &sum, &name);
      if (!s.ok()) return s;
    }
    if (given && name != arg.files_checksum_func_names[i]) {
      return Status::InvalidArgument(
          "Checksum function name does not match with the checksum function name of this DB");
    }
    if (trusted) sum = arg.files_checksums[i];
    if (given && sum != arg.files_checksums[i]) {
      return Status::Corruption("Ingested checksum does not match with the generated checksum",
                                file.path);
    }
    file.sum = sum;
    file.sum_name = name;
  }
  return Status::OK();
}

Status StoreDb::IngestExternalFiles(const std::vector<IngestExternalFileArg>& args) {
  Status s = CheckWritable();
  if (!s.ok()) return s;
  std::vector<aether::IngestRequest> requests;
  for (const IngestExternalFileArg& arg : args) {
    s = CheckHandle(arg.column_family);
    if (!s.ok()) return s;
    aether::IngestRequest& request = requests.emplace_back();
    request.store = arg.column_family == nullptr ? nullptr : Store(arg.column_family);
    request.options = ToEngineIngest(arg.options);
    for (const std::string& path : arg.external_files) request.files.push_back({path, "", ""});
  }
  s = ToRocks(engine_->CheckIngest(requests));
  if (!s.ok()) return s;
  for (size_t i = 0; i < args.size(); ++i) {
    // Opening refuses allow_ingest_behind.
    if (args[i].options.ingest_behind) {
      return Status::InvalidArgument(
          "can't ingest_behind file in DB with allow_ingest_behind=false");
    }
    s = SumsOfIngested(args[i], &requests[i].files);
    if (!s.ok()) return s;
  }
  std::vector<std::vector<aether::IngestedFile>> ingested;
  {
    std::optional<std::shared_lock<std::shared_mutex>> beside_others;
    if (write_gate_ != nullptr) beside_others = write_gate_->EnterBesideOthers();
    s = ToRocks(engine_->Ingest(requests, &ingested));
  }
  if (!s.ok()) return s;
  for (size_t i = 0; i < args.size(); ++i) {
    ColumnFamilyHandle* const handle = args[i].column_family;
    const ColumnFamilyOptions options = FamilyOptions(Own(handle)->family);
    for (const aether::IngestedFile& file : ingested[i]) {
      ExternalFileIngestionInfo info;
      info.cf_name = handle->GetName();
      info.external_file_path = file.source;
      info.internal_file_path = file.info.path;
      info.global_seqno = file.info.smallest_sequence;
      info.table_properties =
          *ToTableProperties(file.info, handle->GetID(), handle->GetName(), options);
      bridge_->OnIngested(info, file.info.bytes);
    }
  }
  return s;
}

Status StoreDb::ExportFiles(ColumnFamilyHandle* handle,
                            const std::function<Status(const std::vector<SstFileMetaData>& files,
                                                       const std::vector<int>& levels)>& copy) {
  Status s = CheckWritable(handle);
  if (!s.ok()) return s;
  if (Store(handle)->dropped()) return Status::ColumnFamilyDropped();
  return ToRocks(Store(handle)->Export([&](const std::vector<aether::FileInfo>& files) {
    std::vector<SstFileMetaData> told;
    std::vector<int> levels;
    for (const aether::FileInfo& file : files) {
      told.push_back(ToMetaData(file));
      levels.push_back(file.level);
    }
    return ToAether(copy(told, levels));
  }));
}

Status StoreDb::CreateColumnFamilyWithImport(const ColumnFamilyOptions& options,
                                             const std::string& column_family_name,
                                             const ImportColumnFamilyOptions& import_options,
                                             const ExportImportFilesMetaData& metadata,
                                             ColumnFamilyHandle** handle) {
  if (handle == nullptr) return Status::InvalidArgument("An imported family needs a handle");
  *handle = nullptr;
  Status s = CheckWritable();
  if (!s.ok()) return s;
  if (options.comparator == nullptr) return Status::InvalidArgument("comparator is null");
  if (options.comparator->Name() != metadata.db_comparator_name) {
    return Status::InvalidArgument("Comparator name mismatch");
  }
  if (metadata.files.empty()) return Status::InvalidArgument("The list of files is empty");
  aether::ImportFiles import;
  import.move = import_options.move_files;
  for (const LiveFileMetaData& file : metadata.files) {
    aether::FileToImport& one = import.files.emplace_back();
    one.path = file.db_path + "/" + file.name;
    one.level = file.level;
    one.smallest_sequence = file.smallest_seqno;
    one.largest_sequence = file.largest_seqno;
  }
  s = CreateFamily(options, column_family_name, &import, handle);
  return s.ok() ? WriteOptionsFile() : s;
}

}  // namespace rocksdb
