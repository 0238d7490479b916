// Opening, closing, listing, destroying.
#include <rocksdb/comparator.h>
#include <rocksdb/convenience.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::DB;
using rocksdb::Options;
using rocksdb::Status;

class Backwards final : public rocksdb::Comparator {
 public:
  const char* Name() const override { return "my.rev"; }
  int Compare(const rocksdb::Slice& a, const rocksdb::Slice& b) const override {
    return b.compare(a);
  }
  void FindShortestSeparator(std::string*, const rocksdb::Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}
};

Status OpenAt(const std::string& path, const Options& options) {
  DB* db = nullptr;
  const Status s = DB::Open(options, path, &db);
  delete db;
  return s;
}

CASE(open_missing_without_create) {
  DB* db = reinterpret_cast<DB*>(1);
  const Status s = DB::Open(Options(), Directory() + "/none", &db);
  EQ(s, "4/0 Invalid argument: <db>/none/CURRENT: does not exist (create_if_missing is false)");
  YES(db == nullptr);
}

CASE(open_creates_one_level_only) {
  EQ(OpenAt(Directory() + "/a/b/c", Db::DefaultOptions()),
     "5/9 IO error: No such file or directory: While mkdir if missing: <db>/a/b/c: No such file "
     "or directory");
}

CASE(open_error_if_exists) {
  Options options = Db::DefaultOptions();
  options.error_if_exists = true;
  GOOD(OpenAt(Directory() + "/db", options));
  EQ(OpenAt(Directory() + "/db", options),
     "4/0 Invalid argument: <db>/db: exists (error_if_exists is true)");
}

CASE(open_twice_in_a_process) {
  Db db;
  const std::string text = Text(OpenAt(db.path(), Options()));
  EQ(text.substr(0, 44), "5/0 IO error: lock hold by current process, ");
  YES(text.find("<db>/db/LOCK: No locks available") != std::string::npos);
  CODE(rocksdb::DestroyDB(db.path(), Options()), "5/0");
  GOOD(db->Put(rocksdb::WriteOptions(), "a", "1"));
}

CASE(open_from_another_process) {
  // The other process is a program of its own, so that it inherits nothing.
  Db db;
  db.Put("a", "1");
  const pid_t child = fork();
  if (child == 0) {
    DB* reader = nullptr;
    const bool read = DB::OpenForReadOnly(Options(), db.path(), &reader).ok();
    std::string value;
    const bool found = read && reader->Get(rocksdb::ReadOptions(), "a", &value).ok();
    _exit(found && value == "1" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EQ(status, 0);
}

CASE(open_with_another_comparator) {
  { Db db; }
  static Backwards backwards;
  Options options = Db::DefaultOptions();
  options.comparator = &backwards;
  EQ(OpenAt(Directory() + "/db", options),
     "4/0 Invalid argument: my.rev: does not match existing comparator "
     "leveldb.BytewiseComparator");
}

CASE(open_families) {
  Db db;
  db.Create("one");
  Options options = Db::DefaultOptions();
  EQ(db.Reopen(options), "4/0 Invalid argument: Column families not opened: one");
  EQ(db.Reopen(options, {"one"}), "4/0 Invalid argument: Default column family not specified");
  EQ(db.Reopen(options, {"default", "one", "two"}),
     "4/0 Invalid argument: Column family not found: two");
  YES(db.families().empty());
  GOOD(db.Reopen(options, {"default", "one"}));
  EQ(db.families().size(), size_t{2});
  EQ(db.families()[1]->GetName(), "one");
  options.create_missing_column_families = true;
  GOOD(db.Reopen(options, {"default", "one", "two"}));
  EQ(db.families()[2]->GetID(), uint32_t{2});
  EQ(db.families()[0]->GetID(), uint32_t{0});
}

CASE(open_read_only_missing) {
  DB* db = nullptr;
  Options options = Db::DefaultOptions();
  EQ(DB::OpenForReadOnly(options, Directory() + "/none", &db),
     "5/9 IO error: No such file or directory: While opening a file for sequentially reading: "
     "<db>/none/CURRENT: No such file or directory");
  std::vector<std::string> names;
  EQ(DB::ListColumnFamilies(options, Directory() + "/none", &names),
     "5/9 IO error: No such file or directory: While opening a file for sequentially reading: "
     "<db>/none/CURRENT: No such file or directory");
}

CASE(open_lists_families) {
  Db db;
  db.Create("one");
  db.Create("two");
  std::vector<std::string> names;
  GOOD(DB::ListColumnFamilies(Options(), db.path(), &names));
  EQ(names.size(), size_t{3});
  EQ(names[0] + names[1] + names[2], "defaultonetwo");
  GOOD(db->DropColumnFamily(db.families()[0]));
  GOOD(DB::ListColumnFamilies(Options(), db.path(), &names));
  EQ(names.size(), size_t{2});
}

CASE(open_current_without_newline) {
  { Db db; }
  const std::string current = Directory() + "/db/CURRENT";
  const std::string contents = ReadFile(current);
  EQ(contents.substr(0, 9), "MANIFEST-");
  EQ(contents.back(), '\n');
  WriteFile(current, contents.substr(0, contents.size() - 1));
  EQ(OpenAt(Directory() + "/db", Options()),
     "2/0 Corruption: CURRENT file does not end with newline");
}

CASE(open_manifest_missing) {
  { Db db; }
  WriteFile(Directory() + "/db/CURRENT", "MANIFEST-000099\n");
  CODE(OpenAt(Directory() + "/db", Options()), "5/9");
}

CASE(open_current_missing) {
  for (const bool with_log : {true, false}) {
    Db db(Db::DefaultOptions(), with_log ? "log" : "none");
    db.Put("a", "1");
    GOOD(db->Flush(rocksdb::FlushOptions()));
    db.Put("b", "2");
    db.Close();
    std::filesystem::remove(db.path() + "/CURRENT");
    if (with_log) {
      CODE(db.Reopen(Db::DefaultOptions()), "2/0");
      continue;
    }
    for (const std::string& log : FilesWith(db.path(), ".log")) {
      std::filesystem::remove(db.path() + "/" + log);
    }
    const std::string s = Text(db.Reopen(Db::DefaultOptions()));
    DIFFERS("a-missing-current-is-damage", s.substr(0, s.find(' ')), "0/0", "2/0");
    EQ(FilesWith(db.path(), ".sst").size(), size_t{kOnAether});
  }
}

CASE(open_run_missing) {
  {
    Db db;
    db.Put("a", "1");
    GOOD(db->Flush(rocksdb::FlushOptions()));
  }
  const auto files = FilesWith(Directory() + "/db", ".sst");
  EQ(files.size(), size_t{1});
  std::filesystem::remove(Directory() + "/db/" + files[0]);
  const Status s = OpenAt(Directory() + "/db", Options());
  CODE(s, "2/0");
  YES(s.ToString().find("No such file or directory") != std::string::npos);
  YES(s.ToString().find("MANIFEST-") != std::string::npos);
}

CASE(open_keeps_foreign_files) {
  std::filesystem::create_directories(Directory() + "/db");
  WriteFile(Directory() + "/db/notes.txt", "mine");
  { Db db; }
  EQ(ReadFile(Directory() + "/db/notes.txt"), "mine");
}

CASE(files_have_known_names) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  for (const char* name : {"CURRENT", "IDENTITY", "LOCK", "LOG"}) {
    YES(Exists(db.path() + "/" + name));
  }
  EQ(ReadFile(db.path() + "/IDENTITY").size(), size_t{36});
  EQ(FilesWith(db.path(), ".sst").size(), size_t{1});
  EQ(FilesWith(db.path(), ".sst")[0].size(), size_t{10});
  YES(!FilesWith(db.path(), ".log").empty());
  std::string identity;
  GOOD(db->GetDbIdentity(identity));
  EQ(identity.size(), size_t{36});
  std::string session;
  GOOD(db->GetDbSessionId(session));
  EQ(session.size(), size_t{20});
  EQ(db->GetName(), db.path());
}

CASE(log_is_rotated) {
  { Db db; }
  { Db db; }
  bool old = false;
  for (const auto& entry : std::filesystem::directory_iterator(Directory() + "/db")) {
    old |= entry.path().filename().string().rfind("LOG.old.", 0) == 0;
  }
  YES(old);
}

CASE(close_reports_snapshots) {
  Db db;
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  EQ(db->Close(), "10/0 Operation aborted: Cannot close DB with unreleased snapshot.");
  db->ReleaseSnapshot(snapshot);
  GOOD(db->Close());
}

CASE(destroy) {
  GOOD(rocksdb::DestroyDB(Directory() + "/none", Options()));
  {
    Db db;
    db.Put("a", "1");
    GOOD(db->Flush(rocksdb::FlushOptions()));
    db.Put("b", "2");
  }
  GOOD(rocksdb::DestroyDB(Directory() + "/db", Options()));
  NO(Exists(Directory() + "/db"));
  {
    Db db;
    EQ(db.Get("a"), "NotFound: ");
  }
  WriteFile(Directory() + "/db/notes.txt", "mine");
  GOOD(rocksdb::DestroyDB(Directory() + "/db", Options()));
  YES(Exists(Directory() + "/db/notes.txt"));
  NO(Exists(Directory() + "/db/CURRENT"));
}

CASE(version_of_the_library) {
  EQ(rocksdb::GetRocksVersionAsString(), "7.8.3");
  EQ(ROCKSDB_MAJOR * 10000 + ROCKSDB_MINOR * 100 + ROCKSDB_PATCH, 70803);
}

CASE(open_rejects_bad_options) {
  Options options = Db::DefaultOptions();
  options.unordered_write = true;
  options.enable_pipelined_write = true;
  CODE(OpenAt(Directory() + "/a", options), "4/0");
  options = Db::DefaultOptions();
  options.keep_log_file_num = 0;
  EQ(OpenAt(Directory() + "/b", options),
     "4/0 Invalid argument: keep_log_file_num must be greater than 0");
  options = Db::DefaultOptions();
  options.atomic_flush = true;
  options.enable_pipelined_write = true;
  CODE(OpenAt(Directory() + "/c", options), "4/0");
}

CASE(options_are_sanitized) {
  Options options = Db::DefaultOptions();
  options.write_buffer_size = 1;
  options.max_write_buffer_number = 1;
  Db db(options);
  EQ(db->GetOptions().write_buffer_size, size_t{65536});
  EQ(db->GetOptions().max_write_buffer_number, 2);
  EQ(db->NumberLevels(), 7);
  EQ(db->MaxMemCompactionLevel(), 0);
  EQ(db->Level0StopWriteTrigger(), 36);
}
}  // namespace
}  // namespace conformance
