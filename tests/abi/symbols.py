"""What executables bind and what libraries define, from readelf."""

import re
import subprocess


def _readelf(*arguments):
    return subprocess.run(['readelf', '-W', *arguments], capture_output=True, text=True, check=True).stdout


def dynamic(path):
    """Returns (defined: name -> (type, size), undefined: set of names) of the dynamic symbol table."""
    defined, undefined = {}, set()
    for line in _readelf('--dyn-syms', path).splitlines():
        match = re.match(r'\s*\d+:\s+\S+\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)', line)
        if not match:
            continue
        size, kind, binding, _visibility, section, name = match.groups()
        if binding == 'LOCAL':
            continue
        name = name.split('@')[0]
        if section == 'UND':
            undefined.add(name)
        else:
            # GNU_UNIQUE and weak objects are data like any other.
            defined[name] = (kind, int(size, 0))
    return defined, undefined


def bound(executable):
    """Names that the executable takes from libraries: undefined ones and those it copies data of."""
    _, names = dynamic(executable)
    for line in _readelf('-r', executable).splitlines():
        match = re.search(r'R_X86_64_COPY\s+\S+\s+(\S+)', line)
        if match:
            names.add(match.group(1).split('@')[0])
    return names


def class_of(kind):
    return 'FUNC' if kind in ('FUNC', 'IFUNC') else kind
