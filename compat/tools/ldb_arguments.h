// The words behind `ldb`, and keys and values as they are written there.
//
// Thread safety: values and functions of their arguments.

#ifndef AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_
#define AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rocksdb/slice.h"

namespace rocksdb {

// The command line: ldb --db=... command parameter ... --option=value --flag
struct Arguments {
  std::string command;
  std::vector<std::string> parameters;
  std::map<std::string, std::string> options;
  std::set<std::string> flags;

  explicit Arguments(int argc, char const* const* argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word.compare(0, 2, "--") != 0) {
        (command.empty() ? command : parameters.emplace_back()) = word;
        continue;
      }
      const size_t equals = word.find('=');
      if (equals == std::string::npos) {
        flags.insert(word.substr(2));
      } else {
        options[word.substr(2, equals - 2)] = word.substr(equals + 1);
      }
    }
  }

  bool Has(const std::string& name) const {
    const auto option = options.find(name);
    return option != options.end() ? option->second == "true" : flags.count(name) != 0;
  }
  std::string Get(const std::string& name, const std::string& missing = "") const {
    const auto option = options.find(name);
    return option != options.end() ? option->second : missing;
  }
};

// Nothing: these are not pairs of digits behind 0x.
inline std::optional<std::string> FromHex(const std::string& text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0 || text.compare(0, 2, "0x") != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 2; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

inline std::string ToHex(const Slice& bytes) { return "0x" + bytes.ToString(true); }

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_
