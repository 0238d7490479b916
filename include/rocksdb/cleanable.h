// Cleanable: an object that runs registered functions when it is reset or destroyed.
// SharedCleanablePtr: a reference-counted Cleanable whose functions run when the last owner lets
// go.
//
// Thread safety: a Cleanable needs outside locking; owners of one SharedCleanablePtr target may be
// on different threads.

#ifndef AETHER_INCLUDE_ROCKSDB_CLEANABLE_H_
#define AETHER_INCLUDE_ROCKSDB_CLEANABLE_H_

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class Cleanable {
 public:
  Cleanable();
  Cleanable(Cleanable&) = delete;
  Cleanable& operator=(Cleanable&) = delete;
  ~Cleanable();
  Cleanable(Cleanable&&) noexcept;
  Cleanable& operator=(Cleanable&&) noexcept;
  using CleanupFunction = void (*)(void* arg1, void* arg2);
  // Runs function(arg1, arg2) at Reset or destruction. Order among several is not promised.
  void RegisterCleanup(CleanupFunction function, void* arg1, void* arg2);
  // Hands all registered functions to *other.
  void DelegateCleanupsTo(Cleanable* other);
  inline void Reset() {
    DoCleanup();
    cleanup_.function = nullptr;
    cleanup_.next = nullptr;
  }
  inline bool HasCleanups() { return cleanup_.function != nullptr; }

 protected:
  struct Cleanup {
    CleanupFunction function;
    void* arg1;
    void* arg2;
    Cleanup* next;
  };

  Cleanup cleanup_;
  // Takes ownership of c.
  void RegisterCleanup(Cleanup* c);

 private:
  inline void DoCleanup() {
    if (cleanup_.function == nullptr) return;
    cleanup_.function(cleanup_.arg1, cleanup_.arg2);
    for (Cleanup* node = cleanup_.next; node != nullptr;) {
      Cleanup* const done = node;
      node->function(node->arg1, node->arg2);
      node = node->next;
      delete done;
    }
  }
};

class SharedCleanablePtr {
 public:
  SharedCleanablePtr() {}
  SharedCleanablePtr(const SharedCleanablePtr& from);
  SharedCleanablePtr(SharedCleanablePtr&& from) noexcept;
  SharedCleanablePtr& operator=(const SharedCleanablePtr& from);
  SharedCleanablePtr& operator=(SharedCleanablePtr&& from) noexcept;
  ~SharedCleanablePtr();
  // Lets go of the current target and makes a new one.
  void Allocate();
  void Reset();
  Cleanable& operator*();
  Cleanable* operator->();
  Cleanable* get();
  // *target keeps a reference to our target until its own cleanup.
  void RegisterCopyWith(Cleanable* target);
  // Like RegisterCopyWith, giving up our own reference.
  void MoveAsCleanupTo(Cleanable* target);

 private:
  struct Impl;
  Impl* ptr_ = nullptr;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_CLEANABLE_H_
