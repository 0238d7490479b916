#include "compat/tools/ldb_table_files.h"

#include <cstdio>

#include "rocksdb/sst_file_writer.h"

namespace rocksdb {

Status LdbWriteTableFile(DB* db, ColumnFamilyHandle* family, const std::string& path,
                         const std::function<Status(const LdbPairSink&)>& read) {
  SstFileWriter writer(EnvOptions(), db->GetOptions(family), family);
  Status status = writer.Open(path);
  if (status.ok()) {
    status = read(
        [&](const std::string& key, const std::string& value) { return writer.Put(key, value); });
  }
  if (status.ok()) status = writer.Finish();
  if (status.ok()) fprintf(stderr, "external SST file written to %s\n", path.c_str());
  return status;
}

Status LdbIngestTableFile(DB* db, ColumnFamilyHandle* family, const std::string& path,
                          const IngestExternalFileOptions& options) {
  const Status status = db->IngestExternalFile(family, {path}, options);
  if (status.ok()) fprintf(stderr, "external SST files ingested\n");
  return status;
}

}  // namespace rocksdb
