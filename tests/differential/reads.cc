#include <rocksdb/slice_transform.h>

#include <cstdlib>

#include "tests/differential/session.h"

namespace differential {

using rocksdb::Iterator;
using rocksdb::PinnableSlice;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;

namespace {

std::string Found(const Status& status, const Slice& value) {
  return status.ok() ? Show(value) : Show(status);
}

bool Has(const Words& words, size_t first, const char* flag) {
  for (size_t i = first; i < words.size(); ++i) {
    if (words[i] == flag) return true;
  }
  return false;
}

}  // namespace

bool Session::ReadFlags(const Words& words, size_t first, Cursor* cursor, ReadOptions* options) {
  for (size_t i = first; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string rest = word.substr(word.find('=') + 1);
    if (word.rfind("s=", 0) == 0) {
      const auto it = snapshots_.find(rest);
      if (it == snapshots_.end()) return false;
      options->snapshot = it->second;
      cursor->has_snapshot = true;
    } else if (word.rfind("lo=", 0) == 0) {
      cursor->lower_bytes = DecodeKey(rest);
      cursor->lower = cursor->lower_bytes;
      options->iterate_lower_bound = &cursor->lower;
    } else if (word.rfind("hi=", 0) == 0) {
      cursor->upper_bytes = DecodeKey(rest);
      cursor->upper = cursor->upper_bytes;
      options->iterate_upper_bound = &cursor->upper;
    } else if (word.rfind("ahead=", 0) == 0) {
      options->readahead_size = std::strtoul(rest.c_str(), nullptr, 10);
    } else if (word == "nofill") {
      options->fill_cache = false;
    } else if (word == "unverified") {
      options->verify_checksums = false;
    } else if (word == "pinned") {
      options->pin_data = true;
    } else if (word == "async") {
      options->async_io = true;
    } else if (word == "adaptive") {
      options->adaptive_readahead = true;
    } else if (word == "purge") {
      options->background_purge_on_iterator_cleanup = true;
    } else if (word == "tail") {
      options->tailing = true;
      cursor->forward_only = true;
    } else if (word == "prefix") {
      options->prefix_same_as_start = true;
      cursor->within_prefix = true;
    }
  }
  const FamilyState* const family = Find(cursor->family);
  if (family == nullptr) return false;
  // RocksDB's tailing iterators neither see deleted ranges nor take snapshots or bounds below.
  if (options->tailing) {
    if (family->ranges_deleted || options->snapshot != nullptr || cursor->within_prefix ||
        options->iterate_lower_bound != nullptr || family->dropped) {
      return false;
    }
  }
  const rocksdb::Comparator* const order = family->handle->GetComparator();
  if (options->iterate_lower_bound != nullptr && options->iterate_upper_bound != nullptr &&
      order->Compare(cursor->lower, cursor->upper) > 0) {
    return false;
  }
  // Without an order over all prefixes, only what lies within one prefix is defined.
  options->total_order_seek = !cursor->within_prefix;
  return true;
}

bool Session::ReadPoint(const Words& words, PointRead* read) {
  read->cursor.family = words[1];
  if (!ReadFlags(words, 3, &read->cursor, &read->options)) return false;
  read->family = Find(words[1])->handle;
  read->key = DecodeKey(words[2]);
  return true;
}

std::string Session::Get(const Words& words) {
  PointRead read;
  if (!ReadPoint(words, &read)) return "skipped";
  if (Has(words, 3, "slice")) {
    PinnableSlice value;
    const Status s = db_->Get(read.options, read.family, read.key, &value);
    return Found(s, value);
  }
  std::string value;
  const Status s = db_->Get(read.options, read.family, read.key, &value);
  return Found(s, value);
}

// multiget KIND [FLAGS] ; F K ; F K ; ...
std::string Session::MultiGet(const Words& words) {
  const std::vector<Words> groups = SplitGroups(words);
  const std::string& kind = words[1];
  Cursor cursor;
  cursor.family = "default";
  ReadOptions options;
  if (!ReadFlags(groups[0], 2, &cursor, &options)) return "skipped";
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::vector<std::string> bytes;
  for (size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].size() < 2) continue;
    FamilyState* const family = Find(groups[i][0]);
    if (family == nullptr) continue;
    if (kind == "one" && !handles.empty() && family->handle != handles[0]) continue;
    handles.push_back(family->handle);
    bytes.push_back(DecodeKey(groups[i][1]));
  }
  if (handles.empty()) return "skipped";
  const size_t n = bytes.size();
  const std::vector<Slice> keys(bytes.begin(), bytes.end());
  std::string answer;
  if (kind == "vectors") {
    std::vector<std::string> values;
    const std::vector<Status> statuses = db_->MultiGet(options, handles, keys, &values);
    for (size_t i = 0; i < n; ++i) answer += Found(statuses[i], values[i]) + " ";
    return answer;
  }
  std::vector<PinnableSlice> values(n);
  std::vector<Status> statuses(n);
  if (kind == "one") {
    db_->MultiGet(options, handles[0], n, keys.data(), values.data(), statuses.data());
  } else {
    db_->MultiGet(options, n, handles.data(), keys.data(), values.data(), statuses.data());
  }
  for (size_t i = 0; i < n; ++i) answer += Found(statuses[i], values[i]) + " ";
  return answer;
}

// "No" has to be true, and a value that is handed out has to be the value.
std::string Session::MayExist(const Words& words) {
  PointRead read;
  if (!ReadPoint(words, &read)) return "skipped";
  std::string claimed;
  bool has_value = false;
  const bool may = db_->KeyMayExist(read.options, read.family, read.key, &claimed, &has_value);
  std::string value;
  const Status s = db_->Get(read.options, read.family, read.key, &value);
  if (!may && !s.IsNotFound()) return "denies a key: " + Show(s);
  // Where it could not read an index block, RocksDB hands out an empty value as the true one.
  if (may && has_value && !claimed.empty() && (!s.ok() || claimed != value)) {
    return "wrong value " + Show(claimed) + " for " + Found(s, value);
  }
  return "as promised";
}

std::string ScanText(Iterator* it, bool forward) {
  std::string answer;
  size_t n = 0;
  for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
       forward ? it->Next() : it->Prev()) {
    answer += Show(it->key()) + "=" + Show(it->value()) + " ";
    ++n;
  }
  return std::to_string(n) + " entries " + answer + Show(it->status());
}

std::string Session::Scan(const Words& words) {
  Cursor cursor;
  cursor.family = words[1];
  ReadOptions options;
  const bool forward = words[2] == "forward";
  if (!ReadFlags(words, 3, &cursor, &options) || cursor.within_prefix ||
      (cursor.forward_only && !forward)) {
    return "skipped";
  }
  const std::unique_ptr<Iterator> it(db_->NewIterator(options, Find(words[1])->handle));
  return ScanText(it.get(), forward);
}

std::string Session::NewCursor(const Words& words) {
  auto cursor = std::make_unique<Cursor>();
  cursor->family = words[2];
  ReadOptions options;
  if (!ReadFlags(words, 3, cursor.get(), &options)) return "skipped";
  cursor->it.reset(db_->NewIterator(options, Find(words[2])->handle));
  const Status s = cursor->it->status();
  cursors_[words[1]] = std::move(cursor);
  return Show(s);
}

std::string Session::Position(const Cursor& cursor) const {
  if (!cursor.it->Valid()) return "end " + Show(cursor.it->status());
  return Show(cursor.it->key()) + "=" + Show(cursor.it->value());
}

// move ID first|last; move ID seek|seekforprev KEY; move ID next|prev COUNT
std::string Session::Move(const Words& words) {
  const auto found = cursors_.find(words[1]);
  if (found == cursors_.end()) return "skipped";
  Cursor& cursor = *found->second;
  const std::string& how = words[2];
  const std::string argument = words.size() > 3 ? words[3] : "";
  if (cursor.forward_only && how != "first" && how != "seek" && how != "next") return "skipped";
  if (cursor.forward_only && Find(cursor.family) != nullptr &&
      Find(cursor.family)->ranges_deleted) {
    return "skipped";
  }
  // A tailing iterator sees all that is there when it is placed; what Next meets of later writes
  // depends on where RocksDB has parked the iterators below.
  if (cursor.forward_only && how == "next" && cursor.writes_when_placed != writes_)
    return "skipped";
  if (how != "next" && how != "prev") cursor.writes_when_placed = writes_;
  if (how == "first" || how == "last") {
    if (cursor.within_prefix) return "skipped";
    how == "first" ? cursor.it->SeekToFirst() : cursor.it->SeekToLast();
    return Position(cursor);
  }
  if (how == "seek" || how == "seekforprev") {
    const std::string key = DecodeKey(argument);
    if (cursor.within_prefix) {
      const FamilyState* const family = Find(cursor.family);
      if (family == nullptr || how != "seek") return "skipped";
      const auto transform = db_->GetOptions(family->handle).prefix_extractor;
      if (transform != nullptr && !transform->InDomain(key)) return "skipped";
    }
    how == "seek" ? cursor.it->Seek(key) : cursor.it->SeekForPrev(key);
    return Position(cursor);
  }
  if (how != "next" && how != "prev") return "skipped: not a line";
  if (cursor.within_prefix && how == "prev") return "skipped";
  std::string answer;
  for (size_t n = std::strtoul(argument.c_str(), nullptr, 10); n > 0; --n) {
    if (!cursor.it->Valid()) return answer + "not valid";
    how == "next" ? cursor.it->Next() : cursor.it->Prev();
    answer += Position(cursor) + " ";
  }
  return answer;
}

std::string Session::Refresh(const Words& words) {
  const auto found = cursors_.find(words[1]);
  if (found == cursors_.end()) return "skipped";
  return Show(found->second->it->Refresh()) +
         (found->second->it->Valid() ? ", valid" : ", not valid");
}

std::string Session::DropCursor(const Words& words) {
  return cursors_.erase(words[1]) > 0 ? "ok" : "skipped";
}

std::string Session::TakeSnapshot(const Words& words) {
  if (snapshots_.count(words[1]) > 0) return "skipped";
  const rocksdb::Snapshot* const snapshot = db_->GetSnapshot();
  snapshots_[words[1]] = snapshot;
  return snapshot == nullptr ? "none" : ShowSequence(snapshot->GetSequenceNumber());
}

std::string Session::ReleaseSnapshot(const Words& words) {
  const auto found = snapshots_.find(words[1]);
  if (found == snapshots_.end()) return "skipped";
  db_->ReleaseSnapshot(found->second);
  snapshots_.erase(found);
  // RocksDB asks that no iterator reads under a snapshot that is gone.
  for (auto it = cursors_.begin(); it != cursors_.end();) {
    it = it->second->has_snapshot ? cursors_.erase(it) : std::next(it);
  }
  return "ok";
}

}  // namespace differential
