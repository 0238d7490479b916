#include "compat/binary/stderr_logger.h"

#include <cstdio>
#include <string>

#include "compat/env/log_line.h"

namespace rocksdb {

StderrLogger::~StderrLogger() {}

void StderrLogger::Logv(const char* format, va_list ap) {
  const std::string line = LogLineHead(true) + FormatText(format, ap) + '\n';
  // One call, so that lines of several threads do not mix.
  fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace rocksdb
