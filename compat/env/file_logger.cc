#include "compat/env/file_logger.h"

#include <mutex>
#include <string>
#include <utility>

#include "compat/env/file_adapters.h"
#include "compat/env/log_line.h"

namespace rocksdb {

namespace {

class FileLogger : public Logger {
 public:
  FileLogger(std::unique_ptr<FSWritableFile> file, InfoLogLevel level)
      : Logger(level), file_(std::move(file)) {}
  ~FileLogger() override {
    if (!closed_) {
      closed_ = true;
      Finish().PermitUncheckedError();
    }
  }

  using Logger::Logv;
  void Logv(const char* format, va_list ap) override {
    const std::string line = Line(format, ap);
    std::lock_guard<std::mutex> lock(mutex_);
    if (file_ == nullptr) return;
    IOStatus status = file_->Append(line, IOOptions(), nullptr);
    if (status.ok()) {
      size_ += line.size();
    } else if (error_.ok()) {
      error_ = std::move(status);
    }
  }

  size_t GetLogFileSize() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return size_;
  }

  void Flush() override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (file_ != nullptr) file_->Flush(IOOptions(), nullptr).PermitUncheckedError();
  }

 protected:
  Status CloseImpl() override { return Finish(); }

 private:
  static std::string Line(const char* format, va_list ap) {
    std::string line = LogLineHead(false) + FormatText(format, ap);
    if (line.back() != '\n') line.push_back('\n');
    return line;
  }

  IOStatus Finish() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (file_ == nullptr) return error_;
    IOStatus status = file_->Close(IOOptions(), nullptr);
    file_.reset();
    return error_.ok() ? status : error_;
  }

  mutable std::mutex mutex_;
  std::unique_ptr<FSWritableFile> file_;  // guarded by mutex_; null when closed
  size_t size_ = 0;                       // guarded by mutex_
  IOStatus error_;                        // guarded by mutex_; the first one
};

}  // namespace

std::shared_ptr<Logger> NewFileLogger(std::unique_ptr<FSWritableFile> file, InfoLogLevel level) {
  return std::make_shared<FileLogger>(std::move(file), level);
}

Status NewEnvLogger(const std::string& fname, Env* env, std::shared_ptr<Logger>* result) {
  std::unique_ptr<WritableFile> file;
  Status status = env->NewWritableFile(fname, &file, EnvOptions());
  if (status.ok()) *result = NewFileLogger(AsFSFile(std::move(file)), InfoLogLevel::INFO_LEVEL);
  return status;
}

}  // namespace rocksdb
