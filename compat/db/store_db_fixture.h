// A DB of ours in a directory of its own, for the tests of StoreDb.

#ifndef AETHER_COMPAT_DB_STORE_DB_FIXTURE_H_
#define AETHER_COMPAT_DB_STORE_DB_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/db.h"

namespace rocksdb {

class StoreDbTest : public testing::Test {
 protected:
  StoreDbTest() {
    std::string pattern = testing::TempDir() + "store_db_XXXXXX";
    root_ = mkdtemp(pattern.data());
    path_ = root_ + "/db";
    options_.create_if_missing = true;
  }
  ~StoreDbTest() override {
    CloseDb();
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  void CloseDb() {
    for (ColumnFamilyHandle* handle : handles_) delete handle;
    handles_.clear();
    delete db_;
    db_ = nullptr;
  }
  Status TryOpen() {
    CloseDb();
    return DB::Open(options_, path_, &db_);
  }
  void Open() {
    const Status s = TryOpen();
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  Status OpenFamilies(const std::vector<std::string>& names) {
    CloseDb();
    std::vector<ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, options_);
    return DB::Open(options_, path_, families, &handles_, &db_);
  }
  void Put(const std::string& key, const std::string& value) {
    const Status s = db_->Put(WriteOptions(), key, value);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  std::string Get(const std::string& key, const Snapshot* snapshot = nullptr) {
    ReadOptions options;
    options.snapshot = snapshot;
    std::string value;
    const Status s = db_->Get(options, key, &value);
    return s.ok() ? value : s.ToString();
  }
  std::string Scan(const ReadOptions& options = ReadOptions()) {
    std::unique_ptr<Iterator> it(db_->NewIterator(options));
    std::string out;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      out += it->key().ToString() + "=" + it->value().ToString() + " ";
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return out;
  }
  std::string Property(const std::string& name) {
    std::string value;
    return db_->GetProperty(name, &value) ? value : "(none)";
  }

  std::string root_;
  std::string path_;
  Options options_;
  DB* db_ = nullptr;
  std::vector<ColumnFamilyHandle*> handles_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_STORE_DB_FIXTURE_H_
