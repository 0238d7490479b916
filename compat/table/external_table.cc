#include "compat/table/external_table.h"

#include "compat/db/option_map.h"
#include "compat/env/app_file_system.h"
#include "engine/base/coding.h"
#include "rocksdb/comparator.h"

namespace rocksdb {

namespace {

class VersionMark final : public aether::FileCollector {
 public:
  void Add(aether::Slice, uint64_t, aether::Slice, uint64_t) override {}
  void Finish(aether::FileProperties* properties) override {
    std::string version;
    std::string sequence;
    aether::PutFixed<uint32_t>(&version, static_cast<uint32_t>(kExternalFileVersion));
    aether::PutFixed<uint64_t>(&sequence, 0);
    (*properties)[kExternalVersionProperty] = version;
    (*properties)[kExternalSequenceProperty] = sequence;
  }
};

class VersionMarks final : public aether::FileCollectorFactory {
 public:
  std::unique_ptr<aether::FileCollector> Create(uint32_t, int) override {
    return std::make_unique<VersionMark>();
  }
};

}  // namespace

ExternalTable::ExternalTable(const Options& given, const Comparator* comparator) : options(given) {
  options.comparator = comparator;
  if (options.env == nullptr) options.env = Env::Default();
  status = CheckFamilyOptions(options, options);
  if (!status.ok()) return;
  family = MakeFamily(options);
  fs = EngineFileSystemFor(options.env, &owned_fs);
  status = ToEngineStore(*family, options, &store);
  store.collectors.push_back(std::make_shared<VersionMarks>());
}

}  // namespace rocksdb
