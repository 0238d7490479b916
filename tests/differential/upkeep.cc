#include <rocksdb/convenience.h>
#include <rocksdb/utilities/checkpoint.h>

#include <initializer_list>
#include <utility>

#include "tests/differential/session.h"

namespace differential {

using rocksdb::Slice;
using rocksdb::Status;

namespace {

bool IsOneOf(const std::string& name, std::initializer_list<const char*> names) {
  for (const char* candidate : names) {
    if (name == candidate) return true;
  }
  return false;
}

}  // namespace

// flush F; flush * flushes all families in one call.
std::string Session::Flush(const Words& words) {
  rocksdb::FlushOptions options;
  options.allow_write_stall = true;
  if (words[1] != "*") {
    FamilyState* const family = Find(words[1]);
    // RocksDB refuses a dropped family only while its memtable holds something.
    if (family == nullptr || family->dropped) return "skipped";
    return Show(db_->Flush(options, family->handle));
  }
  // RocksDB does not return from this call on a read-only instance.
  if (read_only_) return "skipped";
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  for (const auto& [name, family] : families_) {
    if (!family.dropped) handles.push_back(family.handle);
  }
  const Status s = db_->Flush(options, handles);
  if (s.ok()) unlogged_writes_ = false;
  return Show(s);
}

// compact F [lo=K] [hi=K] [bottom=skip|filter|force|optimized] [exclusive]
std::string Session::Compact(const Words& words) {
  FamilyState* const family = Find(words[1]);
  if (family == nullptr || family->dropped) return "skipped";
  if (uncompacted_) return "not compacted";
  rocksdb::CompactRangeOptions options;
  options.allow_write_stall = true;
  options.exclusive_manual_compaction = false;
  std::string bounds[2];
  Slice slices[2];
  const Slice* given[2] = {nullptr, nullptr};
  for (size_t i = 2; i < words.size(); ++i) {
    const std::string rest = words[i].substr(words[i].find('=') + 1);
    using Bottom = rocksdb::BottommostLevelCompaction;
    if (words[i].rfind("lo=", 0) == 0 || words[i].rfind("hi=", 0) == 0) {
      const int side = words[i][0] == 'l' ? 0 : 1;
      bounds[side] = DecodeKey(rest);
      slices[side] = bounds[side];
      given[side] = &slices[side];
    } else if (words[i].rfind("bottom=", 0) == 0) {
      options.bottommost_level_compaction = rest == "skip"     ? Bottom::kSkip
                                            : rest == "filter" ? Bottom::kIfHaveCompactionFilter
                                            : rest == "force"  ? Bottom::kForce
                                                               : Bottom::kForceOptimized;
    } else if (words[i] == "exclusive") {
      options.exclusive_manual_compaction = true;
    }
  }
  if (given[0] != nullptr && given[1] != nullptr &&
      family->handle->GetComparator()->Compare(slices[0], slices[1]) > 0) {
    std::swap(given[0], given[1]);
  }
  return Show(db_->CompactRange(options, family->handle, given[0], given[1]));
}

// Figures that have one right value are shown; others only have to be possible.
std::string Session::Property(const Words& words) {
  FamilyState* const family = Find(words[1]);
  if (family == nullptr) return "skipped";
  const std::string name = "rocksdb." + words[2];
  uint64_t figure = 0;
  if (!db_->GetIntProperty(family->handle, name, &figure)) return "no such figure";
  std::string text;
  if (!db_->GetProperty(family->handle, name, &text)) return "figure, but no text";
  if (IsOneOf(words[2], {"num-snapshots", "oldest-snapshot-sequence", "background-errors",
                         "is-file-deletions-enabled"})) {
    if (text != std::to_string(figure)) return "text " + text + " figure " + std::to_string(figure);
    return words[2] == "oldest-snapshot-sequence" ? ShowSequence(figure) : text;
  }
  // At most all that was ever written is there; batches count as one but are short.
  const uint64_t bound = 64 * writes_ + 64;
  if (words[2] == "estimate-num-keys" && figure > bound) return "impossible: " + text;
  return "possible";
}

// After a write without a log that a flush found to be deleted already, RocksDB comes back from
// reopening with the number of its last entry that is left. So it does when an Open with a family
// that is not there was refused and the last entries are those of a dropped family.
std::string Session::ShowSequence(uint64_t sequence) const {
  return sequence_is_uncertain_ ? "uncertain" : std::to_string(sequence);
}

std::string Session::Sequence(const Words&) { return ShowSequence(db_->GetLatestSequenceNumber()); }

// set F NAME VALUE; set db NAME VALUE
std::string Session::SetOption(const Words& words) {
  if (words[1] == "db") return Show(db_->SetDBOptions({{words[2], words[3]}}));
  FamilyState* const family = Find(words[1]);
  if (family == nullptr) return "skipped";
  if (uncompacted_ && words[2] == "disable_auto_compactions") return "ok";
  return Show(db_->SetOptions(family->handle, {{words[2], words[3]}}));
}

std::string Session::Upkeep(const Words& words) {
  const std::string& what = words[1];
  if (what == "syncwal") return Show(db_->SyncWAL());
  if (what == "flushwal") return Show(db_->FlushWAL(false));
  if (what == "flushwalsync") return Show(db_->FlushWAL(true));
  if (what == "verify") return Show(db_->VerifyChecksum());
  if (what == "resume") return Show(db_->Resume());
  if (what == "nodeletions") return Show(db_->DisableFileDeletions());
  if (what == "deletions") return Show(db_->EnableFileDeletions(true));
  // While background work is paused a write may have to wait for it forever.
  if (what == "pause") {
    const Status s = db_->PauseBackgroundWork();
    return Show(s) + " " + Show(db_->ContinueBackgroundWork());
  }
  if (what == "autocompaction" && !uncompacted_) {
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    for (const auto& [name, family] : families_) {
      if (!family.dropped) handles.push_back(family.handle);
    }
    return Show(db_->EnableAutoCompaction(handles));
  }
  if (what == "manifest") {
    std::vector<std::string> files;
    uint64_t manifest_size = 0;
    const Status s = db_->GetLiveFiles(files, &manifest_size, false);
    return Show(s) + (s.ok() && manifest_size == 0 ? " empty manifest" : "");
  }
  if (what == "sizes") {
    const rocksdb::Range all("", "zzzz");
    uint64_t size = 0;
    return Show(db_->GetApproximateSizes(&all, 1, &size));
  }
  if (what == "names") return db_->GetName() == path_ ? "as opened" : db_->GetName();
  return "skipped: not a line";
}

// A copy is made, opened, read and destroyed within one line.
std::string Session::Checkpoint(const Words&) {
  rocksdb::Checkpoint* maker = nullptr;
  Status s = rocksdb::Checkpoint::Create(db_, &maker);
  const std::unique_ptr<rocksdb::Checkpoint> owned(maker);
  if (!s.ok()) return Show(s);
  const std::string copy = directory_ + "/copy" + std::to_string(++checkpoints_);
  s = maker->CreateCheckpoint(copy);
  if (!s.ok()) return Show(s);
  std::vector<std::string> names;
  s = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), copy, &names);
  if (!s.ok()) return "list " + Show(s);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    rocksdb::ColumnFamilyOptions options;
    if (!settings_.Family(name, &options).ok()) return "options";
    families.emplace_back(name, options);
  }
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  s = rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), copy, families, &handles, &db);
  if (!s.ok()) return "open " + Show(s);
  std::string answer = "ok";
  rocksdb::ReadOptions read;
  read.total_order_seek = true;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(read, handle));
    answer += " " + handle->GetName() + ": " + ScanText(it.get(), true);
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  delete db;
  rocksdb::DestroyDB(copy, rocksdb::Options(), families).PermitUncheckedError();
  return answer;
}

}  // namespace differential
