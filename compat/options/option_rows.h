// How the list of option_fates.h is written down: macros that name a member once, for the compiler
// and for the reader, and the printing of values.
//
// Thread safety: pure functions.

#ifndef AETHER_COMPAT_OPTIONS_OPTION_ROWS_H_
#define AETHER_COMPAT_OPTIONS_OPTION_ROWS_H_

#include <concepts>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "compat/options/option_fates.h"
#include "rocksdb/cache.h"
#include "rocksdb/table.h"

namespace rocksdb {

// The rows of a group of structs; OptionFates() puts them together.
std::vector<OptionFate> DbOptionFates();
std::vector<OptionFate> FamilyOptionFates();
std::vector<OptionFate> TableOptionFates();
std::vector<OptionFate> CallOptionFates();
std::vector<OptionFate> UtilityOptionFates();

template <typename T>
concept Pointer = requires(const T& value) {
  value == nullptr;
  *value;
};
template <typename T>
concept Named = Pointer<T> && requires(const T& value) {
  { value->Name() } -> std::convertible_to<std::string>;
};

// What is known of a type depends on the headers that a file includes, so each has its own.
template <typename T>
static std::string ShowValue(const T& value) {
  if constexpr (std::is_convertible_v<T, std::shared_ptr<Cache>>) {
    return value == nullptr
               ? "none"
               : value->Name() + (" of " + std::to_string(value->GetCapacity())) + " bytes";
  } else if constexpr (Named<T>) {
    return value == nullptr ? "none" : std::string(value->Name());
  } else if constexpr (Pointer<T>) {
    return value == nullptr ? "none" : "set";
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<long long>(value));
  } else if constexpr (requires(std::ostream & out) { out << value; }) {
    std::ostringstream out;
    out << value;
    return out.str();
  } else if constexpr (requires { value.size(); }) {
    return std::to_string(value.size()) + " entries";
  } else {
    return "set";
  }
}

// Objects are told apart by what they are: each default is an object of its own.
template <typename T>
static bool IsUsual(const T& value, const T& usual) {
  if constexpr (Named<T>) {
    if (value == nullptr || usual == nullptr) return value == usual;
    return std::string(value->Name()) == usual->Name();
  } else if constexpr (Pointer<T> || std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                       std::is_convertible_v<T, std::string>) {
    return value == usual;
  } else if constexpr (std::is_same_v<T, std::vector<CompressionType>>) {
    return value == usual;
  } else if constexpr (requires { value.size(); }) {
    return value.size() == usual.size();
  } else if constexpr (requires { value.count(); }) {
    return value.count() == usual.count();  // a time
  } else {
    return true;  // a struct whose members are told by themselves, or a function
  }
}

// Made once and never destroyed: some have a cache of their own.
template <typename Owner>
static const Owner& UsualOptions() {
  if constexpr (std::is_same_v<Owner, BlockBasedTableOptions>) {
    // As a factory puts them into range.
    static const TableFactory* const factory = NewBlockBasedTableFactory();
    return *factory->GetOptions<Owner>();
  } else {
    static const Owner& usual = *new Owner();
    return usual;
  }
}

template <typename Owner, auto Member>
static std::string ShowOption(const void* options) {
  if constexpr (std::is_default_constructible_v<Owner>) {
    const Owner& usual = UsualOptions<Owner>();
    const auto& value = static_cast<const Owner*>(options)->*Member;
    return IsUsual(value, usual.*Member) ? std::string() : ShowValue(value);
  } else {
    return std::string();
  }
}

// Rows of the struct `Owner`, whose name stands in `owner`.
#define AETHER_ROW(fate, field, when, applies, remark) \
  OptionFate { owner, #field, fate, when, remark, applies, &ShowOption<Owner, &Owner::field> }
#define HONOURED(field) AETHER_ROW(Fate::kHonoured, field, "", nullptr, "")
#define HONOURED_AS(field, remark) AETHER_ROW(Fate::kHonoured, field, "", nullptr, remark)
#define MAPPED(field, remark) AETHER_ROW(Fate::kMapped, field, "", nullptr, remark)
#define IGNORED(field, remark) AETHER_ROW(Fate::kIgnored, field, "", nullptr, remark)
#define REFUSED(field, remark) AETHER_ROW(Fate::kRefused, field, "", nullptr, remark)

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_OPTION_ROWS_H_
