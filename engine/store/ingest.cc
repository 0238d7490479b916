// Files from outside become part of stores: DbEnv::Ingest. docs/external-files.md has the argument.
//
// Steps: 1. look at the files; 2. flush memtables that have their keys, while writes go on; 3.
// bring the files into the directory, durably; 4. hold writes and look at the memtables once more;
// 5. take numbers for the files and, before these are published, make the log durable up to there,
// append one edit that names all files, and publish views with new memtables; 6. publish the
// numbers, let writes go.
//
// Until the edit is durable nothing of it is in force; once it is, everything is. A view from
// before gets no write from behind the files, since these go to the new memtables: so whoever reads
// it sees a state that the order of writes has passed through.

#include <algorithm>
#include <set>

#include "engine/lsm/file_names.h"
#include "engine/store/adoption.h"
#include "engine/store/env_impl.h"
#include "engine/store/file_info.h"

namespace aether {
namespace {

// Flushes while writes go on, before one while they are held.
constexpr int kEarlyFlushes = 2;

bool TableHasKeysOf(const MemTable& table, const Comparator* order, const KeySpan& span) {
  if (table.Entries() > 0) {
    const auto entries = table.NewIterator();
    entries->Seek(span.smallest, kMaxSequence);
    if (entries->Valid() && !span.EndsBefore(order, entries->key())) return true;
  }
  if (table.RangeDeletes() == 0) return false;
  const auto ranges = table.NewRangeDeleteIterator();
  for (ranges->SeekToFirst(); ranges->Valid(); ranges->Next()) {
    if (CompareKeys(order, ranges->value(), span.smallest) > 0 &&
        !span.EndsBefore(order, ranges->key())) {
      return true;
    }
  }
  return false;
}

Status VersionHasKeysOf(const Version& version, const KeySpan& span, bool* has) {
  const Comparator* const order = version.order();
  *has = true;
  for (const RangeDelete& range : version.range_deletes().list()) {
    if (CompareKeys(order, range.end, span.smallest) > 0 && !span.EndsBefore(order, range.begin)) {
      return Status::OK();
    }
  }
  RunReadOptions read;
  read.fill_cache = false;
  for (const Run* run : version.runs()) {
    if (run->parts.empty() || !run->MayOverlap(order, span.smallest, span.largest)) continue;
    RunCursor cursor(order, run, read);
    cursor.Seek(span.smallest, kMaxSequence);
    if (cursor.Valid() && !span.EndsBefore(order, cursor.key())) return Status::OK();
    AETHER_RETURN_IF_ERROR(cursor.status());
  }
  *has = false;
  return Status::OK();
}

}  // namespace

struct EnvImpl::Adoption {
  FamilyStore* family = nullptr;
  IngestOptions options;
  std::vector<AdoptedFile> files;  // in the order of the request
  bool overlapping = false;        // the files among themselves
  int level = 0;
};

Status EnvImpl::CheckIngest(const std::vector<IngestRequest>& requests) const {
  if (options_.read_only) return RefuseWrite();
  if (requests.empty()) return Status::InvalidArgument("ingestion arg list is empty");
  std::set<const KvStore*> seen;
  for (size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].store == nullptr) {
      return Status::InvalidArgument("column family handle is null");
    }
    if (!seen.insert(requests[i].store).second) {
      return Status::InvalidArgument("ingestion args have duplicate column families");
    }
    if (requests[i].files.empty()) {
      return Status::InvalidArgument("external_files[" + std::to_string(i) + "] is empty");
    }
    if (requests[i].store->dropped()) return Status::ColumnFamilyDropped();
  }
  return Status::OK();
}

Status EnvImpl::Ingest(const std::vector<IngestRequest>& requests,
                       std::vector<std::vector<IngestedFile>>* files) {
  files->clear();
  AETHER_RETURN_IF_ERROR(CheckIngest(requests));
  std::vector<Adoption> adoptions;
  for (const IngestRequest& request : requests) {
    Adoption& adoption = adoptions.emplace_back();
    adoption.family = static_cast<FamilyStore*>(request.store);
    adoption.options = request.options;
    const StoreOptions& store = adoption.family->options_;
    for (const FileToIngest& file : request.files) {
      AdoptedFile& adopted = adoption.files.emplace_back(fs_, file.path);
      AETHER_RETURN_IF_ERROR(adopted.Read(store, request.options.verify_checksums));
      AETHER_RETURN_IF_ERROR(adopted.CheckExternal(adoption.family->id_));
    }
    std::vector<const KeySpan*> spans;
    for (const AdoptedFile& file : adoption.files) spans.push_back(&file.span());
    std::sort(spans.begin(), spans.end(), [&](const KeySpan* a, const KeySpan* b) {
      return CompareKeys(store.order, a->smallest, b->smallest) < 0;
    });
    for (size_t i = 1; i < spans.size(); ++i) {
      if (!spans[i - 1]->EndsBefore(store.order, spans[i]->smallest)) adoption.overlapping = true;
    }
  }
  // A file that is flushed only now would have a larger number than one that is newer, which
  // matters to a repair.
  bool flushed = true;
  for (int i = 0; flushed && i < kEarlyFlushes; ++i) {
    AETHER_RETURN_IF_ERROR(FlushOverlapped(adoptions, &flushed));
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    Adoption& adoption = adoptions[i];
    AdoptedFile::Place place;
    place.dir = path_;
    place.move = adoption.options.move;
    place.copy_if_move_fails = adoption.options.copy_if_move_fails;
    place.family = adoption.family->id_;
    place.family_name = adoption.family->name_;
    for (size_t k = 0; k < adoption.files.size(); ++k) {
      place.sum = requests[i].files[k].sum;
      place.sum_name = requests[i].files[k].sum_name;
      AETHER_RETURN_IF_ERROR(adoption.files[k].BringTo(place, adoption.family->options_.order,
                                                       [this] { return NewFileNumber(); }));
    }
  }
  AETHER_RETURN_IF_ERROR(fs_->SyncDir(path_));
  Status s;
  {
    MutexLock resume(&resume_mutex_);
    MutexLock copy(&copy_mutex_);
    s = AdoptAll(&adoptions);
  }
  if (!s.ok()) return s;
  for (Adoption& adoption : adoptions) {
    std::vector<IngestedFile>& told = files->emplace_back();
    for (AdoptedFile& file : adoption.files) {
      const FileMeta& meta = *file.files().front();
      // All of the file, also what was put elsewhere.
      FileInfo info = DescribeFile(file.meta());
      info.number = meta.number;
      info.path = RunFileName(path_, meta.number);
      info.level = adoption.level;
      info.smallest_sequence = info.largest_sequence = meta.given_sequence;
      info.sum = meta.sum;
      info.sum_name = meta.sum_name;
      told.push_back({file.source(), std::move(info)});
      // The second name is the store's; that the first one stays would be of no consequence.
      if (adoption.options.move) file.RemoveSource().Ignore();
      Log("ingested " + file.source() + " as " + told.back().info.path + " of [" +
          adoption.family->name_ + "], sequence " + std::to_string(meta.given_sequence));
    }
  }
  return Status::OK();
}

Status EnvImpl::FlushOverlapped(const std::vector<Adoption>& adoptions, bool* flushed) {
  std::vector<FamilyStore*> overlapped;
  for (const Adoption& adoption : adoptions) {
    FamilyStore* const family = adoption.family;
    std::vector<std::shared_ptr<MemTable>> tables;
    {
      MutexLock lock(&mutex_);
      tables.push_back(family->active_);
      for (const SealedTable& sealed : family->sealed_) tables.push_back(sealed.table);
    }
    const bool overlaps =
        std::any_of(adoption.files.begin(), adoption.files.end(), [&](const AdoptedFile& file) {
          return std::any_of(tables.begin(), tables.end(), [&](const auto& table) {
            return TableHasKeysOf(*table, family->options_.order, file.span());
          });
        });
    if (!overlaps) continue;
    if (!adoption.options.may_flush) {
      return Status::InvalidArgument("External file requires flush");
    }
    overlapped.push_back(family);
  }
  *flushed = !overlapped.empty();
  return *flushed ? FlushFamilies(overlapped, true) : Status::OK();
}

Status EnvImpl::PlaceAdoption(Adoption* adoption) {
  FamilyStore* const family = adoption->family;
  std::shared_ptr<const Version> version;
  bool fifo = false;
  {
    MutexLock lock(&mutex_);
    if (family->dropped()) return Status::ColumnFamilyDropped();
    version = family->version_;
    fifo = family->tree_.strategy == Strategy::kFifo;
  }
  bool overlaps = adoption->overlapping;
  for (const AdoptedFile& file : adoption->files) {
    if (overlaps) break;
    AETHER_RETURN_IF_ERROR(VersionHasKeysOf(*version, file.span(), &overlaps));
  }
  const IngestOptions& options = adoption->options;
  const bool seen = options.snapshots_matter && snapshots_.Count() > 0;
  if ((overlaps || seen) && !options.may_be_numbered) {
    return Status::InvalidArgument("Global seqno is required, but disabled");
  }
  if (options.last_level_only && (overlaps || fifo)) {
    return Status::TryAgain(
        "Files cannot be ingested to Lmax. Please make sure key range of Lmax does not overlap "
        "files to ingest.");
  }
  // Where no key of the files is, any level is as good. The last one holds one run, so only the
  // first files go there by themselves.
  const bool last =
      options.last_level_only || (!overlaps && !fifo && version->level(kLastLevel).empty());
  adoption->level = last ? kLastLevel : 0;
  return Status::OK();
}

Status EnvImpl::AdoptAll(std::vector<Adoption>* adoptions) {
  AETHER_RETURN_IF_ERROR(HoldWrites());
  bool flushed = true;
  Status s;
  while (s.ok() && flushed) s = FlushOverlapped(*adoptions, &flushed);
  for (Adoption& adoption : *adoptions) {
    if (s.ok()) s = PlaceAdoption(&adoption);
  }
  size_t most = 0;
  for (const Adoption& adoption : *adoptions) most = std::max(most, adoption.files.size());
  const auto count = static_cast<uint32_t>(most);
  if (s.ok()) {
    MutexLock manifest_lock(&manifest_mutex_);
    {
      MutexLock lock(&mutex_);
      s = background_error_;
    }
    if (s.ok()) {
      s = pipeline_->Insert(count, [&](SequenceNumber first) NO_THREAD_SAFETY_ANALYSIS {
        for (Adoption& adoption : *adoptions) {
          for (size_t i = 0; i < adoption.files.size(); ++i) {
            adoption.files[i].GiveSequence(first + i);
          }
        }
        return InstallAdoptions(*adoptions, first, count);
      });
    }
    // An edit that failed may be in the manifest all the same.
    if (s.ok() || manifest_->failed()) {
      for (Adoption& adoption : *adoptions) {
        for (AdoptedFile& file : adoption.files) file.Keep();
      }
    }
  }
  // Where the outcome is unknown, nobody writes on top of it.
  s = CheckManifest(std::move(s));
  ReleaseWrites().Ignore();
  return s;
}

Status EnvImpl::InstallAdoptions(const std::vector<Adoption>& adoptions, SequenceNumber first,
                                 uint32_t count) {
  // The log goes before the manifest: what these files come after must not be lost without them.
  AETHER_RETURN_IF_ERROR(pipeline_->SyncTo(pipeline_->PublishedTicket()));
  ManifestEdit whole;
  std::vector<FamilyStore*> families;
  std::vector<std::shared_ptr<MemTable>> fresh;
  for (const Adoption& adoption : adoptions) {
    families.push_back(adoption.family);
    AETHER_RETURN_IF_ERROR(adoption.family->NewTable(&fresh.emplace_back()));
    FamilyEdit edit;
    edit.family = adoption.family->id_;
    std::vector<std::shared_ptr<FileMeta>> points;
    std::vector<std::shared_ptr<FileMeta>> ranges;
    for (const AdoptedFile& file : adoption.files) {
      if (adoption.overlapping) {
        edit.new_runs.push_back({adoption.level, NewFileNumber()});
        for (const auto& meta : file.files()) {
          edit.add_files.push_back({edit.new_runs.back().run, meta});
        }
        continue;
      }
      for (const auto& meta : file.files()) (meta->entries > 0 ? points : ranges).push_back(meta);
    }
    if (!adoption.overlapping) {
      const Comparator* const order = adoption.family->options_.order;
      std::sort(points.begin(), points.end(), [order](const auto& a, const auto& b) {
        return CompareKeys(order, a->smallest, b->smallest) < 0;
      });
      points.insert(points.end(), ranges.begin(), ranges.end());
      edit.new_runs.push_back({adoption.level, NewFileNumber()});
      for (const auto& meta : points) edit.add_files.push_back({edit.new_runs.back().run, meta});
    }
    whole.families.push_back(std::move(edit));
  }
  LogState log = state_.log;
  log.last_sequence = std::max(log.last_sequence, first + count - 1);
  whole.log = std::move(log);
  LogPosition cut;
  return InstallLocked(std::move(whole), [&]() NO_THREAD_SAFETY_ANALYSIS {
    SwitchTo(families, std::move(fresh), &cut).Ignore();
  });
}

}  // namespace aether
