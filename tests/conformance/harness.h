// A small frame for tests that have to hold on two libraries: written against the public headers of
// RocksDB only, compiled with its headers and with ours, with the same expectations;
// either program runs on either library.
//
//   conformance_aether [--record FILE] [CASE]
//
// runs the cases that have CASE in their names, and writes a line for each: its name, passed or
// failed, and the C functions that it called (see called.h).
//
// Each case runs in a process of its own (a library that aborts fails one case) and in an empty
// directory. Where our library differs on purpose, the expectation has two values and the
// difference a name; docs/differences.md says why.

#ifndef AETHER_TESTS_CONFORMANCE_HARNESS_H_
#define AETHER_TESTS_CONFORMANCE_HARNESS_H_

#include <rocksdb/db.h>
#include <rocksdb/io_status.h>
#include <rocksdb/options.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace conformance {

// The library that runs, whatever headers the program was compiled with.
extern const bool kOnAether;

using CaseFunction = void (*)();
struct Registration {
  Registration(const char* name, CaseFunction function);
};

#define CASE(name)                                                           \
  static void name();                                                        \
  static const ::conformance::Registration registration_##name(#name, name); \
  static void name()

// The directory of the running case.
const std::string& Directory();
// `text` with the directory replaced by <db> and addresses, times and thread numbers left alone.
std::string Plain(const std::string& text);

void Report(bool good, const char* file, int line, const std::string& what,
            const std::string& expected, const std::string& actual);
// Counts a use of a named difference.
void NoteDifference(const char* name);

template <typename T>
std::string Text(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}
inline std::string Text(const std::string& value) { return value; }
inline std::string Text(bool value) { return value ? "true" : "false"; }
inline std::string Text(const rocksdb::Status& s) {
  return std::to_string(static_cast<int>(s.code())) + "/" +
         std::to_string(static_cast<int>(s.subcode())) + " " + Plain(s.ToString());
}
inline std::string Text(const rocksdb::IOStatus& s) {
  return Text(static_cast<const rocksdb::Status&>(s));
}

#define EQ(actual, expected)                                                         \
  do {                                                                               \
    const std::string actual_text = ::conformance::Text(actual);                     \
    const std::string expected_text = ::conformance::Text(expected);                 \
    ::conformance::Report(actual_text == expected_text, __FILE__, __LINE__, #actual, \
                          expected_text, actual_text);                               \
  } while (false)
#define GOOD(status) EQ(status, std::string("0/0 OK"))
#define YES(condition) EQ(static_cast<bool>(condition), true)
#define NO(condition) EQ(static_cast<bool>(condition), false)
// Compares code and sub-code only: "4/0".
#define CODE(status, expected)                                                     \
  EQ(::conformance::Text(status).substr(0, ::conformance::Text(status).find(' ')), \
     std::string(expected))
// The two libraries give different values here, on purpose.
#define DIFFERS(name, actual, on_rocksdb, on_aether)                                \
  do {                                                                              \
    ::conformance::NoteDifference(name);                                            \
    EQ(actual, std::string(::conformance::kOnAether ? (on_aether) : (on_rocksdb))); \
  } while (false)

// A database in the directory of the case (or below it), closed at the end.
class Db {
 public:
  explicit Db(rocksdb::Options options = DefaultOptions(), const std::string& below = "");
  // With families; handles go to families().
  Db(const rocksdb::Options& options, const std::string& below,
     const std::vector<std::string>& names);
  ~Db() { Close(); }
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  static rocksdb::Options DefaultOptions();  // create_if_missing

  rocksdb::DB* operator->() const { return db_; }
  rocksdb::DB* get() const { return db_; }
  const std::string& path() const { return path_; }
  rocksdb::Status Reopen(const rocksdb::Options& options);
  // With families; handles go to families().
  rocksdb::Status Reopen(const rocksdb::Options& options, const std::vector<std::string>& names);
  rocksdb::Status ReopenReadOnly(const rocksdb::Options& options);
  void Close();
  rocksdb::ColumnFamilyHandle* Create(const std::string& name,
                                      const rocksdb::Options& options = DefaultOptions());
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return families_; }

  // Short forms; errors come back as text.
  std::string Put(const std::string& key, const std::string& value);
  std::string Get(const std::string& key, rocksdb::ColumnFamilyHandle* family = nullptr,
                  const rocksdb::Snapshot* snapshot = nullptr);
  // "a=1 b=2 " of a whole scan, or backwards.
  std::string Scan(rocksdb::ReadOptions read = rocksdb::ReadOptions(),
                   rocksdb::ColumnFamilyHandle* family = nullptr);
  std::string ScanBack(rocksdb::ReadOptions read = rocksdb::ReadOptions());
  std::string Property(const std::string& name);

 private:
  std::string path_;
  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// "a=1" where it stands, "end" behind the last, the status after an error.
std::string At(const rocksdb::Iterator& it);
void WriteFile(const std::string& path, const std::string& contents);
std::string ReadFile(const std::string& path);
bool Exists(const std::string& path);
// Names in a directory that end so.
std::vector<std::string> FilesWith(const std::string& directory, const std::string& ending);

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_HARNESS_H_
