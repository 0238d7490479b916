// What StoreDb offers to the transactions above it.

#include <memory>
#include <utility>

#include "compat/batch/write_batch_internal.h"
#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/env/status_convert.h"

namespace rocksdb {

Status StoreDb::NewestSequence(ColumnFamilyHandle* handle, const Slice& key, uint64_t above,
                               uint64_t* sequence) {
  *sequence = 0;
  Status s = CheckOpen(handle);
  if (!s.ok()) return s;
  return ToRocks(Store(handle)->NewestSequence(ToEngine(key), above, sequence));
}

ColumnFamilyHandle* StoreDb::HandleOf(uint32_t id) {
  if (id == 0) return default_handle_.get();
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& family : families_) {
    if (family->store == nullptr || family->store->id() != id || family->store->dropped()) continue;
    if (family->kept_handle == nullptr) {
      family->kept_handle =
          std::make_unique<StoreHandle>(this, family.get(), StoreHandle::Whose::kInternal);
    }
    return family->kept_handle.get();
  }
  return nullptr;
}

void StoreDb::PrepareToWriteAlone() {
  if (write_gate_ == nullptr) write_gate_ = std::make_unique<WriteGate>();
}

Status StoreDb::WriteAlone(const WriteOptions& options, WriteBatch* updates,
                           const std::function<Status()>& check) {
  if (mode_ != Mode::kReadWrite || closed()) return CheckWritable();
  Status s = CheckBatch(options, updates);
  if (!s.ok()) return s;
  const auto alone = write_gate_->EnterAlone();
  s = check();
  if (!s.ok()) return s;
  uint64_t sequence = 0;
  s = WriteBodyNow(options, WriteBatchInternal::Body(updates), WriteBatchInternal::Count(updates),
                   &sequence);
  if (s.ok()) WriteBatchInternal::SetSequence(updates, sequence);
  return s;
}

// --- prepared transactions ---
//
// A record: key := name of the transaction; value := version:1 (1), then the bytes of its batch.

namespace {

constexpr char kPreparedVersion = 1;

}  // namespace

aether::StoreOptions PreparedStoreOptions() {
  aether::StoreOptions options;
  options.write_buffer_size = 1 << 20;  // records live as long as their transactions
  return options;
}

Status StoreDb::PreparedStore(bool create, aether::KvStore** store) {
  const std::lock_guard<std::mutex> lock(prepared_mutex_);
  *store = prepared_store_;
  if (*store != nullptr || !create) return Status::OK();
  aether::StoreOptions options = PreparedStoreOptions();
  options.pool = Store(default_handle_.get())->options().pool;
  Status s = ToRocks(engine_->CreateStore(kPreparedStoreName, options, &prepared_store_));
  *store = prepared_store_;
  return s;
}

Status StoreDb::CheckPrepared() {
  if (db_options_.allow_2pc || mode_ != Mode::kReadWrite) return Status::OK();
  std::vector<PreparedRecord> records;
  Status s = ReadPrepared(&records);
  if (!s.ok() || records.empty()) return s;
  return Status::NotSupported(
      "WAL contains prepared transactions. Open with TransactionDB::Open().");
}

Status StoreDb::WritePrepared(const WriteOptions& options, const std::string& name,
                              const WriteBatch& batch) {
  if (mode_ != Mode::kReadWrite || closed()) return CheckWritable();
  aether::KvStore* store = nullptr;
  Status s = PreparedStore(true, &store);
  if (!s.ok()) return s;
  const std::string record = kPreparedVersion + batch.Data();
  const Slice value(record);
  WriteBatch write;
  s = WriteBatchInternal::Add(&write, WireTag::kPut, WireTag::kPutInFamily, kHasPut, store->id(),
                              name, &value);
  if (!s.ok()) return s;
  WriteOptions logged = options;
  logged.disableWAL = false;
  return Write(logged, &write);
}

Status StoreDb::DecidePrepared(const WriteOptions& options, const std::string& name,
                               WriteBatch* updates) {
  if (mode_ != Mode::kReadWrite || closed()) return CheckWritable();
  aether::KvStore* store = nullptr;
  Status s = PreparedStore(false, &store);
  if (!s.ok()) return s;
  if (store == nullptr) return Status::NotFound("no transaction is prepared");
  WriteBatch write;
  if (updates != nullptr) s = WriteBatchInternal::Append(&write, updates);
  if (s.ok()) {
    s = WriteBatchInternal::Add(&write, WireTag::kDelete, WireTag::kDeleteInFamily, kHasDelete,
                                store->id(), name, nullptr);
  }
  if (!s.ok()) return s;
  WriteOptions logged = options;
  logged.disableWAL = false;
  s = Write(logged, &write);
  if (s.ok() && updates != nullptr) {
    WriteBatchInternal::SetSequence(updates, WriteBatchInternal::Sequence(&write));
  }
  return s;
}

Status StoreDb::ReadPrepared(std::vector<PreparedRecord>* records) {
  records->clear();
  aether::KvStore* store = nullptr;
  Status s = PreparedStore(false, &store);
  if (!s.ok() || store == nullptr) return s;
  const auto it = store->NewIterator(aether::ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const Slice value = FromEngine(it->value());
    if (value.size() < 1 + kBatchHeaderSize || value[0] != kPreparedVersion) {
      return Status::Corruption("a prepared transaction is damaged",
                                FromEngine(it->key()).ToString());
    }
    records->push_back(
        {FromEngine(it->key()).ToString(), std::string(value.data() + 1, value.size() - 1)});
  }
  return ToRocks(it->status());
}

}  // namespace rocksdb
