// Numbers that name a table file among all files, from what its maker said of itself. They are made
// of the same facts as RocksDB's and differ from its ones, as the files do.

#include "rocksdb/unique_id.h"

#include <algorithm>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

namespace {

constexpr size_t kWords = 2;
constexpr size_t kExtendedWords = 3;

Status MakeId(const TableProperties& props, size_t words, std::string* out_id) {
  if (out_id == nullptr) return Status::InvalidArgument("there is no place for the id");
  out_id->clear();
  if (props.db_id.empty()) return Status::NotSupported("Missing db_id");
  if (props.db_session_id.empty()) return Status::NotSupported("Missing db_session_id");
  if (props.orig_file_number == 0) return Status::NotSupported("Missing orig_file_number");
  std::string facts;
  aether::PutLengthPrefixed(&facts, props.db_id);
  aether::PutLengthPrefixed(&facts, props.db_session_id);
  aether::PutFixed<uint64_t>(&facts, props.orig_file_number);
  for (size_t word = 0; word < words; ++word) {
    aether::PutFixed<uint64_t>(out_id, aether::Hash64(facts.data(), facts.size(), word + 1));
  }
  return Status::OK();
}

}  // namespace

Status GetUniqueIdFromTableProperties(const TableProperties& props, std::string* out_id) {
  return MakeId(props, kWords, out_id);
}

Status GetExtendedUniqueIdFromTableProperties(const TableProperties& props, std::string* out_id) {
  return MakeId(props, kExtendedWords, out_id);
}

std::string UniqueIdToHumanString(const std::string& id) {
  // Sixteen hexadecimal digits for each eight bytes, groups joined by dashes.
  std::string out;
  for (size_t i = 0; i < id.size(); i += 8) {
    if (i != 0) out.push_back('-');
    out += Slice(id.data() + i, std::min<size_t>(8, id.size() - i)).ToString(true);
  }
  return out;
}

}  // namespace rocksdb
