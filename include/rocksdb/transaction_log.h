// Log files of a DB, and the iterator over the batches in them.

#ifndef AETHER_INCLUDE_ROCKSDB_TRANSACTION_LOG_H_
#define AETHER_INCLUDE_ROCKSDB_TRANSACTION_LOG_H_

#include <memory>
#include <vector>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"
#include "rocksdb/types.h"
#include "rocksdb/write_batch.h"

namespace ROCKSDB_NAMESPACE {

class LogFile;

using VectorLogPtr = std::vector<std::unique_ptr<LogFile>>;

enum WalFileType { kArchivedLogFile = 0, kAliveLogFile = 1 };

class LogFile {
 public:
  LogFile() {}
  virtual ~LogFile() {}
  virtual std::string PathName() const = 0;
  virtual uint64_t LogNumber() const = 0;
  virtual WalFileType Type() const = 0;
  virtual SequenceNumber StartSequence() const = 0;
  virtual uint64_t SizeFileBytes() const = 0;
};

struct BatchResult {
  SequenceNumber sequence = 0;
  std::unique_ptr<WriteBatch> writeBatchPtr;
  BatchResult() {}
  ~BatchResult() {}
  BatchResult(const BatchResult&) = delete;
  BatchResult& operator=(const BatchResult&) = delete;
  BatchResult(BatchResult&& bResult)
      : sequence(bResult.sequence), writeBatchPtr(std::move(bResult.writeBatchPtr)) {}
  BatchResult& operator=(BatchResult&& bResult) {
    sequence = bResult.sequence;
    writeBatchPtr = std::move(bResult.writeBatchPtr);
    return *this;
  }
};

class TransactionLogIterator {
 public:
  TransactionLogIterator() {}
  virtual ~TransactionLogIterator() {}
  virtual bool Valid() = 0;
  virtual void Next() = 0;
  virtual Status status() = 0;
  virtual BatchResult GetBatch() = 0;
  struct ReadOptions {
    bool verify_checksums_;
    ReadOptions() : verify_checksums_(true) {}
    explicit ReadOptions(bool verify_checksums) : verify_checksums_(verify_checksums) {}
  };
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_TRANSACTION_LOG_H_
