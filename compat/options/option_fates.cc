#include "compat/options/option_fates.h"

#include <cstring>

#include "compat/options/option_rows.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

void Describe(const char* owner, const void* options, const std::string& prefix,
              std::vector<std::string>* lines) {
  for (const OptionFate& row : OptionFates()) {
    if (strcmp(row.owner, owner) != 0) continue;
    if (row.applies != nullptr && !row.applies(options)) continue;
    const std::string value = row.shown(options);
    if (value.empty()) continue;
    std::string line = std::string(FateName(row.fate)) + ": " + prefix + row.name + " = " + value;
    if (*row.remark != '\0') line += std::string(" (") + row.remark + ")";
    lines->push_back(std::move(line));
  }
}

}  // namespace

const char* FateName(Fate fate) {
  switch (fate) {
    case Fate::kHonoured:
      return "honoured";
    case Fate::kMapped:
      return "mapped";
    case Fate::kIgnored:
      return "ignored";
    case Fate::kRefused:
      return "NotSupported";
  }
  return "";
}

const std::vector<OptionFate>& OptionFates() {
  // Never destroyed: a DB may be opened while the process ends.
  static const std::vector<OptionFate>& all = *[] {
    auto* rows = new std::vector<OptionFate>();
    for (const auto& group : {DbOptionFates(), FamilyOptionFates(), TableOptionFates(),
                              CallOptionFates(), UtilityOptionFates()}) {
      rows->insert(rows->end(), group.begin(), group.end());
    }
    return rows;
  }();
  return all;
}

std::vector<std::string> DescribeDbOptions(const DBOptions& options) {
  std::vector<std::string> lines;
  Describe("DBOptions", &options, "", &lines);
  return lines;
}

std::vector<std::string> DescribeFamilyOptions(const ColumnFamilyOptions& options) {
  std::vector<std::string> lines;
  Describe("ColumnFamilyOptions", &options, "", &lines);
  Describe("AdvancedColumnFamilyOptions", static_cast<const AdvancedColumnFamilyOptions*>(&options),
           "", &lines);
  Describe("CompressionOptions", &options.compression_opts, "compression_opts.", &lines);
  Describe("CompressionOptions", &options.bottommost_compression_opts,
           "bottommost_compression_opts.", &lines);
  if (options.compaction_style == kCompactionStyleUniversal) {
    Describe("CompactionOptionsUniversal", &options.compaction_options_universal,
             "compaction_options_universal.", &lines);
  }
  if (options.compaction_style == kCompactionStyleFIFO) {
    Describe("CompactionOptionsFIFO", &options.compaction_options_fifo, "compaction_options_fifo.",
             &lines);
  }
  if (options.table_factory != nullptr) {
    if (const auto* table = options.table_factory->GetOptions<BlockBasedTableOptions>()) {
      Describe("BlockBasedTableOptions", table, "", &lines);
      Describe("MetadataCacheOptions", &table->metadata_cache_options, "metadata_cache_options.",
               &lines);
    }
  }
  return lines;
}

}  // namespace rocksdb
