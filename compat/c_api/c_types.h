// What stands behind the opaque types of the C interface, and helpers for its functions.
//
// Ownership: each struct owns its rep unless a comment says otherwise. Thread safety: that of the
// rep.

#ifndef AETHER_COMPAT_C_API_C_TYPES_H_
#define AETHER_COMPAT_C_API_C_TYPES_H_

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/c.h"
#include "rocksdb/cache.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/iterator.h"
#include "rocksdb/options.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/status.h"
#include "rocksdb/table.h"
#include "rocksdb/universal_compaction.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction_db.h"
#include "rocksdb/utilities/write_batch_with_index.h"
#include "rocksdb/write_batch.h"

struct rocksdb_t {
  rocksdb::DB* rep;
};
struct rocksdb_backup_engine_t {
  rocksdb::BackupEngine* rep;
};
struct rocksdb_backup_engine_info_t {
  std::vector<rocksdb::BackupInfo> rep;
};
struct rocksdb_restore_options_t {
  rocksdb::RestoreOptions rep;
};
struct rocksdb_backup_engine_options_t {
  rocksdb::BackupEngineOptions rep;
};
struct rocksdb_iterator_t {
  rocksdb::Iterator* rep;
};
struct rocksdb_writebatch_t {
  rocksdb::WriteBatch rep;
};
struct rocksdb_snapshot_t {
  const rocksdb::Snapshot* rep;
};
struct rocksdb_flushoptions_t {
  rocksdb::FlushOptions rep;
};
struct rocksdb_fifo_compaction_options_t {
  rocksdb::CompactionOptionsFIFO rep;
};
struct rocksdb_universal_compaction_options_t {
  rocksdb::CompactionOptionsUniversal rep;
};
// The bounds and timestamps that rep points to live here.
struct rocksdb_readoptions_t {
  rocksdb::ReadOptions rep;
  std::string upper_bound_text;
  std::string lower_bound_text;
  std::string timestamp_text;
  std::string iter_start_ts_text;
  rocksdb::Slice upper_bound;
  rocksdb::Slice lower_bound;
  rocksdb::Slice timestamp;
  rocksdb::Slice iter_start_ts;
};
struct rocksdb_writeoptions_t {
  rocksdb::WriteOptions rep;
};
struct rocksdb_options_t {
  rocksdb::Options rep;
};
struct rocksdb_compactoptions_t {
  rocksdb::CompactRangeOptions rep;
  std::string full_history_ts_low_text;
  rocksdb::Slice full_history_ts_low;
};
struct rocksdb_block_based_table_options_t {
  rocksdb::BlockBasedTableOptions rep;
};
struct rocksdb_cuckoo_table_options_t {
  rocksdb::CuckooTableOptions rep;
};
struct rocksdb_ingestexternalfileoptions_t {
  rocksdb::IngestExternalFileOptions rep;
};
struct rocksdb_envoptions_t {
  rocksdb::EnvOptions rep;
};
struct rocksdb_logger_t {
  std::shared_ptr<rocksdb::Logger> rep;
};
struct rocksdb_lru_cache_options_t {
  rocksdb::LRUCacheOptions rep;
};
struct rocksdb_cache_t {
  std::shared_ptr<rocksdb::Cache> rep;
};
struct rocksdb_memory_allocator_t {
  std::shared_ptr<rocksdb::MemoryAllocator> rep;
};
struct rocksdb_ratelimiter_t {
  std::shared_ptr<rocksdb::RateLimiter> rep;
};
struct rocksdb_dbpath_t {
  rocksdb::DbPath rep;
};
struct rocksdb_env_t {
  rocksdb::Env* rep;
  bool is_default;  // not owned
};
// Owned unless it is the handle of the default family.
struct rocksdb_column_family_handle_t {
  rocksdb::ColumnFamilyHandle* rep;
  bool immortal = false;
};
struct rocksdb_pinnableslice_t {
  rocksdb::PinnableSlice rep;
};
// Allocated with malloc where it belongs to a transaction, since the caller frees it then.
struct rocksdb_writebatch_wi_t {
  rocksdb::WriteBatchWithIndex* rep;
};
struct rocksdb_transactiondb_t {
  rocksdb::TransactionDB* rep;
};
struct rocksdb_optimistictransactiondb_t {
  rocksdb::OptimisticTransactionDB* rep;
};
struct rocksdb_transaction_t {
  rocksdb::Transaction* rep;
};
struct rocksdb_checkpoint_t {
  rocksdb::Checkpoint* rep;
};
struct rocksdb_transaction_options_t {
  rocksdb::TransactionOptions rep;
};
struct rocksdb_transactiondb_options_t {
  rocksdb::TransactionDBOptions rep;
};
struct rocksdb_optimistictransaction_options_t {
  rocksdb::OptimisticTransactionOptions rep;
};

namespace rocksdb_c {

// Options keep their own types; C passes numbers.
template <typename Field, typename Value>
void Assign(Field* field, Value value) {
  *field = static_cast<Field>(value);
}

inline void Assign(std::chrono::microseconds* field, uint64_t micros) {
  *field = std::chrono::microseconds(micros);
}

// True, and *errptr holds a copy of the text, when the status is an error.
inline bool SaveError(char** errptr, const rocksdb::Status& status) {
  if (status.ok()) return false;
  if (errptr == nullptr) return true;
  free(*errptr);
  *errptr = strdup(status.ToString().c_str());
  return true;
}

// A copy that the caller gives to rocksdb_free.
inline char* Copy(const rocksdb::Slice& bytes) {
  char* const copy = static_cast<char*>(malloc(bytes.size() == 0 ? 1 : bytes.size()));
  if (bytes.size() != 0) memcpy(copy, bytes.data(), bytes.size());
  return copy;
}

inline char* CopyText(const std::string& text) { return strdup(text.c_str()); }

// The value as a copy; null when the key is not there or the read failed.
inline char* Found(const rocksdb::Status& status, const rocksdb::Slice& value, size_t* size,
                   char** errptr) {
  *size = 0;
  if (status.IsNotFound() || SaveError(errptr, status)) return nullptr;
  *size = value.size();
  return Copy(value);
}

// What `read` puts into a PinnableSlice, as a copy and as it is.
template <typename Read>
char* ReadCopy(size_t* size, char** errptr, const Read& read) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = read(&value);
  return Found(status, value, size, errptr);
}

template <typename Read>
rocksdb_pinnableslice_t* ReadPinned(char** errptr, const Read& read) {
  auto result = std::make_unique<rocksdb_pinnableslice_t>();
  const rocksdb::Status status = read(&result->rep);
  if (status.IsNotFound() || SaveError(errptr, status)) return nullptr;
  return result.release();
}

inline char* GetCopy(rocksdb::DB* db, const rocksdb_readoptions_t* options,
                     rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key, size_t* size,
                     char** errptr) {
  return ReadCopy(size, errptr, [&](rocksdb::PinnableSlice* value) {
    return db->Get(options->rep, family, key, value);
  });
}

inline rocksdb_pinnableslice_t* GetPinned(rocksdb::DB* db, const rocksdb_readoptions_t* options,
                                          rocksdb::ColumnFamilyHandle* family,
                                          const rocksdb::Slice& key, char** errptr) {
  return ReadPinned(errptr, [&](rocksdb::PinnableSlice* value) {
    return db->Get(options->rep, family, key, value);
  });
}

// What KeyMayExist says. The value is the caller's to free, and empty where none was read; nobody
// has to ask for it, nor for whether it was read.
inline unsigned char MayExist(rocksdb::DB* db, const rocksdb::ReadOptions& options,
                              rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                              char** value, size_t* value_size, unsigned char* value_found) {
  std::string read;
  bool found = false;
  const bool may = db->KeyMayExist(options, family, key, value != nullptr ? &read : nullptr,
                                   value_found != nullptr ? &found : nullptr);
  if (value_found != nullptr) *value_found = found;
  if (value != nullptr) {
    *value_size = read.size();
    *value = Copy(read);
  }
  return may;
}

inline std::vector<rocksdb::Slice> Slices(size_t count, const char* const* data,
                                          const size_t* sizes) {
  std::vector<rocksdb::Slice> slices;
  for (size_t i = 0; i < count; ++i) slices.emplace_back(data[i], sizes[i]);
  return slices;
}

inline std::vector<rocksdb::ColumnFamilyHandle*> Handles(
    size_t count, const rocksdb_column_family_handle_t* const* families) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  for (size_t i = 0; i < count; ++i) handles.push_back(families[i]->rep);
  return handles;
}

// MultiGet of a database or a transaction, in the families that `where` names or in the default
// one.
template <typename Reader, typename... Where>
void MultiGet(Reader* reader, const rocksdb_readoptions_t* options, size_t count,
              const char* const* keys, const size_t* key_sizes, char** values, size_t* value_sizes,
              char** errs, const Where&... where) {
  std::vector<std::string> found(count);
  const std::vector<rocksdb::Status> statuses =
      reader->MultiGet(options->rep, where..., Slices(count, keys, key_sizes), &found);
  for (size_t i = 0; i < count; ++i) {
    errs[i] = nullptr;
    values[i] = Found(statuses[i], found[i], &value_sizes[i], &errs[i]);
  }
}

inline char* PropertyText(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, const char* name) {
  std::string value;
  return db->GetProperty(family, name, &value) ? CopyText(value) : nullptr;
}

inline int PropertyNumber(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, const char* name,
                          uint64_t* value) {
  return db->GetIntProperty(family, name, value) ? 0 : -1;
}

inline rocksdb_checkpoint_t* NewCheckpoint(rocksdb::DB* db, char** errptr) {
  rocksdb::Checkpoint* checkpoint = nullptr;
  return SaveError(errptr, rocksdb::Checkpoint::Create(db, &checkpoint))
             ? nullptr
             : new rocksdb_checkpoint_t{checkpoint};
}

// A bound that may be missing.
struct Bound {
  Bound(const char* key, size_t size)
      : slice(key, key != nullptr ? size : 0), given(key != nullptr) {}
  const rocksdb::Slice* get() const { return given ? &slice : nullptr; }
  rocksdb::Slice slice;
  bool given;
};

inline std::vector<rocksdb::ColumnFamilyDescriptor> Descriptors(
    int count, const char* const* names, const rocksdb_options_t* const* options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (int i = 0; i < count; ++i) {
    families.emplace_back(std::string(names[i]), rocksdb::ColumnFamilyOptions(options[i]->rep));
  }
  return families;
}

// As RocksDB has it, the caller has a handle after an error, too: it stands for no family, and is
// destroyed as any other.
inline rocksdb_column_family_handle_t* Created(const rocksdb::Status& status,
                                               rocksdb::ColumnFamilyHandle* family, char** errptr) {
  SaveError(errptr, status);
  return new rocksdb_column_family_handle_t{family};
}

// Hands the outcome of an open on, of a database of any kind.
template <typename Wrapper = rocksdb_t, typename Rep>
Wrapper* Opened(const rocksdb::Status& status, Rep* db,
                const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                rocksdb_column_family_handle_t** handles, char** errptr) {
  if (SaveError(errptr, status)) return nullptr;
  for (size_t i = 0; i < families.size(); ++i) {
    handles[i] = new rocksdb_column_family_handle_t{families[i]};
  }
  return new Wrapper{db};
}

}  // namespace rocksdb_c

#endif  // AETHER_COMPAT_C_API_C_TYPES_H_
