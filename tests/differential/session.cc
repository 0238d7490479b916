#include "tests/differential/session.h"

#include <utility>

namespace differential {

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::DB;
using rocksdb::Status;

Session::Session(std::string directory, bool uncompacted)
    : directory_(std::move(directory)), path_(directory_ + "/db"), uncompacted_(uncompacted) {
  if (uncompacted) settings_.StopCompactions();
}

Session::~Session() { LetGo(); }

const std::map<std::string, Session::Verb>& Session::Verbs() {
  static const auto* const verbs = new std::map<std::string, Verb>{
      {"option", {&Session::Option, 4, false}},
      {"open", {&Session::Open, 1, false}},
      {"close", {&Session::Close, 1, true}},
      {"create", {&Session::Create, 2, true}},
      {"dropfamily", {&Session::DropFamily, 2, true}},
      {"forget", {&Session::Forget, 2, true}},
      {"families", {&Session::ListFamilies, 1, false}},
      {"put", {&Session::WriteOne, 4, true}},
      {"merge", {&Session::WriteOne, 4, true}},
      {"delete", {&Session::WriteOne, 3, true}},
      {"single", {&Session::WriteOne, 3, true}},
      {"range", {&Session::WriteOne, 4, true}},
      {"write", {&Session::WriteBatch, 1, true}},
      {"get", {&Session::Get, 3, true}},
      {"multiget", {&Session::MultiGet, 2, true}},
      {"mayexist", {&Session::MayExist, 3, true}},
      {"scan", {&Session::Scan, 3, true}},
      {"iter", {&Session::NewCursor, 3, true}},
      {"move", {&Session::Move, 3, true}},
      {"refresh", {&Session::Refresh, 2, true}},
      {"enditer", {&Session::DropCursor, 2, true}},
      {"snapshot", {&Session::TakeSnapshot, 2, true}},
      {"release", {&Session::ReleaseSnapshot, 2, true}},
      {"flush", {&Session::Flush, 2, true}},
      {"compact", {&Session::Compact, 2, true}},
      {"property", {&Session::Property, 3, true}},
      {"sequence", {&Session::Sequence, 1, true}},
      {"set", {&Session::SetOption, 4, true}},
      {"upkeep", {&Session::Upkeep, 2, true}},
      {"checkpoint", {&Session::Checkpoint, 1, true}},
      {"illegal", {&Session::Illegal, 2, false}},
  };
  return *verbs;
}

std::string Session::Run(const Words& line) {
  const auto it = line.empty() ? Verbs().end() : Verbs().find(line[0]);
  if (it == Verbs().end() || line.size() < it->second.fewest_words) return "skipped: not a line";
  if (it->second.needs_open && db_ == nullptr) return "skipped: closed";
  return (this->*it->second.handler)(line);
}

std::string Session::Option(const Words& words) {
  return settings_.Add(Words(words.begin() + 1, words.end())) ? "noted" : "skipped: not a line";
}

Status Session::Describe(std::vector<ColumnFamilyDescriptor>* families,
                         rocksdb::DBOptions* options) const {
  Status s = settings_.Db(path_, options);
  std::vector<std::string> names;
  if (!s.ok()) return s;
  // A database that does not exist yet has no list.
  if (!DB::ListColumnFamilies(*options, path_, &names).ok()) names = {"default"};
  for (const std::string& name : names) {
    rocksdb::ColumnFamilyOptions family;
    s = settings_.Family(name, &family);
    if (!s.ok()) return s;
    families->emplace_back(name, family);
  }
  return s;
}

std::string Session::Open(const Words& words) {
  if (db_ != nullptr) return "skipped: open";
  std::vector<ColumnFamilyDescriptor> families;
  rocksdb::DBOptions options;
  Status s = Describe(&families, &options);
  if (!s.ok()) return "options: " + Show(s);
  read_only_ = words.size() > 1 && words[1] == "readonly";
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  s = read_only_ ? DB::OpenForReadOnly(options, path_, families, &handles, &db_)
                 : DB::Open(options, path_, families, &handles, &db_);
  if (!s.ok()) {
    db_ = nullptr;
    return Show(s);
  }
  std::string names;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    FamilyState state;
    state.handle = handle;
    state.ranges_deleted = ranges_deleted_.count(handle->GetName()) > 0;
    families_[handle->GetName()] = state;
    names += " " + handle->GetName();
  }
  return "ok" + names;
}

void Session::LetGo() {
  if (db_ == nullptr) return;
  cursors_.clear();
  for (const auto& [id, snapshot] : snapshots_) db_->ReleaseSnapshot(snapshot);
  snapshots_.clear();
  for (const auto& [name, family] : families_) {
    db_->DestroyColumnFamilyHandle(family.handle).PermitUncheckedError();
  }
  families_.clear();
  delete db_;
  db_ = nullptr;
}

std::string Session::Close(const Words& words) {
  // Closing flushes what no log has unless an option forbids it; then such writes may be lost or
  // not.
  if (unlogged_writes_ && !read_only_) {
    if (const std::string done = Flush({"flush", "*"}); done != "ok") return "flush: " + done;
  }
  std::string answer = "ok";
  if (words.size() > 1 && words[1] == "explicit") {
    cursors_.clear();
    for (const auto& [id, snapshot] : snapshots_) db_->ReleaseSnapshot(snapshot);
    snapshots_.clear();
    for (auto& [name, family] : families_) {
      db_->DestroyColumnFamilyHandle(family.handle).PermitUncheckedError();
    }
    families_.clear();
    answer = Show(db_->Close());
  }
  LetGo();
  return answer;
}

Session::FamilyState* Session::Find(const std::string& name) {
  const auto it = families_.find(name);
  return it == families_.end() ? nullptr : &it->second;
}

std::string Session::Create(const Words& words) {
  const std::string& name = words[1];
  // A family of the same name may be dropped, with its handle still in use.
  if (read_only_ || Find(name) != nullptr) return "skipped";
  rocksdb::ColumnFamilyOptions options;
  Status s = settings_.Family(name, &options);
  if (!s.ok()) return "options: " + Show(s);
  FamilyState state;
  s = db_->CreateColumnFamily(options, name, &state.handle);
  if (!s.ok()) return Show(s);
  families_[name] = state;
  return "ok " + std::to_string(state.handle->GetID()) + " " + state.handle->GetName();
}

std::string Session::DropFamily(const Words& words) {
  FamilyState* const family = Find(words[1]);
  if (family == nullptr || words[1] == "default") return "skipped";
  // docs/differences.md: read-only-drops-no-families.
  if (read_only_) return "skipped";
  const Status s = db_->DropColumnFamily(family->handle);
  if (s.ok()) {
    family->dropped = family_was_dropped_ = true;
    legality_.DropFamily(words[1]);
    ranges_deleted_.erase(words[1]);
  }
  return Show(s);
}

std::string Session::Forget(const Words& words) {
  FamilyState* const family = Find(words[1]);
  if (family == nullptr || !family->dropped) return "skipped";
  const Status s = db_->DestroyColumnFamilyHandle(family->handle);
  families_.erase(words[1]);
  return Show(s);
}

std::string Session::ListFamilies(const Words&) {
  rocksdb::DBOptions options;
  Status s = settings_.Db(path_, &options);
  if (!s.ok()) return "options: " + Show(s);
  std::vector<std::string> names;
  s = DB::ListColumnFamilies(options, path_, &names);
  std::string answer = Show(s);
  for (const std::string& name : names) answer += " " + name;
  return answer;
}

}  // namespace differential
