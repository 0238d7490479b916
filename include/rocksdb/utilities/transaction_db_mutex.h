// Locks that an application can supply to a TransactionDB in place of the built-in ones.
#ifndef AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_MUTEX_H_
#define AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_MUTEX_H_

#include <memory>

#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class TransactionDBMutex {
 public:
  virtual ~TransactionDBMutex() = default;
  virtual Status Lock() = 0;
  virtual Status TryLockFor(int64_t timeout_time) = 0;
  virtual void UnLock() = 0;
};

class TransactionDBCondVar {
 public:
  virtual ~TransactionDBCondVar() = default;
  virtual Status Wait(std::shared_ptr<TransactionDBMutex> mutex) = 0;
  virtual Status WaitFor(std::shared_ptr<TransactionDBMutex> mutex, int64_t timeout_time) = 0;
  virtual void Notify() = 0;
  virtual void NotifyAll() = 0;
};

class TransactionDBMutexFactory {
 public:
  virtual std::shared_ptr<TransactionDBMutex> AllocateMutex() = 0;
  virtual std::shared_ptr<TransactionDBCondVar> AllocateCondVar() = 0;
  virtual ~TransactionDBMutexFactory() = default;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_MUTEX_H_
