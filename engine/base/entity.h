// Entities: values that are made of named columns.
//
//   entity := version:varint(1) count:varint { name size:varint }* value*
//   name   := length:varint byte*
//
// Names ascend, so that the column without a name, the default one, comes first; values stand in
// the order of their names. Batches carry entities in this form, and they stay in it.
//
// Thread safety: pure functions. Failure: a text that says what is wrong.

#ifndef AETHER_ENGINE_BASE_ENTITY_H_
#define AETHER_ENGINE_BASE_ENTITY_H_

#include "engine/base/coding.h"
#include "engine/base/slice.h"

namespace aether {

inline constexpr uint32_t kEntityVersion = 1;

// What a reader who asks for one value gets: that of the default column, empty without one. Null
// when the entity is sound, else what is wrong.
inline const char* DefaultColumn(Slice entity, Slice* value) {
  uint32_t version = 0;
  if (!GetVarint32(&entity, &version)) return "Error decoding wide column version";
  if (version > kEntityVersion) return "Unsupported wide column version";
  uint32_t count = 0;
  if (!GetVarint32(&entity, &count)) return "Error decoding number of wide columns";
  uint32_t first_size = 0;
  bool has_default = false;
  for (uint32_t i = 0; i < count; ++i) {
    Slice name;
    uint32_t size = 0;
    if (!GetLengthPrefixed(&entity, &name)) return "Error decoding wide column name";
    if (!GetVarint32(&entity, &size)) return "Error decoding wide column value size";
    if (i == 0) {
      has_default = name.empty();
      first_size = size;
    }
  }
  if (has_default && first_size > entity.size()) {
    return "Error decoding wide column value payload";
  }
  *value = Slice(entity.data(), has_default ? first_size : 0);
  return nullptr;
}

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_ENTITY_H_
