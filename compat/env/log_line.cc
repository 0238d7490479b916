#include "compat/env/log_line.h"

#include <sys/time.h>
#include <time.h>

#include <cstdio>

#include "engine/io/thread.h"

namespace rocksdb {

// The format is checked where the application calls Log.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
std::string FormatText(const char* format, va_list ap) {
  va_list measure;
  va_copy(measure, ap);
  const int size = vsnprintf(nullptr, 0, format, measure);
  va_end(measure);
  if (size <= 0) return std::string();
  std::string text(static_cast<size_t>(size) + 1, '\0');
  vsnprintf(text.data(), text.size(), format, ap);
  text.pop_back();
  return text;
}
#pragma GCC diagnostic pop

std::string LogLineHead(bool thread_in_hex) {
  timeval now;
  gettimeofday(&now, nullptr);
  tm local;
  localtime_r(&now.tv_sec, &local);
  char head[96];
  int n = snprintf(head, sizeof(head), "%04d/%02d/%02d-%02d:%02d:%02d.%06ld ", local.tm_year + 1900,
                   local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                   static_cast<long>(now.tv_usec));
  const size_t left = sizeof(head) - static_cast<size_t>(n);
  const int thread = aether::CurrentThreadId();
  n += thread_in_hex ? snprintf(head + n, left, "%x ", static_cast<unsigned>(thread))
                     : snprintf(head + n, left, "%d ", thread);
  return std::string(head, static_cast<size_t>(n));
}

}  // namespace rocksdb
