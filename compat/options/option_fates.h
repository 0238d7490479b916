// What becomes of each option of the interface: the one list behind the lines in LOG, those of
// AETHER_VERBOSE=1 and the table in docs/compatibility.md. tests/compatibility/run compares it with
// the members of the option structs in RocksDB's headers, so that no option is in none of the
// kinds.
//
// Thread safety: pure functions. Failure: none.

#ifndef AETHER_COMPAT_OPTIONS_OPTION_FATES_H_
#define AETHER_COMPAT_OPTIONS_OPTION_FATES_H_

#include <string>
#include <vector>

#include "rocksdb/options.h"

namespace rocksdb {

enum class Fate { kHonoured, kMapped, kIgnored, kRefused };
// "honoured", "mapped", "ignored", "NotSupported".
const char* FateName(Fate fate);

// An option may have several rows, which apply under conditions that exclude one another.
struct OptionFate {
  const char* owner;  // the struct, as in the headers
  const char* name;   // its member
  Fate fate;
  const char* when;    // the condition in words, empty: always
  const char* remark;  // what happens instead, or what is particular
  // Null: always. The argument is a struct of the type `owner`, here and below.
  bool (*applies)(const void* options);
  // The value, if there is something to tell: when it is not the default. Empty otherwise.
  std::string (*shown)(const void* options);
};

// All rows, those of a struct one after the other.
const std::vector<OptionFate>& OptionFates();

// One line for each option that differs from its default: kind, name, value, remark.
std::vector<std::string> DescribeDbOptions(const DBOptions& options);
std::vector<std::string> DescribeFamilyOptions(const ColumnFamilyOptions& options);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_OPTION_FATES_H_
