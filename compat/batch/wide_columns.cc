#include "rocksdb/wide_columns.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "compat/batch/wide_column_format.h"
#include "compat/batch/wire_format.h"

namespace rocksdb {

const Slice kDefaultWideColumnName;
const WideColumns kNoWideColumns;

namespace {
constexpr uint32_t kWideColumnVersion = 1;
}  // namespace

Status SerializeWideColumns(const WideColumns& columns, std::string* out) {
  WideColumns sorted(columns);
  std::sort(sorted.begin(), sorted.end(), [](const WideColumn& a, const WideColumn& b) {
    return a.name().compare(b.name()) < 0;
  });
  if (sorted.size() > std::numeric_limits<uint32_t>::max()) {
    return Status::InvalidArgument("Too many wide columns");
  }
  AppendVarint32(out, kWideColumnVersion);
  AppendVarint32(out, static_cast<uint32_t>(sorted.size()));
  const Slice* before = nullptr;
  for (const WideColumn& column : sorted) {
    if (column.name().size() > std::numeric_limits<uint32_t>::max() ||
        column.value().size() > std::numeric_limits<uint32_t>::max()) {
      return Status::InvalidArgument("Wide column is too large");
    }
    if (before != nullptr && before->compare(column.name()) >= 0) {
      return Status::Corruption("Wide columns out of order");
    }
    before = &column.name();
    AppendVarint32(out, static_cast<uint32_t>(column.name().size()));
    out->append(column.name().data(), column.name().size());
    AppendVarint32(out, static_cast<uint32_t>(column.value().size()));
  }
  for (const WideColumn& column : sorted) {
    out->append(column.value().data(), column.value().size());
  }
  return Status::OK();
}

Status ParseWideColumns(Slice bytes, WideColumns* columns) {
  columns->clear();
  uint32_t version = 0;
  if (!ReadVarint32(&bytes, &version))
    return Status::Corruption("Error decoding wide column version");
  if (version > kWideColumnVersion) {
    return Status::NotSupported("Unsupported wide column version " + std::to_string(version));
  }
  uint32_t count = 0;
  if (!ReadVarint32(&bytes, &count))
    return Status::Corruption("Error decoding number of wide columns");
  std::vector<uint32_t> sizes;
  for (uint32_t i = 0; i < count; ++i) {
    Slice name;
    uint32_t size = 0;
    if (!ReadLengthPrefixed(&bytes, &name))
      return Status::Corruption("Error decoding wide column name");
    if (!ReadVarint32(&bytes, &size)) {
      return Status::Corruption("Error decoding wide column value size");
    }
    if (!columns->empty() && columns->back().name().compare(name) >= 0) {
      return Status::Corruption("Wide columns out of order");
    }
    columns->emplace_back(name, Slice());
    sizes.push_back(size);
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (sizes[i] > bytes.size())
      return Status::Corruption("Error decoding wide column value payload");
    (*columns)[i].value() = Slice(bytes.data(), sizes[i]);
    bytes.remove_prefix(sizes[i]);
  }
  return Status::OK();
}

Status PinnableWideColumns::CreateIndexForWideColumns() {
  return ParseWideColumns(value_, &columns_);
}

}  // namespace rocksdb
