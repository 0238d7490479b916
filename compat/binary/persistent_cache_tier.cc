#include "compat/binary/persistent_cache_tier.h"

#include <map>

namespace rocksdb {

PersistentCache::StatsType PersistentCacheTier::Stats() {
  return next_tier_ ? next_tier_->Stats() : StatsType();
}
uint64_t PersistentCacheTier::NewId() { return last_id_.fetch_add(1, std::memory_order_relaxed); }
Status PersistentCacheTier::Open() { return next_tier_ ? next_tier_->Open() : Status::OK(); }
Status PersistentCacheTier::Close() { return next_tier_ ? next_tier_->Close() : Status::OK(); }
bool PersistentCacheTier::Reserve(const size_t /*size*/) { return true; }
bool PersistentCacheTier::Erase(const Slice& /*key*/) { return true; }

std::string PersistentCacheTier::PrintStats() {
  std::string text;
  for (const auto& tier : Stats()) {
    text.append("----\n");
    for (const auto& [name, value] : tier) {
      text.append(name).append(": ").append(std::to_string(value)).push_back('\n');
    }
  }
  return text;
}

PersistentCacheTier::Tier& PersistentCacheTier::next_tier() { return next_tier_; }
void PersistentCacheTier::set_next_tier(const Tier& tier) { next_tier_ = tier; }
void PersistentCacheTier::TEST_Flush() {
  if (next_tier_) next_tier_->TEST_Flush();
}

ThreadedWriter::ThreadedWriter(PersistentCacheTier* cache, size_t /*qdepth*/, size_t io_size)
    : Writer(cache), io_size_(io_size), q_(SIZE_MAX) {}

void ThreadedWriter::Write(WritableFile* const /*file*/, CacheWriteBuffer* /*buf*/,
                           const uint64_t /*file_off*/, const std::function<void()> callback) {
  if (callback) callback();
}

void ThreadedWriter::Stop() {}

void BlockCacheTierMetadata::Clear() {}
void BlockCacheTierMetadata::RemoveAllKeys(BlockCacheFile* /*file*/) {}

BlockCacheTier::~BlockCacheTier() {}

Status BlockCacheTier::Open() { return Status::NotSupported("BlockCacheTier: persistent cache"); }
Status BlockCacheTier::Close() { return Status::OK(); }
Status BlockCacheTier::Insert(const Slice& /*key*/, const char* /*data*/, const size_t /*size*/) {
  return Status::NotSupported("BlockCacheTier: persistent cache");
}
Status BlockCacheTier::Lookup(const Slice& /*key*/, std::unique_ptr<char[]>* /*data*/,
                              size_t* /*size*/) {
  return Status::NotFound("BlockCacheTier: persistent cache");
}
bool BlockCacheTier::IsCompressed() { return true; }
PersistentCache::StatsType BlockCacheTier::Stats() { return StatsType(); }
std::string BlockCacheTier::GetPrintableOptions() const { return std::string(); }
bool BlockCacheTier::Reserve(const size_t /*size*/) { return false; }
bool BlockCacheTier::Erase(const Slice& /*key*/) { return true; }
void BlockCacheTier::TEST_Flush() {}

Status NewPersistentCache(Env* const /*env*/, const std::string& /*path*/, const uint64_t /*size*/,
                          const std::shared_ptr<Logger>& /*log*/, const bool /*optimized_for_nvm*/,
                          std::shared_ptr<PersistentCache>* /*cache*/) {
  return Status::NotSupported("NewPersistentCache");
}

}  // namespace rocksdb
