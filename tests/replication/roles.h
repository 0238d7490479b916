// Three processes around one store: a leader that writes and ships its log (GetUpdatesSince)
// through a socket, a follower that applies what comes to a store of its own, and a secondary
// instance of the leader's directory. Each may be killed at any instant.
//
// What must hold:
//  1. the follower gets each batch once, numbered without gaps, whoever was killed;
//  2. a leader that comes back has everything that the follower has;
//  3. the secondary sees batches whole, and never an older state than before;
//  4. in the end the stores of leader and follower hold the same, family by family.
//
// Thread safety: Shared is used by all processes at once. Failure: Violate keeps the first text.

#ifndef AETHER_TESTS_REPLICATION_ROLES_H_
#define AETHER_TESTS_REPLICATION_ROLES_H_

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace replication {

constexpr int kWriters = 3;
constexpr int kFamilies = 3;  // beside the default one

struct Shared {
  std::atomic<uint32_t> stop{0};  // writers
  std::atomic<uint32_t> quit{0};  // all
  std::atomic<uint64_t> final_sequence{0};
  std::atomic<uint64_t> applied{0};  // the last sequence that the follower has
  std::atomic<uint64_t> batches{0};  // that it has applied
  std::atomic<uint64_t> catch_ups{0};
  std::atomic<uint32_t> violated{0};
  char violation[1000] = {};
};

struct Roles {
  std::string directory;
  uint64_t seed = 0;
  Shared* shared = nullptr;

  std::string leader() const { return directory + "/leader"; }
  std::string follower() const { return directory + "/follower"; }
  std::string secondary() const { return directory + "/secondary"; }
  std::string socket() const { return directory + "/socket"; }
};

void Violate(Shared* shared, const std::string& text);

// A store with its families; closed at the end.
class Store {
 public:
  enum Kind : uint8_t { kLeader, kFollower, kSecondary };
  Store() = default;
  ~Store() { Close(); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::Status Open(Kind kind, const Roles& roles);
  void Close();
  rocksdb::DB* operator->() const { return db_; }
  rocksdb::ColumnFamilyHandle* family(int i) const { return handles_[static_cast<size_t>(i)]; }
  // The follower's own, behind the others.
  rocksdb::ColumnFamilyHandle* position() const { return handles_.back(); }
  // Over the families that both have.
  std::string Digest() const;

 private:
  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

// Each runs until Shared::quit, in a process of its own.
void RunLeader(const Roles& roles, uint64_t life);
void RunFollower(const Roles& roles);
void RunSecondary(const Roles& roles);

// Whole or false. A peer that has gone is nothing special here.
bool SendAll(int socket, const void* data, size_t n);
bool ReceiveAll(int socket, void* data, size_t n);

}  // namespace replication

#endif  // AETHER_TESTS_REPLICATION_ROLES_H_
