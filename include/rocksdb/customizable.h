// Customizable: a Configurable that has a name, so that it can be created from a string. Each
// kind (comparator, table factory, ...) has a static Type() and a static CreateFromString().

#ifndef AETHER_INCLUDE_ROCKSDB_CUSTOMIZABLE_H_
#define AETHER_INCLUDE_ROCKSDB_CUSTOMIZABLE_H_

#include "rocksdb/configurable.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class Customizable : public Configurable {
 public:
  ~Customizable() override {}
  // The name under which this implementation is created and stored.
  virtual const char* Name() const = 0;
  // Name, or name and identity where two objects of one name must be told apart.
  virtual std::string GetId() const { return Name(); }
  // True when name is this object's name or nickname.
  virtual bool IsInstanceOf(const std::string& name) const {
    if (name.empty()) return false;
    if (name == Name()) return true;
    const char* const nick = NickName();
    return nick != nullptr && name == nick;
  }
  const void* GetOptionsPtr(const std::string& name) const override {
    if (const void* own = Configurable::GetOptionsPtr(name)) return own;
    const Customizable* const wrapped = Inner();
    return wrapped != nullptr ? wrapped->GetOptionsPtr(name) : nullptr;
  }
  // This object or one that it wraps, when it is a T; null otherwise.
  template <typename T>
  const T* CheckedCast() const {
    for (const Customizable* at = this; at != nullptr; at = at->Inner()) {
      if (at->IsInstanceOf(T::kClassName())) return static_cast<const T*>(at);
    }
    return nullptr;
  }
  template <typename T>
  T* CheckedCast() {
    return const_cast<T*>(static_cast<const Customizable*>(this)->template CheckedCast<T>());
  }
  bool AreEquivalent(const ConfigOptions& config_options, const Configurable* other,
                     std::string* mismatch) const override;
  Status GetOption(const ConfigOptions& config_options, const std::string& name,
                   std::string* value) const override;
  static Status GetOptionsMap(const ConfigOptions& config_options, const Customizable* custom,
                              const std::string& opt_value, std::string* id,
                              std::unordered_map<std::string, std::string>* options);
  static Status ConfigureNewObject(const ConfigOptions& config_options, Customizable* object,
                                   const std::unordered_map<std::string, std::string>& options);
  // The object that this one wraps, if any.
  virtual const Customizable* Inner() const { return nullptr; }

 protected:
  std::string GenerateIndividualId() const;
  virtual const char* NickName() const { return ""; }
  std::string GetOptionName(const std::string& long_name) const override;
  std::string SerializeOptions(const ConfigOptions& options,
                               const std::string& prefix) const override;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_CUSTOMIZABLE_H_
