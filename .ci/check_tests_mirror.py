#!/usr/bin/env python3
"""Checks that the tests mirror the tree: tests/core/x stands for room core/x and each tst_*.cpp there includes a header
of that room; every room with sources is included by some test; every fuzz target has seed inputs; every row of the
threats that is due has a test named threat<N>_*, in C++ or among the foreign-peer tests. Exit status 1 on any fault."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
# Rows of the list of threats that the program answers so far. A row that becomes due is added here with its test.
DUE = [2, 5, *range(10, 15), 22, *range(24, 27), 31, 33, *range(35, 38), *range(39, 43), 47, 62, *range(84, 88), 96, 97,
       104, *range(112, 115), 117]
INCLUDE = re.compile(r'^\s*#include\s+"((?:core|ui|app|tests)/[^"]+)"', re.M)


def rooms():
    lines = (TOP / ".ci/rooms.txt").read_text().splitlines()
    return [line.split(":")[0].strip() for line in lines if line and not line.startswith("#")]


def room_of(path, table):
    found = [room for room in table if path.startswith(room + "/")]
    return max(found, key=len) if found else None


def includes_of(path):
    """Headers of the program that a test file includes, also through headers of tests/."""
    found = set()
    for header in INCLUDE.findall(path.read_text()):
        if not header.startswith("tests/"):
            found.add(header)
        elif (TOP / header).is_file():
            found |= includes_of(TOP / header)
    return found


def threats_in(text):
    """Numbers of the tests that are named after a threat; a name may carry several: threat112_threat113_killed_..."""
    numbers = set()
    for name in re.findall(r"\b(?:test_)?((?:threat\d+_)+)", text):
        numbers |= {int(number) for number in re.findall(r"\d+", name)}
    return numbers


def main():
    table = rooms()
    faults = []
    covered = set()
    threats = set()
    for path in (TOP / "tests/interop").rglob("*.py"):
        threats |= threats_in(path.read_text())
    count = 0
    for path in sorted((TOP / "tests").rglob("*.cpp")):
        name = path.relative_to(TOP / "tests").as_posix()
        text = path.read_text()
        included = {room_of(header, table) for header in includes_of(path)}
        if not name.startswith("fuzz/"):
            covered |= included
        threats |= threats_in(text)
        if not path.name.startswith("tst_"):
            continue
        count += 1
        room = room_of(name, table)
        if name.startswith("core/") and room is None:
            faults.append(f"tests/{name}: its folder is no room of .ci/rooms.txt")
        elif name.startswith("core/") and room not in included:
            faults.append(f"tests/{name}: includes no header of {room}")
        if "DUPLEX_TEST(" not in text and name.startswith("core/"):
            faults.append(f"tests/{name}: registers no test class")
    for room in table:
        inner = [other for other in table if other != room and other.startswith(room + "/")]
        sources = [path for path in (TOP / room).rglob("*.cpp") if not any((TOP / i) in path.parents for i in inner)]
        if room.startswith("core/") and sources and room not in covered:
            faults.append(f"{room}: no test includes a header of it")
    targets = sorted((TOP / "tests/fuzz").glob("fuzz_*.cpp"))
    for target in targets:
        corpus = TOP / "tests/fuzz/corpus" / target.stem.removeprefix("fuzz_")
        if not corpus.is_dir() or not any(corpus.iterdir()):
            faults.append(f"tests/fuzz/{target.name}: no seed inputs in {corpus.relative_to(TOP)}")
    for number in sorted(set(DUE) - threats):
        faults.append(f"threat {number} is due and no test is named threat{number}_*")
    for fault in faults:
        print(fault)
    print("threats with a test: " + " ".join(str(number) for number in sorted(threats)))
    print(f"tests: {count} files, {len(targets)} fuzz targets, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
