// How every CreateFromString works: split the text into an id and options, make the object that the
// registry knows under the id, configure it.
//
// Thread safety: as the registry's, which has its own lock.
// Failure: text that cannot be split, objects that cannot be made and options that they do not take
// give their Status. An unknown id is NotSupported, or, with ignore_unsupported_options, leaves
// *result as it was.

#ifndef AETHER_COMPAT_OPTIONS_CUSTOMIZABLE_UTIL_H_
#define AETHER_COMPAT_OPTIONS_CUSTOMIZABLE_UTIL_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "rocksdb/convenience.h"
#include "rocksdb/customizable.h"
#include "rocksdb/utilities/object_registry.h"

namespace rocksdb {

using OptionMap = std::unordered_map<std::string, std::string>;

namespace options_internal {

// Make(id, &holder) fills a holder; `get` gives the plain pointer in it.
template <typename Holder, typename Make, typename Get>
Status Create(const ConfigOptions& config, const std::string& value, const Make& make,
              const Get& get, Holder* result) {
  std::string id;
  OptionMap options;
  Status s = Customizable::GetOptionsMap(config, get(*result), value, &id, &options);
  if (!s.ok()) return s;
  if (id.empty()) {
    if (!options.empty()) return Status::NotSupported("Cannot reset object ", id);
    *result = nullptr;
    return s;
  }
  Holder made{};
  s = make(id, &made);
  if (s.IsNotSupported() && config.ignore_unsupported_options) return Status::OK();
  if (!s.ok()) return s;
  // Objects are shared as const, but nobody else has seen this one yet.
  s = Customizable::ConfigureNewObject(config, const_cast<Customizable*>(get(made)), options);
  if (s.ok()) *result = std::move(made);
  return s;
}

}  // namespace options_internal

template <typename T>
Status CreateShared(const ConfigOptions& config, const std::string& value,
                    std::shared_ptr<T>* result) {
  return options_internal::Create(
      config, value,
      [&config](const std::string& id, std::shared_ptr<T>* made) {
        return config.registry->NewSharedObject(id, made);
      },
      [](const std::shared_ptr<T>& holder) -> const Customizable* { return holder.get(); }, result);
}

template <typename T>
Status CreateUnique(const ConfigOptions& config, const std::string& value,
                    std::unique_ptr<T>* result) {
  return options_internal::Create(
      config, value,
      [&config](const std::string& id, std::unique_ptr<T>* made) {
        return config.registry->NewUniqueObject(id, made);
      },
      [](const std::unique_ptr<T>& holder) -> const Customizable* { return holder.get(); }, result);
}

// For objects that live for ever.
template <typename T>
Status CreateStatic(const ConfigOptions& config, const std::string& value, T** result) {
  return options_internal::Create(
      config, value,
      [&config](const std::string& id, T** made) {
        return config.registry->NewStaticObject(id, made);
      },
      [](T* holder) -> const Customizable* { return holder; }, result);
}

// Adds a factory for a class that has kClassName() and kNickName() and takes no arguments.
template <typename Base, typename Class>
void AddSimpleFactory(ObjectLibrary& library) {
  library.AddFactory<Base>(
      ObjectLibrary::PatternEntry(Class::kClassName()).AnotherName(Class::kNickName()),
      [](const std::string&, std::unique_ptr<Base>* guard, std::string*) {
        guard->reset(new Class);
        return guard->get();
      });
}

// What the default library holds; each function registers one kind.
void RegisterComparators(ObjectLibrary& library);
void RegisterSliceTransforms(ObjectLibrary& library);
void RegisterMergeOperators(ObjectLibrary& library);
void RegisterMemTableFactories(ObjectLibrary& library);
void RegisterTableFactories(ObjectLibrary& library);
void RegisterFilterPolicies(ObjectLibrary& library);
void RegisterStatistics(ObjectLibrary& library);
void RegisterMiscFactories(ObjectLibrary& library);
void RegisterFileChecksums(ObjectLibrary& library);
void RegisterEncryption(ObjectLibrary& library);
void RegisterCaches(ObjectLibrary& library);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_CUSTOMIZABLE_UTIL_H_
