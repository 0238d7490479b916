#include "compat/binary/random_transaction_inserter.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace rocksdb {

namespace {

// The keys of a set share a prefix: the number of the set, from 1, in four digits.
std::string Prefix(uint16_t set) {
  char text[8];
  snprintf(text, sizeof(text), "%.4u", set + 1u);
  return text;
}

void Pause(uint64_t ms) {
  if (ms != 0) Env::Default()->SleepForMicroseconds(static_cast<int>(ms * 1000));
}

bool IsConflict(const Status& status) {
  return status.IsBusy() || status.IsTimedOut() || status.IsTryAgain();
}

bool Unexpected(const char* what, const Status& status) {
  fprintf(stderr, "%s: unexpected status %s\n", what, status.ToString().c_str());
  return false;
}

// NotFound counts as 0; false when the value is not a number that this workload wrote.
bool Parse(const Status& status, const std::string& value, uint64_t* number) {
  *number = 0;
  if (status.IsNotFound()) return true;
  *number = strtoull(value.c_str(), nullptr, 10);
  return *number != 0 && *number != ULLONG_MAX;
}

}  // namespace

RandomTransactionInserter::RandomTransactionInserter(
    Random64* rand, const WriteOptions& write_options, const ReadOptions& read_options,
    uint64_t num_keys, uint16_t num_sets, const uint64_t cmt_delay_ms, const uint64_t first_id)
    : rand_(rand),
      write_options_(write_options),
      read_options_(read_options),
      num_keys_(num_keys),
      num_sets_(num_sets),
      txn_id_(first_id),
      cmt_delay_ms_(cmt_delay_ms) {}

RandomTransactionInserter::~RandomTransactionInserter() {
  delete txn_;
  delete optimistic_txn_;
}

bool RandomTransactionInserter::TransactionDBInsert(TransactionDB* db,
                                                    const TransactionOptions& txn_options) {
  txn_ = db->BeginTransaction(write_options_, txn_options, txn_);
  const size_t thread = std::hash<std::thread::id>()(std::this_thread::get_id());
  char name[64];
  snprintf(name, sizeof(name), "txn%zu-%llu", thread, static_cast<unsigned long long>(txn_id_++));
  const Status named = txn_->SetName(name);
  if (!named.ok()) {
    last_status_ = named;
    return Unexpected("SetName", named);
  }
  if (rand_->OneIn(2)) txn_->SetSnapshot();
  return DoInsert(db, txn_, false);
}

bool RandomTransactionInserter::OptimisticTransactionDBInsert(
    OptimisticTransactionDB* db, const OptimisticTransactionOptions& txn_options) {
  optimistic_txn_ = db->BeginTransaction(write_options_, txn_options, optimistic_txn_);
  return DoInsert(db, optimistic_txn_, true);
}

bool RandomTransactionInserter::DBInsert(DB* db) { return DoInsert(db, nullptr, false); }

bool RandomTransactionInserter::DoInsert(DB* db, Transaction* txn, bool is_optimistic) {
  const uint64_t increment = 1 + rand_->Next() % 100;
  std::vector<uint16_t> sets(num_sets_);
  std::iota(sets.begin(), sets.end(), uint16_t{0});
  for (size_t i = sets.size(); i > 1; --i) std::swap(sets[i - 1], sets[rand_->Next() % i]);

  Status status;
  WriteBatch batch;
  size_t bytes = 0;
  for (uint16_t set : sets) {
    const std::string key = Prefix(set) + std::to_string(rand_->Next() % num_keys_);
    std::string old_text;
    Status read;
    if (txn == nullptr) {
      read = db->Get(read_options_, key, &old_text);
    } else if (is_optimistic || rand_->OneIn(2)) {
      read = txn->GetForUpdate(read_options_, key, &old_text);
    } else {
      read = txn->Get(read_options_, key, &old_text);
    }
    if (!read.ok() && !read.IsNotFound()) {
      last_status_ = read;
      ++failure_count_;
      if (txn != nullptr) txn->Rollback().PermitUncheckedError();
      return IsConflict(read) || Unexpected("Get", read);
    }
    uint64_t number;
    if (!Parse(read, old_text, &number)) {
      last_status_ =
          Status::Corruption("a key of the random transactions has a foreign value", key);
      return Unexpected("Get", last_status_);
    }
    const std::string value = std::to_string(number + increment);
    bytes += key.size() + value.size();
    if (txn == nullptr) {
      batch.Put(key, value);
      continue;
    }
    status = set % 4 == 0 ? txn->Delete(key) : txn->SingleDelete(key);
    if (status.ok()) status = txn->Put(key, value);
    if (!status.ok()) break;
  }

  if (txn == nullptr) {
    status = db->Write(write_options_, &batch);
  } else if (!status.ok()) {
    txn->Rollback().PermitUncheckedError();
  } else {
    const bool prepare = !is_optimistic && !rand_->OneIn(10);
    if (prepare) {
      status = txn->Prepare();
      if (status.ok() && rand_->OneIn(20)) txn->GetCommitTimeWriteBatch()->Put("cat", "dog");
    }
    if (status.ok()) {
      if (rand_->OneIn(20)) {
        last_status_ = txn->Rollback();
        ++failure_count_;
        return last_status_.ok() || Unexpected("Rollback", last_status_);
      }
      Pause(cmt_delay_ms_);
      status = txn->Commit();
    }
  }

  last_status_ = status;
  if (status.ok()) {
    ++success_count_;
    bytes_inserted_ += bytes;
    return true;
  }
  ++failure_count_;
  if (txn != nullptr) txn->Rollback().PermitUncheckedError();
  return IsConflict(status) || status.IsExpired() || Unexpected("commit", status);
}

Status RandomTransactionInserter::Verify(DB* db, uint16_t num_sets, uint64_t num_keys_per_set,
                                         bool take_snapshot, Random64* rand, uint64_t delay_ms) {
  std::unique_ptr<ManagedSnapshot> snapshot;
  ReadOptions options;
  if (take_snapshot) {
    snapshot = std::make_unique<ManagedSnapshot>(db);
    options.snapshot = snapshot->snapshot();
  }
  const bool by_key = num_keys_per_set != 0 && rand != nullptr && rand->OneIn(10);

  std::vector<uint64_t> totals(num_sets, 0);
  for (uint16_t set = 0; set < num_sets; ++set) {
    Pause(delay_ms);
    const std::string prefix = Prefix(set);
    uint64_t number;
    if (by_key) {
      for (uint64_t k = 0; k < num_keys_per_set; ++k) {
        std::string value;
        const Status read = db->Get(options, prefix + std::to_string(k), &value);
        if (!read.ok() && !read.IsNotFound()) return read;
        if (!Parse(read, value, &number)) return Status::Corruption("foreign value in set", prefix);
        totals[set] += number;
      }
      continue;
    }
    ReadOptions scan = options;
    scan.total_order_seek = true;
    const std::unique_ptr<Iterator> it(db->NewIterator(scan));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      if (!Parse(Status::OK(), it->value().ToString(), &number)) {
        return Status::Corruption("foreign value in set", prefix);
      }
      totals[set] += number;
    }
    if (!it->status().ok()) return it->status();
  }
  for (uint16_t set = 1; set < num_sets; ++set) {
    if (totals[set] != totals[set - 1]) {
      char text[160];
      snprintf(text, sizeof(text), "the sum of set %u is %llu, that of set %u is %llu", set,
               static_cast<unsigned long long>(totals[set - 1]), set + 1u,
               static_cast<unsigned long long>(totals[set]));
      return Status::Corruption(text);
    }
  }
  return Status::OK();
}

}  // namespace rocksdb
