// Options as text for whole structs: Get*FromMap, Get*FromString, GetStringFrom*.

#include "rocksdb/convenience.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "compat/options/customizable_util.h"
#include "compat/options/option_infos.h"
#include "rocksdb/configurable.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

// A struct of options in the clothes of a Configurable.
template <typename Struct>
class StructOptions final : public Configurable {
 public:
  StructOptions(const Struct& base, const char* name, const OptionInfos& infos) : value_(base) {
    RegisterOptions(name, &value_, &infos);
  }
  const Struct& value() const { return value_; }

 private:
  Struct value_;
};

class DBStruct final {
 public:
  using Type = DBOptions;
  static const OptionInfos& Infos() { return DBOptionInfos(); }
  static const char* Name() { return "DBOptions"; }
};

class FamilyStruct final {
 public:
  using Type = ColumnFamilyOptions;
  static const OptionInfos& Infos() { return ColumnFamilyOptionInfos(); }
  static const char* Name() { return "ColumnFamilyOptions"; }
};

template <typename Traits>
StructOptions<typename Traits::Type> Wrap(const typename Traits::Type& base) {
  return {base, Traits::Name(), Traits::Infos()};
}

// Callers know two kinds of failure: what they gave was wrong, or nothing.
Status AsInvalidArgument(const Status& s) {
  if (s.ok() || s.IsInvalidArgument()) return s;
  return Status::InvalidArgument(s.getState() != nullptr ? s.getState() : "");
}

// Nothing is prepared here: that happens when the options are used.
template <typename Traits>
Status FromMap(const ConfigOptions& config, const typename Traits::Type& base,
               const OptionMap& options, typename Traits::Type* result, OptionMap* unused) {
  auto wrapped = Wrap<Traits>(base);
  Status s = wrapped.ConfigureFromMap(config, options, unused);
  *result = s.ok() ? wrapped.value() : base;
  return AsInvalidArgument(s);
}

template <typename Traits>
Status ToText(const ConfigOptions& config, const typename Traits::Type& options,
              std::string* text) {
  return Wrap<Traits>(options).GetOptionString(config, text);
}

ConfigOptions LegacyConfig(bool input_strings_escaped, bool ignore_unknown_options) {
  ConfigOptions config;
  config.input_strings_escaped = input_strings_escaped;
  config.ignore_unknown_options = ignore_unknown_options;
  return config;
}

template <typename Options, typename MakeFactory>
Status TableOptionsFromMap(const ConfigOptions& config, const Options& base,
                           const OptionMap& options, const MakeFactory& make_factory,
                           Options* result) {
  std::unique_ptr<TableFactory> factory(make_factory(base));
  Status s = factory->ConfigureFromMap(config, options);
  *result = s.ok() ? *factory->GetOptions<Options>() : base;
  return AsInvalidArgument(s);
}

template <typename FromMapFunction>
Status FromString(const std::string& text, const FromMapFunction& from_map) {
  OptionMap options;
  Status s = StringToMap(text, &options);
  return s.ok() ? from_map(options) : s;
}

}  // namespace

Status GetDBOptionsFromMap(const ConfigOptions& cfg_options, const DBOptions& base_options,
                           const OptionMap& opts_map, DBOptions* new_options) {
  return FromMap<DBStruct>(cfg_options, base_options, opts_map, new_options, nullptr);
}

Status GetDBOptionsFromMap(const DBOptions& base_options, const OptionMap& opts_map,
                           DBOptions* new_options, bool input_strings_escaped,
                           bool ignore_unknown_options) {
  return GetDBOptionsFromMap(LegacyConfig(input_strings_escaped, ignore_unknown_options),
                             base_options, opts_map, new_options);
}

Status GetDBOptionsFromString(const ConfigOptions& config_options, const DBOptions& base_options,
                              const std::string& opts_str, DBOptions* new_options) {
  *new_options = base_options;
  return FromString(opts_str, [&](const OptionMap& map) {
    return GetDBOptionsFromMap(config_options, base_options, map, new_options);
  });
}

Status GetDBOptionsFromString(const DBOptions& base_options, const std::string& opts_str,
                              DBOptions* new_options) {
  return GetDBOptionsFromString(LegacyConfig(false, false), base_options, opts_str, new_options);
}

Status GetColumnFamilyOptionsFromMap(const ConfigOptions& config_options,
                                     const ColumnFamilyOptions& base_options,
                                     const OptionMap& opts_map, ColumnFamilyOptions* new_options) {
  return FromMap<FamilyStruct>(config_options, base_options, opts_map, new_options, nullptr);
}

Status GetColumnFamilyOptionsFromMap(const ColumnFamilyOptions& base_options,
                                     const OptionMap& opts_map, ColumnFamilyOptions* new_options,
                                     bool input_strings_escaped, bool ignore_unknown_options) {
  return GetColumnFamilyOptionsFromMap(LegacyConfig(input_strings_escaped, ignore_unknown_options),
                                       base_options, opts_map, new_options);
}

Status GetColumnFamilyOptionsFromString(const ConfigOptions& config_options,
                                        const ColumnFamilyOptions& base_options,
                                        const std::string& opts_str,
                                        ColumnFamilyOptions* new_options) {
  if (new_options != &base_options) *new_options = base_options;
  return FromString(opts_str, [&](const OptionMap& map) {
    return GetColumnFamilyOptionsFromMap(config_options, base_options, map, new_options);
  });
}

Status GetColumnFamilyOptionsFromString(const ColumnFamilyOptions& base_options,
                                        const std::string& opts_str,
                                        ColumnFamilyOptions* new_options) {
  return GetColumnFamilyOptionsFromString(LegacyConfig(false, false), base_options, opts_str,
                                          new_options);
}

Status GetOptionsFromString(const ConfigOptions& config_options, const Options& base_options,
                            const std::string& opts_str, Options* new_options) {
  const Options base = base_options;
  *new_options = base;
  return FromString(opts_str, [&](const OptionMap& map) {
    // What the database does not know is left for the column family.
    OptionMap rest;
    DBOptions db_options;
    Status s = FromMap<DBStruct>(config_options, base, map, &db_options, &rest);
    ColumnFamilyOptions family_options;
    if (s.ok()) {
      s = FromMap<FamilyStruct>(config_options, base, rest, &family_options, nullptr);
    }
    if (s.ok()) *new_options = Options(db_options, family_options);
    return s;
  });
}

Status GetOptionsFromString(const Options& base_options, const std::string& opts_str,
                            Options* new_options) {
  return GetOptionsFromString(LegacyConfig(false, false), base_options, opts_str, new_options);
}

Status GetStringFromDBOptions(const ConfigOptions& config_options, const DBOptions& db_options,
                              std::string* opts_str) {
  return ToText<DBStruct>(config_options, db_options, opts_str);
}

Status GetStringFromDBOptions(std::string* opts_str, const DBOptions& db_options,
                              const std::string& delimiter) {
  ConfigOptions config(db_options);
  config.delimiter = delimiter;
  return GetStringFromDBOptions(config, db_options, opts_str);
}

Status GetStringFromColumnFamilyOptions(const ConfigOptions& config_options,
                                        const ColumnFamilyOptions& cf_options,
                                        std::string* opts_str) {
  return ToText<FamilyStruct>(config_options, cf_options, opts_str);
}

Status GetStringFromColumnFamilyOptions(std::string* opts_str,
                                        const ColumnFamilyOptions& cf_options,
                                        const std::string& delimiter) {
  ConfigOptions config;
  config.delimiter = delimiter;
  return GetStringFromColumnFamilyOptions(config, cf_options, opts_str);
}

Status GetBlockBasedTableOptionsFromMap(const ConfigOptions& config_options,
                                        const BlockBasedTableOptions& table_options,
                                        const OptionMap& opts_map,
                                        BlockBasedTableOptions* new_table_options) {
  return TableOptionsFromMap(config_options, table_options, opts_map, NewBlockBasedTableFactory,
                             new_table_options);
}

Status GetBlockBasedTableOptionsFromMap(const BlockBasedTableOptions& table_options,
                                        const OptionMap& opts_map,
                                        BlockBasedTableOptions* new_table_options,
                                        bool input_strings_escaped, bool ignore_unknown_options) {
  return GetBlockBasedTableOptionsFromMap(
      LegacyConfig(input_strings_escaped, ignore_unknown_options), table_options, opts_map,
      new_table_options);
}

Status GetBlockBasedTableOptionsFromString(const ConfigOptions& config_options,
                                           const BlockBasedTableOptions& table_options,
                                           const std::string& opts_str,
                                           BlockBasedTableOptions* new_table_options) {
  return FromString(opts_str, [&](const OptionMap& map) {
    return GetBlockBasedTableOptionsFromMap(config_options, table_options, map, new_table_options);
  });
}

Status GetBlockBasedTableOptionsFromString(const BlockBasedTableOptions& table_options,
                                           const std::string& opts_str,
                                           BlockBasedTableOptions* new_table_options) {
  return GetBlockBasedTableOptionsFromString(LegacyConfig(false, false), table_options, opts_str,
                                             new_table_options);
}

Status GetPlainTableOptionsFromMap(const ConfigOptions& config_options,
                                   const PlainTableOptions& table_options,
                                   const OptionMap& opts_map,
                                   PlainTableOptions* new_table_options) {
  return TableOptionsFromMap(config_options, table_options, opts_map, NewPlainTableFactory,
                             new_table_options);
}

Status GetPlainTableOptionsFromMap(const PlainTableOptions& table_options,
                                   const OptionMap& opts_map, PlainTableOptions* new_table_options,
                                   bool input_strings_escaped, bool ignore_unknown_options) {
  return GetPlainTableOptionsFromMap(LegacyConfig(input_strings_escaped, ignore_unknown_options),
                                     table_options, opts_map, new_table_options);
}

Status GetPlainTableOptionsFromString(const ConfigOptions& config_options,
                                      const PlainTableOptions& table_options,
                                      const std::string& opts_str,
                                      PlainTableOptions* new_table_options) {
  return FromString(opts_str, [&](const OptionMap& map) {
    return GetPlainTableOptionsFromMap(config_options, table_options, map, new_table_options);
  });
}

Status GetPlainTableOptionsFromString(const PlainTableOptions& table_options,
                                      const std::string& opts_str,
                                      PlainTableOptions* new_table_options) {
  return GetPlainTableOptionsFromString(LegacyConfig(false, false), table_options, opts_str,
                                        new_table_options);
}

}  // namespace rocksdb
