#include "engine/run/blob_builder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/buffer/frame.h"
#include "engine/run/blob_format.h"
#include "engine/run/format.h"
#include "engine/run/read_counters.h"

namespace aether {
namespace {

using namespace blob_format;

constexpr size_t kBuffer = size_t{512} << 10;

}  // namespace

BlobBuilder::BlobBuilder(const BlobBuilderOptions& options, std::unique_ptr<WritableFile> file,
                         std::string path)
    : options_(options), path_(std::move(path)), file_(std::move(file)) {
  if (options_.codec != Codec::kNone) {
    compressor_ = std::make_unique<Compressor>(Compression{options_.codec});
  }
  // Aligned, so that a file that bypasses the page cache takes it as it is.
  if (!buffer_.Reserve(kBuffer)) {
    status_ = Status(Status::kAborted, Status::kMemoryLimit, path_);
    return;
  }
  meta_.number = options_.number;
  meta_.creation_time = options_.creation_time;
  meta_.salt =
      Hash64(reinterpret_cast<const char*>(&options_.number), sizeof(uint64_t), options_.salt);
  char header[kHeaderSize] = {};
  StoreFixed(header, kHeaderMagic);
  StoreFixed(header + 8, kVersion);
  StoreFixed(header + 16, meta_.number);
  StoreFixed(header + 24, meta_.salt);
  StoreFixed(header + 32, meta_.creation_time);
  StoreFixed(header + 56, Hash64(header, 56));
  status_ = Append(Slice(header, kHeaderSize));
}

BlobBuilder::~BlobBuilder() = default;

Status BlobBuilder::Add(Slice value, BlobRef* ref) {
  if (!status_.ok()) return status_;
  Slice stored = value;
  ref->codec = Codec::kNone;
  if (compressor_ != nullptr) {
    if (const Slice smaller = compressor_->Compress(value); !smaller.empty()) {
      stored = smaller;
      ref->codec = options_.codec;
    }
  }
  ref->file = options_.number;
  ref->offset = offset_;
  ref->stored = stored.size();
  ref->size = value.size();
  ref->checksum = Hash64(stored.data(), stored.size(), run_format::Seed(meta_.salt, offset_));
  ++meta_.count;
  meta_.bytes += stored.size();
  return Append(stored);
}

Status BlobBuilder::Append(Slice bytes) {
  offset_ += bytes.size();
  while (!bytes.empty()) {
    if (buffered_ == 0 && bytes.size() >= kBuffer) {
      AETHER_RETURN_IF_ERROR(WriteOut(Slice(bytes.data(), kBuffer)));
      bytes.RemovePrefix(kBuffer);
      continue;
    }
    const size_t part = std::min(bytes.size(), kBuffer - buffered_);
    std::memcpy(buffer_.data() + buffered_, bytes.data(), part);
    buffered_ += part;
    bytes.RemovePrefix(part);
    if (buffered_ == kBuffer) AETHER_RETURN_IF_ERROR(Flush());
  }
  return Status::OK();
}

Status BlobBuilder::Flush() {
  const size_t n = std::exchange(buffered_, 0);
  return n == 0 ? Status::OK() : WriteOut(Slice(buffer_.data(), n));
}

Status BlobBuilder::WriteOut(Slice bytes) {
  const Stopwatch watch(options_.meter != nullptr && options_.meter->timed());
  status_ = file_->Append(bytes);
  aether::Add(options_.meter, Count::kBlobBytesWritten, bytes.size());
  if (watch.wanted()) options_.meter->Record(Measure::kBlobWriteMicros, watch.Nanos() / 1000);
  const uint64_t step = options_.range_sync_bytes;
  const uint64_t size = file_->Size();
  if (status_.ok() && step != 0 && size >= started_ + step) {
    status_ = file_->RangeSync(started_, size - started_);
    started_ = size;
  }
  return status_;
}

Status BlobBuilder::Finish(bool sync, BlobMeta* meta) {
  if (!status_.ok()) return status_;
  char footer[kFooterSize] = {};
  StoreFixed(footer, kFooterMagic);
  StoreFixed(footer + 8, meta_.count);
  StoreFixed(footer + 16, meta_.bytes);
  StoreFixed(footer + 24, meta_.salt);
  StoreFixed(footer + 40, Hash64(footer, 40));
  AETHER_RETURN_IF_ERROR(Append(Slice(footer, kFooterSize)));
  AETHER_RETURN_IF_ERROR(Flush());
  if (sync) {
    const Stopwatch watch(options_.meter != nullptr && options_.meter->timed());
    AETHER_RETURN_IF_ERROR(status_ = file_->Sync());
    aether::Add(options_.meter, Count::kBlobFilesSynced);
    if (watch.wanted()) options_.meter->Record(Measure::kBlobSyncMicros, watch.Nanos() / 1000);
  }
  AETHER_RETURN_IF_ERROR(status_ = file_->Close());
  meta_.file_size = offset_;
  *meta = meta_;
  return Status::OK();
}

}  // namespace aether
