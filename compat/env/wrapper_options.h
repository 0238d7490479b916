// The option text of an object that wraps another one of its kind.
//
// Thread safety: stateless.

#ifndef AETHER_COMPAT_ENV_WRAPPER_OPTIONS_H_
#define AETHER_COMPAT_ENV_WRAPPER_OPTIONS_H_

#include <string>

#include "rocksdb/convenience.h"
#include "rocksdb/customizable.h"

namespace rocksdb {

// `own` is the text of the wrapper itself; the wrapped object is left out when it is the default
// one or the text is to stay shallow.
inline std::string SerializeWrapper(const ConfigOptions& config_options, const std::string& header,
                                    const std::string& own, const Customizable* target,
                                    const char* default_name) {
  if (target == nullptr || config_options.IsShallow() || target->IsInstanceOf(default_name)) {
    return own;
  }
  std::string text = header;
  if (own.compare(0, 3, "id=") != 0) text.append("id=");
  text.append(own);
  const std::string& delimiter = config_options.delimiter;
  if (text.size() < delimiter.size() ||
      text.compare(text.size() - delimiter.size(), delimiter.size(), delimiter) != 0) {
    text.append(delimiter);
  }
  return text + "target=" + target->ToString(config_options);
}

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_WRAPPER_OPTIONS_H_
