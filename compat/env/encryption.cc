// Ciphers and the provider that uses them in counter mode, as RocksDB has them built in.
//
//   prefix := counter:fixed64 padding block(iv) rest      so many bytes before the contents of a
//   file
//     counter and padding take one block, iv the next; the rest is random and encrypted
//   block i of the file is combined (xor) with the cipher of iv whose first eight bytes are
//   counter + i
//
// The built-in cipher hides nothing from anyone: it is for tests, applications bring their own.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "compat/batch/wire_format.h"
#include "compat/options/customizable_util.h"
#include "compat/options/option_infos.h"
#include "engine/base/random.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env_encryption.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

// --- streams of blocks ---

namespace {

using BlockFunction = std::function<Status(uint64_t index, char* block)>;

// Calls `apply` for each block that [offset, offset + size) touches; of the first and the last only
// the bytes in that range are changed.
Status ForEachBlock(size_t block_size, uint64_t offset, char* data, size_t size,
                    const BlockFunction& apply) {
  uint64_t index = offset / block_size;
  size_t skip = static_cast<size_t>(offset % block_size);
  std::string part;
  while (size > 0) {
    const size_t n = std::min(size, block_size - skip);
    char* block = data;
    if (n != block_size) {
      part.assign(block_size, '\0');
      memcpy(part.data() + skip, data, n);
      block = part.data();
    }
    Status s = apply(index, block);
    if (!s.ok()) return s;
    if (block != data) memcpy(data, block + skip, n);
    data += n;
    size -= n;
    skip = 0;
    ++index;
  }
  return Status::OK();
}

}  // namespace

Status BlockAccessCipherStream::Encrypt(uint64_t fileOffset, char* data, size_t dataSize) {
  std::string scratch;
  AllocateScratch(scratch);
  return ForEachBlock(BlockSize(), fileOffset, data, dataSize, [&](uint64_t index, char* block) {
    return EncryptBlock(index, block, scratch.data());
  });
}

Status BlockAccessCipherStream::Decrypt(uint64_t fileOffset, char* data, size_t dataSize) {
  std::string scratch;
  AllocateScratch(scratch);
  return ForEachBlock(BlockSize(), fileOffset, data, dataSize, [&](uint64_t index, char* block) {
    return DecryptBlock(index, block, scratch.data());
  });
}

namespace {

// --- a cipher for tests ---

class Rot13Cipher final : public BlockCipher {
 public:
  explicit Rot13Cipher(size_t block_size) : block_size_(block_size) {
    static const auto* const infos = new OptionInfos{{"block_size", {0, OptionType::kSizeT}}};
    RegisterOptions("ROT13BlockCipherOptions", &block_size_, infos);
  }
  static const char* kClassName() { return "ROT13"; }
  const char* Name() const override { return kClassName(); }
  size_t BlockSize() override { return block_size_; }
  Status Encrypt(char* data) override {
    for (size_t i = 0; i < block_size_; ++i) data[i] = static_cast<char>(data[i] + 13);
    return Status::OK();
  }
  Status Decrypt(char* data) override {
    for (size_t i = 0; i < block_size_; ++i) data[i] = static_cast<char>(data[i] - 13);
    return Status::OK();
  }

 private:
  size_t block_size_;
};

// --- counter mode ---

class CounterStream final : public BlockAccessCipherStream {
 public:
  CounterStream(std::shared_ptr<BlockCipher> cipher, const char* iv, uint64_t counter)
      : cipher_(std::move(cipher)), iv_(iv, cipher_->BlockSize()), counter_(counter) {}
  size_t BlockSize() override { return cipher_->BlockSize(); }

 protected:
  void AllocateScratch(std::string& scratch) override { scratch.resize(cipher_->BlockSize()); }
  Status EncryptBlock(uint64_t block_index, char* data, char* scratch) override {
    memcpy(scratch, iv_.data(), iv_.size());
    const uint64_t count = counter_ + block_index;
    memcpy(scratch, &count, sizeof(count));
    Status s = cipher_->Encrypt(scratch);
    if (!s.ok()) return s;
    for (size_t i = 0; i < iv_.size(); ++i) data[i] = static_cast<char>(data[i] ^ scratch[i]);
    return s;
  }
  Status DecryptBlock(uint64_t block_index, char* data, char* scratch) override {
    return EncryptBlock(block_index, data, scratch);
  }

 private:
  const std::shared_ptr<BlockCipher> cipher_;
  const std::string iv_;
  const uint64_t counter_;
};

class CounterProvider final : public EncryptionProvider {
 public:
  static constexpr size_t kPrefixLength = 4096;

  explicit CounterProvider(std::shared_ptr<BlockCipher> cipher) : cipher_(std::move(cipher)) {
    static const auto* const infos = new OptionInfos{
        {"cipher", OptionTypeInfo::AsCustomSharedPtr<BlockCipher>(
                       0, OptionVerificationType::kByName, OptionTypeFlags::kNone)}};
    RegisterOptions("Cipher", &cipher_, infos);
  }
  static const char* kClassName() { return "CTR"; }
  const char* Name() const override { return kClassName(); }
  size_t GetPrefixLength() const override { return kPrefixLength; }

  Status CreateNewPrefix(const std::string&, char* prefix, size_t length) const override {
    Status s = Check(length);
    if (!s.ok()) return s;
    aether::Random random(aether::SystemEntropy());
    for (size_t i = 0; i < length; ++i) prefix[i] = static_cast<char>(random.Uniform(256));
    const size_t clear = 2 * cipher_->BlockSize();
    return StreamOf(prefix)->Encrypt(0, prefix + clear, length - clear);
  }

  Status AddCipher(const std::string&, const char* cipher, size_t length, bool) override {
    if (cipher_ != nullptr) return Status::NotSupported("Cannot add keys to CTREncryptionProvider");
    return BlockCipher::CreateFromString(ConfigOptions(), std::string(cipher, length), &cipher_);
  }

  Status CreateCipherStream(const std::string& fname, const EnvOptions&, Slice& prefix,
                            std::unique_ptr<BlockAccessCipherStream>* result) override {
    Status s = Check(prefix.size());
    if (s.IsCorruption()) {
      return Status::Corruption("Unable to read from file " + fname +
                                ": read attempt would read beyond file bounds");
    }
    if (s.ok()) *result = StreamOf(prefix.data());
    return s;
  }

 private:
  Status Check(size_t prefix_length) const {
    if (cipher_ == nullptr) return Status::InvalidArgument("Encryption Cipher is missing");
    const size_t block = cipher_->BlockSize();
    if (block < sizeof(uint64_t)) {
      return Status::InvalidArgument("CTR needs a cipher of at least eight bytes");
    }
    return prefix_length >= 2 * block ? Status::OK() : Status::Corruption("short prefix");
  }
  std::unique_ptr<BlockAccessCipherStream> StreamOf(const char* prefix) const {
    return std::make_unique<CounterStream>(cipher_, prefix + cipher_->BlockSize(),
                                           LoadFixed64(prefix));
  }

  std::shared_ptr<BlockCipher> cipher_;
};

}  // namespace

std::shared_ptr<BlockCipher> BlockCipher::NewROT13Cipher(size_t block_size) {
  return std::make_shared<Rot13Cipher>(block_size);
}

std::shared_ptr<EncryptionProvider> EncryptionProvider::NewCTRProvider(
    const std::shared_ptr<BlockCipher>& cipher) {
  return std::make_shared<CounterProvider>(cipher);
}

void RegisterEncryption(ObjectLibrary& library) {
  library.AddFactory<BlockCipher>(
      ObjectLibrary::PatternEntry(Rot13Cipher::kClassName(), true).AddNumber(":"),
      [](const std::string& id, std::unique_ptr<BlockCipher>* guard, std::string*) {
        const size_t colon = id.find(':');
        const size_t size = colon == id.npos ? 32 : strtoull(id.c_str() + colon + 1, nullptr, 10);
        guard->reset(new Rot13Cipher(size));
        return guard->get();
      });
  library.AddFactory<EncryptionProvider>(
      CounterProvider::kClassName(),
      [](const std::string&, std::unique_ptr<EncryptionProvider>* guard, std::string*) {
        guard->reset(new CounterProvider(nullptr));
        return guard->get();
      });
}

Status BlockCipher::CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                     std::shared_ptr<BlockCipher>* result) {
  return CreateShared(config_options, value, result);
}

Status EncryptionProvider::CreateFromString(const ConfigOptions& config_options,
                                            const std::string& value,
                                            std::shared_ptr<EncryptionProvider>* result) {
  return CreateShared(config_options, value, result);
}

}  // namespace rocksdb
