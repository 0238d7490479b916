// DbDumpTool and DbUndumpTool: one file that either library writes and the other reads.

#include <rocksdb/db_dump_tool.h>

#include <cstring>

#include "tests/conformance/harness.h"

using namespace rocksdb;      // NOLINT
using namespace conformance;  // NOLINT

namespace {

const std::string kHead("ROCKDUMP\0\0\0\0\0\0\0\1", 16);
const std::string kNothingKnown("\2\0\0\0{}", 6);
const std::string kTwoRecords("\1\0\0\0a\2\0\0\0vw\3\0\0\0b\0c\0\0\0\0", 22);

bool Dump(const std::string& db, const std::string& file, bool anonymous = true) {
  DumpOptions options;
  options.db_path = db;
  options.dump_location = file;
  options.anonymous = anonymous;
  return DbDumpTool().Run(options);
}

bool Undump(const std::string& file, const std::string& db, bool compact = false) {
  UndumpOptions options;
  options.db_path = db;
  options.dump_location = file;
  options.compact_db = compact;
  return DbUndumpTool().Run(options);
}

// What is in a DB that was made from these bytes, "-" when there is none.
std::string Loaded(const std::string& bytes, bool expected) {
  static int runs = 0;
  const std::string path = conformance::Directory() + "/" + std::to_string(runs++);
  WriteFile(path + ".dump", bytes);
  EQ(Undump(path + ".dump", path), expected);
  Options options;
  DB* db = nullptr;
  if (!DB::Open(options, path, &db).ok()) return "-";
  std::string text;
  Iterator* const it = db->NewIterator(ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text += it->key().ToString(true) + "=" + it->value().ToString() + " ";
  }
  GOOD(it->status());
  delete it;
  delete db;
  return text;
}

}  // namespace

CASE(dumps_have_one_format) {
  Db db;
  db.Put("gone", "1");
  db.Put("a", "vw");
  db.Put(std::string("b\0c", 3), "");
  GOOD(db->Delete(WriteOptions(), "gone"));
  const std::string file = conformance::Directory() + "/dump";
  YES(Dump(db.path(), file));
  EQ(ReadFile(file), kHead + kNothingKnown + kTwoRecords);
  // It says where it comes from.
  YES(Dump(db.path(), file, false));
  const std::string known = ReadFile(file);
  EQ(known.substr(0, 16), kHead);
  uint32_t size = 0;
  memcpy(&size, known.data() + 16, sizeof(size));
  EQ(known.substr(20 + size), kTwoRecords);
  const std::string info = known.substr(20, size);
  const std::string begin = "{ \"database-path\": \"" + db.path() + "\", \"hostname\": \"";
  EQ(info.substr(0, begin.size()), begin);
  YES(info.find("\", \"creation-time\": ") != std::string::npos);
  EQ(info.substr(info.size() - 2), " }");
}

CASE(dumps_can_be_loaded) {
  EQ(Loaded(kHead + kNothingKnown + kTwoRecords, true), "61=vw 620063= ");
  EQ(Loaded(kHead + kNothingKnown, true), "");
  EQ(Loaded(kHead + std::string("\0\0\0\0", 4) + kTwoRecords, true), "61=vw 620063= ");
  // Onto what is there.
  Db db;
  db.Put("a", "old");
  db.Put("z", "old");
  db.Close();
  const std::string file = conformance::Directory() + "/file";
  WriteFile(file, kHead + kNothingKnown + kTwoRecords);
  YES(Undump(file, db.path(), true));
  GOOD(db.Reopen(Options()));
  EQ(db.Get("a"), "vw");
  EQ(db.Get("z"), "old");
}

CASE(dumps_that_are_none) {
  EQ(Loaded("", false), "-");
  EQ(Loaded("ROCKDUMB" + kHead.substr(8) + kNothingKnown, false), "-");
  EQ(Loaded(kHead.substr(0, 15) + "\2" + kNothingKnown, false), "-");
  EQ(Loaded(kHead.substr(0, 10), false), "-");
  EQ(Loaded(kHead, false), "-");
  EQ(Loaded(kHead + "\2", false), "-");
  NO(Dump(conformance::Directory() + "/none", conformance::Directory() + "/dump"));
  NO(Exists(conformance::Directory() + "/dump"));
  NO(Undump(conformance::Directory() + "/none", conformance::Directory() + "/db"));
  NO(Exists(conformance::Directory() + "/db"));
  Db db;
  NO(Dump(db.path(), conformance::Directory() + "/no/dump"));
}

CASE(dumps_that_end_early) {
  const std::string whole = kHead + kNothingKnown + kTwoRecords;
  // In a key, a value, or the size of a value. What stands before is loaded.
  for (const size_t bytes : {26, 27, 30, 31, 32}) EQ(Loaded(whole.substr(0, bytes), false), "");
  for (const size_t bytes : {38, 40, 43}) EQ(Loaded(whole.substr(0, bytes), false), "61=vw ");
  EQ(Loaded(whole.substr(0, 33), true), "61=vw ");
  std::string long_key = whole;
  long_key[25] = 0x7f;
  EQ(Loaded(long_key, false), "");
  // In the size of a key, or in what it says of itself.
  WriteFile(conformance::Directory() + "/cut_size", whole.substr(0, 35));
  DIFFERS("cut-dumps-are-refused",
          Text(Undump(conformance::Directory() + "/cut_size", conformance::Directory() + "/a")),
          "true", "false");
  WriteFile(conformance::Directory() + "/cut_info", whole.substr(0, 21));
  DIFFERS("cut-dumps-are-refused",
          Text(Undump(conformance::Directory() + "/cut_info", conformance::Directory() + "/b")),
          "true", "false");
}
