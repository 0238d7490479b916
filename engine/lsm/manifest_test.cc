#include "engine/lsm/manifest.h"

#include <gtest/gtest.h>

#include "engine/io/sim_file_system.h"
#include "engine/lsm/file_names.h"

namespace aether {
namespace {

std::shared_ptr<const FileMeta> Meta(uint64_t number, const std::string& from,
                                     const std::string& to) {
  auto meta = std::make_shared<FileMeta>();
  meta->number = number;
  meta->file_size = 4096;
  meta->smallest = from;
  meta->largest = to;
  meta->entries = 3;
  return meta;
}

ManifestEdit CreateFamily(uint32_t id, const std::string& name) {
  FamilyEdit family;
  family.family = id;
  family.create = FamilyEdit::Create{name, "leveldb.BytewiseComparator"};
  ManifestEdit edit;
  edit.families.push_back(family);
  return edit;
}

class ManifestTest : public ::testing::Test {
 protected:
  ManifestTest() : fs_(5) {
    EXPECT_TRUE(CreateDirDurably(&fs_, "/db").ok());
    EXPECT_TRUE(ApplyEdit(CreateFamily(0, "default"), &state_).ok());
  }
  std::string Contents() {
    std::string contents;
    EXPECT_TRUE(ReadFileToString(&fs_, "/db/MANIFEST-000003", &contents).ok());
    return contents;
  }
  void Replace(const std::string& contents) {
    ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/db/MANIFEST-000003", contents).ok());
  }
  Status Read(ManifestState* state) {
    uint64_t number = 0;
    return Manifest::Read(&fs_, "/db", state, &number);
  }

  SimFileSystem fs_;
  ManifestState state_;
};

TEST_F(ManifestTest, EditsAddUp) {
  state_.store_id = 77;
  std::unique_ptr<Manifest> manifest;
  ASSERT_TRUE(Manifest::Create(&fs_, "/db", 3, state_, &manifest).ok());
  FamilyEdit family;
  family.flushed_sequence = 99;
  family.superseding = 320;
  family.new_runs = {{0, 10}, {2, 11}};
  family.add_files = {{10, Meta(20, "a", "m")}, {10, Meta(21, "n", "z")}};
  ManifestEdit edit;
  edit.next_number = 30;
  edit.families.push_back(family);
  ASSERT_TRUE(manifest->Append(edit).ok());
  FamilyEdit merge;
  merge.new_runs = {{3, 12}};
  merge.begin_merges = {{12, 3, {10, 11}}};
  merge.remove_files = {{10, 20}};
  merge.add_files = {{12, Meta(22, "a", "p")}};
  merge.trims = {{10, 21, "p"}};
  ManifestEdit second;
  second.families.push_back(merge);
  ASSERT_TRUE(manifest->Append(second).ok());

  const auto expect_all = [](ManifestState& state) {
    EXPECT_EQ(state.store_id, 77u);
    EXPECT_EQ(state.next_number, 30u);
    FamilyState& f = state.families.at(0);
    EXPECT_EQ(f.flushed_sequence, 99u);
    EXPECT_EQ(f.superseding, 320u);
    ASSERT_EQ(f.levels[0].size(), 1u);
    ASSERT_EQ(f.levels[0][0].files.size(), 1u);
    EXPECT_EQ(*f.levels[0][0].files[0].trim, "p");
    ASSERT_EQ(f.merges.size(), 1u);
    EXPECT_EQ(f.merges[0].input_runs, (std::vector<uint64_t>{10, 11}));
  };
  ManifestState read;
  ASSERT_TRUE(Read(&read).ok());
  expect_all(read);

  ManifestState copy;
  ASSERT_TRUE(ApplyEdit(SnapshotOf(read), &copy).ok());
  expect_all(copy);
  std::string a;
  std::string b;
  SnapshotOf(read).EncodeTo(&a);
  SnapshotOf(copy).EncodeTo(&b);
  EXPECT_EQ(a, b);
}

TEST_F(ManifestTest, EditsThatDoNotFitAreRefused) {
  FamilyEdit family;
  family.remove_runs = {4};
  ManifestEdit edit;
  edit.families.push_back(family);
  EXPECT_TRUE(ApplyEdit(edit, &state_).IsCorruption());
  edit.families[0] = FamilyEdit();
  edit.families[0].family = 8;
  EXPECT_TRUE(ApplyEdit(edit, &state_).IsCorruption());
}

TEST_F(ManifestTest, BlobFilesLiveAsLongAsRunsReferToThem) {
  const auto blob = [](uint64_t number) {
    auto meta = std::make_shared<BlobMeta>();
    meta->number = number;
    meta->file_size = 1112;
    meta->salt = 3;
    meta->count = 10;
    meta->bytes = 1000;
    return meta;
  };
  const auto referring = [](uint64_t number, std::vector<BlobUse> blobs) {
    auto meta = std::make_shared<FileMeta>();
    meta->number = number;
    meta->entries = 9;
    meta->blobs = std::move(blobs);
    return meta;
  };
  const auto apply = [this](FamilyEdit family) {
    ManifestEdit edit;
    edit.families.push_back(std::move(family));
    std::string bytes;
    edit.EncodeTo(&bytes);
    ManifestEdit decoded;
    AETHER_RETURN_IF_ERROR(decoded.DecodeFrom(bytes));
    return ApplyEdit(decoded, &state_);
  };
  auto& blobs = state_.families.at(0).blobs;

  FamilyEdit flush;
  flush.new_runs = {{0, 10}};
  flush.add_blobs = {blob(30), blob(31), blob(32)};
  flush.add_files = {{10, referring(20, {{30, 4, 400}})},
                     {10, referring(21, {{30, 6, 600}, {31, 10, 1000}})}};
  ASSERT_TRUE(apply(flush).ok());
  ASSERT_EQ(blobs.size(), 2u) << "nothing refers to the third";
  EXPECT_EQ(blobs.at(30).live_bytes, 1000u);
  EXPECT_EQ(blobs.at(30).live_count, 10u);
  EXPECT_EQ(blobs.at(30).garbage_bytes(), 0u);
  EXPECT_EQ(blobs.at(30).meta->file_size, 1112u);
  EXPECT_EQ(blobs.at(30).meta->salt, 3u);

  ManifestState copy;
  ASSERT_TRUE(ApplyEdit(SnapshotOf(state_), &copy).ok());
  EXPECT_EQ(copy.families.at(0).blobs.at(30).live_bytes, 1000u);
  EXPECT_EQ(copy.families.at(0).blobs.at(31).files, 1u);

  FamilyEdit merge;
  merge.new_runs = {{1, 11}};
  merge.begin_merges = {{11, 1, {10}}};
  merge.remove_files = {{10, 20}};
  merge.add_files = {{11, referring(22, {{30, 1, 100}})}};
  ASSERT_TRUE(apply(merge).ok());
  EXPECT_EQ(blobs.at(30).garbage_bytes(), 300u);

  FamilyEdit end;
  end.end_merges = {11};
  end.remove_runs = {10};
  ASSERT_TRUE(apply(end).ok());
  ASSERT_EQ(blobs.size(), 1u);
  EXPECT_EQ(blobs.at(30).live_count, 1u);
  EXPECT_EQ(blobs.at(30).garbage_bytes(), 900u);

  FamilyEdit unknown;
  unknown.add_files = {{11, referring(23, {{31, 1, 1}})}};
  EXPECT_TRUE(apply(unknown).IsCorruption());
}

TEST_F(ManifestTest, ACutTailIsAnEditThatNeverWas) {
  std::unique_ptr<Manifest> manifest;
  ASSERT_TRUE(Manifest::Create(&fs_, "/db", 3, state_, &manifest).ok());
  const size_t whole = Contents().size();
  ASSERT_TRUE(manifest->Append(CreateFamily(1, "one")).ok());
  const std::string contents = Contents();
  for (size_t n = whole; n < contents.size(); ++n) {
    Replace(contents.substr(0, n));
    ManifestState read;
    ASSERT_TRUE(Read(&read).ok()) << n;
    EXPECT_EQ(read.families.size(), 1u);
  }
  for (size_t n = 0; n < whole; ++n) {
    Replace(contents.substr(0, n));
    ManifestState read;
    ASSERT_FALSE(Read(&read).ok()) << n;
  }
}

TEST_F(ManifestTest, FlippedBitsAreReportedWhereverTheyAre) {
  std::unique_ptr<Manifest> manifest;
  ASSERT_TRUE(Manifest::Create(&fs_, "/db", 3, state_, &manifest).ok());
  ASSERT_TRUE(manifest->Append(CreateFamily(1, "one")).ok());
  ASSERT_TRUE(manifest->Append(CreateFamily(2, "two")).ok());
  const std::string contents = Contents();
  // The greeting is for RocksDB; what follows its 7-byte frame and text is ours.
  for (size_t i = 7; i < contents.size(); ++i) {
    std::string damaged = contents;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    Replace(damaged);
    ManifestState read;
    const Status s = Read(&read);
    if (s.ok()) {
      EXPECT_EQ(read.families.size(), 3u) << i;
    } else {
      EXPECT_NE(s.message().find("MANIFEST-000003"), std::string::npos) << s.ToString();
    }
  }
}

TEST_F(ManifestTest, ADirectoryOfRocksDbIsNamedAsSuch) {
  // A version edit with RocksDB's own comparator: crc, length 28, type 1, tag 1, name.
  const std::string name = "leveldb.BytewiseComparator";
  std::string theirs("\0\0\0\0\x1c\0\x01\x01\x1a", 9);
  theirs += name;
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/db/MANIFEST-000003", theirs).ok());
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/db/CURRENT", "MANIFEST-000003\n").ok());
  ManifestState read;
  const Status s = Read(&read);
  EXPECT_TRUE(s.IsNotSupported());
  EXPECT_NE(s.message().find("docs/migration.md"), std::string::npos);
}

TEST_F(ManifestTest, AFailedAppendStopsTheManifest) {
  std::unique_ptr<Manifest> manifest;
  ASSERT_TRUE(Manifest::Create(&fs_, "/db", 3, state_, &manifest).ok());
  SimFault fault;
  fault.io = kSimSync;
  fs_.AddFault(fault);
  EXPECT_FALSE(manifest->Append(CreateFamily(1, "one")).ok());
  EXPECT_FALSE(manifest->Append(CreateFamily(2, "two")).ok());
}

TEST(FileNamesTest, NamesAndNumbers) {
  uint64_t number = 0;
  EXPECT_EQ(RunFileName("/d", 7), "/d/000007.sst");
  EXPECT_EQ(ParseFileName("000007.sst", &number), FileKind::kRun);
  EXPECT_EQ(number, 7u);
  EXPECT_EQ(ParseFileName("1234567.log", &number), FileKind::kLog);
  EXPECT_EQ(number, 1234567u);
  EXPECT_EQ(ParseFileName("MANIFEST-000009", &number), FileKind::kManifest);
  EXPECT_EQ(ParseFileName("photo.sst", &number), FileKind::kOther);
  EXPECT_EQ(ParseFileName(".sst", &number), FileKind::kOther);
}

}  // namespace
}  // namespace aether
