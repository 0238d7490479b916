#include "compat/batch/merged_iterator.h"

#include <optional>
#include <string>
#include <utility>

#include "compat/batch/merge_values.h"

namespace rocksdb {

namespace {

class MergedIterator final : public Iterator {
 public:
  MergedIterator(ColumnFamilyHandle* family, std::unique_ptr<Iterator> base,
                 std::shared_ptr<const BatchIndex> index, const ReadOptions* read)
      : family_(family),
        base_(std::move(base)),
        order_(family != nullptr && family->GetComparator() != nullptr
                   ? family->GetComparator()
                   : index->OrderOf(family == nullptr ? 0 : family->GetID())),
        delta_(std::move(index), family == nullptr ? 0 : family->GetID()) {
    if (read == nullptr) return;
    if (read->iterate_lower_bound != nullptr) lower_ = read->iterate_lower_bound->ToString();
    if (read->iterate_upper_bound != nullptr) upper_ = read->iterate_upper_bound->ToString();
  }

  bool Valid() const override {
    if (at_ == At::kBase) return base_->Valid() && failure_.ok();
    return at_ == At::kDelta && !delta_.Outdated() && failure_.ok();
  }

  void SeekToFirst() override {
    base_->SeekToFirst();
    if (lower_) {
      delta_.Seek(*lower_);
    } else {
      delta_.SeekToFirst();
    }
    Arrive(true);
  }
  void SeekToLast() override {
    base_->SeekToLast();
    if (upper_) {
      delta_.SeekBefore(*upper_);
    } else {
      delta_.SeekToLast();
    }
    Arrive(false);
  }
  void Seek(const Slice& target) override {
    base_->Seek(target);
    delta_.Seek(lower_ && order_->Compare(target, *lower_) < 0 ? Slice(*lower_) : target);
    Arrive(true);
  }
  void SeekForPrev(const Slice& target) override {
    base_->SeekForPrev(target);
    if (upper_ && order_->Compare(target, *upper_) >= 0) {
      delta_.SeekBefore(*upper_);
    } else {
      delta_.SeekForPrev(target);
    }
    Arrive(false);
  }

  void Next() override {
    if (!Valid()) return;
    if (forward_ && Unchanged()) {
      if (BaseTakesPart()) base_->Next();
      if (at_ == At::kDelta) delta_.NextKey();
    } else {
      const std::string from = key().ToString();
      if (BaseTakesPart()) {
        base_->Next();
      } else if (!forward_) {
        base_->Seek(from);
      }
      delta_.SeekBehind(from);
    }
    Arrive(true);
  }
  void Prev() override {
    if (!Valid()) return;
    if (!forward_ && Unchanged()) {
      if (BaseTakesPart()) base_->Prev();
      if (at_ == At::kDelta) delta_.PrevKey();
    } else {
      const std::string from = key().ToString();
      if (BaseTakesPart()) {
        base_->Prev();
      } else if (forward_) {
        base_->SeekForPrev(from);
      }
      delta_.SeekBefore(from);
    }
    Arrive(false);
  }

  Slice key() const override {
    if (!Valid()) return Slice();
    return at_ == At::kBase ? base_->key() : delta_.Key();
  }

  Slice value() const override {
    if (!Valid()) return Slice();
    if (at_ == At::kBase) return base_->value();
    if (!Unchanged()) {
      answer_ = delta_.Resolve();
      merged_.reset();
      changes_ = delta_.index().changes();
    }
    if (answer_.operands.empty()) return answer_.value;
    if (!merged_) {
      Slice below = answer_.value;
      bool has_base = answer_.kind == BatchIndex::Answer::kValue;
      if (answer_.kind == BatchIndex::Answer::kOperandsOnly && equal_) {
        below = base_->value();
        has_base = true;
      }
      merged_.emplace();
      failure_ = MergeValues(family_, delta_.Key(), has_base ? &below : nullptr, answer_.operands,
                             &*merged_);
      if (!failure_.ok()) return Slice();
    }
    return *merged_;
  }

  const WideColumns& columns() const override {
    if (!Valid()) return kNoWideColumns;
    if (at_ == At::kBase) return base_->columns();
    columns_.assign(1, WideColumn(kDefaultWideColumnName, value()));
    return columns_;
  }

  Status status() const override {
    if (!failure_.ok()) return failure_;
    Status s = base_->status();
    return s.ok() && at_ == At::kDelta ? delta_.status() : s;
  }

 private:
  enum class At : uint8_t { kNowhere, kBase, kDelta };

  bool Unchanged() const { return changes_ == delta_.index().changes(); }
  bool BaseTakesPart() const { return at_ == At::kBase || equal_; }

  bool DeltaInBounds() const {
    if (!delta_.Valid()) return false;
    if (forward_) return !upper_ || order_->Compare(delta_.Key(), *upper_) < 0;
    return !lower_ || order_->Compare(delta_.Key(), *lower_) >= 0;
  }

  // Both parts stand at or beyond the place that is sought: chooses, and passes over what the batch
  // deletes.
  void Arrive(bool forward) {
    forward_ = forward;
    failure_ = Status::OK();
    changes_ = delta_.index().changes();
    merged_.reset();
    for (;;) {
      at_ = At::kNowhere;
      equal_ = false;
      const bool base = base_->Valid();
      if (!base && !base_->status().ok()) return;
      if (!DeltaInBounds()) {
        if (base) at_ = At::kBase;
        return;
      }
      if (base) {
        const int order = order_->Compare(delta_.Key(), base_->key());
        if (forward ? order > 0 : order < 0) {
          at_ = At::kBase;
          return;
        }
        equal_ = order == 0;
      }
      answer_ = delta_.Resolve();
      if (!answer_.Gone()) {
        at_ = At::kDelta;
        return;
      }
      if (forward) {
        delta_.NextKey();
        if (equal_) base_->Next();
      } else {
        delta_.PrevKey();
        if (equal_) base_->Prev();
      }
    }
  }

  ColumnFamilyHandle* const family_;
  const std::unique_ptr<Iterator> base_;
  const Comparator* const order_;
  IndexIterator delta_;
  std::optional<std::string> lower_;
  std::optional<std::string> upper_;

  At at_ = At::kNowhere;
  bool equal_ = false;  // both parts stand at the current key
  bool forward_ = true;
  mutable uint64_t changes_ = 0;  // of the batch, that answer_ knows
  mutable BatchIndex::Answer answer_;
  mutable std::optional<std::string> merged_;
  mutable Status failure_;
  mutable WideColumns columns_;
};

}  // namespace

Iterator* NewMergedIterator(ColumnFamilyHandle* family, std::unique_ptr<Iterator> base,
                            std::shared_ptr<const BatchIndex> index, const ReadOptions* read) {
  if (base == nullptr) base.reset(NewEmptyIterator());
  return new MergedIterator(family, std::move(base), std::move(index), read);
}

}  // namespace rocksdb
