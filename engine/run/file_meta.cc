#include "engine/run/file_meta.h"

#include "engine/base/coding.h"

namespace aether {
namespace {

// Tags on disk; never reuse one. Odd: a reader that does not know it must refuse.
enum Tag : uint32_t {
  kNumber = 2,
  kFileSize = 4,
  kSalt = 6,
  kSmallest = 8,
  kLargest = 10,
  kLargestExclusive = 11,
  kSmallestSequence = 12,
  kLargestSequence = 14,
  kEntries = 16,
  kDeletes = 18,
  kMerges = 20,
  kRangeDeletes = 21,
  kRawKeyBytes = 22,
  kRawValueBytes = 24,
  kLeaves = 26,
  kExtents = 28,
  kDataBytes = 30,
  kIndexBytes = 32,
  kFilterBytes = 34,
  kCreationTime = 36,
  kFamily = 38,
  kFamilyName = 40,
  kCodec = 41,
  kPrefixExtractor = 42,
  kFilterWithoutKeys = 43,
  kOutsidePrefixes = 44,
  kBlobs = 45,
  kProperties = 46,
  kEntities = 47,
  kSum = 48,
  kSumName = 50,
  kGivenSequence = 51,
  kPointsOnly = 53,
  kExternal = 54,
  kSession = 56,
};

// Numbers are given by their distance from the one before.
bool DecodeUses(Slice field, std::vector<BlobUse>* uses) {
  uint64_t last = 0;
  while (!field.empty()) {
    BlobUse use;
    if (!GetVarint64(&field, &use.number) || !GetVarint64(&field, &use.count) ||
        !GetVarint64(&field, &use.bytes) || use.number == 0 || use.number > UINT64_MAX - last) {
      return false;
    }
    last = use.number += last;
    uses->push_back(use);
  }
  return true;
}

bool DecodeProperties(Slice field, FileProperties* properties) {
  while (!field.empty()) {
    Slice name;
    Slice value;
    if (!GetLengthPrefixed(&field, &name) || !GetLengthPrefixed(&field, &value)) return false;
    (*properties)[name.ToString()] = value.ToString();
  }
  return true;
}

}  // namespace

void FileMeta::EncodeTo(std::string* out) const {
  PutFact(out, kNumber, number);
  PutFact(out, kFileSize, file_size);
  PutFact(out, kSalt, salt);
  PutFact(out, kSmallest, Slice(smallest));
  PutFact(out, kLargest, Slice(largest));
  PutFact(out, kLargestExclusive, largest_exclusive ? uint64_t{1} : 0);
  PutFact(out, kSmallestSequence, smallest_sequence);
  PutFact(out, kLargestSequence, largest_sequence);
  PutFact(out, kEntries, entries);
  PutFact(out, kDeletes, deletes);
  PutFact(out, kMerges, merges);
  PutFact(out, kRangeDeletes, range_deletes);
  PutFact(out, kRawKeyBytes, raw_key_bytes);
  PutFact(out, kRawValueBytes, raw_value_bytes);
  PutFact(out, kLeaves, leaves);
  PutFact(out, kExtents, extents);
  PutFact(out, kDataBytes, data_bytes);
  PutFact(out, kIndexBytes, index_bytes);
  PutFact(out, kFilterBytes, filter_bytes);
  PutFact(out, kCreationTime, creation_time);
  PutFact(out, kFamily, family);
  PutFact(out, kFamilyName, Slice(family_name));
  PutFact(out, kCodec, static_cast<uint64_t>(codec));
  PutFact(out, kPrefixExtractor, Slice(prefix_extractor));
  PutFact(out, kFilterWithoutKeys, filter_without_keys ? uint64_t{1} : 0);
  PutFact(out, kOutsidePrefixes, outside_prefixes);
  std::string uses;
  uint64_t last = 0;
  for (const BlobUse& use : blobs) {
    PutVarint(&uses, use.number - last);
    PutVarint(&uses, use.count);
    PutVarint(&uses, use.bytes);
    last = use.number;
  }
  PutFact(out, kBlobs, Slice(uses));
  std::string said;
  for (const auto& [name, value] : properties) {
    PutLengthPrefixed(&said, name);
    PutLengthPrefixed(&said, value);
  }
  PutFact(out, kProperties, Slice(said));
  PutFact(out, kEntities, entities);
  PutFact(out, kSum, Slice(sum));
  PutFact(out, kSumName, Slice(sum_name));
  PutFact(out, kGivenSequence, given_sequence);
  PutFact(out, kPointsOnly, points_only ? uint64_t{1} : 0);
  PutFact(out, kExternal, external);
  PutFact(out, kSession, Slice(session));
  PutEndOfFacts(out);
}

Status FileMeta::DecodeFrom(Slice* input) {
  *this = FileMeta();
  const auto malformed = [] {
    return Status::Corruption("description of a run file is malformed");
  };
  uint32_t tag = 0;
  Slice field;
  for (;;) {
    if (!GetFact(input, &tag, &field)) return malformed();
    if (tag == 0) return Status::OK();
    uint64_t* number_field = nullptr;
    uint64_t flag = 0;
    uint64_t id = 0;
    switch (tag) {
      case kNumber:
        number_field = &number;
        break;
      case kFileSize:
        number_field = &file_size;
        break;
      case kSalt:
        number_field = &salt;
        break;
      case kSmallest:
        smallest = field.ToString();
        break;
      case kLargest:
        largest = field.ToString();
        break;
      case kLargestExclusive:
        number_field = &flag;
        break;
      case kSmallestSequence:
        number_field = &smallest_sequence;
        break;
      case kLargestSequence:
        number_field = &largest_sequence;
        break;
      case kEntries:
        number_field = &entries;
        break;
      case kDeletes:
        number_field = &deletes;
        break;
      case kMerges:
        number_field = &merges;
        break;
      case kRangeDeletes:
        number_field = &range_deletes;
        break;
      case kRawKeyBytes:
        number_field = &raw_key_bytes;
        break;
      case kRawValueBytes:
        number_field = &raw_value_bytes;
        break;
      case kLeaves:
        number_field = &leaves;
        break;
      case kExtents:
        number_field = &extents;
        break;
      case kDataBytes:
        number_field = &data_bytes;
        break;
      case kIndexBytes:
        number_field = &index_bytes;
        break;
      case kFilterBytes:
        number_field = &filter_bytes;
        break;
      case kCreationTime:
        number_field = &creation_time;
        break;
      case kFamily:
        number_field = &id;
        break;
      case kFamilyName:
        family_name = field.ToString();
        break;
      case kCodec:
        number_field = &id;
        break;
      case kPrefixExtractor:
        prefix_extractor = field.ToString();
        break;
      case kFilterWithoutKeys:
        number_field = &flag;
        break;
      case kOutsidePrefixes:
        number_field = &outside_prefixes;
        break;
      case kProperties:
        if (!DecodeProperties(field, &properties)) return malformed();
        break;
      case kSum:
        sum = field.ToString();
        break;
      case kSumName:
        sum_name = field.ToString();
        break;
      case kEntities:
        number_field = &entities;
        break;
      case kGivenSequence:
        number_field = &given_sequence;
        break;
      case kPointsOnly:
        number_field = &flag;
        break;
      case kExternal:
        number_field = &id;
        break;
      case kSession:
        session = field.ToString();
        break;
      case kBlobs:
        if (!DecodeUses(field, &blobs)) return malformed();
        break;
      default:
        if ((tag & 1) != 0) {
          return Status::NotSupported("description of a run file has the fact " +
                                      std::to_string(tag) + ", which this version does not know");
        }
    }
    if (number_field != nullptr && (!GetVarint64(&field, number_field) || !field.empty())) {
      return malformed();
    }
    if (tag == kLargestExclusive) largest_exclusive = flag != 0;
    if (tag == kFilterWithoutKeys) filter_without_keys = flag != 0;
    if (tag == kPointsOnly) points_only = flag != 0;
    if (id > UINT32_MAX || given_sequence > kMaxSequence) return malformed();
    if (tag == kExternal) external = static_cast<uint32_t>(id);
    if (tag == kFamily) family = static_cast<uint32_t>(id);
    if (tag == kCodec) {
      if (id == 0) return malformed();
      if (id >= kCodecs) {
        return Status::NotSupported("a run file is compressed with codec " + std::to_string(id) +
                                    ", which this version does not know");
      }
      codec = static_cast<Codec>(id);
    }
  }
}

}  // namespace aether
