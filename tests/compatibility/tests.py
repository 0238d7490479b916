"""Which test shows what: the cases of the conformance suite and the unit tests of compat, read from their sources, and
what each of them did when it last ran, read from the records that the programs write."""

import glob
import json
import os
import re
import subprocess

CASE = re.compile(r"^(?:CASE\((\w+)\)|TEST(?:_F|_P)?\((\w+), *(\w+)\)) \{", re.M)
# Which program writes which record on our library.
RECORDS = {
    "conformance-aether-on-aether": "conformance_aether",
    "conformance-rocksdb-on-aether": "conformance_rocksdb",
    "compat_test": "compat_test",
}


class Missing(Exception):
    pass


class Runs:
    """What ran and passed, by the records in build/test-records. A record that is missing, or older than the program or
    the library, is made anew by running the program."""

    def __init__(self, build):
        self.passed = {}  # of each test, in every record that has it
        self.calls = {}  # of each conformance case, the C functions that it called with either headers
        folder = os.path.join(build, "test-records")
        os.makedirs(folder, exist_ok=True)
        library = os.path.join(build, "lib")
        for record, name in RECORDS.items():
            program = os.path.join(build, "bin", name)
            if not os.path.exists(program):
                raise Missing("%s is not built, so that nothing shows which tests pass" % program)
            path = os.path.join(folder, record + (".json" if name == "compat_test" else ".txt"))
            newest = max(os.path.getmtime(program),
                         os.path.getmtime(os.path.join(library, "librocksdb.so.7.8")))
            if not os.path.exists(path) or os.path.getmtime(path) < newest:
                print("no record of %s in this run: running it" % record, flush=True)
                self.run(program, path, library)
            if name == "compat_test":
                self.read_units(path)
            else:
                self.read_cases(path)

    @staticmethod
    def run(program, path, library):
        if os.path.exists(path):
            os.remove(path)
        flag = ["--gtest_brief=1", "--gtest_output=json:" + path] if path.endswith(".json") else ["--record", path]
        out = subprocess.run([program, *flag], env=dict(os.environ, LD_LIBRARY_PATH=library), text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1200)
        if out.returncode != 0:
            print(out.stdout[-3000:])
        if not os.path.exists(path):
            raise Missing("%s wrote no record of what it ran" % program)

    def saw(self, name, passed):
        self.passed[name] = self.passed.get(name, True) and passed

    def read_cases(self, path):
        with open(path) as f:
            lines = [line.split() for line in f]
        if not any(len(line) > 2 for line in lines):
            raise Missing("%s names no function that was called: was everything bound at once?" % path)
        for name, outcome, *called in lines:
            self.saw(name, outcome == "passed")
            self.calls[name] = self.calls[name] & set(called) if name in self.calls else set(called)

    def read_units(self, path):
        with open(path) as f:
            suites = json.load(f)["testsuites"]
        for suite in suites:
            for test in suite["testsuite"]:
                # Tests with parameters are Prefix/Suite.Name/0.
                name = "%s.%s" % (suite["name"].split("/")[-1], test["name"].split("/")[0])
                self.saw(name, test["result"] == "COMPLETED" and "failures" not in test)


class Tests:
    def __init__(self, root, runs):
        self.runs = runs
        self.bodies = []  # (name, text without comments)
        self.cases_of = {}  # of each file, its tests
        for path in sorted(glob.glob(root + "/tests/conformance/*_test.cc") +
                           glob.glob(root + "/compat/*/*_test.cc")):
            with open(path) as f:
                text = re.sub(r"//[^\n]*", "", f.read())
            stem = os.path.basename(path)[:-len(".cc")]
            helpers, last = "", 0
            for match in CASE.finditer(text):
                end = text.find("\n}", match.end())
                name = match.group(1) or "%s.%s" % (match.group(2), match.group(3))
                self.bodies.append((name, text[match.end():end]))
                self.cases_of.setdefault(stem, []).append(name)
                helpers += text[last:match.start()]
                last = end
            # What cases call through helpers of their file is the file's.
            self.bodies.append((stem, helpers + text[last:]))
        self.words = {}
        for number, (_, text) in enumerate(self.bodies):
            for word in set(re.findall(r"\w+", text)):
                self.words.setdefault(word, []).append(number)

    def problem(self, name):
        """Why a test or the tests of a file show nothing in this run; empty when they do."""
        names = self.cases_of.get(name, [name])
        never = [n for n in names if n not in self.runs.passed]
        failed = [n for n in names if not self.runs.passed.get(n, True)]
        if never:
            return "did not run: " + ", ".join(never)
        return "failed: " + ", ".join(failed) if failed else ""

    def shown_by(self, names):
        return [n for n in names if not self.problem(n)]

    def naming(self, word):
        """Names of the tests in which `word` stands, single cases before files."""
        return self.shown_by(self.bodies[n][0] for n in self.words.get(word, []))

    def c_function(self, function):
        """The tests that name the C function, and called it when they passed; when none names it, as a macro or a shared
        helper does, those that called it."""
        named = [name for name in self.naming(function)
                 if any(function in self.runs.calls.get(n, ()) for n in self.cases_of.get(name, [name]))]
        return named or sorted(name for name, called in self.runs.calls.items()
                               if function in called and not self.problem(name))

    def calling(self, function):
        """The tests that call through an object or a pointer to one."""
        call = re.compile(r"(?:->|\.)%s\(" % re.escape(function))
        return self.shown_by(self.bodies[n][0] for n in self.words.get(function, [])
                             if call.search(self.bodies[n][1]))

    def quoting(self, text):
        return self.shown_by(name for name, body in self.bodies if '"%s' % text in body)
