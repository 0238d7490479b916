// OptionTypeInfo: how one option is read from text, written as text, compared, prepared and
// validated. A map from option name to OptionTypeInfo describes a struct of options.
//
// Thread safety: immutable once it is in a map.

#ifndef AETHER_INCLUDE_ROCKSDB_UTILITIES_OPTIONS_TYPE_H_
#define AETHER_INCLUDE_ROCKSDB_UTILITIES_OPTIONS_TYPE_H_

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "rocksdb/convenience.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class OptionTypeInfo;
struct ColumnFamilyOptions;
struct DBOptions;
enum class OptionType {
  kBoolean,
  kInt,
  kInt32T,
  kInt64T,
  kUInt,
  kUInt8T,
  kUInt32T,
  kUInt64T,
  kSizeT,
  kString,
  kDouble,
  kCompactionStyle,
  kCompactionPri,
  kCompressionType,
  kCompactionStopStyle,
  kChecksumType,
  kEncodingType,
  kEnv,
  kEnum,
  kStruct,
  kVector,
  kConfigurable,
  kCustomizable,
  kEncodedString,
  kTemperature,
  kArray,
  kUnknown,
};

// How two values are compared; ByName compares the names of the objects.
enum class OptionVerificationType {
  kNormal,
  kByName,
  kByNameAllowNull,
  kByNameAllowFromNull,
  kDeprecated,
  kAlias,
};

// The low byte is a ConfigOptions::SanityLevel; the rest says how the option is stored.
enum class OptionTypeFlags : uint32_t {
  kNone = 0x00,
  kCompareDefault = 0x0,
  kCompareNever = ConfigOptions::kSanityLevelNone,
  kCompareLoose = ConfigOptions::kSanityLevelLooselyCompatible,
  kCompareExact = ConfigOptions::kSanityLevelExactMatch,
  kMutable = 0x0100,
  kRawPointer = 0x0200,
  kShared = 0x0400,
  kUnique = 0x0800,
  kAllowNull = 0x1000,
  kDontSerialize = 0x2000,
  kDontPrepare = 0x4000,
  kStringNameOnly = 0x8000,
};

inline OptionTypeFlags operator|(const OptionTypeFlags& a, const OptionTypeFlags& b) {
  return static_cast<OptionTypeFlags>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
inline OptionTypeFlags operator&(const OptionTypeFlags& a, const OptionTypeFlags& b) {
  return static_cast<OptionTypeFlags>(static_cast<uint32_t>(a) & static_cast<uint32_t>(b));
}
// False when type names no enumerator.
template <typename T>
bool ParseEnum(const std::unordered_map<std::string, T>& type_map, const std::string& type,
               T* value) {
  const auto found = type_map.find(type);
  if (found == type_map.end()) return false;
  *value = found->second;
  return true;
}
template <typename T>
bool SerializeEnum(const std::unordered_map<std::string, T>& type_map, const T& type,
                   std::string* value) {
  for (const auto& [name, enumerator] : type_map) {
    if (enumerator != type) continue;
    *value = name;
    return true;
  }
  return false;
}
template <typename T, size_t kSize>
Status ParseArray(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                  char separator, const std::string& name, const std::string& value,
                  std::array<T, kSize>* result);
template <typename T, size_t kSize>
Status SerializeArray(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                      char separator, const std::string& name, const std::array<T, kSize>& vec,
                      std::string* value);
template <typename T, size_t kSize>
bool ArraysAreEqual(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                    const std::string& name, const std::array<T, kSize>& array1,
                    const std::array<T, kSize>& array2, std::string* mismatch);
template <typename T>
Status ParseVector(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                   char separator, const std::string& name, const std::string& value,
                   std::vector<T>* result);
template <typename T>
Status SerializeVector(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                       char separator, const std::string& name, const std::vector<T>& vec,
                       std::string* value);
template <typename T>
bool VectorsAreEqual(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                     const std::string& name, const std::vector<T>& vec1,
                     const std::vector<T>& vec2, std::string* mismatch);
// The functions behind an option; addr points at the option itself.
using ParseFunc =
    std::function<Status(const ConfigOptions&, const std::string&, const std::string&, void*)>;
using SerializeFunc =
    std::function<Status(const ConfigOptions&, const std::string&, const void*, std::string*)>;
using EqualsFunc = std::function<bool(const ConfigOptions&, const std::string&, const void*,
                                      const void*, std::string* mismatch)>;
using PrepareFunc = std::function<Status(const ConfigOptions&, const std::string&, void*)>;
using ValidateFunc = std::function<Status(const DBOptions&, const ColumnFamilyOptions&,
                                          const std::string&, const void*)>;
class OptionTypeInfo {
 public:
  OptionTypeInfo(int offset, OptionType type)
      : OptionTypeInfo(offset, type, OptionVerificationType::kNormal, OptionTypeFlags::kNone) {}
  OptionTypeInfo(int offset, OptionType type, OptionVerificationType verification,
                 OptionTypeFlags flags)
      : OptionTypeInfo(offset, type, verification, flags, nullptr, nullptr, nullptr) {}
  OptionTypeInfo(int offset, OptionType type, OptionVerificationType verification,
                 OptionTypeFlags flags, const ParseFunc& parse_func)
      : OptionTypeInfo(offset, type, verification, flags, parse_func, nullptr, nullptr) {}
  OptionTypeInfo(int offset, OptionType type, OptionVerificationType verification,
                 OptionTypeFlags flags, const ParseFunc& parse_func,
                 const SerializeFunc& serialize_func, const EqualsFunc& equals_func)
      : offset_(offset),
        parse_func_(parse_func),
        serialize_func_(serialize_func),
        equals_func_(equals_func),
        type_(type),
        verification_(verification),
        flags_(flags) {}
  // An enumeration whose values have the names in *map.
  template <typename T>
  static OptionTypeInfo Enum(int offset, const std::unordered_map<std::string, T>* const map,
                             OptionTypeFlags flags = OptionTypeFlags::kNone) {
    OptionTypeInfo info(offset, OptionType::kEnum, OptionVerificationType::kNormal, flags);
    info.SetParseFunc(
        [map](const ConfigOptions&, const std::string& name, const std::string& value, void* addr) {
          if (map == nullptr) return Status::NotSupported("No enum mapping ", name);
          if (!ParseEnum<T>(*map, value, static_cast<T*>(addr)))
            return Status::InvalidArgument("No mapping for enum ", name);
          return Status::OK();
        });
    info.SetSerializeFunc(
        [map](const ConfigOptions&, const std::string& name, const void* addr, std::string* value) {
          if (map == nullptr) return Status::NotSupported("No enum mapping ", name);
          if (!SerializeEnum<T>(*map, *static_cast<const T*>(addr), value))
            return Status::InvalidArgument("No mapping for enum ", name);
          return Status::OK();
        });
    info.SetEqualsFunc([](const ConfigOptions&, const std::string&, const void* addr1,
                          const void* addr2, std::string*) {
      return *static_cast<const T*>(addr1) == *static_cast<const T*>(addr2);
    });
    return info;
  }
  // A nested struct described by *struct_map.
  static OptionTypeInfo Struct(const std::string& struct_name,
                               const std::unordered_map<std::string, OptionTypeInfo>* struct_map,
                               int offset, OptionVerificationType verification,
                               OptionTypeFlags flags) {
    OptionTypeInfo info(offset, OptionType::kStruct, verification, flags);
    info.SetParseFunc(
        [=](const ConfigOptions& opts, const std::string& name, const std::string& value,
            void* addr) { return ParseStruct(opts, struct_name, struct_map, name, value, addr); });
    info.SetSerializeFunc([=](const ConfigOptions& opts, const std::string& name, const void* addr,
                              std::string* value) {
      return SerializeStruct(opts, struct_name, struct_map, name, addr, value);
    });
    info.SetEqualsFunc([=](const ConfigOptions& opts, const std::string& name, const void* addr1,
                           const void* addr2, std::string* mismatch) {
      return StructsAreEqual(opts, struct_name, struct_map, name, addr1, addr2, mismatch);
    });
    return info;
  }
  static OptionTypeInfo Struct(const std::string& struct_name,
                               const std::unordered_map<std::string, OptionTypeInfo>* struct_map,
                               int offset, OptionVerificationType verification,
                               OptionTypeFlags flags, const ParseFunc& parse_func) {
    return Struct(struct_name, struct_map, offset, verification, flags).SetParseFunc(parse_func);
  }
  // std::array of elements described by elem_info; Vector: the same for std::vector.
  template <typename T, size_t kSize>
  static OptionTypeInfo Array(int _offset, OptionVerificationType _verification,
                              OptionTypeFlags _flags, const OptionTypeInfo& elem_info,
                              char separator = ':') {
    using Elements = std::array<T, kSize>;
    OptionTypeInfo info(_offset, OptionType::kArray, _verification, _flags);
    info.SetParseFunc([elem_info, separator](const ConfigOptions& opts, const std::string& name,
                                             const std::string& value, void* addr) {
      return ParseArray<T, kSize>(opts, elem_info, separator, name, value,
                                  static_cast<Elements*>(addr));
    });
    info.SetSerializeFunc([elem_info, separator](const ConfigOptions& opts, const std::string& name,
                                                 const void* addr, std::string* value) {
      return SerializeArray<T, kSize>(opts, elem_info, separator, name,
                                      *static_cast<const Elements*>(addr), value);
    });
    info.SetEqualsFunc([elem_info](const ConfigOptions& opts, const std::string& name,
                                   const void* addr1, const void* addr2, std::string* mismatch) {
      return ArraysAreEqual<T, kSize>(opts, elem_info, name, *static_cast<const Elements*>(addr1),
                                      *static_cast<const Elements*>(addr2), mismatch);
    });
    return info;
  }
  template <typename T>
  static OptionTypeInfo Vector(int _offset, OptionVerificationType _verification,
                               OptionTypeFlags _flags, const OptionTypeInfo& elem_info,
                               char separator = ':') {
    using Elements = std::vector<T>;
    OptionTypeInfo info(_offset, OptionType::kVector, _verification, _flags);
    info.SetParseFunc([elem_info, separator](const ConfigOptions& opts, const std::string& name,
                                             const std::string& value, void* addr) {
      return ParseVector<T>(opts, elem_info, separator, name, value, static_cast<Elements*>(addr));
    });
    info.SetSerializeFunc([elem_info, separator](const ConfigOptions& opts, const std::string& name,
                                                 const void* addr, std::string* value) {
      return SerializeVector<T>(opts, elem_info, separator, name,
                                *static_cast<const Elements*>(addr), value);
    });
    info.SetEqualsFunc([elem_info](const ConfigOptions& opts, const std::string& name,
                                   const void* addr1, const void* addr2, std::string* mismatch) {
      return VectorsAreEqual<T>(opts, elem_info, name, *static_cast<const Elements*>(addr1),
                                *static_cast<const Elements*>(addr2), mismatch);
    });
    return info;
  }
  // A Customizable held by std::shared_ptr (below: std::unique_ptr, plain pointer), made by
  // T::CreateFromString; an empty id sets it to null.
  template <typename T>
  static OptionTypeInfo AsCustomSharedPtr(int offset, OptionVerificationType ovt,
                                          OptionTypeFlags flags) {
    OptionTypeInfo info(offset, OptionType::kCustomizable, ovt, flags | OptionTypeFlags::kShared);
    info.SetParseFunc([](const ConfigOptions& opts, const std::string& name,
                         const std::string& value, void* addr) {
      auto* const holder = static_cast<std::shared_ptr<T>*>(addr);
      if (!value.empty() || name != kIdPropName()) return T::CreateFromString(opts, value, holder);
      holder->reset();
      return Status::OK();
    });
    return info;
  }
  template <typename T>
  static OptionTypeInfo AsCustomSharedPtr(int offset, OptionVerificationType ovt,
                                          OptionTypeFlags flags,
                                          const SerializeFunc& serialize_func,
                                          const EqualsFunc& equals_func) {
    return AsCustomSharedPtr<T>(offset, ovt, flags)
        .SetSerializeFunc(serialize_func)
        .SetEqualsFunc(equals_func);
  }
  template <typename T>
  static OptionTypeInfo AsCustomUniquePtr(int offset, OptionVerificationType ovt,
                                          OptionTypeFlags flags) {
    OptionTypeInfo info(offset, OptionType::kCustomizable, ovt, flags | OptionTypeFlags::kUnique);
    info.SetParseFunc([](const ConfigOptions& opts, const std::string& name,
                         const std::string& value, void* addr) {
      auto* const holder = static_cast<std::unique_ptr<T>*>(addr);
      if (!value.empty() || name != kIdPropName()) return T::CreateFromString(opts, value, holder);
      holder->reset();
      return Status::OK();
    });
    return info;
  }
  template <typename T>
  static OptionTypeInfo AsCustomUniquePtr(int offset, OptionVerificationType ovt,
                                          OptionTypeFlags flags,
                                          const SerializeFunc& serialize_func,
                                          const EqualsFunc& equals_func) {
    return AsCustomUniquePtr<T>(offset, ovt, flags)
        .SetSerializeFunc(serialize_func)
        .SetEqualsFunc(equals_func);
  }
  template <typename T>
  static OptionTypeInfo AsCustomRawPtr(int offset, OptionVerificationType ovt,
                                       OptionTypeFlags flags) {
    OptionTypeInfo info(offset, OptionType::kCustomizable, ovt,
                        flags | OptionTypeFlags::kRawPointer);
    info.SetParseFunc([](const ConfigOptions& opts, const std::string& name,
                         const std::string& value, void* addr) {
      T** const holder = static_cast<T**>(addr);
      if (!value.empty() || name != kIdPropName()) return T::CreateFromString(opts, value, holder);
      *holder = nullptr;
      return Status::OK();
    });
    return info;
  }
  template <typename T>
  static OptionTypeInfo AsCustomRawPtr(int offset, OptionVerificationType ovt,
                                       OptionTypeFlags flags, const SerializeFunc& serialize_func,
                                       const EqualsFunc& equals_func) {
    return AsCustomRawPtr<T>(offset, ovt, flags)
        .SetSerializeFunc(serialize_func)
        .SetEqualsFunc(equals_func);
  }
  OptionTypeInfo& SetParseFunc(const ParseFunc& f) {
    parse_func_ = f;
    return *this;
  }
  OptionTypeInfo& SetSerializeFunc(const SerializeFunc& f) {
    serialize_func_ = f;
    return *this;
  }
  OptionTypeInfo& SetEqualsFunc(const EqualsFunc& f) {
    equals_func_ = f;
    return *this;
  }
  OptionTypeInfo& SetPrepareFunc(const PrepareFunc& f) {
    prepare_func_ = f;
    return *this;
  }
  OptionTypeInfo& SetValidateFunc(const ValidateFunc& f) {
    validate_func_ = f;
    return *this;
  }
  bool IsEnabled(OptionTypeFlags otf) const { return (flags_ & otf) == otf; }
  bool IsEditable(const ConfigOptions& opts) const {
    return IsMutable() || !opts.mutable_options_only;
  }
  bool IsMutable() const { return IsEnabled(OptionTypeFlags::kMutable); }
  bool IsDeprecated() const { return IsEnabled(OptionVerificationType::kDeprecated); }
  bool IsAlias() const { return IsEnabled(OptionVerificationType::kAlias); }
  bool IsEnabled(OptionVerificationType ovf) const { return ovf == verification_; }
  ConfigOptions::SanityLevel GetSanityLevel() const {
    if (IsDeprecated() || IsAlias()) return ConfigOptions::kSanityLevelNone;
    const auto level = static_cast<uint32_t>(flags_ & OptionTypeFlags::kCompareExact);
    return level == 0 ? ConfigOptions::kSanityLevelExactMatch
                      : static_cast<ConfigOptions::SanityLevel>(level);
  }
  bool ShouldSerialize() const {
    return !IsDeprecated() && !IsAlias() && !IsEnabled(OptionTypeFlags::kDontSerialize);
  }
  bool ShouldPrepare() const {
    if (IsDeprecated() || IsAlias() || IsEnabled(OptionTypeFlags::kDontPrepare)) return false;
    return IsConfigurable() || prepare_func_ != nullptr;
  }
  bool ShouldValidate() const {
    if (IsDeprecated() || IsAlias()) return false;
    return IsConfigurable() || validate_func_ != nullptr;
  }
  bool CanBeNull() const {
    return IsEnabled(OptionTypeFlags::kAllowNull) ||
           IsEnabled(OptionVerificationType::kByNameAllowNull) ||
           IsEnabled(OptionVerificationType::kByNameAllowFromNull);
  }
  bool IsSharedPtr() const { return IsEnabled(OptionTypeFlags::kShared); }
  bool IsUniquePtr() const { return IsEnabled(OptionTypeFlags::kUnique); }
  bool IsRawPtr() const { return IsEnabled(OptionTypeFlags::kRawPointer); }
  bool IsByName() const {
    return IsEnabled(OptionVerificationType::kByName) ||
           IsEnabled(OptionVerificationType::kByNameAllowNull) ||
           IsEnabled(OptionVerificationType::kByNameAllowFromNull);
  }
  bool IsStruct() const { return type_ == OptionType::kStruct; }
  bool IsConfigurable() const { return IsCustomizable() || type_ == OptionType::kConfigurable; }
  bool IsCustomizable() const { return type_ == OptionType::kCustomizable; }
  // The address of this option in the struct at base.
  inline const void* GetOffset(const void* base) const {
    return static_cast<const char*>(base) + offset_;
  }
  inline void* GetOffset(void* base) const { return static_cast<char*>(base) + offset_; }
  template <typename T>
  const T* GetOffsetAs(const void* base) const {
    return static_cast<const T*>(GetOffset(base));
  }
  template <typename T>
  T* GetOffsetAs(void* base) const {
    return static_cast<T*>(GetOffset(base));
  }
  // The object of this option, whichever kind of pointer holds it; null stays null.
  template <typename T>
  const T* AsRawPointer(const void* const base_addr) const {
    if (base_addr == nullptr) return nullptr;
    if (IsUniquePtr()) return GetOffsetAs<std::unique_ptr<T>>(base_addr)->get();
    if (IsSharedPtr()) return GetOffsetAs<std::shared_ptr<T>>(base_addr)->get();
    return IsRawPtr() ? *GetOffsetAs<T* const>(base_addr) : GetOffsetAs<T>(base_addr);
  }
  template <typename T>
  T* AsRawPointer(void* base_addr) const {
    if (base_addr == nullptr) return nullptr;
    if (IsUniquePtr()) return GetOffsetAs<std::unique_ptr<T>>(base_addr)->get();
    if (IsSharedPtr()) return GetOffsetAs<std::shared_ptr<T>>(base_addr)->get();
    return IsRawPtr() ? *GetOffsetAs<T*>(base_addr) : GetOffsetAs<T>(base_addr);
  }
  // Reads the option at opt_ptr from text; Serialize writes it as text.
  Status Parse(const ConfigOptions& config_options, const std::string& opt_name,
               const std::string& opt_value, void* const opt_ptr) const;
  Status Serialize(const ConfigOptions& config_options, const std::string& opt_name,
                   const void* const opt_ptr, std::string* opt_value) const;
  bool AreEqual(const ConfigOptions& config_options, const std::string& opt_name,
                const void* const addr1, const void* const addr2, std::string* mismatch) const;
  bool AreEqualByName(const ConfigOptions& config_options, const std::string& opt_name,
                      const void* const this_ptr, const void* const that_ptr) const;
  bool AreEqualByName(const ConfigOptions& config_options, const std::string& opt_name,
                      const void* const this_ptr, const std::string& that_value) const;
  Status Prepare(const ConfigOptions& config_options, const std::string& name, void* opt_ptr) const;
  Status Validate(const DBOptions& db_opts, const ColumnFamilyOptions& cf_opts,
                  const std::string& name, const void* opt_ptr) const;
  static Status ParseType(const ConfigOptions& config_options, const std::string& opts_str,
                          const std::unordered_map<std::string, OptionTypeInfo>& type_map,
                          void* opt_addr,
                          std::unordered_map<std::string, std::string>* unused = nullptr);
  static Status ParseType(const ConfigOptions& config_options,
                          const std::unordered_map<std::string, std::string>& opts_map,
                          const std::unordered_map<std::string, OptionTypeInfo>& type_map,
                          void* opt_addr,
                          std::unordered_map<std::string, std::string>* unused = nullptr);
  static Status ParseStruct(const ConfigOptions& config_options, const std::string& struct_name,
                            const std::unordered_map<std::string, OptionTypeInfo>* map,
                            const std::string& opt_name, const std::string& value, void* opt_addr);
  static Status SerializeType(const ConfigOptions& config_options,
                              const std::unordered_map<std::string, OptionTypeInfo>& type_map,
                              const void* opt_addr, std::string* value);
  static Status SerializeStruct(const ConfigOptions& config_options, const std::string& struct_name,
                                const std::unordered_map<std::string, OptionTypeInfo>* map,
                                const std::string& opt_name, const void* opt_addr,
                                std::string* value);
  static bool TypesAreEqual(const ConfigOptions& config_options,
                            const std::unordered_map<std::string, OptionTypeInfo>& map,
                            const void* this_addr, const void* that_addr, std::string* mismatch);
  static bool StructsAreEqual(const ConfigOptions& config_options, const std::string& struct_name,
                              const std::unordered_map<std::string, OptionTypeInfo>* map,
                              const std::string& opt_name, const void* this_offset,
                              const void* that_offset, std::string* mismatch);
  // Looks opt_name up, also as struct.member; *elem_name receives the member part.
  static const OptionTypeInfo* Find(const std::string& opt_name,
                                    const std::unordered_map<std::string, OptionTypeInfo>& opt_map,
                                    std::string* elem_name);
  // The text from start to the next delimiter, braces respected and removed.
  static Status NextToken(const std::string& opts, char delimiter, size_t start, size_t* end,
                          std::string* token);
  constexpr static const char* kIdPropName() { return "id"; }
  constexpr static const char* kIdPropSuffix() { return ".id"; }

 private:
  int offset_;
  ParseFunc parse_func_;
  SerializeFunc serialize_func_;
  EqualsFunc equals_func_;
  PrepareFunc prepare_func_;
  ValidateFunc validate_func_;
  OptionType type_;
  OptionVerificationType verification_;
  OptionTypeFlags flags_;
};

template <typename T, size_t kSize>
Status ParseArray(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                  char separator, const std::string& name, const std::string& value,
                  std::array<T, kSize>* result) {
  ConfigOptions strict = config_options;
  strict.ignore_unsupported_options = false;
  size_t count = 0;
  size_t end = 0;
  size_t start = 0;
  for (; count < kSize && start < value.size() && end != std::string::npos;
       ++count, start = end + 1) {
    std::string token;
    Status s = OptionTypeInfo::NextToken(value, separator, start, &end, &token);
    if (s.ok()) {
      s = elem_info.Parse(strict, name, token, result->data() + count);
      if (s.IsNotSupported() && config_options.ignore_unsupported_options) s = Status::OK();
    }
    if (!s.ok()) return s;
  }
  if (count < kSize)
    return Status::InvalidArgument("Serialized value has less elements than array size", name);
  if (start < value.size() && end != std::string::npos) {
    return Status::InvalidArgument("Serialized value has more elements than array size", name);
  }
  return Status::OK();
}
namespace detail {

// Joins element texts; braces where a separator would be ambiguous.
class OptionListText {
 public:
  explicit OptionListText(char separator) : separator_(separator) {}

  void Add(const std::string& element) {
    if (element.empty()) return;
    if (count_++ != 0) text_.push_back(separator_);
    const bool wrap = element.find(separator_) != std::string::npos;
    text_ += wrap ? "{" + element + "}" : element;
  }

  std::string Finish() const {
    const bool wrap = text_.find('=') != std::string::npos || (count_ > 1 && text_[0] == '{');
    return wrap ? "{" + text_ + "}" : text_;
  }

 private:
  const char separator_;
  int count_ = 0;
  std::string text_;
};

template <typename Elements>
Status SerializeElements(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                         char separator, const std::string& name, const Elements& elements,
                         std::string* value) {
  ConfigOptions nested = config_options;
  nested.delimiter = ";";
  OptionListText list(separator);
  for (const auto& element : elements) {
    std::string text;
    Status s = elem_info.Serialize(nested, name, &element, &text);
    if (!s.ok()) return s;
    list.Add(text);
  }
  *value = list.Finish();
  return Status::OK();
}

}  // namespace detail

template <typename T, size_t kSize>
Status SerializeArray(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                      char separator, const std::string& name, const std::array<T, kSize>& array,
                      std::string* value) {
  return detail::SerializeElements(config_options, elem_info, separator, name, array, value);
}
template <typename T, size_t kSize>
bool ArraysAreEqual(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                    const std::string& name, const std::array<T, kSize>& array1,
                    const std::array<T, kSize>& array2, std::string* mismatch) {
  for (size_t i = 0; i < kSize; ++i) {
    if (!elem_info.AreEqual(config_options, name, &array1[i], &array2[i], mismatch)) return false;
  }
  return true;
}
template <typename T>
Status ParseVector(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                   char separator, const std::string& name, const std::string& value,
                   std::vector<T>* result) {
  ConfigOptions strict = config_options;
  strict.ignore_unsupported_options = false;
  result->clear();
  size_t end = 0;
  for (size_t start = 0; start < value.size() && end != std::string::npos; start = end + 1) {
    std::string token;
    Status s = OptionTypeInfo::NextToken(value, separator, start, &end, &token);
    if (!s.ok()) return s;
    T element;
    s = elem_info.Parse(strict, name, token, &element);
    if (s.ok()) {
      result->push_back(element);
    } else if (!s.IsNotSupported() || !config_options.ignore_unsupported_options) {
      return s;
    }
  }
  return Status::OK();
}
template <typename T>
Status SerializeVector(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                       char separator, const std::string& name, const std::vector<T>& vec,
                       std::string* value) {
  return detail::SerializeElements(config_options, elem_info, separator, name, vec, value);
}
template <typename T>
bool VectorsAreEqual(const ConfigOptions& config_options, const OptionTypeInfo& elem_info,
                     const std::string& name, const std::vector<T>& vec1,
                     const std::vector<T>& vec2, std::string* mismatch) {
  if (vec1.size() != vec2.size()) {
    *mismatch = name;
    return false;
  }
  for (size_t i = 0; i < vec1.size(); ++i) {
    if (!elem_info.AreEqual(config_options, name, &vec1[i], &vec2[i], mismatch)) return false;
  }
  return true;
}

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_UTILITIES_OPTIONS_TYPE_H_
