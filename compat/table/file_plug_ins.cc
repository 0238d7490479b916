#include "compat/table/file_plug_ins.h"

#include <utility>

#include "compat/db/slices.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

namespace {

EntryType ToEntryType(aether::EntryType type) {
  switch (type) {
    case aether::EntryType::kPut:
      return kEntryPut;
    case aether::EntryType::kDelete:
      return kEntryDelete;
    case aether::EntryType::kSingleDelete:
      return kEntrySingleDelete;
    case aether::EntryType::kMerge:
      return kEntryMerge;
    case aether::EntryType::kRangeDelete:
      return kEntryRangeDeletion;
    case aether::EntryType::kPutReference:
      return kEntryBlobIndex;
    case aether::EntryType::kEntity:
      return kEntryWideColumnEntity;
  }
  return kEntryOther;
}

class CollectorAdapter final : public aether::FileCollector {
 public:
  CollectorAdapter(TablePropertiesCollector* collector, std::shared_ptr<Logger> log)
      : collector_(collector), log_(std::move(log)) {}

  void Add(aether::Slice key, uint64_t tag, aether::Slice value, uint64_t file_size) override {
    const Status s =
        collector_->AddUserKey(FromEngine(key), FromEngine(value), ToEntryType(aether::TagType(tag)),
                               aether::TagSequence(tag), file_size);
    if (!s.ok() && !failed_) Fail("AddUserKey", s);
  }
  void Finish(aether::FileProperties* properties) override {
    const Status s = collector_->Finish(properties);
    if (!s.ok()) Fail("Finish", s);
  }

 private:
  void Fail(const char* call, const Status& s) {
    failed_ = true;
    Warn(log_, "Table properties collector %s, %s: %s", collector_->Name(), call,
         s.ToString().c_str());
  }

  const std::unique_ptr<TablePropertiesCollector> collector_;
  const std::shared_ptr<Logger> log_;
  bool failed_ = false;
};

class CollectorFactoryAdapter final : public aether::FileCollectorFactory {
 public:
  CollectorFactoryAdapter(std::shared_ptr<TablePropertiesCollectorFactory> factory,
                          std::shared_ptr<Logger> log)
      : factory_(std::move(factory)), log_(std::move(log)) {}
  std::unique_ptr<aether::FileCollector> Create(uint32_t family, int level) override {
    TablePropertiesCollectorFactory::Context context;
    context.column_family_id =
        family == UINT32_MAX ? TablePropertiesCollectorFactory::Context::kUnknownColumnFamily
                             : family;
    context.level_at_creation = level;
    TablePropertiesCollector* const made = factory_->CreateTablePropertiesCollector(context);
    return made == nullptr ? nullptr : std::make_unique<CollectorAdapter>(made, log_);
  }

 private:
  const std::shared_ptr<TablePropertiesCollectorFactory> factory_;
  const std::shared_ptr<Logger> log_;
};

class SumAdapter final : public aether::FileSum {
 public:
  explicit SumAdapter(std::unique_ptr<FileChecksumGenerator> generator)
      : generator_(std::move(generator)) {}
  std::string Name() const override { return generator_->Name(); }
  void Update(const char* data, size_t n) override { generator_->Update(data, n); }
  std::string Finish() override {
    generator_->Finalize();
    return generator_->GetChecksum();
  }

 private:
  const std::unique_ptr<FileChecksumGenerator> generator_;
};

class SumFactoryAdapter final : public aether::FileSumFactory {
 public:
  explicit SumFactoryAdapter(std::shared_ptr<FileChecksumGenFactory> factory)
      : factory_(std::move(factory)) {}
  std::unique_ptr<aether::FileSum> Create(const std::string& path) override {
    FileChecksumGenContext context;
    context.file_name = path;
    auto generator = factory_->CreateFileChecksumGenerator(context);
    return generator == nullptr ? nullptr : std::make_unique<SumAdapter>(std::move(generator));
  }

 private:
  const std::shared_ptr<FileChecksumGenFactory> factory_;
};

}  // namespace

std::vector<std::shared_ptr<aether::FileCollectorFactory>> ToEngineCollectors(
    const ColumnFamilyOptions& options, const std::shared_ptr<Logger>& log) {
  std::vector<std::shared_ptr<aether::FileCollectorFactory>> out;
  for (const auto& factory : options.table_properties_collector_factories) {
    if (factory != nullptr) out.push_back(std::make_shared<CollectorFactoryAdapter>(factory, log));
  }
  return out;
}

std::string CollectorNames(const ColumnFamilyOptions& options) {
  std::string names;
  for (const auto& factory : options.table_properties_collector_factories) {
    if (factory == nullptr) continue;
    if (!names.empty()) names += ",";
    names += factory->Name();
  }
  return "[" + names + "]";
}

std::shared_ptr<aether::FileSumFactory> ToEngineSums(
    const std::shared_ptr<FileChecksumGenFactory>& factory) {
  return factory == nullptr ? nullptr : std::make_shared<SumFactoryAdapter>(factory);
}

Status ComputeFileSum(FileSystem* fs, const std::string& path, const std::string& name,
                      FileChecksumGenFactory* factory, std::string* sum, std::string* sum_name) {
  FileChecksumGenContext context;
  context.file_name = path;
  context.requested_checksum_func_name = name;
  const auto generator = factory->CreateFileChecksumGenerator(context);
  if (generator == nullptr) {
    return Status::InvalidArgument(path + ": the file checksum factory does not know " + name);
  }
  std::unique_ptr<FSSequentialFile> file;
  Status s = fs->NewSequentialFile(path, FileOptions(), &file, nullptr);
  constexpr size_t kPiece = size_t{1} << 20;
  const std::unique_ptr<char[]> scratch(new char[kPiece]);
  for (bool end = false; s.ok() && !end;) {
    Slice piece;
    s = file->Read(kPiece, IOOptions(), &piece, scratch.get(), nullptr);
    if (s.ok()) generator->Update(piece.data(), piece.size());
    end = piece.empty();
  }
  if (!s.ok()) return s;
  generator->Finalize();
  *sum = generator->GetChecksum();
  *sum_name = generator->Name();
  return s;
}

Status VerifyFileSum(FileSystem* fs, const std::string& path, const std::string& name,
                     const std::string& expected, FileChecksumGenFactory* factory) {
  std::string actual;
  std::string actual_name;
  const Status s = ComputeFileSum(fs, path, name, factory, &actual, &actual_name);
  if (!s.ok() || actual == expected) return s;
  return Status::Corruption(path + " file checksum mismatch, expecting " +
                            Slice(expected).ToString(true) + ", but actual " +
                            Slice(actual).ToString(true));
}

}  // namespace rocksdb
