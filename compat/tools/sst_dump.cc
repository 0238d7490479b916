// The sst_dump command line for table files of this engine: what is in them, and whether they are
// whole. Exit status: 0, or 1 where a file could not be read or the words make no sense.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compat/env/status_convert.h"
#include "compat/table/external_table.h"
#include "compat/table/file_properties.h"
#include "compat/tools/ldb_arguments.h"
#include "rocksdb/comparator.h"
#include "rocksdb/sst_dump_tool.h"
#include "rocksdb/version.h"

namespace rocksdb {

namespace {

constexpr char kUsage[] =
    "sst_dump --file=<table file or directory of them> [--command=<command>] [options]\n\n"
    "Commands:\n"
    "  check     reads all entries (what is done without a command)\n"
    "  scan      prints them\n"
    "  verify    checks every checksum\n"
    "  identify  says which files are table files\n\n"
    "Options:\n"
    "  --from=<key>, --to=<key>, --prefix=<key>  limit scan and check; --to is exclusive\n"
    "  --read_num=<n>                            so many entries\n"
    "  --output_hex, --input_key_hex             keys and values as hexadecimal digits\n"
    "  --show_properties                         what a file says of itself\n";

// As other tools print it.
int TypeNumber(aether::EntryType type) {
  switch (type) {
    case aether::EntryType::kPutReference:
      return 0x11;
    case aether::EntryType::kEntity:
      return 0x16;
    default:
      return static_cast<int>(type);
  }
}

class Dump {
 public:
  Dump(const Arguments& arguments, const Options& options)
      : arguments_(arguments), options_(options), hex_(arguments.Has("output_hex")) {
    const auto key = [&](const char* name) -> std::optional<std::string> {
      if (arguments.options.count(name) == 0) return std::nullopt;
      const std::string text = arguments.Get(name);
      if (!arguments.Has("input_key_hex")) return text;
      const auto bytes = FromHex(text.compare(0, 2, "0x") == 0 ? text : "0x" + text);
      if (!bytes) bad_key_ = true;
      return bytes;
    };
    from_ = key("from");
    to_ = key("to");
    prefix_ = key("prefix");
    const std::string most = arguments.Get("read_num");
    if (!most.empty()) left_ = strtoull(most.c_str(), nullptr, 10);
  }

  bool bad_key() const { return bad_key_; }

  Status File(const std::string& path) {
    const std::string command = arguments_.Get("command", "check");
    std::unique_ptr<aether::ExternalFileReader> reader;
    ExternalTable table(options_, options_.comparator);
    Status s = table.status;
    if (s.ok()) {
      s = ToRocks(aether::ExternalFileReader::Open(table.fs, path, table.store, &reader));
    }
    if (s.IsInvalidArgument() && options_.comparator == BytewiseComparator()) {
      options_.comparator = ReverseBytewiseComparator();
      return File(path);
    }
    if (command == "identify") {
      printf("%s: %s\n", path.c_str(), s.ok() ? "SST" : s.ToString().c_str());
      return Status::OK();
    }
    if (!s.ok()) return s;
    printf("Process %s\nSst file format: aether run\n", path.c_str());
    if (command == "verify") {
      s = ToRocks(reader->VerifyChecksums());
      if (s.ok()) printf("The file is ok\n");
    } else {
      s = Entries(*reader, command == "scan");
    }
    if (arguments_.Has("show_properties")) {
      const aether::FileInfo& info = reader->info();
      const auto props = ToTableProperties(
          info,
          info.family.value_or(TablePropertiesCollectorFactory::Context::kUnknownColumnFamily),
          info.family_name, options_);
      printf("Table Properties:\n------------------------------\n  %s\n",
             props->ToString("\n  ", ": ").c_str());
    }
    return s;
  }

 private:
  Status Entries(const aether::ExternalFileReader& reader, bool print) {
    const Comparator* const order = options_.comparator;
    return ToRocks(reader.ForEachEntry([&](const aether::EntryVersion& entry) {
      if (left_ == 0) return false;
      if (from_ && order->Compare(entry.key, *from_) < 0) return true;
      if (to_ && order->Compare(entry.key, *to_) >= 0) return true;
      if (prefix_ && !Slice(entry.key).starts_with(*prefix_)) return true;
      --left_;
      if (print) {
        printf("'%s' seq:%llu, type:%d => %s\n", Shown(entry.key).c_str(),
               static_cast<unsigned long long>(entry.sequence), TypeNumber(entry.type),
               Shown(entry.value).c_str());
      }
      return true;
    }));
  }
  std::string Shown(const std::string& bytes) const {
    return hex_ ? Slice(bytes).ToString(true) : bytes;
  }

  const Arguments& arguments_;
  Options options_;
  const bool hex_;
  bool bad_key_ = false;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  std::optional<std::string> prefix_;
  uint64_t left_ = UINT64_MAX;
};

}  // namespace

int SSTDumpTool::Run(int argc, char const* const* argv, Options options) {
  const Arguments arguments(argc, argv);
  if (arguments.Has("version")) {
    printf("sst_dump from Aether, for RocksDB %d.%d.%d\n", ROCKSDB_MAJOR, ROCKSDB_MINOR,
           ROCKSDB_PATCH);
    return 0;
  }
  const std::string file = arguments.Get("file");
  if (file.empty() || arguments.Has("help")) {
    fputs(kUsage, arguments.Has("help") ? stdout : stderr);
    return arguments.Has("help") ? 0 : 1;
  }
  const std::string command = arguments.Get("command", "check");
  if (command != "check" && command != "scan" && command != "verify" && command != "identify") {
    fprintf(stderr, "%s\n",
            Status::NotSupported("sst_dump --command=" + command).ToString().c_str());
    return 1;
  }
  Env* const env = options.env;
  std::vector<std::string> paths;
  std::vector<std::string> names;
  if (env->GetChildren(file, &names).ok() && !names.empty()) {
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (Slice(name).ends_with(".sst")) paths.push_back(file + "/" + name);
    }
  } else {
    paths.push_back(file);
  }
  Dump dump(arguments, options);
  if (dump.bad_key()) {
    fprintf(stderr, "a key is not hexadecimal\n");
    return 1;
  }
  int status = 0;
  for (const std::string& path : paths) {
    const Status s = dump.File(path);
    if (s.ok()) continue;
    fprintf(stderr, "%s: %s\n", path.c_str(), s.ToString().c_str());
    status = 1;
  }
  fflush(stdout);
  return status;
}

}  // namespace rocksdb
