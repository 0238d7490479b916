// Traces of queries: what stands in the file, and what a replay does.
#include <rocksdb/env.h>
#include <rocksdb/trace_reader_writer.h>
#include <rocksdb/trace_record.h>
#include <rocksdb/trace_record_result.h>
#include <rocksdb/utilities/replayer.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstring>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

std::string TracePath() { return Directory() + "/trace"; }

void Start(const Db& db, const rocksdb::TraceOptions& options = rocksdb::TraceOptions()) {
  std::unique_ptr<rocksdb::TraceWriter> writer;
  GOOD(rocksdb::NewFileTraceWriter(rocksdb::Env::Default(), rocksdb::EnvOptions(), TracePath(),
                                   &writer));
  GOOD(db->StartTrace(options, std::move(writer)));
}

std::unique_ptr<rocksdb::TraceReader> Reader() {
  std::unique_ptr<rocksdb::TraceReader> reader;
  GOOD(rocksdb::NewFileTraceReader(rocksdb::Env::Default(), rocksdb::EnvOptions(), TracePath(),
                                   &reader));
  return reader;
}

// Type and payload of each record; times are left out.
std::string Contents() {
  const auto reader = Reader();
  std::string text;
  std::string record;
  for (;;) {
    const Status s = reader->Read(&record);
    if (!s.ok()) return text + (s.IsIncomplete() ? "end" : s.ToString());
    text += std::to_string(static_cast<int>(record[8])) + ":";
    text += (record[8] == 1 ? record.substr(13)
                            : Slice(record.data() + 13, record.size() - 13).ToString(true)) +
            " ";
  }
}

CASE(trace_records_byte_by_byte) {
  Db db;
  EQ(db->EndTrace(), "5/0 IO error: No trace file to close");
  Start(db);
  GOOD(db->Put(WriteOptions(), "k", "v"));
  db.Get("k");
  {
    const Slice lower("a");
    const Slice upper("z");
    ReadOptions read;
    read.iterate_lower_bound = &lower;
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(read));
    it->Seek("k");
    read.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> other(db->NewIterator(read));
    other->SeekForPrev("k");
    other->Prev();
    other->SeekToFirst();
  }
  std::vector<std::string> values;
  db->MultiGet(ReadOptions(), {"k", "x"}, &values);
  GOOD(db->EndTrace());
  db.Get("not traced");
  EQ(Contents(),
     "1:feedcafedeadbeef\tTrace Version: 0.2\tRocksDB Version: 7.8\tFormat: Timestamp OpType "
     "Payload\n "
     "3:02000000000000001100000000000000000100000001016B0176 "
     "4:0C0000000000000000000000016B "
     "5:700000000000000000000000016B0161 "
     "6:F00000000000000000000000016B0161017A "
     // SeekToFirst goes to the bound.
     "5:F0000000000000000000000001610161017A "
     "13:000700000000000002000000080000000000000000"
     "04016B0178 "
     "2: end");
}

CASE(traces_leave_out_what_is_filtered) {
  Db db;
  rocksdb::TraceOptions options;
  options.filter = rocksdb::kTraceFilterGet | rocksdb::kTraceFilterIteratorSeek;
  options.preserve_write_order = true;
  Start(db, options);
  db.Put("k", "v");
  db.Get("k");
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->Seek("k");
  it->SeekForPrev("k");
  GOOD(db->EndTrace());
  std::string types;
  const auto reader = Reader();
  std::string record;
  while (reader->Read(&record).ok()) types += std::to_string(static_cast<int>(record[8])) + " ";
  EQ(types, "1 3 6 2 ");
}

CASE(traces_of_some_of_the_queries) {
  Db db;
  rocksdb::TraceOptions options;
  options.sampling_frequency = 3;
  Start(db, options);
  for (int i = 0; i < 9; ++i) db.Get("k" + std::to_string(i));
  GOOD(db->EndTrace());
  const auto reader = Reader();
  std::string record;
  int records = 0;
  while (reader->Read(&record).ok()) ++records;
  EQ(records, 2 + 3);
}

// Sums up what queries returned.
class Results final : public rocksdb::TraceRecordResult::Handler {
 public:
  Status Handle(const rocksdb::StatusOnlyTraceExecutionResult& result) override {
    text += "write " + result.GetStatus().ToString() + "; ";
    return Status::OK();
  }
  Status Handle(const rocksdb::SingleValueTraceExecutionResult& result) override {
    text += "get " + result.GetStatus().ToString() + " " + result.GetValue() + "; ";
    return Status::OK();
  }
  Status Handle(const rocksdb::MultiValuesTraceExecutionResult& result) override {
    text += "multi";
    for (const auto& value : result.GetValues()) text += " " + value;
    text += "; ";
    return Status::OK();
  }
  Status Handle(const rocksdb::IteratorTraceExecutionResult& result) override {
    text += "seek " + (result.GetValid() ? result.GetKey().ToString() : std::string("end")) + "; ";
    return Status::OK();
  }
  std::string text;
};

void Record(Db* db) {
  rocksdb::ColumnFamilyHandle* const other = db->Create("other");
  Start(*db);
  db->Put("a", "1");
  GOOD((*db)->Put(WriteOptions(), other, "b", "2"));
  db->Get("a");
  db->Get("none");
  db->Get("b", other);
  const std::unique_ptr<rocksdb::Iterator> it((*db)->NewIterator(ReadOptions()));
  it->Seek("0");
  it->Seek("zz");
  std::vector<std::string> values;
  (*db)->MultiGet(ReadOptions(), {other, (*db)->DefaultColumnFamily()}, {"b", "a"}, &values);
  GOOD((*db)->EndTrace());
}

CASE(a_replay_does_it_again) {
  {
    Db db(Db::DefaultOptions(), "recorded");
    Record(&db);
  }
  Db db(Db::DefaultOptions(), "replayed");
  rocksdb::ColumnFamilyHandle* const other = db.Create("other");
  std::unique_ptr<rocksdb::Replayer> replayer;
  GOOD(db->NewDefaultReplayer({db->DefaultColumnFamily(), other}, Reader(), &replayer));
  std::unique_ptr<rocksdb::TraceRecord> record;
  EQ(replayer->Next(&record), "7/0 Result incomplete: Not prepared!");
  GOOD(replayer->Prepare());
  YES(replayer->GetHeaderTimestamp() > 0);
  Results results;
  const auto add = [&](Status s, std::unique_ptr<rocksdb::TraceRecordResult>&& result) {
    GOOD(s);
    if (result != nullptr) GOOD(result->Accept(&results));
  };
  EQ(replayer->Replay(rocksdb::ReplayOptions(1, 0), nullptr),
     "4/0 Invalid argument: Wrong fast forward speed!");
  GOOD(replayer->Replay(rocksdb::ReplayOptions(1, 1000.0), add));
  EQ(results.text,
     "write OK; write OK; get OK 1; get NotFound:  ; get OK 2; seek a; seek end; multi 2 1; ");
  EQ(db.Get("a"), "1");
  EQ(db.Get("b", other), "2");
  EQ(replayer->Next(&record), "7/0 Result incomplete: Trace end.");
  // Once more, by several threads.
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(replayer->Prepare());
  std::atomic<int> count{0};
  GOOD(replayer->Replay(rocksdb::ReplayOptions(3, 1000.0),
                        [&](Status, std::unique_ptr<rocksdb::TraceRecordResult>&&) { ++count; }));
  EQ(count.load(), 8);
  EQ(db.Get("a"), "1");
}

CASE(a_replay_record_by_record) {
  {
    Db db(Db::DefaultOptions(), "recorded");
    Record(&db);
  }
  Db db(Db::DefaultOptions(), "replayed");
  std::unique_ptr<rocksdb::Replayer> replayer;
  GOOD(db->NewDefaultReplayer({db->DefaultColumnFamily()}, Reader(), &replayer));
  GOOD(replayer->Prepare());
  std::unique_ptr<rocksdb::TraceRecord> record;
  std::unique_ptr<rocksdb::TraceRecordResult> result;
  GOOD(replayer->Next(&record));
  EQ(static_cast<int>(record->GetTraceType()), 3);
  GOOD(replayer->Execute(record, &result));
  EQ(db.Get("a"), "1");
  YES(result != nullptr);
  GOOD(replayer->Next(&record));
  GOOD(replayer->Next(&record));
  auto* const get = dynamic_cast<rocksdb::GetQueryTraceRecord*>(record.get());
  YES(get != nullptr);
  EQ(get->GetKey().ToString(), "a");
  EQ(get->GetColumnFamilyID(), 0u);
  GOOD(replayer->Next(&record));
  GOOD(replayer->Next(&record));
  // Of a family that was not given.
  EQ(replayer->Execute(record, &result), "2/0 Corruption: Invalid Column Family ID.");
  // Queries need no trace.
  const std::unique_ptr<rocksdb::TraceRecord::Handler> handler(
      rocksdb::TraceRecord::NewExecutionHandler(db.get(), {db->DefaultColumnFamily()}));
  rocksdb::GetQueryTraceRecord made(0, std::string("a"), 17);
  GOOD(made.Accept(handler.get(), &result));
  EQ(made.GetTimestamp(), 17u);
  auto* const value = dynamic_cast<rocksdb::SingleValueTraceExecutionResult*>(result.get());
  YES(value != nullptr);
  EQ(value->GetValue(), "1");
  YES(value->GetEndTimestamp() >= value->GetStartTimestamp());
}

CASE(a_replay_of_something_else) {
  WriteFile(TracePath(), "this is no trace, but it is long enough to hold a record");
  Db db;
  std::unique_ptr<rocksdb::Replayer> replayer;
  GOOD(db->NewDefaultReplayer({db->DefaultColumnFamily()}, Reader(), &replayer));
  CODE(replayer->Prepare(), "2/0");
}
}  // namespace
}  // namespace conformance
