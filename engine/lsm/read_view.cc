#include "engine/lsm/read_view.h"

#include <algorithm>

#include "engine/lsm/merging_iterator.h"

namespace aether {

Status ReadView::Get(Lookup* lookup, const RunReadOptions& options, bool memtables,
                     bool runs) const {
  const auto visit = [](void* context, const Entry& entry) {
    return static_cast<Lookup*>(context)->Add(entry, nullptr);
  };
  if (memtables) {
    for (const auto& table : tables_) {
      if (options.counters != nullptr) ++options.counters->memtables_searched;
      lookup->AddRangeDelete(
          table->CoveringRangeDelete(lookup->key(), lookup->sequence()).sequence);
      table->Visit(lookup->key(), lookup->sequence(), visit, lookup);
      if (lookup->finished()) return Status::OK();
    }
  }
  return runs ? version_->Get(lookup, options) : Status::OK();
}

void ReadView::MultiGet(Lookup* lookups, Status* statuses, size_t n, const RunReadOptions& options,
                        bool memtables, bool runs) const {
  for (size_t i = 0; memtables && i < n; ++i) {
    statuses[i] = Get(&lookups[i], options, true, false);
  }
  if (runs) version_->MultiGet(lookups, statuses, n, options);
}

bool ReadView::HasRangeDeletes() const {
  if (!version_->range_deletes().empty()) return true;
  for (const auto& table : tables_) {
    if (table->RangeDeletes() > 0) return true;
  }
  return false;
}

CoveringRange ReadView::CoveringRangeDelete(Slice key, SequenceNumber sequence) const {
  CoveringRange newest;
  if (!version_->range_deletes().empty()) {
    newest = version_->range_deletes().Covering(key, sequence);
  }
  for (const auto& table : tables_) {
    const CoveringRange range = table->CoveringRangeDelete(key, sequence);
    if (range.sequence > newest.sequence) newest = range;
  }
  return newest;
}

std::unique_ptr<EntryIterator> ReadView::NewEntryIterator(const RunReadOptions& options,
                                                          bool memtables, bool runs) const {
  std::vector<MergeSource> sources;
  if (memtables) {
    for (const auto& table : tables_) {
      if (table->Entries() > 0) sources.push_back({table->NewIterator(), kMaxSequence});
    }
  }
  if (runs) version_->AddIterators(options, &sources);
  return std::make_unique<MergingIterator>(version_->order(), std::move(sources), options.counters);
}

}  // namespace aether
