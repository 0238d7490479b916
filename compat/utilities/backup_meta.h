// meta/<id>: what one backup consists of. The format is RocksDB's, so that its tools read it:
//
//   meta      := version? timestamp "\n" sequence "\n" metadata? count "\n" file{count} footer?
//   version   := "schema_version 2.0\n"             only with schema_version 2
//   metadata  := "metadata " hexadecimal "\n"       what the application gave along
//   file      := path " crc32 " decimal field* "\n"
//   field     := " size " decimal | " temp " decimal | " " name " " word
//   footer    := "// FOOTER\n" (name " " word "\n")*
//   path      := "shared/" name | "shared_checksum/" name | "private/" id "/" name
//
// Fields that are not known are passed over, unless their name begins with "ni::". A backup whose
// description was damaged, or made by somebody with bad intentions, is Corruption (NotSupported
// where it is of a later version): no path leads out of the directory, or into another backup, and
// no two files of a backup are restored under the same name.
//
// Thread safety: values and functions of their arguments.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_META_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_META_H_

#include <cstdint>
#include <string>
#include <vector>

#include "rocksdb/io_status.h"
#include "rocksdb/types.h"
#include "rocksdb/utilities/backup_engine.h"

namespace rocksdb {

inline constexpr char kSharedDirectory[] = "shared";
inline constexpr char kSharedChecksumDirectory[] = "shared_checksum";
inline constexpr char kPrivateDirectory[] = "private";
inline constexpr char kMetaDirectory[] = "meta";
inline constexpr int kNewestBackupSchema = 2;

struct BackupFile {
  std::string path;  // below the backup directory
  uint64_t size = 0;
  uint32_t crc32c = 0;
  Temperature temperature = Temperature::kUnknown;
  // What it is restored as; from the path.
  std::string name;
  FileType type = kTempFile;

  bool shared() const { return path.compare(0, 8, "private/") != 0; }
};

struct BackupMeta {
  BackupID id = 0;
  int64_t timestamp = 0;  // seconds since 1970
  uint64_t sequence = 0;
  std::string app_metadata;
  std::vector<BackupFile> files;

  uint64_t Size() const;
};

// The description of `meta`. REQUIRES: 1 <= schema_version <= kNewestBackupSchema.
std::string EncodeBackupMeta(const BackupMeta& meta, int schema_version);

// `file` is where the text comes from, for messages. Sizes are those in the text, and
// kUnknownBackupSize where it has none.
inline constexpr uint64_t kUnknownBackupSize = UINT64_MAX;
IOStatus DecodeBackupMeta(const std::string& file, const std::string& text, BackupID id,
                          BackupMeta* meta);

// Fills in name and type from the path. False when it is not one of backup `id`.
bool ParseBackupPath(BackupID id, BackupFile* file);

// "000012_sABC_980.sst" -> "000012.sst"; false for names that are not of that form.
bool NameWithoutChecksum(const std::string& name, std::string* plain);
// The 980 of such a name; false where it does not say.
bool SizeInName(const std::string& name, uint64_t* size);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_META_H_
