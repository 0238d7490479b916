// Which functions of a library the running program has called.
//
// A program that is linked lazily enters a library through slots that point back into the program
// until the first call through them: a slot that points elsewhere has been used. That costs the
// calls nothing and needs no help from the library. Calls through pointers to functions, virtual
// ones among them, do not come by there.
//
// Thread safety: none needed, the slots are words that only the dynamic linker writes.
// Failure: nothing is listed when the program was linked or started so that everything is bound at
// once.

#ifndef AETHER_TESTS_CONFORMANCE_CALLED_H_
#define AETHER_TESTS_CONFORMANCE_CALLED_H_

#include <string>
#include <vector>

namespace conformance {

// Names, as the linker has them, that begin so.
std::vector<std::string> CalledFunctions(const std::string& beginning);

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_CALLED_H_
