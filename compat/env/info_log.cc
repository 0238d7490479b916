#include "compat/env/info_log.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "compat/env/log_line.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/utilities/info_log_finder.h"

namespace rocksdb {

namespace {

std::string LogDirectory(const std::string& dbname, const std::string& log_dir) {
  return log_dir.empty() ? dbname : log_dir;
}

// "LOG", or with a log directory "data_db_LOG" for the DB /data/db.
std::string LogName(const std::string& db_path, const std::string& log_dir) {
  if (log_dir.empty()) return "LOG";
  std::string name;
  for (char c : db_path) {
    const bool plain =
        isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
    if (plain) {
      name.push_back(c);
    } else if (!name.empty()) {
      name.push_back('_');
    }
  }
  return name + "_LOG";
}

// Removes the oldest logs until at most `keep` are left, the current one included.
void RemoveOldLogs(Env* env, const std::string& directory, const std::string& current,
                   size_t keep) {
  std::vector<std::string> names;
  if (!env->GetChildren(directory, &names).ok()) return;
  const std::string prefix = current + ".old";
  std::vector<std::pair<uint64_t, std::string>> old;
  for (const std::string& name : names) {
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    // A bare ".old" is from before logs carried a time.
    const uint64_t time = name.size() > prefix.size() + 1
                              ? strtoull(name.c_str() + prefix.size() + 1, nullptr, 10)
                              : 0;
    old.emplace_back(time, name);
  }
  std::sort(old.begin(), old.end());
  for (size_t i = 0; i + std::max<size_t>(keep, 1) <= old.size(); ++i) {
    env->DeleteFile(directory + "/" + old[i].second).PermitUncheckedError();
  }
}

// A log that starts a new file when the current one is too large or too old. Limits of 0 do not
// apply.
class RollingLogger : public Logger {
 public:
  RollingLogger(Env* env, std::string dbname, std::string db_path, const DBOptions& options)
      : Logger(options.info_log_level),
        env_(env),
        dbname_(std::move(dbname)),
        db_path_(std::move(db_path)),
        log_dir_(options.db_log_dir),
        max_size_(options.max_log_file_size),
        max_age_us_(options.log_file_time_to_roll * 1000000),
        keep_(options.keep_log_file_num) {}
  ~RollingLogger() override {
    if (!closed_) {
      closed_ = true;
      CloseImpl().PermitUncheckedError();
    }
  }

  // Keeps an existing log under another name and starts a new one.
  Status Roll() {
    const std::string current = InfoLogFileName(dbname_, db_path_, log_dir_);
    if (env_->FileExists(current).ok()) {
      uint64_t now = env_->NowMicros();
      std::string kept = OldInfoLogFileName(dbname_, now, db_path_, log_dir_);
      while (env_->FileExists(kept).ok()) {
        kept = OldInfoLogFileName(dbname_, ++now, db_path_, log_dir_);
      }
      Status renamed = env_->RenameFile(current, kept);
      // Another opener may have moved it; then there is nothing to keep.
      if (!renamed.ok() && env_->FileExists(current).ok()) return renamed;
    }
    std::shared_ptr<Logger> next;
    Status status = env_->NewLogger(current, &next);
    if (!status.ok()) return status;
    next->SetInfoLogLevel(Logger::GetInfoLogLevel());
    logger_ = std::move(next);
    started_us_ = env_->NowMicros();
    RemoveOldLogs(env_, LogDirectory(dbname_, log_dir_), LogName(db_path_, log_dir_), keep_);
    return Status::OK();
  }

  using Logger::Logv;
  void Logv(const char* format, va_list ap) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (TooLarge() || TooOld()) {
      // Lines go on into the old file when no new one can be made.
      if (Roll().ok()) RepeatHeaders();
    }
    if (logger_ != nullptr) logger_->Logv(format, ap);
  }

  void LogHeader(const char* format, va_list ap) override {
    if (max_size_ != 0 || max_age_us_ != 0) {
      va_list copy;
      va_copy(copy, ap);
      std::string text = FormatText(format, copy);
      va_end(copy);
      std::lock_guard<std::mutex> lock(mutex_);
      headers_.push_back(std::move(text));
    }
    Logv(format, ap);
  }

  size_t GetLogFileSize() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return logger_ != nullptr ? logger_->GetLogFileSize() : 0;
  }
  void Flush() override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (logger_ != nullptr) logger_->Flush();
  }
  void SetInfoLogLevel(const InfoLogLevel log_level) override {
    std::lock_guard<std::mutex> lock(mutex_);
    Logger::SetInfoLogLevel(log_level);
    if (logger_ != nullptr) logger_->SetInfoLogLevel(log_level);
  }

 protected:
  Status CloseImpl() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return logger_ != nullptr ? logger_->Close() : Status::OK();
  }

 private:
  bool TooLarge() const { return max_size_ != 0 && logger_->GetLogFileSize() >= max_size_; }
  bool TooOld() const { return max_age_us_ != 0 && env_->NowMicros() - started_us_ >= max_age_us_; }
  void RepeatHeaders() {
    for (const std::string& header : headers_) Log(logger_, "%s", header.c_str());
  }

  Env* const env_;
  const std::string dbname_;
  const std::string db_path_;
  const std::string log_dir_;
  const size_t max_size_;
  const uint64_t max_age_us_;
  const size_t keep_;
  mutable std::mutex mutex_;
  std::shared_ptr<Logger> logger_;    // guarded by mutex_
  uint64_t started_us_ = 0;           // guarded by mutex_
  std::vector<std::string> headers_;  // guarded by mutex_
};

}  // namespace

std::string InfoLogFileName(const std::string& dbname, const std::string& db_path,
                            const std::string& log_dir) {
  return LogDirectory(dbname, log_dir) + "/" + LogName(db_path, log_dir);
}

std::string OldInfoLogFileName(const std::string& dbname, uint64_t ts, const std::string& db_path,
                               const std::string& log_dir) {
  return InfoLogFileName(dbname, db_path, log_dir) + ".old." + std::to_string(ts);
}

Status CreateLoggerFromOptions(const std::string& dbname, const DBOptions& options,
                               std::shared_ptr<Logger>* logger) {
  if (options.info_log) {
    *logger = options.info_log;
    return Status::OK();
  }
  Env* const env = options.env;
  std::string db_path;
  Status status = env->GetAbsolutePath(dbname, &db_path);
  if (!status.ok()) return status;
  status = env->CreateDirIfMissing(dbname);
  if (status.ok() && !options.db_log_dir.empty()) {
    status = env->CreateDirIfMissing(options.db_log_dir);
  }
  if (!status.ok()) return status;
  auto rolling = std::make_shared<RollingLogger>(env, dbname, db_path, options);
  status = rolling->Roll();
  if (status.ok()) *logger = std::move(rolling);
  return status;
}

Status GetInfoLogList(DB* db, std::vector<std::string>* info_log_list) {
  if (db == nullptr) return Status::InvalidArgument("DB pointer is not valid");
  const DBOptions options = db->GetDBOptions();
  std::string db_path;
  Status status = options.env->GetAbsolutePath(db->GetName(), &db_path);
  std::vector<std::string> names;
  if (status.ok()) {
    status = options.env->GetChildren(LogDirectory(db->GetName(), options.db_log_dir), &names);
  }
  if (!status.ok()) return status;
  const std::string current = LogName(db_path, options.db_log_dir);
  for (std::string& name : names) {
    if (name == current || name.compare(0, current.size() + 4, current + ".old") == 0) {
      info_log_list->push_back(std::move(name));
    }
  }
  return Status::OK();
}

}  // namespace rocksdb
