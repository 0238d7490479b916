#include "engine/lsm/merge_job.h"

#include <algorithm>
#include <map>

#include "engine/base/trace.h"
#include "engine/lsm/merging_iterator.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

// A file this small next to others is merged rather than moved, so that moving does not leave
// crumbs.
constexpr uint64_t kMoveShareOfTarget = 4;

}  // namespace

MergeJob::MergeJob(JobContext context, uint32_t family, MergeState state,
                   std::shared_ptr<const Version> version, Options options)
    : context_(std::move(context)),
      family_(family),
      state_(std::move(state)),
      options_(std::move(options)),
      blob_output_(&context_, state_.output_level) {
  reads_.meter = context_.meter;
  const auto is_input = [this](uint64_t run) {
    return std::count(state_.input_runs.begin(), state_.input_runs.end(), run) > 0;
  };
  bool seen_input = false;
  for (int level = 0; level < kLevels; ++level) {
    for (const auto& run : version->level(level)) {
      if (is_input(run->id)) {
        seen_input = true;
        if (level != kLastLevel) upper_entries_ += run->entries;
        for (const RunPart& part : run->parts) {
          inputs_.push_back({run->id, part, false});
          for (const auto& blob : part.file->file().Blobs()) blobs_[blob->meta().number] = blob;
          input_bytes_ += part.file->meta().file_size;
          input_files_.push_back(part.file->meta().number);
        }
        for (const RunPart& part : run->range_deletes) {
          const auto& list = part.file->file().RangeDeletes();
          input_range_deletes_.insert(input_range_deletes_.end(), list.begin(), list.end());
        }
      } else if (seen_input && run->id != state_.output_run) {
        older_.push_back(run);
      }
    }
  }
  bottommost_ = older_.empty();
  std::vector<RangeDelete> all = version->range_deletes().list();
  range_deletes_ = std::make_unique<RangeDeleteSet>(context_.order, std::move(all));
  ReducerOptions reducer;
  reducer.order = context_.order;
  reducer.snapshots = options_.snapshots;
  reducer.merge_operator = context_.merge_operator;
  reducer.filter = options_.filter.get();
  reducer.level = state_.output_level;
  reducer.range_deletes = range_deletes_.get();
  reducer.older_data_exists = [this](Slice key) { return OlderDataExists(key); };
  reducer.read_reference = [this](Slice reference, std::string* value) {
    ScratchBuffer buffer;
    Slice read;
    AETHER_RETURN_IF_ERROR(ReadReference(reference, &buffer, &read));
    value->assign(read.data(), read.size());
    return Status::OK();
  };
  reducer_ = std::make_unique<Reducer>(std::move(reducer));
  PlanClusters(!options_.rewrite && options_.filter == nullptr && range_deletes_->empty());
}

MergeJob::~MergeJob() {
  input_.reset();
  if (builder_ != nullptr) {
    builder_.reset();
    context_.Discard(builder_number_);
  }
}

bool MergeJob::OlderDataExists(Slice key) const {
  if (bottommost_ || Planted(PlantedBug::kTombstoneOverOlder)) return false;
  const uint64_t head = KeyHead(key);
  for (const auto& run : older_) {
    if (run->Find(context_.order, key, head) != nullptr) return true;
  }
  return false;
}

void MergeJob::PlanClusters(bool moves_allowed) {
  const Comparator* const order = context_.order;
  std::stable_sort(inputs_.begin(), inputs_.end(), [order](const Input& a, const Input& b) {
    return CompareKeys(order, a.part.file->meta().smallest, b.part.file->meta().smallest) < 0;
  });
  for (size_t i = 0; i < inputs_.size();) {
    size_t end = i + 1;
    Slice largest = inputs_[i].part.file->meta().largest;
    while (end < inputs_.size() &&
           CompareKeys(order, inputs_[end].part.file->meta().smallest, largest) <= 0) {
      const Slice other = inputs_[end].part.file->meta().largest;
      if (CompareKeys(order, other, largest) > 0) largest = other;
      ++end;
    }
    const FileMeta& meta = inputs_[i].part.file->meta();
    const bool unfinished = meta.merges > 0 || (bottommost_ && meta.deletes > 0);
    const bool move = moves_allowed && end == i + 1 && !inputs_[i].part.trim && !unfinished &&
                      meta.codec == context_.compression.codec &&
                      meta.file_size >= context_.target_file_size / kMoveShareOfTarget;
    if (!move && !clusters_.empty() && clusters_.back().move_file == 0) {
      clusters_.back().inputs.insert(clusters_.back().inputs.end(),
                                     inputs_.begin() + static_cast<ptrdiff_t>(i),
                                     inputs_.begin() + static_cast<ptrdiff_t>(end));
    } else {
      clusters_.push_back(
          {move ? meta.number : 0,
           move ? std::vector<Input>()
                : std::vector<Input>(inputs_.begin() + static_cast<ptrdiff_t>(i),
                                     inputs_.begin() + static_cast<ptrdiff_t>(end))});
    }
    i = end;
  }
}

void MergeJob::OpenCluster(Cluster* cluster) {
  std::map<uint64_t, std::unique_ptr<Run>> by_run;
  for (Input& input : cluster->inputs) {
    auto& run = by_run[input.run];
    if (run == nullptr) run = std::make_unique<Run>();
    run->parts.push_back(std::move(input.part));
  }
  cluster->inputs.clear();
  RunReadOptions options;
  options.stream = true;
  options.limiter = context_.limiter;
  options.references = true;
  options.counters = &reads_;
  std::vector<MergeSource> sources;
  cluster_runs_.clear();
  for (auto& [id, run] : by_run) {
    sources.push_back(
        {std::make_unique<RunCursor>(context_.order, run.get(), options), kMaxSequence});
    cluster_runs_.push_back(std::move(run));
  }
  input_ = std::make_unique<MergingIterator>(context_.order, std::move(sources));
  input_->SeekToFirst();
}

Status MergeJob::ReadReference(Slice reference, ScratchBuffer* buffer, Slice* value) {
  BlobRef ref;
  if (!ref.DecodeFrom(reference)) return Status::Corruption("a reference makes no sense");
  const auto it = blobs_.find(ref.file);
  if (it == blobs_.end()) {
    return Status::Corruption("a value stands in blob file " + std::to_string(ref.file) +
                              ", which no input of the merge names");
  }
  // Values of one file come in the order in which they stand there.
  uint64_t& until = read_ahead_until_[ref.file];
  if (context_.blob.readahead > 0 && ref.offset + ref.stored > until) {
    it->second->ReadAhead(ref.offset, context_.blob.readahead);
    until = ref.offset + context_.blob.readahead;
  }
  AETHER_RETURN_IF_ERROR(it->second->CheckPlace(ref));
  if (!buffer->Reserve(ref.size)) {
    return Status(Status::kAborted, Status::kMemoryLimit, it->second->path());
  }
  *value = Slice(buffer->data(), ref.size);
  progress_.blob_bytes_read += ref.stored;
  Add(context_.meter, Count::kBlobBytesRead, ref.stored);
  progress_.bytes_read += ref.stored;
  return it->second->Read(ref, true, buffer->data());
}

Status MergeJob::Write(Slice key, uint64_t tag, Slice value) {
  if (TagType(tag) == EntryType::kPutReference && options_.collect_below > 0) {
    BlobRef ref;
    if (ref.DecodeFrom(value) && ref.file < options_.collect_below) {
      relocated_.Release();
      AETHER_RETURN_IF_ERROR(ReadReference(value, &relocated_, &value));
      Add(context_.meter, Count::kBlobsRelocated);
      Add(context_.meter, Count::kBlobBytesRelocated, ref.stored);
      tag = PackTag(TagSequence(tag), EntryType::kPut);
    }
  }
  if (TagType(tag) == EntryType::kPut && blob_output_.Wants(value.size())) {
    AETHER_RETURN_IF_ERROR(blob_output_.Add(0, value, &reference_));
    progress_.bytes_read += value.size();  // the work counts, whatever it is
    value = reference_;
    tag = PackTag(TagSequence(tag), EntryType::kPutReference);
  }
  return builder_->Add(key, tag, value);
}

void MergeJob::AddConsumption(FamilyEdit* edit) {
  if (!cut_) return;
  const Comparator* const order = context_.order;
  for (Input& input : inputs_) {
    if (input.installed_away) continue;
    const FileMeta& meta = input.part.file->meta();
    if (CompareKeys(order, meta.largest, *cut_) <= 0) {
      edit->remove_files.push_back({input.run, meta.number});
      input.installed_away = true;
    } else if (CompareKeys(order, meta.smallest, *cut_) <= 0 &&
               !Planted(PlantedBug::kTrimLeftOut)) {
      edit->trims.push_back({input.run, meta.number, *cut_});
    }
  }
}

// tla: HanoiMerge.MergeWrite, MergeSync, AppendEdit, Publish.
Status MergeJob::FinishOutput() {
  if (builder_ == nullptr) return Status::OK();
  FamilyEdit edit;
  edit.family = family_;
  std::shared_ptr<const FileMeta> meta;
  uint64_t blob_bytes = 0;
  if (builder_->Empty()) {
    builder_.reset();
    context_.Discard(builder_number_);
  } else {
    Status s = context_.FinishFile(builder_.get(), builder_number_, &meta);
    builder_.reset();
    AETHER_TRACE("piece", "run", state_.output_run, "file", builder_number_, "upto", Slice(*cut_));
    if (s.ok()) s = blob_output_.TakeFiles(&edit.add_blobs);
    if (s.ok()) s = context_.SyncNames();
    if (!s.ok()) {
      context_.Discard(builder_number_);
      for (const auto& blob : edit.add_blobs) context_.DiscardBlob(blob->number);
      return s;
    }
    for (const auto& blob : edit.add_blobs) blob_bytes += blob->file_size;
    edit.add_files.push_back({state_.output_run, meta});
  }
  AddConsumption(&edit);
  if (edit.add_files.empty() && edit.remove_files.empty()) return Status::OK();
  if (meta == nullptr) {
    AETHER_TRACE("piece", "run", state_.output_run, "file", 0, "upto", Slice(*cut_));
  }
  if (Planted(PlantedBug::kUnlinkBeforeManifest)) {
    for (const auto& removed : edit.remove_files) context_.Discard(removed.file);
  }
  AETHER_RETURN_IF_ERROR(context_.install(std::move(edit)));
  if (meta != nullptr) {
    progress_.bytes_written += meta->file_size + blob_bytes;
    progress_.blob_bytes_written += blob_bytes;
    progress_.output_files.push_back(meta->number);
  }
  // Files behind the cut are held by old readers only from here on.
  for (Input& input : inputs_) {
    if (input.installed_away) input.part = RunPart{nullptr, nullptr, 0};
  }
  std::erase_if(inputs_, [](const Input& input) { return input.part.file == nullptr; });
  for (auto& run : cluster_runs_) {
    for (RunPart& part : run->parts) {
      if (part.file != nullptr && cut_ &&
          CompareKeys(context_.order, part.file->meta().largest, *cut_) <= 0) {
        part.file.reset();
      }
    }
  }
  return Status::OK();
}

// tla: HanoiMerge.MergeMove.
Status MergeJob::MoveCluster(const Cluster& cluster) {
  FamilyEdit edit;
  edit.family = family_;
  const auto input = std::find_if(inputs_.begin(), inputs_.end(), [&](const Input& candidate) {
    return candidate.part.file->meta().number == cluster.move_file;
  });
  if (input == inputs_.end()) return Status::OK();
  edit.remove_files.push_back({input->run, input->part.file->meta().number});
  edit.add_files.push_back(
      {state_.output_run, std::make_shared<const FileMeta>(input->part.file->meta())});
  AETHER_RETURN_IF_ERROR(context_.install(std::move(edit)));
  ++progress_.files_moved;
  cut_ = input->part.file->meta().largest;
  inputs_.erase(input);
  return Status::OK();
}

Status MergeJob::Step(uint64_t budget, bool* done) {
  *done = false;
  const uint64_t stop_at = progress_.bytes_read + budget;
  uint64_t give_way_at = progress_.bytes_read + JobContext::kGiveWayBytes;
  const uint64_t file_bytes =
      state_.output_level == kLastLevel ? context_.target_file_size : context_.PieceSize();
  const auto sink = [this](Slice key, uint64_t tag, Slice value) { return Write(key, tag, value); };
  while (progress_.bytes_read < stop_at) {
    if (input_ == nullptr) {
      if (next_cluster_ == clusters_.size()) {
        AETHER_RETURN_IF_ERROR(FinishOutput());
        AETHER_RETURN_IF_ERROR(Complete());
        *done = true;
        return Status::OK();
      }
      Cluster& cluster = clusters_[next_cluster_];
      ++next_cluster_;
      if (cluster.move_file != 0) {
        AETHER_RETURN_IF_ERROR(FinishOutput());
        AETHER_RETURN_IF_ERROR(MoveCluster(cluster));
        progress_.bytes_read += 4096;
        continue;
      }
      OpenCluster(&cluster);
    }
    if (!input_->Valid()) {
      AETHER_RETURN_IF_ERROR(input_->status());
      input_.reset();
      continue;
    }
    if (builder_ == nullptr) {
      AETHER_RETURN_IF_ERROR(context_.NewBuilder(&builder_, &builder_number_));
    }
    AETHER_RETURN_IF_ERROR(reducer_->ReduceKey(input_.get(), sink));
    progress_.bytes_read += reducer_->bytes_read() - reducer_bytes_seen_;
    reducer_bytes_seen_ = reducer_->bytes_read();
    if (progress_.bytes_read >= give_way_at) {
      give_way_at = progress_.bytes_read + JobContext::kGiveWayBytes;
      if (context_.give_way) context_.give_way();
    }
    progress_.entries_read = reducer_->entries_read();
    progress_.entries_written = reducer_->entries_written();
    progress_.file_bytes_read = reads_.load_bytes;
    if (builder_->FileSize() >= file_bytes) {
      cut_ = reducer_->last_key();
      AETHER_RETURN_IF_ERROR(FinishOutput());
    } else if (!input_->Valid()) {
      cut_ = reducer_->last_key();
    }
  }
  return Status::OK();
}

// tla: HanoiMerge.MergeComplete.
Status MergeJob::Complete() {
  FamilyEdit edit;
  edit.family = family_;
  // A range deletion goes when this merge has seen, under one list of snapshots, everything that it
  // can hide.
  const bool may_drop = bottommost_ && !options_.resumed;
  std::vector<RangeDelete> kept;
  for (const RangeDelete& d : input_range_deletes_) {
    const bool seen = !options_.snapshots.empty() && options_.snapshots.front() < d.sequence;
    if (!may_drop || seen) kept.push_back(d);
  }
  if (!kept.empty()) {
    std::unique_ptr<FileBuilder> builder;
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(context_.NewBuilder(&builder, &number));
    std::shared_ptr<const FileMeta> meta;
    Status s;
    for (const RangeDelete& d : kept) {
      if (s.ok()) s = builder->AddRangeDelete(d.begin, d.end, d.sequence);
    }
    if (s.ok()) s = context_.FinishFile(builder.get(), number, &meta);
    if (s.ok()) s = context_.SyncNames();
    if (!s.ok()) {
      builder.reset();
      context_.Discard(number);
      return s;
    }
    edit.add_files.push_back({state_.output_run, meta});
    progress_.bytes_written += meta->file_size;
    progress_.output_files.push_back(number);
  }
  edit.end_merges.push_back(state_.output_run);
  if (state_.output_level == kLastLevel && upper_entries_ > 0) {
    const uint64_t dropped =
        progress_.entries_read - std::min(progress_.entries_read, progress_.entries_written);
    edit.superseding =
        static_cast<uint32_t>(std::min<uint64_t>(1000, dropped * 1000 / upper_entries_));
  }
  for (const uint64_t run : state_.input_runs) edit.remove_runs.push_back(run);
  AETHER_RETURN_IF_ERROR(context_.install(std::move(edit)));
  CountDrops(input_range_deletes_.size() - kept.size());
  return Status::OK();
}

void MergeJob::CountDrops(size_t range_deletes) {
  const Reducer::Drops& drops = reducer_->drops();
  Add(context_.meter, Count::kEntriesReplaced, drops.replaced);
  Add(context_.meter, Count::kEntriesInRanges, drops.in_ranges);
  Add(context_.meter, Count::kTombstonesDropped, drops.tombstones);
  Add(context_.meter, Count::kEntriesFiltered, drops.filtered);
  Add(context_.meter, Count::kRangeDeletesDropped, range_deletes);
}

}  // namespace aether
