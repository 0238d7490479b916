// Session ids, under the class that cache_bench binds them from; the DB of this library is another
// class.
//
// Thread safety: all functions. They do not fail.

#ifndef AETHER_COMPAT_BINARY_DB_SESSION_ID_H_
#define AETHER_COMPAT_BINARY_DB_SESSION_ID_H_

#include <string>

namespace rocksdb {

class Env;

class DBImpl {
 public:
  // Twenty characters out of 0-9 and A-Z, different at each call. The Env may be null.
  static std::string GenerateDbSessionId(Env* env);
  // Takes a new start, as a process of its own would.
  static void TEST_ResetDbSessionIdGen();
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_DB_SESSION_ID_H_
