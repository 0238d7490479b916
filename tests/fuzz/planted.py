"""A deliberate bug for each target of tests/fuzz/run --planted, in a copy of the sources.

Each entry: the file, what is replaced and by what, and words of the report that show it was this bug that was met.
"""

import os
import shutil

BUGS = {
    # A value may reach beyond its page.
    "run_file": ("engine/run/leaf.cc",
                 "    } else if (value_size > static_cast<uint64_t>(end - p)) {",
                 "    } else if (false && value_size > static_cast<uint64_t>(end - p)) {",
                 "AddressSanitizer"),
    # A run may be in a level that does not exist.
    "manifest": ("engine/lsm/manifest_edit.cc",
                 "if (!GetVarint32(in, &value) || value >= kLevels) return false;",
                 "if (!GetVarint32(in, &value)) return false;",
                 "AddressSanitizer|runtime error"),
    # A record may be longer than what is left of its chunk.
    "wal": ("engine/wal/format.cc",
            "if (body == nullptr || length > static_cast<size_t>(limit - body) || length > max_body) {",
            "if (body == nullptr || length > max_body) {",
            "AddressSanitizer"),
    # A key may be longer than what is left of the batch.
    "batch": ("compat/batch/wire_format.cc",
              "if (!ReadVarint32(input, &size) || size > input->size()) return false;",
              "if (!ReadVarint32(input, &size)) return false;",
              "AddressSanitizer|Assertion"),
    # A character that needs a backslash gets none.
    "options": ("compat/options/option_text.cc",
                "      case '#':\n      case ':':\n        escaped += '\\\\';",
                "      case ':':\n        escaped += '\\\\';",
                "violated"),
    # An iterator that goes backwards keeps a value that was deleted later.
    "calls": ("engine/lsm/db_iterator.cc",
              "          default:\n            operands.clear();\n            has_value = false;",
              "          default:\n            operands.clear();",
              "violated"),
}
PARTS = ["CMakeLists.txt", "CMakePresets.json", "cmake", "engine", "compat", "include", "tests/fuzz"]


def copy_if_changed(source, target):
    """Keeps the time of what stays as it is, so that the next build is short."""
    with open(source, "rb") as file:
        contents = file.read()
    for path, old, new, _ in BUGS.values():
        if source.endswith(os.sep + path):
            if contents.count(old.encode()) != 1:
                raise SystemExit("%s: the place for the planted bug is not there" % path)
            contents = contents.replace(old.encode(), new.encode())
    try:
        with open(target, "rb") as file:
            if file.read() == contents:
                return target
    except FileNotFoundError:
        pass
    with open(target, "wb") as file:
        file.write(contents)
    return target


def copy_tree(root, to):
    for part in PARTS:
        source, target = os.path.join(root, part), os.path.join(to, part)
        if os.path.isdir(source):
            shutil.copytree(source, target, copy_function=copy_if_changed, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("__pycache__"))
        else:
            os.makedirs(to, exist_ok=True)
            copy_if_changed(source, target)
