// What is told of a flush or a merge that is over.

#include <algorithm>
#include <string>

#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"

namespace aether {

void EnvImpl::TellFlush(const FamilyStore& family, const MemTable& table) const {
  if (options_.observer == nullptr) return;
  BackgroundWork work;
  work.family_name = family.name_;
  work.input_bytes = table.DataBytes();
  options_.observer->OnWork(&work);
}

void EnvImpl::TellMerge(const FamilyStore& family, const ActiveMerge& merge) const {
  if (options_.observer == nullptr) return;
  const MergeProgress& progress = merge.job->progress();
  BackgroundWork work;
  work.merge = true;
  work.family_name = family.name_;
  work.input_level = merge.input_level;
  work.output_level = merge.state.output_level;
  work.manual = merge.manual;
  work.input_bytes = merge.job->input_bytes();
  work.bytes_read = progress.bytes_read;
  work.bytes_written = progress.bytes_written;
  options_.observer->OnWork(&work);
}

void EnvImpl::TellNoWork() const {
  if (options_.observer != nullptr) options_.observer->OnWork(nullptr);
}

void EnvImpl::ReportFlush(const FamilyStore& family, const MemTable& table,
                          const FlushResult& result, size_t segments, FlushEvent* event) const {
  Log("flushed " + std::to_string(result.entries) + " entries of [" + family.name_ + "] into " +
      std::to_string(result.bytes) + " bytes in " + std::to_string(event->micros) + " us" +
      (segments == 0 ? "" : "; kept " + std::to_string(segments) + " segments of the log"));
  if (options_.meter != nullptr) {
    uint64_t kept = 0;
    for (const auto& meta : result.files) kept += meta->raw_key_bytes + meta->raw_value_bytes;
    const uint64_t bytes = table.DataBytes();
    Add(options_.meter.get(), Count::kTableBytes, bytes);
    Add(options_.meter.get(), Count::kTableGarbageBytes, bytes - std::min(bytes, kept));
  }
  if (options_.observer == nullptr) return;
  if (!result.files.empty()) {
    const FileMeta& meta = *result.files[0];
    event->file_number = meta.number;
    event->path = RunFileName(path_, meta.number);
    event->smallest_sequence = meta.smallest_sequence;
    event->largest_sequence = meta.largest_sequence;
  }
  event->bytes = result.bytes;
  event->entries = result.entries;
  options_.observer->OnFlushEnd(*event);
}

void EnvImpl::ReportMerge(const FamilyStore& family, const ActiveMerge& merge) const {
  const MergeProgress& progress = merge.job->progress();
  Log("merged " + std::to_string(merge.state.input_runs.size()) + " runs of [" + family.name_ +
      "] into level " + std::to_string(merge.state.output_level) + ": read " +
      std::to_string(progress.bytes_read) + " bytes, wrote " +
      std::to_string(progress.bytes_written) + ", moved " + std::to_string(progress.files_moved) +
      " files, in " + std::to_string(merge.micros) + " us; of blob files read " +
      std::to_string(progress.blob_bytes_read) + ", wrote " +
      std::to_string(progress.blob_bytes_written));
  if (merge.cpu_nanos > 0) {
    Record(options_.meter.get(), Measure::kMergeCpuMicros, merge.cpu_nanos / 1000);
  }
  if (options_.observer == nullptr) return;
  MergeEvent event;
  event.family = family.id_;
  event.family_name = family.name_;
  event.input_level = merge.input_level;
  event.output_level = merge.state.output_level;
  event.manual = merge.manual;
  event.reason = merge.reason;
  event.input_files = merge.job->input_files();
  event.output_files = progress.output_files;
  event.bytes_read = progress.bytes_read;
  event.file_bytes_read = progress.file_bytes_read + progress.blob_bytes_read;
  event.bytes_written = progress.bytes_written;
  event.entries_read = progress.entries_read;
  event.entries_dropped = progress.entries_read - progress.entries_written;
  event.micros = merge.micros;
  event.cpu_micros = merge.cpu_nanos / 1000;
  options_.observer->OnMergeEnd(event);
}

}  // namespace aether
