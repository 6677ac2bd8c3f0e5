#!/usr/bin/env python3
"""Holds the sources against the rules of the house (docs/architecture.md): who may include whom,
how long files and functions may be, and what may not be written at all. Prints every breach; exit
status 1 when there is one."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A room may include itself and the rooms named here ("backend/proto" is open to everybody).
ALLOWED = {
    "backend/proto": set(),
    "backend/sys": set(),
    "backend/core": set(),
    "backend/packages": {"backend/sys"},
    "backend/store": {"backend/sys"},
    "backend/engine": {"backend/sys"},
    "backend/host": {"backend/sys"},
    "backend/agent": {"backend/sys"},
    "backend/edge": {"backend/sys"},
    "backend/fabric": {"backend/core", "backend/packages", "backend/store", "backend/engine",
                       "backend/host", "backend/agent", "backend/edge", "backend/sys"},
    "backend/server": {"backend/fabric", "backend/sys"},
    "backend/client": {"backend/sys"},
    "models": {"backend/client", "backend/sys"},
    "views": {"models"},
    "resources": {"backend/packages", "backend/sys"},
}

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BANNED = [
    (re.compile(r"\bprocessEvents\s*\("), "nested event processing"),
    (re.compile(r"\bQEventLoop\b"), "a nested event loop"),
    (re.compile(r"BlockingQueuedConnection"), "a blocking queued connection"),
    (re.compile(r"\b(SIGNAL|SLOT)\("), "string-based connections"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "an unfinished note"),
    (re.compile(r"\b(std::system|popen|wordexp)\s*\("), "a text handed to a shell"),
    (re.compile(r"\bsleep_for\b|\bqSleep\b|\bQThread::m?sleep\b"), "waiting by time"),
]
GRPC = re.compile(r'#include\s+[<"](grpc|.*\.grpc\.pb\.h)')
QT = re.compile(r'#include\s+<Q[A-Z]')
INCLUDE = re.compile(r'#include\s+"((?:backend|models|views|app|tests|resources)/[^"]+)"')


def sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cpp", "*.h"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split()
    return [name for name in listed if (ROOT / name).exists()]


def room_of(path):
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] == "backend":
        return "/".join(parts[:2])
    return parts[0]


def check_includes(name, text):
    room = room_of(name)
    if GRPC.search(text) and room not in ("backend/server", "backend/client", "tests"):
        yield "includes a grpc header; only backend/server and backend/client may"
    if GRPC.search(text) and QT.search(text):
        yield "includes grpc and Qt headers"
    if room in ("app", "tests"):
        return
    for target in INCLUDE.findall(text):
        other = room_of(target)
        if other in (room, "backend/proto"):
            continue
        if other not in ALLOWED.get(room, set()):
            yield f"{room} may not include {target}"
    if room == "views":
        page = pathlib.PurePosixPath(name).parts[1]
        for target in INCLUDE.findall(text):
            parts = pathlib.PurePosixPath(target).parts
            if parts[0] == "views" and parts[1] not in (page, "widgets", "theme", "shell"):
                yield f"page {page} may not include page {parts[1]}"


def check_lengths(lines):
    if len(lines) > FILE_LINES_MAX:
        yield f"has {len(lines)} lines, {FILE_LINES_MAX} are allowed"
    start = None
    previous = ""
    for number, line in enumerate(lines, 1):
        if line == "{" and not re.match(r"(class|struct|enum|union|namespace|extern)\b", previous):
            start = number
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                yield f"line {start}: a function of {number - start - 1} lines, {FUNCTION_LINES_MAX} are allowed"
            start = None
        if not line.startswith(" ") and line not in ("{", "}"):
            previous = line


def check_words(name, lines):
    for number, line in enumerate(lines, 1):
        for pattern, what in BANNED:
            if pattern.search(line) and "check_structure: allowed" not in lines[number - 2]:
                yield f"line {number}: {what}"


def contract():
    return subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.proto"], cwd=ROOT,
                          capture_output=True, text=True, check=True).stdout.split()


def main():
    breaches = 0
    names = sources()
    for name in names:
        text = (ROOT / name).read_text(encoding="utf-8")
        lines = text.splitlines()
        for breach in [*check_includes(name, text), *check_lengths(lines), *check_words(name, lines)]:
            print(f"{name}: {breach}")
            breaches += 1
    for name in contract():
        for breach in check_lengths((ROOT / name).read_text(encoding="utf-8").splitlines()):
            print(f"{name}: {breach}")
            breaches += 1
    print(f"{len(names)} files, {breaches} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
