#include "compat/binary/stderr_logger.h"

#include <sys/time.h>
#include <time.h>

#include <cstdio>
#include <string>

namespace rocksdb {

StderrLogger::~StderrLogger() {}

void StderrLogger::Logv(const char* format, va_list ap) {
  timeval now;
  gettimeofday(&now, nullptr);
  tm local;
  localtime_r(&now.tv_sec, &local);
  char head[96];
  const int head_size = snprintf(
      head, sizeof(head), "%04d/%02d/%02d-%02d:%02d:%02d.%06ld %lx ", local.tm_year + 1900,
      local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
      static_cast<long>(now.tv_usec), static_cast<unsigned long>(Env::Default()->GetThreadID()));

  va_list measure;
  va_copy(measure, ap);
  const int size = vsnprintf(nullptr, 0, format, measure);
  va_end(measure);
  std::string line(head, static_cast<size_t>(head_size));
  if (size > 0) {
    line.resize(static_cast<size_t>(head_size + size) + 1);
    vsnprintf(line.data() + head_size, static_cast<size_t>(size) + 1, format, ap);
    line.pop_back();
  }
  line.push_back('\n');
  // One call, so that lines of several threads do not mix.
  fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace rocksdb
