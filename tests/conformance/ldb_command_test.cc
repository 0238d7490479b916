// Commands of an application's own for the ldb tool.
#include <rocksdb/utilities/ldb_cmd.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

using rocksdb::LDBCommand;
using rocksdb::LDBCommandExecuteResult;

std::string told;

// Counts the keys of a family from --from on.
class CountCommand : public LDBCommand {
 public:
  explicit CountCommand(const ParsedParams& params)
      : LDBCommand(params.option_map, params.flags, true,
                   BuildCmdLineOptions({ARG_FROM, ARG_HEX})) {
    ParseStringOption(option_map_, ARG_FROM, &from_);
    if (is_key_hex_) from_ = HexToString(from_);
  }
  void DoCommand() override {
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), GetCfHandle()));
    int count = 0;
    for (it->Seek(from_); it->Valid(); it->Next()) {
      ++count;
      told += PrintKeyValue(it->key().ToString(), it->value().ToString(), is_key_hex_) + "; ";
    }
    exec_state_ = LDBCommandExecuteResult::Succeed(std::to_string(count));
  }

 private:
  std::string from_;
};

LDBCommand* Select(const LDBCommand::ParsedParams& params) {
  return params.cmd == "count" ? new CountCommand(params) : nullptr;
}

std::string RunCommand(const std::vector<std::string>& words) {
  told.clear();
  const std::unique_ptr<LDBCommand> command(LDBCommand::InitFromCmdLineArgs(
      words, rocksdb::Options(), rocksdb::LDBOptions(), nullptr, Select));
  if (command == nullptr) return "no command";
  if (!command->ValidateCmdLineOptions()) return "not valid";
  command->Run();
  return command->GetExecuteState().ToString();
}

CASE(ldb_commands_of_the_application) {
  std::string path;
  {
    Db db;
    path = db.path();
    EQ(db.Put("a", "1"), "OK");
    EQ(db.Put("b", "2"), "OK");
    GOOD(db->Put(rocksdb::WriteOptions(), db.Create("more"), "x", "9"));
  }
  const std::string where = "--db=" + path;
  EQ(RunCommand({where, "count"}), "2");
  EQ(told, "a ==> 1; b ==> 2; ");
  EQ(RunCommand({where, "--from=0x62", "--hex", "count"}), "1");
  EQ(told, "0x62 ==> 0x32; ");
  EQ(RunCommand({where, "--column_family=more", "count"}), "1");
  EQ(told, "x ==> 9; ");
  EQ(RunCommand({where, "--max_keys=3", "count"}), "not valid");
  EQ(RunCommand({where, "--no_value", "count"}), "not valid");
  EQ(RunCommand({"count"}), "not valid");
  EQ(RunCommand({where, "unknown"}), "no command");
  EQ(RunCommand({where, "--write_buffer_size=many", "count"}).substr(0, 7), "Failed:");
}

CASE(ldb_names_and_numbers) {
  EQ(LDBCommand::ARG_DB, "db");
  EQ(LDBCommand::ARG_CF_NAME, "column_family");
  EQ(LDBCommand::ARG_TTL_START, "start_time");
  EQ(LDBCommand::ARG_TTL_END, "end_time");
  EQ(LDBCommand::ARG_COMPRESSION_MAX_DICT_BYTES, "compression_max_dict_bytes");
  EQ(LDBCommand::ARG_BLOB_COMPACTION_READAHEAD_SIZE, "blob_compaction_readahead_size");
  EQ(LDBCommand::ARG_DUMP_UNCOMPRESSED_BLOBS, "dump_uncompressed_blobs");
  EQ(LDBCommand::ARG_DECODE_BLOB_INDEX, "decode_blob_index");
  EQ(LDBCommand::ARG_PREPOPULATE_BLOB_CACHE, "prepopulate_blob_cache");
  EQ(LDBCommand::ARG_ENABLE_BLOB_GARBAGE_COLLECTION, "enable_blob_garbage_collection");
  EQ(LDBCommand::ARG_DISABLE_CONSISTENCY_CHECKS, "disable_consistency_checks");
  EQ(LDBCommand::ARG_IGNORE_UNKNOWN_OPTIONS, "ignore_unknown_options");
  EQ(std::string(LDBCommand::DELIM), " ==> ");
  EQ(LDBCommand::StringToHex(std::string("\0a\xff", 3)), "0x0061FF");
  EQ(LDBCommand::HexToString("0x0061ff"), std::string("\0a\xff", 3));
}

}  // namespace
}  // namespace conformance
