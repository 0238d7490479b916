// Dumps: the default family of a DB as one file, in the format of RocksDB's rocksdb_dump and
// rocksdb_undump, so that they move between the two.
//
//   dump    := magic:8 "ROCKDUMP"  version:8 (big-endian, 1)  info  record*
//   info    := size:4  text (JSON: where the dump comes from; "{}" when that is not to be known)
//   record  := size:4  key  size:4  value
//
// Sizes are little-endian. Records stand in the order of the keys; nothing says how many there are.
//
// Thread safety: functions of their arguments. Failure: false, and a line on stderr. A dump that
// ends within a record is refused where that is noticed: what stands before is in the DB by then.

#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "engine/base/coding.h"
#include "rocksdb/db_dump_tool.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

namespace {

constexpr char kDumpMagic[] = "ROCKDUMP";
constexpr size_t kDumpMagicSize = sizeof(kDumpMagic) - 1;
constexpr char kDumpVersion[] = {0, 0, 0, 0, 0, 0, 0, 1};
constexpr size_t kLoadedAtOnce = 1 << 20;

bool Fail(const std::string& what) {
  fprintf(stderr, "%s\n", what.c_str());
  return false;
}

bool Fail(const std::string& what, const Status& s) { return Fail(what + ": " + s.ToString()); }

// `name` would end a JSON string where it has a quote.
std::string Quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string OriginOf(Env* env, const std::string& path) {
  std::string absolute;
  if (!env->GetAbsolutePath(path, &absolute).ok()) absolute = path;
  std::string host;
  if (!env->GetHostNameString(&host).ok()) host = "unknown";
  int64_t now = 0;
  if (!env->GetCurrentTime(&now).ok()) now = 0;
  return "{ \"database-path\": " + Quoted(absolute) + ", \"hostname\": " + Quoted(host) +
         ", \"creation-time\": " + std::to_string(now) + " }";
}

Status AppendSized(WritableFile* file, const Slice& bytes) {
  if (bytes.size() > std::numeric_limits<uint32_t>::max()) {
    return Status::InvalidArgument("a dump holds at most 4 GB in a key or value");
  }
  std::string size;
  aether::PutFixed(&size, static_cast<uint32_t>(bytes.size()));
  Status s = file->Append(size);
  return s.ok() ? Status(file->Append(bytes)) : s;
}

Status WriteDump(DB* db, const std::string& info, WritableFile* file) {
  Status s = file->Append(Slice(kDumpMagic, kDumpMagicSize));
  if (s.ok()) s = file->Append(Slice(kDumpVersion, sizeof(kDumpVersion)));
  if (s.ok()) s = AppendSized(file, info);
  ReadOptions once;
  once.fill_cache = false;
  const std::unique_ptr<Iterator> it(db->NewIterator(once));
  for (it->SeekToFirst(); s.ok() && it->Valid(); it->Next()) {
    s = AppendSized(file, it->key());
    if (s.ok()) s = AppendSized(file, it->value());
  }
  if (s.ok()) s = it->status();
  if (s.ok()) s = file->Sync();
  const Status closed = file->Close();
  return s.ok() ? closed : s;
}

class DumpReader {
 public:
  Status Open(Env* env, const std::string& path) {
    Status s = env->GetFileSize(path, &left_);
    return s.ok() ? env->NewSequentialFile(path, &file_, EnvOptions()) : s;
  }
  bool AtEnd() const { return left_ == 0; }

  // False when there are not so many bytes; nothing is allocated for them then.
  bool Read(size_t n, std::string* bytes) {
    bytes->clear();
    if (n > left_) return false;
    bytes->resize(n);
    size_t done = 0;
    while (done < n) {
      Slice piece;
      const Status s = file_->Read(n - done, &piece, bytes->data() + done);
      if (!s.ok() || piece.empty()) return false;
      if (piece.data() != bytes->data() + done) {
        memmove(bytes->data() + done, piece.data(), piece.size());
      }
      done += piece.size();
    }
    left_ -= n;
    return true;
  }
  bool ReadSize(uint32_t* size) {
    std::string bytes;
    if (!Read(sizeof(*size), &bytes)) return false;
    *size = aether::LoadFixed<uint32_t>(bytes.data());
    return true;
  }

 private:
  std::unique_ptr<SequentialFile> file_;
  uint64_t left_ = 0;
};

bool Load(DumpReader* dump, DB* db) {
  WriteBatch batch;
  std::string key;
  std::string value;
  const char* trouble = nullptr;
  while (trouble == nullptr && !dump->AtEnd()) {
    uint32_t size = 0;
    if (!dump->ReadSize(&size)) {
      trouble = "Unable to read key size: insufficient data";
    } else if (!dump->Read(size, &key)) {
      trouble = "Key read failure: insufficient data";
    } else if (!dump->ReadSize(&size)) {
      trouble = "Unable to read value size: insufficient data";
    } else if (!dump->Read(size, &value)) {
      trouble = "Unable to read value: insufficient data";
    } else {
      Status s = batch.Put(key, value);
      if (s.ok() && batch.GetDataSize() >= kLoadedAtOnce) {
        s = db->Write(WriteOptions(), &batch);
        batch.Clear();
      }
      if (!s.ok()) return Fail("Unable to write key", s);
    }
  }
  const Status s = db->Write(WriteOptions(), &batch);
  if (!s.ok()) return Fail("Unable to write key", s);
  return trouble == nullptr || Fail(trouble);
}

}  // namespace

bool DbDumpTool::Run(const DumpOptions& dump_options, Options options) {
  Env* const env = options.env != nullptr ? options.env : Env::Default();
  DB* opened = nullptr;
  Status s = DB::OpenForReadOnly(options, dump_options.db_path, &opened);
  if (!s.ok()) {
    return Fail("Unable to open database '" + dump_options.db_path + "' for reading", s);
  }
  const std::unique_ptr<DB> db(opened);
  std::unique_ptr<WritableFile> file;
  s = env->NewWritableFile(dump_options.dump_location, &file, EnvOptions());
  if (!s.ok()) {
    return Fail("Unable to open dump file '" + dump_options.dump_location + "' for writing", s);
  }
  const std::string info =
      dump_options.anonymous ? std::string("{}") : OriginOf(env, dump_options.db_path);
  s = WriteDump(db.get(), info, file.get());
  return s.ok() || Fail("Unable to write the dump '" + dump_options.dump_location + "'", s);
}

bool DbUndumpTool::Run(const UndumpOptions& undump_options, Options options) {
  Env* const env = options.env != nullptr ? options.env : Env::Default();
  DumpReader dump;
  Status s = dump.Open(env, undump_options.dump_location);
  const std::string file = "File '" + undump_options.dump_location + "'";
  if (!s.ok()) {
    return Fail("Unable to open dump file '" + undump_options.dump_location + "' for reading", s);
  }
  std::string bytes;
  if (!dump.Read(kDumpMagicSize, &bytes) || bytes != kDumpMagic) {
    return Fail(file + " is not a recognizable dump file.");
  }
  if (!dump.Read(sizeof(kDumpVersion), &bytes) ||
      bytes != std::string(kDumpVersion, sizeof(kDumpVersion))) {
    return Fail(file + " version not recognized.");
  }
  uint32_t info_size = 0;
  if (!dump.ReadSize(&info_size)) return Fail("Unable to read info blob size.");
  if (!dump.Read(info_size, &bytes)) return Fail("Unable to read info blob: insufficient data");
  options.create_if_missing = true;
  DB* opened = nullptr;
  s = DB::Open(options, undump_options.db_path, &opened);
  if (!s.ok()) {
    return Fail("Unable to open database '" + undump_options.db_path + "' for writing", s);
  }
  const std::unique_ptr<DB> db(opened);
  if (!Load(&dump, db.get())) return false;
  if (undump_options.compact_db) {
    s = db->CompactRange(CompactRangeOptions(), nullptr, nullptr);
    if (!s.ok()) return Fail("Unable to compact the database after loading the dumped file", s);
  }
  return true;
}

}  // namespace rocksdb
