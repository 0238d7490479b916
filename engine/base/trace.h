// Events of the running engine, for tests/trace: each step that other threads can see is written
// down as one line, and a model checker decides whether the lines are a behaviour of tla/.
//
// Exists in the `tracing` preset only; elsewhere the macros are empty and their arguments are not
// evaluated.
//
//   AETHER_TRACE_STEP();   from here to the end of the block this thread alone takes traced steps
//   AETHER_TRACE("name", "field", value, ...);   one event of the step
//   AETHER_TRACE_ONLY(code)   what only the events need
//   AETHER_TRACE_PAGE_STEP(), AETHER_TRACE_PAGE(...)   the same for events of the pool's pages
//
// Events of pages are many and are taken under the pool's mutex. They are recorded in programs only
// that ask for them (`pages`) and for no others.
//
// The lock makes an atomic operation of the engine and the number of its event one step, so the
// order of the numbers is the order of the operations. It is taken before any other lock of the
// same step, and no step waits for another thread. A step may be taken inside a step of the same
// thread.
//
// Thread safety: everything may be called by any thread.

#ifndef AETHER_ENGINE_BASE_TRACE_H_
#define AETHER_ENGINE_BASE_TRACE_H_

#ifdef AETHER_TRACING

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/slice.h"

namespace aether::trace {

// A value that is JSON already.
struct Json {
  std::string text;
};

inline std::atomic<bool> pages{false};
// Deliberate faults of the pool; written while nothing else runs.
enum class PageBug : int {
  kNone = 0,
  kReclaimEarly,  // a frame is used again while a guard may still read it
  kFreePinned,    // ... while it is pinned
};
inline PageBug page_bug = PageBug::kNone;

inline std::recursive_mutex step_mutex;
inline bool recording = false;          // under step_mutex
inline std::vector<std::string> lines;  // under step_mutex
inline int threads = 0;                 // under step_mutex
inline thread_local int this_thread = -1;

class Step {
 public:
  Step() : lock_(step_mutex) {}

 private:
  std::lock_guard<std::recursive_mutex> lock_;
};

class PageStep {
 public:
  PageStep() {
    if (locked_) step_mutex.lock();
  }
  ~PageStep() {
    if (locked_) step_mutex.unlock();
  }
  PageStep(const PageStep&) = delete;
  PageStep& operator=(const PageStep&) = delete;

 private:
  const bool locked_ = pages.load(std::memory_order_relaxed);
};

inline std::string Quote(Slice text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string result = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text.data()[i];
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 32) {
      result += "\\u00";
      result += kHex[(c >> 4) & 15];
      result += kHex[c & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

template <typename T>
std::string ToJson(const T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    return value.text;
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_pointer_v<T> && !std::is_convertible_v<T, const char*>) {
    return std::to_string(reinterpret_cast<uintptr_t>(value));
  } else {
    return Quote(Slice(value));
  }
}

// A JSON list of f(x) for each x.
template <typename Range, typename Function>
Json List(const Range& range, Function f) {
  std::string text = "[";
  for (const auto& x : range) {
    if (text.size() > 1) text += ",";
    text += ToJson(f(x));
  }
  return {text + "]"};
}

inline std::string Hex(Slice bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string result;
  for (size_t i = 0; i < bytes.size(); ++i) {
    result += kHex[(bytes.data()[i] >> 4) & 15];
    result += kHex[bytes.data()[i] & 15];
  }
  return result;
}

template <typename... Fields>
void Emit(const char* name, const Fields&... fields) {
  Step step;
  if (!recording) return;
  if (this_thread < 0) this_thread = threads++;
  std::string line = "{\"do\":\"";
  line += name;
  line += "\",\"thread\":" + std::to_string(this_thread);
  std::string parts[] = {std::string(), ToJson(fields)...};
  for (size_t i = 1; i + 1 < sizeof...(fields) + 1; i += 2) {
    line += "," + parts[i] + ":" + parts[i + 1];
  }
  lines.push_back(line + "}");
}

template <typename... Fields>
void EmitPage(const char* name, const Fields&... fields) {
  if (pages.load(std::memory_order_relaxed)) Emit(name, fields...);
}

inline void Start() {
  Step step;
  recording = true;
}
inline void Stop() {
  Step step;
  recording = false;
}
inline std::vector<std::string> Take() {
  Step step;
  return std::exchange(lines, {});
}

}  // namespace aether::trace

#define AETHER_TRACE_STEP() const ::aether::trace::Step aether_trace_step
#define AETHER_TRACE(...) ::aether::trace::Emit(__VA_ARGS__)
#define AETHER_TRACE_ONLY(...) __VA_ARGS__
#define AETHER_TRACE_PAGE_STEP() const ::aether::trace::PageStep aether_trace_page_step
#define AETHER_TRACE_PAGE(...) ::aether::trace::EmitPage(__VA_ARGS__)

#else

#define AETHER_TRACE_STEP() static_cast<void>(0)
#define AETHER_TRACE(...) static_cast<void>(0)
#define AETHER_TRACE_ONLY(...)
#define AETHER_TRACE_PAGE_STEP() static_cast<void>(0)
#define AETHER_TRACE_PAGE(...) static_cast<void>(0)

#endif

#endif  // AETHER_ENGINE_BASE_TRACE_H_
