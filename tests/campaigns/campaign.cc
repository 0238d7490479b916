#include "tests/campaigns/campaign.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <map>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace aether::campaigns {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxJobs = 16;
// No case takes a tenth of this; one that needs it all hangs.
constexpr unsigned kCaseSeconds = 12;
// One bug shows in many cases: so many are printed of those that differ in figures only.
constexpr int kPrintedOfAKind = 3;
constexpr uint64_t kMaxDeaths = 50;
constexpr uint64_t kSlowMicros = 500000;

struct Progress {
  std::atomic<uint64_t> next_strand{0};
  std::atomic<uint64_t> strands_done{0};
  std::atomic<uint64_t> cases{0};
  std::atomic<uint64_t> faults{0};
  std::atomic<uint64_t> violations{0};
  std::atomic<uint64_t> deaths{0};
  std::atomic<uint64_t> slow_cases{0};
  struct Job {
    std::atomic<uint64_t> strand{0};
    std::atomic<uint64_t> index{0};
    std::atomic<bool> busy{false};
  };
  Job jobs[kMaxJobs];
};

unsigned long long Print(uint64_t n) { return static_cast<unsigned long long>(n); }

constexpr int kHangs = 5;  // the exit status that says so

void OnAlarm(int) {
  constexpr char kText[] = "no end in time: the case hangs\n";
  _exit(write(STDOUT_FILENO, kText, sizeof(kText) - 1) < 0 ? 4 : kHangs);
}

class Runner {
 public:
  Runner(const std::string& name, const Flags& flags, Campaign* campaign)
      : name_(name), flags_(flags), campaign_(campaign), start_(Clock::now()) {
    void* const shared =
        mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw std::bad_alloc();
    progress_ = new (shared) Progress;
  }

  int Run() {
    std::printf("%s: %llu strands, seed %llu\n", name_.c_str(), Print(campaign_->Strands()),
                Print(flags_.seed));
    if (flags_.replay) {
      std::printf("%s: %s\n", name_.c_str(),
                  campaign_->Describe(flags_.replay_strand, flags_.replay_index).c_str());
      Case(0, flags_.replay_strand, flags_.replay_index);
    } else {
      RunChildren();
    }
    return Close();
  }

 private:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  bool Enough() const {
    return progress_->deaths.load() >= kMaxDeaths ||
           (flags_.stop_at_first && progress_->violations.load() > 0) ||
           Seconds() >= static_cast<double>(std::min<uint64_t>(flags_.seconds, 1000000));
  }

  void Violation(uint64_t strand, uint64_t index, const std::string& text) {
    progress_->violations += 1;
    std::string kind = text;
    std::erase_if(kind, [](char c) { return c >= '0' && c <= '9'; });
    if (++printed_[kind] > kPrintedOfAKind && !flags_.verbose) return;
    std::printf("VIOLATION --seed %llu --replay %llu:%llu (%s): %s\n", Print(flags_.seed),
                Print(strand), Print(index), campaign_->Describe(strand, index).c_str(),
                text.c_str());
    std::fflush(stdout);
  }

  Outcome Case(int job, uint64_t strand, uint64_t index) {
    Progress::Job* const mine = &progress_->jobs[job];
    mine->strand = strand;
    mine->index = index;
    mine->busy = true;
    std::signal(SIGALRM, OnAlarm);
    alarm(kCaseSeconds);
    const auto begin = Clock::now();
    Outcome outcome;
    try {
      outcome = campaign_->Run(strand, index);
    } catch (const std::exception& e) {
      outcome.violation = std::string("an exception left the engine: ") + e.what();
    }
    alarm(0);
    mine->busy = false;
    const auto micros = static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count());
    if (micros > kSlowMicros) progress_->slow_cases += 1;
    if (outcome.counted) progress_->cases += 1;
    progress_->faults += outcome.faults;
    if (!outcome.violation.empty()) Violation(strand, index, outcome.violation);
    return outcome;
  }

  void Strand(int job, uint64_t strand, uint64_t index) {
    while (!Enough()) {
      if (Case(job, strand, index++).last) {
        progress_->strands_done += 1;
        return;
      }
    }
  }

  // A time limit shall not always leave out the same strands.
  uint64_t InOrder(uint64_t n) const {
    return flags_.seconds == UINT64_MAX ? n : (n + flags_.seed) % campaign_->Strands();
  }

  void Work(int job, std::deque<std::pair<uint64_t, uint64_t>> left_over) {
    for (const auto& [strand, index] : left_over) Strand(job, strand, index);
    while (!Enough()) {
      const uint64_t n = progress_->next_strand.fetch_add(1);
      if (n >= campaign_->Strands()) return;
      Strand(job, InOrder(n), 0);
    }
  }

  pid_t Spawn(int job, std::deque<std::pair<uint64_t, uint64_t>> left_over) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      Work(job, std::move(left_over));
      std::fflush(stdout);
      _exit(0);
    }
    return child;
  }

  void RunChildren() {
    std::vector<pid_t> children;
    for (int job = 0; job < flags_.jobs; ++job) children.push_back(Spawn(job, {}));
    int alive = flags_.jobs;
    auto last_report = start_;
    while (alive > 0) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid > 0) {
        int job = 0;
        while (children[static_cast<size_t>(job)] != pid) ++job;
        Progress::Job* const dead = &progress_->jobs[job];
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !dead->busy.load()) {
          --alive;
          continue;
        }
        const uint64_t strand = dead->strand.load();
        const uint64_t index = dead->index.load();
        progress_->cases += 1;
        progress_->deaths += 1;
        const bool hangs = WIFEXITED(status) && WEXITSTATUS(status) == kHangs;
        char text[64];
        std::snprintf(text, sizeof(text), "the process died (status 0x%x)",
                      static_cast<unsigned>(status));
        Violation(strand, index, hangs ? "no end in time: the case hangs" : text);
        if (Enough()) {
          --alive;
        } else {
          dead->busy = false;
          children[static_cast<size_t>(job)] = Spawn(job, {{strand, index + 1}});
        }
        continue;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const auto now = Clock::now();
      if (now - last_report > std::chrono::seconds(10)) {
        last_report = now;
        Report();
      }
    }
  }

  void Report() const {
    std::printf("%s: %llu of %llu strands, %llu cases, %llu faults, %llu violations, %.0f s\n",
                name_.c_str(), Print(progress_->strands_done.load()), Print(campaign_->Strands()),
                Print(progress_->cases.load()), Print(progress_->faults.load()),
                Print(progress_->violations.load()), Seconds());
    std::fflush(stdout);
  }

  int Close() const {
    Report();
    const bool complete = progress_->strands_done.load() == campaign_->Strands();
    std::printf("%s: %s; %llu cases took more than half a second\n", name_.c_str(),
                flags_.replay ? "one case" : (complete ? "complete" : "NOT complete"),
                Print(progress_->slow_cases.load()));
    std::printf("RESULT suite=%s cases=%llu faults=%llu violations=%llu seconds=%.1f\n",
                name_.c_str(), Print(progress_->cases.load()), Print(progress_->faults.load()),
                Print(progress_->violations.load()), Seconds());
    return progress_->violations.load() == 0 ? 0 : 1;
  }

  const std::string name_;
  const Flags flags_;
  Campaign* const campaign_;
  const Clock::time_point start_;
  Progress* progress_ = nullptr;
  std::map<std::string, int> printed_;
};

}  // namespace

int RunCampaign(const std::string& name, const Flags& flags, Campaign* campaign) {
  return Runner(name, flags, campaign).Run();
}

uint64_t Mix(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t h = a * 0x9e3779b97f4a7c15u + b;
  for (const uint64_t word : {b, c, a}) {
    h = (h ^ word) * 0xbf58476d1ce4e5b9u;
    h ^= h >> 29;
  }
  return h;
}

}  // namespace aether::campaigns
