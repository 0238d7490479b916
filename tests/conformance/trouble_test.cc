// Damaged logs, repairs, full disks: what recovery modes and listeners do.
#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>

#include <filesystem>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::ColumnFamilyOptions;
using rocksdb::DB;
using rocksdb::DBOptions;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::Status;
using rocksdb::WALRecoveryMode;
using rocksdb::WriteOptions;

// The directory as it would be after a kill, under another name.
std::string CopyOf(const std::string& path, const std::string& name) {
  const std::string copy = Directory() + "/" + name;
  std::filesystem::remove_all(copy);
  std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
  return copy;
}

void Damage(const std::string& directory, const std::string& what) {
  for (const std::string& name : FilesWith(directory, ".log")) {
    const std::string path = directory + "/" + name;
    std::string contents = ReadFile(path);
    const size_t at = contents.find(what);
    if (at == std::string::npos) continue;
    contents[at] ^= 1;
    WriteFile(path, contents);
    return;
  }
  YES(false);
}

// "+" for each of the keys 1, 4, 9 that is there, "-" for each that is not; the code of Open when
// that fails.
std::string Recovered(const std::string& path, WALRecoveryMode mode) {
  Options options;
  options.wal_recovery_mode = mode;
  DB* db = nullptr;
  const Status s = DB::Open(options, path, &db);
  if (!s.ok()) return Text(s).substr(0, Text(s).find(' '));
  std::string text;
  for (const char* const key : {"1", "4", "9"}) {
    std::string value;
    const Status got = db->Get(rocksdb::ReadOptions(), key, &value);
    text += got.ok() ? "+" : got.IsNotFound() ? "-" : "!";
  }
  delete db;
  return text;
}

CASE(recovery_of_a_sound_log) {
  Db db;
  for (int i = 1; i <= 9; ++i) db.Put(std::to_string(i), "body of " + std::to_string(i));
  for (const WALRecoveryMode mode :
       {WALRecoveryMode::kTolerateCorruptedTailRecords, WALRecoveryMode::kAbsoluteConsistency,
        WALRecoveryMode::kPointInTimeRecovery, WALRecoveryMode::kSkipAnyCorruptedRecords}) {
    EQ(Recovered(CopyOf(db.path(), "copy"), mode), "+++");
  }
}

CASE(recovery_of_a_damaged_log) {
  Db db;
  for (int i = 1; i <= 9; ++i) db.Put(std::to_string(i), "body of " + std::to_string(i));
  const auto damaged = [&](WALRecoveryMode mode) {
    const std::string copy = CopyOf(db.path(), "copy");
    Damage(copy, "body of 4");
    return Recovered(copy, mode);
  };
  EQ(damaged(WALRecoveryMode::kPointInTimeRecovery), "+--");
  EQ(damaged(WALRecoveryMode::kAbsoluteConsistency), "2/0");
  DIFFERS("a-gap-in-the-log-is-its-end", damaged(WALRecoveryMode::kTolerateCorruptedTailRecords),
          "2/0", "+--");
  DIFFERS("salvage-keeps-more", damaged(WALRecoveryMode::kSkipAnyCorruptedRecords), "+--", "+-+");
}

CASE(recovery_of_a_damaged_log_that_was_synced) {
  Db db;
  for (int i = 1; i <= 9; ++i) {
    WriteOptions sync;
    sync.sync = true;
    GOOD(db->Put(sync, std::to_string(i), "body of " + std::to_string(i)));
  }
  const auto damaged = [&](WALRecoveryMode mode) {
    const std::string copy = CopyOf(db.path(), "copy");
    Damage(copy, "body of 4");
    return Recovered(copy, mode);
  };
  DIFFERS("synced-data-is-not-dropped", damaged(WALRecoveryMode::kPointInTimeRecovery), "+--",
          "2/0");
  EQ(damaged(WALRecoveryMode::kTolerateCorruptedTailRecords), "2/0");
  EQ(damaged(WALRecoveryMode::kAbsoluteConsistency), "2/0");
}

CASE(repair_without_a_manifest) {
  Db db;
  ColumnFamilyHandle* const other = db.Create("other");
  db.Put("a", "1");
  db.Put("b", "2");
  GOOD(db->Put(WriteOptions(), other, "c", "3"));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Flush(FlushOptions(), other));
  db.Put("a", "4");
  GOOD(db->Delete(WriteOptions(), "b"));
  db.Close();
  for (const std::string& name : FilesWith(db.path(), "")) {
    if (name == "CURRENT" || name.rfind("MANIFEST-", 0) == 0) {
      std::filesystem::remove(db.path() + "/" + name);
    }
  }
  GOOD(rocksdb::RepairDB(db.path(), Options()));
  std::vector<std::string> names;
  GOOD(DB::ListColumnFamilies(DBOptions(), db.path(), &names));
  EQ(names.size(), size_t{2});
  GOOD(db.Reopen(Options(), {"default", "other"}));
  EQ(db.Scan(), "a=4 ");
  EQ(db.Get("c", db.families()[1]), "3");
}

CASE(repair_leaves_out_a_damaged_file) {
  Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  db.Put("a", std::string(3000, 'a'));
  GOOD(db->Flush(FlushOptions()));
  const std::string first = FilesWith(db.path(), ".sst")[0];
  db.Put("b", "2");
  GOOD(db->Flush(FlushOptions()));
  db.Close();
  std::string contents = ReadFile(db.path() + "/" + first);
  for (char& c : contents) c = static_cast<char>(c ^ 0x55);
  WriteFile(db.path() + "/" + first, contents);
  GOOD(rocksdb::RepairDB(db.path(), Options()));
  GOOD(db.Reopen(Options()));
  EQ(db.Get("a"), "NotFound: ");
  EQ(db.Get("b"), "2");
  YES(Exists(db.path() + "/lost/" + first));
}

}  // namespace
}  // namespace conformance
