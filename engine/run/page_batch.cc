#include "engine/run/page_batch.h"

#include <utility>

#include "engine/base/epoch.h"

namespace aether {

size_t PageBatch::AddLeaf(const RunFile* file, size_t leaf, int level) {
  for (size_t i = 0; i < loads_.size(); ++i) {
    if (loads_[i].file == file && loads_[i].leaf == leaf) return i;
  }
  Load load{file, leaf, {}, {}, 0, {}, {}, level};
  ReadRequest request;
  load.status = file->PrepareLeaf(leaf, options_, &load.load, &request);
  load.request = requests_.size();
  if (load.status.ok()) requests_.push_back(std::move(request));
  loads_.push_back(std::move(load));
  return loads_.size() - 1;
}

size_t PageBatch::AddExtent(const RunFile* file, const Extent& extent, int level) {
  for (size_t i = 0; i < loads_.size(); ++i) {
    if (loads_[i].file == file && loads_[i].leaf == kNoLeaf &&
        loads_[i].extent.ordinal == extent.ordinal && loads_[i].extent.bytes == extent.bytes) {
      return i;
    }
  }
  Load load{file, kNoLeaf, extent, {}, 0, {}, {}, level};
  ReadRequest request;
  load.status = file->PrepareExtent(extent, options_, &load.load, &request);
  load.request = requests_.size();
  if (load.status.ok()) requests_.push_back(std::move(request));
  loads_.push_back(std::move(load));
  return loads_.size() - 1;
}

void PageBatch::Read() {
  RunReadCounters* const counters = options_.counters;
  const Stopwatch watch(counters != nullptr && counters->times_loads());
  if (!requests_.empty()) {
    loads_[0].file->file_system()->ReadBatch(requests_.data(), requests_.size());
    if (counters != nullptr) {
      counters->load_nanos += watch.Nanos();
      Record(counters->meter, Measure::kReadsAtOnce, requests_.size());
      if (watch.wanted()) Record(counters->meter, Measure::kReadMicros, watch.Nanos() / 1000);
    }
  }
  Finish();
}

bool PageBatch::Start() {
  if (requests_.empty()) return false;
  pending_ = loads_[0].file->file_system()->StartReads(requests_.data(), requests_.size());
  return pending_ != nullptr;
}

void PageBatch::Wait() {
  if (pending_ == nullptr) return;
  pending_->Wait();
  pending_.reset();
  Finish();
}

void PageBatch::Finish() {
  EpochGuard guard;
  for (Load& load : loads_) {
    if (!load.status.ok()) continue;
    const ReadRequest& request = requests_[load.request];
    options_.level = load.level;
    PageRef* const page = &load.page;
    load.status = load.leaf != kNoLeaf
                      ? load.file->FinishLeaf(load.leaf, options_, request, &load.load, page)
                      : load.file->FinishExtent(load.extent, options_, request, &load.load, page);
    if (!load.status.ok() || page->pin.held()) continue;
    page->pin = Pin(FrameOfPage(page->data));
  }
}

Status PageBatch::Get(size_t ticket, PageRef* page) const {
  const Load& load = loads_[ticket];
  if (!load.status.ok()) return load.status;
  page->data = load.page.data;
  page->pin = load.page.pin.Clone();
  return Status::OK();
}

void PageBatch::Clear() {
  Wait();
  loads_.clear();
  requests_.clear();
}

}  // namespace aether
