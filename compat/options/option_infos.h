// The options of DBOptions and ColumnFamilyOptions as text: name, place, type, whether a running
// database may change it.
//
// Thread safety: immutable; the maps live for ever.

#ifndef AETHER_COMPAT_OPTIONS_OPTION_INFOS_H_
#define AETHER_COMPAT_OPTIONS_OPTION_INFOS_H_

#include <string>
#include <unordered_map>

#include "rocksdb/options.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

const OptionInfos& DBOptionInfos();
const OptionInfos& ColumnFamilyOptionInfos();

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_OPTION_INFOS_H_
