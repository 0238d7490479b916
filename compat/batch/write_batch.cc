#include "rocksdb/write_batch.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "compat/batch/wide_column_format.h"
#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "rocksdb/comparator.h"
#include "rocksdb/db.h"

namespace rocksdb {

// One sum for each counted record, so that a changed byte in memory is noticed.
struct WriteBatch::ProtectionInfo {
  std::vector<uint64_t> sums;
  static uint64_t Sum(const char* begin, const char* end) {
    return std::hash<std::string_view>()(std::string_view(begin, static_cast<size_t>(end - begin)));
  }
};

namespace {

constexpr size_t kMaxFieldSize = std::numeric_limits<uint32_t>::max();

struct FamilyOf {
  uint32_t id;
  size_t timestamp_size;
};

FamilyOf Resolve(ColumnFamilyHandle* handle, size_t default_timestamp_size) {
  if (handle == nullptr) return {0, default_timestamp_size};
  const Comparator* comparator = handle->GetComparator();
  return {handle->GetID(), comparator == nullptr ? 0 : comparator->timestamp_size()};
}

Status NoTimestampsHere(ColumnFamilyHandle* handle) {
  return Status::InvalidArgument("cannot call this method on column family " +
                                 (handle == nullptr ? "default" : handle->GetName()) +
                                 " that does not enable timestamp");
}

std::string Gather(const SliceParts& parts) {
  std::string all;
  for (int i = 0; i < parts.num_parts; ++i)
    all.append(parts.parts[i].data(), parts.parts[i].size());
  return all;
}

}  // namespace

uint32_t ContentFlagOf(WireTag kind) {
  switch (kind) {
    case WireTag::kPut:
      return kHasPut;
    case WireTag::kDelete:
      return kHasDelete;
    case WireTag::kSingleDelete:
      return kHasSingleDelete;
    case WireTag::kMerge:
      return kHasMerge;
    case WireTag::kRangeDelete:
      return kHasRangeDelete;
    case WireTag::kBlobIndex:
      return kHasBlobIndex;
    case WireTag::kEntity:
      return kHasEntity;
    case WireTag::kBeginPrepare:
    case WireTag::kBeginPersistedPrepare:
      return kHasBeginPrepare;
    case WireTag::kBeginUnprepare:
      return kHasBeginPrepare | kHasBeginUnprepare;
    case WireTag::kEndPrepare:
      return kHasEndPrepare;
    case WireTag::kCommit:
    case WireTag::kCommitWithTimestamp:
      return kHasCommit;
    case WireTag::kRollback:
      return kHasRollback;
    default:
      return 0;
  }
}

Status WriteBatchInternal::Add(WriteBatch* batch, WireTag plain, WireTag in_family,
                               uint32_t content, uint32_t family, const Slice& key,
                               const Slice* value) {
  if (key.size() > kMaxFieldSize) return Status::InvalidArgument("key is too large");
  if (value != nullptr && value->size() > kMaxFieldSize) {
    return Status::InvalidArgument("value is too large");
  }
  char head[kMaxRecordHead];
  const size_t head_size =
      static_cast<size_t>(EncodeRecordHead(head, plain, in_family, family, key.size()) - head);
  char middle[5];
  size_t middle_size = 0;
  if (value != nullptr) {
    middle_size = static_cast<size_t>(
        EncodeVarint32To(middle, static_cast<uint32_t>(value->size())) - middle);
  }
  std::string& rep = batch->rep_;
  const size_t start = rep.size();
  const size_t size = head_size + key.size() + middle_size + (value == nullptr ? 0 : value->size());
  if (batch->max_bytes_ != 0 && start + size > batch->max_bytes_) return Status::MemoryLimit();

  rep.append(head, head_size);
  rep.append(key.data(), key.size());
  if (value != nullptr) {
    rep.append(middle, middle_size);
    rep.append(value->data(), value->size());
  }
  if (plain != WireTag::kLogData) SetCount(batch, Count(batch) + 1);
  batch->content_flags_.store(batch->content_flags_.load(std::memory_order_relaxed) | content,
                              std::memory_order_relaxed);
  if (batch->prot_info_ != nullptr && plain != WireTag::kLogData) {
    batch->prot_info_->sums.push_back(
        WriteBatch::ProtectionInfo::Sum(rep.data() + start, rep.data() + rep.size()));
  }
  return Status::OK();
}

Status WriteBatchInternal::AddMarker(WriteBatch* batch, WireTag tag, const Slice* name) {
  std::string record(1, static_cast<char>(tag));
  if (name != nullptr) {
    AppendVarint32(&record, static_cast<uint32_t>(name->size()));
    record.append(name->data(), name->size());
  }
  if (batch->max_bytes_ != 0 && batch->rep_.size() + record.size() > batch->max_bytes_) {
    return Status::MemoryLimit();
  }
  batch->rep_.append(record);
  batch->content_flags_.store(
      batch->content_flags_.load(std::memory_order_relaxed) | ContentFlagOf(tag),
      std::memory_order_relaxed);
  return Status::OK();
}

void WriteBatchInternal::SetContents(WriteBatch* batch, const Slice& contents) {
  batch->rep_.assign(contents.data(), contents.size());
  batch->content_flags_.store(kUnknownContent, std::memory_order_relaxed);
  batch->prot_info_.reset();
}

Status WriteBatchInternal::Append(WriteBatch* target, const WriteBatch* source) {
  const Slice body = Body(source);
  if (target->max_bytes_ != 0 && target->rep_.size() + body.size() > target->max_bytes_) {
    return Status::MemoryLimit();
  }
  const uint32_t count = Count(target) + Count(source);
  target->rep_.append(body.data(), body.size());
  SetCount(target, count);
  target->content_flags_.store(target->content_flags_.load(std::memory_order_relaxed) |
                                   source->content_flags_.load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
  if (target->prot_info_ != nullptr && source->prot_info_ != nullptr) {
    target->prot_info_->sums.insert(target->prot_info_->sums.end(),
                                    source->prot_info_->sums.begin(),
                                    source->prot_info_->sums.end());
  } else {
    target->prot_info_.reset();
  }
  return Status::OK();
}

WriteBatch::WriteBatch(size_t reserved_bytes, size_t max_bytes, size_t protection_bytes_per_key,
                       size_t default_cf_ts_sz)
    : content_flags_(0), max_bytes_(max_bytes), default_cf_ts_sz_(default_cf_ts_sz) {
  if (protection_bytes_per_key != 0) prot_info_ = std::make_unique<ProtectionInfo>();
  if (reserved_bytes > kBatchHeaderSize) rep_.reserve(reserved_bytes);
  rep_.resize(kBatchHeaderSize);
}

WriteBatch::WriteBatch(const std::string& rep)
    : content_flags_(kUnknownContent), max_bytes_(0), rep_(rep) {}

WriteBatch::WriteBatch(std::string&& rep)
    : content_flags_(kUnknownContent), max_bytes_(0), rep_(std::move(rep)) {}

WriteBatch::WriteBatch(const WriteBatch& src)
    : WriteBatchBase(src),
      wal_term_point_(src.wal_term_point_),
      is_latest_persistent_state_(src.is_latest_persistent_state_),
      needs_in_place_update_ts_(src.needs_in_place_update_ts_),
      has_key_with_ts_(src.has_key_with_ts_),
      content_flags_(src.content_flags_.load(std::memory_order_relaxed)),
      max_bytes_(src.max_bytes_),
      default_cf_ts_sz_(src.default_cf_ts_sz_),
      rep_(src.rep_) {
  if (src.save_points_ != nullptr) save_points_ = std::make_unique<SavePoints>(*src.save_points_);
  if (src.prot_info_ != nullptr) prot_info_ = std::make_unique<ProtectionInfo>(*src.prot_info_);
}

WriteBatch::WriteBatch(WriteBatch&& src) noexcept
    : save_points_(std::move(src.save_points_)),
      wal_term_point_(src.wal_term_point_),
      is_latest_persistent_state_(src.is_latest_persistent_state_),
      needs_in_place_update_ts_(src.needs_in_place_update_ts_),
      has_key_with_ts_(src.has_key_with_ts_),
      content_flags_(src.content_flags_.load(std::memory_order_relaxed)),
      max_bytes_(src.max_bytes_),
      prot_info_(std::move(src.prot_info_)),
      default_cf_ts_sz_(src.default_cf_ts_sz_),
      rep_(std::move(src.rep_)) {}

WriteBatch& WriteBatch::operator=(const WriteBatch& src) {
  if (this != &src) *this = WriteBatch(src);
  return *this;
}

WriteBatch& WriteBatch::operator=(WriteBatch&& src) {
  if (this == &src) return *this;
  save_points_ = std::move(src.save_points_);
  wal_term_point_ = src.wal_term_point_;
  is_latest_persistent_state_ = src.is_latest_persistent_state_;
  needs_in_place_update_ts_ = src.needs_in_place_update_ts_;
  has_key_with_ts_ = src.has_key_with_ts_;
  content_flags_.store(src.content_flags_.load(std::memory_order_relaxed),
                       std::memory_order_relaxed);
  max_bytes_ = src.max_bytes_;
  prot_info_ = std::move(src.prot_info_);
  default_cf_ts_sz_ = src.default_cf_ts_sz_;
  rep_ = std::move(src.rep_);
  return *this;
}

WriteBatch::~WriteBatch() = default;

void WriteBatch::Clear() {
  rep_.clear();
  rep_.resize(kBatchHeaderSize);
  content_flags_.store(0, std::memory_order_relaxed);
  if (save_points_ != nullptr) save_points_->stack.clear();
  if (prot_info_ != nullptr) prot_info_->sums.clear();
  wal_term_point_.clear();
  default_cf_ts_sz_ = 0;
}

uint32_t WriteBatch::Count() const { return WriteBatchInternal::Count(this); }

uint32_t WriteBatch::ComputeContentFlags() const {
  uint32_t flags = content_flags_.load(std::memory_order_relaxed);
  if ((flags & kUnknownContent) == 0) return flags;
  flags = 0;
  Slice input(rep_);
  if (input.size() > kBatchHeaderSize) {
    input.remove_prefix(kBatchHeaderSize);
    WireRecord record;
    while (!input.empty() && ReadWireRecord(&input, &record).ok()) {
      flags |= ContentFlagOf(record.kind);
    }
  }
  content_flags_.store(flags, std::memory_order_relaxed);
  return flags;
}

bool WriteBatch::HasPut() const { return (ComputeContentFlags() & kHasPut) != 0; }
bool WriteBatch::HasPutEntity() const { return (ComputeContentFlags() & kHasEntity) != 0; }
bool WriteBatch::HasDelete() const { return (ComputeContentFlags() & kHasDelete) != 0; }
bool WriteBatch::HasSingleDelete() const { return (ComputeContentFlags() & kHasSingleDelete) != 0; }
bool WriteBatch::HasDeleteRange() const { return (ComputeContentFlags() & kHasRangeDelete) != 0; }
bool WriteBatch::HasMerge() const { return (ComputeContentFlags() & kHasMerge) != 0; }
bool WriteBatch::HasBeginPrepare() const { return (ComputeContentFlags() & kHasBeginPrepare) != 0; }
bool WriteBatch::HasEndPrepare() const { return (ComputeContentFlags() & kHasEndPrepare) != 0; }
bool WriteBatch::HasCommit() const { return (ComputeContentFlags() & kHasCommit) != 0; }
bool WriteBatch::HasRollback() const { return (ComputeContentFlags() & kHasRollback) != 0; }

// In a family with timestamps a key without one gets zero bytes, to be filled in by
// UpdateTimestamps.
#define AETHER_ADD(kind, content, key, value)                                                      \
  const FamilyOf family = Resolve(column_family, default_cf_ts_sz_);                               \
  if (family.timestamp_size != 0) {                                                                \
    needs_in_place_update_ts_ = true;                                                              \
    has_key_with_ts_ = true;                                                                       \
    std::string stamped((key).data(), (key).size());                                               \
    stamped.append(family.timestamp_size, '\0');                                                   \
    return WriteBatchInternal::Add(this, WireTag::kind, WireTag::kind##InFamily, content,          \
                                   family.id, stamped, value);                                     \
  }                                                                                                \
  return WriteBatchInternal::Add(this, WireTag::kind, WireTag::kind##InFamily, content, family.id, \
                                 key, value)

#define AETHER_ADD_STAMPED(kind, content, key, value)                                              \
  const FamilyOf family = Resolve(column_family, default_cf_ts_sz_);                               \
  if (family.timestamp_size == 0) return NoTimestampsHere(column_family);                          \
  if (family.timestamp_size != ts.size()) {                                                        \
    return Status::InvalidArgument("timestamp size mismatch");                                     \
  }                                                                                                \
  has_key_with_ts_ = true;                                                                         \
  std::string stamped((key).data(), (key).size());                                                 \
  stamped.append(ts.data(), ts.size());                                                            \
  return WriteBatchInternal::Add(this, WireTag::kind, WireTag::kind##InFamily, content, family.id, \
                                 stamped, value)

Status WriteBatch::Put(ColumnFamilyHandle* column_family, const Slice& key, const Slice& value) {
  AETHER_ADD(kPut, kHasPut, key, &value);
}
Status WriteBatch::Put(ColumnFamilyHandle* column_family, const Slice& key, const Slice& ts,
                       const Slice& value) {
  AETHER_ADD_STAMPED(kPut, kHasPut, key, &value);
}
Status WriteBatch::Put(ColumnFamilyHandle* column_family, const SliceParts& key,
                       const SliceParts& value) {
  const std::string all_key = Gather(key);
  const std::string all_value = Gather(value);
  return Put(column_family, Slice(all_key), Slice(all_value));
}

Status WriteBatch::PutEntity(ColumnFamilyHandle* column_family, const Slice& key,
                             const WideColumns& columns) {
  std::string entity;
  Status s = SerializeWideColumns(columns, &entity);
  if (!s.ok()) return s;
  const Slice value(entity);
  AETHER_ADD(kEntity, kHasEntity, key, &value);
}

Status WriteBatch::Delete(ColumnFamilyHandle* column_family, const Slice& key) {
  AETHER_ADD(kDelete, kHasDelete, key, nullptr);
}
Status WriteBatch::Delete(ColumnFamilyHandle* column_family, const Slice& key, const Slice& ts) {
  AETHER_ADD_STAMPED(kDelete, kHasDelete, key, nullptr);
}
Status WriteBatch::Delete(ColumnFamilyHandle* column_family, const SliceParts& key) {
  const std::string all = Gather(key);
  return Delete(column_family, Slice(all));
}

Status WriteBatch::SingleDelete(ColumnFamilyHandle* column_family, const Slice& key) {
  AETHER_ADD(kSingleDelete, kHasSingleDelete, key, nullptr);
}
Status WriteBatch::SingleDelete(ColumnFamilyHandle* column_family, const Slice& key,
                                const Slice& ts) {
  AETHER_ADD_STAMPED(kSingleDelete, kHasSingleDelete, key, nullptr);
}
Status WriteBatch::SingleDelete(ColumnFamilyHandle* column_family, const SliceParts& key) {
  const std::string all = Gather(key);
  return SingleDelete(column_family, Slice(all));
}

Status WriteBatch::Merge(ColumnFamilyHandle* column_family, const Slice& key, const Slice& value) {
  AETHER_ADD(kMerge, kHasMerge, key, &value);
}
Status WriteBatch::Merge(ColumnFamilyHandle* column_family, const SliceParts& key,
                         const SliceParts& value) {
  const std::string all_key = Gather(key);
  const std::string all_value = Gather(value);
  return Merge(column_family, Slice(all_key), Slice(all_value));
}

#undef AETHER_ADD
#undef AETHER_ADD_STAMPED

Status WriteBatch::DeleteRange(ColumnFamilyHandle* column_family, const Slice& begin_key,
                               const Slice& end_key) {
  const FamilyOf family = Resolve(column_family, default_cf_ts_sz_);
  if (family.timestamp_size != 0) {
    needs_in_place_update_ts_ = true;
    has_key_with_ts_ = true;
    const std::string zeros(family.timestamp_size, '\0');
    const std::string begin = begin_key.ToString() + zeros;
    const std::string end = end_key.ToString() + zeros;
    const Slice end_slice(end);
    return WriteBatchInternal::Add(this, WireTag::kRangeDelete, WireTag::kRangeDeleteInFamily,
                                   kHasRangeDelete, family.id, begin, &end_slice);
  }
  return WriteBatchInternal::Add(this, WireTag::kRangeDelete, WireTag::kRangeDeleteInFamily,
                                 kHasRangeDelete, family.id, begin_key, &end_key);
}

Status WriteBatch::DeleteRange(ColumnFamilyHandle* column_family, const Slice& begin_key,
                               const Slice& end_key, const Slice& ts) {
  const FamilyOf family = Resolve(column_family, default_cf_ts_sz_);
  if (family.timestamp_size == 0) return NoTimestampsHere(column_family);
  if (family.timestamp_size != ts.size()) return Status::InvalidArgument("timestamp size mismatch");
  has_key_with_ts_ = true;
  const std::string begin = begin_key.ToString() + ts.ToString();
  const std::string end = end_key.ToString() + ts.ToString();
  const Slice end_slice(end);
  return WriteBatchInternal::Add(this, WireTag::kRangeDelete, WireTag::kRangeDeleteInFamily,
                                 kHasRangeDelete, family.id, begin, &end_slice);
}

Status WriteBatch::DeleteRange(ColumnFamilyHandle* column_family, const SliceParts& begin_key,
                               const SliceParts& end_key) {
  const std::string begin = Gather(begin_key);
  const std::string end = Gather(end_key);
  return DeleteRange(column_family, Slice(begin), Slice(end));
}

Status WriteBatch::PutLogData(const Slice& blob) {
  return WriteBatchInternal::Add(this, WireTag::kLogData, WireTag::kLogData, 0, 0, blob, nullptr);
}

void WriteBatch::SetSavePoint() {
  if (save_points_ == nullptr) save_points_ = std::make_unique<SavePoints>();
  save_points_->stack.emplace_back(rep_.size(), static_cast<int>(Count()),
                                   content_flags_.load(std::memory_order_relaxed));
}

Status WriteBatch::RollbackToSavePoint() {
  if (save_points_ == nullptr || save_points_->stack.empty()) return Status::NotFound();
  const SavePoint point = save_points_->stack.back();
  save_points_->stack.pop_back();
  if (point.size == rep_.size()) return Status::OK();
  rep_.resize(point.size);
  WriteBatchInternal::SetCount(this, static_cast<uint32_t>(point.count));
  content_flags_.store(point.content_flags, std::memory_order_relaxed);
  if (prot_info_ != nullptr) prot_info_->sums.resize(static_cast<size_t>(point.count));
  return Status::OK();
}

Status WriteBatch::PopSavePoint() {
  if (save_points_ == nullptr || save_points_->stack.empty()) return Status::NotFound();
  save_points_->stack.pop_back();
  return Status::OK();
}

void WriteBatch::MarkWalTerminationPoint() {
  wal_term_point_ = SavePoint(rep_.size(), static_cast<int>(Count()),
                              content_flags_.load(std::memory_order_relaxed));
}

size_t WriteBatch::GetProtectionBytesPerKey() const { return prot_info_ == nullptr ? 0 : 8; }

Status WriteBatch::VerifyChecksum() const {
  if (prot_info_ == nullptr) return Status::OK();
  Slice input(rep_);
  input.remove_prefix(kBatchHeaderSize);
  size_t at = 0;
  WireRecord record;
  while (!input.empty()) {
    const char* begin = input.data();
    Status s = ReadWireRecord(&input, &record);
    if (!s.ok()) return s;
    if (!record.Counts()) continue;
    if (at >= prot_info_->sums.size() ||
        prot_info_->sums[at] != ProtectionInfo::Sum(begin, input.data())) {
      return Status::Corruption("a record of the WriteBatch changed after it was added");
    }
    ++at;
  }
  return at == prot_info_->sums.size()
             ? Status::OK()
             : Status::Corruption("records of the WriteBatch are missing");
}

Status WriteBatch::UpdateTimestamps(const Slice& ts, std::function<size_t(uint32_t)> ts_sz_func) {
  Slice input(rep_);
  if (input.size() < kBatchHeaderSize)
    return Status::Corruption("malformed WriteBatch (too small)");
  input.remove_prefix(kBatchHeaderSize);
  WireRecord record;
  while (!input.empty()) {
    Status s = ReadWireRecord(&input, &record);
    if (!s.ok()) return s;
    if (!record.Counts()) continue;
    const size_t size = ts_sz_func(record.family);
    if (size == 0) continue;
    if (size == std::numeric_limits<size_t>::max()) {
      return Status::NotFound("the timestamp size of a column family is not known");
    }
    if (size != ts.size() || record.key.size() < size) {
      return Status::InvalidArgument("timestamp size mismatch");
    }
    const auto stamp = [&](const Slice& field) {
      const size_t offset = static_cast<size_t>(field.data() - rep_.data()) + field.size() - size;
      memcpy(rep_.data() + offset, ts.data(), size);
    };
    stamp(record.key);
    if (record.kind == WireTag::kRangeDelete && record.value.size() >= size) stamp(record.value);
  }
  needs_in_place_update_ts_ = false;
  return Status::OK();
}

WriteBatch::Handler::~Handler() = default;
void WriteBatch::Handler::LogData(const Slice&) {}
bool WriteBatch::Handler::Continue() { return true; }

Status WriteBatch::Iterate(Handler* handler) const {
  if (rep_.size() < kBatchHeaderSize) {
    return Status::Corruption("malformed WriteBatch (too small)");
  }
  Slice input(rep_);
  input.remove_prefix(kBatchHeaderSize);
  uint32_t found = 0;
  bool empty_so_far = true;
  WireRecord r;
  while (!input.empty()) {
    if (!handler->Continue()) return Status::OK();
    Status s = ReadWireRecord(&input, &r);
    if (!s.ok()) return s;
    switch (r.kind) {
      case WireTag::kPut:
        s = handler->PutCF(r.family, r.key, r.value);
        break;
      case WireTag::kDelete:
        s = handler->DeleteCF(r.family, r.key);
        break;
      case WireTag::kSingleDelete:
        s = handler->SingleDeleteCF(r.family, r.key);
        break;
      case WireTag::kMerge:
        s = handler->MergeCF(r.family, r.key, r.value);
        break;
      case WireTag::kRangeDelete:
        s = handler->DeleteRangeCF(r.family, r.key, r.value);
        break;
      case WireTag::kBlobIndex:
        s = handler->PutBlobIndexCF(r.family, r.key, r.value);
        break;
      case WireTag::kEntity:
        s = handler->PutEntityCF(r.family, r.key, r.value);
        break;
      case WireTag::kLogData:
        handler->LogData(r.key);
        break;
      case WireTag::kBeginPrepare:
      case WireTag::kBeginPersistedPrepare:
        s = handler->MarkBeginPrepare(false);
        break;
      case WireTag::kBeginUnprepare:
        s = handler->MarkBeginPrepare(true);
        break;
      case WireTag::kEndPrepare:
        s = handler->MarkEndPrepare(r.key);
        break;
      case WireTag::kCommit:
        s = handler->MarkCommit(r.key);
        break;
      case WireTag::kCommitWithTimestamp:
        s = handler->MarkCommitWithTimestamp(r.key, r.value);
        break;
      case WireTag::kRollback:
        s = handler->MarkRollback(r.key);
        break;
      case WireTag::kNoop:
        s = handler->MarkNoop(empty_so_far);
        break;
      default:
        return Status::Corruption("unknown WriteBatch tag");
    }
    if (!s.ok()) return s;
    if (r.Counts()) {
      ++found;
      empty_so_far = false;
    } else if (r.kind != WireTag::kLogData && r.kind != WireTag::kNoop) {
      empty_so_far = true;
    }
  }
  return found == Count() ? Status::OK() : Status::Corruption("WriteBatch has wrong count");
}

}  // namespace rocksdb
