#include "engine/run/blob_meta.h"

#include "engine/base/coding.h"

namespace aether {
namespace {

// Tags on disk; never reuse one. Odd: a reader that does not know it must refuse.
enum Tag : uint32_t {
  kEnd = 0,
  kNumber = 2,
  kFileSize = 4,
  kSalt = 6,
  kCount = 8,
  kBytes = 10,
  kCreationTime = 12,
};

void PutNumber(std::string* out, Tag tag, uint64_t value) {
  if (value == 0) return;
  PutVarint(out, tag);
  PutVarint(out, static_cast<uint64_t>(VarintLength(value)));
  PutVarint(out, value);
}

}  // namespace

void BlobMeta::EncodeTo(std::string* out) const {
  PutNumber(out, kNumber, number);
  PutNumber(out, kFileSize, file_size);
  PutNumber(out, kSalt, salt);
  PutNumber(out, kCount, count);
  PutNumber(out, kBytes, bytes);
  PutNumber(out, kCreationTime, creation_time);
  PutVarint(out, kEnd);
}

Status BlobMeta::DecodeFrom(Slice* input) {
  *this = BlobMeta();
  const Status malformed = Status::Corruption("description of a blob file is malformed");
  uint32_t last = 0;
  for (;;) {
    uint32_t tag;
    if (!GetVarint32(input, &tag)) return malformed;
    if (tag == kEnd) return number != 0 ? Status::OK() : malformed;
    Slice field;
    if (tag <= last || !GetLengthPrefixed(input, &field)) return malformed;
    last = tag;
    uint64_t* target = nullptr;
    switch (tag) {
      case kNumber:
        target = &number;
        break;
      case kFileSize:
        target = &file_size;
        break;
      case kSalt:
        target = &salt;
        break;
      case kCount:
        target = &count;
        break;
      case kBytes:
        target = &bytes;
        break;
      case kCreationTime:
        target = &creation_time;
        break;
      default:
        if ((tag & 1) != 0) {
          return Status::NotSupported("description of a blob file has the fact " +
                                      std::to_string(tag) + ", which this version does not know");
        }
    }
    if (target != nullptr && (!GetVarint64(&field, target) || !field.empty())) return malformed;
  }
}

}  // namespace aether
