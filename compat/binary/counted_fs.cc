#include "compat/binary/counted_fs.h"

#include <utility>

namespace rocksdb {

namespace {

// Counts one operation that went well and hands its status on.
IOStatus Count(std::atomic<int>* counter, IOStatus status) {
  if (status.ok()) counter->fetch_add(1, std::memory_order_relaxed);
  return status;
}

class CountedSequentialFile : public FSSequentialFileOwnerWrapper {
 public:
  CountedSequentialFile(std::unique_ptr<FSSequentialFile>&& file, FileOpCounters* counters)
      : FSSequentialFileOwnerWrapper(std::move(file)), counters_(counters) {}
  ~CountedSequentialFile() override { ++counters_->closes; }

  IOStatus Read(size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* dbg) override {
    IOStatus status = target()->Read(n, options, result, scratch, dbg);
    counters_->reads.Record(status, result->size());
    return status;
  }
  IOStatus PositionedRead(uint64_t offset, size_t n, const IOOptions& options, Slice* result,
                          char* scratch, IODebugContext* dbg) override {
    IOStatus status = target()->PositionedRead(offset, n, options, result, scratch, dbg);
    counters_->reads.Record(status, result->size());
    return status;
  }

 private:
  FileOpCounters* const counters_;
};

class CountedRandomAccessFile : public FSRandomAccessFileOwnerWrapper {
 public:
  CountedRandomAccessFile(std::unique_ptr<FSRandomAccessFile>&& file, FileOpCounters* counters)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), counters_(counters) {}
  ~CountedRandomAccessFile() override { ++counters_->closes; }

  IOStatus Read(uint64_t offset, size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* dbg) const override {
    IOStatus status = target()->Read(offset, n, options, result, scratch, dbg);
    counters_->reads.Record(status, result->size());
    return status;
  }
  IOStatus MultiRead(FSReadRequest* reqs, size_t num_reqs, const IOOptions& options,
                     IODebugContext* dbg) override {
    IOStatus status = target()->MultiRead(reqs, num_reqs, options, dbg);
    for (size_t i = 0; i < num_reqs; ++i) {
      counters_->reads.Record(reqs[i].status, reqs[i].result.size());
    }
    return status;
  }

 private:
  FileOpCounters* const counters_;
};

class CountedWritableFile : public FSWritableFileOwnerWrapper {
 public:
  CountedWritableFile(std::unique_ptr<FSWritableFile>&& file, FileOpCounters* counters)
      : FSWritableFileOwnerWrapper(std::move(file)), counters_(counters) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* dbg) override {
    return Wrote(target()->Append(data, options, dbg), data);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo& info,
                  IODebugContext* dbg) override {
    return Wrote(target()->Append(data, options, info, dbg), data);
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            IODebugContext* dbg) override {
    return Wrote(target()->PositionedAppend(data, offset, options, dbg), data);
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            const DataVerificationInfo& info, IODebugContext* dbg) override {
    return Wrote(target()->PositionedAppend(data, offset, options, info, dbg), data);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->closes, target()->Close(options, dbg));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->flushes, target()->Flush(options, dbg));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->syncs, target()->Sync(options, dbg));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->fsyncs, target()->Fsync(options, dbg));
  }
  IOStatus RangeSync(uint64_t offset, uint64_t nbytes, const IOOptions& options,
                     IODebugContext* dbg) override {
    return Count(&counters_->syncs, target()->RangeSync(offset, nbytes, options, dbg));
  }

 private:
  IOStatus Wrote(IOStatus status, const Slice& data) {
    counters_->writes.Record(status, data.size());
    return status;
  }

  FileOpCounters* const counters_;
};

class CountedRandomRWFile : public FSRandomRWFileOwnerWrapper {
 public:
  CountedRandomRWFile(std::unique_ptr<FSRandomRWFile>&& file, FileOpCounters* counters)
      : FSRandomRWFileOwnerWrapper(std::move(file)), counters_(counters) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* dbg) override {
    IOStatus status = target()->Write(offset, data, options, dbg);
    counters_->writes.Record(status, data.size());
    return status;
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* dbg) const override {
    IOStatus status = target()->Read(offset, n, options, result, scratch, dbg);
    counters_->reads.Record(status, result->size());
    return status;
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->flushes, target()->Flush(options, dbg));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->syncs, target()->Sync(options, dbg));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->fsyncs, target()->Fsync(options, dbg));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->closes, target()->Close(options, dbg));
  }

 private:
  FileOpCounters* const counters_;
};

class CountedDirectory : public FSDirectoryWrapper {
 public:
  CountedDirectory(std::unique_ptr<FSDirectory>&& directory, FileOpCounters* counters)
      : FSDirectoryWrapper(std::move(directory)), counters_(counters) {}
  ~CountedDirectory() override {
    if (!closed_) {
      ++counters_->closes;
      ++counters_->dir_closes;
    }
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return Count(&counters_->dsyncs, FSDirectoryWrapper::Fsync(options, dbg));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* dbg,
                               const DirFsyncOptions& dir_fsync_options) override {
    return Count(&counters_->dsyncs,
                 FSDirectoryWrapper::FsyncWithDirOptions(options, dbg, dir_fsync_options));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* dbg) override {
    IOStatus status = FSDirectoryWrapper::Close(options, dbg);
    if (status.ok() && !closed_) {
      closed_ = true;
      ++counters_->closes;
      ++counters_->dir_closes;
    }
    return status;
  }

 private:
  FileOpCounters* const counters_;
  bool closed_ = false;
};

// Puts a counting file around one that was opened.
template <typename Counted, typename File>
IOStatus Opened(IOStatus status, std::unique_ptr<File>* file, FileOpCounters* counters) {
  if (status.ok()) {
    ++counters->opens;
    *file = std::make_unique<Counted>(std::move(*file), counters);
  }
  return status;
}

}  // namespace

std::string FileOpCounters::PrintCounters() const {
  std::string text;
  const auto line = [&text](const char* label, uint64_t value) {
    text.append(label).append(": ").append(std::to_string(value)).push_back('\n');
  };
  const auto count = [&line](const char* label, const std::atomic<int>& counter) {
    line(label, static_cast<uint64_t>(counter.load(std::memory_order_relaxed)));
  };
  count("Num files opened", opens);
  count("Num files deleted", deletes);
  count("Num files renamed", renames);
  count("Num Flush()", flushes);
  count("Num Sync()", syncs);
  count("Num Fsync()", fsyncs);
  count("Num Dir Fsync()", dsyncs);
  count("Num Close()", closes);
  count("Num Dir Open()", dir_opens);
  count("Num Dir Close()", dir_closes);
  count("Num Read()", reads.ops);
  count("Num Append()", writes.ops);
  line("Num bytes read", reads.bytes.load(std::memory_order_relaxed));
  line("Num bytes written", writes.bytes.load(std::memory_order_relaxed));
  return text;
}

CountedFileSystem::CountedFileSystem(const std::shared_ptr<FileSystem>& base)
    : FileSystemWrapper(base) {}

IOStatus CountedFileSystem::NewSequentialFile(const std::string& f, const FileOptions& options,
                                              std::unique_ptr<FSSequentialFile>* r,
                                              IODebugContext* dbg) {
  return Opened<CountedSequentialFile>(target()->NewSequentialFile(f, options, r, dbg), r,
                                       &counters_);
}
IOStatus CountedFileSystem::NewRandomAccessFile(const std::string& f, const FileOptions& options,
                                                std::unique_ptr<FSRandomAccessFile>* r,
                                                IODebugContext* dbg) {
  return Opened<CountedRandomAccessFile>(target()->NewRandomAccessFile(f, options, r, dbg), r,
                                         &counters_);
}
IOStatus CountedFileSystem::NewWritableFile(const std::string& f, const FileOptions& options,
                                            std::unique_ptr<FSWritableFile>* r,
                                            IODebugContext* dbg) {
  return Opened<CountedWritableFile>(target()->NewWritableFile(f, options, r, dbg), r, &counters_);
}
IOStatus CountedFileSystem::ReopenWritableFile(const std::string& f, const FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* r,
                                               IODebugContext* dbg) {
  return Opened<CountedWritableFile>(target()->ReopenWritableFile(f, options, r, dbg), r,
                                     &counters_);
}
IOStatus CountedFileSystem::ReuseWritableFile(const std::string& f, const std::string& old_f,
                                              const FileOptions& options,
                                              std::unique_ptr<FSWritableFile>* r,
                                              IODebugContext* dbg) {
  return Opened<CountedWritableFile>(target()->ReuseWritableFile(f, old_f, options, r, dbg), r,
                                     &counters_);
}
IOStatus CountedFileSystem::NewRandomRWFile(const std::string& f, const FileOptions& options,
                                            std::unique_ptr<FSRandomRWFile>* r,
                                            IODebugContext* dbg) {
  return Opened<CountedRandomRWFile>(target()->NewRandomRWFile(f, options, r, dbg), r, &counters_);
}
IOStatus CountedFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                         std::unique_ptr<FSDirectory>* r, IODebugContext* dbg) {
  IOStatus status =
      Opened<CountedDirectory>(target()->NewDirectory(name, options, r, dbg), r, &counters_);
  return Count(&counters_.dir_opens, std::move(status));
}
IOStatus CountedFileSystem::DeleteFile(const std::string& f, const IOOptions& options,
                                       IODebugContext* dbg) {
  return Count(&counters_.deletes, target()->DeleteFile(f, options, dbg));
}
IOStatus CountedFileSystem::RenameFile(const std::string& s, const std::string& t,
                                       const IOOptions& options, IODebugContext* dbg) {
  return Count(&counters_.renames, target()->RenameFile(s, t, options, dbg));
}

const void* CountedFileSystem::GetOptionsPtr(const std::string& name) const {
  return name == FileOpCounters::kName() ? counters() : FileSystemWrapper::GetOptionsPtr(name);
}

}  // namespace rocksdb
