#include "engine/run/codec.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"

namespace aether {
namespace {

constexpr Codec kAll[] = {Codec::kSnappy, Codec::kLz4, Codec::kLz4Hc, Codec::kZstd, Codec::kZlib};

std::string Noise(Random* random, size_t n) {
  std::string bytes(n, '\0');
  for (char& c : bytes) c = static_cast<char>(random->Next());
  return bytes;
}

// Words out of a small list: what all codecs can shorten, the better ones more.
std::string Prose(Random* random, size_t n) {
  std::string text;
  while (text.size() < n) {
    text += "word" + std::to_string(random->Uniform(200)) + (random->OneIn(9) ? ". " : " ");
  }
  text.resize(n);
  return text;
}

TEST(Codec, WhatWasCompressedComesBack) {
  for (const Codec codec : kAll) {
    Random random(1);
    Compressor compressor({codec});
    size_t compressed = 0;
    for (const size_t n : {0, 1, 7, 8, 100, 1025, 4088, 70000, 3000000}) {
      for (const bool noise : {false, true}) {
        const std::string plain = noise ? Noise(&random, n) : Prose(&random, n);
        const Slice packed = compressor.Compress(plain);
        if (packed.empty()) continue;
        ++compressed;
        EXPECT_FALSE(noise);
        EXPECT_LE(packed.size(), n - n / 8);
        EXPECT_LE(n, MaxDecompressed(codec, packed.size()));
        std::string back(n, 'x');
        ASSERT_TRUE(Decompress(codec, packed, back.data(), n));
        EXPECT_TRUE(back == plain);
      }
    }
    EXPECT_GE(compressed, 5u) << static_cast<int>(codec);
  }
}

// Each bound is that of the best case there is.
TEST(Codec, NothingStandsForMoreThanTheBound) {
  const std::string zeros(size_t{32} << 20, '\0');
  for (const Codec codec : kAll) {
    Compressor compressor({codec});
    for (const size_t n : {size_t{1025}, size_t{4088}, size_t{200000}, zeros.size()}) {
      const Slice packed = compressor.Compress(Slice(zeros.data(), n));
      ASSERT_FALSE(packed.empty());
      EXPECT_LE(n, MaxDecompressed(codec, packed.size())) << static_cast<int>(codec);
      if (n == zeros.size()) {
        EXPECT_GT(n * 4, MaxDecompressed(codec, packed.size())) << static_cast<int>(codec);
      }
    }
  }
}

TEST(Codec, AnotherSizeOrAnotherInputIsRefusedInsideItsBounds) {
  for (const Codec codec : kAll) {
    Random random(2);
    Compressor compressor({codec});
    const std::string plain = Prose(&random, 4088);
    const std::string packed = compressor.Compress(plain).ToString();
    ASSERT_FALSE(packed.empty());
    // Behind the output stands what must stay.
    std::string to(5000, '#');
    const auto decompress = [&](Slice input, size_t size) {
      std::fill(to.begin(), to.end(), '#');
      const bool done = Decompress(codec, input, to.data(), size);
      EXPECT_EQ(to.find_first_not_of('#', size), std::string::npos) << static_cast<int>(codec);
      return done;
    };
    ASSERT_TRUE(decompress(packed, plain.size()));
    for (const size_t size : {plain.size() - 1, plain.size() + 1, size_t{1}, size_t{4900}}) {
      EXPECT_FALSE(decompress(packed, size)) << static_cast<int>(codec) << " " << size;
    }
    EXPECT_FALSE(decompress(Slice(), plain.size()));
    EXPECT_FALSE(decompress(packed + "!", plain.size())) << static_cast<int>(codec);
    for (size_t cut = 1; cut < packed.size(); cut += 37) {
      EXPECT_FALSE(decompress(packed.substr(0, cut), plain.size())) << static_cast<int>(codec);
    }
    // Changed input may give something of the right size; it must not leave its bounds.
    for (int i = 0; i < 3000; ++i) {
      std::string changed = packed;
      for (uint64_t n = 1 + random.Uniform(4); n > 0; --n) {
        changed[random.Uniform(changed.size())] = static_cast<char>(random.Next());
      }
      decompress(changed, plain.size());
      decompress(Noise(&random, 1 + random.Uniform(300)), plain.size());
    }
    // The contexts survive what was refused.
    ASSERT_TRUE(decompress(packed, plain.size()));
    EXPECT_TRUE(to.substr(0, plain.size()) == plain);
  }
}

TEST(Codec, LevelsAreTheCodecsOwnAndOutOfRangeIsBroughtIntoIt) {
  Random random(3);
  const std::string plain = Prose(&random, 300000);
  const auto size = [&](Codec codec, int level) {
    Compressor compressor({codec, level});
    const Slice packed = compressor.Compress(plain);
    if (packed.empty()) return plain.size();
    std::string back(plain.size(), '\0');
    EXPECT_TRUE(Decompress(codec, packed, back.data(), back.size()));
    EXPECT_TRUE(back == plain);
    return packed.size();
  };
  EXPECT_LT(size(Codec::kZstd, 19), size(Codec::kZstd, 1));
  EXPECT_LT(size(Codec::kZlib, 9), size(Codec::kZlib, 1));
  EXPECT_LT(size(Codec::kLz4Hc, 12), size(Codec::kLz4Hc, 3));
  EXPECT_LT(size(Codec::kLz4Hc, Compression::kDefaultLevel), size(Codec::kLz4, 1));
  EXPECT_EQ(size(Codec::kZstd, Compression::kDefaultLevel), size(Codec::kZstd, 3));
  for (const Codec codec : kAll) {
    size(codec, 1000);
    size(codec, -1000);
  }
}

TEST(Codec, ThreadsDecompressSideBySide) {
  Random random(4);
  const std::string plain = Prose(&random, 4088);
  for (const Codec codec : kAll) {
    Compressor compressor({codec});
    const std::string packed = compressor.Compress(plain).ToString();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        std::string back(plain.size(), '\0');
        for (int i = 0; i < 200; ++i) {
          back.assign(plain.size(), '\0');
          EXPECT_TRUE(Decompress(codec, packed, back.data(), back.size()));
          EXPECT_TRUE(back == plain);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace aether
