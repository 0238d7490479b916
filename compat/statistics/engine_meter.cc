#include "compat/statistics/engine_meter.h"

#include <utility>

namespace rocksdb {

namespace {

Tickers TickerOf(aether::Count count) {
  switch (count) {
    case aether::Count::kFilesOpened:
      return NO_FILE_OPENS;
    case aether::Count::kFilesClosed:
      return NO_FILE_CLOSES;
    case aether::Count::kFileErrors:
      return NO_FILE_ERRORS;
    case aether::Count::kLogSyncs:
      return WAL_FILE_SYNCED;
    case aether::Count::kBlocksPacked:
      return NUMBER_BLOCK_COMPRESSED;
    case aether::Count::kBlocksNotPacked:
      return NUMBER_BLOCK_NOT_COMPRESSED;
    case aether::Count::kBlocksUnpacked:
      return NUMBER_BLOCK_DECOMPRESSED;
    case aether::Count::kBlocksChecked:
      return BLOCK_CHECKSUM_COMPUTE_COUNT;
    case aether::Count::kVerifiedBytes:
      return VERIFY_CHECKSUM_READ_BYTES;
    case aether::Count::kEntriesReplaced:
      return COMPACTION_KEY_DROP_NEWER_ENTRY;
    case aether::Count::kTombstonesDropped:
      return COMPACTION_KEY_DROP_OBSOLETE;
    case aether::Count::kEntriesInRanges:
      return COMPACTION_KEY_DROP_RANGE_DEL;
    case aether::Count::kEntriesFiltered:
      return COMPACTION_KEY_DROP_USER;
    case aether::Count::kRangeDeletesDropped:
      return COMPACTION_RANGE_DEL_DROP_OBSOLETE;
    case aether::Count::kTableBytes:
      return MEMTABLE_PAYLOAD_BYTES_AT_FLUSH;
    case aether::Count::kTableGarbageBytes:
      return MEMTABLE_GARBAGE_BYTES_AT_FLUSH;
    case aether::Count::kBlobBytesWritten:
      return BLOB_DB_BLOB_FILE_BYTES_WRITTEN;
    case aether::Count::kBlobBytesRead:
      return BLOB_DB_BLOB_FILE_BYTES_READ;
    case aether::Count::kBlobFilesSynced:
      return BLOB_DB_BLOB_FILE_SYNCED;
    case aether::Count::kBlobsRelocated:
      return BLOB_DB_GC_NUM_KEYS_RELOCATED;
    case aether::Count::kBlobBytesRelocated:
      return BLOB_DB_GC_BYTES_RELOCATED;
    case aether::Count::kCount:
      break;
  }
  return TICKER_ENUM_MAX;
}

Histograms HistogramOf(aether::Measure measure) {
  switch (measure) {
    case aether::Measure::kTableSyncMicros:
      return TABLE_SYNC_MICROS;
    case aether::Measure::kMergeSyncMicros:
      return COMPACTION_OUTFILE_SYNC_MICROS;
    case aether::Measure::kLogSyncMicros:
      return WAL_FILE_SYNC_MICROS;
    case aether::Measure::kManifestSyncMicros:
      return MANIFEST_FILE_SYNC_MICROS;
    case aether::Measure::kFileOpenMicros:
      return TABLE_OPEN_IO_MICROS;
    case aether::Measure::kReadMicros:
      return SST_READ_MICROS;
    case aether::Measure::kReadForGetMicros:
      return READ_BLOCK_GET_MICROS;
    case aether::Measure::kReadForMergeMicros:
      return READ_BLOCK_COMPACTION_MICROS;
    case aether::Measure::kWriteMicros:
      return WRITE_RAW_BLOCK_MICROS;
    case aether::Measure::kPackedBytes:
      return BYTES_COMPRESSED;
    case aether::Measure::kUnpackedBytes:
      return BYTES_DECOMPRESSED;
    case aether::Measure::kPackNanos:
      return COMPRESSION_TIMES_NANOS;
    case aether::Measure::kUnpackNanos:
      return DECOMPRESSION_TIMES_NANOS;
    case aether::Measure::kBlobWriteMicros:
      return BLOB_DB_BLOB_FILE_WRITE_MICROS;
    case aether::Measure::kBlobReadMicros:
      return BLOB_DB_BLOB_FILE_READ_MICROS;
    case aether::Measure::kBlobSyncMicros:
      return BLOB_DB_BLOB_FILE_SYNC_MICROS;
    case aether::Measure::kReadsAtOnce:
      return MULTIGET_IO_BATCH_SIZE;
    case aether::Measure::kMergeCpuMicros:
      return COMPACTION_CPU_TIME;
    case aether::Measure::kCount:
      break;
  }
  return HISTOGRAM_ENUM_MAX;
}

class EngineMeter final : public aether::Meter {
 public:
  explicit EngineMeter(std::shared_ptr<Statistics> statistics)
      : statistics_(std::move(statistics)) {}

  void Add(aether::Count count, uint64_t n) override {
    statistics_->recordTick(TickerOf(count), n);
  }
  void Record(aether::Measure measure, uint64_t value) override {
    statistics_->recordInHistogram(HistogramOf(measure), value);
  }
  bool timed() const override { return statistics_->get_stats_level() > kExceptTimers; }
  bool detailed() const override { return statistics_->get_stats_level() > kExceptDetailedTimers; }

 private:
  const std::shared_ptr<Statistics> statistics_;
};

}  // namespace

std::shared_ptr<aether::Meter> ToEngineMeter(std::shared_ptr<Statistics> statistics) {
  if (statistics == nullptr) return nullptr;
  return std::make_shared<EngineMeter>(std::move(statistics));
}

}  // namespace rocksdb
