// The namespace of the interface. Applications may define another name for it before including.

#ifndef AETHER_INCLUDE_ROCKSDB_ROCKSDB_NAMESPACE_H_
#define AETHER_INCLUDE_ROCKSDB_ROCKSDB_NAMESPACE_H_

#ifndef ROCKSDB_NAMESPACE
#define ROCKSDB_NAMESPACE rocksdb
#endif

#endif  // AETHER_INCLUDE_ROCKSDB_ROCKSDB_NAMESPACE_H_
