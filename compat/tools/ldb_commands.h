// The commands that the ldb tool has, for LDBCommand::SelectCommand. Thread safety: pure.

#ifndef AETHER_COMPAT_TOOLS_LDB_COMMANDS_H_
#define AETHER_COMPAT_TOOLS_LDB_COMMANDS_H_

#include <string>

namespace rocksdb {

bool IsLdbCommand(const std::string& name);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_COMMANDS_H_
