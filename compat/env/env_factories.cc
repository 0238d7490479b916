// Env, FileSystem and SystemClock by name. The registry knows what an application has added; the
// built-in names are those of the default objects.

#include "compat/env/composite_env.h"
#include "compat/options/customizable_util.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

namespace {

bool NamesDefault(const std::string& value, const Customizable& object, const char* short_name) {
  return value.empty() || value == short_name || object.IsInstanceOf(value);
}

}  // namespace

Status Env::LoadEnv(const std::string& value, Env** result) {
  return CreateFromString(ConfigOptions(), value, result);
}

Status Env::LoadEnv(const std::string& value, Env** result, std::shared_ptr<Env>* guard) {
  return CreateFromString(ConfigOptions(), value, result, guard);
}

Status Env::CreateFromString(const ConfigOptions& config_options, const std::string& value,
                             Env** result) {
  if (NamesDefault(value, *Env::Default(), "posix")) {
    *result = Env::Default();
    return Status::OK();
  }
  return CreateStatic(config_options, value, result);
}

Status Env::CreateFromString(const ConfigOptions& config_options, const std::string& value,
                             Env** result, std::shared_ptr<Env>* guard) {
  if (NamesDefault(value, *Env::Default(), "posix")) {
    guard->reset();
    *result = Env::Default();
    return Status::OK();
  }
  // A name may stand for an object that the application owns.
  Env* env = nullptr;
  if (CreateStatic(config_options, value, &env).ok() && env != nullptr) {
    guard->reset();
    *result = env;
    return Status::OK();
  }
  std::shared_ptr<Env> made;
  Status status = CreateShared(config_options, value, &made);
  if (status.ok() && made != nullptr) {
    *result = made.get();
    *guard = std::move(made);
  }
  return status;
}

Status Env::CreateFromUri(const ConfigOptions& options, const std::string& env_uri,
                          const std::string& fs_uri, Env** result, std::shared_ptr<Env>* guard) {
  if (!env_uri.empty() && !fs_uri.empty()) {
    return Status::InvalidArgument("cannot specify both fs_uri and env_uri");
  }
  if (fs_uri.empty()) return CreateFromString(options, env_uri, result, guard);
  std::shared_ptr<FileSystem> fs;
  Status status = FileSystem::CreateFromString(options, fs_uri, &fs);
  if (status.ok()) {
    *guard = NewCompositeEnv(fs);
    *result = guard->get();
  }
  return status;
}

Status FileSystem::Load(const std::string& value, std::shared_ptr<FileSystem>* result) {
  return CreateFromString(ConfigOptions(), value, result);
}

Status FileSystem::CreateFromString(const ConfigOptions& options, const std::string& value,
                                    std::shared_ptr<FileSystem>* result) {
  std::shared_ptr<FileSystem> standard = FileSystem::Default();
  if (NamesDefault(value, *standard, "posix")) {
    *result = std::move(standard);
    return Status::OK();
  }
  return CreateShared(options, value, result);
}

Status SystemClock::CreateFromString(const ConfigOptions& options, const std::string& value,
                                     std::shared_ptr<SystemClock>* result) {
  const std::shared_ptr<SystemClock>& standard = SystemClock::Default();
  if (NamesDefault(value, *standard, "posix")) {
    *result = standard;
    return Status::OK();
  }
  return CreateShared(options, value, result);
}

}  // namespace rocksdb
