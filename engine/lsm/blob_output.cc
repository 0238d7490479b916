#include "engine/lsm/blob_output.h"

#include "engine/base/checksum.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/log_values.h"
#include "engine/wal/planted_bugs.h"

namespace aether {

BlobOutput::BlobOutput(const JobContext* context, int level)
    : context_(context), wanted_(context->blob.enabled && level >= context->blob.starting_level) {}

BlobOutput::~BlobOutput() {
  builder_.reset();
  for (const uint64_t number : numbers_) context_->DiscardBlob(number);
}

Status BlobOutput::Add(SequenceNumber sequence, Slice value, std::string* reference) {
  if (!status_.ok()) return status_;
  BlobRef ref;
  if (context_->log_values != nullptr && context_->log_values->Find(sequence, value, &ref)) {
    reference->clear();
    ref.EncodeTo(reference);
    return Status::OK();
  }
  if (builder_ == nullptr) {
    BlobBuilderOptions options;
    options.number = context_->new_number();
    const uint64_t life[2] = {options.number, context_->clock->WallMicros()};
    options.salt = Hash64(reinterpret_cast<const char*>(life), sizeof(life));
    options.creation_time = context_->clock->WallSeconds();
    options.codec = context_->blob.codec;
    options.range_sync_bytes = context_->bytes_per_sync;
    options.meter = context_->meter;
    const std::string path = BlobFileName(context_->dir, options.number);
    std::unique_ptr<WritableFile> file;
    AETHER_RETURN_IF_ERROR(status_ =
                               context_->fs->NewWritableFile(path, WriteFileOptions(), &file));
    numbers_.push_back(options.number);
    builder_ = std::make_unique<BlobBuilder>(options, std::move(file), path);
  }
  AETHER_RETURN_IF_ERROR(status_ = builder_->Add(value, &ref));
  reference->clear();
  ref.EncodeTo(reference);
  bytes_written_ += ref.stored;
  return builder_->FileSize() >= context_->blob.file_size ? FinishFile() : Status::OK();
}

Status BlobOutput::FinishFile() {
  auto meta = std::make_shared<BlobMeta>();
  AETHER_RETURN_IF_ERROR(status_ =
                             builder_->Finish(!Planted(PlantedBug::kBlobNotSynced), meta.get()));
  builder_.reset();
  finished_.push_back(std::move(meta));
  return Status::OK();
}

Status BlobOutput::TakeFiles(std::vector<std::shared_ptr<const BlobMeta>>* files) {
  if (builder_ != nullptr) AETHER_RETURN_IF_ERROR(FinishFile());
  AETHER_RETURN_IF_ERROR(status_);
  files->insert(files->end(), finished_.begin(), finished_.end());
  finished_.clear();
  numbers_.clear();
  return Status::OK();
}

}  // namespace aether
