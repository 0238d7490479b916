// A Logger that writes lines to stderr, each with local time and thread id in front.
//
// Layout: that of Logger; the virtual table is copied into executables. Thread safety: all
// functions.

#ifndef AETHER_COMPAT_BINARY_STDERR_LOGGER_H_
#define AETHER_COMPAT_BINARY_STDERR_LOGGER_H_

#include <cstdarg>

#include "rocksdb/env.h"

namespace rocksdb {

class StderrLogger : public Logger {
 public:
  explicit StderrLogger(const InfoLogLevel log_level = InfoLogLevel::INFO_LEVEL)
      : Logger(log_level) {}
  ~StderrLogger() override;

  using Logger::Logv;
  void Logv(const char* format, va_list ap) override;
};
static_assert(sizeof(StderrLogger) == 24);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_STDERR_LOGGER_H_
