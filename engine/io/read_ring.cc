#include "engine/io/read_ring.h"

#include <liburing.h>
#include <pthread.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/io/clock.h"
#include "engine/io/io_events.h"

namespace aether {
namespace {

// One system call takes less than 2 GiB; what is larger goes through ReadAt.
constexpr uint64_t kLargestCall = uint64_t{1} << 30;

struct CloseRing {
  void operator()(io_uring* ring) const {
    io_uring_queue_exit(ring);
    delete ring;
  }
};
using Ring = std::unique_ptr<io_uring, CloseRing>;

// The rings of the process.
class Rings {
 public:
  // Never destroyed: threads may still read while the process exits.
  static Rings* Get() {
    static Rings* const rings = new Rings;
    static const CloseAtExit closer{rings};
    return rings;
  }

  // Null: use pread.
  Ring Take() EXCLUDES(mutex_) {
    if (off_.load(std::memory_order_acquire)) return nullptr;
    MutexLock lock(&mutex_);
    if (!idle_.empty()) {
      Ring ring = std::move(idle_.back());
      idle_.pop_back();
      return ring;
    }
    return open_ < kMaxRings ? NewLocked() : nullptr;
  }

  void GiveBack(Ring ring, bool sound) EXCLUDES(mutex_) {
    if (Forked()) {
      // The parent's: its memory is not mapped here, so there is nothing to undo.
      ring.release();  // NOLINT(bugprone-unused-return-value)
      return;
    }
    MutexLock lock(&mutex_);
    if (sound && !off_.load(std::memory_order_relaxed)) {
      idle_.push_back(std::move(ring));
    } else {
      --open_;
    }
  }

  std::string Method() EXCLUDES(mutex_) {
    constexpr char kOneByOne[] = "pread, one after the other";
    if (Forked()) return std::string(kOneByOne) + " (forked from a process that uses io_uring)";
    // Tries it once, so that the answer is the truth.
    if (Ring ring = Take()) GiveBack(std::move(ring), true);
    MutexLock lock(&mutex_);
    if (off_.load(std::memory_order_relaxed)) return std::string(kOneByOne) + " (" + why_ + ")";
    return "io_uring, up to " + std::to_string(kRingDepth) + " reads in flight for each batch";
  }

  ReadRingCounters Counters() EXCLUDES(mutex_) {
    ReadRingCounters counters;
    {
      MutexLock lock(&mutex_);
      counters.rings = open_;
    }
    counters.batches = batches.load(std::memory_order_relaxed);
    counters.calls = calls.load(std::memory_order_relaxed);
    counters.repeated = repeated.load(std::memory_order_relaxed);
    return counters;
  }

  // Set in a child, where the mutex may be held by a thread that does not exist.
  static bool Forked() { return forked_.load(std::memory_order_acquire); }

  std::atomic<uint64_t> batches{0};
  std::atomic<uint64_t> calls{0};
  std::atomic<uint64_t> repeated{0};

 private:
  struct CloseAtExit {
    explicit CloseAtExit(Rings* of) : rings(of) {}
    ~CloseAtExit() {
      if (!Forked()) rings->CloseIdle();
    }
    Rings* const rings;
  };

  Ring NewLocked() REQUIRES(mutex_) {
    auto made = std::make_unique<io_uring>();
    const int error = -io_uring_queue_init(kRingDepth, made.get(), 0);
    if (error != 0) {
      // Later on it is for want of descriptors or memory: then there are enough rings.
      if (open_ == 0) {
        why_ = "io_uring_setup: " + std::generic_category().message(error);
        off_.store(true, std::memory_order_release);
      }
      return nullptr;
    }
    if (open_ == 0) {
      pthread_atfork(nullptr, nullptr, [] {
        forked_.store(true, std::memory_order_release);
        Get()->off_.store(true, std::memory_order_release);
      });
    }
    ++open_;
    Ring ring(made.release());
    io_uring_ring_dontfork(ring.get());
    return ring;
  }

  void CloseIdle() EXCLUDES(mutex_) {
    MutexLock lock(&mutex_);
    off_.store(true, std::memory_order_release);
    why_ = "the process exits";
    open_ -= idle_.size();
    idle_.clear();
  }

  static inline std::atomic<bool> forked_{false};

  // False until the kernel has refused, a fork, or exit: read without the mutex.
  std::atomic<bool> off_{false};
  Mutex mutex_;
  std::vector<Ring> idle_ GUARDED_BY(mutex_);
  size_t open_ GUARDED_BY(mutex_) = 0;
  std::string why_ GUARDED_BY(mutex_);
};

// --- calls ---

bool Aligned(uint64_t value) { return value % kDirectAlignment == 0; }
bool Aligned(const ReadRequest& r) {
  return Aligned(r.offset) && Aligned(r.size) && Aligned(reinterpret_cast<uintptr_t>(r.scratch));
}

struct FreeMemory {
  void operator()(char* p) const { std::free(p); }
};

// A device takes a direct read of a limited number of places at once. A longer one is split, and in
// a ring that is left to a thread of the kernel's, one read at a time.
constexpr size_t kDirectPlaces = 32;

// Requests that are neighbours in the list and in their file, read by one call.
struct Call {
  size_t first = 0;
  size_t count = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  int64_t result = -1;
  // For a direct read that is not aligned: the blocks around it.
  std::unique_ptr<char, FreeMemory> bounce;

  int descriptor(const ReadRequest* requests) const { return requests[first].file->descriptor(); }
};

// The calls that requests need. Requests without a call are left to ReadAt.
class Plan {
 public:
  // Takes as many of the n requests as fit.
  Plan(ReadRequest* requests, size_t n) : requests_(requests) {
    for (; n_ < std::min(n, kRingRequests) && size_ < kRingDepth; ++n_) {
      ReadRequest& r = requests[n_];
      r.result = Slice(r.scratch, 0);
      r.status = Status::OK();
      vectors_[n_] = {r.scratch, r.size};
      if (r.file->descriptor() >= 0 && r.size != 0 && r.size <= kLargestCall) Add(n_);
    }
  }

  size_t requests() const { return n_; }
  size_t size() const { return size_; }
  Call& operator[](size_t i) { return calls_[i]; }
  const iovec* vectors(const Call& call) const { return vectors_ + call.first; }

  // What the calls brought becomes the requests' outcome; the rest is read by ReadAt. Returns how
  // many these were.
  size_t Settle() {
    std::bitset<kRingRequests> done;
    for (size_t c = 0; c < size_; ++c) Settle(calls_[c], &done);
    size_t others = 0;
    for (size_t i = 0; i < n_; ++i) {
      if (done[i]) continue;
      ReadRequest& r = requests_[i];
      r.status = r.file->ReadAt(r.offset, r.size, r.scratch, &r.result);
      ++others;
    }
    return others;
  }

 private:
  void Add(size_t i) {
    const ReadRequest& r = requests_[i];
    const bool direct = r.file->direct();
    if (size_ > 0 && (!direct || Aligned(r))) {
      Call& last = calls_[size_ - 1];
      if (last.bounce == nullptr && last.first + last.count == i &&
          requests_[last.first].file == r.file && last.offset + last.bytes == r.offset &&
          last.bytes + r.size <= kLargestCall && (!direct || last.count < kDirectPlaces)) {
        ++last.count;
        last.bytes += r.size;
        return;
      }
    }
    Call& call = calls_[size_];
    call.first = i;
    call.count = 1;
    call.offset = r.offset;
    call.bytes = r.size;
    if (direct && !Aligned(r)) {
      const uint64_t end = (r.offset + r.size + kDirectAlignment - 1) / kDirectAlignment;
      call.offset = r.offset / kDirectAlignment * kDirectAlignment;
      call.bytes = end * kDirectAlignment - call.offset;
      call.bounce.reset(static_cast<char*>(std::aligned_alloc(kDirectAlignment, call.bytes)));
      if (call.bounce == nullptr) return;
      vectors_[i] = {call.bounce.get(), call.bytes};
    }
    ++size_;
  }

  // Marks the requests that are whole.
  void Settle(const Call& call, std::bitset<kRingRequests>* done) {
    for (size_t i = call.first; i < call.first + call.count; ++i) {
      ReadRequest& r = requests_[i];
      const uint64_t end = r.offset + r.size;
      if (call.result < 0 || call.offset + static_cast<uint64_t>(call.result) < end) return;
      if (call.bounce != nullptr) {
        std::memcpy(r.scratch, call.bounce.get() + (r.offset - call.offset), r.size);
      }
      r.result = Slice(r.scratch, r.size);
      done->set(i);
    }
  }

  ReadRequest* const requests_;
  size_t n_ = 0;
  size_t size_ = 0;
  Call calls_[kRingDepth];
  iovec vectors_[kRingRequests];
};

// Without a ring: the kernel is asked for everything first, so that what it can it does at once.
// Returns how many requests are done.
size_t ReadByCalls(ReadRequest* requests, size_t n) {
  Plan plan(requests, n);
  for (size_t i = 0; plan.size() > 1 && i < plan.size(); ++i) {
    requests[plan[i].first].file->ReadAhead(plan[i].offset, plan[i].bytes);
  }
  for (size_t i = 0; i < plan.size(); ++i) {
    Call& call = plan[i];
    if (call.count == 1 && call.bounce == nullptr) continue;  // ReadAt does just that
    call.result = preadv(call.descriptor(requests), plan.vectors(call),
                         static_cast<int>(call.count), static_cast<off_t>(call.offset));
  }
  plan.Settle();
  return plan.requests();
}

// A batch that a ring is lent to.
class RingReads final : public PendingReads {
 public:
  RingReads(Ring ring, ReadRequest* requests, size_t n)
      : ring_(std::move(ring)), requests_(requests), plan_(requests, n) {}
  ~RingReads() override { RingReads::Wait(); }

  // How many of the requests it has taken.
  size_t requests() const { return plan_.requests(); }

  void Submit(bool and_wait) {
    started_ = true;
    Rings* const rings = Rings::Get();
    rings->batches.fetch_add(1, std::memory_order_relaxed);
    rings->calls.fetch_add(plan_.size(), std::memory_order_relaxed);
    for (size_t i = 0; i < plan_.size(); ++i) {
      const Call& call = plan_[i];
      io_uring_sqe* const sqe = io_uring_get_sqe(ring_.get());  // a ring comes empty
      const iovec* const vectors = plan_.vectors(call);
      if (call.count == 1) {
        io_uring_prep_read(sqe, call.descriptor(requests_), vectors->iov_base,
                           static_cast<unsigned>(call.bytes), call.offset);
      } else {
        io_uring_prep_readv(sqe, call.descriptor(requests_), vectors,
                            static_cast<unsigned>(call.count), call.offset);
      }
      io_uring_sqe_set_data64(sqe, i);
    }
    int refusals = 0;
    while (submitted_ < plan_.size()) {
      const auto left = static_cast<unsigned>(plan_.size() - submitted_);
      const int taken =
          and_wait ? io_uring_submit_and_wait(ring_.get(), left) : io_uring_submit(ring_.get());
      if (taken > 0) {
        submitted_ += static_cast<size_t>(taken);
      } else if (taken != -EINTR && ++refusals == kMaxRefusals) {
        sound_ = false;  // what it still holds must never start
        return;
      }
    }
  }

  void Wait() override {
    if (ring_ == nullptr) return;
    while (completed_ < submitted_ && !Rings::Forked()) {
      io_uring_cqe* cqe = nullptr;
      const int rc = io_uring_wait_cqe(ring_.get(), &cqe);
      if (rc == 0) {
        plan_[io_uring_cqe_get_data64(cqe)].result = cqe->res;
        io_uring_cqe_seen(ring_.get(), cqe);
        ++completed_;
      } else if (rc != -EINTR) {
        // The kernel may still write into the buffers, so there is no way out but to wait.
        RealClock()->SleepMicros(100);
      }
    }
    Rings* const rings = Rings::Get();
    rings->GiveBack(std::move(ring_), sound_);
    if (!started_) return;
    rings->repeated.fetch_add(plan_.Settle(), std::memory_order_relaxed);
  }

 private:
  static constexpr int kMaxRefusals = 8;

  Ring ring_;  // null once it has been given back
  ReadRequest* const requests_;
  Plan plan_;
  size_t submitted_ = 0;
  size_t completed_ = 0;
  bool started_ = false;
  bool sound_ = true;
};

}  // namespace

void ReadBatchFromDisk(ReadRequest* requests, size_t n) {
  IoSpan span(IoKind::kRead);
  uint64_t bytes = 0;
  while (n > 0) {
    Ring ring = n > 1 ? Rings::Get()->Take() : nullptr;
    size_t done;
    if (ring != nullptr) {
      RingReads reads(std::move(ring), requests, n);
      reads.Submit(true);
      reads.Wait();
      done = reads.requests();
    } else {
      done = ReadByCalls(requests, n);
    }
    for (size_t i = 0; i < done; ++i) bytes += requests[i].result.size();
    span.set_bytes(bytes);
    requests += done;
    n -= done;
  }
}

std::unique_ptr<PendingReads> StartReadsFromDisk(ReadRequest* requests, size_t n) {
  if (n == 0 || n > kRingRequests) return nullptr;
  Ring ring = Rings::Get()->Take();
  if (ring == nullptr) return nullptr;
  auto reads = std::make_unique<RingReads>(std::move(ring), requests, n);
  if (reads->requests() < n) return nullptr;  // of which nothing has been submitted
  reads->Submit(false);
  return reads;
}

std::string DiskReadBatchMethod() { return Rings::Get()->Method(); }

ReadRingCounters DiskReadRingCounters() { return Rings::Get()->Counters(); }

}  // namespace aether
