// The directories of the simulator: names as programs see them, names as the disk holds them, and
// the queue of changes between, per directory.
//
// Thread safety: all functions need the lock of the simulator.
// Invariant: applying a directory's queue to its durable names gives its current names.

#ifndef AETHER_ENGINE_IO_SIM_NAMES_H_
#define AETHER_ENGINE_IO_SIM_NAMES_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/sim_inode.h"

namespace aether {

class SimDir;

// What a name stands for: a file, a directory, or nothing.
struct SimNode {
  std::shared_ptr<SimInode> file;
  std::shared_ptr<SimDir> dir;
  bool exists() const { return file != nullptr || dir != nullptr; }
};

class SimDir {
 public:
  struct Change {
    // None: the directory in whose queue the change stands. One that nothing leads to any more is
    // not kept for it, or two that were removed would keep each other.
    std::optional<std::weak_ptr<SimDir>> dir;
    std::string name;
    SimNode node;  // not existing: the name goes away
  };
  using Operation = std::vector<Change>;  // happens as a whole or not at all

  const std::map<std::string, SimNode>& names() const { return current_; }
  SimNode Find(const std::string& name) const;

  // Makes one name stand for `node` now, and durably when this directory is synced.
  void Set(const std::string& name, const SimNode& node);
  // One atomic operation, also over two directories: it is queued in `target` and, being part of
  // the same journal entry, drags the source's earlier operations along.
  static void Move(const std::shared_ptr<SimDir>& source, const std::string& old_name,
                   const std::shared_ptr<SimDir>& target, const std::string& new_name);

  void Sync();
  // Loss of power, in two rounds over the whole tree, because one operation may reach into another
  // directory: a prefix of each queue happens; then only what is durable is left.
  void HappenInPart(Random* random, SimCounters* counters);
  void KeepDurable();

 private:
  void Apply(const Operation& operation);

  std::map<std::string, SimNode> current_;
  std::map<std::string, SimNode> durable_;
  std::deque<Operation> queue_;
};

// "/a//b/./c/" -> {"a", "b", "c"}. A relative path starts at the root.
std::vector<std::string> SplitSimPath(const std::string& path);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_SIM_NAMES_H_
