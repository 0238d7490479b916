#include "tests/campaigns/bit_flip.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/lsm/file_names.h"
#include "tests/campaigns/machine.h"

namespace aether::campaigns {
namespace {

using sim::Contents;
using sim::Evidence;
using sim::FamilyModel;
using sim::Op;
using sim::Show;
using sim::State;
using Ending = Machine::Ending;
using Entries = std::vector<std::pair<std::string, std::string>>;

// A store at rest, and what it must hold.
struct Image {
  const char* name;
  MachineOptions options;
  std::map<std::string, std::string> files;  // by name
  std::vector<std::string> families;
  Evidence evidence;
  State state;
  std::vector<std::string> keys;
};

enum class Damage : uint8_t { kFlip, kTruncate, kMissing };

// --- making stores ---

std::string KeyNumber(int n) {
  char text[16];
  std::snprintf(text, sizeof(text), "key%04d", n);
  return text;
}

Status Fill(Machine* m, int run, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string key = KeyNumber((run * 37 + i * 5) % 120);
    const std::string family = i % 3 == 0 ? "f1" : "default";
    if (i % 11 == 5) {
      AETHER_RETURN_IF_ERROR(m->Write({{Op::kDelete, family, key, ""}}, false));
    } else if (i % 7 == 3) {
      AETHER_RETURN_IF_ERROR(m->Write({{Op::kMerge, family, key, m->NewValue()}}, false));
    } else {
      AETHER_RETURN_IF_ERROR(m->Put(family, key, false, i % 13 == 6 ? 2500 : 60));
    }
  }
  return m->Write({{Op::kDeleteRange, "default", KeyNumber(run * 20), KeyNumber(run * 20 + 6)}},
                  false);
}

// Runs in both families, then a log with a synced part and a tail.
Status FillRunsAndLog(Machine* m) {
  for (int run = 0; run < 4; ++run) {
    AETHER_RETURN_IF_ERROR(Fill(m, run, 50));
    AETHER_RETURN_IF_ERROR(m->FlushAll());
  }
  for (int i = 0; i < 6; ++i) {
    AETHER_RETURN_IF_ERROR(m->Put(i % 2 == 0 ? "default" : "f1", KeyNumber(i * 9), i == 3));
  }
  AETHER_RETURN_IF_ERROR(m->FlushLog(true));
  for (int i = 0; i < 4; ++i) AETHER_RETURN_IF_ERROR(m->Put("default", KeyNumber(i * 8), false));
  return m->End(Ending::kProcess);
}

Status FillAndMerge(Machine* m) {
  for (int run = 0; run < 5; ++run) {
    AETHER_RETURN_IF_ERROR(Fill(m, run, 40));
    AETHER_RETURN_IF_ERROR(m->FlushAll());
  }
  AETHER_RETURN_IF_ERROR(m->Compact("default", true));
  AETHER_RETURN_IF_ERROR(m->WaitForMerges());
  return m->End(Ending::kClose);
}

// Large values, which stay in the log.
Status FillSegments(Machine* m) {
  for (int run = 0; run < 2; ++run) {
    for (int i = 0; i < 24; ++i) {
      const char* const family = i % 3 == 0 ? "f1" : "default";
      AETHER_RETURN_IF_ERROR(m->Put(family, KeyNumber(run * 12 + i), false, 1200));
    }
    AETHER_RETURN_IF_ERROR(m->FlushAll());
  }
  AETHER_RETURN_IF_ERROR(m->Put("default", KeyNumber(3), true, 1200));
  return m->End(Ending::kProcess);
}

// Copies everything that is in the directory; the books are those before the store went away.
Status Build(const char* name, const MachineOptions& options, Status (*fill)(Machine*),
             std::vector<Image>* images) {
  Machine machine(options);
  AETHER_RETURN_IF_ERROR(machine.Ready());
  Image image;
  image.name = name;
  image.options = options;
  for (const Machine::Family& family : machine.families()) image.families.push_back(family.name);
  AETHER_RETURN_IF_ERROR(fill(&machine));
  if (!machine.violation().empty()) return Status::Corruption(machine.violation());
  image.evidence = machine.evidence();
  image.state = machine.state();
  for (int i = 0; i < 130; ++i) image.keys.push_back(KeyNumber(i));
  std::vector<std::string> names;
  AETHER_RETURN_IF_ERROR(machine.fs()->List(Machine::kPath, &names));
  for (const std::string& file : names) {
    AETHER_RETURN_IF_ERROR(ReadFileToString(machine.fs(), std::string(Machine::kPath) + "/" + file,
                                            &image.files[file]));
  }
  images->push_back(std::move(image));
  return Status::OK();
}

Status BuildAll(std::vector<Image>* images) {
  MachineOptions options;
  options.tree.auto_merge = false;
  options.tree.filter_bits_per_key = 10;
  AETHER_RETURN_IF_ERROR(Build("runs and log", options, FillRunsAndLog, images));
  options.mapped_log = true;
  options.tree.compression.fill({Codec::kLz4});
  AETHER_RETURN_IF_ERROR(Build("compressed runs and mapped log", options, FillRunsAndLog, images));
  options = MachineOptions();
  options.tree.compression.back().codec = Codec::kZstd;
  options.tree.fanout = 2;
  options.tree.target_file_size = 16 << 10;
  AETHER_RETURN_IF_ERROR(Build("merged and closed", options, FillAndMerge, images));
  options = MachineOptions();
  options.tree.auto_merge = false;
  options.tree.blob.enabled = true;
  options.tree.blob.min_size = 40;
  options.tree.blob.file_size = 4 << 10;
  AETHER_RETURN_IF_ERROR(Build("blob files", options, FillRunsAndLog, images));
  options.mapped_log = true;
  options.small_segments = true;
  options.write_buffer_size = 256 << 10;
  return Build("values in the log", options, FillSegments, images);
}

// The headers of a segment and of its first chunk.
constexpr uint64_t kLogHeads = 104;

std::string PathOf(const std::string& file) { return std::string(Machine::kPath) + "/" + file; }

FileKind KindOf(const std::string& file) {
  uint64_t number = 0;
  return ParseFileName(file, &number);
}

Status WriteFile(FileSystem* fs, const std::string& file, const std::string& contents) {
  std::unique_ptr<WritableFile> out;
  AETHER_RETURN_IF_ERROR(fs->NewWritableFile(PathOf(file), WriteFileOptions(), &out));
  AETHER_RETURN_IF_ERROR(out->Append(contents));
  return out->Sync();
}

// --- one case ---

class Examination {
 public:
  Examination(const Image& image, const std::string& file, Damage damage, bool read_only,
              bool verify, SimFileSystem* fs)
      : image_(image),
        file_(file),
        kind_(KindOf(file)),
        damage_(damage),
        read_only_(read_only),
        fs_(fs) {
    read_options_.verify_checksums = verify;
  }

  // Returns the violation, empty if there is none.
  std::string Run() {
    Status s = Open(false);
    if (s.ok()) {
      ReadEverything();
      if (!read_only_ && violation_.empty()) Work();
      handles_.clear();
      env_.reset();
    } else {
      CheckError("opening", s);
    }
    return violation_;
  }

 private:
  void Violate(const std::string& text) {
    if (violation_.empty()) violation_ = text;
  }

  Status Open(bool again) {
    EnvOptions options;
    options.fs = fs_;
    options.read_only = read_only_;
    options.allow_mapped_log = image_.options.mapped_log;
    std::vector<StoreDescriptor> stores;
    for (const std::string& name : image_.families) {
      StoreOptions store;
      store.merge_operator = sim::JoinOperator();
      store.pool = Pool::New(image_.options.pool_bytes);
      store.tree = image_.options.tree;
      if (again) store.tree.auto_merge = true;
      stores.push_back({name, store});
    }
    return DbEnv::Open(options, Machine::kPath, stores, &env_, &handles_);
  }

  // Any error is right that names the file. CURRENT is one line: what a changed one leads to is
  // the name of a file that is not there.
  void CheckError(const std::string& what, const Status& s) {
    const bool named =
        s.message().find(file_) != std::string::npos ||
        (kind_ == FileKind::kCurrent && s.message().find("MANIFEST-") != std::string::npos);
    if (!named) Violate(what + " does not name the damaged file: " + s.ToString());
  }

  bool DamagedLog() const { return kind_ == FileKind::kLog; }

  void ReadEverything() {
    Contents contents;
    bool whole = true;
    for (size_t i = 0; i < handles_.size(); ++i) {
      whole &= Scan(i, false, &contents[i]);
      Entries backwards;
      if (!Scan(i, true, &backwards)) continue;
      std::reverse(backwards.begin(), backwards.end());
      if (whole && backwards != contents[i]) Violate("a scan backwards finds something else");
    }
    State expected = image_.state;
    if (whole) {
      // What a log has lost is lost as if the machine had died.
      Evidence evidence = image_.evidence;
      evidence.machine_died = DamagedLog();
      if (DamagedLog() && damage_ != Damage::kFlip) {
        for (sim::Batch& batch : evidence.batches) {
          if (batch.last_sequence() > FlushedSequence()) batch.durable = false;
        }
      }
      std::map<std::pair<uint64_t, std::string>, uint64_t> unlogged;
      const std::string verdict =
          sim::JudgeRecovery(evidence, env_->VisibleSequence(), contents, &expected, &unlogged);
      if (!verdict.empty()) return Violate(verdict);
    } else if (kind_ != FileKind::kRun && kind_ != FileKind::kBlob) {
      return Violate("runs cannot be read though none is damaged");
    }
    for (size_t i = 0; i < handles_.size(); ++i) {
      GetAll(i, expected.families[i]);
      const Status s = handles_[i]->VerifyChecksums();
      if (!s.ok()) CheckError("verifying " + handles_[i]->name(), s);
    }
  }

  uint64_t FlushedSequence() const {
    uint64_t largest = 0;
    for (KvStore* store : handles_) {
      for (const FileInfo& file : store->Files()) {
        largest = std::max(largest, file.largest_sequence);
      }
    }
    return largest;
  }

  // False when it ended in an error; what came before it must be right all the same.
  bool Scan(size_t family, bool backwards, Entries* entries) {
    const auto it = handles_[family]->NewIterator(read_options_);
    for (backwards ? it->SeekToLast() : it->SeekToFirst(); it->Valid();
         backwards ? it->Prev() : it->Next()) {
      entries->emplace_back(it->key().ToString(), it->value().ToString());
    }
    if (it->status().ok()) return true;
    CheckError("a scan of " + handles_[family]->name(), it->status());
    if (!Touches(family, nullptr)) {
      Violate("a scan of a family without the damaged file fails: " + it->status().ToString());
    }
    const FamilyModel& model = image_.state.families.at(family);
    Entries wanted = sim::InOrder(model);
    if (backwards) std::reverse(wanted.begin(), wanted.end());
    for (size_t i = 0; i < entries->size(); ++i) {
      const auto& [key, value] = (*entries)[i];
      if (i < wanted.size() && wanted[i] == (*entries)[i]) continue;
      Violate(
          "before its error a scan gives " + Show(key) + " = " + Show(value) + " instead of " +
          (i < wanted.size() ? Show(wanted[i].first) + " = " + Show(wanted[i].second) : "an end"));
      break;
    }
    return false;
  }

  // Whether the damaged run belongs to the family and, unless null, its range holds the key. A
  // damaged blob file may hold the value of any key of its family.
  bool Touches(size_t family, const std::string* key) const {
    for (const BlobFileInfo& info : handles_[family]->BlobFiles()) {
      if (info.path == PathOf(file_)) return true;
    }
    for (const FileInfo& info : handles_[family]->Files()) {
      if (info.path != PathOf(file_)) continue;
      return key == nullptr || info.range_deletes > 0 ||
             (*key >= info.smallest_key && *key <= info.largest_key);
    }
    return false;
  }

  void GetAll(size_t family, const FamilyModel& model) {
    std::vector<Slice> slices(image_.keys.begin(), image_.keys.end());
    std::vector<PinnedValue> values(slices.size());
    std::vector<Status> outcomes(slices.size());
    for (const bool many : {false, true}) {
      if (many) {
        handles_[family]->MultiGet(read_options_, slices.size(), slices.data(), values.data(),
                                   outcomes.data());
      }
      for (size_t i = 0; i < slices.size(); ++i) {
        if (!many) outcomes[i] = handles_[family]->Get(read_options_, slices[i], &values[i]);
        const std::string& key = image_.keys[i];
        const auto expected = model.data.find(key);
        const bool there = expected != model.data.end();
        if (!outcomes[i].ok() && !outcomes[i].IsNotFound()) {
          CheckError("a get", outcomes[i]);
          if (!Touches(family, &key)) {
            Violate("a key that is not in the damaged file cannot be read: " +
                    outcomes[i].ToString());
          }
        } else if (outcomes[i].ok() != there) {
          Violate("a get of " + Show(key) + " finds " + (there ? "nothing" : "something"));
        } else if (there && values[i].value() != Slice(expected->second)) {
          Violate("a get of " + Show(key) + " gives " + Show(values[i].value().ToString()) +
                  " instead of " + Show(expected->second));
        }
        values[i].Reset();
      }
    }
  }

  // Goes on with the damaged store: nothing may become worse.
  void Work() {
    std::vector<Entries> before(handles_.size());
    std::vector<bool> readable(handles_.size());
    for (size_t i = 0; i < handles_.size(); ++i) readable[i] = Scan(i, false, &before[i]);
    if (!violation_.empty()) return;
    for (KvStore* store : handles_) {
      const Status s = store->CompactRange(CompactRangeOptions(), nullptr, nullptr);
      if (!s.ok()) CheckError("a compaction", s);
    }
    handles_.clear();
    const Status closed = env_->Close();
    env_.reset();
    if (!closed.ok()) return Violate("the close failed: " + closed.ToString());
    const Status opened = Open(true);
    if (!opened.ok()) return CheckError("opening again", opened);
    for (size_t i = 0; i < handles_.size(); ++i) {
      Entries after;
      const bool still = Scan(i, false, &after);
      if (readable[i] && (!still || after != before[i])) {
        Violate("what could be read before a compaction is lost");
      }
    }
  }

  const Image& image_;
  const std::string file_;
  const FileKind kind_;
  const Damage damage_;
  const bool read_only_;
  SimFileSystem* const fs_;
  ReadOptions read_options_;
  std::unique_ptr<DbEnv> env_;
  std::vector<KvStore*> handles_;
  std::string violation_;
};

// --- the campaign ---

struct Strand {
  size_t image;
  std::string file;
  Damage damage;
  bool read_only;
  uint64_t places;  // that exist
  uint64_t cases;
};

class BitFlip final : public Campaign {
 public:
  BitFlip(const Flags& flags, std::vector<Image> images)
      : flags_(flags), images_(std::move(images)) {
    const uint64_t more = flags.full ? 10 : 1;
    for (const bool read_only : {true, false}) {
      for (size_t i = 0; i < images_.size(); ++i) {
        for (const auto& [file, contents] : images_[i].files) {
          if (file == "LOCK") continue;
          // Only log and blob files are others there, and each case takes long.
          const bool slow = images_[i].options.mapped_log;
          const FileKind kind = KindOf(file);
          if (slow && kind != FileKind::kLog && kind != FileKind::kBlob) continue;
          const uint64_t bits = Used(contents) * 8;
          const uint64_t flips = (slow ? 160 : (read_only ? 1600 : 120)) * more;
          const uint64_t cuts = (slow ? 8 : (read_only ? 200 : 20)) * more;
          Add(i, file, Damage::kFlip, read_only, bits, flips);
          Add(i, file, Damage::kTruncate, read_only, Used(contents), cuts);
          Add(i, file, Damage::kMissing, read_only, 1, 1);
        }
      }
    }
  }

  uint64_t Strands() const override { return strands_.size(); }

  std::string Describe(uint64_t number, uint64_t index) const override {
    const Strand& strand = strands_[number];
    const uint64_t place = Place(number, index);
    std::string text = std::string(images_[strand.image].name) + ", " + strand.file + " of " +
                       std::to_string(images_[strand.image].files.at(strand.file).size()) +
                       " bytes, ";
    if (strand.damage == Damage::kFlip) {
      text += "bit " + std::to_string(place % 8) + " of byte " + std::to_string(place / 8);
    } else {
      text += strand.damage == Damage::kMissing ? "missing" : "cut to " + std::to_string(place);
    }
    return text + (strand.read_only ? ", read-only" : "");
  }

  Outcome Run(uint64_t number, uint64_t index) override {
    const Strand& strand = strands_[number];
    const Image& image = images_[strand.image];
    Outcome outcome;
    outcome.last = index + 1 >= strand.cases;
    outcome.faults = 1;
    const bool kept = strand.read_only && disk_ != nullptr && disk_image_ == strand.image;
    if (!kept) {
      if (const Status s = Load(image); !s.ok()) {
        outcome.violation = "the disk cannot be filled: " + s.ToString();
        return outcome;
      }
      disk_image_ = strand.image;
    }
    Break(strand, Place(number, index));
    changes_ = 0;
    Examination examination(image, strand.file, strand.damage, strand.read_only,
                            flags_.planted != kPlantedNoVerification, disk_.get());
    outcome.violation = examination.Run();
    if (!strand.read_only) {
      disk_.reset();
      return outcome;
    }
    if (changes_ > 0 && outcome.violation.empty()) {
      outcome.violation =
          "a read-only opening made " + std::to_string(changes_.load()) + " changes";
    }
    Status mended;
    if (strand.damage == Damage::kFlip) {
      mended = disk_->FlipBit(PathOf(strand.file), Place(number, index));
    } else {
      mended = WriteFile(disk_.get(), strand.file, image.files.at(strand.file));
    }
    if (!mended.ok()) disk_.reset();
    return outcome;
  }

 private:
  // Preallocated space behind the last byte that was written is of no interest.
  static uint64_t Used(const std::string& contents) {
    const size_t last = contents.find_last_not_of('\0');
    return last == std::string::npos ? 0 : std::min<uint64_t>(contents.size(), last + 64);
  }

  void Add(size_t image, const std::string& file, Damage damage, bool read_only, uint64_t places,
           uint64_t cases) {
    if (places == 0) return;
    strands_.push_back({image, file, damage, read_only, places, std::min(places, cases)});
  }

  // All places of a small file, drawn ones of a large one.
  uint64_t Place(uint64_t number, uint64_t index) const {
    const Strand& strand = strands_[number];
    if (strand.cases == strand.places) return index;
    const uint64_t drawn = Mix(flags_.seed, number, index);
    // Everything in a log depends on its first bytes.
    const bool head = strand.damage == Damage::kFlip && KindOf(strand.file) == FileKind::kLog;
    return head && index < kLogHeads ? index * 8 + drawn % 8 : drawn % strand.places;
  }

  Status Load(const Image& image) {
    disk_ = std::make_unique<SimFileSystem>(flags_.seed);
    disk_->SetMappedLogIsSafe(image.options.mapped_log);
    disk_->SetWriteBackOneIn(0);
    AETHER_RETURN_IF_ERROR(disk_->CreateDir(Machine::kPath));
    for (const auto& [file, contents] : image.files) {
      AETHER_RETURN_IF_ERROR(WriteFile(disk_.get(), file, contents));
    }
    AETHER_RETURN_IF_ERROR(disk_->SyncDir(Machine::kPath));
    disk_->SetHook([this](const SimIoEvent& event) {
      if ((event.io & (kSimWrite | kSimName | kSimSync | kSimDirSync)) != 0) ++changes_;
    });
    return Status::OK();
  }

  void Break(const Strand& strand, uint64_t place) {
    const std::string path = PathOf(strand.file);
    switch (strand.damage) {
      case Damage::kFlip:
        disk_->FlipBit(path, place).Ignore();
        break;
      case Damage::kTruncate:
        disk_->Truncate(path, place).Ignore();
        break;
      case Damage::kMissing:
        disk_->Remove(path).Ignore();
        break;
    }
  }

  const Flags flags_;
  const std::vector<Image> images_;
  std::vector<Strand> strands_;
  std::unique_ptr<SimFileSystem> disk_;
  size_t disk_image_ = 0;
  std::atomic<uint64_t> changes_{0};
};

}  // namespace

std::unique_ptr<Campaign> NewBitFlip(const Flags& flags) {
  std::vector<Image> images;
  const Status s = BuildAll(&images);
  if (!s.ok()) {
    std::printf("bit-flip: the stores cannot be built: %s\n", s.ToString().c_str());
    return nullptr;
  }
  return std::make_unique<BitFlip>(flags, std::move(images));
}

}  // namespace aether::campaigns
