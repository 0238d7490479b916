// MemTableRep: the interface of memtables that applications bring along, and the factories of the
// built-in ones. The engine has memtables of its own; a factory chooses among them.

#ifndef AETHER_INCLUDE_ROCKSDB_MEMTABLEREP_H_
#define AETHER_INCLUDE_ROCKSDB_MEMTABLEREP_H_

#include <stdint.h>
#include <stdlib.h>

#include <memory>
#include <stdexcept>
#include <unordered_set>

#include "rocksdb/customizable.h"
#include "rocksdb/slice.h"

namespace ROCKSDB_NAMESPACE {

class Arena;
class Allocator;
class LookupKey;
class SliceTransform;
class Logger;
struct DBOptions;
using KeyHandle = void*;
extern Slice GetLengthPrefixedSlice(const char* data);
class MemTableRep {
 public:
  class KeyComparator {
   public:
    using DecodedType = ROCKSDB_NAMESPACE::Slice;
    virtual DecodedType decode_key(const char* key) const { return GetLengthPrefixedSlice(key); }
    virtual int operator()(const char* prefix_len_key1, const char* prefix_len_key2) const = 0;
    virtual int operator()(const char* prefix_len_key, const Slice& key) const = 0;
    virtual ~KeyComparator() {}
  };

  explicit MemTableRep(Allocator* allocator) : allocator_(allocator) {}
  virtual KeyHandle Allocate(const size_t len, char** buf);
  virtual void Insert(KeyHandle handle) = 0;
  virtual bool InsertKey(KeyHandle handle) {
    Insert(handle);
    return true;
  }
  virtual void InsertWithHint(KeyHandle handle, void**) { Insert(handle); }
  virtual bool InsertKeyWithHint(KeyHandle handle, void** hint) {
    InsertWithHint(handle, hint);
    return true;
  }
  virtual void InsertWithHintConcurrently(KeyHandle handle, void**) { InsertConcurrently(handle); }
  virtual bool InsertKeyWithHintConcurrently(KeyHandle handle, void** hint) {
    InsertWithHintConcurrently(handle, hint);
    return true;
  }
  virtual void InsertConcurrently(KeyHandle handle);
  virtual bool InsertKeyConcurrently(KeyHandle handle) {
    InsertConcurrently(handle);
    return true;
  }
  virtual bool Contains(const char* key) const = 0;
  virtual void MarkReadOnly() {}
  virtual void MarkFlushed() {}
  virtual void Get(const LookupKey& k, void* callback_args,
                   bool (*callback_func)(void* arg, const char* entry));
  virtual uint64_t ApproximateNumEntries(const Slice&, const Slice&) { return 0; }
  virtual void UniqueRandomSample(const uint64_t num_entries, const uint64_t target_sample_size,
                                  std::unordered_set<const char*>* entries) {
    (void)num_entries;
    (void)target_sample_size;
    (void)entries;
    assert(false);
  }
  virtual size_t ApproximateMemoryUsage() = 0;
  virtual ~MemTableRep() {}
  class Iterator {
   public:
    virtual ~Iterator() {}
    virtual bool Valid() const = 0;
    virtual const char* key() const = 0;
    virtual void Next() = 0;
    virtual void Prev() = 0;
    virtual void Seek(const Slice& internal_key, const char* memtable_key) = 0;
    virtual void SeekForPrev(const Slice& internal_key, const char* memtable_key) = 0;
    virtual void RandomSeek() {}
    virtual void SeekToFirst() = 0;
    virtual void SeekToLast() = 0;
  };

  virtual Iterator* GetIterator(Arena* arena = nullptr) = 0;
  virtual Iterator* GetDynamicPrefixIterator(Arena* arena = nullptr) { return GetIterator(arena); }
  virtual bool IsMergeOperatorSupported() const { return true; }
  virtual bool IsSnapshotSupported() const { return true; }

 protected:
  virtual Slice UserKey(const char* key) const;
  Allocator* allocator_;
};

class MemTableRepFactory : public Customizable {
 public:
  ~MemTableRepFactory() override {}
  static const char* Type() { return "MemTableRepFactory"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                 std::unique_ptr<MemTableRepFactory>* factory);
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                 std::shared_ptr<MemTableRepFactory>* factory);
  virtual MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                         const SliceTransform*, Logger* logger) = 0;
  virtual MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator& key_cmp,
                                         Allocator* allocator,
                                         const SliceTransform* slice_transform, Logger* logger,
                                         uint32_t) {
    return CreateMemTableRep(key_cmp, allocator, slice_transform, logger);
  }
  const char* Name() const override = 0;
  virtual bool IsInsertConcurrentlySupported() const { return false; }
  virtual bool CanHandleDuplicatedKey() const { return false; }
};

class SkipListFactory : public MemTableRepFactory {
 public:
  explicit SkipListFactory(size_t lookahead = 0);
  static const char* kClassName() { return "SkipListFactory"; }
  static const char* kNickName() { return "skip_list"; }
  virtual const char* Name() const override { return kClassName(); }
  virtual const char* NickName() const override { return kNickName(); }
  std::string GetId() const override;
  using MemTableRepFactory::CreateMemTableRep;
  virtual MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                         const SliceTransform*, Logger* logger) override;
  bool IsInsertConcurrentlySupported() const override { return true; }
  bool CanHandleDuplicatedKey() const override { return true; }

 private:
  size_t lookahead_;
};

class VectorRepFactory : public MemTableRepFactory {
  size_t count_;

 public:
  explicit VectorRepFactory(size_t count = 0);
  static const char* kClassName() { return "VectorRepFactory"; }
  static const char* kNickName() { return "vector"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  using MemTableRepFactory::CreateMemTableRep;
  virtual MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                         const SliceTransform*, Logger* logger) override;
};

extern MemTableRepFactory* NewHashSkipListRepFactory(size_t bucket_count = 1000000,
                                                     int32_t skiplist_height = 4,
                                                     int32_t skiplist_branching_factor = 4);
extern MemTableRepFactory* NewHashLinkListRepFactory(size_t bucket_count = 50000,
                                                     size_t huge_page_tlb_size = 0,
                                                     int bucket_entries_logging_threshold = 4096,
                                                     bool if_log_bucket_dist_when_flash = true,
                                                     uint32_t threshold_use_skiplist = 256);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_MEMTABLEREP_H_
