// Run files: opens the input as one, walks over it both ways, looks keys up, verifies it.
//
//   input := control:1 file, as in image.h      the bits of control are named below
//
// Checked besides memory: both directions meet the same entries; the range deletions that cover a
// key are those that a walk over the list finds.

#include "engine/run/run_file.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/epoch.h"
#include "engine/io/sim_file_system.h"
#include "engine/run/blob_builder.h"
#include "engine/run/leaf.h"
#include "engine/run/run_iterator.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/image.h"

namespace aether::fuzz {
namespace {

constexpr char kPath[] = "/f";
constexpr char kBlobPath[] = "/b";
constexpr uint64_t kBlobNumber = 3;  // that the runs of the corpus refer to
enum Control : uint8_t {
  kReverseOrder = 1,
  kStream = 2,
  kPrivatePages = 4,
  kChargePool = 8,
  kReferences = 16,
  kAdopted = 32,  // as a file from outside that a store gave a sequence
};
constexpr size_t kProbes = 16;

struct Pass {
  std::vector<std::pair<std::string, uint64_t>> entries;
  Status status;
};

Pass Walk(const RunFile& file, const RunReadOptions& options, bool forward) {
  Pass pass;
  const auto it = file.NewIterator(options);
  for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
       forward ? it->Next() : it->Prev()) {
    pass.entries.emplace_back(it->key().ToString(), it->tag());
    const Slice value = it->value();
    if (!it->Valid()) break;  // a large value that cannot be read
    Touch(value.data(), value.size());
    const Pin pin = it->PinValue();
  }
  pass.status = it->status();
  return pass;
}

void CheckRangeDeletes(const RunFile& file, Slice key, SequenceNumber sequence) {
  SequenceNumber newest = 0;
  for (const RangeDelete& range : file.RangeDeletes()) {
    if (range.sequence <= sequence && CompareKeys(file.order(), range.begin, key) <= 0 &&
        CompareKeys(file.order(), key, range.end) < 0) {
      newest = std::max(newest, range.sequence);
    }
  }
  FUZZ_CHECK(file.CoveringRangeDelete(key, sequence).sequence == newest, key.ToString());
}

void Probe(const RunFile& file, const RunReadOptions& options, const std::string& key,
           SequenceNumber sequence) {
  const auto visit = [](void*, const Entry& entry, const PinSource& source) {
    const Pin pin = source.Take();
    Touch(entry.key.data(), entry.key.size());
    Touch(entry.value.data(), entry.value.size());
    return true;
  };
  RunReadOptions pooled = options;
  pooled.stream = false;
  if (file.LeafCount() != 0) file.FindLeaf(key, sequence);
  file.Visit(key, sequence, pooled, visit, nullptr).Ignore();
  if (file.HasFilter()) file.MayContain(RunFile::KeyHash(key));
  file.ApproximateOffset(key);
  CheckRangeDeletes(file, key, sequence);
  const auto it = file.NewIterator(options);
  it->Seek(key, sequence);
  if (it->Valid()) Touch(it->key().data(), it->key().size());
  if (it->Valid()) it->Prev();
  it->SeekForPrev(key, sequence);
  if (it->Valid()) Touch(it->key().data(), it->key().size());
  if (it->Valid()) it->Next();
}

// Pages in the pool lie side by side, where the sanitizer sees no end. So every page that was
// accepted is decoded once more in memory of its own.
void DecodeLeaves(const RunFile& file) {
  const auto copy = std::make_unique<char[]>(kPageSize);
  for (size_t i = 0; i < file.LeafCount(); ++i) {
    EpochGuard guard;
    PageRef page;
    if (!file.Leaf(i, RunReadOptions(), &page).ok()) continue;
    std::copy_n(page.data, kPageSize, copy.get());
    const LeafView view(copy.get());
    const Slice prefix = view.prefix();
    Touch(prefix.data(), prefix.size());
    LeafRecord record;
    for (size_t slot = 0; slot < view.count(); ++slot) {
      view.Decode(slot, &record);
      if (!record.large_key) Touch(record.key_tail.data(), record.key_tail.size());
      if (!record.large_value) Touch(record.value.data(), record.value.size());
    }
  }
}

void ReadAll(const RunFile& file, const RunReadOptions& options) {
  DecodeLeaves(file);
  const Pass forward = Walk(file, options, true);
  Pass backward = Walk(file, options, false);
  if (forward.status.ok() && backward.status.ok()) {
    std::reverse(backward.entries.begin(), backward.entries.end());
    FUZZ_CHECK(forward.entries == backward.entries,
               std::to_string(forward.entries.size()) + " entries forward, " +
                   std::to_string(backward.entries.size()) + " backward");
  }
  Probe(file, options, "", kMaxSequence);
  const size_t step = forward.entries.size() / kProbes + 1;
  for (size_t i = 0; i < forward.entries.size(); i += step) {
    const auto& [key, tag] = forward.entries[i];
    Probe(file, options, key, TagSequence(tag));
    Probe(file, options, key, kMaxSequence);
    Probe(file, options, key + '\0', 0);
    if (!key.empty()) Probe(file, options, key.substr(0, key.size() - 1), kMaxSequence);
  }
  for (const RangeDelete& range : file.RangeDeletes()) {
    CheckRangeDeletes(file, range.begin, kMaxSequence);
    CheckRangeDeletes(file, range.begin, range.sequence);
    CheckRangeDeletes(file, range.end, kMaxSequence);
  }
  for (size_t part = 0; part < 4; ++part) file.SplitKey(part, 4);
  file.VerifyChecksums().Ignore();
}

// The blob file next to the run: what its references lead to, wherever that is.
std::shared_ptr<BlobFile> MakeBlobFile(SimFileSystem* fs) {
  std::unique_ptr<WritableFile> written;
  FUZZ_CHECK(fs->NewWritableFile(kBlobPath, {}, &written).ok(), kBlobPath);
  BlobBuilderOptions options;
  options.number = kBlobNumber;
  options.codec = Codec::kLz4;
  BlobBuilder builder(options, std::move(written), kBlobPath);
  BlobRef ref;
  FUZZ_CHECK(builder.Add("a value that stays as it is", &ref).ok(), kBlobPath);
  FUZZ_CHECK(builder.Add(std::string(3000, 'c'), &ref).ok(), kBlobPath);
  BlobMeta meta;
  FUZZ_CHECK(builder.Finish(true, &meta).ok(), kBlobPath);
  return std::make_shared<BlobFile>(fs, kBlobPath, meta, false);
}

void Try(const uint8_t* data, size_t size) {
  static const std::shared_ptr<Pool> pool = Pool::New(size_t{4} << 20);
  Input input(data, size);
  const uint8_t control = input.Byte();
  const std::string bytes = DecodeImage(input.Rest());

  SimFileSystem fs(1);
  std::unique_ptr<WritableFile> written;
  FUZZ_CHECK(fs.NewWritableFile(kPath, {}, &written).ok(), kPath);
  FUZZ_CHECK(written->Append(bytes).ok(), kPath);
  written.reset();

  RunFileOptions options;
  if ((control & kReverseOrder) != 0) options.order = ReverseBytewiseComparator();
  options.charge_pool = (control & kChargePool) != 0;
  options.blobs = {MakeBlobFile(&fs)};
  options.blob_cache = std::make_shared<BlobCache>(pool);
  std::unique_ptr<RunFile> file;
  if (!RunFile::Open(&fs, kPath, nullptr, pool, options, &file).ok()) return;
  if ((control & kAdopted) != 0) {
    FileMeta adopted = file->Meta();
    adopted.given_sequence = adopted.smallest_sequence = adopted.largest_sequence = 77;
    adopted.points_only = adopted.entries > 0;
    if (adopted.points_only) adopted.range_deletes = 0;
    file.reset();
    if (!RunFile::Open(&fs, kPath, &adopted, pool, options, &file).ok()) return;
    FUZZ_CHECK(file->RangeDeletes().empty() || !adopted.points_only, kPath);
  }
  RunReadOptions read;
  read.stream = (control & kStream) != 0;
  read.fill_cache = (control & kPrivatePages) == 0;
  read.references = (control & kReferences) != 0;
  ReadAll(*file, read);
}

}  // namespace
}  // namespace aether::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return aether::fuzz::MutateImage(data, size, max_size, seed, 1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::fuzz::Try(data, size);
  return 0;
}
