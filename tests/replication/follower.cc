// Those who follow: a process that applies what the leader ships, and a secondary instance.

#include <rocksdb/write_batch.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "tests/replication/roles.h"

namespace replication {
namespace {

constexpr char kNext[] = "next";

class Follower {
 public:
  explicit Follower(const Roles& roles) : roles_(roles), shared_(roles.shared) {}

  void Run() {
    rocksdb::Status s = store_.Open(Store::kFollower, roles_);
    if (!s.ok()) return Violate(shared_, "the follower does not open: " + s.ToString());
    std::string value;
    s = store_->Get(rocksdb::ReadOptions(), store_.position(), kNext, &value);
    next_ = s.ok() ? std::stoull(value) : 1;
    if (next_ <= shared_->applied.load()) {
      return Violate(shared_, "the follower has lost what it had acknowledged");
    }
    while (!Over()) {
      const int leader = Connect();
      if (leader < 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      if (SendAll(leader, &next_, sizeof(next_))) {
        while (!Over() && ApplyOne(leader)) {
        }
      }
      close(leader);
    }
    store_.Close();
  }

 private:
  bool Over() const { return shared_->quit.load() != 0 || shared_->violated.load() != 0; }

  int Connect() const {
    const int leader = socket(AF_UNIX, SOCK_STREAM, 0);
    const timeval patience{0, 200000};
    setsockopt(leader, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, roles_.socket().c_str(), sizeof(address.sun_path) - 1);
    if (connect(leader, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return leader;
    close(leader);
    return -1;
  }

  // False when there is nothing to wait for on this connection.
  bool ApplyOne(int leader) {
    uint64_t sequence = 0;
    uint32_t n = 0;
    if (!ReceiveAll(leader, &sequence, sizeof(sequence)) || !ReceiveAll(leader, &n, sizeof(n))) {
      return false;
    }
    std::string bytes(n, '\0');
    if (!ReceiveAll(leader, bytes.data(), n)) return false;
    if (sequence != next_) {
      Violate(shared_, "batch " + std::to_string(sequence) + " came where " +
                           std::to_string(next_) + " was due");
      return false;
    }
    rocksdb::WriteBatch batch(bytes);
    next_ += static_cast<uint64_t>(batch.Count());
    batch.Put(store_.position(), kNext, std::to_string(next_));
    const rocksdb::Status s = store_->Write(rocksdb::WriteOptions(), &batch);
    if (!s.ok()) {
      Violate(shared_, "the follower cannot write: " + s.ToString());
      return false;
    }
    shared_->applied = next_ - 1;
    shared_->batches.fetch_add(1);
    return true;
  }

  const Roles& roles_;
  Shared* const shared_;
  Store store_;
  uint64_t next_ = 1;
};

}  // namespace

void RunFollower(const Roles& roles) { Follower(roles).Run(); }

void RunSecondary(const Roles& roles) {
  Shared* const shared = roles.shared;
  Store store;
  rocksdb::Status s;
  while (shared->quit.load() == 0) {
    s = store.Open(Store::kSecondary, roles);
    if (s.ok()) break;
    store.Close();
    // There may be no leader yet, or none that has made all families.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  uint64_t before[kWriters] = {};
  while (shared->quit.load() == 0 && shared->violated.load() == 0) {
    s = store->TryCatchUpWithPrimary();
    // Now and then the primary is too fast; what it was dead in the middle of comes back as well.
    if (s.IsTryAgain()) continue;
    if (!s.ok()) return Violate(shared, "TryCatchUpWithPrimary: " + s.ToString());
    for (int w = 0; w < kWriters; ++w) {
      std::string first;
      for (int f = 0; f <= kFamilies; ++f) {
        std::string value;
        s = store->Get(rocksdb::ReadOptions(), store.family(f), "stamp" + std::to_string(w),
                       &value);
        if (!s.ok() && !s.IsNotFound()) {
          return Violate(shared, "the secondary cannot read: " + s.ToString());
        }
        if (s.IsNotFound()) value = "0";
        if (f == 0) first = value;
        if (value != first) {
          return Violate(shared, "the secondary sees " + first + " in one family and " + value +
                                     " in another");
        }
      }
      const uint64_t now = std::stoull(first);
      if (now < before[w]) return Violate(shared, "the secondary went back");
      before[w] = now;
    }
    shared->catch_ups.fetch_add(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  store.Close();
}

}  // namespace replication
