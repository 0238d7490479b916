// SliceTransform: maps a key to the prefix used by prefix filters and prefix scans.
//
// Thread safety: implementations must allow concurrent calls. The name is stored with the data.

#ifndef AETHER_INCLUDE_ROCKSDB_SLICE_TRANSFORM_H_
#define AETHER_INCLUDE_ROCKSDB_SLICE_TRANSFORM_H_

#include <memory>
#include <string>

#include "rocksdb/customizable.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
struct ConfigOptions;
class SliceTransform : public Customizable {
 public:
  virtual ~SliceTransform() {}
  virtual const char* Name() const override = 0;
  static const char* Type() { return "SliceTransform"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                 std::shared_ptr<const SliceTransform>* result);
  // The text from which CreateFromString makes an equal transform.
  std::string AsString() const;
  // The prefix of key, pointing into key. REQUIRES: InDomain(key)
  virtual Slice Transform(const Slice& key) const = 0;
  // Whether key has a prefix at all.
  virtual bool InDomain(const Slice& key) const = 0;
  virtual bool InRange(const Slice&) const { return false; }
  virtual bool FullLengthEnabled(size_t*) const { return false; }
  virtual bool SameResultWhenAppended(const Slice&) const { return false; }
};

extern const SliceTransform* NewFixedPrefixTransform(size_t prefix_len);
extern const SliceTransform* NewCappedPrefixTransform(size_t cap_len);
extern const SliceTransform* NewNoopTransform();

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SLICE_TRANSFORM_H_
