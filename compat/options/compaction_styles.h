// The compaction style that is Aether's own, spelled "leveled" in option strings and options files.
// It has no name in RocksDB's header, whose enumerators are the ABI; the number is the next one.

#ifndef AETHER_COMPAT_OPTIONS_COMPACTION_STYLES_H_
#define AETHER_COMPAT_OPTIONS_COMPACTION_STYLES_H_

#include "rocksdb/advanced_options.h"

namespace rocksdb {

inline constexpr auto kCompactionStyleLeveled = static_cast<CompactionStyle>(4);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_OPTIONS_COMPACTION_STYLES_H_
