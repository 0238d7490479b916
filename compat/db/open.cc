// The ways into and out of a store: Open in its forms, Close, DestroyDB, RepairDB,
// ListColumnFamilies.

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "compat/binary/db_session_id.h"
#include "compat/db/file_names.h"
#include "compat/db/listener_bridge.h"
#include "compat/db/option_map.h"
#include "compat/db/options_file.h"
#include "compat/db/store_db.h"
#include "compat/db/telemetry.h"
#include "compat/env/app_file_system.h"
#include "compat/env/status_convert.h"
#include "compat/options/option_fates.h"
#include "compat/statistics/engine_meter.h"
#include "compat/statistics/stats_history.h"
#include "rocksdb/convenience.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

const std::string kDefaultColumnFamilyName("default");

namespace {

constexpr char kLibraryName[] = "Aether 0.1.0, librocksdb.so.7.8";
constexpr char kEngineName[] = "HanoiDB LSM tree, Taurus parallel log";
constexpr char kAbiTarget[] = "RocksDB 7.8.3 (Debian 12)";

bool VerboseWanted() {
  const char* value = getenv("AETHER_VERBOSE");
  return value != nullptr && strcmp(value, "1") == 0;
}

std::string LibraryPath() {
  Dl_info info;
  // A function without a name outside this library cannot resolve to another module.
  if (dladdr(reinterpret_cast<const void*>(&VerboseWanted), &info) == 0 ||
      info.dli_fname == nullptr) {
    return "unknown path";
  }
  return info.dli_fname;
}

// Says to LOG, and to stderr when asked, who runs here and what becomes of the options.
void Announce(Logger* log, const std::string& name, const DBOptions& options,
              const std::vector<ColumnFamilyDescriptor>& families) {
  std::vector<std::string> lines;
  lines.push_back(std::string(kLibraryName) + " at " + LibraryPath());
  lines.push_back(std::string("engine: ") + kEngineName + "; ABI target: " + kAbiTarget);
  lines.push_back("database: " + name);
  for (std::string& line : DescribeDbOptions(options)) {
    lines.push_back("DB option " + std::move(line));
  }
  for (const ColumnFamilyDescriptor& family : families) {
    for (const std::string& line : DescribeFamilyOptions(family.options)) {
      lines.push_back("[" + family.name + "] option " + line);
    }
  }
  for (const std::string& line : lines) Header(log, "%s", line.c_str());
  if (!VerboseWanted()) return;
  for (const std::string& line : lines) fprintf(stderr, "aether: %s\n", line.c_str());
}

// Write amplification cannot be seen from outside where the log is mapped: with
// AETHER_COUNTERS=<file> each store that closes appends a line of JSON that tells what no system
// call carried.
void AppendCounters(const aether::DbEnv& engine) {
  const char* path = getenv("AETHER_COUNTERS");
  if (path == nullptr) return;
  FILE* file = fopen(path, "ae");
  if (file == nullptr) return;
  const aether::EnvStats stats = engine.Stats();
  fprintf(file,
          "{\"log_bytes_mapped\": %llu, \"ring_bytes\": 0, \"log_bytes\": %llu, "
          "\"log_syncs\": %llu, \"writes\": %llu}\n",
          static_cast<unsigned long long>(stats.log_bytes_mapped),
          static_cast<unsigned long long>(stats.log_bytes),
          static_cast<unsigned long long>(stats.log_syncs),
          static_cast<unsigned long long>(stats.writes));
  fclose(file);
}

uint64_t NewInstance() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Without an Env the machine's own is meant.
DBOptions OnDisk(const DBOptions& options) {
  DBOptions out(options);
  if (out.env == nullptr) out.env = Env::Default();
  return out;
}

// The manager of the options, when it is the library's own.
std::shared_ptr<TrackedFiles> TrackedFilesOf(const DBOptions& options) {
  return std::dynamic_pointer_cast<TrackedFiles>(options.sst_file_manager);
}

}  // namespace

DB::~DB() = default;

// An implementation that does not override these has no column families.
Status DB::CreateColumnFamily(const ColumnFamilyOptions&, const std::string&,
                              ColumnFamilyHandle**) {
  return Status::NotSupported("DB::CreateColumnFamily");
}
Status DB::CreateColumnFamilies(const ColumnFamilyOptions&, const std::vector<std::string>&,
                                std::vector<ColumnFamilyHandle*>*) {
  return Status::NotSupported("DB::CreateColumnFamilies");
}
Status DB::CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>&,
                                std::vector<ColumnFamilyHandle*>*) {
  return Status::NotSupported("DB::CreateColumnFamilies");
}
Status DB::DropColumnFamily(ColumnFamilyHandle*) {
  return Status::NotSupported("DB::DropColumnFamily");
}
Status DB::DropColumnFamilies(const std::vector<ColumnFamilyHandle*>&) {
  return Status::NotSupported("DB::DropColumnFamilies");
}
Status DB::DestroyColumnFamilyHandle(ColumnFamilyHandle* column_family) {
  if (column_family == DefaultColumnFamily()) {
    return Status::InvalidArgument("Cannot destroy the handle returned by DefaultColumnFamily()");
  }
  delete column_family;
  return Status::OK();
}
FileSystem* DB::GetFileSystem() const { return GetEnv()->GetFileSystem().get(); }

StoreDb::StoreDb(const DBOptions& options, const std::string& name, Mode mode)
    : name_(name),
      instance_(NewInstance()),
      mode_(mode),
      db_options_(options),
      env_(options.env),
      statistics_(options.statistics.get()),
      meter_(ToEngineMeter(options.statistics)),
      session_id_(DBImpl::GenerateDbSessionId(options.env)),
      opened_micros_(SteadyMicros()),
      bridge_(std::make_shared<ListenerBridge>(this, name, options.listeners,
                                               options.statistics.get(), TrackedFilesOf(options),
                                               options.enable_thread_tracking)),
      tracer_(options.env) {
  last_interval_.micros = opened_micros_;
}

StoreDb::~StoreDb() {
  alive_->store(false, std::memory_order_release);
  Close().PermitUncheckedError();
  // The default handle tells listeners that it goes, which the bridge still has to hear.
  default_handle_.reset();
  engine_.reset();
  if (stats_history_ != nullptr) stats_history_->Stop();
  Info(info_log(), "Database closed");
}

Status StoreDb::Close() {
  if (closed()) return close_status_;
  if (engine_ == nullptr) return Status::OK();
  const aether::Status status = engine_->Close();
  if (status.code() == aether::Status::kAborted) {
    return Status::Aborted("Cannot close DB with unreleased snapshot.");
  }
  if (stats_history_ != nullptr) stats_history_->Stop();
  AppendCounters(*engine_);
  close_status_ = ToRocks(status);
  closed_.store(true, std::memory_order_relaxed);
  return close_status_;
}

Status StoreDb::Resume() { return closed() ? CheckOpen() : ToRocks(engine_->Resume()); }

Status StoreDb::OpenEngine(const std::vector<ColumnFamilyDescriptor>& families,
                           std::vector<ColumnFamilyHandle*>* handles) {
  aether::EnvOptions options = ToEngineEnv(db_options_);
  options.read_only = mode_ != Mode::kReadWrite;
  options.secondary = mode_ == Mode::kSecondary;
  options.fs = EngineFileSystemFor(env_, &owned_fs_);
  options.observer = bridge_;
  options.meter = meter_;
  CountIo();
  const std::shared_ptr<TrackedFiles> files = TrackedFilesOf(db_options_);
  if (files != nullptr && mode_ == Mode::kReadWrite) {
    options.remove_file = [files](const std::string& path) {
      return ToAether(files->Remove(path));
    };
  }
  if (const std::shared_ptr<Logger> log = info_log()) {
    options.log = [log](const std::string& line) { Info(log, "%s", line.c_str()); };
  }

  Status s;
  std::vector<aether::StoreDescriptor> stores;
  std::vector<Family*> opened;
  for (const ColumnFamilyDescriptor& descriptor : families) {
    Family* const family = NewFamily(descriptor.options);
    aether::StoreDescriptor store;
    store.name = descriptor.name;
    s = ToEngineStore(*family, db_options_, &store.options);
    if (!s.ok()) return s;
    if (store.name == kPreparedStoreName) {
      return Status::InvalidArgument("Column family not found", store.name);
    }
    opened.push_back(family);
    stores.push_back(std::move(store));
  }
  aether::StoreDescriptor prepared{kPreparedStoreName, PreparedStoreOptions(), true};
  if (!stores.empty()) prepared.options.pool = stores.front().options.pool;
  stores.push_back(std::move(prepared));
  std::vector<aether::KvStore*> engine_handles;
  s = ToRocks(aether::DbEnv::Open(options, name_, stores, &engine_, &engine_handles));
  if (!s.ok()) return s;
  log_mapped_ = engine_->Stats().log_mapped;
  for (size_t i = 0; i < opened.size(); ++i) {
    opened[i]->store = engine_handles[i];
    if (engine_handles[i]->id() == 0) {
      default_handle_ =
          std::make_unique<StoreHandle>(this, opened[i], StoreHandle::Whose::kDefault);
    }
  }
  if (engine_handles.size() > opened.size()) prepared_store_ = engine_handles.back();
  if (default_handle_ == nullptr) {
    return Status::InvalidArgument("Default column family not specified");
  }
  s = CheckPrepared();
  if (s.ok() && handles != nullptr) {
    for (Family* family : opened) handles->push_back(new StoreHandle(this, family));
  }
  if (s.ok() && mode_ == Mode::kReadWrite) TrackFiles(files.get());
  return s;
}

void StoreDb::TrackFiles(TrackedFiles* files) {
  if (files == nullptr) {
    // Another process may have left trash that nobody takes away any more.
    TrackedFiles(env_->GetFileSystem(), TrackedFiles::Pace()).TakeTrashOf(name_);
    return;
  }
  if (db_options_.statistics != nullptr) files->SetStatisticsPtr(db_options_.statistics);
  for (const auto& family : families_) {
    for (const aether::FileInfo& file : family->store->Files()) files->Add(file.path, file.bytes);
    for (const aether::BlobFileInfo& file : family->store->BlobFiles()) {
      files->Add(file.path, file.bytes);
    }
  }
  files->TakeTrashOf(name_);
}

Status StoreDb::OpenStore(const DBOptions& options, const std::string& name,
                          const std::vector<ColumnFamilyDescriptor>& families, Mode mode,
                          std::vector<ColumnFamilyHandle*>* handles, DB** db) {
  if (db == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  if (options.env == nullptr) {
    return OpenStore(OnDisk(options), name, families, mode, handles, db);
  }
  *db = nullptr;
  if (handles != nullptr) handles->clear();
  Status s = CheckDbOptions(options, name, families);
  if (!s.ok()) return s;
  DBOptions used = SanitizeDb(options);
  if (mode == Mode::kReadWrite) {
    s = used.env->CreateDirIfMissing(name);
    if (!s.ok()) return s;
    // A log that cannot be written is no reason to refuse the data.
    if (used.info_log == nullptr) {
      CreateLoggerFromOptions(name, used, &used.info_log).PermitUncheckedError();
    }
    if (!used.wal_dir.empty() && used.wal_dir != name) {
      s = used.env->CreateDirIfMissing(used.wal_dir);
      if (!s.ok()) return s;
    }
  }
  Announce(used.info_log.get(), name, options, families);

  std::unique_ptr<StoreDb> store(new StoreDb(used, name, mode));
  s = store->OpenEngine(families, handles);
  if (s.ok() && mode == Mode::kReadWrite) s = store->WriteOptionsFile();
  if (!s.ok()) {
    Error(used.info_log, "Opening the database failed: %s", s.ToString().c_str());
    if (handles != nullptr) {
      for (ColumnFamilyHandle* handle : *handles) delete handle;
      handles->clear();
    }
    return s;
  }
  if (mode == Mode::kReadWrite && used.statistics != nullptr) {
    store->stats_history_ = std::make_shared<StatsHistory>(
        used.env, used.statistics, used.stats_persist_period_sec, used.stats_history_buffer_size);
  }
  Info(used.info_log, "Database open, session %s, sequence %llu", store->session_id_.c_str(),
       static_cast<unsigned long long>(store->GetLatestSequenceNumber()));
  *db = store.release();
  return s;
}

Status StoreDb::OpenSecondary(const DBOptions& options, const std::string& name,
                              const std::string& secondary_path,
                              const std::vector<ColumnFamilyDescriptor>& families,
                              std::vector<ColumnFamilyHandle*>* handles, DB** db) {
  if (db == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  *db = nullptr;
  DBOptions used(OnDisk(options));
  if (used.info_log == nullptr) {
    const Status s = CreateLoggerFromOptions(secondary_path, used, &used.info_log);
    if (!s.ok()) return s;
  }
  if (used.max_open_files != -1) {
    // Runs stay open whatever this says; values of blob files may need a file that has gone.
    Info(used.info_log, "Files of runs stay open; blob files that the primary removes do not");
  }
  return OpenStore(used, name, families, Mode::kSecondary, handles, db);
}

Status StoreDb::WriteOptionsFile() {
  if (mode_ != Mode::kReadWrite) return Status::OK();
  std::vector<ColumnFamilyDescriptor> families;
  DBOptions options;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    options = db_options_;
    for (const auto& family : families_) {
      if (family->store == nullptr || family->store->dropped()) continue;
      families.emplace_back(family->store->name(), family->options);
    }
  }
  const Status s = PersistOptions(env_, name_, engine_->NewFileNumber(), options, families,
                                  engine_->FileDeletionsEnabled());
  if (s.ok()) return s;
  Warn(options.info_log, "The options file could not be written: %s", s.ToString().c_str());
  return options.fail_if_options_file_error ? s : Status::OK();
}

// --- the static functions of DB ---

namespace {

Status NoPlaceForHandles() {
  return Status::InvalidArgument("Opening column families needs a place for their handles");
}

}  // namespace

Status DB::Open(const Options& options, const std::string& name, DB** dbptr) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  return StoreDb::OpenStore(DBOptions(options), name, families, StoreDb::Mode::kReadWrite, nullptr,
                            dbptr);
}

Status DB::Open(const DBOptions& db_options, const std::string& name,
                const std::vector<ColumnFamilyDescriptor>& column_families,
                std::vector<ColumnFamilyHandle*>* handles, DB** dbptr) {
  if (handles == nullptr) return NoPlaceForHandles();
  return StoreDb::OpenStore(db_options, name, column_families, StoreDb::Mode::kReadWrite, handles,
                            dbptr);
}

Status DB::OpenForReadOnly(const Options& options, const std::string& name, DB** dbptr, bool) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  return StoreDb::OpenStore(DBOptions(options), name, families, StoreDb::Mode::kReadOnly, nullptr,
                            dbptr);
}

Status DB::OpenForReadOnly(const DBOptions& db_options, const std::string& name,
                           const std::vector<ColumnFamilyDescriptor>& column_families,
                           std::vector<ColumnFamilyHandle*>* handles, DB** dbptr, bool) {
  if (handles == nullptr) return NoPlaceForHandles();
  return StoreDb::OpenStore(db_options, name, column_families, StoreDb::Mode::kReadOnly, handles,
                            dbptr);
}

Status DB::OpenAsSecondary(const Options& options, const std::string& name,
                           const std::string& secondary_path, DB** dbptr) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  return StoreDb::OpenSecondary(DBOptions(options), name, secondary_path, families, nullptr, dbptr);
}

Status DB::OpenAsSecondary(const DBOptions& db_options, const std::string& name,
                           const std::string& secondary_path,
                           const std::vector<ColumnFamilyDescriptor>& column_families,
                           std::vector<ColumnFamilyHandle*>* handles, DB** dbptr) {
  if (handles == nullptr) return NoPlaceForHandles();
  return StoreDb::OpenSecondary(db_options, name, secondary_path, column_families, handles, dbptr);
}

Status DB::OpenAndCompact(const std::string&, const std::string&, const std::string&, std::string*,
                          const CompactionServiceOptionsOverride&) {
  return Status::NotSupported("DB::OpenAndCompact");
}

Status DB::OpenAndCompact(const OpenAndCompactOptions&, const std::string&, const std::string&,
                          const std::string&, std::string*,
                          const CompactionServiceOptionsOverride&) {
  return Status::NotSupported("DB::OpenAndCompact");
}

// No family has timestamps (Open refuses their comparators), so there is no history to trim.
Status DB::OpenAndTrimHistory(const DBOptions& db_options, const std::string& name,
                              const std::vector<ColumnFamilyDescriptor>& column_families,
                              std::vector<ColumnFamilyHandle*>* handles, DB** dbptr,
                              std::string /*trim_ts*/) {
  *dbptr = nullptr;
  if (db_options.avoid_flush_during_recovery) {
    return Status::InvalidArgument(
        "avoid_flush_during_recovery incompatible with OpenAndTrimHistory");
  }
  return Open(db_options, name, column_families, handles, dbptr);
}

Status DB::ListColumnFamilies(const DBOptions& db_options, const std::string& name,
                              std::vector<std::string>* column_families) {
  if (column_families == nullptr) {
    return Status::InvalidArgument("ListColumnFamilies needs a place for the names");
  }
  column_families->clear();
  std::unique_ptr<aether::FileSystem> owned;
  aether::FileSystem* const fs = EngineFileSystemFor(db_options.env, &owned);
  Status s = ToRocks(aether::DbEnv::ListStores(fs, name, column_families));
  std::erase(*column_families, kPreparedStoreName);
  return s;
}

Status DestroyDB(const std::string& name, const Options& options,
                 const std::vector<ColumnFamilyDescriptor>&) {
  Env* const env = OnDisk(options).env;
  std::unique_ptr<aether::FileSystem> owned;
  aether::FileSystem* const fs = EngineFileSystemFor(env, &owned);
  // First the engine: it takes the lock, so nothing of an open store is touched.
  Status s = ToRocks(aether::DbEnv::Destroy(fs, name, options.wal_dir));
  if (!s.ok()) return s;
  std::vector<std::string> names;
  if (!env->GetChildren(name, &names).ok()) return Status::OK();
  size_t left = 0;
  for (const std::string& file : names) {
    if (file == "." || file == "..") continue;
    const bool ours = file == "LOG" || file.rfind("LOG.old.", 0) == 0 ||
                      IsOptionsFileName(file, nullptr) || file == "IDENTITY" ||
                      TrackedFiles::IsTrash(file);
    if (!ours) {
      ++left;
      continue;
    }
    const Status removed = env->DeleteFile(name + "/" + file);
    if (!removed.ok() && s.ok()) s = removed;
  }
  if (left == 0) env->DeleteDir(name).PermitUncheckedError();
  return s;
}

namespace {

const ColumnFamilyOptions* OptionsOf(const std::string& name,
                                     const std::vector<ColumnFamilyDescriptor>& known,
                                     const ColumnFamilyOptions* unknown_family) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& descriptor) { return descriptor.name == name; });
  return found != known.end() ? &found->options : unknown_family;
}

// First the engine leaves out what cannot be read, then the store is opened with everything that
// helps to save data, so that what the log still tells is written anew.
Status Repair(const std::string& name, const DBOptions& db_options,
              const std::vector<ColumnFamilyDescriptor>& known,
              const ColumnFamilyOptions* unknown_family) {
  const DBOptions used = SanitizeDb(OnDisk(db_options));
  if (used.env->FileExists(name).IsNotFound()) return Status::OK();
  std::unique_ptr<aether::FileSystem> owned;
  std::vector<std::unique_ptr<Family>> made;
  aether::RepairOptions repair;
  repair.fs = EngineFileSystemFor(used.env, &owned);
  repair.wal_dir = used.wal_dir;
  repair.options_of = [&](const std::string& family, aether::StoreOptions* store) {
    if (family == kPreparedStoreName) {
      *store = PreparedStoreOptions();
      return aether::Status::OK();
    }
    const ColumnFamilyOptions* const options = OptionsOf(family, known, unknown_family);
    if (options == nullptr) {
      return aether::Status::InvalidArgument("No options for column family " + family);
    }
    made.push_back(MakeFamily(*options));
    return ToAether(ToEngineStore(*made.back(), used, store));
  };
  if (used.info_log != nullptr) {
    repair.log = [log = used.info_log](const std::string& line) { Warn(log, "%s", line.c_str()); };
  }
  Status s = ToRocks(aether::DbEnv::Repair(repair, name));
  if (!s.ok()) return s;
  std::vector<std::string> names;
  s = DB::ListColumnFamilies(db_options, name, &names);
  if (!s.ok()) return s;
  std::vector<ColumnFamilyDescriptor> families;
  for (const std::string& family : names) {
    const ColumnFamilyOptions* const options = OptionsOf(family, known, unknown_family);
    if (options == nullptr) {
      return Status::InvalidArgument("No options for column family " + family);
    }
    families.emplace_back(family, *options);
  }
  DBOptions options(db_options);
  options.create_if_missing = false;
  options.error_if_exists = false;
  options.allow_2pc = true;  // what is prepared stays so
  options.wal_recovery_mode = WALRecoveryMode::kSkipAnyCorruptedRecords;
  std::vector<ColumnFamilyHandle*> handles;
  DB* db = nullptr;
  s = DB::Open(options, name, families, &handles, &db);
  if (!s.ok()) return s;
  s = db->Flush(FlushOptions(), handles);
  for (ColumnFamilyHandle* handle : handles) delete handle;
  const Status closed = db->Close();
  delete db;
  return s.ok() ? closed : s;
}

}  // namespace

Status RepairDB(const std::string& dbname, const DBOptions& db_options,
                const std::vector<ColumnFamilyDescriptor>& column_families) {
  return Repair(dbname, db_options, column_families, nullptr);
}

Status RepairDB(const std::string& dbname, const DBOptions& db_options,
                const std::vector<ColumnFamilyDescriptor>& column_families,
                const ColumnFamilyOptions& unknown_cf_opts) {
  return Repair(dbname, db_options, column_families, &unknown_cf_opts);
}

Status RepairDB(const std::string& dbname, const Options& options) {
  const ColumnFamilyOptions family_options(options);
  return Repair(dbname, DBOptions(options),
                {ColumnFamilyDescriptor(kDefaultColumnFamilyName, family_options)},
                &family_options);
}

}  // namespace rocksdb
