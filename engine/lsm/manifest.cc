// Layout of MANIFEST-n:
//
//   manifest := greeting magic[8] version:u32 edit*
//   greeting := one record in the framing of RocksDB's own manifests, a version edit whose
//   comparator name says whose
//               directory this is; RocksDB stops there and prints that name
//   edit     := length:u32 index:u32 header_crc:u32 body_crc:u32 body[length]
//
// header_crc covers length and index, body_crc the body. Indexes count from 0. The first edit is a
// snapshot of the state. A damaged edit is taken for one that a crash cut short only if nothing
// valid follows it and it runs to the end of the file with bytes missing or whole sectors zero;
// flipped bits look different.

#include "engine/lsm/manifest.h"

#include <algorithm>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/trace.h"
#include "engine/io/clock.h"
#include "engine/lsm/file_names.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

constexpr char kMagic[] = "AETHMANI";
constexpr size_t kMagicSize = 8;
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderSize = 16;
constexpr size_t kSector = 512;
constexpr char kOwner[] = "aether (this directory belongs to Aether, see its docs/migration.md)";

std::string Greeting() {
  constexpr char kFullRecord = 1;
  constexpr uint32_t kComparatorTag = 1;
  std::string payload;
  PutVarint(&payload, kComparatorTag);
  PutLengthPrefixed(&payload, kOwner);
  const std::string checked = kFullRecord + payload;
  const uint32_t crc = Crc32c(checked.data(), checked.size());
  std::string out;
  PutFixed<uint32_t>(&out, ((crc >> 15) | (crc << 17)) + 0xa282ead8u);
  PutFixed<uint16_t>(&out, static_cast<uint16_t>(payload.size()));
  out += checked;
  return out;
}

std::string Head() {
  std::string head = Greeting();
  head.append(kMagic, kMagicSize);
  PutFixed<uint32_t>(&head, kVersion);
  return head;
}

std::string Frame(const ManifestEdit& edit, uint64_t index) {
  std::string body;
  edit.EncodeTo(&body);
  std::string out;
  PutFixed<uint32_t>(&out, static_cast<uint32_t>(body.size()));
  PutFixed<uint32_t>(&out, static_cast<uint32_t>(index));
  PutFixed<uint32_t>(&out, Crc32c(out.data(), 8));
  PutFixed<uint32_t>(&out, Crc32c(body.data(), body.size()));
  return out + body;
}

bool HeaderValid(Slice bytes, uint64_t* index) {
  if (bytes.size() < kHeaderSize) return false;
  *index = LoadFixed<uint32_t>(bytes.data() + 4);
  return ChecksumPasses(LoadFixed<uint32_t>(bytes.data() + 8), Crc32c(bytes.data(), 8));
}

// True when no crash can have left `rest`, which starts at `offset` with the edit `index`, as it
// is.
bool IsDamage(const std::string& contents, size_t offset, uint64_t index) {
  const Slice rest(contents.data() + offset, contents.size() - offset);
  for (size_t i = 1; i + kHeaderSize <= rest.size(); ++i) {
    uint64_t found;
    if (HeaderValid(Slice(rest.data() + i, rest.size() - i), &found) && found > index &&
        found < index + 1000) {
      return true;
    }
  }
  uint64_t found;
  if (HeaderValid(rest, &found)) {
    const size_t length = LoadFixed<uint32_t>(rest.data());
    if (kHeaderSize + length > rest.size()) return false;
  } else if (rest.size() < kHeaderSize) {
    return false;
  }
  for (size_t at = offset; at < contents.size();) {
    const size_t end = std::min((at / kSector + 1) * kSector, contents.size());
    if (std::all_of(contents.begin() + static_cast<ptrdiff_t>(at),
                    contents.begin() + static_cast<ptrdiff_t>(end),
                    [](char c) { return c == 0; })) {
      return false;
    }
    at = end;
  }
  return true;
}

Status Damaged(const std::string& path, size_t offset, const std::string& what) {
  return Status::Corruption(path + ": " + what + " at offset " + std::to_string(offset));
}

}  // namespace

// tla: HanoiMerge.SwapCreate, SwapSync, SwapManifest, SwapDone.
Status Manifest::Create(FileSystem* fs, const std::string& dir, uint64_t number,
                        const ManifestState& state, std::unique_ptr<Manifest>* manifest) {
  const std::string path = ManifestFileName(dir, number);
  std::unique_ptr<WritableFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(path, WriteFileOptions(), &file));
  AETHER_RETURN_IF_ERROR(file->Append(Head()));
  std::unique_ptr<Manifest> created(new Manifest(number, path, std::move(file)));
  AETHER_RETURN_IF_ERROR(created->Append(SnapshotOf(state)));
  if (!Planted(PlantedBug::kCurrentBeforeName)) AETHER_RETURN_IF_ERROR(fs->SyncDir(dir));
  AETHER_RETURN_IF_ERROR(
      WriteStringToFileAtomically(fs, CurrentFileName(dir), CurrentContents(number)));
  *manifest = std::move(created);
  return Status::OK();
}

std::string Manifest::Contents(const ManifestState& state) {
  return Head() + Frame(SnapshotOf(state), 0);
}

std::string Manifest::CurrentContents(uint64_t number) {
  return ManifestFileName("", number).substr(1) + "\n";
}

// tla: HanoiMerge.AppendEdit.
Status Manifest::Append(const ManifestEdit& edit) {
  if (!failed_.ok()) return failed_;
  AETHER_TRACE("appending", "manifest", number_, "index", next_index_);
  Status s = file_->Append(Frame(edit, next_index_));
  const bool timed = meter_ != nullptr && meter_->timed();
  const uint64_t start = timed ? RealClock()->NowMicros() : 0;
  if (s.ok()) s = file_->Sync();
  if (timed) Record(meter_, Measure::kManifestSyncMicros, RealClock()->NowMicros() - start);
  if (!s.ok()) {
    failed_ = s;
    return s;
  }
  AETHER_TRACE("appended", "manifest", number_, "index", next_index_);
  ++next_index_;
  return s;
}

Status Manifest::Read(FileSystem* fs, const std::string& dir, ManifestState* state,
                      uint64_t* number) {
  std::string current;
  AETHER_RETURN_IF_ERROR(ReadFileToString(fs, CurrentFileName(dir), &current));
  if (current.empty() || current.back() != '\n') {
    return Status::Corruption("CURRENT file does not end with newline");
  }
  current.pop_back();
  if (ParseFileName(current, number) != FileKind::kManifest) {
    return Status::Corruption(CurrentFileName(dir) + ": does not name a manifest");
  }
  return ReadFile(fs, dir, *number, state);
}

Status Manifest::ReadFile(FileSystem* fs, const std::string& dir, uint64_t number,
                          ManifestState* state) {
  const std::string path = ManifestFileName(dir, number);
  std::string contents;
  AETHER_RETURN_IF_ERROR(ReadFileToString(fs, path, &contents));

  const std::string greeting = Greeting();
  const size_t head = greeting.size() + kMagicSize + 4;
  const bool ours = contents.size() >= head &&
                    Slice(contents.data() + greeting.size(), kMagicSize) == Slice(kMagic);
  if (!ours) {
    // A manifest of RocksDB starts with a full or first record whose payload is a version edit.
    const bool cut_short =
        Slice(greeting).StartsWith(contents) || Slice(contents).StartsWith(greeting);
    const bool theirs = contents.size() > 7 && (contents[6] == 1 || contents[6] == 2) && !cut_short;
    if (theirs) {
      return Status::NotSupported(path +
                                  ": this directory was written by RocksDB, not by Aether; "
                                  "docs/migration.md says how to move its data");
    }
    return Damaged(path, 0, "not a manifest of Aether");
  }
  const auto version = LoadFixed<uint32_t>(contents.data() + greeting.size() + kMagicSize);
  if (version != kVersion) {
    return Status::NotSupported(path + ": manifest format version " + std::to_string(version) +
                                ", this library knows " + std::to_string(kVersion));
  }
  size_t offset = head;
  uint64_t index = 0;
  *state = ManifestState();
  while (offset < contents.size()) {
    const Slice rest(contents.data() + offset, contents.size() - offset);
    uint64_t found = 0;
    const bool header = HeaderValid(rest, &found) && found == index;
    const size_t length = header ? LoadFixed<uint32_t>(rest.data()) : 0;
    const bool whole = header && kHeaderSize + length <= rest.size();
    if (!whole || !ChecksumPasses(LoadFixed<uint32_t>(rest.data() + kHeaderSize - 4),
                                  Crc32c(rest.data() + kHeaderSize, length))) {
      if (index == 0 || IsDamage(contents, offset, index)) {
        return Damaged(path, offset, "checksum mismatch in a manifest edit");
      }
      break;
    }
    ManifestEdit edit;
    Status s = edit.DecodeFrom(Slice(rest.data() + kHeaderSize, length));
    if (s.ok()) s = ApplyEdit(edit, state);
    if (!s.ok()) return s.WithContext(path + " at offset " + std::to_string(offset));
    offset += kHeaderSize + length;
    ++index;
  }
  if (index == 0) return Damaged(path, offset, "no edit in the manifest");
  AETHER_TRACE("manifestRead", "manifest", number, "edits", index);
  return Status::OK();
}

}  // namespace aether
