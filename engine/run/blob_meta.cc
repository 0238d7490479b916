#include "engine/run/blob_meta.h"

#include "engine/base/coding.h"

namespace aether {
namespace {

// Tags on disk; never reuse one. Odd: a reader that does not know it must refuse.
enum Tag : uint32_t {
  kNumber = 2,
  kFileSize = 4,
  kSalt = 6,
  kCount = 8,
  kBytes = 10,
  kCreationTime = 12,
};

}  // namespace

void BlobMeta::EncodeTo(std::string* out) const {
  PutFact(out, kNumber, number);
  PutFact(out, kFileSize, file_size);
  PutFact(out, kSalt, salt);
  PutFact(out, kCount, count);
  PutFact(out, kBytes, bytes);
  PutFact(out, kCreationTime, creation_time);
  PutEndOfFacts(out);
}

Status BlobMeta::DecodeFrom(Slice* input) {
  *this = BlobMeta();
  const Status malformed = Status::Corruption("description of a blob file is malformed");
  uint32_t tag = 0;
  Slice field;
  for (;;) {
    if (!GetFact(input, &tag, &field)) return malformed;
    if (tag == 0) return number != 0 ? Status::OK() : malformed;
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
