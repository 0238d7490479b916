// WalFilter: looks at each log record during recovery and may skip, change or stop at it.

#ifndef AETHER_INCLUDE_ROCKSDB_WAL_FILTER_H_
#define AETHER_INCLUDE_ROCKSDB_WAL_FILTER_H_

#include <map>
#include <string>

#include "rocksdb/customizable.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class WriteBatch;
struct ConfigOptions;

class WalFilter : public Customizable {
 public:
  static const char* Type() { return "WalFilter"; }
  static Status CreateFromString(const ConfigOptions& options, const std::string& value,
                                 WalFilter** result);
  enum class WalProcessingOption {
    kContinueProcessing = 0,
    kIgnoreCurrentRecord = 1,
    kStopReplay = 2,
    kCorruptedRecord = 3,
    kWalProcessingOptionMax = 4
  };
  virtual ~WalFilter() {}
  virtual void ColumnFamilyLogNumberMap(const std::map<uint32_t, uint64_t>&,
                                        const std::map<std::string, uint32_t>&) {}
  virtual WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                             const WriteBatch& batch, WriteBatch* new_batch,
                                             bool* batch_changed) {
    return LogRecord(batch, new_batch, batch_changed);
  }
  virtual WalProcessingOption LogRecord(const WriteBatch&, WriteBatch*, bool*) const {
    return WalProcessingOption::kContinueProcessing;
  }
  virtual const char* Name() const override = 0;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_WAL_FILTER_H_
