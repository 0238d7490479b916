// What tests of the C interface share: errors and results that are freed, the usual options.
// Thread safety: none.

#ifndef AETHER_TESTS_CONFORMANCE_C_HARNESS_H_
#define AETHER_TESTS_CONFORMANCE_C_HARNESS_H_

#include <rocksdb/c.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/conformance/harness.h"

namespace conformance {

// The error of a call and its removal.
class Error {
 public:
  ~Error() { free(text_); }
  char** out() {
    free(text_);
    text_ = nullptr;
    return &text_;
  }
  std::string text() const { return text_ == nullptr ? "" : text_; }

 private:
  char* text_ = nullptr;
};

// Takes what a C function returns.
inline std::string Taken(char* bytes, size_t size) {
  if (bytes == nullptr) return "(none)";
  const std::string text(bytes, size);
  rocksdb_free(bytes);
  return text;
}
template <typename Read>
std::string Taken(const Read& read) {
  size_t size = 0;
  char* const bytes = read(&size);
  return Taken(bytes, size);
}

inline std::string Keys(rocksdb_iterator_t* it) {
  std::string text;
  for (rocksdb_iter_seek_to_first(it); rocksdb_iter_valid(it); rocksdb_iter_next(it)) {
    size_t size = 0;
    const char* const key = rocksdb_iter_key(it, &size);
    text += std::string(key, size) + " ";
  }
  rocksdb_iter_destroy(it);
  return text;
}

struct Settings {
  Settings() { rocksdb_options_set_create_if_missing(options, 1); }
  ~Settings() {
    rocksdb_options_destroy(options);
    rocksdb_readoptions_destroy(read);
    rocksdb_writeoptions_destroy(write);
  }
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_readoptions_t* const read = rocksdb_readoptions_create();
  rocksdb_writeoptions_t* const write = rocksdb_writeoptions_create();
};

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_C_HARNESS_H_
