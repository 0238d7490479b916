#include "rocksdb/iterator.h"

#include <string>

namespace rocksdb {

Status Iterator::GetProperty(std::string prop_name, std::string* prop) {
  if (prop == nullptr) return Status::InvalidArgument("prop is nullptr");
  if (prop_name == "rocksdb.iterator.is-key-pinned") {
    prop->assign(1, '0');  // GCC 12 takes an assigned literal of one character for an overlap
    return Status::OK();
  }
  return Status::InvalidArgument("Unidentified property.");
}

namespace {

class FixedStatusIterator final : public Iterator {
 public:
  explicit FixedStatusIterator(const Status& status) : status_(status) {}
  bool Valid() const override { return false; }
  void SeekToFirst() override {}
  void SeekToLast() override {}
  void Seek(const Slice&) override {}
  void SeekForPrev(const Slice&) override {}
  void Next() override {}
  void Prev() override {}
  Slice key() const override { return Slice(); }
  Slice value() const override { return Slice(); }
  Status status() const override { return status_; }

 private:
  const Status status_;
};

}  // namespace

Iterator* NewEmptyIterator() { return new FixedStatusIterator(Status::OK()); }

Iterator* NewErrorIterator(const Status& status) { return new FixedStatusIterator(status); }

}  // namespace rocksdb
