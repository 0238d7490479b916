// Checkpoints while three writers go on. Each batch of a writer puts its next number into two
// families, and with it how far the others had come: so a checkpoint is a prefix of what was
// written when it holds the first so many batches of each writer, whole, with everything that these
// had seen acknowledged. Its contents are then hashed and compared with the hash of exactly these
// batches. Lines with # are figures.
#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

static constexpr int kWriters = 3;
static constexpr int kCheckpoints = 4;

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

static std::string KeyOf(int writer, uint64_t number) {
  char text[32];
  snprintf(text, sizeof(text), "w%d/%012llu", writer, static_cast<unsigned long long>(number));
  return text;
}

static std::string ValueOf(int writer, uint64_t number) {
  return std::string(40 + (number * 7 + static_cast<uint64_t>(writer)) % 60,
                     static_cast<char>('a' + number % 26));
}

class Digest {
 public:
  void Add(const std::string& bytes) {
    for (const char c : bytes) sum_ = (sum_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
    sum_ = (sum_ ^ 256) * 1099511628211u;
  }
  uint64_t sum() const { return sum_; }

 private:
  uint64_t sum_ = 14695981039346656037u;
};

struct Load {
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> begun[kWriters] = {};
  std::atomic<uint64_t> acknowledged[kWriters] = {};
};

static void Write(rocksdb::DB* db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                  Load* load, int writer) {
  for (uint64_t number = 0; !load->stop; ++number) {
    std::string seen;
    for (const auto& other : load->acknowledged) seen += std::to_string(other.load()) + " ";
    rocksdb::WriteBatch batch;
    Must(batch.Put(families[0], KeyOf(writer, number), ValueOf(writer, number)));
    Must(batch.Put(families[1], KeyOf(writer, number), seen));
    load->begun[writer] = number + 1;
    Must(db->Write(rocksdb::WriteOptions(), &batch));
    load->acknowledged[writer] = number + 1;
  }
}

struct Bounds {
  uint64_t least[kWriters];
  uint64_t most[kWriters];
};

// What is wrong, or nothing.
static std::string Check(const std::string& path, const Bounds& bounds, uint64_t* batches) {
  std::vector<rocksdb::ColumnFamilyDescriptor> names = {{"default", {}}, {"seen", {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), path, names, &families, &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  uint64_t count[2][kWriters] = {};
  uint64_t seen[kWriters] = {};
  Digest found;
  std::string problem;
  for (int f = 0; f < 2; ++f) {
    const std::unique_ptr<rocksdb::Iterator> it(
        db->NewIterator(rocksdb::ReadOptions(), families[f]));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const std::string key = it->key().ToString();
      const int writer = key[1] - '0';
      if (key != KeyOf(writer, count[f][writer])) problem = "a hole before " + key;
      ++count[f][writer];
      if (f == 0) {
        found.Add(key + "=" + it->value().ToString());
      } else {
        unsigned long long n[kWriters];
        if (sscanf(it->value().ToString().c_str(), "%llu %llu %llu", &n[0], &n[1], &n[2]) !=
            kWriters)
          return "a value";
        for (int u = 0; u < kWriters; ++u) seen[u] = n[u] > seen[u] ? n[u] : seen[u];
      }
    }
    Must(it->status());
  }
  Digest expected;
  for (int w = 0; w < kWriters; ++w) {
    const uint64_t n = count[0][w];
    *batches += n;
    if (n != count[1][w]) problem = "half a batch";
    if (seen[w] > n) problem = "something that was seen is missing";
    if (n < bounds.least[w]) problem = "something acknowledged is missing";
    if (n > bounds.most[w]) problem = "something was written later";
    for (uint64_t i = 0; i < n; ++i) expected.Add(KeyOf(w, i) + "=" + ValueOf(w, i));
  }
  if (problem.empty() && expected.sum() != found.sum()) problem = "another digest";
  for (rocksdb::ColumnFamilyHandle* family : families) Must(db->DestroyColumnFamilyHandle(family));
  return problem;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string base = argv[1];
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 1 << 20;
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::Open(options, base + "/db", &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::ColumnFamilyHandle* seen = nullptr;
  Must(db->CreateColumnFamily(options, "seen", &seen));
  const std::vector<rocksdb::ColumnFamilyHandle*> families = {db->DefaultColumnFamily(), seen};
  Load load;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) writers.emplace_back(Write, db.get(), families, &load, w);

  rocksdb::Checkpoint* made = nullptr;
  Must(rocksdb::Checkpoint::Create(db.get(), &made));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  Bounds bounds[kCheckpoints];
  const auto begin = std::chrono::steady_clock::now();
  for (int c = 0; c < kCheckpoints; ++c) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    for (int w = 0; w < kWriters; ++w) bounds[c].least[w] = load.acknowledged[w];
    // With a flush before it, and with the log instead.
    Must(checkpoint->CreateCheckpoint(base + "/copy" + std::to_string(c),
                                      c % 2 == 0 ? 0 : UINT64_MAX));
    for (int w = 0; w < kWriters; ++w) bounds[c].most[w] = load.begun[w];
  }
  load.stop = true;
  for (std::thread& writer : writers) writer.join();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  uint64_t written = 0;
  for (const auto& count : load.acknowledged) written += count;
  Must(db->DestroyColumnFamilyHandle(seen));
  Must(db->Close());
  db.reset();
  for (int c = 0; c < kCheckpoints; ++c) {
    uint64_t batches = 0;
    const std::string problem = Check(base + "/copy" + std::to_string(c), bounds[c], &batches);
    printf("checkpoint %d: %s\n", c, problem.empty() ? "a prefix, equal digest" : problem.c_str());
    printf("# checkpoint %d has %llu of %llu batches\n", c,
           static_cast<unsigned long long>(batches), static_cast<unsigned long long>(written));
  }
  printf("# %d checkpoints under %.0f batches a second\n", kCheckpoints,
         static_cast<double>(written) / seconds);
  return 0;
}
