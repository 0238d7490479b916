// Write batches: the input is the contents of a WriteBatch, 12 bytes of header included.
//
// Checked besides memory: the engine's reader and WriteBatch::Iterate see the same records and
// agree on whether the bytes are a batch; a batch that is sound is written, one that is not is
// refused and leaves the store writable; afterwards the store holds what the batch says.

#include "engine/commit/batch.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/checksum.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/options.h"
#include "rocksdb/write_batch.h"
#include "tests/fuzz/check.h"

namespace aether::fuzz {
namespace {

constexpr size_t kHeader = 12;
constexpr int kInputsOfAStore = 500;

// One record in words that both readers can be put into.
struct Record {
  BatchTag kind;
  uint32_t family;
  std::string key;
  std::string value;

  bool operator==(const Record& other) const = default;
};

class Recorder final : public rocksdb::WriteBatch::Handler {
 public:
  using Slice = rocksdb::Slice;
  using Status = rocksdb::Status;

  Status PutCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Note(BatchTag::kPut, family, key, value);
  }
  Status DeleteCF(uint32_t family, const Slice& key) override {
    return Note(BatchTag::kDelete, family, key, Slice());
  }
  Status SingleDeleteCF(uint32_t family, const Slice& key) override {
    return Note(BatchTag::kSingleDelete, family, key, Slice());
  }
  Status MergeCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Note(BatchTag::kMerge, family, key, value);
  }
  Status DeleteRangeCF(uint32_t family, const Slice& begin, const Slice& end) override {
    return Note(BatchTag::kRangeDelete, family, begin, end);
  }
  Status PutBlobIndexCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Note(BatchTag::kBlobIndex, family, key, value);
  }
  Status PutEntityCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Note(BatchTag::kEntity, family, key, value);
  }
  void LogData(const Slice& blob) override {
    Note(BatchTag::kLogData, 0, blob, Slice()).PermitUncheckedError();
  }
  Status MarkBeginPrepare(bool unprepare) override {
    return Note(unprepare ? BatchTag::kBeginUnprepare : BatchTag::kBeginPrepare, 0, Slice(),
                Slice());
  }
  Status MarkEndPrepare(const Slice& name) override {
    return Note(BatchTag::kEndPrepare, 0, name, Slice());
  }
  Status MarkCommit(const Slice& name) override {
    return Note(BatchTag::kCommit, 0, name, Slice());
  }
  Status MarkCommitWithTimestamp(const Slice& name, const Slice& time) override {
    return Note(BatchTag::kCommitWithTimestamp, 0, name, time);
  }
  Status MarkRollback(const Slice& name) override {
    return Note(BatchTag::kRollback, 0, name, Slice());
  }
  Status MarkNoop(bool) override { return Note(BatchTag::kNoop, 0, Slice(), Slice()); }

  const std::vector<Record>& records() const { return records_; }

 private:
  Status Note(BatchTag kind, uint32_t family, const Slice& key, const Slice& value) {
    records_.push_back({kind, family, key.ToString(), value.ToString()});
    return Status::OK();
  }

  std::vector<Record> records_;
};

// What the engine's reader makes of the body. The names of transactions and the two orders of
// fields in a commit with a timestamp do not matter to an engine that refuses them.
std::vector<Record> ReadAll(BatchReader* reader) {
  std::vector<Record> records;
  BatchRecord record;
  while (reader->Next(&record)) {
    const BatchTag kind =
        record.kind == BatchTag::kBeginPersistedPrepare ? BatchTag::kBeginPrepare : record.kind;
    Record noted{kind, record.family, record.key.ToString(), record.value.ToString()};
    if (kind == BatchTag::kCommitWithTimestamp) std::swap(noted.key, noted.value);
    records.push_back(std::move(noted));
  }
  return records;
}

struct Store {
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> families;

  ~Store() { families.clear(); }
};

rocksdb::Options StoreOptions(rocksdb::Env* env) {
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.write_buffer_size = 64 << 10;
  const rocksdb::Status s = rocksdb::MergeOperator::CreateFromString(
      rocksdb::ConfigOptions(), "uint64add", &options.merge_operator);
  FUZZ_CHECK(s.ok(), s.ToString());
  return options;
}

// Family 0 has a merge operator, family 1 has none.
std::unique_ptr<Store> OpenStore() {
  auto store = std::make_unique<Store>();
  store->env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const rocksdb::Options options = StoreOptions(store->env.get());
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status s = rocksdb::DB::Open(
      options, "/db", {{rocksdb::kDefaultColumnFamilyName, options}, {"one", {}}}, &handles, &db);
  FUZZ_CHECK(s.ok(), s.ToString());
  store->db.reset(db);
  for (auto* handle : handles) store->families.emplace_back(handle);
  return store;
}

bool MustBeWritten(const std::vector<Record>& records) {
  for (const Record& r : records) {
    switch (r.kind) {
      case BatchTag::kPut:
      case BatchTag::kDelete:
      case BatchTag::kSingleDelete:
      case BatchTag::kEntity:
        if (r.family > 1) return false;
        break;
      case BatchTag::kMerge:
        if (r.family > 0) return false;
        break;
      case BatchTag::kRangeDelete:
        if (r.family > 1 || r.key > r.value) return false;
        break;
      case BatchTag::kLogData:
      case BatchTag::kNoop:
        break;
      default:
        return false;
    }
  }
  return true;
}

// The keys of which the batch alone says what they are afterwards.
void CheckContents(Store* store, const std::vector<Record>& records) {
  using Key = std::pair<uint32_t, std::string>;
  std::map<Key, std::optional<std::string>> known;
  for (const Record& r : records) {
    const Key key(r.family, r.key);
    switch (r.kind) {
      case BatchTag::kPut:
        known[key] = r.value;
        break;
      case BatchTag::kDelete:
        known[key] = std::nullopt;
        break;
      case BatchTag::kMerge:
      case BatchTag::kSingleDelete:
      case BatchTag::kEntity:
        known.erase(key);
        break;
      case BatchTag::kRangeDelete:
        for (auto it = known.lower_bound(key); it != known.end(); ++it) {
          if (it->first.first != r.family || it->first.second >= r.value) break;
          it->second = std::nullopt;
        }
        break;
      default:
        break;
    }
  }
  for (const auto& [key, wanted] : known) {
    std::string value;
    const rocksdb::Status s =
        store->db->Get({}, store->families[key.first].get(), key.second, &value);
    FUZZ_CHECK(wanted.has_value() ? s.ok() && value == *wanted : s.IsNotFound(),
               s.ToString() + " for key '" + key.second + "'");
  }
}

void CheckWrite(rocksdb::WriteBatch* batch, bool sound, const std::vector<Record>& records) {
  static std::unique_ptr<Store> store;
  static int inputs = 0;
  if (inputs++ % kInputsOfAStore == 0) {
    store.reset();
    store = OpenStore();
  }
  const rocksdb::Status s = store->db->Write({}, batch);
  if (!sound) FUZZ_CHECK(!s.ok(), "a malformed batch was written");
  if (sound && MustBeWritten(records)) FUZZ_CHECK(s.ok(), s.ToString());
  if (s.ok()) CheckContents(store.get(), records);
  const rocksdb::Status after = store->db->Put({}, "sentinel", "1");
  FUZZ_CHECK(after.ok(), after.ToString());
}

void Try(const uint8_t* data, size_t size) {
  any_checksum_passes = false;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  rocksdb::WriteBatch batch(bytes);
  Recorder recorder;
  const rocksdb::Status iterated = batch.Iterate(&recorder);
  batch.HasPut();
  if (size >= kHeader) {
    const Slice body(bytes.data() + kHeader, size - kHeader);
    BatchReader reader(body);
    const std::vector<Record> records = ReadAll(&reader);
    FUZZ_CHECK(records == recorder.records(), std::to_string(records.size()) + " and " +
                                                  std::to_string(recorder.records().size()) +
                                                  " records, " + iterated.ToString());
    uint32_t counted = 0;
    for (const Record& r : records) {
      BatchRecord of_kind;
      of_kind.kind = r.kind;
      counted += of_kind.Counts();
    }
    const bool sound = reader.status().ok() && counted == batch.Count();
    FUZZ_CHECK(sound == iterated.ok(), reader.status().ToString() + ", " + iterated.ToString());
    BatchFacts facts;
    if (ValidateBatch(body, batch.Count(), nullptr, &facts).ok()) {
      FUZZ_CHECK(sound && facts.count == counted, iterated.ToString());
    }
  }
  CheckWrite(&batch, iterated.ok(), recorder.records());
}

}  // namespace
}  // namespace aether::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::fuzz::Try(data, size);
  return 0;
}
