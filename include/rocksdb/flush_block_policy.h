// FlushBlockPolicy: decides where a data block ends. Kept for compatibility: the engine's pages
// have a fixed size.

#ifndef AETHER_INCLUDE_ROCKSDB_FLUSH_BLOCK_POLICY_H_
#define AETHER_INCLUDE_ROCKSDB_FLUSH_BLOCK_POLICY_H_

#include <string>

#include "rocksdb/customizable.h"
#include "rocksdb/table.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class BlockBuilder;
struct ConfigOptions;
struct Options;
class FlushBlockPolicy {
 public:
  virtual bool Update(const Slice& key, const Slice& value) = 0;
  virtual ~FlushBlockPolicy() {}
};

class FlushBlockPolicyFactory : public Customizable {
 public:
  static const char* Type() { return "FlushBlockPolicyFactory"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                 std::shared_ptr<FlushBlockPolicyFactory>* result);
  virtual FlushBlockPolicy* NewFlushBlockPolicy(const BlockBasedTableOptions& table_options,
                                                const BlockBuilder& data_block_builder) const = 0;
  virtual ~FlushBlockPolicyFactory() {}
};

class FlushBlockBySizePolicyFactory : public FlushBlockPolicyFactory {
 public:
  FlushBlockBySizePolicyFactory();
  static const char* kClassName() { return "FlushBlockBySizePolicyFactory"; }
  const char* Name() const override { return kClassName(); }
  FlushBlockPolicy* NewFlushBlockPolicy(const BlockBasedTableOptions& table_options,
                                        const BlockBuilder& data_block_builder) const override;
  static FlushBlockPolicy* NewFlushBlockPolicy(const uint64_t size, const int deviation,
                                               const BlockBuilder& data_block_builder);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_FLUSH_BLOCK_POLICY_H_
