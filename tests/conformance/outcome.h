// What a call does to the process that makes it.

#ifndef AETHER_TESTS_CONFORMANCE_OUTCOME_H_
#define AETHER_TESTS_CONFORMANCE_OUTCOME_H_

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/conformance/harness.h"

namespace conformance {

// What becomes of a process that does this: "survives: ..." or "aborts".
template <typename Action>
std::string Outcome(const Action& action) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    if (!kOnAether) std::freopen("/dev/null", "w", stderr);
    const std::string text = action();
    if (write(ends[1], text.data(), text.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  char buffer[300];
  const ssize_t n = read(ends[0], buffer, sizeof(buffer));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) return "aborts";
  if (!WIFEXITED(status)) return "ends with status " + std::to_string(status);
  return "survives: " + std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
}

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_OUTCOME_H_
