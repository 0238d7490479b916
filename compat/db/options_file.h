// OPTIONS-n: the options of a DB as text, in the sections that RocksDB's tools read.
//
// Thread safety: stateless; one writer for each directory. Failure: Status of the file system; the
// previous file stays.

#ifndef AETHER_COMPAT_DB_OPTIONS_FILE_H_
#define AETHER_COMPAT_DB_OPTIONS_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace rocksdb {

// True for "OPTIONS-" and digits; *number may be null.
bool IsOptionsFileName(const std::string& name, uint64_t* number);

// Writes OPTIONS-<number> whole or not at all, then, with `remove_older`, removes all but the two
// newest.
Status PersistOptions(Env* env, const std::string& directory, uint64_t number,
                      const DBOptions& db_options,
                      const std::vector<ColumnFamilyDescriptor>& families, bool remove_older);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_OPTIONS_FILE_H_
