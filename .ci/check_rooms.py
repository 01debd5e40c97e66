#!/usr/bin/env python3
"""Checks that rooms include only what .ci/rooms.txt allows, that vendor headers stay in their rooms, that pure
rooms touch no thread, file, clock or random source, that the window names no family, and that the table has no cycle.
Exit status 1 on any fault."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PURE = ("core/base", "core/crypto", "core/ledger", "core/bitcoin/", "core/lightning/")
QT_ROOMS = ("core/io", "core/api", "core/rpc", "core/engine", "core/family", "core/sandbox", "ui", "app")
VENDORS = [
    (re.compile(r"secp256k1"), ("core/crypto",)),
    (re.compile(r"botan/"), ("core/crypto",)),
    (re.compile(r"sqlite3\.h"), ("core/store",)),
    (re.compile(r"boost/multiprecision"), ("core/ledger", "core/bitcoin/light")),
    (re.compile(r"nlohmann/"), ("core/rpc",)),
    (re.compile(r"spdlog/"), ("core/engine",)),
    (re.compile(r"qt6keychain/"), ("core/io",)),
    (re.compile(r"qrencode|ZXing"), ("ui",)),
    (re.compile(r"^Q[A-Z]|^Qt"), QT_ROOMS),
]
FORBIDDEN_IN_PURE = re.compile(r"#include <(thread|mutex|fstream|random|filesystem|iostream)>|::now\(|std::(mt19937|random_device)|\brand\(\)")
# The window reads facts and never asks which family it shows; only pages of a family may name it. Texts for people
# (string literals with a space), comments and the links' scheme "bitcoin:" do not count.
FAMILY = re.compile(r"bitcoin(?!:)|bip122|eip155|ethereum|solana", re.I)
FAMILY_PAGES = re.compile(r"^ui/qml/pages/(bitcoin|evm|solana)/")
PROSE = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"\n]* [^"\n]*"', re.S)
MACHINE_PATH = re.compile(r"/(home|root|work)/\w")
FORBIDDEN_ANYWHERE = re.compile(r"std::mt19937|std::random_device")
INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]', re.M)


def read_table():
    table = {}
    for line in (TOP / ".ci/rooms.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        room, doors = line.split(":")
        table[room.strip()] = doors.split()
    return table


def room_of(path, table):
    found = [room for room in table if path == room or path.startswith(room + "/")]
    return max(found, key=len) if found else None


def opens(door, room):
    return room.startswith(door[:-1]) if door.endswith("/*") else room == door


def family_faults(name, text):
    if FAMILY_PAGES.match(name):
        return []
    bare = PROSE.sub("", text)
    return [f"{name}: names the family '{match.group(0)}'" for match in FAMILY.finditer(bare)]


def find_cycle(table):
    state = {}

    def visit(room, trail):
        if state.get(room) == "done":
            return None
        if state.get(room) == "open":
            return trail + [room]
        state[room] = "open"
        for other in table:
            if other != room and any(opens(door, other) for door in table[room]):
                cycle = visit(other, trail + [room])
                if cycle:
                    return cycle
        state[room] = "done"
        return None

    for room in table:
        cycle = visit(room, [])
        if cycle:
            return cycle
    return None


def check_file(path, table):
    name = path.relative_to(TOP).as_posix()
    room = room_of(name, table)
    if room is None:
        return [f"{name}: stands in no room of .ci/rooms.txt"]
    text = path.read_text()
    faults = []
    for kind, header in INCLUDE.findall(text):
        if kind == '"' and "/" in header:
            other = room_of(header, table)
            if other is None and (header.startswith("core/") or header.startswith("tests/")):
                faults.append(f"{name}: includes {header}, which is in no room")
            elif other and other != room and not any(opens(door, other) for door in table[room]):
                faults.append(f"{name}: {room} may not include {other} ({header})")
        for pattern, rooms in VENDORS:
            if kind == "<" and pattern.search(header) and not any(name.startswith(r) for r in rooms):
                faults.append(f"{name}: <{header}> belongs to {', '.join(rooms)} only")
    if name.startswith(PURE):
        for match in FORBIDDEN_IN_PURE.finditer(text):
            faults.append(f"{name}: '{match.group(0)}' in a pure room")
    elif FORBIDDEN_ANYWHERE.search(text):
        faults.append(f"{name}: randomness comes from core/io/entropy only")
    return faults


def main():
    table = read_table()
    faults = []
    cycle = find_cycle(table)
    if cycle:
        faults.append("cycle: " + " -> ".join(cycle))
    count = 0
    for top in ("app", "core", "ui"):
        for path in sorted((TOP / top).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                count += 1
                faults += check_file(path, table)
            if top == "ui" and path.suffix in (".h", ".cpp", ".qml", ".js"):
                faults += family_faults(path.relative_to(TOP).as_posix(), path.read_text())
            if path.suffix in (".h", ".cpp", ".qml") and MACHINE_PATH.search(path.read_text()):
                faults.append(f"{path.relative_to(TOP)}: a path of one machine")
    for fault in faults:
        print(fault)
    print(f"rooms: {count} files in {len(table)} rooms, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
