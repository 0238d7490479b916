#include "compat/db/options_file.h"

#include <algorithm>
#include <cstdlib>

#include "compat/db/file_names.h"
#include "compat/options/option_text.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

constexpr char kOptionsPrefix[] = "OPTIONS-";
constexpr size_t kOptionsPrefixSize = sizeof(kOptionsPrefix) - 1;
constexpr size_t kOptionsFilesKept = 2;

}  // namespace

bool IsOptionsFileName(const std::string& name, uint64_t* number) {
  if (name.compare(0, kOptionsPrefixSize, kOptionsPrefix) != 0) return false;
  if (name.size() == kOptionsPrefixSize) return false;
  const bool digits = std::all_of(name.begin() + kOptionsPrefixSize, name.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (digits && number != nullptr) {
    *number = strtoull(name.c_str() + kOptionsPrefixSize, nullptr, 10);
  }
  return digits;
}

Status PersistOptions(Env* env, const std::string& directory, uint64_t number,
                      const DBOptions& db_options,
                      const std::vector<ColumnFamilyDescriptor>& families, bool remove_older) {
  ConfigOptions config(db_options);
  config.delimiter = "\n  ";
  std::string text =
      "# Options of an Aether database, in the sections of RocksDB's options files.\n"
      "\n[Version]\n  rocksdb_version=7.8.3\n  options_file_version=1.1\n";
  std::string section;
  Status s = GetStringFromDBOptions(config, db_options, &section);
  if (!s.ok()) return s;
  text += "\n[DBOptions]\n  " + section + "\n";
  for (const ColumnFamilyDescriptor& family : families) {
    const std::string escaped = EscapeOption(family.name);
    section.clear();
    s = GetStringFromColumnFamilyOptions(config, family.options, &section);
    if (!s.ok()) return s;
    text += "\n[CFOptions \"" + escaped + "\"]\n  " + section + "\n";
    if (family.options.table_factory == nullptr) continue;
    section.clear();
    s = family.options.table_factory->GetOptionString(config, &section);
    if (!s.ok()) return s;
    text += "\n[TableOptions/" + std::string(family.options.table_factory->Name()) + " \"" +
            escaped + "\"]\n  " + section + "\n";
  }

  const std::string name = directory + "/" + OptionsFileName(number);
  const std::string temporary = name + ".dbtmp";
  s = WriteStringToFile(env, text, temporary, true);
  if (s.ok()) s = env->RenameFile(temporary, name);
  if (!s.ok()) {
    env->DeleteFile(temporary).PermitUncheckedError();
    return s;
  }
  std::unique_ptr<Directory> handle;
  s = env->NewDirectory(directory, &handle);
  if (s.ok()) s = handle->Fsync();
  if (!s.ok()) return s;

  std::vector<std::string> names;
  if (!remove_older || !env->GetChildren(directory, &names).ok()) return s;
  std::vector<uint64_t> numbers;
  for (const std::string& file : names) {
    uint64_t found = 0;
    if (IsOptionsFileName(file, &found)) numbers.push_back(found);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  for (size_t i = kOptionsFilesKept; i < numbers.size(); ++i) {
    env->DeleteFile(directory + "/" + OptionsFileName(numbers[i])).PermitUncheckedError();
  }
  return s;
}

}  // namespace rocksdb
