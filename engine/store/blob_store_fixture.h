// What the tests of stores with blob files share.

#ifndef AETHER_ENGINE_STORE_BLOB_STORE_FIXTURE_H_
#define AETHER_ENGINE_STORE_BLOB_STORE_FIXTURE_H_

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "engine/lsm/file_names.h"
#include "engine/store/store_fixture.h"

namespace aether {

using Model = std::map<std::string, std::string>;

class BlobStoreTest : public StoreTest {
 protected:
  BlobStoreTest() {
    store_.tree.blob.enabled = true;
    store_.tree.blob.min_size = 100;
    store_.tree.blob.file_size = 64 << 10;
    // Every flush copies its values; LogValueTest leaves them in the log.
    env_options_.allow_mapped_log = false;
  }

  // Numbers of the files in the directory that hold values.
  std::vector<uint64_t> BlobsOnDisk() {
    std::vector<std::string> names;
    EXPECT_TRUE(fs_.List("/db", &names).ok());
    std::vector<uint64_t> numbers;
    for (const std::string& name : names) {
      uint64_t number = 0;
      if (ParseFileName(name, &number) == FileKind::kBlob) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  std::vector<uint64_t> BlobsOfStore() {
    std::vector<uint64_t> numbers;
    for (const BlobFileInfo& file : kv_->BlobFiles()) numbers.push_back(file.number);
    return numbers;
  }
  // Files go in the background, once nobody needs them.
  void ExpectOnlyNeededBlobs() {
    for (int i = 0; i < 300 && BlobsOnDisk() != BlobsOfStore(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(BlobsOnDisk(), BlobsOfStore());
  }
  static std::string Large(uint64_t i, size_t size = 1000) {
    std::string value = "value " + std::to_string(i) + " ";
    while (value.size() < size) value += static_cast<char>('a' + (i * 7 + value.size()) % 26);
    return value;
  }
  void PutLarge(int first, int end, uint64_t salt = 0) {
    for (int i = first; i < end; ++i) {
      const auto k = static_cast<uint64_t>(i);
      Put(Key(k), Large(k + salt));
      model_[Key(k)] = Large(k + salt);
    }
  }
  void Collect(double age_cutoff) {
    CompactRangeOptions options;
    options.collect_age_cutoff = age_cutoff;
    const Status s = kv_->CompactRange(options, nullptr, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  void SetBlobOptions(const BlobOptions& blob) {
    store_.tree.blob = blob;
    ASSERT_TRUE(kv_->SetTreeOptions(store_.tree).ok());
  }

  Model model_;
};

enum class Values : uint8_t { kCopied, kInLog, kInLogElsewhere };

class BlobStoreModes : public BlobStoreTest, public ::testing::WithParamInterface<Values> {
 protected:
  BlobStoreModes() {
    env_options_.allow_mapped_log = GetParam() != Values::kCopied;
    env_options_.log_segment_bytes = 16 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
    if (GetParam() == Values::kInLogElsewhere) env_options_.wal_dir = "/wal";
  }
  void StartAnew() {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", env_options_.wal_dir).ok());
    model_.clear();
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_BLOB_STORE_FIXTURE_H_
