// What the public headers define inline and Debian's library exports: functions, type information
// and tables of virtual functions. Programs emit their own, but may bind these. The file is
// compiled so that inline functions are kept; what the compiler only makes when it is used is used
// here.

#include <functional>
#include <new>
#include <tuple>
#include <typeinfo>
#include <utility>

#include "rocksdb/block_cache_trace_writer.h"
#include "rocksdb/cache.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/flush_block_policy.h"
#include "rocksdb/io_status.h"
#include "rocksdb/listener.h"
#include "rocksdb/memory_allocator.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/metadata.h"
#include "rocksdb/options.h"
#include "rocksdb/secondary_cache.h"
#include "rocksdb/slice.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/status.h"
#include "rocksdb/system_clock.h"
#include "rocksdb/table.h"
#include "rocksdb/table_properties.h"
#include "rocksdb/transaction_log.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/utilities/cache_dump_load.h"
#include "rocksdb/utilities/env_mirror.h"
#include "rocksdb/utilities/ldb_cmd.h"
#include "rocksdb/utilities/object_registry.h"
#include "rocksdb/utilities/options_type.h"
#include "rocksdb/utilities/transaction_db.h"
#include "rocksdb/utilities/transaction_db_mutex.h"
#include "rocksdb/wal_filter.h"
#include "rocksdb/wide_columns.h"
#include "rocksdb/write_buffer_manager.h"

// Outside of rocksdb, so that the helpers themselves are not exported, and with names that are seen
// by the linker, so that they are made.
namespace inline_members {

using namespace rocksdb;

template <typename T>
void Copy(void* to, const T& from) {
  new (to) T(from);
}
template <typename T>
void Move(void* to, T* from) {
  new (to) T(std::move(*from));
}
template <typename T>
void Make(void* to) {
  new (to) T();
}
template <typename T>
void Destroy(T* object) {
  object->~T();
}

// A class that derives from an abstract one, so that the tables of that are there.
template <typename T>
class Heir : public T {
 public:
  Heir() {}
  ~Heir() override {}
};

template <typename T>
void Register(ObjectLibrary* library, const FactoryFunc<T>& factory) {
  library->AddFactory<T>(ObjectLibrary::PatternEntry(""), factory);
}

template <>
class Heir<SystemClockWrapper> : public SystemClockWrapper {
 public:
  Heir() : SystemClockWrapper(nullptr) {}
  ~Heir() override {}
  const char* Name() const override { return ""; }
};
template class Heir<BackupEngine>;
template class Heir<BackupEngineReadOnly>;
template class Heir<BlockCacheTraceWriter>;
template class Heir<CacheDumpReader>;
template class Heir<CacheDumpWriter>;
template class Heir<CacheDumpedLoader>;
template class Heir<CacheDumper>;
template class Heir<CompactionService>;
template class Heir<EventListener>;
template class Heir<FlushBlockPolicy>;
template class Heir<FSWritableFile>;
template class Heir<FSRandomAccessFile>;
template class Heir<FSSequentialFile>;
template class Heir<MemTableRep::Iterator>;
template class Heir<MemTableRep::KeyComparator>;
template class Heir<SecondaryCache>;
template class Heir<SecondaryCacheResultHandle>;
template class Heir<StallInterface>;
template class Heir<TablePropertiesCollector>;
template class Heir<TransactionDBCondVar>;
template class Heir<TransactionDBMutex>;
template class Heir<TransactionDBMutexFactory>;
template class Heir<TransactionLogIterator>;
template class Heir<WalFilter>;

[[gnu::used]] static const std::type_info* const kTypes[] = {
    &typeid(BackupEngine),
    &typeid(BackupEngineAppendOnlyBase),
    &typeid(BackupEngineReadOnly),
    &typeid(BackupEngineReadOnlyBase),
    &typeid(EnvMirror::FileLockMirror),
    &typeid(MemoryMappedFileBuffer),
    &typeid(SystemClockWrapper),
};

[[gnu::used]] static const auto kCopy = std::make_tuple(
    &Copy<BlockBasedTableOptions>, &Copy<ConfigOptions>, &Copy<FileOptions>, &Copy<IOStatus>,
    &Copy<LiveFileMetaData>, &Copy<Status>, &Copy<TableProperties>, &Move<ColumnFamilyDescriptor>,
    &Move<ColumnFamilyOptions>, &Move<IOStatus>, &Move<Status>, &Move<TableProperties>,
    &Make<ExternalSstFileInfo>, &Destroy<BlobFileCreationInfo>, &Destroy<BlockCacheTraceRecord>,
    &Destroy<ExternalFileIngestionInfo>, &Destroy<ExternalSstFileInfo>,
    &Destroy<FileCreationBriefInfo>, &Destroy<FileDeletionInfo>, &Destroy<IODebugContext>,
    &Destroy<IngestExternalFileArg>, &Destroy<LDBCommand::ParsedParams>, &Destroy<RangeLockInfo>,
    &Destroy<SubcompactionJobInfo>, &Register<CompactionFilter>, &Register<CompactionFilterFactory>,
    &Register<Env>, &Register<FileSystem>, &Register<SystemClock>);

}  // namespace inline_members
