/* The C interface: options, batches with a callback over them, iterators, snapshots, families, a
   merge operator and a comparator of the program's own, a checkpoint, properties. */
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void Must(char* error) {
  if (error == NULL) return;
  fprintf(stderr, "%s\n", error);
  exit(1);
}

static const char* Name(void* state) {
  (void)state;
  return "example.Caseless";
}

static void Nothing(void* state) { (void)state; }

static int Lower(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

static int Compare(void* state, const char* a, size_t a_length, const char* b, size_t b_length) {
  size_t i;
  (void)state;
  for (i = 0; i < a_length && i < b_length; ++i) {
    if (Lower(a[i]) != Lower(b[i])) return Lower(a[i]) < Lower(b[i]) ? -1 : 1;
  }
  return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

static const char* MergeName(void* state) {
  (void)state;
  return "example.Longest";
}

static char* Longest(const char* value, size_t length, const char* const* operands,
                     const size_t* lengths, int count, unsigned char* success,
                     size_t* result_length) {
  const char* longest = value == NULL ? "" : value;
  size_t longest_length = value == NULL ? 0 : length;
  char* result;
  int i;
  for (i = 0; i < count; ++i) {
    if (lengths[i] <= longest_length) continue;
    longest = operands[i];
    longest_length = lengths[i];
  }
  result = (char*)malloc(longest_length + 1);
  memcpy(result, longest, longest_length);
  *success = 1;
  *result_length = longest_length;
  return result;
}

static char* FullMerge(void* state, const char* key, size_t key_length, const char* value,
                       size_t length, const char* const* operands, const size_t* lengths, int count,
                       unsigned char* success, size_t* result_length) {
  (void)state, (void)key, (void)key_length;
  return Longest(value, length, operands, lengths, count, success, result_length);
}

static char* PartialMerge(void* state, const char* key, size_t key_length,
                          const char* const* operands, const size_t* lengths, int count,
                          unsigned char* success, size_t* result_length) {
  (void)state, (void)key, (void)key_length;
  return Longest(NULL, 0, operands, lengths, count, success, result_length);
}

static void SawPut(void* state, const char* key, size_t key_length, const char* value,
                   size_t length) {
  (void)state;
  printf("batch puts %.*s %.*s\n", (int)key_length, key, (int)length, value);
}

static void SawDelete(void* state, const char* key, size_t key_length) {
  (void)state;
  printf("batch deletes %.*s\n", (int)key_length, key);
}

static void Show(rocksdb_t* db, const rocksdb_snapshot_t* snapshot) {
  rocksdb_readoptions_t* read = rocksdb_readoptions_create();
  rocksdb_iterator_t* it;
  char* error = NULL;
  rocksdb_readoptions_set_snapshot(read, snapshot);
  it = rocksdb_create_iterator(db, read);
  for (rocksdb_iter_seek_to_first(it); rocksdb_iter_valid(it); rocksdb_iter_next(it)) {
    size_t key_length, length;
    const char* key = rocksdb_iter_key(it, &key_length);
    const char* value = rocksdb_iter_value(it, &length);
    printf(" %.*s=%.*s", (int)key_length, key, (int)length, value);
  }
  printf("\n");
  rocksdb_iter_get_error(it, &error);
  Must(error);
  rocksdb_iter_destroy(it);
  rocksdb_readoptions_destroy(read);
}

int main(int argc, char** argv) {
  char* error = NULL;
  char path[1024];
  rocksdb_options_t* options = rocksdb_options_create();
  rocksdb_writeoptions_t* write = rocksdb_writeoptions_create();
  rocksdb_readoptions_t* read = rocksdb_readoptions_create();
  rocksdb_comparator_t* order = rocksdb_comparator_create(NULL, Nothing, Compare, Name);
  rocksdb_mergeoperator_t* longest =
      rocksdb_mergeoperator_create(NULL, Nothing, FullMerge, PartialMerge, NULL, MergeName);
  rocksdb_writebatch_t* batch = rocksdb_writebatch_create();
  rocksdb_column_family_handle_t* family;
  const rocksdb_snapshot_t* snapshot;
  rocksdb_checkpoint_t* checkpoint;
  rocksdb_t* db;
  char* value;
  size_t length;
  if (argc != 2) return 2;
  rocksdb_options_set_create_if_missing(options, 1);
  rocksdb_options_set_comparator(options, order);
  rocksdb_options_set_merge_operator(options, longest);
  rocksdb_options_set_compression(options, rocksdb_lz4_compression);
  snprintf(path, sizeof(path), "%s/db", argv[1]);
  db = rocksdb_open(options, path, &error);
  Must(error);
  rocksdb_put(db, write, "Apple", 5, "1", 1, &error);
  Must(error);
  rocksdb_writebatch_put(batch, "banana", 6, "2", 1);
  rocksdb_writebatch_put(batch, "Cherry", 6, "3", 1);
  rocksdb_writebatch_delete(batch, "APPLE", 5);
  printf("in the batch: %d\n", rocksdb_writebatch_count(batch));
  rocksdb_writebatch_iterate(batch, NULL, SawPut, SawDelete);
  snapshot = rocksdb_create_snapshot(db);
  rocksdb_write(db, write, batch, &error);
  Must(error);
  Show(db, NULL);
  Show(db, snapshot);
  rocksdb_release_snapshot(db, snapshot);
  rocksdb_merge(db, write, "words", 5, "a", 1, &error);
  Must(error);
  rocksdb_merge(db, write, "WORDS", 5, "longest", 7, &error);
  Must(error);
  rocksdb_merge(db, write, "words", 5, "long", 4, &error);
  Must(error);
  value = rocksdb_get(db, read, "Words", 5, &length, &error);
  Must(error);
  printf("merged: %.*s\n", (int)length, value);
  rocksdb_free(value);
  value = rocksdb_get(db, read, "none", 4, &length, &error);
  Must(error);
  printf("none: %s\n", value == NULL ? "not there" : value);
  family = rocksdb_create_column_family(db, options, "more", &error);
  Must(error);
  rocksdb_put_cf(db, write, family, "x", 1, "y", 1, &error);
  Must(error);
  rocksdb_compact_range(db, NULL, 0, NULL, 0);
  value = rocksdb_property_value(db, "rocksdb.num-immutable-mem-table");
  printf("property: %s\n", value);
  rocksdb_free(value);
  checkpoint = rocksdb_checkpoint_object_create(db, &error);
  Must(error);
  snprintf(path, sizeof(path), "%s/checkpoint", argv[1]);
  rocksdb_checkpoint_create(checkpoint, path, 0, &error);
  Must(error);
  rocksdb_checkpoint_object_destroy(checkpoint);
  rocksdb_column_family_handle_destroy(family);
  rocksdb_close(db);

  {
    const char* names[] = {"default", "more"};
    const rocksdb_options_t* all[2];
    rocksdb_column_family_handle_t* handles[2];
    all[0] = all[1] = options;
    db = rocksdb_open_column_families(options, path, 2, names, all, handles, &error);
    Must(error);
    Show(db, NULL);
    value = rocksdb_get_cf(db, read, handles[1], "X", 1, &length, &error);
    Must(error);
    printf("x: %.*s\n", (int)length, value);
    rocksdb_free(value);
    rocksdb_column_family_handle_destroy(handles[0]);
    rocksdb_column_family_handle_destroy(handles[1]);
    rocksdb_close(db);
  }
  db = rocksdb_open(options, "/proc/no/such/place", &error);
  printf("a place that is none: %s\n", db == NULL && error != NULL ? "an error" : "opened");
  rocksdb_free(error);
  rocksdb_writebatch_destroy(batch);
  rocksdb_readoptions_destroy(read);
  rocksdb_writeoptions_destroy(write);
  rocksdb_options_destroy(options);
  rocksdb_comparator_destroy(order);
  return 0;
}
