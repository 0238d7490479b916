// SstFileWriter: a table file of this engine, written without a DB, for DB::IngestExternalFile.

#include "rocksdb/sst_file_writer.h"

#include <optional>

#include "compat/binary/db_session_id.h"
#include "compat/db/slices.h"
#include "compat/env/status_convert.h"
#include "compat/table/external_table.h"
#include "compat/table/file_plug_ins.h"
#include "rocksdb/comparator.h"
#include "rocksdb/file_checksum.h"

namespace rocksdb {

namespace {

Status NotOpened() { return Status::InvalidArgument("File is not opened"); }

}  // namespace

struct SstFileWriter::Rep {
  Rep(const Options& options, const Comparator* comparator, ColumnFamilyHandle* handle,
      bool skip_filters)
      : table(options, comparator), filters(!skip_filters) {
    if (handle == nullptr) return;
    family = handle->GetID();
    family_name = handle->GetName();
  }

  Status Add(aether::EntryType type, const Slice& key, const Slice& value) {
    // Keys of such orders end with a timestamp; the options are refused by Open.
    if (table.options.comparator != nullptr && table.options.comparator->timestamp_size() != 0) {
      return Status::InvalidArgument("Timestamp size mismatch");
    }
    if (writer == nullptr) return NotOpened();
    const Status s = ToRocks(writer->Add(type, ToEngine(key), ToEngine(value)));
    if (!s.ok()) return s;
    ++info.num_entries;
    info.file_size = writer->FileSize();
    return s;
  }

  Status CheckTimestamp(const Slice& timestamp) const {
    const size_t size =
        table.options.comparator == nullptr ? 0 : table.options.comparator->timestamp_size();
    return size == timestamp.size() ? Status::OK()
                                    : Status::InvalidArgument("Timestamp size mismatch");
  }

  ExternalTable table;
  const bool filters;
  std::optional<uint32_t> family;
  std::string family_name;
  std::unique_ptr<aether::ExternalFileWriter> writer;
  ExternalSstFileInfo info;
};

SstFileWriter::SstFileWriter(const EnvOptions&, const Options& options,
                             const Comparator* user_comparator, ColumnFamilyHandle* column_family,
                             bool, Env::IOPriority, bool skip_filters)
    : rep_(new Rep(options, user_comparator, column_family, skip_filters)) {}

SstFileWriter::~SstFileWriter() = default;

Status SstFileWriter::Open(const std::string& file_path) {
  Rep* const r = rep_.get();
  if (!r->table.status.ok()) return r->table.status;
  aether::ExternalFileOptions options;
  options.fs = r->table.fs;
  options.store = r->table.store;
  options.filters = r->filters;
  options.family = r->family;
  options.family_name = r->family_name;
  options.session = DBImpl::GenerateDbSessionId(r->table.options.env);
  options.bytes_per_sync = r->table.options.bytes_per_sync;
  options.sums = ToEngineSums(r->table.options.file_checksum_gen_factory);
  r->writer.reset();
  const Status s = ToRocks(aether::ExternalFileWriter::Create(options, file_path, &r->writer));
  if (!s.ok()) return s;
  r->info = ExternalSstFileInfo();
  r->info.file_path = file_path;
  r->info.version = kExternalFileVersion;
  return s;
}

Status SstFileWriter::Add(const Slice& user_key, const Slice& value) {
  return rep_->Add(aether::EntryType::kPut, user_key, value);
}

Status SstFileWriter::Put(const Slice& user_key, const Slice& value) {
  return rep_->Add(aether::EntryType::kPut, user_key, value);
}

Status SstFileWriter::Put(const Slice& user_key, const Slice& timestamp, const Slice& value) {
  const Status s = rep_->CheckTimestamp(timestamp);
  return s.ok() ? rep_->Add(aether::EntryType::kPut, user_key, value) : s;
}

Status SstFileWriter::Merge(const Slice& user_key, const Slice& value) {
  return rep_->Add(aether::EntryType::kMerge, user_key, value);
}

Status SstFileWriter::Delete(const Slice& user_key) {
  return rep_->Add(aether::EntryType::kDelete, user_key, Slice());
}

Status SstFileWriter::Delete(const Slice& user_key, const Slice& timestamp) {
  const Status s = rep_->CheckTimestamp(timestamp);
  return s.ok() ? rep_->Add(aether::EntryType::kDelete, user_key, Slice()) : s;
}

Status SstFileWriter::DeleteRange(const Slice& begin_key, const Slice& end_key) {
  Rep* const r = rep_.get();
  const Status possible = r->CheckTimestamp(Slice());
  if (!possible.ok()) return possible;
  if (r->writer == nullptr) return NotOpened();
  const Status s = ToRocks(r->writer->DeleteRange(ToEngine(begin_key), ToEngine(end_key)));
  if (!s.ok()) return s;
  if (r->table.options.comparator->Compare(begin_key, end_key) != 0) {
    ++r->info.num_range_del_entries;
    r->info.file_size = r->writer->FileSize();
  }
  return s;
}

Status SstFileWriter::DeleteRange(const Slice& begin_key, const Slice& end_key,
                                  const Slice& timestamp) {
  const Status s = rep_->CheckTimestamp(timestamp);
  return s.ok() ? DeleteRange(begin_key, end_key) : s;
}

Status SstFileWriter::Finish(ExternalSstFileInfo* file_info) {
  Rep* const r = rep_.get();
  if (r->writer == nullptr) return NotOpened();
  if (r->info.num_entries == 0 && r->info.num_range_del_entries == 0) {
    return Status::InvalidArgument("Cannot create sst file with no entries");
  }
  aether::ExternalFileWriter::Result result;
  const Status s = ToRocks(r->writer->Finish(&result));
  r->writer.reset();
  if (!s.ok()) {
    r->table.fs->Remove(r->info.file_path).Ignore();
    return s;
  }
  r->info.file_size = result.info.bytes;
  r->info.smallest_key = result.info.smallest_key;
  r->info.largest_key = result.info.largest_key;
  r->info.smallest_range_del_key = result.range_begin;
  r->info.largest_range_del_key = result.range_end;
  r->info.file_checksum = result.info.sum;
  r->info.file_checksum_func_name =
      result.info.sum_name.empty() ? kUnknownFileChecksumFuncName : result.info.sum_name;
  if (file_info != nullptr) *file_info = r->info;
  return s;
}

uint64_t SstFileWriter::FileSize() { return rep_->info.file_size; }

}  // namespace rocksdb
