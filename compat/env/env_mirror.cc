// Files on two environments at a time are not offered.

#include "rocksdb/utilities/env_mirror.h"

namespace rocksdb {

Status EnvMirror::NewSequentialFile(const std::string&, std::unique_ptr<SequentialFile>*,
                                    const EnvOptions&) {
  return Status::NotSupported("EnvMirror::NewSequentialFile");
}
Status EnvMirror::NewRandomAccessFile(const std::string&, std::unique_ptr<RandomAccessFile>*,
                                      const EnvOptions&) {
  return Status::NotSupported("EnvMirror::NewRandomAccessFile");
}
Status EnvMirror::NewWritableFile(const std::string&, std::unique_ptr<WritableFile>*,
                                  const EnvOptions&) {
  return Status::NotSupported("EnvMirror::NewWritableFile");
}
Status EnvMirror::ReuseWritableFile(const std::string&, const std::string&,
                                    std::unique_ptr<WritableFile>*, const EnvOptions&) {
  return Status::NotSupported("EnvMirror::ReuseWritableFile");
}

}  // namespace rocksdb
