#include "engine/lsm/flush_job.h"

#include <algorithm>

#include "engine/lsm/blob_output.h"
#include "engine/lsm/reducer.h"

namespace aether {
namespace {

using FillFile = std::function<Status(FileBuilder*)>;

bool Overlaps(const Comparator* order, const MemTable& table, const Version& version) {
  const auto input = table.NewIterator();
  input->SeekToFirst();
  if (!input->Valid()) return false;
  const std::string smallest = input->key().ToString();
  input->SeekToLast();
  const Slice largest = input->key();
  return std::any_of(version.runs().begin(), version.runs().end(),
                     [&](const Run* run) { return run->MayOverlap(order, smallest, largest); });
}

// Fills one file after the other, each of them when it has `file_bytes`.
Status WritePoints(const JobContext& context, const MemTable& table,
                   std::vector<SequenceNumber> snapshots, const RangeDeleteSet& range_deletes,
                   uint64_t file_bytes, BlobOutput* blobs,
                   const std::function<Status(const FillFile&)>& write) {
  ReducerOptions options;
  options.order = context.order;
  options.snapshots = std::move(snapshots);
  options.merge_operator = context.merge_operator;
  options.range_deletes = &range_deletes;
  options.older_data_exists = [](Slice) { return true; };
  Reducer reducer(std::move(options));
  const auto input = table.NewIterator();
  input->SeekToFirst();
  while (input->Valid()) {
    AETHER_RETURN_IF_ERROR(write([&](FileBuilder* builder) {
      std::string reference;
      const auto sink = [&](Slice key, uint64_t tag, Slice value) {
        if (TagType(tag) != EntryType::kPut || !blobs->Wants(value.size())) {
          return builder->Add(key, tag, value);
        }
        AETHER_RETURN_IF_ERROR(blobs->Add(TagSequence(tag), value, &reference));
        return builder->Add(key, PackTag(TagSequence(tag), EntryType::kPutReference), reference);
      };
      while (input->Valid() && builder->FileSize() < file_bytes) {
        AETHER_RETURN_IF_ERROR(reducer.ReduceKey(input.get(), sink));
      }
      return Status::OK();
    }));
  }
  return input->status();
}

}  // namespace

// tla: HanoiMerge.FlushWrite, FlushSync.
Status RunFlush(const JobContext& context, uint32_t family, const MemTable& table,
                std::shared_ptr<const Version> older, std::vector<SequenceNumber> snapshots,
                FlushResult* result) {
  std::vector<RangeDelete> deletes;
  const auto ranges = table.NewRangeDeleteIterator();
  for (ranges->SeekToFirst(); ranges->Valid(); ranges->Next()) {
    deletes.push_back(
        {ranges->key().ToString(), ranges->value().ToString(), TagSequence(ranges->tag())});
  }
  AETHER_RETURN_IF_ERROR(ranges->status());
  const RangeDeleteSet set(context.order, deletes);

  FamilyEdit& edit = result->edit;
  edit.family = family;
  std::vector<uint64_t> numbers;
  BlobOutput blobs(&context, 0);
  Status s;
  bool stays = false;  // it will be moved as it is
  const auto write = [&](const FillFile& fill) {
    std::unique_ptr<FileBuilder> builder;
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(context.NewBuilder(&builder, &number, stays));
    numbers.push_back(number);
    AETHER_RETURN_IF_ERROR(fill(builder.get()));
    if (builder->Empty()) {
      builder.reset();
      context.Discard(number);
      return Status::OK();
    }
    std::shared_ptr<const FileMeta> meta;
    AETHER_RETURN_IF_ERROR(context.FinishFile(builder.get(), number, &meta));
    result->bytes += meta->file_size;
    result->entries += meta->entries;
    result->files.push_back(std::move(meta));
    return Status::OK();
  };
  if (table.Entries() > 0) {
    const bool in_pieces = older != nullptr && Overlaps(context.order, table, *older);
    stays = !in_pieces;
    older.reset();  // merges that finish meanwhile give their files back
    s = WritePoints(context, table, std::move(snapshots), set,
                    in_pieces ? context.PieceSize() : UINT64_MAX, &blobs, write);
  }
  // Range deletions go into a file of their own: point files then keep ranges of keys that do not
  // overlap.
  if (s.ok() && !deletes.empty()) {
    s = write([&](FileBuilder* builder) {
      for (const RangeDelete& d : deletes) {
        AETHER_RETURN_IF_ERROR(builder->AddRangeDelete(d.begin, d.end, d.sequence));
      }
      return Status::OK();
    });
  }
  std::vector<std::shared_ptr<const BlobMeta>> blob_files;
  if (s.ok()) s = blobs.TakeFiles(&blob_files);
  if (s.ok() && !result->files.empty()) s = context.SyncNames();
  if (!s.ok()) {
    for (const uint64_t number : numbers) context.Discard(number);
    for (const auto& blob : blob_files) context.DiscardBlob(blob->number);
    return s;
  }
  for (const auto& blob : blob_files) result->bytes += blob->file_size;
  edit.add_blobs = std::move(blob_files);
  if (!result->files.empty()) {
    const uint64_t run = context.new_number();
    edit.new_runs.push_back({0, run});
    for (const auto& meta : result->files) edit.add_files.push_back({run, meta});
  }
  return Status::OK();
}

void DiscardFlush(const JobContext& context, const FlushResult& result) {
  for (const auto& meta : result.files) context.Discard(meta->number);
  for (const auto& blob : result.edit.add_blobs) context.DiscardBlob(blob->number);
}

}  // namespace aether
