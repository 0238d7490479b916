// The words behind `ldb`, and keys and values as they are written there.
//
// Thread safety: values and functions of their arguments.

#ifndef AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_
#define AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_

#include <cctype>
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
  if (text.size() % 2 != 0 || text.compare(0, 2, "0x") != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 2; i < text.size(); i += 2) {
    const std::string digits = text.substr(i, 2);
    if (!isxdigit(static_cast<unsigned char>(digits[0])) ||
        !isxdigit(static_cast<unsigned char>(digits[1]))) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
  }
  return bytes;
}

inline std::string ToHex(const Slice& bytes) { return "0x" + bytes.ToString(true); }

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_ARGUMENTS_H_
