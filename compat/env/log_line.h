// Text of log lines: printf for a va_list, and the head that every line starts with.
//
// Thread safety: stateless. A format that cannot be printed gives an empty text.

#ifndef AETHER_COMPAT_ENV_LOG_LINE_H_
#define AETHER_COMPAT_ENV_LOG_LINE_H_

#include <cstdarg>
#include <string>

namespace rocksdb {

// Consumes ap.
std::string FormatText(const char* format, va_list ap);

// "2026/11/22-00:10:08.624834 8a4 ": local time and the id of the calling thread.
std::string LogLineHead(bool thread_in_hex);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_LOG_LINE_H_
