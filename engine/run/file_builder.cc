#include "engine/run/file_builder.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/pages.h"
#include "engine/base/trace.h"
#include "engine/buffer/frame.h"
#include "engine/run/blob_ref.h"
#include "engine/run/fence.h"
#include "engine/run/filter.h"
#include "engine/run/format.h"
#include "engine/run/leaf_builder.h"
#include "engine/run/range_delete.h"
#include "engine/run/read_counters.h"

namespace aether {

using namespace run_format;

class FileBuilder::Rep {
 public:
  Rep(const FileBuilderOptions& options, std::unique_ptr<WritableFile> file, std::string path)
      : options_(options),
        order_(options.order),
        filter_on_(options.filter_bits_per_key > 0 && !options.order->equal_keys_may_differ()),
        packed_(options.compression.codec != Codec::kNone),
        path_(std::move(path)),
        file_(std::move(file)),
        leaf_(order_->bytewise(),
              static_cast<size_t>(std::clamp(options.page_fill, 0.1, 1.0) * kPageSize)),
        fences_(packed_) {
    if (packed_) compressor_ = std::make_unique<Compressor>(options.compression);
    capacity_ = std::max(options.write_buffer_bytes, 4 * kPageSize) / kPageSize * kPageSize;
    // Aligned, so that a file that bypasses the page cache takes it as it is.
    if (!buffer_.Reserve(capacity_))
      status_ = Status(Status::kAborted, Status::kMemoryLimit, path_);
    meta_.number = options.number;
    meta_.salt =
        Hash64(reinterpret_cast<const char*>(&options_.number), sizeof(uint64_t), options.salt);
    meta_.creation_time = options.creation_time;
    meta_.family = options.family;
    meta_.family_name = options.family_name;
    meta_.external = options.external;
    meta_.session = options.session;
    meta_.codec = options.compression.codec;
    if (filter_on_ && options.prefix != nullptr && !options.prefix->Name().empty()) {
      meta_.prefix_extractor = options.prefix->Name();
      meta_.filter_without_keys = !options.whole_key_filter;
    }
  }

  Status Add(Slice key, uint64_t tag, Slice value);
  Status AddRangeDelete(Slice begin, Slice end, SequenceNumber sequence);
  uint64_t Entries() const { return meta_.entries; }
  bool Empty() const { return meta_.entries == 0 && range_deletes_.empty(); }
  uint64_t FileSize() const {
    return offset_ + leaf_.size() + fences_.block().size() + range_delete_bytes_ +
           static_cast<uint64_t>(static_cast<double>(hashes_.size()) *
                                 options_.filter_bits_per_key / 8) +
           256;
  }
  Status Finish(bool sync, FileMeta* meta);

 private:
  struct Section {
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t checksum = 0;
  };

  Status Invalid(const std::string& what) {
    status_ = Status::InvalidArgument(path_ + ": " + what);
    return status_;
  }
  Status AddToFilter(Slice key);
  Status NoMemory() {
    status_ = Status(Status::kAborted, Status::kMemoryLimit, path_);
    return status_;
  }
  void Count(Slice key, uint64_t tag, Slice value);
  void CountReference(Slice encoded, const BlobRef& ref);
  void NoteSequence(SequenceNumber sequence);
  Status EmitLeaf();
  Status EmitAligned();
  Status EmitPacked();
  void StartLeaf(Slice key, uint64_t tag, bool same_key);
  Status AddExtent(Slice bytes, Extent* extent);
  // Empty when it does not pay.
  Slice Pack(Slice bytes);
  Status AddSection(Slice bytes, Section* section);
  Status FinishRangeDeletes(Section* section);
  Status Append(const char* data, size_t n);
  Status Flush();
  Status FlushBlocks();
  Status WriteOut(const char* data, size_t n);

  const FileBuilderOptions options_;
  const Comparator* const order_;
  const bool filter_on_;
  const bool packed_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;
  Status status_;
  bool finished_ = false;

  ScratchBuffer buffer_;
  size_t capacity_ = 0;
  size_t buffered_ = 0;
  uint64_t offset_ = 0;   // end of the file, what is buffered included
  uint64_t started_ = 0;  // up to here write-out has been started

  std::unique_ptr<Compressor> compressor_;
  LeafBuilder leaf_;
  std::string leaf_fence_;  // of the leaf being built
  bool leaf_continues_ = false;
  SequenceNumber leaf_sequence_ = 0;
  FenceWriter fences_;
  std::string last_key_;
  SequenceNumber last_sequence_ = 0;
  HashList hashes_;
  std::optional<uint64_t> last_prefix_hash_;
  std::vector<RangeDelete> range_deletes_;
  size_t range_delete_bytes_ = 0;
  FileMeta meta_;
  std::map<uint64_t, BlobUse> blobs_;
  AETHER_TRACE_ONLY(std::vector<trace::Json> traced_;)
};

Status FileBuilder::Rep::Add(Slice key, uint64_t tag, Slice value) {
  if (!status_.ok()) return status_;
  bool same_key = false;
  if (meta_.entries != 0) [[likely]] {
    const int c = CompareKeys(order_, last_key_, key);
    same_key = c == 0;
    if (c > 0 || (same_key && TagSequence(tag) >= last_sequence_)) {
      return Invalid("entries are not in order");
    }
  }
  if (TagType(tag) == EntryType::kRangeDelete || key.size() > UINT32_MAX / 2) {
    return Invalid("this entry cannot be stored among points");
  }
  BlobRef ref;
  const bool reference = TagType(tag) == EntryType::kPutReference;
  if (reference && (value.size() > kMaxInlineValue || !ref.DecodeFrom(value))) {
    return Invalid("this is no reference to a blob file");
  }
  if (filter_on_ && !same_key) AETHER_RETURN_IF_ERROR(AddToFilter(key));
  const bool large_key = key.size() > kMaxInlineKey;
  const bool large_value = value.size() > kMaxInlineValue;
  if (!large_key && !large_value) [[likely]] {
    if (leaf_.empty()) StartLeaf(key, tag, same_key);
    if (!leaf_.Add(key, tag, value, nullptr, nullptr)) {
      AETHER_RETURN_IF_ERROR(EmitLeaf());
      StartLeaf(key, tag, same_key);
      leaf_.Add(key, tag, value, nullptr, nullptr);
    }
  } else {
    if (!leaf_.Fits(key, tag, value.size(), large_key, large_value)) {
      AETHER_RETURN_IF_ERROR(EmitLeaf());
    }
    if (leaf_.empty()) StartLeaf(key, tag, same_key);
    Extent key_extent, value_extent;
    if (large_key) AETHER_RETURN_IF_ERROR(AddExtent(key, &key_extent));
    if (large_value) AETHER_RETURN_IF_ERROR(AddExtent(value, &value_extent));
    leaf_.Add(key, tag, value, large_key ? &key_extent : nullptr,
              large_value ? &value_extent : nullptr);
  }
  Count(key, tag, value);
  for (const auto& collector : options_.collectors) collector->Add(key, tag, value, offset_);
  if (reference) CountReference(value, ref);
  return Status::OK();
}

Status FileBuilder::Rep::AddToFilter(Slice key) {
  if (!meta_.filter_without_keys && !hashes_.Add(BloomHash(key))) return NoMemory();
  if (meta_.prefix_extractor.empty()) return Status::OK();
  if (!options_.prefix->InDomain(key)) {
    ++meta_.outside_prefixes;
    return Status::OK();
  }
  const uint64_t hash = PrefixBloomHash(options_.prefix->Transform(key));
  if (hash == last_prefix_hash_) return Status::OK();
  last_prefix_hash_ = hash;
  return hashes_.Add(hash) ? Status::OK() : NoMemory();
}

void FileBuilder::Rep::CountReference(Slice encoded, const BlobRef& ref) {
  BlobUse& use = blobs_[ref.file];
  use.number = ref.file;
  ++use.count;
  use.bytes += ref.stored;
  meta_.raw_value_bytes += ref.size - encoded.size();
}

void FileBuilder::Rep::Count(Slice key, uint64_t tag, Slice value) {
  if (meta_.entries == 0) meta_.smallest.assign(key.data(), key.size());
  last_key_.assign(key.data(), key.size());
  last_sequence_ = TagSequence(tag);
  NoteSequence(last_sequence_);
  ++meta_.entries;
  AETHER_TRACE_ONLY(
      traced_.push_back(trace::Json{"[" + trace::Quote(key) + "," + std::to_string(last_sequence_) +
                                    "," + std::to_string(static_cast<int>(TagType(tag))) + "]"});)
  const EntryType type = TagType(tag);
  if (type == EntryType::kDelete || type == EntryType::kSingleDelete) ++meta_.deletes;
  if (type == EntryType::kMerge) ++meta_.merges;
  if (type == EntryType::kEntity) ++meta_.entities;
  meta_.raw_key_bytes += key.size();
  meta_.raw_value_bytes += value.size();
}

void FileBuilder::Rep::NoteSequence(SequenceNumber sequence) {
  if (Empty() || sequence < meta_.smallest_sequence) meta_.smallest_sequence = sequence;
  if (sequence > meta_.largest_sequence) meta_.largest_sequence = sequence;
}

Status FileBuilder::Rep::AddRangeDelete(Slice begin, Slice end, SequenceNumber sequence) {
  if (!status_.ok()) return status_;
  if (CompareKeys(order_, begin, end) >= 0) return Status::OK();
  NoteSequence(sequence);
  for (const auto& collector : options_.collectors) {
    collector->Add(begin, PackTag(sequence, EntryType::kRangeDelete), end, offset_);
  }
  range_deletes_.push_back({begin.ToString(), end.ToString(), sequence});
  range_delete_bytes_ += begin.size() + end.size() + 16;
  return Status::OK();
}

void FileBuilder::Rep::StartLeaf(Slice key, uint64_t tag, bool same_key) {
  leaf_continues_ = same_key;
  leaf_sequence_ = TagSequence(tag);
  if (meta_.entries == 0) {
    leaf_fence_.clear();
    return;
  }
  size_t size = key.size();
  if (order_->bytewise() && !same_key) {
    // The shortest beginning of `key` that sorts after the key before it.
    const size_t limit = std::min(last_key_.size(), key.size());
    size = 0;
    while (size < limit && last_key_[size] == key[size]) ++size;
    size = std::min(size + 1, key.size());
  }
  leaf_fence_.assign(key.data(), size);
}

Status FileBuilder::Rep::EmitLeaf() {
  if (leaf_.empty()) return status_;
  try {
    AETHER_RETURN_IF_ERROR(packed_ ? EmitPacked() : EmitAligned());
  } catch (const std::bad_alloc&) {
    return NoMemory();  // for the fence
  }
  if (fences_.key_bytes() > UINT32_MAX || offset_ / kPageSize > UINT32_MAX) {
    return Invalid("one file cannot hold so much");
  }
  return Status::OK();
}

Status FileBuilder::Rep::EmitAligned() {
  const size_t padding = (kPageSize - offset_ % kPageSize) % kPageSize;
  if (buffered_ + padding + kPageSize > capacity_) AETHER_RETURN_IF_ERROR(FlushBlocks());
  std::memset(buffer_.data() + buffered_, 0, padding);
  buffered_ += padding;
  offset_ += padding;
  char* page = buffer_.data() + buffered_;
  fences_.Add(leaf_fence_, leaf_continues_, leaf_sequence_, offset_, kPageSize);
  leaf_.Finish(page);
  StoreFixed(page + kLeafChecksum,
             Hash64(page + kStoredHead, kLeafBody, Seed(meta_.salt, offset_)));
  buffered_ += kPageSize;
  offset_ += kPageSize;
  return Status::OK();
}

Status FileBuilder::Rep::EmitPacked() {
  char page[kPageSize];
  leaf_.Finish(page);
  Slice body(page + kStoredHead, kLeafBody);
  const Slice packed = Pack(body);
  if (!packed.empty()) body = packed;
  fences_.Add(leaf_fence_, leaf_continues_, leaf_sequence_, offset_, kStoredHead + body.size());
  char head[kStoredHead];
  StoreFixed(head, Hash64(body.data(), body.size(), Seed(meta_.salt, offset_)));
  AETHER_RETURN_IF_ERROR(Append(head, kStoredHead));
  return Append(body.data(), body.size());
}

Slice FileBuilder::Rep::Pack(Slice bytes) {
  const Stopwatch watch(options_.meter != nullptr && options_.meter->detailed());
  const Slice packed = compressor_->Compress(bytes);
  if (options_.meter == nullptr) return packed;
  if (watch.wanted()) options_.meter->Record(Measure::kPackNanos, watch.Nanos());
  if (packed.empty()) {
    options_.meter->Add(Count::kBlocksNotPacked, 1);
  } else {
    options_.meter->Add(Count::kBlocksPacked, 1);
    options_.meter->Record(Measure::kPackedBytes, bytes.size());
  }
  return packed;
}

Status FileBuilder::Rep::AddExtent(Slice bytes, Extent* extent) {
  Slice stored = bytes;
  if (packed_ && bytes.size() <= kMaxPackedExtent) {
    const Slice packed = Pack(bytes);
    // What nobody would believe is not written.
    if (!packed.empty() &&
        bytes.size() <= MaxDecompressed(options_.compression.codec, packed.size())) {
      stored = packed;
    }
  }
  extent->ordinal = meta_.extents++;
  extent->offset = offset_;
  extent->bytes = bytes.size();
  extent->stored = stored.size();
  extent->checksum = Hash64(stored.data(), stored.size(), Seed(meta_.salt, offset_));
  return Append(stored.data(), stored.size());
}

Status FileBuilder::Rep::Append(const char* data, size_t n) {
  offset_ += n;
  while (n > 0) {
    if (buffered_ == 0 && n >= capacity_ && !options_.direct) {
      AETHER_RETURN_IF_ERROR(WriteOut(data, capacity_));
      data += capacity_;
      n -= capacity_;
      continue;
    }
    const size_t part = std::min(n, capacity_ - buffered_);
    std::memcpy(buffer_.data() + buffered_, data, part);
    buffered_ += part;
    data += part;
    n -= part;
    if (buffered_ == capacity_) AETHER_RETURN_IF_ERROR(Flush());
  }
  return Status::OK();
}

Status FileBuilder::Rep::Flush() {
  const size_t n = std::exchange(buffered_, 0);
  return n == 0 ? Status::OK() : WriteOut(buffer_.data(), n);
}

// All but the bytes of the last block: what follows starts at the beginning of one.
Status FileBuilder::Rep::FlushBlocks() {
  const size_t n = buffered_ / kPageSize * kPageSize;
  const size_t rest = buffered_ - n;
  AETHER_RETURN_IF_ERROR(WriteOut(buffer_.data(), n));
  std::memmove(buffer_.data(), buffer_.data() + n, rest);
  buffered_ = rest;
  return Status::OK();
}

Status FileBuilder::Rep::WriteOut(const char* data, size_t n) {
  while (n > 0 && status_.ok()) {
    // A direct file takes whole blocks as long as there are any.
    const size_t block = options_.direct && n >= kPageSize ? kPageSize : 0;
    size_t part = block == 0 ? n : n / block * block;
    if (options_.limiter != nullptr) {
      part =
          options_.limiter->Request(part, block, options_.priority, IoLimiter::Operation::kWrite);
    }
    const Stopwatch watch(options_.meter != nullptr && options_.meter->timed());
    status_ = file_->Append(Slice(data, part));
    if (watch.wanted()) options_.meter->Record(Measure::kWriteMicros, watch.Nanos() / 1000);
    if (options_.sum != nullptr) options_.sum->Update(data, part);
    data += part;
    n -= part;
  }
  const uint64_t step = options_.direct ? 0 : options_.range_sync_bytes;
  const uint64_t size = file_->Size();
  if (status_.ok() && step != 0 && size >= started_ + step) {
    status_ = file_->RangeSync(started_, size - started_);
    started_ = size;
  }
  return status_;
}

Status FileBuilder::Rep::AddSection(Slice bytes, Section* section) {
  if (bytes.empty()) return Status::OK();
  section->offset = offset_;
  section->size = bytes.size();
  section->checksum = Hash64(bytes.data(), bytes.size(), Seed(meta_.salt, offset_));
  return Append(bytes.data(), bytes.size());
}

Status FileBuilder::Rep::FinishRangeDeletes(Section* section) {
  if (range_deletes_.empty()) return Status::OK();
  const RangeDeleteSet set(order_, std::move(range_deletes_));
  std::string block;
  const bool points = meta_.entries != 0;
  bool first = !points;
  for (const RangeDelete& range : set.list()) {
    PutVarint(&block, range.sequence);
    PutLengthPrefixed(&block, range.begin);
    PutLengthPrefixed(&block, range.end);
    if (first || CompareKeys(order_, range.begin, meta_.smallest) < 0) {
      meta_.smallest = range.begin;
    }
    // An exclusive end equal to the last entry's key adds nothing to what that key covers.
    if (first || CompareKeys(order_, range.end, meta_.largest) > 0) {
      meta_.largest = range.end;
      meta_.largest_exclusive = true;
    }
    first = false;
  }
  meta_.range_deletes = set.list().size();
  return AddSection(block, section);
}

Status FileBuilder::Rep::Finish(bool sync, FileMeta* meta) {
  if (!status_.ok()) return status_;
  if (finished_) return Status::InvalidArgument(path_ + ": finished twice");
  finished_ = true;
  AETHER_RETURN_IF_ERROR(EmitLeaf());
  meta_.data_bytes = offset_;
  meta_.leaves = fences_.leaves();
  meta_.largest = last_key_;
  Section filter_section, fence_section, delete_section;
  int probes = 0;
  if (filter_on_ && hashes_.size() > 0) {
    const BloomFilter filter = BloomFilter::Build(hashes_, options_.filter_bits_per_key);
    if (filter.empty()) return NoMemory();
    probes = filter.probes();
    AETHER_RETURN_IF_ERROR(AddSection(Slice(filter.data(), filter.MemoryBytes()), &filter_section));
  }
  AETHER_RETURN_IF_ERROR(AddSection(fences_.block(), &fence_section));
  AETHER_RETURN_IF_ERROR(FinishRangeDeletes(&delete_section));
  meta_.filter_bytes = filter_section.size;
  meta_.index_bytes = fence_section.size;
  for (const auto& [number, use] : blobs_) meta_.blobs.push_back(use);
  for (const auto& collector : options_.collectors) collector->Finish(&meta_.properties);

  std::string tail;
  meta_.EncodeTo(&tail);
  PutLengthPrefixed(&tail, Slice(order_->Name()));
  PutVarint(&tail, static_cast<uint64_t>(probes));
  for (const Section& section : {filter_section, fence_section, delete_section}) {
    PutVarint(&tail, section.offset);
    PutVarint(&tail, section.size);
    PutFixed(&tail, section.checksum);
  }
  const uint64_t meta_offset = offset_;
  const uint64_t meta_checksum = Hash64(tail.data(), tail.size(), Seed(meta_.salt, meta_offset));
  char footer[kFooterSize];
  StoreFixed(footer, kMagic);
  StoreFixed(footer + 8, kVersion);
  StoreFixed(footer + 12, static_cast<uint32_t>(tail.size()));
  StoreFixed(footer + 16, meta_offset);
  StoreFixed(footer + 24, meta_.salt);
  StoreFixed(footer + 32, meta_checksum);
  StoreFixed(footer + 40, Hash64(footer, 40));
  tail.append(footer, kFooterSize);
  AETHER_RETURN_IF_ERROR(Append(tail.data(), tail.size()));
  AETHER_RETURN_IF_ERROR(Flush());
  if (sync) {
    const Stopwatch watch(options_.meter != nullptr && options_.meter->timed());
    AETHER_RETURN_IF_ERROR(status_ = file_->Sync());
    if (watch.wanted()) options_.meter->Record(options_.sync_measure, watch.Nanos() / 1000);
  }
  AETHER_RETURN_IF_ERROR(status_ = file_->Close());
  meta_.file_size = offset_;
  if (options_.sum != nullptr) {
    meta_.sum = options_.sum->Finish();
    meta_.sum_name = options_.sum->Name();
  }
  AETHER_TRACE("file", "number", meta_.number, "bytes", meta_.file_size, "entries",
               trace::List(traced_, [](const auto& entry) { return entry; }));
  *meta = meta_;
  return Status::OK();
}

FileBuilder::FileBuilder(const FileBuilderOptions& options, std::unique_ptr<WritableFile> file,
                         std::string path)
    : rep_(std::make_unique<Rep>(options, std::move(file), std::move(path))) {}
FileBuilder::~FileBuilder() = default;

Status FileBuilder::Add(Slice key, uint64_t tag, Slice value) { return rep_->Add(key, tag, value); }
Status FileBuilder::AddRangeDelete(Slice begin, Slice end, SequenceNumber sequence) {
  return rep_->AddRangeDelete(begin, end, sequence);
}
uint64_t FileBuilder::Entries() const { return rep_->Entries(); }
bool FileBuilder::Empty() const { return rep_->Empty(); }
uint64_t FileBuilder::FileSize() const { return rep_->FileSize(); }
Status FileBuilder::Finish(bool sync, FileMeta* meta) { return rep_->Finish(sync, meta); }

}  // namespace aether
