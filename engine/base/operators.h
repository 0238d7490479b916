// What an application plugs into a store besides its order of keys: merge operators, compaction
// filters, extractors of prefixes, and what looks at files as they are written.
//
// Thread safety: a MergeOperator, a PrefixExtractor and the factories are called from many threads
// at once; what the factories make by one thread.

#ifndef AETHER_ENGINE_BASE_OPERATORS_H_
#define AETHER_ENGINE_BASE_OPERATORS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/entry.h"

namespace aether {

class MergeOperator {
 public:
  virtual ~MergeOperator() = default;
  virtual const char* Name() const = 0;
  // Applies operands, oldest first, to the existing value (null when there is none). False: the
  // value cannot be made, and a read of the key answers Corruption.
  virtual bool FullMerge(Slice key, const Slice* existing, const std::vector<Slice>& operands,
                         std::string* result) const = 0;
  // Combines adjacent operands, oldest first, into one of the same effect. False: not possible,
  // keep them apart.
  virtual bool PartialMerge(Slice /*key*/, const std::vector<Slice>& /*operands*/,
                            std::string* /*result*/) const {
    return false;
  }
};

class CompactionFilter {
 public:
  enum class Decision : uint8_t {
    kKeep,
    kRemove,  // replaced by a tombstone, or nothing where none is needed
    kChangeValue,
    kPurge,               // removed without a tombstone: an older value of the key may show again
    kRemoveAndSkipUntil,  // removed with everything below `skip_until`
  };
  virtual ~CompactionFilter() = default;
  // Asked instead of Filter for a put whose value would have to be read from a blob file. False:
  // the key alone does not decide, and Filter is called with the value.
  virtual bool FilterKey(int /*level*/, Slice /*key*/, Decision* /*decision*/,
                         std::string* /*new_value*/, std::string* /*skip_until*/) {
    return false;
  }
  // Called for the newest visible entry of a key and for merge operands, never for entries a
  // snapshot still needs.
  virtual Decision Filter(int level, Slice key, EntryType type, Slice value, std::string* new_value,
                          std::string* skip_until) = 0;
};

class CompactionFilterFactory {
 public:
  virtual ~CompactionFilterFactory() = default;
  struct Context {
    bool full = false;    // every run of the family takes part
    bool manual = false;  // asked for by CompactRange
    uint32_t family = 0;
  };
  // Null: nothing to filter this time.
  virtual std::unique_ptr<CompactionFilter> Create(const Context& context) = 0;
};

// What of a key is its prefix. The keys of one prefix have to be neighbours in the order: between
// two of them is no key of the domain with another one.
class PrefixExtractor {
 public:
  virtual ~PrefixExtractor() = default;
  // Stands in files: another name means another rule.
  virtual const std::string& Name() const = 0;
  virtual bool InDomain(Slice key) const = 0;
  // A part of `key`. REQUIRES: InDomain(key).
  virtual Slice Transform(Slice key) const = 0;
  // When the prefixes are simply the first n bytes of all keys that have so many: n. Else 0.
  virtual size_t FixedLength() const { return 0; }
};

using FileProperties = std::map<std::string, std::string>;

// Sees what goes into one file of a run, in its order, and says something of it.
class FileCollector {
 public:
  virtual ~FileCollector() = default;
  // The value of a range deletion is its end. `file_size`: of what has been written so far.
  virtual void Add(Slice key, uint64_t tag, Slice value, uint64_t file_size) = 0;
  virtual void Finish(FileProperties* properties) = 0;
};

class FileCollectorFactory {
 public:
  virtual ~FileCollectorFactory() = default;
  // Null: nothing to say.
  virtual std::unique_ptr<FileCollector> Create(uint32_t family, int level) = 0;
};

// A checksum over the bytes of a file, kept beside it.
class FileSum {
 public:
  virtual ~FileSum() = default;
  virtual std::string Name() const = 0;
  virtual void Update(const char* data, size_t n) = 0;
  virtual std::string Finish() = 0;
};

class FileSumFactory {
 public:
  virtual ~FileSumFactory() = default;
  // Null: the file has none.
  virtual std::unique_ptr<FileSum> Create(const std::string& path) = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_OPERATORS_H_
