// Sequences of calls of the C API on a DB in memory, beside a model made of std::map.
//
//   input := settings:1 call*         call := opcode:1 arguments, see Session::Step
//
// Checked: every read, through gets, iterators and snapshots, gives what the model says; so does a
// walk over every family both ways at the end and after each time the DB was opened again.
//
// Keys: an argument picks one of a few, short and long; some of them are for Put and SingleDelete
// only and are put once before each, as the contract of SingleDelete wants it. Merges add numbers.

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/checksum.h"
#include "rocksdb/c.h"
#include "tests/fuzz/check.h"

namespace aether::fuzz {
namespace {

constexpr char kPath[] = "/db";
constexpr size_t kKeys = 24;
constexpr size_t kSingleKeys = 4;
constexpr size_t kMaxFamilies = 4;
constexpr size_t kMaxIterators = 3;
constexpr size_t kMaxSnapshots = 3;
constexpr size_t kMaxBatch = 16;
constexpr int kMaxCalls = 150;
constexpr size_t kLong = 1500;  // stored outside of the pages

using Map = std::map<std::string, std::string>;

// --- bytes ---

std::string KeyOf(size_t n) {
  switch (n) {
    case 0:
      return std::string();
    case 1:
      return std::string(1, '\0');
    case 2:
      return "key-" + std::string(kLong, 'x');
    case 3:
      return "\xff\xff";
    default:
      return "key-" + std::string(n % 3 * 5, 'p') + static_cast<char>('a' + n);
  }
}
// Behind all others, so that no range deletion between others meets them.
std::string SingleKeyOf(size_t n) { return "\xff\xff\xff" + std::to_string(n); }

std::string NumberOf(uint64_t n) {
  std::string bytes(8, '\0');
  for (char& c : bytes) {
    c = static_cast<char>(n);
    n >>= 8;
  }
  return bytes;
}
// What is not a number counts as 0.
uint64_t ToNumber(const std::string& bytes) {
  uint64_t n = 0;
  if (bytes.size() == 8) std::memcpy(&n, bytes.data(), 8);
  return n;
}

std::string ValueOf(uint8_t n) {
  switch (n % 8) {
    case 0:
      return std::string();
    case 1:
      return std::string(kLong + n, static_cast<char>(n));
    case 2:
    case 3:
      return "value " + std::to_string(n);
    default:
      return NumberOf(uint64_t{n} * 0x0101010101u);
  }
}

// --- changes ---

struct Change {
  enum Kind : uint8_t { kPut, kDelete, kMerge, kRangeDelete, kSingleDelete } kind = kPut;
  std::string key;
  std::string value;  // operand; end of a range

  void Apply(Map* map) const {
    switch (kind) {
      case kPut:
        (*map)[key] = value;
        break;
      case kDelete:
      case kSingleDelete:
        map->erase(key);
        break;
      case kMerge: {
        const auto it = map->find(key);
        const uint64_t before = it == map->end() ? 0 : ToNumber(it->second);
        (*map)[key] = NumberOf(before + ToNumber(value));
        break;
      }
      case kRangeDelete:
        map->erase(map->lower_bound(key), map->lower_bound(value));
        break;
    }
  }
};

void MustBeFine(char* error, const char* call) {
  if (error != nullptr) FUZZ_CHECK(false, std::string(call) + ": " + error);
}

class Session {
 public:
  explicit Session(const Input& input);
  ~Session();
  void Run();

 private:
  struct Family {
    uint64_t id;
    std::string name;
    rocksdb_column_family_handle_t* handle;
    Map map;
  };
  struct Snapshot {
    const rocksdb_snapshot_t* snapshot;
    std::map<uint64_t, Map> maps;
  };
  struct Cursor {
    rocksdb_readoptions_t* options;
    rocksdb_iterator_t* it;
    std::string upper;  // must stay where it is
    Map map;
    Map::const_iterator at;  // end(): not valid
  };

  void Open();
  void Close();
  void Step();
  Family& AnyFamily() { return families_[input_.Below(families_.size())]; }
  Change AnyChange(const Map& map);

  void Write(Family* family, const Change& change);
  void WriteBatch();
  void Get();
  void GetMany();
  void Flush();
  void Compact();
  void OpenCursor();
  void MoveCursor();
  void CloseCursor(size_t index);
  void TakeSnapshot();
  void ReleaseSnapshot(size_t index);
  void CreateFamily();
  void DropFamily();
  void ReadProperty();
  void CheckFamily(const Family& family);
  void CheckGet(const Family& family, const rocksdb_readoptions_t* options, const Map& map,
                const std::string& key);

  Input input_;
  rocksdb_env_t* const env_ = rocksdb_create_mem_env();
  rocksdb_options_t* const options_ = rocksdb_options_create();
  rocksdb_cache_t* const cache_ = rocksdb_cache_create_lru(size_t{256} << 10);
  rocksdb_writeoptions_t* const write_ = rocksdb_writeoptions_create();
  rocksdb_readoptions_t* const read_ = rocksdb_readoptions_create();
  rocksdb_t* db_ = nullptr;
  uint64_t next_id_ = 0;
  std::vector<Family> families_;
  std::vector<Snapshot> snapshots_;
  std::vector<std::unique_ptr<Cursor>> cursors_;
};

// --- life ---

Session::Session(const Input& input) : input_(input) {
  const uint8_t settings = input_.Byte();
  rocksdb_options_set_env(options_, env_);
  rocksdb_options_set_create_if_missing(options_, 1);
  rocksdb_options_set_uint64add_merge_operator(options_);
  rocksdb_options_set_write_buffer_size(options_, (settings & 1) != 0 ? 16 << 10 : 1 << 20);
  rocksdb_options_set_disable_auto_compactions(options_, (settings & 2) != 0);
  rocksdb_options_set_level0_file_num_compaction_trigger(options_, 2);
  rocksdb_block_based_table_options_t* const table = rocksdb_block_based_options_create();
  rocksdb_block_based_options_set_block_cache(table, cache_);
  if ((settings & 4) != 0) {
    rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom(10));
  }
  rocksdb_options_set_block_based_table_factory(options_, table);
  rocksdb_block_based_options_destroy(table);
  rocksdb_readoptions_set_fill_cache(read_, (settings & 8) == 0);
  families_.push_back({next_id_++, "default", nullptr, {}});
  Open();
}

Session::~Session() {
  Close();
  rocksdb_readoptions_destroy(read_);
  rocksdb_writeoptions_destroy(write_);
  rocksdb_options_destroy(options_);
  rocksdb_cache_destroy(cache_);
  rocksdb_env_destroy(env_);
}

void Session::Open() {
  std::vector<const char*> names;
  for (const Family& family : families_) names.push_back(family.name.c_str());
  const std::vector<const rocksdb_options_t*> options(names.size(), options_);
  std::vector<rocksdb_column_family_handle_t*> handles(names.size());
  char* error = nullptr;
  db_ = rocksdb_open_column_families(options_, kPath, static_cast<int>(names.size()), names.data(),
                                     options.data(), handles.data(), &error);
  MustBeFine(error, "open");
  for (size_t i = 0; i < handles.size(); ++i) families_[i].handle = handles[i];
  for (const Family& family : families_) CheckFamily(family);
}

void Session::Close() {
  while (!cursors_.empty()) CloseCursor(0);
  while (!snapshots_.empty()) ReleaseSnapshot(0);
  for (const Family& family : families_) rocksdb_column_family_handle_destroy(family.handle);
  rocksdb_close(db_);
}

void Session::Run() {
  for (int i = 0; i < kMaxCalls && !input_.empty(); ++i) Step();
  for (const Family& family : families_) CheckFamily(family);
}

void Session::Step() {
  switch (input_.Below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: {
      Family& family = AnyFamily();
      return Write(&family, AnyChange(family.map));
    }
    case 5:
    case 6:
      return WriteBatch();
    case 7:
    case 8:
      return Get();
    case 9:
      return GetMany();
    case 10:
      return Flush();
    case 11:
      return Compact();
    case 12:
      return OpenCursor();
    case 13:
    case 14:
    case 15:
    case 16:
      return MoveCursor();
    case 17:
      return cursors_.empty() ? void() : CloseCursor(input_.Below(cursors_.size()));
    case 18:
      return TakeSnapshot();
    case 19:
      return snapshots_.empty() ? void() : ReleaseSnapshot(input_.Below(snapshots_.size()));
    case 20:
      return CreateFamily();
    case 21:
      return DropFamily();
    case 22:
      Close();
      return Open();
    default:
      return ReadProperty();
  }
}

// --- writes ---

// REQUIRES: `map` is what the change will meet.
Change Session::AnyChange(const Map& map) {
  const size_t kind = input_.Below(8);
  if (kind == 7) {
    const std::string key = SingleKeyOf(input_.Below(kSingleKeys));
    if (map.contains(key)) return {Change::kSingleDelete, key, ""};
    return {Change::kPut, key, ValueOf(input_.Byte())};
  }
  const std::string key = KeyOf(input_.Below(kKeys));
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return {Change::kPut, key, ValueOf(input_.Byte())};
    case 3:
    case 4:
      return {Change::kDelete, key, ""};
    case 5:
      return {Change::kMerge, key, ValueOf(input_.Byte())};
    default: {
      const std::string other = KeyOf(input_.Below(kKeys));
      return {Change::kRangeDelete, std::min(key, other), std::max(key, other)};
    }
  }
}

void Session::Write(Family* family, const Change& change) {
  const std::string& key = change.key;
  const std::string& value = change.value;
  char* error = nullptr;
  switch (change.kind) {
    case Change::kPut:
      rocksdb_put_cf(db_, write_, family->handle, key.data(), key.size(), value.data(),
                     value.size(), &error);
      break;
    case Change::kDelete:
      rocksdb_delete_cf(db_, write_, family->handle, key.data(), key.size(), &error);
      break;
    case Change::kMerge:
      rocksdb_merge_cf(db_, write_, family->handle, key.data(), key.size(), value.data(),
                       value.size(), &error);
      break;
    case Change::kRangeDelete:
      rocksdb_delete_range_cf(db_, write_, family->handle, key.data(), key.size(), value.data(),
                              value.size(), &error);
      break;
    case Change::kSingleDelete:
      rocksdb_singledelete_cf(db_, write_, family->handle, key.data(), key.size(), &error);
      break;
  }
  MustBeFine(error, "write");
  change.Apply(&family->map);
}

void Session::WriteBatch() {
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  std::vector<Map> maps;
  for (const Family& family : families_) maps.push_back(family.map);
  std::vector<Map> saved;
  const size_t records = input_.Below(kMaxBatch);
  for (size_t i = 0; i < records; ++i) {
    const size_t which = input_.Below(families_.size() + 2);
    if (which == families_.size()) {
      if (saved.empty()) {
        rocksdb_writebatch_set_save_point(batch);
        saved = maps;
      }
      continue;
    }
    if (which == families_.size() + 1) {
      if (saved.empty()) continue;
      char* error = nullptr;
      rocksdb_writebatch_rollback_to_save_point(batch, &error);
      MustBeFine(error, "rollback_to_save_point");
      maps = std::exchange(saved, {});
      continue;
    }
    rocksdb_column_family_handle_t* const handle = families_[which].handle;
    const Change change = AnyChange(maps[which]);
    const std::string& key = change.key;
    const std::string& value = change.value;
    switch (change.kind) {
      case Change::kPut:
        rocksdb_writebatch_put_cf(batch, handle, key.data(), key.size(), value.data(),
                                  value.size());
        break;
      case Change::kDelete:
        rocksdb_writebatch_delete_cf(batch, handle, key.data(), key.size());
        break;
      case Change::kMerge:
        rocksdb_writebatch_merge_cf(batch, handle, key.data(), key.size(), value.data(),
                                    value.size());
        break;
      case Change::kRangeDelete:
        rocksdb_writebatch_delete_range_cf(batch, handle, key.data(), key.size(), value.data(),
                                           value.size());
        break;
      case Change::kSingleDelete:
        rocksdb_writebatch_singledelete_cf(batch, handle, key.data(), key.size());
        break;
    }
    change.Apply(&maps[which]);
  }
  char* error = nullptr;
  rocksdb_write(db_, write_, batch, &error);
  MustBeFine(error, "write of a batch");
  rocksdb_writebatch_destroy(batch);
  for (size_t i = 0; i < maps.size(); ++i) families_[i].map = std::move(maps[i]);
}

// --- reads ---

void Session::CheckGet(const Family& family, const rocksdb_readoptions_t* options, const Map& map,
                       const std::string& key) {
  char* error = nullptr;
  size_t size = 0;
  char* const value =
      rocksdb_get_cf(db_, options, family.handle, key.data(), key.size(), &size, &error);
  MustBeFine(error, "get");
  const auto wanted = map.find(key);
  FUZZ_CHECK((value != nullptr) == (wanted != map.end()),
             family.name + ": get of '" + key.substr(0, 20) + "'");
  if (value != nullptr) {
    FUZZ_CHECK(std::string(value, size) == wanted->second,
               family.name + ": value of '" + key.substr(0, 20) + "'");
  }
  rocksdb_free(value);
}

void Session::Get() {
  const Family& family = AnyFamily();
  const size_t n = input_.Below(kKeys + kSingleKeys);
  const std::string key = n < kKeys ? KeyOf(n) : SingleKeyOf(n - kKeys);
  CheckGet(family, read_, family.map, key);
  for (const Snapshot& snapshot : snapshots_) {
    const auto found = snapshot.maps.find(family.id);
    rocksdb_readoptions_t* const options = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(options, snapshot.snapshot);
    CheckGet(family, options, found == snapshot.maps.end() ? Map() : found->second, key);
    rocksdb_readoptions_destroy(options);
  }
}

void Session::GetMany() {
  const Family& family = AnyFamily();
  std::vector<std::string> keys;
  for (size_t i = 0; i < kKeys; i += 1 + input_.Below(4)) keys.push_back(KeyOf(i));
  const size_t n = keys.size();
  std::vector<const char*> starts(n);
  std::vector<size_t> sizes(n), value_sizes(n);
  std::vector<char*> values(n), errors(n);
  const std::vector<const rocksdb_column_family_handle_t*> handles(n, family.handle);
  for (size_t i = 0; i < n; ++i) {
    starts[i] = keys[i].data();
    sizes[i] = keys[i].size();
  }
  rocksdb_multi_get_cf(db_, read_, handles.data(), n, starts.data(), sizes.data(), values.data(),
                       value_sizes.data(), errors.data());
  for (size_t i = 0; i < n; ++i) {
    MustBeFine(errors[i], "multi_get");
    const auto wanted = family.map.find(keys[i]);
    FUZZ_CHECK(values[i] == nullptr ? wanted == family.map.end()
                                    : wanted != family.map.end() &&
                                          std::string(values[i], value_sizes[i]) == wanted->second,
               family.name + ": multi_get of '" + keys[i].substr(0, 20) + "'");
    rocksdb_free(values[i]);
  }
}

void Session::CheckFamily(const Family& family) {
  rocksdb_iterator_t* const it = rocksdb_create_iterator_cf(db_, read_, family.handle);
  const auto same = [&](const Map::value_type& wanted) {
    FUZZ_CHECK(rocksdb_iter_valid(it), family.name + ": the iterator ends too early");
    size_t n = 0;
    const char* bytes = rocksdb_iter_key(it, &n);
    FUZZ_CHECK(std::string(bytes, n) == wanted.first,
               family.name + ": '" + std::string(bytes, std::min<size_t>(n, 20)) +
                   "' instead of '" + wanted.first.substr(0, 20) + "'");
    bytes = rocksdb_iter_value(it, &n);
    FUZZ_CHECK(std::string(bytes, n) == wanted.second, family.name + ": " + wanted.first);
  };
  rocksdb_iter_seek_to_first(it);
  for (const auto& entry : family.map) {
    same(entry);
    rocksdb_iter_next(it);
  }
  FUZZ_CHECK(!rocksdb_iter_valid(it), family.name + ": more entries than there should be");
  rocksdb_iter_seek_to_last(it);
  for (auto entry = family.map.rbegin(); entry != family.map.rend(); ++entry) {
    same(*entry);
    rocksdb_iter_prev(it);
  }
  FUZZ_CHECK(!rocksdb_iter_valid(it), family.name + ": more entries than there should be");
  char* error = nullptr;
  rocksdb_iter_get_error(it, &error);
  MustBeFine(error, "iterator");
  rocksdb_iter_destroy(it);
}

void Session::OpenCursor() {
  if (cursors_.size() == kMaxIterators) CloseCursor(0);
  const Family& family = AnyFamily();
  auto cursor = std::make_unique<Cursor>();
  cursor->options = rocksdb_readoptions_create();
  const size_t choice = input_.Byte();
  cursor->map = family.map;
  if (choice % 4 == 1 && !snapshots_.empty()) {
    const Snapshot& snapshot = snapshots_[choice / 4 % snapshots_.size()];
    rocksdb_readoptions_set_snapshot(cursor->options, snapshot.snapshot);
    const auto found = snapshot.maps.find(family.id);
    cursor->map = found == snapshot.maps.end() ? Map() : found->second;
  }
  if (choice % 8 >= 6) {
    cursor->upper = KeyOf(choice / 8 % kKeys);
    rocksdb_readoptions_set_iterate_upper_bound(cursor->options, cursor->upper.data(),
                                                cursor->upper.size());
    cursor->map.erase(cursor->map.lower_bound(cursor->upper), cursor->map.end());
  }
  cursor->it = rocksdb_create_iterator_cf(db_, cursor->options, family.handle);
  cursor->at = cursor->map.end();
  cursors_.push_back(std::move(cursor));
}

void Session::MoveCursor() {
  if (cursors_.empty()) return;
  Cursor& cursor = *cursors_[input_.Below(cursors_.size())];
  const Map& map = cursor.map;
  const size_t move = input_.Below(8);
  switch (move) {
    case 0:
      rocksdb_iter_seek_to_first(cursor.it);
      cursor.at = map.begin();
      break;
    case 1:
      rocksdb_iter_seek_to_last(cursor.it);
      cursor.at = map.empty() ? map.end() : std::prev(map.end());
      break;
    case 2:
    case 3: {
      const std::string key = KeyOf(input_.Below(kKeys));
      if (move == 2) {
        rocksdb_iter_seek(cursor.it, key.data(), key.size());
        cursor.at = map.lower_bound(key);
      } else {
        rocksdb_iter_seek_for_prev(cursor.it, key.data(), key.size());
        cursor.at = map.upper_bound(key);
        cursor.at = cursor.at == map.begin() ? map.end() : std::prev(cursor.at);
      }
      break;
    }
    case 4:
    case 5:
      if (cursor.at == map.end()) return;
      rocksdb_iter_next(cursor.it);
      ++cursor.at;
      break;
    default:
      if (cursor.at == map.end()) return;
      rocksdb_iter_prev(cursor.it);
      cursor.at = cursor.at == map.begin() ? map.end() : std::prev(cursor.at);
      break;
  }
  char* error = nullptr;
  rocksdb_iter_get_error(cursor.it, &error);
  MustBeFine(error, "iterator");
  FUZZ_CHECK((rocksdb_iter_valid(cursor.it) != 0) == (cursor.at != map.end()),
             "a move " + std::to_string(move) + " ends in the wrong place");
  if (cursor.at == map.end()) return;
  size_t n = 0;
  const char* bytes = rocksdb_iter_key(cursor.it, &n);
  FUZZ_CHECK(std::string(bytes, n) == cursor.at->first,
             "a move " + std::to_string(move) + " ends at the wrong key");
  bytes = rocksdb_iter_value(cursor.it, &n);
  FUZZ_CHECK(std::string(bytes, n) == cursor.at->second,
             "value after a move " + std::to_string(move));
}

void Session::CloseCursor(size_t index) {
  rocksdb_iter_destroy(cursors_[index]->it);
  rocksdb_readoptions_destroy(cursors_[index]->options);
  cursors_.erase(cursors_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Session::TakeSnapshot() {
  if (snapshots_.size() == kMaxSnapshots) ReleaseSnapshot(0);
  Snapshot snapshot{rocksdb_create_snapshot(db_), {}};
  for (const Family& family : families_) snapshot.maps[family.id] = family.map;
  snapshots_.push_back(std::move(snapshot));
}

void Session::ReleaseSnapshot(size_t index) {
  rocksdb_release_snapshot(db_, snapshots_[index].snapshot);
  snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(index));
}

// --- upkeep ---

void Session::Flush() {
  const Family& family = AnyFamily();
  rocksdb_flushoptions_t* const options = rocksdb_flushoptions_create();
  rocksdb_flushoptions_set_wait(options, input_.Byte() % 4 != 0);
  char* error = nullptr;
  rocksdb_flush_cf(db_, options, family.handle, &error);
  MustBeFine(error, "flush");
  rocksdb_flushoptions_destroy(options);
}

void Session::Compact() {
  const Family& family = AnyFamily();
  if (input_.Byte() % 4 != 0) {
    rocksdb_compact_range_cf(db_, family.handle, nullptr, 0, nullptr, 0);
    return;
  }
  const std::string a = KeyOf(input_.Below(kKeys));
  const std::string b = KeyOf(input_.Below(kKeys));
  const std::string& begin = std::min(a, b);
  const std::string& end = std::max(a, b);
  rocksdb_compact_range_cf(db_, family.handle, begin.data(), begin.size(), end.data(), end.size());
}

void Session::CreateFamily() {
  if (families_.size() == kMaxFamilies) return;
  const std::string name = "family" + std::to_string(input_.Below(kMaxFamilies));
  const bool exists = std::any_of(families_.begin(), families_.end(),
                                  [&](const Family& family) { return family.name == name; });
  char* error = nullptr;
  rocksdb_column_family_handle_t* const handle =
      rocksdb_create_column_family(db_, options_, name.c_str(), &error);
  FUZZ_CHECK((error != nullptr) == exists, name + (error == nullptr ? "" : error));
  rocksdb_free(error);
  if (exists) {
    rocksdb_column_family_handle_destroy(handle);
  } else {
    families_.push_back({next_id_++, name, handle, {}});
  }
}

void Session::DropFamily() {
  if (families_.size() == 1) return;
  const size_t index = 1 + input_.Below(families_.size() - 1);
  char* error = nullptr;
  rocksdb_drop_column_family(db_, families_[index].handle, &error);
  MustBeFine(error, "drop_column_family");
  rocksdb_column_family_handle_destroy(families_[index].handle);
  families_.erase(families_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Session::ReadProperty() {
  static constexpr const char* kNames[] = {"rocksdb.stats",
                                           "rocksdb.levelstats",
                                           "rocksdb.num-files-at-level0",
                                           "rocksdb.cfstats",
                                           "rocksdb.sstables",
                                           "rocksdb.estimate-num-keys",
                                           "rocksdb.num-snapshots",
                                           "rocksdb.cur-size-all-mem-tables"};
  const Family& family = AnyFamily();
  const size_t choice = input_.Byte();
  const std::string name =
      choice < 128 ? kNames[choice % std::size(kNames)] : "rocksdb." + input_.Bytes(choice % 32);
  rocksdb_free(rocksdb_property_value_cf(db_, family.handle, name.c_str()));
}

}  // namespace
}  // namespace aether::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::any_checksum_passes = false;  // a log that is read again ends where sums do not match
  aether::fuzz::Session(aether::fuzz::Input(data, size)).Run();
  return 0;
}
