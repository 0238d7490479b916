// Traces in files of an Env.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "compat/batch/wire_format.h"
#include "compat/trace/trace_format.h"
#include "rocksdb/trace_reader_writer.h"

namespace rocksdb {

namespace {

class FileWriter final : public TraceWriter {
 public:
  explicit FileWriter(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status Write(const Slice& data) override {
    if (file_ == nullptr) return Status::IOError("The trace file is closed");
    bytes_ += data.size();
    return file_->Append(data);
  }
  Status Close() override {
    if (file_ == nullptr) return Status::OK();
    Status s = file_->Close();
    file_.reset();
    return s;
  }
  uint64_t GetFileSize() override { return bytes_; }

 private:
  std::unique_ptr<WritableFile> file_;
  uint64_t bytes_ = 0;
};

class FileReader final : public TraceReader {
 public:
  explicit FileReader(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}

  // Incomplete at the end of the file.
  Status Read(std::string* data) override {
    if (file_ == nullptr) return Status::IOError("The trace file is closed");
    Status s = ReadAt(offset_, kTraceHeadSize, data);
    if (!s.ok()) return s;
    if (data->empty()) return Status::Incomplete();
    if (data->size() < kTraceHeadSize) return Status::Corruption("Corrupted trace file.");
    uint64_t left = LoadFixed32(data->data() + 9);
    offset_ += kTraceHeadSize;
    // In pieces, so that a damaged length asks for no more memory than the file can fill.
    constexpr uint64_t kPiece = uint64_t{1} << 20;
    std::string piece;
    while (left > 0) {
      const uint64_t wanted = std::min(left, kPiece);
      s = ReadAt(offset_, wanted, &piece);
      if (!s.ok()) return s;
      if (piece.size() < wanted) return Status::Corruption("Corrupted trace file.");
      data->append(piece);
      offset_ += wanted;
      left -= wanted;
    }
    return s;
  }
  Status Close() override {
    file_.reset();
    return Status::OK();
  }
  Status Reset() override {
    if (file_ == nullptr) return Status::IOError("The trace file is closed");
    offset_ = 0;
    return Status::OK();
  }

 private:
  Status ReadAt(uint64_t offset, uint64_t bytes, std::string* data) const {
    data->resize(bytes);
    Slice got;
    Status s = file_->Read(offset, bytes, &got, data->data());
    if (!s.ok()) return s;
    if (got.data() != data->data()) {
      data->assign(got.data(), got.size());
    } else {
      data->resize(got.size());
    }
    return s;
  }

  std::unique_ptr<RandomAccessFile> file_;
  uint64_t offset_ = 0;
};

}  // namespace

Status NewFileTraceWriter(Env* env, const EnvOptions& env_options,
                          const std::string& trace_filename,
                          std::unique_ptr<TraceWriter>* trace_writer) {
  std::unique_ptr<WritableFile> file;
  Status s = env->NewWritableFile(trace_filename, &file, env_options);
  if (s.ok()) trace_writer->reset(new FileWriter(std::move(file)));
  return s;
}

Status NewFileTraceReader(Env* env, const EnvOptions& env_options,
                          const std::string& trace_filename,
                          std::unique_ptr<TraceReader>* trace_reader) {
  std::unique_ptr<RandomAccessFile> file;
  Status s = env->NewRandomAccessFile(trace_filename, &file, env_options);
  if (s.ok()) trace_reader->reset(new FileReader(std::move(file)));
  return s;
}

}  // namespace rocksdb
