// What the tests of followers and of secondary instances share.

#ifndef AETHER_ENGINE_STORE_FOLLOW_FIXTURE_H_
#define AETHER_ENGINE_STORE_FOLLOW_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/external_file.h"
#include "engine/store/store_fixture.h"

namespace aether {

class FollowTest : public StoreTest {
 protected:
  FollowTest() {
    env_options_.wal_ttl_seconds = 3600;
    env_options_.log_segment_bytes = 64 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
  }

  void OpenFamilies() {
    env_.reset();
    std::vector<KvStore*> handles;
    const Status s =
        DbEnv::Open(env_options_, "/db", {{"default", store_}, {"other", store_}}, &env_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    kv_ = handles[0];
    other_ = handles[1];
  }
  // A second store, that gets what the followers find.
  void OpenTarget() {
    target_.reset();
    EnvOptions options;
    options.fs = &fs_;
    options.create_if_missing = true;
    options.create_missing_stores = true;
    std::vector<KvStore*> handles;
    const Status s = DbEnv::Open(options, "/target", {{"default", store_}, {"other", store_}},
                                 &target_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    copied_[0] = handles[0];
    copied_[1] = handles[1];
  }
  std::unique_ptr<LogFollower> Follow(uint64_t sequence = 1) {
    std::unique_ptr<LogFollower> follower;
    const Status s = env_->FollowLog(sequence, &follower);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return follower;
  }
  // Sequence and count of all that is there: "1+2 3+1 ".
  static std::string Numbers(LogFollower* follower) {
    std::string text;
    LoggedBatch batch;
    bool found = true;
    for (;;) {
      const Status s = follower->Next(&batch, &found);
      if (!s.ok()) return text + s.ToString();
      if (!found) return text;
      text += std::to_string(batch.first_sequence) + "+" + std::to_string(batch.count) + " ";
    }
  }
  // Writes what comes to the target, which must be numbered alike.
  Status Copy(LogFollower* follower, uint64_t* batches) {
    LoggedBatch batch;
    bool found = true;
    for (;;) {
      AETHER_RETURN_IF_ERROR(follower->Next(&batch, &found));
      if (!found) return Status::OK();
      uint64_t sequence = 0;
      AETHER_RETURN_IF_ERROR(target_->Write(WriteOptions(), batch.body, batch.count, &sequence));
      EXPECT_EQ(sequence, batch.first_sequence);
      ++*batches;
    }
  }
  static std::map<std::string, std::string> Contents(KvStore* store) {
    std::map<std::string, std::string> contents;
    const auto it = store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      contents[it->key().ToString()] = it->value().ToString();
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return contents;
  }
  Status WriteUnlogged(const std::string& key) {
    std::string body;
    AppendPut(&body, 0, key, "unlogged");
    WriteOptions options;
    options.disable_wal = true;
    return env_->Write(options, body, kAnyCount, nullptr);
  }

  // One key comes in by a file from outside.
  void Ingest(const std::string& path, const std::string& key, const std::string& value) {
    ExternalFileOptions options;
    options.fs = &fs_;
    options.store = store_;
    options.session = path;
    std::unique_ptr<ExternalFileWriter> writer;
    ExternalFileWriter::Result result;
    Status s = ExternalFileWriter::Create(options, path, &writer);
    if (s.ok()) s = writer->Add(EntryType::kPut, key, value);
    if (s.ok()) s = writer->Finish(&result);
    IngestRequest request;
    request.store = kv_;
    request.files.push_back({path, "", ""});
    std::vector<std::vector<IngestedFile>> ingested;
    if (s.ok()) s = env_->Ingest({request}, &ingested);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }

  KvStore* other_ = nullptr;
  std::unique_ptr<DbEnv> target_;
  KvStore* copied_[2] = {};
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_FOLLOW_FIXTURE_H_
