#include "engine/run/blob_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"

namespace aether {
namespace {

constexpr size_t kBytesPerSwip = 1024;
constexpr size_t kFewestBuckets = 64;
constexpr size_t kMostBuckets = size_t{2} << 20;  // 16 million swips

}  // namespace

BlobCache::BlobCache(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {
  buckets_ = std::bit_ceil(
      std::clamp(pool_->Capacity() / kBytesPerSwip / kWays, kFewestBuckets, kMostBuckets));
  const size_t n = buckets_ * kWays;
  swips_.reset(static_cast<Swip*>(std::calloc(n, sizeof(Swip))));
  tags_.reset(static_cast<std::atomic<uint16_t>*>(std::calloc(n, sizeof(uint16_t))));
}

BlobCache::~BlobCache() {
  if (swips_ != nullptr) pool_->Forget(swips_.get(), buckets_ * kWays, true);
}

size_t BlobCache::MemoryBytes() const {
  return sizeof(*this) + buckets_ * kWays * (sizeof(Swip) + sizeof(uint16_t));
}

size_t BlobCache::BucketOf(const Place& place, uint16_t* tag) const {
  const uint64_t hash = Hash64(reinterpret_cast<const char*>(&place), sizeof(place));
  *tag = static_cast<uint16_t>(hash >> 48);
  return hash & (buckets_ - 1);
}

Pin BlobCache::Find(size_t bucket, uint16_t tag, const Place& place) {
  for (size_t i = bucket * kWays; i < (bucket + 1) * kWays; ++i) {
    // A tag may be that of the value before or after: it only saves looking at the others.
    if (tags_[i].load(std::memory_order_relaxed) != tag) continue;
    const uint64_t word = swips_[i].Load();
    if (word == Swip::kEvicted) continue;
    Pin pin = Pool::PinExtent(&swips_[i], word);
    if (!pin.held() || std::memcmp(Pool::Data(pin.frame()), &place, kHead) != 0) continue;
    if (Swip::IsCool(word)) swips_[i].Warm(word);
    return pin;
  }
  return Pin();
}

void BlobCache::Insert(size_t bucket, uint16_t tag, const Place& place, Pin* pin) {
  MutexLock lock(&locks_[bucket % kLocks]);
  // Another reader may have brought the same value.
  if (Pin other = Find(bucket, tag, place); other.held()) {
    *pin = std::move(other);
    return;
  }
  Swip* const swips = swips_.get() + bucket * kWays;
  size_t way = kWays;
  for (size_t i = 0; i < kWays && way == kWays; ++i) {
    if (swips[i].Load() == Swip::kEvicted) way = i;
  }
  // One that was not asked for lately, else whichever is next in turn.
  const uint32_t turn = next_victim_.fetch_add(1, std::memory_order_relaxed);
  for (const bool even_hot : {false, true}) {
    for (size_t i = 0; i < kWays && way == kWays; ++i) {
      Swip* const swip = &swips[(turn + i) % kWays];
      if (!even_hot && !Swip::IsCool(swip->Load())) continue;
      pool_->Displace(swip);
      if (swip->Load() == Swip::kEvicted) way = (turn + i) % kWays;
    }
  }
  if (way == kWays) return;
  tags_[bucket * kWays + way].store(tag, std::memory_order_relaxed);
  // Nobody else fills this swip while the lock is held, so the frame cannot lose a race.
  pool_->PublishExtent(&swips[way], *pin);
}

Status BlobCache::Read(const BlobFile& file, const BlobRef& ref, const Options& options,
                       PageRef* page, Slice* value, bool* loaded) {
  if (swips_ == nullptr || tags_ == nullptr) {
    return Status(Status::kAborted, Status::kMemoryLimit, "no memory for the table of blob values");
  }
  const Place place{file.meta().number, ref.offset};
  static_assert(sizeof(place) == kHead);
  uint16_t tag = 0;
  const size_t bucket = BucketOf(place, &tag);
  Pin pin = Find(bucket, tag, place);
  *loaded = !pin.held();
  if (*loaded) {
    if (options.cache_only) {
      return Status::Incomplete(file.path() + ": a value is not in the cache");
    }
    AETHER_RETURN_IF_ERROR(file.CheckPlace(ref));
    Frame* frame = nullptr;
    bool publishable = false;
    AETHER_RETURN_IF_ERROR(pool_->Take(kHead + ref.size, &frame, &publishable));
    pin = Pin::Adopt(frame);
    char* const data = Pool::Data(frame);
    std::memcpy(data, &place, kHead);
    AETHER_RETURN_IF_ERROR(file.Read(ref, options.verify, data + kHead));
    if (publishable && options.fill_cache) Insert(bucket, tag, place, &pin);
  }
  // Two forged references could name one place with different sizes.
  if (AsExtent(pin.frame())->bytes != kHead + ref.size) {
    return Status::Corruption(file.path() + ": offset " + std::to_string(ref.offset) +
                              ": two references give different sizes");
  }
  page->data = Pool::Data(pin.frame());
  page->pin = std::move(pin);
  *value = Slice(page->data + kHead, ref.size);
  return Status::OK();
}

}  // namespace aether
