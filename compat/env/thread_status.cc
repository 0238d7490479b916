// Names of the states that a ThreadStatus can tell.

#include "rocksdb/thread_status.h"

#include <array>
#include <cstdio>

namespace rocksdb {

namespace {

const std::string& NameAt(const std::string* names, size_t count, int index) {
  return names[index >= 0 && static_cast<size_t>(index) < count ? static_cast<size_t>(index) : 0];
}

}  // namespace

std::string ThreadStatus::GetThreadTypeName(ThreadType thread_type) {
  switch (thread_type) {
    case HIGH_PRIORITY:
      return "High Pri";
    case LOW_PRIORITY:
      return "Low Pri";
    case USER:
      return "User";
    case BOTTOM_PRIORITY:
      return "Bottom Pri";
    case NUM_THREAD_TYPES:
      break;
  }
  return "Unknown";
}

const std::string& ThreadStatus::GetOperationName(OperationType op_type) {
  static const auto* const names =
      new std::array<std::string, NUM_OP_TYPES>{"", "Compaction", "Flush"};
  return NameAt(names->data(), names->size(), op_type);
}

const std::string& ThreadStatus::GetOperationStageName(OperationStage stage) {
  static const auto* const names =
      new std::array<std::string, NUM_OP_STAGES>{"",
                                                 "FlushJob::Run",
                                                 "FlushJob::WriteLevel0Table",
                                                 "CompactionJob::Prepare",
                                                 "CompactionJob::Run",
                                                 "CompactionJob::ProcessKeyValueCompaction",
                                                 "CompactionJob::Install",
                                                 "CompactionJob::FinishCompactionOutputFile",
                                                 "MemTableList::PickMemtablesToFlush",
                                                 "MemTableList::RollbackMemtableFlush",
                                                 "MemTableList::TryInstallMemtableFlushResults"};
  return NameAt(names->data(), names->size(), stage);
}

const std::string& ThreadStatus::GetStateName(StateType state_type) {
  static const auto* const names = new std::array<std::string, NUM_STATE_TYPES>{"", "Mutex Wait"};
  return NameAt(names->data(), names->size(), state_type);
}

const std::string& ThreadStatus::GetOperationPropertyName(OperationType op_type, int i) {
  static const auto* const compaction = new std::array<std::string, NUM_COMPACTION_PROPERTIES>{
      "JobID",           "InputOutputLevel", "Manual/Deletion/Trivial",
      "TotalInputBytes", "BytesRead",        "BytesWritten"};
  static const auto* const flush =
      new std::array<std::string, NUM_FLUSH_PROPERTIES>{"JobID", "BytesMemtables", "BytesWritten"};
  static const auto* const none = new std::string();
  const size_t index = static_cast<size_t>(i);
  if (op_type == OP_COMPACTION && index < compaction->size()) return (*compaction)[index];
  if (op_type == OP_FLUSH && index < flush->size()) return (*flush)[index];
  return *none;
}

// The compaction's levels and flags are packed: input level in the upper half, and three bits.
std::map<std::string, uint64_t> ThreadStatus::InterpretOperationProperties(
    OperationType op_type, const uint64_t* op_properties) {
  std::map<std::string, uint64_t> named;
  const int count = op_type == OP_COMPACTION ? NUM_COMPACTION_PROPERTIES
                    : op_type == OP_FLUSH    ? NUM_FLUSH_PROPERTIES
                                             : 0;
  for (int i = 0; i < count; ++i) {
    const uint64_t value = op_properties[i];
    if (op_type == OP_COMPACTION && i == COMPACTION_INPUT_OUTPUT_LEVEL) {
      named["BaseInputLevel"] = value >> 32;
      named["OutputLevel"] = value & 0xffffffffu;
    } else if (op_type == OP_COMPACTION && i == COMPACTION_PROP_FLAGS) {
      named["IsManual"] = (value & 2) >> 1;
      named["IsDeletion"] = (value & 4) >> 2;
      named["IsTrivialMove"] = (value & 8) >> 3;
    } else {
      named[GetOperationPropertyName(op_type, i)] = value;
    }
  }
  return named;
}

const std::string ThreadStatus::MicrosToString(uint64_t op_elapsed_time) {
  const double micros = static_cast<double>(op_elapsed_time);
  char text[40];
  int n;
  if (micros < 10000) {
    n = snprintf(text, sizeof(text), "%llu us", static_cast<unsigned long long>(op_elapsed_time));
  } else if (micros < 10000000) {
    n = snprintf(text, sizeof(text), "%.3lf ms", micros / 1000);
  } else if (micros < 60e6) {
    n = snprintf(text, sizeof(text), "%.3lf sec", micros / 1000000);
  } else {
    const unsigned long long minutes = op_elapsed_time / 60000000;
    const double seconds = static_cast<double>(op_elapsed_time % 60000000) / 1000000;
    n = minutes < 60 ? snprintf(text, sizeof(text), "%02llu:%.3lf M:S", minutes, seconds)
                     : snprintf(text, sizeof(text), "%02llu:%02llu:%.3lf H:M:S", minutes / 60,
                                minutes % 60, seconds);
  }
  return std::string(text, static_cast<size_t>(n));
}

}  // namespace rocksdb
