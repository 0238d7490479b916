// Where traces are written to and read from.

#ifndef AETHER_INCLUDE_ROCKSDB_TRACE_READER_WRITER_H_
#define AETHER_INCLUDE_ROCKSDB_TRACE_READER_WRITER_H_

#include "rocksdb/env.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class TraceWriter {
 public:
  virtual ~TraceWriter() = default;
  virtual Status Write(const Slice& data) = 0;
  virtual Status Close() = 0;
  virtual uint64_t GetFileSize() = 0;
};

class TraceReader {
 public:
  virtual ~TraceReader() = default;
  virtual Status Read(std::string* data) = 0;
  virtual Status Close() = 0;
  virtual Status Reset() = 0;
};

Status NewFileTraceWriter(Env* env, const EnvOptions& env_options,
                          const std::string& trace_filename,
                          std::unique_ptr<TraceWriter>* trace_writer);

Status NewFileTraceReader(Env* env, const EnvOptions& env_options,
                          const std::string& trace_filename,
                          std::unique_ptr<TraceReader>* trace_reader);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_TRACE_READER_WRITER_H_
