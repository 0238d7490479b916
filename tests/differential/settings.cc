#include "tests/differential/settings.h"

#include <rocksdb/convenience.h>
#include <rocksdb/table.h>

#include "tests/differential/operators.h"

namespace differential {

bool Settings::Add(const Words& words) {
  if (words.size() != 3) return false;
  scopes_[words[0]][words[1]] = words[2];
  return true;
}

const rocksdb::Comparator* OrderOf(const std::string& family) {
  return family.rfind("rev", 0) == 0 ? rocksdb::ReverseBytewiseComparator()
                                     : rocksdb::BytewiseComparator();
}

rocksdb::Status Settings::Db(const std::string& path, rocksdb::DBOptions* options) const {
  rocksdb::DBOptions plain;
  plain.create_if_missing = true;
  Values values;
  if (const auto it = scopes_.find("db"); it != scopes_.end()) values = it->second;
  if (const auto it = values.find("wal_folder"); it != values.end()) {
    plain.wal_dir = path + "/" + it->second;
    values.erase(it);
  }
  rocksdb::ConfigOptions how;
  return rocksdb::GetDBOptionsFromMap(how, plain, values, options);
}

rocksdb::Status Settings::Family(const std::string& name,
                                 rocksdb::ColumnFamilyOptions* options) const {
  rocksdb::ConfigOptions how;
  rocksdb::BlockBasedTableOptions table;
  if (const auto it = scopes_.find("table"); it != scopes_.end()) {
    const rocksdb::Status s = rocksdb::GetBlockBasedTableOptionsFromMap(
        how, rocksdb::BlockBasedTableOptions(), it->second, &table);
    if (!s.ok()) return s;
  }
  Values values;
  for (const std::string& scope : {std::string("family"), "family." + name}) {
    const auto it = scopes_.find(scope);
    if (it == scopes_.end()) continue;
    for (const auto& [option, value] : it->second) values[option] = value;
  }
  if (compactions_stopped_) values["disable_auto_compactions"] = "true";
  rocksdb::ColumnFamilyOptions plain;
  plain.comparator = OrderOf(name);
  plain.merge_operator = std::make_shared<AppendOperator>();
  if (const auto it = values.find("merge"); it != values.end()) {
    if (it->second == "list") plain.merge_operator = std::make_shared<ListOperator>();
    values.erase(it);
  }
  if (const auto it = values.find("aether_style"); it != values.end()) {
    rocksdb::ColumnFamilyOptions styled;
    const std::string text = "compaction_style=" + it->second;
    if (rocksdb::GetColumnFamilyOptionsFromString(how, plain, text, &styled).ok()) {
      plain.compaction_style = styled.compaction_style;
    }
    values.erase(it);
  }
  plain.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return rocksdb::GetColumnFamilyOptionsFromMap(how, plain, values, options);
}

}  // namespace differential
