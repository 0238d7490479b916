// Making a manifest for whatever of a store can still be read.

#include <algorithm>
#include <map>

#include "engine/base/random.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/job_context.h"
#include "engine/lsm/manifest.h"
#include "engine/lsm/merging_iterator.h"
#include "engine/lsm/version.h"
#include "engine/run/run_iterator.h"
#include "engine/store/db_env.h"
#include "engine/wal/recovery.h"

namespace aether {
namespace {

class Repairer {
 public:
  Repairer(const RepairOptions& options, std::string path)
      : options_(options),
        fs_(options.fs != nullptr ? options.fs : PosixFileSystem()),
        path_(std::move(path)),
        pool_(Pool::New(8 << 20)) {}

  Status Perform() {
    AETHER_RETURN_IF_ERROR(fs_->LockFile(LockFileName(path_), &lock_));
    Status s = RunLocked();
    Status unlocked = fs_->UnlockFile(std::move(lock_));
    return s.ok() ? unlocked : s;
  }

 private:
  Status RunLocked() {
    std::vector<std::string> names;
    AETHER_RETURN_IF_ERROR(fs_->List(path_, &names));
    std::vector<uint64_t> manifests;
    for (const std::string& name : names) {
      uint64_t number = 0;
      const FileKind kind = ParseFileName(name, &number);
      next_number_ = std::max(next_number_, number + 1);
      if (kind == FileKind::kManifest) manifests.push_back(number);
      if (kind == FileKind::kRun) files_.push_back(number);
      if (kind == FileKind::kBlob) blob_numbers_.push_back(number);
    }
    std::sort(manifests.rbegin(), manifests.rend());
    std::sort(files_.begin(), files_.end());
    AETHER_RETURN_IF_ERROR(FindBlobs());
    Status s = FindManifest(manifests);
    if (s.ok()) {
      next_number_ = std::max(next_number_, state_.next_number);
      s = DropDamagedFiles();
    } else if (s.IsCorruption()) {
      Note("no manifest can be read (" + s.ToString() + "): made anew from the run files");
      s = RebuildState();
    }
    AETHER_RETURN_IF_ERROR(s);
    next_number_ = std::max(next_number_, state_.next_number);
    state_.next_number = next_number_ + 1;
    std::unique_ptr<Manifest> manifest;
    return Manifest::Create(fs_, path_, next_number_, state_, &manifest);
  }

  // Corruption when there is none; other errors say why nothing may be touched.
  Status FindManifest(const std::vector<uint64_t>& manifests) {
    uint64_t number = 0;
    Status s = Manifest::Read(fs_, path_, &state_, &number);
    if (s.ok() || s.IsNotSupported()) return s;
    for (const uint64_t candidate : manifests) {
      Status read = Manifest::ReadFile(fs_, path_, candidate, &state_);
      if (read.IsNotSupported()) return read;
      if (read.ok()) {
        Note("using " + ManifestFileName(path_, candidate));
        return read;
      }
    }
    state_ = ManifestState();
    const bool gone = s.IsNotFound() || s.IsPathNotFound();
    return gone ? Status::Corruption(s.ToString()) : s;
  }

  // Whether the file itself is sound; FindLostValues looks at what it refers to.
  Status Check(const FileMeta& meta, const StoreOptions& options, const FileMeta* expected,
               std::unique_ptr<RunFile>* file) {
    RunFileOptions run_options;
    run_options.order = options.order;
    run_options.owner = meta.family_name;
    AETHER_RETURN_IF_ERROR(
        RunFile::Open(fs_, RunFileName(path_, meta.number), expected, pool_, run_options, file));
    return (*file)->VerifyChecksums();
  }

  Status ReadReference(Slice reference) {
    BlobRef ref;
    if (!ref.DecodeFrom(reference)) return Status::Corruption("a reference makes no sense");
    const auto blob = blobs_.find(ref.file);
    if (blob == blobs_.end()) {
      return Status::Corruption(BlobFileName(path_, ref.file) + " is missing or damaged");
    }
    AETHER_RETURN_IF_ERROR(blob->second->CheckPlace(ref));
    value_.resize(ref.size);
    return blob->second->Read(ref, true, value_.data());
  }
  // Says so when the value cannot be had any more.
  Status FindOut(uint64_t tag, Slice value, bool* lost) {
    *lost = false;
    if (TagType(tag) != EntryType::kPutReference) return Status::OK();
    Status s = ReadReference(value);
    if (!s.IsCorruption() && !s.IsPathNotFound()) return s;
    *lost = true;
    if (lost_values_++ == 0) Note("left out values, the first because of " + s.ToString());
    return Status::OK();
  }

  // Where values of a sound file are lost the others are written into a new one. Its description
  // becomes null when none is left.
  Status DropLostValues(const FamilyState& family, const StoreOptions& store,
                        std::unique_ptr<RunFile> opened, FileState* file) {
    RunReadOptions read;
    read.stream = true;
    read.references = true;
    lost_values_ = 0;
    auto it = opened->NewIterator(read);
    bool lost = false;
    for (it->SeekToFirst(); it->Valid() && !lost; it->Next()) {
      AETHER_RETURN_IF_ERROR(FindOut(it->tag(), it->value(), &lost));
    }
    AETHER_RETURN_IF_ERROR(it->status());
    if (!lost) return Status::OK();
    RunState rest;
    AETHER_RETURN_IF_ERROR(WriteEntries(ContextOf(family, store, UINT64_MAX), it.get(), &rest));
    AETHER_RETURN_IF_ERROR(fs_->SyncDir(path_));
    it.reset();
    opened.reset();
    AETHER_RETURN_IF_ERROR(
        PutAside(file->meta->number, Status::Corruption("some of its values are lost")));
    file->meta = rest.files.empty() ? nullptr : rest.files[0].meta;
    return Status::OK();
  }

  // Out of the way, but not out of the world.
  Status PutAside(uint64_t number, const Status& why) {
    Note("left out " + RunFileName(path_, number) + ": " + why.ToString());
    const std::string lost = path_ + "/lost";
    AETHER_RETURN_IF_ERROR(fs_->CreateDirIfMissing(lost));
    Status s = fs_->Rename(RunFileName(path_, number), RunFileName(lost, number));
    return s.IsPathNotFound() || s.IsNotFound() ? Status::OK() : s;
  }

  // Finds out which blob files are what they say. The others stay where they are: the next opening
  // removes those that nothing refers to.
  Status FindBlobs() {
    for (const uint64_t number : blob_numbers_) {
      const std::string path = BlobFileName(path_, number);
      BlobMeta meta;
      Status s = BlobFile::ReadMeta(fs_, path, &meta);
      if (s.IsNotSupported()) return s;
      if (!s.ok()) {
        Note("cannot use " + path + ": " + s.ToString());
        continue;
      }
      meta.number = number;
      blobs_[number] = std::make_shared<BlobFile>(fs_, path, meta, false);
    }
    return Status::OK();
  }

  // The blob files of a family are those that its runs refer to.
  void AttachBlobs(FamilyState* family) const {
    const std::map<uint64_t, BlobState> before = std::move(family->blobs);
    family->blobs.clear();
    for (const auto& level : family->levels) {
      for (const RunState& run : level) {
        for (const FileState& file : run.files) {
          for (const BlobUse& use : file.meta->blobs) {
            BlobState& blob = family->blobs[use.number];
            ++blob.files;
            blob.live_count += use.count;
            blob.live_bytes += use.bytes;
          }
        }
      }
    }
    for (auto& [number, blob] : family->blobs) {
      BlobMeta meta = blobs_.at(number)->meta();
      // A segment of the log does not say how many values it holds.
      if (const auto known = before.find(number);
          known != before.end() && known->second.meta->salt == meta.salt) {
        meta = *known->second.meta;
      } else if (meta.count == 0) {
        meta.count = blob.live_count;
      }
      blob.meta = std::make_shared<const BlobMeta>(meta);
    }
  }

  Status DropDamagedFiles() {
    for (auto& [id, family] : state_.families) {
      StoreOptions store;
      AETHER_RETURN_IF_ERROR(options_.options_of(family.name, &store));
      for (auto& level : family.levels) {
        for (RunState& run : level) {
          std::vector<FileState> good;
          for (FileState& file : run.files) {
            std::unique_ptr<RunFile> opened;
            Status s = Check(*file.meta, store, file.meta.get(), &opened);
            if (s.ok()) {
              AETHER_RETURN_IF_ERROR(DropLostValues(family, store, std::move(opened), &file));
              if (file.meta != nullptr) good.push_back(std::move(file));
            } else if (s.IsInvalidArgument()) {
              return s;  // another comparator: the caller's mistake, not damage
            } else {
              AETHER_RETURN_IF_ERROR(PutAside(file.meta->number, s));
            }
          }
          run.files = std::move(good);
        }
      }
      AttachBlobs(&family);
    }
    return Status::OK();
  }

  Status RebuildState() {
    AddFamily(0, "default");
    std::map<uint32_t, std::vector<std::unique_ptr<RunFile>>> found;
    std::vector<std::pair<uint64_t, Status>> damaged;
    SequenceNumber newest = 0;
    for (const uint64_t number : files_) {
      FileMeta meta;
      Status s = RunFile::ReadMeta(fs_, RunFileName(path_, number), &meta);
      if (s.IsNotSupported()) return s;
      std::unique_ptr<RunFile> file;
      if (s.ok()) {
        meta.number = number;
        if (meta.external != 0) TakeAsWritten(++newest, &meta);
        newest = std::max(newest, meta.largest_sequence);
        AddFamily(meta.family, meta.family_name);
        StoreOptions store;
        AETHER_RETURN_IF_ERROR(options_.options_of(state_.families.at(meta.family).name, &store));
        s = Check(meta, store, meta.external != 0 ? &meta : nullptr, &file);
        if (s.IsInvalidArgument() && meta.external == 0) return s;
      }
      if (s.ok()) {
        found[meta.family].push_back(std::move(file));
      } else {
        damaged.push_back({number, s});
      }
    }
    if (found.empty() && !damaged.empty()) {
      return Status::Corruption(path_ +
                                ": no file of it is a run that can be read, so nothing was " +
                                "touched; the first: " + damaged[0].second.ToString());
    }
    for (const auto& [number, why] : damaged) AETHER_RETURN_IF_ERROR(PutAside(number, why));
    for (auto& [id, files] : found) AETHER_RETURN_IF_ERROR(MergeAll(id, std::move(files)));
    state_.store_id = SystemEntropy();
    return wal::InferLogState(fs_, options_.wal_dir.empty() ? path_ : options_.wal_dir,
                              state_.log.last_sequence, &state_.store_id, &state_.log);
  }

  // Only the manifest knew when a file from outside came in, and often for which family. It had its
  // number given then, so it is newer than what has a smaller one.
  static void TakeAsWritten(SequenceNumber sequence, FileMeta* meta) {
    meta->given_sequence = meta->smallest_sequence = meta->largest_sequence = sequence;
    if (meta->family == kNoFamily) meta->family = 0;
  }

  void AddFamily(uint32_t id, const std::string& name) {
    FamilyState& family = state_.families[id];
    family.id = id;
    if (!name.empty()) family.name = name;
    state_.next_family = std::max(state_.next_family, id + 1);
  }

  JobContext ContextOf(const FamilyState& family, const StoreOptions& store,
                       uint64_t target_file_size) {
    JobContext context;
    context.fs = fs_;
    context.clock = RealClock();
    context.dir = path_;
    context.family = family.id;
    context.family_name = family.name;
    context.order = store.order;
    context.filter_bits_per_key = store.tree.FilterBits(kLastLevel);
    context.prefix = store.tree.prefix;
    context.whole_key_filter = store.tree.whole_key_filter;
    context.target_file_size = target_file_size;
    context.compression = store.tree.compression[kLastLevel];
    context.new_number = [this] { return next_number_++; };
    return context;
  }

  // Without a manifest nobody knows which files are older copies of what others hold, so all are
  // merged into one run in which every entry stands once.
  Status MergeAll(uint32_t id, std::vector<std::unique_ptr<RunFile>> files) {
    FamilyState& family = state_.families.at(id);
    StoreOptions store;
    AETHER_RETURN_IF_ERROR(options_.options_of(family.name, &store));
    family.comparator = store.order->Name();
    const JobContext context = ContextOf(family, store, store.tree.target_file_size);
    std::vector<std::unique_ptr<Run>> runs;
    std::vector<MergeSource> sources;
    std::vector<RangeDelete> deletes;
    RunReadOptions read;
    read.stream = true;
    read.references = true;
    for (auto& file : files) {
      family.flushed_sequence = std::max(family.flushed_sequence, file->Meta().largest_sequence);
      const auto& list = file->RangeDeletes();
      deletes.insert(deletes.end(), list.begin(), list.end());
      if (file->Meta().entries == 0) continue;
      auto run = std::make_unique<Run>();
      run->parts.push_back(
          {std::make_shared<OpenFile>(std::move(file), [](uint64_t) {}), nullptr, 0});
      sources.push_back({std::make_unique<RunCursor>(store.order, run.get(), read), kMaxSequence});
      runs.push_back(std::move(run));
    }
    RunState all;
    all.id = next_number_++;
    MergingIterator input(store.order, std::move(sources));
    AETHER_RETURN_IF_ERROR(WriteEntries(context, &input, &all));
    AETHER_RETURN_IF_ERROR(WriteRangeDeletes(context, std::move(deletes), &all));
    AETHER_RETURN_IF_ERROR(context.SyncNames());
    if (!all.files.empty()) family.levels[kLastLevel].push_back(std::move(all));
    AttachBlobs(&family);
    state_.log.last_sequence = std::max(state_.log.last_sequence, family.flushed_sequence);
    return Status::OK();
  }

  static Status FinishFile(const JobContext& context, FileBuilder* builder, uint64_t number,
                           RunState* run) {
    std::shared_ptr<const FileMeta> meta;
    AETHER_RETURN_IF_ERROR(context.FinishFile(builder, number, &meta));
    run->files.push_back({std::move(meta), nullptr});
    return Status::OK();
  }

  // Without the values that are lost.
  Status WriteEntries(const JobContext& context, EntryIterator* input, RunState* run) {
    std::unique_ptr<FileBuilder> builder;
    uint64_t number = 0;
    std::string key;
    std::string value;
    bool same_key = false;  // as that of the entry before
    input->SeekToFirst();
    while (input->Valid()) {
      key.assign(input->key().data(), input->key().size());
      uint64_t tag = input->tag();
      value.assign(input->value().data(), input->value().size());
      // The last copy counts: where a merge had made a value of an operand and of what lies below
      // it, that comes behind the operand.
      bool next_has_same_key = false;
      for (input->Next(); input->Valid(); input->Next()) {
        next_has_same_key = CompareKeys(context.order, input->key(), key) == 0;
        if (!next_has_same_key || TagSequence(input->tag()) != TagSequence(tag)) break;
        tag = input->tag();
        value.assign(input->value().data(), input->value().size());
        next_has_same_key = false;
      }
      bool lost = false;
      AETHER_RETURN_IF_ERROR(FindOut(tag, value, &lost));
      if (lost) continue;
      if (builder != nullptr && !same_key && builder->FileSize() >= context.target_file_size) {
        AETHER_RETURN_IF_ERROR(FinishFile(context, builder.get(), number, run));
        builder.reset();
      }
      if (builder == nullptr) AETHER_RETURN_IF_ERROR(context.NewBuilder(&builder, &number));
      AETHER_RETURN_IF_ERROR(builder->Add(key, tag, value));
      same_key = next_has_same_key;
    }
    AETHER_RETURN_IF_ERROR(input->status());
    return builder == nullptr ? Status::OK() : FinishFile(context, builder.get(), number, run);
  }

  static Status WriteRangeDeletes(const JobContext& context, std::vector<RangeDelete> deletes,
                                  RunState* run) {
    if (deletes.empty()) return Status::OK();
    std::unique_ptr<FileBuilder> builder;
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(context.NewBuilder(&builder, &number));
    const RangeDeleteSet set(context.order, std::move(deletes));
    for (const RangeDelete& d : set.list()) {
      AETHER_RETURN_IF_ERROR(builder->AddRangeDelete(d.begin, d.end, d.sequence));
    }
    return FinishFile(context, builder.get(), number, run);
  }

  void Note(const std::string& line) const {
    if (options_.log) options_.log("repair: " + line);
  }

  const RepairOptions& options_;
  FileSystem* const fs_;
  const std::string path_;
  const std::shared_ptr<Pool> pool_;
  std::unique_ptr<FileLock> lock_;
  ManifestState state_;
  std::vector<uint64_t> files_;
  std::vector<uint64_t> blob_numbers_;
  std::map<uint64_t, std::shared_ptr<BlobFile>> blobs_;  // those that check out
  uint64_t lost_values_ = 0;
  std::string value_;
  uint64_t next_number_ = 1;
};

}  // namespace

Status DbEnv::Repair(const RepairOptions& options, const std::string& path) {
  return Repairer(options, path).Perform();
}

}  // namespace aether
