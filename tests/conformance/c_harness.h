// What tests of the C interface share: errors and results that are freed, the usual options, an
// open database, batches told as text, the options file. Thread safety: none.

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

// A database in the directory of the case, with its options.
struct CDb : Settings {
  explicit CDb(void (*prepare)(rocksdb_options_t*) = nullptr) {
    if (prepare != nullptr) prepare(options);
    db = rocksdb_open(options, (Directory() + "/db").c_str(), error.out());
    EQ(error.text(), "");
  }
  ~CDb() { Close(); }
  void Close() {
    if (db != nullptr) rocksdb_close(db);
    db = nullptr;
  }
  void Put(const std::string& key, const std::string& value) {
    rocksdb_put(db, write, key.data(), key.size(), value.data(), value.size(), error.out());
    EQ(error.text(), "");
  }
  std::string Get(const std::string& key) {
    const std::string value = Taken([&](size_t* size) {
      return rocksdb_get(db, read, key.data(), key.size(), size, error.out());
    });
    EQ(error.text(), "");
    return value;
  }
  std::string All() { return Keys(rocksdb_create_iterator(db, read)); }
  void Flush() {
    rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
    rocksdb_flush(db, flush, error.out());
    rocksdb_flushoptions_destroy(flush);
    EQ(error.text(), "");
  }
  std::string Property(const char* name) {
    char* const value = rocksdb_property_value(db, name);
    return Taken(value, value == nullptr ? 0 : strlen(value));
  }
  Error error;
  rocksdb_t* db = nullptr;
};

// The C++ object that an opaque one of C begins with, on both libraries: for what C sets and no
// call tells.
template <typename Object, typename Opaque>
Object& Behind(Opaque* opaque) {
  return *reinterpret_cast<Object*>(opaque);
}

// What a batch does, for rocksdb_writebatch_iterate and its like: "a=1 -b ".
inline void SeePut(void* text, const char* key, size_t key_size, const char* value,
                   size_t value_size) {
  *static_cast<std::string*>(text) +=
      std::string(key, key_size) + "=" + std::string(value, value_size) + " ";
}
inline void SeeDelete(void* text, const char* key, size_t size) {
  *static_cast<std::string*>(text) += "-" + std::string(key, size) + " ";
}
inline std::string Contents(rocksdb_writebatch_t* batch) {
  std::string text;
  rocksdb_writebatch_iterate(batch, &text, SeePut, SeeDelete);
  return text;
}

// The youngest options file of a database.
inline std::string OptionsFile(const std::string& path = Directory() + "/db") {
  std::string youngest;
  for (const std::string& name : FilesWith(path, "")) {
    if (name.compare(0, 8, "OPTIONS-") == 0) youngest = name;
  }
  return ReadFile(path + "/" + youngest);
}
// What stands behind "name=" in an options file.
inline std::string OptionIn(const std::string& file, const std::string& name) {
  const size_t at = file.find("\n  " + name + "=");
  if (at == std::string::npos) return "(none)";
  const size_t begin = at + name.size() + 4;
  return file.substr(begin, file.find('\n', begin) - begin);
}

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_C_HARNESS_H_
