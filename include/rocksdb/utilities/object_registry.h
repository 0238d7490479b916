// ObjectLibrary: factories of Customizable objects by name or pattern. ObjectRegistry: a list of
// libraries, asked newest first and then its parent, and the named objects that are shared.
//
// Thread safety: all methods may be called by several threads at once.

#ifndef AETHER_INCLUDE_ROCKSDB_UTILITIES_OBJECT_REGISTRY_H_
#define AETHER_INCLUDE_ROCKSDB_UTILITIES_OBJECT_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rocksdb/customizable.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class Customizable;
class Logger;
class ObjectLibrary;
// Makes an object for a name. The guard owns it unless the object is static; on failure null is
// returned and the string says why.
template <typename T>
using FactoryFunc = std::function<T*(const std::string&, std::unique_ptr<T>*, std::string*)>;
// Adds factories to a library and returns how many.
using RegistrarFunc = std::function<int(ObjectLibrary&, const std::string&)>;
template <typename T>
using ConfigureFunc = std::function<Status(T*)>;
class ObjectLibrary {
 private:
  class Entry {
   public:
    virtual ~Entry() {}
    virtual bool Matches(const std::string& target) const = 0;
    virtual const char* Name() const = 0;
  };

 public:
  // A name, its alternatives, and what may follow it: separators with text or numbers between them.
  class PatternEntry : public Entry {
   private:
    enum Quantifier {
      kMatchZeroOrMore,
      kMatchAtLeastOne,
      kMatchExact,
      kMatchInteger,
      kMatchDecimal,
    };

   public:
    static PatternEntry AsIndividualId(const std::string& name) {
      return PatternEntry(name, true).AddSeparator("@").AddSeparator("#");
    }
    explicit PatternEntry(const std::string& name, bool optional = true)
        : name_(name), nlength_(name.size()), optional_(optional), slength_(0) {}
    // Exactly this text follows.
    PatternEntry& AddSuffix(const std::string& suffix) {
      slength_ += suffix.size();
      separators_.emplace_back(suffix, kMatchExact);
      return *this;
    }
    // This text and then any other text follow.
    PatternEntry& AddSeparator(const std::string& separator, bool at_least_one = true) {
      slength_ += separator.size() + (at_least_one ? 1 : 0);
      separators_.emplace_back(separator, at_least_one ? kMatchAtLeastOne : kMatchZeroOrMore);
      return *this;
    }
    // This text and then a number follow.
    PatternEntry& AddNumber(const std::string& separator, bool is_int = true) {
      slength_ += separator.size() + 1;
      separators_.emplace_back(separator, is_int ? kMatchInteger : kMatchDecimal);
      return *this;
    }
    PatternEntry& AnotherName(const std::string& alt) {
      names_.push_back(alt);
      return *this;
    }
    // Whether the bare name matches, too.
    PatternEntry& SetOptional(bool optional) {
      optional_ = optional;
      return *this;
    }
    bool Matches(const std::string& target) const override;
    const char* Name() const override { return name_.c_str(); }

   private:
    size_t MatchSeparatorAt(size_t start, Quantifier mode, const std::string& target, size_t tlen,
                            const std::string& pattern) const;
    bool MatchesTarget(const std::string& name, size_t nlen, const std::string& target,
                       size_t ylen) const;
    std::string name_;
    size_t nlength_;
    std::vector<std::string> names_;
    bool optional_;
    size_t slength_;
    std::vector<std::pair<std::string, Quantifier>> separators_;
  };

 private:
  template <typename T>
  class FactoryEntry : public Entry {
   public:
    FactoryEntry(Entry* e, FactoryFunc<T> f) : entry_(e), factory_(std::move(f)) {}
    bool Matches(const std::string& target) const override { return entry_->Matches(target); }
    const char* Name() const override { return entry_->Name(); }
    T* NewFactoryObject(const std::string& target, std::unique_ptr<T>* guard,
                        std::string* msg) const {
      return factory_(target, guard, msg);
    }
    const FactoryFunc<T>& GetFactory() const { return factory_; }

   private:
    std::unique_ptr<Entry> entry_;
    FactoryFunc<T> factory_;
  };

 public:
  explicit ObjectLibrary(const std::string& id) : id_(id) {}
  const std::string& GetID() const { return id_; }
  // The first factory for T that matches target, or an empty function.
  template <typename T>
  FactoryFunc<T> FindFactory(const std::string& target) const {
    const std::lock_guard<std::mutex> lock(mu_);
    const auto of_type = factories_.find(T::Type());
    if (of_type == factories_.end()) return nullptr;
    for (const auto& entry : of_type->second) {
      if (entry->Matches(target))
        return static_cast<const FactoryEntry<T>*>(entry.get())->GetFactory();
    }
    return nullptr;
  }
  size_t GetFactoryCount(size_t* num_types) const;
  size_t GetFactoryCount(const std::string& type) const;
  void GetFactoryNames(const std::string& type, std::vector<std::string>* names) const;
  void GetFactoryTypes(std::unordered_set<std::string>* types) const;
  void Dump(Logger* logger) const;
  template <typename T>
  const FactoryFunc<T>& AddFactory(const std::string& name, const FactoryFunc<T>& func) {
    return AddFactory<T>(PatternEntry(name), func);
  }
  template <typename T>
  const FactoryFunc<T>& AddFactory(const PatternEntry& entry, const FactoryFunc<T>& func) {
    AddFactoryEntry(T::Type(), std::make_unique<FactoryEntry<T>>(new PatternEntry(entry), func));
    return func;
  }
  int Register(const RegistrarFunc& registrar, const std::string& arg) {
    return registrar(*this, arg);
  }
  static std::shared_ptr<ObjectLibrary>& Default();

 private:
  void AddFactoryEntry(const char* type, std::unique_ptr<Entry>&& entry) {
    const std::lock_guard<std::mutex> lock(mu_);
    factories_[type].push_back(std::move(entry));
  }
  mutable std::mutex mu_;
  std::unordered_map<std::string, std::vector<std::unique_ptr<Entry>>> factories_;
  std::string id_;
};

class ObjectRegistry {
 public:
  static std::shared_ptr<ObjectRegistry> NewInstance();
  static std::shared_ptr<ObjectRegistry> NewInstance(const std::shared_ptr<ObjectRegistry>& parent);
  static std::shared_ptr<ObjectRegistry> Default();
  explicit ObjectRegistry(const std::shared_ptr<ObjectRegistry>& parent) : parent_(parent) {}
  explicit ObjectRegistry(const std::shared_ptr<ObjectLibrary>& library);
  std::shared_ptr<ObjectLibrary> AddLibrary(const std::string& id) {
    auto library = std::make_shared<ObjectLibrary>(id);
    AddLibrary(library);
    return library;
  }
  void AddLibrary(const std::shared_ptr<ObjectLibrary>& library) {
    const std::lock_guard<std::mutex> lock(library_mutex_);
    libraries_.push_back(library);
  }
  void AddLibrary(const std::string& id, const RegistrarFunc& registrar, const std::string& arg) {
    AddLibrary(id)->Register(registrar, arg);
  }
  // *object is set; *guard owns it unless it is static. NotSupported when no factory matches,
  // InvalidArgument when the factory fails.
  template <typename T>
  Status NewObject(const std::string& target, T** object, std::unique_ptr<T>* guard) {
    guard->reset();
    const FactoryFunc<T> factory = FindFactory<T>(target);
    const std::string could_not = std::string("Could not load ") + T::Type();
    if (factory == nullptr) return Status::NotSupported(could_not, target);
    std::string reason;
    *object = factory(target, guard, &reason);
    if (*object != nullptr) return Status::OK();
    return Status::InvalidArgument(reason.empty() ? could_not : reason, target);
  }
  template <typename T>
  Status NewUniqueObject(const std::string& target, std::unique_ptr<T>* result) {
    T* object = nullptr;
    std::unique_ptr<T> guard;
    Status s = NewObject(target, &object, &guard);
    if (!s.ok()) return s;
    if (guard == nullptr) {
      return Status::InvalidArgument(
          std::string("Cannot make a unique ") + T::Type() + " from unguarded one ", target);
    }
    *result = std::move(guard);
    return s;
  }
  template <typename T>
  Status NewSharedObject(const std::string& target, std::shared_ptr<T>* result) {
    T* object = nullptr;
    std::unique_ptr<T> guard;
    Status s = NewObject(target, &object, &guard);
    if (!s.ok()) return s;
    if (guard == nullptr) {
      return Status::InvalidArgument(
          std::string("Cannot make a shared ") + T::Type() + " from unguarded one ", target);
    }
    *result = std::move(guard);
    return s;
  }
  template <typename T>
  Status NewStaticObject(const std::string& target, T** result) {
    T* object = nullptr;
    std::unique_ptr<T> guard;
    Status s = NewObject(target, &object, &guard);
    if (!s.ok()) return s;
    if (guard != nullptr) {
      return Status::InvalidArgument(
          std::string("Cannot make a static ") + T::Type() + " from a guarded one ", target);
    }
    *result = object;
    return s;
  }
  // Shares object under an id for as long as somebody owns it.
  template <typename T>
  Status SetManagedObject(const std::shared_ptr<T>& object) {
    return SetManagedObject(object->GetId(), object);
  }
  template <typename T>
  Status SetManagedObject(const std::string& id, const std::shared_ptr<T>& object) {
    return SetManagedObject(T::Type(), id, std::static_pointer_cast<Customizable>(object));
  }
  template <typename T>
  std::shared_ptr<T> GetManagedObject(const std::string& id) const {
    return std::static_pointer_cast<T>(GetManagedObject(T::Type(), id));
  }
  template <typename T>
  Status ListManagedObjects(const std::string& id, std::vector<std::shared_ptr<T>>* results) const {
    results->clear();
    std::vector<std::shared_ptr<Customizable>> found;
    Status s = ListManagedObjects(T::Type(), id, &found);
    if (!s.ok()) return s;
    for (auto& object : found) results->push_back(std::static_pointer_cast<T>(object));
    return s;
  }
  template <typename T>
  Status ListManagedObjects(std::vector<std::shared_ptr<T>>* results) const {
    return ListManagedObjects(std::string(), results);
  }
  // The shared object of this id, made and shared now when there is none.
  template <typename T>
  Status GetOrCreateManagedObject(const std::string& id, std::shared_ptr<T>* result,
                                  const ConfigureFunc<T>& cfunc = nullptr) {
    if (parent_ != nullptr) {
      if (auto shared = parent_->GetManagedObject(T::Type(), id)) {
        *result = std::static_pointer_cast<T>(shared);
        return Status::OK();
      }
    }
    const std::lock_guard<std::mutex> lock(objects_mutex_);
    const std::string key = ToManagedObjectKey(T::Type(), id);
    const auto found = managed_objects_.find(key);
    if (found != managed_objects_.end()) {
      if (auto shared = found->second.lock()) {
        *result = std::static_pointer_cast<T>(shared);
        return Status::OK();
      }
    }
    std::shared_ptr<T> made;
    Status s = NewSharedObject(id, &made);
    if (s.ok() && cfunc != nullptr) s = cfunc(made.get());
    if (!s.ok()) return s;
    const auto base = std::static_pointer_cast<Customizable>(made);
    const std::string own_id = base->GetId();
    if (id != base->Name()) managed_objects_[key] = base;
    if (own_id != id && own_id != base->Name()) {
      managed_objects_[ToManagedObjectKey(T::Type(), own_id)] = base;
    }
    *result = made;
    return s;
  }
  size_t GetFactoryCount(const std::string& type) const;
  void GetFactoryNames(const std::string& type, std::vector<std::string>* names) const;
  void GetFactoryTypes(std::unordered_set<std::string>* types) const;
  void Dump(Logger* logger) const;
  int RegisterPlugin(const std::string& name, const RegistrarFunc& func);

 private:
  static std::string ToManagedObjectKey(const std::string& type, const std::string& id) {
    return type + "://" + id;
  }
  std::shared_ptr<Customizable> GetManagedObject(const std::string& type,
                                                 const std::string& id) const;
  Status ListManagedObjects(const std::string& type, const std::string& pattern,
                            std::vector<std::shared_ptr<Customizable>>* results) const;
  Status SetManagedObject(const std::string& type, const std::string& id,
                          const std::shared_ptr<Customizable>& c);
  template <typename T>
  const FactoryFunc<T> FindFactory(const std::string& name) const {
    {
      const std::lock_guard<std::mutex> lock(library_mutex_);
      for (auto library = libraries_.rbegin(); library != libraries_.rend(); ++library) {
        if (auto factory = (*library)->template FindFactory<T>(name)) return factory;
      }
    }
    return parent_ != nullptr ? parent_->template FindFactory<T>(name) : FactoryFunc<T>();
  }
  std::vector<std::shared_ptr<ObjectLibrary>> libraries_;
  std::vector<std::string> plugins_;
  static std::unordered_map<std::string, RegistrarFunc> builtins_;
  std::map<std::string, std::weak_ptr<Customizable>> managed_objects_;
  std::shared_ptr<ObjectRegistry> parent_;
  mutable std::mutex objects_mutex_;
  mutable std::mutex library_mutex_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_UTILITIES_OBJECT_REGISTRY_H_
