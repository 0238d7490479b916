// Column families of StoreDb: handles, creation, removal.

#include <utility>

#include "compat/db/adapters.h"
#include "compat/db/listener_bridge.h"
#include "compat/db/option_map.h"
#include "compat/db/store_db.h"
#include "compat/env/status_convert.h"

namespace rocksdb {

StoreHandle::StoreHandle(StoreDb* db, Family* of, Whose handle_of)
    : store(of->store),
      family(of),
      owner(db->instance()),
      id(of->store->id()),
      whose(handle_of),
      merge_operator(of->merge_operator),
      db_(db),
      alive_(db->alive()),
      bridge_(handle_of == Whose::kInternal ? nullptr : db->bridge()),
      comparator_(of->comparator),
      name_(of->store->name()) {}

// The DB may be gone already: a mistake of the caller, but one that must not touch freed memory.
StoreHandle::~StoreHandle() {
  if (bridge_ != nullptr) bridge_->HandleGoesAway(this);
}

Status StoreHandle::GetDescriptor(ColumnFamilyDescriptor* desc) {
  if (desc == nullptr) return Status::InvalidArgument("GetDescriptor needs a place for the answer");
  if (!alive_->load(std::memory_order_acquire)) {
    return Status::Aborted("the DB of the column family is gone");
  }
  *desc = ColumnFamilyDescriptor(GetName(), db_->FamilyOptions(family));
  return Status::OK();
}

ColumnFamilyOptions StoreDb::FamilyOptions(const Family* family) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return family->options;
}

void SetPrefix(Family* family) {
  family->prefix = ToEnginePrefix(family->options.prefix_extractor);
  family->has_prefix.store(family->prefix != nullptr, std::memory_order_release);
}

std::unique_ptr<Family> MakeFamily(const ColumnFamilyOptions& options) {
  auto family = std::make_unique<Family>();
  family->options = SanitizeFamily(options);
  SetPrefix(family.get());
  family->order = ToEngineOrder(family->options.comparator, &family->owned_order);
  family->comparator = family->options.comparator;
  family->merge_operator = family->options.merge_operator;
  return family;
}

Family* StoreDb::NewFamily(const ColumnFamilyOptions& options) {
  std::unique_ptr<Family> family = MakeFamily(options);
  const std::lock_guard<std::mutex> lock(mutex_);
  families_.push_back(std::move(family));
  return families_.back().get();
}

Status StoreDb::CreateFamily(const ColumnFamilyOptions& options, const std::string& name,
                             const aether::ImportFiles* import, ColumnFamilyHandle** handle) {
  if (handle == nullptr) return Status::InvalidArgument("A new column family needs a handle");
  *handle = nullptr;
  Status s = CheckWritable();
  if (s.ok() && name == kPreparedStoreName) {
    s = Status::InvalidArgument("This name is reserved", name);
  }
  if (s.ok()) s = CheckPaths(options.cf_paths, name_);
  if (s.ok()) s = CheckFamilyOptions(GetDBOptions(), options);
  if (!s.ok()) return s;
  Family* const family = NewFamily(options);
  aether::StoreOptions engine_options;
  s = ToEngineStore(*family, db_options_, &engine_options);
  if (s.ok()) {
    s = ToRocks(import == nullptr
                    ? engine_->CreateStore(name, engine_options, &family->store)
                    : engine_->ImportStore(name, engine_options, *import, &family->store));
  }
  if (!s.ok()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto it = families_.begin(); it != families_.end(); ++it) {
      if (it->get() != family) continue;
      families_.erase(it);
      break;
    }
    return s;
  }
  *handle = new StoreHandle(this, family);
  Info(info_log(), "Created column family [%s] (ID %u)", name.c_str(), family->store->id());
  return s;
}

Status StoreDb::CreateColumnFamily(const ColumnFamilyOptions& options, const std::string& name,
                                   ColumnFamilyHandle** handle) {
  Status s = CreateFamily(options, name, nullptr, handle);
  if (s.ok()) s = WriteOptionsFile();
  return s;
}

Status StoreDb::CreateColumnFamilies(const ColumnFamilyOptions& options,
                                     const std::vector<std::string>& names,
                                     std::vector<ColumnFamilyHandle*>* handles) {
  std::vector<ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, options);
  return CreateColumnFamilies(families, handles);
}

Status StoreDb::CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>& families,
                                     std::vector<ColumnFamilyHandle*>* handles) {
  if (handles == nullptr) return Status::InvalidArgument("New column families need handles");
  handles->clear();
  Status s;
  for (const ColumnFamilyDescriptor& family : families) {
    ColumnFamilyHandle* handle = nullptr;
    s = CreateFamily(family.options, family.name, nullptr, &handle);
    if (!s.ok()) break;
    handles->push_back(handle);
  }
  if (handles->empty()) return s;
  const Status persisted = WriteOptionsFile();
  return s.ok() ? persisted : s;
}

Status StoreDb::DropColumnFamily(ColumnFamilyHandle* handle) {
  Status s = CheckHandle(handle);
  if (!s.ok()) return s;
  aether::KvStore* const store = Store(handle);
  if (Own(handle)->id == 0) return Status::InvalidArgument("Can't drop default column family");
  s = CheckWritable();
  if (!s.ok()) return s;
  s = ToRocks(engine_->DropStore(store));
  if (!s.ok()) return s;
  Info(info_log(), "Dropped column family [%s] (ID %u)", store->name().c_str(), store->id());
  return WriteOptionsFile();
}

Status StoreDb::DropColumnFamilies(const std::vector<ColumnFamilyHandle*>& handles) {
  for (ColumnFamilyHandle* handle : handles) {
    Status s = DropColumnFamily(handle);
    if (!s.ok()) return s;
  }
  return Status::OK();
}

Status StoreDb::DestroyColumnFamilyHandle(ColumnFamilyHandle* handle) {
  // The one of another DB goes with that DB, too.
  if (handle != nullptr &&
      static_cast<StoreHandle*>(handle)->whose != StoreHandle::Whose::kApplication) {
    return Status::InvalidArgument("Cannot destroy the handle returned by DefaultColumnFamily()");
  }
  delete handle;
  return Status::OK();
}

}  // namespace rocksdb
