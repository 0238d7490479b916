// Prefix extractors: the first n bytes of keys that have them, at most n bytes of any key, the
// whole key.

#include <cstdlib>
#include <memory>
#include <string>

#include "compat/options/customizable_util.h"
#include "rocksdb/convenience.h"
#include "rocksdb/slice.h"
#include "rocksdb/slice_transform.h"

namespace rocksdb {

namespace {

class FixedPrefix final : public SliceTransform {
 public:
  explicit FixedPrefix(size_t length) : length_(length) {}
  static const char* kClassName() { return "rocksdb.FixedPrefix"; }
  static const char* kNickName() { return "fixed"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  std::string GetId() const override {
    return std::string(kClassName()) + "." + std::to_string(length_);
  }
  bool IsInstanceOf(const std::string& name) const override {
    return name == GetId() || SliceTransform::IsInstanceOf(name);
  }
  Slice Transform(const Slice& key) const override { return {key.data(), length_}; }
  bool InDomain(const Slice& key) const override { return key.size() >= length_; }
  bool InRange(const Slice& dst) const override { return dst.size() == length_; }
  bool FullLengthEnabled(size_t* len) const override {
    *len = length_;
    return true;
  }
  bool SameResultWhenAppended(const Slice& prefix) const override { return InDomain(prefix); }

 private:
  const size_t length_;
};

class CappedPrefix final : public SliceTransform {
 public:
  explicit CappedPrefix(size_t cap) : cap_(cap) {}
  static const char* kClassName() { return "rocksdb.CappedPrefix"; }
  static const char* kNickName() { return "capped"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  std::string GetId() const override {
    return std::string(kClassName()) + "." + std::to_string(cap_);
  }
  bool IsInstanceOf(const std::string& name) const override {
    return name == GetId() || SliceTransform::IsInstanceOf(name);
  }
  Slice Transform(const Slice& key) const override {
    return {key.data(), key.size() < cap_ ? key.size() : cap_};
  }
  bool InDomain(const Slice&) const override { return true; }
  bool InRange(const Slice& dst) const override { return dst.size() <= cap_; }
  bool FullLengthEnabled(size_t* len) const override {
    *len = cap_;
    return true;
  }
  bool SameResultWhenAppended(const Slice& prefix) const override { return prefix.size() >= cap_; }

 private:
  const size_t cap_;
};

class WholeKey final : public SliceTransform {
 public:
  static const char* kClassName() { return "rocksdb.Noop"; }
  const char* Name() const override { return kClassName(); }
  Slice Transform(const Slice& key) const override { return key; }
  bool InDomain(const Slice&) const override { return true; }
  bool InRange(const Slice&) const override { return true; }
  bool SameResultWhenAppended(const Slice&) const override { return false; }
};

}  // namespace

const SliceTransform* NewFixedPrefixTransform(size_t prefix_len) {
  return new FixedPrefix(prefix_len);
}
const SliceTransform* NewCappedPrefixTransform(size_t cap_len) { return new CappedPrefix(cap_len); }
const SliceTransform* NewNoopTransform() { return new WholeKey; }

void RegisterSliceTransforms(ObjectLibrary& library) {
  using Entry = ObjectLibrary::PatternEntry;
  using Guard = std::unique_ptr<const SliceTransform>;
  // The number behind "name:" or "name." is the length; the pattern has already checked that it is
  // one.
  const auto length_behind = [](const std::string& id, char separator) {
    return static_cast<size_t>(std::strtoull(id.c_str() + id.rfind(separator) + 1, nullptr, 10));
  };
  for (const char separator : {':', '.'}) {
    const std::string between(1, separator);
    library.AddFactory<const SliceTransform>(
        Entry(separator == ':' ? FixedPrefix::kNickName() : FixedPrefix::kClassName(), false)
            .AddNumber(between),
        [=](const std::string& id, Guard* guard, std::string*) {
          guard->reset(NewFixedPrefixTransform(length_behind(id, separator)));
          return guard->get();
        });
    library.AddFactory<const SliceTransform>(
        Entry(separator == ':' ? CappedPrefix::kNickName() : CappedPrefix::kClassName(), false)
            .AddNumber(between),
        [=](const std::string& id, Guard* guard, std::string*) {
          guard->reset(NewCappedPrefixTransform(length_behind(id, separator)));
          return guard->get();
        });
  }
  library.AddFactory<const SliceTransform>(WholeKey::kClassName(),
                                           [](const std::string&, Guard* guard, std::string*) {
                                             guard->reset(NewNoopTransform());
                                             return guard->get();
                                           });
}

Status SliceTransform::CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                        std::shared_ptr<const SliceTransform>* result) {
  return CreateShared(config_options, id, result);
}

std::string SliceTransform::AsString() const { return GetId(); }

}  // namespace rocksdb
