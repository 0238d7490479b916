// Builds of RocksDB without assertions lack the test hooks that Debian's db_bench binds. Preloaded,
// these three definitions supply them: an object without state whose hooks do nothing.
namespace rocksdb {
class Slice;
class __attribute__((visibility("default"))) SyncPoint {
 public:
  static SyncPoint* GetInstance();
  void Process(const Slice& point, void* argument);

 private:
  void* unused_ = nullptr;
};
SyncPoint* SyncPoint::GetInstance() {
  static SyncPoint instance;
  return &instance;
}
void SyncPoint::Process(const Slice&, void*) {}
}  // namespace rocksdb
