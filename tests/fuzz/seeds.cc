// Writes the binary part of the corpus: fuzz_seeds DIRECTORY makes one file per seed in
// DIRECTORY/<target>/. The same bytes each time.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "engine/base/coding.h"
#include "engine/commit/batch.h"
#include "engine/io/sim_file_system.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/manifest.h"
#include "engine/run/blob_ref.h"
#include "engine/run/file_builder.h"
#include "engine/wal/format.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/image.h"

namespace aether::fuzz {
namespace {

constexpr char kDir[] = "/d";

class Corpus {
 public:
  explicit Corpus(std::string directory) : directory_(std::move(directory)) {}
  void Add(const std::string& target, const std::string& name, const std::string& bytes) {
    const std::filesystem::path folder = std::filesystem::path(directory_) / target;
    std::filesystem::create_directories(folder);
    std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    FUZZ_CHECK(file.good(), (folder / name).string());
  }

 private:
  const std::string directory_;
};

void Must(const Status& s) { FUZZ_CHECK(s.ok(), s.ToString()); }

std::string FileOf(FileSystem* fs, const std::string& path) {
  std::string contents;
  Must(ReadFileToString(fs, path, &contents));
  return contents;
}

// --- run files ---

// Long keys and values are zeros, which cost nothing in the corpus.
enum class Shape : uint8_t { kSmall, kLarge, kSeveralLeaves, kReferences };

// To the blob file that the fuzzer of run files makes: its two values.
std::string ReferenceOf(int i) {
  BlobRef ref;
  ref.file = 3;
  ref.offset = i % 2 == 0 ? 64 : 64 + 27;
  ref.stored = i % 2 == 0 ? 27 : 24;
  ref.size = i % 2 == 0 ? 27 : 3000;
  ref.codec = i % 2 == 0 ? Codec::kNone : Codec::kLz4;
  std::string bytes;
  ref.EncodeTo(&bytes);
  return bytes;
}

std::string RunFileOf(const Comparator* order, Shape shape, Codec codec = Codec::kNone) {
  SimFileSystem fs(1);
  std::unique_ptr<WritableFile> file;
  Must(fs.NewWritableFile("/f", {}, &file));
  FileBuilderOptions options;
  options.order = order;
  options.number = 7;
  options.salt = 1;
  options.compression.codec = codec;
  FileBuilder builder(options, std::move(file), "/f");
  const bool ascending = order->bytewise();
  const int keys = shape == Shape::kSeveralLeaves ? 3 : 4;
  for (int i = 0; i < keys; ++i) {
    const char letter = static_cast<char>(ascending ? 'a' + i : 'z' - i);
    std::string key = std::string("key") + letter;
    if (shape == Shape::kLarge) key += std::string(1100, '\0');
    if (shape == Shape::kSeveralLeaves) key += std::string(1000, '\0');
    const size_t value_size = shape == Shape::kLarge && i == 1 ? 1200 : 3;
    if (shape == Shape::kReferences) {
      Must(builder.Add(key, PackTag(20, EntryType::kPutReference), ReferenceOf(i)));
    } else {
      Must(builder.Add(key, PackTag(20, EntryType::kPut), std::string(value_size, '\0')));
    }
    Must(builder.Add(key, PackTag(10 + static_cast<uint64_t>(i), EntryType::kDelete), ""));
    if (shape == Shape::kSeveralLeaves) {
      Must(builder.Add(key, PackTag(2, EntryType::kMerge), std::string(1000, '\0')));
    }
  }
  const std::string low = ascending ? "kex" : "key";
  const std::string high = ascending ? "key" : "kex";
  Must(builder.AddRangeDelete(low, high, 15));
  Must(builder.AddRangeDelete(ascending ? "a" : "z", ascending ? "z" : "a", 5));
  FileMeta meta;
  Must(builder.Finish(true, &meta));
  return FileOf(&fs, "/f");
}

std::string ExternalFile() {
  SimFileSystem fs(1);
  std::unique_ptr<WritableFile> file;
  Must(fs.NewWritableFile("/f", {}, &file));
  FileBuilderOptions options;
  options.number = 1;
  options.salt = 1;
  options.family = kNoFamily;
  options.external = kExternalVersion;
  options.session = "session";
  FileBuilder builder(options, std::move(file), "/f");
  Must(builder.Add("a", PackTag(0, EntryType::kPut), "1"));
  Must(builder.Add("b", PackTag(0, EntryType::kDelete), ""));
  Must(builder.Add("c", PackTag(0, EntryType::kMerge), "2"));
  Must(builder.AddRangeDelete("b", "d", 0));
  FileMeta meta;
  Must(builder.Finish(true, &meta));
  return FileOf(&fs, "/f");
}

void RunFiles(Corpus* corpus) {
  const auto add = [&](const char* name, char control, const std::string& file) {
    corpus->Add("run_file", name, control + EncodeImage(file));
  };
  add("small", 0, RunFileOf(BytewiseComparator(), Shape::kSmall));
  add("large", 2, RunFileOf(BytewiseComparator(), Shape::kLarge));
  add("leaves", 4, RunFileOf(BytewiseComparator(), Shape::kSeveralLeaves));
  add("reverse", 1, RunFileOf(ReverseBytewiseComparator(), Shape::kSmall));
  const std::pair<const char*, Codec> codecs[] = {{"snappy", Codec::kSnappy},
                                                  {"lz4", Codec::kLz4},
                                                  {"lz4hc", Codec::kLz4Hc},
                                                  {"zstd", Codec::kZstd},
                                                  {"zlib", Codec::kZlib}};
  for (const auto& [name, codec] : codecs) {
    add(name, 0, RunFileOf(BytewiseComparator(), Shape::kSeveralLeaves, codec));
    add((std::string(name) + "_large").c_str(), 2,
        RunFileOf(BytewiseComparator(), Shape::kLarge, codec));
  }
  add("external", 32, ExternalFile());
  add("references", 0, RunFileOf(BytewiseComparator(), Shape::kReferences));
}

// --- manifests ---

ManifestEdit EditWithFiles() {
  auto meta = std::make_shared<FileMeta>();
  meta->number = 9;
  meta->file_size = 4096;
  meta->smallest = "a";
  meta->largest = "z";
  meta->entries = 3;
  FamilyEdit family;
  family.family = 1;
  family.create = FamilyEdit::Create{"one", "leveldb.BytewiseComparator"};
  family.flushed_sequence = 12;
  family.superseding = 500;
  family.new_runs = {{0, 3}, {6, 4}};
  family.begin_merges = {{4, 6, {3}}};
  auto blob = std::make_shared<BlobMeta>();
  blob->number = 8;
  blob->file_size = 200;
  blob->salt = 1;
  blob->count = 2;
  blob->bytes = 88;
  family.add_blobs = {blob};
  meta->blobs = {{8, 1, 44}};
  family.add_files = {{3, meta}, {4, meta}};
  family.trims = {{3, 9, "k"}};
  ManifestEdit edit;
  edit.store_id = 5;
  edit.log = LogState{2, {3, 4}, 5, {{1, 3}}};
  edit.next_number = 10;
  edit.next_family = 2;
  edit.families = {family};
  return edit;
}

ManifestEdit EditThatRemoves() {
  FamilyEdit family;
  family.family = 1;
  family.remove_files = {{3, 9}};
  family.end_merges = {4};
  family.remove_runs = {3};
  FamilyEdit drop;
  drop.family = 1;
  drop.drop = true;
  ManifestEdit edit;
  edit.families = {family, drop};
  return edit;
}

void Manifests(Corpus* corpus) {
  std::string edits(1, '\1');
  for (const ManifestEdit& edit : {EditWithFiles(), EditThatRemoves()}) {
    std::string body;
    edit.EncodeTo(&body);
    PutFixed<uint16_t>(&edits, static_cast<uint16_t>(body.size()));
    edits += body;
  }
  corpus->Add("manifest", "edits", edits);

  ManifestState state;
  Must(ApplyEdit(EditWithFiles(), &state));
  SimFileSystem fs(1);
  Must(fs.CreateDir(kDir));
  std::unique_ptr<Manifest> manifest;
  Must(Manifest::Create(&fs, kDir, 1, state, &manifest));
  Must(manifest->Append(EditThatRemoves()));
  corpus->Add("manifest", "file", std::string(1, '\0') + FileOf(&fs, ManifestFileName(kDir, 1)));
}

// --- log segments ---

constexpr uint32_t kUnit = 4096;

struct Segment {
  wal::SegmentIdentity identity;
  std::string bytes;
  size_t at = 0;
  uint32_t first_unit = 0;

  Segment(uint64_t number, uint32_t epoch, size_t units)
      : identity{1, number, epoch}, bytes(units * kUnit, '\0') {
    wal::EncodeSegmentHeader(identity, kUnit, bytes.size(), bytes.data());
  }
  void Chunk(uint32_t unit, uint32_t units, uint64_t base_ticket) {
    first_unit = unit;
    at = unit == 0 ? wal::kSegmentHeaderBytes : size_t{unit} * kUnit;
    wal::EncodeChunkHeader(identity, unit, units, base_ticket, bytes.data() + at);
    at += wal::kChunkHeaderBytes;
  }
  void Record(wal::RecordType type, uint64_t ticket, SequenceNumber sequence,
              const std::string& body) {
    char* const record = bytes.data() + at;
    const uint32_t crc = wal::StoreBody(wal::ChunkSalt(identity, first_unit), body, record);
    const wal::Stamp stamp = wal::MakeStamp(crc, type, ticket, sequence);
    std::memcpy(record, &stamp, sizeof(stamp));
    at += wal::RecordBytes(body.size());
  }
};

void LogSegments(Corpus* corpus) {
  std::string batch;
  AppendPut(&batch, 0, "key", "value");
  AppendDelete(&batch, 1, "key");
  std::string anchor;
  wal::EncodeAnchor({{1, 160}}, &anchor);
  std::string skipped;
  PutFixed<uint64_t>(&skipped, 4);

  Segment old(1, 1, 2);
  old.Chunk(0, 1, 1);
  old.Record(wal::RecordType::kBatch, 1, 1, batch);
  old.Record(wal::RecordType::kAnchor, 1, 0, anchor);
  old.Chunk(1, 1, 2);
  old.Record(wal::RecordType::kBatch, 2, 3, batch);
  Segment recent(2, 2, 1);
  recent.Chunk(0, 0, 3);
  recent.Record(wal::RecordType::kBatch, 3, 5, batch);
  recent.Record(wal::RecordType::kSkip, 5, 6, skipped);
  recent.Record(wal::RecordType::kBatch, 6, 7, batch);
  recent.Record(wal::RecordType::kBatch, 8, 11, batch);

  // flags, epoch, floor (ticket, sequence), last sequence, cuts, two cuts, flushed, store
  const std::string two_epochs{4 | 2, 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1};
  corpus->Add("wal", "two_epochs", two_epochs + EncodeImage(old.bytes + recent.bytes));
  const std::string one_epoch{0, 1, 1, 2, 2, 0, 0, 0, 0, 0, 2, 1};
  corpus->Add("wal", "one_epoch", one_epoch + EncodeImage(old.bytes));
}

// --- batches and calls ---

void Batches(Corpus* corpus) {
  std::string body;
  AppendPut(&body, 0, "key", "value");
  AppendDelete(&body, 1, "key");
  AppendSingleDelete(&body, 0, "other");
  AppendMerge(&body, 0, "number", std::string(8, '\1'));
  AppendRangeDelete(&body, 1, "a", "b");
  AppendLogData(&body, "blob");
  std::string header(8, '\0');
  PutFixed<uint32_t>(&header, 5);
  corpus->Add("batch", "all_kinds", header + body);
  corpus->Add("batch", "empty", std::string(12, '\0'));
}

// Any bytes are calls; enough of them meet every kind.
void Calls(Corpus* corpus) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::minstd_rand random(seed);
    std::string bytes(static_cast<size_t>(seed) * 100, '\0');
    for (char& c : bytes) c = static_cast<char>(random() >> 8);
    corpus->Add("calls", "random" + std::to_string(seed), bytes);
  }
}

}  // namespace
}  // namespace aether::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  aether::fuzz::Corpus corpus(argv[1]);
  aether::fuzz::RunFiles(&corpus);
  aether::fuzz::Manifests(&corpus);
  aether::fuzz::LogSegments(&corpus);
  aether::fuzz::Batches(&corpus);
  aether::fuzz::Calls(&corpus);
  return 0;
}
