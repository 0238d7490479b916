// Table files that applications write and read by themselves: SstFileWriter, SstFileReader.
#include <rocksdb/comparator.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/unique_id.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

using rocksdb::EnvOptions;
using rocksdb::ExternalSstFileInfo;
using rocksdb::Options;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::SstFileReader;
using rocksdb::SstFileWriter;

std::string Path(const std::string& name) { return Directory() + "/" + name; }

std::string ScanFile(SstFileReader* reader, ReadOptions read = ReadOptions()) {
  std::string text;
  const std::unique_ptr<rocksdb::Iterator> it(reader->NewIterator(read));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

CASE(WriterStates) {
  const Options options;
  SstFileWriter writer(EnvOptions(), options);
  EQ(writer.FileSize(), uint64_t{0});
  EQ(writer.Put("a", "1"), "4/0 Invalid argument: File is not opened");
  EQ(writer.Put("a", "1"), "4/0 Invalid argument: File is not opened");
  EQ(writer.Merge("a", "1"), "4/0 Invalid argument: File is not opened");
  EQ(writer.Delete("a"), "4/0 Invalid argument: File is not opened");
  EQ(writer.DeleteRange("a", "b"), "4/0 Invalid argument: File is not opened");
  EQ(writer.Finish(), "4/0 Invalid argument: File is not opened");
  CODE(writer.Open(Path("no/such/directory")), "5/9");
  GOOD(writer.Open(Path("a.sst")));
  EQ(writer.Finish(), "4/0 Invalid argument: Cannot create sst file with no entries");
  GOOD(writer.Put("a", "1"));
  ExternalSstFileInfo info;
  GOOD(writer.Finish(&info));
  EQ(info.file_path, Path("a.sst"));
  EQ(info.smallest_key, "a");
  EQ(info.largest_key, "a");
  EQ(info.num_entries, uint64_t{1});
  EQ(info.num_range_del_entries, uint64_t{0});
  EQ(info.sequence_number, uint64_t{0});
  EQ(info.version, 2);
  EQ(info.file_checksum, "");
  EQ(info.file_checksum_func_name, rocksdb::kUnknownFileChecksumFuncName);
  EQ(info.file_size, uint64_t{ReadFile(info.file_path).size()});
  EQ(writer.FileSize(), info.file_size);
  EQ(writer.Put("b", "1"), "4/0 Invalid argument: File is not opened");
  EQ(writer.Finish(), "4/0 Invalid argument: File is not opened");
  // One writer makes several files.
  GOOD(writer.Open(Path("b.sst")));
  GOOD(writer.Put("a", "2"));
  GOOD(writer.Finish());
  YES(Exists(Path("b.sst")));
  // What is there is replaced.
  GOOD(writer.Open(Path("b.sst")));
  GOOD(writer.Put("b", "3"));
  GOOD(writer.Finish());
  SstFileReader reader(options);
  GOOD(reader.Open(Path("b.sst")));
  EQ(ScanFile(&reader), "b=3 ");
}

CASE(WriterOrder) {
  SstFileWriter writer{EnvOptions(), Options()};
  GOOD(writer.Open(Path("a.sst")));
  GOOD(writer.Put("b", "1"));
  EQ(writer.Put("b", "2"), "4/0 Invalid argument: Keys must be added in strict ascending order.");
  EQ(writer.Put("a", "2"), "4/0 Invalid argument: Keys must be added in strict ascending order.");
  EQ(writer.Merge("b", "2"), "4/0 Invalid argument: Keys must be added in strict ascending order.");
  EQ(writer.Delete("b"), "4/0 Invalid argument: Keys must be added in strict ascending order.");
  GOOD(writer.Delete("c"));
  GOOD(writer.Put("d", ""));
  DIFFERS("empty-ranges-are-not-written", writer.DeleteRange("z", "y"), "0/0 OK",
          "4/0 Invalid argument: end key comes before start key");
  GOOD(writer.DeleteRange("y", "z"));
  GOOD(writer.DeleteRange("a", "c"));
  GOOD(writer.DeleteRange("k", "k"));
  ExternalSstFileInfo info;
  GOOD(writer.Finish(&info));
  EQ(info.smallest_key, "b");
  EQ(info.largest_key, "d");
  EQ(info.num_entries, uint64_t{3});
  DIFFERS("empty-ranges-are-not-written", info.num_range_del_entries, "4", "2");
  EQ(info.smallest_range_del_key, "a");
  EQ(info.largest_range_del_key, "z");
}

CASE(WriterRangesAlone) {
  SstFileWriter writer{EnvOptions(), Options()};
  GOOD(writer.Open(Path("a.sst")));
  GOOD(writer.DeleteRange("a", "c"));
  ExternalSstFileInfo info;
  GOOD(writer.Finish(&info));
  EQ(info.smallest_key, "");
  EQ(info.largest_key, "");
  EQ(info.num_entries, uint64_t{0});
  EQ(info.num_range_del_entries, uint64_t{1});
  EQ(info.smallest_range_del_key + info.largest_range_del_key, "ac");
}

CASE(WriterTimestamps) {
  SstFileWriter writer{EnvOptions(), Options()};
  GOOD(writer.Open(Path("a.sst")));
  EQ(writer.Put("a", "12345678", "v"), "4/0 Invalid argument: Timestamp size mismatch");
  EQ(writer.Delete("a", "12345678"), "4/0 Invalid argument: Timestamp size mismatch");
  EQ(writer.DeleteRange("a", "b", "12345678"), "4/0 Invalid argument: Timestamp size mismatch");
}

CASE(WriterOtherOrder) {
  Options options;
  options.comparator = rocksdb::ReverseBytewiseComparator();
  SstFileWriter writer(EnvOptions(), options);
  GOOD(writer.Open(Path("a.sst")));
  GOOD(writer.Put("b", "1"));
  CODE(writer.Put("c", "1"), "4/0");
  GOOD(writer.Put("a", "1"));
  GOOD(writer.Finish());
  SstFileReader reader(options);
  GOOD(reader.Open(Path("a.sst")));
  EQ(ScanFile(&reader), "b=1 a=1 ");
  // The order may also be given apart from the options.
  SstFileWriter apart(EnvOptions(), Options(), rocksdb::ReverseBytewiseComparator());
  GOOD(apart.Open(Path("b.sst")));
  GOOD(apart.Put("b", "1"));
  GOOD(apart.Put("a", "1"));
  GOOD(apart.Finish());
}

CASE(WriterChecksums) {
  Options options;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  SstFileWriter writer(EnvOptions(), options);
  GOOD(writer.Open(Path("a.sst")));
  GOOD(writer.Put("a", "1"));
  ExternalSstFileInfo info;
  GOOD(writer.Finish(&info));
  EQ(info.file_checksum_func_name, "FileChecksumCrc32c");
  EQ(info.file_checksum.size(), size_t{4});
}

CASE(ReaderShowsWhatIsThere) {
  const Options options;
  SstFileWriter writer(EnvOptions(), options);
  GOOD(writer.Open(Path("a.sst")));
  for (int i = 0; i < 1000; ++i) {
    char key[16];
    snprintf(key, sizeof(key), "key%05d", i);
    if (i % 10 == 3) {
      GOOD(writer.Delete(key));
    } else {
      GOOD(writer.Put(key, std::to_string(i)));
    }
  }
  GOOD(writer.DeleteRange("key00500", "key00600"));
  GOOD(writer.Finish());

  SstFileReader reader(options);
  CODE(reader.Open(Path("none.sst")), "5/9");
  GOOD(reader.Open(Path("a.sst")));
  GOOD(reader.VerifyChecksum());
  const std::unique_ptr<rocksdb::Iterator> it(reader.NewIterator(ReadOptions()));
  int keys = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++keys;
  EQ(keys, 900);
  GOOD(it->status());
  it->Seek("key00003");
  EQ(At(*it), "key00004=4");
  it->SeekForPrev("key00003");
  EQ(At(*it), "key00002=2");
  it->SeekToLast();
  EQ(At(*it), "key00999=999");
  it->Prev();
  EQ(At(*it), "key00998=998");
  it->Seek("key00550");
  EQ(At(*it), "key00550=550");
  it->Seek("z");
  EQ(At(*it), "end");
  ReadOptions bounded;
  const Slice lower("key00010");
  const Slice upper("key00012");
  bounded.iterate_lower_bound = &lower;
  bounded.iterate_upper_bound = &upper;
  EQ(ScanFile(&reader, bounded), "key00010=10 key00011=11 ");

  const auto props = reader.GetTableProperties();
  DIFFERS("range-deletions-are-no-entries", props->num_entries, "1001", "1000");
  DIFFERS("range-deletions-are-no-entries", props->num_deletions, "101", "100");
  EQ(props->num_range_deletions, uint64_t{1});
  EQ(props->comparator_name, rocksdb::BytewiseComparator()->Name());
  EQ(props->column_family_name, "");
  EQ(props->column_family_id, uint64_t{0x7fffffff});
  EQ(props->user_collected_properties.count("rocksdb.external_sst_file.version"), size_t{1});
  EQ(props->user_collected_properties.count("rocksdb.external_sst_file.global_seqno"), size_t{1});
  EQ(Slice(props->user_collected_properties.at("rocksdb.external_sst_file.version")).ToString(true),
     "02000000");
  EQ(props->db_id, "SST Writer");
  EQ(props->db_session_id.size(), size_t{20});
  EQ(props->orig_file_number, uint64_t{1});

  GOOD(rocksdb::VerifySstFileChecksum(options, EnvOptions(), Path("a.sst")));
}

CASE(ReaderMergesOperands) {
  Options options;
  GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappend",
                                                &options.merge_operator));
  SstFileWriter writer(EnvOptions(), options);
  GOOD(writer.Open(Path("a.sst")));
  GOOD(writer.Merge("a", "1"));
  GOOD(writer.Merge("b", "2"));
  GOOD(writer.Finish());
  SstFileReader reader(options);
  GOOD(reader.Open(Path("a.sst")));
  EQ(ScanFile(&reader), "a=1 b=2 ");
  EQ(reader.GetTableProperties()->num_merge_operands, uint64_t{2});
}

CASE(ReaderReadsFilesOfADatabase) {
  Db db;
  GOOD(db->Put(rocksdb::WriteOptions(), "a", "1"));
  GOOD(db->Put(rocksdb::WriteOptions(), "b", "1"));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  EQ(files.size(), size_t{1});
  SstFileReader reader{Options()};
  GOOD(reader.Open(files[0].db_path + files[0].name));
  EQ(ScanFile(&reader), "a=1 b=1 ");
  GOOD(reader.VerifyChecksum());
  EQ(reader.GetTableProperties()->user_collected_properties.count(
         "rocksdb.external_sst_file.version"),
     size_t{0});
}

CASE(ReaderRefusesWhatIsNoTable) {
  WriteFile(Path("empty"), "");
  WriteFile(Path("text"), std::string(1000, 'x'));
  SstFileReader reader{Options()};
  CODE(reader.Open(Path("empty")), "2/0");
  CODE(reader.Open(Path("text")), "2/0");
  SstFileWriter writer{EnvOptions(), Options()};
  GOOD(writer.Open(Path("good")));
  std::string value(1000, 'v');
  for (char c = 'a'; c <= 'z'; ++c) GOOD(writer.Put(std::string(1, c), value));
  GOOD(writer.Finish());
  std::string bytes = ReadFile(Path("good"));
  WriteFile(Path("short"), bytes.substr(0, bytes.size() / 2));
  CODE(reader.Open(Path("short")), "2/0");
  bytes[300] = static_cast<char>(bytes[300] ^ 4);
  WriteFile(Path("damaged"), bytes);
  GOOD(reader.Open(Path("damaged")));
  CODE(reader.VerifyChecksum(), "2/0");
  GOOD(reader.Open(Path("good")));
  GOOD(reader.VerifyChecksum());
}

CASE(UniqueIds) {
  SstFileWriter writer{EnvOptions(), Options()};
  std::string ids[2];
  for (int i = 0; i < 2; ++i) {
    const std::string path = Path(std::to_string(i));
    GOOD(writer.Open(path));
    GOOD(writer.Put("a", "1"));
    GOOD(writer.Finish());
    SstFileReader reader{Options()};
    GOOD(reader.Open(path));
    GOOD(rocksdb::GetUniqueIdFromTableProperties(*reader.GetTableProperties(), &ids[i]));
    EQ(ids[i].size(), size_t{16});
    std::string extended;
    GOOD(rocksdb::GetExtendedUniqueIdFromTableProperties(*reader.GetTableProperties(), &extended));
    EQ(extended.size(), size_t{24});
    EQ(extended.substr(0, 16), ids[i]);
    EQ(rocksdb::UniqueIdToHumanString(extended).size(), size_t{50});
  }
  YES(ids[0] != ids[1]);
  rocksdb::TableProperties nothing;
  std::string id = "x";
  CODE(rocksdb::GetUniqueIdFromTableProperties(nothing, &id), "3/0");
}

}  // namespace
}  // namespace conformance
