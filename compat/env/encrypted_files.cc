// Files that are encrypted as they are written, and a file system of such files. The contents of a
// file come after a prefix that the provider makes; sizes and offsets are those of the contents.
// Offsets that a cipher sees count the prefix.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "compat/env/composite_env.h"
#include "rocksdb/env_encryption.h"

namespace rocksdb {

namespace {

// Memory as direct files want it.
class AlignedBytes {
 public:
  AlignedBytes(size_t size, size_t alignment) {
    const size_t step = std::max(alignment, alignof(std::max_align_t));
    bytes_.reset(static_cast<char*>(std::aligned_alloc(step, (size / step + 1) * step)));
  }
  char* get() const { return bytes_.get(); }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char, Free> bytes_;
};

IOStatus NoMemory() { return IOStatus::Aborted("no memory for an encrypted file"); }

// Where a file shows its own memory instead of filling the scratch, that is not touched.
IOStatus DecryptInto(BlockAccessCipherStream* stream, uint64_t offset, Slice* result,
                     char* scratch) {
  if (result->empty()) return IOStatus::OK();
  if (result->data() != scratch) memcpy(scratch, result->data(), result->size());
  *result = Slice(scratch, result->size());
  return status_to_io_status(stream->Decrypt(offset, scratch, result->size()));
}

// Hands an encrypted copy of the data to `write`.
template <typename Write>
IOStatus Encrypted(BlockAccessCipherStream* stream, uint64_t offset, const Slice& data,
                   size_t alignment, const Write& write) {
  if (data.empty()) return write(data);
  const AlignedBytes copy(data.size(), alignment);
  if (copy.get() == nullptr) return NoMemory();
  memcpy(copy.get(), data.data(), data.size());
  const Status s = stream->Encrypt(offset, copy.get(), data.size());
  return s.ok() ? write(Slice(copy.get(), data.size())) : status_to_io_status(Status(s));
}

}  // namespace

// --- sequential ---

IOStatus EncryptedSequentialFile::Read(size_t n, const IOOptions& options, Slice* result,
                                       char* scratch, IODebugContext* dbg) {
  IOStatus s = file_->Read(n, options, result, scratch, dbg);
  if (!s.ok()) return s;
  s = DecryptInto(stream_.get(), offset_, result, scratch);
  offset_ += result->size();
  return s;
}
IOStatus EncryptedSequentialFile::Skip(uint64_t n) {
  IOStatus s = file_->Skip(n);
  if (s.ok()) offset_ += n;
  return s;
}
bool EncryptedSequentialFile::use_direct_io() const { return file_->use_direct_io(); }
size_t EncryptedSequentialFile::GetRequiredBufferAlignment() const {
  return file_->GetRequiredBufferAlignment();
}
IOStatus EncryptedSequentialFile::InvalidateCache(size_t offset, size_t length) {
  return file_->InvalidateCache(offset + prefixLength_, length);
}
IOStatus EncryptedSequentialFile::PositionedRead(uint64_t offset, size_t n,
                                                 const IOOptions& options, Slice* result,
                                                 char* scratch, IODebugContext* dbg) {
  offset += prefixLength_;
  IOStatus s = file_->PositionedRead(offset, n, options, result, scratch, dbg);
  if (!s.ok()) return s;
  s = DecryptInto(stream_.get(), offset, result, scratch);
  offset_ = offset + result->size();
  return s;
}

// --- random access ---

IOStatus EncryptedRandomAccessFile::Read(uint64_t offset, size_t n, const IOOptions& options,
                                         Slice* result, char* scratch, IODebugContext* dbg) const {
  offset += prefixLength_;
  IOStatus s = file_->Read(offset, n, options, result, scratch, dbg);
  return s.ok() ? DecryptInto(stream_.get(), offset, result, scratch) : s;
}
IOStatus EncryptedRandomAccessFile::Prefetch(uint64_t offset, size_t n, const IOOptions& options,
                                             IODebugContext* dbg) {
  return file_->Prefetch(offset + prefixLength_, n, options, dbg);
}
size_t EncryptedRandomAccessFile::GetUniqueId(char* id, size_t max_size) const {
  return file_->GetUniqueId(id, max_size);
}
void EncryptedRandomAccessFile::Hint(AccessPattern pattern) { file_->Hint(pattern); }
bool EncryptedRandomAccessFile::use_direct_io() const { return file_->use_direct_io(); }
size_t EncryptedRandomAccessFile::GetRequiredBufferAlignment() const {
  return file_->GetRequiredBufferAlignment();
}
IOStatus EncryptedRandomAccessFile::InvalidateCache(size_t offset, size_t length) {
  return file_->InvalidateCache(offset + prefixLength_, length);
}

// --- writable ---

IOStatus EncryptedWritableFile::Append(const Slice& data, const IOOptions& options,
                                       IODebugContext* dbg) {
  return Encrypted(stream_.get(), file_->GetFileSize(options, dbg), data,
                   GetRequiredBufferAlignment(),
                   [&](const Slice& bytes) { return file_->Append(bytes, options, dbg); });
}
IOStatus EncryptedWritableFile::PositionedAppend(const Slice& data, uint64_t offset,
                                                 const IOOptions& options, IODebugContext* dbg) {
  offset += prefixLength_;
  return Encrypted(
      stream_.get(), offset, data, GetRequiredBufferAlignment(),
      [&](const Slice& bytes) { return file_->PositionedAppend(bytes, offset, options, dbg); });
}
bool EncryptedWritableFile::IsSyncThreadSafe() const { return file_->IsSyncThreadSafe(); }
bool EncryptedWritableFile::use_direct_io() const { return file_->use_direct_io(); }
size_t EncryptedWritableFile::GetRequiredBufferAlignment() const {
  return file_->GetRequiredBufferAlignment();
}
uint64_t EncryptedWritableFile::GetFileSize(const IOOptions& options, IODebugContext* dbg) {
  const uint64_t size = file_->GetFileSize(options, dbg);
  return size - std::min<uint64_t>(size, prefixLength_);
}
IOStatus EncryptedWritableFile::Truncate(uint64_t size, const IOOptions& options,
                                         IODebugContext* dbg) {
  return file_->Truncate(size + prefixLength_, options, dbg);
}
IOStatus EncryptedWritableFile::InvalidateCache(size_t offset, size_t length) {
  return file_->InvalidateCache(offset + prefixLength_, length);
}
IOStatus EncryptedWritableFile::RangeSync(uint64_t offset, uint64_t nbytes,
                                          const IOOptions& options, IODebugContext* dbg) {
  return file_->RangeSync(offset + prefixLength_, nbytes, options, dbg);
}
void EncryptedWritableFile::PrepareWrite(size_t offset, size_t len, const IOOptions& options,
                                         IODebugContext* dbg) {
  file_->PrepareWrite(offset + prefixLength_, len, options, dbg);
}
void EncryptedWritableFile::SetPreallocationBlockSize(size_t size) {
  // The block that the prefix is in counts, too.
  const auto alignment = GetRequiredBufferAlignment();
  const size_t blocks = (size + alignment - 1) / alignment;
  file_->SetPreallocationBlockSize(blocks * alignment);
}
void EncryptedWritableFile::GetPreallocationStatus(size_t* block_size,
                                                   size_t* last_allocated_block) {
  file_->GetPreallocationStatus(block_size, last_allocated_block);
}
IOStatus EncryptedWritableFile::Allocate(uint64_t offset, uint64_t len, const IOOptions& options,
                                         IODebugContext* dbg) {
  return file_->Allocate(offset + prefixLength_, len, options, dbg);
}
IOStatus EncryptedWritableFile::Flush(const IOOptions& options, IODebugContext* dbg) {
  return file_->Flush(options, dbg);
}
IOStatus EncryptedWritableFile::Sync(const IOOptions& options, IODebugContext* dbg) {
  return file_->Sync(options, dbg);
}
IOStatus EncryptedWritableFile::Close(const IOOptions& options, IODebugContext* dbg) {
  return file_->Close(options, dbg);
}

// --- both ways ---

bool EncryptedRandomRWFile::use_direct_io() const { return file_->use_direct_io(); }
size_t EncryptedRandomRWFile::GetRequiredBufferAlignment() const {
  return file_->GetRequiredBufferAlignment();
}
IOStatus EncryptedRandomRWFile::Write(uint64_t offset, const Slice& data, const IOOptions& options,
                                      IODebugContext* dbg) {
  offset += prefixLength_;
  return Encrypted(stream_.get(), offset, data, GetRequiredBufferAlignment(),
                   [&](const Slice& bytes) { return file_->Write(offset, bytes, options, dbg); });
}
IOStatus EncryptedRandomRWFile::Read(uint64_t offset, size_t n, const IOOptions& options,
                                     Slice* result, char* scratch, IODebugContext* dbg) const {
  offset += prefixLength_;
  IOStatus s = file_->Read(offset, n, options, result, scratch, dbg);
  return s.ok() ? DecryptInto(stream_.get(), offset, result, scratch) : s;
}
IOStatus EncryptedRandomRWFile::Flush(const IOOptions& options, IODebugContext* dbg) {
  return file_->Flush(options, dbg);
}
IOStatus EncryptedRandomRWFile::Sync(const IOOptions& options, IODebugContext* dbg) {
  return file_->Sync(options, dbg);
}
IOStatus EncryptedRandomRWFile::Fsync(const IOOptions& options, IODebugContext* dbg) {
  return file_->Fsync(options, dbg);
}
IOStatus EncryptedRandomRWFile::Close(const IOOptions& options, IODebugContext* dbg) {
  return file_->Close(options, dbg);
}

// --- the file system ---

namespace {

using Stream = std::unique_ptr<BlockAccessCipherStream>;

class EncryptedFs final : public EncryptedFileSystem {
 public:
  EncryptedFs(const std::shared_ptr<FileSystem>& base, std::shared_ptr<EncryptionProvider> provider)
      : EncryptedFileSystem(base), provider_(std::move(provider)) {}

  const char* Name() const override { return kClassName(); }
  Status AddCipher(const std::string& descriptor, const char* cipher, size_t len,
                   bool for_write) override {
    return provider_->AddCipher(descriptor, cipher, len, for_write);
  }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* result,
                             IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_reads) return IOStatus::InvalidArgument();
    std::unique_ptr<FSSequentialFile> file;
    IOStatus s = target_->NewSequentialFile(name, options, &file, dbg);
    if (!s.ok()) return s;
    Stream stream;
    s = ReadPrefix(
        name, options, file->GetRequiredBufferAlignment(),
        [&](size_t n, Slice* prefix, char* scratch) {
          return options.use_direct_reads
                     ? file->PositionedRead(0, n, options.io_options, prefix, scratch, dbg)
                     : file->Read(n, options.io_options, prefix, scratch, dbg);
        },
        &stream);
    if (s.ok()) {
      result->reset(new EncryptedSequentialFile(std::move(file), std::move(stream), prefix()));
    }
    return s;
  }

  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* result,
                               IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_reads) return IOStatus::InvalidArgument();
    std::unique_ptr<FSRandomAccessFile> file;
    IOStatus s = target_->NewRandomAccessFile(name, options, &file, dbg);
    if (!s.ok()) return s;
    Stream stream;
    s = ReadPrefix(
        name, options, file->GetRequiredBufferAlignment(),
        [&](size_t n, Slice* prefix, char* scratch) {
          return file->Read(0, n, options.io_options, prefix, scratch, dbg);
        },
        &stream);
    if (s.ok()) {
      result->reset(new EncryptedRandomAccessFile(std::move(file), std::move(stream), prefix()));
    }
    return s;
  }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result, IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_writes) return IOStatus::InvalidArgument();
    std::unique_ptr<FSWritableFile> file;
    IOStatus s = target_->NewWritableFile(name, options, &file, dbg);
    return s.ok() ? BeginFile(name, options, std::move(file), result, dbg) : s;
  }

  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result,
                              IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_writes) return IOStatus::InvalidArgument();
    Stream stream;
    const IOStatus known = StreamOf(name, options, &stream, dbg);
    std::unique_ptr<FSWritableFile> file;
    IOStatus s = target_->ReopenWritableFile(name, options, &file, dbg);
    if (!s.ok()) return s;
    if (file->GetFileSize(options.io_options, dbg) == 0) {
      return BeginFile(name, options, std::move(file), result, dbg);
    }
    if (!known.ok()) return known;
    result->reset(new EncryptedWritableFile(std::move(file), std::move(stream), prefix()));
    return s;
  }

  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* result,
                             IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_writes) return IOStatus::InvalidArgument();
    std::unique_ptr<FSWritableFile> file;
    IOStatus s = target_->ReuseWritableFile(name, old_name, options, &file, dbg);
    return s.ok() ? BeginFile(name, options, std::move(file), result, dbg) : s;
  }

  IOStatus NewRandomRWFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSRandomRWFile>* result, IODebugContext* dbg) override {
    result->reset();
    if (options.use_mmap_reads || options.use_mmap_writes) return IOStatus::InvalidArgument();
    const bool exists = target_->FileExists(name, options.io_options, dbg).ok();
    std::unique_ptr<FSRandomRWFile> file;
    IOStatus s = target_->NewRandomRWFile(name, options, &file, dbg);
    if (!s.ok()) return s;
    Stream stream;
    if (exists) {
      s = StreamOf(name, options, &stream, dbg);
    } else {
      s = NewPrefix(
          name, options, file->GetRequiredBufferAlignment(),
          [&](const Slice& bytes) { return file->Write(0, bytes, options.io_options, dbg); },
          &stream);
    }
    if (s.ok()) {
      result->reset(new EncryptedRandomRWFile(std::move(file), std::move(stream), prefix()));
    }
    return s;
  }

  // The contents would be seen as they are.
  IOStatus NewMemoryMappedFileBuffer(const std::string&,
                                     std::unique_ptr<MemoryMappedFileBuffer>*) override {
    return IOStatus::NotSupported("memory-mapped files of an encrypted file system");
  }

  IOStatus Truncate(const std::string& name, size_t size, const IOOptions& options,
                    IODebugContext* dbg) override {
    return target_->Truncate(name, size + prefix(), options, dbg);
  }

  IOStatus GetFileSize(const std::string& name, const IOOptions& options, uint64_t* size,
                       IODebugContext* dbg) override {
    IOStatus s = target_->GetFileSize(name, options, size, dbg);
    if (s.ok()) *size -= std::min<uint64_t>(*size, prefix());
    return s;
  }

  IOStatus GetChildrenFileAttributes(const std::string& dir, const IOOptions& options,
                                     std::vector<FileAttributes>* result,
                                     IODebugContext* dbg) override {
    IOStatus s = target_->GetChildrenFileAttributes(dir, options, result, dbg);
    for (FileAttributes& file : *result) {
      file.size_bytes -= std::min<uint64_t>(file.size_bytes, prefix());
    }
    return s;
  }

 private:
  size_t prefix() const { return provider_->GetPrefixLength(); }

  template <typename Read>
  IOStatus ReadPrefix(const std::string& name, const FileOptions& options, size_t alignment,
                      const Read& read, Stream* stream) {
    const AlignedBytes bytes(prefix(), alignment);
    if (bytes.get() == nullptr) return NoMemory();
    Slice found(bytes.get(), 0);
    if (prefix() > 0) {
      IOStatus s = read(prefix(), &found, bytes.get());
      if (!s.ok()) return s;
    }
    return status_to_io_status(provider_->CreateCipherStream(name, options, found, stream));
  }

  template <typename Write>
  IOStatus NewPrefix(const std::string& name, const FileOptions& options, size_t alignment,
                     const Write& write, Stream* stream) {
    const AlignedBytes bytes(prefix(), alignment);
    if (bytes.get() == nullptr) return NoMemory();
    Slice made(bytes.get(), prefix());
    IOStatus s;
    if (prefix() > 0) {
      s = status_to_io_status(provider_->CreateNewPrefix(name, bytes.get(), prefix()));
      if (s.ok()) s = write(made);
    }
    return s.ok() ? status_to_io_status(provider_->CreateCipherStream(name, options, made, stream))
                  : s;
  }

  // Of a file that is there.
  IOStatus StreamOf(const std::string& name, const FileOptions& options, Stream* stream,
                    IODebugContext* dbg) {
    std::unique_ptr<FSSequentialFile> file;
    FileOptions plain(options);
    plain.use_direct_reads = false;
    IOStatus s = target_->NewSequentialFile(name, plain, &file, dbg);
    if (!s.ok()) return s;
    return ReadPrefix(
        name, options, file->GetRequiredBufferAlignment(),
        [&](size_t n, Slice* found, char* scratch) {
          return file->Read(n, options.io_options, found, scratch, dbg);
        },
        stream);
  }

  IOStatus BeginFile(const std::string& name, const FileOptions& options,
                     std::unique_ptr<FSWritableFile>&& file,
                     std::unique_ptr<FSWritableFile>* result, IODebugContext* dbg) {
    Stream stream;
    IOStatus s = NewPrefix(
        name, options, file->GetRequiredBufferAlignment(),
        [&](const Slice& bytes) { return file->Append(bytes, options.io_options, dbg); }, &stream);
    if (s.ok()) {
      result->reset(new EncryptedWritableFile(std::move(file), std::move(stream), prefix()));
    }
    return s;
  }

  const std::shared_ptr<EncryptionProvider> provider_;
};

}  // namespace

std::shared_ptr<FileSystem> NewEncryptedFS(const std::shared_ptr<FileSystem>& base_fs,
                                           const std::shared_ptr<EncryptionProvider>& provider) {
  if (provider == nullptr || base_fs == nullptr) return nullptr;
  return std::make_shared<EncryptedFs>(base_fs, provider);
}

Env* NewEncryptedEnv(Env* base_env, const std::shared_ptr<EncryptionProvider>& provider) {
  if (base_env == nullptr || provider == nullptr) return nullptr;
  return new CompositeEnvWrapper(base_env, NewEncryptedFS(base_env->GetFileSystem(), provider));
}

}  // namespace rocksdb
