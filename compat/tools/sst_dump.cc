// The sst_dump command line for table files of this engine: what is in them, and whether they are
// whole. Exit status: 0, or 1 where a file could not be read or the words make no sense.

#include <algorithm>
#include <chrono>
#include <cinttypes>
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
#include "rocksdb/convenience.h"
#include "rocksdb/sst_dump_tool.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/version.h"

namespace rocksdb {

namespace {

constexpr char kUsage[] =
    "sst_dump --file=<table file or directory of them> [--command=<command>] [options]\n\n"
    "Commands (any other word only opens the files):\n"
    "  check       reads all entries (what is done without a command)\n"
    "  scan        prints them\n"
    "  raw         writes properties and entries to <file>_dump.txt\n"
    "  verify      checks every checksum\n"
    "  recompress  says how large the file would be with each kind of compression\n"
    "  identify    says which files are table files\n\n"
    "Options:\n"
    "  --from=<key>, --to=<key>, --prefix=<key>  limit scan and check; --to is exclusive\n"
    "  --read_num=<n>                            so many entries\n"
    "  --output_hex                              keys and values as hexadecimal digits\n"
    "  --input_key_hex                           --from, --to and --prefix are 0x and digits\n"
    "  --verify_checksum                         check and scan check every checksum first\n"
    "  --show_properties                         what a file says of itself\n"
    "  --show_summary                            sums over the files\n"
    "  --compression_types=<kZSTD,...>           for recompress\n"
    "  --compression_level_from=, --compression_level_to=<n>\n"
    "  --parse_internal_key=<0x...>              a key with its sequence and type\n"
    "  --env_uri=<uri>, --fs_uri=<uri>           where the files are\n";

constexpr char kKnownWords[] =
    " file command output_hex decode_blob_index from to prefix read_num verify_checksum "
    "input_key_hex show_properties show_summary set_block_size compression_types "
    "parse_internal_key compression_level_from compression_level_to compression_max_dict_bytes "
    "compression_zstd_max_train_bytes compression_max_dict_buffer_bytes "
    "compression_use_zstd_finalize_dict env_uri fs_uri help version ";

constexpr char kLine[] = "------------------------------";
constexpr int kDefaultLevel = 32767;

struct NamedCodec {
  const char* name;
  CompressionType type;
};
constexpr NamedCodec kCodecs[] = {
    {"kNoCompression", kNoCompression},         {"kSnappyCompression", kSnappyCompression},
    {"kZlibCompression", kZlibCompression},     {"kBZip2Compression", kBZip2Compression},
    {"kLZ4Compression", kLZ4Compression},       {"kLZ4HCCompression", kLZ4HCCompression},
    {"kXpressCompression", kXpressCompression}, {"kZSTD", kZSTD},
};

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

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// What the command line asks for.
struct Wishes {
  std::string command = "check";
  bool hex = false;
  bool verify = false;
  bool properties = false;
  bool summary = false;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> prefix;
  uint64_t most = UINT64_MAX;
  std::vector<NamedCodec> codecs{std::begin(kCodecs), std::end(kCodecs)};
  int first_level = kDefaultLevel;
  int last_level = kDefaultLevel;

  // Empty, or what is wrong.
  std::string Read(const Arguments& arguments);

 private:
  std::string ReadKeys(const Arguments& arguments);
  std::string ReadCodecs(const Arguments& arguments);
};

std::string Wishes::Read(const Arguments& arguments) {
  const auto known = [](const std::string& name) {
    return std::string(kKnownWords).find(" " + name + " ") != std::string::npos;
  };
  for (const auto& [name, value] : arguments.options) {
    if (!known(name)) return "Unrecognized argument '--" + name + "=" + value + "'\n";
  }
  for (const std::string& name : arguments.flags) {
    if (!known(name)) return "Unrecognized argument '--" + name + "'\n";
  }
  if (!arguments.command.empty()) return "Unrecognized argument '" + arguments.command + "'\n";
  command = arguments.Get("command", command);
  hex = arguments.Has("output_hex");
  verify = arguments.Has("verify_checksum");
  properties = arguments.Has("show_properties");
  summary = arguments.Has("show_summary");
  const std::string number = arguments.Get("read_num");
  if (!number.empty()) {
    if (!IsNumber(number)) return "Unrecognized argument '--read_num=" + number + "'\n";
    most = strtoull(number.c_str(), nullptr, 10);
    if (most == 0) most = UINT64_MAX;
  }
  if (arguments.options.count("set_block_size") != 0 &&
      !IsNumber(arguments.Get("set_block_size"))) {
    return "block size must be numeric";
  }
  const std::string wrong = ReadKeys(arguments);
  return wrong.empty() ? ReadCodecs(arguments) : wrong;
}

std::string Wishes::ReadKeys(const Arguments& arguments) {
  std::string wrong;
  const auto key = [&](const char* name) -> std::optional<std::string> {
    if (arguments.options.count(name) == 0) return std::nullopt;
    const std::string text = arguments.Get(name);
    if (!arguments.Has("input_key_hex")) return text;
    auto bytes = FromHex(text);
    if (!bytes) wrong = "Invalid hex input " + text + ".  Must start with 0x";
    return bytes;
  };
  from = key("from");
  to = key("to");
  prefix = key("prefix");
  if (from && prefix) return "Cannot specify --prefix and --from\n";
  return wrong;
}

std::string Wishes::ReadCodecs(const Arguments& arguments) {
  if (arguments.options.count("compression_types") != 0) {
    codecs.clear();
    std::string rest = arguments.Get("compression_types") + ",";
    for (size_t comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
      const std::string name = rest.substr(0, comma);
      rest.erase(0, comma + 1);
      const auto found = std::find_if(std::begin(kCodecs), std::end(kCodecs),
                                      [&](const NamedCodec& c) { return name == c.name; });
      if (found == std::end(kCodecs)) return name + " is not a valid CompressionType";
      codecs.push_back(*found);
    }
  }
  const bool has_from = arguments.options.count("compression_level_from") != 0;
  const bool has_to = arguments.options.count("compression_level_to") != 0;
  for (const char* name : {"compression_level_from", "compression_level_to"}) {
    if (arguments.options.count(name) == 0) continue;
    std::string text = arguments.Get(name);
    if (!text.empty() && text[0] == '-') text.erase(0, 1);
    if (!IsNumber(text) || text.size() > 5) return std::string(name) + " must be numeric";
  }
  if (has_from != has_to) {
    return "Specify both --compression_level_from and --compression_level_to.\n";
  }
  if (has_from) {
    first_level = atoi(arguments.Get("compression_level_from").c_str());
    last_level = atoi(arguments.Get("compression_level_to").c_str());
  }
  return std::string();
}

struct Summary {
  uint64_t files = 0;
  uint64_t data_blocks = 0;
  uint64_t data_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t filter_bytes = 0;
};

class Dump {
 public:
  Dump(const Wishes& wishes, const Options& options) : wishes_(wishes), options_(options) {}

  const Summary& summary() const { return summary_; }
  // As many entries have been read as were wished for, over all files.
  bool Full() const { return read_ >= wishes_.most; }
  // Opened, whatever came afterwards.
  const std::vector<std::string>& valid() const { return valid_; }

  Status File(const std::string& path) {
    std::unique_ptr<aether::ExternalFileReader> reader;
    ExternalTable table(options_, options_.comparator);
    Status s = table.status;
    if (s.ok()) {
      s = ToRocks(aether::ExternalFileReader::Open(table.fs, path, table.store, &reader));
    }
    if (s.IsInvalidArgument() && options_.comparator == BytewiseComparator()) {
      options_.comparator = ReverseBytewiseComparator();
      s = File(path);
      options_.comparator = BytewiseComparator();
      return s;
    }
    if (!s.ok()) return s;
    valid_.push_back(path);
    printf("Process %s\nSst file format: aether run\n", path.c_str());
    const aether::FileInfo& info = reader->info();
    const auto properties = ToTableProperties(
        info, info.family.value_or(TablePropertiesCollectorFactory::Context::kUnknownColumnFamily),
        info.family_name, options_);
    s = Command(path, *reader, *properties);
    if (Full()) return s;
    if (s.ok() && wishes_.properties) printf("%s", Properties(*properties).c_str());
    ++summary_.files;
    summary_.data_blocks += properties->num_data_blocks;
    summary_.data_bytes += properties->data_size;
    summary_.index_bytes += properties->index_size;
    summary_.filter_bytes += properties->filter_size;
    return s;
  }

 private:
  Status Command(const std::string& path, const aether::ExternalFileReader& reader,
                 const TableProperties& properties) {
    const std::string& command = wishes_.command;
    if (command == "verify") {
      const Status s = ToRocks(reader.VerifyChecksums());
      if (s.ok()) printf("The file is ok\n");
      return s;
    }
    if (command == "check" || command == "scan") {
      Status s;
      if (wishes_.verify) s = ToRocks(reader.VerifyChecksums());
      if (valid_.size() == 1) {
        printf("from [%s] to [%s]\n",
               Slice(wishes_.prefix.value_or(wishes_.from.value_or(""))).ToString(true).c_str(),
               Slice(wishes_.to.value_or("")).ToString(true).c_str());
      }
      return s.ok() ? Entries(reader, command == "scan") : s;
    }
    if (command == "raw") return Raw(path, reader, properties);
    if (command == "recompress") return Recompress(reader);
    return Status::OK();  // the caller says which files can be opened
  }

  Status Entries(const aether::ExternalFileReader& reader, bool print) {
    const Comparator* const order = options_.comparator;
    return ToRocks(reader.ForEachEntry([&](const aether::EntryVersion& entry) {
      if (Full()) return false;
      if (wishes_.from && order->Compare(entry.key, *wishes_.from) < 0) return true;
      if (wishes_.to && order->Compare(entry.key, *wishes_.to) >= 0) return true;
      if (wishes_.prefix && !Slice(entry.key).starts_with(*wishes_.prefix)) return true;
      ++read_;
      if (print) {
        printf("'%s' seq:%" PRIu64 ", type:%d => %s\n", Shown(entry.key).c_str(), entry.sequence,
               TypeNumber(entry.type), Shown(entry.value).c_str());
      }
      return true;
    }));
  }

  std::string Shown(const std::string& bytes) const {
    return wishes_.hex ? Slice(bytes).ToString(true) : bytes;
  }

  static std::string Properties(const TableProperties& properties) {
    std::string text = std::string("Table Properties:\n") + kLine + "\n  " +
                       properties.ToString("\n  ", ": ") + "Raw user collected properties\n" +
                       kLine + "\n";
    for (const auto& [name, value] : properties.user_collected_properties) {
      text += "  # " + name + ": 0x" + Slice(value).ToString(true) + "\n";
    }
    return text;
  }

  Status Raw(const std::string& path, const aether::ExternalFileReader& reader,
             const TableProperties& properties) {
    const std::string stem = Slice(path).ends_with(".sst") ? path.substr(0, path.size() - 4) : path;
    const std::string target = stem + "_dump.txt";
    std::unique_ptr<WritableFile> file;
    Status s = options_.env->NewWritableFile(target, &file, EnvOptions());
    if (s.ok()) s = file->Append(Properties(properties) + "\nEntries:\n" + kLine + "\n");
    if (!s.ok()) return s;
    Status written;
    s = ToRocks(reader.ForEachEntry([&](const aether::EntryVersion& entry) {
      written = file->Append("  HEX    " + Slice(entry.key).ToString(true) + ": " +
                             Slice(entry.value).ToString(true) + "\n  ASCII  " + Spaced(entry.key) +
                             ": " + Spaced(entry.value) + "\n  ------\n");
      return written.ok();
    }));
    if (s.ok()) s = written;
    if (s.ok()) s = file->Close();
    if (s.ok()) printf("raw dump written to file %s\n", target.c_str());
    return s;
  }

  static std::string Spaced(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
      text += c >= ' ' && c <= '~' ? c : '.';
      text += ' ';
    }
    return text;
  }

  // Writes the newest entry of each key into a file in memory.
  Status Recompress(const aether::ExternalFileReader& reader) {
    for (const NamedCodec& codec : wishes_.codecs) {
      // What stands in for bzip2 says nothing about it.
      const auto supported = GetSupportedCompressions();
      if (codec.type == kBZip2Compression ||
          std::find(supported.begin(), supported.end(), codec.type) == supported.end()) {
        printf("Unsupported compression type: %s.\n", codec.name);
        continue;
      }
      printf("Compression: %-24s\n", codec.name);
      for (int level = wishes_.first_level; level <= wishes_.last_level; ++level) {
        const auto begin = std::chrono::steady_clock::now();
        uint64_t bytes = 0;
        const Status s = SizeWith(reader, codec.type, level, &bytes);
        if (!s.ok()) return s;
        const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begin);
        printf("Compression level: %d Size: %10" PRIu64 " Time Taken: %10lld microsecs\n", level,
               bytes, static_cast<long long>(taken.count()));
      }
    }
    return Status::OK();
  }

  Status SizeWith(const aether::ExternalFileReader& reader, CompressionType codec, int level,
                  uint64_t* bytes) {
    const std::unique_ptr<Env> memory(NewMemEnv(options_.env));
    Options options(options_);
    options.env = memory.get();
    options.compression = codec;
    options.bottommost_compression = kDisableCompressionOption;
    options.compression_opts.level = level;
    SstFileWriter writer(EnvOptions(), options);
    Status s = writer.Open("/recompressed.sst");
    std::optional<std::string> before;
    Status read = ToRocks(reader.ForEachEntry([&](const aether::EntryVersion& entry) {
      if (entry.type == aether::EntryType::kRangeDelete) {
        s = writer.DeleteRange(entry.key, entry.value);
      } else if (!before || *before != entry.key) {
        before = entry.key;
        switch (entry.type) {
          case aether::EntryType::kDelete:
          case aether::EntryType::kSingleDelete:
            s = writer.Delete(entry.key);
            break;
          case aether::EntryType::kMerge:
            s = writer.Merge(entry.key, entry.value);
            break;
          default:
            s = writer.Put(entry.key, entry.value);
        }
      }
      return s.ok();
    }));
    if (s.ok()) s = read;
    ExternalSstFileInfo info;
    if (s.ok()) s = writer.Finish(&info);
    *bytes = info.file_size;
    return s;
  }

  const Wishes& wishes_;
  Options options_;
  Summary summary_;
  uint64_t read_ = 0;
  std::vector<std::string> valid_;
};

int ParseInternalKey(const std::string& text) {
  const auto bytes = FromHex(text);
  if (!bytes || bytes->empty()) {
    fprintf(stderr,
            "ERROR: Invalid key input '%s' Use 0x{hex representation of internal rocksdb key}\n",
            text.c_str());
    return 255;
  }
  if (bytes->size() < 8) {
    fprintf(stderr, "Corrupted Key: Internal Key too small. Size=%zu. \n", bytes->size());
    return 255;
  }
  uint64_t tag = 0;
  for (int i = 7; i >= 0; --i) {
    tag = tag << 8 | static_cast<unsigned char>((*bytes)[bytes->size() - 8 + i]);
  }
  printf("key='%s' seq:%" PRIu64 ", type:%d\n",
         Slice(bytes->data(), bytes->size() - 8).ToString(true).c_str(), tag >> 8,
         static_cast<int>(tag & 0xff));
  return 0;
}

}  // namespace

int SSTDumpTool::Run(int argc, char const* const* argv, Options options) {
  const Arguments arguments(argc, argv);
  if (arguments.Has("version")) {
    printf("sst_dump from Aether, for RocksDB %d.%d.%d\n", ROCKSDB_MAJOR, ROCKSDB_MINOR,
           ROCKSDB_PATCH);
    return 0;
  }
  if (arguments.Has("help")) {
    fputs(kUsage, stdout);
    return 0;
  }
  Wishes wishes;
  const std::string wrong = wishes.Read(arguments);
  if (!wrong.empty()) {
    fprintf(stderr, "%s\n", wrong.c_str());
    if (wrong.find("Unrecognized") == 0) fputs(kUsage, stderr);
    return 1;
  }
  if (arguments.options.count("parse_internal_key") != 0) {
    return ParseInternalKey(arguments.Get("parse_internal_key"));
  }
  const std::string file = arguments.Get("file");
  if (file.empty()) {
    fprintf(stderr, "file or directory must be specified.\n\n%s", kUsage);
    return 1;
  }
  std::shared_ptr<Env> guard;
  if (!arguments.Get("env_uri").empty() || !arguments.Get("fs_uri").empty()) {
    const Status s = Env::CreateFromUri(ConfigOptions(), arguments.Get("env_uri"),
                                        arguments.Get("fs_uri"), &options.env, &guard);
    if (!s.ok()) {
      fprintf(stderr, "CreateEnvFromUri: %s\n", s.ToString().c_str());
      return 1;
    }
  }
  std::vector<std::string> paths;
  std::vector<std::string> names;
  bool directory = false;
  if (options.env->IsDirectory(file, &directory).ok() && directory) {
    const Status s = options.env->GetChildren(file, &names);
    if (!s.ok()) fprintf(stderr, "%s: %s\n", file.c_str(), s.ToString().c_str());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (Slice(name).ends_with(".sst")) paths.push_back(file + "/" + name);
    }
  } else {
    const Status s = options.env->FileExists(file);
    if (!s.ok()) {
      fprintf(stderr, "%s: %s\n", s.ToString().c_str(), file.c_str());
      return 1;
    }
    if (!Slice(file).ends_with(".sst")) {
      fprintf(stderr, "%s is not a valid SST file\n", file.c_str());
      return 1;
    }
    paths.push_back(file);
  }
  Dump dump(wishes, options);
  int status = 0;
  for (const std::string& path : paths) {
    if (dump.Full()) break;
    const Status s = dump.File(path);
    if (s.ok()) continue;
    fprintf(stderr, "%s: %s\n", path.c_str(), s.ToString().c_str());
    // Which of them are none is what is asked for.
    if (!directory || wishes.command != "identify") status = 1;
  }
  if (!directory && wishes.command == "identify" && status == 0) {
    printf("%s is a valid SST file\n", file.c_str());
  } else if (wishes.command == "identify" && directory) {
    printf("%s\n", kLine);
    if (dump.valid().empty()) {
      printf("No valid SST files found in %s\n", file.c_str());
    } else {
      printf("List of valid SST files found in %s:\n", file.c_str());
      for (const std::string& path : dump.valid()) printf("%s\n", path.c_str());
      printf("Number of valid SST files: %zu\n", dump.valid().size());
    }
  }
  if (wishes.summary) {
    const Summary& sums = dump.summary();
    printf("total number of files: %" PRIu64 "\ntotal number of data blocks: %" PRIu64
           "\ntotal data block size: %" PRIu64 "\ntotal index block size: %" PRIu64
           "\ntotal filter block size: %" PRIu64 "\n",
           sums.files, sums.data_blocks, sums.data_bytes, sums.index_bytes, sums.filter_bytes);
  }
  fflush(stdout);
  return status;
}

}  // namespace rocksdb
