#include "compat/tools/ldb_session.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "compat/utilities/ttl_values.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/options_util.h"

namespace rocksdb {

namespace {

// Seconds that RocksDB's tool takes for the end of time.
constexpr uint64_t kNewestTime = 2147483647;

bool IsHex(const Arguments& arguments, const char* what) {
  return arguments.Has("hex") || arguments.Has(what);
}

Status Text(const std::string& word, bool hex, std::string* bytes) {
  if (!hex) {
    *bytes = word;
    return Status::OK();
  }
  const std::optional<std::string> decoded = FromHex(word);
  if (!decoded) return Status::InvalidArgument("not hexadecimal with 0x in front: " + word);
  *bytes = *decoded;
  return Status::OK();
}

}  // namespace

LdbSession::LdbSession(const Arguments& arguments, const Options& options,
                       const LDBOptions& ldb_options,
                       const std::vector<ColumnFamilyDescriptor>* families)
    : arguments_(arguments),
      options_(options),
      ldb_options_(ldb_options),
      path_(arguments.Get("db")),
      key_hex_(IsHex(arguments, "key_hex")),
      value_hex_(IsHex(arguments, "value_hex")),
      ttl_(arguments.Has("ttl")) {
  if (families != nullptr) families_ = *families;
}

Status LdbSession::Run(Opens opens, Function function) {
  Status status = Configure();
  if (status.ok() && opens != kNothing) status = Open(opens == kReadOnly);
  if (status.ok()) status = (this->*function)();
  const Status closed = Close();
  return status.ok() ? closed : status;
}

Status LdbSession::Fail(const std::string& complaint) {
  complaint_ = complaint;
  return Status::Aborted(complaint);
}

Status LdbSession::Explain(const std::string& before, const Status& status) {
  return status.ok() ? status : Fail(before + status.ToString());
}

Status LdbSession::Done(const Status& status) {
  if (status.ok()) printf("OK\n");
  return status;
}

bool LdbSession::Number(const std::string& name, uint64_t* number) {
  if (arguments_.options.count(name) == 0) return false;
  const std::string text = arguments_.Get(name);
  char* end = nullptr;
  *number = strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') {
    Fail(name + " has an invalid value").PermitUncheckedError();
    return false;
  }
  return true;
}

bool LdbSession::Positive(const std::string& name, uint64_t* number) {
  if (!Number(name, number)) {
    if (arguments_.options.count(name) != 0) *complaint_ += ".";
    return false;
  }
  if (*number != 0 && *number <= INT32_MAX) return true;
  Fail(name + " must be > 0.").PermitUncheckedError();
  return false;
}

bool LdbSession::Codec(const std::string& name, CompressionType* type) {
  static const std::map<std::string, CompressionType> kTypes = {
      {"no", kNoCompression},         {"snappy", kSnappyCompression},
      {"zlib", kZlibCompression},     {"bzip2", kBZip2Compression},
      {"lz4", kLZ4Compression},       {"lz4hc", kLZ4HCCompression},
      {"xpress", kXpressCompression}, {"zstd", kZSTD}};
  const std::string word = arguments_.Get(name);
  if (word.empty()) return false;
  const auto found = kTypes.find(word);
  if (found == kTypes.end()) {
    Fail("Unknown compression algorithm: " + word).PermitUncheckedError();
    return false;
  }
  *type = found->second;
  return true;
}

// What the command line says of the store. It also holds for families whose options were loaded.
Status LdbSession::Configure() {
  if (path_.empty() && arguments_.Get("path").empty()) return Fail("--db must be specified");
  options_.create_if_missing = arguments_.Has("create_if_missing");
  std::vector<std::function<void(ColumnFamilyOptions*)>> wanted;
  uint64_t number = 0;
  if (Positive("db_write_buffer_size", &number)) options_.db_write_buffer_size = number;
  if (Positive("write_buffer_size", &number)) {
    wanted.push_back([number](ColumnFamilyOptions* o) { o->write_buffer_size = number; });
  }
  if (Positive("file_size", &number)) {
    wanted.push_back([number](ColumnFamilyOptions* o) { o->target_file_size_base = number; });
  }
  if (Positive("fix_prefix_len", &number)) {
    wanted.push_back([number](ColumnFamilyOptions* o) {
      o->prefix_extractor.reset(NewFixedPrefixTransform(number));
    });
  }
  if (Positive("compression_max_dict_bytes", &number)) {
    wanted.push_back([number](ColumnFamilyOptions* o) {
      o->compression_opts.max_dict_bytes = static_cast<uint32_t>(number);
    });
  }
  const std::string automatic = arguments_.Get("auto_compaction");
  if (automatic == "true" || automatic == "false") {
    wanted.push_back([automatic](ColumnFamilyOptions* o) {
      o->disable_auto_compactions = automatic == "false";
    });
  } else if (!automatic.empty()) {
    return Fail("auto_compaction is neither true nor false");
  }
  if (arguments_.Has("disable_consistency_checks")) {
    wanted.push_back([](ColumnFamilyOptions* o) { o->force_consistency_checks = false; });
  }
  CompressionType codec;
  if (Codec("compression_type", &codec)) {
    wanted.push_back([codec](ColumnFamilyOptions* o) { o->compression = codec; });
  }
  BlockBasedTableOptions table;
  const bool filter = Positive("bloom_bits", &number);
  if (filter) table.filter_policy.reset(NewBloomFilterPolicy(static_cast<double>(number)));
  const bool block = Positive("block_size", &number);
  if (block) table.block_size = number;
  if (filter || block) {
    wanted.push_back([table](ColumnFamilyOptions* o) {
      o->table_factory.reset(NewBlockBasedTableFactory(table));
    });
  }
  if (!arguments_.Get("env_uri").empty() || !arguments_.Get("fs_uri").empty()) {
    const Status env = Env::CreateFromUri(ConfigOptions(), arguments_.Get("env_uri"),
                                          arguments_.Get("fs_uri"), &options_.env, &env_guard_);
    if (!env.ok()) return env;
  }
  override_ = [wanted](ColumnFamilyOptions* o) {
    for (const auto& set : wanted) set(o);
  };
  return ConfigureBlobs();
}

Status LdbSession::ConfigureBlobs() {
  const auto plain = override_;
  ColumnFamilyOptions given;
  std::set<std::string> set;
  uint64_t number = 0;
  const auto bytes = [&](const char* name, uint64_t* option) {
    if (Positive(name, &number)) {
      *option = number;
      set.insert(name);
    }
  };
  const auto share = [&](const char* name, double* option) {
    const std::string text = arguments_.Get(name);
    if (text.empty()) return;
    char* end = nullptr;
    const double value = strtod(text.c_str(), &end);
    if (*end != '\0' || !(value >= 0 && value <= 1)) {
      Fail(std::string(name) + " must be between 0 and 1.").PermitUncheckedError();
    } else {
      *option = value;
      set.insert(name);
    }
  };
  bytes("min_blob_size", &given.min_blob_size);
  bytes("blob_file_size", &given.blob_file_size);
  bytes("blob_compaction_readahead_size", &given.blob_compaction_readahead_size);
  share("blob_garbage_collection_age_cutoff", &given.blob_garbage_collection_age_cutoff);
  share("blob_garbage_collection_force_threshold", &given.blob_garbage_collection_force_threshold);
  uint64_t level = 0;
  const bool starts = Number("blob_file_starting_level", &level);
  const bool codec = Codec("blob_compression_type", &given.blob_compression_type);
  const bool files = arguments_.Has("enable_blob_files");
  const bool collects = arguments_.Has("enable_blob_garbage_collection");
  override_ = [=](ColumnFamilyOptions* o) {
    plain(o);
    const auto has = [&set](const char* name) { return set.count(name) != 0; };
    if (files) o->enable_blob_files = true;
    if (collects) o->enable_blob_garbage_collection = true;
    if (codec) o->blob_compression_type = given.blob_compression_type;
    if (starts) o->blob_file_starting_level = static_cast<int>(std::min<uint64_t>(level, 64));
    if (has("min_blob_size")) o->min_blob_size = given.min_blob_size;
    if (has("blob_file_size")) o->blob_file_size = given.blob_file_size;
    if (has("blob_compaction_readahead_size")) {
      o->blob_compaction_readahead_size = given.blob_compaction_readahead_size;
    }
    if (has("blob_garbage_collection_age_cutoff")) {
      o->blob_garbage_collection_age_cutoff = given.blob_garbage_collection_age_cutoff;
    }
    if (has("blob_garbage_collection_force_threshold")) {
      o->blob_garbage_collection_force_threshold = given.blob_garbage_collection_force_threshold;
    }
  };
  return complaint_ ? Status::InvalidArgument(*complaint_) : Status::OK();
}

// Opens with the options that the store was last opened with, where there are any.
Status LdbSession::Open(bool read_only) {
  ColumnFamilyOptions plain(options_);
  override_(&plain);
  if (ttl_) {
    DBWithTTL* db = nullptr;
    const Status status =
        DBWithTTL::Open(Options(DBOptions(options_), plain), path_, &db, 0, read_only);
    if (!status.ok()) return status;
    db_.reset(db);
    family_ = db_->DefaultColumnFamily();
    return status;
  }
  DBOptions db_options = options_;
  std::vector<ColumnFamilyDescriptor> families = families_;
  if (families.empty()) {
    ConfigOptions config;
    config.ignore_unknown_options = arguments_.Has("ignore_unknown_options");
    config.env = options_.env;
    const bool load = arguments_.Get("try_load_options", "true") == "true";
    DBOptions loaded;
    if (load && LoadLatestOptions(config, path_, &loaded, &families).ok()) {
      loaded.env = options_.env;
      loaded.create_if_missing = options_.create_if_missing;
      if (options_.db_write_buffer_size != 0) {
        loaded.db_write_buffer_size = options_.db_write_buffer_size;
      }
      db_options = loaded;
      for (ColumnFamilyDescriptor& family : families) override_(&family.options);
    } else {
      families.clear();
    }
  }
  // Families may have been made since the options were written.
  std::vector<std::string> names;
  if (DB::ListColumnFamilies(db_options, path_, &names).ok()) {
    for (const std::string& name : names) {
      const auto known = [&name](const ColumnFamilyDescriptor& d) { return d.name == name; };
      if (std::none_of(families.begin(), families.end(), known)) families.emplace_back(name, plain);
    }
  }
  if (families.empty()) families.emplace_back(kDefaultColumnFamilyName, plain);

  DB* db = nullptr;
  const std::string secondary = arguments_.Get("secondary_path");
  Status status = !secondary.empty()
                      ? DB::OpenAsSecondary(db_options, path_, secondary, families, &handles_, &db)
                  : read_only ? DB::OpenForReadOnly(db_options, path_, families, &handles_, &db)
                              : DB::Open(db_options, path_, families, &handles_, &db);
  if (!status.ok()) return status;
  db_.reset(db);
  const std::string wanted = arguments_.Get("column_family", kDefaultColumnFamilyName);
  for (ColumnFamilyHandle* handle : handles_) {
    if (handle->GetName() == wanted) family_ = handle;
  }
  return family_ != nullptr ? Status::OK() : Fail("Non-existing column family " + wanted);
}

Status LdbSession::Close() {
  if (db_ == nullptr) return Status::OK();
  Status status;
  for (ColumnFamilyHandle* handle : handles_) {
    const Status freed = db_->DestroyColumnFamilyHandle(handle);
    if (status.ok()) status = freed;
  }
  handles_.clear();
  const Status closed = db_->Close();
  db_.reset();
  return status.ok() ? closed : status;
}

Status LdbSession::Key(const std::string& word, std::string* key) const {
  return Text(word, key_hex_, key);
}

Status LdbSession::Value(const std::string& word, std::string* value) const {
  return Text(word, value_hex_, value);
}

std::string LdbSession::ShowKey(const Slice& key) const {
  if (key_hex_) return ToHex(key);
  return ldb_options_.key_formatter ? ldb_options_.key_formatter->Format(key) : key.ToString();
}

std::string LdbSession::ShowValue(const Slice& value) const {
  return value_hex_ ? ToHex(value) : value.ToString();
}

std::string LdbSession::ShowPair(const Slice& key, const Slice& value) const {
  return ShowKey(key) + " ==> " + ShowValue(value);
}

Status LdbSession::Bounds() {
  Status status;
  const auto bound = [&](const char* name, std::optional<std::string>* key) {
    if (!status.ok() || arguments_.options.count(name) == 0) return;
    key->emplace();
    // idump has a flag of its own for these two.
    const bool hex = arguments_.command == "idump" ? arguments_.Has("input_key_hex") : key_hex_;
    status = Text(arguments_.Get(name), hex, &**key);
  };
  bound("from", &from_);
  bound("to", &to_);
  return status;
}

Status LdbSession::Times() {
  start_time_ = kOldestTtlStamp;
  end_time_ = kNewestTime;
  Number("start_time", &start_time_);
  Number("end_time", &end_time_);
  if (complaint_) return Status::InvalidArgument(*complaint_);
  return end_time_ >= start_time_ ? Status::OK() : Fail("End time can't be less than start time");
}

Status LdbSession::Walk(const Visitor& visit) {
  const Status status = Bounds();
  if (!status.ok()) return status;
  ReadOptions read;
  read.total_order_seek = true;
  Slice end;
  if (to_) {
    end = *to_;
    read.iterate_upper_bound = &end;
  }
  // Below it values still have their times.
  DB* const db = ttl_ ? static_cast<DBWithTTL*>(db_.get())->GetBaseDB() : db_.get();
  const std::unique_ptr<Iterator> it(db->NewIterator(read, family_));
  if (from_) {
    it->Seek(*from_);
  } else {
    it->SeekToFirst();
  }
  for (; it->Valid(); it->Next()) {
    Slice value = it->value();
    uint32_t time = 0;
    if (ttl_) {
      const Status good = CheckTtlValue(value);
      if (!good.ok()) return good;
      time = TtlStampOf(value);
      value.remove_suffix(kTtlStampSize);
    }
    if (!visit(it->key(), value, time)) return Status::OK();
  }
  return it->status();
}

}  // namespace rocksdb
