#include "engine/lsm/log_values.h"

#include <algorithm>
#include <string>

#include "engine/base/checksum.h"
#include "engine/commit/batch.h"
#include "engine/run/blob_file.h"
#include "engine/run/format.h"

namespace aether {

LogValues::LogValues(FileSystem* fs, const std::vector<wal::LiveSegment>& segments,
                     const Wanted& wanted) {
  if (segments.empty()) return;
  FindNewest(wanted);
  if (newest_.empty()) return;
  std::string contents;
  for (const wal::LiveSegment& segment : segments) AddSegment(fs, segment, wanted, &contents);
  std::sort(places_.begin(), places_.end(),
            [](const Place& a, const Place& b) { return a.sequence < b.sequence; });
  left_out_.resize(files_.size());
}

void LogValues::FindNewest(const Wanted& wanted) {
  const auto it = wanted.table->NewIterator();
  std::string key;
  bool first = true;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (!first && CompareKeys(wanted.order, it->key(), key) == 0) continue;
    first = false;
    key.assign(it->key().data(), it->key().size());
    if (TagType(it->tag()) == EntryType::kPut && it->value().size() >= wanted.min_size) {
      newest_.push_back(TagSequence(it->tag()));
    }
  }
  std::sort(newest_.begin(), newest_.end());
}

void LogValues::AddSegment(FileSystem* fs, const wal::LiveSegment& segment, const Wanted& wanted,
                           std::string* contents) {
  const size_t first = places_.size();
  const auto file = static_cast<uint32_t>(files_.size());
  auto meta = std::make_shared<BlobMeta>();
  uint64_t own_bytes = 0;    // that count still
  uint64_t other_bytes = 0;  // of other families and later memtables
  const auto visit = [&](const wal::DecodedRecord& record, uint64_t body_offset) {
    BatchReader reader(record.body);
    BatchRecord entry;
    SequenceNumber sequence = record.sequence;
    const bool later = record.ticket > wanted.up_to_ticket;
    const bool in_table = record.ticket > wanted.after_ticket && !later;
    for (; reader.Next(&entry); sequence += entry.Counts() ? 1 : 0) {
      const uint64_t size = entry.value.size();
      if (entry.kind != BatchTag::kPut || size == 0 || size < wanted.min_size) continue;
      if (entry.family != wanted.family || later) {
        other_bytes += size;
      } else if (in_table) {
        const auto offset =
            body_offset + static_cast<uint64_t>(entry.value.data() - record.body.data());
        places_.push_back({sequence, offset, static_cast<uint32_t>(size), file});
        ++meta->count;
        if (std::binary_search(newest_.begin(), newest_.end(), sequence)) own_bytes += size;
      }
    }
  };
  const Status s = wal::ReadLiveSegment(fs, segment, contents, visit);
  const bool worth_it =
      8 * own_bytes >= segment.bytes &&
      (2 * (own_bytes + other_bytes) >= segment.bytes || wanted.kept(segment.identity.number));
  if (!s.ok() || !worth_it) {
    places_.resize(first);
    return;
  }
  meta->number = segment.identity.number;
  meta->file_size = meta->bytes = segment.bytes;
  meta->salt = BlobFile::SaltOfLogSegment(contents->data());
  meta->creation_time = wanted.creation_time;
  files_.push_back(std::move(meta));
}

bool LogValues::Has(uint64_t number) const {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i]->number == number) return !left_out_[i];
  }
  return false;
}

void LogValues::LeaveOut(uint64_t number) {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i]->number == number) left_out_[i] = true;
  }
}

bool LogValues::Find(SequenceNumber sequence, Slice value, BlobRef* ref) const {
  const auto place = std::partition_point(
      places_.begin(), places_.end(), [sequence](const Place& p) { return p.sequence < sequence; });
  if (place == places_.end() || place->sequence != sequence || place->size != value.size() ||
      left_out_[place->file]) {
    return false;
  }
  const BlobMeta& meta = *files_[place->file];
  ref->file = meta.number;
  ref->offset = place->offset;
  ref->stored = ref->size = value.size();
  ref->codec = Codec::kNone;
  ref->checksum = Hash64(value.data(), value.size(), run_format::Seed(meta.salt, place->offset));
  return true;
}

}  // namespace aether
