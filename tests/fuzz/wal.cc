// Log segments: recovers from the input in all four modes.
//
//   input := control:12 image             image.h; cut into files of 8 KiB, the last one is the
//   rest control := flags epoch floor_ticket floor_sequence last_sequence cuts
//              cut_epoch cut_ticket cut_epoch cut_ticket max_flushed store    one byte each
//
// Checked besides memory: tickets are replayed in ascending order, above the floor; a recovery that
// is repeated gives the same, whatever the number of threads; so does one from the state that the
// first one asked to make durable, which is what happens after a crash in between; the tolerant
// mode and the one for a point in time agree, and the absolute one where it succeeds.

#include <algorithm>
#include <string>
#include <vector>

#include "engine/commit/batch.h"
#include "engine/io/sim_file_system.h"
#include "engine/wal/format.h"
#include "engine/wal/recovery.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/image.h"

namespace aether::fuzz {
namespace {

constexpr char kDir[] = "/d";
constexpr size_t kControl = 12;
constexpr size_t kFileBytes = 8192;
enum Flags : uint8_t { kReadOnly = 1, kTwoThreads = 2, kManyFiles = 4 };

struct Outcome {
  Status status;
  std::vector<uint64_t> tickets;
  std::string bodies;
  wal::Recovered recovered;

  bool Same(const Outcome& other) const {
    return status.code() == other.status.code() && tickets == other.tickets &&
           bodies == other.bodies &&
           (!status.ok() || (recovered.last == other.recovered.last &&
                             recovered.records == other.recovered.records));
  }
  std::string ToString() const {
    std::string text = status.ToString() + ", tickets";
    for (const uint64_t ticket : tickets) text += " " + std::to_string(ticket);
    return text + ", last " + std::to_string(recovered.last.ticket) + "/" +
           std::to_string(recovered.last.sequence) + "\n";
  }
};

Outcome Recover(const wal::RecoveryOptions& options, const LogState& state) {
  Outcome outcome;
  const auto replay = [&](const wal::RecoveredRecord& record, uint32_t* count) {
    outcome.tickets.push_back(record.ticket);
    outcome.bodies.append(record.body.data(), record.body.size());
    BatchFacts facts;
    const Status s = ValidateBatch(record.body, kAnyCount, nullptr, &facts);
    *count = facts.count;
    return s;
  };
  outcome.status = wal::Recover(options, state, replay, {}, &outcome.recovered);
  for (size_t i = 0; i < outcome.tickets.size(); ++i) {
    const uint64_t before = i == 0 ? state.floor.ticket : outcome.tickets[i - 1];
    const bool repeated = options.mode == wal::RecoveryMode::kSkipDamaged && i != 0;
    FUZZ_CHECK(outcome.tickets[i] > before || (repeated && outcome.tickets[i] == before),
               outcome.ToString());
  }
  return outcome;
}

void CheckModes(wal::RecoveryOptions options, const LogState& state) {
  constexpr wal::RecoveryMode kModes[] = {
      wal::RecoveryMode::kTolerateTail, wal::RecoveryMode::kAbsolute,
      wal::RecoveryMode::kPointInTime, wal::RecoveryMode::kSkipDamaged};
  Outcome outcomes[4];
  for (const wal::RecoveryMode mode : kModes) {
    options.mode = mode;
    outcomes[static_cast<size_t>(mode)] = Recover(options, state);
  }
  const Outcome& tolerant = outcomes[0];
  const Outcome& absolute = outcomes[1];
  const Outcome& point = outcomes[2];
  FUZZ_CHECK(tolerant.Same(point), tolerant.ToString() + point.ToString());
  if (absolute.status.ok()) {
    FUZZ_CHECK(absolute.Same(point), absolute.ToString() + point.ToString());
  }

  options.mode = wal::RecoveryMode::kPointInTime;
  options.threads = 3 - options.threads;
  const Outcome repeated = Recover(options, state);
  FUZZ_CHECK(repeated.Same(point), repeated.ToString() + point.ToString());
  if (!point.status.ok() || options.read_only) return;
  const Outcome resumed = Recover(options, point.recovered.next_state);
  FUZZ_CHECK(resumed.status.ok() && resumed.tickets == point.tickets &&
                 resumed.bodies == point.bodies &&
                 resumed.recovered.last.ticket == point.recovered.last.ticket,
             point.ToString() + resumed.ToString());
}

// False when the manifest would not hold such a state.
bool MakeState(const uint8_t* control, LogState* state) {
  LogState raw;
  raw.epoch = std::max<uint8_t>(control[1], 1);  // 0: there is no log yet
  raw.floor = {control[2], control[3]};
  raw.last_sequence = control[4];
  for (int i = 0; i < control[5] % 3; ++i) {
    raw.cuts.push_back({control[6 + 2 * i], control[7 + 2 * i]});
  }
  std::string bytes;
  raw.EncodeTo(&bytes);
  Slice rest(bytes);
  return state->DecodeFrom(&rest).ok();
}

void Try(const uint8_t* data, size_t size) {
  LogState state;
  if (size < kControl || !MakeState(data, &state)) return;
  const uint8_t flags = data[0];
  const std::string image =
      DecodeImage(Slice(reinterpret_cast<const char*>(data) + kControl, size - kControl));

  SimFileSystem fs(1);
  FUZZ_CHECK(fs.CreateDir(kDir).ok(), kDir);
  uint64_t number = 1;
  for (size_t at = 0; at < image.size(); ++number) {
    const size_t n = (flags & kManyFiles) == 0 ? image.size() : kFileBytes;
    const std::string bytes = image.substr(at, n);
    std::unique_ptr<WritableFile> file;
    FUZZ_CHECK(fs.NewWritableFile(wal::SegmentPath(kDir, number), {}, &file).ok(), kDir);
    FUZZ_CHECK(file->Append(bytes).ok(), kDir);
    at += bytes.size();
  }
  wal::RecoveryOptions options;
  options.fs = &fs;
  options.directory = kDir;
  options.store_id = data[11];
  options.max_flushed_sequence = data[10];
  options.read_only = (flags & kReadOnly) != 0;
  options.threads = (flags & kTwoThreads) != 0 ? 2 : 1;
  CheckModes(options, state);
}

}  // namespace
}  // namespace aether::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return aether::fuzz::MutateImage(data, size, max_size, seed, aether::fuzz::kControl);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::fuzz::Try(data, size);
  return 0;
}
