// Commands of the ldb tool, for programs that add their own. Thread safety: none.
#ifndef AETHER_ROCKSDB_UTILITIES_LDB_CMD_H_
#define AETHER_ROCKSDB_UTILITIES_LDB_CMD_H_

#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/ldb_tool.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/utilities/db_ttl.h"
#include "rocksdb/utilities/ldb_cmd_execute_result.h"

namespace ROCKSDB_NAMESPACE {

class LDBCommand {
 public:
  static const std::string ARG_ENV_URI;
  static const std::string ARG_FS_URI;
  static const std::string ARG_DB;
  static const std::string ARG_PATH;
  static const std::string ARG_SECONDARY_PATH;
  static const std::string ARG_HEX;
  static const std::string ARG_KEY_HEX;
  static const std::string ARG_VALUE_HEX;
  static const std::string ARG_CF_NAME;
  static const std::string ARG_TTL;
  static const std::string ARG_TTL_START;
  static const std::string ARG_TTL_END;
  static const std::string ARG_TIMESTAMP;
  static const std::string ARG_TRY_LOAD_OPTIONS;
  static const std::string ARG_IGNORE_UNKNOWN_OPTIONS;
  static const std::string ARG_FROM;
  static const std::string ARG_TO;
  static const std::string ARG_MAX_KEYS;
  static const std::string ARG_BLOOM_BITS;
  static const std::string ARG_FIX_PREFIX_LEN;
  static const std::string ARG_COMPRESSION_TYPE;
  static const std::string ARG_COMPRESSION_MAX_DICT_BYTES;
  static const std::string ARG_BLOCK_SIZE;
  static const std::string ARG_AUTO_COMPACTION;
  static const std::string ARG_DB_WRITE_BUFFER_SIZE;
  static const std::string ARG_WRITE_BUFFER_SIZE;
  static const std::string ARG_FILE_SIZE;
  static const std::string ARG_CREATE_IF_MISSING;
  static const std::string ARG_NO_VALUE;
  static const std::string ARG_DISABLE_CONSISTENCY_CHECKS;
  static const std::string ARG_ENABLE_BLOB_FILES;
  static const std::string ARG_MIN_BLOB_SIZE;
  static const std::string ARG_BLOB_FILE_SIZE;
  static const std::string ARG_BLOB_COMPRESSION_TYPE;
  static const std::string ARG_ENABLE_BLOB_GARBAGE_COLLECTION;
  static const std::string ARG_BLOB_GARBAGE_COLLECTION_AGE_CUTOFF;
  static const std::string ARG_BLOB_GARBAGE_COLLECTION_FORCE_THRESHOLD;
  static const std::string ARG_BLOB_COMPACTION_READAHEAD_SIZE;
  static const std::string ARG_BLOB_FILE_STARTING_LEVEL;
  static const std::string ARG_PREPOPULATE_BLOB_CACHE;
  static const std::string ARG_DECODE_BLOB_INDEX;
  static const std::string ARG_DUMP_UNCOMPRESSED_BLOBS;

  struct ParsedParams {
    std::string cmd;
    std::vector<std::string> cmd_params;
    std::map<std::string, std::string> option_map;
    std::vector<std::string> flags;
  };
  static LDBCommand* SelectCommand(const ParsedParams& parsed_parms);
  static LDBCommand* InitFromCmdLineArgs(
      const std::vector<std::string>& args, const Options& options, const LDBOptions& ldb_options,
      const std::vector<ColumnFamilyDescriptor>* column_families,
      const std::function<LDBCommand*(const ParsedParams&)>& selector = SelectCommand);
  static LDBCommand* InitFromCmdLineArgs(
      int argc, char const* const* argv, const Options& options, const LDBOptions& ldb_options,
      const std::vector<ColumnFamilyDescriptor>* column_families);
  bool ValidateCmdLineOptions();
  virtual void PrepareOptions();
  virtual void OverrideBaseOptions();
  virtual void OverrideBaseCFOptions(ColumnFamilyOptions* cf_opts);
  virtual void SetDBOptions(Options options) { options_ = options; }
  virtual void SetColumnFamilies(const std::vector<ColumnFamilyDescriptor>* column_families) {
    column_families_ =
        column_families != nullptr ? *column_families : std::vector<ColumnFamilyDescriptor>();
  }
  void SetLDBOptions(const LDBOptions& ldb_options) { ldb_options_ = ldb_options; }
  const std::map<std::string, std::string>& TEST_GetOptionMap() { return option_map_; }
  const std::vector<std::string>& TEST_GetFlags() { return flags_; }
  virtual bool NoDBOpen() { return false; }
  virtual ~LDBCommand() { CloseDB(); }
  void Run();
  virtual void DoCommand() = 0;
  LDBCommandExecuteResult GetExecuteState() { return exec_state_; }
  void ClearPreviousRunState() { exec_state_.Reset(); }
  static std::string HexToString(const std::string& str);
  static std::string StringToHex(const std::string& str);
  static const char* DELIM;

 protected:
  LDBCommandExecuteResult exec_state_;
  std::string env_uri_;
  std::string fs_uri_;
  std::string db_path_;
  std::string secondary_path_;
  std::string column_family_name_;
  DB* db_;
  DBWithTTL* db_ttl_;
  std::map<std::string, ColumnFamilyHandle*> cf_handles_;
  bool is_read_only_;
  bool is_key_hex_;
  bool is_value_hex_;
  bool is_db_ttl_;
  bool timestamp_;
  bool try_load_options_;
  bool force_consistency_checks_;
  bool enable_blob_files_;
  bool enable_blob_garbage_collection_;
  bool create_if_missing_;
  const std::map<std::string, std::string> option_map_;
  const std::vector<std::string> flags_;
  const std::vector<std::string> valid_cmd_line_options_;
  std::shared_ptr<Env> env_guard_;
  bool ParseKeyValue(const std::string& line, std::string* key, std::string* value, bool is_key_hex,
                     bool is_value_hex);
  LDBCommand(const std::map<std::string, std::string>& options,
             const std::vector<std::string>& flags, bool is_read_only,
             const std::vector<std::string>& valid_cmd_line_options);
  void OpenDB();
  void CloseDB();
  ColumnFamilyHandle* GetCfHandle();
  static std::string PrintKeyValue(const std::string& key, const std::string& value,
                                   bool is_key_hex, bool is_value_hex);
  static std::string PrintKeyValue(const std::string& key, const std::string& value, bool is_hex);
  static bool IsFlagPresent(const std::vector<std::string>& flags, const std::string& flag) {
    return std::count(flags.begin(), flags.end(), flag) != 0;
  }
  static std::string HelpRangeCmdArgs();
  static std::vector<std::string> BuildCmdLineOptions(std::vector<std::string> options);
  bool ParseIntOption(const std::map<std::string, std::string>& options, const std::string& option,
                      int& value, LDBCommandExecuteResult& exec_state);
  bool ParseDoubleOption(const std::map<std::string, std::string>& options,
                         const std::string& option, double& value,
                         LDBCommandExecuteResult& exec_state);
  bool ParseStringOption(const std::map<std::string, std::string>& options,
                         const std::string& option, std::string* value);
  bool ParseCompressionTypeOption(const std::map<std::string, std::string>& options,
                                  const std::string& option, CompressionType& value,
                                  LDBCommandExecuteResult& exec_state);
  bool ParseBooleanOption(const std::map<std::string, std::string>& options,
                          const std::string& option, bool default_val);
  Options options_;
  std::vector<ColumnFamilyDescriptor> column_families_;
  ConfigOptions config_options_;
  LDBOptions ldb_options_;

 private:
  bool IsKeyHex(const std::map<std::string, std::string>& options,
                const std::vector<std::string>& flags);
  bool IsValueHex(const std::map<std::string, std::string>& options,
                  const std::vector<std::string>& flags);
  bool IsTryLoadOptions(const std::map<std::string, std::string>& options,
                        const std::vector<std::string>& flags);
  bool StringToBool(std::string val);
};

// Parses a command line and runs the command in it.
class LDBCommandRunner {
 public:
  static void PrintHelp(const LDBOptions& ldb_options, const char* exec_name,
                        bool to_stderr = true);
  static int RunCommand(int argc, char const* const* argv, Options options,
                        const LDBOptions& ldb_options,
                        const std::vector<ColumnFamilyDescriptor>* column_families);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_LDB_CMD_H_
