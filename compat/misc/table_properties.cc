// TableProperties: names, text and sums.

#include "rocksdb/table_properties.h"

#include <cstdio>
#include <limits>
#include <map>
#include <string>

namespace rocksdb {

const uint32_t TablePropertiesCollectorFactory::Context::kUnknownColumnFamily =
    std::numeric_limits<int32_t>::max();

const std::string TablePropertiesNames::kDbId = "rocksdb.creating.db.identity";
const std::string TablePropertiesNames::kDbSessionId = "rocksdb.creating.session.identity";
const std::string TablePropertiesNames::kDbHostId = "rocksdb.creating.host.identity";
const std::string TablePropertiesNames::kOriginalFileNumber = "rocksdb.original.file.number";
const std::string TablePropertiesNames::kDataSize = "rocksdb.data.size";
const std::string TablePropertiesNames::kIndexSize = "rocksdb.index.size";
const std::string TablePropertiesNames::kIndexPartitions = "rocksdb.index.partitions";
const std::string TablePropertiesNames::kTopLevelIndexSize = "rocksdb.top-level.index.size";
const std::string TablePropertiesNames::kIndexKeyIsUserKey = "rocksdb.index.key.is.user.key";
const std::string TablePropertiesNames::kIndexValueIsDeltaEncoded =
    "rocksdb.index.value.is.delta.encoded";
const std::string TablePropertiesNames::kFilterSize = "rocksdb.filter.size";
const std::string TablePropertiesNames::kRawKeySize = "rocksdb.raw.key.size";
const std::string TablePropertiesNames::kRawValueSize = "rocksdb.raw.value.size";
const std::string TablePropertiesNames::kNumDataBlocks = "rocksdb.num.data.blocks";
const std::string TablePropertiesNames::kNumEntries = "rocksdb.num.entries";
const std::string TablePropertiesNames::kNumFilterEntries = "rocksdb.num.filter_entries";
const std::string TablePropertiesNames::kDeletedKeys = "rocksdb.deleted.keys";
const std::string TablePropertiesNames::kMergeOperands = "rocksdb.merge.operands";
const std::string TablePropertiesNames::kNumRangeDeletions = "rocksdb.num.range-deletions";
const std::string TablePropertiesNames::kFormatVersion = "rocksdb.format.version";
const std::string TablePropertiesNames::kFixedKeyLen = "rocksdb.fixed.key.length";
const std::string TablePropertiesNames::kFilterPolicy = "rocksdb.filter.policy";
const std::string TablePropertiesNames::kColumnFamilyName = "rocksdb.column.family.name";
const std::string TablePropertiesNames::kColumnFamilyId = "rocksdb.column.family.id";
const std::string TablePropertiesNames::kComparator = "rocksdb.comparator";
const std::string TablePropertiesNames::kMergeOperator = "rocksdb.merge.operator";
const std::string TablePropertiesNames::kPrefixExtractorName = "rocksdb.prefix.extractor.name";
const std::string TablePropertiesNames::kPropertyCollectors = "rocksdb.property.collectors";
const std::string TablePropertiesNames::kCompression = "rocksdb.compression";
const std::string TablePropertiesNames::kCompressionOptions = "rocksdb.compression_options";
const std::string TablePropertiesNames::kCreationTime = "rocksdb.creation.time";
const std::string TablePropertiesNames::kOldestKeyTime = "rocksdb.oldest.key.time";
const std::string TablePropertiesNames::kFileCreationTime = "rocksdb.file.creation.time";
const std::string TablePropertiesNames::kSlowCompressionEstimatedDataSize =
    "rocksdb.sample_for_compression.slow.data.size";
const std::string TablePropertiesNames::kFastCompressionEstimatedDataSize =
    "rocksdb.sample_for_compression.fast.data.size";
const std::string TablePropertiesNames::kSequenceNumberTimeMapping = "rocksdb.seqno.time.map";

namespace {

using Number = uint64_t TableProperties::*;

// What Add sums up and GetAggregatablePropertiesAsMap shows.
constexpr struct {
  const char* name;
  Number member;
} kSums[] = {
    {"data_size", &TableProperties::data_size},
    {"index_size", &TableProperties::index_size},
    {"index_partitions", &TableProperties::index_partitions},
    {"top_level_index_size", &TableProperties::top_level_index_size},
    {"filter_size", &TableProperties::filter_size},
    {"raw_key_size", &TableProperties::raw_key_size},
    {"raw_value_size", &TableProperties::raw_value_size},
    {"num_data_blocks", &TableProperties::num_data_blocks},
    {"num_entries", &TableProperties::num_entries},
    {"num_filter_entries", &TableProperties::num_filter_entries},
    {"num_deletions", &TableProperties::num_deletions},
    {"num_merge_operands", &TableProperties::num_merge_operands},
    {"num_range_deletions", &TableProperties::num_range_deletions},
    {"slow_compression_estimated_data_size",
     &TableProperties::slow_compression_estimated_data_size},
    {"fast_compression_estimated_data_size",
     &TableProperties::fast_compression_estimated_data_size},
};

// Writes "name<kv>value<prop>" items.
class PropertyText {
 public:
  PropertyText(const std::string& prop_delim, const std::string& kv_delim)
      : prop_delim_(prop_delim), kv_delim_(kv_delim) {}
  PropertyText& Add(const std::string& name, const std::string& value) {
    text_ += name + kv_delim_ + value + prop_delim_;
    return *this;
  }
  PropertyText& Add(const std::string& name, uint64_t value) {
    return Add(name, std::to_string(value));
  }
  PropertyText& AddOr(const std::string& name, const std::string& value, const char* none) {
    return Add(name, value.empty() ? std::string(none) : value);
  }
  PropertyText& AddRatio(const std::string& name, uint64_t sum, uint64_t count) {
    return Add(name, std::to_string(
                         count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count)));
  }
  const std::string& text() const { return text_; }

 private:
  const std::string prop_delim_;
  const std::string kv_delim_;
  std::string text_;
};

// A property that a collector stored as a variable-length number.
uint64_t NumberProperty(const UserCollectedProperties& props, const std::string& name,
                        bool* present) {
  const auto found = props.find(name);
  *present = found != props.end();
  uint64_t number = 0;
  if (!*present) return number;
  int shift = 0;
  for (const char c : found->second) {
    number |= static_cast<uint64_t>(c & 127) << shift;
    shift += 7;
    if ((c & 128) == 0 || shift > 63) break;
  }
  return number;
}

}  // namespace

std::string TableProperties::ToString(const std::string& prop_delim,
                                      const std::string& kv_delim) const {
  constexpr char kNone[] = "N/A";
  PropertyText text(prop_delim, kv_delim);
  text.Add("# data blocks", num_data_blocks)
      .Add("# entries", num_entries)
      .Add("# deletions", num_deletions)
      .Add("# merge operands", num_merge_operands)
      .Add("# range deletions", num_range_deletions)
      .Add("raw key size", raw_key_size)
      .AddRatio("raw average key size", raw_key_size, num_entries)
      .Add("raw value size", raw_value_size)
      .AddRatio("raw average value size", raw_value_size, num_entries)
      .Add("data block size", data_size)
      .Add("index block size (user-key? " + std::to_string(index_key_is_user_key) +
               ", delta-value? " + std::to_string(index_value_is_delta_encoded) + ")",
           index_size);
  if (index_partitions != 0) {
    text.Add("# index partitions", index_partitions)
        .Add("top-level index size", top_level_index_size);
  }
  text.Add("filter block size", filter_size)
      .Add("# entries for filter", num_filter_entries)
      .Add("(estimated) table size", data_size + index_size + filter_size)
      .AddOr("filter policy name", filter_policy_name, kNone)
      .AddOr("prefix extractor name", prefix_extractor_name, kNone)
      .Add("column family ID",
           column_family_id == TablePropertiesCollectorFactory::Context::kUnknownColumnFamily
               ? std::string(kNone)
               : std::to_string(column_family_id))
      .AddOr("column family name", column_family_name, kNone)
      .AddOr("comparator name", comparator_name, kNone)
      .AddOr("merge operator name", merge_operator_name, kNone)
      .AddOr("property collectors names", property_collectors_names, kNone)
      .AddOr("SST file compression algo", compression_name, kNone)
      .AddOr("SST file compression options", compression_options, kNone)
      .Add("creation time", creation_time)
      .Add("time stamp of earliest key", oldest_key_time)
      .Add("file creation time", file_creation_time)
      .Add("slow compression estimated data size", slow_compression_estimated_data_size)
      .Add("fast compression estimated data size", fast_compression_estimated_data_size)
      .Add("DB identity", db_id)
      .Add("DB session identity", db_session_id)
      .Add("DB host id", db_host_id)
      .Add("original file number", orig_file_number)
      .Add("unique ID", kNone)
      .Add("Sequence number to time mapping", seqno_to_time_mapping);
  return text.text();
}

void TableProperties::Add(const TableProperties& tp) {
  for (const auto& sum : kSums) this->*sum.member += tp.*sum.member;
}

std::map<std::string, uint64_t> TableProperties::GetAggregatablePropertiesAsMap() const {
  std::map<std::string, uint64_t> map;
  for (const auto& sum : kSums) map[sum.name] = this->*sum.member;
  return map;
}

std::size_t TableProperties::ApproximateMemoryUsage() const {
  size_t bytes = sizeof(*this);
  for (const std::string* text :
       {&db_id, &db_session_id, &db_host_id, &column_family_name, &filter_policy_name,
        &comparator_name, &merge_operator_name, &prefix_extractor_name, &property_collectors_names,
        &compression_name, &compression_options, &seqno_to_time_mapping}) {
    bytes += text->size();
  }
  for (const auto* properties : {&user_collected_properties, &readable_properties}) {
    for (const auto& [name, value] : *properties) bytes += name.size() + value.size();
  }
  return bytes;
}

uint64_t GetDeletedKeys(const UserCollectedProperties& props) {
  bool present = false;
  return NumberProperty(props, TablePropertiesNames::kDeletedKeys, &present);
}

uint64_t GetMergeOperands(const UserCollectedProperties& props, bool* property_present) {
  return NumberProperty(props, TablePropertiesNames::kMergeOperands, property_present);
}

}  // namespace rocksdb
