// SstFileReader: reads one table file without a DB.

#ifndef AETHER_INCLUDE_ROCKSDB_SST_FILE_READER_H_
#define AETHER_INCLUDE_ROCKSDB_SST_FILE_READER_H_

#include "rocksdb/iterator.h"
#include "rocksdb/options.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/slice.h"
#include "rocksdb/table_properties.h"

namespace ROCKSDB_NAMESPACE {

class SstFileReader {
 public:
  SstFileReader(const Options& options);
  ~SstFileReader();
  Status Open(const std::string& file_path);
  Iterator* NewIterator(const ReadOptions& options);
  std::shared_ptr<const TableProperties> GetTableProperties() const;
  Status VerifyChecksum(const ReadOptions&);
  Status VerifyChecksum() { return VerifyChecksum(ReadOptions()); }

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SST_FILE_READER_H_
