// The ldb command line on the public interface: looking at a store and changing it from a shell.
//
// Commands that read open the store read-only, so they work beside a running program. Keys and
// values are plain text, or hexadecimal with 0x in front when --hex, --key_hex or --value_hex says
// so. Exit status: 0, or 1 with a line on stderr.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compat/binary/histogram.h"
#include "compat/tools/ldb_arguments.h"
#include "compat/tools/ldb_commands.h"
#include "compat/tools/ldb_copies.h"
#include "compat/tools/ldb_table_files.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/ldb_tool.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/ldb_cmd.h"
#include "rocksdb/utilities/options_util.h"

namespace rocksdb {

namespace {

class Session;

struct Command {
  const char* name;
  const char* usage;
  enum Opens { kNothing, kReadOnly, kWritable } opens;
  size_t parameters;  // at least so many
  std::set<std::string> accepts;
  Status (Session::*run)();
};

const std::vector<Command>& Commands();

// Names between spaces.
bool Lists(const char* names, const std::string& name) {
  return strstr(names, (" " + name + " ").c_str()) != nullptr;
}

// Commands of other tools of this family that are not here.
constexpr char kRefused[] =
    " query list_file_range_deletes dump_wal reduce_levels change_compaction_style "
    "manifest_dump update_manifest file_checksum_dump dump_live_files idump repair "
    "unsafe_remove_sst_file ";

// Options that every command accepts.
constexpr char kCommonOptions[] =
    " db secondary_path env_uri fs_uri hex key_hex value_hex column_family try_load_options "
    "disable_consistency_checks ignore_unknown_options bloom_bits fix_prefix_len "
    "compression_type compression_max_dict_bytes block_size auto_compaction "
    "db_write_buffer_size write_buffer_size file_size ";

// One run of the tool: the options, the open store, and the commands.
class Session {
 public:
  Session(const Arguments& arguments, const Options& options, const LDBOptions& ldb_options,
          const std::vector<ColumnFamilyDescriptor>* families)
      : arguments_(arguments), options_(options), ldb_options_(ldb_options) {
    if (families != nullptr) families_ = *families;
    key_hex_ = arguments_.Has("hex") || arguments_.Has("key_hex");
    value_hex_ = arguments_.Has("hex") || arguments_.Has("value_hex");
    path_ = arguments_.Get("db");
  }

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { Close().PermitUncheckedError(); }

  Status Run(const Command& command) {
    Status status = Configure();
    if (status.ok() && command.opens != Command::kNothing) {
      status = Open(command.opens == Command::kReadOnly);
    }
    if (status.ok()) status = (this->*command.run)();
    const Status closed = Close();
    return status.ok() ? closed : status;
  }

  Status Put() { return PutPairs(); }
  Status BatchPut() {
    return arguments_.parameters.size() % 2 != 0
               ? Status::InvalidArgument("batchput needs pairs of <key> <value>")
               : PutPairs();
  }

  Status Get() {
    std::string key;
    Status status = Key(arguments_.parameters[0], &key);
    std::string value;
    if (status.ok()) status = db_->Get(ReadOptions(), family_, key, &value);
    if (status.ok()) printf("%s\n", ShowValue(value).c_str());
    return status;
  }

  Status Delete() {
    std::string key;
    Status status = Key(arguments_.parameters[0], &key);
    if (status.ok()) status = db_->Delete(WriteOptions(), family_, key);
    return Done(status);
  }

  Status DeleteRange() {
    std::string begin;
    std::string end;
    Status status = Key(arguments_.parameters[0], &begin);
    if (status.ok()) status = Key(arguments_.parameters[1], &end);
    if (status.ok()) status = db_->DeleteRange(WriteOptions(), family_, begin, end);
    return Done(status);
  }

  Status Scan() {
    const bool no_value = arguments_.Has("no_value");
    return Walk([&](const Slice& key, const Slice& value) {
      if (no_value) {
        printf("%s\n", ShowKey(key).c_str());
      } else {
        printf("%s : %s\n", ShowKey(key).c_str(), ShowValue(value).c_str());
      }
    });
  }

  Status Dump() {
    const bool count_only = arguments_.Has("count_only");
    if (arguments_.Has("stats")) {
      std::string stats;
      if (db_->GetProperty("rocksdb.stats", &stats)) printf("%s\n", stats.c_str());
    }
    uint64_t entries = 0;
    HistogramImpl sizes;
    Status status = Walk([&](const Slice& key, const Slice& value) {
      ++entries;
      sizes.Add(value.size());
      if (!count_only) printf("%s ==> %s\n", ShowKey(key).c_str(), ShowValue(value).c_str());
    });
    printf("Keys in range: %llu\n", static_cast<unsigned long long>(entries));
    if (count_only) printf("Value size distribution: \n%s\n", sizes.ToString().c_str());
    return status;
  }

  // Reads the lines that dump writes.
  Status Load() {
    WriteOptions write;
    write.disableWAL = arguments_.Has("disable_wal");
    const Status loaded = ReadPairs([&](const std::string& key, const std::string& value) {
      return db_->Put(write, family_, key, value);
    });
    if (!loaded.ok()) return loaded;
    if (arguments_.Has("compact")) {
      return db_->CompactRange(CompactRangeOptions(), family_, nullptr, nullptr);
    }
    return write.disableWAL ? db_->Flush(FlushOptions(), family_) : Status::OK();
  }

  // The same lines into a table file.
  Status WriteTableFile() {
    return LdbWriteTableFile(db_.get(), family_, arguments_.parameters[0],
                             [this](const LdbPairSink& sink) { return ReadPairs(sink); });
  }
  Status IngestTableFile() {
    IngestExternalFileOptions options;
    const auto set = [this](const char* name, bool* option) {
      const std::string value = arguments_.Get(name, arguments_.Has(name) ? "true" : "");
      if (!value.empty()) *option = value == "true" || value == "1";
    };
    set("move_files", &options.move_files);
    set("snapshot_consistency", &options.snapshot_consistency);
    set("allow_global_seqno", &options.allow_global_seqno);
    set("allow_blocking_flush", &options.allow_blocking_flush);
    set("ingest_behind", &options.ingest_behind);
    set("write_global_seqno", &options.write_global_seqno);
    return LdbIngestTableFile(db_.get(), family_, arguments_.parameters[0], options);
  }

  Status Compact() {
    Slice begin;
    Slice end;
    Status status = Bounds();
    if (!status.ok()) return status;
    if (from_) begin = *from_;
    if (to_) end = *to_;
    return db_->CompactRange(CompactRangeOptions(), family_, from_ ? &begin : nullptr,
                             to_ ? &end : nullptr);
  }

  Status ApproxSize() {
    Status status = Bounds();
    if (!status.ok()) return status;
    const Range range(from_ ? *from_ : std::string(), to_ ? *to_ : std::string(1, '\xff'));
    uint64_t size = 0;
    status = db_->GetApproximateSizes(SizeApproximationOptions(), family_, &range, 1, &size);
    if (status.ok()) printf("%llu\n", static_cast<unsigned long long>(size));
    return status;
  }

  Status CheckConsistency() { return Done(Status::OK()); }  // opening has checked it

  Status GetProperty() {
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
      return Status::InvalidArgument("failed to get property: " + name);
    }
    return Status::OK();
  }

  Status ListFamilies() {
    std::vector<std::string> names;
    Status status = DB::ListColumnFamilies(options_, path_, &names);
    if (!status.ok()) return status;
    printf("Column families in %s: \n{", path_.c_str());
    for (size_t i = 0; i < names.size(); ++i) printf("%s%s", i == 0 ? "" : ", ", names[i].c_str());
    printf("}\n");
    return status;
  }

  Status CreateFamily() {
    ColumnFamilyHandle* handle = nullptr;
    Status status = db_->CreateColumnFamily(options_, arguments_.parameters[0], &handle);
    if (status.ok()) handles_.push_back(handle);
    return Done(status);
  }

  Status DropFamily() {
    for (ColumnFamilyHandle* handle : handles_) {
      if (handle->GetName() == arguments_.parameters[0]) return Done(db_->DropColumnFamily(handle));
    }
    return Status::InvalidArgument("Column family " + arguments_.parameters[0] +
                                   " doesn't exist in db.");
  }

  Status ListLiveFiles() {
    std::vector<LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    std::map<std::string, std::map<int, std::vector<std::string>>> by_family;
    for (const auto& file : files) {
      by_family[file.column_family_name][file.level].push_back(file.db_path + "/" +
                                                               file.relative_filename);
    }
    for (const auto& [family, levels] : by_family) {
      printf("===== Column Family: %s =====\nLive SST Files:\n", family.c_str());
      for (const auto& [level, names] : levels) {
        printf("---------- level %d ----------\n", level);
        for (const std::string& name : names) printf("%s\n", name.c_str());
      }
    }
    return Status::OK();
  }

  Status MakeCheckpoint() { return LdbCheckpoint(db_.get(), arguments_.Get("checkpoint_dir")); }
  Status Backup() {
    LdbBackupPlace place;
    Status status = BackupPlace(&place);
    return status.ok() ? LdbBackup(db_.get(), place) : status;
  }
  Status Restore() {
    LdbBackupPlace place;
    Status status = BackupPlace(&place);
    return status.ok() ? LdbRestore(place, options_.env, path_) : status;
  }

 private:
  Status BackupPlace(LdbBackupPlace* place) {
    place->directory = arguments_.Get("backup_dir");
    place->env_uri = arguments_.Get("backup_env_uri");
    place->fs_uri = arguments_.Get("backup_fs_uri");
    size_t threads = 1;
    size_t level = 0;
    Number("num_threads", &threads);
    if (Number("stderr_log_level", &level)) place->log_level = static_cast<int>(level);
    place->threads = static_cast<int>(std::clamp<size_t>(threads, 1, 256));
    return bad_number_.empty() ? Status::OK()
                               : Status::InvalidArgument("--" + bad_number_ + " needs a number");
  }

  // Hands on what the lines on standard input say, in the form of dump.
  Status ReadPairs(const LdbPairSink& sink) {
    uint64_t bad = 0;
    std::string line;
    while (std::getline(std::cin, line)) {
      if (line.find("Keys in range: ") == 0 || line.find("Created bg thread 0x") == 0) continue;
      const size_t arrow = line.find(" ==> ");
      std::string key;
      std::string value;
      if (arrow == std::string::npos || !Key(line.substr(0, arrow), &key).ok() ||
          !Value(line.substr(arrow + 5), &value).ok()) {
        ++bad;
        continue;
      }
      const Status status = sink(key, value);
      if (!status.ok()) return status;
    }
    if (bad != 0) {
      fprintf(stderr, "Warning: %llu bad lines ignored.\n", static_cast<unsigned long long>(bad));
    }
    return Status::OK();
  }

  static Status Done(const Status& status) {
    if (status.ok()) printf("OK\n");
    return status;
  }

  // Applies the options of the command line that set up a store.
  Status Configure() {
    if (path_.empty()) return Status::InvalidArgument("--db must be specified");
    options_.create_if_missing = arguments_.Has("create_if_missing");
    size_t number;
    if (Number("write_buffer_size", &number)) options_.write_buffer_size = number;
    if (Number("db_write_buffer_size", &number)) options_.db_write_buffer_size = number;
    if (Number("file_size", &number)) options_.target_file_size_base = number;
    if (Number("fix_prefix_len", &number)) {
      options_.prefix_extractor.reset(NewFixedPrefixTransform(number));
    }
    const std::string compaction = arguments_.Get("auto_compaction");
    if (!compaction.empty()) options_.disable_auto_compactions = compaction == "false";
    if (arguments_.Has("disable_consistency_checks")) options_.force_consistency_checks = false;
    if (Number("compression_max_dict_bytes", &number)) {
      options_.compression_opts.max_dict_bytes = static_cast<uint32_t>(number);
    }
    const std::string compression = arguments_.Get("compression_type");
    if (!compression.empty()) {
      static const std::map<std::string, CompressionType> kTypes = {
          {"no", kNoCompression},         {"snappy", kSnappyCompression},
          {"zlib", kZlibCompression},     {"bzip2", kBZip2Compression},
          {"lz4", kLZ4Compression},       {"lz4hc", kLZ4HCCompression},
          {"xpress", kXpressCompression}, {"zstd", kZSTD}};
      const auto type = kTypes.find(compression);
      if (type == kTypes.end()) {
        return Status::InvalidArgument("Unknown compression algorithm: " + compression);
      }
      options_.compression = type->second;
    }
    Status env;
    if (!arguments_.Get("env_uri").empty() || !arguments_.Get("fs_uri").empty()) {
      env = Env::CreateFromUri(ConfigOptions(), arguments_.Get("env_uri"), arguments_.Get("fs_uri"),
                               &options_.env, &env_guard_);
    }
    if (!env.ok()) return env;
    BlockBasedTableOptions table;
    const bool filter = Number("bloom_bits", &number);
    if (filter) table.filter_policy.reset(NewBloomFilterPolicy(static_cast<double>(number)));
    const bool block = Number("block_size", &number);
    if (block) table.block_size = number;
    if (filter || block) options_.table_factory.reset(NewBlockBasedTableFactory(table));
    return bad_number_.empty() ? Status::OK()
                               : Status::InvalidArgument("--" + bad_number_ + " needs a number");
  }

  // False when the option is not there; an option that is no number is kept in bad_number_.
  bool Number(const std::string& name, size_t* number) {
    const std::string text = arguments_.Get(name);
    if (text.empty()) return false;
    char* end = nullptr;
    *number = strtoull(text.c_str(), &end, 10);
    if (*end != '\0') bad_number_ = name;
    return true;
  }

  // Opens with the options that the store was last opened with, where there are any.
  Status Open(bool read_only) {
    DBOptions db_options = options_;
    std::vector<ColumnFamilyDescriptor> families = families_;
    if (families.empty()) {
      ConfigOptions config;
      config.ignore_unknown_options = arguments_.Has("ignore_unknown_options");
      config.env = options_.env;
      const bool load = arguments_.Get("try_load_options", "true") == "true";
      DBOptions loaded;
      if (load && LoadLatestOptions(config, path_, &loaded, &families).ok()) {
        loaded.env = options_.env;
        loaded.create_if_missing = options_.create_if_missing;
        db_options = loaded;
      } else {
        families.clear();
      }
    }
    // Families may have been made since the options were written.
    std::vector<std::string> names;
    if (DB::ListColumnFamilies(db_options, path_, &names).ok()) {
      for (const std::string& name : names) {
        const auto known = [&name](const ColumnFamilyDescriptor& d) { return d.name == name; };
        if (std::none_of(families.begin(), families.end(), known)) {
          families.emplace_back(name, ColumnFamilyOptions(options_));
        }
      }
    }
    if (families.empty())
      families.emplace_back(kDefaultColumnFamilyName, ColumnFamilyOptions(options_));

    DB* db = nullptr;
    const std::string secondary = arguments_.Get("secondary_path");
    Status status = !secondary.empty() ? DB::OpenAsSecondary(db_options, path_, secondary, families,
                                                             &handles_, &db)
                    : read_only ? DB::OpenForReadOnly(db_options, path_, families, &handles_, &db)
                                : DB::Open(db_options, path_, families, &handles_, &db);
    if (!status.ok()) return status;
    db_.reset(db);
    const std::string wanted = arguments_.Get("column_family", kDefaultColumnFamilyName);
    for (ColumnFamilyHandle* handle : handles_) {
      if (handle->GetName() == wanted) family_ = handle;
    }
    return family_ != nullptr ? Status::OK()
                              : Status::InvalidArgument("column family not existing: " + wanted);
  }

  Status Close() {
    if (db_ == nullptr) return Status::OK();
    Status status;
    for (ColumnFamilyHandle* handle : handles_) {
      const Status freed = db_->DestroyColumnFamilyHandle(handle);
      if (status.ok()) status = freed;
    }
    handles_.clear();
    const Status closed = db_->Close();
    db_.reset();
    return status.ok() ? closed : status;
  }

  Status PutPairs() {
    WriteBatch batch;
    const auto& words = arguments_.parameters;
    for (size_t i = 0; i + 1 < words.size(); i += 2) {
      std::string key;
      std::string value;
      Status status = Key(words[i], &key);
      if (status.ok()) status = Value(words[i + 1], &value);
      if (status.ok()) status = batch.Put(family_, key, value);
      if (!status.ok()) return status;
    }
    return Done(db_->Write(WriteOptions(), &batch));
  }

  static Status Text(const std::string& word, bool hex, std::string* bytes) {
    if (!hex) {
      *bytes = word;
      return Status::OK();
    }
    const std::optional<std::string> decoded = FromHex(word);
    if (!decoded) return Status::InvalidArgument("not hexadecimal with 0x in front: " + word);
    *bytes = *decoded;
    return Status::OK();
  }
  Status Key(const std::string& word, std::string* key) const { return Text(word, key_hex_, key); }
  Status Value(const std::string& word, std::string* v) const { return Text(word, value_hex_, v); }

  std::string ShowKey(const Slice& key) const {
    if (key_hex_) return ToHex(key);
    return ldb_options_.key_formatter ? ldb_options_.key_formatter->Format(key) : key.ToString();
  }
  std::string ShowValue(const Slice& value) const {
    return value_hex_ ? ToHex(value) : value.ToString();
  }

  // --from is inclusive, --to exclusive.
  Status Bounds() {
    Status status;
    const auto bound = [&](const char* name, std::optional<std::string>* key) {
      if (!status.ok() || arguments_.options.count(name) == 0) return;
      key->emplace();
      status = Key(arguments_.Get(name), &**key);
    };
    bound("from", &from_);
    bound("to", &to_);
    return status;
  }

  Status Walk(const std::function<void(const Slice&, const Slice&)>& visit) {
    Status status = Bounds();
    size_t limit = SIZE_MAX;
    if (status.ok() && Number("max_keys", &limit) && !bad_number_.empty()) {
      return Status::InvalidArgument("--max_keys needs a number");
    }
    if (!status.ok()) return status;
    ReadOptions read;
    read.total_order_seek = true;
    Slice end;
    if (to_) {
      end = *to_;
      read.iterate_upper_bound = &end;
    }
    const std::unique_ptr<Iterator> it(db_->NewIterator(read, family_));
    if (from_) {
      it->Seek(*from_);
    } else {
      it->SeekToFirst();
    }
    for (size_t i = 0; it->Valid() && i < limit; it->Next(), ++i) visit(it->key(), it->value());
    return it->status();
  }

  const Arguments& arguments_;
  Options options_;
  const LDBOptions& ldb_options_;
  std::vector<ColumnFamilyDescriptor> families_;
  std::shared_ptr<Env> env_guard_;
  std::string path_;
  bool key_hex_ = false;
  bool value_hex_ = false;
  std::string bad_number_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  std::unique_ptr<DB> db_;
  std::vector<ColumnFamilyHandle*> handles_;
  ColumnFamilyHandle* family_ = nullptr;
};

constexpr char kBackupUsage[] =
    "--backup_dir=<directory> [--num_threads=<n>] [--backup_env_uri=<uri>|--backup_fs_uri=<uri>]"
    " [--stderr_log_level=<n>]";
std::set<std::string> BackupOptions() {
  return {"backup_dir", "num_threads", "backup_env_uri", "backup_fs_uri", "stderr_log_level"};
}

const std::vector<Command>& Commands() {
  static const auto* const commands = new std::vector<Command>{
      {"put",
       "<key> <value> [--create_if_missing]",
       Command::kWritable,
       2,
       {"create_if_missing"},
       &Session::Put},
      {"get", "<key>", Command::kReadOnly, 1, {}, &Session::Get},
      {"batchput",
       "<key> <value> [<key> <value> ...] [--create_if_missing]",
       Command::kWritable,
       2,
       {"create_if_missing"},
       &Session::BatchPut},
      {"scan",
       "[--from=<key>] [--to=<key>] [--max_keys=<n>] [--no_value]",
       Command::kReadOnly,
       0,
       {"from", "to", "max_keys", "no_value"},
       &Session::Scan},
      {"delete", "<key>", Command::kWritable, 1, {}, &Session::Delete},
      {"deleterange", "<begin key> <end key>", Command::kWritable, 2, {}, &Session::DeleteRange},
      {"approxsize",
       "[--from=<key>] [--to=<key>]",
       Command::kReadOnly,
       0,
       {"from", "to"},
       &Session::ApproxSize},
      {"checkconsistency", "", Command::kReadOnly, 0, {}, &Session::CheckConsistency},
      {"compact",
       "[--from=<key>] [--to=<key>]",
       Command::kWritable,
       0,
       {"from", "to"},
       &Session::Compact},
      {"dump",
       "[--from=<key>] [--to=<key>] [--max_keys=<n>] [--count_only] [--stats]",
       Command::kReadOnly,
       0,
       {"from", "to", "max_keys", "count_only", "stats"},
       &Session::Dump},
      {"load",
       "[--create_if_missing] [--disable_wal] [--compact] < lines of dump",
       Command::kWritable,
       0,
       {"create_if_missing", "disable_wal", "compact"},
       &Session::Load},
      {"get_property", "<property>", Command::kReadOnly, 1, {}, &Session::GetProperty},
      {"list_column_families", "", Command::kNothing, 0, {}, &Session::ListFamilies},
      {"create_column_family", "<name>", Command::kWritable, 1, {}, &Session::CreateFamily},
      {"drop_column_family", "<name>", Command::kWritable, 1, {}, &Session::DropFamily},
      {"list_live_files_metadata", "", Command::kReadOnly, 0, {}, &Session::ListLiveFiles},
      {"checkpoint",
       "--checkpoint_dir=<directory>",
       Command::kWritable,
       0,
       {"checkpoint_dir"},
       &Session::MakeCheckpoint},
      {"write_extern_sst",
       "<file> [--create_if_missing] < lines of dump",
       Command::kWritable,
       1,
       {"create_if_missing"},
       &Session::WriteTableFile},
      {"ingest_extern_sst",
       "<file> [--create_if_missing] [--move_files] [--snapshot_consistency=<true|false>] "
       "[--allow_global_seqno=<true|false>] [--allow_blocking_flush=<true|false>]",
       Command::kWritable,
       1,
       {"create_if_missing", "move_files", "snapshot_consistency", "allow_global_seqno",
        "allow_blocking_flush", "ingest_behind", "write_global_seqno"},
       &Session::IngestTableFile},
      {"backup", kBackupUsage, Command::kWritable, 0, BackupOptions(), &Session::Backup},
      {"restore", kBackupUsage, Command::kNothing, 0, BackupOptions(), &Session::Restore},
  };
  return *commands;
}

}  // namespace

LDBOptions::LDBOptions() {}

bool IsLdbCommand(const std::string& name) {
  return std::any_of(Commands().begin(), Commands().end(),
                     [&name](const Command& command) { return name == command.name; });
}

void LDBCommandRunner::PrintHelp(const LDBOptions& ldb_options, const char* /*exec_name*/,
                                 bool to_stderr) {
  FILE* const out = to_stderr ? stderr : stdout;
  fprintf(out, "%s\n\nUsage: ldb --db=<directory> [options] <command>\n\nCommands:\n",
          ldb_options.print_help_header.c_str());
  for (const Command& command : Commands()) fprintf(out, "  %s %s\n", command.name, command.usage);
  fprintf(out,
          "\nOptions:\n"
          "  --column_family=<name>            instead of default\n"
          "  --hex, --key_hex, --value_hex     keys or values are 0x and hexadecimal digits\n"
          "  --try_load_options=<true|false>   open as the store was last opened (default true)\n"
          "  --ignore_unknown_options          when loading them\n"
          "  --write_buffer_size=, --db_write_buffer_size=, --file_size=, --block_size=,\n"
          "  --bloom_bits=, --fix_prefix_len=  <number>\n"
          "  --auto_compaction=<true|false>\n");
}

int LDBCommandRunner::RunCommand(int argc, char const* const* argv, Options options,
                                 const LDBOptions& ldb_options,
                                 const std::vector<ColumnFamilyDescriptor>* column_families) {
  const Arguments arguments(argc, argv);
  if (argc <= 2 || arguments.Has("help")) {
    PrintHelp(ldb_options, argv[0], !arguments.Has("help"));
    return arguments.Has("help") ? 0 : 1;
  }
  if (arguments.Has("version")) {
    printf("ldb from Aether, for RocksDB %d.%d.%d\n", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
    return 0;
  }
  if (Lists(kRefused, arguments.command)) {
    fprintf(stderr, "Failed: %s\n",
            Status::NotSupported("ldb " + arguments.command).ToString().c_str());
    return 1;
  }
  for (const Command& command : Commands()) {
    if (arguments.command != command.name) continue;
    const auto accepted = [&command](const std::string& name) {
      return command.accepts.count(name) != 0 || Lists(kCommonOptions, name);
    };
    for (const auto& [name, value] : arguments.options) {
      if (!accepted(name)) {
        fprintf(stderr, "Invalid command-line option %s\n", name.c_str());
        return 1;
      }
    }
    for (const std::string& name : arguments.flags) {
      if (!accepted(name)) {
        fprintf(stderr, "Invalid command-line flag %s\n", name.c_str());
        return 1;
      }
    }
    if (arguments.parameters.size() < command.parameters) {
      fprintf(stderr, "Failed: %s %s: a parameter is missing\n", command.name, command.usage);
      return 1;
    }
    const Status status = Session(arguments, options, ldb_options, column_families).Run(command);
    fflush(stdout);
    if (status.ok()) return 0;
    fprintf(stderr, "Failed: %s\n", status.ToString().c_str());
    return 1;
  }
  fprintf(stderr, "Unknown command\n");
  PrintHelp(ldb_options, argv[0], true);
  return 1;
}

void LDBTool::Run(int argc, char** argv, Options db_options, const LDBOptions& ldb_options,
                  const std::vector<ColumnFamilyDescriptor>* column_families) {
  exit(LDBCommandRunner::RunCommand(argc, argv, db_options, ldb_options, column_families));
}

}  // namespace rocksdb
