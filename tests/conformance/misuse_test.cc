// Misuse that ends the process with Debian's build of RocksDB, which has assertions on.
#include <rocksdb/iterator.h>
#include <rocksdb/slice_transform.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ReadOptions;

// What becomes of a process that does this: "survives: ..." or "aborts".
template <typename Action>
std::string Outcome(const Action& action) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    if (!kOnAether) std::freopen("/dev/null", "w", stderr);
    const std::string text = action();
    if (write(ends[1], text.data(), text.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  char buffer[300];
  const ssize_t n = read(ends[0], buffer, sizeof(buffer));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) return "aborts";
  if (!WIFEXITED(status)) return "ends with status " + std::to_string(status);
  return "survives: " + std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
}

CASE(misuse_of_iterators) {
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db;
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->Next();
            return At(*it);
          }),
          "aborts", "survives: end");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db(Db::DefaultOptions(), "prev");
            db.Put("a", "1");
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->SeekToFirst();
            it->Next();
            it->Next();
            it->Prev();
            return At(*it);
          }),
          "aborts", "survives: end");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            Db db(Db::DefaultOptions(), "key");
            const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
            it->SeekToFirst();
            return "key '" + it->key().ToString() + "'";
          }),
          "aborts", "survives: key ''");
}

CASE(misuse_of_closing) {
  DIFFERS("misuse-does-not-abort", Outcome([] {
            rocksdb::DB* db = nullptr;
            GOOD(rocksdb::DB::Open(Db::DefaultOptions(), Directory() + "/db", &db));
            GOOD(db->Put(rocksdb::WriteOptions(), "a", "1"));
            rocksdb::Iterator* const it = db->NewIterator(ReadOptions());
            it->SeekToFirst();
            delete db;
            delete it;
            return std::string("closed");
          }),
          "aborts", "survives: closed");
  DIFFERS("misuse-does-not-abort", Outcome([] {
            rocksdb::DB* db = nullptr;
            GOOD(rocksdb::DB::Open(Db::DefaultOptions(), Directory() + "/other", &db));
            rocksdb::ColumnFamilyHandle* family = nullptr;
            GOOD(db->CreateColumnFamily(Db::DefaultOptions(), "one", &family));
            delete db;
            delete family;
            return std::string("closed");
          }),
          "aborts", "survives: closed");
}
}  // namespace
}  // namespace conformance
