// Which operations the interface gives a meaning to.
//
// SingleDelete is defined for a key that is written by Put only, once since the last SingleDelete.
// Keys that begin with 's' are set aside for it: they see Put, SingleDelete and DeleteRange, all
// others see everything else. A line of a script that would break this is not carried out, whatever
// other lines a minimiser has cut; so a shorter script is legal when a longer one was.
//
// Thread safety: one thread.

#ifndef AETHER_TESTS_DIFFERENTIAL_LEGALITY_H_
#define AETHER_TESTS_DIFFERENTIAL_LEGALITY_H_

#include <rocksdb/comparator.h>

#include <set>
#include <string>
#include <utility>

namespace differential {

class Legality {
 public:
  // Each answers whether the operation may be carried out, and if so notes it.
  bool Put(const std::string& family, const std::string& key) {
    return !SetAside(key) || once_.emplace(family, key).second;
  }
  bool SingleDelete(const std::string& family, const std::string& key) {
    return SetAside(key) && once_.erase({family, key}) > 0;
  }
  static bool DeleteOrMerge(const std::string& key) { return !SetAside(key); }
  void DeleteRange(const std::string& family, const std::string& begin, const std::string& end,
                   const rocksdb::Comparator* order) {
    for (auto it = once_.begin(); it != once_.end();) {
      const bool covered = it->first == family && order->Compare(it->second, begin) >= 0 &&
                           order->Compare(it->second, end) < 0;
      it = covered ? once_.erase(it) : std::next(it);
    }
  }
  void DropFamily(const std::string& family) {
    for (auto it = once_.begin(); it != once_.end();) {
      it = it->first == family ? once_.erase(it) : std::next(it);
    }
  }

 private:
  static bool SetAside(const std::string& key) { return !key.empty() && key[0] == 's'; }

  std::set<std::pair<std::string, std::string>> once_;  // put, not yet deleted
};

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_LEGALITY_H_
