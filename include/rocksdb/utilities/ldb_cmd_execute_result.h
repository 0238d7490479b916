// The outcome of one ldb command. Thread safety: none.
#ifndef AETHER_ROCKSDB_UTILITIES_LDB_CMD_EXECUTE_RESULT_H_
#define AETHER_ROCKSDB_UTILITIES_LDB_CMD_EXECUTE_RESULT_H_

#include <string>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class LDBCommandExecuteResult {
 public:
  enum State {
    EXEC_NOT_STARTED = 0,
    EXEC_SUCCEED = 1,
    EXEC_FAILED = 2,
  };
  LDBCommandExecuteResult() : state_(EXEC_NOT_STARTED) {}
  LDBCommandExecuteResult(State state, std::string& msg) : state_(state), message_(msg) {}
  std::string ToString() {
    const char* lead = state_ == EXEC_FAILED        ? "Failed: "
                       : state_ == EXEC_NOT_STARTED ? "Not started: "
                                                    : "";
    return lead + message_;
  }
  void Reset() {
    state_ = EXEC_NOT_STARTED;
    message_.clear();
  }
  bool IsSucceed() { return state_ == EXEC_SUCCEED; }
  bool IsNotStarted() { return state_ == EXEC_NOT_STARTED; }
  bool IsFailed() { return state_ == EXEC_FAILED; }
  static LDBCommandExecuteResult Succeed(std::string msg) { return {EXEC_SUCCEED, msg}; }
  static LDBCommandExecuteResult Failed(std::string msg) { return {EXEC_FAILED, msg}; }

 private:
  State state_;
  std::string message_;
  bool operator==(const LDBCommandExecuteResult&);
  bool operator!=(const LDBCommandExecuteResult&);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_LDB_CMD_EXECUTE_RESULT_H_
