// Manifests: reads the input as one, and as single edits.
//
//   input := kind:1 ( file | edit* )       kind even: the whole file as it is; odd: edits, which
//   get edit  := length:u16 byte{length}       their frames here
//
// Checked besides memory: an edit that was understood is encoded and decoded to the same bytes
// again; the snapshot of a state gives the same snapshot; what Create writes, Read reads.

#include "engine/lsm/manifest.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/base/coding.h"
#include "engine/io/sim_file_system.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/manifest_edit.h"
#include "tests/fuzz/check.h"

namespace aether::fuzz {
namespace {

constexpr char kDir[] = "/d";
constexpr size_t kFrameSize = 16;

std::string Encoded(const ManifestEdit& edit) {
  std::string bytes;
  edit.EncodeTo(&bytes);
  return bytes;
}

void CheckEdit(Slice bytes) {
  ManifestEdit edit;
  if (!edit.DecodeFrom(bytes).ok()) return;
  const std::string once = Encoded(edit);
  ManifestEdit again;
  const Status s = again.DecodeFrom(once);
  FUZZ_CHECK(s.ok(), s.ToString());
  FUZZ_CHECK(Encoded(again) == once, "an edit changes when it is written and read");
}

// Numbers that should be unique but need not be in a forged file: a snapshot cannot tell two of the
// same number apart.
bool NumbersAreUnique(const ManifestState& state) {
  for (const auto& [id, family] : state.families) {
    std::set<uint64_t> runs;
    for (const auto& level : family.levels) {
      for (const RunState& run : level) {
        if (!runs.insert(run.id).second) return false;
        std::set<uint64_t> files;
        for (const FileState& file : run.files) {
          if (!files.insert(file.meta->number).second) return false;
        }
      }
    }
  }
  return true;
}

void CheckState(const ManifestState& state) {
  if (!NumbersAreUnique(state)) return;
  const std::string snapshot = Encoded(SnapshotOf(state));
  ManifestEdit edit;
  Status s = edit.DecodeFrom(snapshot);
  FUZZ_CHECK(s.ok(), s.ToString());
  ManifestState restored;
  s = ApplyEdit(edit, &restored);
  FUZZ_CHECK(s.ok(), s.ToString());
  FUZZ_CHECK(Encoded(SnapshotOf(restored)) == snapshot, "a snapshot gives another state");

  SimFileSystem fs(1);
  FUZZ_CHECK(fs.CreateDir(kDir).ok(), kDir);
  std::unique_ptr<Manifest> manifest;
  s = Manifest::Create(&fs, kDir, 7, state, &manifest);
  FUZZ_CHECK(s.ok(), s.ToString());
  ManifestState read;
  uint64_t number = 0;
  s = Manifest::Read(&fs, kDir, &read, &number);
  FUZZ_CHECK(s.ok() && number == 7, s.ToString());
  FUZZ_CHECK(Encoded(SnapshotOf(read)) == snapshot, "what was created is read differently");
}

// What stands before the first edit.
const std::string& Head() {
  static const std::string* const head = [] {
    SimFileSystem fs(1);
    FUZZ_CHECK(fs.CreateDir(kDir).ok(), kDir);
    std::unique_ptr<Manifest> manifest;
    FUZZ_CHECK(Manifest::Create(&fs, kDir, 1, ManifestState(), &manifest).ok(), kDir);
    std::string file;
    FUZZ_CHECK(ReadFileToString(&fs, ManifestFileName(kDir, 1), &file).ok(), kDir);
    const size_t first_edit = Encoded(SnapshotOf(ManifestState())).size() + kFrameSize;
    return new std::string(file, 0, file.size() - first_edit);
  }();
  return *head;
}

// Sums of frames are not looked at in this build.
std::string FileOfEdits(Input* input) {
  std::string file = Head();
  for (uint32_t index = 0; !input->empty(); ++index) {
    const size_t length = input->Byte() | size_t{input->Byte()} << 8;
    const std::string body = input->Bytes(length);
    CheckEdit(body);
    PutFixed<uint32_t>(&file, static_cast<uint32_t>(body.size()));
    PutFixed<uint32_t>(&file, index);
    PutFixed<uint64_t>(&file, 0);
    file += body;
  }
  return file;
}

void Try(const uint8_t* data, size_t size) {
  Input input(data, size);
  const bool edits = input.Byte() % 2 != 0;
  const std::string file = edits ? FileOfEdits(&input) : input.Rest();

  SimFileSystem fs(1);
  FUZZ_CHECK(fs.CreateDir(kDir).ok(), kDir);
  std::unique_ptr<WritableFile> written;
  FUZZ_CHECK(fs.NewWritableFile(ManifestFileName(kDir, 1), {}, &written).ok(), kDir);
  FUZZ_CHECK(written->Append(file).ok(), kDir);
  FUZZ_CHECK(WriteStringToFileAtomically(&fs, CurrentFileName(kDir), "MANIFEST-000001\n").ok(),
             kDir);
  ManifestState state;
  uint64_t number = 0;
  if (Manifest::Read(&fs, kDir, &state, &number).ok()) CheckState(state);
}

}  // namespace
}  // namespace aether::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  aether::fuzz::Try(data, size);
  return 0;
}
