#include "tests/replication/roles.h"

#include <rocksdb/iterator.h>
#include <rocksdb/merge_operator.h>
#include <sys/socket.h>

#include <cstdio>

namespace replication {
namespace {

class Append final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* result, rocksdb::Logger*) const override {
    // Bounded, so that long lists of operands show their end.
    if (existing != nullptr) *result = existing->ToString();
    *result += value.ToString();
    if (result->size() > 200) result->erase(0, result->size() - 200);
    return true;
  }
  const char* Name() const override { return "replication.Append"; }
};

uint64_t Hash(uint64_t hash, const rocksdb::Slice& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3u;
  }
  return (hash ^ bytes.size()) * 0x100000001b3u;
}

}  // namespace

void Violate(Shared* shared, const std::string& text) {
  if (shared->violated.exchange(1) == 0) {
    std::snprintf(shared->violation, sizeof(shared->violation), "%s", text.c_str());
  }
}

rocksdb::Status Store::Open(Kind kind, const Roles& roles) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_open_files = -1;
  if (kind == kLeader) options.WAL_ttl_seconds = 3600;
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = 512 << 10;
  family.merge_operator = std::make_shared<Append>();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, family);
  for (int i = 1; i <= kFamilies; ++i) families.emplace_back("family" + std::to_string(i), family);
  if (kind == kFollower) families.emplace_back("position", family);
  if (kind == kSecondary) {
    return rocksdb::DB::OpenAsSecondary(options, roles.leader(), roles.secondary(), families,
                                        &handles_, &db_);
  }
  return rocksdb::DB::Open(options, kind == kLeader ? roles.leader() : roles.follower(), families,
                           &handles_, &db_);
}

void Store::Close() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  handles_.clear();
  delete db_;
  db_ = nullptr;
}

std::string Store::Digest() const {
  std::string text;
  for (int i = 0; i <= kFamilies; ++i) {
    uint64_t hash = 0xcbf29ce484222325u;
    uint64_t keys = 0;
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(rocksdb::ReadOptions(), family(i)));
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++keys) {
      hash = Hash(Hash(hash, it->key()), it->value());
    }
    char line[64];
    std::snprintf(line, sizeof(line), "%llu keys %016llx; ", static_cast<unsigned long long>(keys),
                  static_cast<unsigned long long>(hash));
    text += it->status().ok() ? line : it->status().ToString();
  }
  return text;
}

bool SendAll(int socket, const void* data, size_t n) {
  const char* at = static_cast<const char*>(data);
  while (n > 0) {
    const ssize_t sent = send(socket, at, n, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    at += sent;
    n -= static_cast<size_t>(sent);
  }
  return true;
}

bool ReceiveAll(int socket, void* data, size_t n) {
  char* at = static_cast<char*>(data);
  while (n > 0) {
    const ssize_t got = recv(socket, at, n, 0);
    if (got <= 0) return false;
    at += got;
    n -= static_cast<size_t>(got);
  }
  return true;
}

}  // namespace replication
