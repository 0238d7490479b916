#include "engine/store/external_file.h"

#include <utility>

#include "engine/base/checksum.h"
#include "engine/base/random.h"
#include "engine/io/clock.h"
#include "engine/lsm/read_view.h"
#include "engine/run/file_builder.h"
#include "engine/run/run_file.h"
#include "engine/run/run_iterator.h"
#include "engine/store/db_env.h"
#include "engine/store/file_info.h"

namespace aether {

ExternalFileWriter::ExternalFileWriter(const Comparator* order, std::string path)
    : order_(order), path_(std::move(path)) {}
ExternalFileWriter::~ExternalFileWriter() = default;

Status ExternalFileWriter::Create(const ExternalFileOptions& options, const std::string& path,
                                  std::unique_ptr<ExternalFileWriter>* writer) {
  FileSystem* const fs = options.fs != nullptr ? options.fs : PosixFileSystem();
  const StoreOptions& store = options.store;
  std::unique_ptr<WritableFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(path, WriteFileOptions(), &file));
  FileBuilderOptions builder;
  builder.order = store.order;
  builder.filter_bits_per_key = options.filters ? store.tree.FilterBits(kLastLevel) : 0;
  builder.prefix = store.tree.prefix;
  builder.whole_key_filter = store.tree.whole_key_filter;
  builder.compression = store.tree.compression[kLastLevel];
  builder.number = 1;
  builder.salt = SystemEntropy();
  builder.creation_time = RealClock()->WallSeconds();
  builder.family = options.family.value_or(kNoFamily);
  builder.family_name = options.family_name;
  builder.external = kExternalVersion;
  builder.session = options.session;
  if (options.bytes_per_sync > 0) builder.range_sync_bytes = options.bytes_per_sync;
  for (const auto& factory : store.collectors) {
    if (std::shared_ptr<FileCollector> made = factory->Create(builder.family, -1)) {
      builder.collectors.push_back(std::move(made));
    }
  }
  if (options.sums != nullptr) builder.sum = options.sums->Create(path);
  std::unique_ptr<ExternalFileWriter> made(new ExternalFileWriter(store.order, path));
  made->builder_ = std::make_unique<FileBuilder>(builder, std::move(file), path);
  *writer = std::move(made);
  return Status::OK();
}

Status ExternalFileWriter::Add(EntryType type, Slice key, Slice value) {
  const bool first = builder_->Entries() == 0;
  if (!first && CompareKeys(order_, key, last_key_) <= 0) {
    return Status::InvalidArgument("Keys must be added in strict ascending order.");
  }
  AETHER_RETURN_IF_ERROR(builder_->Add(key, PackTag(0, type), value));
  last_key_.assign(key.data(), key.size());
  if (first) first_key_ = last_key_;
  return Status::OK();
}

Status ExternalFileWriter::DeleteRange(Slice begin, Slice end) {
  const int c = CompareKeys(order_, begin, end);
  if (c > 0) return Status::InvalidArgument("end key comes before start key");
  if (c == 0) return Status::OK();
  AETHER_RETURN_IF_ERROR(builder_->AddRangeDelete(begin, end, 0));
  if (!any_range_ || CompareKeys(order_, begin, range_begin_) < 0) range_begin_ = begin.ToString();
  if (!any_range_ || CompareKeys(order_, end, range_end_) > 0) range_end_ = end.ToString();
  any_range_ = true;
  return Status::OK();
}

uint64_t ExternalFileWriter::Entries() const { return builder_->Entries(); }
uint64_t ExternalFileWriter::FileSize() const { return builder_->FileSize(); }

Status ExternalFileWriter::Finish(Result* result) {
  FileMeta meta;
  AETHER_RETURN_IF_ERROR(builder_->Finish(true, &meta));
  result->info = DescribeFile(meta);
  result->info.path = path_;
  result->info.smallest_key = first_key_;
  result->info.largest_key = last_key_;
  result->range_begin = range_begin_;
  result->range_end = range_end_;
  return Status::OK();
}

ExternalFileReader::~ExternalFileReader() = default;

Status ExternalFileReader::Open(FileSystem* fs, const std::string& path,
                                const StoreOptions& options,
                                std::unique_ptr<ExternalFileReader>* reader) {
  if (fs == nullptr) fs = PosixFileSystem();
  std::unique_ptr<ExternalFileReader> made(new ExternalFileReader(options));
  RunFileOptions run_options;
  run_options.order = options.order;
  run_options.prefix = options.tree.prefix;
  std::unique_ptr<RunFile> file;
  AETHER_RETURN_IF_ERROR(RunFile::Open(fs, path, nullptr,
                                       options.pool != nullptr ? options.pool : Pool::New(8 << 20),
                                       run_options, &file));
  made->file_ = file.get();
  made->info_ = DescribeFile(file->Meta());
  made->info_.path = path;
  // A version of one run of one file.
  auto opened = std::make_shared<OpenFile>(std::move(file), [](uint64_t) {});
  FamilyState state;
  state.levels[0].push_back({1, {{std::make_shared<const FileMeta>(opened->meta()), nullptr}}});
  std::shared_ptr<const Version> version;
  AETHER_RETURN_IF_ERROR(Version::Build(
      options.order, state, nullptr,
      [&](const FileMeta&, std::shared_ptr<OpenFile>* result) {
        *result = opened;
        return Status::OK();
      },
      &version));
  made->view_ = std::make_shared<const ReadView>(1, std::vector<std::shared_ptr<MemTable>>(),
                                                 std::move(version));
  *reader = std::move(made);
  return Status::OK();
}

std::unique_ptr<Iterator> ExternalFileReader::NewIterator(const ReadOptions& options) const {
  IteratorOptions iterator_options;
  if (options.lower_bound) iterator_options.lower_bound = options.lower_bound->ToString();
  if (options.upper_bound) iterator_options.upper_bound = options.upper_bound->ToString();
  iterator_options.ignore_range_deletes = true;
  iterator_options.max_skippable_entries = options.max_skippable_entries;
  RunReadOptions run_options;
  run_options.cache_only = options.tier == ReadTier::kCacheOnly;
  run_options.fill_cache = options.fill_cache;
  run_options.verify = options.verify_checksums;
  run_options.readahead_bytes = options.readahead;
  run_options.max_readahead_bytes = options_.max_readahead;
  const auto source = [view = view_, run_options,
                       sequence = options.snapshot != nullptr ? options.snapshot->sequence()
                                                              : kMaxSequence](IteratorSource* out) {
    out->view = view;
    out->sequence = sequence;
    out->entries = view->NewEntryIterator(run_options, false, true);
    return Status::OK();
  };
  IteratorSource first;
  source(&first).Ignore();
  return std::make_unique<Iterator>(options_.order, options_.merge_operator,
                                    std::move(iterator_options), std::move(first), source);
}

Status ExternalFileReader::ForEachEntry(
    const std::function<bool(const EntryVersion& entry)>& visit) const {
  RunReadOptions read;
  read.stream = true;
  read.references = true;
  const auto it = file_->NewIterator(read);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    EntryVersion entry;
    entry.key = it->key().ToString();
    entry.value = it->value().ToString();
    if (!it->Valid()) break;  // a large value that cannot be read
    entry.sequence = TagSequence(it->tag());
    entry.type = TagType(it->tag());
    if (!visit(entry)) return Status::OK();
  }
  AETHER_RETURN_IF_ERROR(it->status());
  for (const RangeDelete& range : file_->RangeDeletes()) {
    EntryVersion entry;
    entry.key = range.begin;
    entry.value = range.end;
    entry.sequence = range.sequence;
    entry.type = EntryType::kRangeDelete;
    if (!visit(entry)) return Status::OK();
  }
  return Status::OK();
}

Status ExternalFileReader::VerifyChecksums() const { return file_->VerifyChecksums(); }

}  // namespace aether
