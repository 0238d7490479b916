// Prints what the library says of its own interface, a line each, fields separated by tabs:
//
//   option <struct> <member> <kind> <condition> <remark>
//   property <name> <text|int|map, those that answer, separated by commas, or none>
//   ticker <name>
//   histogram <name>
//
//   compatibility_facts <empty directory>
//
// The properties are asked of a database with a flushed and an unflushed key.

#include <cstdio>
#include <map>
#include <string>

#include "compat/options/option_fates.h"
#include "rocksdb/db.h"
#include "rocksdb/statistics.h"

namespace {

using namespace rocksdb;

int PrintProperties(const std::string& path, int argc, char** argv) {
  Options options;
  options.create_if_missing = true;
  options.statistics = CreateDBStatistics();
  DB* db = nullptr;
  Status s = DB::Open(options, path, &db);
  if (s.ok()) s = db->Put(WriteOptions(), "a", "1");
  if (s.ok()) s = db->Flush(FlushOptions());
  if (s.ok()) s = db->Put(WriteOptions(), "b", "2");
  if (!s.ok()) {
    fprintf(stderr, "%s\n", s.ToString().c_str());
    delete db;
    return 1;
  }
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    // A prefix takes a number behind it.
    const bool numbered = name.find("-at-level") != std::string::npos ||
                          name.find("-at-temperature") != std::string::npos;
    const std::string asked = numbered ? name + "0" : name;
    std::string answers;
    std::string text;
    uint64_t number = 0;
    std::map<std::string, std::string> map;
    if (db->GetProperty(asked, &text)) answers += "text,";
    if (db->GetIntProperty(asked, &number)) answers += "int,";
    if (db->GetMapProperty(asked, &map)) answers += "map,";
    if (!answers.empty()) answers.pop_back();
    printf("property\t%s\t%s\n", name.c_str(), answers.empty() ? "none" : answers.c_str());
  }
  delete db;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: compatibility_facts <empty directory> [property...]\n");
    return 2;
  }
  for (const OptionFate& row : OptionFates()) {
    printf("option\t%s\t%s\t%s\t%s\t%s\n", row.owner, row.name, FateName(row.fate), row.when,
           row.remark);
  }
  for (const auto& [ticker, name] : TickersNameMap) printf("ticker\t%s\n", name.c_str());
  for (const auto& [histogram, name] : HistogramsNameMap) printf("histogram\t%s\n", name.c_str());
  return PrintProperties(argv[1], argc, argv);
}
