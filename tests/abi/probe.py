"""Programs that print what a tree of headers declares, and the running of them.

A program is a list of statements, one a line, each with a key. Statements that do not compile are taken out and reported by
their keys, so that one missing declaration costs one check and not all.
"""

import os
import re
import subprocess

PRELUDE = r'''
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>
%(includes)s
using namespace rocksdb;
namespace {
// The slot of a virtual function, from the Itanium ABI's pointer to member.
template <typename F> long Slot(F f) {
  long words[2];
  static_assert(sizeof(f) == sizeof(words));
  memcpy(words, &f, sizeof(words));
  return words[0] & 1 ? (words[0] - 1) / 8 : -1;
}
template <typename T> struct IsSharedPointer : std::false_type {};
template <typename T> struct IsSharedPointer<std::shared_ptr<T>> : std::true_type {};
template <typename T> struct IsSharedPointer<std::unique_ptr<T>> : std::true_type {};
template <typename T> struct IsVector : std::false_type {};
template <typename T> struct IsVector<std::vector<T>> : std::true_type {};
template <typename T> struct IsFunction : std::false_type {};
template <typename T> struct IsFunction<std::function<T>> : std::true_type {};
template <typename T> std::string Show(const T& v) {
  if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
  else if constexpr (std::is_enum_v<T>) return std::to_string(static_cast<long long>(v));
  else if constexpr (std::is_integral_v<T>) return std::to_string(v);
  else if constexpr (std::is_floating_point_v<T>) { char b[40]; snprintf(b, sizeof(b), "%%.17g", static_cast<double>(v)); return b; }
  else if constexpr (std::is_same_v<T, std::string>) return '"' + v + '"';
  else if constexpr (std::is_same_v<T, std::chrono::microseconds>) return std::to_string(v.count());
  else if constexpr (IsFunction<T>::value) return v ? "function" : "null";
  else if constexpr (IsSharedPointer<T>::value) return Show(v.get());
  else if constexpr (std::is_pointer_v<T>) {
    if (v == nullptr) return "null";
    using P = std::remove_cv_t<std::remove_pointer_t<T>>;
    if constexpr (std::is_class_v<P>) { if constexpr (std::is_base_of_v<Customizable, P>) return v->Name(); }
    return "set";
  }
  else if constexpr (IsVector<T>::value) { std::string s = "["; for (const auto& e : v) s += Show(e) + " "; return s + "]"; }
  else return "-";
}
template <typename T> const T& Made() { static const T* const t = new T(); return *t; }
template <> [[maybe_unused]] const BackupEngineOptions& Made() { static const auto* const t = new BackupEngineOptions("dir"); return *t; }
}  // namespace
'''


class Program:
    def __init__(self, headers):
        self.headers = headers
        self.statements = []  # (key, text)

    def add(self, key, text):
        self.statements.append((key, text))

    def _write(self, path, left_out):
        """Returns the first line of the statements."""
        text = PRELUDE % {'includes': '\n'.join('#include "%s"' % h for h in self.headers)}
        text += 'int main() {\n'
        first = text.count('\n') + 1
        with open(path, 'w') as f:
            f.write(text)
            for key, statement in self.statements:
                f.write('/**/\n' if key in left_out else '{ %s }\n' % statement)
            f.write('}\n')
        return first

    def run(self, work, tree, tag, flags=(), link=(), env=None):
        """Returns (output lines, keys of statements that do not compile, error text or None)."""
        source = os.path.join(work, 'probe_%s.cc' % tag)
        binary = os.path.join(work, 'probe_%s' % tag)
        command = ['g++', '-std=c++17', '-O0', '-w', '-fmax-errors=0', '-fno-access-control', '-I' + tree, *flags]
        left_out = set()
        for _ in range(4):
            first = self._write(source, left_out)
            done = subprocess.run(command + ['-fsyntax-only', source], capture_output=True, text=True)
            if done.returncode == 0:
                break
            bad = set()
            for match in re.finditer(r'^%s:(\d+):' % re.escape(source), done.stderr, re.M):
                index = int(match.group(1)) - first
                if 0 <= index < len(self.statements):
                    bad.add(self.statements[index][0])
            if not bad - left_out:
                return [], left_out, done.stderr[:4000]
            left_out |= bad
        done = subprocess.run(command + [source, '-o', binary, *link], capture_output=True, text=True)
        if done.returncode != 0:
            return [], left_out, done.stderr[:4000]
        done = subprocess.run([binary], capture_output=True, text=True, env=env)
        if done.returncode != 0:
            return [], left_out, '%s ended with status %d: %s' % (binary, done.returncode, done.stderr[:2000])
        return done.stdout.splitlines(), left_out, None


def rows(path):
    with open(path) as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                yield line.rstrip('\n').split('\t')
