// Checksums over whole files, by an algorithm of the application's choice.

#ifndef AETHER_INCLUDE_ROCKSDB_FILE_CHECKSUM_H_
#define AETHER_INCLUDE_ROCKSDB_FILE_CHECKSUM_H_

#include <cassert>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/customizable.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

constexpr char kUnknownFileChecksum[] = "";
constexpr char kUnknownFileChecksumFuncName[] = "Unknown";
constexpr char kStandardDbFileChecksumFuncName[] = "FileChecksumCrc32c";
struct FileChecksumGenContext {
  std::string file_name;
  std::string requested_checksum_func_name;
};

// One file: Update with all its bytes in order, Finalize, GetChecksum.
class FileChecksumGenerator {
 public:
  virtual ~FileChecksumGenerator() {}
  virtual void Update(const char* data, size_t n) = 0;
  virtual void Finalize() = 0;
  virtual std::string GetChecksum() const = 0;
  virtual const char* Name() const = 0;
};

class FileChecksumGenFactory : public Customizable {
 public:
  ~FileChecksumGenFactory() override {}
  static const char* Type() { return "FileChecksumGenFactory"; }
  static Status CreateFromString(const ConfigOptions& options, const std::string& value,
                                 std::shared_ptr<FileChecksumGenFactory>* result);
  virtual std::unique_ptr<FileChecksumGenerator> CreateFileChecksumGenerator(
      const FileChecksumGenContext& context) = 0;
  const char* Name() const override = 0;
};

class FileChecksumList {
 public:
  virtual ~FileChecksumList() {}
  virtual void reset() = 0;
  virtual size_t size() const = 0;
  virtual Status GetAllFileChecksums(std::vector<uint64_t>* file_numbers,
                                     std::vector<std::string>* checksums,
                                     std::vector<std::string>* checksum_func_names) = 0;
  virtual Status SearchOneFileChecksum(uint64_t file_number, std::string* checksum,
                                       std::string* checksum_func_name) = 0;
  virtual Status InsertOneFileChecksum(uint64_t file_number, const std::string& checksum,
                                       const std::string& checksum_func_name) = 0;
  virtual Status RemoveOneFileChecksum(uint64_t file_number) = 0;
};

extern FileChecksumList* NewFileChecksumList();
extern std::shared_ptr<FileChecksumGenFactory> GetFileChecksumGenCrc32cFactory();

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_FILE_CHECKSUM_H_
