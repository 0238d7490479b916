// The commands of ldb that look after a store and its files.

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>

#include "compat/binary/stderr_logger.h"
#include "compat/env/status_convert.h"
#include "compat/table/external_table.h"
#include "compat/tools/ldb_session.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/metadata.h"
#include "rocksdb/utilities/options_util.h"

namespace rocksdb {

namespace {

constexpr char kLine[] = "------------------------------";

struct LiveFile {
  std::string path;
  std::string place;  // behind the path, where files are listed by name
};

std::string PathOf(const std::string& directory, const std::string& name) {
  return name.empty() || name[0] == '/' ? directory + name : directory + "/" + name;
}

}  // namespace

Status LdbSession::Compact() {
  const Status status = Bounds();
  if (!status.ok()) return status;
  Slice begin;
  Slice end;
  if (from_) begin = *from_;
  if (to_) end = *to_;
  return db_->CompactRange(CompactRangeOptions(), family_, from_ ? &begin : nullptr,
                           to_ ? &end : nullptr);
}

Status LdbSession::CheckConsistency() { return Done(Status::OK()); }  // opening has checked it

Status LdbSession::GetProperty() {
  const std::string& name = arguments_.parameters[0];
  std::map<std::string, std::string> values;
  std::string value;
  if (db_->GetMapProperty(family_, name, &values)) {
    for (const auto& [key, text] : values) {
      printf("%s.%s: %s\n", name.c_str(), key.c_str(), text.c_str());
    }
  } else if (db_->GetProperty(family_, name, &value)) {
    printf("%s: %s\n", name.c_str(), value.c_str());
  } else {
    return Fail("failed to get property: " + name);
  }
  return Status::OK();
}

Status LdbSession::ListFamilies() {
  std::vector<std::string> names;
  const Status status = DB::ListColumnFamilies(options_, path_, &names);
  if (!status.ok()) return Fail("Error in processing db " + path_ + " " + status.ToString());
  printf("Column families in %s: \n{", path_.c_str());
  for (size_t i = 0; i < names.size(); ++i) printf("%s%s", i == 0 ? "" : ", ", names[i].c_str());
  printf("}\n");
  return status;
}

Status LdbSession::CreateFamily() {
  ColumnFamilyOptions options(options_);
  override_(&options);
  ColumnFamilyHandle* handle = nullptr;
  const Status status = db_->CreateColumnFamily(options, arguments_.parameters[0], &handle);
  if (status.ok()) handles_.push_back(handle);
  return Done(Explain("Fail to create new column family: ", status));
}

Status LdbSession::DropFamily() {
  for (ColumnFamilyHandle* handle : handles_) {
    if (handle->GetName() != arguments_.parameters[0]) continue;
    return Done(Explain("Fail to drop column family: ", db_->DropColumnFamily(handle)));
  }
  return Fail("Column family: " + arguments_.parameters[0] + " doesn't exist in db.");
}

Status LdbSession::ListLiveFiles() {
  const bool by_name = arguments_.Has("sort_by_filename");
  std::vector<ColumnFamilyMetaData> families;
  db_->GetAllColumnFamilyMetaData(&families);
  std::vector<LiveFile> files;
  for (const ColumnFamilyMetaData& family : families) {
    if (!by_name) {
      printf("===== Column Family: %s =====\nLive SST Files:\n", family.name.c_str());
    }
    for (const LevelMetaData& level : family.levels) {
      if (!by_name) printf("---------- level %d ----------\n", level.level);
      for (const SstFileMetaData& file : level.files) {
        const std::string path = PathOf(file.db_path, file.name);
        if (by_name) {
          files.push_back({path, " : level " + std::to_string(level.level)});
          files.back().place += ", column family '" + family.name + "'";
        } else {
          printf("%s\n", path.c_str());
        }
      }
    }
    if (!by_name) printf("Live Blob Files:\n");
    for (const BlobMetaData& file : family.blob_files) {
      const std::string path = PathOf(file.blob_file_path, file.blob_file_name);
      if (by_name) {
        files.push_back({path, ", column family '" + family.name + "'"});
      } else {
        printf("%s\n", path.c_str());
      }
    }
  }
  if (by_name) {
    std::sort(files.begin(), files.end(),
              [](const LiveFile& a, const LiveFile& b) { return a.path < b.path; });
    printf("Live SST and Blob Files:\n");
    for (const LiveFile& file : files) printf("%s%s\n", file.path.c_str(), file.place.c_str());
  }
  printf("%s\n", kLine);
  return Status::OK();
}

Status LdbSession::ListRangeDeletes() {
  uint64_t most = UINT64_MAX;
  Number("max_keys", &most);
  if (complaint_) return Status::InvalidArgument(*complaint_);
  ExternalTable table(db_->GetOptions(family_), family_->GetComparator());
  if (!table.status.ok()) return table.status;
  std::vector<LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  for (const LiveFileMetaData& file : files) {
    if (file.column_family_name != family_->GetName()) continue;
    const std::string path = PathOf(file.db_path, file.relative_filename);
    printf("=== file : %s ===\n", path.c_str());
    std::unique_ptr<aether::ExternalFileReader> reader;
    Status status = ToRocks(aether::ExternalFileReader::Open(table.fs, path, table.store, &reader));
    if (!status.ok()) return status;
    uint64_t left = most;
    status = ToRocks(reader->ForEachEntry([&left](const aether::EntryVersion& entry) {
      if (left == 0) return false;
      if (entry.type != aether::EntryType::kRangeDelete) return true;
      --left;
      printf("start: %s end: %s seq: %" PRIu64 "\n", Slice(entry.key).ToString(true).c_str(),
             Slice(entry.value).ToString(true).c_str(), entry.sequence);
      return true;
    }));
    if (!status.ok()) return status;
  }
  printf("\n");
  return Status::OK();
}

Status LdbSession::FileChecksums() {
  if (!arguments_.Get("path").empty()) {
    return Status::NotSupported("ldb file_checksum_dump --path");
  }
  const std::unique_ptr<FileChecksumList> list(NewFileChecksumList());
  std::vector<uint64_t> numbers;
  std::vector<std::string> sums;
  std::vector<std::string> names;
  Status status = db_->GetLiveFilesChecksumInfo(list.get());
  if (status.ok()) status = list->GetAllFileChecksums(&numbers, &sums, &names);
  if (!status.ok()) return status;
  std::map<uint64_t, size_t> order;
  for (size_t i = 0; i < numbers.size(); ++i) order[numbers[i]] = i;
  for (const auto& [number, i] : order) {
    const std::string sum = arguments_.Has("hex") ? ToHex(sums[i]) : sums[i];
    printf("%" PRIu64 ", %s, %s\n", number, names[i].c_str(), sum.c_str());
  }
  printf("Print SST file checksum information finished \n");
  return status;
}

// Runs may stand in any level whatever the options say, so nothing has to be rewritten: what is to
// be shown is that the store opens with so many, which its options file says from then on.
Status LdbSession::ReduceLevels() {
  uint64_t levels = 0;
  if (!Number("new_levels", &levels) || levels == 0 || levels > INT32_MAX) {
    return Fail(" Use --new_levels to specify a new level number\n");
  }
  Status status = Open(false);
  if (!status.ok()) return status;
  if (arguments_.Has("print_old_levels")) {
    int highest = 0;
    std::vector<LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    for (const LiveFileMetaData& file : files) highest = std::max(highest, file.level);
    printf("The old number of levels in use is %d\n", highest + 1);
  }
  status = Close();
  if (!status.ok()) return status;
  const auto plain = override_;
  override_ = [plain, levels](ColumnFamilyOptions* options) {
    plain(options);
    options->num_levels = std::min(options->num_levels, static_cast<int>(levels));
  };
  return Open(false);
}

std::string LdbSession::FilesPerLevel() {
  std::string counts;
  const int levels = db_->NumberLevels(family_);
  for (int level = 0; level < levels; ++level) {
    std::string count;
    db_->GetProperty(family_, "rocksdb.num-files-at-level" + std::to_string(level), &count);
    counts += (level == 0 ? "" : ",") + count;
  }
  return counts;
}

// As for levels: the store opens with either style.
Status LdbSession::ChangeCompactionStyle() {
  uint64_t before = 0;
  uint64_t after = 0;
  const auto known = [this](const char* name, uint64_t* style) {
    return Number(name, style) &&
           (*style == kCompactionStyleLevel || *style == kCompactionStyleUniversal);
  };
  for (const char* which : {"old", "new"}) {
    const std::string option = std::string(which) + "_compaction_style";
    if (known(option.c_str(), option[0] == 'o' ? &before : &after)) continue;
    return Fail("Use --" + option + " to specify " + which +
                " compaction style. Check ldb help for proper compaction style value.\n");
  }
  if (before == after) {
    return Fail("Old compaction style is the same as new compaction style. Nothing to do.\n");
  }
  if (before == kCompactionStyleUniversal) {
    return Fail("Convert from universal compaction to level compaction. Nothing to do.\n");
  }
  Status status = Open(false);
  if (!status.ok()) return status;
  printf("files per level before compaction: %s\n", FilesPerLevel().c_str());
  status = db_->CompactRange(CompactRangeOptions(), family_, nullptr, nullptr);
  if (!status.ok()) return status;
  printf("files per level after compaction: %s\n", FilesPerLevel().c_str());
  status = Close();
  if (!status.ok()) return status;
  const auto plain = override_;
  override_ = [plain, after](ColumnFamilyOptions* options) {
    plain(options);
    options->compaction_style = static_cast<CompactionStyle>(after);
  };
  return Open(false);
}

Status LdbSession::Repair() {
  const Status there = options_.env->FileExists(path_);
  if (!there.ok()) return Status::IOError("No such directory", path_);
  ColumnFamilyOptions plain(options_);
  override_(&plain);
  ConfigOptions config;
  config.env = options_.env;
  config.ignore_unknown_options = arguments_.Has("ignore_unknown_options");
  DBOptions db_options(options_);
  std::vector<ColumnFamilyDescriptor> families;
  DBOptions loaded;
  // The options of a damaged store may be gone, too.
  if (LoadLatestOptions(config, path_, &loaded, &families).ok()) {
    loaded.env = options_.env;
    db_options = loaded;
  } else {
    families.assign(1, ColumnFamilyDescriptor(kDefaultColumnFamilyName, plain));
  }
  db_options.info_log = std::make_shared<StderrLogger>(
      arguments_.Has("verbose") ? InfoLogLevel::INFO_LEVEL : InfoLogLevel::WARN_LEVEL);
  return Done(RepairDB(path_, db_options, families, plain));
}

Status LdbSession::MakeCheckpoint() {
  return LdbCheckpoint(db_.get(), arguments_.Get("checkpoint_dir"));
}

Status LdbSession::BackupPlace(LdbBackupPlace* place) {
  place->directory = arguments_.Get("backup_dir");
  if (place->directory.empty()) return Fail("--backup_dir: missing backup directory");
  place->env_uri = arguments_.Get("backup_env_uri");
  place->fs_uri = arguments_.Get("backup_fs_uri");
  uint64_t threads = 1;
  uint64_t level = 0;
  Number("num_threads", &threads);
  if (Number("stderr_log_level", &level)) {
    place->log_level = static_cast<int>(std::min<uint64_t>(level, INT32_MAX));
  }
  place->threads = static_cast<int>(std::clamp<uint64_t>(threads, 1, 256));
  return complaint_ ? Status::InvalidArgument(*complaint_) : Status::OK();
}

Status LdbSession::Backup() {
  LdbBackupPlace place;
  const Status status = BackupPlace(&place);
  return status.ok() ? LdbBackup(db_.get(), place) : status;
}

Status LdbSession::Restore() {
  LdbBackupPlace place;
  const Status status = BackupPlace(&place);
  return status.ok() ? LdbRestore(place, options_.env, path_) : status;
}

}  // namespace rocksdb
