// Encrypted files, and a store on them.
#include <rocksdb/convenience.h>
#include <rocksdb/env_encryption.h>

#include <cstring>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::Slice;
using rocksdb::Status;

std::unique_ptr<rocksdb::Env> Encrypted(const std::string& cipher_name = "ROT13") {
  std::shared_ptr<rocksdb::BlockCipher> cipher;
  GOOD(rocksdb::BlockCipher::CreateFromString(rocksdb::ConfigOptions(), cipher_name, &cipher));
  return std::unique_ptr<rocksdb::Env>(rocksdb::NewEncryptedEnv(
      rocksdb::Env::Default(), rocksdb::EncryptionProvider::NewCTRProvider(cipher)));
}

CASE(encrypted_files_of_any_size) {
  const std::unique_ptr<rocksdb::Env> env = Encrypted();
  for (const size_t size : {0, 1, 31, 32, 33, 4095, 4096, 10000}) {
    const std::string path = Directory() + "/file";
    std::string text;
    while (text.size() < size) text += "plain text number " + std::to_string(text.size()) + " ";
    text.resize(size);
    std::unique_ptr<rocksdb::WritableFile> writable;
    GOOD(env->NewWritableFile(path, &writable, rocksdb::EnvOptions()));
    // In pieces that end anywhere.
    for (size_t at = 0; at < size; at += 77) GOOD(writable->Append(text.substr(at, 77)));
    EQ(writable->GetFileSize(), size);
    GOOD(writable->Close());
    uint64_t seen = 0;
    GOOD(env->GetFileSize(path, &seen));
    EQ(seen, size);
    const std::string stored = ReadFile(path);
    EQ(stored.size(), size + 4096);
    if (size > 20) EQ(stored.find(text.substr(0, 20)), std::string::npos);
    std::string read;
    GOOD(rocksdb::ReadFileToString(env.get(), path, &read));
    YES(read == text);
    std::unique_ptr<rocksdb::RandomAccessFile> random;
    GOOD(env->NewRandomAccessFile(path, &random, rocksdb::EnvOptions()));
    char scratch[64];
    Slice part;
    for (size_t at = 0; at < size; at += 1 + size / 7) {
      GOOD(random->Read(at, 50, &part, scratch));
      YES(part == text.substr(at, 50));
    }
  }
}

CASE(a_store_on_encrypted_files) {
  const std::unique_ptr<rocksdb::Env> env = Encrypted("ROT13:16");
  rocksdb::Options options = Db::DefaultOptions();
  options.env = env.get();
  Db db(options);
  for (int i = 0; i < 1000; ++i) db.Put("secret-key" + std::to_string(i), "secret-value");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  db.Put("secret-key5", "changed");
  GOOD(db.Reopen(options));
  EQ(db.Get("secret-key5"), "changed");
  EQ(db.Get("secret-key999"), "secret-value");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("secret-key500"), "secret-value");
  for (const char* ending : {".sst", ".log"}) {
    for (const std::string& name : FilesWith(db.path(), ending)) {
      EQ(ReadFile(db.path() + "/" + name).find("secret"), std::string::npos);
    }
  }
  db.Close();
  // Without the provider it is no store.
  rocksdb::Options plain = Db::DefaultOptions();
  NO(db.Reopen(plain).ok());
}

// The bytes that block `index` is combined with.
std::string Mask(const std::string& prefix, size_t block, uint64_t index) {
  std::string mask = prefix.substr(block, block);
  uint64_t counter = 0;
  memcpy(&counter, prefix.data(), sizeof(counter));
  counter += index;
  memcpy(mask.data(), &counter, sizeof(counter));
  for (char& c : mask) c = static_cast<char>(c + 13);
  return mask;
}

CASE(counter_mode_byte_by_byte) {
  const std::string path = Directory() + "/file";
  const std::unique_ptr<rocksdb::Env> env = Encrypted("ROT13:16");
  std::unique_ptr<rocksdb::WritableFile> writable;
  GOOD(env->NewWritableFile(path, &writable, rocksdb::EnvOptions()));
  const std::string text = "0123456789abcdef0123456789abcdef";
  GOOD(writable->Append(text));
  GOOD(writable->Close());
  const std::string stored = ReadFile(path);
  std::string clear = stored.substr(4096);
  for (size_t i = 0; i < clear.size(); ++i) {
    clear[i] = static_cast<char>(clear[i] ^ Mask(stored, 16, 4096 / 16 + i / 16)[i % 16]);
  }
  EQ(clear, text);
}

CASE(ciphers_by_name) {
  rocksdb::ConfigOptions config;
  config.ignore_unsupported_options = false;
  std::shared_ptr<rocksdb::BlockCipher> cipher;
  GOOD(rocksdb::BlockCipher::CreateFromString(config, "ROT13", &cipher));
  EQ(cipher->BlockSize(), 32u);
  GOOD(rocksdb::BlockCipher::CreateFromString(config, "ROT13:64", &cipher));
  EQ(cipher->BlockSize(), 64u);
  NO(rocksdb::BlockCipher::CreateFromString(config, "nobody", &cipher).ok());
  std::shared_ptr<rocksdb::EncryptionProvider> provider;
  EQ(rocksdb::EncryptionProvider::CreateFromString(config, "CTR", &provider),
     "1/0 NotFound: Missing configurable object: cipher");
  GOOD(rocksdb::EncryptionProvider::CreateFromString(config, "id=CTR; cipher=ROT13:16", &provider));
  EQ(std::string(provider->Name()), "CTR");
  EQ(provider->GetPrefixLength(), 4096u);
  const auto bare = rocksdb::EncryptionProvider::NewCTRProvider(nullptr);
  char prefix[4096];
  EQ(bare->CreateNewPrefix("f", prefix, sizeof(prefix)),
     "4/0 Invalid argument: Encryption Cipher is missing");
}
}  // namespace
}  // namespace conformance
