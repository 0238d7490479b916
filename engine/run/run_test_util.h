// What the tests of this folder share: comparators, random entries, a model, building and opening
// files on the simulator.

#ifndef AETHER_ENGINE_RUN_RUN_TEST_UTIL_H_
#define AETHER_ENGINE_RUN_RUN_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/sim_file_system.h"
#include "engine/run/file_builder.h"
#include "engine/run/run_file.h"
#include "engine/run/run_iterator.h"

namespace aether {

#define ASSERT_OK(expression)                                          \
  do {                                                                 \
    const ::aether::Status assert_ok_status = (expression);            \
    ASSERT_TRUE(assert_ok_status.ok()) << assert_ok_status.ToString(); \
  } while (false)

// Letters compare without regard to case: different bytes may be one key.
class CaselessComparator final : public Comparator {
 public:
  CaselessComparator() : Comparator(false, true) {}
  int Compare(Slice a, Slice b) const override {
    const size_t n = std::min(a.size(), b.size());
    for (size_t i = 0; i < n; ++i) {
      const int x = Lower(a[i]), y = Lower(b[i]);
      if (x != y) return x < y ? -1 : 1;
    }
    return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
  }
  const char* Name() const override { return "test.Caseless"; }

 private:
  static int Lower(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : static_cast<unsigned char>(c); }
};

struct TestEntry {
  std::string key;
  uint64_t tag = 0;
  std::string value;
};

inline void SortEntries(const Comparator* order, std::vector<TestEntry>* entries) {
  const auto less = [order](const TestEntry& a, const TestEntry& b) {
    return CompareEntries(order, a.key, TagSequence(a.tag), b.key, TagSequence(b.tag)) < 0;
  };
  std::sort(entries->begin(), entries->end(), less);
  entries->erase(std::unique(entries->begin(), entries->end(),
                             [&](const TestEntry& a, const TestEntry& b) { return !less(a, b); }),
                 entries->end());
}

inline std::string RandomBytes(Random* random, size_t n, int letters) {
  std::string bytes(n, '\0');
  for (char& c : bytes) {
    c = letters == 256
            ? static_cast<char>(random->Next())
            : static_cast<char>((random->OneIn(2) ? 'a' : 'A') +
                                static_cast<int>(random->Uniform(static_cast<uint64_t>(letters))));
  }
  return bytes;
}

class RunTest : public ::testing::Test {
 protected:
  RunTest() { EXPECT_TRUE(fs_.CreateDir("/d").ok()); }

  Status Build(const std::string& path, const std::vector<TestEntry>& entries,
               FileBuilderOptions options, FileMeta* meta,
               const std::vector<RangeDelete>& deletes = {}) {
    std::unique_ptr<WritableFile> file;
    AETHER_RETURN_IF_ERROR(fs_.NewWritableFile(path, {}, &file));
    FileBuilder builder(options, std::move(file), path);
    for (const RangeDelete& d : deletes) {
      AETHER_RETURN_IF_ERROR(builder.AddRangeDelete(d.begin, d.end, d.sequence));
    }
    for (const TestEntry& e : entries) AETHER_RETURN_IF_ERROR(builder.Add(e.key, e.tag, e.value));
    return builder.Finish(true, meta);
  }
  Status Open(const std::string& path, const FileMeta* meta, std::shared_ptr<Pool> pool,
              std::unique_ptr<RunFile>* file, const Comparator* order = BytewiseComparator()) {
    RunFileOptions options;
    options.order = order;
    return RunFile::Open(&fs_, path, meta, std::move(pool), options, file);
  }

  SimFileSystem fs_{1};
};

// The entries of a key as Visit reports them.
struct Visited {
  std::vector<TestEntry> entries;
  std::vector<Pin> pins;
  std::vector<Slice> pinned;
  bool keep_pins = false;
  size_t limit = SIZE_MAX;

  static bool Visitor(void* context, const Entry& entry, const PinSource& pin) {
    auto* self = static_cast<Visited*>(context);
    self->entries.push_back({entry.key.ToString(), entry.tag, entry.value.ToString()});
    if (self->keep_pins) {
      self->pins.push_back(pin.Take());
      self->pinned.push_back(entry.value);
    }
    return self->entries.size() < self->limit;
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_RUN_TEST_UTIL_H_
