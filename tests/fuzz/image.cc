#include "tests/fuzz/image.h"

#include <algorithm>
#include <random>
#include <vector>

#include "engine/base/coding.h"

// The programs that are not fuzzers have no mutator.
extern "C" __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t* data, size_t size,
                                                         size_t max_size);

namespace aether::fuzz {
namespace {

constexpr size_t kShortGap = 8;  // fewer zeros cost less than a new piece

size_t ZerosAt(Slice file, size_t at) {
  size_t end = at;
  while (end < file.size() && file[end] == 0) ++end;
  return end - at;
}

size_t Mutate(char* data, size_t size, size_t max_size) {
  return LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(data), size, max_size);
}

// Any offset now and then, else one of a byte that is not zero, each as likely as the others.
size_t PickOffset(const std::string& file, std::minstd_rand* random) {
  const auto zeros = static_cast<size_t>(std::count(file.begin(), file.end(), '\0'));
  if (zeros == file.size() || (*random)() % 8 == 0) return (*random)() % file.size();
  size_t left = (*random)() % (file.size() - zeros);
  size_t at = 0;
  while (file[at] == 0 || left-- > 0) ++at;
  return at;
}

void MutateFile(std::string* file, std::minstd_rand* random) {
  if (file->empty()) file->push_back('\0');
  const size_t at = PickOffset(*file, random);
  const size_t length = std::min<size_t>(size_t{1} << (*random)() % 9, file->size() - at);
  std::string window = file->substr(at, length);
  if ((*random)() % 8 == 0) {
    window.resize(length + 64);
    window.resize(Mutate(window.data(), length, window.size()));
    file->replace(at, length, window);
  } else {
    const size_t changed = Mutate(window.data(), length, length);
    file->replace(at, changed, window, 0, changed);
  }
  if (file->size() > kMaxImage) file->resize(kMaxImage);
}

}  // namespace

std::string EncodeImage(Slice file) {
  std::string pieces;
  for (size_t at = 0; at < file.size();) {
    const size_t gap = std::min<size_t>(ZerosAt(file, at), UINT16_MAX);
    at += gap;
    size_t end = at;
    while (end < file.size() && end - at < UINT16_MAX) {
      const size_t zeros = ZerosAt(file, end);
      if (zeros >= kShortGap || end + zeros == file.size()) break;
      end += zeros + 1;
    }
    end = std::min(end, at + UINT16_MAX);
    PutFixed<uint16_t>(&pieces, static_cast<uint16_t>(gap));
    PutFixed<uint16_t>(&pieces, static_cast<uint16_t>(end - at));
    pieces.append(file.data() + at, end - at);
    at = end;
  }
  return pieces;
}

std::string DecodeImage(Slice pieces) {
  std::string file;
  uint16_t gap, length;
  while (file.size() < kMaxImage && GetFixed(&pieces, &gap) && GetFixed(&pieces, &length)) {
    const size_t n = std::min<size_t>(length, pieces.size());
    file.append(gap, '\0');
    file.append(pieces.data(), n);
    pieces.RemovePrefix(n);
  }
  if (file.size() > kMaxImage) file.resize(kMaxImage);
  return file;
}

size_t MutateImage(uint8_t* data, size_t size, size_t max_size, unsigned seed, size_t control) {
  std::minstd_rand random(seed);
  if (size <= control || random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  char* const bytes = reinterpret_cast<char*>(data);
  if (random() % 8 == 0) {
    const size_t changed = Mutate(bytes, control, control);
    std::fill(bytes + changed, bytes + control, '\0');
    return size;
  }
  std::string file = DecodeImage(Slice(bytes + control, size - control));
  MutateFile(&file, &random);
  const std::string pieces = EncodeImage(file);
  if (control + pieces.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(pieces.begin(), pieces.end(), bytes + control);
  return control + pieces.size();
}

}  // namespace aether::fuzz
