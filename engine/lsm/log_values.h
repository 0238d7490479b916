// Where the large values of a memtable stand in the log, so that a flush need not write them a
// second time: the segments become blob files as they are.
//
// How: the full segments that hold batches of the memtable are read back (they are in the page
// cache) and their puts noted by sequence number. Keeping a segment keeps everything in it, so it
// is worth it only when at least an eighth of its bytes are large values that are the newest of
// their keys in the memtable, and half of them are that or large values of other families or of
// later memtables, unless it is kept already.
//
// Thread safety: one user at a time. Invariant: a reference leads to bytes of a record whose
// checksum was right. Failure: a segment that cannot be read is left out; its values are copied
// then.

#ifndef AETHER_ENGINE_LSM_LOG_VALUES_H_
#define AETHER_ENGINE_LSM_LOG_VALUES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/io/file_system.h"
#include "engine/memtable/memtable.h"
#include "engine/run/blob_meta.h"
#include "engine/run/blob_ref.h"
#include "engine/wal/live_segment.h"

namespace aether {

class LogValues {
 public:
  struct Wanted {
    uint32_t family = 0;
    const Comparator* order = nullptr;
    const MemTable* table = nullptr;  // sealed
    uint64_t after_ticket = 0;        // the tickets of its batches
    uint64_t up_to_ticket = 0;
    uint64_t min_size = 0;
    uint64_t creation_time = 0;
    std::function<bool(uint64_t number)> kept;  // whether the segment is a blob file already
  };
  LogValues(FileSystem* fs, const std::vector<wal::LiveSegment>& segments, const Wanted& wanted);

  // Segments worth keeping. Their count is that of the memtable's puts; all of their bytes count as
  // bytes of values, so that what else stands in them is garbage.
  const std::vector<std::shared_ptr<BlobMeta>>& files() const { return files_; }
  // Whether the segment is worth keeping and was not left out.
  bool Has(uint64_t number) const;
  // Values of that segment will be copied.
  void LeaveOut(uint64_t number);
  // False when the put is not in a segment worth keeping.
  bool Find(SequenceNumber sequence, Slice value, BlobRef* ref) const;

 private:
  struct Place {
    SequenceNumber sequence;
    uint64_t offset;  // in the segment
    uint32_t size;
    uint32_t file;  // index into files_
  };
  void FindNewest(const Wanted& wanted);
  void AddSegment(FileSystem* fs, const wal::LiveSegment& segment, const Wanted& wanted,
                  std::string* contents);

  std::vector<SequenceNumber> newest_;  // puts of large values, ascending
  std::vector<std::shared_ptr<BlobMeta>> files_;
  std::vector<Place> places_;  // by sequence
  std::vector<bool> left_out_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_LOG_VALUES_H_
