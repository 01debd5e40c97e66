"""A Bitcoin peer of our own that stands between Duplex and btcd (transport v1) and changes what btcd says: false
filters with headers that fit them, changed blocks, messages that break the protocol. Standard library only."""
import socket
import struct
import threading

import filters

MAGIC = bytes.fromhex("fabfb5da")


def frame(command, payload, length=None):
    """One message; `length` is what its header claims."""
    claimed = len(payload) if length is None else length
    return MAGIC + command.encode().ljust(12, b"\0") + struct.pack("<I", claimed) + filters.sha256d(payload)[:4] + payload


def compact(number):
    if number < 0xFD:
        return bytes([number])
    return b"\xfd" + struct.pack("<H", number) if number < 0x10000 else b"\xfe" + struct.pack("<I", number)


def read_compact(data, at):
    size = {0xFD: 2, 0xFE: 4, 0xFF: 8}.get(data[at], 0)
    if not size:
        return data[at], at + 1
    return int.from_bytes(data[at + 1:at + 1 + size], "little"), at + 1 + size


class FalsePeer:
    """Relays between who connects to its port and btcd. Subclass or set the fields before Duplex connects:
    `false_filters` {block hash in display order: filter}; `change_block` bytes -> bytes; `attack` bytes, sent once
    after the handshake."""

    def __init__(self, btcd):
        self.btcd = btcd
        self.false_filters = {}
        self.change_block = None
        self.attack = None
        self.connections = 0
        self.served = []  # commands sent to Duplex
        self.headers = []  # our branch of filter headers, by height
        self.guard = threading.RLock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = [self.listener]
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def accept(self):
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            theirs = socket.create_connection(("127.0.0.1", self.btcd.p2p))
            self.sockets += [ours, theirs]
            for source, sink, change in ((ours, theirs, None), (theirs, ours, self.changed)):
                threading.Thread(target=self.relay, args=(source, sink, change), daemon=True).start()

    def relay(self, source, sink, change):
        try:
            while True:
                head = self.read(source, 24)
                command = head[4:16].rstrip(b"\0").decode()
                payload = self.read(source, struct.unpack_from("<I", head, 16)[0])
                if change is None:
                    sink.sendall(head + payload)
                    continue
                sink.sendall(frame(command, change(command, payload)))
                self.served.append(command)
                if command == "verack" and self.attack:
                    sink.sendall(self.attack)
        except (OSError, EOFError):
            for each in (source, sink):
                each.close()

    @staticmethod
    def read(source, count):
        data = b""
        while len(data) < count:
            part = source.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def changed(self, command, payload):
        with self.guard:
            if command == "block" and self.change_block:
                return self.change_block(payload)
            if not self.false_filters:
                return payload
            if command == "cfilter":
                false = self.false_filters.get(payload[1:33][::-1].hex())
                return payload if false is None else payload[:33] + compact(len(false)) + false
            if command == "cfheaders":
                return self.changed_headers(payload)
            if command == "cfcheckpt":
                count, at = read_compact(payload, 33)
                return payload[:at] + b"".join(self.header_at(1000 * (i + 1)) for i in range(count))
            return payload

    def changed_headers(self, payload):
        stop = self.btcd.rpc("getblock", payload[1:33][::-1].hex(), 1)["height"]
        count, at = read_compact(payload, 65)
        start = stop - count + 1
        previous = self.header_at(start - 1) if start else b"\0" * 32
        hashes = b"".join(self.hash_at(start + i, payload[at + 32 * i:at + 32 * i + 32]) for i in range(count))
        return payload[:33] + previous + payload[65:at] + hashes

    def hash_at(self, height, true_hash):
        false = self.false_filters.get(self.btcd.rpc("getblockhash", height))
        return true_hash if false is None else filters.sha256d(false)

    def header_at(self, height):
        """Of our branch; the chain must not be reorganised meanwhile."""
        while len(self.headers) <= height:
            block = self.btcd.rpc("getblockhash", len(self.headers))
            false = self.false_filters.get(block)
            content = bytes.fromhex(self.btcd.rpc("getcfilter", block, 0)) if false is None else false
            self.headers.append(filters.header(filters.sha256d(content), self.headers[-1] if self.headers else b"\0" * 32))
        return self.headers[height]


def without(btcd, block_hash, script):
    """The filter of a block with one script left out."""
    outputs, spent = filters.scripts_of(btcd, block_hash)
    assert script in outputs + spent, "the script is not in this block's filter"
    return filters.encode([each for each in outputs + spent if each != script], bytes.fromhex(block_hash)[::-1])
