#include <rocksdb/write_batch.h>

#include <utility>

#include "tests/differential/session.h"

namespace differential {

using rocksdb::Status;

rocksdb::WriteOptions Session::WriteFlags(const Words& words, size_t first) const {
  rocksdb::WriteOptions options;
  for (size_t i = first; i < words.size(); ++i) {
    if (words[i] == "sync") options.sync = true;
    if (words[i] == "unlogged") options.disableWAL = true;
    if (words[i] == "missing") options.ignore_missing_column_families = true;
    if (words[i] == "low") options.low_pri = true;
  }
  return options;
}

std::string Session::Finish(const Status& status, const rocksdb::WriteOptions& options) {
  ++writes_;
  if (status.ok() && options.disableWAL) unlogged_writes_ = sequence_is_uncertain_ = true;
  return Show(status);
}

// The one-line forms go to the calls of DB itself, not through a batch.
std::string Session::WriteOne(const Words& words) {
  const std::string& verb = words[0];
  FamilyState* const family = Find(words[1]);
  if (family == nullptr || family->dropped) return "skipped: no family";
  const bool two = verb != "delete" && verb != "single";
  const rocksdb::WriteOptions options = WriteFlags(words, two ? 4 : 3);
  const std::string key = DecodeKey(words[2]);
  rocksdb::ColumnFamilyHandle* const handle = family->handle;
  Legality after = legality_;
  Status s;
  if (verb == "put") {
    if (!after.Put(words[1], key)) return "skipped: undefined";
    s = db_->Put(options, handle, key, MakeValue(words[3]));
  } else if (verb == "single") {
    if (!after.SingleDelete(words[1], key)) return "skipped: undefined";
    s = db_->SingleDelete(options, handle, key);
  } else if (verb == "range") {
    std::string begin = key;
    std::string end = DecodeKey(words[3]);
    const rocksdb::Comparator* const order = OrderOf(words[1]);
    if (order->Compare(begin, end) > 0) std::swap(begin, end);
    if (begin == end) return "skipped: empty";
    after.DeleteRange(words[1], begin, end, order);
    s = db_->DeleteRange(options, handle, begin, end);
    family->ranges_deleted = true;
    ranges_deleted_.insert(words[1]);
  } else {
    if (!Legality::DeleteOrMerge(key)) return "skipped: undefined";
    s = verb == "merge" ? db_->Merge(options, handle, key, MakeValue(words[3]))
                        : db_->Delete(options, handle, key);
  }
  if (s.ok()) legality_ = after;
  return Finish(s, options);
}

bool Session::AddToBatch(const Words& group, bool ignore_missing, Legality* legality,
                         rocksdb::WriteBatch* batch) {
  const std::string& verb = group[0];
  if (verb == "log") return batch->PutLogData(group.size() > 1 ? group[1] : "").ok();
  if (group.size() < 3) return false;
  FamilyState* const family = Find(group[1]);
  if (family == nullptr || (family->dropped && !ignore_missing)) return false;
  // Records for a dropped family are left out by the library; they do not change its keys.
  Legality unused;
  Legality* const rules = family->dropped ? &unused : legality;
  const std::string key = DecodeKey(group[2]);
  const std::string last = group.size() > 3 ? group[3] : "";
  if (verb == "put") {
    return rules->Put(group[1], key) && batch->Put(family->handle, key, MakeValue(last)).ok();
  }
  if (verb == "single") {
    return rules->SingleDelete(group[1], key) && batch->SingleDelete(family->handle, key).ok();
  }
  if (verb == "delete") {
    return Legality::DeleteOrMerge(key) && batch->Delete(family->handle, key).ok();
  }
  if (verb == "merge") {
    return Legality::DeleteOrMerge(key) && batch->Merge(family->handle, key, MakeValue(last)).ok();
  }
  if (verb != "range") return false;
  std::string begin = key;
  std::string end = DecodeKey(last);
  const rocksdb::Comparator* const order = OrderOf(group[1]);
  if (order->Compare(begin, end) > 0) std::swap(begin, end);
  if (begin == end) return false;
  rules->DeleteRange(group[1], begin, end, order);
  if (!family->dropped) {
    family->ranges_deleted = true;
    ranges_deleted_.insert(group[1]);
  }
  return batch->DeleteRange(family->handle, begin, end).ok();
}

// write [FLAGS] ; put F K V ; save ; delete F K ; back ; ...
std::string Session::WriteBatch(const Words& words) {
  const std::vector<Words> groups = SplitGroups(words);
  const rocksdb::WriteOptions options = WriteFlags(groups[0], 1);
  rocksdb::WriteBatch batch;
  // Back to a save point takes the rules back as well.
  std::vector<Legality> rules{legality_};
  std::string answer;
  for (size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].empty()) continue;
    const std::string& verb = groups[i][0];
    if (verb == "save") {
      batch.SetSavePoint();
      rules.push_back(rules.back());
    } else if (verb == "back" || verb == "pop") {
      const Status s = verb == "back" ? batch.RollbackToSavePoint() : batch.PopSavePoint();
      answer += verb + " " + Show(s) + " ";
      if (rules.size() > 1) {
        if (verb == "pop") std::swap(rules[rules.size() - 2], rules.back());
        rules.pop_back();
      }
    } else if (!AddToBatch(groups[i], options.ignore_missing_column_families, &rules.back(),
                           &batch)) {
      answer += "left out " + std::to_string(i) + " ";
    }
  }
  answer += "count " + std::to_string(batch.Count()) + " bytes " +
            std::to_string(batch.GetDataSize()) + " ";
  const Status s = db_->Write(options, &batch);
  if (s.ok()) legality_ = rules.back();
  return answer + Finish(s, options);
}

}  // namespace differential
