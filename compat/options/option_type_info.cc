// OptionTypeInfo: reading, writing and comparing one option or a whole map of them.

#include <cstring>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "compat/options/option_text.h"
#include "rocksdb/customizable.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

namespace {

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

bool IsWholeStruct(const std::string& option, const std::string& struct_name) {
  if (option == struct_name) return true;
  const std::string tail = "." + struct_name;
  return option.size() > tail.size() &&
         option.compare(option.size() - tail.size(), tail.size(), tail) == 0;
}

bool IsMemberOf(const std::string& option, const std::string& struct_name) {
  return option.size() > struct_name.size() + 1 &&
         option.compare(0, struct_name.size(), struct_name) == 0 &&
         option[struct_name.size()] == '.';
}

Status BadNumber(const std::string& name, const char* reason) {
  return Status::InvalidArgument("Error parsing " + name + ":" + reason);
}

template <typename T>
Status ParseSignedInto(const std::string& name, const std::string& text, const char* reason,
                       void* at) {
  int64_t number = 0;
  if (!ParseSigned(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), &number)) {
    return BadNumber(name, reason);
  }
  *static_cast<T*>(at) = static_cast<T>(number);
  return Status::OK();
}

template <typename T>
Status ParseUnsignedInto(const std::string& name, const std::string& text, void* at) {
  uint64_t number = 0;
  if (!ParseUnsigned(text, std::numeric_limits<T>::max(), &number))
    return BadNumber(name, "stoull");
  *static_cast<T*>(at) = static_cast<T>(number);
  return Status::OK();
}

template <typename T>
Status ParseEnumInto(const std::unordered_map<std::string, T>& names, const std::string& name,
                     const std::string& text, void* at) {
  if (ParseEnum(names, text, static_cast<T*>(at))) return Status::OK();
  return Status::InvalidArgument("Error parsing:", name);
}

// A value of a type that has no parser of its own.
Status ParseValue(OptionType type, const std::string& name, const std::string& text, void* at) {
  switch (type) {
    case OptionType::kBoolean:
      return ParseBool(text, static_cast<bool*>(at)) ? Status::OK() : BadNumber(name, "");
    case OptionType::kInt:
      return ParseSignedInto<int>(name, text, "stoi", at);
    case OptionType::kInt32T:
      return ParseSignedInto<int32_t>(name, text, "stoi", at);
    case OptionType::kInt64T:
      return ParseSignedInto<int64_t>(name, text, "stoll", at);
    case OptionType::kUInt:
      return ParseUnsignedInto<unsigned int>(name, text, at);
    case OptionType::kUInt8T:
      return ParseUnsignedInto<uint8_t>(name, text, at);
    case OptionType::kUInt32T:
      return ParseUnsignedInto<uint32_t>(name, text, at);
    case OptionType::kUInt64T:
      return ParseUnsignedInto<uint64_t>(name, text, at);
    case OptionType::kSizeT:
      return ParseUnsignedInto<size_t>(name, text, at);
    case OptionType::kString:
      static_cast<std::string*>(at)->assign(text);
      return Status::OK();
    case OptionType::kDouble:
      return ParseDouble(text, static_cast<double*>(at)) ? Status::OK() : BadNumber(name, "stod");
    case OptionType::kCompactionStyle:
      return ParseEnumInto(CompactionStyleNames(), name, text, at);
    case OptionType::kCompactionPri:
      return ParseEnumInto(CompactionPriNames(), name, text, at);
    case OptionType::kCompressionType:
      return ParseEnumInto(CompressionTypeNames(), name, text, at);
    case OptionType::kCompactionStopStyle:
      return ParseEnumInto(CompactionStopStyleNames(), name, text, at);
    case OptionType::kChecksumType:
      return ParseEnumInto(ChecksumTypeNames(), name, text, at);
    case OptionType::kEncodingType:
      return ParseEnumInto(EncodingTypeNames(), name, text, at);
    case OptionType::kTemperature:
      return ParseEnumInto(TemperatureNames(), name, text, at);
    case OptionType::kEncodedString:
      if (Slice(text).DecodeHex(static_cast<std::string*>(at))) return Status::OK();
      return Status::InvalidArgument("Error parsing:", name);
    case OptionType::kEnv:
    case OptionType::kEnum:
    case OptionType::kStruct:
    case OptionType::kVector:
    case OptionType::kConfigurable:
    case OptionType::kCustomizable:
    case OptionType::kArray:
    case OptionType::kUnknown:
      break;
  }
  return Status::InvalidArgument("Error parsing:", name);
}

template <typename T>
const T& As(const void* at) {
  return *static_cast<const T*>(at);
}

bool SerializeValue(OptionType type, const void* at, std::string* text) {
  switch (type) {
    case OptionType::kBoolean:
      *text = As<bool>(at) ? "true" : "false";
      return true;
    case OptionType::kInt:
      *text = std::to_string(As<int>(at));
      return true;
    case OptionType::kInt32T:
      *text = std::to_string(As<int32_t>(at));
      return true;
    case OptionType::kInt64T:
      *text = std::to_string(As<int64_t>(at));
      return true;
    case OptionType::kUInt:
      *text = std::to_string(As<unsigned int>(at));
      return true;
    case OptionType::kUInt8T:
      *text = std::to_string(As<uint8_t>(at));
      return true;
    case OptionType::kUInt32T:
      *text = std::to_string(As<uint32_t>(at));
      return true;
    case OptionType::kUInt64T:
      *text = std::to_string(As<uint64_t>(at));
      return true;
    case OptionType::kSizeT:
      *text = std::to_string(As<size_t>(at));
      return true;
    case OptionType::kDouble:
      *text = std::to_string(As<double>(at));
      return true;
    case OptionType::kString:
      *text = EscapeOption(As<std::string>(at));
      return true;
    case OptionType::kEncodedString:
      *text = Slice(As<std::string>(at)).ToString(true);
      return true;
    case OptionType::kCompactionStyle:
      return SerializeEnum(CompactionStyleNames(), As<CompactionStyle>(at), text);
    case OptionType::kCompactionPri:
      return SerializeEnum(CompactionPriNames(), As<CompactionPri>(at), text);
    case OptionType::kCompressionType:
      return SerializeEnum(CompressionTypeNames(), As<CompressionType>(at), text);
    case OptionType::kCompactionStopStyle:
      return SerializeEnum(CompactionStopStyleNames(), As<CompactionStopStyle>(at), text);
    case OptionType::kChecksumType:
      return SerializeEnum(ChecksumTypeNames(), As<ChecksumType>(at), text);
    case OptionType::kEncodingType:
      return SerializeEnum(EncodingTypeNames(), As<EncodingType>(at), text);
    case OptionType::kTemperature:
      return SerializeEnum(TemperatureNames(), As<Temperature>(at), text);
    default:
      return false;
  }
}

// Doubles are equal when their texts are; everything else when its text is, too, so that one rule
// serves all types.
bool ValuesAreEqual(OptionType type, const void* a, const void* b) {
  if (type == OptionType::kDouble) {
    const double difference = As<double>(a) - As<double>(b);
    return difference < 0.00001 && difference > -0.00001;
  }
  std::string text_a, text_b;
  return SerializeValue(type, a, &text_a) && SerializeValue(type, b, &text_b) && text_a == text_b;
}

// Whether a value would be cut short by what separates values, or lose its own braces, and braces
// around it help: they have to be balanced.
bool NeedsBraces(const std::string& text) {
  if (text.empty() || (text.front() != '{' && text.find(';') == std::string::npos)) return false;
  int depth = 0;
  for (const char c : text) {
    depth += (c == '{') - (c == '}');
    if (depth < 0) return false;
  }
  return depth == 0;
}

}  // namespace

Status OptionTypeInfo::Parse(const ConfigOptions& config_options, const std::string& opt_name,
                             const std::string& opt_value, void* const opt_ptr) const {
  if (IsDeprecated()) return Status::OK();
  if (opt_ptr == nullptr) return Status::NotFound("Could not find option", opt_name);
  const std::string text =
      config_options.input_strings_escaped ? UnescapeOption(opt_value) : opt_value;
  ConfigOptions nested = config_options;
  nested.invoke_prepare_options = false;
  if (parse_func_ != nullptr) return parse_func_(nested, opt_name, text, GetOffset(opt_ptr));
  if (IsConfigurable()) {
    if (text.empty()) return Status::OK();
    auto* const object = AsRawPointer<Configurable>(opt_ptr);
    if (object == nullptr) return Status::NotFound("Could not find configurable: ", opt_name);
    nested.ignore_unknown_options = false;
    return text.find('=') != std::string::npos ? object->ConfigureFromString(nested, text)
                                               : object->ConfigureOption(nested, opt_name, text);
  }
  if (IsByName()) {
    return Status::NotSupported("Deserializing the option " + opt_name + " is not supported");
  }
  return ParseValue(type_, opt_name, text, GetOffset(opt_ptr));
}

Status OptionTypeInfo::Serialize(const ConfigOptions& config_options, const std::string& opt_name,
                                 const void* const opt_ptr, std::string* opt_value) const {
  opt_value->clear();
  if (opt_ptr == nullptr || IsDeprecated()) return Status::OK();
  if (IsEnabled(OptionTypeFlags::kDontSerialize)) {
    return Status::NotSupported("Cannot serialize option: ", opt_name);
  }
  if (serialize_func_ != nullptr) {
    return serialize_func_(config_options, opt_name, GetOffset(opt_ptr), opt_value);
  }
  if (IsConfigurable()) {
    const auto* const object = AsRawPointer<Configurable>(opt_ptr);
    if (object == nullptr) {
      if (IsCustomizable()) *opt_value = kNullText;
      return Status::OK();
    }
    ConfigOptions nested = config_options;
    nested.delimiter = ";";
    if (IsCustomizable()) {
      const auto* const custom = static_cast<const Customizable*>(object);
      const bool name_only =
          (IsEnabled(OptionTypeFlags::kStringNameOnly) && !config_options.IsDetailed()) ||
          (config_options.mutable_options_only && !IsMutable());
      *opt_value = name_only ? custom->GetId() : custom->ToString(nested);
    } else {
      *opt_value = object->ToString(nested);
    }
    return Status::OK();
  }
  if (config_options.mutable_options_only && !IsMutable()) return Status::OK();
  if (!SerializeValue(type_, GetOffset(opt_ptr), opt_value)) {
    return Status::InvalidArgument("Cannot serialize option: ", opt_name);
  }
  if (type_ == OptionType::kString && config_options.delimiter.compare(0, 1, ";") == 0 &&
      NeedsBraces(*opt_value)) {
    *opt_value = "{" + *opt_value + "}";
  }
  return Status::OK();
}

bool OptionTypeInfo::AreEqual(const ConfigOptions& config_options, const std::string& opt_name,
                              const void* const addr1, const void* const addr2,
                              std::string* mismatch) const {
  if (!config_options.IsCheckEnabled(GetSanityLevel())) return true;
  if (addr1 == nullptr || addr2 == nullptr) {
    if (addr1 == addr2) return true;
  } else if (equals_func_ != nullptr) {
    if (equals_func_(config_options, opt_name, GetOffset(addr1), GetOffset(addr2), mismatch)) {
      return true;
    }
  } else if (IsConfigurable()) {
    const auto* const one = AsRawPointer<Configurable>(addr1);
    const auto* const two = AsRawPointer<Configurable>(addr2);
    if (one == two) return true;
    if (one != nullptr && two != nullptr && one->AreEquivalent(config_options, two, mismatch)) {
      return true;
    }
  } else if (ValuesAreEqual(type_, GetOffset(addr1), GetOffset(addr2))) {
    return true;
  }
  if (mismatch->empty()) *mismatch = opt_name;
  return false;
}

bool OptionTypeInfo::AreEqualByName(const ConfigOptions& config_options,
                                    const std::string& opt_name, const void* const this_ptr,
                                    const void* const that_ptr) const {
  if (!IsByName()) return false;
  std::string that_value;
  return Serialize(config_options, opt_name, that_ptr, &that_value).ok() &&
         AreEqualByName(config_options, opt_name, this_ptr, that_value);
}

bool OptionTypeInfo::AreEqualByName(const ConfigOptions& config_options,
                                    const std::string& opt_name, const void* const this_ptr,
                                    const std::string& that_value) const {
  if (!IsByName()) return false;
  std::string this_value;
  if (!Serialize(config_options, opt_name, this_ptr, &this_value).ok()) return false;
  if (IsEnabled(OptionVerificationType::kByNameAllowFromNull) && that_value == kNullText) {
    return true;
  }
  if (IsEnabled(OptionVerificationType::kByNameAllowNull) &&
      (that_value == kNullText || this_value == kNullText)) {
    return true;
  }
  return this_value == that_value;
}

Status OptionTypeInfo::Prepare(const ConfigOptions& config_options, const std::string& name,
                               void* opt_ptr) const {
  if (!ShouldPrepare()) return Status::OK();
  if (prepare_func_ != nullptr) return prepare_func_(config_options, name, GetOffset(opt_ptr));
  auto* const object = AsRawPointer<Configurable>(opt_ptr);
  if (object != nullptr) return object->PrepareOptions(config_options);
  return CanBeNull() ? Status::OK() : Status::NotFound("Missing configurable object", name);
}

Status OptionTypeInfo::Validate(const DBOptions& db_opts, const ColumnFamilyOptions& cf_opts,
                                const std::string& name, const void* opt_ptr) const {
  if (!ShouldValidate()) return Status::OK();
  if (validate_func_ != nullptr) return validate_func_(db_opts, cf_opts, name, GetOffset(opt_ptr));
  const auto* const object = AsRawPointer<Configurable>(opt_ptr);
  if (object != nullptr) return object->ValidateOptions(db_opts, cf_opts);
  return CanBeNull() ? Status::OK() : Status::NotFound("Missing configurable object", name);
}

Status OptionTypeInfo::ParseType(const ConfigOptions& config_options, const std::string& opts_str,
                                 const OptionInfos& type_map, void* opt_addr,
                                 std::unordered_map<std::string, std::string>* unused) {
  std::unordered_map<std::string, std::string> options;
  Status s = StringToMap(opts_str, &options);
  return s.ok() ? ParseType(config_options, options, type_map, opt_addr, unused) : s;
}

Status OptionTypeInfo::ParseType(const ConfigOptions& config_options,
                                 const std::unordered_map<std::string, std::string>& opts_map,
                                 const OptionInfos& type_map, void* opt_addr,
                                 std::unordered_map<std::string, std::string>* unused) {
  for (const auto& [name, value] : opts_map) {
    std::string member;
    const OptionTypeInfo* const info = Find(name, type_map, &member);
    if (info != nullptr) {
      Status s = info->Parse(config_options, member, value, opt_addr);
      if (!s.ok()) return s;
    } else if (unused != nullptr) {
      (*unused)[name] = value;
    } else {
      return Status::NotFound("Unrecognized option", name);
    }
  }
  return Status::OK();
}

Status OptionTypeInfo::ParseStruct(const ConfigOptions& config_options,
                                   const std::string& struct_name, const OptionInfos* map,
                                   const std::string& opt_name, const std::string& value,
                                   void* opt_addr) {
  if (IsWholeStruct(opt_name, struct_name)) {
    std::unordered_map<std::string, std::string> unused;
    Status s = ParseType(config_options, value, *map, opt_addr, &unused);
    if (s.ok() && !unused.empty()) {
      return Status::InvalidArgument("Unrecognized option",
                                     struct_name + "." + unused.begin()->first);
    }
    return s;
  }
  const std::string name =
      IsMemberOf(opt_name, struct_name) ? opt_name.substr(struct_name.size() + 1) : opt_name;
  std::string member;
  const OptionTypeInfo* const info = Find(name, *map, &member);
  if (info == nullptr) {
    return Status::InvalidArgument("Unrecognized option", struct_name + "." + name);
  }
  return info->Parse(config_options, member, value, opt_addr);
}

Status OptionTypeInfo::SerializeType(const ConfigOptions& config_options,
                                     const OptionInfos& type_map, const void* opt_addr,
                                     std::string* value) {
  for (const auto& [name, info] : type_map) {
    if (!info.ShouldSerialize()) continue;
    std::string text;
    Status s = info.Serialize(config_options, name, opt_addr, &text);
    if (!s.ok()) return s;
    if (!text.empty()) *value += name + "=" + text + config_options.delimiter;
  }
  return Status::OK();
}

Status OptionTypeInfo::SerializeStruct(const ConfigOptions& config_options,
                                       const std::string& struct_name, const OptionInfos* map,
                                       const std::string& opt_name, const void* opt_addr,
                                       std::string* value) {
  ConfigOptions nested = config_options;
  nested.delimiter = ";";
  if (IsWholeStruct(opt_name, struct_name)) {
    std::string members;
    Status s = SerializeType(nested, *map, opt_addr, &members);
    if (s.ok()) *value = "{" + members + "}";
    return s;
  }
  const std::string name =
      IsMemberOf(opt_name, struct_name) ? opt_name.substr(struct_name.size() + 1) : opt_name;
  std::string member;
  const OptionTypeInfo* const info = Find(name, *map, &member);
  if (info == nullptr) return Status::InvalidArgument("Unrecognized option", opt_name);
  return info->ShouldSerialize() ? info->Serialize(nested, name, opt_addr, value) : Status::OK();
}

bool OptionTypeInfo::TypesAreEqual(const ConfigOptions& config_options, const OptionInfos& map,
                                   const void* this_addr, const void* that_addr,
                                   std::string* mismatch) {
  for (const auto& [name, info] : map) {
    if (!info.AreEqual(config_options, name, this_addr, that_addr, mismatch)) return false;
  }
  return true;
}

bool OptionTypeInfo::StructsAreEqual(const ConfigOptions& config_options,
                                     const std::string& struct_name, const OptionInfos* map,
                                     const std::string& opt_name, const void* this_offset,
                                     const void* that_offset, std::string* mismatch) {
  std::string inner;
  if (IsWholeStruct(opt_name, struct_name)) {
    if (TypesAreEqual(config_options, *map, this_offset, that_offset, &inner)) return true;
    *mismatch = struct_name + "." + inner;
    return false;
  }
  const std::string name =
      IsMemberOf(opt_name, struct_name) ? opt_name.substr(struct_name.size() + 1) : opt_name;
  std::string member;
  const OptionTypeInfo* const info = Find(name, *map, &member);
  if (info == nullptr) {
    *mismatch = opt_name;
    return false;
  }
  if (info->AreEqual(config_options, member, this_offset, that_offset, &inner)) return true;
  *mismatch = struct_name + "." + inner;
  return false;
}

const OptionTypeInfo* OptionTypeInfo::Find(const std::string& opt_name, const OptionInfos& opt_map,
                                           std::string* elem_name) {
  auto found = opt_map.find(opt_name);
  if (found != opt_map.end()) {
    *elem_name = opt_name;
    return &found->second;
  }
  const size_t dot = opt_name.find('.');
  if (dot == std::string::npos || dot == 0) return nullptr;
  found = opt_map.find(opt_name.substr(0, dot));
  if (found == opt_map.end() || !(found->second.IsStruct() || found->second.IsConfigurable())) {
    return nullptr;
  }
  *elem_name = opt_name.substr(dot + 1);
  return &found->second;
}

Status OptionTypeInfo::NextToken(const std::string& opts, char delimiter, size_t start, size_t* end,
                                 std::string* token) {
  token->clear();
  size_t at = opts.find_first_not_of(" \t\n\v\f\r", start);
  if (at == std::string::npos) {
    *end = std::string::npos;
    return Status::OK();
  }
  if (opts[at] != '{') {
    *end = opts.find(delimiter, at);
    *token = TrimBlanks(opts.substr(at, *end == std::string::npos ? *end : *end - at));
    return Status::OK();
  }
  const size_t open = at;
  int depth = 0;
  for (; at < opts.size(); ++at) {
    if (opts[at] == '{') ++depth;
    if (opts[at] == '}' && --depth == 0) break;
  }
  if (at == opts.size()) {
    return Status::InvalidArgument("Mismatched curly braces for nested options");
  }
  *token = TrimBlanks(opts.substr(open + 1, at - open - 1));
  *end = opts.find_first_not_of(" \t\n\v\f\r", at + 1);
  if (*end != std::string::npos && opts[*end] != delimiter) {
    return Status::InvalidArgument("Unexpected chars after nested options");
  }
  return Status::OK();
}

Status StringToMap(const std::string& opts_str,
                   std::unordered_map<std::string, std::string>* opts_map) {
  std::string text = TrimBlanks(opts_str);
  while (text.size() > 2 && text.front() == '{' && text.back() == '}') {
    text = TrimBlanks(text.substr(1, text.size() - 2));
  }
  for (size_t at = 0; at < text.size();) {
    const size_t equals = text.find('=', at);
    if (equals == std::string::npos) {
      return Status::InvalidArgument("Mismatched key value pair, '=' expected");
    }
    const std::string key = TrimBlanks(text.substr(at, equals - at));
    if (key.empty()) return Status::InvalidArgument("Empty key found");
    if (key.find_first_of("{};") != std::string::npos) {
      return Status::InvalidArgument("Unexpected char in key");
    }
    std::string value;
    size_t end = 0;
    Status s = OptionTypeInfo::NextToken(text, ';', equals + 1, &end, &value);
    if (!s.ok()) return s;
    (*opts_map)[key] = value;
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return Status::OK();
}

}  // namespace rocksdb
