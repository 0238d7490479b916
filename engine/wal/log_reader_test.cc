// Reading the log while it is written, across segments that are full, archived, removed, or left by
// an opening that died.

#include "engine/wal/log_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/base/random.h"
#include "engine/io/clock.h"
#include "engine/wal/log_fixture.h"

namespace aether::wal {
namespace {

class LogReaderTest : public LogFixture {
 protected:
  // As after the death of the process: what recovery finds is what goes on.
  void Reopen(uint64_t floor = 0) {
    log_.reset();
    RecoveryOptions recovery = RecoveryOfLog();
    recovery.keep_cuts = true;
    if (floor > 0) state_.AdvanceFloor({floor, floor * 10}, oldest_epoch_);
    Recovered recovered;
    const Status s = Recover(
        recovery, state_,
        [](const RecoveredRecord&, uint32_t* count) {
          *count = 1;
          return Status::OK();
        },
        nullptr, &recovered);
    ASSERT_TRUE(s.ok()) << s.ToString();
    state_ = recovered.next_state;
    options_.old_segments = recovered.segments;
    options_.old_state = state_;
    published_ = recovered.last.ticket;
    OpenLog();
  }
  // Tickets up to `last` into two streams, bodies of many sizes.
  void AppendUpTo(uint64_t last) {
    Stream* const streams[2] = {log_->Lease(), log_->Lease()};
    while (published_ < last) {
      const uint64_t ticket = ++published_;
      Append(streams[random_.Uniform(2)], ticket, BodyOf(ticket));
    }
    log_->Return(streams[0]);
    log_->Return(streams[1]);
  }
  static std::string BodyOf(uint64_t ticket) {
    return std::to_string(ticket) +
           std::string(ticket * 37 % (ticket % 50 == 0 ? 30000 : 700), 'b');
  }
  void Skip(uint64_t first, uint64_t last) {
    LogFixture::Skip(first, last);
    published_ = last;
  }
  std::unique_ptr<LogReader> NewReader(SequenceNumber sequence = 1) {
    auto reader = std::make_unique<LogReader>(&fs_, options_.store_id, log_->source());
    const Status s = reader->Seek(sequence);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return reader;
  }
  // Reads tickets first..last and nothing behind them.
  static void Expect(LogReader* reader, uint64_t first, uint64_t last) {
    NumberedBatch batch;
    bool found = false;
    reader->Follow();
    for (uint64_t ticket = first; ticket <= last; ++ticket) {
      const Status s = reader->Next(last, &batch, &found);
      ASSERT_TRUE(s.ok()) << s.ToString() << " at " << ticket;
      ASSERT_TRUE(found) << ticket;
      ASSERT_EQ(batch.ticket, ticket);
      ASSERT_EQ(batch.first_sequence, ticket * 10);
      ASSERT_EQ(batch.body, BodyOf(ticket));
    }
    ASSERT_TRUE(reader->Next(last, &batch, &found).ok());
    ASSERT_FALSE(found);
  }
  std::vector<std::string> Archived() {
    std::vector<std::string> names;
    fs_.List("/log/archive", &names).Ignore();
    return names;
  }

  Random random_{17};
  uint32_t oldest_epoch_ = UINT32_MAX;
  uint64_t published_ = 0;
};

TEST_F(LogReaderTest, BatchesOfAllStreamsInOrderAndOnAsTheLogGrows) {
  OpenLog();
  AppendUpTo(300);
  const auto reader = NewReader();
  Expect(reader.get(), 1, 300);
  for (uint64_t last : {301, 302, 310, 500, 1000}) {
    const uint64_t first = published_ + 1;
    AppendUpTo(last);
    Expect(reader.get(), first, last);
  }
}

TEST_F(LogReaderTest, TheSameWithoutAMapping) {
  options_.allow_mapped = false;
  OpenLog();
  AppendUpTo(200);
  const auto reader = NewReader();
  Expect(reader.get(), 1, 200);
  AppendUpTo(400);
  Expect(reader.get(), 201, 400);
}

TEST_F(LogReaderTest, NothingBehindWhatWasAskedFor) {
  OpenLog();
  AppendUpTo(30);
  const auto reader = NewReader();
  Expect(reader.get(), 1, 10);
  Expect(reader.get(), 11, 30);
}

TEST_F(LogReaderTest, SkippedTicketsArePassed) {
  OpenLog();
  AppendUpTo(10);
  const auto reader = NewReader();
  Expect(reader.get(), 1, 10);
  Skip(11, 25);
  Append(26, BodyOf(26));
  Expect(reader.get(), 26, 26);
}

// A seek may give batches before the one that is wanted, never one behind it.
TEST_F(LogReaderTest, SeeksFindTheirSegment) {
  OpenLog();
  AppendUpTo(1000);
  for (uint64_t wanted : {1, 2, 299, 500, 998, 1000}) {
    const auto reader = NewReader(wanted * 10 + 5);
    NumberedBatch batch;
    bool found = false;
    ASSERT_TRUE(reader->Next(published_, &batch, &found).ok());
    ASSERT_TRUE(found);
    EXPECT_LE(batch.ticket, wanted);
    Expect(reader.get(), batch.ticket + 1, 1000);
  }
  NumberedBatch batch;
  bool found = false;
  ASSERT_TRUE(NewReader(5000)->Next(published_, &batch, &found).ok());
  EXPECT_GT(batch.ticket, 300u);
}

TEST_F(LogReaderTest, WhatIsReleasedIsMissed) {
  OpenLog();
  AppendUpTo(1000);
  const auto behind = NewReader();
  Expect(behind.get(), 1, 10);
  log_->Release(800);
  AppendUpTo(1100);  // into recycled segments
  NumberedBatch batch;
  bool found = false;
  Status s;
  while (s.ok()) s = behind->Next(published_, &batch, &found);
  EXPECT_TRUE(s.IsNotFound()) << s.ToString();
  EXPECT_LT(batch.ticket, 800u);
  const auto late = NewReader();
  ASSERT_TRUE(late->Next(published_, &batch, &found).ok());
  ASSERT_TRUE(found);
  EXPECT_GT(batch.ticket, 10u);
  EXPECT_LE(batch.ticket, 801u);
  Expect(late.get(), batch.ticket + 1, 1100);
}

TEST_F(LogReaderTest, ArchivedSegmentsAreReadOn) {
  options_.archive_ttl_seconds = 3600;
  OpenLog();
  AppendUpTo(500);
  const auto reader = NewReader();
  Expect(reader.get(), 1, 20);
  log_->Release(500);
  EXPECT_GT(Archived().size(), 3u);
  EXPECT_EQ(log_->recycled(), 0u);
  AppendUpTo(900);
  Expect(reader.get(), 21, 900);
  log_->Release(900);
  Expect(NewReader().get(), 1, 900);
}

TEST_F(LogReaderTest, HeldSegmentsStayWhereTheyAre) {
  options_.archive_ttl_seconds = 3600;
  OpenLog();
  AppendUpTo(500);
  log_->Hold(true);
  log_->Release(500);
  EXPECT_TRUE(Archived().empty());
  log_->Hold(false);
  EXPECT_FALSE(Archived().empty());
  Expect(NewReader().get(), 1, 500);
}

TEST_F(LogReaderTest, TheOldestGoWhenTheArchiveIsFull) {
  options_.archive_bytes = 4 * options_.segment_bytes;
  OpenLog();
  for (uint64_t last = 300; last <= 3000; last += 300) {
    AppendUpTo(last);
    log_->Release(last);
  }
  EXPECT_LE(Archived().size(), 8u);  // large batches have small segments of their own
  EXPECT_GE(Archived().size(), 3u);
  const auto reader = NewReader();
  NumberedBatch batch;
  bool found = false;
  ASSERT_TRUE(reader->Next(published_, &batch, &found).ok());
  ASSERT_TRUE(found);
  EXPECT_GT(batch.ticket, 1000u);
  Expect(reader.get(), batch.ticket + 1, 3000);
}

// Openings that die leave records which never count, with tickets that are given out again.
TEST_F(LogReaderTest, HistoryOfEarlierOpenings) {
  options_.archive_bytes = 1 << 30;  // files here are as old as the simulator says
  OpenLog();
  AppendUpTo(300);
  Append(302, "never acknowledged");
  Append(303, "neither");
  Reopen();
  ASSERT_EQ(published_, 300u);
  AppendUpTo(400);
  Expect(NewReader().get(), 1, 400);
  // The next one finds everything in runs.
  oldest_epoch_ = log_->OldestEpoch();
  EXPECT_EQ(oldest_epoch_, 1u);
  Append(402, "never acknowledged");
  Reopen(400);
  log_->Release(400);
  EXPECT_GT(Archived().size(), 2u);
  AppendUpTo(500);
  Expect(NewReader().get(), 1, 500);
  Reopen(500);
  log_->Release(500);
  AppendUpTo(600);
  Expect(NewReader().get(), 1, 600);
}

TEST_F(LogReaderTest, ReadersBesideWriters) {
  options_.background_thread = true;
  options_.archive_ttl_seconds = 3600;
  OpenLog();
  constexpr uint64_t kLast = 20000;
  std::atomic<uint64_t> published{0};
  std::thread writer([&] {
    Stream* const streams[3] = {log_->Lease(), log_->Lease(), log_->Lease()};
    for (uint64_t ticket = 1; ticket <= kLast; ++ticket) {
      Append(streams[ticket * 7 % 3], ticket, BodyOf(ticket));
      published.store(ticket, std::memory_order_release);
      if (ticket % 3000 == 0) log_->Release(ticket - 500);
    }
    for (Stream* stream : streams) log_->Return(stream);
  });
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      const auto reader = NewReader();
      uint64_t next = 1;
      while (next <= kLast && !HasFailure()) {
        const uint64_t up_to = published.load(std::memory_order_acquire);
        if (up_to < next) std::this_thread::yield();
        ASSERT_NO_FATAL_FAILURE(Expect(reader.get(), next, up_to));
        next = std::max(next, up_to + 1);
      }
    });
  }
  writer.join();
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace aether::wal
