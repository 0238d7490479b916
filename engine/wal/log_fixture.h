// A log on a simulated disk, for tests that append to it record by record.

#ifndef AETHER_ENGINE_WAL_LOG_FIXTURE_H_
#define AETHER_ENGINE_WAL_LOG_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "engine/io/sim_file_system.h"
#include "engine/wal/log.h"
#include "engine/wal/recovery.h"

namespace aether::wal {

// Sequence numbers are ten times their tickets.
class LogFixture : public testing::Test {
 protected:
  LogFixture() {
    EXPECT_TRUE(fs_.CreateDir("/log").ok());
    EXPECT_TRUE(fs_.SyncDir("/").ok());
    options_.fs = &fs_;
    options_.directory = "/log";
    options_.store_id = 99;
    options_.segment_bytes = 32 << 10;
    options_.unit_bytes = 4096;
    options_.background_thread = false;
    options_.poison = &poison_;
    options_.new_number = [this] { return number_.fetch_add(1) + 1; };
    state_.epoch = 1;
  }
  void OpenLog() {
    log_.reset();
    options_.epoch = state_.epoch;
    const Status s = Log::Open(options_, &log_);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  RecoveryOptions RecoveryOfLog() {
    RecoveryOptions recovery;
    recovery.fs = &fs_;
    recovery.directory = "/log";
    recovery.store_id = options_.store_id;
    return recovery;
  }
  // A record as a writer would leave it. `stamp` false: the writer died before it.
  void Append(Stream* stream, uint64_t ticket, const std::string& body, bool stamp = true) {
    ASSERT_TRUE(log_->Reserve(stream, body.size(), ticket).ok());
    PendingRecord record;
    log_->Copy(stream, body, &record);
    if (!stamp) return;
    StoreStamp(record.record, MakeStamp(record.body_crc, RecordType::kBatch, ticket, ticket * 10));
    if (log_->needs_write_out()) {
      ASSERT_TRUE(log_->WriteOut(record).ok());
    }
    log_->Commit(stream, record, ticket);
  }
  void Append(uint64_t ticket, const std::string& body, bool stamp = true) {
    Stream* const stream = log_->Lease();
    Append(stream, ticket, body, stamp);
    log_->Return(stream);
  }
  void Skip(uint64_t first, uint64_t last) {
    char body[8];
    StoreFixed<uint64_t>(body, first);
    ASSERT_TRUE(log_->AppendUnnumbered(RecordType::kSkip, Slice(body, 8), last, last * 10).ok());
  }

  SimFileSystem fs_{5};
  std::atomic<bool> poison_{false};
  std::atomic<uint64_t> number_{0};
  LogOptions options_;
  LogState state_;
  std::unique_ptr<Log> log_;
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_LOG_FIXTURE_H_
