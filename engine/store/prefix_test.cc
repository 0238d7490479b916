// Filters of prefixes: what they let a reader leave out is never missed.

#include <functional>
#include <map>
#include <memory>

#include "engine/base/random.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

class FirstBytes final : public PrefixExtractor {
 public:
  explicit FirstBytes(size_t n) : n_(n), name_("test.First." + std::to_string(n)) {}
  const std::string& Name() const override { return name_; }
  bool InDomain(Slice key) const override { return key.size() >= n_; }
  Slice Transform(Slice key) const override { return Slice(key.data(), n_); }
  size_t FixedLength() const override { return n_; }

 private:
  const size_t n_;
  const std::string name_;
};

// What stands before the dash, and the dash.
class UpToDash final : public PrefixExtractor {
 public:
  const std::string& Name() const override {
    static const std::string name = "test.UpToDash";
    return name;
  }
  bool InDomain(Slice key) const override { return key.view().find('-') != std::string::npos; }
  Slice Transform(Slice key) const override { return Slice(key.data(), key.view().find('-') + 1); }
};

std::string RandomKey(Random* random) {
  std::string key;
  for (uint64_t n = random->Uniform(4); n > 0; --n) {
    key += static_cast<char>('a' + random->Uniform(3));
  }
  if (!random->OneIn(8)) key += '-';
  return key + std::to_string(random->Uniform(40));
}

class PrefixTest : public StoreTest {
 protected:
  using Model = std::map<std::string, std::string>;

  void Fill(Random* random, int flushes) {
    for (int f = 0; f < flushes; ++f) {
      for (int i = 0; i < 150; ++i) {
        const std::string key = RandomKey(random);
        if (random->OneIn(6)) {
          model_.erase(key);
          Delete(key);
        } else {
          model_[key] = RandomValue(random);
          Put(key, model_[key]);
        }
      }
      if (f + 1 < flushes || random->OneIn(2)) {
        ASSERT_TRUE(kv_->Flush(true).ok());
      }
    }
  }
  static std::string RandomValue(Random* random) {
    return std::string(random->Uniform(300), static_cast<char>('a' + random->Uniform(26)));
  }
  // Where the iterator should be; stays at the end when it leaves.
  void ExpectAt(const Iterator& it, Model::const_iterator at, const std::string& what) {
    ASSERT_TRUE(it.status().ok()) << it.status().ToString();
    ASSERT_EQ(it.Valid(), at != model_.end()) << what;
    if (it.Valid()) {
      ASSERT_EQ(it.key().ToString(), at->first) << what;
      ASSERT_EQ(it.value().ToString(), at->second) << what;
    }
  }
  Model::const_iterator FloorOf(const std::string& key) const {
    auto at = model_.upper_bound(key);
    return at == model_.begin() ? model_.end() : std::prev(at);
  }

  // As a reader does that stops when the prefix is left: only then anything may be missing.
  void WalkWithin(Random* random, const std::shared_ptr<const PrefixExtractor>& extractor) {
    const auto it = kv_->NewIterator(ReadOptions(), {extractor, true});
    for (int round = 0; round < 300; ++round) {
      const std::string target = RandomKey(random);
      const bool forward = random->OneIn(2);
      forward ? it->Seek(target) : it->SeekForPrev(target);
      auto at = forward ? Model::const_iterator(model_.lower_bound(target)) : FloorOf(target);
      const bool confined = extractor->InDomain(target);
      const auto inside = [&](Slice key) {
        return !confined || (extractor->InDomain(key) &&
                             extractor->Transform(key) == extractor->Transform(target));
      };
      for (int step = 0; step < 12; ++step) {
        const bool expected = at != model_.end() && inside(at->first);
        const std::string what = "from " + target + ", step " + std::to_string(step);
        ASSERT_TRUE(it->status().ok());
        if (!expected) {
          ASSERT_TRUE(!it->Valid() || !inside(it->key())) << what << ": " << it->key().ToString();
          break;
        }
        ExpectAt(*it, at, what);
        if (HasFatalFailure()) return;
        if (random->OneIn(2)) {
          it->Next();
          ++at;
        } else {
          it->Prev();
          at = at == model_.begin() ? model_.end() : std::prev(at);
        }
      }
    }
  }

  // Bounds or not, everything is shown.
  void WalkAll(Random* random, const std::shared_ptr<const PrefixExtractor>& extractor) {
    for (int round = 0; round < 150; ++round) {
      ReadOptions options;
      const std::string from = RandomKey(random);
      std::string to = random->OneIn(3) ? RandomKey(random) : from;
      if (random->OneIn(2)) to += '9';
      if (random->OneIn(4) && to.size() >= 2) {
        to.resize(2);
        ++to.back();
      }
      const Slice upper(to);
      if (!random->OneIn(4)) options.upper_bound = &upper;
      const auto it = kv_->NewIterator(options, {extractor, false});
      const auto end = options.upper_bound != nullptr ? model_.lower_bound(to) : model_.end();
      const auto clip = [&](Model::const_iterator at) {
        return at != model_.end() && options.upper_bound != nullptr && at->first >= to
                   ? model_.end()
                   : at;
      };
      const std::string target = random->OneIn(3) ? RandomKey(random) : from;
      Model::const_iterator at;
      if (random->OneIn(4)) {
        it->SeekForPrev(target);
        at = FloorOf(target);
        if (options.upper_bound != nullptr && target >= to) {
          at = end == model_.begin() ? model_.end() : std::prev(Model::const_iterator(end));
        }
      } else {
        it->Seek(target);
        at = clip(model_.lower_bound(target));
      }
      for (int step = 0; step < 30; ++step) {
        ExpectAt(*it, at, "from " + target + " to " + to + ", step " + std::to_string(step));
        if (HasFatalFailure() || at == model_.end()) break;
        if (random->OneIn(3)) {
          it->Prev();
          at = at == model_.begin() ? model_.end() : std::prev(at);
        } else {
          it->Next();
          at = clip(std::next(at));
        }
      }
      if (HasFatalFailure()) return;
    }
  }

  Model model_;
};

TEST_F(PrefixTest, NothingIsMissed) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::shared_ptr<const PrefixExtractor> extractor = std::make_shared<FirstBytes>(2);
    if (seed % 2 == 0) extractor = std::make_shared<UpToDash>();
    store_.tree.prefix = extractor;
    store_.tree.whole_key_filter = seed % 3 != 0;
    store_.tree.target_file_size = 4 << 10;
    store_.tree.fanout = 4;
    store_.tree.auto_merge = seed % 4 < 2;
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    Open();
    model_.clear();
    for (int round = 0; round < 3; ++round) {
      Fill(&random, 4);
      WalkWithin(&random, extractor);
      if (HasFatalFailure()) return;
      WalkAll(&random, extractor);
      if (HasFatalFailure()) return;
      for (int i = 0; i < 300; ++i) {
        const std::string key = RandomKey(&random);
        const auto at = model_.find(key);
        ASSERT_EQ(Get(key), at == model_.end() ? "(none)" : at->second) << key;
      }
      if (round == 1) {
        // Files of both extractors are there from now on; each is asked for its own only.
        extractor = std::make_shared<FirstBytes>(3);
        store_.tree.prefix = extractor;
        ASSERT_TRUE(kv_->SetTreeOptions(store_.tree).ok());
        WalkWithin(&random, extractor);
        if (HasFatalFailure()) return;
      }
    }
    Open();
    WalkWithin(&random, extractor);
    if (HasFatalFailure()) return;
  }
}

// With no room for pages every look into a run is a read.
TEST_F(PrefixTest, RunsWithoutThePrefixAreNotRead) {
  const auto extractor = std::make_shared<FirstBytes>(3);
  store_.tree.prefix = extractor;
  store_.tree.auto_merge = false;
  store_.pool = Pool::New(0);
  for (const bool whole_keys : {true, false}) {
    store_.tree.whole_key_filter = whole_keys;
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    Open();
    for (int run = 0; run < 6; ++run) {
      for (int i = 0; i < 400; i += 2) {
        char key[32];
        snprintf(key, sizeof(key), "%03d-%d", i, run);
        Put(key, std::string(100, 'v'));
      }
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
    const auto reads = [&](const std::function<void()>& action) {
      const uint64_t before = fs_.counters().ios;
      action();
      return fs_.counters().ios - before;
    };
    uint64_t confined = 0, bounded = 0, open = 0, gets = 0;
    for (int i = 1; i < 400; i += 2) {
      char target[32];
      snprintf(target, sizeof(target), "%03d", i);
      char next[32];
      snprintf(next, sizeof(next), "%03d", i + 1);
      ReadOptions options;
      auto it = kv_->NewIterator(options, {extractor, true});
      confined += reads([&] { it->Seek(target); });
      // What comes right after the prefix, or a key with it.
      const std::string end = i % 10 == 9 ? std::string(target) + "~" : next;
      const Slice upper(end);
      options.upper_bound = &upper;
      it = kv_->NewIterator(options, {extractor, false});
      bounded += reads([&] { it->Seek(target); });
      EXPECT_FALSE(it->Valid());
      it = kv_->NewIterator(ReadOptions(), {extractor, false});
      open += reads([&] { it->Seek(target); });
      EXPECT_EQ(it->Valid(), i < 399);
      gets += reads([&] { EXPECT_EQ(Get(std::string(target) + "-1"), "(none)"); });
    }
    // Six runs, 200 targets, an error rate of about one in a hundred.
    EXPECT_GE(open, 1100u);
    EXPECT_LT(confined, 60u);
    EXPECT_LT(bounded, 60u);
    EXPECT_LT(gets, 60u);
  }
}

}  // namespace
}  // namespace aether
