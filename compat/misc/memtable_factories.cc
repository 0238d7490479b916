// Factories of memtables. The engine brings its own memtables and takes from a factory only its
// kind, so that the factories here carry name and options; CreateMemTableRep, which an embedding of
// the older engine would call, gives null.
//
// Thread safety: immutable once configured.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>

#include "compat/options/customizable_util.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

namespace {

// There is always a memtable.
constexpr char kNoFactory[] = "nullptr";

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

struct HashSkipListOptions {
  static const char* kName() { return "HashSkipListRepFactoryOptions"; }
  size_t bucket_count = 1000000;
  int32_t skiplist_height = 4;
  int32_t branching_factor = 4;
};

struct HashLinkListOptions {
  static const char* kName() { return "HashLinkListRepFactoryOptions"; }
  size_t bucket_count = 50000;
  size_t huge_page_size = 0;
  int logging_threshold = 4096;
  bool log_when_flash = true;
  uint32_t threshold = 256;
};

const OptionInfos& HashSkipListInfos() {
  static const auto* const infos = new OptionInfos{
      {"bucket_count", {offsetof(HashSkipListOptions, bucket_count), OptionType::kSizeT}},
      {"skiplist_height", {offsetof(HashSkipListOptions, skiplist_height), OptionType::kInt32T}},
      {"branching_factor", {offsetof(HashSkipListOptions, branching_factor), OptionType::kInt32T}}};
  return *infos;
}

const OptionInfos& HashLinkListInfos() {
  static const auto* const infos = new OptionInfos{
      {"bucket_count", {offsetof(HashLinkListOptions, bucket_count), OptionType::kSizeT}},
      {"huge_page_size", {offsetof(HashLinkListOptions, huge_page_size), OptionType::kSizeT}},
      {"logging_threshold", {offsetof(HashLinkListOptions, logging_threshold), OptionType::kInt}},
      {"log_when_flash", {offsetof(HashLinkListOptions, log_when_flash), OptionType::kBoolean}},
      {"threshold", {offsetof(HashLinkListOptions, threshold), OptionType::kUInt32T}}};
  return *infos;
}

template <typename Options>
class HashFactory : public MemTableRepFactory {
 public:
  explicit HashFactory(const Options& options, const OptionInfos& infos) : options_(options) {
    RegisterOptions(&options_, &infos);
  }
  using MemTableRepFactory::CreateMemTableRep;
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                 const SliceTransform*, Logger*) override {
    return nullptr;
  }

 private:
  Options options_;
};

class HashSkipListFactory final : public HashFactory<HashSkipListOptions> {
 public:
  explicit HashSkipListFactory(const HashSkipListOptions& options)
      : HashFactory(options, HashSkipListInfos()) {}
  static const char* kClassName() { return "HashSkipListRepFactory"; }
  static const char* kNickName() { return "prefix_hash"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
};

class HashLinkListFactory final : public HashFactory<HashLinkListOptions> {
 public:
  explicit HashLinkListFactory(const HashLinkListOptions& options)
      : HashFactory(options, HashLinkListInfos()) {}
  static const char* kClassName() { return "HashLinkListRepFactory"; }
  static const char* kNickName() { return "hash_linkedlist"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
};

// Ours: name an index of the engine's and hold nothing.
class EngineIndexFactory : public MemTableRepFactory {
 public:
  using MemTableRepFactory::CreateMemTableRep;
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                 const SliceTransform*, Logger*) override {
    return nullptr;
  }
  bool IsInsertConcurrentlySupported() const override { return true; }
  bool CanHandleDuplicatedKey() const override { return true; }
};

class RaxFactory final : public EngineIndexFactory {
 public:
  static const char* kClassName() { return "RaxRepFactory"; }
  static const char* kNickName() { return "rax"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
};

class BtreeFactory final : public EngineIndexFactory {
 public:
  static const char* kClassName() { return "BtreeRepFactory"; }
  static const char* kNickName() { return "btree"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
};

template <typename Factory>
void AddEngineIndex(ObjectLibrary& library) {
  library.AddFactory<MemTableRepFactory>(
      ObjectLibrary::PatternEntry(Factory::kClassName()).AnotherName(Factory::kNickName()),
      [](const std::string&, std::unique_ptr<MemTableRepFactory>* guard, std::string*) {
        guard->reset(new Factory);
        return guard->get();
      });
}

const OptionInfos& SkipListInfos() {
  static const auto* const infos = new OptionInfos{
      {"lookahead",
       {0, OptionType::kSizeT, OptionVerificationType::kNormal, OptionTypeFlags::kDontSerialize}}};
  return *infos;
}

const OptionInfos& VectorInfos() {
  static const auto* const infos = new OptionInfos{{"count", {0, OptionType::kSizeT}}};
  return *infos;
}

// The number in "name:number"; fallback where there is none.
size_t NumberBehind(const std::string& id, size_t fallback) {
  const size_t colon = id.find(':');
  if (colon == std::string::npos) return fallback;
  return static_cast<size_t>(std::strtoull(id.c_str() + colon + 1, nullptr, 10));
}

template <typename Make>
void AddNumberedFactory(ObjectLibrary& library, const char* name, const char* nick, Make make) {
  library.AddFactory<MemTableRepFactory>(
      ObjectLibrary::PatternEntry(name).AnotherName(nick).AddNumber(":"),
      [make](const std::string& id, std::unique_ptr<MemTableRepFactory>* guard, std::string*) {
        guard->reset(make(id));
        return guard->get();
      });
}

}  // namespace

Slice GetLengthPrefixedSlice(const char* data) {
  uint32_t length = 0;
  for (int shift = 0; shift <= 28; shift += 7) {
    const auto byte = static_cast<unsigned char>(*data++);
    length |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte < 128) break;
  }
  return {data, length};
}

KeyHandle MemTableRep::Allocate(const size_t, char** buf) {
  *buf = nullptr;
  return nullptr;
}

void MemTableRep::InsertConcurrently(KeyHandle handle) { Insert(handle); }

void MemTableRep::Get(const LookupKey&, void*, bool (*)(void*, const char*)) {}

// The key of an entry ends in eight bytes of sequence and type.
Slice MemTableRep::UserKey(const char* key) const {
  const Slice internal = GetLengthPrefixedSlice(key);
  return {internal.data(), internal.size() - 8};
}

SkipListFactory::SkipListFactory(size_t lookahead) : lookahead_(lookahead) {
  RegisterOptions("SkipListFactoryOptions", &lookahead_, &SkipListInfos());
}

std::string SkipListFactory::GetId() const {
  std::string id = Name();
  if (lookahead_ > 0) id += ":" + std::to_string(lookahead_);
  return id;
}

MemTableRep* SkipListFactory::CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                                const SliceTransform*, Logger*) {
  return nullptr;
}

VectorRepFactory::VectorRepFactory(size_t count) : count_(count) {
  RegisterOptions("VectorRepFactoryOptions", &count_, &VectorInfos());
}

MemTableRep* VectorRepFactory::CreateMemTableRep(const MemTableRep::KeyComparator&, Allocator*,
                                                 const SliceTransform*, Logger*) {
  return nullptr;
}

MemTableRepFactory* NewHashSkipListRepFactory(size_t bucket_count, int32_t skiplist_height,
                                              int32_t skiplist_branching_factor) {
  HashSkipListOptions options;
  options.bucket_count = bucket_count;
  options.skiplist_height = skiplist_height;
  options.branching_factor = skiplist_branching_factor;
  return new HashSkipListFactory(options);
}

MemTableRepFactory* NewHashLinkListRepFactory(size_t bucket_count, size_t huge_page_tlb_size,
                                              int bucket_entries_logging_threshold,
                                              bool if_log_bucket_dist_when_flash,
                                              uint32_t threshold_use_skiplist) {
  HashLinkListOptions options;
  options.bucket_count = bucket_count;
  options.huge_page_size = huge_page_tlb_size;
  options.logging_threshold = bucket_entries_logging_threshold;
  options.log_when_flash = if_log_bucket_dist_when_flash;
  options.threshold = threshold_use_skiplist;
  return new HashLinkListFactory(options);
}

void RegisterMemTableFactories(ObjectLibrary& library) {
  AddNumberedFactory(
      library, SkipListFactory::kClassName(), SkipListFactory::kNickName(),
      [](const std::string& id) { return new SkipListFactory(NumberBehind(id, 0)); });
  AddNumberedFactory(
      library, VectorRepFactory::kClassName(), VectorRepFactory::kNickName(),
      [](const std::string& id) { return new VectorRepFactory(NumberBehind(id, 0)); });
  AddNumberedFactory(
      library, HashSkipListFactory::kClassName(), HashSkipListFactory::kNickName(),
      [](const std::string& id) { return NewHashSkipListRepFactory(NumberBehind(id, 1000000)); });
  AddNumberedFactory(
      library, HashLinkListFactory::kClassName(), HashLinkListFactory::kNickName(),
      [](const std::string& id) { return NewHashLinkListRepFactory(NumberBehind(id, 50000)); });
  AddEngineIndex<RaxFactory>(library);
  AddEngineIndex<BtreeFactory>(library);
  library.AddFactory<MemTableRepFactory>(
      "cuckoo", [](const std::string&, std::unique_ptr<MemTableRepFactory>*, std::string* error) {
        *error = "cuckoo hash memtable is not supported anymore.";
        return static_cast<MemTableRepFactory*>(nullptr);
      });
}

Status MemTableRepFactory::CreateFromString(const ConfigOptions& config_options,
                                            const std::string& id,
                                            std::unique_ptr<MemTableRepFactory>* factory) {
  if (id == kNoFactory) return Status::NotSupported("Cannot reset object ", "");
  return CreateUnique(config_options, id, factory);
}

Status MemTableRepFactory::CreateFromString(const ConfigOptions& config_options,
                                            const std::string& id,
                                            std::shared_ptr<MemTableRepFactory>* factory) {
  if (id == kNoFactory) return Status::NotSupported("Cannot reset object ", "");
  return CreateShared(config_options, id, factory);
}

Status GetMemTableRepFactoryFromString(const std::string& opts_str,
                                       std::unique_ptr<MemTableRepFactory>* new_mem_factory) {
  ConfigOptions config;
  config.ignore_unsupported_options = false;
  config.ignore_unknown_options = false;
  return MemTableRepFactory::CreateFromString(config, opts_str, new_mem_factory);
}

}  // namespace rocksdb
