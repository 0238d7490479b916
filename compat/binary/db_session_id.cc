#include "compat/binary/db_session_id.h"

#include <cstdint>
#include <mutex>
#include <random>

namespace rocksdb {

namespace {

// A random start and a counter: ids of one process differ by construction, those of two by 103
// random bits.
class SessionIds {
 public:
  SessionIds() { Reset(); }

  void Reset() {
    std::random_device device;
    std::lock_guard<std::mutex> lock(mutex_);
    for (uint64_t* word : {&high_, &low_}) {
      *word = (static_cast<uint64_t>(device()) << 32) | device();
    }
  }

  void Next(uint64_t* high, uint64_t* low) {
    std::lock_guard<std::mutex> lock(mutex_);
    *high = high_;
    *low = low_++;
  }

 private:
  std::mutex mutex_;
  uint64_t high_;
  uint64_t low_;
};

SessionIds& Ids() {
  static SessionIds* const ids = new SessionIds();
  return *ids;
}

// The last n digits of v in base 36.
void AppendBase36(uint64_t v, size_t n, std::string* out) {
  std::string digits(n, '0');
  for (size_t i = n; i-- > 0; v /= 36) digits[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[v % 36];
  out->append(digits);
}

}  // namespace

std::string DBImpl::GenerateDbSessionId(Env* /*env*/) {
  uint64_t high;
  uint64_t low;
  Ids().Next(&high, &low);
  std::string id;
  // 36^8 is above 2^41 and 36^12 above 2^62.
  AppendBase36(high, 8, &id);
  AppendBase36(low, 12, &id);
  return id;
}

void DBImpl::TEST_ResetDbSessionIdGen() { Ids().Reset(); }

}  // namespace rocksdb
