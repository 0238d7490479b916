// OptionChangeMigration. Runs may stand in any level whatever the options say, so that a store can
// be opened with other options as it is. What is left to do is to check that it opens, and to merge
// it first where the new options would drop what it holds.

#include <memory>

#include "rocksdb/db.h"
#include "rocksdb/utilities/option_change_migration.h"

namespace rocksdb {

Status OptionChangeMigration(std::string dbname, const Options& old_opts, const Options& new_opts) {
  Options options(old_opts);
  options.create_if_missing = false;
  const bool to_fifo = new_opts.compaction_style == kCompactionStyleFIFO &&
                       old_opts.compaction_style != kCompactionStyleFIFO;
  // Nothing is dropped while it is looked at.
  options.disable_auto_compactions = true;
  DB* opened = nullptr;
  Status s = DB::Open(options, dbname, &opened);
  if (!s.ok()) return s;
  const std::unique_ptr<DB> db(opened);
  if (to_fifo) {
    // One run, all of it as old as the migration, that newer data pushes out as a whole.
    s = db->CompactRange(CompactRangeOptions(), nullptr, nullptr);
    ColumnFamilyMetaData data;
    db->GetColumnFamilyMetaData(&data);
    if (s.ok() && data.size > new_opts.compaction_options_fifo.max_table_files_size) {
      s = Status::NotSupported(
          "OptionChangeMigration: FIFO would drop everything, there is more than "
          "compaction_options_fifo.max_table_files_size");
    }
  }
  const Status closed = db->Close();
  return s.ok() ? closed : s;
}

}  // namespace rocksdb
