// LDBCommand: the frame in which applications write commands of their own for the ldb tool. The
// tool's own commands (ldb.cc) come out of SelectCommand as one class, which runs them whole.

#include <cstdlib>

#include "compat/tools/ldb_commands.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/ldb_cmd.h"
#include "rocksdb/utilities/options_util.h"

namespace rocksdb {

const std::string LDBCommand::ARG_ENV_URI = "env_uri";
const std::string LDBCommand::ARG_FS_URI = "fs_uri";
const std::string LDBCommand::ARG_DB = "db";
const std::string LDBCommand::ARG_PATH = "path";
const std::string LDBCommand::ARG_SECONDARY_PATH = "secondary_path";
const std::string LDBCommand::ARG_HEX = "hex";
const std::string LDBCommand::ARG_KEY_HEX = "key_hex";
const std::string LDBCommand::ARG_VALUE_HEX = "value_hex";
const std::string LDBCommand::ARG_CF_NAME = "column_family";
const std::string LDBCommand::ARG_TTL = "ttl";
const std::string LDBCommand::ARG_TTL_START = "start_time";
const std::string LDBCommand::ARG_TTL_END = "end_time";
const std::string LDBCommand::ARG_TIMESTAMP = "timestamp";
const std::string LDBCommand::ARG_TRY_LOAD_OPTIONS = "try_load_options";
const std::string LDBCommand::ARG_IGNORE_UNKNOWN_OPTIONS = "ignore_unknown_options";
const std::string LDBCommand::ARG_FROM = "from";
const std::string LDBCommand::ARG_TO = "to";
const std::string LDBCommand::ARG_MAX_KEYS = "max_keys";
const std::string LDBCommand::ARG_BLOOM_BITS = "bloom_bits";
const std::string LDBCommand::ARG_FIX_PREFIX_LEN = "fix_prefix_len";
const std::string LDBCommand::ARG_COMPRESSION_TYPE = "compression_type";
const std::string LDBCommand::ARG_COMPRESSION_MAX_DICT_BYTES = "compression_max_dict_bytes";
const std::string LDBCommand::ARG_BLOCK_SIZE = "block_size";
const std::string LDBCommand::ARG_AUTO_COMPACTION = "auto_compaction";
const std::string LDBCommand::ARG_DB_WRITE_BUFFER_SIZE = "db_write_buffer_size";
const std::string LDBCommand::ARG_WRITE_BUFFER_SIZE = "write_buffer_size";
const std::string LDBCommand::ARG_FILE_SIZE = "file_size";
const std::string LDBCommand::ARG_CREATE_IF_MISSING = "create_if_missing";
const std::string LDBCommand::ARG_NO_VALUE = "no_value";
const std::string LDBCommand::ARG_DISABLE_CONSISTENCY_CHECKS = "disable_consistency_checks";
const std::string LDBCommand::ARG_ENABLE_BLOB_FILES = "enable_blob_files";
const std::string LDBCommand::ARG_MIN_BLOB_SIZE = "min_blob_size";
const std::string LDBCommand::ARG_BLOB_FILE_SIZE = "blob_file_size";
const std::string LDBCommand::ARG_BLOB_COMPRESSION_TYPE = "blob_compression_type";
const std::string LDBCommand::ARG_ENABLE_BLOB_GARBAGE_COLLECTION = "enable_blob_garbage_collection";
const std::string LDBCommand::ARG_BLOB_GARBAGE_COLLECTION_AGE_CUTOFF =
    "blob_garbage_collection_age_cutoff";
const std::string LDBCommand::ARG_BLOB_GARBAGE_COLLECTION_FORCE_THRESHOLD =
    "blob_garbage_collection_force_threshold";
const std::string LDBCommand::ARG_BLOB_COMPACTION_READAHEAD_SIZE = "blob_compaction_readahead_size";
const std::string LDBCommand::ARG_BLOB_FILE_STARTING_LEVEL = "blob_file_starting_level";
const std::string LDBCommand::ARG_PREPOPULATE_BLOB_CACHE = "prepopulate_blob_cache";
const std::string LDBCommand::ARG_DECODE_BLOB_INDEX = "decode_blob_index";
const std::string LDBCommand::ARG_DUMP_UNCOMPRESSED_BLOBS = "dump_uncompressed_blobs";
const char* LDBCommand::DELIM = " ==> ";

namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A command of the tool's own, with the command line that it was made of.
class ToolCommand : public LDBCommand {
 public:
  explicit ToolCommand(const ParsedParams& params)
      : LDBCommand(params.option_map, params.flags, true, {}), params_(params) {}
  bool NoDBOpen() override { return true; }
  void DoCommand() override {
    std::vector<std::string> words = {"ldb"};
    for (const auto& [name, value] : params_.option_map) words.push_back("--" + name + "=" + value);
    for (const std::string& flag : params_.flags) words.push_back("--" + flag);
    words.push_back(params_.cmd);
    words.insert(words.end(), params_.cmd_params.begin(), params_.cmd_params.end());
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    const bool good = LDBCommandRunner::RunCommand(
                          static_cast<int>(argv.size()), argv.data(), options_, ldb_options_,
                          column_families_.empty() ? nullptr : &column_families_) == 0;
    exec_state_ = good ? LDBCommandExecuteResult::Succeed("")
                       : LDBCommandExecuteResult::Failed("ldb " + params_.cmd);
  }

 private:
  const ParsedParams params_;
};

}  // namespace

LDBCommand* LDBCommand::SelectCommand(const ParsedParams& parsed_parms) {
  return IsLdbCommand(parsed_parms.cmd) ? new ToolCommand(parsed_parms) : nullptr;
}

LDBCommand* LDBCommand::InitFromCmdLineArgs(
    int argc, char const* const* argv, const Options& options, const LDBOptions& ldb_options,
    const std::vector<ColumnFamilyDescriptor>* column_families) {
  std::vector<std::string> args;
  for (int i = 1; i < argc; ++i) args.emplace_back(argv[i]);
  return InitFromCmdLineArgs(args, options, ldb_options, column_families, SelectCommand);
}

LDBCommand* LDBCommand::InitFromCmdLineArgs(
    const std::vector<std::string>& args, const Options& options, const LDBOptions& ldb_options,
    const std::vector<ColumnFamilyDescriptor>* column_families,
    const std::function<LDBCommand*(const ParsedParams&)>& selector) {
  ParsedParams params;
  for (const std::string& word : args) {
    if (word.compare(0, 2, "--") != 0) {
      (params.cmd.empty() ? params.cmd : params.cmd_params.emplace_back()) = word;
      continue;
    }
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      params.flags.push_back(word.substr(2));
    } else {
      params.option_map[word.substr(2, equals - 2)] = word.substr(equals + 1);
    }
  }
  if (params.cmd.empty() || !selector) return nullptr;
  LDBCommand* const command = selector(params);
  if (command != nullptr) {
    command->SetDBOptions(options);
    command->SetLDBOptions(ldb_options);
    command->SetColumnFamilies(column_families);
  }
  return command;
}

LDBCommand::LDBCommand(const std::map<std::string, std::string>& options,
                       const std::vector<std::string>& flags, bool is_read_only,
                       const std::vector<std::string>& valid_cmd_line_options)
    : db_(nullptr),
      db_ttl_(nullptr),
      is_read_only_(is_read_only),
      is_key_hex_(IsKeyHex(options, flags)),
      is_value_hex_(IsValueHex(options, flags)),
      is_db_ttl_(IsFlagPresent(flags, ARG_TTL)),
      timestamp_(IsFlagPresent(flags, ARG_TIMESTAMP)),
      try_load_options_(IsTryLoadOptions(options, flags)),
      force_consistency_checks_(!IsFlagPresent(flags, ARG_DISABLE_CONSISTENCY_CHECKS)),
      enable_blob_files_(IsFlagPresent(flags, ARG_ENABLE_BLOB_FILES)),
      enable_blob_garbage_collection_(IsFlagPresent(flags, ARG_ENABLE_BLOB_GARBAGE_COLLECTION)),
      create_if_missing_(IsFlagPresent(flags, ARG_CREATE_IF_MISSING)),
      option_map_(options),
      flags_(flags),
      valid_cmd_line_options_(valid_cmd_line_options) {
  ParseStringOption(options, ARG_ENV_URI, &env_uri_);
  ParseStringOption(options, ARG_FS_URI, &fs_uri_);
  ParseStringOption(options, ARG_DB, &db_path_);
  ParseStringOption(options, ARG_SECONDARY_PATH, &secondary_path_);
  column_family_name_ = kDefaultColumnFamilyName;
  ParseStringOption(options, ARG_CF_NAME, &column_family_name_);
  config_options_.ignore_unknown_options = IsFlagPresent(flags, ARG_IGNORE_UNKNOWN_OPTIONS);
}

void LDBCommand::Run() {
  if (!exec_state_.IsNotStarted()) return;
  if (!env_uri_.empty() || !fs_uri_.empty()) {
    Env* env = nullptr;
    const Status s = Env::CreateFromUri(config_options_, env_uri_, fs_uri_, &env, &env_guard_);
    if (!s.ok()) {
      exec_state_ = LDBCommandExecuteResult::Failed(s.ToString());
      return;
    }
    options_.env = env;
    config_options_.env = env;
  }
  if (db_ == nullptr && !NoDBOpen()) {
    OpenDB();
    if (exec_state_.IsFailed()) return;
  }
  DoCommand();
  if (exec_state_.IsNotStarted()) exec_state_ = LDBCommandExecuteResult::Succeed("");
  CloseDB();
}

void LDBCommand::PrepareOptions() {
  if (!create_if_missing_ && try_load_options_) {
    config_options_.env = options_.env;
    std::vector<ColumnFamilyDescriptor> stored;
    const Status s = LoadLatestOptions(config_options_, db_path_, &options_, &stored);
    if (s.ok() && column_families_.empty()) {
      column_families_ = std::move(stored);
    } else if (!s.ok() && !s.IsNotFound()) {
      exec_state_ = LDBCommandExecuteResult::Failed(s.ToString());
      return;
    }
  }
  OverrideBaseOptions();
  if (exec_state_.IsFailed()) return;
  if (column_families_.empty()) {
    std::vector<std::string> names;
    // A store that is about to be made has none to list.
    if (!DB::ListColumnFamilies(options_, db_path_, &names).ok()) {
      names = {kDefaultColumnFamilyName};
    }
    for (const std::string& name : names) column_families_.emplace_back(name, options_);
  }
  for (ColumnFamilyDescriptor& family : column_families_) {
    if (family.name == column_family_name_) OverrideBaseCFOptions(&family.options);
  }
}

void LDBCommand::OverrideBaseOptions() {
  options_.create_if_missing = create_if_missing_;
  int value = 0;
  if (ParseIntOption(option_map_, ARG_DB_WRITE_BUFFER_SIZE, value, exec_state_)) {
    if (value > 0) {
      options_.db_write_buffer_size = static_cast<size_t>(value);
    } else {
      exec_state_ = LDBCommandExecuteResult::Failed(ARG_DB_WRITE_BUFFER_SIZE + " must be > 0.");
    }
  }
}

void LDBCommand::OverrideBaseCFOptions(ColumnFamilyOptions* cf_opts) {
  if (cf_opts == nullptr) return;
  int value = 0;
  BlockBasedTableOptions table;
  bool own_table = false;
  if (const auto* used = cf_opts->table_factory == nullptr
                             ? nullptr
                             : cf_opts->table_factory->GetOptions<BlockBasedTableOptions>()) {
    table = *used;
  }
  const auto number = [&](const std::string& name, const auto& take) {
    if (!ParseIntOption(option_map_, name, value, exec_state_)) return;
    if (value > 0) {
      take(value);
    } else {
      exec_state_ = LDBCommandExecuteResult::Failed(name + " must be > 0.");
    }
  };
  cf_opts->force_consistency_checks = force_consistency_checks_;
  if (enable_blob_files_) cf_opts->enable_blob_files = true;
  if (enable_blob_garbage_collection_) cf_opts->enable_blob_garbage_collection = true;
  number(ARG_BLOOM_BITS, [&](int bits) {
    table.filter_policy.reset(NewBloomFilterPolicy(bits));
    own_table = true;
  });
  number(ARG_BLOCK_SIZE, [&](int bytes) {
    table.block_size = static_cast<size_t>(bytes);
    own_table = true;
  });
  number(ARG_MIN_BLOB_SIZE,
         [&](int bytes) { cf_opts->min_blob_size = static_cast<uint64_t>(bytes); });
  number(ARG_BLOB_FILE_SIZE,
         [&](int bytes) { cf_opts->blob_file_size = static_cast<uint64_t>(bytes); });
  number(ARG_WRITE_BUFFER_SIZE,
         [&](int bytes) { cf_opts->write_buffer_size = static_cast<size_t>(bytes); });
  number(ARG_FILE_SIZE,
         [&](int bytes) { cf_opts->target_file_size_base = static_cast<uint64_t>(bytes); });
  number(ARG_FIX_PREFIX_LEN, [&](int bytes) {
    cf_opts->prefix_extractor.reset(NewFixedPrefixTransform(static_cast<size_t>(bytes)));
  });
  ParseDoubleOption(option_map_, ARG_BLOB_GARBAGE_COLLECTION_AGE_CUTOFF,
                    cf_opts->blob_garbage_collection_age_cutoff, exec_state_);
  ParseDoubleOption(option_map_, ARG_BLOB_GARBAGE_COLLECTION_FORCE_THRESHOLD,
                    cf_opts->blob_garbage_collection_force_threshold, exec_state_);
  ParseCompressionTypeOption(option_map_, ARG_COMPRESSION_TYPE, cf_opts->compression, exec_state_);
  ParseCompressionTypeOption(option_map_, ARG_BLOB_COMPRESSION_TYPE, cf_opts->blob_compression_type,
                             exec_state_);
  const auto automatic = option_map_.find(ARG_AUTO_COMPACTION);
  if (automatic != option_map_.end()) {
    cf_opts->disable_auto_compactions = !StringToBool(automatic->second);
  }
  if (own_table) cf_opts->table_factory.reset(NewBlockBasedTableFactory(table));
}

void LDBCommand::OpenDB() {
  PrepareOptions();
  if (!exec_state_.IsNotStarted()) return;
  if (column_families_.empty()) column_families_.emplace_back(kDefaultColumnFamilyName, options_);
  std::vector<ColumnFamilyHandle*> handles;
  Status s;
  if (is_db_ttl_) {
    s = DBWithTTL::Open(options_, db_path_, &db_ttl_, 0, is_read_only_);
    db_ = db_ttl_;
  } else if (!secondary_path_.empty()) {
    s = DB::OpenAsSecondary(options_, db_path_, secondary_path_, column_families_, &handles, &db_);
  } else if (is_read_only_) {
    s = DB::OpenForReadOnly(options_, db_path_, column_families_, &handles, &db_);
  } else {
    s = DB::Open(options_, db_path_, column_families_, &handles, &db_);
  }
  if (!s.ok()) {
    db_ = nullptr;
    db_ttl_ = nullptr;
    exec_state_ = LDBCommandExecuteResult::Failed(s.ToString());
    return;
  }
  for (ColumnFamilyHandle* handle : handles) cf_handles_[handle->GetName()] = handle;
  if (column_family_name_ != kDefaultColumnFamilyName &&
      cf_handles_.count(column_family_name_) == 0) {
    exec_state_ = LDBCommandExecuteResult::Failed("Column family " + column_family_name_ +
                                                  " is not in the store");
  }
}

void LDBCommand::CloseDB() {
  if (db_ == nullptr) return;
  for (const auto& [name, handle] : cf_handles_) delete handle;
  cf_handles_.clear();
  db_->Close().PermitUncheckedError();
  delete db_;
  db_ = nullptr;
  db_ttl_ = nullptr;
}

ColumnFamilyHandle* LDBCommand::GetCfHandle() {
  if (cf_handles_.empty()) return db_ == nullptr ? nullptr : db_->DefaultColumnFamily();
  const auto found = cf_handles_.find(column_family_name_);
  return found == cf_handles_.end() ? nullptr : found->second;
}

bool LDBCommand::ValidateCmdLineOptions() {
  const auto valid = [this](const std::string& name) {
    if (std::count(valid_cmd_line_options_.begin(), valid_cmd_line_options_.end(), name) != 0) {
      return true;
    }
    fprintf(stderr, "Invalid command-line option %s\n", name.c_str());
    return false;
  };
  for (const auto& [name, value] : option_map_) {
    if (!valid(name)) return false;
  }
  for (const std::string& name : flags_) {
    if (!valid(name)) return false;
  }
  if (!NoDBOpen() && option_map_.count(ARG_DB) == 0 && option_map_.count(ARG_PATH) == 0) {
    fprintf(stderr, "Either %s or %s must be specified.\n", ARG_DB.c_str(), ARG_PATH.c_str());
    return false;
  }
  return true;
}

std::string LDBCommand::HexToString(const std::string& str) {
  std::string bytes;
  const bool good = str.size() % 2 == 0 && str.compare(0, 2, "0x") == 0;
  for (size_t i = 2; good && i < str.size(); i += 2) {
    const int high = DigitOf(str[i]);
    const int low = DigitOf(str[i + 1]);
    if (high < 0 || low < 0) return std::string();
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string LDBCommand::StringToHex(const std::string& str) {
  return "0x" + Slice(str).ToString(true);
}

std::string LDBCommand::PrintKeyValue(const std::string& key, const std::string& value,
                                      bool is_key_hex, bool is_value_hex) {
  return (is_key_hex ? StringToHex(key) : key) + DELIM +
         (is_value_hex ? StringToHex(value) : value);
}

std::string LDBCommand::PrintKeyValue(const std::string& key, const std::string& value,
                                      bool is_hex) {
  return PrintKeyValue(key, value, is_hex, is_hex);
}

bool LDBCommand::ParseKeyValue(const std::string& line, std::string* key, std::string* value,
                               bool is_key_hex, bool is_value_hex) {
  const size_t at = line.find(DELIM);
  if (at == std::string::npos) return false;
  *key = line.substr(0, at);
  *value = line.substr(at + std::string(DELIM).size());
  if (is_key_hex) *key = HexToString(*key);
  if (is_value_hex) *value = HexToString(*value);
  return true;
}

std::string LDBCommand::HelpRangeCmdArgs() { return " [--" + ARG_FROM + "] [--" + ARG_TO + "] "; }

std::vector<std::string> LDBCommand::BuildCmdLineOptions(std::vector<std::string> options) {
  for (const std::string* name : {&ARG_ENV_URI,
                                  &ARG_FS_URI,
                                  &ARG_DB,
                                  &ARG_SECONDARY_PATH,
                                  &ARG_BLOOM_BITS,
                                  &ARG_BLOCK_SIZE,
                                  &ARG_AUTO_COMPACTION,
                                  &ARG_COMPRESSION_TYPE,
                                  &ARG_COMPRESSION_MAX_DICT_BYTES,
                                  &ARG_WRITE_BUFFER_SIZE,
                                  &ARG_FILE_SIZE,
                                  &ARG_FIX_PREFIX_LEN,
                                  &ARG_TRY_LOAD_OPTIONS,
                                  &ARG_DISABLE_CONSISTENCY_CHECKS,
                                  &ARG_ENABLE_BLOB_FILES,
                                  &ARG_MIN_BLOB_SIZE,
                                  &ARG_BLOB_FILE_SIZE,
                                  &ARG_BLOB_COMPRESSION_TYPE,
                                  &ARG_ENABLE_BLOB_GARBAGE_COLLECTION,
                                  &ARG_BLOB_GARBAGE_COLLECTION_AGE_CUTOFF,
                                  &ARG_BLOB_GARBAGE_COLLECTION_FORCE_THRESHOLD,
                                  &ARG_BLOB_COMPACTION_READAHEAD_SIZE,
                                  &ARG_BLOB_FILE_STARTING_LEVEL,
                                  &ARG_PREPOPULATE_BLOB_CACHE,
                                  &ARG_IGNORE_UNKNOWN_OPTIONS,
                                  &ARG_CF_NAME}) {
    options.push_back(*name);
  }
  return options;
}

bool LDBCommand::ParseIntOption(const std::map<std::string, std::string>& options,
                                const std::string& option, int& value,
                                LDBCommandExecuteResult& exec_state) {
  const auto found = options.find(option);
  if (found == options.end()) return false;
  char* end = nullptr;
  const long parsed = strtol(found->second.c_str(), &end, 10);
  if (found->second.empty() || *end != '\0') {
    exec_state = LDBCommandExecuteResult::Failed(option + " has an invalid value.");
    return false;
  }
  if (parsed < INT32_MIN || parsed > INT32_MAX) {
    exec_state = LDBCommandExecuteResult::Failed(option + " has a value out-of-range.");
    return false;
  }
  value = static_cast<int>(parsed);
  return true;
}

bool LDBCommand::ParseDoubleOption(const std::map<std::string, std::string>& options,
                                   const std::string& option, double& value,
                                   LDBCommandExecuteResult& exec_state) {
  const auto found = options.find(option);
  if (found == options.end()) return false;
  char* end = nullptr;
  const double parsed = strtod(found->second.c_str(), &end);
  if (found->second.empty() || *end != '\0') {
    exec_state = LDBCommandExecuteResult::Failed(option + " has an invalid value.");
    return false;
  }
  value = parsed;
  return true;
}

bool LDBCommand::ParseStringOption(const std::map<std::string, std::string>& options,
                                   const std::string& option, std::string* value) {
  const auto found = options.find(option);
  if (found == options.end()) return false;
  *value = found->second;
  return true;
}

bool LDBCommand::ParseCompressionTypeOption(const std::map<std::string, std::string>& options,
                                            const std::string& option, CompressionType& value,
                                            LDBCommandExecuteResult& exec_state) {
  static const std::map<std::string, CompressionType> types = {
      {"no", kNoCompression},         {"snappy", kSnappyCompression},
      {"zlib", kZlibCompression},     {"bzip2", kBZip2Compression},
      {"lz4", kLZ4Compression},       {"lz4hc", kLZ4HCCompression},
      {"xpress", kXpressCompression}, {"zstd", kZSTD},
  };
  const auto found = options.find(option);
  if (found == options.end()) return false;
  const auto type = types.find(found->second);
  if (type == types.end()) {
    exec_state = LDBCommandExecuteResult::Failed(option + " has invalid value.");
    return false;
  }
  value = type->second;
  return true;
}

bool LDBCommand::ParseBooleanOption(const std::map<std::string, std::string>& options,
                                    const std::string& option, bool default_val) {
  const auto found = options.find(option);
  return found == options.end() ? default_val : StringToBool(found->second);
}

bool LDBCommand::IsKeyHex(const std::map<std::string, std::string>& options,
                          const std::vector<std::string>& flags) {
  return IsFlagPresent(flags, ARG_HEX) || IsFlagPresent(flags, ARG_KEY_HEX) ||
         ParseBooleanOption(options, ARG_HEX, false) ||
         ParseBooleanOption(options, ARG_KEY_HEX, false);
}

bool LDBCommand::IsValueHex(const std::map<std::string, std::string>& options,
                            const std::vector<std::string>& flags) {
  return IsFlagPresent(flags, ARG_HEX) || IsFlagPresent(flags, ARG_VALUE_HEX) ||
         ParseBooleanOption(options, ARG_HEX, false) ||
         ParseBooleanOption(options, ARG_VALUE_HEX, false);
}

bool LDBCommand::IsTryLoadOptions(const std::map<std::string, std::string>& options,
                                  const std::vector<std::string>& flags) {
  // As the store was last opened, unless it is to be made or somebody says otherwise.
  return IsFlagPresent(flags, ARG_TRY_LOAD_OPTIONS) ||
         ParseBooleanOption(options, ARG_TRY_LOAD_OPTIONS,
                            !IsFlagPresent(flags, ARG_CREATE_IF_MISSING));
}

bool LDBCommand::StringToBool(std::string val) {
  std::transform(val.begin(), val.end(), val.begin(),
                 [](unsigned char c) { return static_cast<char>(tolower(c)); });
  if (val != "true" && val != "false") {
    exec_state_ = LDBCommandExecuteResult::Failed(val + " is neither true nor false");
  }
  return val == "true";
}

}  // namespace rocksdb
