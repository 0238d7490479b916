// Options as text: what is accepted is written as text and read again, which gives the same text.
//
//   input := kind:1 text        D options of the DB, C of a column family, T of a block-based
//   table,
//                               F an options file; a small letter: the text is not escaped

#include "rocksdb/options.h"

#include <memory>
#include <string>
#include <vector>

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

// REQUIRES: `options` are the outcome of reading text that was accepted.
template <typename Kind>
void CheckRoundTrip(const ConfigOptions& config, const typename Kind::Options& options) {
  std::string once, twice;
  Status s = Kind::Write(config, options, &once);
  FUZZ_CHECK(s.ok(), s.ToString());
  typename Kind::Options again;
  s = Kind::Read(config, once, &again);
  FUZZ_CHECK(s.ok(), s.ToString() + "\nfrom: " + once);
  s = Kind::Write(config, again, &twice);
  FUZZ_CHECK(s.ok(), s.ToString());
  FUZZ_CHECK(once == twice, "first:  " + once + "\nsecond: " + twice);
}

template <typename Kind>
void TryText(const ConfigOptions& config, const ConfigOptions& as_given, const std::string& text) {
  typename Kind::Options options;
  if (Kind::Read(as_given, text, &options).ok()) CheckRoundTrip<Kind>(config, options);
}

void TryFile(const ConfigOptions& config, const std::string& text) {
  Status s = rocksdb::WriteStringToFile(config.env, text, "/OPTIONS-000001");
  FUZZ_CHECK(s.ok(), s.ToString());
  rocksdb::DBOptions db;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  if (!rocksdb::LoadOptionsFromFile(config, "/OPTIONS-000001", &db, &families).ok()) return;
  CheckRoundTrip<DbText>(config, db);
  for (const auto& family : families) CheckRoundTrip<FamilyText>(config, family.options);
}

void Try(const uint8_t* data, size_t size) {
  static rocksdb::Env* const env = rocksdb::NewMemEnv(rocksdb::Env::Default());
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
