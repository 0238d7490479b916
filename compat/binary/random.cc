#include "compat/binary/random.h"

namespace rocksdb {

std::string Random::RandomString(int len) {
  constexpr int kPrintable = 95;  // from space to tilde
  std::string out(static_cast<size_t>(len < 0 ? 0 : len), ' ');
  for (char& c : out) c = static_cast<char>(' ' + Uniform(kPrintable));
  return out;
}

}  // namespace rocksdb
