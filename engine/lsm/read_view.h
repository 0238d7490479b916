// What a reader of one family sees: its memtables, newest first, and a version.
//
// Thread safety: immutable; shared by shared_ptr. The current view of a family is also reachable
// through an atomic pointer under an EpochGuard (store/family.h). Rule: pin the view first, then
// load the visible sequence. Then everything up to that sequence is in the view, and nothing that a
// reader at that sequence needs has been merged away from it.

#ifndef AETHER_ENGINE_LSM_READ_VIEW_H_
#define AETHER_ENGINE_LSM_READ_VIEW_H_

#include <memory>
#include <vector>

#include "engine/lsm/lookup.h"
#include "engine/lsm/version.h"
#include "engine/memtable/memtable.h"

namespace aether {

class ReadView {
 public:
  ReadView(uint64_t number, std::vector<std::shared_ptr<MemTable>> tables,
           std::shared_ptr<const Version> version)
      : number_(number), tables_(std::move(tables)), version_(std::move(version)) {}

  uint64_t number() const { return number_; }
  const std::vector<std::shared_ptr<MemTable>>& tables() const { return tables_; }
  const Version& version() const { return *version_; }
  const std::shared_ptr<const Version>& version_pointer() const { return version_; }

  // REQUIRES: the caller holds an EpochGuard.
  Status Get(Lookup* lookup, const RunReadOptions& options, bool memtables, bool runs) const;

  // The same for n keys, at most Version::kKeysAtOnce. Lookups whose status is not OK afterwards
  // have failed.
  void MultiGet(Lookup* lookups, Status* statuses, size_t n, const RunReadOptions& options,
                bool memtables, bool runs) const;

  bool HasRangeDeletes() const;
  CoveringRange CoveringRangeDelete(Slice key, SequenceNumber sequence) const;

  // A cursor over all entries of the view, which must outlive it.
  std::unique_ptr<EntryIterator> NewEntryIterator(const RunReadOptions& options, bool memtables,
                                                  bool runs) const;

 private:
  const uint64_t number_;
  const std::vector<std::shared_ptr<MemTable>> tables_;
  const std::shared_ptr<const Version> version_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_READ_VIEW_H_
