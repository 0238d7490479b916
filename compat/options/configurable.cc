// Configurable and Customizable: option text in and out of objects.

#include "rocksdb/configurable.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "compat/options/customizable_util.h"
#include "compat/options/option_text.h"
#include "rocksdb/customizable.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

// The walk over the registered structs, which are private to Configurable.
class ConfigurableHelper {
 public:
  // Sets what the structs of `object` know; the rest goes to *unused.
  static Status Apply(const ConfigOptions& config, Configurable& object, const OptionMap& options,
                      OptionMap* unused) {
    OptionMap rest = options;
    Status not_supported;
    for (const auto& registered : object.options_) {
      if (registered.type_map == nullptr) continue;
      for (auto it = rest.begin(); it != rest.end();) {
        std::string member;
        const OptionTypeInfo* const info =
            OptionTypeInfo::Find(object.GetOptionName(it->first), *registered.type_map, &member);
        if (info == nullptr) {
          ++it;
          continue;
        }
        Status s =
            ApplyOne(config, object, *info, it->first, member, it->second, registered.opt_ptr);
        if (s.IsNotFound()) {
          ++it;
        } else if (s.IsNotSupported()) {
          not_supported = s;
          it = rest.erase(it);
        } else if (!s.ok()) {
          return s;
        } else {
          it = rest.erase(it);
        }
      }
    }
    if (unused != nullptr) {
      unused->insert(rest.begin(), rest.end());
    } else if (!rest.empty() && !config.ignore_unknown_options) {
      return Status::NotFound("Could not find option: ", rest.begin()->first);
    }
    return config.ignore_unsupported_options ? Status::OK() : not_supported;
  }

  static Status ApplyOne(const ConfigOptions& config, Configurable& object,
                         const OptionTypeInfo& info, const std::string& name,
                         const std::string& member, const std::string& value, void* at) {
    // A part of an object that does exist may be changeable although the object itself is not.
    const bool inside_object = info.IsConfigurable() && member != name;
    if (!inside_object && !info.IsEditable(config)) {
      return Status::InvalidArgument("Option not changeable: " + name);
    }
    if (!info.IsCustomizable()) return object.ParseOption(config, info, member, value, at);
    if (config.mutable_options_only && !info.IsMutable() && !inside_object) {
      return Status::InvalidArgument("Option not changeable: " + name);
    }
    auto* const custom = info.AsRawPointer<Customizable>(at);
    if (!inside_object || member == OptionTypeInfo::kIdPropName()) {
      return object.ParseOption(config, info, member, value, at);
    }
    if (custom == nullptr) return Status::NotFound("Could not find customizable: ", name);
    return custom->ConfigureOption(config, member, value);
  }

  static Status Serialize(const ConfigOptions& config, const Configurable& object,
                          const std::string& prefix, std::string* result) {
    for (const auto& registered : object.options_) {
      if (registered.type_map == nullptr) continue;
      for (const auto& [name, info] : *registered.type_map) {
        if (!info.ShouldSerialize()) continue;
        if (config.mutable_options_only && !info.IsMutable() && !info.IsConfigurable()) continue;
        std::string text;
        Status s = info.Serialize(config, prefix + name, registered.opt_ptr, &text);
        if (!s.ok()) return s;
        if (!text.empty()) *result += prefix + name + "=" + text + config.delimiter;
      }
    }
    return Status::OK();
  }

  static const OptionTypeInfo* Find(const Configurable& object, const std::string& name,
                                    std::string* member, void** at) {
    for (const auto& registered : object.options_) {
      if (registered.type_map == nullptr) continue;
      const OptionTypeInfo* const info = OptionTypeInfo::Find(name, *registered.type_map, member);
      if (info == nullptr) continue;
      *at = registered.opt_ptr;
      return info;
    }
    return nullptr;
  }

  static bool AreEquivalent(const ConfigOptions& config, const Configurable& one,
                            const Configurable& other, std::string* mismatch) {
    for (const auto& registered : one.options_) {
      const void* const theirs = other.GetOptionsPtr(registered.name);
      if (registered.opt_ptr == theirs) continue;
      if (registered.opt_ptr == nullptr || theirs == nullptr) {
        *mismatch = registered.name;
        return false;
      }
      if (registered.type_map == nullptr) continue;
      for (const auto& [name, info] : *registered.type_map) {
        if (!config.IsCheckEnabled(info.GetSanityLevel())) continue;
        if (!one.OptionsAreEqual(config, info, name, registered.opt_ptr, theirs, mismatch)) {
          return false;
        }
      }
    }
    return true;
  }
};

Status Configurable::ConfigureFromMap(const ConfigOptions& config_options,
                                      const OptionMap& opt_map) {
  return ConfigureFromMap(config_options, opt_map, nullptr);
}

Status Configurable::ConfigureFromMap(const ConfigOptions& config_options, const OptionMap& opt_map,
                                      OptionMap* unused) {
  if (opt_map.empty()) {
    return config_options.invoke_prepare_options ? PrepareOptions(config_options) : Status::OK();
  }
  // The text of what is set now, to go back to it when only a part of the map can be applied.
  ConfigOptions before = config_options;
  before.delimiter = "; ";
  before.mutable_options_only = false;
  std::string old;
  const bool have_old = GetOptionString(before, &old).ok() && !old.empty();
  Status s = ConfigureOptions(config_options, opt_map, unused);
  if (s.ok() && config_options.invoke_prepare_options) s = PrepareOptions(config_options);
  if (!s.ok() && have_old) {
    before.ignore_unknown_options = true;
    before.ignore_unsupported_options = true;
    before.invoke_prepare_options = true;
    OptionMap old_map;
    OptionMap rest;
    if (StringToMap(old, &old_map).ok()) {
      old_map.erase(OptionTypeInfo::kIdPropName());
      ConfigureOptions(before, old_map, &rest).PermitUncheckedError();
    }
  }
  return s;
}

Status Configurable::ConfigureOptions(const ConfigOptions& config_options,
                                      const OptionMap& opts_map, OptionMap* unused) {
  return ConfigurableHelper::Apply(config_options, *this, opts_map, unused);
}

Status Configurable::ConfigureOption(const ConfigOptions& config_options, const std::string& name,
                                     const std::string& value) {
  std::string member;
  void* at = nullptr;
  const OptionTypeInfo* const info =
      ConfigurableHelper::Find(*this, GetOptionName(name), &member, &at);
  if (info == nullptr) return Status::NotFound("Could not find option", name);
  return ConfigurableHelper::ApplyOne(config_options, *this, *info, name, member, value, at);
}

Status Configurable::ConfigureFromString(const ConfigOptions& config_options,
                                         const std::string& opts) {
  if (opts.empty()) return Status::OK();
  if (opts.find_first_of(";=") != std::string::npos) {
    OptionMap map;
    Status s = StringToMap(opts, &map);
    return s.ok() ? ConfigureFromMap(config_options, map, nullptr) : s;
  }
  Status s = ParseStringOptions(config_options, opts);
  if (s.ok() && config_options.invoke_prepare_options) s = PrepareOptions(config_options);
  return s;
}

Status Configurable::ParseStringOptions(const ConfigOptions&, const std::string& opts_str) {
  if (opts_str.empty()) return Status::OK();
  return Status::InvalidArgument("Cannot parse option: ", opts_str);
}

Status Configurable::ParseOption(const ConfigOptions& config_options,
                                 const OptionTypeInfo& opt_info, const std::string& opt_name,
                                 const std::string& opt_value, void* opt_ptr) {
  if (!opt_info.IsEditable(config_options)) {
    return Status::InvalidArgument("Option not changeable: " + opt_name);
  }
  return opt_info.Parse(config_options, opt_name, opt_value, opt_ptr);
}

Status Configurable::GetOptionString(const ConfigOptions& config_options,
                                     std::string* result) const {
  result->clear();
  return ConfigurableHelper::Serialize(config_options, *this, "", result);
}

std::string Configurable::ToString(const ConfigOptions& config_options,
                                   const std::string& prefix) const {
  const std::string text = SerializeOptions(config_options, prefix);
  if (text.find('=') == std::string::npos) return text;
  return "{" + text + "}";
}

std::string Configurable::SerializeOptions(const ConfigOptions& config_options,
                                           const std::string& header) const {
  std::string text;
  if (!ConfigurableHelper::Serialize(config_options, *this, header, &text).ok()) text.clear();
  return text;
}

Status Configurable::GetOptionNames(const ConfigOptions& config_options,
                                    std::unordered_set<std::string>* result) const {
  for (const auto& registered : options_) {
    if (registered.type_map == nullptr) continue;
    for (const auto& [name, info] : *registered.type_map) {
      if (info.IsDeprecated() || info.IsAlias()) continue;
      if (config_options.mutable_options_only && !info.IsMutable()) continue;
      result->insert(name);
    }
  }
  return Status::OK();
}

Status Configurable::GetOption(const ConfigOptions& config_options, const std::string& name,
                               std::string* value) const {
  value->clear();
  std::string member;
  void* at = nullptr;
  const OptionTypeInfo* const info =
      ConfigurableHelper::Find(*this, GetOptionName(name), &member, &at);
  if (info == nullptr) return Status::NotFound("Cannot find option: ", name);
  ConfigOptions nested = config_options;
  nested.delimiter = ";";
  if (info->IsCustomizable() && member != name) {
    const auto* const custom = info->AsRawPointer<Customizable>(at);
    if (custom == nullptr) return Status::NotFound("Cannot find option: ", name);
    if (member == OptionTypeInfo::kIdPropName()) {
      *value = custom->GetId();
      return Status::OK();
    }
    return custom->GetOption(nested, member, value);
  }
  return info->Serialize(nested, member, at, value);
}

bool Configurable::AreEquivalent(const ConfigOptions& config_options, const Configurable* other,
                                 std::string* name) const {
  name->clear();
  if (this == other || config_options.IsCheckDisabled()) return true;
  return other != nullptr && ConfigurableHelper::AreEquivalent(config_options, *this, *other, name);
}

bool Configurable::OptionsAreEqual(const ConfigOptions& config_options,
                                   const OptionTypeInfo& opt_info, const std::string& name,
                                   const void* const this_ptr, const void* const that_ptr,
                                   std::string* bad_name) const {
  if (opt_info.AreEqual(config_options, name, this_ptr, that_ptr, bad_name)) return true;
  if (opt_info.AreEqualByName(config_options, name, this_ptr, that_ptr)) {
    bad_name->clear();
    return true;
  }
  return false;
}

Status Configurable::PrepareOptions(const ConfigOptions& config_options) {
  for (const auto& registered : options_) {
    if (registered.type_map == nullptr) continue;
    for (const auto& [name, info] : *registered.type_map) {
      Status s = info.Prepare(config_options, name, registered.opt_ptr);
      if (!s.ok()) return s;
    }
  }
  return Status::OK();
}

Status Configurable::ValidateOptions(const DBOptions& db_opts,
                                     const ColumnFamilyOptions& cf_opts) const {
  for (const auto& registered : options_) {
    if (registered.type_map == nullptr) continue;
    for (const auto& [name, info] : *registered.type_map) {
      Status s = info.Validate(db_opts, cf_opts, name, registered.opt_ptr);
      if (!s.ok()) return s;
    }
  }
  return Status::OK();
}

Status Configurable::GetOptionsMap(const std::string& opt_value, const std::string& default_id,
                                   std::string* id, OptionMap* options) {
  if (opt_value.empty()) {
    *id = default_id;
    return Status::OK();
  }
  if (opt_value.find('=') == std::string::npos) {
    *id = opt_value;
    return Status::OK();
  }
  Status s = StringToMap(opt_value, options);
  if (!s.ok()) return s;
  const auto found = options->find(OptionTypeInfo::kIdPropName());
  if (found != options->end()) {
    *id = found->second == kNullText ? std::string() : found->second;
    options->erase(found);
  } else if (default_id.empty()) {
    return Status::InvalidArgument("Name property is missing");
  } else {
    *id = default_id;
  }
  return s;
}

const void* Configurable::GetOptionsPtr(const std::string& name) const {
  for (const auto& registered : options_) {
    if (registered.name == name) return registered.opt_ptr;
  }
  return nullptr;
}

std::string Configurable::GetOptionName(const std::string& long_name) const { return long_name; }

void Configurable::RegisterOptions(const std::string& name, void* opt_ptr,
                                   const OptionInfos* opt_map) {
  options_.push_back(RegisteredOptions{name, opt_ptr, opt_map});
}

bool Customizable::AreEquivalent(const ConfigOptions& config_options, const Configurable* other,
                                 std::string* mismatch) const {
  if (config_options.IsCheckDisabled() || this == other) return true;
  const auto* const that = static_cast<const Customizable*>(other);
  if (that == nullptr || GetId() != that->GetId()) {
    *mismatch = OptionTypeInfo::kIdPropName();
    return false;
  }
  // Loose checks stop at the name.
  if (!config_options.IsCheckEnabled(ConfigOptions::kSanityLevelExactMatch)) return true;
  return Configurable::AreEquivalent(config_options, other, mismatch);
}

Status Customizable::GetOption(const ConfigOptions& config_options, const std::string& name,
                               std::string* value) const {
  if (name == OptionTypeInfo::kIdPropName()) {
    *value = GetId();
    return Status::OK();
  }
  return Configurable::GetOption(config_options, name, value);
}

// Names may carry the name of the object in front: "BlockBasedTable.block_size".
std::string Customizable::GetOptionName(const std::string& long_name) const {
  const std::string name = Name();
  if (long_name.size() > name.size() + 1 && long_name.compare(0, name.size(), name) == 0 &&
      long_name[name.size()] == '.') {
    return long_name.substr(name.size() + 1);
  }
  return Configurable::GetOptionName(long_name);
}

std::string Customizable::SerializeOptions(const ConfigOptions& options,
                                           const std::string& prefix) const {
  const std::string id = GetId();
  std::string own;
  if (!options.IsShallow() && !id.empty()) own = Configurable::SerializeOptions(options, "");
  if (own.empty()) return id;
  return prefix + OptionTypeInfo::kIdPropName() + "=" + id + options.delimiter + own;
}

std::string Customizable::GenerateIndividualId() const {
  char text[64];
  snprintf(text, sizeof(text), "@%p#%d", static_cast<const void*>(this),
           static_cast<int>(getpid()));
  return Name() + std::string(text);
}

Status Customizable::GetOptionsMap(const ConfigOptions& config_options, const Customizable* custom,
                                   const std::string& opt_value, std::string* id,
                                   OptionMap* options) {
  if (opt_value.empty() || opt_value == kNullText) {
    id->clear();
    options->clear();
    return Status::OK();
  }
  Status s =
      Configurable::GetOptionsMap(opt_value, custom != nullptr ? custom->GetId() : "", id, options);
  if (!s.ok() || custom == nullptr || !custom->IsInstanceOf(*id)) return s;
  // Another object of the same kind: it starts from what the present one has.
  ConfigOptions nested = config_options;
  nested.delimiter = ";";
  std::string present;
  OptionMap present_map;
  if (custom->GetOptionString(nested, &present).ok() && StringToMap(present, &present_map).ok()) {
    options->insert(present_map.begin(), present_map.end());
  }
  return s;
}

Status Customizable::ConfigureNewObject(const ConfigOptions& config_options, Customizable* object,
                                        const OptionMap& options) {
  if (object != nullptr) return object->ConfigureFromMap(config_options, options);
  return options.empty() ? Status::OK() : Status::InvalidArgument("Cannot configure null object ");
}

}  // namespace rocksdb
