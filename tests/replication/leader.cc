// The process that writes, and ships its log to whoever connects.

#include <poll.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/write_batch.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "tests/replication/roles.h"

namespace replication {
namespace {

class Leader {
 public:
  Leader(const Roles& roles, uint64_t life) : roles_(roles), shared_(roles.shared), life_(life) {}

  void Run() {
    const rocksdb::Status s = store_.Open(Store::kLeader, roles_);
    if (!s.ok()) return Violate(shared_, "the leader does not open: " + s.ToString());
    const uint64_t latest = store_->GetLatestSequenceNumber();
    if (const uint64_t applied = shared_->applied.load(); applied > latest) {
      return Violate(shared_, "the follower has " + std::to_string(applied) +
                                  ", the leader came back with " + std::to_string(latest));
    }
    std::thread server([this] { Serve(); });
    std::vector<std::thread> writers;
    for (int w = 0; w < kWriters; ++w) writers.emplace_back([this, w] { Write(w); });
    for (std::thread& writer : writers) writer.join();
    shared_->final_sequence = store_->GetLatestSequenceNumber();
    server.join();
    store_.Close();
  }

 private:
  bool Over() const { return shared_->quit.load() != 0 || shared_->violated.load() != 0; }

  void Write(int w) {
    std::mt19937_64 random(roles_.seed * 1000 + life_ * 10 + static_cast<uint64_t>(w));
    const auto below = [&random](uint64_t n) { return random() % n; };
    // Counts what this writer has written; the same in all families.
    const std::string stamp = "stamp" + std::to_string(w);
    std::string value;
    rocksdb::Status s = store_->Get(rocksdb::ReadOptions(), store_.family(0), stamp, &value);
    uint64_t count = s.ok() ? std::stoull(value) : 0;
    while (shared_->stop.load() == 0 && !Over()) {
      rocksdb::WriteBatch batch;
      ++count;
      for (int f = 0; f <= kFamilies; ++f)
        batch.Put(store_.family(f), stamp, std::to_string(count));
      for (uint64_t n = below(6); n > 0; --n) {
        rocksdb::ColumnFamilyHandle* const family = store_.family(static_cast<int>(below(4)));
        const std::string key = "key" + std::to_string(below(3000));
        switch (below(8)) {
          case 0:
            batch.Delete(family, key);
            break;
          case 1:
            batch.Merge(family, key, std::to_string(below(1000)));
            break;
          case 2:
            batch.DeleteRange(family, key, key + "5");
            break;
          case 3:
            batch.PutLogData("of no consequence");
            break;
          default:
            batch.Put(family, key, std::string(below(400), static_cast<char>('a' + below(26))));
        }
      }
      rocksdb::WriteOptions options;
      options.sync = below(200) == 0;
      s = store_->Write(options, &batch);
      if (!s.ok()) return Violate(shared_, "the leader cannot write: " + s.ToString());
      // The follower shares the machine and has to keep up.
      if (below(4) == 0) std::this_thread::sleep_for(std::chrono::microseconds(below(1500)));
    }
  }

  void Serve() {
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, roles_.socket().c_str(), sizeof(address.sun_path) - 1);
    unlink(address.sun_path);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(listener, 1) != 0) {
      return Violate(shared_, "the leader cannot listen");
    }
    while (!Over()) {
      pollfd ready{listener, POLLIN, 0};
      if (poll(&ready, 1, 50) <= 0) continue;
      const int peer = accept(listener, nullptr, nullptr);
      if (peer < 0) continue;
      Ship(peer);
      close(peer);
    }
    close(listener);
  }

  // Until the follower has gone.
  void Ship(int peer) {
    uint64_t next = 0;
    if (!ReceiveAll(peer, &next, sizeof(next))) return;
    std::unique_ptr<rocksdb::TransactionLogIterator> log;
    while (!Over()) {
      if (log == nullptr) {
        const rocksdb::Status s = store_->GetUpdatesSince(next, &log);
        if (!s.ok() && !s.IsNotFound() && !s.IsTryAgain()) {
          return Violate(shared_, "GetUpdatesSince(" + std::to_string(next) + "): " + s.ToString());
        }
        if (!s.ok()) log.reset();
      }
      if (log == nullptr || !log->Valid()) {
        char byte;
        if (recv(peer, &byte, 1, MSG_DONTWAIT) == 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (log == nullptr) continue;
        const rocksdb::Status s = log->status();
        // RocksDB's iterators end with their files.
        if (s.IsTryAgain() || kReference) {
          log.reset();
        } else if (!s.ok()) {
          return Violate(shared_, "following the log: " + s.ToString());
        } else {
          log->Next();
        }
        continue;
      }
      const rocksdb::BatchResult result = log->GetBatch();
      const std::string& bytes = result.writeBatchPtr->Data();
      const auto n = static_cast<uint32_t>(bytes.size());
      if (!SendAll(peer, &result.sequence, sizeof(result.sequence)) ||
          !SendAll(peer, &n, sizeof(n)) || !SendAll(peer, bytes.data(), n)) {
        return;
      }
      next = result.sequence + static_cast<uint64_t>(result.writeBatchPtr->Count());
      log->Next();
    }
  }

#ifdef REPLICATION_REFERENCE
  static constexpr bool kReference = true;
#else
  static constexpr bool kReference = false;
#endif

  const Roles& roles_;
  Shared* const shared_;
  const uint64_t life_;
  Store store_;
};

}  // namespace

void RunLeader(const Roles& roles, uint64_t life) { Leader(roles, life).Run(); }

}  // namespace replication
