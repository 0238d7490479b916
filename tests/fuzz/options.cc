// Options as text: what is accepted is written as text and read again, which gives the same text; a
// file that is accepted is also written as a file.
//
//   input := kind:1 text        D options of the DB, C of a column family, T of a block-based
//   table,
//                               F an options file; a small letter: the text is not escaped

#include "rocksdb/options.h"

#include <memory>
#include <string>
#include <vector>

#include "compat/db/options_file.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/options_util.h"
#include "tests/fuzz/check.h"

namespace aether::fuzz {
namespace {

using rocksdb::ConfigOptions;
using rocksdb::Status;

struct DbText {
  using Options = rocksdb::DBOptions;
  static Status Read(const ConfigOptions& config, const std::string& text, Options* options) {
    return rocksdb::GetDBOptionsFromString(config, Options(), text, options);
  }
  static Status Write(const ConfigOptions& config, const Options& options, std::string* text) {
    return rocksdb::GetStringFromDBOptions(config, options, text);
  }
};

struct FamilyText {
  using Options = rocksdb::ColumnFamilyOptions;
  static Status Read(const ConfigOptions& config, const std::string& text, Options* options) {
    return rocksdb::GetColumnFamilyOptionsFromString(config, Options(), text, options);
  }
  static Status Write(const ConfigOptions& config, const Options& options, std::string* text) {
    return rocksdb::GetStringFromColumnFamilyOptions(config, options, text);
  }
};

struct TableText {
  using Options = rocksdb::BlockBasedTableOptions;
  static Status Read(const ConfigOptions& config, const std::string& text, Options* options) {
    return rocksdb::GetBlockBasedTableOptionsFromString(config, Options(), text, options);
  }
  static Status Write(const ConfigOptions& config, const Options& options, std::string* text) {
    const std::unique_ptr<rocksdb::TableFactory> factory(
        rocksdb::NewBlockBasedTableFactory(options));
    factory->GetPrintableOptions();
    return factory->GetOptionString(config, text);
  }
};

template <typename Kind>
void CheckSame(const ConfigOptions& config, const typename Kind::Options& a,
               const typename Kind::Options& b) {
  std::string first, second;
  Status s = Kind::Write(config, a, &first);
  FUZZ_CHECK(s.ok(), s.ToString());
  s = Kind::Write(config, b, &second);
  FUZZ_CHECK(s.ok(), s.ToString());
  FUZZ_CHECK(first == second, "first:  " + first + "\nsecond: " + second);
}

// REQUIRES: `options` are the outcome of reading text that was accepted.
template <typename Kind>
void CheckRoundTrip(const ConfigOptions& config, const typename Kind::Options& options) {
  std::string text;
  Status s = Kind::Write(config, options, &text);
  FUZZ_CHECK(s.ok(), s.ToString());
  typename Kind::Options again;
  s = Kind::Read(config, text, &again);
  FUZZ_CHECK(s.ok(), s.ToString() + "\nfrom: " + text);
  CheckSame<Kind>(config, options, again);
}

template <typename Kind>
void TryText(const ConfigOptions& config, const ConfigOptions& as_given, const std::string& text) {
  typename Kind::Options options;
  if (Kind::Read(as_given, text, &options).ok()) CheckRoundTrip<Kind>(config, options);
}

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

// As the DB does it at every opening.
void CheckFile(const ConfigOptions& config, const rocksdb::DBOptions& db,
               const Families& families) {
  Status s = rocksdb::PersistOptions(config.env, "/written", 7, db, families, false);
  FUZZ_CHECK(s.ok(), s.ToString());
  rocksdb::DBOptions read_db;
  Families read;
  s = rocksdb::LoadOptionsFromFile(config, "/written/OPTIONS-000007", &read_db, &read);
  FUZZ_CHECK(s.ok(), s.ToString());
  CheckSame<DbText>(config, db, read_db);
  FUZZ_CHECK(read.size() == families.size(), std::to_string(read.size()) + " families");
  for (size_t i = 0; i < read.size(); ++i) {
    FUZZ_CHECK(read[i].name == families[i].name, read[i].name + " for " + families[i].name);
    CheckSame<FamilyText>(config, families[i].options, read[i].options);
  }
}

// What no option string can carry: a file has each value on a line of its own, up to the comment
// behind it.
bool BracesMatch(const std::string& text) {
  int depth = 0;
  for (const char c : text) {
    if ((c == '\n' || c == '#') && depth != 0) return false;
    depth += (c == '{') - (c == '}');
    if (depth < 0) return false;
  }
  return depth == 0;
}

void TryFile(const ConfigOptions& config, const std::string& text) {
  Status s = rocksdb::WriteStringToFile(config.env, text, "/OPTIONS-000001");
  FUZZ_CHECK(s.ok(), s.ToString());
  rocksdb::DBOptions db;
  Families families;
  if (!rocksdb::LoadOptionsFromFile(config, "/OPTIONS-000001", &db, &families).ok()) return;
  if (BracesMatch(text)) {
    CheckRoundTrip<DbText>(config, db);
    for (const auto& family : families) CheckRoundTrip<FamilyText>(config, family.options);
  }
  CheckFile(config, db, families);
}

void Try(const uint8_t* data, size_t size) {
  static rocksdb::Env* const env = [] {
    rocksdb::Env* const memory = rocksdb::NewMemEnv(rocksdb::Env::Default());
    FUZZ_CHECK(memory->CreateDirIfMissing("/written").ok(), "/written");
    return memory;
  }();
  Input input(data, size);
  const char kind = static_cast<char>(input.Byte());
  const std::string text = input.Rest();
  ConfigOptions config;
  config.env = env;
  ConfigOptions as_given = config;
  as_given.input_strings_escaped = (kind & 0x20) == 0;
  switch (kind & ~0x20) {
    case 'D':
      return TryText<DbText>(config, as_given, text);
    case 'C':
      return TryText<FamilyText>(config, as_given, text);
    case 'T':
      return TryText<TableText>(config, as_given, text);
    case 'F':
      return TryFile(config, text);
    default:
      return;
  }
}

}  // namespace
}  // namespace aether::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::fuzz::Try(data, size);
  return 0;
}
