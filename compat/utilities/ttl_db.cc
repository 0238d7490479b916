// DBWithTTL: every value that goes in gets the time of its writing, every value that comes out
// loses it. What has outlived its time goes when it is merged, not before.
//
// Thread safety: as DB. A value without a stamp (written without DBWithTTL) is Corruption.

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "compat/utilities/ttl_values.h"
#include "rocksdb/env.h"
#include "rocksdb/utilities/db_ttl.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

namespace {

// What is put in front of the application's plug-ins. The options hold a compaction filter by a
// plain pointer, so somebody has to keep it.
using Filters = std::vector<std::unique_ptr<const CompactionFilter>>;

void WrapPlugIns(int32_t ttl, const std::shared_ptr<SystemClock>& clock,
                 ColumnFamilyOptions* options, Filters* filters) {
  if (options->compaction_filter != nullptr) {
    filters->push_back(
        std::make_unique<TtlCompactionFilter>(ttl, clock, options->compaction_filter, nullptr));
    options->compaction_filter = filters->back().get();
  } else {
    options->compaction_filter_factory = std::make_shared<TtlCompactionFilterFactory>(
        ttl, clock, options->compaction_filter_factory);
  }
  if (options->merge_operator != nullptr) {
    options->merge_operator = std::make_shared<TtlMergeOperator>(options->merge_operator, clock);
  }
}

class TtlIterator final : public Iterator {
 public:
  explicit TtlIterator(Iterator* stored) : stored_(stored) {}

  bool Valid() const override { return stored_->Valid(); }
  void SeekToFirst() override { stored_->SeekToFirst(); }
  void SeekToLast() override { stored_->SeekToLast(); }
  void Seek(const Slice& target) override { stored_->Seek(target); }
  void SeekForPrev(const Slice& target) override { stored_->SeekForPrev(target); }
  void Next() override { stored_->Next(); }
  void Prev() override { stored_->Prev(); }
  Slice key() const override { return stored_->key(); }
  Slice value() const override {
    if (!stored_->Valid()) return Slice();
    Slice value = stored_->value();
    if (!CheckTtlValue(value).ok()) return Slice();
    value.remove_suffix(kTtlStampSize);
    return value;
  }
  const WideColumns& columns() const override {
    if (!stored_->Valid()) return kNoWideColumns;
    columns_.assign(1, WideColumn(kDefaultWideColumnName, value()));
    return columns_;
  }
  Status status() const override {
    return stored_->Valid() ? CheckTtlValue(stored_->value()) : stored_->status();
  }
  Status Refresh() override { return stored_->Refresh(); }
  Status GetProperty(std::string name, std::string* property) override {
    return stored_->GetProperty(std::move(name), property);
  }

 private:
  const std::unique_ptr<Iterator> stored_;
  mutable WideColumns columns_;
};

// The batch with stamped values and operands.
Status StampBatch(const WriteBatch& batch, SystemClock* clock, std::string* stamped) {
  std::string stamp;
  Status s = AppendTtlStamp(&stamp, clock);
  if (!s.ok()) return s;
  const Slice contents = WriteBatchInternal::Contents(&batch);
  if (contents.size() < kBatchHeaderSize) {
    return Status::Corruption("malformed WriteBatch (too small)");
  }
  stamped->assign(contents.data(), kBatchHeaderSize);
  Slice rest = WriteBatchInternal::Body(&batch);
  while (!rest.empty()) {
    const char* const begin = rest.data();
    WireRecord record;
    s = ReadWireRecord(&rest, &record);
    if (!s.ok()) return s;
    if (record.kind == WireTag::kEntity) {
      return Status::NotSupported("DBWithTTL has no wide columns");
    }
    if (record.kind != WireTag::kPut && record.kind != WireTag::kMerge) {
      stamped->append(begin, static_cast<size_t>(rest.data() - begin));
      continue;
    }
    if (record.value.size() > UINT32_MAX - kTtlStampSize) {
      return Status::InvalidArgument("value is too large");
    }
    char head[kMaxRecordHead];
    const WireTag in_family =
        record.kind == WireTag::kPut ? WireTag::kPutInFamily : WireTag::kMergeInFamily;
    char* const end =
        EncodeRecordHead(head, record.kind, in_family, record.family, record.key.size());
    stamped->append(head, static_cast<size_t>(end - head));
    stamped->append(record.key.data(), record.key.size());
    AppendVarint32(stamped, static_cast<uint32_t>(record.value.size() + kTtlStampSize));
    stamped->append(record.value.data(), record.value.size());
    stamped->append(stamp);
  }
  return Status::OK();
}

class TtlDb final : public DBWithTTL {
 public:
  TtlDb(DB* db, std::shared_ptr<SystemClock> clock, Filters filters)
      : DBWithTTL(db), clock_(std::move(clock)), filters_(std::move(filters)) {}
  ~TtlDb() override {
    Close().PermitUncheckedError();
    // Before the filters that it calls.
    delete db_;
    db_ = nullptr;
  }

  Status CreateColumnFamilyWithTtl(const ColumnFamilyOptions& options, const std::string& name,
                                   ColumnFamilyHandle** handle, int ttl) override {
    ColumnFamilyOptions wrapped(options);
    Filters made;
    WrapPlugIns(ttl, clock_, &wrapped, &made);
    Status s = db_->CreateColumnFamily(wrapped, name, handle);
    if (s.ok()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (auto& filter : made) filters_.push_back(std::move(filter));
    }
    return s;
  }
  Status CreateColumnFamily(const ColumnFamilyOptions& options, const std::string& name,
                            ColumnFamilyHandle** handle) override {
    return CreateColumnFamilyWithTtl(options, name, handle, 0);
  }
  Status CreateColumnFamilies(const ColumnFamilyOptions& options,
                              const std::vector<std::string>& names,
                              std::vector<ColumnFamilyHandle*>* handles) override {
    std::vector<ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, options);
    return CreateColumnFamilies(families, handles);
  }
  Status CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>& families,
                              std::vector<ColumnFamilyHandle*>* handles) override {
    if (handles == nullptr) return Status::InvalidArgument("New column families need handles");
    handles->clear();
    for (const ColumnFamilyDescriptor& family : families) {
      ColumnFamilyHandle* handle = nullptr;
      Status s = CreateColumnFamily(family.options, family.name, &handle);
      if (!s.ok()) return s;
      handles->push_back(handle);
    }
    return Status::OK();
  }

  using StackableDB::Put;
  Status Put(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
             const Slice& value) override {
    WriteBatch batch;
    Status s = batch.Put(family, key, value);
    return s.ok() ? Write(options, &batch) : s;
  }
  using StackableDB::PutEntity;
  Status PutEntity(const WriteOptions&, ColumnFamilyHandle*, const Slice&,
                   const WideColumns&) override {
    return Status::NotSupported("DBWithTTL has no wide columns");
  }
  using StackableDB::Merge;
  Status Merge(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
               const Slice& value) override {
    WriteBatch batch;
    Status s = batch.Merge(family, key, value);
    return s.ok() ? Write(options, &batch) : s;
  }
  Status Write(const WriteOptions& options, WriteBatch* updates) override {
    if (updates == nullptr) return Status::InvalidArgument("Batch is nullptr!");
    std::string stamped;
    Status s = StampBatch(*updates, clock_.get(), &stamped);
    if (!s.ok()) return s;
    WriteBatch batch(std::move(stamped));
    return db_->Write(options, &batch);
  }

  using StackableDB::Get;
  Status Get(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
             PinnableSlice* value) override {
    Status s = db_->Get(options, family, key, value);
    if (s.ok()) s = CheckTtlValue(*value);
    if (s.ok()) value->remove_suffix(kTtlStampSize);
    return s;
  }
  using StackableDB::GetEntity;
  Status GetEntity(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
                   PinnableWideColumns* columns) override {
    if (columns == nullptr) {
      return Status::InvalidArgument("Cannot call GetEntity without a PinnableWideColumns object");
    }
    PinnableSlice value;
    Status s = Get(options, family, key, &value);
    if (!s.ok()) return s;
    columns->Reset();
    columns->SetPlainValue(value);
    return s;
  }
  using StackableDB::MultiGet;
  std::vector<Status> MultiGet(const ReadOptions& options,
                               const std::vector<ColumnFamilyHandle*>& families,
                               const std::vector<Slice>& keys,
                               std::vector<std::string>* values) override {
    std::vector<Status> statuses = db_->MultiGet(options, families, keys, values);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!statuses[i].ok()) continue;
      std::string& value = (*values)[i];
      statuses[i] = CheckTtlValue(value);
      if (statuses[i].ok()) value.resize(value.size() - kTtlStampSize);
    }
    return statuses;
  }
  void MultiGet(const ReadOptions& options, ColumnFamilyHandle* family, const size_t num_keys,
                const Slice* keys, PinnableSlice* values, Status* statuses,
                const bool sorted_input) override {
    db_->MultiGet(options, family, num_keys, keys, values, statuses, sorted_input);
    Strip(num_keys, values, statuses);
  }
  void MultiGet(const ReadOptions& options, const size_t num_keys, ColumnFamilyHandle** families,
                const Slice* keys, PinnableSlice* values, Status* statuses,
                const bool sorted_input) override {
    db_->MultiGet(options, num_keys, families, keys, values, statuses, sorted_input);
    Strip(num_keys, values, statuses);
  }
  using StackableDB::KeyMayExist;
  bool KeyMayExist(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
                   std::string* value, bool* value_found) override {
    bool found = false;
    const bool may_exist = db_->KeyMayExist(options, family, key, value, &found);
    if (value_found != nullptr) *value_found = found;
    if (!may_exist || value == nullptr || !found) return may_exist;
    if (!CheckTtlValue(*value).ok()) return false;
    value->resize(value->size() - kTtlStampSize);
    return true;
  }
  using StackableDB::NewIterator;
  Iterator* NewIterator(const ReadOptions& options, ColumnFamilyHandle* family) override {
    return new TtlIterator(db_->NewIterator(options, family));
  }
  Status NewIterators(const ReadOptions& options, const std::vector<ColumnFamilyHandle*>& families,
                      std::vector<Iterator*>* iterators) override {
    Status s = db_->NewIterators(options, families, iterators);
    if (iterators == nullptr) return s;
    for (Iterator*& iterator : *iterators) iterator = new TtlIterator(iterator);
    return s;
  }

  void SetTtl(int32_t ttl) override { SetTtl(DefaultColumnFamily(), ttl); }
  void SetTtl(ColumnFamilyHandle* family, int32_t ttl) override {
    const Options options = GetOptions(family);
    auto* const factory =
        dynamic_cast<TtlCompactionFilterFactory*>(options.compaction_filter_factory.get());
    if (factory != nullptr) factory->SetTtl(ttl);
  }

 private:
  static void Strip(size_t n, PinnableSlice* values, Status* statuses) {
    for (size_t i = 0; i < n; ++i) {
      if (!statuses[i].ok()) continue;
      statuses[i] = CheckTtlValue(values[i]);
      if (statuses[i].ok()) values[i].remove_suffix(kTtlStampSize);
    }
  }

  const std::shared_ptr<SystemClock> clock_;
  std::mutex mutex_;
  Filters filters_;  // guarded by mutex_
};

}  // namespace

Status DBWithTTL::Open(const Options& options, const std::string& dbname, DBWithTTL** dbptr,
                       int32_t ttl, bool read_only) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  std::vector<ColumnFamilyHandle*> handles;
  Status s = Open(DBOptions(options), dbname, families, &handles, dbptr, {ttl}, read_only);
  for (ColumnFamilyHandle* handle : handles) delete handle;
  return s;
}

Status DBWithTTL::Open(const DBOptions& db_options, const std::string& dbname,
                       const std::vector<ColumnFamilyDescriptor>& column_families,
                       std::vector<ColumnFamilyHandle*>* handles, DBWithTTL** dbptr,
                       const std::vector<int32_t>& ttls, bool read_only) {
  if (dbptr == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  *dbptr = nullptr;
  if (ttls.size() != column_families.size()) {
    return Status::InvalidArgument("ttls size has to be the same as number of column families");
  }
  const std::shared_ptr<SystemClock> clock =
      db_options.env == nullptr ? SystemClock::Default() : db_options.env->GetSystemClock();
  std::vector<ColumnFamilyDescriptor> wrapped(column_families);
  Filters filters;
  for (size_t i = 0; i < wrapped.size(); ++i) {
    WrapPlugIns(ttls[i], clock, &wrapped[i].options, &filters);
  }
  DB* db = nullptr;
  Status s = read_only ? DB::OpenForReadOnly(db_options, dbname, wrapped, handles, &db)
                       : DB::Open(db_options, dbname, wrapped, handles, &db);
  if (s.ok()) *dbptr = new TtlDb(db, clock, std::move(filters));
  return s;
}

}  // namespace rocksdb
