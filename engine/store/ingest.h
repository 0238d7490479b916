// What DbEnv::Ingest and DbEnv::ImportStore take and give. Plain values.

#ifndef AETHER_ENGINE_STORE_INGEST_H_
#define AETHER_ENGINE_STORE_INGEST_H_

#include <string>
#include <vector>

#include "engine/store/stats.h"

namespace aether {

class KvStore;

struct IngestOptions {
  // The file becomes the store's own by a second name; the first one goes after success. Where that
  // cannot be, it is copied, or else the call fails.
  bool move = false;
  bool copy_if_move_fails = true;
  // InvalidArgument instead where the order of writes shows: keys of the files are there already,
  // the files overlap, or a snapshot is held (unless snapshots do not matter).
  bool may_be_numbered = true;
  bool snapshots_matter = true;
  // InvalidArgument instead of a flush of memtables that have keys of the files.
  bool may_flush = true;
  bool verify_checksums = false;  // of everything in the files, before anything is done
  // TryAgain instead of a place above the last level.
  bool last_level_only = false;
};

struct FileToIngest {
  std::string path;
  // What its checksum is known to be, for the manifest; empty: nothing.
  std::string sum;
  std::string sum_name;
};

// The files of one family. Later ones count as written later.
struct IngestRequest {
  KvStore* store = nullptr;
  std::vector<FileToIngest> files;
  IngestOptions options;
};

struct IngestedFile {
  std::string source;
  FileInfo info;  // its sequences are those that the file was given
};

// One file that another store exported.
struct FileToImport {
  std::string path;
  int level = 0;
  // 0, 0: those that the file says.
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
};

struct ImportFiles {
  std::vector<FileToImport> files;
  bool move = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_INGEST_H_
