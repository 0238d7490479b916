#include "engine/wal/log_state.h"

#include "engine/base/coding.h"

namespace aether {

void LogState::EncodeTo(std::string* out) const {
  PutVarint(out, epoch);
  PutVarint(out, floor.ticket);
  PutVarint(out, floor.sequence);
  PutVarint(out, last_sequence);
  PutVarint(out, cuts.size());
  for (const Cut& cut : cuts) {
    PutVarint(out, cut.epoch);
    PutVarint(out, cut.last_ticket);
  }
}

Status LogState::DecodeFrom(Slice* input) {
  LogState state;
  uint32_t n;
  if (!GetVarint32(input, &state.epoch) || !GetVarint64(input, &state.floor.ticket) ||
      !GetVarint64(input, &state.floor.sequence) || !GetVarint64(input, &state.last_sequence) ||
      !GetVarint32(input, &n)) {
    return Status::Corruption("log state is truncated");
  }
  for (; n > 0; --n) {
    Cut cut;
    if (!GetVarint32(input, &cut.epoch) || !GetVarint64(input, &cut.last_ticket)) {
      return Status::Corruption("log state is truncated");
    }
    if (cut.epoch >= state.epoch ||
        (!state.cuts.empty() && (cut.epoch <= state.cuts.back().epoch ||
                                 cut.last_ticket < state.cuts.back().last_ticket))) {
      return Status::Corruption("log state has cuts out of order");
    }
    state.cuts.push_back(cut);
  }
  *this = state;
  return Status::OK();
}

void LogState::AdvanceFloor(const LogPosition& position, uint32_t kept_epoch) {
  if (position.ticket > floor.ticket) floor.ticket = position.ticket;
  if (position.sequence > floor.sequence) floor.sequence = position.sequence;
  if (floor.sequence > last_sequence) last_sequence = floor.sequence;
  size_t passed = 0;
  while (passed < cuts.size() && cuts[passed].last_ticket <= floor.ticket &&
         cuts[passed].epoch < kept_epoch) {
    ++passed;
  }
  cuts.erase(cuts.begin(), cuts.begin() + static_cast<std::ptrdiff_t>(passed));
}

}  // namespace aether
