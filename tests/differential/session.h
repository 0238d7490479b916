// Carries out a script, one line after the other, and answers each line with one line of
// transcript.
//
// What a line answers depends on the promises of the interface only, never on when a flush or a
// compaction happens to run; where the interface leaves a result open, the answer says whether
// it is within what is allowed. A line that makes no sense where it stands (an iterator that does
// not exist, a closed database, an operation without a defined meaning) answers "skipped" and does
// nothing, so that lines can be cut from a script at will.
//
// Thread safety: one thread. Failure: statuses of the library are answers; nothing here throws.

#ifndef AETHER_TESTS_DIFFERENTIAL_SESSION_H_
#define AETHER_TESTS_DIFFERENTIAL_SESSION_H_

#include <rocksdb/db.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/differential/legality.h"
#include "tests/differential/settings.h"
#include "tests/differential/text.h"

namespace differential {

class Session {
 public:
  // `directory` exists and is empty. When `uncompacted`, nothing is ever compacted.
  Session(std::string directory, bool uncompacted);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::string Run(const Words& line);

 private:
  using Handler = std::string (Session::*)(const Words&);
  struct Verb {
    Handler handler;
    size_t fewest_words;  // the verb counted
    bool needs_open;
  };
  static const std::map<std::string, Verb>& Verbs();

  struct FamilyState {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    bool dropped = false;
    bool ranges_deleted = false;
  };
  // An iterator and what its options point to.
  struct Cursor {
    std::string family;
    std::string lower_bytes, upper_bytes;
    rocksdb::Slice lower, upper;
    bool within_prefix = false;
    bool forward_only = false;
    bool has_snapshot = false;
    uint64_t writes_when_placed = 0;
    std::unique_ptr<rocksdb::Iterator> it;
  };

  // session.cc: options, opening and closing, families
  std::string Option(const Words& words);
  std::string Open(const Words& words);
  std::string Close(const Words& words);
  std::string Create(const Words& words);
  std::string DropFamily(const Words& words);
  std::string Forget(const Words& words);
  std::string ListFamilies(const Words& words);
  rocksdb::Status Describe(std::vector<rocksdb::ColumnFamilyDescriptor>* families,
                           rocksdb::DBOptions* options) const;
  void LetGo();
  FamilyState* Find(const std::string& name);

  // writes.cc
  std::string WriteOne(const Words& words);
  std::string WriteBatch(const Words& words);
  std::string Finish(const rocksdb::Status& status, const rocksdb::WriteOptions& options);
  rocksdb::WriteOptions WriteFlags(const Words& words, size_t first) const;
  bool AddToBatch(const Words& group, bool ignore_missing, Legality* legality,
                  rocksdb::WriteBatch* batch);

  // reads.cc
  std::string Get(const Words& words);
  std::string MultiGet(const Words& words);
  std::string MayExist(const Words& words);
  std::string Scan(const Words& words);
  std::string NewCursor(const Words& words);
  std::string Move(const Words& words);
  std::string Refresh(const Words& words);
  std::string DropCursor(const Words& words);
  std::string TakeSnapshot(const Words& words);
  std::string ReleaseSnapshot(const Words& words);
  // False when the words name a snapshot that does not exist, or ask for what has no defined
  // result.
  bool ReadFlags(const Words& words, size_t first, Cursor* cursor, rocksdb::ReadOptions* options);
  // "VERB F K [FLAGS]" of one key. False when it has to be skipped.
  struct PointRead {
    Cursor cursor;
    rocksdb::ReadOptions options;
    rocksdb::ColumnFamilyHandle* family = nullptr;
    std::string key;
  };
  bool ReadPoint(const Words& words, PointRead* read);
  std::string Position(const Cursor& cursor) const;

  // upkeep.cc
  std::string Flush(const Words& words);
  std::string Compact(const Words& words);
  std::string Property(const Words& words);
  std::string Sequence(const Words& words);
  std::string ShowSequence(uint64_t sequence) const;
  std::string SetOption(const Words& words);
  std::string Upkeep(const Words& words);
  std::string Checkpoint(const Words& words);

  // illegal.cc
  std::string Illegal(const Words& words);
  std::string IllegalWhileOpen(const std::string& kind);
  std::string IllegalWhileClosed(const std::string& kind);

  const std::string directory_;
  const std::string path_;
  const bool uncompacted_;
  Settings settings_;
  rocksdb::DB* db_ = nullptr;
  bool read_only_ = false;
  bool unlogged_writes_ = false;  // since the last flush of all families
  bool family_was_dropped_ = false;
  bool sequence_is_uncertain_ = false;  // see ShowSequence
  uint64_t writes_ = 0;
  int checkpoints_ = 0;
  Legality legality_;
  std::map<std::string, FamilyState> families_;
  std::map<std::string, std::unique_ptr<Cursor>> cursors_;
  std::map<std::string, const rocksdb::Snapshot*> snapshots_;
  std::set<std::string> ranges_deleted_;  // families, also while closed
};

// One line for a whole scan, in the direction asked for.
std::string ScanText(rocksdb::Iterator* it, bool forward);

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_SESSION_H_
