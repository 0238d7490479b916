#include "tests/conformance/harness.h"

#include <dlfcn.h>
#include <rocksdb/iterator.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/conformance/called.h"

// There with the address sanitizer.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace conformance {

// SimulatedDisk::New, which RocksDB does not have.
const bool kOnAether = dlsym(RTLD_DEFAULT, "_ZN7rocksdb13SimulatedDisk3NewEm") != nullptr;

namespace {

#ifdef CONFORMANCE_OUR_HEADERS
constexpr char kHeaders[] = "aether";
#else
constexpr char kHeaders[] = "rocksdb";
#endif
constexpr unsigned kCaseSeconds = 120;

struct Case {
  const char* name;
  CaseFunction function;
};
std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

std::string directory;
int assertions = 0;
int failures = 0;
std::set<std::string> differences;

// What a case's process tells its parent, followed by the C functions that it called.
struct Verdict {
  int assertions;
  int failures;
  char differences[2000];
  size_t called_size;
};

bool WriteAll(int fd, const char* data, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = write(fd, data + done, size - done);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

bool ReadAll(int fd, char* data, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = read(fd, data + done, size - done);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

Verdict RunCase(const Case& test, const std::string& root, std::string* called) {
  Verdict verdict{0, 1, "", 0};
  called->clear();
  int ends[2];
  if (pipe(ends) != 0) return verdict;
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    alarm(kCaseSeconds);
    directory = root + "/" + test.name;
    std::filesystem::create_directories(directory);
    assertions = 0;
    failures = 0;
    test.function();
    if (&__lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
      std::printf("FAIL %s leaks\n", test.name);
      ++failures;
    }
    std::string functions;
    for (const std::string& name : CalledFunctions("rocksdb_")) functions += name + " ";
    Verdict mine{assertions, failures, "", functions.size()};
    std::string names;
    for (const std::string& name : differences) names += name + " ";
    std::snprintf(mine.differences, sizeof(mine.differences), "%s", names.c_str());
    std::fflush(stdout);
    _exit(WriteAll(ends[1], reinterpret_cast<const char*>(&mine), sizeof(mine)) &&
                  WriteAll(ends[1], functions.data(), functions.size())
              ? 0
              : 3);
  }
  close(ends[1]);
  bool told = ReadAll(ends[0], reinterpret_cast<char*>(&verdict), sizeof(verdict));
  if (told) {
    called->resize(verdict.called_size);
    told = ReadAll(ends[0], called->data(), called->size());
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!told || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::printf("FAIL %s: the process ended with status 0x%x%s\n", test.name,
                static_cast<unsigned>(status),
                WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? " (time is over)" : "");
    verdict = Verdict{1, 1, "", 0};
  }
  return verdict;
}

}  // namespace

Registration::Registration(const char* name, CaseFunction function) {
  Cases().push_back({name, function});
}

const std::string& Directory() { return directory; }

std::string Plain(const std::string& text) {
  std::string plain = text;
  for (size_t at; !directory.empty() && (at = plain.find(directory)) != std::string::npos;) {
    plain.replace(at, directory.size(), "<db>");
  }
  return plain;
}

void Report(bool good, const char* file, int line, const std::string& what,
            const std::string& expected, const std::string& actual) {
  ++assertions;
  if (good) return;
  ++failures;
  const char* const name = std::strrchr(file, '/');
  std::printf("FAIL %s:%d %s\n  expected: %s\n  actual:   %s\n", name ? name + 1 : file, line,
              what.c_str(), expected.c_str(), actual.c_str());
}

void NoteDifference(const char* name) { differences.insert(name); }

Db::Db(rocksdb::Options options, const std::string& below)
    : path_(below.empty() ? Directory() + "/db" : Directory() + "/" + below) {
  GOOD(rocksdb::DB::Open(options, path_, &db_));
}

Db::Db(const rocksdb::Options& options, const std::string& below,
       const std::vector<std::string>& names)
    : path_(below.empty() ? Directory() + "/db" : Directory() + "/" + below) {
  GOOD(Reopen(options, names));
}

rocksdb::Options Db::DefaultOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  return options;
}

void Db::Close() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  families_.clear();
  delete db_;
  db_ = nullptr;
}

rocksdb::Status Db::Reopen(const rocksdb::Options& options) {
  Close();
  return rocksdb::DB::Open(options, path_, &db_);
}

rocksdb::Status Db::Reopen(const rocksdb::Options& options, const std::vector<std::string>& names) {
  Close();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, options);
  return rocksdb::DB::Open(options, path_, descriptors, &families_, &db_);
}

rocksdb::Status Db::ReopenReadOnly(const rocksdb::Options& options) {
  Close();
  return rocksdb::DB::OpenForReadOnly(options, path_, &db_);
}

rocksdb::ColumnFamilyHandle* Db::Create(const std::string& name, const rocksdb::Options& options) {
  rocksdb::ColumnFamilyHandle* family = nullptr;
  GOOD(db_->CreateColumnFamily(options, name, &family));
  families_.push_back(family);
  return family;
}

std::string Db::Put(const std::string& key, const std::string& value) {
  return db_->Put(rocksdb::WriteOptions(), key, value).ToString();
}

std::string Db::Get(const std::string& key, rocksdb::ColumnFamilyHandle* family,
                    const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  std::string value;
  const rocksdb::Status s =
      db_->Get(read, family != nullptr ? family : db_->DefaultColumnFamily(), key, &value);
  return s.ok() ? value : s.ToString();
}

std::string Db::Scan(rocksdb::ReadOptions read, rocksdb::ColumnFamilyHandle* family) {
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(read, family != nullptr ? family : db_->DefaultColumnFamily()));
  std::string text;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

std::string Db::ScanBack(rocksdb::ReadOptions read) {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read));
  std::string text;
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

std::string Db::Property(const std::string& name) {
  std::string value;
  return db_->GetProperty(name, &value) ? value : "(none)";
}

std::string At(const rocksdb::Iterator& it) {
  if (it.Valid()) return it.key().ToString() + "=" + it.value().ToString();
  return it.status().ok() ? "end" : Text(it.status());
}

void WriteFile(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

bool Exists(const std::string& path) { return std::filesystem::exists(path); }

std::vector<std::string> FilesWith(const std::string& where, const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(where)) {
    const std::string name = entry.path().filename();
    if (name.size() >= ending.size() &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

int Main(int argc, char** argv) {
  std::string only;
  std::ofstream record;
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == std::string("--record") && i + 1 < argc) {
      record.open(argv[++i], std::ios::trunc);
      if (!record) {
        std::perror(argv[i]);
        return 2;
      }
    } else {
      only = argv[i];
    }
  }
  std::string root = std::filesystem::temp_directory_path().string() + "/conformance.XXXXXX";
  if (mkdtemp(root.data()) == nullptr) {
    std::perror(root.c_str());
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  std::set<std::string> used;
  int cases = 0;
  for (const Case& test : Cases()) {
    if (!only.empty() && std::string(test.name).find(only) == std::string::npos) continue;
    std::string called;
    const Verdict verdict = RunCase(test, root, &called);
    record << test.name << (verdict.failures == 0 ? " passed " : " failed ") << called << std::endl;
    ++cases;
    assertions += verdict.assertions;
    failures += verdict.failures;
    if (verdict.failures > 0) std::printf("FAIL case %s\n", test.name);
    std::istringstream names(verdict.differences);
    for (std::string name; names >> name;) used.insert(name);
  }
  std::filesystem::remove_all(root);
  std::printf("conformance on %s, headers of %s: %d cases, %d assertions, %d failures\n",
              kOnAether ? "Aether" : "RocksDB", kHeaders, cases, assertions, failures);
  std::printf("named differences:");
  for (const std::string& name : used) std::printf(" %s", name.c_str());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("\nRESULT suite=conformance-%s-on-%s cases=%d faults=0 violations=%d seconds=%.1f\n",
              kHeaders, kOnAether ? "aether" : "rocksdb", assertions, failures, seconds);
  return failures == 0 ? 0 : 1;
}

}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
