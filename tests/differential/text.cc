#include "tests/differential/text.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace differential {
namespace {

constexpr size_t kShownWhole = 24;

std::string Escape(const char* data, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(data[i]);
    if (std::isalnum(byte) || byte == ',' || byte == '-') {
      out += static_cast<char>(byte);
    } else {
      char hex[4];
      std::snprintf(hex, sizeof(hex), "%%%02X", byte);
      out += hex;
    }
  }
  return out;
}

}  // namespace

Words Split(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<Words> SplitGroups(const Words& words) {
  std::vector<Words> groups(1);
  for (const std::string& word : words) {
    if (word == ";") {
      groups.emplace_back();
    } else {
      groups.back().push_back(word);
    }
  }
  return groups;
}

std::string EncodeKey(const std::string& bytes) {
  return bytes.empty() ? "%" : Escape(bytes.data(), bytes.size());
}

std::string DecodeKey(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '^') {
      const size_t size = std::strtoul(text.c_str() + i + 1, nullptr, 10);
      if (size > out.size()) out.resize(size, 'x');
      break;
    }
    if (text[i] != '%') {
      out += text[i];
    } else if (i + 2 < text.size()) {
      out += static_cast<char>(std::strtoul(text.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

std::string MakeValue(const std::string& text) {
  const size_t size = std::strtoul(text.c_str(), nullptr, 10);
  const size_t colon = text.find(':');
  uint64_t state = colon == std::string::npos ? 0 : std::strtoull(&text[colon + 1], nullptr, 10);
  std::string out = std::to_string(state) + ".";
  while (out.size() < size) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    // Runs of four make values that compress, as most do.
    out.append(4, static_cast<char>('a' + (state >> 33) % 26));
  }
  out.resize(size);
  return out;
}

std::string Show(const rocksdb::Slice& bytes) {
  if (bytes.size() <= kShownWhole) return "'" + Escape(bytes.data(), bytes.size()) + "'";
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < bytes.size(); ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 1099511628211u;
  }
  char tail[64];
  std::snprintf(tail, sizeof(tail), "..%zu bytes, %08x>", bytes.size(),
                static_cast<unsigned>(hash >> 32));
  return "<" + Escape(bytes.data(), kShownWhole / 2) + tail;
}

std::string Show(const rocksdb::Status& status) {
  if (status.ok()) return "ok";
  return "status " + std::to_string(static_cast<int>(status.code())) + "/" +
         std::to_string(static_cast<int>(status.subcode()));
}

}  // namespace differential
