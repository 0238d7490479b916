// Reading a file from front to back to see whether it is what it says.

#include <algorithm>
#include <map>
#include <string>

#include "engine/base/checksum.h"
#include "engine/run/run_file.h"
#include "engine/run/run_iterator.h"

namespace aether {

Status RunFile::VerifyChecksums() const {
  static constexpr const char* kNames[] = {"filter", "fence keys", "range deletes"};
  std::string block;
  for (size_t i = 0; i < 3; ++i) {
    block.resize(sections_[i].size);
    AETHER_RETURN_IF_ERROR(ReadSection(sections_[i], kNames[i], block.data()));
  }
  RunReadOptions options;
  options.stream = true;
  options.references = true;
  RunIterator it(this, options);
  std::map<uint64_t, BlobUse> used;
  std::string scratch;
  std::string last_key;
  uint64_t last_tag = 0;
  uint64_t entries = 0;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    if (entries != 0 && CompareEntries(options_.order, last_key, TagSequence(last_tag), it.key(),
                                       TagSequence(it.tag())) >= 0) {
      return Corrupt(it.LeafOffset(), "entries are not in order");
    }
    last_key.assign(it.key().data(), it.key().size());
    last_tag = it.tag();
    const Slice value = it.value();
    if (value.size() != it.ValueSize()) break;  // could not be read; status() tells
    if (TagType(it.tag()) == EntryType::kPutReference) {
      BlobRef ref;
      ref.DecodeFrom(value);  // the page has been checked
      BlobUse& use = used[ref.file];
      ++use.count;
      use.bytes += ref.stored;
      AETHER_RETURN_IF_ERROR(VerifyReference(value, it.LeafOffset(), &scratch));
    }
    ++entries;
  }
  AETHER_RETURN_IF_ERROR(it.status());
  if (entries != meta_.entries) {
    return Corrupt(0, "there are " + std::to_string(entries) + " entries, the file says " +
                          std::to_string(meta_.entries));
  }
  // What the file says of its references decides how long blob files live.
  const bool as_said = std::equal(used.begin(), used.end(), meta_.blobs.begin(), meta_.blobs.end(),
                                  [](const auto& found, const BlobUse& said) {
                                    return found.first == said.number &&
                                           found.second.count == said.count &&
                                           found.second.bytes == said.bytes;
                                  });
  return as_said ? Status::OK() : Corrupt(0, "the references are not those that the file says");
}

Status RunFile::VerifyReference(Slice reference, uint64_t offset, std::string* scratch) const {
  BlobRef ref;
  if (!ref.DecodeFrom(reference)) return Corrupt(offset, "a reference makes no sense");
  if (options_.blobs.empty() && !meta_.blobs.empty()) return Status::OK();
  const std::shared_ptr<BlobFile>& blob = Blob(ref.file);
  if (blob == nullptr) {
    return Corrupt(offset, "a value stands in blob file " + std::to_string(ref.file) +
                               ", which the file does not name");
  }
  AETHER_RETURN_IF_ERROR(blob->CheckPlace(ref));
  scratch->resize(ref.size);
  return blob->Read(ref, true, scratch->data());
}

}  // namespace aether
