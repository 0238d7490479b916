// Configurable: an object whose options can be read and written as text.
//
// A subclass registers each of its option structs with a map from option name to OptionTypeInfo.
// Thread safety: configuring needs outside locking; reading is safe afterwards.

#ifndef AETHER_INCLUDE_ROCKSDB_CONFIGURABLE_H_
#define AETHER_INCLUDE_ROCKSDB_CONFIGURABLE_H_

#include <atomic>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class Logger;
class ObjectRegistry;
class OptionTypeInfo;
struct ColumnFamilyOptions;
struct ConfigOptions;
struct DBOptions;
class Configurable {
 protected:
  friend class ConfigurableHelper;
  struct RegisteredOptions {
    std::string name;
    void* opt_ptr;
    const std::unordered_map<std::string, OptionTypeInfo>* type_map;
  };

 public:
  virtual ~Configurable() {}
  // The registered struct of type T, or null when there is none (of that name).
  template <typename T>
  const T* GetOptions() const {
    return GetOptions<T>(T::kName());
  }
  template <typename T>
  T* GetOptions() {
    return GetOptions<T>(T::kName());
  }
  template <typename T>
  const T* GetOptions(const std::string& name) const {
    return static_cast<const T*>(GetOptionsPtr(name));
  }
  template <typename T>
  T* GetOptions(const std::string& name) {
    return const_cast<T*>(static_cast<const T*>(GetOptionsPtr(name)));
  }
  // Sets options by name. On failure the object is left as it was before the call.
  Status ConfigureFromMap(const ConfigOptions& config_options,
                          const std::unordered_map<std::string, std::string>& opt_map);
  // *unused receives what no registered struct knows.
  Status ConfigureFromMap(const ConfigOptions& config_options,
                          const std::unordered_map<std::string, std::string>& opt_map,
                          std::unordered_map<std::string, std::string>* unused);
  Status ConfigureOption(const ConfigOptions& config_options, const std::string& name,
                         const std::string& value);
  // From "name=value;name=value", values in braces may nest.
  Status ConfigureFromString(const ConfigOptions& config_options, const std::string& opts);
  // The inverse of ConfigureFromString.
  Status GetOptionString(const ConfigOptions& config_options, std::string* result) const;
  std::string ToString(const ConfigOptions& config_options) const {
    return ToString(config_options, std::string());
  }
  std::string ToString(const ConfigOptions& config_options, const std::string& prefix) const;
  Status GetOptionNames(const ConfigOptions& config_options,
                        std::unordered_set<std::string>* result) const;
  virtual Status GetOption(const ConfigOptions& config_options, const std::string& name,
                           std::string* value) const;
  // False puts the first option that differs into *name.
  virtual bool AreEquivalent(const ConfigOptions& config_options, const Configurable* other,
                             std::string* name) const;
  virtual std::string GetPrintableOptions() const { return ""; }
  // Called once after configuring, before use: create what the options ask for.
  virtual Status PrepareOptions(const ConfigOptions& config_options);
  // Checks the options against each other and against those of the database.
  virtual Status ValidateOptions(const DBOptions& db_opts,
                                 const ColumnFamilyOptions& cf_opts) const;
  // Splits "id" or "id=x;opt=..." into its id and its options.
  static Status GetOptionsMap(const std::string& opt_value, const std::string& default_id,
                              std::string* id,
                              std::unordered_map<std::string, std::string>* options);

 protected:
  virtual const void* GetOptionsPtr(const std::string& name) const;
  virtual Status ParseStringOptions(const ConfigOptions& config_options,
                                    const std::string& opts_str);
  virtual Status ConfigureOptions(const ConfigOptions& config_options,
                                  const std::unordered_map<std::string, std::string>& opts_map,
                                  std::unordered_map<std::string, std::string>* unused);
  virtual Status ParseOption(const ConfigOptions& config_options, const OptionTypeInfo& opt_info,
                             const std::string& opt_name, const std::string& opt_value,
                             void* opt_ptr);
  virtual bool OptionsAreEqual(const ConfigOptions& config_options, const OptionTypeInfo& opt_info,
                               const std::string& name, const void* const this_ptr,
                               const void* const that_ptr, std::string* bad_name) const;
  virtual std::string SerializeOptions(const ConfigOptions& config_options,
                                       const std::string& header) const;
  virtual std::string GetOptionName(const std::string& long_name) const;
  template <typename T>
  void RegisterOptions(T* opt_ptr, const std::unordered_map<std::string, OptionTypeInfo>* opt_map) {
    RegisterOptions(T::kName(), opt_ptr, opt_map);
  }
  void RegisterOptions(const std::string& name, void* opt_ptr,
                       const std::unordered_map<std::string, OptionTypeInfo>* opt_map);
  inline bool HasRegisteredOptions() const { return !options_.empty(); }

 private:
  std::vector<RegisteredOptions> options_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_CONFIGURABLE_H_
