// Reading OPTIONS files.
//
// Grammar (text, one statement a line, '#' starts a comment unless escaped):
//   file      = { section }
//   section   = header { statement }
//   header    = "[Version]" | "[DBOptions]" | "[CFOptions \"NAME\"]" | "[TableOptions/KIND
//   \"NAME\"]" statement = name "=" value
// [DBOptions] is there once, [CFOptions "default"] once and before other families, [TableOptions]
// behind the [CFOptions] of the same name. Statements before the first header are passed over.
//
// Failure: a file that breaks these rules is InvalidArgument with the line, one that lacks a
// section is Corruption.

#include "rocksdb/utilities/options_util.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/options/customizable_util.h"
#include "compat/options/option_infos.h"
#include "compat/options/option_text.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

constexpr char kFilePrefix[] = "OPTIONS-";

Status ParseError(int line, const std::string& what) {
  return Status::InvalidArgument("[RocksDBOptionsParser Error] ",
                                 what + " (at line " + std::to_string(line) + ")");
}

// Up to the first '#' that no backslash protects.
std::string WithoutComment(const std::string& line) {
  for (size_t at = line.find('#'); at != std::string::npos; at = line.find('#', at + 1)) {
    if (at == 0 || line[at - 1] != '\\') return TrimBlanks(line.substr(0, at));
  }
  return TrimBlanks(line);
}

class OptionsFileReader {
 public:
  explicit OptionsFileReader(const ConfigOptions& config) : config_(config) {}

  Status Read(const std::string& path) {
    std::string text;
    Status s = ReadFileToString(config_.env, path, &text);
    if (!s.ok()) return s;
    int number = 0;
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      const std::string line = WithoutComment(text.substr(start, end - start));
      start = end + 1;
      ++number;
      if (line.empty()) continue;
      if (line.front() == '[' && line.back() == ']') {
        s = EndSection();
        if (s.ok()) s = BeginSection(number, line.substr(1, line.size() - 2));
      } else {
        s = Statement(number, line);
      }
      if (!s.ok()) return s;
    }
    s = EndSection();
    if (!s.ok()) return s;
    if (!has_db_) {
      return Status::Corruption("A RocksDB Option file must have a single DBOptions section");
    }
    if (families_.empty()) {
      return Status::Corruption(
          "A RocksDB Option file must have a single CFOptions:default section");
    }
    return s;
  }

  const DBOptions& db_options() const { return db_; }
  const std::vector<ColumnFamilyDescriptor>& families() const { return families_; }

 private:
  enum class Section : uint8_t { kNone, kVersion, kDb, kFamily, kTable };

  Status BeginSection(int line, const std::string& header) {
    argument_.clear();
    std::string title = header;
    const size_t quote = header.find('"');
    if (quote != std::string::npos && header.back() == '"' && quote + 1 < header.size()) {
      title = TrimBlanks(header.substr(0, quote));
      argument_ = UnescapeOption(header.substr(quote + 1, header.size() - quote - 2));
    }
    if (title == "Version" && quote == std::string::npos) {
      section_ = Section::kVersion;
    } else if (title == "DBOptions" && quote == std::string::npos) {
      if (has_db_) {
        return ParseError(line, "More than one DBOption section found in the option config file");
      }
      section_ = Section::kDb;
    } else if (title == "CFOptions" && quote != std::string::npos) {
      if ((argument_ == kDefaultColumnFamilyName) != families_.empty()) {
        return ParseError(line,
                          "Default column family must be the first CFOptions section in the option "
                          "config file");
      }
      if (FindFamily(argument_) != nullptr) {
        return ParseError(line, "Two identical column families found in option config file");
      }
      section_ = Section::kFamily;
    } else if (title.rfind("TableOptions/", 0) == 0 && quote != std::string::npos) {
      if (FindFamily(argument_) == nullptr) {
        return ParseError(line,
                          "Does not find a matched column family name in TableOptions section.  "
                          "Column Family Name:" +
                              argument_);
      }
      section_ = Section::kTable;
      table_kind_ = title.substr(strlen("TableOptions/"));
    } else {
      return Status::InvalidArgument("Unknown section [" + header + "]");
    }
    return Status::OK();
  }

  Status Statement(int line, const std::string& text) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return ParseError(line, "A valid statement must have a '='.");
    }
    const std::string name = TrimBlanks(text.substr(0, equals));
    if (name.empty()) return ParseError(line, "A valid statement must have a variable name.");
    statements_[name] = TrimBlanks(text.substr(equals + 1));
    return Status::OK();
  }

  Status EndSection() {
    const OptionMap statements = std::exchange(statements_, OptionMap());
    ConfigOptions config = config_;
    // A file of our own version knows no option that we do not know.
    if (!newer_file_) config.ignore_unknown_options = false;
    switch (std::exchange(section_, Section::kNone)) {
      case Section::kNone:
        return Status::OK();
      case Section::kVersion:
        return EndVersion(statements);
      case Section::kDb:
        has_db_ = true;
        return GetDBOptionsFromMap(config, DBOptions(), statements, &db_);
      case Section::kFamily: {
        // The options of the table stand in a section of their own.
        ColumnFamilyOptions options;
        Status s =
            GetColumnFamilyOptionsFromMap(config, ColumnFamilyOptions(), statements, &options);
        if (s.ok()) families_.emplace_back(argument_, options);
        return s;
      }
      case Section::kTable:
        return EndTable(config, statements);
    }
    return Status::OK();
  }

  Status EndVersion(const OptionMap& statements) {
    for (const char* name : {"rocksdb_version", "options_file_version"}) {
      const auto found = statements.find(name);
      if (found == statements.end()) continue;
      const std::string& version = found->second;
      if (version.empty() || version.find_first_not_of("0123456789.") != std::string::npos) {
        return Status::InvalidArgument("A valid " + std::string(name) +
                                       " can only contains dots and numbers.");
      }
      if (name != std::string("rocksdb_version")) continue;
      int parts[3] = {0, 0, 0};
      const char* at = version.c_str();
      for (int& part : parts) {
        char* end = nullptr;
        part = static_cast<int>(std::strtol(at, &end, 10));
        at = *end == '.' ? end + 1 : end;
      }
      newer_file_ = std::lexicographical_compare(std::begin(kOurVersion), std::end(kOurVersion),
                                                 std::begin(parts), std::end(parts));
    }
    return Status::OK();
  }

  Status EndTable(const ConfigOptions& config, const OptionMap& statements) {
    ColumnFamilyDescriptor* const family = FindFamily(argument_);
    std::shared_ptr<TableFactory> factory;
    Status s = TableFactory::CreateFromString(config, table_kind_, &factory);
    if (!s.ok() || factory == nullptr) return s;
    s = factory->ConfigureFromMap(config, statements);
    if (s.ok()) family->options.table_factory = std::move(factory);
    return s;
  }

  ColumnFamilyDescriptor* FindFamily(const std::string& name) {
    for (auto& family : families_) {
      if (family.name == name) return &family;
    }
    return nullptr;
  }

  static constexpr int kOurVersion[3] = {ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH};

  const ConfigOptions config_;
  Section section_ = Section::kNone;
  std::string argument_;
  std::string table_kind_;
  OptionMap statements_;
  bool has_db_ = false;
  bool newer_file_ = false;
  DBOptions db_;
  std::vector<ColumnFamilyDescriptor> families_;
};

// REQUIRES: struct and map belong together.
Status Compare(const ConfigOptions& config, const OptionInfos& infos, const std::string& title,
               const std::string& separator, const void* given, const void* persisted) {
  for (const auto& [name, info] : infos) {
    std::string mismatch;
    if (!config.IsCheckEnabled(info.GetSanityLevel())) continue;
    if (info.AreEqual(config, name, given, persisted, &mismatch) ||
        info.AreEqualByName(config, name, given, persisted)) {
      continue;
    }
    std::string given_text, persisted_text;
    info.Serialize(config, name, given, &given_text).PermitUncheckedError();
    info.Serialize(config, name, persisted, &persisted_text).PermitUncheckedError();
    return Status::InvalidArgument("[RocksDBOptionsParser]: failed the verification on " + title +
                                   "::" + name + separator + " The specified one is " + given_text +
                                   " while the persisted one is " + persisted_text + ".\n");
  }
  return Status::OK();
}

ConfigOptions ConfigFor(Env* env, bool ignore_unknown_options) {
  ConfigOptions config;
  config.ignore_unknown_options = ignore_unknown_options;
  config.input_strings_escaped = true;
  config.env = env;
  return config;
}

}  // namespace

Status LoadOptionsFromFile(const ConfigOptions& config_options,
                           const std::string& options_file_name, DBOptions* db_options,
                           std::vector<ColumnFamilyDescriptor>* cf_descs,
                           std::shared_ptr<Cache>* cache) {
  OptionsFileReader reader(config_options);
  Status s = reader.Read(options_file_name);
  if (!s.ok()) return s;
  *db_options = reader.db_options();
  db_options->env = config_options.env;
  *cf_descs = reader.families();
  if (cache == nullptr) return s;
  for (auto& family : *cf_descs) {
    auto* const table = family.options.table_factory->GetOptions<BlockBasedTableOptions>();
    if (table != nullptr) table->block_cache = *cache;
  }
  return s;
}

Status LoadOptionsFromFile(const std::string& options_file_name, Env* env, DBOptions* db_options,
                           std::vector<ColumnFamilyDescriptor>* cf_descs,
                           bool ignore_unknown_options, std::shared_ptr<Cache>* cache) {
  return LoadOptionsFromFile(ConfigFor(env, ignore_unknown_options), options_file_name, db_options,
                             cf_descs, cache);
}

Status GetLatestOptionsFileName(const std::string& dbpath, Env* env,
                                std::string* options_file_name) {
  std::vector<std::string> names;
  Status s = env->GetChildren(dbpath, &names);
  if (s.IsNotFound() || s.IsPathNotFound()) {
    return Status::NotFound(Status::kPathNotFound, "No options files found in the DB directory.",
                            dbpath);
  }
  if (!s.ok()) return s;
  uint64_t latest = 0;
  options_file_name->clear();
  for (const std::string& name : names) {
    const size_t prefix = sizeof(kFilePrefix) - 1;
    if (name.size() <= prefix || name.compare(0, prefix, kFilePrefix) != 0 ||
        name.find_first_not_of("0123456789", prefix) != std::string::npos) {
      continue;
    }
    const uint64_t number = std::strtoull(name.c_str() + prefix, nullptr, 10);
    if (!options_file_name->empty() && number <= latest) continue;
    latest = number;
    *options_file_name = name;
  }
  if (options_file_name->empty()) {
    return Status::NotFound(Status::kPathNotFound, "No options files found in the DB directory.",
                            dbpath);
  }
  return Status::OK();
}

Status LoadLatestOptions(const ConfigOptions& config_options, const std::string& dbpath,
                         DBOptions* db_options, std::vector<ColumnFamilyDescriptor>* cf_descs,
                         std::shared_ptr<Cache>* cache) {
  std::string name;
  Status s = GetLatestOptionsFileName(dbpath, config_options.env, &name);
  if (!s.ok()) return s;
  return LoadOptionsFromFile(config_options, dbpath + "/" + name, db_options, cf_descs, cache);
}

Status LoadLatestOptions(const std::string& dbpath, Env* env, DBOptions* db_options,
                         std::vector<ColumnFamilyDescriptor>* cf_descs, bool ignore_unknown_options,
                         std::shared_ptr<Cache>* cache) {
  return LoadLatestOptions(ConfigFor(env, ignore_unknown_options), dbpath, db_options, cf_descs,
                           cache);
}

Status CheckOptionsCompatibility(const ConfigOptions& config_options, const std::string& dbpath,
                                 const DBOptions& db_options,
                                 const std::vector<ColumnFamilyDescriptor>& cf_descs) {
  std::string name;
  Status s = GetLatestOptionsFileName(dbpath, config_options.env, &name);
  if (!s.ok()) return s;
  OptionsFileReader reader(config_options);
  s = reader.Read(dbpath + "/" + name);
  if (s.ok()) {
    s = Compare(config_options, DBOptionInfos(), "DBOptions", " -- --", &db_options,
                &reader.db_options());
  }
  if (!s.ok()) return s;
  if (cf_descs.size() != reader.families().size()) {
    return Status::InvalidArgument(
        "[RocksDBOptionParser Error] The persisted options does not have the same number of column "
        "family names as the db instance.");
  }
  for (size_t i = 0; i < cf_descs.size(); ++i) {
    const ColumnFamilyDescriptor& persisted = reader.families()[i];
    if (cf_descs[i].name != persisted.name) {
      return Status::InvalidArgument(
          "[RocksDBOptionParser Error] The persisted options and the db instance does not have the "
          "same name for column family ",
          std::to_string(i));
    }
    s = Compare(config_options, ColumnFamilyOptionInfos(), "ColumnFamilyOptions", "---",
                &cf_descs[i].options, &persisted.options);
    if (!s.ok()) return s;
  }
  return s;
}

Status CheckOptionsCompatibility(const std::string& dbpath, Env* env, const DBOptions& db_options,
                                 const std::vector<ColumnFamilyDescriptor>& cf_descs,
                                 bool ignore_unknown_options) {
  ConfigOptions config = ConfigFor(env, ignore_unknown_options);
  config.sanity_level = ConfigOptions::kSanityLevelLooselyCompatible;
  return CheckOptionsCompatibility(config, dbpath, db_options, cf_descs);
}

}  // namespace rocksdb
