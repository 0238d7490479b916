#include "engine/buffer/pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string>
#include <thread>

#include "engine/base/pages.h"
#include "engine/base/trace.h"

namespace aether {
namespace {

// What waits for an epoch may be an eighth of a small pool.
constexpr size_t kSmallCredit = size_t{1} << 20;

// Below this a pool keeps kReserveFrames even beyond its capacity, so that a page does not cost a
// call to the system.
constexpr size_t kTinyPool = size_t{1} << 20;

Status MemoryLimit(const std::string& what) {
  return Status(Status::kAborted, Status::kMemoryLimit, what);
}

constexpr uint32_t kLastOfOrphan = Frame::kOrphan | 1;

// Returns the count before, with the orphan bit: kLastOfOrphan makes the frame the caller's to
// free.
uint32_t DropPin(Frame* frame) {
  AETHER_TRACE_PAGE_STEP();
  uint32_t before;
  if (frame->extent) {
    // In one step with the bit: who finds it set may have come too late and takes his pin back.
    before = frame->pins.load(std::memory_order_relaxed);
    while (!frame->pins.compare_exchange_weak(before, before == kLastOfOrphan ? 0 : before - 1,
                                              std::memory_order_acq_rel,
                                              std::memory_order_relaxed)) {
    }
  } else {
    before = frame->pins.fetch_sub(1, std::memory_order_acq_rel);
  }
  AETHER_TRACE_PAGE("unpin", "frame", TracedFrame(frame), "freed", before == kLastOfOrphan);
  return before;
}

}  // namespace

// --- pins ---

Pool* Pool::PoolOf(Frame* frame) {
  if (frame->extent) return AsExtent(frame)->pool;
  const uintptr_t chunk = reinterpret_cast<uintptr_t>(frame) & ~(kChunkSize - 1);
  return reinterpret_cast<ChunkHead*>(chunk)->pool;
}

size_t Pool::BytesOf(Frame* frame) {
  return frame->extent ? AsExtent(frame)->bytes + sizeof(ExtentFrame) : kPageSize;
}

void Pin::Unpin(Frame* frame) {
  // Once the count is down, frame and pool may go at any moment, unless this was the last pin of an
  // orphan: everything needed is read before.
  Pool* const pool = Pool::PoolOf(frame);
  if (pool->over_.load(std::memory_order_relaxed)) [[unlikely]] {
    pool->UnpinOver(frame);
    return;
  }
  if (DropPin(frame) == kLastOfOrphan) pool->FreeOrphan(frame);
}

void Pool::FreeOrphan(Frame* frame) {
  bool dead;
  {
    MutexLock lock(&mutex_);
    FreeLocked(frame);
    UpdateOverLocked();
    dead = DeadLocked();
  }
  if (dead) delete this;
}

void Pool::UnpinOver(Frame* frame) {
  bool dead;
  {
    MutexLock lock(&mutex_);
    const uint32_t before = DropPin(frame);
    if (before == kLastOfOrphan) {
      FreeLocked(frame);
    } else if (before == 1 && CommittedLocked() > Capacity()) {
      VisitLocked(frame, true);
    }
    StampLocked();
    ReclaimLocked();
    TrimFreeLocked();
    UpdateOverLocked();
    dead = DeadLocked();
  }
  if (dead) delete this;
}

// --- life ---

std::shared_ptr<Pool> Pool::New(size_t capacity, bool strict) {
  return std::shared_ptr<Pool>(new Pool(capacity, strict), &Pool::Close);
}

Pool::Pool(size_t capacity, bool strict) : capacity_(capacity), strict_(strict) {}

Pool::~Pool() {
  MutexLock lock(&mutex_);
  for (char* chunk : chunks_) UnmapMemory(chunk, kChunkSize);
  for (char* slab : slabs_) UnmapMemory(slab, kSlabSize);
}

void Pool::Close(Pool* pool) {
  // The thread of the parent may have held a mutex at the fork, and cannot be joined here. The copy
  // of the pool is left alone.
  const int process = pool->provider_process_.load(std::memory_order_relaxed);
  if (process != 0 && process != getpid()) return;
  {
    MutexLock lock(&pool->mutex_);
    pool->closed_ = true;
    pool->StampLocked();
    pool->provider_wake_.NotifyAll();
  }
  if (pool->provider_.joinable()) pool->provider_.join();
  EpochRetire(pool, &Pool::DeleteRetired);
}

void Pool::DeleteRetired(void* object) {
  auto* pool = static_cast<Pool*>(object);
  bool dead;
  {
    MutexLock lock(&pool->mutex_);
    pool->epoch_passed_ = true;
    pool->ReclaimLocked();
    dead = pool->DeadLocked();
  }
  if (dead) delete pool;
}

// --- budget ---

size_t Pool::CommittedLocked() const {
  return backed_ * kPageSize + heap_.CommittedBytes() + slabs_.size() * kSlabSize + charged_;
}

size_t Pool::IdleLocked() const { return free_count_ * kPageSize + heap_.IdleBytes(); }

size_t Pool::LimboCredit() const {
  return std::max(
      {kReserveFrames * kPageSize, Capacity() / 16, std::min(Capacity() / 8, kSmallCredit)});
}

size_t Pool::AllowedLocked() const { return Capacity() + std::min(limbo_bytes_, LimboCredit()); }

void Pool::UpdateOverLocked() {
  over_.store(CommittedLocked() > Capacity(), std::memory_order_relaxed);
}

void Pool::SetCapacity(size_t bytes) {
  capacity_.store(bytes, std::memory_order_relaxed);
  // A reader that is in the middle of a page keeps what left with it for microseconds: wait a
  // little for that, so that the caller sees the memory gone, but not for a guard that is held long
  // or by this very thread.
  for (int attempt = 0; attempt < 64; ++attempt) {
    {
      MutexLock sweep(&sweep_mutex_);
      MutexLock lock(&mutex_);
      const size_t committed = CommittedLocked();
      if (committed > bytes + limbo_bytes_) EvictLocked(committed - bytes - limbo_bytes_, true);
      StampLocked();
      ReclaimLocked();
      TrimFreeLocked();
      UpdateOverLocked();
      if (limbo_.empty() || CommittedLocked() <= bytes) return;
    }
    std::this_thread::yield();
  }
}

void Pool::EvictAll() {
  MutexLock sweep(&sweep_mutex_);
  MutexLock lock(&mutex_);
  EvictLocked(SIZE_MAX / 2, true);
  StampLocked();
  ReclaimLocked();
  TrimFreeLocked();
  UpdateOverLocked();
}

size_t Pool::Usage() const {
  MutexLock lock(&mutex_);
  return (backed_ - free_count_) * kPageSize + extent_bytes_ + charged_;
}

size_t Pool::PinnedUsage() const {
  const auto pinned = [](const Frame& frame) {
    return (frame.pins.load(std::memory_order_relaxed) & ~Frame::kOrphan) != 0;
  };
  std::vector<char*> chunks;
  size_t bytes = 0;
  {
    MutexLock lock(&mutex_);
    chunks = chunks_;
    for (ExtentFrame* extent : extents_) {
      if (pinned(extent->frame)) bytes += BytesOf(&extent->frame);
    }
    bytes += charged_;
  }
  // Chunks live as long as the pool: this long walk keeps nobody waiting.
  for (char* chunk : chunks) {
    const Frame* frames = FramesOfChunk(chunk);
    for (size_t i = 0; i < kFramesPerChunk; ++i) bytes += pinned(frames[i]) ? kPageSize : 0;
  }
  return bytes;
}

size_t Pool::MemoryBytes() const {
  MutexLock lock(&mutex_);
  return backed_ * kPageSize + heap_.CommittedBytes() + slabs_.size() * kSlabSize +
         chunks_.size() * kChunkHeadPages * kPageSize;
}

PoolCounters Pool::Counters() const {
  MutexLock lock(&mutex_);
  return counters_;
}

Status Pool::Charge(size_t bytes, bool must_fit) {
  MutexLock lock(&mutex_);
  if (CommittedLocked() + bytes > Capacity()) {
    MakeRoomLocked(bytes);
    TrimLocked(bytes);
    if ((must_fit || Strict()) && CommittedLocked() + bytes > AllowedLocked()) {
      UpdateOverLocked();
      return MemoryLimit("the pool of " + std::to_string(Capacity()) + " bytes has no room for " +
                         std::to_string(bytes) + " more");
    }
  }
  charged_ += bytes;
  UpdateOverLocked();
  return Status::OK();
}

void Pool::Uncharge(size_t bytes) {
  MutexLock lock(&mutex_);
  charged_ -= std::min(bytes, charged_);
  UpdateOverLocked();
}

void Pool::MakeRoomLocked(size_t extra) {
  if (CommittedLocked() + extra <= Capacity()) return;
  ReclaimLocked();
  // What is in limbo beyond its credit waits for a slow guard: extents, which do not wait, go in
  // its place.
  const size_t now = AllowedLocked() + IdleLocked();
  size_t target = CommittedLocked() + extra;
  if (target <= now) return;
  if (limbo_bytes_ > LimboCredit()) {
    EvictExtentsLocked(target - now);
    target = CommittedLocked() + extra;
  }
  const size_t going = Capacity() + limbo_bytes_ + IdleLocked();
  if (target <= going) return;
  EvictLocked(target - going, true);
  StampLocked();
  ReclaimLocked();
}

// --- frames ---

char* Pool::NewChunk(bool huge) {
  auto* chunk = static_cast<char*>(MapMemory(kChunkSize, kChunkSize));
  if (chunk == nullptr) return nullptr;
  madvise(chunk, kChunkSize, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  return chunk;
}

bool Pool::AddChunkLocked(char* chunk, bool huge) {
  if (chunk == nullptr) return false;
  new (chunk) ChunkHead{this, huge};
  Frame* frames = FramesOfChunk(chunk);
  for (size_t i = kFramesPerChunk; i-- > 0;) {
    auto* frame = new (&frames[i]) Frame;
    frame->next = bare_;
    bare_ = frame;
  }
  bare_count_ += kFramesPerChunk;
  chunks_.push_back(chunk);
  return true;
}

// --- taking and giving back ---

Frame* Pool::PopPageLocked(bool beyond) {
  if (free_ != nullptr) {
    Frame* frame = free_;
    free_ = frame->next;
    --free_count_;
    return frame;
  }
  if (!beyond && CommittedLocked() + kPageSize > Capacity()) {
    heap_.Trim(kBatchFrames * kPageSize);
    if (CommittedLocked() + kPageSize > Capacity()) return nullptr;
  }
  const bool huge = Capacity() >= kHugePagePool;
  if (bare_ == nullptr && !AddChunkLocked(NewChunk(huge), huge)) return nullptr;
  Frame* frame = bare_;
  bare_ = frame->next;
  --bare_count_;
  frame->backed = true;
  ++backed_;
  GrowAheadLocked();
  return frame;
}

Status Pool::TakePageLocked(Frame** frame) {
  // Ahead of need: what goes to limbo now can be used once the guards of this moment have ended. A
  // thread that loses its processor inside a guard holds everything up for milliseconds; until
  // limbo has its full credit, pages go on being replaced meanwhile.
  const size_t capacity = Capacity();
  const size_t frames = capacity / kPageSize;
  const size_t low = LowFrames();
  if (free_count_ <= low && CommittedLocked() + low * kPageSize >= capacity + heap_.IdleBytes()) {
    ReclaimLocked();
    if (!frames_wanted_ && capacity >= kProviderPool && !no_provider_) {
      CallProviderLocked();
      frames_wanted_ = !no_provider_;
    }
    const size_t batch = std::clamp(frames / 4, size_t{1}, kBatchFrames);
    if (free_count_ <= (frames_wanted_ ? 0 : low) && limbo_bytes_ < LimboCredit()) {
      EvictLocked(batch * kPageSize, false);
      StampLocked();
      ReclaimLocked();
    }
  }
  *frame = PopPageLocked(false);
  if (*frame != nullptr) return Status::OK();
  if (Strict() && limbo_.empty()) {
    return MemoryLimit("everything in the pool of " + std::to_string(capacity) +
                       " bytes is pinned or charged");
  }
  *frame = PopPageLocked(true);
  return *frame != nullptr ? Status::OK() : MemoryLimit("no memory for a chunk of page frames");
}

ExtentFrame* Pool::PopExtentLocked() {
  if (free_extents_ == nullptr) {
    auto* const slab = static_cast<char*>(MapMemory(kSlabSize, kPageSize));
    if (slab == nullptr) return nullptr;
    slabs_.push_back(slab);
    for (size_t at = kSlabSize; at > 0; at -= sizeof(ExtentFrame)) {
      auto* const extent = new (slab + at - sizeof(ExtentFrame)) ExtentFrame;
      extent->frame.extent = true;
      extent->pool = this;
      extent->frame.next = free_extents_;
      free_extents_ = &extent->frame;
    }
  }
  auto* const extent = AsExtent(free_extents_);
  free_extents_ = extent->frame.next;
  return extent;
}

Status Pool::TakeExtentLocked(size_t bytes, Frame** frame) {
  const size_t whole = bytes + sizeof(ExtentFrame);
  // One that would push out a large part of everything else is not kept.
  const bool keep = whole <= Capacity() / 4;
  if (keep) MakeRoomLocked(whole);
  TrimLocked(whole);
  if (Strict() && CommittedLocked() + whole > AllowedLocked() && limbo_.empty()) {
    return MemoryLimit("no room in the pool of " + std::to_string(Capacity()) +
                       " bytes for a value of " + std::to_string(bytes));
  }
  auto* const data = static_cast<char*>(heap_.Allocate(bytes));
  ExtentFrame* const extent = data != nullptr ? PopExtentLocked() : nullptr;
  if (extent == nullptr) {
    if (data != nullptr) heap_.Free(data, bytes);
    return MemoryLimit("no memory for a value of " + std::to_string(bytes));
  }
  extent->data = data;
  extent->bytes = bytes;
  extent->position = extents_.size();
  extents_.push_back(extent);
  extent_bytes_ += whole;
  *frame = &extent->frame;
  // What stood around it may have been too small for it: then more has to go.
  TrimLocked(0);
  if (keep && CommittedLocked() > AllowedLocked()) {
    MakeRoomLocked(0);
    TrimLocked(0);
  }
  return Status::OK();
}

Status Pool::Take(size_t extent_bytes, Frame** frame, bool* publishable) {
  MutexLock lock(&mutex_);
  AETHER_RETURN_IF_ERROR(extent_bytes == 0 ? TakePageLocked(frame)
                                           : TakeExtentLocked(extent_bytes, frame));
  ++out_;
  {
    AETHER_TRACE_PAGE_STEP();
    // Private until published: its pin is all there is.
    (*frame)->pins.fetch_add(kLastOfOrphan, std::memory_order_relaxed);
    AETHER_TRACE_PAGE("take", "frame", TracedFrame(*frame));
  }
  *publishable = CommittedLocked() <= AllowedLocked();
  ++counters_.loads;
  counters_.load_bytes += extent_bytes == 0 ? kPageSize : extent_bytes;
  if (!*publishable) ++counters_.private_loads;
  UpdateOverLocked();
  return Status::OK();
}

const char* Pool::Publish(Swip* swip, Frame* frame) {
  // Nobody else knows the frame before the swip leads to it, and a pin can be taken as soon as it
  // does: the orphan bit must be gone by then. The clock hand may see the owner earlier; it leaves
  // alone what the swip does not lead to.
  char* const data = Data(frame);
  uint64_t other;
  {
    AETHER_TRACE_PAGE_STEP();
    frame->pins.store(0, std::memory_order_relaxed);
    frame->owner.store(swip, std::memory_order_release);
    other = swip->Publish(data);
    AETHER_TRACE_PAGE("publish", "won", other == Swip::kEvicted);
  }
  if (other == Swip::kEvicted) return data;
  MutexLock lock(&mutex_);
  frame->owner.store(nullptr, std::memory_order_relaxed);
  FreeLocked(frame);
  ++counters_.lost_races;
  return Swip::Address(other);
}

Pin Pool::PinExtent(const Swip* swip, uint64_t word) {
  auto* const frame = reinterpret_cast<Frame*>(Swip::Address(word));
  // If the swip still leads there now, an eviction that comes after finds the count: both change
  // this word in one order. If not, this may be anybody's descriptor.
  frame->pins.fetch_add(1, std::memory_order_acq_rel);
  Pin pin = Pin::Adopt(frame);
  if (Swip::Address(swip->Load()) != Swip::Address(word)) pin.Release();
  return pin;
}

void Pool::PublishExtent(Swip* swip, const Pin& pin) {
  // As in Publish. The pin keeps the clock hand away.
  Frame* const frame = pin.frame();
  frame->pins.fetch_and(~Frame::kOrphan, std::memory_order_relaxed);
  frame->owner.store(swip, std::memory_order_release);
  if (swip->Publish(TargetOf(frame)) == Swip::kEvicted) return;
  MutexLock lock(&mutex_);
  frame->owner.store(nullptr, std::memory_order_relaxed);
  frame->pins.fetch_or(Frame::kOrphan, std::memory_order_relaxed);
  ++counters_.lost_races;
}

void Pool::FreeLocked(Frame* frame) {
  --out_;
  if (frame->extent) {
    ExtentFrame* const extent = AsExtent(frame);
    extents_.back()->position = extent->position;
    extents_[extent->position] = extents_.back();
    extents_.pop_back();
    extent_bytes_ -= BytesOf(frame);
    heap_.Free(extent->data, extent->bytes);
    frame->next = free_extents_;
    free_extents_ = frame;
    TrimFreeLocked();
    return;
  }
  frame->pins.store(0, std::memory_order_relaxed);
  frame->next = free_;
  free_ = frame;
  ++free_count_;
  TrimFreeLocked();
}

void Pool::TrimFreeLocked() {
  const size_t committed = CommittedLocked();
  if (committed <= Capacity()) return;
  heap_.Trim(committed - Capacity());
  const size_t reserve = Capacity() < kTinyPool ? kReserveFrames : 0;
  while (free_count_ > reserve && CommittedLocked() > Capacity()) UnbackOneLocked();
}

void Pool::TrimLocked(size_t extra) {
  const size_t wanted = CommittedLocked() + extra;
  if (wanted <= Capacity()) return;
  heap_.Trim(wanted - Capacity());
  while (free_ != nullptr && CommittedLocked() + extra > Capacity()) UnbackOneLocked();
}

void Pool::UnbackOneLocked() {
  Frame* frame = free_;
  free_ = frame->next;
  --free_count_;
  char* const page = PageOfFrame(frame);
  auto* const chunk =
      reinterpret_cast<ChunkHead*>(reinterpret_cast<uintptr_t>(page) & ~(kChunkSize - 1));
  if (chunk->huge) {
    // Or the system would put memory behind the page again to make the chunk whole.
    madvise(chunk, kChunkSize, MADV_NOHUGEPAGE);
    chunk->huge = false;
  }
  madvise(page, kPageSize, MADV_DONTNEED);
  frame->backed = false;
  --backed_;
  frame->next = bare_;
  bare_ = frame;
  ++bare_count_;
}

// --- eviction ---

bool Pool::Unlink(Frame* frame, bool even_hot) {
  AETHER_TRACE_PAGE_STEP();
  Swip* const swip = frame->owner.load(std::memory_order_acquire);
  if (swip == nullptr || frame->pins.load(std::memory_order_relaxed) != 0) return false;
  const uint64_t word = swip->Load();
  if (Swip::Address(word) != TargetOf(frame)) return false;  // being published, or lost the race
  if (!Swip::IsCool(word) && !even_hot) {
    if (swip->Cool(word)) AETHER_TRACE_PAGE("cool", "frame", TracedFrame(frame));
    return false;
  }
  if (!swip->Evict(word)) return false;  // used in this moment
  frame->owner.store(nullptr, std::memory_order_relaxed);
  AETHER_TRACE_PAGE("evict", "frame", TracedFrame(frame));
  return true;
}

bool Pool::VisitLocked(Frame* frame, bool even_hot) {
  if (!Unlink(frame, even_hot)) return false;
  ++counters_.evictions;
  if (frame->extent) {
    OrphanLocked(frame);
    return true;
  }
  unstamped_.push_back(frame);
  limbo_bytes_ += kPageSize;
  return true;
}

void Pool::Displace(Swip* swip) {
  MutexLock lock(&mutex_);
  // Swips are emptied under the mutex only: what this one leads to now stays until the end.
  const uint64_t word = swip->Load();
  if (word == Swip::kEvicted) return;
  VisitLocked(reinterpret_cast<Frame*>(Swip::Address(word)), true);
  UpdateOverLocked();
}

size_t Pool::EvictPagesLocked(size_t bytes, bool thorough) {
  const size_t total = chunks_.size() * kFramesPerChunk;
  // Two rounds: the first may only cool. A third takes pages that readers warm as fast as they are
  // cooled.
  const size_t rounds = 3 * total;
  const size_t limit = thorough ? rounds : std::min(rounds, kMaxWalk);
  size_t hand = hand_.load(std::memory_order_relaxed);
  size_t moved = 0;
  for (size_t walked = 0; walked < limit && moved < bytes; ++walked) {
    if (hand >= total) hand = 0;
    Frame* frame = FramesOfChunk(chunks_[hand / kFramesPerChunk]) + hand % kFramesPerChunk;
    ++hand;
    const bool even_hot = thorough ? walked >= 2 * total : walked + kBatchFrames * 4 >= limit;
    if (VisitLocked(frame, even_hot)) moved += kPageSize;
  }
  hand_.store(hand, std::memory_order_relaxed);
  return moved;
}

size_t Pool::EvictExtentsLocked(size_t bytes) {
  size_t moved = 0;
  const size_t total = extents_.size();
  for (size_t walked = 0; walked < 3 * total && moved < bytes && !extents_.empty(); ++walked) {
    if (extent_hand_ >= extents_.size()) extent_hand_ = 0;
    ExtentFrame* const extent = extents_[extent_hand_];
    const size_t size = BytesOf(&extent->frame);
    if (VisitLocked(&extent->frame, walked >= 2 * total)) moved += size;
    // Else it was freed and another one stands in its place.
    if (extent_hand_ < extents_.size() && extents_[extent_hand_] == extent) ++extent_hand_;
  }
  return moved;
}

size_t Pool::EvictLocked(size_t bytes, bool thorough) {
  const size_t pages = (backed_ - free_count_) * kPageSize;
  size_t moved = 0;
  if (extent_bytes_ > 0) {
    const double share =
        static_cast<double>(extent_bytes_) / static_cast<double>(extent_bytes_ + pages);
    moved += EvictExtentsLocked(static_cast<size_t>(share * static_cast<double>(bytes)) + 1);
  }
  if (moved < bytes) moved += EvictPagesLocked(bytes - moved, thorough);
  if (moved < bytes && thorough && extent_bytes_ > 0) moved += EvictExtentsLocked(bytes - moved);
  return moved;
}

void Pool::StampLocked() {
  if (unstamped_.empty()) return;
  // After the swips were emptied: a guard that starts now, or that started and has not loaded them
  // yet, cannot find these frames; one that could has an epoch that is not above the stamp.
  AETHER_TRACE_PAGE_STEP();
  const uint64_t stamp = EpochStamp();
  for (Frame* frame : unstamped_) {
    limbo_.push_back({frame, stamp});
    AETHER_TRACE_PAGE("stamp", "frame", TracedFrame(frame));
  }
  unstamped_.clear();
}

void Pool::ReclaimLocked() {
  if (limbo_.empty()) return;
  uint64_t oldest = EpochOldest();
  AETHER_TRACE_ONLY(if (trace::page_bug == trace::PageBug::kReclaimEarly) { oldest = UINT64_MAX; })
  while (!limbo_.empty() && limbo_.front().stamp < oldest) {
    Frame* frame = limbo_.front().frame;
    limbo_.pop_front();
    limbo_bytes_ -= kPageSize;
    OrphanLocked(frame);
  }
}

void Pool::OrphanLocked(Frame* frame) {
  AETHER_TRACE_PAGE_STEP();
  uint32_t before = frame->pins.load(std::memory_order_relaxed);
  while (!frame->pins.compare_exchange_weak(before, before == 0 ? 0 : before | Frame::kOrphan,
                                            std::memory_order_acq_rel, std::memory_order_relaxed)) {
  }
  AETHER_TRACE_ONLY(if (trace::page_bug == trace::PageBug::kFreePinned) { before = 0; })
  AETHER_TRACE_PAGE("reclaim", "frame", TracedFrame(frame), "freed", before == 0);
  if (before == 0) FreeLocked(frame);
}

void Pool::Forget(Swip* swips, size_t n, bool extents) {
  constexpr size_t kStep = 1024;  // the mutex is held for this many at a time
  for (size_t start = 0; start < n; start += kStep) {
    MutexLock sweep(&sweep_mutex_);
    MutexLock lock(&mutex_);
    const size_t end = std::min(n, start + kStep);
    for (size_t i = start; i < end; ++i) {
      const uint64_t word = swips[i].Load();
      if (word == Swip::kEvicted) continue;
      swips[i].Evict(word);
      char* const target = Swip::Address(word);
      Frame* frame = extents ? reinterpret_cast<Frame*>(target) : FrameOfPage(target);
      frame->owner.store(nullptr, std::memory_order_relaxed);
      if (extents) {
        OrphanLocked(frame);
      } else {
        unstamped_.push_back(frame);
        limbo_bytes_ += kPageSize;
      }
    }
    StampLocked();
    ReclaimLocked();
    UpdateOverLocked();
  }
}

}  // namespace aether
