// Table files from outside become part of a database.
#include <rocksdb/c.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/listener.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/utilities/checkpoint.h>

#include <cstdlib>
#include <map>
#include <mutex>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::FlushOptions;
using rocksdb::IngestExternalFileArg;
using rocksdb::IngestExternalFileOptions;
using rocksdb::Options;
using rocksdb::Status;
using rocksdb::WriteOptions;

std::string Path(const std::string& name) { return Directory() + "/" + name; }

// "+k" puts, "-k" deletes, "~k" merges, each with the value; "!b-e" deletes a range.
std::string MakeFile(const std::string& name, const std::vector<std::string>& entries,
                     const std::string& value, const Options& options = Options(),
                     ColumnFamilyHandle* family = nullptr) {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, family);
  GOOD(writer.Open(Path(name)));
  for (const std::string& entry : entries) {
    const std::string key = entry.substr(1);
    if (entry[0] == '+') GOOD(writer.Put(key, value));
    if (entry[0] == '-') GOOD(writer.Delete(key));
    if (entry[0] == '~') GOOD(writer.Merge(key, value));
    if (entry[0] == '!') GOOD(writer.DeleteRange(key.substr(0, 1), key.substr(2)));
  }
  GOOD(writer.Finish());
  return Path(name);
}

Options WithAppend() {
  Options options = Db::DefaultOptions();
  GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappend",
                                                &options.merge_operator));
  return options;
}

CASE(IngestIntoAnEmptyDatabase) {
  Db db;
  const std::string path = MakeFile("a.sst", {"+a", "+b", "+c"}, "1");
  GOOD(db->IngestExternalFile({path}, IngestExternalFileOptions()));
  EQ(db.Scan(), "a=1 b=1 c=1 ");
  EQ(db.ScanBack(), "c=1 b=1 a=1 ");
  EQ(db.Get("b"), "1");
  YES(Exists(path));
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  EQ(files.size(), size_t{1});
  EQ(files[0].level, 6);
  EQ(files[0].smallestkey + files[0].largestkey, "ac");
  EQ(files[0].num_entries, uint64_t{3});
  rocksdb::TablePropertiesCollection tables;
  GOOD(db->GetPropertiesOfAllTables(&tables));
  EQ(tables.size(), size_t{1});
  const auto& props = tables.begin()->second->user_collected_properties;
  EQ(props.count("rocksdb.external_sst_file.version"), size_t{1});
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Scan(), "a=1 b=1 c=1 ");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "a=1 b=1 c=1 ");
  GOOD(db->VerifyChecksum());
}

CASE(IngestedFilesAreNewerThanWhatWasThere) {
  Db db;
  for (const char* key : {"a", "b", "c", "z"}) db.Put(key, "old");
  GOOD(db->IngestExternalFile({MakeFile("f", {"+a", "+b", "+d"}, "new")},
                              IngestExternalFileOptions()));
  EQ(db.Scan(), "a=new b=new c=old d=new z=old ");
  db.Put("b", "newest");
  EQ(db.Get("b"), "newest");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Scan(), "a=new b=newest c=old d=new z=old ");
  GOOD(db->IngestExternalFile({MakeFile("g", {"+b"}, "last")}, IngestExternalFileOptions()));
  EQ(db.Get("b"), "last");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "a=new b=last c=old d=new z=old ");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Scan(), "a=new b=last c=old d=new z=old ");
}

CASE(IngestedDeletesAndRanges) {
  Db db;
  for (const char* key : {"a", "b", "c", "d", "e"}) db.Put(key, "old");
  GOOD(db->IngestExternalFile({MakeFile("f", {"-a", "+c", "!b-e"}, "new")},
                              IngestExternalFileOptions()));
  EQ(db.Scan(), "c=new e=old ");
  EQ(db.Get("a"), "NotFound: ");
  EQ(db.Get("b"), "NotFound: ");
  EQ(db.Get("c"), "new");
  db.Put("b", "again");
  EQ(db.Scan(), "b=again c=new e=old ");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Scan(), "b=again c=new e=old ");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "b=again c=new e=old ");
  GOOD(db->IngestExternalFile({MakeFile("g", {"!a-z"}, "")}, IngestExternalFileOptions()));
  EQ(db.Scan(), "");
}

CASE(IngestedMerges) {
  const Options options = WithAppend();
  Db db(options);
  db.Put("a", "1");
  GOOD(db->IngestExternalFile({MakeFile("f", {"~a", "~b"}, "2", options)},
                              IngestExternalFileOptions()));
  GOOD(db->Merge(WriteOptions(), "a", "3"));
  EQ(db.Get("a"), "1,2,3");
  EQ(db.Get("b"), "2");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "a=1,2,3 b=2 ");
}

CASE(SnapshotsDoNotSeeIngestedKeys) {
  Db db;
  db.Put("a", "old");
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  GOOD(db->IngestExternalFile({MakeFile("f", {"+a", "+b"}, "new")}, IngestExternalFileOptions()));
  GOOD(db->IngestExternalFile({MakeFile("g", {"+x"}, "new")}, IngestExternalFileOptions()));
  EQ(db.Get("a", nullptr, snapshot), "old");
  EQ(db.Get("b", nullptr, snapshot), "NotFound: ");
  EQ(db.Get("x", nullptr, snapshot), "NotFound: ");
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  EQ(db.Scan(read), "a=old ");
  EQ(db.Scan(), "a=new b=new x=new ");
  YES(db->GetLatestSequenceNumber() > snapshot->GetSequenceNumber());
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(read), "a=old ");
  db->ReleaseSnapshot(snapshot);
}

CASE(IteratorsFromBeforeStayAsTheyAre) {
  Db db;
  db.Put("a", "old");
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  GOOD(db->IngestExternalFile({MakeFile("f", {"+a", "+b"}, "new")}, IngestExternalFileOptions()));
  it->SeekToFirst();
  EQ(At(*it), "a=old");
  it->Next();
  EQ(At(*it), "end");
  GOOD(it->Refresh());
  it->SeekToFirst();
  EQ(At(*it), "a=new");
}

CASE(IngestSeveralFiles) {
  Db db;
  // In any order as long as they do not overlap.
  GOOD(db->IngestExternalFile({MakeFile("2", {"+m", "+n"}, "2"), MakeFile("1", {"+a", "+b"}, "1")},
                              IngestExternalFileOptions()));
  EQ(db.Scan(), "a=1 b=1 m=2 n=2 ");
  // Where they do, the later one is newer.
  GOOD(db->IngestExternalFile({MakeFile("3", {"+b", "+m"}, "3"), MakeFile("4", {"+b", "+c"}, "4")},
                              IngestExternalFileOptions()));
  EQ(db.Scan(), "a=1 b=4 c=4 m=3 n=2 ");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Scan(), "a=1 b=4 c=4 m=3 n=2 ");
}

CASE(IngestRefusals) {
  Db db;
  db.Put("k", "old");
  const std::string good = MakeFile("good", {"+a"}, "1");
  CODE(db->IngestExternalFile({}, IngestExternalFileOptions()), "4/0");
  EQ(db->IngestExternalFile({}, IngestExternalFileOptions()),
     "4/0 Invalid argument: external_files[0] is empty");
  EQ(db->IngestExternalFiles({}), "4/0 Invalid argument: ingestion arg list is empty");
  CODE(db->IngestExternalFile({Path("none")}, IngestExternalFileOptions()), "5/9");
  CODE(db->IngestExternalFile({good, Path("none")}, IngestExternalFileOptions()), "5/9");
  WriteFile(Path("empty"), "");
  WriteFile(Path("text"), std::string(1000, 'x'));
  CODE(db->IngestExternalFile({Path("empty")}, IngestExternalFileOptions()), "2/0");
  CODE(db->IngestExternalFile({Path("text")}, IngestExternalFileOptions()), "2/0");
  IngestExternalFileArg arg;
  arg.external_files = {good};
  EQ(db->IngestExternalFiles({arg}), "4/0 Invalid argument: column family handle is null");
  arg.column_family = db->DefaultColumnFamily();
  EQ(db->IngestExternalFiles({arg, arg}),
     "4/0 Invalid argument: ingestion args have duplicate column families");
  arg.external_files.clear();
  CODE(db->IngestExternalFiles({arg}), "4/0");
  IngestExternalFileOptions behind;
  behind.ingest_behind = true;
  EQ(db->IngestExternalFile({good}, behind),
     "4/0 Invalid argument: can't ingest_behind file in DB with allow_ingest_behind=false");
  // A file that a database has made for itself.
  GOOD(db->Flush(FlushOptions()));
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  CODE(db->IngestExternalFile({files[0].db_path + files[0].name}, IngestExternalFileOptions()),
       "2/0");
  EQ(db.Scan(), "k=old ");
  GOOD(db.ReopenReadOnly(Db::DefaultOptions()));
  CODE(db->IngestExternalFile({good}, IngestExternalFileOptions()), "3/0");
}

CASE(IngestOptionsThatForbid) {
  Db db;
  db.Put("k", "old");
  IngestExternalFileOptions no_flush;
  no_flush.allow_blocking_flush = false;
  EQ(db->IngestExternalFile({MakeFile("1", {"+a", "+z"}, "1")}, no_flush),
     "4/0 Invalid argument: External file requires flush");
  GOOD(db->IngestExternalFile({MakeFile("2", {"+a", "+b"}, "2")}, no_flush));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->IngestExternalFile({MakeFile("3", {"+k"}, "3")}, no_flush));
  EQ(db.Scan(), "a=2 b=2 k=3 ");

  IngestExternalFileOptions no_number;
  no_number.allow_global_seqno = false;
  EQ(db->IngestExternalFile({MakeFile("4", {"+a"}, "4")}, no_number),
     "4/0 Invalid argument: Global seqno is required, but disabled");
  GOOD(db->IngestExternalFile({MakeFile("5", {"+m"}, "5")}, no_number));
  CODE(db->IngestExternalFile({MakeFile("6", {"+p", "+r"}, "6"), MakeFile("7", {"+q"}, "7")},
                              no_number),
       "4/0");
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  EQ(db->IngestExternalFile({MakeFile("8", {"+s"}, "8")}, no_number),
     "4/0 Invalid argument: Global seqno is required, but disabled");
  no_number.snapshot_consistency = false;
  GOOD(db->IngestExternalFile({MakeFile("9", {"+t"}, "9")}, no_number));
  db->ReleaseSnapshot(snapshot);
  EQ(db.Scan(), "a=2 b=2 k=3 m=5 t=9 ");

  IngestExternalFileOptions last;
  last.fail_if_not_bottommost_level = true;
  CODE(db->IngestExternalFile({MakeFile("10", {"+a"}, "10")}, last), "13/0");
  GOOD(db->IngestExternalFile({MakeFile("11", {"+v"}, "11")}, last));
  EQ(db.Get("v"), "11");
}

CASE(IngestMoves) {
  Db db;
  IngestExternalFileOptions move;
  move.move_files = true;
  const std::string path = MakeFile("a", {"+a"}, "1");
  GOOD(db->IngestExternalFile({path}, move));
  NO(Exists(path));
  EQ(db.Get("a"), "1");
  const std::string again = MakeFile("b", {"+a"}, "2");
  GOOD(db->IngestExternalFile({again}, move));
  NO(Exists(again));
  EQ(db.Get("a"), "2");
  const std::string refused = MakeFile("c", {"+a"}, "3");
  move.allow_global_seqno = false;
  CODE(db->IngestExternalFile({refused}, move), "4/0");
  YES(Exists(refused));
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Get("a"), "2");
}

CASE(IngestDamage) {
  Db db;
  std::vector<std::string> entries;
  for (char c = 'a'; c <= 'z'; ++c) entries.push_back(std::string("+") + c);
  const std::string path = MakeFile("a", entries, std::string(500, 'v'));
  std::string bytes = ReadFile(path);
  bytes[100] = static_cast<char>(bytes[100] ^ 4);
  WriteFile(path, bytes);
  IngestExternalFileOptions verify;
  verify.verify_checksums_before_ingest = true;
  CODE(db->IngestExternalFile({path}, verify), "2/0");
  EQ(db.Scan(), "");
  WriteFile(path, bytes.substr(0, bytes.size() - 10));
  CODE(db->IngestExternalFile({path}, IngestExternalFileOptions()), "2/0");
  EQ(db.Scan(), "");
  db.Put("a", "1");
  EQ(db.Scan(), "a=1 ");
}

CASE(IngestFamilies) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  ColumnFamilyHandle* const two = db.Create("two");
  GOOD(db->Put(WriteOptions(), one, "a", "old"));
  IngestExternalFileArg first;
  first.column_family = one;
  first.external_files = {MakeFile("1", {"+a", "+b"}, "1")};
  IngestExternalFileArg second;
  second.column_family = two;
  second.external_files = {MakeFile("2", {"+a"}, "2"), MakeFile("3", {"+c"}, "3")};
  GOOD(db->IngestExternalFiles({first, second}));
  EQ(db.Scan(rocksdb::ReadOptions(), one), "a=1 b=1 ");
  EQ(db.Scan(rocksdb::ReadOptions(), two), "a=2 c=3 ");
  EQ(db.Scan(), "");
  // One that is refused keeps the others out.
  first.external_files = {MakeFile("4", {"+x"}, "4")};
  second.external_files = {Path("none")};
  CODE(db->IngestExternalFiles({first, second}), "5/9");
  EQ(db.Scan(rocksdb::ReadOptions(), one), "a=1 b=1 ");
  // A file that was made for one family.
  const std::string bound = MakeFile("5", {"+y"}, "5", Options(), one);
  EQ(Plain(db->IngestExternalFile(two, {bound}, IngestExternalFileOptions()).ToString())
             .find("External file column family id don't match") != std::string::npos,
     true);
  CODE(db->IngestExternalFile(two, {bound}, IngestExternalFileOptions()), "4/0");
  GOOD(db->IngestExternalFile(one, {bound}, IngestExternalFileOptions()));
  EQ(db.Get("y", one), "5");
  GOOD(db.Reopen(Db::DefaultOptions(), {"default", "one", "two"}));
  EQ(db.Scan(rocksdb::ReadOptions(), db.families()[1]), "a=1 b=1 y=5 ");
  EQ(db.Scan(rocksdb::ReadOptions(), db.families()[2]), "a=2 c=3 ");
}

class Ingestions final : public rocksdb::EventListener {
 public:
  void OnExternalFileIngested(rocksdb::DB*,
                              const rocksdb::ExternalFileIngestionInfo& info) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen.push_back(info);
  }
  std::vector<rocksdb::ExternalFileIngestionInfo> seen;

 private:
  std::mutex mutex_;
};

CASE(ListenersAreTold) {
  const auto listener = std::make_shared<Ingestions>();
  Options options = Db::DefaultOptions();
  options.listeners.push_back(listener);
  Db db(options);
  db.Put("a", "old");
  const std::string one = MakeFile("1", {"+a", "+b"}, "1");
  const std::string two = MakeFile("2", {"+c"}, "2");
  const uint64_t before = db->GetLatestSequenceNumber();
  GOOD(db->IngestExternalFile({one, two}, IngestExternalFileOptions()));
  EQ(listener->seen.size(), size_t{2});
  EQ(listener->seen[0].cf_name, "default");
  EQ(listener->seen[0].external_file_path, one);
  EQ(listener->seen[1].external_file_path, two);
  EQ(listener->seen[0].global_seqno, before + 1);
  EQ(listener->seen[0].table_properties.num_entries, uint64_t{2});
  YES(Exists(listener->seen[0].internal_file_path));
  YES(listener->seen[0].internal_file_path != one);
}

CASE(IngestChecksums) {
  Options options = Db::DefaultOptions();
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  Db db(options);
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  rocksdb::ExternalSstFileInfo info;
  GOOD(writer.Open(Path("a")));
  GOOD(writer.Put("a", "1"));
  GOOD(writer.Finish(&info));
  IngestExternalFileArg arg;
  arg.column_family = db->DefaultColumnFamily();
  arg.external_files = {Path("a")};
  arg.options.write_global_seqno = false;
  arg.files_checksums = {info.file_checksum};
  CODE(db->IngestExternalFiles({arg}), "4/0");  // no name
  arg.files_checksum_func_names = {"another"};
  CODE(db->IngestExternalFiles({arg}), "4/0");
  arg.files_checksum_func_names = {info.file_checksum_func_name};
  arg.files_checksums = {"wrong"};
  CODE(db->IngestExternalFiles({arg}), "2/0");
  arg.files_checksums = {info.file_checksum};
  GOOD(db->IngestExternalFiles({arg}));
  EQ(db.Get("a"), "1");
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  EQ(files[0].file_checksum, info.file_checksum);
  EQ(files[0].file_checksum_func_name, info.file_checksum_func_name);
  GOOD(db->VerifyFileChecksums(rocksdb::ReadOptions()));
}

CASE(AllowIngestBehind) {
  Options options = Db::DefaultOptions();
  options.allow_ingest_behind = true;
  rocksdb::DB* db = nullptr;
  const Status s = rocksdb::DB::Open(options, Path("behind"), &db);
  DIFFERS("no-ingest-behind", s, "0/0 OK", "3/0 Not implemented: allow_ingest_behind");
  delete db;
}

CASE(SequencesOfIngestedFiles) {
  Db db;
  const uint64_t before = db->GetLatestSequenceNumber();
  GOOD(db->IngestExternalFile({MakeFile("a", {"+a"}, "1")}, IngestExternalFileOptions()));
  DIFFERS("ingestions-take-numbers", db->GetLatestSequenceNumber() - before, "0", "1");
  const uint64_t then = db->GetLatestSequenceNumber();
  GOOD(db->IngestExternalFile({MakeFile("b", {"+a"}, "2")}, IngestExternalFileOptions()));
  EQ(db->GetLatestSequenceNumber() - then, uint64_t{1});
}

CASE(ExportAndImport) {
  Db db;
  ColumnFamilyHandle* const family = db.Create("one");
  for (const char* key : {"a", "b", "c"}) GOOD(db->Put(WriteOptions(), family, key, "1"));
  GOOD(db->Flush(FlushOptions(), family));
  GOOD(db->Put(WriteOptions(), family, "b", "2"));
  GOOD(db->Delete(WriteOptions(), family, "c"));
  rocksdb::Checkpoint* checkpoint = nullptr;
  GOOD(rocksdb::Checkpoint::Create(db.get(), &checkpoint));
  const std::unique_ptr<rocksdb::Checkpoint> owned(checkpoint);
  rocksdb::ExportImportFilesMetaData* exported = nullptr;
  GOOD(db->GetEnv()->CreateDirIfMissing(Path("there")));
  CODE(checkpoint->ExportColumnFamily(family, Path("there"), &exported), "4/0");
  CODE(checkpoint->ExportColumnFamily(family, "/", &exported), "4/0");
  GOOD(checkpoint->ExportColumnFamily(family, Path("export"), &exported));
  const std::unique_ptr<rocksdb::ExportImportFilesMetaData> metadata(exported);
  EQ(metadata->db_comparator_name, "leveldb.BytewiseComparator");
  EQ(metadata->files.size(), size_t{2});
  EQ(FilesWith(Path("export"), ".sst").size(), size_t{2});
  for (const auto& file : metadata->files) {
    EQ(file.db_path, Path("export"));
    YES(Exists(file.db_path + "/" + file.name));
    EQ(file.level, 0);
    YES(file.largest_seqno > 0);
    YES(file.size > 0);
  }
  db.Put("k", "default");

  const rocksdb::ImportColumnFamilyOptions copy;
  ColumnFamilyHandle* imported = nullptr;
  rocksdb::ColumnFamilyOptions reverse;
  reverse.comparator = rocksdb::ReverseBytewiseComparator();
  CODE(db->CreateColumnFamilyWithImport(reverse, "two", copy, *metadata, &imported), "4/0");
  YES(imported == nullptr);
  rocksdb::ExportImportFilesMetaData none = *metadata;
  none.files.clear();
  CODE(db->CreateColumnFamilyWithImport(rocksdb::ColumnFamilyOptions(), "two", copy, none,
                                        &imported),
       "4/0");
  YES(imported == nullptr);
  rocksdb::ExportImportFilesMetaData missing = *metadata;
  missing.files[0].name = "/none.sst";
  CODE(db->CreateColumnFamilyWithImport(rocksdb::ColumnFamilyOptions(), "two", copy, missing,
                                        &imported),
       "5/9");
  YES(imported == nullptr);
  CODE(db->CreateColumnFamilyWithImport(rocksdb::ColumnFamilyOptions(), "one", copy, *metadata,
                                        &imported),
       "4/0");
  GOOD(db->CreateColumnFamilyWithImport(rocksdb::ColumnFamilyOptions(), "two", copy, *metadata,
                                        &imported));
  EQ(imported->GetName(), "two");
  EQ(db.Scan(rocksdb::ReadOptions(), imported), "a=1 b=2 ");
  EQ(db.Scan(rocksdb::ReadOptions(), family), "a=1 b=2 ");
  GOOD(db->Put(WriteOptions(), imported, "a", "3"));
  EQ(db.Scan(rocksdb::ReadOptions(), imported), "a=3 b=2 ");
  GOOD(db->DestroyColumnFamilyHandle(imported));
  GOOD(db.Reopen(Db::DefaultOptions(), {"default", "one", "two"}));
  EQ(db.Scan(rocksdb::ReadOptions(), db.families()[2]), "a=3 b=2 ");

  // Into another database, which has fewer numbers behind it.
  {
    Db other(Db::DefaultOptions(), "other");
    rocksdb::ImportColumnFamilyOptions move;
    imported = nullptr;
    move.move_files = true;
    GOOD(other->CreateColumnFamilyWithImport(rocksdb::ColumnFamilyOptions(), "moved", move,
                                             *metadata, &imported));
    EQ(FilesWith(Path("export"), ".sst").size(), size_t{0});
    EQ(other.Scan(rocksdb::ReadOptions(), imported), "a=1 b=2 ");
    YES(other->GetLatestSequenceNumber() >= metadata->files[0].largest_seqno);
    GOOD(other->Put(WriteOptions(), imported, "b", "4"));
    EQ(other.Scan(rocksdb::ReadOptions(), imported), "a=1 b=4 ");
    GOOD(other->DestroyColumnFamilyHandle(imported));
    GOOD(other.Reopen(Db::DefaultOptions(), {"default", "moved"}));
    EQ(other.Scan(rocksdb::ReadOptions(), other.families()[1]), "a=1 b=4 ");
  }
}

std::string Taken(char* error) {
  const std::string text = error == nullptr ? "" : error;
  free(error);
  return text;
}

CASE(IngestInC) {
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  char* error = nullptr;
  rocksdb_t* const db = rocksdb_open(options, Path("c").c_str(), &error);
  EQ(Taken(error), "");
  rocksdb_envoptions_t* const env = rocksdb_envoptions_create();
  rocksdb_sstfilewriter_t* const writer = rocksdb_sstfilewriter_create(env, options);
  error = nullptr;
  rocksdb_sstfilewriter_put(writer, "a", 1, "1", 1, &error);
  EQ(Taken(error), "Invalid argument: File is not opened");
  error = nullptr;
  const std::string path = Path("c.sst");
  rocksdb_sstfilewriter_open(writer, path.c_str(), &error);
  rocksdb_sstfilewriter_put(writer, "a", 1, "1", 1, &error);
  rocksdb_sstfilewriter_add(writer, "b", 1, "2", 1, &error);
  rocksdb_sstfilewriter_delete(writer, "c", 1, &error);
  EQ(Taken(error), "");
  error = nullptr;
  rocksdb_sstfilewriter_put(writer, "a", 1, "1", 1, &error);
  EQ(Taken(error), "Invalid argument: Keys must be added in strict ascending order.");
  error = nullptr;
  rocksdb_sstfilewriter_finish(writer, &error);
  uint64_t size = 0;
  rocksdb_sstfilewriter_file_size(writer, &size);
  EQ(size, uint64_t{ReadFile(path).size()});
  rocksdb_ingestexternalfileoptions_t* const ingest = rocksdb_ingestexternalfileoptions_create();
  rocksdb_ingestexternalfileoptions_set_move_files(ingest, 1);
  rocksdb_ingestexternalfileoptions_set_snapshot_consistency(ingest, 1);
  rocksdb_ingestexternalfileoptions_set_allow_global_seqno(ingest, 1);
  rocksdb_ingestexternalfileoptions_set_allow_blocking_flush(ingest, 1);
  rocksdb_ingestexternalfileoptions_set_ingest_behind(ingest, 0);
  const char* const files[] = {path.c_str()};
  rocksdb_ingest_external_file(db, files, 1, ingest, &error);
  EQ(Taken(error), "");
  NO(Exists(path));
  error = nullptr;
  rocksdb_readoptions_t* const read = rocksdb_readoptions_create();
  size_t length = 0;
  char* const value = rocksdb_get(db, read, "b", 1, &length, &error);
  EQ(std::string(value, length), "2");
  free(value);
  rocksdb_ingest_external_file(db, files, 1, ingest, &error);
  YES(error != nullptr);
  free(error);
  rocksdb_readoptions_destroy(read);
  rocksdb_ingestexternalfileoptions_destroy(ingest);
  rocksdb_sstfilewriter_destroy(writer);
  rocksdb_envoptions_destroy(env);
  rocksdb_close(db);
  rocksdb_options_destroy(options);
}

}  // namespace
}  // namespace conformance
