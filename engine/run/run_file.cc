#include "engine/run/run_file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/epoch.h"
#include "engine/io/clock.h"
#include "engine/run/format.h"
#include "engine/run/page_batch.h"
#include "engine/run/run_iterator.h"

namespace aether {

using namespace run_format;

namespace {

// Keeps the last large key that a search compared with.
class PoolKeyReader final : public LargeKeyReader {
 public:
  PoolKeyReader(const RunFile* file, const RunReadOptions& options)
      : file_(file), options_(options) {}
  Status ReadLargeKey(const Extent& extent, Slice* key) override {
    AETHER_RETURN_IF_ERROR(file_->ReadExtent(extent, options_, &ref_));
    *key = Slice(ref_.data, extent.bytes);
    return Status::OK();
  }

 private:
  const RunFile* const file_;
  const RunReadOptions& options_;
  PageRef ref_;
};

// The numbers that end the table files of RocksDB: block-based ones, plain ones, cuckoo tables, and
// the first two as LevelDB's time had them.
bool IsRocksTable(uint64_t magic) {
  for (const uint64_t known : {0x88e241b785f4cff7u, 0x8242229663bf9564u, 0x926789d0c5f17873u,
                               0xdb4775248b80fb57u, 0x4f3418eb7a8f13b8u}) {
    if (magic == known) return true;
  }
  return false;
}

// A key as it may stand in a message: no control characters, not too long.
std::string Readable(Slice key) {
  constexpr size_t kLongest = 40;
  std::string text;
  for (size_t i = 0; i < std::min(key.size(), kLongest); ++i) {
    const char c = key[i];
    if (c > ' ' && c < 0x7f && c != '\\') {
      text += c;
    } else {
      char hex[8];
      std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(c));
      text += hex;
    }
  }
  return key.size() > kLongest ? text + "..." : text;
}

}  // namespace

RunFile::RunFile(std::string path, std::shared_ptr<Pool> pool, const RunFileOptions& options)
    : path_(std::move(path)), pool_(std::move(pool)), options_(options) {}

RunFile::~RunFile() {
  if (swips_ != nullptr) pool_->Forget(swips_.get(), LeafCount(), false);
  if (extent_swips_ != nullptr) pool_->Forget(extent_swips_.get(), meta_.extents, true);
  if (charged_ != 0) pool_->Uncharge(charged_);
}

Status RunFile::Corrupt(uint64_t offset, const std::string& what) const {
  const std::string owner = options_.owner.empty() ? "" : ", column family " + options_.owner;
  return Status::Corruption(path_ + ": offset " + std::to_string(offset) + ": " + what + owner);
}

Status RunFile::CorruptLeaf(size_t index, const std::string& what) const {
  const Slice begin = index == 0 ? Slice(meta_.smallest) : fences_.Key(index);
  const std::string end = index + 1 < fences_.size() ? Readable(fences_.Key(index + 1)) + ")"
                                                     : Readable(meta_.largest) + "]";
  return Corrupt(LeafOffset(index), what + ", keys [" + Readable(begin) + ", " + end);
}

Status RunFile::ReadExact(uint64_t offset, size_t n, char* to) const {
  Slice got;
  AETHER_RETURN_IF_ERROR(file_->ReadAt(offset, n, to, &got));
  if (got.size() != n) return CutOff(offset, n, got.size());
  if (got.data() != to) std::memcpy(to, got.data(), n);
  return Status::OK();
}

Status RunFile::CutOff(uint64_t offset, size_t wanted, size_t got) const {
  return Corrupt(offset, "the file ends after " + std::to_string(offset + got) + " bytes, " +
                             std::to_string(offset + wanted) + " are needed");
}

Status RunFile::OpenStream(std::unique_ptr<RandomReadFile>* own,
                           const RandomReadFile** file) const {
  *file = file_.get();
  if (!options_.direct_streams || file_->direct()) return Status::OK();
  ReadFileOptions read_options;
  read_options.direct = true;
  AETHER_RETURN_IF_ERROR(fs_->NewRandomReadFile(path_, read_options, own));
  *file = own->get();
  return Status::OK();
}

// --- opening ---

Status RunFile::Open(FileSystem* fs, const std::string& path, const FileMeta* expected,
                     std::shared_ptr<Pool> pool, const RunFileOptions& options,
                     std::unique_ptr<RunFile>* out) {
  std::unique_ptr<RunFile> file(new RunFile(path, std::move(pool), options));
  AETHER_RETURN_IF_ERROR(file->Load(fs, expected));
  *out = std::move(file);
  return Status::OK();
}

Status RunFile::ReadMeta(FileSystem* fs, const std::string& path, FileMeta* meta) {
  RunFile file(path, nullptr, RunFileOptions());
  Description description;
  AETHER_RETURN_IF_ERROR(file.LoadDescription(fs, &description));
  *meta = std::move(file.meta_);
  return Status::OK();
}

Status RunFile::LoadDescription(FileSystem* fs, Description* description) {
  fs_ = fs;
  ReadFileOptions read_options;
  read_options.direct = options_.direct_reads;
  read_options.pattern = AccessPattern::kRandom;
  AETHER_RETURN_IF_ERROR(fs->NewRandomReadFile(path_, read_options, &file_));
  uint64_t size = 0;
  AETHER_RETURN_IF_ERROR(file_->Size(&size));
  description->file_size = size;
  if (size < kFooterSize) return Corrupt(size, "too short for a run file");

  std::string tail(std::min<uint64_t>(size, kPageSize), '\0');
  AETHER_RETURN_IF_ERROR(ReadExact(size - tail.size(), tail.size(), tail.data()));
  const uint64_t footer_offset = size - kFooterSize;
  const char* footer = tail.data() + tail.size() - kFooterSize;
  if (LoadFixed<uint64_t>(footer) != kMagic) {
    if (IsRocksTable(LoadFixed<uint64_t>(footer + kFooterSize - sizeof(uint64_t)))) {
      return Status::NotSupported(path_ +
                                  ": this is a table file of RocksDB, not of Aether; "
                                  "docs/migration.md says how to move its data");
    }
    return Corrupt(footer_offset, "not a run file of this engine, or cut off (no magic number)");
  }
  if (!ChecksumPasses(LoadFixed<uint64_t>(footer + 40), Hash64(footer, 40))) {
    return Corrupt(footer_offset, "checksum mismatch in the footer");
  }
  const auto version = LoadFixed<uint32_t>(footer + 8);
  if (version > kVersion || version == 0) {
    return Status::NotSupported(path_ + ": run format version " + std::to_string(version) +
                                ", this build reads versions 1 to " + std::to_string(kVersion));
  }
  const uint64_t meta_size = LoadFixed<uint32_t>(footer + 12);
  const auto meta_offset = LoadFixed<uint64_t>(footer + 16);
  const auto salt = LoadFixed<uint64_t>(footer + 24);
  description->meta_offset = meta_offset;
  if (meta_offset > footer_offset || meta_size != footer_offset - meta_offset) {
    return Corrupt(footer_offset, "the footer does not fit the size of the file");
  }
  description->block.assign(meta_size, '\0');
  AETHER_RETURN_IF_ERROR(ReadExact(meta_offset, meta_size, description->block.data()));
  if (!ChecksumPasses(LoadFixed<uint64_t>(footer + 32),
                      Hash64(description->block.data(), meta_size, Seed(salt, meta_offset)))) {
    return Corrupt(meta_offset, "checksum mismatch in the description of the file");
  }
  description->rest = Slice(description->block);
  if (Status s = meta_.DecodeFrom(&description->rest); !s.ok()) return s.WithContext(path_);
  meta_.file_size = size;
  const bool packed = meta_.codec != Codec::kNone;
  if (meta_.salt != salt || (packed && version == 1) || meta_.data_bytes > meta_offset ||
      meta_.leaves > meta_.data_bytes / (packed ? kMinStoredLeaf : kPageSize) ||
      meta_.extents > meta_.data_bytes / 2 || (meta_.leaves == 0) != (meta_.entries == 0)) {
    return Corrupt(meta_offset, "the description of the file contradicts itself");
  }
  return Status::OK();
}

Status RunFile::Load(FileSystem* fs, const FileMeta* expected) {
  Description description;
  Status s = LoadDescription(fs, &description);
  if (expected != nullptr && description.file_size != 0 &&
      expected->file_size != description.file_size) {
    return Corrupt(description.file_size, "the file has " + std::to_string(description.file_size) +
                                              " bytes, the manifest says " +
                                              std::to_string(expected->file_size));
  }
  AETHER_RETURN_IF_ERROR(s);
  const uint64_t meta_offset = description.meta_offset;
  Slice input = description.rest;
  Slice order_name;
  uint32_t probes = 0;
  if (!GetLengthPrefixed(&input, &order_name) || !GetVarint32(&input, &probes)) {
    return Corrupt(meta_offset, "the description of the file is malformed");
  }
  if (order_name != Slice(options_.order->Name())) {
    return Status::InvalidArgument(path_ + ": written with comparator " + order_name.ToString() +
                                   ", opened with " + options_.order->Name());
  }
  if (expected != nullptr) {
    if (expected->salt != meta_.salt || expected->entries != meta_.entries ||
        (expected->range_deletes != meta_.range_deletes && !expected->points_only)) {
      return Corrupt(meta_offset, "this is not the file that the manifest describes");
    }
    meta_.number = expected->number;
    meta_.sum = expected->sum;
    meta_.sum_name = expected->sum_name;
    meta_.given_sequence = expected->given_sequence;
    meta_.points_only = expected->points_only;
  } else if (meta_.given_sequence != 0 || meta_.points_only) {
    return Corrupt(meta_offset, "the file says of itself what only a manifest can know");
  }
  try {
    AETHER_RETURN_IF_ERROR(
        LoadSections(input, meta_offset, static_cast<int>(std::min(probes, 255u))));
  } catch (const std::bad_alloc&) {
    return Status(Status::kAborted, Status::kMemoryLimit, path_);
  }
  if (meta_.given_sequence != 0 || meta_.points_only) TakeAdoption(*expected);
  return Status::OK();
}

void RunFile::TakeAdoption(const FileMeta& expected) {
  meta_.smallest = expected.smallest;
  meta_.largest = expected.largest;
  meta_.largest_exclusive = expected.largest_exclusive;
  meta_.smallest_sequence = expected.smallest_sequence;
  meta_.largest_sequence = expected.largest_sequence;
  meta_.range_deletes = expected.range_deletes;
  meta_.family = expected.family;
  meta_.family_name = expected.family_name;
}

Status RunFile::ReadSection(const Section& section, const char* what, char* to) const {
  if (section.size == 0) return Status::OK();
  AETHER_RETURN_IF_ERROR(ReadExact(section.offset, section.size, to));
  if (!ChecksumPasses(section.checksum,
                      Hash64(to, section.size, Seed(meta_.salt, section.offset)))) {
    return Corrupt(section.offset, std::string("checksum mismatch in the ") + what);
  }
  return Status::OK();
}

Status RunFile::LoadSections(Slice input, uint64_t meta_offset, int probes) {
  for (Section& section : sections_) {
    if (!GetVarint64(&input, &section.offset) || !GetVarint64(&input, &section.size) ||
        !GetFixed(&input, &section.checksum) ||
        (section.size != 0 && (section.offset < meta_.data_bytes || section.offset > meta_offset ||
                               section.size > meta_offset - section.offset))) {
      return Corrupt(meta_offset, "the list of sections is malformed");
    }
  }
  const auto& [filter, fences, deletes] = sections_;
  if (filter.size != 0) {
    if (filter.size % BloomFilter::kBlockBytes != 0 || probes < 1 ||
        probes > BloomFilter::kMaxProbes) {
      return Corrupt(filter.offset, "the filter is malformed");
    }
    filter_ = BloomFilter::Allocate(filter.size, probes);
    if (filter_.empty()) return Status(Status::kAborted, Status::kMemoryLimit, path_);
    AETHER_RETURN_IF_ERROR(ReadSection(filter, "filter", filter_.data()));
    if (meta_.filter_without_keys) {
      prefix_filter_ = std::exchange(filter_, BloomFilter());
      if (options_.prefix != nullptr && options_.prefix->Name() == meta_.prefix_extractor) {
        own_prefixes_ = options_.prefix.get();
      }
    }
  }
  PageString block(fences.size, '\0');
  AETHER_RETURN_IF_ERROR(ReadSection(fences, "fence keys", block.data()));
  if (!fences_.Decode(Slice(block.data(), block.size()), options_.order, meta_.leaves,
                      meta_.data_bytes, meta_.codec != Codec::kNone)) {
    return Corrupt(fences.offset, "the fence keys are malformed");
  }
  block.assign(deletes.size, '\0');
  AETHER_RETURN_IF_ERROR(ReadSection(deletes, "range deletes", block.data()));
  std::vector<RangeDelete> list;
  for (Slice rest(block.data(), block.size()); !rest.empty();) {
    RangeDelete range;
    Slice begin, end;
    if (!GetVarint64(&rest, &range.sequence) || !GetLengthPrefixed(&rest, &begin) ||
        !GetLengthPrefixed(&rest, &end) || range.sequence > kMaxSequence) {
      return Corrupt(deletes.offset, "the range deletes are malformed");
    }
    range.begin = begin.ToString();
    range.end = end.ToString();
    if (meta_.given_sequence != 0) range.sequence = meta_.given_sequence;
    list.push_back(std::move(range));
  }
  if (list.size() != meta_.range_deletes) {
    return Corrupt(deletes.offset, "the number of range deletes is wrong");
  }
  if (meta_.points_only) list.clear();
  range_deletes_ = RangeDeleteSet(options_.order, std::move(list));

  swips_ = MakePageArray<Swip>(LeafCount());
  if (meta_.extents != 0) extent_swips_ = MakePageArray<Swip>(meta_.extents);
  memory_bytes_ = sizeof(*this) + FilterBytes() + IndexBytes();
  if (options_.charge_pool) {
    AETHER_RETURN_IF_ERROR(pool_->Charge(memory_bytes_));
    charged_ = memory_bytes_;
  }
  return Status::OK();
}

bool RunFile::MayContainPrefix(const PrefixScan& scan) const {
  if (meta_.prefix_extractor.empty() || meta_.prefix_extractor != scan.extractor->Name()) {
    return true;
  }
  // With an extractor of the application's own nobody knows where keys without a prefix stand.
  if (meta_.outside_prefixes != 0 && scan.extractor->FixedLength() == 0) return true;
  return (prefix_filter_.empty() ? filter_ : prefix_filter_).MayContain(scan.hash);
}

size_t RunFile::IndexBytes() const {
  return fences_.MemoryBytes() + range_deletes_.MemoryBytes() +
         (LeafCount() + meta_.extents) * sizeof(Swip);
}

// --- pages ---

Status RunFile::OpenLeaf(size_t index, const char* stored, bool verify, char* page,
                         RunReadCounters* counters) const {
  const uint64_t offset = LeafOffset(index);
  const size_t size = StoredSize(index) - kStoredHead;
  const char* const body = stored + kStoredHead;
  if (verify && !CountCheck(counters, [&] {
        return ChecksumPasses(LoadFixed<uint64_t>(stored + kLeafChecksum),
                              Hash64(body, size, Seed(meta_.salt, offset)));
      })) {
    return CorruptLeaf(index, "checksum mismatch in a page");
  }
  if (size != kLeafBody) {
    StoreFixed<uint64_t>(page + kLeafChecksum, 0);
    if (!CountUnpack(counters, kLeafBody, [&] {
          return Decompress(meta_.codec, Slice(body, size), page + kStoredHead, kLeafBody);
        })) {
      return CorruptLeaf(index, "a page cannot be decompressed");
    }
    stored = page;
  }
  const char* wrong = ValidateLeaf(stored, options_.order->bytewise(), meta_.codec, meta_.extents,
                                   meta_.data_bytes);
  if (wrong != nullptr) return CorruptLeaf(index, wrong);
  if (meta_.given_sequence == 0) return Status::OK();
  if (LoadFixed<uint64_t>(stored + kLeafBaseSequence) != 0 || stored[kLeafSequenceBytes] != 0) {
    return CorruptLeaf(index, "a page of an external file has sequences");
  }
  if (stored != page) std::memcpy(page, stored, kPageSize);
  StoreFixed<uint64_t>(page + kLeafBaseSequence, meta_.given_sequence);
  return Status::OK();
}

Status RunFile::OpenExtent(const Extent& extent, const char* stored, bool verify, char* data,
                           RunReadCounters* counters) const {
  if (verify && !CountCheck(counters, [&] {
        return ChecksumPasses(extent.checksum,
                              Hash64(stored, extent.stored, Seed(meta_.salt, extent.offset)));
      })) {
    return Corrupt(extent.offset, "checksum mismatch in a large value or key");
  }
  if (extent.packed() && !CountUnpack(counters, extent.bytes, [&] {
        return Decompress(meta_.codec, Slice(stored, extent.stored), data, extent.bytes);
      })) {
    return Corrupt(extent.offset, "a large value or key cannot be decompressed");
  }
  return Status::OK();
}

Status RunFile::PrepareRead(const Place& place, const RunReadOptions& options, const char* what,
                            PageLoad* load, ReadRequest* request) const {
  if (options.cache_only) return Status::Incomplete(path_ + ": " + what + " is not in the cache");
  request->timeout_micros = options.io_timeout_micros;
  if (options.deadline_micros != 0) {
    const uint64_t now = RealClock()->NowMicros();
    if (now >= options.deadline_micros) return Status::TimedOut("Deadline exceeded");
    const uint64_t left = options.deadline_micros - now;
    if (request->timeout_micros == 0 || left < request->timeout_micros) {
      request->timeout_micros = left;
    }
  }
  Frame* frame = nullptr;
  AETHER_RETURN_IF_ERROR(pool_->Take(place.extent_bytes, &frame, &load->publishable));
  load->pin = Pin::Adopt(frame);
  load->data = Pool::Data(frame);
  request->file = file_.get();
  request->offset = place.offset;
  request->size = place.stored;
  request->scratch = load->data;
  load->skip = 0;
  load->needed = place.stored;
  if (place.plain) return Status::OK();
  // Past the page cache a read has to begin and end at a boundary.
  const uint64_t mask = file_->direct() ? kDirectAlignment - 1 : 0;
  request->offset = place.offset & ~mask;
  load->skip = static_cast<size_t>(place.offset - request->offset);
  load->needed = load->skip + place.stored;
  request->size = (load->needed + mask) & ~mask;
  request->scratch = load->Buffer(request->size);
  return request->scratch != nullptr ? Status::OK()
                                     : Status(Status::kAborted, Status::kMemoryLimit, path_);
}

void RunFile::ReadNow(ReadRequest* request, RunReadCounters* counters) const {
  const Stopwatch watch(counters != nullptr && counters->times_loads());
  if (request->timeout_micros != 0) {
    fs_->ReadBatch(request, 1);
  } else {
    request->status =
        file_->ReadAt(request->offset, request->size, request->scratch, &request->result);
  }
  if (!watch.wanted()) return;
  const uint64_t nanos = watch.Nanos();
  counters->load_nanos += nanos;
  Record(counters->meter, Measure::kReadMicros, nanos / 1000);
}

Status RunFile::TakeBytes(const ReadRequest& request, const PageLoad& load,
                          const char** stored) const {
  AETHER_RETURN_IF_ERROR(request.status);
  const Slice got = request.result;
  if (got.size() < load.needed) return CutOff(request.offset, load.needed, got.size());
  *stored = got.data() + load.skip;
  return Status::OK();
}

Status RunFile::PrepareLeaf(size_t index, const RunReadOptions& options, PageLoad* load,
                            ReadRequest* request) const {
  const uint64_t offset = LeafOffset(index);
  const size_t stored = StoredSize(index);
  const bool plain = stored == kPageSize && (!file_->direct() || offset % kDirectAlignment == 0);
  return PrepareRead({offset, stored, 0, plain}, options, "a page", load, request);
}

Status RunFile::FinishLeaf(size_t index, const RunReadOptions& options, const ReadRequest& request,
                           PageLoad* load, PageRef* page) const {
  const char* stored = nullptr;
  AETHER_RETURN_IF_ERROR(TakeBytes(request, *load, &stored));
  if (StoredSize(index) == kPageSize && stored != load->data) {
    stored = static_cast<const char*>(std::memcpy(load->data, stored, kPageSize));
  }
  AETHER_RETURN_IF_ERROR(OpenLeaf(index, stored, options.verify, load->data, options.counters));
  AETHER_TRACE_PAGE("loaded");
  if (options.counters != nullptr) options.counters->Loaded(options.level, StoredSize(index));
  if (load->publishable && options.fill_cache) {
    page->data = pool_->Publish(&swips_[index], load->pin.Detach());
    page->pin.Release();
  } else {
    page->data = load->data;
    page->pin = std::move(load->pin);
    AETHER_TRACE_PAGE("keep");
  }
  return Status::OK();
}

Status RunFile::LoadLeaf(size_t index, const RunReadOptions& options, PageRef* page) const {
  alignas(kDirectAlignment) char buffer[PageLoad::kBuffer];
  PageLoad load;
  load.buffer = buffer;
  ReadRequest request;
  AETHER_RETURN_IF_ERROR(PrepareLeaf(index, options, &load, &request));
  const LoadTime time(options.counters);
  ReadNow(&request, options.counters);
  return FinishLeaf(index, options, request, &load, page);
}

Status RunFile::PrepareExtent(const Extent& extent, const RunReadOptions& options, PageLoad* load,
                              ReadRequest* request) const {
  return PrepareRead({extent.offset, extent.stored, extent.bytes, !extent.packed()}, options,
                     "a value", load, request);
}

Status RunFile::FinishExtent(const Extent& extent, const RunReadOptions& options,
                             const ReadRequest& request, PageLoad* load, PageRef* ref) const {
  const char* stored = nullptr;
  AETHER_RETURN_IF_ERROR(TakeBytes(request, *load, &stored));
  if (!extent.packed() && stored != load->data) {
    stored = static_cast<const char*>(std::memcpy(load->data, stored, extent.bytes));
  }
  AETHER_RETURN_IF_ERROR(OpenExtent(extent, stored, options.verify, load->data, options.counters));
  if (options.counters != nullptr) options.counters->Loaded(options.level, extent.stored);
  if (load->publishable && options.fill_cache) {
    pool_->PublishExtent(&extent_swips_[extent.ordinal], load->pin);
  }
  ref->data = load->data;
  ref->pin = std::move(load->pin);
  return Status::OK();
}

Status RunFile::ReadExtent(const Extent& extent, const RunReadOptions& options,
                           PageRef* ref) const {
  Swip* const swip = &extent_swips_[extent.ordinal];
  const uint64_t word = swip->Load();
  if (Pin pin = word != Swip::kEvicted ? Pool::PinExtent(swip, word) : Pin(); pin.held()) {
    if (Swip::IsCool(word)) swip->Warm(word);
    if (options.counters != nullptr) options.counters->Hit(options.level);
    // Two records of a forged file could claim one ordinal with different sizes.
    if (AsExtent(pin.frame())->bytes != extent.bytes) {
      return Corrupt(extent.offset, "two values share one ordinal");
    }
    ref->data = Pool::Data(pin.frame());
    ref->pin = std::move(pin);
    return Status::OK();
  }
  alignas(kDirectAlignment) char buffer[PageLoad::kBuffer];
  PageLoad load;
  load.buffer = buffer;
  ReadRequest request;
  AETHER_RETURN_IF_ERROR(PrepareExtent(extent, options, &load, &request));
  const LoadTime time(options.counters);
  ReadNow(&request, options.counters);
  return FinishExtent(extent, options, request, &load, ref);
}

const std::shared_ptr<BlobFile>& RunFile::Blob(uint64_t number) const {
  static const std::shared_ptr<BlobFile> none;
  const auto& blobs = options_.blobs;
  const auto it =
      std::lower_bound(blobs.begin(), blobs.end(), number,
                       [](const auto& blob, uint64_t n) { return blob->meta().number < n; });
  return it != blobs.end() && (*it)->meta().number == number ? *it : none;
}

Status RunFile::ReadBlob(Slice reference, const RunReadOptions& options, PageRef* page,
                         Slice* value) const {
  BlobRef ref;
  if (!ref.DecodeFrom(reference)) return Corrupt(0, "a reference makes no sense");
  const std::shared_ptr<BlobFile>& blob = Blob(ref.file);
  if (blob == nullptr || options_.blob_cache == nullptr) {
    return Corrupt(0, "a value stands in blob file " + std::to_string(ref.file) +
                          ", which the file does not name");
  }
  BlobCache::Options read;
  read.cache_only = options.cache_only;
  read.fill_cache = options.fill_cache;
  read.verify = options.verify;
  bool loaded = false;
  const Stopwatch watch(options.counters != nullptr && options.counters->times_loads());
  Status s = options_.blob_cache->Read(*blob, ref, read, page, value, &loaded);
  if (s.IsCorruption() && !options_.owner.empty()) {
    s = Status::Corruption(s.message() + ", column family " + options_.owner);
  }
  if (s.ok() && options.counters != nullptr) {
    RunReadCounters& counters = *options.counters;
    ++(loaded ? counters.blob_loads : counters.blob_hits);
    if (!loaded) {
      counters.blob_hit_bytes += ref.size;
      return s;
    }
    counters.blob_load_bytes += ref.stored;
    counters.blob_load_nanos += watch.Nanos();
    Add(counters.meter, Count::kBlobBytesRead, ref.stored);
    if (watch.wanted()) Record(counters.meter, Measure::kBlobReadMicros, watch.Nanos() / 1000);
  }
  return s;
}

// --- reading ---

Status RunFile::Visit(Slice key, SequenceNumber sequence, const RunReadOptions& options,
                      Visitor visit, void* context) const {
  if (LeafCount() == 0) return Status::OK();
  EpochGuard guard;
  VisitCursor cursor;
  cursor.leaf = FindLeaf(key, sequence);
  return VisitSome(key, sequence, options, visit, context, nullptr, &cursor);
}

Status RunFile::VisitSome(Slice key, SequenceNumber sequence, const RunReadOptions& options,
                          Visitor visit, void* context, PageBatch* misses,
                          VisitCursor* cursor) const {
  const Comparator* order = options_.order;
  size_t leaf = cursor->leaf;
  PageRef& page = cursor->page;
  if (page.data == nullptr) {
    if (misses != nullptr && !LeafInMemory(leaf)) {
      cursor->wants = VisitCursor::Wants::kLeaf;
      cursor->ticket = misses->AddLeaf(this, leaf, options.level);
      return Status::OK();
    }
    AETHER_RETURN_IF_ERROR(Leaf(leaf, options, &page));
  }
  LeafView view(page.data);
  PoolKeyReader reader(this, options);
  size_t slot = cursor->slot;
  if (slot == SIZE_MAX) {
    AETHER_RETURN_IF_ERROR(view.LowerBound(order, key, sequence, &reader, &slot));
  }
  LeafRecord record;
  for (;; ++slot) {
    if (slot == view.count()) {
      // Every later leaf begins after (key, sequence); it has more of the key only when it goes on
      // with it.
      if (++leaf == LeafCount() || CompareKeys(order, fences_.Key(leaf), key) != 0) {
        return Status::OK();
      }
      AETHER_RETURN_IF_ERROR(Leaf(leaf, options, &page));
      view = LeafView(page.data);
      slot = 0;
    }
    view.Decode(slot, &record);
    bool match;
    AETHER_RETURN_IF_ERROR(view.MatchKey(order, key, slot, record, &reader, &match));
    if (!match) return Status::OK();
    Entry entry;
    // In bytewise order equal keys have equal bytes; in another order the stored ones are the key.
    entry.key = order->bytewise() || record.large_key ? key : record.key_tail;
    entry.tag = record.tag;
    PageRef large_key;
    if (record.large_key && !order->bytewise()) {
      AETHER_RETURN_IF_ERROR(ReadExtent(record.key_extent, options, &large_key));
      entry.key = Slice(large_key.data, record.key_extent.bytes);
    }
    if (record.large_value) [[unlikely]] {
      PageRef large = std::move(cursor->value);
      cursor->value.data = nullptr;
      if (large.data == nullptr) {
        if (misses != nullptr && !ExtentInMemory(record.value_extent)) {
          cursor->leaf = leaf;
          cursor->slot = slot;
          cursor->wants = VisitCursor::Wants::kValue;
          cursor->ticket = misses->AddExtent(this, record.value_extent, options.level);
          return Status::OK();
        }
        AETHER_RETURN_IF_ERROR(ReadExtent(record.value_extent, options, &large));
      }
      entry.value = Slice(large.data, record.value_extent.bytes);
      if (!visit(context, entry, PinSource(large.pin.frame()))) return Status::OK();
      continue;
    }
    if (entry.type() == EntryType::kPutReference) [[unlikely]] {
      PageRef large;
      AETHER_RETURN_IF_ERROR(ReadBlob(record.value, options, &large, &entry.value));
      entry.tag = PackTag(entry.sequence(), EntryType::kPut);
      if (!visit(context, entry, PinSource(large.pin.frame()))) return Status::OK();
      continue;
    }
    entry.value = record.value;
    if (!visit(context, entry, PinSource(FrameOfPage(page.data)))) return Status::OK();
  }
}

std::unique_ptr<RunIterator> RunFile::NewIterator(const RunReadOptions& options) const {
  return std::make_unique<RunIterator>(this, options);
}

uint64_t RunFile::ApproximateOffset(Slice key) const {
  if (LeafCount() == 0) return 0;
  const size_t leaf = fences_.Find(options_.order, key, kMaxSequence);
  if (leaf == 0 && CompareKeys(options_.order, key, meta_.smallest) <= 0) return 0;
  if (leaf + 1 == LeafCount() && CompareKeys(options_.order, key, meta_.largest) > 0) {
    return meta_.data_bytes;
  }
  return LeafOffset(leaf);
}

std::string RunFile::SplitKey(size_t part, size_t parts) const {
  const size_t leaf = parts == 0 ? 0 : LeafCount() * part / parts;
  return leaf == 0 || leaf >= LeafCount() ? std::string() : fences_.Key(leaf).ToString();
}

}  // namespace aether
