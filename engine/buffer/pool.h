// The buffer pool: one memory budget for the pages of all runs, shared by all stores that were
// given the same pool.
//
// What it holds: page frames of 4 KiB (chunks of 2 MiB taken ahead of need and reused), extent
// frames (large values, in a heap of their own), and the charges of foreign memory (filters when
// the application wants them counted, entries that an application puts into the cache object that
// stands for this pool).
//
// Reading a page (engine/run does this): under an EpochGuard load the swip; an address is used as
// it is, without lock or count. On EVICTED: Take a frame, fill and verify it, Publish it. Whoever
// loses the race to publish uses the winner's page. Extents are pinned first: PinExtent,
// PublishExtent.
//
// Eviction: a clock hand walks over the frames. HOT becomes COOL; COOL and not pinned is taken from
// its swip by one compare-and-swap and put into limbo with an epoch stamp; it is used again when
// every guard that might still read it has gone, and once nobody pins it. Extents are freed at
// once: their readers pin before they read.
//
// The page provider, a thread of the pool, does this ahead of need (Leis et al., LeanStore, ICDE
// 2018, section IV.C): in a pool that is full and of kProviderPool bytes at least it keeps some per
// cent of the frames free or in limbo, so that a miss finds a frame and looks at no other. It looks
// at frames without the pool's mutex. The first miss that finds few free frames starts or wakes it;
// then it looks after them by itself twice in a millisecond, and sleeps when nothing was wanted of
// it for a while. Nobody waits for it: a miss that finds no free frame evicts a few pages itself,
// as it does in small pools, in a child that was forked (threads are not inherited), and when there
// is no thread to be had. docs/tuning.md has the figures.
//
// Thread safety: all functions from any thread. A mutex guards lists and counters; the hit path
// never touches it. Locks are taken in this order: sweep_mutex_, mutex_.
// Invariants:
//  1. Memory is never reused or given back while a guard or a pin can reach it.
//  2. At most one frame holds a given swip's page for readers; others that were loaded at the same
//     time are private.
//  3. Frames with memory, the pages of extents, their descriptors and charges stay within the
//     capacity. Beyond it may be what is pinned, pages that wait for an epoch (at most a sixteenth
//     of the capacity, or an eighth of a small one), and a reserve of kReserveFrames in pools that
//     are smaller than 1 MiB.
//
// Failure: without the strict flag a Take never fails for lack of budget: beyond it, the frame is
// private to its pin and goes away with it. With the flag it returns Aborted/kMemoryLimit when pins
// and charges alone fill the capacity. When the system refuses memory, Take returns
// Aborted/kMemoryLimit as well.

#ifndef AETHER_ENGINE_BUFFER_POOL_H_
#define AETHER_ENGINE_BUFFER_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "engine/base/epoch.h"
#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/base/extent_heap.h"
#include "engine/buffer/frame.h"
#include "engine/buffer/swip.h"

namespace aether {

// Bytes that a reader may use: under the guard it holds when `pin` is empty, else as long as the
// pin. Those of an extent are always pinned.
struct PageRef {
  const char* data = nullptr;
  Pin pin;
};

struct PoolCounters {
  uint64_t loads = 0;  // pages and extents read into memory
  uint64_t load_bytes = 0;
  uint64_t lost_races = 0;  // loads whose page another thread published first
  uint64_t evictions = 0;
  uint64_t provided = 0;       // of these: pages that the page provider took, ahead of need
  uint64_t private_loads = 0;  // loads that found no budget and stayed private to their pin
};

class Pool {
 public:
  static constexpr size_t kReserveFrames = 32;
  static constexpr size_t kProviderPool = size_t{4} << 20;

  // `strict`: see Failure above. Pins that are alive when the last pointer goes stay valid.
  static std::shared_ptr<Pool> New(size_t capacity, bool strict = false);

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Works at once: evicts down to the new capacity, except for what is pinned or being read just
  // now, which goes as soon as it can.
  void SetCapacity(size_t bytes) EXCLUDES(sweep_mutex_, mutex_);
  size_t Capacity() const { return capacity_.load(std::memory_order_relaxed); }
  void SetStrict(bool strict) { strict_.store(strict, std::memory_order_relaxed); }
  bool Strict() const { return strict_.load(std::memory_order_relaxed); }

  // Bytes of pages and extents in memory plus charges.
  size_t Usage() const EXCLUDES(mutex_);
  // Bytes of frames with at least one pin plus charges; walks over all frames.
  size_t PinnedUsage() const EXCLUDES(mutex_);
  // Bytes taken from the system, free frames included, without charges.
  size_t MemoryBytes() const EXCLUDES(mutex_);
  PoolCounters Counters() const EXCLUDES(mutex_);

  // Counts foreign memory against the capacity and evicts pages to make room. With the strict flag
  // (or `must_fit`), Aborted/kMemoryLimit and nothing charged when it does not fit even so.
  Status Charge(size_t bytes, bool must_fit = false) EXCLUDES(mutex_);
  void Uncharge(size_t bytes) EXCLUDES(mutex_);
  // Drops every page that is not pinned.
  void EvictAll() EXCLUDES(sweep_mutex_, mutex_);

  // --- for the loader of pages ---

  // A page frame, or an extent frame when extent_bytes != 0, pinned once and known to nobody else.
  // *publishable is false when there is no budget to keep it: then use it by its pin alone.
  Status Take(size_t extent_bytes, Frame** frame, bool* publishable) EXCLUDES(mutex_);
  // Gives the frame to readers through *swip. The result is the page to use: this one, or the one
  // that another thread published first (then `frame` is freed). The pin of Take ends here.
  // REQUIRES: an EpochGuard held since before the call, which protects the result.
  const char* Publish(Swip* swip, Frame* frame) EXCLUDES(mutex_);
  // The same for an extent, whose pin stays. When another thread was first, it stays private.
  void PublishExtent(Swip* swip, const Pin& pin) EXCLUDES(mutex_);
  // A pin on the extent that `word`, loaded from *swip, leads to; an empty one when it has been
  // evicted since. REQUIRES: an EpochGuard, which keeps swip and pool.
  static Pin PinExtent(const Swip* swip, uint64_t word);
  // Forgets all pages behind an array of swips, which may be freed afterwards. Their memory waits
  // for guards and pins. REQUIRES: nobody loads or will load through them.
  void Forget(Swip* swips, size_t n, bool extents) EXCLUDES(sweep_mutex_, mutex_);

  // Takes the extent behind *swip away from it, unless it is pinned or used in this moment. For
  // tables whose swips serve one value after the other.
  void Displace(Swip* swip) EXCLUDES(mutex_);

  static char* Data(Frame* frame) {
    return frame->extent ? AsExtent(frame)->data : PageOfFrame(frame);
  }

 private:
  friend class Pin;
  friend struct PoolTestAccess;

  struct Limbo {
    Frame* frame;
    uint64_t stamp;
  };

  // Pages of one eviction: enough that the stamp and the walk over the guards are shared by many.
  static constexpr size_t kBatchFrames = 32;
  // Descriptors of extents are made in blocks of this size.
  static constexpr size_t kSlabSize = kPageSize;
  // Frames the clock hand looks at for one batch before it takes hot ones: bounds the time a miss
  // may take.
  static constexpr size_t kMaxWalk = 512;
  // Pools of this size and more ask for huge pages: a miss of the address translation costs more
  // than what the chunk in use and the next one, which are whole from the beginning, may waste.
  static constexpr size_t kHugePagePool = size_t{128} << 20;

  Pool(size_t capacity, bool strict);
  ~Pool();
  // The last std::shared_ptr is gone: the pool goes once no guard and no pin can reach its memory.
  static void Close(Pool* pool);
  static void DeleteRetired(void* pool);
  static Pool* PoolOf(Frame* frame);
  static size_t BytesOf(Frame* frame);

  // The slow half of Pin::Unpin: `frame` is an orphan that nobody holds any more.
  void FreeOrphan(Frame* frame) EXCLUDES(mutex_);
  // Pin::Unpin while memory is above the capacity.
  void UnpinOver(Frame* frame) EXCLUDES(mutex_);

  // Memory taken from the system that counts, and charges. More than what the frames need by the
  // parts of pages between extents.
  size_t CommittedLocked() const REQUIRES(mutex_);
  // What was freed and is kept for the next frames.
  size_t IdleLocked() const REQUIRES(mutex_);
  // What may be in limbo before replacement stops, and by how much it may exceed the capacity.
  size_t LimboCredit() const;
  size_t AllowedLocked() const REQUIRES(mutex_);
  // A chunk is made without the mutex where possible: zeroing it takes a while.
  static char* NewChunk(bool huge);
  bool AddChunkLocked(char* chunk, bool huge) REQUIRES(mutex_);
  // Has a large pool's next chunk made by the provider before the last one runs out.
  void GrowAheadLocked() REQUIRES(mutex_);
  // Free frames below which more are made.
  size_t LowFrames() const;
  void CallProviderLocked() REQUIRES(mutex_);
  void ProviderLoop() EXCLUDES(mutex_);
  void GrowNow() EXCLUDES(mutex_);
  // False when there were enough frames.
  bool Provide() EXCLUDES(sweep_mutex_, mutex_);
  size_t FramesWantedLocked() const REQUIRES(mutex_);
  void SweepOnce() EXCLUDES(sweep_mutex_, mutex_);
  // Null when there is no free frame with memory and, unless `beyond`, none can be had in budget.
  Frame* PopPageLocked(bool beyond) REQUIRES(mutex_);
  Status TakePageLocked(Frame** frame) REQUIRES(mutex_);
  Status TakeExtentLocked(size_t bytes, Frame** frame) REQUIRES(mutex_);
  // Null when there is no memory for more of them.
  ExtentFrame* PopExtentLocked() REQUIRES(mutex_);
  // A frame that no swip leads to and, if it is a page, no guard either becomes free, or an orphan
  // of its pins.
  void OrphanLocked(Frame* frame) REQUIRES(mutex_);
  void FreeLocked(Frame* frame) REQUIRES(mutex_);
  // Give idle memory back: what is above the capacity, or until `extra` more bytes fit.
  void TrimFreeLocked() REQUIRES(mutex_);
  void TrimLocked(size_t extra) REQUIRES(mutex_);
  void UnbackOneLocked() REQUIRES(mutex_);

  // Move up to `bytes` of pages to limbo and of extents to their end, in proportion to what they
  // hold, and return how many were moved. `thorough` goes on until nothing evictable is left, else
  // the walk is bounded.
  size_t EvictLocked(size_t bytes, bool thorough) REQUIRES(mutex_);
  size_t EvictPagesLocked(size_t bytes, bool thorough) REQUIRES(mutex_);
  size_t EvictExtentsLocked(size_t bytes) REQUIRES(mutex_);
  bool VisitLocked(Frame* frame, bool even_hot) REQUIRES(mutex_);
  // One look of the clock hand: cools what is hot, and takes what is cool, or anything with
  // `even_hot`, away from its swip. True when it did that: a page then goes to limbo. REQUIRES:
  // one of the two mutexes, under both of which Forget empties swips before they are freed.
  static bool Unlink(Frame* frame, bool even_hot);
  void StampLocked() REQUIRES(mutex_);
  // What has passed its epoch becomes free, or an orphan of its pins.
  void ReclaimLocked() REQUIRES(mutex_);
  // Evicts until `extra` more bytes would fit once what is idle or in limbo has gone.
  void MakeRoomLocked(size_t extra) REQUIRES(mutex_);
  void UpdateOverLocked() REQUIRES(mutex_);
  bool DeadLocked() const REQUIRES(mutex_) { return closed_ && epoch_passed_ && out_ == 0; }

  std::atomic<size_t> capacity_;
  std::atomic<bool> strict_;
  // Raised while memory is above the capacity: the last unpin of a frame then evicts it.
  std::atomic<bool> over_{false};

  // Held by the provider from its look at frames until what it took is in limbo.
  Mutex sweep_mutex_;
  mutable Mutex mutex_;
  std::vector<char*> chunks_ GUARDED_BY(mutex_);
  std::vector<char*> slabs_ GUARDED_BY(mutex_);  // of descriptors of extents
  Frame* free_extents_ GUARDED_BY(mutex_) = nullptr;
  std::vector<ExtentFrame*> extents_ GUARDED_BY(mutex_);
  ExtentHeap heap_ GUARDED_BY(mutex_);        // what their bytes live in
  Frame* free_ GUARDED_BY(mutex_) = nullptr;  // with memory behind them
  Frame* bare_ GUARDED_BY(mutex_) = nullptr;  // without, or not counted yet
  size_t bare_count_ GUARDED_BY(mutex_) = 0;
  size_t free_count_ GUARDED_BY(mutex_) = 0;
  size_t backed_ GUARDED_BY(mutex_) = 0;        // page frames with memory
  size_t extent_bytes_ GUARDED_BY(mutex_) = 0;  // descriptors included
  size_t charged_ GUARDED_BY(mutex_) = 0;
  // Moved under one of the two mutexes; when both move it at a time, a frame is passed over or
  // looked at twice.
  std::atomic<size_t> hand_{0};
  size_t extent_hand_ GUARDED_BY(mutex_) = 0;
  std::vector<Frame*> unstamped_ GUARDED_BY(mutex_);
  std::deque<Limbo> limbo_ GUARDED_BY(mutex_);
  size_t limbo_bytes_ GUARDED_BY(mutex_) = 0;
  size_t out_ GUARDED_BY(mutex_) = 0;  // frames that are neither free nor bare
  bool closed_ GUARDED_BY(mutex_) = false;
  bool epoch_passed_ GUARDED_BY(mutex_) = false;  // since closed_
  PoolCounters counters_ GUARDED_BY(mutex_);
  CondVar provider_wake_;
  bool grow_wanted_ GUARDED_BY(mutex_) = false;
  bool frames_wanted_ GUARDED_BY(mutex_) = false;  // the provider is awake and looks after them
  bool no_provider_ GUARDED_BY(mutex_) = false;    // the system has refused the thread
  std::thread provider_;                           // started under mutex_, joined by Close
  std::atomic<int> provider_process_{0};           // where it runs; a child does not have it
};

}  // namespace aether

#endif  // AETHER_ENGINE_BUFFER_POOL_H_
