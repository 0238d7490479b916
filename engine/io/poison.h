// Forced into every source file of the engine above engine/io: there, raw system calls, clocks and
// random devices do not compile. What bypasses engine/io cannot be simulated, and what cannot be
// simulated is not tested.
//
// The standard headers that mention these names come first; the pragma forbids only what follows
// it.

#ifndef AETHER_ENGINE_IO_POISON_H_
#define AETHER_ENGINE_IO_POISON_H_

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iosfwd>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <thread>

// Files.
#pragma GCC poison creat openat pread pwrite preadv pwritev readv writev fsync fdatasync
#pragma GCC poison sync_file_range ftruncate fallocate posix_fallocate posix_fadvise
#pragma GCC poison unlink unlinkat renameat renameat2 rmdir opendir readdir fopen freopen tmpfile
#pragma GCC poison ifstream ofstream
// Mappings.
#pragma GCC poison mmap mmap64 munmap msync mremap
// Time and chance.
#pragma GCC poison usleep nanosleep clock_nanosleep sleep_for sleep_until gettimeofday
#pragma GCC poison clock_gettime steady_clock system_clock high_resolution_clock
#pragma GCC poison srand srandom random_device getrandom getentropy
// Everything else.
#pragma GCC poison syscall setpriority pthread_setname_np

#endif  // AETHER_ENGINE_IO_POISON_H_
