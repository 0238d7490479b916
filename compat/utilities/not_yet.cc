// Features of the public headers that are not there yet. Each says NotSupported and names itself.

#include "rocksdb/utilities/cache_dump_load.h"

namespace rocksdb {

IOStatus NewToFileCacheDumpWriter(const std::shared_ptr<FileSystem>& /*fs*/,
                                  const FileOptions& /*file_opts*/,
                                  const std::string& /*file_name*/,
                                  std::unique_ptr<CacheDumpWriter>* /*writer*/) {
  return IOStatus::NotSupported("NewToFileCacheDumpWriter");
}
IOStatus NewFromFileCacheDumpReader(const std::shared_ptr<FileSystem>& /*fs*/,
                                    const FileOptions& /*file_opts*/,
                                    const std::string& /*file_name*/,
                                    std::unique_ptr<CacheDumpReader>* /*reader*/) {
  return IOStatus::NotSupported("NewFromFileCacheDumpReader");
}
Status NewDefaultCacheDumper(const CacheDumpOptions& /*dump_options*/,
                             const std::shared_ptr<Cache>& /*cache*/,
                             std::unique_ptr<CacheDumpWriter>&& /*writer*/,
                             std::unique_ptr<CacheDumper>* /*cache_dumper*/) {
  return Status::NotSupported("NewDefaultCacheDumper");
}
Status NewDefaultCacheDumpedLoader(const CacheDumpOptions& /*dump_options*/,
                                   const BlockBasedTableOptions& /*toptions*/,
                                   const std::shared_ptr<SecondaryCache>& /*secondary_cache*/,
                                   std::unique_ptr<CacheDumpReader>&& /*reader*/,
                                   std::unique_ptr<CacheDumpedLoader>* /*cache_dump_loader*/) {
  return Status::NotSupported("NewDefaultCacheDumpedLoader");
}

}  // namespace rocksdb
