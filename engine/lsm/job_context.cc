#include "engine/lsm/job_context.h"

#include <algorithm>

#include "engine/base/checksum.h"
#include "engine/lsm/file_names.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

constexpr uint64_t kPiecesOfTarget = 8;
constexpr uint64_t kSmallestPiece = 1 << 20;

}  // namespace

uint64_t JobContext::PieceSize() const {
  return std::min(target_file_size, std::max(target_file_size / kPiecesOfTarget, kSmallestPiece));
}

Status JobContext::NewBuilder(std::unique_ptr<FileBuilder>* builder, uint64_t* number,
                              bool last_level) const {
  *number = new_number();
  const std::string path = RunFileName(dir, *number);
  std::unique_ptr<WritableFile> file;
  WriteFileOptions file_options;
  file_options.direct = direct_writes;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(path, file_options, &file));
  FileBuilderOptions options;
  options.order = order;
  options.filter_bits_per_key = last_level ? last_level_filter_bits : filter_bits_per_key;
  options.prefix = prefix;
  options.whole_key_filter = whole_key_filter;
  options.compression = compression;
  options.number = *number;
  options.family = family;
  options.family_name = family_name;
  const uint64_t life[2] = {*number, clock->WallMicros()};
  options.salt = Hash64(reinterpret_cast<const char*>(life), sizeof(life));
  options.creation_time = clock->WallSeconds();
  options.range_sync_bytes = bytes_per_sync;
  options.direct = direct_writes;
  options.limiter = limiter;
  options.priority = priority;
  options.meter = meter;
  if (level > 0) options.sync_measure = Measure::kMergeSyncMicros;
  if (collectors != nullptr) {
    for (const auto& factory : *collectors) {
      if (std::shared_ptr<FileCollector> collector = factory->Create(family, level)) {
        options.collectors.push_back(std::move(collector));
      }
    }
  }
  if (sums != nullptr) options.sum = sums->Create(path);
  *builder = std::make_unique<FileBuilder>(options, std::move(file), path);
  return Status::OK();
}

// tla: HanoiMerge.CreateFile.
Status JobContext::FinishFile(FileBuilder* builder, uint64_t number,
                              std::shared_ptr<const FileMeta>* meta) const {
  auto finished = std::make_shared<FileMeta>();
  AETHER_RETURN_IF_ERROR(builder->Finish(!Planted(PlantedBug::kRunNotSynced), finished.get()));
  if (file_created) file_created(RunFileName(dir, number), *finished);
  *meta = std::move(finished);
  return Status::OK();
}

// tla: HanoiMerge.FlushSync, MergeSync.
Status JobContext::SyncNames() const {
  return Planted(PlantedBug::kSkipDirectorySync) ? Status::OK() : fs->SyncDir(dir);
}

void JobContext::Discard(uint64_t number) const { fs->Remove(RunFileName(dir, number)).Ignore(); }

void JobContext::DiscardBlob(uint64_t number) const {
  fs->Remove(BlobFileName(dir, number)).Ignore();
}

}  // namespace aether
