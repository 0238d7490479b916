// Checksums of whole files: CRC32C, four bytes, most significant first; and the list that tools
// keep them in.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/options/customizable_util.h"
#include "engine/base/checksum.h"
#include "rocksdb/file_checksum.h"

namespace rocksdb {

namespace {

class Crc32cGenerator final : public FileChecksumGenerator {
 public:
  void Update(const char* data, size_t n) override { crc_ = aether::ExtendCrc32c(crc_, data, n); }
  void Finalize() override {
    checksum_.clear();
    for (int shift = 24; shift >= 0; shift -= 8) {
      checksum_.push_back(static_cast<char>(crc_ >> shift));
    }
  }
  std::string GetChecksum() const override { return checksum_; }
  const char* Name() const override { return kStandardDbFileChecksumFuncName; }

 private:
  uint32_t crc_ = 0;
  std::string checksum_;
};

class Crc32cFactory final : public FileChecksumGenFactory {
 public:
  static const char* kClassName() { return "FileChecksumGenCrc32cFactory"; }
  const char* Name() const override { return kClassName(); }
  std::unique_ptr<FileChecksumGenerator> CreateFileChecksumGenerator(
      const FileChecksumGenContext& context) override {
    if (!context.requested_checksum_func_name.empty() &&
        context.requested_checksum_func_name != kStandardDbFileChecksumFuncName) {
      return nullptr;
    }
    return std::make_unique<Crc32cGenerator>();
  }
};

// Needs outside locking.
class ChecksumList final : public FileChecksumList {
 public:
  void reset() override { entries_.clear(); }
  size_t size() const override { return entries_.size(); }

  Status GetAllFileChecksums(std::vector<uint64_t>* file_numbers,
                             std::vector<std::string>* checksums,
                             std::vector<std::string>* checksum_func_names) override {
    if (file_numbers == nullptr || checksums == nullptr || checksum_func_names == nullptr) {
      return Status::InvalidArgument("Pointer has not been initiated");
    }
    for (const auto& [number, entry] : entries_) {
      file_numbers->push_back(number);
      checksums->push_back(entry.first);
      checksum_func_names->push_back(entry.second);
    }
    return Status::OK();
  }

  Status SearchOneFileChecksum(uint64_t file_number, std::string* checksum,
                               std::string* checksum_func_name) override {
    if (checksum == nullptr || checksum_func_name == nullptr) {
      return Status::InvalidArgument("Pointer has not been initiated");
    }
    const auto found = entries_.find(file_number);
    if (found == entries_.end()) return Status::NotFound();
    *checksum = found->second.first;
    *checksum_func_name = found->second.second;
    return Status::OK();
  }

  Status InsertOneFileChecksum(uint64_t file_number, const std::string& checksum,
                               const std::string& checksum_func_name) override {
    entries_[file_number] = {checksum, checksum_func_name};
    return Status::OK();
  }

  Status RemoveOneFileChecksum(uint64_t file_number) override {
    return entries_.erase(file_number) != 0 ? Status::OK() : Status::NotFound();
  }

 private:
  std::map<uint64_t, std::pair<std::string, std::string>> entries_;
};

}  // namespace

FileChecksumList* NewFileChecksumList() { return new ChecksumList; }

std::shared_ptr<FileChecksumGenFactory> GetFileChecksumGenCrc32cFactory() {
  static const auto* const factory =
      new std::shared_ptr<FileChecksumGenFactory>(std::make_shared<Crc32cFactory>());
  return *factory;
}

void RegisterFileChecksums(ObjectLibrary& library) {
  library.AddFactory<FileChecksumGenFactory>(
      Crc32cFactory::kClassName(),
      [](const std::string&, std::unique_ptr<FileChecksumGenFactory>* guard, std::string*) {
        guard->reset(new Crc32cFactory);
        return guard->get();
      });
}

Status FileChecksumGenFactory::CreateFromString(const ConfigOptions& options,
                                                const std::string& value,
                                                std::shared_ptr<FileChecksumGenFactory>* result) {
  if (value == Crc32cFactory::kClassName()) {
    *result = GetFileChecksumGenCrc32cFactory();
    return Status::OK();
  }
  return CreateShared(options, value, result);
}

}  // namespace rocksdb
