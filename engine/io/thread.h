// What the engine asks of the scheduler: names, priorities, the number of processors, waiting on a
// word.
//
// Thread safety: all functions may be called by any thread. Names and priorities are wishes: a
// refusal has no effect on correctness and is told by the return value.

#ifndef AETHER_ENGINE_IO_THREAD_H_
#define AETHER_ENGINE_IO_THREAD_H_

#include <atomic>
#include <cstdint>

namespace aether {

// At most 15 characters are kept. Shows in top and in core dumps.
void SetThreadName(const char* name);
// The kernel's number of the calling thread.
int CurrentThreadId();
// -20 (first) to 19 (last), for one thread only; tid 0 is the calling one. Raising priority again
// may need privilege.
bool SetThreadNice(int tid, int nice);
// Best-effort (level 0 to 7) or idle disk priority of the calling thread.
bool SetThreadIoPriority(int level);
bool SetThreadIoIdle();
// Processors this process may run on, at least 1.
int NumberOfCpus();

// Sleeps while *word == expected, until woken or, with timeout_nanos != 0, that long. May return
// early for no reason. Returns false only when the time ran out.
bool FutexWait(const std::atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_nanos = 0);
// Wakes up to `count` sleepers; returns how many.
int FutexWake(const std::atomic<uint32_t>* word, int count);
int FutexWakeAll(const std::atomic<uint32_t>* word);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_THREAD_H_
