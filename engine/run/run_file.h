// One immutable sorted file of a run, open for reading. A run is a list of such files with disjoint
// ranges of keys; engine/lsm composes them.
//
// In memory while open: the filter, the fence keys (one a leaf), a side array of swips (8 bytes a
// leaf and a large value), the range deletes. Leaves and large values live in the pool.
//
// Thread safety: any number of threads. The object must outlive every call and iterator on it; pins
// may outlive it. Errors: Corruption names the file and the offset; an I/O error is passed on as it
// came; a cache-only read that would need the disk is Incomplete. Nothing that fails verification
// ever enters the pool.

#ifndef AETHER_ENGINE_RUN_RUN_FILE_H_
#define AETHER_ENGINE_RUN_RUN_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/operators.h"
#include "engine/base/pages.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/base/trace.h"
#include "engine/buffer/pool.h"
#include "engine/io/file_system.h"
#include "engine/io/limiter.h"
#include "engine/run/blob_cache.h"
#include "engine/run/fence.h"
#include "engine/run/file_meta.h"
#include "engine/run/filter.h"
#include "engine/run/leaf.h"
#include "engine/run/range_delete.h"
#include "engine/run/read_counters.h"

namespace aether {

class PageBatch;
class RunIterator;

struct RunFileOptions {
  const Comparator* order = BytewiseComparator();
  bool direct_reads = false;
  // Iterators in stream mode bypass the page cache by a handle of their own.
  bool direct_streams = false;
  // Counts filter, fences and swips against the pool's capacity (cache_index_and_filter_blocks).
  bool charge_pool = false;
  std::string owner;  // the column family, for messages
  // Makes use of a filter without keys when it is the one that the file was written with.
  std::shared_ptr<const PrefixExtractor> prefix;
  // The blob files that the file's description names, in its order, and where their values are kept
  // in memory. Without them references are handed out and verified as such, but no value is read.
  std::vector<std::shared_ptr<BlobFile>> blobs;
  std::shared_ptr<BlobCache> blob_cache;
};

struct RunReadOptions {
  bool cache_only = false;  // Incomplete instead of I/O
  bool fill_cache = true;   // false: pages that had to be read are not kept
  bool verify = true;       // checksums of what is read from the disk
  // On RealClock(): TimedOut instead of I/O from then on; 0: never.
  uint64_t deadline_micros = 0;
  // Handed to the file system with each read; 0: none.
  uint64_t io_timeout_micros = 0;
  // Iterators only. How much a forward pass reads at once when it comes to a page that is not in
  // memory: readahead_bytes, or, when that is 0, from the (after_reads + 1)-th such page in a row
  // first_readahead_bytes, then twice as much each time up to max_readahead_bytes (0: single
  // pages).
  size_t readahead_bytes = 0;
  size_t first_readahead_bytes = 8 << 10;
  size_t max_readahead_bytes = 0;
  uint32_t readahead_after_reads = 2;
  // The next stretch is read in the background while this one is passed over.
  bool readahead_in_background = false;
  // Iterators only: a forward pass with a private buffer that does not touch the pool (merging,
  // verification).
  bool stream = false;
  // Paces what a stream reads; may be null.
  IoLimiter* limiter = nullptr;
  // Iterators only: values in blob files are not read; such an entry is a kPutReference.
  bool references = false;
  RunReadCounters* counters = nullptr;
  int level = 0;  // of the run, for the counters
};

// A page or a large value on its way into memory: what lies between the two halves of a load.
struct PageLoad {
  static constexpr size_t kBuffer = 2 * kPageSize;
  // Room for what has to be decompressed: the caller's kBuffer bytes, aligned for direct reads,
  // where they are given and suffice. Null when there is no memory.
  char* Buffer(size_t n) {
    if (buffer != nullptr && n <= kBuffer) return buffer;
    return own.Reserve(n) ? own.data() : nullptr;
  }

  Pin pin;  // of the frame it goes to
  char* data = nullptr;
  bool publishable = false;
  size_t skip = 0;    // of what is read, before the stored bytes
  size_t needed = 0;  // with these; a direct read may come to the end of the file behind them
  char* buffer = nullptr;
  ScratchBuffer own;
};

// Where a visit stands that stopped for something that is not in memory.
struct VisitCursor {
  enum class Wants : uint8_t { kNothing, kLeaf, kValue };

  size_t leaf = 0;
  size_t slot = SIZE_MAX;  // not searched yet
  PageRef page;            // the leaf
  PageRef value;           // the large value of the slot
  Wants wants = Wants::kNothing;
  size_t ticket = 0;  // of what it wants
};

// Where the value that a visitor sees lives. Valid during the visit only.
class PinSource {
 public:
  explicit PinSource(Frame* frame) : frame_(frame) {}
  // Keeps the bytes of entry.value in place until the pin goes. Costs two atomic operations on a
  // shared line: copy short values instead.
  Pin Take() const { return Pin(frame_); }

 private:
  Frame* frame_;
};

class RunFile {
 public:
  // With `expected` (from the manifest), the file must be that one: size, salt and counts are
  // compared, Corruption otherwise. NotSupported for a newer format, InvalidArgument for another
  // comparator.
  static Status Open(FileSystem* fs, const std::string& path, const FileMeta* expected,
                     std::shared_ptr<Pool> pool, const RunFileOptions& options,
                     std::unique_ptr<RunFile>* out);
  // What the file says about itself, whatever its comparator; its number is the one it was written
  // under.
  static Status ReadMeta(FileSystem* fs, const std::string& path, FileMeta* meta);
  ~RunFile();
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;

  const FileMeta& Meta() const { return meta_; }
  const std::string& path() const { return path_; }
  const Comparator* order() const { return options_.order; }

  // --- filter: `hash` is KeyHash(key), computed once for all files. False: the key is certainly
  // not here. ---
  static uint64_t KeyHash(Slice key) { return BloomHash(key); }
  bool HasFilter() const { return !filter_.empty(); }
  bool HasAnyFilter() const { return HasFilter() || own_prefixes_ != nullptr; }
  void PrefetchFilter(uint64_t hash) const { filter_.Prefetch(hash); }
  bool MayContain(uint64_t hash) const { return filter_.MayContain(hash); }
  // For files whose filter holds no keys. False: the key is certainly not here.
  bool MayContainByPrefix(Slice key) const {
    return own_prefixes_ == nullptr || !own_prefixes_->InDomain(key) ||
           prefix_filter_.MayContain(PrefixHash(own_prefixes_->Transform(key)));
  }
  static uint64_t PrefixHash(Slice prefix) { return PrefixBloomHash(prefix); }
  // False: no key with this prefix is here, nor one without a prefix among them.
  bool MayContainPrefix(const PrefixScan& scan) const;

  // Calls visit for the point entries of `key` with a sequence of at most `sequence`, newest first,
  // until it returns false or they end. entry.key may be the caller's own bytes. Consults no
  // filter. Takes an EpochGuard of its own; cheaper when the caller already holds one for several
  // files.
  using Visitor = bool (*)(void* context, const Entry& entry, const PinSource& pin);
  Status Visit(Slice key, SequenceNumber sequence, const RunReadOptions& options, Visitor visit,
               void* context) const;

  // A visit that may stop: what is not in memory is added to *misses (when that is not null), and
  // the cursor says what it wants. Once that has been read, the caller puts it into the cursor,
  // clears `wants` and goes on with another call. First cursor->leaf = FindLeaf(key, sequence).
  // REQUIRES: an EpochGuard held over all of these calls.
  Status VisitSome(Slice key, SequenceNumber sequence, const RunReadOptions& options, Visitor visit,
                   void* context, PageBatch* misses, VisitCursor* cursor) const;

  // The iterator must not outlive this file. Start with a Seek.
  std::unique_ptr<RunIterator> NewIterator(const RunReadOptions& options) const;

  const std::vector<RangeDelete>& RangeDeletes() const { return range_deletes_.list(); }
  // The newest range delete over `key` with a sequence of at most `sequence`.
  CoveringRange CoveringRangeDelete(Slice key, SequenceNumber sequence) const {
    return range_deletes_.empty() ? CoveringRange() : range_deletes_.Covering(key, sequence);
  }

  // Bytes of the file that lie before the first entry of `key`, to within a page.
  uint64_t ApproximateOffset(Slice key) const;
  // A key near the middle of the file's leaves `part` of `parts`, for splitting work; empty when
  // there is none.
  std::string SplitKey(size_t part, size_t parts) const;
  // Reads everything from the file (not the pool) and checks sums, order and counts. `order` of
  // entries included.
  Status VerifyChecksums() const;

  // Filter, fences, swips, range deletes, and this object.
  size_t MemoryBytes() const { return memory_bytes_; }
  size_t FilterBytes() const { return filter_.MemoryBytes() + prefix_filter_.MemoryBytes(); }
  size_t IndexBytes() const;

  // --- for RunIterator ---
  size_t LeafCount() const { return fences_.size(); }
  // The leaf page, verified. REQUIRES: an EpochGuard for as long as page->pin is empty and the data
  // is used.
  Status Leaf(size_t index, const RunReadOptions& options, PageRef* page) const {
    const uint64_t word = swips_[index].Resolve();
    if (word != Swip::kEvicted) [[likely]] {
      if (Swip::IsCool(word)) swips_[index].Warm(word);
      if (options.counters != nullptr) options.counters->Hit(options.level);
      page->data = Swip::Address(word);
      page->pin.Release();
      return Status::OK();
    }
    return LoadLeaf(index, options, page);
  }
  // The bytes of a large value or key, verified. REQUIRES: as Leaf.
  Status ReadExtent(const Extent& extent, const RunReadOptions& options, PageRef* data) const;
  bool LeafInMemory(size_t index) const { return swips_[index].Load() != Swip::kEvicted; }
  bool ExtentInMemory(const Extent& extent) const {
    return extent_swips_[extent.ordinal].Load() != Swip::kEvicted;
  }
  // The two halves of loading what is not in memory. The first takes memory and says what to read;
  // the second, after the read, checks it and gives it to the pool. Both: the outcome of Leaf or
  // ReadExtent. REQUIRES of the second: as Leaf.
  Status PrepareLeaf(size_t index, const RunReadOptions& options, PageLoad* load,
                     ReadRequest* request) const;
  Status FinishLeaf(size_t index, const RunReadOptions& options, const ReadRequest& request,
                    PageLoad* load, PageRef* page) const;
  Status PrepareExtent(const Extent& extent, const RunReadOptions& options, PageLoad* load,
                       ReadRequest* request) const;
  Status FinishExtent(const Extent& extent, const RunReadOptions& options,
                      const ReadRequest& request, PageLoad* load, PageRef* data) const;
  // What events call the page of a leaf.
  AETHER_TRACE_ONLY(const Swip* TracedPage(size_t index) const { return &swips_[index]; })
  FileSystem* file_system() const { return fs_; }
  size_t PoolCapacity() const { return pool_->Capacity(); }
  // What a stream reads from: a handle of its own when streams are direct and other reads are not.
  Status OpenStream(std::unique_ptr<RandomReadFile>* own, const RandomReadFile** file) const;
  // The value that a record refers to, verified, and page->data, what its frame begins with.
  // REQUIRES: as Leaf.
  Status ReadBlob(Slice reference, const RunReadOptions& options, PageRef* page,
                  Slice* value) const;
  // The blob file of that number; null when no entry of this file can refer to it.
  const std::shared_ptr<BlobFile>& Blob(uint64_t number) const;
  const std::vector<std::shared_ptr<BlobFile>>& Blobs() const { return options_.blobs; }
  // The leaf to search for (key, sequence). Its lines are on their way to the processor when the
  // page is in memory (asked for only, so no guard is needed). REQUIRES: LeafCount() > 0.
  size_t FindLeaf(Slice key, SequenceNumber sequence) const {
    float share;
    const size_t leaf = FindLeaf(key, sequence, &share);
    PrefetchLeaf(leaf, share);
    return leaf;
  }
  // Without the last step: only its swip is on the way.
  size_t FindLeaf(Slice key, SequenceNumber sequence, float* share) const {
    return fences_.Find(options_.order, key, sequence, swips_.get(), share);
  }
  // A search hops from head to head, then to the slot, then to the record: with all of these lines
  // asked for at once it waits for memory once. `share`: where in the page the record may be.
  void PrefetchLeaf(size_t index, float share) const {
    const uint64_t word = swips_[index].Load();
    if (word != Swip::kEvicted) PrefetchPage(Swip::Address(word), share);
  }
  // The same for a page that will be pinned. False when it is not in memory.
  bool PrefetchLeafToPin(size_t index, float share) const {
    const uint64_t word = swips_[index].Load();
    if (word == Swip::kEvicted) return false;
    __builtin_prefetch(FrameOfPage(Swip::Address(word)), 1);
    PrefetchPage(Swip::Address(word), share);
    return true;
  }
  const FenceIndex& fences() const { return fences_; }
  uint64_t LeafOffset(size_t index) const { return fences_.LeafOffset(index); }
  // What the leaf takes in the file; kPageSize when it stands there as it is.
  size_t StoredSize(size_t index) const { return fences_.StoredSize(index); }
  const RandomReadFile& file() const { return *file_; }
  // False: OpenLeaf makes the page elsewhere.
  bool LeafIsInPlace(size_t index) const {
    return StoredSize(index) == kPageSize && meta_.given_sequence == 0;
  }
  // Verifies the stored bytes of a leaf and, unless LeafIsInPlace, makes the page of them at
  // `page`; else `stored` is the page, which is often the same place. `counters` may be null.
  Status OpenLeaf(size_t index, const char* stored, bool verify, char* page,
                  RunReadCounters* counters) const;
  // The same for a large value or key, whose bytes are to go to `data` when it is compressed.
  Status OpenExtent(const Extent& extent, const char* stored, bool verify, char* data,
                    RunReadCounters* counters) const;
  Status Corrupt(uint64_t offset, const std::string& what) const;
  // Says also which keys the page holds.
  Status CorruptLeaf(size_t index, const std::string& what) const;

 private:
  // Inlined, or the compiler takes the call for one without effect and leaves it out.
  [[gnu::always_inline]] static void PrefetchPage(const char* page, float share) {
    for (size_t line = 0; line < 6; ++line) __builtin_prefetch(page + 64 * line);
    const char* record = page + 384 + static_cast<int>(share * 3520);
    for (size_t line = 0; line < 3; ++line) __builtin_prefetch(record + 64 * line);
  }
  RunFile(std::string path, std::shared_ptr<Pool> pool, const RunFileOptions& options);
  // The meta section of the file, and what of it comes behind FileMeta.
  struct Description {
    std::string block;
    Slice rest;
    uint64_t file_size = 0;
    uint64_t meta_offset = 0;
  };
  Status LoadDescription(FileSystem* fs, Description* description);
  Status Load(FileSystem* fs, const FileMeta* expected);
  Status LoadSections(Slice sections, uint64_t meta_offset, int probes);
  // What a store says of an external file instead of the file itself.
  void TakeAdoption(const FileMeta& expected);
  Status LoadLeaf(size_t index, const RunReadOptions& options, PageRef* page) const;
  Status ReadExact(uint64_t offset, size_t n, char* to) const;
  Status CutOff(uint64_t offset, size_t wanted, size_t got) const;
  struct Place {
    uint64_t offset;
    size_t stored;
    size_t extent_bytes;  // 0: a page
    bool plain;           // read to where it stays
  };
  Status PrepareRead(const Place& place, const RunReadOptions& options, const char* what,
                     PageLoad* load, ReadRequest* request) const;
  // The stored bytes of a request that has been answered.
  Status TakeBytes(const ReadRequest& request, const PageLoad& load, const char** stored) const;
  void ReadNow(ReadRequest* request, RunReadCounters* counters) const;
  Status VerifyReference(Slice reference, uint64_t offset, std::string* scratch) const;

  FileSystem* fs_ = nullptr;
  const std::string path_;
  const std::shared_ptr<Pool> pool_;
  const RunFileOptions options_;
  std::unique_ptr<RandomReadFile> file_;
  FileMeta meta_;
  BloomFilter filter_;         // that holds the keys
  BloomFilter prefix_filter_;  // that holds prefixes only; one that holds both is filter_
  const PrefixExtractor* own_prefixes_ = nullptr;  // of prefix_filter_, if known
  FenceIndex fences_;
  RangeDeleteSet range_deletes_;
  struct Section {
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t checksum = 0;
  };
  Status ReadSection(const Section& section, const char* what, char* to) const;
  Section sections_[3];  // filter, fences, range deletes
  PageArray<Swip> swips_;
  PageArray<Swip> extent_swips_;
  size_t memory_bytes_ = 0;
  size_t charged_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_RUN_FILE_H_
