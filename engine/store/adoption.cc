#include "engine/store/adoption.h"

#include <utility>

#include "engine/base/random.h"
#include "engine/io/clock.h"
#include "engine/lsm/file_names.h"
#include "engine/run/run_iterator.h"

namespace aether {

AdoptedFile::AdoptedFile(AdoptedFile&&) noexcept = default;

AdoptedFile::~AdoptedFile() {
  if (keep_) return;
  for (const std::string& path : brought_) fs_->Remove(path).Ignore();
}

Status AdoptedFile::Read(const StoreOptions& options, bool verify_checksums) {
  RunFileOptions run_options;
  run_options.order = options.order;
  std::unique_ptr<RunFile> file;
  AETHER_RETURN_IF_ERROR(RunFile::Open(fs_, source_, nullptr, options.pool, run_options, &file));
  if (verify_checksums) AETHER_RETURN_IF_ERROR(file->VerifyChecksums());
  meta_ = file->Meta();
  if (!meta_.blobs.empty()) {
    return Status::NotSupported(source_ + ": its values stand in blob files");
  }
  ranges_ = file->RangeDeletes();
  span_ = {meta_.smallest, meta_.largest, meta_.largest_exclusive};
  points_ = span_;
  if (meta_.entries == 0 || ranges_.empty()) return Status::OK();
  RunReadOptions read;
  read.fill_cache = false;
  const auto it = file->NewIterator(read);
  it->SeekToFirst();
  if (it->Valid()) points_.smallest = it->key().ToString();
  it->SeekToLast();
  if (it->Valid()) points_.largest = it->key().ToString();
  points_.largest_exclusive = false;
  if (it->status().ok() && !it->Valid()) {
    return Status::Corruption(source_ + ": the entries that it says it has are not there");
  }
  return it->status();
}

Status AdoptedFile::CheckExternal(uint32_t family) const {
  if (meta_.external == 0) {
    return Status::Corruption(source_ + ": External file version not found");
  }
  if (meta_.external > kExternalVersion) {
    return Status::NotSupported(source_ + ": External file version is not supported");
  }
  if (meta_.smallest_sequence != 0 || meta_.largest_sequence != 0) {
    return Status::Corruption(source_ + ": External file has non zero sequence number");
  }
  if (meta_.family != kNoFamily && meta_.family != family) {
    return Status::InvalidArgument(source_ + ": External file column family id don't match");
  }
  if (meta_.entries == 0 && ranges_.empty()) {
    return Status::InvalidArgument(source_ + ": File contain no entries");
  }
  return Status::OK();
}

Status AdoptedFile::LinkOrCopy(const Place& place, const std::string& target) {
  if (place.move) {
    Status s = fs_->Link(source_, target);
    if (s.ok()) {
      brought_.push_back(target);
      // Whoever wrote the file may not have synced it. A file system that cannot open it once more
      // cannot have it written to, either: its contents are what Close left.
      WriteFileOptions again;
      again.mode = WriteFileOptions::kAppend;
      std::unique_ptr<WritableFile> file;
      s = fs_->NewWritableFile(target, again, &file);
      if (s.IsNotSupported()) return Status::OK();
      if (s.ok()) s = file->Sync();
      if (s.ok()) s = file->Close();
      return s;
    }
    if (!s.IsNotSupported() || !place.copy_if_move_fails) return s;
  }
  brought_.push_back(target);
  return CopyFile(fs_, source_, target, meta_.file_size, true);
}

Status AdoptedFile::WriteRanges(const Place& place, const Comparator* order, uint64_t number) {
  const std::string path = RunFileName(place.dir, number);
  std::unique_ptr<WritableFile> file;
  brought_.push_back(path);
  AETHER_RETURN_IF_ERROR(fs_->NewWritableFile(path, WriteFileOptions(), &file));
  FileBuilderOptions options;
  options.order = order;
  options.filter_bits_per_key = 0;
  options.number = number;
  options.salt = SystemEntropy();
  options.creation_time = RealClock()->WallSeconds();
  options.family = place.family;
  options.family_name = place.family_name;
  FileBuilder builder(options, std::move(file), path);
  for (const RangeDelete& range : ranges_) {
    AETHER_RETURN_IF_ERROR(builder.AddRangeDelete(range.begin, range.end, range.sequence));
  }
  auto meta = std::make_shared<FileMeta>();
  AETHER_RETURN_IF_ERROR(builder.Finish(true, meta.get()));
  files_.push_back(std::move(meta));
  return Status::OK();
}

Status AdoptedFile::BringTo(const Place& place, const Comparator* order,
                            const std::function<uint64_t()>& new_number) {
  const uint64_t number = new_number();
  AETHER_RETURN_IF_ERROR(LinkOrCopy(place, RunFileName(place.dir, number)));
  auto meta = std::make_shared<FileMeta>(meta_);
  meta->number = number;
  meta->family = place.family;
  meta->family_name = place.family_name;
  meta->sum = place.sum;
  meta->sum_name = place.sum_name;
  const bool both = meta->entries > 0 && !ranges_.empty();
  if (both) {
    meta->points_only = true;
    meta->range_deletes = 0;
    meta->smallest = points_.smallest;
    meta->largest = points_.largest;
    meta->largest_exclusive = false;
  }
  files_.push_back(std::move(meta));
  return both ? WriteRanges(place, order, new_number()) : Status::OK();
}

void AdoptedFile::GiveSequence(SequenceNumber sequence) {
  for (const auto& meta : files_) {
    meta->given_sequence = sequence;
    meta->smallest_sequence = sequence;
    meta->largest_sequence = sequence;
  }
}

}  // namespace aether
