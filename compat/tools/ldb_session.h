// One run of the ldb tool: the command line, the open store, and the commands as functions.
//
// Thread safety: one user. Failure: each function returns a Status; where RocksDB's tool has words
// of its own for it, complaint() has them, and they are what the user is shown.

#ifndef AETHER_COMPAT_TOOLS_LDB_SESSION_H_
#define AETHER_COMPAT_TOOLS_LDB_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compat/tools/ldb_arguments.h"
#include "compat/tools/ldb_copies.h"
#include "compat/tools/ldb_table_files.h"
#include "rocksdb/db.h"
#include "rocksdb/ldb_tool.h"
#include "rocksdb/utilities/db_ttl.h"

namespace rocksdb {

class LdbSession {
 public:
  enum Opens { kNothing, kReadOnly, kWritable };

  LdbSession(const Arguments& arguments, const Options& options, const LDBOptions& ldb_options,
             const std::vector<ColumnFamilyDescriptor>* families);
  LdbSession(const LdbSession&) = delete;
  LdbSession& operator=(const LdbSession&) = delete;
  ~LdbSession() { Close().PermitUncheckedError(); }

  using Function = Status (LdbSession::*)();
  Status Run(Opens opens, Function function);
  // Nothing: the Status says it all.
  const std::optional<std::string>& complaint() const { return complaint_; }

  // Keys and values (ldb_data.cc).
  Status Put();
  Status BatchPut();
  Status Get();
  Status Delete();
  Status DeleteRange();
  Status Scan();
  Status Dump();
  Status DumpVersions();
  Status Load();
  Status Query();
  Status ApproxSize();
  Status WriteTableFile();
  Status IngestTableFile();

  // The store and its files (ldb_admin.cc).
  Status Compact();
  Status CheckConsistency();
  Status GetProperty();
  Status ListFamilies();
  Status CreateFamily();
  Status DropFamily();
  Status ListLiveFiles();
  Status ListRangeDeletes();
  Status FileChecksums();
  Status ReduceLevels();
  Status ChangeCompactionStyle();
  Status Repair();
  Status MakeCheckpoint();
  Status Backup();
  Status Restore();

 private:
  // What is shown instead of the Status, which only says that something failed.
  Status Fail(const std::string& complaint);
  // The same, when `status` is not OK.
  Status Explain(const std::string& before, const Status& status);
  // Prints OK for OK.
  static Status Done(const Status& status);

  Status Configure();
  Status ConfigureBlobs();
  Status Open(bool read_only);
  Status Close();
  // False when the option is not there; one that is no number goes to Fail().
  bool Number(const std::string& name, uint64_t* number);
  // The same, at least one.
  bool Positive(const std::string& name, uint64_t* number);
  bool Codec(const std::string& name, CompressionType* type);
  Status BackupPlace(LdbBackupPlace* place);

  Status PutPairs();
  // Hands on what the lines on standard input say, in the form of dump.
  Status ReadPairs(const LdbPairSink& sink);
  Status Key(const std::string& word, std::string* key) const;
  Status Value(const std::string& word, std::string* value) const;
  std::string ShowKey(const Slice& key) const;
  std::string ShowValue(const Slice& value) const;
  std::string ShowPair(const Slice& key, const Slice& value) const;

  // --from is inclusive, --to exclusive.
  Status Bounds();
  // --start_time and --end_time, of stores with times.
  Status Times();
  // In order, until `visit` returns false. `time` is 0 without --ttl.
  using Visitor = std::function<bool(const Slice& key, const Slice& value, uint32_t time)>;
  Status Walk(const Visitor& visit);
  std::string FilesPerLevel();

  const Arguments& arguments_;
  Options options_;
  const LDBOptions& ldb_options_;
  std::vector<ColumnFamilyDescriptor> families_;
  // What the command wants of each family, over what the store was last opened with.
  std::function<void(ColumnFamilyOptions*)> override_;
  std::shared_ptr<Env> env_guard_;
  const std::string path_;
  const bool key_hex_;
  const bool value_hex_;
  const bool ttl_;
  std::optional<std::string> complaint_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  uint64_t start_time_ = 0;
  uint64_t end_time_ = 0;
  std::unique_ptr<DB> db_;
  std::vector<ColumnFamilyHandle*> handles_;
  ColumnFamilyHandle* family_ = nullptr;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_SESSION_H_
