// What the tests of engine/store share: a store of one family on the simulated file system.

#ifndef AETHER_ENGINE_STORE_STORE_FIXTURE_H_
#define AETHER_ENGINE_STORE_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "engine/commit/batch.h"
#include "engine/io/sim_file_system.h"
#include "engine/store/db_env.h"

namespace aether {

class AppendOperator final : public MergeOperator {
 public:
  const char* Name() const override { return "append"; }
  bool FullMerge(Slice, const Slice* existing, const std::vector<Slice>& operands,
                 std::string* result) const override {
    if (existing != nullptr) *result = existing->ToString();
    for (const Slice operand : operands) *result += operand.ToString();
    return true;
  }
};

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : fs_(301) {
    store_.write_buffer_size = 256 << 10;
    store_.tree.target_file_size = 64 << 10;
    store_.tree.filter_bits_per_key = 10;
    store_.tree.fanout = 3;
    store_.merge_operator = std::make_shared<AppendOperator>();
    env_options_.fs = &fs_;
    env_options_.create_if_missing = true;
  }

  Status TryOpen() {
    env_.reset();
    std::vector<KvStore*> handles;
    Status s = DbEnv::Open(env_options_, "/db", {{"default", store_}}, &env_, &handles);
    if (s.ok()) kv_ = handles[0];
    return s;
  }
  void Open() {
    const Status s = TryOpen();
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  void Write(const std::string& body, bool sync = false) {
    WriteOptions options;
    options.sync = sync;
    const Status s = env_->Write(options, body, kAnyCount, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  void Put(Slice key, Slice value) {
    std::string body;
    AppendPut(&body, 0, key, value);
    Write(body);
  }
  void Delete(Slice key) {
    std::string body;
    AppendDelete(&body, 0, key);
    Write(body);
  }
  std::string Get(Slice key, const Snapshot* snapshot = nullptr) {
    ReadOptions options;
    options.snapshot = snapshot;
    PinnedValue value;
    const Status s = kv_->Get(options, key, &value);
    if (s.IsNotFound()) return "(none)";
    return s.ok() ? value.value().ToString() : s.ToString();
  }
  static std::string Key(uint64_t i) {
    char buffer[32];
    snprintf(buffer, sizeof(buffer), "key%08llu", static_cast<unsigned long long>(i));
    return buffer;
  }
  void Check(const std::map<std::string, std::string>& expected) {
    ReadOptions options;
    auto it = kv_->NewIterator(options);
    auto want = expected.begin();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++want) {
      ASSERT_NE(want, expected.end());
      ASSERT_EQ(it->key().ToString(), want->first);
      ASSERT_EQ(it->value().ToString(), want->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    ASSERT_EQ(want, expected.end());
    auto back = expected.rbegin();
    for (it->SeekToLast(); it->Valid(); it->Prev(), ++back) {
      ASSERT_NE(back, expected.rend());
      ASSERT_EQ(it->key().ToString(), back->first);
      ASSERT_EQ(it->value().ToString(), back->second);
    }
    ASSERT_EQ(back, expected.rend());
    int i = 0;
    for (const auto& [key, value] : expected) {
      if (++i % 7 == 0) {
        ASSERT_EQ(Get(key), value);
      }
    }
  }

  SimFileSystem fs_;
  EnvOptions env_options_;
  StoreOptions store_;
  std::unique_ptr<DbEnv> env_;
  KvStore* kv_ = nullptr;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_STORE_FIXTURE_H_
