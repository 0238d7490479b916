// The Logger base class and the functions that print through one. A null logger is allowed
// everywhere.

#include <cstdarg>
#include <string>

#include "rocksdb/env.h"

namespace rocksdb {

Logger::~Logger() {}

Status Logger::Close() {
  if (closed_) return Status::OK();
  closed_ = true;
  return CloseImpl();
}

Status Logger::CloseImpl() { return Status::NotSupported(); }

void Logger::Logv(const InfoLogLevel log_level, const char* format, va_list ap) {
  if (log_level < GetInfoLogLevel()) return;
  const char* tag = nullptr;
  switch (log_level) {
    case InfoLogLevel::INFO_LEVEL:
      Logv(format, ap);
      return;
    case InfoLogLevel::HEADER_LEVEL:
      LogHeader(format, ap);
      return;
    case InfoLogLevel::DEBUG_LEVEL:
      tag = "[DEBUG] ";
      break;
    case InfoLogLevel::WARN_LEVEL:
      tag = "[WARN] ";
      break;
    case InfoLogLevel::ERROR_LEVEL:
      tag = "[ERROR] ";
      break;
    case InfoLogLevel::FATAL_LEVEL:
      tag = "[FATAL] ";
      break;
    case InfoLogLevel::NUM_INFO_LOG_LEVELS:
      return;
  }
  Logv((tag + std::string(format)).c_str(), ap);
}

namespace {

void Print(InfoLogLevel level, Logger* logger, const char* format, va_list ap) {
  if (logger != nullptr && logger->GetInfoLogLevel() <= level) logger->Logv(level, format, ap);
}

void PrintHeader(Logger* logger, const char* format, va_list ap) {
  if (logger != nullptr) logger->LogHeader(format, ap);
}

}  // namespace

void LogFlush(Logger* info_log) {
  if (info_log != nullptr) info_log->Flush();
}
void LogFlush(const std::shared_ptr<Logger>& info_log) { LogFlush(info_log.get()); }

void Log(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::INFO_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Log(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::INFO_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}
void Log(const InfoLogLevel log_level, Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  if (log_level == InfoLogLevel::HEADER_LEVEL) {
    PrintHeader(info_log, format, ap);
  } else {
    Print(log_level, info_log, format, ap);
  }
  va_end(ap);
}
void Log(const InfoLogLevel log_level, const std::shared_ptr<Logger>& info_log, const char* format,
         ...) {
  va_list ap;
  va_start(ap, format);
  if (log_level == InfoLogLevel::HEADER_LEVEL) {
    PrintHeader(info_log.get(), format, ap);
  } else {
    Print(log_level, info_log.get(), format, ap);
  }
  va_end(ap);
}

void Header(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  PrintHeader(info_log, format, ap);
  va_end(ap);
}
void Header(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  PrintHeader(info_log.get(), format, ap);
  va_end(ap);
}
void Debug(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::DEBUG_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Debug(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::DEBUG_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}
void Info(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::INFO_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Info(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::INFO_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}
void Warn(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::WARN_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Warn(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::WARN_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}
void Error(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::ERROR_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Error(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::ERROR_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}
void Fatal(Logger* info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::FATAL_LEVEL, info_log, format, ap);
  va_end(ap);
}
void Fatal(const std::shared_ptr<Logger>& info_log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  Print(InfoLogLevel::FATAL_LEVEL, info_log.get(), format, ap);
  va_end(ap);
}

}  // namespace rocksdb
