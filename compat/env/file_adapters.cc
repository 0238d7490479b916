#include "compat/env/file_adapters.h"

#include <utility>
#include <vector>

namespace rocksdb {

namespace {

IOStatus IO(Status status) { return status_to_io_status(std::move(status)); }

// --- FileSystem files as Env files ---

class EnvSequential : public SequentialFile {
 public:
  explicit EnvSequential(std::unique_ptr<FSSequentialFile> file) : file_(std::move(file)) {}
  Status Read(size_t n, Slice* result, char* scratch) override {
    return file_->Read(n, IOOptions(), result, scratch, nullptr);
  }
  Status Skip(uint64_t n) override { return file_->Skip(n); }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  Status InvalidateCache(size_t offset, size_t length) override {
    return file_->InvalidateCache(offset, length);
  }
  Status PositionedRead(uint64_t offset, size_t n, Slice* result, char* scratch) override {
    return file_->PositionedRead(offset, n, IOOptions(), result, scratch, nullptr);
  }

 private:
  const std::unique_ptr<FSSequentialFile> file_;
};

class EnvRandomAccess : public RandomAccessFile {
 public:
  explicit EnvRandomAccess(std::unique_ptr<FSRandomAccessFile> file) : file_(std::move(file)) {}
  Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const override {
    return file_->Read(offset, n, IOOptions(), result, scratch, nullptr);
  }
  Status Prefetch(uint64_t offset, size_t n) override {
    return file_->Prefetch(offset, n, IOOptions(), nullptr);
  }
  Status MultiRead(ReadRequest* reqs, size_t num_reqs) override {
    std::vector<FSReadRequest> requests(num_reqs);
    for (size_t i = 0; i < num_reqs; ++i) {
      requests[i].offset = reqs[i].offset;
      requests[i].len = reqs[i].len;
      requests[i].scratch = reqs[i].scratch;
    }
    const Status status = file_->MultiRead(requests.data(), num_reqs, IOOptions(), nullptr);
    for (size_t i = 0; i < num_reqs; ++i) {
      reqs[i].result = requests[i].result;
      reqs[i].status = requests[i].status;
    }
    return status;
  }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return file_->GetUniqueId(id, max_size);
  }
  void Hint(AccessPattern pattern) override {
    file_->Hint(static_cast<FSRandomAccessFile::AccessPattern>(pattern));
  }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  Status InvalidateCache(size_t offset, size_t length) override {
    return file_->InvalidateCache(offset, length);
  }

 private:
  const std::unique_ptr<FSRandomAccessFile> file_;
};

class EnvWritable : public WritableFile {
 public:
  explicit EnvWritable(std::unique_ptr<FSWritableFile> file) : file_(std::move(file)) {}
  Status Append(const Slice& data) override { return file_->Append(data, IOOptions(), nullptr); }
  Status Append(const Slice& data, const DataVerificationInfo& info) override {
    return file_->Append(data, IOOptions(), info, nullptr);
  }
  Status PositionedAppend(const Slice& data, uint64_t offset) override {
    return file_->PositionedAppend(data, offset, IOOptions(), nullptr);
  }
  Status PositionedAppend(const Slice& data, uint64_t offset,
                          const DataVerificationInfo& info) override {
    return file_->PositionedAppend(data, offset, IOOptions(), info, nullptr);
  }
  Status Truncate(uint64_t size) override { return file_->Truncate(size, IOOptions(), nullptr); }
  Status Close() override { return file_->Close(IOOptions(), nullptr); }
  Status Flush() override { return file_->Flush(IOOptions(), nullptr); }
  Status Sync() override { return file_->Sync(IOOptions(), nullptr); }
  Status Fsync() override { return file_->Fsync(IOOptions(), nullptr); }
  bool IsSyncThreadSafe() const override { return file_->IsSyncThreadSafe(); }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  void SetIOPriority(Env::IOPriority pri) override { file_->SetIOPriority(pri); }
  Env::IOPriority GetIOPriority() override { return file_->GetIOPriority(); }
  void SetWriteLifeTimeHint(Env::WriteLifeTimeHint hint) override {
    file_->SetWriteLifeTimeHint(hint);
  }
  Env::WriteLifeTimeHint GetWriteLifeTimeHint() override { return file_->GetWriteLifeTimeHint(); }
  uint64_t GetFileSize() override { return file_->GetFileSize(IOOptions(), nullptr); }
  void SetPreallocationBlockSize(size_t size) override { file_->SetPreallocationBlockSize(size); }
  void GetPreallocationStatus(size_t* block_size, size_t* last_allocated_block) override {
    file_->GetPreallocationStatus(block_size, last_allocated_block);
  }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return file_->GetUniqueId(id, max_size);
  }
  Status InvalidateCache(size_t offset, size_t length) override {
    return file_->InvalidateCache(offset, length);
  }
  Status RangeSync(uint64_t offset, uint64_t nbytes) override {
    return file_->RangeSync(offset, nbytes, IOOptions(), nullptr);
  }
  void PrepareWrite(size_t offset, size_t len) override {
    file_->PrepareWrite(offset, len, IOOptions(), nullptr);
  }
  Status Allocate(uint64_t offset, uint64_t len) override {
    return file_->Allocate(offset, len, IOOptions(), nullptr);
  }

 private:
  const std::unique_ptr<FSWritableFile> file_;
};

class EnvRandomRW : public RandomRWFile {
 public:
  explicit EnvRandomRW(std::unique_ptr<FSRandomRWFile> file) : file_(std::move(file)) {}
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  Status Write(uint64_t offset, const Slice& data) override {
    return file_->Write(offset, data, IOOptions(), nullptr);
  }
  Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const override {
    return file_->Read(offset, n, IOOptions(), result, scratch, nullptr);
  }
  Status Flush() override { return file_->Flush(IOOptions(), nullptr); }
  Status Sync() override { return file_->Sync(IOOptions(), nullptr); }
  Status Fsync() override { return file_->Fsync(IOOptions(), nullptr); }
  Status Close() override { return file_->Close(IOOptions(), nullptr); }

 private:
  const std::unique_ptr<FSRandomRWFile> file_;
};

class EnvDirectory : public Directory {
 public:
  explicit EnvDirectory(std::unique_ptr<FSDirectory> dir) : dir_(std::move(dir)) {}
  Status Fsync() override { return dir_->Fsync(IOOptions(), nullptr); }
  Status Close() override { return dir_->Close(IOOptions(), nullptr); }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return dir_->GetUniqueId(id, max_size);
  }

 private:
  const std::unique_ptr<FSDirectory> dir_;
};

// --- Env files as FileSystem files ---

class FSSequential : public FSSequentialFile {
 public:
  explicit FSSequential(std::unique_ptr<SequentialFile> file) : file_(std::move(file)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    return IO(file_->Read(n, result, scratch));
  }
  IOStatus Skip(uint64_t n) override { return IO(file_->Skip(n)); }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  IOStatus InvalidateCache(size_t offset, size_t length) override {
    return IO(file_->InvalidateCache(offset, length));
  }
  IOStatus PositionedRead(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                          IODebugContext*) override {
    return IO(file_->PositionedRead(offset, n, result, scratch));
  }

 private:
  const std::unique_ptr<SequentialFile> file_;
};

class FSRandomAccess : public FSRandomAccessFile {
 public:
  explicit FSRandomAccess(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return IO(file_->Read(offset, n, result, scratch));
  }
  IOStatus Prefetch(uint64_t offset, size_t n, const IOOptions&, IODebugContext*) override {
    return IO(file_->Prefetch(offset, n));
  }
  IOStatus MultiRead(FSReadRequest* reqs, size_t num_reqs, const IOOptions&,
                     IODebugContext*) override {
    std::vector<ReadRequest> requests(num_reqs);
    for (size_t i = 0; i < num_reqs; ++i) {
      requests[i].offset = reqs[i].offset;
      requests[i].len = reqs[i].len;
      requests[i].scratch = reqs[i].scratch;
    }
    Status status = file_->MultiRead(requests.data(), num_reqs);
    for (size_t i = 0; i < num_reqs; ++i) {
      reqs[i].result = requests[i].result;
      reqs[i].status = IO(std::move(requests[i].status));
    }
    return IO(std::move(status));
  }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return file_->GetUniqueId(id, max_size);
  }
  void Hint(AccessPattern pattern) override {
    file_->Hint(static_cast<RandomAccessFile::AccessPattern>(pattern));
  }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  IOStatus InvalidateCache(size_t offset, size_t length) override {
    return IO(file_->InvalidateCache(offset, length));
  }

 private:
  const std::unique_ptr<RandomAccessFile> file_;
};

class FSWritable : public FSWritableFile {
 public:
  explicit FSWritable(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return IO(file_->Append(data));
  }
  IOStatus Append(const Slice& data, const IOOptions&, const DataVerificationInfo& info,
                  IODebugContext*) override {
    return IO(file_->Append(data, info));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions&,
                            IODebugContext*) override {
    return IO(file_->PositionedAppend(data, offset));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions&,
                            const DataVerificationInfo& info, IODebugContext*) override {
    return IO(file_->PositionedAppend(data, offset, info));
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return IO(file_->Truncate(size));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IO(file_->Close()); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IO(file_->Flush()); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return IO(file_->Sync()); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IO(file_->Fsync()); }
  bool IsSyncThreadSafe() const override { return file_->IsSyncThreadSafe(); }
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  void SetIOPriority(Env::IOPriority pri) override { file_->SetIOPriority(pri); }
  Env::IOPriority GetIOPriority() override { return file_->GetIOPriority(); }
  void SetWriteLifeTimeHint(Env::WriteLifeTimeHint hint) override {
    file_->SetWriteLifeTimeHint(hint);
  }
  Env::WriteLifeTimeHint GetWriteLifeTimeHint() override { return file_->GetWriteLifeTimeHint(); }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_->GetFileSize(); }
  void SetPreallocationBlockSize(size_t size) override { file_->SetPreallocationBlockSize(size); }
  void GetPreallocationStatus(size_t* block_size, size_t* last_allocated_block) override {
    file_->GetPreallocationStatus(block_size, last_allocated_block);
  }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return file_->GetUniqueId(id, max_size);
  }
  IOStatus InvalidateCache(size_t offset, size_t length) override {
    return IO(file_->InvalidateCache(offset, length));
  }
  IOStatus RangeSync(uint64_t offset, uint64_t nbytes, const IOOptions&, IODebugContext*) override {
    return IO(file_->RangeSync(offset, nbytes));
  }
  void PrepareWrite(size_t offset, size_t len, const IOOptions&, IODebugContext*) override {
    file_->PrepareWrite(offset, len);
  }
  IOStatus Allocate(uint64_t offset, uint64_t len, const IOOptions&, IODebugContext*) override {
    return IO(file_->Allocate(offset, len));
  }

 private:
  const std::unique_ptr<WritableFile> file_;
};

class FSRandomRW : public FSRandomRWFile {
 public:
  explicit FSRandomRW(std::unique_ptr<RandomRWFile> file) : file_(std::move(file)) {}
  bool use_direct_io() const override { return file_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override { return file_->GetRequiredBufferAlignment(); }
  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions&, IODebugContext*) override {
    return IO(file_->Write(offset, data));
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return IO(file_->Read(offset, n, result, scratch));
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IO(file_->Flush()); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return IO(file_->Sync()); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IO(file_->Fsync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IO(file_->Close()); }

 private:
  const std::unique_ptr<RandomRWFile> file_;
};

class FSDir : public FSDirectory {
 public:
  explicit FSDir(std::unique_ptr<Directory> dir) : dir_(std::move(dir)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IO(dir_->Fsync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IO(dir_->Close()); }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return dir_->GetUniqueId(id, max_size);
  }

 private:
  const std::unique_ptr<Directory> dir_;
};

template <typename Adapter, typename File>
std::unique_ptr<Adapter> Wrap(std::unique_ptr<File> file) {
  return file ? std::make_unique<Adapter>(std::move(file)) : nullptr;
}

}  // namespace

std::unique_ptr<SequentialFile> AsEnvFile(std::unique_ptr<FSSequentialFile> file) {
  return Wrap<EnvSequential>(std::move(file));
}
std::unique_ptr<RandomAccessFile> AsEnvFile(std::unique_ptr<FSRandomAccessFile> file) {
  return Wrap<EnvRandomAccess>(std::move(file));
}
std::unique_ptr<WritableFile> AsEnvFile(std::unique_ptr<FSWritableFile> file) {
  return Wrap<EnvWritable>(std::move(file));
}
std::unique_ptr<RandomRWFile> AsEnvFile(std::unique_ptr<FSRandomRWFile> file) {
  return Wrap<EnvRandomRW>(std::move(file));
}
std::unique_ptr<Directory> AsEnvFile(std::unique_ptr<FSDirectory> directory) {
  return Wrap<EnvDirectory>(std::move(directory));
}

std::unique_ptr<FSSequentialFile> AsFSFile(std::unique_ptr<SequentialFile> file) {
  return Wrap<FSSequential>(std::move(file));
}
std::unique_ptr<FSRandomAccessFile> AsFSFile(std::unique_ptr<RandomAccessFile> file) {
  return Wrap<FSRandomAccess>(std::move(file));
}
std::unique_ptr<FSWritableFile> AsFSFile(std::unique_ptr<WritableFile> file) {
  return Wrap<FSWritable>(std::move(file));
}
std::unique_ptr<FSRandomRWFile> AsFSFile(std::unique_ptr<RandomRWFile> file) {
  return Wrap<FSRandomRW>(std::move(file));
}
std::unique_ptr<FSDirectory> AsFSFile(std::unique_ptr<Directory> directory) {
  return Wrap<FSDir>(std::move(directory));
}

}  // namespace rocksdb
