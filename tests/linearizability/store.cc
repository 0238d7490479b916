#include "tests/linearizability/store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <cstdlib>
#include <random>

namespace linearizability {

using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Snapshot;
using rocksdb::Status;
using rocksdb::WriteOptions;

Store::Store(const std::string& directory, const Shape& shape, uint64_t seed) : shape_(shape) {
  std::mt19937_64 random(seed);
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2 + static_cast<int>(random() % 3);
  options.enable_pipelined_write = random() % 4 == 0;
  options.max_total_wal_size = random() % 2 == 0 ? 0 : 100000;
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = 64 << 10;
  family.max_write_buffer_number = 2 + static_cast<int>(random() % 3);
  family.level0_file_num_compaction_trigger = 2;
  family.target_file_size_base = 64 << 10;
  const uint64_t style = random() % 4;
  if (style == 0) family.compaction_style = rocksdb::kCompactionStyleUniversal;
  if (style == 1) {
    // Aether's own; RocksDB stays with the levels it has.
    rocksdb::ColumnFamilyOptions leveled;
    const char* const text = "compaction_style=leveled;max_bytes_for_level_base=100000";
    const rocksdb::ConfigOptions how;
    if (rocksdb::GetColumnFamilyOptionsFromString(how, family, text, &leveled).ok()) {
      family = leveled;
    }
  }
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{"default", family},
                                                                 {"other", family}};
  const Status s = rocksdb::DB::Open(options, directory, families, &families_, &db_);
  Keep(s);
  if (s.ok() && shape_.fault == Fault::kStaleRead) stale_ = db_->GetSnapshot();
}

Store::~Store() {
  if (db_ == nullptr) return;
  if (stale_ != nullptr) db_->ReleaseSnapshot(stale_);
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  delete db_;
}

std::string Store::Error() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

void Store::Keep(const Status& status) {
  if (status.ok()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error_.empty()) error_ = status.ToString();
}

rocksdb::ColumnFamilyHandle* Store::FamilyOf(int key) const {
  return families_[static_cast<size_t>(key % 2)];
}

// The group stands apart from the other keys, so that one range covers it in each family.
std::string Store::Name(int key) { return "key" + std::to_string(100 + key); }

std::string Store::Bytes(uint32_t value) const {
  std::string bytes = std::to_string(value) + ".";
  bytes.resize(bytes.size() + value * 2654435761u % (shape_.padding_max + 1), 'p');
  return bytes;
}

uint32_t Store::Found(const Status& status, const Slice& bytes) {
  if (status.IsNotFound()) return kAbsent;
  Keep(status);
  if (!status.ok()) return kAbsent;
  const auto value = static_cast<uint32_t>(std::strtoul(bytes.ToString().c_str(), nullptr, 10));
  if (bytes != Slice(Bytes(value))) Keep(Status::Corruption("a value that was never written"));
  return value;
}

void Store::Put(int key, uint32_t value) {
  Keep(db_->Put(WriteOptions(), FamilyOf(key), Name(key), Bytes(value)));
}

void Store::Delete(int key) { Keep(db_->Delete(WriteOptions(), FamilyOf(key), Name(key))); }

void Store::Write(const std::vector<Cell>& cells) {
  rocksdb::WriteBatch batch;
  for (const Cell& cell : cells) {
    const Status s = cell.value == kAbsent
                         ? batch.Delete(FamilyOf(cell.key), Name(cell.key))
                         : batch.Put(FamilyOf(cell.key), Name(cell.key), Bytes(cell.value));
    Keep(s);
    if (shape_.fault == Fault::kTornBatch) {
      Keep(db_->Write(WriteOptions(), &batch));
      batch.Clear();
    }
  }
  Keep(db_->Write(WriteOptions(), &batch));
}

void Store::DeleteGroup() {
  rocksdb::WriteBatch batch;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    Keep(batch.DeleteRange(family, Name(0), Name(shape_.group)));
  }
  Keep(db_->Write(WriteOptions(), &batch));
}

const Snapshot* Store::Faulty(const Snapshot* snapshot) {
  if (shape_.fault == Fault::kLateSnapshot) return nullptr;
  if (shape_.fault == Fault::kStaleRead && snapshot == nullptr &&
      reads_.fetch_add(1, std::memory_order_relaxed) % 500 == 499) {
    return stale_;
  }
  return snapshot;
}

uint32_t Store::Get(int key, const Snapshot* snapshot) {
  ReadOptions options;
  options.snapshot = Faulty(snapshot);
  rocksdb::PinnableSlice bytes;
  const Status s = db_->Get(options, FamilyOf(key), Name(key), &bytes);
  return Found(s, bytes);
}

void Store::MultiGet(std::vector<Cell>* cells, const Snapshot* snapshot) {
  ReadOptions options;
  options.snapshot = Faulty(snapshot);
  const size_t n = cells->size();
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::vector<std::string> names;
  for (const Cell& cell : *cells) {
    families.push_back(FamilyOf(cell.key));
    names.push_back(Name(cell.key));
  }
  const std::vector<Slice> keys(names.begin(), names.end());
  std::vector<rocksdb::PinnableSlice> values(n);
  std::vector<Status> statuses(n);
  db_->MultiGet(options, n, families.data(), keys.data(), values.data(), statuses.data());
  for (size_t i = 0; i < n; ++i) (*cells)[i].value = Found(statuses[i], values[i]);
}

const Snapshot* Store::Take() { return db_->GetSnapshot(); }
void Store::Release(const Snapshot* snapshot) { db_->ReleaseSnapshot(snapshot); }

Store::Iterators Store::NewIterators() {
  std::vector<rocksdb::Iterator*> raw;
  Keep(db_->NewIterators(ReadOptions(), families_, &raw));
  Iterators iterators;
  for (rocksdb::Iterator* it : raw) iterators.emplace_back(it);
  return iterators;
}

std::vector<Cell> Store::Scan(const Iterators& iterators, bool forward) {
  std::vector<Cell> cells;
  for (int key = 0; key < shape_.keys(); ++key) cells.push_back({key, kAbsent});
  for (const auto& it : iterators) {
    for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
         forward ? it->Next() : it->Prev()) {
      const int key = std::atoi(it->key().ToString().c_str() + 3) - 100;
      if (key < 0 || key >= shape_.keys()) {
        Keep(Status::Corruption("a key that was never written"));
        continue;
      }
      cells[static_cast<size_t>(key)].value = Found(Status::OK(), it->value());
    }
    Keep(it->status());
  }
  return cells;
}

void Store::Flush() { Keep(db_->Flush(rocksdb::FlushOptions(), families_)); }

void Store::Compact() {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    Keep(db_->CompactRange(options, family, nullptr, nullptr));
  }
}

}  // namespace linearizability
