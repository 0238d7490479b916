#include "engine/io/sim_core.h"

#include <algorithm>
#include <cerrno>
#include <set>

namespace aether {

SimFileSystem::Core::Core(uint64_t seed)
    : random(seed), space(std::make_shared<SimSpace>()), root(std::make_shared<SimDir>()) {}

Status SimFileSystem::Core::Dead(const std::string& path, uint64_t handle_life) const {
  if (frozen) return Status::IOError("simulated crash: " + path);
  if (handle_life != life) return Status::IOError("handle from before a simulated crash: " + path);
  return Status::OK();
}

Status SimFileSystem::Core::Admit(SimIo io, const std::string& path, uint64_t handle_life,
                                  SimVerdict* verdict) {
  std::function<void(const SimIoEvent&)> to_run;
  SimIoEvent event{io, path, 0, 0};
  const bool is_sync = (io & (kSimSync | kSimDirSync)) != 0;
  {
    MutexLock lock(&mutex);
    AETHER_RETURN_IF_ERROR(Dead(path, handle_life));
    event.io_number = ++counters.ios;
    if (is_sync) counters.syncs++;
    event.sync_number = counters.syncs;
    to_run = hook;
  }
  if (to_run) to_run(event);
  MutexLock lock(&mutex);
  AETHER_RETURN_IF_ERROR(Dead(path, handle_life));
  WriteBack();
  const bool sync_point = is_sync && syncs_to_crash > 0 && --syncs_to_crash == 0;
  const bool io_point = ios_to_crash > 0 && --ios_to_crash == 0;
  if (sync_point || io_point) {
    FreezeLocked();
    return Dead(path, handle_life);
  }
  Judge(io, path, verdict);
  return Status::OK();
}

void SimFileSystem::Core::WriteBack() {
  if (write_back_one_in == 0 || !random.OneIn(write_back_one_in)) return;
  mapped.erase(
      std::remove_if(mapped.begin(), mapped.end(), [](const auto& w) { return w.expired(); }),
      mapped.end());
  if (mapped.empty()) return;
  const std::shared_ptr<SimInode> inode = mapped[random.Uniform(mapped.size())].lock();
  if (inode != nullptr && inode->mapped()) inode->WriteBackSomePage(&random);
}

void SimFileSystem::Core::Judge(SimIo io, const std::string& path, SimVerdict* verdict) {
  for (ArmedFault& armed : faults_) {
    const SimFault& fault = armed.fault;
    if ((fault.io & io) == 0 || path.find(fault.path_part) == std::string::npos) continue;
    armed.seen++;
    bool hit;
    if (fault.probability > 0) {
      hit = static_cast<double>(random.Uniform(1000000)) < fault.probability * 1e6;
    } else {
      hit = armed.seen == fault.nth || (fault.sticky && armed.seen > fault.nth);
    }
    if (!hit || verdict->effect.has_value()) continue;
    verdict->effect = fault.effect;
    verdict->choice = random.Next();
    counters.faults++;
  }
}

Status SimFileSystem::Core::Failure(const SimVerdict& verdict, const std::string& what,
                                    const std::string& path) {
  if (verdict.Is(SimEffect::kError)) return ErrnoStatus(what, path, EIO);
  if (verdict.Is(SimEffect::kNoSpace)) return ErrnoStatus(what, path, ENOSPC);
  return Status::OK();
}

void SimFileSystem::Core::AddFault(const SimFault& fault) {
  MutexLock lock(&mutex);
  faults_.push_back(ArmedFault{fault});
}

void SimFileSystem::Core::ClearFaults() {
  MutexLock lock(&mutex);
  faults_.clear();
}

void SimFileSystem::Core::Freeze() {
  MutexLock lock(&mutex);
  FreezeLocked();
}

void SimFileSystem::Core::FreezeLocked() {
  if (frozen) return;
  freezing.exchange(1, std::memory_order_seq_cst);
  frozen = true;
  for (const std::weak_ptr<SimInode>& weak : mapped) {
    if (const std::shared_ptr<SimInode> inode = weak.lock()) inode->Detach();
  }
  mapped.clear();
}

namespace {

// Each file once, however many names it has, in an order that depends on names only.
void LosePowerBelow(const SimDir& dir, Random* random, SimCounters* counters,
                    std::set<const SimInode*>* seen) {
  for (const auto& [name, node] : dir.names()) {
    if (node.dir != nullptr) LosePowerBelow(*node.dir, random, counters, seen);
    if (node.file != nullptr && seen->insert(node.file.get()).second) {
      node.file->LosePower(random, counters);
    }
  }
}

}  // namespace

void SimFileSystem::Core::EndLife(bool power_fails, uint64_t seed) {
  MutexLock lock(&mutex);
  FreezeLocked();
  if (power_fails) {
    Random chance(seed);
    root->HappenInPart(&chance, &counters);
    root->KeepDurable();
    std::set<const SimInode*> seen;
    LosePowerBelow(*root, &chance, &counters, &seen);
  }
  counters.crashes++;
  locks.clear();
  syncs_to_crash = 0;
  ios_to_crash = 0;
  life++;
  frozen = false;
  freezing.exchange(0, std::memory_order_seq_cst);
}

Status SimFileSystem::Core::Resolve(const std::string& what, const std::string& path,
                                    std::shared_ptr<SimDir>* dir, std::string* name) {
  const std::vector<std::string> parts = SplitSimPath(path);
  if (parts.empty()) return ErrnoStatus(what, path, EISDIR);
  *dir = root;
  for (size_t i = 0; i + 1 < parts.size(); i++) {
    const SimNode node = (*dir)->Find(parts[i]);
    if (!node.exists()) return ErrnoStatus(what, path, ENOENT);
    if (node.dir == nullptr) return ErrnoStatus(what, path, ENOTDIR);
    *dir = node.dir;
  }
  *name = parts.back();
  return Status::OK();
}

Status SimFileSystem::Core::Find(const std::string& what, const std::string& path, SimNode* node) {
  if (SplitSimPath(path).empty()) {
    node->dir = root;
    return Status::OK();
  }
  std::shared_ptr<SimDir> dir;
  std::string name;
  AETHER_RETURN_IF_ERROR(Resolve(what, path, &dir, &name));
  *node = dir->Find(name);
  return node->exists() ? Status::OK() : ErrnoStatus(what, path, ENOENT);
}

Status SimFileSystem::Core::FindFile(const std::string& what, const std::string& path,
                                     std::shared_ptr<SimInode>* file) {
  SimNode node;
  AETHER_RETURN_IF_ERROR(Find(what, path, &node));
  if (node.file == nullptr) return ErrnoStatus(what, path, EISDIR);
  *file = node.file;
  return Status::OK();
}

Status SimFileSystem::Core::OpenForWriting(const std::string& path, WriteFileOptions::Mode mode,
                                           std::shared_ptr<SimInode>* file) {
  const std::string what = "open a file for writing";
  std::shared_ptr<SimDir> dir;
  std::string name;
  AETHER_RETURN_IF_ERROR(Resolve(what, path, &dir, &name));
  SimNode node = dir->Find(name);
  if (node.dir != nullptr) return ErrnoStatus(what, path, EISDIR);
  if (node.exists() && mode == WriteFileOptions::kCreateNew) {
    return ErrnoStatus(what, path, EEXIST);
  }
  if (!node.exists()) {
    node.file = std::make_shared<SimInode>(space);
    dir->Set(name, node);
  } else if (mode == WriteFileOptions::kTruncate) {
    node.file->Resize(0);
  }
  node.file->modified = Seconds();
  *file = node.file;
  return Status::OK();
}

}  // namespace aether
