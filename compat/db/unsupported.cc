// Public calls that this engine does not offer. Each returns NotSupported and names itself.

#include <memory>
#include <string>
#include <utility>

#include "rocksdb/block_cache_trace_writer.h"
#include "rocksdb/db.h"
#include "rocksdb/experimental.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table_properties.h"
#include "rocksdb/trace_reader_writer.h"
#include "rocksdb/unique_id.h"

namespace rocksdb {

const uint64_t BlockCacheTraceRecord::kReservedGetId = 0;

std::unique_ptr<BlockCacheTraceWriter> NewBlockCacheTraceWriter(SystemClock*,
                                                                const BlockCacheTraceWriterOptions&,
                                                                std::unique_ptr<TraceWriter>&&) {
  return nullptr;
}

namespace experimental {

Status SuggestCompactRange(DB* db, ColumnFamilyHandle* column_family, const Slice* begin,
                           const Slice* end) {
  if (db == nullptr) return Status::InvalidArgument("DB is empty");
  return db->SuggestCompactRange(column_family, begin, end);
}

Status SuggestCompactRange(DB* db, const Slice* begin, const Slice* end) {
  if (db == nullptr) return Status::InvalidArgument("DB is empty");
  return db->SuggestCompactRange(db->DefaultColumnFamily(), begin, end);
}

Status PromoteL0(DB* db, ColumnFamilyHandle* column_family, int target_level) {
  if (db == nullptr) return Status::InvalidArgument("Didn't recognize DB object");
  return db->PromoteL0(column_family, target_level);
}

Status UpdateManifestForFilesState(const DBOptions&, const std::string&,
                                   const std::vector<ColumnFamilyDescriptor>&,
                                   const UpdateManifestForFilesStateOptions&) {
  return Status::NotSupported("experimental::UpdateManifestForFilesState");
}

}  // namespace experimental

struct SstFileWriter::Rep {};

SstFileWriter::SstFileWriter(const EnvOptions&, const Options&, const Comparator*,
                             ColumnFamilyHandle*, bool, Env::IOPriority, bool) {}
SstFileWriter::~SstFileWriter() = default;
Status SstFileWriter::Open(const std::string&) {
  return Status::NotSupported("SstFileWriter::Open");
}
Status SstFileWriter::Add(const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::Put(const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::Put(const Slice&, const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::Merge(const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::Delete(const Slice&) { return Status::InvalidArgument("File is not opened"); }
Status SstFileWriter::Delete(const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::DeleteRange(const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::DeleteRange(const Slice&, const Slice&, const Slice&) {
  return Status::InvalidArgument("File is not opened");
}
Status SstFileWriter::Finish(ExternalSstFileInfo*) {
  return Status::InvalidArgument("File is not opened");
}
uint64_t SstFileWriter::FileSize() { return 0; }

struct SstFileReader::Rep {};

SstFileReader::SstFileReader(const Options&) {}
SstFileReader::~SstFileReader() = default;
Status SstFileReader::Open(const std::string&) {
  return Status::NotSupported("SstFileReader::Open");
}
Iterator* SstFileReader::NewIterator(const ReadOptions&) {
  return NewErrorIterator(Status::InvalidArgument("File is not opened"));
}
std::shared_ptr<const TableProperties> SstFileReader::GetTableProperties() const { return nullptr; }
Status SstFileReader::VerifyChecksum(const ReadOptions&) {
  return Status::InvalidArgument("File is not opened");
}

Status GetUniqueIdFromTableProperties(const TableProperties&, std::string*) {
  return Status::NotSupported("GetUniqueIdFromTableProperties");
}

Status GetExtendedUniqueIdFromTableProperties(const TableProperties&, std::string*) {
  return Status::NotSupported("GetExtendedUniqueIdFromTableProperties");
}

std::string UniqueIdToHumanString(const std::string& id) {
  // Sixteen hexadecimal digits for each eight bytes, groups joined by dashes.
  std::string out;
  for (size_t i = 0; i < id.size(); i += 8) {
    if (i != 0) out.push_back('-');
    out += Slice(id.data() + i, std::min<size_t>(8, id.size() - i)).ToString(true);
  }
  return out;
}

}  // namespace rocksdb
