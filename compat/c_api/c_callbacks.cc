// The C interface: objects that call back into the application, and those made by factories.
//
// Each struct is the C++ object itself, so that options can own it.
#include "compat/c_api/c_types.h"
#include "rocksdb/comparator.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/slice_transform.h"

using rocksdb::Slice;
using rocksdb::SliceTransform;

namespace {

// What all callbacks share: a state, its destructor, a name.
class Callback {
 public:
  Callback(void* state, void (*destructor)(void*), const char* (*get_name)(void*))
      : state_(state), destructor_(destructor), name_(get_name) {}
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback() { destructor_(state_); }
  void* state() const { return state_; }
  const char* name() const { return name_(state_); }

 private:
  void* const state_;
  void (*const destructor_)(void*);
  const char* (*const name_)(void*);
};

// Operands as the arrays of C.
struct Arrays {
  template <typename Container>
  explicit Arrays(const Container& slices) {
    for (const Slice& slice : slices) {
      data.push_back(slice.data());
      sizes.push_back(slice.size());
    }
  }
  int count() const { return static_cast<int>(data.size()); }
  std::vector<const char*> data;
  std::vector<size_t> sizes;
};

}  // namespace

struct rocksdb_comparator_t : public rocksdb::Comparator {
  using Compare3 = int (*)(void*, const char*, size_t, const char*, size_t);
  using CompareWithout = int (*)(void*, const char*, size_t, unsigned char, const char*, size_t,
                                 unsigned char);

  rocksdb_comparator_t(void* state, void (*destructor)(void*), Compare3 compare,
                       const char* (*name)(void*), size_t timestamp_size = 0,
                       Compare3 compare_timestamps = nullptr, CompareWithout without = nullptr)
      : Comparator(timestamp_size),
        callback(state, destructor, name),
        compare_function(compare),
        compare_timestamps_function(compare_timestamps),
        compare_without_function(without) {}

  int Compare(const Slice& a, const Slice& b) const override {
    return compare_function(callback.state(), a.data(), a.size(), b.data(), b.size());
  }
  int CompareTimestamp(const Slice& a, const Slice& b) const override {
    return compare_timestamps_function == nullptr
               ? 0
               : compare_timestamps_function(callback.state(), a.data(), a.size(), b.data(),
                                             b.size());
  }
  using Comparator::CompareWithoutTimestamp;
  int CompareWithoutTimestamp(const Slice& a, bool a_has_ts, const Slice& b,
                              bool b_has_ts) const override {
    return compare_without_function == nullptr
               ? Compare(a, b)
               : compare_without_function(callback.state(), a.data(), a.size(), a_has_ts, b.data(),
                                          b.size(), b_has_ts);
  }
  const char* Name() const override { return callback.name(); }
  void FindShortestSeparator(std::string*, const Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}

  Callback callback;
  Compare3 compare_function;
  Compare3 compare_timestamps_function;
  CompareWithout compare_without_function;
};

struct rocksdb_mergeoperator_t : public rocksdb::MergeOperator {
  using Full = char* (*)(void*, const char*, size_t, const char*, size_t, const char* const*,
                         const size_t*, int, unsigned char*, size_t*);
  using Partial = char* (*)(void*, const char*, size_t, const char* const*, const size_t*, int,
                            unsigned char*, size_t*);

  rocksdb_mergeoperator_t(void* state, void (*destructor)(void*), const char* (*name)(void*),
                          Full full, Partial partial,
                          void (*delete_value)(void*, const char*, size_t))
      : callback(state, destructor, name),
        full_function(full),
        partial_function(partial),
        delete_function(delete_value) {}

  const char* Name() const override { return callback.name(); }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    const Arrays operands(in.operand_list);
    const Slice* existing = in.existing_value;
    unsigned char success = 0;
    size_t size = 0;
    char* const value =
        full_function(callback.state(), in.key.data(), in.key.size(),
                      existing != nullptr ? existing->data() : nullptr,
                      existing != nullptr ? existing->size() : 0, operands.data.data(),
                      operands.sizes.data(), operands.count(), &success, &size);
    out->new_value.assign(value != nullptr ? value : "", value != nullptr ? size : 0);
    Free(value, size);
    return success != 0;
  }

  bool PartialMergeMulti(const Slice& key, const std::deque<Slice>& operand_list,
                         std::string* new_value, rocksdb::Logger*) const override {
    const Arrays operands(operand_list);
    unsigned char success = 0;
    size_t size = 0;
    char* const value =
        partial_function(callback.state(), key.data(), key.size(), operands.data.data(),
                         operands.sizes.data(), operands.count(), &success, &size);
    new_value->assign(value != nullptr ? value : "", value != nullptr ? size : 0);
    Free(value, size);
    return success != 0;
  }

  void Free(char* value, size_t size) const {
    if (delete_function != nullptr) {
      delete_function(callback.state(), value, size);
    } else {
      free(value);
    }
  }

  Callback callback;
  Full full_function;
  Partial partial_function;
  void (*delete_function)(void*, const char*, size_t);
};

struct rocksdb_compactionfilter_t : public rocksdb::CompactionFilter {
  using FilterFunction = unsigned char (*)(void*, int, const char*, size_t, const char*, size_t,
                                           char**, size_t*, unsigned char*);

  rocksdb_compactionfilter_t(void* state, void (*destructor)(void*), const char* (*name)(void*),
                             FilterFunction filter)
      : callback(state, destructor, name), filter_function(filter) {}

  const char* Name() const override { return callback.name(); }
  bool IgnoreSnapshots() const override { return ignore_snapshots; }
  bool Filter(int level, const Slice& key, const Slice& existing_value, std::string* new_value,
              bool* value_changed) const override {
    char* value = nullptr;
    size_t size = 0;
    unsigned char changed = 0;
    const unsigned char remove =
        filter_function(callback.state(), level, key.data(), key.size(), existing_value.data(),
                        existing_value.size(), &value, &size, &changed);
    if (changed != 0) {
      new_value->assign(value, size);
      *value_changed = true;
    }
    return remove != 0;
  }

  Callback callback;
  FilterFunction filter_function;
  bool ignore_snapshots = true;
};

struct rocksdb_compactionfiltercontext_t {
  rocksdb::CompactionFilter::Context rep;
};

struct rocksdb_compactionfilterfactory_t : public rocksdb::CompactionFilterFactory {
  using Create = rocksdb_compactionfilter_t* (*)(void*, rocksdb_compactionfiltercontext_t*);

  rocksdb_compactionfilterfactory_t(void* state, void (*destructor)(void*),
                                    const char* (*name)(void*), Create create)
      : callback(state, destructor, name), create_function(create) {}

  const char* Name() const override { return callback.name(); }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override {
    rocksdb_compactionfiltercontext_t c_context{context};
    return std::unique_ptr<rocksdb::CompactionFilter>(
        create_function(callback.state(), &c_context));
  }

  Callback callback;
  Create create_function;
};

struct rocksdb_slicetransform_t : public SliceTransform {};

namespace {

class CallbackTransform : public rocksdb_slicetransform_t {
 public:
  using TransformFunction = char* (*)(void*, const char*, size_t, size_t*);
  using Test = unsigned char (*)(void*, const char*, size_t);

  CallbackTransform(void* state, void (*destructor)(void*), const char* (*name)(void*),
                    TransformFunction transform, Test in_domain, Test in_range)
      : callback_(state, destructor, name),
        transform_(transform),
        in_domain_(in_domain),
        in_range_(in_range) {}
  const char* Name() const override { return callback_.name(); }
  Slice Transform(const Slice& key) const override {
    size_t size = 0;
    char* const prefix = transform_(callback_.state(), key.data(), key.size(), &size);
    return Slice(prefix, size);
  }
  bool InDomain(const Slice& key) const override {
    return in_domain_(callback_.state(), key.data(), key.size()) != 0;
  }
  bool InRange(const Slice& prefix) const override {
    return in_range_(callback_.state(), prefix.data(), prefix.size()) != 0;
  }

 private:
  Callback callback_;
  const TransformFunction transform_;
  const Test in_domain_;
  const Test in_range_;
};

class OwningTransform : public rocksdb_slicetransform_t {
 public:
  explicit OwningTransform(const SliceTransform* rep) : rep_(rep) {}
  const char* Name() const override { return rep_->Name(); }
  std::string GetId() const override { return rep_->GetId(); }
  Slice Transform(const Slice& key) const override { return rep_->Transform(key); }
  bool InDomain(const Slice& key) const override { return rep_->InDomain(key); }
  bool InRange(const Slice&) const override { return true; }
  bool FullLengthEnabled(size_t* length) const override { return rep_->FullLengthEnabled(length); }
  bool SameResultWhenAppended(const Slice& prefix) const override {
    return rep_->SameResultWhenAppended(prefix);
  }

 private:
  const std::unique_ptr<const SliceTransform> rep_;
};

}  // namespace

struct rocksdb_filterpolicy_t {
  std::unique_ptr<const rocksdb::FilterPolicy> rep;
};

extern "C" {

rocksdb_comparator_t* rocksdb_comparator_create(void* state, void (*destructor)(void*),
                                                int (*compare)(void*, const char* a, size_t alen,
                                                               const char* b, size_t blen),
                                                const char* (*name)(void*)) {
  return new rocksdb_comparator_t(state, destructor, compare, name);
}

rocksdb_comparator_t* rocksdb_comparator_with_ts_create(
    void* state, void (*destructor)(void*),
    int (*compare)(void*, const char* a, size_t alen, const char* b, size_t blen),
    int (*compare_ts)(void*, const char* a_ts, size_t a_tslen, const char* b_ts, size_t b_tslen),
    int (*compare_without_ts)(void*, const char* a, size_t alen, unsigned char a_has_ts,
                              const char* b, size_t blen, unsigned char b_has_ts),
    const char* (*name)(void*), size_t timestamp_size) {
  return new rocksdb_comparator_t(state, destructor, compare, name, timestamp_size, compare_ts,
                                  compare_without_ts);
}

void rocksdb_comparator_destroy(rocksdb_comparator_t* cmp) { delete cmp; }

void rocksdb_options_set_comparator(rocksdb_options_t* opt, rocksdb_comparator_t* cmp) {
  opt->rep.comparator = cmp;
}

rocksdb_mergeoperator_t* rocksdb_mergeoperator_create(
    void* state, void (*destructor)(void*),
    char* (*full_merge)(void*, const char* key, size_t key_length, const char* existing_value,
                        size_t existing_value_length, const char* const* operands_list,
                        const size_t* operands_list_length, int num_operands,
                        unsigned char* success, size_t* new_value_length),
    char* (*partial_merge)(void*, const char* key, size_t key_length,
                           const char* const* operands_list, const size_t* operands_list_length,
                           int num_operands, unsigned char* success, size_t* new_value_length),
    void (*delete_value)(void*, const char* value, size_t value_length),
    const char* (*name)(void*)) {
  return new rocksdb_mergeoperator_t(state, destructor, name, full_merge, partial_merge,
                                     delete_value);
}

void rocksdb_mergeoperator_destroy(rocksdb_mergeoperator_t* merge_operator) {
  delete merge_operator;
}

void rocksdb_options_set_merge_operator(rocksdb_options_t* opt, rocksdb_mergeoperator_t* op) {
  opt->rep.merge_operator.reset(op);
}

rocksdb_compactionfilter_t* rocksdb_compactionfilter_create(
    void* state, void (*destructor)(void*),
    unsigned char (*filter)(void*, int level, const char* key, size_t key_length,
                            const char* existing_value, size_t value_length, char** new_value,
                            size_t* new_value_length, unsigned char* value_changed),
    const char* (*name)(void*)) {
  return new rocksdb_compactionfilter_t(state, destructor, name, filter);
}

void rocksdb_compactionfilter_set_ignore_snapshots(rocksdb_compactionfilter_t* filter,
                                                   unsigned char whether_ignore) {
  filter->ignore_snapshots = whether_ignore != 0;
}

void rocksdb_compactionfilter_destroy(rocksdb_compactionfilter_t* filter) { delete filter; }

void rocksdb_options_set_compaction_filter(rocksdb_options_t* opt,
                                           rocksdb_compactionfilter_t* filter) {
  opt->rep.compaction_filter = filter;
}

unsigned char rocksdb_compactionfiltercontext_is_full_compaction(
    rocksdb_compactionfiltercontext_t* context) {
  return context->rep.is_full_compaction;
}

unsigned char rocksdb_compactionfiltercontext_is_manual_compaction(
    rocksdb_compactionfiltercontext_t* context) {
  return context->rep.is_manual_compaction;
}

rocksdb_compactionfilterfactory_t* rocksdb_compactionfilterfactory_create(
    void* state, void (*destructor)(void*),
    rocksdb_compactionfilter_t* (*create_compaction_filter)(
        void*, rocksdb_compactionfiltercontext_t* context),
    const char* (*name)(void*)) {
  return new rocksdb_compactionfilterfactory_t(state, destructor, name, create_compaction_filter);
}

void rocksdb_compactionfilterfactory_destroy(rocksdb_compactionfilterfactory_t* factory) {
  delete factory;
}

void rocksdb_options_set_compaction_filter_factory(rocksdb_options_t* opt,
                                                   rocksdb_compactionfilterfactory_t* factory) {
  opt->rep.compaction_filter_factory.reset(factory);
}

rocksdb_slicetransform_t* rocksdb_slicetransform_create(
    void* state, void (*destructor)(void*),
    char* (*transform)(void*, const char* key, size_t length, size_t* dst_length),
    unsigned char (*in_domain)(void*, const char* key, size_t length),
    unsigned char (*in_range)(void*, const char* key, size_t length), const char* (*name)(void*)) {
  return new CallbackTransform(state, destructor, name, transform, in_domain, in_range);
}

rocksdb_slicetransform_t* rocksdb_slicetransform_create_fixed_prefix(size_t prefix_len) {
  return new OwningTransform(rocksdb::NewFixedPrefixTransform(prefix_len));
}

rocksdb_slicetransform_t* rocksdb_slicetransform_create_noop(void) {
  return new OwningTransform(rocksdb::NewNoopTransform());
}

void rocksdb_slicetransform_destroy(rocksdb_slicetransform_t* transform) { delete transform; }

void rocksdb_options_set_prefix_extractor(rocksdb_options_t* opt,
                                          rocksdb_slicetransform_t* transform) {
  opt->rep.prefix_extractor.reset(transform);
}

rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_bloom(double bits_per_key) {
  return rocksdb_filterpolicy_create_bloom_full(bits_per_key);
}

rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_bloom_full(double bits_per_key) {
  auto* policy = new rocksdb_filterpolicy_t;
  policy->rep.reset(rocksdb::NewBloomFilterPolicy(bits_per_key, false));
  return policy;
}

rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_ribbon(double bloom_equivalent_bits_per_key) {
  return rocksdb_filterpolicy_create_ribbon_hybrid(bloom_equivalent_bits_per_key, 0);
}

rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_ribbon_hybrid(
    double bloom_equivalent_bits_per_key, int bloom_before_level) {
  auto* policy = new rocksdb_filterpolicy_t;
  policy->rep.reset(
      rocksdb::NewRibbonFilterPolicy(bloom_equivalent_bits_per_key, bloom_before_level));
  return policy;
}

// The block-based format of the past is not there; both forms give full filters.
rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_bloom_format(double bits_per_key,
                                                                 bool /*original_format*/) {
  return rocksdb_filterpolicy_create_bloom_full(bits_per_key);
}

rocksdb_filterpolicy_t* rocksdb_filterpolicy_create_ribbon_format(
    double bloom_equivalent_bits_per_key, int bloom_before_level) {
  return rocksdb_filterpolicy_create_ribbon_hybrid(bloom_equivalent_bits_per_key,
                                                   bloom_before_level);
}

void rocksdb_filterpolicy_destroy(rocksdb_filterpolicy_t* policy) { delete policy; }

void rocksdb_block_based_options_set_filter_policy(rocksdb_block_based_table_options_t* options,
                                                   rocksdb_filterpolicy_t* filter_policy) {
  options->rep.filter_policy = filter_policy != nullptr ? std::move(filter_policy->rep) : nullptr;
  delete filter_policy;
}

}  // extern "C"
