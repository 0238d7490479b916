#include "engine/commit/pipeline.h"

#include "engine/commit/pipeline_impl.h"
#include "engine/wal/planted_bugs.h"

namespace aether {

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Status Pipeline::Open(const PipelineOptions& options, const wal::Recovered& recovered,
                      std::unique_ptr<TableSet> tables,
                      const std::function<Status(const LogState&)>& persist,
                      std::unique_ptr<Pipeline>* result) {
  if (persist) AETHER_RETURN_IF_ERROR(persist(recovered.next_state));
  auto impl = std::make_unique<Impl>(options, recovered, std::move(tables));
  AETHER_RETURN_IF_ERROR(impl->OpenLog(recovered));
  result->reset(new Pipeline(std::move(impl)));
  return Status::OK();
}

Status Pipeline::Write(const WriteRequest& request, WriteResult* result) {
  return impl_->Write(request, result);
}
SequenceNumber Pipeline::VisibleSequence() const {
  return Planted(PlantedBug::kHalfBatchVisible) ? impl_->LastSequence() : impl_->mark_.visible();
}
uint64_t Pipeline::PublishedTicket() const { return impl_->mark_.published(); }
LogPosition Pipeline::Published() const { return impl_->mark_.Published(); }
uint64_t Pipeline::DurableTicket() const { return impl_->syncer_.durable(); }
SequenceNumber Pipeline::LastSequence() const { return impl_->LastSequence(); }
const TableSet* Pipeline::CurrentTables() const { return impl_->CurrentTables(); }
Status Pipeline::Switch(std::unique_ptr<TableSet> next, const std::function<void()>& publish_view,
                        SwitchResult* result) {
  return impl_->Switch(std::move(next), publish_view, result);
}
void Pipeline::WaitPublished(uint64_t ticket) { impl_->WaitPublished(ticket); }
Status Pipeline::SyncTo(uint64_t ticket) { return impl_->SyncTo(ticket); }
Status Pipeline::SyncWal() { return impl_->SyncForWriter(impl_->mark_.published()); }
Status Pipeline::FlushWal(bool sync) { return sync ? SyncWal() : impl_->PoisonStatus(); }
void Pipeline::ReleaseLog(const LogPosition& floor) {
  if (impl_->log_ != nullptr) impl_->log_->Release(floor.ticket);
}
uint64_t Pipeline::LogBytes() const {
  return impl_->log_ == nullptr ? 0 : impl_->log_->LiveBytes();
}
std::vector<LogFileInfo> Pipeline::LogFiles() const {
  std::vector<LogFileInfo> files;
  if (impl_->log_ == nullptr) return files;
  for (const auto& file : impl_->log_->Files()) {
    files.push_back({file.number, file.bytes, file.live});
  }
  return files;
}
void Pipeline::HoldLog(bool on) {
  if (impl_->log_ != nullptr) impl_->log_->Hold(on);
}
bool Pipeline::LoggedUpTo(LogPosition* position) {
  if (!impl_->logged_.load(std::memory_order_acquire)) {
    *position = impl_->start_;
    return impl_->mark_.issued() == impl_->start_.ticket;
  }
  // The record that explains the tickets before it was among those given out when the flag went up.
  impl_->WaitPublished(impl_->mark_.issued());
  *position = impl_->mark_.Published();
  return true;
}
std::vector<wal::UsedFile> Pipeline::LogFilesBehind(uint64_t after_ticket) const {
  return impl_->log_ == nullptr ? std::vector<wal::UsedFile>()
                                : impl_->log_->FilesBehind(after_ticket);
}
std::unique_ptr<wal::LogReader> Pipeline::NewLogReader() {
  if (impl_->log_ == nullptr) return nullptr;
  return std::make_unique<wal::LogReader>(impl_->options_.fs, impl_->options_.store_id,
                                          impl_->log_->source());
}
wal::LogSource* Pipeline::log_source() {
  return impl_->log_ == nullptr ? nullptr : impl_->log_->source();
}
uint64_t Pipeline::FollowableTicket() const { return impl_->FollowableTicket(); }
uint32_t Pipeline::OldestLogEpoch() const {
  return impl_->log_ == nullptr ? UINT32_MAX : impl_->log_->OldestEpoch();
}
std::vector<wal::LiveSegment> Pipeline::SealedSegments(uint64_t after_ticket) {
  return impl_->log_ == nullptr ? std::vector<wal::LiveSegment>()
                                : impl_->log_->SealedSegments(after_ticket);
}
bool Pipeline::KeepSegment(uint64_t number) {
  return impl_->log_ != nullptr && impl_->log_->Keep(number);
}
uint64_t Pipeline::ReleasedTicket() const {
  return impl_->log_ == nullptr ? 0 : impl_->log_->released();
}
bool Pipeline::poisoned() const { return impl_->poisoned_.load(std::memory_order_acquire); }
Status Pipeline::PoisonStatus() const { return impl_->PoisonStatus(); }
void Pipeline::Poison(const Status& status) {
  impl_->Poison(status);
  impl_->TellPoison().Ignore();
}
void Pipeline::Settle() { impl_->Settle(); }
Status Pipeline::DrainForResume(LogState* next_state) { return impl_->DrainForResume(next_state); }
Status Pipeline::FinishResume(const LogState& next_state) {
  return impl_->FinishResume(next_state);
}
void Pipeline::Hold() { impl_->Hold(); }
void Pipeline::LetGo() { impl_->LetGo(); }
Status Pipeline::Insert(uint32_t count,
                        const std::function<Status(SequenceNumber first)>& install) {
  return impl_->Insert(count, install);
}
void Pipeline::SetThrottle(bool on) { impl_->throttle_.store(on, std::memory_order_release); }
PipelineCounters Pipeline::Counters() const { return impl_->Counters(); }

}  // namespace aether
