#include "compat/options/option_text.h"

#include <cerrno>
#include <cstdlib>

#include "compat/options/compaction_styles.h"
#include "rocksdb/convenience.h"

namespace rocksdb {

namespace {

// The power of two that a suffix at the end of a number stands for; 0 for anything else.
int SuffixShift(const char* end) {
  switch (*end) {
    case 'k':
    case 'K':
      return 10;
    case 'm':
    case 'M':
      return 20;
    case 'g':
    case 'G':
      return 30;
    case 't':
    case 'T':
      return 40;
    default:
      return 0;
  }
}

}  // namespace

bool ParseBool(const std::string& text, bool* value) {
  if (text == "true" || text == "1") {
    *value = true;
  } else if (text == "false" || text == "0") {
    *value = false;
  } else {
    return false;
  }
  return true;
}

bool ParseSigned(const std::string& text, int64_t min, int64_t max, int64_t* value) {
  errno = 0;
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (end == text.c_str() || errno == ERANGE) return false;
  int64_t scaled = 0;
  if (__builtin_mul_overflow(static_cast<int64_t>(number), int64_t{1} << SuffixShift(end),
                             &scaled)) {
    return false;
  }
  if (scaled < min || scaled > max) return false;
  *value = scaled;
  return true;
}

bool ParseUnsigned(const std::string& text, uint64_t max, uint64_t* value) {
  errno = 0;
  char* end = nullptr;
  const unsigned long long number = std::strtoull(text.c_str(), &end, 10);
  if (end == text.c_str() || errno == ERANGE) return false;
  const uint64_t scaled = static_cast<uint64_t>(number) << SuffixShift(end);
  if (scaled > max) return false;
  *value = scaled;
  return true;
}

bool ParseDouble(const std::string& text, double* value) {
  errno = 0;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || errno == ERANGE) return false;
  *value = number;
  return true;
}

std::string EscapeOption(const std::string& text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\\':
      case '#':
      case ':':
        escaped += '\\';
        escaped += c;
        break;
      case '\n':
        escaped += "\\n";
        break;
      case '\r':
        escaped += "\\r";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string UnescapeOption(const std::string& text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      if (c == 'n') c = '\n';
      if (c == 'r') c = '\r';
    } else if (c == '\\') {
      break;
    }
    plain += c;
  }
  return plain;
}

std::string TrimBlanks(const std::string& text) {
  static constexpr char kBlanks[] = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return std::string();
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// The maps below live for ever: option strings are also read while static objects are being
// destroyed.
const CompressionNames& CompressionTypeNames() {
  static const auto* const names =
      new CompressionNames{{"kNoCompression", kNoCompression},
                           {"kSnappyCompression", kSnappyCompression},
                           {"kZlibCompression", kZlibCompression},
                           {"kBZip2Compression", kBZip2Compression},
                           {"kLZ4Compression", kLZ4Compression},
                           {"kLZ4HCCompression", kLZ4HCCompression},
                           {"kXpressCompression", kXpressCompression},
                           {"kZSTD", kZSTD},
                           {"kZSTDNotFinalCompression", kZSTDNotFinalCompression},
                           {"kDisableCompressionOption", kDisableCompressionOption}};
  return *names;
}

const std::unordered_map<std::string, CompactionStyle>& CompactionStyleNames() {
  static const auto* const names = new std::unordered_map<std::string, CompactionStyle>{
      {"kCompactionStyleLevel", kCompactionStyleLevel},
      {"kCompactionStyleUniversal", kCompactionStyleUniversal},
      {"kCompactionStyleFIFO", kCompactionStyleFIFO},
      {"kCompactionStyleNone", kCompactionStyleNone},
      {"leveled", kCompactionStyleLeveled}};
  return *names;
}

const std::unordered_map<std::string, CompactionPri>& CompactionPriNames() {
  static const auto* const names = new std::unordered_map<std::string, CompactionPri>{
      {"kByCompensatedSize", kByCompensatedSize},
      {"kOldestLargestSeqFirst", kOldestLargestSeqFirst},
      {"kOldestSmallestSeqFirst", kOldestSmallestSeqFirst},
      {"kMinOverlappingRatio", kMinOverlappingRatio},
      {"kRoundRobin", kRoundRobin}};
  return *names;
}

const std::unordered_map<std::string, CompactionStopStyle>& CompactionStopStyleNames() {
  static const auto* const names = new std::unordered_map<std::string, CompactionStopStyle>{
      {"kCompactionStopStyleSimilarSize", kCompactionStopStyleSimilarSize},
      {"kCompactionStopStyleTotalSize", kCompactionStopStyleTotalSize}};
  return *names;
}

const std::unordered_map<std::string, ChecksumType>& ChecksumTypeNames() {
  static const auto* const names =
      new std::unordered_map<std::string, ChecksumType>{{"kNoChecksum", kNoChecksum},
                                                        {"kCRC32c", kCRC32c},
                                                        {"kxxHash", kxxHash},
                                                        {"kxxHash64", kxxHash64},
                                                        {"kXXH3", kXXH3}};
  return *names;
}

const std::unordered_map<std::string, EncodingType>& EncodingTypeNames() {
  static const auto* const names =
      new std::unordered_map<std::string, EncodingType>{{"kPlain", kPlain}, {"kPrefix", kPrefix}};
  return *names;
}

const std::unordered_map<std::string, Temperature>& TemperatureNames() {
  static const auto* const names =
      new std::unordered_map<std::string, Temperature>{{"kUnknown", Temperature::kUnknown},
                                                       {"kHot", Temperature::kHot},
                                                       {"kWarm", Temperature::kWarm},
                                                       {"kCold", Temperature::kCold}};
  return *names;
}

const char* CompressionDisplayName(CompressionType type) {
  switch (type) {
    case kNoCompression:
      return "NoCompression";
    case kSnappyCompression:
      return "Snappy";
    case kZlibCompression:
      return "Zlib";
    case kBZip2Compression:
      return "BZip2";
    case kLZ4Compression:
      return "LZ4";
    case kLZ4HCCompression:
      return "LZ4HC";
    case kXpressCompression:
      return "Xpress";
    case kZSTD:
      return "ZSTD";
    case kZSTDNotFinalCompression:
      return "ZSTDNotFinal";
    case kDisableCompressionOption:
      return "DisableOption";
  }
  return "";
}

Status GetStringFromCompressionType(std::string* compression_str,
                                    CompressionType compression_type) {
  for (const auto& [name, type] : CompressionTypeNames()) {
    if (type != compression_type) continue;
    *compression_str = name;
    return Status::OK();
  }
  return Status::InvalidArgument("Invalid compression types");
}

std::vector<CompressionType> GetSupportedCompressions() {
  return {kNoCompression,          kSnappyCompression, kZlibCompression,
          kLZ4Compression,         kLZ4HCCompression,  kZSTD,
          kZSTDNotFinalCompression};
}

}  // namespace rocksdb
