// An Env that does everything on two others and compares: declared for programs that link with it;
// opening a file answers NotSupported. Thread safety: any thread.
#ifndef AETHER_ROCKSDB_UTILITIES_ENV_MIRROR_H_
#define AETHER_ROCKSDB_UTILITIES_ENV_MIRROR_H_

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/env.h"

namespace ROCKSDB_NAMESPACE {

class EnvMirror : public EnvWrapper {
  Env* a_;
  Env* b_;
  bool free_a_;
  bool free_b_;

 public:
  EnvMirror(Env* a, Env* b, bool free_a = false, bool free_b = false)
      : EnvWrapper(a), a_(a), b_(b), free_a_(free_a), free_b_(free_b) {}
  ~EnvMirror() {
    if (free_a_) delete a_;
    if (free_b_) delete b_;
  }
  Status NewSequentialFile(const std::string& f, std::unique_ptr<SequentialFile>* r,
                           const EnvOptions& options) override;
  Status NewRandomAccessFile(const std::string& f, std::unique_ptr<RandomAccessFile>* r,
                             const EnvOptions& options) override;
  Status NewWritableFile(const std::string& f, std::unique_ptr<WritableFile>* r,
                         const EnvOptions& options) override;
  Status ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                           std::unique_ptr<WritableFile>* r, const EnvOptions& options) override;
  Status NewDirectory(const std::string& name, std::unique_ptr<Directory>* result) override {
    std::unique_ptr<Directory> other;
    return Same(a_->NewDirectory(name, result), b_->NewDirectory(name, &other));
  }
  Status FileExists(const std::string& f) override {
    return Same(a_->FileExists(f), b_->FileExists(f));
  }
  Status GetChildren(const std::string& dir, std::vector<std::string>* r) override {
    std::vector<std::string> other;
    const Status s = Same(a_->GetChildren(dir, r), b_->GetChildren(dir, &other));
    std::sort(r->begin(), r->end());
    std::sort(other.begin(), other.end());
    return s.ok() && *r != other ? Status::Corruption("EnvMirror: the two differ") : s;
  }
  Status DeleteFile(const std::string& f) override {
    return Same(a_->DeleteFile(f), b_->DeleteFile(f));
  }
  Status CreateDir(const std::string& d) override {
    return Same(a_->CreateDir(d), b_->CreateDir(d));
  }
  Status CreateDirIfMissing(const std::string& d) override {
    return Same(a_->CreateDirIfMissing(d), b_->CreateDirIfMissing(d));
  }
  Status DeleteDir(const std::string& d) override {
    return Same(a_->DeleteDir(d), b_->DeleteDir(d));
  }
  Status GetFileSize(const std::string& f, uint64_t* s) override {
    uint64_t other = 0;
    const Status status = Same(a_->GetFileSize(f, s), b_->GetFileSize(f, &other));
    return status.ok() && *s != other ? Status::Corruption("EnvMirror: the two differ") : status;
  }
  Status GetFileModificationTime(const std::string& fname, uint64_t* file_mtime) override {
    uint64_t other = 0;
    return Same(a_->GetFileModificationTime(fname, file_mtime),
                b_->GetFileModificationTime(fname, &other));
  }
  Status RenameFile(const std::string& s, const std::string& t) override {
    return Same(a_->RenameFile(s, t), b_->RenameFile(s, t));
  }
  Status LinkFile(const std::string& s, const std::string& t) override {
    return Same(a_->LinkFile(s, t), b_->LinkFile(s, t));
  }

  class FileLockMirror : public FileLock {
   public:
    FileLock* a_;
    FileLock* b_;
    FileLockMirror(FileLock* a, FileLock* b) : a_(a), b_(b) {}
  };
  Status LockFile(const std::string& f, FileLock** l) override {
    FileLock* first = nullptr;
    FileLock* second = nullptr;
    const Status one = a_->LockFile(f, &first);
    const Status two = b_->LockFile(f, &second);
    if (one.ok() && two.ok()) {
      *l = new FileLockMirror(first, second);
      return one;
    }
    if (one.ok()) a_->UnlockFile(first).PermitUncheckedError();
    if (two.ok()) b_->UnlockFile(second).PermitUncheckedError();
    return Same(one, two);
  }
  Status UnlockFile(FileLock* l) override {
    if (l == nullptr) return Status::InvalidArgument("EnvMirror: no lock");
    auto* both = static_cast<FileLockMirror*>(l);
    const Status s = Same(a_->UnlockFile(both->a_), b_->UnlockFile(both->b_));
    delete both;
    return s;
  }

 private:
  // Where RocksDB asserts that both say the same.
  static Status Same(const Status& one, const Status& two) {
    return one == two ? one : Status::Corruption("EnvMirror: the two differ");
  }
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_ENV_MIRROR_H_
