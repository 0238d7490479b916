#include "compat/utilities/backup_meta.h"

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>

#include "compat/utilities/copy_file.h"

namespace rocksdb {

namespace {

constexpr char kVersionPrefix[] = "schema_version ";
constexpr char kMetadataField[] = "metadata";
constexpr char kChecksumField[] = "crc32";
constexpr char kSizeField[] = "size";
constexpr char kTemperatureField[] = "temp";
constexpr char kRequiredPrefix[] = "ni::";
constexpr char kFooter[] = "// FOOTER";

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

template <typename Number>
bool ParseDecimal(const std::string& text, Number* number) {
  if (text.empty() || text.size() > 20) return false;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  if (value > static_cast<uint64_t>(std::numeric_limits<Number>::max())) return false;
  *number = static_cast<Number>(value);
  return true;
}

std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  size_t at = 0;
  for (;;) {
    const size_t space = line.find(' ', at);
    words.push_back(line.substr(at, space - at));
    if (space == std::string::npos) return words;
    at = space + 1;
  }
}

class Decoder {
 public:
  Decoder(const std::string& file, const std::string& text, BackupMeta* meta)
      : file_(file), text_(text), meta_(meta) {}

  IOStatus Decode() {
    std::string line;
    if (!Next(&line)) return Bad("it is empty");
    if (StartsWith(line, kVersionPrefix)) {
      const std::string version = line.substr(sizeof(kVersionPrefix) - 1);
      if (version != "2" && !StartsWith(version, "2.")) {
        return IOStatus::NotSupported(file_ +
                                      ": Unsupported/unrecognized schema version: " + version);
      }
      extensible_ = true;
      if (!Next(&line)) return Bad("the time is missing");
    }
    if (!ParseDecimal(line, &meta_->timestamp)) return Bad("the time is no number");
    if (!Next(&line) || !ParseDecimal(line, &meta_->sequence)) {
      return Bad("the sequence is no number");
    }
    uint32_t count = 0;
    IOStatus s = DecodeFields(&count);
    std::set<std::string> names;
    for (uint32_t i = 0; s.ok() && i < count; ++i) {
      if (!Next(&line)) {
        s = Bad(std::to_string(count) + " files are announced, " + std::to_string(i) +
                " are listed");
        break;
      }
      BackupFile listed;
      s = DecodeFile(line, &listed);
      if (s.ok() && !names.insert(listed.name).second) {
        s = Bad("two files are to be restored as " + listed.name);
      }
      if (s.ok()) meta_->files.push_back(std::move(listed));
    }
    return s.ok() ? DecodeFooter() : s;
  }

 private:
  IOStatus Bad(const std::string& what) const {
    return IOStatus::Corruption(file_ + ": line " + std::to_string(line_) + ": " + what);
  }

  bool Next(std::string* line) {
    if (at_ >= text_.size()) return false;
    ++line_;
    const size_t end = text_.find('\n', at_);
    *line = text_.substr(at_, end - at_);
    at_ = end == std::string::npos ? text_.size() : end + 1;
    return true;
  }

  IOStatus Unknown(const std::string& field) const {
    if (!StartsWith(field, kRequiredPrefix)) return IOStatus::OK();
    return IOStatus::NotSupported(file_ + ": Unrecognized non-ignorable field " + field);
  }

  // Fields of the whole backup, up to the number of files.
  IOStatus DecodeFields(uint32_t* count) {
    std::string line;
    for (;;) {
      if (!Next(&line)) return Bad("the number of files is missing");
      if (line.find(' ') == std::string::npos) {
        return ParseDecimal(line, count) ? IOStatus::OK()
                                         : Bad("Expected number of files or meta field");
      }
      const std::string field = line.substr(0, line.find(' '));
      const std::string value = line.substr(field.size() + 1);
      if (field == kMetadataField) {
        if (!Slice(value).DecodeHex(&meta_->app_metadata)) {
          return Bad("Failed to decode stored hex encoded app metadata");
        }
      } else if (!extensible_) {
        return Bad("Expected number of files or \"metadata\" field");
      } else {
        IOStatus s = Unknown(field);
        if (!s.ok()) return s;
      }
    }
  }

  IOStatus DecodeFile(const std::string& line, BackupFile* file) {
    const std::vector<std::string> words = Words(line);
    if (words.size() % 2 == 0 || words.size() < 3 || (!extensible_ && words.size() != 3)) {
      return Bad("Bad number of line components for file entry.");
    }
    file->path = words[0];
    file->size = kUnknownBackupSize;
    if (!ParseBackupPath(meta_->id, file)) {
      return Bad("\"" + file->path + "\" is not the name of a file of this backup");
    }
    bool checksum = false;
    for (size_t i = 1; i < words.size(); i += 2) {
      const std::string& field = words[i];
      const std::string& value = words[i + 1];
      if (field == kChecksumField) {
        checksum = ParseDecimal(value, &file->crc32c);
        if (!checksum) return Bad("Invalid checksum value for " + file->path);
      } else if (field == kSizeField) {
        if (!ParseDecimal(value, &file->size) || file->size == kUnknownBackupSize) {
          return Bad("invalid size for " + file->path);
        }
      } else if (field == kTemperatureField) {
        uint8_t temperature = 0;
        if (!ParseDecimal(value, &temperature)) return Bad("invalid temperature for " + file->path);
        file->temperature = static_cast<Temperature>(temperature);
      } else {
        IOStatus s = Unknown(field);
        if (!s.ok()) return s;
      }
    }
    return checksum ? IOStatus::OK() : Bad("File checksum is missing for " + file->path);
  }

  IOStatus DecodeFooter() {
    std::string line;
    if (!Next(&line)) return IOStatus::OK();
    if (!extensible_ || line != kFooter) {
      return Bad("Inconsistent number of files or missing/incomplete header");
    }
    while (Next(&line)) {
      const size_t space = line.find(' ');
      if (space == std::string::npos) return Bad("Expected footer field");
      IOStatus s = Unknown(line.substr(0, space));
      if (!s.ok()) return s;
    }
    return IOStatus::OK();
  }

  const std::string& file_;
  const std::string& text_;
  BackupMeta* const meta_;
  size_t at_ = 0;
  size_t line_ = 0;
  bool extensible_ = false;
};

}  // namespace

uint64_t BackupMeta::Size() const {
  uint64_t size = 0;
  for (const BackupFile& file : files) size += file.size;
  return size;
}

std::string EncodeBackupMeta(const BackupMeta& meta, int schema_version) {
  std::ostringstream text;
  if (schema_version >= 2) text << kVersionPrefix << "2.0\n";
  text << meta.timestamp << "\n" << meta.sequence << "\n";
  if (!meta.app_metadata.empty()) {
    text << kMetadataField << " " << Slice(meta.app_metadata).ToString(true) << "\n";
  }
  text << meta.files.size() << "\n";
  for (const BackupFile& file : meta.files) {
    text << file.path << " " << kChecksumField << " " << file.crc32c;
    if (schema_version >= 2) {
      text << " " << kSizeField << " " << file.size;
      if (file.temperature != Temperature::kUnknown) {
        text << " " << kTemperatureField << " " << static_cast<unsigned>(file.temperature);
      }
    }
    text << "\n";
  }
  return text.str();
}

IOStatus DecodeBackupMeta(const std::string& file, const std::string& text, BackupID id,
                          BackupMeta* meta) {
  *meta = BackupMeta();
  meta->id = id;
  return Decoder(file, text, meta).Decode();
}

bool ParseBackupPath(BackupID id, BackupFile* file) {
  const std::string private_prefix =
      std::string(kPrivateDirectory) + "/" + std::to_string(id) + "/";
  const std::string shared_prefix = std::string(kSharedDirectory) + "/";
  const std::string checksum_prefix = std::string(kSharedChecksumDirectory) + "/";
  uint64_t number = 0;
  if (StartsWith(file->path, private_prefix)) {
    file->name = file->path.substr(private_prefix.size());
  } else if (StartsWith(file->path, shared_prefix)) {
    file->name = file->path.substr(shared_prefix.size());
  } else if (StartsWith(file->path, checksum_prefix)) {
    if (!NameWithoutChecksum(file->path.substr(checksum_prefix.size()), &file->name)) return false;
  } else {
    return false;
  }
  if (!ParseDbFileName(file->name, &number, &file->type)) return false;
  switch (file->type) {
    case kTableFile:
    case kBlobFile:
      return true;
    case kWalFile:
    case kDescriptorFile:
    case kCurrentFile:
    case kOptionsFile:
      return !file->shared();
    default:
      return false;
  }
}

bool NameWithoutChecksum(const std::string& name, std::string* plain) {
  const size_t under = name.find('_');
  const size_t dot = name.rfind('.');
  if (under == std::string::npos || dot == std::string::npos || dot < under) return false;
  const bool harmless = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '.' || c == '-';
  });
  *plain = name.substr(0, under) + name.substr(dot);
  return harmless;
}

bool SizeInName(const std::string& name, uint64_t* size) {
  const size_t last = name.rfind('_');
  const size_t dot = name.rfind('.');
  if (last == std::string::npos || dot == std::string::npos || dot < last) return false;
  return name.find('_') != last && ParseDecimal(name.substr(last + 1, dot - last - 1), size);
}

}  // namespace rocksdb
