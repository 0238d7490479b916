// Full segments of a log that is being written, for readers who want to know where a record stands.
//
// Thread safety: ReadLiveSegment may run at any time. A segment that is recycled meanwhile gives no
// record of its earlier life, or the error of a file that is not there.

#ifndef AETHER_ENGINE_WAL_LIVE_SEGMENT_H_
#define AETHER_ENGINE_WAL_LIVE_SEGMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/wal/archive.h"
#include "engine/wal/format.h"

namespace aether::wal {

struct LiveSegment {
  SegmentIdentity identity;
  std::string path;
  uint64_t bytes = 0;  // size of the file
  uint32_t unit_bytes = 0;
};

// `contents` becomes the bytes of the file. Calls visit for its batches, with the offset of their
// bodies in the file.
using BatchVisitor = std::function<void(const DecodedRecord& record, uint64_t body_offset)>;
Status ReadLiveSegment(FileSystem* fs, const LiveSegment& segment, std::string* contents,
                       const BatchVisitor& visit);

// Opens a segment wherever it stands now. NotFound where it went, or was recycled.
Status OpenSegment(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                   std::unique_ptr<RandomReadFile>* file, SegmentHeader* header);
// All records of a segment, in the order of the file.
using RecordVisitor = std::function<void(const DecodedRecord& record)>;
Status ScanSegment(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                   const RecordVisitor& visit);
// Reads all of it.
Status ReadFacts(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                 SegmentFacts* facts);
// Of those that a skip record stands for; its own of any other.
uint64_t FirstTicket(const DecodedRecord& record);

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_LIVE_SEGMENT_H_
