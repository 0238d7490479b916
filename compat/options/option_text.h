// The text form of single values: numbers with binary suffixes, booleans, escaped strings, and the
// names of enumerators.
//
// Thread safety: everything. Failure: parsers give false and, where the caller has to name it, the
// reason by which tools know it ("stoull", "stoi", "stod" or nothing).

#ifndef AETHER_COMPAT_OPTIONS_OPTION_TEXT_H_
#define AETHER_COMPAT_OPTIONS_OPTION_TEXT_H_

#include <cstdint>
#include <string>
#include <unordered_map>

#include "rocksdb/advanced_options.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

namespace rocksdb {

inline constexpr char kNullText[] = "nullptr";

// "true", "1", "false", "0".
bool ParseBool(const std::string& text, bool* value);
// Decimal, then optionally k, m, g or t for powers of 1024; what follows the number is otherwise
// ignored.
bool ParseSigned(const std::string& text, int64_t min, int64_t max, int64_t* value);
bool ParseUnsigned(const std::string& text, uint64_t max, uint64_t* value);
bool ParseDouble(const std::string& text, double* value);

// Backslash before backslash, '#' and ':'; line breaks as \n and \r.
std::string EscapeOption(const std::string& text);
std::string UnescapeOption(const std::string& text);
std::string TrimBlanks(const std::string& text);

using CompressionNames = std::unordered_map<std::string, CompressionType>;
const CompressionNames& CompressionTypeNames();
const std::unordered_map<std::string, CompactionStyle>& CompactionStyleNames();
const std::unordered_map<std::string, CompactionPri>& CompactionPriNames();
const std::unordered_map<std::string, CompactionStopStyle>& CompactionStopStyleNames();
const std::unordered_map<std::string, ChecksumType>& ChecksumTypeNames();
const std::unordered_map<std::string, EncodingType>& EncodingTypeNames();
const std::unordered_map<std::string, Temperature>& TemperatureNames();

// How LOG and the option dump call an algorithm ("Snappy").
const char* CompressionDisplayName(CompressionType type);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_OPTION_TEXT_H_
