// What an application has look at files of runs, as the engine's interfaces: collectors of table
// properties and checksums over whole files.
//
// Thread safety: as the engine asks for. Ownership: the adapters share the application's factories.
// Failure: a collector that fails loses its properties, which LOG tells; the file is written.

#ifndef AETHER_COMPAT_TABLE_FILE_PLUG_INS_H_
#define AETHER_COMPAT_TABLE_FILE_PLUG_INS_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/store/options.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/options.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

std::vector<std::shared_ptr<aether::FileCollectorFactory>> ToEngineCollectors(
    const ColumnFamilyOptions& options, const std::shared_ptr<Logger>& log);
// "[first,second]", as TableProperties has it.
std::string CollectorNames(const ColumnFamilyOptions& options);

// Null for null.
std::shared_ptr<aether::FileSumFactory> ToEngineSums(
    const std::shared_ptr<FileChecksumGenFactory>& factory);

// Reads a file and says what its checksum is. InvalidArgument when the factory does not know the
// kind; an empty name leaves that to it.
Status ComputeFileSum(FileSystem* fs, const std::string& path, const std::string& name,
                      FileChecksumGenFactory* factory, std::string* sum, std::string* sum_name);
// Reads a file and compares its checksum with one that was taken when it was written. Corruption
// when they differ, InvalidArgument when the factory does not know the kind.
Status VerifyFileSum(FileSystem* fs, const std::string& path, const std::string& name,
                     const std::string& expected, FileChecksumGenFactory* factory);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TABLE_FILE_PLUG_INS_H_
