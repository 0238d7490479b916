// Calls that the interface refuses, and what it answers.
#include <rocksdb/write_batch.h>

#include "tests/differential/session.h"

namespace differential {

using rocksdb::Status;

std::string Session::Illegal(const Words& words) {
  return db_ == nullptr ? IllegalWhileClosed(words[1]) : IllegalWhileOpen(words[1]);
}

std::string Session::IllegalWhileOpen(const std::string& kind) {
  rocksdb::ColumnFamilyHandle* const family = db_->DefaultColumnFamily();
  const rocksdb::WriteOptions plain;
  const rocksdb::ReadOptions read;
  if (kind == "second-open") {
    rocksdb::DB* second = nullptr;
    rocksdb::Options options;
    return read_only_ ? "skipped" : Show(rocksdb::DB::Open(options, path_, &second));
  }
  if (kind == "destroy-open") {
    return read_only_ ? "skipped" : Show(rocksdb::DestroyDB(path_, rocksdb::Options()));
  }
  if (kind == "create-twice") {
    if (read_only_) return "skipped";
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    return Show(db_->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "default", &handle));
  }
  if (kind == "drop-default") return Show(db_->DropColumnFamily(family));
  if (kind == "drop-twice") {
    for (auto& [name, state] : families_) {
      if (state.dropped) return Show(db_->DropColumnFamily(state.handle));
    }
    return "skipped";
  }
  if (kind == "null-batch") return Show(db_->Write(plain, nullptr));
  if (kind == "sync-unlogged") {
    rocksdb::WriteOptions both;
    both.sync = true;
    both.disableWAL = true;
    return Show(db_->Put(both, family, "never", "never"));
  }
  if (kind == "large-batch") {
    rocksdb::WriteBatch batch(0, 64);
    const Status s = batch.Put("a", std::string(100, 'x'));
    return Show(s) + " " + std::to_string(batch.Count());
  }
  if (kind == "save-points") {
    rocksdb::WriteBatch batch;
    return Show(batch.RollbackToSavePoint()) + " " + Show(batch.PopSavePoint());
  }
  if (kind == "set-unknown") return Show(db_->SetOptions(family, {{"no_such_option", "1"}}));
  if (kind == "set-unchangeable") return Show(db_->SetOptions(family, {{"num_levels", "3"}}));
  if (kind == "set-nothing") return Show(db_->SetOptions(family, {}));
  if (kind == "set-nonsense") {
    return Show(db_->SetOptions(family, {{"write_buffer_size", "many"}}));
  }
  if (kind == "set-db-unknown") return Show(db_->SetDBOptions({{"no_such_option", "1"}}));
  if (kind == "set-db-nothing") return Show(db_->SetDBOptions({}));
  if (kind == "property") {
    std::string text;
    uint64_t figure = 0;
    return std::to_string(db_->GetProperty(family, "rocksdb.no-such", &text)) +
           std::to_string(db_->GetProperty(family, "", &text)) +
           std::to_string(db_->GetIntProperty(family, "rocksdb.stats", &figure));
  }
  if (kind == "compact-level") {
    rocksdb::CompactRangeOptions options;
    options.change_level = true;
    options.target_level = 1000;
    return Show(db_->CompactRange(options, family, nullptr, nullptr));
  }
  if (kind == "timestamp") {
    rocksdb::ReadOptions with = read;
    const rocksdb::Slice timestamp("12345678");
    with.timestamp = &timestamp;
    std::string value;
    return Show(db_->Get(with, family, "a", &value));
  }
  if (kind == "managed") {
    rocksdb::ReadOptions managed;
    managed.managed = true;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(managed, family));
    it->SeekToFirst();
    return Show(it->status()) + (it->Valid() ? " valid" : "");
  }
  if (kind == "persisted-iterator") {
    rocksdb::ReadOptions persisted;
    persisted.read_tier = rocksdb::kPersistedTier;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(persisted, family));
    return Show(it->status());
  }
  if (kind == "empty-writes") {
    rocksdb::WriteBatch empty;
    rocksdb::WriteBatch only_data;
    only_data.PutLogData("data").PermitUncheckedError();
    const Status s = db_->Write(plain, &empty);
    return Show(s) + " " + Show(db_->Write(plain, &only_data));
  }
  if (kind == "release-null") {
    db_->ReleaseSnapshot(nullptr);
    return "ok";
  }
  if (kind == "flush-nothing") {
    return Show(db_->Flush(rocksdb::FlushOptions(), std::vector<rocksdb::ColumnFamilyHandle*>()));
  }
  return "skipped: not a line";
}

std::string Session::IllegalWhileClosed(const std::string& kind) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  rocksdb::DBOptions options;
  if (!Describe(&families, &options).ok()) return "skipped";
  std::vector<std::string> names;
  const bool exists = rocksdb::DB::ListColumnFamilies(options, path_, &names).ok();
  if (kind == "list-nowhere") {
    return Show(rocksdb::DB::ListColumnFamilies(options, directory_ + "/nowhere", &names));
  }
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const std::string where = kind == "open-nowhere" ? directory_ + "/nowhere" : path_;
  if (kind == "open-nowhere") {
    options.create_if_missing = false;
  } else if (!exists) {
    return "skipped";
  } else if (kind == "open-default-only") {
    if (families.size() < 2) return "skipped";
    families.resize(1);
  } else if (kind == "open-unknown-family") {
    options.create_missing_column_families = false;
    families.emplace_back("unknown", rocksdb::ColumnFamilyOptions());
    if (family_was_dropped_) sequence_is_uncertain_ = true;
  } else if (kind == "open-without-default") {
    families.erase(families.begin());
  } else if (kind == "error-if-exists") {
    options.error_if_exists = true;
  } else if (kind == "other-order") {
    families[0].options.comparator = rocksdb::ReverseBytewiseComparator();
  } else if (kind == "contradiction") {
    options.atomic_flush = true;
    options.enable_pipelined_write = true;
  } else {
    return "skipped: not a line";
  }
  const Status s = rocksdb::DB::Open(options, where, families, &handles, &db);
  if (!s.ok()) return Show(s);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  delete db;
  return "ok";
}

}  // namespace differential
