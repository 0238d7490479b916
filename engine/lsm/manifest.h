// The manifest file: a log of edits, and CURRENT, which names the manifest in force.
//
// Thread safety: none; the owner serialises. Invariants: an edit counts when Append has returned OK
// (written and synced); a file it names was durable, with its directory entry, before. CURRENT is
// replaced atomically and its directory synced. Failure: after a failed Append the manifest takes
// no more edits (Status of the failure) until a new one is created: whether the edit is on disk is
// not known, and only a new file settles it.

#ifndef AETHER_ENGINE_LSM_MANIFEST_H_
#define AETHER_ENGINE_LSM_MANIFEST_H_

#include <memory>
#include <string>

#include "engine/base/meter.h"
#include "engine/io/file_system.h"
#include "engine/lsm/manifest_edit.h"

namespace aether {

class Manifest {
 public:
  // Writes a manifest that holds `state`, syncs it, and points CURRENT at it.
  static Status Create(FileSystem* fs, const std::string& dir, uint64_t number,
                       const ManifestState& state, std::unique_ptr<Manifest>* manifest);

  // The bytes of such a manifest, and of the CURRENT that names it, for a copy of the directory.
  static std::string Contents(const ManifestState& state);
  static std::string CurrentContents(uint64_t number);

  // Reads the manifest CURRENT names. *number becomes its number. An edit that was being appended
  // when the machine died is left out; anything else that does not check out is Corruption with
  // file and offset.
  static Status Read(FileSystem* fs, const std::string& dir, ManifestState* state,
                     uint64_t* number);

  // The same for one file of that directory, whatever CURRENT says.
  static Status ReadFile(FileSystem* fs, const std::string& dir, uint64_t number,
                         ManifestState* state);

  // After an error every later call gives it again: what the file holds is unknown.
  Status Append(const ManifestEdit& edit);
  // Told of the syncs from now on; may be null.
  void set_meter(Meter* meter) { meter_ = meter; }
  void Fail(const Status& status) { failed_ = status; }
  bool failed() const { return !failed_.ok(); }

  uint64_t number() const { return number_; }
  uint64_t size() const { return file_->Size(); }

 private:
  Manifest(uint64_t number, std::string path, std::unique_ptr<WritableFile> file)
      : number_(number), path_(std::move(path)), file_(std::move(file)) {}

  const uint64_t number_;
  const std::string path_;
  const std::unique_ptr<WritableFile> file_;
  uint64_t next_index_ = 0;
  Meter* meter_ = nullptr;
  Status failed_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_MANIFEST_H_
