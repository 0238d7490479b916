"""Which test names what: the cases of the conformance suite and of the unit tests of compat, read from their sources."""

import glob
import os
import re

CASE = re.compile(r"^(?:CASE\((\w+)\)|TEST(?:_F|_P)?\((\w+), *(\w+)\)) \{", re.M)


class Tests:
    def __init__(self, root):
        self.bodies = []  # (name, text without comments)
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
                helpers += text[last:match.start()]
                last = end
            # What cases call through helpers of their file is the file's.
            self.bodies.append((stem, helpers + text[last:]))
        self.words = {}
        for number, (_, text) in enumerate(self.bodies):
            for word in set(re.findall(r"\w+", text)):
                self.words.setdefault(word, []).append(number)

    def naming(self, word):
        """Names of the tests in which `word` stands, single cases before files."""
        return [self.bodies[n][0] for n in self.words.get(word, [])]

    def calling(self, function):
        """The same for a call through an object or a pointer to one."""
        call = re.compile(r"(?:->|\.)%s\(" % re.escape(function))
        return [self.bodies[n][0] for n in self.words.get(function, []) if call.search(self.bodies[n][1])]

    def quoting(self, text):
        return [name for name, body in self.bodies if '"%s' % text in body]
