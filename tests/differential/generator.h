// Random scripts. One seed gives one script, for one build of this program.
//
// Each script draws its own mix: which verbs occur and how often, how many keys there are, how
// large values are, which options are set. A stream that has everything all the time would hardly
// ever leave a family alone long enough, or fill it fast enough, for some behaviour to show.
//
// Thread safety: none needed; pure functions.

#ifndef AETHER_TESTS_DIFFERENTIAL_GENERATOR_H_
#define AETHER_TESTS_DIFFERENTIAL_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

namespace differential {

std::vector<std::string> Generate(uint64_t seed, uint64_t operations);

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_GENERATOR_H_
