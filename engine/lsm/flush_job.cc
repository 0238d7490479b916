#include "engine/lsm/flush_job.h"

#include "engine/lsm/reducer.h"

namespace aether {
namespace {

Status WritePoints(const JobContext& context, const MemTable& table,
                   std::vector<SequenceNumber> snapshots, const RangeDeleteSet& range_deletes,
                   FileBuilder* builder) {
  ReducerOptions options;
  options.order = context.order;
  options.snapshots = std::move(snapshots);
  options.merge_operator = context.merge_operator;
  options.range_deletes = &range_deletes;
  options.older_data_exists = [](Slice) { return true; };
  Reducer reducer(std::move(options));
  const auto input = table.NewIterator();
  const auto sink = [builder](Slice key, uint64_t tag, Slice value) {
    return builder->Add(key, tag, value);
  };
  for (input->SeekToFirst(); input->Valid();) {
    AETHER_RETURN_IF_ERROR(reducer.ReduceKey(input.get(), sink));
  }
  return input->status();
}

}  // namespace

Status RunFlush(const JobContext& context, uint32_t family, const MemTable& table,
                std::vector<SequenceNumber> snapshots, FlushResult* result) {
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
  Status s;
  const auto write = [&](const std::function<Status(FileBuilder*)>& fill) {
    std::unique_ptr<FileBuilder> builder;
    uint64_t number = 0;
    AETHER_RETURN_IF_ERROR(context.NewBuilder(&builder, &number));
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
    s = write([&](FileBuilder* builder) {
      return WritePoints(context, table, std::move(snapshots), set, builder);
    });
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
  if (!s.ok()) {
    for (const uint64_t number : numbers) context.Discard(number);
    return s;
  }
  if (!result->files.empty()) {
    const uint64_t run = context.new_number();
    edit.new_runs.push_back({0, run});
    for (const auto& meta : result->files) edit.add_files.push_back({run, meta});
  }
  return Status::OK();
}

}  // namespace aether
