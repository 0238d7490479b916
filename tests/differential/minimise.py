"""Delta debugging of scripts: what is left cannot do without any of its parts.

Three passes, repeated until none finds anything: chunks of operations go (halves first, single lines last), then lines of
options, then what stands between semicolons and the optional words of a line; sizes of values and keys shrink. The test
decides what counts as the same failure; it is asked at most until the deadline.
"""

import re
import time


def chunks_out(items, keep, test, deadline):
    """ddmin over the items for which keep(item) is false."""
    size = max(1, len(items) // 2)
    while size >= 1:
        start = 0
        changed = False
        while start < len(items):
            if time.time() > deadline:
                return items
            chunk = items[start:start + size]
            rest = items[:start] + [item for item in chunk if keep(item)] + items[start + size:]
            if len(rest) < len(items) and test(rest):
                items = rest
                changed = True
            else:
                start += size
        if size == 1 and not changed:
            break
        size = size // 2 if size > 1 else (1 if changed else 0)
    return items


def is_option(line):
    return line.startswith("option ")


def simpler_lines(line):
    """Lines to try in place of this one, the simplest first."""
    groups = [group.strip() for group in re.split(r" ;(?: |$)", line)]
    for i in range(1, len(groups)):
        yield " ; ".join(groups[:i] + groups[i + 1:])
    words = line.split()
    for i in range(len(words) - 1, 0, -1):
        if re.fullmatch(r"\d+:\d+", words[i]):
            size, seed = words[i].split(":")
            for smaller in ("1:0", "1:" + seed, str(int(size) // 2) + ":" + seed):
                if int(smaller.split(":")[0]) < int(size):
                    yield " ".join(words[:i] + [smaller] + words[i + 1:])
        elif "^" in words[i]:
            yield " ".join(words[:i] + [words[i].split("^")[0]] + words[i + 1:])
        if i >= 2 and words[i] != ";":
            yield " ".join(words[:i] + words[i + 1:])


def simplify(script, test, deadline):
    for number in range(len(script)):
        again = True
        while again and time.time() <= deadline:
            again = False
            for line in simpler_lines(script[number]):
                if time.time() > deadline:
                    break
                candidate = script[:number] + [line] + script[number + 1:]
                if line != script[number] and test(candidate):
                    script = candidate
                    again = True
                    break
    return script


def minimise(script, test, deadline):
    before = None
    while script != before and time.time() <= deadline:
        before = script
        script = chunks_out(script, is_option, test, deadline)
        script = chunks_out(script, lambda line: not is_option(line), test, deadline)
        script = simplify(script, test, deadline)
    return script
