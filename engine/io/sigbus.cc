#include "engine/io/sigbus.h"

#include <signal.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

#include "engine/base/thread_annotations.h"

namespace aether {
namespace {

constexpr uintptr_t kPage = 4096;

// One entry of the table, read by the handler while others change it: a sequence lock.
//
// Memory order: a writer (under the mutex) makes `version` odd, stores the fields with release,
// then makes `version` even with release. The handler loads `version` and the fields with acquire,
// then `version` again: had it read one new field, it would now see the odd number or a later one.
// Equal and even means that the fields belong together. An entry found in motion is skipped: it
// cannot be the one that covers the faulting address, since a range is registered before the first
// store into it and unregistered after the last.
struct Range {
  std::atomic<uint32_t> version{0};
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<std::atomic<bool>*> own{nullptr};
  std::atomic<std::atomic<bool>*> shared{nullptr};
};

Range g_ranges[SigbusGuard::kMaxRanges];
std::atomic<int> g_used{0};  // entries at and above were never used
struct sigaction g_previous;
Mutex g_mutex;
bool g_installed = false;

void Set(Range* range, uintptr_t begin, uintptr_t end, std::atomic<bool>* own,
         std::atomic<bool>* shared) {
  const uint32_t version = range->version.load(std::memory_order_relaxed);
  range->version.store(version + 1, std::memory_order_relaxed);
  range->begin.store(begin, std::memory_order_release);
  range->end.store(end, std::memory_order_release);
  range->own.store(own, std::memory_order_release);
  range->shared.store(shared, std::memory_order_release);
  range->version.store(version + 2, std::memory_order_release);
}

bool Absorb(uintptr_t address) {
  const int used = g_used.load(std::memory_order_acquire);
  for (int i = 0; i < used; i++) {
    Range& range = g_ranges[i];
    const uint32_t before = range.version.load(std::memory_order_acquire);
    const uintptr_t begin = range.begin.load(std::memory_order_acquire);
    const uintptr_t end = range.end.load(std::memory_order_acquire);
    std::atomic<bool>* const own = range.own.load(std::memory_order_acquire);
    std::atomic<bool>* const shared = range.shared.load(std::memory_order_acquire);
    if (before % 2 != 0 || range.version.load(std::memory_order_relaxed) != before) continue;
    if (address < begin || address >= end) continue;
    // The flags first: once the page is there another thread may store into it and go on.
    own->store(true, std::memory_order_release);
    if (shared != nullptr) shared->store(true, std::memory_order_release);
    void* const page = reinterpret_cast<void*>(address & ~(kPage - 1));
    return mmap(page, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0) != MAP_FAILED;
  }
  return false;
}

void Handle(int signal_number, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool absorbed = Absorb(reinterpret_cast<uintptr_t>(info->si_addr));
  errno = saved_errno;
  if (absorbed) return;
  if ((g_previous.sa_flags & SA_SIGINFO) != 0 && g_previous.sa_sigaction != nullptr) {
    g_previous.sa_sigaction(signal_number, info, context);
    return;
  }
  if (g_previous.sa_handler != SIG_DFL && g_previous.sa_handler != SIG_IGN) {
    g_previous.sa_handler(signal_number);
    return;
  }
  // The default disposition: put it back; the access is repeated and meets it.
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGBUS, &standard, nullptr);
}

void InstallOnce() {
  if (g_installed) return;
  g_installed = true;
  struct sigaction ours = {};
  ours.sa_sigaction = &Handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&ours.sa_mask);
  sigaction(SIGBUS, nullptr, &g_previous);
  sigaction(SIGBUS, &ours, nullptr);
}

}  // namespace

int SigbusGuard::Register(const char* begin, size_t size, std::atomic<bool>* own,
                          std::atomic<bool>* shared) {
  const uintptr_t from = reinterpret_cast<uintptr_t>(begin);
  MutexLock lock(&g_mutex);
  InstallOnce();
  const int used = g_used.load(std::memory_order_relaxed);
  for (int i = 0; i < used; i++) {
    if (g_ranges[i].begin.load(std::memory_order_relaxed) == 0) {
      Set(&g_ranges[i], from, from + size, own, shared);
      return i;
    }
  }
  if (used == kMaxRanges) return -1;
  Set(&g_ranges[used], from, from + size, own, shared);
  g_used.store(used + 1, std::memory_order_release);
  return used;
}

void SigbusGuard::Unregister(int handle) {
  if (handle < 0) return;
  MutexLock lock(&g_mutex);
  Set(&g_ranges[handle], 0, 0, nullptr, nullptr);
}

}  // namespace aether
