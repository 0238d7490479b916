// ObjectLibrary and ObjectRegistry: names, patterns and what is known under them.

#include "rocksdb/utilities/object_registry.h"

#include <cctype>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compat/options/customizable_util.h"
#include "rocksdb/env.h"

namespace rocksdb {

std::unordered_map<std::string, RegistrarFunc> ObjectRegistry::builtins_;

// Where the separator has matched from `start` on: the index of the first character after what
// belongs to it, or npos.
size_t ObjectLibrary::PatternEntry::MatchSeparatorAt(size_t start, Quantifier mode,
                                                     const std::string& target, size_t tlen,
                                                     const std::string& pattern) const {
  constexpr size_t kNo = std::string::npos;
  if (start + pattern.size() > tlen) return kNo;
  if (mode == kMatchExact) {
    return target.compare(start, pattern.size(), pattern) == 0 ? start + pattern.size() : kNo;
  }
  // The name may be followed by text of any length before the separator, except directly behind a
  // name.
  const size_t at =
      target.compare(start, pattern.size(), pattern) == 0 ? start : target.find(pattern, start);
  if (at == kNo || at >= tlen) return kNo;
  size_t next = at + pattern.size();
  switch (mode) {
    case kMatchZeroOrMore:
      return next;
    case kMatchAtLeastOne:
      return next < tlen ? next + 1 : kNo;
    case kMatchInteger:
    case kMatchDecimal: {
      if (at != start) return kNo;
      const size_t digits = next;
      bool point = false;
      if (next < tlen && target[next] == '-') ++next;
      while (next < tlen) {
        const char c = target[next];
        if (c == '.' && mode == kMatchDecimal && !point) {
          point = true;
        } else if (!isdigit(static_cast<unsigned char>(c))) {
          break;
        }
        ++next;
      }
      return next > digits && isdigit(static_cast<unsigned char>(target[next - 1])) ? next : kNo;
    }
    case kMatchExact:
      break;
  }
  return kNo;
}

bool ObjectLibrary::PatternEntry::MatchesTarget(const std::string& name, size_t nlen,
                                                const std::string& target, size_t tlen) const {
  if (separators_.empty()) return nlen == tlen && name == target;
  if (nlen == tlen) return optional_ && name == target;
  if (tlen < nlen + slength_ || target.compare(0, nlen, name) != 0) return false;
  size_t at = nlen;
  for (const auto& [pattern, mode] : separators_) {
    at = MatchSeparatorAt(at, mode, target, tlen, pattern);
    if (at == std::string::npos) return false;
  }
  // Free text after the last separator belongs to it; after a number or an exact text nothing may
  // follow.
  const Quantifier last = separators_.back().second;
  return at == tlen || last == kMatchZeroOrMore || last == kMatchAtLeastOne;
}

bool ObjectLibrary::PatternEntry::Matches(const std::string& target) const {
  if (MatchesTarget(name_, nlength_, target, target.size())) return true;
  for (const std::string& other : names_) {
    if (MatchesTarget(other, other.size(), target, target.size())) return true;
  }
  return false;
}

size_t ObjectLibrary::GetFactoryCount(size_t* num_types) const {
  const std::lock_guard<std::mutex> lock(mu_);
  *num_types = factories_.size();
  size_t count = 0;
  for (const auto& [type, entries] : factories_) count += entries.size();
  return count;
}

size_t ObjectLibrary::GetFactoryCount(const std::string& type) const {
  const std::lock_guard<std::mutex> lock(mu_);
  const auto found = factories_.find(type);
  return found != factories_.end() ? found->second.size() : 0;
}

void ObjectLibrary::GetFactoryNames(const std::string& type,
                                    std::vector<std::string>* names) const {
  const std::lock_guard<std::mutex> lock(mu_);
  const auto found = factories_.find(type);
  if (found == factories_.end()) return;
  for (const auto& entry : found->second) names->push_back(entry->Name());
}

void ObjectLibrary::GetFactoryTypes(std::unordered_set<std::string>* types) const {
  const std::lock_guard<std::mutex> lock(mu_);
  for (const auto& [type, entries] : factories_) types->insert(type);
}

void ObjectLibrary::Dump(Logger* logger) const {
  const std::lock_guard<std::mutex> lock(mu_);
  if (logger == nullptr) return;
  for (const auto& [type, entries] : factories_) {
    std::string line = "    Registered factories for type[" + type + "] ";
    const char* before = "";
    for (const auto& entry : entries) {
      line += before;
      line += entry->Name();
      before = ", ";
    }
    Header(logger, "%s", line.c_str());
  }
}

// Never destroyed: static objects of applications may look things up while the process ends.
std::shared_ptr<ObjectLibrary>& ObjectLibrary::Default() {
  static auto* const library = [] {
    auto* const made =
        new std::shared_ptr<ObjectLibrary>(std::make_shared<ObjectLibrary>("default"));
    RegisterComparators(**made);
    RegisterSliceTransforms(**made);
    RegisterMergeOperators(**made);
    RegisterMemTableFactories(**made);
    RegisterTableFactories(**made);
    RegisterFilterPolicies(**made);
    RegisterStatistics(**made);
    RegisterCaches(**made);
    RegisterMiscFactories(**made);
    return made;
  }();
  return *library;
}

ObjectRegistry::ObjectRegistry(const std::shared_ptr<ObjectLibrary>& library) {
  libraries_.push_back(library);
}

std::shared_ptr<ObjectRegistry> ObjectRegistry::Default() {
  static auto* const registry = new std::shared_ptr<ObjectRegistry>(
      std::make_shared<ObjectRegistry>(ObjectLibrary::Default()));
  return *registry;
}

std::shared_ptr<ObjectRegistry> ObjectRegistry::NewInstance() { return NewInstance(Default()); }

std::shared_ptr<ObjectRegistry> ObjectRegistry::NewInstance(
    const std::shared_ptr<ObjectRegistry>& parent) {
  return std::make_shared<ObjectRegistry>(parent);
}

size_t ObjectRegistry::GetFactoryCount(const std::string& type) const {
  size_t count = parent_ != nullptr ? parent_->GetFactoryCount(type) : 0;
  const std::lock_guard<std::mutex> lock(library_mutex_);
  for (const auto& library : libraries_) count += library->GetFactoryCount(type);
  return count;
}

void ObjectRegistry::GetFactoryNames(const std::string& type,
                                     std::vector<std::string>* names) const {
  if (parent_ != nullptr) parent_->GetFactoryNames(type, names);
  const std::lock_guard<std::mutex> lock(library_mutex_);
  for (const auto& library : libraries_) library->GetFactoryNames(type, names);
}

void ObjectRegistry::GetFactoryTypes(std::unordered_set<std::string>* types) const {
  if (parent_ != nullptr) parent_->GetFactoryTypes(types);
  const std::lock_guard<std::mutex> lock(library_mutex_);
  for (const auto& library : libraries_) library->GetFactoryTypes(types);
}

void ObjectRegistry::Dump(Logger* logger) const {
  {
    const std::lock_guard<std::mutex> lock(library_mutex_);
    for (auto library = libraries_.rbegin(); library != libraries_.rend(); ++library) {
      Header(logger, "    Registered Library: %s\n", (*library)->GetID().c_str());
      (*library)->Dump(logger);
    }
  }
  if (parent_ != nullptr) parent_->Dump(logger);
}

int ObjectRegistry::RegisterPlugin(const std::string& name, const RegistrarFunc& func) {
  if (name.empty() || func == nullptr) return -1;
  plugins_.push_back(name);
  return AddLibrary(name)->Register(func, name);
}

std::shared_ptr<Customizable> ObjectRegistry::GetManagedObject(const std::string& type,
                                                               const std::string& id) const {
  {
    const std::lock_guard<std::mutex> lock(objects_mutex_);
    const auto found = managed_objects_.find(ToManagedObjectKey(type, id));
    if (found != managed_objects_.end()) return found->second.lock();
  }
  return parent_ != nullptr ? parent_->GetManagedObject(type, id) : nullptr;
}

Status ObjectRegistry::ListManagedObjects(
    const std::string& type, const std::string& pattern,
    std::vector<std::shared_ptr<Customizable>>* results) const {
  {
    const std::string prefix = ToManagedObjectKey(type, pattern);
    const std::lock_guard<std::mutex> lock(objects_mutex_);
    for (auto it = managed_objects_.lower_bound(prefix);
         it != managed_objects_.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
      auto object = it->second.lock();
      if (object != nullptr && (pattern.empty() || object->IsInstanceOf(pattern))) {
        results->push_back(std::move(object));
      }
    }
  }
  return parent_ != nullptr ? parent_->ListManagedObjects(type, pattern, results) : Status::OK();
}

Status ObjectRegistry::SetManagedObject(const std::string& type, const std::string& id,
                                        const std::shared_ptr<Customizable>& c) {
  const std::string key = ToManagedObjectKey(type, id);
  std::shared_ptr<Customizable> current;
  if (parent_ != nullptr) current = parent_->GetManagedObject(type, id);
  if (current == nullptr) {
    const std::lock_guard<std::mutex> lock(objects_mutex_);
    std::weak_ptr<Customizable>& slot = managed_objects_[key];
    current = slot.lock();
    if (current == nullptr) {
      slot = c;
      return Status::OK();
    }
  }
  if (current == c) return Status::OK();
  return Status::InvalidArgument("Object already exists: ", key);
}

}  // namespace rocksdb
