// What the fuzzers share: a check that ends the program when it fails, and the input as a stream.
//
// Thread safety: an Input has one user. Failure: FUZZ_CHECK prints and aborts, which libFuzzer
// reports together with the input.

#ifndef AETHER_TESTS_FUZZ_CHECK_H_
#define AETHER_TESTS_FUZZ_CHECK_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace aether::fuzz {

[[noreturn]] inline void Fail(const char* file, int line, const char* condition,
                              const std::string& detail) {
  std::fprintf(stderr, "%s:%d: violated: %s\n%s\n", file, line, condition, detail.c_str());
  std::abort();
}

// The input front to back; zeros behind its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  bool empty() const { return at_ == end_; }
  size_t size() const { return static_cast<size_t>(end_ - at_); }
  const uint8_t* data() const { return at_; }
  uint8_t Byte() { return empty() ? 0 : *at_++; }
  size_t Below(size_t n) { return Byte() % n; }
  std::string Bytes(size_t n) {
    if (n > size()) n = size();
    std::string bytes(reinterpret_cast<const char*>(at_), n);
    at_ += n;
    return bytes;
  }
  std::string Rest() { return Bytes(size()); }

 private:
  const uint8_t* at_;
  const uint8_t* const end_;
};

// Reads every byte, so that the address sanitizer sees the whole range. The sum goes where the
// compiler must put it: reads without a use are taken out before they are checked.
inline volatile uint64_t touched = 0;
inline void Touch(const char* data, size_t size) {
  uint64_t sum = size;
  for (size_t i = 0; i < size; ++i) sum = sum * 31 + static_cast<unsigned char>(data[i]);
  touched = sum;
}

}  // namespace aether::fuzz

#define FUZZ_CHECK(condition, detail)                                                 \
  do {                                                                                \
    if (!(condition)) ::aether::fuzz::Fail(__FILE__, __LINE__, #condition, (detail)); \
  } while (false)

#endif  // AETHER_TESTS_FUZZ_CHECK_H_
