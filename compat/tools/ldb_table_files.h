// The commands of ldb for table files from outside: write_extern_sst, ingest_extern_sst.
//
// Thread safety: functions of their arguments. Failure: the Status of what they call.

#ifndef AETHER_COMPAT_TOOLS_LDB_TABLE_FILES_H_
#define AETHER_COMPAT_TOOLS_LDB_TABLE_FILES_H_

#include <functional>
#include <string>

#include "rocksdb/db.h"

namespace rocksdb {

using LdbPairSink = std::function<Status(const std::string& key, const std::string& value)>;

// With the options of the family. `read` hands on pairs in ascending order of keys.
Status LdbWriteTableFile(DB* db, ColumnFamilyHandle* family, const std::string& path,
                         const std::function<Status(const LdbPairSink&)>& read);
Status LdbIngestTableFile(DB* db, ColumnFamilyHandle* family, const std::string& path,
                          const IngestExternalFileOptions& options);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_TABLE_FILES_H_
