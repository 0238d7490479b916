// Files of runs that come into a directory from outside: checking them, bringing them under a name
// of the store's, and taking that back.
//
// Thread safety: one thread at a time. Failure: what was brought in is removed again unless Keep
// was called; the file outside is left alone until RemoveSource.

#ifndef AETHER_ENGINE_STORE_ADOPTION_H_
#define AETHER_ENGINE_STORE_ADOPTION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/file_system.h"
#include "engine/run/file_builder.h"
#include "engine/run/run_file.h"
#include "engine/store/options.h"

namespace aether {

// A stretch of keys, all that a file has to do with.
struct KeySpan {
  std::string smallest;
  std::string largest;
  bool largest_exclusive = false;

  // Whether `key` lies behind the span.
  bool EndsBefore(const Comparator* order, Slice key) const {
    const int c = CompareKeys(order, largest, key);
    return c < 0 || (c == 0 && largest_exclusive);
  }
};

class AdoptedFile {
 public:
  AdoptedFile(FileSystem* fs, std::string source) : fs_(fs), source_(std::move(source)) {}
  ~AdoptedFile();
  AdoptedFile(AdoptedFile&&) noexcept;
  AdoptedFile& operator=(AdoptedFile&&) = delete;

  // Opens the file and learns what it holds. Corruption when it refers to blob files.
  Status Read(const StoreOptions& options, bool verify_checksums);
  // That it is whole, external, and for this family.
  Status CheckExternal(uint32_t family) const;

  // Brings it into `dir`. Contents and names are durable after a sync of that directory. Where a
  // file has both entries and range deletes, the latter are written into a file of their own, as in
  // all runs.
  struct Place {
    std::string dir;
    bool move = false;
    bool copy_if_move_fails = true;
    uint32_t family = 0;
    std::string family_name;
    std::string sum;
    std::string sum_name;
  };
  Status BringTo(const Place& place, const Comparator* order,
                 const std::function<uint64_t()>& new_number);
  // 0: those in the file hold. REQUIRES: BringTo.
  void GiveSequence(SequenceNumber sequence);

  // The files are part of a manifest, or may be.
  void Keep() { keep_ = true; }
  Status RemoveSource() { return fs_->Remove(source_); }

  const std::string& source() const { return source_; }
  const FileMeta& meta() const { return meta_; }  // of what was read
  const KeySpan& span() const { return span_; }
  // For the manifest: first the one with entries, if there are any.
  const std::vector<std::shared_ptr<FileMeta>>& files() const { return files_; }

 private:
  Status LinkOrCopy(const Place& place, const std::string& target);
  Status WriteRanges(const Place& place, const Comparator* order, uint64_t number);

  FileSystem* const fs_;
  const std::string source_;
  FileMeta meta_;
  KeySpan span_;
  KeySpan points_;
  std::vector<RangeDelete> ranges_;
  std::vector<std::shared_ptr<FileMeta>> files_;
  std::vector<std::string> brought_;
  bool keep_ = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_ADOPTION_H_
