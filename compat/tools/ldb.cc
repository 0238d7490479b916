// The ldb command line on the public interface: looking at a store and changing it from a shell.
//
// Commands that read open the store read-only, so they work beside a running program. Keys and
// values are plain text, or hexadecimal with 0x in front when --hex, --key_hex or --value_hex says
// so. Exit status: 0, or 1 with a line on stderr.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "compat/tools/ldb_commands.h"
#include "compat/tools/ldb_session.h"
#include "rocksdb/utilities/ldb_cmd.h"
#include "rocksdb/version.h"

namespace rocksdb {

namespace {

struct Command {
  const char* name;
  const char* usage;
  LdbSession::Opens opens;
  LdbSession::Function run;
  std::set<std::string> accepts;
  size_t parameters = 0;          // so many
  const char* missing = nullptr;  // is said when there are others; null: never
  bool more = false;              // more of them are fine
};

// Names between spaces.
bool Lists(const char* names, const std::string& name) {
  return strstr(names, (" " + name + " ").c_str()) != nullptr;
}

// Commands that are about RocksDB's own formats of manifest, log and files.
constexpr char kRefused[] =
    " dump_wal manifest_dump update_manifest dump_live_files unsafe_remove_sst_file ";

// Options that every command accepts.
constexpr char kCommonOptions[] =
    " db secondary_path env_uri fs_uri hex key_hex value_hex column_family try_load_options "
    "disable_consistency_checks ignore_unknown_options bloom_bits fix_prefix_len "
    "compression_type compression_max_dict_bytes block_size auto_compaction "
    "db_write_buffer_size write_buffer_size file_size enable_blob_files min_blob_size "
    "blob_file_size blob_compression_type enable_blob_garbage_collection "
    "blob_garbage_collection_age_cutoff blob_garbage_collection_force_threshold "
    "blob_compaction_readahead_size blob_file_starting_level prepopulate_blob_cache ";

constexpr char kBackupUsage[] =
    "--backup_dir=<directory> [--num_threads=<n>] [--backup_env_uri=<uri>|--backup_fs_uri=<uri>]"
    " [--stderr_log_level=<n>]";

std::vector<Command> MakeCommands() {
  using S = LdbSession;
  const std::set<std::string> create = {"create_if_missing"};
  const std::set<std::string> create_ttl = {"create_if_missing", "ttl"};
  const std::set<std::string> range = {"from", "to"};
  const std::set<std::string> backup = {"backup_dir", "num_threads", "backup_env_uri",
                                        "backup_fs_uri", "stderr_log_level"};
  return {
      {"put", "<key> <value> [--create_if_missing] [--ttl]", S::kWritable, &S::Put, create_ttl, 2,
       "<key> and <value> must be specified for the put command"},
      {"get",
       "<key> [--ttl]",
       S::kReadOnly,
       &S::Get,
       {"ttl"},
       1,
       "<key> must be specified for the get command"},
      {"batchput", "<key> <value> [<key> <value> ...] [--create_if_missing] [--ttl]", S::kWritable,
       &S::BatchPut, create_ttl, 2, "At least one <key> <value> pair must be specified batchput.",
       true},
      {"scan",
       "[--from=<key>] [--to=<key>] [--max_keys=<n>] [--no_value] [--ttl [--timestamp] "
       "[--start_time=<n>] [--end_time=<n>]]",
       S::kReadOnly,
       &S::Scan,
       {"from", "to", "max_keys", "no_value", "ttl", "timestamp", "start_time", "end_time"}},
      {"delete",
       "<key>",
       S::kWritable,
       &S::Delete,
       {},
       1,
       "KEY must be specified for the delete command"},
      {"deleterange",
       "<begin key> <end key>",
       S::kWritable,
       &S::DeleteRange,
       {},
       2,
       "begin and end keys must be specified for the delete command"},
      {"query",
       "[--ttl] < get <key> | put <key> <value> | delete <key> | help",
       S::kWritable,
       &S::Query,
       {"ttl"}},
      {"approxsize", "--from=<key> --to=<key>", S::kReadOnly, &S::ApproxSize, range},
      {"checkconsistency", "", S::kReadOnly, &S::CheckConsistency, {}},
      {"list_file_range_deletes",
       "[--max_keys=<n>]",
       S::kReadOnly,
       &S::ListRangeDeletes,
       {"max_keys"}},
      {"compact", "[--from=<key>] [--to=<key>]", S::kWritable, &S::Compact, range},
      {"reduce_levels",
       "--new_levels=<n> [--print_old_levels]",
       S::kNothing,
       &S::ReduceLevels,
       {"new_levels", "print_old_levels"}},
      {"change_compaction_style",
       "--old_compaction_style=<0|1> --new_compaction_style=<0|1>  (0: level, 1: universal)",
       S::kNothing,
       &S::ChangeCompactionStyle,
       {"old_compaction_style", "new_compaction_style"}},
      {"dump",
       "[--from=<key>] [--to=<key>] [--max_keys=<n>] [--count_only] [--count_delim[=<c>]] "
       "[--stats] [--ttl [--timestamp] [--start_time=<n>] [--end_time=<n>] [--bucket=<seconds>]] "
       "[--path=<table file>]",
       S::kReadOnly,
       &S::Dump,
       {"from", "to", "max_keys", "count_only", "count_delim", "stats", "ttl", "timestamp",
        "start_time", "end_time", "bucket", "path", "decode_blob_index",
        "dump_uncompressed_blobs"}},
      {"idump",
       "[--from=<key>] [--to=<key>] [--input_key_hex] [--max_keys=<n>] [--count_only] "
       "[--count_delim[=<c>]] [--stats]",
       S::kReadOnly,
       &S::DumpVersions,
       {"from", "to", "input_key_hex", "max_keys", "count_only", "count_delim", "stats",
        "decode_blob_index"}},
      {"load",
       "[--create_if_missing] [--disable_wal] [--bulk_load] [--compact] < lines of dump",
       S::kWritable,
       &S::Load,
       {"create_if_missing", "disable_wal", "bulk_load", "compact"}},
      {"file_checksum_dump", "", S::kReadOnly, &S::FileChecksums, {"path"}},
      {"get_property",
       "<property>",
       S::kReadOnly,
       &S::GetProperty,
       {},
       1,
       "property name must be specified"},
      {"list_column_families", "", S::kNothing, &S::ListFamilies, {}},
      {"create_column_family",
       "<name>",
       S::kWritable,
       &S::CreateFamily,
       {},
       1,
       "new column family name must be specified"},
      {"drop_column_family",
       "<name>",
       S::kWritable,
       &S::DropFamily,
       {},
       1,
       "The name of column family to drop must be specified"},
      {"list_live_files_metadata",
       "[--sort_by_filename]",
       S::kReadOnly,
       &S::ListLiveFiles,
       {"sort_by_filename"}},
      {"repair", "[--verbose]", S::kNothing, &S::Repair, {"verbose"}},
      {"checkpoint",
       "--checkpoint_dir=<directory>",
       S::kWritable,
       &S::MakeCheckpoint,
       {"checkpoint_dir"}},
      {"write_extern_sst", "<file> [--create_if_missing] < lines of dump", S::kWritable,
       &S::WriteTableFile, create, 1, "output SST file path must be specified"},
      {"ingest_extern_sst",
       "<file> [--create_if_missing] [--move_files] [--snapshot_consistency=<true|false>] "
       "[--allow_global_seqno=<true|false>] [--allow_blocking_flush=<true|false>]",
       S::kWritable,
       &S::IngestTableFile,
       {"create_if_missing", "move_files", "snapshot_consistency", "allow_global_seqno",
        "allow_blocking_flush", "ingest_behind", "write_global_seqno"},
       1,
       "input SST path must be specified"},
      {"backup", kBackupUsage, S::kWritable, &S::Backup, backup},
      {"restore", kBackupUsage, S::kNothing, &S::Restore, backup},
  };
}

const std::vector<Command>& Commands() {
  static const auto* const commands = new std::vector<Command>(MakeCommands());
  return *commands;
}

int Complain(const std::string& words) {
  fprintf(stderr, "Failed: %s\n", words.c_str());
  return 1;
}

int RunOne(const Command& command, const Arguments& arguments, const Options& options,
           const LDBOptions& ldb_options, const std::vector<ColumnFamilyDescriptor>* families) {
  const auto accepted = [&command](const std::string& name) {
    return command.accepts.count(name) != 0 || Lists(kCommonOptions, name);
  };
  const size_t given = arguments.parameters.size();
  if (command.missing != nullptr &&
      (given < command.parameters || (given > command.parameters && !command.more))) {
    return Complain(command.missing);
  }
  for (const auto& [name, value] : arguments.options) {
    if (accepted(name)) continue;
    fprintf(stderr, "Invalid command-line option %s\n", name.c_str());
    return 1;
  }
  for (const std::string& name : arguments.flags) {
    if (accepted(name)) continue;
    fprintf(stderr, "Invalid command-line flag %s\n", name.c_str());
    return 1;
  }
  // `dump --path` shows a file, not a store.
  const bool file = command.accepts.count("path") != 0 && arguments.options.count("path") != 0;
  LdbSession session(arguments, options, ldb_options, families);
  const Status status = session.Run(file ? LdbSession::kNothing : command.opens, command.run);
  fflush(stdout);
  if (status.ok()) return 0;
  return Complain(session.complaint().value_or(status.ToString()));
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
          "  --ttl                             values carry the time of their writing\n"
          "  --secondary_path=<directory>      open beside the writer, as a secondary\n"
          "  --try_load_options=<true|false>   open as the store was last opened (default true)\n"
          "  --ignore_unknown_options          when loading them\n"
          "  --write_buffer_size=, --db_write_buffer_size=, --file_size=, --block_size=,\n"
          "  --bloom_bits=, --fix_prefix_len=  <number>\n"
          "  --compression_type=<no|snappy|zlib|lz4|lz4hc|zstd>\n"
          "  --auto_compaction=<true|false>\n"
          "  --enable_blob_files, --min_blob_size=, --blob_file_size=, --blob_compression_type=,\n"
          "  --enable_blob_garbage_collection, --blob_garbage_collection_age_cutoff=,\n"
          "  --blob_garbage_collection_force_threshold=, --blob_file_starting_level=\n");
}

int LDBCommandRunner::RunCommand(int argc, char const* const* argv, Options options,
                                 const LDBOptions& ldb_options,
                                 const std::vector<ColumnFamilyDescriptor>* column_families) {
  const Arguments arguments(argc, argv);
  if (arguments.Has("version")) {
    printf("ldb from Aether, for RocksDB %d.%d.%d\n", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
    return 0;
  }
  if (argc <= 2 || arguments.Has("help")) {
    PrintHelp(ldb_options, argv[0], !arguments.Has("help"));
    return arguments.Has("help") ? 0 : 1;
  }
  if (Lists(kRefused, arguments.command)) {
    return Complain(Status::NotSupported("ldb " + arguments.command).ToString());
  }
  for (const Command& command : Commands()) {
    if (arguments.command == command.name) {
      return RunOne(command, arguments, options, ldb_options, column_families);
    }
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
