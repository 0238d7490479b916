// differential_aether, differential_rocksdb: carries out a script on one library.
//
//   PROGRAM --dir D (--seed N [--ops M] | --script FILE) [--uncompacted]
//       runs; the transcript goes to stdout
//   PROGRAM --print --seed N [--ops M]
//       prints the script of a seed
//
// With --uncompacted nothing is ever compacted, whatever the script says: what a compaction did to
// an answer shows in comparison.
//
// D is a directory that exists and is empty. Each line of the transcript is the number of a line of
// the script and its answer. Exit status: 0 when the script was carried out, whatever the answers;
// 2 for bad arguments.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "tests/differential/generator.h"
#include "tests/differential/session.h"

int main(int argc, char** argv) {
  std::string directory;
  std::string script_file;
  uint64_t seed = 0;
  uint64_t operations = 500;
  bool print = false;
  bool uncompacted = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--print") {
      print = true;
      continue;
    }
    if (flag == "--uncompacted") {
      uncompacted = true;
      continue;
    }
    if (i + 1 == argc) {
      std::fprintf(stderr, "%s: what is %s?\n", argv[0], argv[i]);
      return 2;
    }
    const char* const value = argv[++i];
    if (flag == "--dir") {
      directory = value;
    } else if (flag == "--script") {
      script_file = value;
    } else if (flag == "--seed") {
      seed = std::strtoull(value, nullptr, 10);
    } else if (flag == "--ops") {
      operations = std::strtoull(value, nullptr, 10);
    } else {
      std::fprintf(stderr, "%s: what is %s?\n", argv[0], flag.c_str());
      return 2;
    }
  }
  std::vector<std::string> script;
  if (script_file.empty()) {
    script = differential::Generate(seed, operations);
  } else {
    std::ifstream in(script_file);
    if (!in) {
      std::fprintf(stderr, "%s: %s: %s\n", argv[0], script_file.c_str(), std::strerror(errno));
      return 2;
    }
    for (std::string line; std::getline(in, line);) script.push_back(line);
  }
  if (print) {
    for (const std::string& line : script) std::printf("%s\n", line.c_str());
    return 0;
  }
  if (directory.empty()) {
    std::fprintf(stderr, "%s: --dir is missing\n", argv[0]);
    return 2;
  }
  differential::Session session(directory, uncompacted);
  for (size_t i = 0; i < script.size(); ++i) {
    const std::string answer = session.Run(differential::Split(script[i]));
    std::printf("%zu %s\n", i + 1, answer.c_str());
    // What stands here when a library ends the process tells which line did it.
    std::fflush(stdout);
  }
  return 0;
}
