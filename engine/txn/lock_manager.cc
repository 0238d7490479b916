#include "engine/txn/lock_manager.h"

#include <algorithm>
#include <utility>

#include "engine/base/epoch.h"

namespace aether {
namespace {

std::string_view View(Slice key) { return {key.data(), key.size()}; }

// The monitor of a stripe while it is held. An application's monitor that refuses has no say in the
// release of a lock: it goes on without.
class Held {
 public:
  explicit Held(LockMonitor* monitor) : monitor_(monitor), held_(monitor->Lock(-1).ok()) {}
  ~Held() {
    if (held_) monitor_->Unlock();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  LockMonitor* const monitor_;
  const bool held_;
};

}  // namespace

LockManager::LockManager(LockManagerOptions options)
    : options_(std::move(options)), waits_(options_.deadlocks_kept), directory_(new Directory) {}

LockManager::~LockManager() { delete directory_.load(std::memory_order_acquire); }

void LockManager::AddFamily(uint32_t family) {
  MutexLock lock(&families_mutex_);
  const Directory* const old = directory_.load(std::memory_order_acquire);
  if (family < old->size() && (*old)[family] != nullptr) return;
  auto added = std::make_unique<Family>();
  added->stripes = std::vector<Stripe>(std::max<size_t>(options_.stripes, 1));
  for (Stripe& stripe : added->stripes) {
    stripe.monitor = options_.monitor ? options_.monitor() : NewLockMonitor();
  }
  auto* fresh = new Directory(*old);
  if (fresh->size() <= family) fresh->resize(family + 1, nullptr);
  (*fresh)[family] = added.get();
  families_.push_back(std::move(added));
  directory_.exchange(fresh, std::memory_order_seq_cst);
  EpochRetire(const_cast<Directory*>(old), [](void* p) { delete static_cast<Directory*>(p); });
}

void LockManager::RemoveFamily(uint32_t family) {
  if (Family* const found = Find(family)) found->removed.store(true, std::memory_order_release);
}

LockManager::Family* LockManager::Find(uint32_t family) const {
  EpochGuard guard;
  const Directory* const directory = directory_.load(std::memory_order_seq_cst);
  return family < directory->size() ? (*directory)[family] : nullptr;
}

LockManager::Stripe* LockManager::StripeOf(Family* family, Slice key) const {
  // Other bits than those that the table of the stripe uses.
  const uint64_t hash = Hash()(View(key)) * uint64_t{0x9e3779b97f4a7c15};
  return &family->stripes[(hash >> 32) % family->stripes.size()];
}

Status LockManager::Lock(const LockRequest& request) {
  Family* const family = Find(request.family);
  if (family == nullptr || family->removed.load(std::memory_order_acquire)) {
    return Status::InvalidArgument("Column family id not found: " + std::to_string(request.family));
  }
  Stripe* const stripe = StripeOf(family, request.key);
  AETHER_RETURN_IF_ERROR(stripe->monitor->Lock(request.timeout_micros));
  LockWait wait;
  uint64_t expires = 0;
  Status s = TryAcquire(family, stripe, request, &wait, &expires);
  if (!s.ok() && request.timeout_micros != 0) {
    ++stripe->waiting;
    s = WaitFor(family, stripe, request, std::move(wait), expires, std::move(s));
    --stripe->waiting;
  }
  stripe->monitor->Unlock();
  return s;
}

Status LockManager::WaitFor(Family* family, Stripe* stripe, const LockRequest& request,
                            LockWait wait, uint64_t expires_micros, Status refused) {
  const bool endless = request.timeout_micros < 0;
  const uint64_t end =
      endless ? 0 : options_.clock->NowMicros() + static_cast<uint64_t>(request.timeout_micros);
  for (;;) {
    const uint64_t now = options_.clock->NowMicros();
    if (!endless && now >= end) return refused;
    int64_t micros = endless ? -1 : static_cast<int64_t>(end - now);
    if (expires_micros != 0) {
      const int64_t until = expires_micros > now ? static_cast<int64_t>(expires_micros - now) : 0;
      micros = micros < 0 ? until : std::min(micros, until);
    }
    const bool waits_for_holders = !wait.holders.empty();
    if (waits_for_holders && !waits_.Add(request.txn, std::move(wait), request.detect_deadlock,
                                         request.deadlock_depth, options_.clock->WallSeconds())) {
      return Status::Busy(Slice(), Status::kDeadlock);
    }
    const Status woken = stripe->monitor->Wait(micros);
    if (waits_for_holders) waits_.Remove(request.txn);
    if (!woken.ok() && woken.code() != Status::kTimedOut) return woken;
    // Also after the time: the lock may have expired, or its release have come at the last moment.
    wait = LockWait();
    refused = TryAcquire(family, stripe, request, &wait, &expires_micros);
    if (refused.ok()) return refused;
  }
}

bool LockManager::Rob(const LockState& state, TxnId txn, uint64_t* expires_micros) {
  if (state.expires_micros == 0) return false;
  if (state.expires_micros > options_.clock->NowMicros()) {
    *expires_micros = state.expires_micros;
    return false;
  }
  for (const TxnId holder : state.holders) {
    if (holder != txn && options_.rob && !options_.rob(holder)) return false;
  }
  return true;
}

Status LockManager::TryAcquire(Family* family, Stripe* stripe, const LockRequest& request,
                               LockWait* wait, uint64_t* expires_micros) {
  *expires_micros = 0;
  const auto found = stripe->keys.find(View(request.key));
  if (found == stripe->keys.end()) {
    if (options_.max_locks > 0) {
      if (family->locks.fetch_add(1, std::memory_order_relaxed) >= options_.max_locks) {
        family->locks.fetch_sub(1, std::memory_order_relaxed);
        return Status::Busy(Slice(), Status::kLockLimit);
      }
    }
    stripe->keys.emplace(std::string(View(request.key)),
                         LockState{{request.txn}, request.exclusive, request.expires_micros});
    return Status::OK();
  }
  LockState& state = found->second;
  const bool holds =
      std::find(state.holders.begin(), state.holders.end(), request.txn) != state.holders.end();
  if (holds && state.holders.size() == 1) {
    state.exclusive |= request.exclusive;
    state.expires_micros = request.expires_micros;
    return Status::OK();
  }
  if (!state.exclusive && !request.exclusive) {
    if (!holds) state.holders.push_back(request.txn);
    // A lock expires when that of its last holder does.
    if (state.expires_micros != 0) {
      state.expires_micros =
          request.expires_micros == 0 ? 0 : std::max(state.expires_micros, request.expires_micros);
    }
    return Status::OK();
  }
  if (Rob(state, request.txn, expires_micros)) {
    state = LockState{{request.txn}, request.exclusive, request.expires_micros};
    return Status::OK();
  }
  wait->family = request.family;
  wait->key = std::string(View(request.key));
  wait->exclusive = request.exclusive;
  for (const TxnId holder : state.holders) {
    if (holder != request.txn) wait->holders.push_back(holder);
  }
  return Status::TimedOut(Slice(), Status::kLockTimeout);
}

void LockManager::Unlock(TxnId txn, uint32_t family, Slice key) {
  Family* const of = Find(family);
  if (of == nullptr) return;
  Stripe* const stripe = StripeOf(of, key);
  const Held held(stripe->monitor.get());
  const auto found = stripe->keys.find(View(key));
  if (found == stripe->keys.end()) return;
  std::vector<TxnId>& holders = found->second.holders;
  const auto mine = std::find(holders.begin(), holders.end(), txn);
  if (mine == holders.end()) return;
  holders.erase(mine);
  if (holders.empty()) {
    stripe->keys.erase(found);
    if (options_.max_locks > 0) of->locks.fetch_sub(1, std::memory_order_relaxed);
  }
  if (stripe->waiting > 0) stripe->monitor->NotifyAll();
}

void LockManager::Downgrade(TxnId txn, uint32_t family, Slice key) {
  Family* const of = Find(family);
  if (of == nullptr) return;
  Stripe* const stripe = StripeOf(of, key);
  const Held held(stripe->monitor.get());
  const auto found = stripe->keys.find(View(key));
  if (found == stripe->keys.end() || found->second.holders != std::vector<TxnId>{txn}) return;
  found->second.exclusive = false;
  if (stripe->waiting > 0) stripe->monitor->NotifyAll();
}

std::vector<LockHolders> LockManager::Locks() const {
  std::vector<LockHolders> all;
  Directory families;
  {
    EpochGuard guard;
    families = *directory_.load(std::memory_order_seq_cst);
  }
  for (size_t id = 0; id < families.size(); ++id) {
    if (families[id] == nullptr) continue;
    for (Stripe& stripe : families[id]->stripes) {
      const Held held(stripe.monitor.get());
      for (const auto& [key, state] : stripe.keys) {
        all.push_back({static_cast<uint32_t>(id), key, state.holders, state.exclusive});
      }
    }
  }
  return all;
}

}  // namespace aether
