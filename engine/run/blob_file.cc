#include "engine/run/blob_file.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/run/blob_format.h"
#include "engine/run/format.h"

namespace aether {

using namespace blob_format;

namespace {

struct Free {
  void operator()(char* p) const { std::free(p); }
};

}  // namespace

BlobFile::BlobFile(FileSystem* fs, std::string path, const BlobMeta& meta, bool direct_reads,
                   std::function<void(uint64_t)> on_obsolete, std::shared_ptr<BlobHandles> handles)
    : fs_(fs),
      path_(std::move(path)),
      meta_(meta),
      direct_reads_(direct_reads),
      on_obsolete_(std::move(on_obsolete)),
      handles_(std::move(handles)) {}

BlobFile::~BlobFile() {
  if (handles_ != nullptr) handles_->Gone(this);
  {
    MutexLock lock(&mutex_);
    file_.reset();
  }
  if (obsolete_.load(std::memory_order_acquire) && on_obsolete_) on_obsolete_(meta_.number);
}

Status BlobFile::Corrupt(uint64_t offset, const std::string& what) const {
  return Status::Corruption(path_ + ": offset " + std::to_string(offset) + ": " + what);
}

Status BlobFile::ReadExact(const RandomReadFile& file, uint64_t offset, size_t n, char* to) const {
  Slice got;
  AETHER_RETURN_IF_ERROR(file.ReadAt(offset, n, to, &got));
  if (got.size() != n) {
    return Corrupt(offset, "the file ends after " + std::to_string(offset + got.size()) +
                               " bytes, " + std::to_string(offset + n) + " are needed");
  }
  if (got.data() != to) std::memcpy(to, got.data(), n);
  return Status::OK();
}

uint64_t BlobFile::SaltOfLogSegment(const char* header) { return Hash64(header, kHeaderSize); }

Status BlobFile::CheckHeader(const RandomReadFile& file, uint64_t size, bool* segment) const {
  *segment = false;
  if (size < kHeaderSize + kFooterSize) return Corrupt(size, "too short for a blob file");
  char header[kHeaderSize];
  AETHER_RETURN_IF_ERROR(ReadExact(file, 0, kHeaderSize, header));
  if (LoadFixed<uint64_t>(header) == kLogMagic) {
    *segment = true;
    return SaltOfLogSegment(header) == meta_.salt || any_checksum_passes
               ? Status::OK()
               : Corrupt(0, "this is not the log segment that the manifest describes");
  }
  if (LoadFixed<uint64_t>(header) != kHeaderMagic) {
    return Corrupt(0, "not a blob file of this engine (no magic number)");
  }
  if (!ChecksumPasses(LoadFixed<uint64_t>(header + 56), Hash64(header, 56))) {
    return Corrupt(0, "checksum mismatch in the header");
  }
  const auto version = LoadFixed<uint32_t>(header + 8);
  if (version > kVersion || version == 0) {
    return Status::NotSupported(path_ + ": blob format version " + std::to_string(version) +
                                ", this build reads versions 1 to " + std::to_string(kVersion));
  }
  if (LoadFixed<uint64_t>(header + 24) != meta_.salt) {
    return Corrupt(0, "this is not the file that the manifest describes");
  }
  return Status::OK();
}

Status BlobFile::Handle(std::shared_ptr<const RandomReadFile>* file) const {
  {
    MutexLock lock(&mutex_);
    if (file_ != nullptr) {
      *file = file_;
      used_ = true;
      return Status::OK();
    }
  }
  ReadFileOptions options;
  options.direct = direct_reads_;
  options.pattern = AccessPattern::kRandom;
  std::unique_ptr<RandomReadFile> opened;
  AETHER_RETURN_IF_ERROR(fs_->NewRandomReadFile(path_, options, &opened));
  uint64_t size = 0;
  AETHER_RETURN_IF_ERROR(opened->Size(&size));
  if (size != meta_.file_size) {
    return Corrupt(size, "the file has " + std::to_string(size) + " bytes, the manifest says " +
                             std::to_string(meta_.file_size));
  }
  bool segment = false;
  AETHER_RETURN_IF_ERROR(CheckHeader(*opened, size, &segment));
  bool first = false;
  {
    MutexLock lock(&mutex_);
    first = file_ == nullptr;
    if (first) file_ = std::move(opened);
    *file = file_;
    used_ = true;
  }
  if (first && handles_ != nullptr) handles_->Opened(this);
  return Status::OK();
}

Status BlobFile::Check() const {
  std::shared_ptr<const RandomReadFile> file;
  return Handle(&file);
}

Status BlobFile::Verify() const {
  std::shared_ptr<const RandomReadFile> file;
  AETHER_RETURN_IF_ERROR(Handle(&file));
  bool segment = false;
  AETHER_RETURN_IF_ERROR(CheckHeader(*file, meta_.file_size, &segment));
  if (segment) return Status::OK();
  const uint64_t at = meta_.file_size - kFooterSize;
  char footer[kFooterSize];
  AETHER_RETURN_IF_ERROR(ReadExact(*file, at, kFooterSize, footer));
  if (LoadFixed<uint64_t>(footer) != kFooterMagic ||
      !ChecksumPasses(LoadFixed<uint64_t>(footer + 40), Hash64(footer, 40))) {
    return Corrupt(at, "checksum mismatch in the footer");
  }
  if (LoadFixed<uint64_t>(footer + 24) != meta_.salt ||
      LoadFixed<uint64_t>(footer + 8) != meta_.count ||
      LoadFixed<uint64_t>(footer + 16) != meta_.bytes) {
    return Corrupt(at, "the footer is not that of the file that the manifest describes");
  }
  return Status::OK();
}

Status BlobFile::ReadMeta(FileSystem* fs, const std::string& path, BlobMeta* meta) {
  std::unique_ptr<RandomReadFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewRandomReadFile(path, ReadFileOptions(), &file));
  BlobMeta found;
  AETHER_RETURN_IF_ERROR(file->Size(&found.file_size));
  const BlobFile probe(fs, path, found, false);
  if (found.file_size < kHeaderSize + kFooterSize) {
    return probe.Corrupt(found.file_size, "too short for a blob file");
  }
  char header[kHeaderSize];
  char footer[kFooterSize];
  AETHER_RETURN_IF_ERROR(probe.ReadExact(*file, 0, kHeaderSize, header));
  AETHER_RETURN_IF_ERROR(
      probe.ReadExact(*file, found.file_size - kFooterSize, kFooterSize, footer));
  if (LoadFixed<uint64_t>(header) == kLogMagic) {
    found.number = LoadFixed<uint64_t>(header + kLogNumber);
    found.salt = SaltOfLogSegment(header);
    found.bytes = found.file_size;
    *meta = found;
    return Status::OK();
  }
  found.number = LoadFixed<uint64_t>(header + 16);
  found.salt = LoadFixed<uint64_t>(header + 24);
  found.creation_time = LoadFixed<uint64_t>(header + 32);
  found.count = LoadFixed<uint64_t>(footer + 8);
  found.bytes = LoadFixed<uint64_t>(footer + 16);
  AETHER_RETURN_IF_ERROR(BlobFile(fs, path, found, false).Verify());
  *meta = found;
  return Status::OK();
}

Status BlobFile::CheckPlace(const BlobRef& ref) const {
  const bool inside = ref.offset <= meta_.file_size && ref.stored <= meta_.file_size - ref.offset;
  return inside ? Status::OK() : Corrupt(ref.offset, "a reference leads out of the file");
}

Status BlobFile::Read(const BlobRef& ref, bool verify, char* to) const {
  std::shared_ptr<const RandomReadFile> file;
  AETHER_RETURN_IF_ERROR(Handle(&file));
  std::unique_ptr<char, Free> packed;
  char* stored = to;
  if (ref.codec != Codec::kNone) {
    packed.reset(static_cast<char*>(std::malloc(ref.stored)));
    if (packed == nullptr) return Status(Status::kAborted, Status::kMemoryLimit, path_);
    stored = packed.get();
  }
  AETHER_RETURN_IF_ERROR(ReadExact(*file, ref.offset, ref.stored, stored));
  if (verify && !ChecksumPasses(ref.checksum, Hash64(stored, ref.stored,
                                                     run_format::Seed(meta_.salt, ref.offset)))) {
    return Corrupt(ref.offset, "checksum mismatch in a value");
  }
  if (packed != nullptr && !Decompress(ref.codec, Slice(stored, ref.stored), to, ref.size)) {
    return Corrupt(ref.offset, "a value cannot be decompressed");
  }
  return Status::OK();
}

void BlobFile::ReadAhead(uint64_t offset, uint64_t bytes) const {
  std::shared_ptr<const RandomReadFile> file;
  if (Handle(&file).ok()) file->ReadAhead(offset, bytes);
}

bool BlobFile::CloseUnlessUsed() const {
  MutexLock lock(&mutex_);
  if (std::exchange(used_, false)) return false;
  file_.reset();
  return true;
}

void BlobHandles::Opened(const BlobFile* file) {
  MutexLock lock(&mutex_);
  open_.push_back(file);
  // Twice around at most: the first time may only forget that they were used.
  for (size_t looked = 0; open_.size() > limit_ && looked < 2 * open_.size(); ++looked) {
    const BlobFile* const candidate = open_.front();
    open_.pop_front();
    if (!candidate->CloseUnlessUsed()) open_.push_back(candidate);
  }
}

void BlobHandles::Gone(const BlobFile* file) {
  MutexLock lock(&mutex_);
  std::erase(open_, file);
}

}  // namespace aether
