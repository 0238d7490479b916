// The written form of scripts and transcripts.
//
// A script is a text of lines; a line is a verb and its arguments, separated by blanks. Keys stand
// as bytes with %XX for what is not printable; `%` alone is the empty key; `ab^5000` is `ab` filled
// up to 5,000 bytes. Values stand as SIZE:SEED. Everything here is a pure function.

#ifndef AETHER_TESTS_DIFFERENTIAL_TEXT_H_
#define AETHER_TESTS_DIFFERENTIAL_TEXT_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <cstdint>
#include <string>
#include <vector>

namespace differential {

using Words = std::vector<std::string>;

Words Split(const std::string& line);
// The sub-operations of a line: the words before each " ; ", the first group included.
std::vector<Words> SplitGroups(const Words& words);

std::string EncodeKey(const std::string& bytes);
std::string DecodeKey(const std::string& text);
// The bytes that SIZE:SEED stands for.
std::string MakeValue(const std::string& text);

// Bytes for a transcript: whole when short, else size, hash and beginning.
std::string Show(const rocksdb::Slice& bytes);
// Code and sub-code; the words of a message are not part of the contract.
std::string Show(const rocksdb::Status& status);

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_TEXT_H_
