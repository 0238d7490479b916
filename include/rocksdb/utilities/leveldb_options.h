// Options under the names that LevelDB gave them.
#ifndef AETHER_ROCKSDB_UTILITIES_LEVELDB_OPTIONS_H_
#define AETHER_ROCKSDB_UTILITIES_LEVELDB_OPTIONS_H_

#include <stddef.h>

#include "rocksdb/compression_type.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class Cache;
class Comparator;
class Env;
class FilterPolicy;
class Logger;
struct Options;
class Snapshot;

// Unset pointers mean defaults; sizes are in bytes.
struct LevelDBOptions {
  const Comparator* comparator;
  bool create_if_missing;
  bool error_if_exists;
  bool paranoid_checks;
  Env* env;
  Logger* info_log;
  size_t write_buffer_size;
  int max_open_files;
  Cache* block_cache;
  size_t block_size;
  int block_restart_interval;
  CompressionType compression;
  const FilterPolicy* filter_policy;
  LevelDBOptions();
};

Options ConvertOptions(const LevelDBOptions& leveldb_options);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_LEVELDB_OPTIONS_H_
