// The commands of ldb that read and write keys.

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include "compat/binary/histogram.h"
#include "compat/tools/ldb_session.h"
#include "rocksdb/sst_dump_tool.h"
#include "rocksdb/utilities/debug.h"

namespace rocksdb {

namespace {

std::string ReadableTime(uint64_t seconds) {
  const auto moment = static_cast<time_t>(seconds);
  struct tm parts = {};
  char text[64] = "";
  if (localtime_r(&moment, &parts) != nullptr) strftime(text, sizeof(text), "%c", &parts);
  return text;
}

// Counts keys and bytes of runs of keys with the same beginning, up to a character.
class GroupCount {
 public:
  explicit GroupCount(char delimiter) : delimiter_(delimiter) {}

  void Add(const std::string& key, size_t bytes) {
    const std::string group = key.substr(0, key.find(delimiter_));
    // Keys that begin with the character count with what follows.
    if (!group_.empty() && group != group_) {
      Print();
      count_ = 0;
      bytes_ = 0;
    }
    group_ = group;
    ++count_;
    bytes_ += bytes;
  }
  void Print() const {
    printf("%s => count:%" PRIu64 "\tsize:%" PRIu64 "\n", group_.c_str(), count_, bytes_);
  }

 private:
  const char delimiter_;
  std::string group_;
  uint64_t count_ = 0;
  uint64_t bytes_ = 0;
};

std::optional<GroupCount> GroupsOf(const Arguments& arguments) {
  const std::string given = arguments.Get("count_delim");
  if (!given.empty()) return GroupCount(given[0]);
  if (arguments.flags.count("count_delim") != 0) return GroupCount('.');
  return std::nullopt;
}

// Lines of standard input. Much faster than std::cin, which reads character by character.
class Input {
 public:
  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { free(line_); }

  bool Next(std::string* line) {
    const ssize_t length = getline(&line_, &capacity_, stdin);
    if (length < 0) return false;
    line->assign(line_, static_cast<size_t>(length));
    if (!line->empty() && line->back() == '\n') line->pop_back();
    return true;
  }

 private:
  char* line_ = nullptr;
  size_t capacity_ = 0;
};

// A table file, as `dump --path` shows it.
Status DumpTableFile(const std::string& path, const Options& options) {
  const std::string file = "--file=" + path;
  const char* const words[] = {"sst_dump", file.c_str(), "--command=scan", "--show_properties"};
  return SSTDumpTool().Run(4, words, options) == 0 ? Status::OK()
                                                   : Status::Corruption("cannot be read", path);
}

}  // namespace

Status LdbSession::Put() { return PutPairs(); }

Status LdbSession::BatchPut() {
  return arguments_.parameters.size() % 2 != 0
             ? Fail("Equal number of <key>s and <value>s must be specified for batchput.")
             : PutPairs();
}

Status LdbSession::PutPairs() {
  WriteBatch batch;
  const auto& words = arguments_.parameters;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    std::string key;
    std::string value;
    Status status = Key(words[i], &key);
    if (status.ok()) status = Value(words[i + 1], &value);
    if (status.ok()) status = batch.Put(family_, key, value);
    if (!status.ok()) return status;
  }
  return Done(db_->Write(WriteOptions(), &batch));
}

Status LdbSession::Get() {
  std::string key;
  Status status = Key(arguments_.parameters[0], &key);
  if (!status.ok()) return status;
  std::string value;
  status = db_->Get(ReadOptions(), family_, key, &value);
  if (status.ok()) printf("%s\n", ShowValue(value).c_str());
  return Explain("Get failed: ", status);
}

Status LdbSession::Delete() {
  std::string key;
  Status status = Key(arguments_.parameters[0], &key);
  if (status.ok()) status = db_->Delete(WriteOptions(), family_, key);
  return Done(status);
}

Status LdbSession::DeleteRange() {
  std::string begin;
  std::string end;
  Status status = Key(arguments_.parameters[0], &begin);
  if (status.ok()) status = Key(arguments_.parameters[1], &end);
  if (status.ok()) status = db_->DeleteRange(WriteOptions(), family_, begin, end);
  return Done(status);
}

Status LdbSession::Scan() {
  const bool no_value = arguments_.Has("no_value");
  const bool times = ttl_ && arguments_.Has("timestamp");
  uint64_t left = UINT64_MAX;
  // At least one is shown, as RocksDB's tool does.
  if (Number("max_keys", &left) && left == 0) left = 1;
  Status status = Times();
  if (!status.ok()) return status;
  if (times) {
    printf("Scanning key-values from %s to %s\n", ReadableTime(start_time_).c_str(),
           ReadableTime(end_time_).c_str());
  }
  return Walk([&](const Slice& key, const Slice& value, uint32_t time) {
    if (ttl_ && (time < start_time_ || time >= end_time_)) return true;
    if (times) printf("%s ", ReadableTime(time).c_str());
    if (no_value) {
      printf("%s\n", ShowKey(key).c_str());
    } else {
      printf("%s : %s\n", ShowKey(key).c_str(), ShowValue(value).c_str());
    }
    return --left != 0;
  });
}

Status LdbSession::Dump() {
  if (!arguments_.Get("path").empty()) {
    const std::string file = arguments_.Get("path");
    const std::string name = file.substr(file.rfind('/') + 1);
    const std::string digits = name.substr(0, name.find('.'));
    if (Slice(name).starts_with("MANIFEST-") || Slice(name).ends_with(".log")) {
      return Status::NotSupported("ldb dump --path of a manifest or log");
    }
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ||
        name != digits + ".sst") {
      return Fail("Can't parse file type: " + file);
    }
    return DumpTableFile(file, options_);
  }
  const bool count_only = arguments_.Has("count_only");
  const bool times = ttl_ && arguments_.Has("timestamp");
  if (arguments_.Has("stats")) {
    std::string stats;
    if (db_->GetProperty("rocksdb.stats", &stats)) printf("%s\n", stats.c_str());
  }
  uint64_t left = UINT64_MAX;
  Number("max_keys", &left);
  uint64_t bucket = 0;
  const bool buckets_asked = Number("bucket", &bucket);
  Status status = Times();
  if (!status.ok()) return status;
  const uint64_t range = end_time_ - start_time_;
  if (bucket == 0 || bucket > range) bucket = std::max<uint64_t>(range, 1);
  // No more than fit into memory.
  std::vector<uint64_t> buckets(
      ttl_ && buckets_asked ? std::min<uint64_t>((range + bucket - 1) / bucket, 1000000) : 0);
  std::optional<GroupCount> groups = GroupsOf(arguments_);
  if (times) {
    printf("Dumping key-values from %s to %s\n", ReadableTime(start_time_).c_str(),
           ReadableTime(end_time_).c_str());
  }
  uint64_t entries = 0;
  HistogramImpl sizes;
  status = Walk([&](const Slice& key, const Slice& value, uint32_t time) {
    if (left == 0) return false;
    if (ttl_ && (time < start_time_ || time >= end_time_)) return true;
    --left;
    ++entries;
    if (!buckets.empty()) {
      ++buckets[std::min<uint64_t>((time - start_time_) / bucket, buckets.size() - 1)];
    }
    if (times) printf("%s ", ReadableTime(time).c_str());
    if (groups) groups->Add(ShowKey(key), key.size() + value.size());
    if (count_only) sizes.Add(value.size());
    if (!count_only && !groups) printf("%s\n", ShowPair(key, value).c_str());
    return true;
  });
  if (buckets.size() > 1) {
    for (size_t i = 0; i < buckets.size(); ++i) {
      const uint64_t from = start_time_ + i * bucket;
      printf("Keys in range %s to %s : %" PRIu64 "\n", ReadableTime(from).c_str(),
             ReadableTime(std::min(from + bucket, end_time_)).c_str(), buckets[i]);
    }
  } else if (groups) {
    groups->Print();
  } else {
    printf("Keys in range: %" PRIu64 "\n", entries);
  }
  if (count_only) printf("Value size distribution: \n%s\n", sizes.ToString().c_str());
  return status;
}

Status LdbSession::DumpVersions() {
  if (arguments_.Has("stats")) {
    std::string stats;
    if (db_->GetProperty("rocksdb.stats", &stats)) printf("%s\n", stats.c_str());
  }
  uint64_t most = 0;
  Number("max_keys", &most);
  if (complaint_) return Status::InvalidArgument(*complaint_);
  Status status = Bounds();
  if (!status.ok()) return status;
  std::vector<KeyVersion> versions;
  status = GetAllKeyVersions(db_.get(), family_, from_.value_or(""), to_.value_or(""), SIZE_MAX,
                             &versions);
  if (!status.ok()) return status;
  const bool count_only = arguments_.Has("count_only");
  std::optional<GroupCount> groups = GroupsOf(arguments_);
  uint64_t entries = 0;
  const bool limited = arguments_.options.count("max_keys") != 0;
  for (const KeyVersion& version : versions) {
    // The end is exclusive; GetAllKeyVersions takes it in.
    if (to_ && version.user_key == *to_) break;
    ++entries;
    if (groups) {
      groups->Add(ShowKey(version.user_key), version.user_key.size() + version.value.size());
    } else if (!count_only) {
      const Slice key(version.user_key);
      const Slice value(version.value);
      printf("'%s' seq:%" PRIu64 ", type:%d => %s\n", key.ToString(key_hex_).c_str(),
             version.sequence, version.type, value.ToString(value_hex_).c_str());
    }
    // At least one is shown, as RocksDB's tool does.
    if (limited && entries >= most) break;
  }
  if (groups) {
    groups->Print();
  } else {
    printf("Internal keys in range: %" PRIu64 "\n", entries);
  }
  return status;
}

// Reads the lines that dump writes.
Status LdbSession::Load() {
  WriteOptions write;
  write.disableWAL = arguments_.Has("disable_wal");
  const Status loaded = ReadPairs([&](const std::string& key, const std::string& value) {
    return db_->Put(write, family_, key, value);
  });
  if (!loaded.ok()) return loaded;
  if (arguments_.Has("compact")) {
    return db_->CompactRange(CompactRangeOptions(), family_, nullptr, nullptr);
  }
  return write.disableWAL ? db_->Flush(FlushOptions(), family_) : Status::OK();
}

Status LdbSession::ReadPairs(const LdbPairSink& sink) {
  uint64_t bad = 0;
  std::string line;
  Input input;
  while (input.Next(&line)) {
    if (Slice(line).starts_with("Keys in range: ") ||
        Slice(line).starts_with("Created bg thread 0x")) {
      continue;
    }
    const size_t arrow = line.find(" ==> ");
    std::string key;
    std::string value;
    if (arrow == std::string::npos || !Key(line.substr(0, arrow), &key).ok() ||
        !Value(line.substr(arrow + 5), &value).ok()) {
      ++bad;
      continue;
    }
    const Status status = sink(key, value);
    if (!status.ok()) return status;
  }
  if (bad != 0) printf("Warning: %" PRIu64 " bad lines ignored.\n", bad);
  return Status::OK();
}

// A shell of get, put and delete; it ends with the input, and when a key is not there.
Status LdbSession::Query() {
  std::string line;
  Input input;
  while (input.Next(&line)) {
    std::vector<std::string> words;
    std::istringstream stream(line);
    for (std::string word; std::getline(stream, word, ' ');) words.push_back(word);
    const std::string command = words.empty() ? "" : words[0];
    std::string key;
    std::string value;
    Status status;
    if (command == "help") {
      printf("get <key>\nput <key> <value>\ndelete <key>\n");
      continue;
    }
    if (words.size() == 2 && (command == "get" || command == "delete")) {
      status = Key(words[1], &key);
      if (status.ok()) {
        status = command == "get" ? db_->Get(ReadOptions(), family_, key, &value)
                                  : db_->Delete(WriteOptions(), family_, key);
      }
      if (status.ok() && command == "get") printf("%s\n", ShowPair(key, value).c_str());
      if (status.ok() && command == "delete") {
        printf("Successfully deleted %s\n", words[1].c_str());
      }
      if (status.IsNotFound()) {
        printf("Not found %s\n", words[1].c_str());
        return Fail("");
      }
    } else if (words.size() == 3 && command == "put") {
      status = Key(words[1], &key);
      if (status.ok()) status = Value(words[2], &value);
      if (status.ok()) status = db_->Put(WriteOptions(), family_, key, value);
      if (status.ok()) printf("Successfully put %s %s\n", words[1].c_str(), words[2].c_str());
    } else {
      printf("Unknown command %s\n", line.c_str());
    }
    if (!status.ok()) return status;
  }
  return Status::OK();
}

Status LdbSession::ApproxSize() {
  Status status = Bounds();
  if (!status.ok()) return status;
  if (!from_) return Fail("from must be specified for approxsize command");
  if (!to_) return Fail("to must be specified for approxsize command");
  const Range range(*from_, *to_);
  uint64_t size = 0;
  status = db_->GetApproximateSizes(SizeApproximationOptions(), family_, &range, 1, &size);
  if (status.ok()) printf("%" PRIu64 "\n", size);
  return status;
}

Status LdbSession::WriteTableFile() {
  return LdbWriteTableFile(db_.get(), family_, arguments_.parameters[0],
                           [this](const LdbPairSink& sink) {
                             return Explain("failed to write record to file: ", ReadPairs(sink));
                           });
}

Status LdbSession::IngestTableFile() {
  IngestExternalFileOptions options;
  const auto set = [this](const char* name, bool* option) {
    const std::string value = arguments_.Get(name, arguments_.Has(name) ? "true" : "");
    if (!value.empty()) *option = value == "true" || value == "1";
  };
  set("move_files", &options.move_files);
  set("snapshot_consistency", &options.snapshot_consistency);
  set("allow_global_seqno", &options.allow_global_seqno);
  set("allow_blocking_flush", &options.allow_blocking_flush);
  set("ingest_behind", &options.ingest_behind);
  set("write_global_seqno", &options.write_global_seqno);
  if (options.write_global_seqno && !options.allow_global_seqno) {
    return Fail(
        "ldb cannot write global_seqno to the ingested SST when global_seqno is not allowed");
  }
  return Explain("failed to ingest external SST: ",
                 LdbIngestTableFile(db_.get(), family_, arguments_.parameters[0], options));
}

}  // namespace rocksdb
