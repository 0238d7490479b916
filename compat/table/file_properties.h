// What the engine says of a file of a run as TableProperties.
//
// Thread safety: a function of its arguments.

#ifndef AETHER_COMPAT_TABLE_FILE_PROPERTIES_H_
#define AETHER_COMPAT_TABLE_FILE_PROPERTIES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "engine/store/stats.h"
#include "rocksdb/options.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

std::shared_ptr<const TableProperties> ToTableProperties(const aether::FileInfo& file,
                                                         uint32_t family, const std::string& name,
                                                         const ColumnFamilyOptions& options);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TABLE_FILE_PROPERTIES_H_
