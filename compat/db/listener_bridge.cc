#include "compat/db/listener_bridge.h"

#include <utility>

#include "compat/db/file_names.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"
#include "compat/env/thread_registry.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace rocksdb {

namespace {

WriteStallCondition ToCondition(aether::StallState state) {
  switch (state) {
    case aether::StallState::kNormal:
      return WriteStallCondition::kNormal;
    case aether::StallState::kDelayed:
      return WriteStallCondition::kDelayed;
    case aether::StallState::kStopped:
      return WriteStallCondition::kStopped;
  }
  return WriteStallCondition::kNormal;
}

CompactionReason ToReason(const aether::MergeEvent& event) {
  if (event.manual) return CompactionReason::kManualCompaction;
  switch (event.reason) {
    case aether::MergeReason::kLevelSize:
      return CompactionReason::kLevelMaxLevelSize;
    case aether::MergeReason::kNewRuns:
      return CompactionReason::kLevelL0FilesNum;
    case aether::MergeReason::kFifo:
      return CompactionReason::kFIFOReduceNumFiles;
    case aether::MergeReason::kRunCount:
      return CompactionReason::kUniversalSortedRunNum;
    case aether::MergeReason::kSizeRatio:
      return CompactionReason::kUniversalSizeRatio;
    case aether::MergeReason::kSpace:
      return CompactionReason::kUniversalSizeAmplification;
    case aether::MergeReason::kSuggested:
      return CompactionReason::kFilesMarkedForCompaction;
    case aether::MergeReason::kBlobGarbage:
      return CompactionReason::kForcedBlobGC;
  }
  return CompactionReason::kUnknown;
}

}  // namespace

FlushJobInfo ListenerBridge::ToInfo(const aether::FlushEvent& event) const {
  FlushJobInfo info{};
  info.cf_id = event.family;
  info.cf_name = event.family_name;
  info.file_path = event.path;
  info.file_number = event.file_number;
  info.thread_id = db_->GetEnv()->GetThreadID();
  info.smallest_seqno = event.smallest_sequence;
  info.largest_seqno = event.largest_sequence;
  info.flush_reason = FlushReason::kOthers;
  info.table_properties.num_entries = event.entries;
  info.table_properties.data_size = event.bytes;
  return info;
}

CompactionJobInfo ListenerBridge::ToInfo(const aether::MergeEvent& event) const {
  CompactionJobInfo info{};
  info.cf_id = event.family;
  info.cf_name = event.family_name;
  info.status = ToRocks(event.status);
  info.thread_id = db_->GetEnv()->GetThreadID();
  info.base_input_level = event.input_level;
  info.output_level = event.output_level;
  for (const uint64_t number : event.input_files) {
    info.input_files.push_back(TableFilePath(db_name_, number));
    info.input_file_infos.push_back({event.input_level, number, 0});
  }
  for (const uint64_t number : event.output_files) {
    info.output_files.push_back(TableFilePath(db_name_, number));
    info.output_file_infos.push_back({event.output_level, number, 0});
  }
  info.compaction_reason = ToReason(event);
  info.compression = kNoCompression;
  info.stats.elapsed_micros = event.micros;
  info.stats.cpu_micros = event.cpu_micros;
  info.stats.num_input_records = event.entries_read;
  info.stats.num_output_records = event.entries_read - event.entries_dropped;
  info.stats.num_input_files = event.input_files.size();
  info.stats.num_output_files = event.output_files.size();
  info.stats.total_input_bytes = event.bytes_read;
  info.stats.total_output_bytes = event.bytes_written;
  info.stats.is_manual_compaction = event.manual;
  return info;
}

void ListenerBridge::OnThreadStart(bool merges) {
  in_background = true;
  iostats_context.thread_pool_id = merges ? Env::Priority::LOW : Env::Priority::HIGH;
  ThreadRegistry::Begin(merges ? ThreadStatus::LOW_PRIORITY : ThreadStatus::HIGH_PRIORITY);
}

void ListenerBridge::OnThreadEnd() { ThreadRegistry::End(); }

void ListenerBridge::OnWork(const aether::BackgroundWork* work) {
  if (!track_threads_) return;
  if (work == nullptr) {
    ThreadRegistry::Work(nullptr);
    return;
  }
  ThreadWork shown;
  shown.db_name = db_name_;
  shown.family_name = work->family_name;
  const auto job = static_cast<uint64_t>(next_job_.load(std::memory_order_relaxed));
  uint64_t* const properties = shown.properties;
  if (work->merge) {
    shown.operation = ThreadStatus::OP_COMPACTION;
    shown.stage = ThreadStatus::STAGE_COMPACTION_RUN;
    properties[ThreadStatus::COMPACTION_JOB_ID] = job;
    properties[ThreadStatus::COMPACTION_INPUT_OUTPUT_LEVEL] =
        static_cast<uint64_t>(work->input_level) << 32 | static_cast<uint64_t>(work->output_level);
    properties[ThreadStatus::COMPACTION_PROP_FLAGS] = work->manual ? 1 : 0;
    properties[ThreadStatus::COMPACTION_TOTAL_INPUT_BYTES] = work->input_bytes;
    properties[ThreadStatus::COMPACTION_BYTES_READ] = work->bytes_read;
    properties[ThreadStatus::COMPACTION_BYTES_WRITTEN] = work->bytes_written;
  } else {
    shown.operation = ThreadStatus::OP_FLUSH;
    shown.stage = ThreadStatus::STAGE_FLUSH_RUN;
    properties[ThreadStatus::FLUSH_JOB_ID] = job;
    properties[ThreadStatus::FLUSH_BYTES_MEMTABLES] = work->input_bytes;
    properties[ThreadStatus::FLUSH_BYTES_WRITTEN] = work->bytes_written;
  }
  ThreadRegistry::Work(&shown);
}

void ListenerBridge::OnFlushBegin(const aether::FlushEvent& event) {
  if (listeners_.empty()) return;
  FlushJobInfo info = ToInfo(event);
  info.job_id = next_job_.load(std::memory_order_relaxed);
  for (const auto& listener : listeners_) listener->OnFlushBegin(db_, info);
}

void ListenerBridge::OnFlushEnd(const aether::FlushEvent& event) {
  if (statistics_ != nullptr) {
    Tick(statistics_, FLUSH_WRITE_BYTES, event.bytes);
    statistics_->reportTimeToHistogram(FLUSH_TIME, event.micros);
  }
  const int job = next_job_.fetch_add(1, std::memory_order_relaxed);
  if (listeners_.empty()) return;
  FlushJobInfo info = ToInfo(event);
  info.job_id = job;
  for (const auto& listener : listeners_) listener->OnFlushCompleted(db_, info);
}

void ListenerBridge::OnMergeBegin(const aether::MergeEvent& event) {
  if (listeners_.empty()) return;
  CompactionJobInfo info = ToInfo(event);
  info.job_id = next_job_.load(std::memory_order_relaxed);
  for (const auto& listener : listeners_) listener->OnCompactionBegin(db_, info);
}

void ListenerBridge::OnMergeEnd(const aether::MergeEvent& event) {
  if (statistics_ != nullptr) {
    Tick(statistics_, COMPACT_READ_BYTES, event.file_bytes_read);
    Tick(statistics_, COMPACT_WRITE_BYTES, event.bytes_written);
    statistics_->reportTimeToHistogram(COMPACTION_TIME, event.micros);
    statistics_->recordInHistogram(NUM_FILES_IN_SINGLE_COMPACTION, event.input_files.size());
  }
  const int job = next_job_.fetch_add(1, std::memory_order_relaxed);
  if (listeners_.empty()) return;
  CompactionJobInfo info = ToInfo(event);
  info.job_id = job;
  for (const auto& listener : listeners_) listener->OnCompactionCompleted(db_, info);
}

void ListenerBridge::OnBlobFileAdded(const std::string& path, uint64_t bytes) {
  if (files_ != nullptr) files_->Add(path, bytes);
}

aether::Status ListenerBridge::CheckSpace() {
  const bool reached = files_ != nullptr && files_->IsMaxAllowedSpaceReached();
  return reached ? ToAether(Status::SpaceLimit("Max allowed space was reached"))
                 : aether::Status::OK();
}

void ListenerBridge::OnFileCreated(const aether::FileEvent& event) {
  if (files_ != nullptr) files_->Add(event.path, event.bytes);
  if (listeners_.empty()) return;
  TableFileCreationInfo info;
  info.db_name = db_name_;
  info.cf_name = event.family_name;
  info.file_path = event.path;
  info.job_id = next_job_.load(std::memory_order_relaxed);
  info.reason =
      event.flush ? TableFileCreationReason::kFlush : TableFileCreationReason::kCompaction;
  info.file_size = event.bytes;
  for (const auto& listener : listeners_) {
    listener->OnTableFileCreationStarted(info);
    listener->OnTableFileCreated(info);
  }
}

void ListenerBridge::OnFileDeleted(const aether::FileEvent& event) {
  if (files_ == nullptr) Tick(statistics_, FILES_DELETED_IMMEDIATELY);
  if (listeners_.empty()) return;
  TableFileDeletionInfo info;
  info.db_name = db_name_;
  info.file_path = event.path;
  info.job_id = next_job_.load(std::memory_order_relaxed);
  for (const auto& listener : listeners_) listener->OnTableFileDeleted(info);
}

void ListenerBridge::OnIngested(const ExternalFileIngestionInfo& info, uint64_t bytes) {
  if (files_ != nullptr) files_->Add(info.internal_file_path, bytes);
  for (const auto& listener : listeners_) listener->OnExternalFileIngested(db_, info);
}

void ListenerBridge::OnMemTableSealed(uint32_t, uint64_t entries) {
  if (listeners_.empty()) return;
  MemTableInfo info{};
  info.num_entries = entries;
  for (const auto& listener : listeners_) listener->OnMemTableSealed(info);
}

void ListenerBridge::OnStall(uint32_t, aether::StallState before, aether::StallState after) {
  if (listeners_.empty()) return;
  WriteStallInfo info{};
  info.condition.cur = ToCondition(after);
  info.condition.prev = ToCondition(before);
  for (const auto& listener : listeners_) listener->OnStallConditionsChanged(info);
}

void ListenerBridge::OnStallTime(uint64_t micros) {
  stall_micros_.fetch_add(micros, std::memory_order_relaxed);
  if (statistics_ == nullptr) return;
  Tick(statistics_, STALL_MICROS, micros);
  statistics_->recordInHistogram(WRITE_STALL, micros);
}

void ListenerBridge::OnBackgroundError(aether::ErrorReason reason, aether::Status* status,
                                       bool* recover) {
  Tick(statistics_, ERROR_HANDLER_BG_ERROR_COUNT);
  if (status->IsIOError()) Tick(statistics_, ERROR_HANDLER_BG_IO_ERROR_COUNT);
  if (listeners_.empty()) return;
  BackgroundErrorReason why = BackgroundErrorReason::kFlush;
  switch (reason) {
    case aether::ErrorReason::kFlush:
      why = BackgroundErrorReason::kFlush;
      break;
    case aether::ErrorReason::kMerge:
      why = BackgroundErrorReason::kCompaction;
      break;
    case aether::ErrorReason::kWrite:
      why = BackgroundErrorReason::kWriteCallback;
      break;
    case aether::ErrorReason::kManifest:
      why = BackgroundErrorReason::kManifestWrite;
      break;
  }
  Status error = ToRocks(*status);
  for (const auto& listener : listeners_) {
    listener->OnBackgroundError(why, &error);
    if (*recover) listener->OnErrorRecoveryBegin(why, error, recover);
  }
  *status = ToAether(error);
  if (*recover) Tick(statistics_, ERROR_HANDLER_AUTORESUME_COUNT);
}

void ListenerBridge::OnErrorRecovered(const aether::Status& old_error) {
  if (statistics_ != nullptr && old_error.IsNoSpace()) {
    Tick(statistics_, ERROR_HANDLER_AUTORESUME_SUCCESS_COUNT);
  }
  for (const auto& listener : listeners_) {
    listener->OnErrorRecoveryCompleted(ToRocks(old_error));
    listener->OnErrorRecoveryEnd({ToRocks(old_error), Status::OK()});
  }
}

void ListenerBridge::HandleGoesAway(ColumnFamilyHandle* handle) {
  for (const auto& listener : listeners_) listener->OnColumnFamilyHandleDeletionStarted(handle);
}

}  // namespace rocksdb
