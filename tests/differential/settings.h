// The options of a script: lines `option SCOPE NAME VALUE`, applied in order whenever the database
// is opened. SCOPE is db, family (all families), family.NAME or table; names and values are those
// of RocksDB's option strings, apart from these three:
//
//   option family merge append|list     the merge operator
//   option db wal_folder NAME           wal_dir, below the directory of the database
//   option family aether_style leveled  a compaction_style that only Aether has; RocksDB keeps its
//   own
//
// Families named rev... have the reverse bytewise order.
//
// Thread safety: one thread. Failure: an option that is not understood is told in the status.

#ifndef AETHER_TESTS_DIFFERENTIAL_SETTINGS_H_
#define AETHER_TESTS_DIFFERENTIAL_SETTINGS_H_

#include <rocksdb/options.h>

#include <map>
#include <string>
#include <unordered_map>

#include "tests/differential/text.h"

namespace differential {

class Settings {
 public:
  // `words` without the leading "option". False when the line is not of the form above.
  bool Add(const Words& words);
  // From now on families compact nothing by themselves.
  void StopCompactions() { compactions_stopped_ = true; }

  rocksdb::Status Db(const std::string& path, rocksdb::DBOptions* options) const;
  rocksdb::Status Family(const std::string& name, rocksdb::ColumnFamilyOptions* options) const;

 private:
  using Values = std::unordered_map<std::string, std::string>;
  std::map<std::string, Values> scopes_;
  bool compactions_stopped_ = false;
};

const rocksdb::Comparator* OrderOf(const std::string& family);

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_SETTINGS_H_
