"""What RocksDB's headers declare, read from the installed package each time."""

import glob
import os
import re
import subprocess

# A record that Configurable keeps of itself: nothing that an application sets.
NO_OPTIONS = {"Configurable::RegisteredOptions"}


def option_members(include, work):
    """struct -> its own members, for each struct of namespace rocksdb whose name speaks of options, from the debug
    information that g++ makes of the headers."""
    skip = re.compile(r"customizable_util|lua/|(bench|stress)_tool\.h|table_reader_caller")
    source = os.path.join(work, "all_headers.cc")
    with open(source, "w") as f:
        for path in sorted(glob.glob(include + "/rocksdb/*.h") +
                           glob.glob(include + "/rocksdb/utilities/*.h")):
            if not skip.search(path):
                f.write('#include "%s"\n' % os.path.relpath(path, include))
    compiled = os.path.join(work, "all_headers.o")
    subprocess.run(["g++", "-std=c++17", "-w", "-g", "-O0", "-fno-eliminate-unused-debug-types",
                    "-I" + include, "-c", "-o", compiled, source], check=True)
    text = subprocess.run(["readelf", "--debug-dump=info", compiled], check=True,
                          capture_output=True, text=True).stdout
    structs = {}
    open_at = []  # of each depth: [tag, name, accessibility]

    def close(entry, around):
        tag, name, access = entry
        if tag != "DW_TAG_member" or len(around) < 3 or around[1][1] != "rocksdb":
            return
        kind, scope = around[-1][0], [e[1] for e in around[2:]]
        public = access == "1" if kind == "DW_TAG_class_type" else access in ("", "1")
        owner = "::".join(scope)
        if public and kind in ("DW_TAG_structure_type", "DW_TAG_class_type") and "Options" in scope[-1] and \
                "<" not in owner and owner not in NO_OPTIONS and name not in structs.get(owner, []):
            structs.setdefault(owner, []).append(name)

    for line in text.splitlines():
        begin = re.match(r" <([0-9a-f]+)><[0-9a-f]+>: Abbrev Number: (\d+)(?: \((DW_TAG_\w+)\))?", line)
        if begin:
            depth = int(begin.group(1), 16)
            while len(open_at) > depth:
                closed = open_at.pop()
                close(closed, open_at)
            while len(open_at) < depth:
                open_at.append(["", "", ""])
            if begin.group(2) != "0":
                open_at.append([begin.group(3), "", ""])
            continue
        attribute = re.match(r"\s+<[0-9a-f]+>\s+DW_AT_(name|accessibility)\s*: (?:\(.*?\): )?(\S.*?)\s*$", line)
        if attribute and open_at:
            if attribute.group(1) == "name":
                open_at[-1][1] = attribute.group(2)
            else:
                open_at[-1][2] = attribute.group(2).split()[0]
    return structs


def c_functions(include):
    with open(include + "/rocksdb/c.h") as f:
        text = f.read()
    return sorted(set(re.findall(r"\b(rocksdb_\w+)\(", re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S))))


def properties(include):
    """The names that DB::Properties has, with prefixes as they are written: 'rocksdb.num-files-at-level'."""
    with open(include + "/rocksdb/db.h") as f:
        text = f.read()
    body = text[text.index("struct Properties {"):]
    body = body[:body.index("\n  };")]
    found, last = [], 0
    for match in re.finditer(r"static const std::string (k\w+);", body):
        names = re.findall(r'"(rocksdb\.[\w.-]+)', body[last:match.start()])
        if not names:
            raise ValueError("no name is told for " + match.group(1))
        found.append((match.group(1), names[0].replace("_", "-")))
        last = match.end()
    return found


def enumerators(include, name):
    with open(include + "/rocksdb/statistics.h") as f:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", f.read(), flags=re.S)
    body = re.search(r"enum %s : \w+ \{(.*?)\}" % name, text, re.S).group(1)
    return [e.strip().split()[0] for e in body.split(",") if e.strip() and "ENUM_MAX" not in e]
