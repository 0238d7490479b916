// Files with pages, as inputs for a fuzzer: mostly zeros, with structures at fixed places. An input
// holds the bytes without the zeros; the mutator works on the file, where an offset stays an
// offset.
//
//   input := control[n] piece*
//   piece := gap:u16 length:u16 byte{length}      `gap` zeros, then the bytes; what is missing at
//   the
//                                                 end of the input is not there
//
// Thread safety: pure functions.

#ifndef AETHER_TESTS_FUZZ_IMAGE_H_
#define AETHER_TESTS_FUZZ_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/slice.h"

namespace aether::fuzz {

inline constexpr size_t kMaxImage = 64 << 10;

std::string EncodeImage(Slice file);
// At most kMaxImage bytes.
std::string DecodeImage(Slice pieces);

// A custom mutator for inputs with `control` bytes in front of the pieces: see libFuzzer's
// LLVMFuzzerCustomMutator. Half of the mutations keep every offset of the file.
size_t MutateImage(uint8_t* data, size_t size, size_t max_size, unsigned seed, size_t control);

}  // namespace aether::fuzz

#endif  // AETHER_TESTS_FUZZ_IMAGE_H_
