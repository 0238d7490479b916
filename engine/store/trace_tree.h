// Trees and edits in the events of tests/trace. Only the preset `tracing` has them.
//
// Thread safety: functions of their arguments.

#ifndef AETHER_ENGINE_STORE_TRACE_TREE_H_
#define AETHER_ENGINE_STORE_TRACE_TREE_H_

#ifdef AETHER_TRACING

#include <string>

#include "engine/base/trace.h"
#include "engine/lsm/manifest_edit.h"

namespace aether {

// {"flushed": sequence, "levels": [[[run, [[file, trim or ""], ...]], ...], ...],
//  "merges": [[output, [input, ...]], ...]}
inline trace::Json TraceTree(const FamilyState& family) {
  const auto file = [](const FileState& f) {
    return trace::Json{"[" + std::to_string(f.meta->number) + "," +
                       trace::Quote(f.trim ? Slice(*f.trim) : Slice()) + "]"};
  };
  const auto run = [&](const RunState& r) {
    return trace::Json{"[" + std::to_string(r.id) + "," + trace::List(r.files, file).text + "]"};
  };
  const auto level = [&](const std::vector<RunState>& runs) { return trace::List(runs, run); };
  const auto merge = [](const MergeState& m) {
    const trace::Json inputs = trace::List(m.input_runs, [](uint64_t id) { return id; });
    return trace::Json{"[" + std::to_string(m.output_run) + "," + inputs.text + "]"};
  };
  return {"{\"flushed\":" + std::to_string(family.flushed_sequence) +
          ",\"levels\":" + trace::List(family.levels, level).text +
          ",\"merges\":" + trace::List(family.merges, merge).text + "}"};
}

// What an edit is for.
inline const char* TraceKind(const FamilyEdit& edit) {
  if (edit.flushed_sequence) return "flush";
  if (!edit.begin_merges.empty()) return "begin";
  if (!edit.end_merges.empty()) return "complete";
  if (!edit.new_runs.empty()) return "ingest";
  const bool moves = edit.add_files.size() == 1 && edit.remove_files.size() == 1 &&
                     edit.add_files[0].meta->number == edit.remove_files[0].file;
  return moves ? "move" : "piece";
}

// The output run of the merge; 0 when the edit does not name it.
inline uint64_t TraceRun(const FamilyEdit& edit) {
  if (!edit.begin_merges.empty()) return edit.begin_merges[0].output_run;
  if (!edit.end_merges.empty()) return edit.end_merges[0];
  return edit.flushed_sequence || edit.add_files.empty() ? 0 : edit.add_files[0].run;
}

}  // namespace aether

#endif  // AETHER_TRACING

#endif  // AETHER_ENGINE_STORE_TRACE_TREE_H_
