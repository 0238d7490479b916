// WriteBatch: updates that become visible together or not at all. Its bytes are RocksDB's wire
// format (compat/batch/wire_format.h), so that batches may be stored and sent. Thread safety: const
// calls only. Failures leave the batch as it was.

#ifndef AETHER_INCLUDE_ROCKSDB_WRITE_BATCH_H_
#define AETHER_INCLUDE_ROCKSDB_WRITE_BATCH_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"
#include "rocksdb/write_batch_base.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class ColumnFamilyHandle;
struct SavePoints;
struct SliceParts;

// A position in a batch that can be gone back to.
struct SavePoint {
  size_t size;
  int count;
  uint32_t content_flags;
  SavePoint() : size(0), count(0), content_flags(0) {}
  SavePoint(size_t _size, int _count, uint32_t _flags)
      : size(_size), count(_count), content_flags(_flags) {}
  void clear() { *this = SavePoint(); }
  bool is_cleared() const { return size == 0 && count == 0 && content_flags == 0; }
};

class WriteBatch : public WriteBatchBase {
 public:
  explicit WriteBatch(size_t reserved_bytes = 0, size_t max_bytes = 0)
      : WriteBatch(reserved_bytes, max_bytes, 0, 0) {}
  explicit WriteBatch(size_t reserved_bytes, size_t max_bytes, size_t protection_bytes_per_key,
                      size_t default_cf_ts_sz);
  ~WriteBatch() override;
  using WriteBatchBase::Put;
  Status Put(ColumnFamilyHandle* column_family, const Slice& key, const Slice& value) override;
  Status Put(const Slice& key, const Slice& value) override { return Put(nullptr, key, value); }
  Status Put(ColumnFamilyHandle* column_family, const Slice& key, const Slice& ts,
             const Slice& value) override;
  Status Put(ColumnFamilyHandle* column_family, const SliceParts& key,
             const SliceParts& value) override;
  Status Put(const SliceParts& key, const SliceParts& value) override {
    return Put(nullptr, key, value);
  }
  using WriteBatchBase::PutEntity;
  Status PutEntity(ColumnFamilyHandle* column_family, const Slice& key,
                   const WideColumns& columns) override;
  using WriteBatchBase::Delete;
  Status Delete(ColumnFamilyHandle* column_family, const Slice& key) override;
  Status Delete(const Slice& key) override { return Delete(nullptr, key); }
  Status Delete(ColumnFamilyHandle* column_family, const Slice& key, const Slice& ts) override;
  Status Delete(ColumnFamilyHandle* column_family, const SliceParts& key) override;
  Status Delete(const SliceParts& key) override { return Delete(nullptr, key); }
  using WriteBatchBase::SingleDelete;
  Status SingleDelete(ColumnFamilyHandle* column_family, const Slice& key) override;
  Status SingleDelete(const Slice& key) override { return SingleDelete(nullptr, key); }
  Status SingleDelete(ColumnFamilyHandle* column_family, const Slice& key,
                      const Slice& ts) override;
  Status SingleDelete(ColumnFamilyHandle* column_family, const SliceParts& key) override;
  Status SingleDelete(const SliceParts& key) override { return SingleDelete(nullptr, key); }
  using WriteBatchBase::DeleteRange;
  Status DeleteRange(ColumnFamilyHandle* column_family, const Slice& begin_key,
                     const Slice& end_key) override;
  Status DeleteRange(const Slice& begin_key, const Slice& end_key) override {
    return DeleteRange(nullptr, begin_key, end_key);
  }
  Status DeleteRange(ColumnFamilyHandle* column_family, const Slice& begin_key,
                     const Slice& end_key, const Slice& ts) override;
  Status DeleteRange(ColumnFamilyHandle* column_family, const SliceParts& begin_key,
                     const SliceParts& end_key) override;
  Status DeleteRange(const SliceParts& begin_key, const SliceParts& end_key) override {
    return DeleteRange(nullptr, begin_key, end_key);
  }
  using WriteBatchBase::Merge;
  Status Merge(ColumnFamilyHandle* column_family, const Slice& key, const Slice& value) override;
  Status Merge(const Slice& key, const Slice& value) override { return Merge(nullptr, key, value); }
  Status Merge(ColumnFamilyHandle*, const Slice&, const Slice&, const Slice&) override {
    return Status::NotSupported("WriteBatch::Merge with a timestamp");
  }
  Status Merge(ColumnFamilyHandle* column_family, const SliceParts& key,
               const SliceParts& value) override;
  Status Merge(const SliceParts& key, const SliceParts& value) override {
    return Merge(nullptr, key, value);
  }
  using WriteBatchBase::PutLogData;
  Status PutLogData(const Slice& blob) override;
  using WriteBatchBase::Clear;
  void Clear() override;
  void SetSavePoint() override;
  Status RollbackToSavePoint() override;
  Status PopSavePoint() override;
  // Receives the records of a batch from Iterate, in order. A status other than OK ends the walk.
  class Handler {
   public:
    virtual ~Handler();
    virtual Status PutCF(uint32_t column_family_id, const Slice& key, const Slice& value) {
      if (column_family_id != 0)
        return Status::InvalidArgument("PutCF: only the default column family");
      Put(key, value);
      return Status::OK();
    }
    virtual void Put(const Slice&, const Slice&) {}
    virtual Status PutEntityCF(uint32_t, const Slice&, const Slice&) {
      return Status::InvalidArgument("PutEntityCF is not handled");
    }
    virtual Status DeleteCF(uint32_t column_family_id, const Slice& key) {
      if (column_family_id != 0)
        return Status::InvalidArgument("DeleteCF: only the default column family");
      Delete(key);
      return Status::OK();
    }
    virtual void Delete(const Slice&) {}
    virtual Status SingleDeleteCF(uint32_t column_family_id, const Slice& key) {
      if (column_family_id != 0)
        return Status::InvalidArgument("SingleDeleteCF: only the default column family");
      SingleDelete(key);
      return Status::OK();
    }
    virtual void SingleDelete(const Slice&) {}
    virtual Status DeleteRangeCF(uint32_t, const Slice&, const Slice&) {
      return Status::InvalidArgument("DeleteRangeCF is not handled");
    }
    virtual Status MergeCF(uint32_t column_family_id, const Slice& key, const Slice& value) {
      if (column_family_id != 0)
        return Status::InvalidArgument("MergeCF: only the default column family");
      Merge(key, value);
      return Status::OK();
    }
    virtual void Merge(const Slice&, const Slice&) {}
    virtual Status PutBlobIndexCF(uint32_t, const Slice&, const Slice&) {
      return Status::InvalidArgument("PutBlobIndexCF is not handled");
    }
    virtual void LogData(const Slice& blob);
    virtual Status MarkBeginPrepare(bool = false) {
      return Status::InvalidArgument("MarkBeginPrepare is not handled");
    }
    virtual Status MarkEndPrepare(const Slice&) {
      return Status::InvalidArgument("MarkEndPrepare is not handled");
    }
    virtual Status MarkNoop(bool) { return Status::OK(); }
    virtual Status MarkRollback(const Slice&) {
      return Status::InvalidArgument("MarkRollback is not handled");
    }
    virtual Status MarkCommit(const Slice&) {
      return Status::InvalidArgument("MarkCommit is not handled");
    }
    virtual Status MarkCommitWithTimestamp(const Slice&, const Slice&) {
      return Status::InvalidArgument("MarkCommitWithTimestamp is not handled");
    }
    virtual bool Continue();

   protected:
    friend class WriteBatchInternal;
    enum class OptionState {
      kUnknown,
      kDisabled,
      kEnabled,
    };
    virtual OptionState WriteAfterCommit() const { return OptionState::kUnknown; }
    virtual OptionState WriteBeforePrepare() const { return OptionState::kUnknown; }
  };
  Status Iterate(Handler* handler) const;
  const std::string& Data() const { return rep_; }
  size_t GetDataSize() const { return rep_.size(); }
  uint32_t Count() const;
  bool HasPut() const;
  bool HasPutEntity() const;
  bool HasDelete() const;
  bool HasSingleDelete() const;
  bool HasDeleteRange() const;
  bool HasMerge() const;
  bool HasBeginPrepare() const;
  bool HasEndPrepare() const;
  bool HasCommit() const;
  bool HasRollback() const;
  Status UpdateTimestamps(const Slice& ts, std::function<size_t(uint32_t)> ts_sz_func);
  Status VerifyChecksum() const;
  using WriteBatchBase::GetWriteBatch;
  WriteBatch* GetWriteBatch() override { return this; }
  explicit WriteBatch(const std::string& rep);
  explicit WriteBatch(std::string&& rep);
  WriteBatch(const WriteBatch& src);
  WriteBatch(WriteBatch&& src) noexcept;
  WriteBatch& operator=(const WriteBatch& src);
  WriteBatch& operator=(WriteBatch&& src);
  void MarkWalTerminationPoint();
  const SavePoint& GetWalTerminationPoint() const { return wal_term_point_; }
  void SetMaxBytes(size_t max_bytes) override { max_bytes_ = max_bytes; }
  struct ProtectionInfo;
  size_t GetProtectionBytesPerKey() const;

 private:
  friend class WriteBatchInternal;
  friend class LocalSavePoint;
  friend class WriteBatchWithIndex;
  std::unique_ptr<SavePoints> save_points_;
  SavePoint wal_term_point_;
  bool is_latest_persistent_state_ = false;
  bool needs_in_place_update_ts_ = false;
  bool has_key_with_ts_ = false;
  mutable std::atomic<uint32_t> content_flags_;
  uint32_t ComputeContentFlags() const;
  size_t max_bytes_;
  std::unique_ptr<ProtectionInfo> prot_info_;
  size_t default_cf_ts_sz_ = 0;

 protected:
  std::string rep_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_WRITE_BATCH_H_
