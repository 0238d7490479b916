// Saving the content of a block cache and loading it into a secondary cache.
#ifndef AETHER_ROCKSDB_UTILITIES_CACHE_DUMP_LOAD_H_
#define AETHER_ROCKSDB_UTILITIES_CACHE_DUMP_LOAD_H_

#include <set>

#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/io_status.h"
#include "rocksdb/secondary_cache.h"
#include "rocksdb/table.h"

namespace ROCKSDB_NAMESPACE {

static const int kCacheDumpMajorVersion = 0;
static const int kCacheDumpMinorVersion = 1;

class CacheDumpWriter {
 public:
  virtual ~CacheDumpWriter() = default;
  virtual IOStatus WriteMetadata(const Slice& metadata) = 0;
  virtual IOStatus WritePacket(const Slice& data) = 0;
  virtual IOStatus Close() = 0;
};

class CacheDumpReader {
 public:
  virtual ~CacheDumpReader() = default;
  virtual IOStatus ReadMetadata(std::string* metadata) = 0;
  virtual IOStatus ReadPacket(std::string* data) = 0;
};

struct CacheDumpOptions {
  SystemClock* clock;
};

class CacheDumper {
 public:
  virtual ~CacheDumper() = default;
  virtual Status SetDumpFilter(std::vector<DB*> db_list) {
    (void)db_list;
    return Status::NotSupported("CacheDumper: SetDumpFilter");
  }
  virtual IOStatus DumpCacheEntriesToWriter() {
    return IOStatus::NotSupported("CacheDumper: DumpCacheEntriesToWriter");
  }
};

class CacheDumpedLoader {
 public:
  virtual ~CacheDumpedLoader() = default;
  virtual IOStatus RestoreCacheEntriesToSecondaryCache() {
    return IOStatus::NotSupported("CacheDumpedLoader: RestoreCacheEntriesToSecondaryCache");
  }
};

IOStatus NewToFileCacheDumpWriter(const std::shared_ptr<FileSystem>& fs,
                                  const FileOptions& file_opts, const std::string& file_name,
                                  std::unique_ptr<CacheDumpWriter>* writer);

IOStatus NewFromFileCacheDumpReader(const std::shared_ptr<FileSystem>& fs,
                                    const FileOptions& file_opts, const std::string& file_name,
                                    std::unique_ptr<CacheDumpReader>* reader);

Status NewDefaultCacheDumper(const CacheDumpOptions& dump_options,
                             const std::shared_ptr<Cache>& cache,
                             std::unique_ptr<CacheDumpWriter>&& writer,
                             std::unique_ptr<CacheDumper>* cache_dumper);

Status NewDefaultCacheDumpedLoader(const CacheDumpOptions& dump_options,
                                   const BlockBasedTableOptions& toptions,
                                   const std::shared_ptr<SecondaryCache>& secondary_cache,
                                   std::unique_ptr<CacheDumpReader>&& reader,
                                   std::unique_ptr<CacheDumpedLoader>* cache_dump_loader);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_CACHE_DUMP_LOAD_H_
