#include "engine/wal/log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "engine/wal/log_fixture.h"

namespace aether::wal {
namespace {

class LogTest : public LogFixture {
 protected:
  LogTest() { OpenLog(); }
  void Anchor(uint64_t durable) {
    std::vector<AnchorPosition> positions;
    ASSERT_TRUE(log_->Sync(0, &positions).ok());
    std::string body;
    EncodeAnchor(positions, &body);
    ASSERT_TRUE(log_->AppendUnnumbered(RecordType::kAnchor, body, durable, 0).ok());
  }
  // The tickets that come back.
  Status Replay(RecoveryMode mode = RecoveryMode::kPointInTime) {
    tickets_.clear();
    bodies_.clear();
    RecoveryOptions recovery = RecoveryOfLog();
    recovery.mode = mode;
    recovery.max_flushed_sequence = max_flushed_;
    recovery.read_only = read_only_;
    return Recover(
        recovery, state_,
        [this](const RecoveredRecord& record, uint32_t* count) {
          EXPECT_EQ(record.first_sequence, record.ticket * 10);
          tickets_.push_back(record.ticket);
          bodies_[record.ticket] = record.body.ToString();
          *count = 1;
          return Status::OK();
        },
        nullptr, &recovered_);
  }
  std::vector<uint64_t> Range(uint64_t first, uint64_t last) {
    std::vector<uint64_t> range;
    for (; first <= last; ++first) range.push_back(first);
    return range;
  }

  SequenceNumber max_flushed_ = 0;
  bool read_only_ = false;
  std::vector<uint64_t> tickets_;
  std::map<uint64_t, std::string> bodies_;
  Recovered recovered_;
};

TEST_F(LogTest, TicketsFromManyStreamsComeBackInOrder) {
  Stream* const a = log_->Lease();
  Stream* const b = log_->Lease();
  ASSERT_NE(a, b);
  for (uint64_t t = 1; t <= 400; ++t) Append(t % 3 == 0 ? a : b, t, std::string(t, 'b'));
  log_->Return(a);
  log_->Return(b);
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 400));
  for (uint64_t t = 1; t <= 400; ++t) EXPECT_EQ(bodies_[t], std::string(t, 'b'));
  EXPECT_EQ(recovered_.last, (LogPosition{400, 4000}));
  EXPECT_EQ(recovered_.next_state.epoch, 2u);
  EXPECT_EQ(recovered_.next_state.cuts, (std::vector<LogState::Cut>{{1, 400}}));
  EXPECT_GE(recovered_.segments.size(), 2u);
}

TEST_F(LogTest, ALeaseIsExclusiveAndReusable) {
  Stream* const a = log_->Lease();
  Stream* const b = log_->Lease();
  EXPECT_NE(a, b);
  log_->Return(b);
  EXPECT_EQ(log_->Lease(), b);
  log_->Return(a);
  log_->Return(b);
}

TEST_F(LogTest, RecoveryStopsAtTheFirstGap) {
  for (uint64_t t : {1, 2, 3, 5, 6}) Append(t, "x");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 3));
  EXPECT_EQ(recovered_.discarded_records, 2u);
  EXPECT_EQ(recovered_.last.ticket, 3u);
  EXPECT_TRUE(Replay(RecoveryMode::kAbsolute).IsCorruption());
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_EQ(tickets_, (std::vector<uint64_t>{1, 2, 3, 5, 6}));
}

TEST_F(LogTest, DamageInTheMiddleOfAChunk) {
  for (uint64_t t = 1; t <= 9; ++t) Append(t, "body of " + std::to_string(t));
  log_.reset();
  std::vector<std::string> names;
  ASSERT_TRUE(fs_.List("/log", &names).ok());
  std::string path;
  size_t at = std::string::npos;
  for (const std::string& name : names) {
    std::string contents;
    ASSERT_TRUE(ReadFileToString(&fs_, "/log/" + name, &contents).ok());
    at = contents.find("body of 4");
    path = "/log/" + name;
    if (at != std::string::npos) break;
  }
  ASSERT_NE(at, std::string::npos);
  ASSERT_TRUE(fs_.FlipBit(path, 8 * at).ok());
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 3));
  const Status s = Replay(RecoveryMode::kAbsolute);
  EXPECT_TRUE(s.IsCorruption()) << s.ToString();
  EXPECT_NE(s.ToString().find(path + ": offset "), std::string::npos) << s.ToString();
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_EQ(tickets_, (std::vector<uint64_t>{1, 2, 3, 5, 6, 7, 8, 9}));
}

// What a lost manifest would have said about epochs can be told from the log.
TEST_F(LogTest, EpochsAreInferredFromTheSegments) {
  for (uint64_t t : {1, 2, 3, 5, 6}) Append(t, "first life");
  ASSERT_TRUE(Replay().ok());
  state_ = recovered_.next_state;
  OpenLog();
  for (uint64_t t : {4, 5}) Append(t, "second life");
  uint64_t store_id = 0;
  LogState inferred;
  ASSERT_TRUE(InferLogState(&fs_, "/log", 0, &store_id, &inferred).ok());
  EXPECT_EQ(store_id, options_.store_id);
  EXPECT_EQ(inferred.epoch, 2u);
  EXPECT_EQ(inferred.cuts, (std::vector<LogState::Cut>{{1, 3}}));
  state_ = inferred;
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_EQ(tickets_, Range(1, 5));
  EXPECT_EQ(bodies_[5], "second life");
}

TEST_F(LogTest, SealedChunksAreWrittenBackInSteps) {
  std::atomic<int> syncs{0};
  const auto syncs_of = [&](uint64_t step) {
    log_.reset();
    options_.write_back_bytes = step;
    options_.background_thread = true;
    OpenLog();
    syncs = 0;
    for (uint64_t t = 1; t <= 400; ++t) Append(t, std::string(1000, 'x'));
    for (int i = 0; i < 300 && syncs < 8; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return syncs.load();
  };
  fs_.SetHook([&](const SimIoEvent& event) {
    if (event.io == kSimSync && event.path.ends_with(".log")) ++syncs;
  });
  const int without = syncs_of(0);
  EXPECT_GE(syncs_of(64 << 10), without + 3);
  log_.reset();
  fs_.SetHook(nullptr);
}

TEST_F(LogTest, SkipRecordsFillGaps) {
  Append(1, "x");
  Append(5, "x");
  Skip(2, 4);
  Skip(6, 9);
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, (std::vector<uint64_t>{1, 5}));
  EXPECT_EQ(recovered_.last, (LogPosition{9, 90}));
}

// A record that the floor has passed counts under no later epoch: what it says may not count now.
TEST_F(LogTest, ASkipRecordBelowTheFloorHasNoSay) {
  Append(1, "x");
  Skip(2, 4);
  state_.floor = {4, 7};
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(recovered_.last, (LogPosition{4, 7}));
  max_flushed_ = 8;
  EXPECT_TRUE(Replay().IsCorruption())
      << "runs beyond the floor, and a log that knows no such batch";
}

TEST_F(LogTest, AnAnchorBehindDamageHasItsSayInEveryMode) {
  Stream* const stream = log_->Lease();
  Append(stream, 1, "x");
  Append(stream, 2, "to be damaged");
  // A batch below the floor whose body holds an anchor, where a record could begin.
  alignas(8) char anchor[24] = {};
  const uint32_t crc = StoreBody(stream->chunk.salt, Slice("", 1), anchor);
  StoreStamp(anchor, MakeStamp(crc, RecordType::kAnchor, 9, 0));
  Append(stream, 3, std::string(7, ' ') + std::string(anchor, sizeof(anchor)));
  log_->Return(stream);
  log_.reset();
  std::vector<std::string> names;
  ASSERT_TRUE(fs_.List("/log", &names).ok());
  size_t damaged = 0;
  for (const std::string& name : names) {
    std::string contents;
    ASSERT_TRUE(ReadFileToString(&fs_, "/log/" + name, &contents).ok());
    const size_t at = contents.find("to be damaged");
    if (at == std::string::npos) continue;
    ASSERT_TRUE(fs_.FlipBit("/log/" + name, 8 * at).ok());
    ++damaged;
  }
  ASSERT_EQ(damaged, 1u);
  state_.floor = {5, 50};
  for (const RecoveryMode mode :
       {RecoveryMode::kTolerateTail, RecoveryMode::kAbsolute, RecoveryMode::kPointInTime}) {
    EXPECT_TRUE(Replay(mode).IsCorruption()) << static_cast<int>(mode);
  }
}

TEST_F(LogTest, TornTailEndsOnlyItsChunk) {
  Stream* const a = log_->Lease();
  Stream* const b = log_->Lease();
  Append(a, 1, "a");
  Append(b, 2, "b");
  Append(a, 99, "never stamped", false);
  Append(b, 3, "b");
  log_->Return(a);
  log_->Return(b);
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 3));
}

TEST_F(LogTest, AbandonedSpaceIsUsedByTheNextRecord) {
  Append(1, "first");
  Append(99, std::string(500, 'z'), false);
  Append(2, "second");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 2));
}

TEST_F(LogTest, FloorHidesWhatIsInRuns) {
  for (uint64_t t = 1; t <= 10; ++t) Append(t, "x");
  state_.floor = {6, 60};
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(7, 10));
  // With the floor past everything the log may even be empty.
  state_.floor = {20, 200};
  ASSERT_TRUE(Replay().ok());
  EXPECT_TRUE(tickets_.empty());
  EXPECT_EQ(recovered_.last, (LogPosition{20, 200}));
}

TEST_F(LogTest, WhatWasDiscardedNeverComesBack) {
  for (uint64_t t : {1, 2, 3, 5, 6}) Append(t, "first life");
  ASSERT_TRUE(Replay().ok());
  state_ = recovered_.next_state;
  OpenLog();
  Append(4, "second life");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 4)) << "5 and 6 of the first life follow without a gap";
  EXPECT_EQ(bodies_[4], "second life");
  state_ = recovered_.next_state;
  EXPECT_EQ(state_.cuts, (std::vector<LogState::Cut>{{1, 3}, {2, 4}}));
  OpenLog();
  Append(5, "third life");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 5));
  EXPECT_EQ(bodies_[5], "third life");
}

// A fuzzer's finding: records of epoch 2, left out while the manifest said 1, came back when the
// next life took the number 2.
TEST_F(LogTest, ASegmentOfAnEpochToComeIsRefused) {
  Append(1, "first life");
  ASSERT_TRUE(Replay().ok());
  const LogState first = state_;
  state_ = recovered_.next_state;
  OpenLog();
  Append(2, "second life");
  state_ = first;  // the manifest has lost its end
  EXPECT_TRUE(Replay().IsCorruption());
  EXPECT_TRUE(Replay(RecoveryMode::kTolerateTail).IsCorruption());
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_EQ(tickets_, Range(1, 1));
  EXPECT_EQ(recovered_.next_state.epoch, 3u);
  read_only_ = true;
  ASSERT_TRUE(Replay().ok()) << "somebody else may have opened the store just now";
  EXPECT_EQ(tickets_, Range(1, 1));
}

TEST_F(LogTest, RepeatedRecoveryHasTheSameOutcome) {
  for (uint64_t t : {1, 2, 4}) Append(t, "x");
  ASSERT_TRUE(Replay().ok());
  const LogState first = recovered_.next_state;
  ASSERT_TRUE(Replay().ok());
  EXPECT_TRUE(recovered_.next_state == first);
}

TEST_F(LogTest, RunsAheadOfTheLogAreCorruption) {
  for (uint64_t t = 1; t <= 3; ++t) Append(t, "x");
  max_flushed_ = 30;
  EXPECT_TRUE(Replay().ok());
  max_flushed_ = 31;
  EXPECT_TRUE(Replay().IsCorruption());
  EXPECT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_EQ(recovered_.last.sequence, 31u);
}

TEST_F(LogTest, AStreamLeavesAChunkWhoseTicketsAreFarBehind) {
  const uint64_t far = (uint64_t{1} << 32) + 5;
  Append(1, "x");
  Skip(2, far - 1);
  Append(far, "y");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, (std::vector<uint64_t>{1, far}));
}

TEST_F(LogTest, LossBelowACutIsCorruption) {
  for (uint64_t t = 1; t <= 3; ++t) Append(t, "x");
  state_.epoch = 2;
  state_.cuts = {{1, 4}};
  EXPECT_TRUE(Replay().IsCorruption());
}

TEST_F(LogTest, LossBelowAnAnchorNamesFileAndOffset) {
  for (uint64_t t = 1; t <= 20; ++t) Append(t, "0123456789");
  Anchor(20);
  ASSERT_TRUE(Replay().ok());
  const std::string path = SegmentPath("/log", 1);
  const uint64_t third = kSegmentHeaderBytes + kChunkHeaderBytes + 2 * RecordBytes(10);
  ASSERT_TRUE(fs_.FlipBit(path, 8 * (third + 20)).ok());
  Status s = Replay();
  ASSERT_TRUE(s.IsCorruption());
  EXPECT_NE(s.message().find(path + ": offset " + std::to_string(third)), std::string::npos)
      << s.ToString();
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
}

TEST_F(LogTest, ForeignAndNewerFilesAreRefusedAndStrangeOnesIgnored) {
  Append(1, "x");
  options_.store_id++;
  EXPECT_TRUE(Replay().IsCorruption());
  options_.store_id--;
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/log/000777.log", "not one of ours").ok());
  ASSERT_TRUE(WriteStringToFileAtomically(&fs_, "/log/000778.log", "").ok());
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 1));
  EXPECT_EQ(recovered_.max_file_number, 778u);
  char header[kSegmentHeaderBytes];
  EncodeSegmentHeader({99, 5, 1}, 4096, 4096, header);
  StoreFixed<uint32_t>(header + 8, kFormatVersion + 1);
  std::memset(header + 12, 0, 4);
  StoreFixed<uint32_t>(header + 12, Crc32c(header, sizeof(header)));
  ASSERT_TRUE(
      WriteStringToFileAtomically(&fs_, "/log/000779.log", Slice(header, sizeof(header))).ok());
  Status s = Replay();
  EXPECT_TRUE(s.IsNotSupported()) << s.ToString();
  EXPECT_NE(s.message().find("/log/000779.log"), std::string::npos);
}

TEST_F(LogTest, ReadOnlyRecoveryWritesNothing) {
  for (uint64_t t = 1; t <= 3; ++t) Append(t, "x");
  read_only_ = true;
  const uint64_t syncs = fs_.counters().syncs;
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 3));
  EXPECT_EQ(fs_.counters().syncs, syncs);
}

TEST_F(LogTest, MissingDirectoryIsAnEmptyLog) {
  RecoveryOptions recovery;
  recovery.fs = &fs_;
  recovery.directory = "/nowhere";
  recovery.read_only = true;
  ASSERT_TRUE(Recover(recovery, LogState(), nullptr, nullptr, &recovered_).ok());
  EXPECT_EQ(recovered_.next_state.epoch, 1u);
}

TEST_F(LogTest, SegmentsBelowTheFloorAreRecycledAndStaleBytesStayInvalid) {
  uint64_t t = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) Append(++t, std::string(500, 'x'));
    if (round < 19) {
      log_->Release(t);
      state_.floor = {t, t * 10};
    }
  }
  EXPECT_GT(log_->recycled(), 5u);
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(t - 99, t));
  // Without the floor the segments that are left show nothing but their last life.
  state_.floor = {};
  ASSERT_TRUE(Replay(RecoveryMode::kSkipDamaged).ok());
  EXPECT_TRUE(std::is_sorted(tickets_.begin(), tickets_.end()));
}

TEST_F(LogTest, OldSegmentsGoWhenTheFloorPasses) {
  for (uint64_t t = 1; t <= 200; ++t) Append(t, std::string(500, 'x'));
  ASSERT_TRUE(Replay().ok());
  state_ = recovered_.next_state;
  options_.old_segments = recovered_.segments;
  OpenLog();
  EXPECT_GT(log_->Files().size(), 2u);
  log_->Release(199);
  EXPECT_EQ(log_->Files().size(), 1u);
  log_->Release(200);
  EXPECT_EQ(log_->Files().size(), 0u);
  std::vector<std::string> names;
  ASSERT_TRUE(fs_.List("/log", &names).ok());
  EXPECT_TRUE(names.empty());
}

TEST_F(LogTest, IdleStreamsDoNotPinTheirSegment) {
  Stream* const idle = log_->Lease();
  Append(idle, 1, "x");
  Stream* const busy = log_->Lease();
  log_->Return(idle);
  for (uint64_t t = 2; t <= 300; ++t) Append(busy, t, std::string(500, 'x'));
  log_->Return(busy);
  const uint64_t before = log_->LiveBytes();
  log_->Release(300);
  EXPECT_LT(log_->LiveBytes(), before / 3);
}

TEST_F(LogTest, SyncMakesRecordsSurviveTheMachine) {
  for (uint64_t t = 1; t <= 100; ++t) Append(t, std::string(300, 'x'));
  std::vector<AnchorPosition> positions;
  ASSERT_TRUE(log_->Sync(1, &positions).ok());
  EXPECT_FALSE(positions.empty());
  for (uint64_t t = 101; t <= 200; ++t) Append(t, std::string(300, 'x'));
  log_.reset();
  fs_.Crash(3);
  ASSERT_TRUE(Replay().ok());
  EXPECT_GE(recovered_.last.ticket, 100u);
  EXPECT_EQ(tickets_, Range(1, recovered_.last.ticket));
}

TEST_F(LogTest, FullDiskLeavesTheStreamUsable) {
  Append(1, "x");
  fs_.SetFreeSpace(0);
  Stream* const stream = log_->Lease();
  EXPECT_TRUE(log_->Reserve(stream, 40000, 1).IsNoSpace());
  log_->Return(stream);
  fs_.SetFreeSpace(UINT64_MAX);
  Append(2, std::string(40000, 'x'));
  Append(3, "x");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(1, 3));
  EXPECT_FALSE(poison_.load());
}

TEST_F(LogTest, RestartForgetsEverything) {
  for (uint64_t t = 1; t <= 50; ++t) Append(t, std::string(500, 'x'));
  state_ = LogState();
  state_.epoch = 2;
  state_.floor = {50, 500};
  log_->Restart(2);
  Append(51, "new");
  ASSERT_TRUE(Replay().ok());
  EXPECT_EQ(tickets_, Range(51, 51));
  EXPECT_EQ(log_->Files().size(), 1u);
}

}  // namespace
}  // namespace aether::wal
