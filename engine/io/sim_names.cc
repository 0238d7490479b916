#include "engine/io/sim_names.h"

#include <utility>

namespace aether {
namespace {

void Put(std::map<std::string, SimNode>* names, const std::string& name, const SimNode& node) {
  if (node.exists()) {
    (*names)[name] = node;
  } else {
    names->erase(name);
  }
}

}  // namespace

SimNode SimDir::Find(const std::string& name) const {
  const auto it = current_.find(name);
  return it == current_.end() ? SimNode() : it->second;
}

void SimDir::Set(const std::string& name, const SimNode& node) {
  Put(&current_, name, node);
  queue_.push_back({Change{std::nullopt, name, node}});
}

void SimDir::Move(const std::shared_ptr<SimDir>& source, const std::string& old_name,
                  const std::shared_ptr<SimDir>& target, const std::string& new_name) {
  const SimNode node = source->Find(old_name);
  Put(&source->current_, old_name, SimNode());
  Put(&target->current_, new_name, node);
  Change leaves{std::nullopt, old_name, SimNode()};
  if (source != target) leaves.dir = source;
  target->queue_.push_back({std::move(leaves), Change{std::nullopt, new_name, node}});
}

void SimDir::Apply(const Operation& operation) {
  for (const Change& change : operation) {
    if (!change.dir) {
      Put(&durable_, change.name, change.node);
    } else if (const auto other = change.dir->lock()) {
      other->Sync();
      Put(&other->durable_, change.name, change.node);
    }
  }
}

void SimDir::Sync() {
  while (!queue_.empty()) {
    const Operation operation = std::move(queue_.front());
    queue_.pop_front();
    Apply(operation);
  }
}

void SimDir::HappenInPart(Random* random, SimCounters* counters) {
  uint64_t happens = random->OneIn(4) ? queue_.size() : random->Uniform(queue_.size() + 1);
  counters->names_dropped += queue_.size() - happens;
  for (; happens > 0 && !queue_.empty(); happens--) {
    const Operation operation = std::move(queue_.front());
    queue_.pop_front();
    Apply(operation);
  }
  for (const auto& [name, node] : current_) {
    if (node.dir != nullptr) node.dir->HappenInPart(random, counters);
  }
}

void SimDir::KeepDurable() {
  queue_.clear();
  current_ = durable_;
  for (const auto& [name, node] : current_) {
    if (node.dir != nullptr) node.dir->KeepDurable();
  }
}

std::vector<std::string> SplitSimPath(const std::string& path) {
  std::vector<std::string> parts;
  size_t from = 0;
  while (from < path.size()) {
    size_t to = path.find('/', from);
    if (to == std::string::npos) to = path.size();
    const std::string part = path.substr(from, to - from);
    if (!part.empty() && part != ".") parts.push_back(part);
    from = to + 1;
  }
  return parts;
}

}  // namespace aether
