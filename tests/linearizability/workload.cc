#include "tests/linearizability/workload.h"

#include <barrier>
#include <chrono>
#include <random>

namespace linearizability {

// One thread of a round.
class Workload::Client {
 public:
  Client(Workload* workload, int thread, uint64_t seed)
      : workload_(workload), store_(workload->store_), thread_(thread), random_(seed) {}
  ~Client() {
    if (snapshot_ != nullptr) store_->Release(snapshot_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Step() {
    switch (Below(12)) {
      case 0:
        return PutGroup();
      case 1:
        return WriteMixed();
      case 2:
        return DeleteGroup();
      case 3:
        return DeleteOne();
      case 4:
      case 5:
        return PutOne();
      case 6:
      case 7:
        return GetOne();
      case 8:
        return MultiGet();
      case 9:
        return Scan();
      default:
        return snapshot_ == nullptr ? Take() : ReadSnapshot();
    }
  }
  void End() {
    if (snapshot_ != nullptr) ReadSnapshot();
  }
  History Done() { return std::move(done_); }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  uint32_t NewValue() { return workload_->next_value_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t Time() { return workload_->time_.fetch_add(1, std::memory_order_seq_cst); }
  int Single() {
    const Store::Shape& shape = store_->shape();
    return shape.group + static_cast<int>(Below(static_cast<uint64_t>(shape.singles)));
  }

  // Runs the call between two readings of the clock.
  template <typename Call>
  Operation& Timed(bool writes, const char* name, std::vector<Cell> cells, const Call& call) {
    Operation operation{writes, name, thread_, Time(), 0, std::move(cells)};
    call(&operation.cells);
    operation.answered = Time();
    done_.push_back(std::move(operation));
    return done_.back();
  }

  std::vector<Cell> Group(uint32_t value) const {
    std::vector<Cell> cells;
    for (int key = 0; key < store_->shape().group; ++key) cells.push_back({key, value});
    return cells;
  }

  void PutGroup() {
    Timed(true, "Write", Group(NewValue()), [&](auto* cells) { store_->Write(*cells); });
  }
  void WriteMixed() {
    std::vector<Cell> cells = Group(Below(4) == 0 ? kAbsent : NewValue());
    for (int key = store_->shape().group; key < store_->shape().keys(); ++key) {
      if (Below(2) == 0) cells.push_back({key, Below(4) == 0 ? kAbsent : NewValue()});
    }
    Timed(true, "Write", cells, [&](auto* all) { store_->Write(*all); });
  }
  void DeleteGroup() {
    Timed(true, "DeleteRange", Group(kAbsent), [&](auto*) { store_->DeleteGroup(); });
  }
  void PutOne() {
    Timed(true, "Put", {{Single(), NewValue()}},
          [&](auto* cells) { store_->Put((*cells)[0].key, (*cells)[0].value); });
  }
  void DeleteOne() {
    Timed(true, "Delete", {{Single(), kAbsent}},
          [&](auto* cells) { store_->Delete((*cells)[0].key); });
  }
  void GetOne() {
    const int key = static_cast<int>(Below(static_cast<uint64_t>(store_->shape().keys())));
    Timed(false, "Get", {{key, kAbsent}},
          [&](auto* cells) { (*cells)[0].value = store_->Get(key); });
  }
  std::vector<Cell> SomeKeys() {
    std::vector<Cell> cells;
    for (int key = 0; key < store_->shape().keys(); ++key) {
      if (Below(4) != 0) cells.push_back({key, kAbsent});
    }
    if (cells.empty()) cells.push_back({0, kAbsent});
    return cells;
  }
  void MultiGet() {
    Timed(false, "MultiGet", SomeKeys(), [&](auto* cells) { store_->MultiGet(cells); });
  }
  void Scan() {
    Store::Iterators iterators;
    Operation& made =
        Timed(false, "NewIterators", {}, [&](auto*) { iterators = store_->NewIterators(); });
    if (Below(3) == 0) std::this_thread::yield();
    made.cells = store_->Scan(iterators, Below(2) == 0);
  }

  // The read is at the instant at which the snapshot is taken; what it finds is known later.
  void Take() {
    Timed(false, "GetSnapshot", {}, [&](auto*) { snapshot_ = store_->Take(); });
    taken_ = done_.size() - 1;
  }
  void ReadSnapshot() {
    std::vector<Cell> cells = SomeKeys();
    if (Below(2) == 0) {
      store_->MultiGet(&cells, snapshot_);
    } else {
      for (Cell& cell : cells) cell.value = store_->Get(cell.key, snapshot_);
    }
    done_[taken_].cells = cells;
    store_->Release(snapshot_);
    snapshot_ = nullptr;
  }

  Workload* const workload_;
  Store* const store_;
  const int thread_;
  std::mt19937_64 random_;
  History done_;
  const rocksdb::Snapshot* snapshot_ = nullptr;
  size_t taken_ = 0;
};

State Workload::Quiet() {
  State state;
  for (int key = 0; key < store_->shape().keys(); ++key) state.push_back(store_->Get(key));
  return state;
}

History Workload::RunRound(const Plan& plan, uint64_t seed) {
  std::barrier together(plan.threads);
  std::vector<History> histories(static_cast<size_t>(plan.threads));
  std::vector<std::thread> threads;
  for (int i = 0; i < plan.threads; ++i) {
    threads.emplace_back([&, i] {
      Client client(this, i, seed * 64 + static_cast<uint64_t>(i));
      together.arrive_and_wait();
      for (int n = 0; n < plan.operations; ++n) client.Step();
      client.End();
      histories[static_cast<size_t>(i)] = client.Done();
    });
  }
  for (std::thread& thread : threads) thread.join();
  History all;
  for (const History& history : histories) all.insert(all.end(), history.begin(), history.end());
  // What is there afterwards is part of what has to be explained.
  const State after = Quiet();
  Operation last{false, "Get of all", plan.threads, time_++, time_++, {}};
  for (size_t key = 0; key < after.size(); ++key) {
    last.cells.push_back({static_cast<int>(key), after[key]});
  }
  all.push_back(last);
  return all;
}

Upkeep::Upkeep(Store* store, uint64_t seed) {
  thread_ = std::thread([this, store, seed] {
    std::mt19937_64 random(seed);
    while (!stop_.load(std::memory_order_acquire)) {
      random() % 8 == 0 ? store->Compact() : store->Flush();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    }
  });
}

Upkeep::~Upkeep() {
  stop_.store(true, std::memory_order_release);
  thread_.join();
}

}  // namespace linearizability
