"""A line between two Lightning nodes that can be cut or held at any byte. Standard library only."""
import socket
import threading

# BOLT 8: 18 bytes of encrypted length before each message, 16 of tag behind it.
FRAMING = 34
# BOLT 2, bytes of the messages of one payment over one channel with nothing else in it (no HTLC is dust). Ours name the
# funding transaction in commitment_signed, LND's do not.
ADD, SIGNED, HTLC_SIGNATURE, REVOKE, FULFILL = 1452, 100, 64, 99, 74
OUR_SIGNED = SIGNED + 34


def of_payer(signed):
    return [("update_add_htlc", ADD), ("commitment_signed", signed + HTLC_SIGNATURE), ("revoke_and_ack", REVOKE),
            ("revoke_and_ack of the fulfil", REVOKE), ("commitment_signed of the fulfil", signed)]


def of_payee(signed):
    return [("revoke_and_ack", REVOKE), ("commitment_signed", signed + HTLC_SIGNATURE), ("update_fulfill_htlc", FULFILL),
            ("commitment_signed of the fulfil", signed), ("revoke_and_ack of the fulfil", REVOKE)]


def places(messages):
    """[(name, bytes)]: the middle and the end of each message, counted from the first byte of the payment."""
    found, start = [], 0
    for name, size in messages:
        found += [(f"middle of {name}", start + (size + FRAMING) // 2), (f"after {name}", start + size + FRAMING)]
        start += size + FRAMING
    return found


class WireCutter:
    """Listens on `port`, calls `target` for each connection. Directions: "out" from the caller, "in" to it."""

    def __init__(self, target):
        self.target = target
        self.guard = threading.Condition()
        self.armed = {}  # direction: [bytes left, what happens then]
        self.firing = set()  # what was armed is being done
        self.held = set()
        self.closed = False
        self.reachable = True
        self.pairs = []
        self.passed = {"out": 0, "in": 0}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, direction, count, then):
        """After `count` more bytes in this direction: `then()`, with nothing passing meanwhile."""
        with self.guard:
            self.armed[direction] = [count, then]

    def fired(self, direction):
        with self.guard:
            return direction not in self.armed and direction not in self.firing

    def cut(self):
        """Ends every connection; a new one may come at once."""
        with self.guard:
            pairs, self.pairs = self.pairs, []
            self.held.clear()
            self.armed.clear()
            self.guard.notify_all()
        for pair in pairs:
            for each in pair:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def hold(self, direction):
        """From now on nothing passes in this direction, but the connection stays."""
        with self.guard:
            self.held.add(direction)

    def refuse(self):
        self.reachable = False
        self.cut()

    def allow(self):
        """As new: connections are taken and nothing is held or armed."""
        with self.guard:
            self.reachable = True
            self.held.clear()
            self.armed.clear()
            self.guard.notify_all()

    def stop(self):
        self.closed = True
        self.listener.close()
        self.cut()

    def accept(self):
        while not self.closed:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            if not self.reachable:
                ours.close()
                continue
            try:
                theirs = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                ours.close()
                continue
            for each in (ours, theirs):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (ours, theirs)
            with self.guard:
                self.pairs.append(pair)
            threading.Thread(target=self.relay, args=(pair, ours, theirs, "out"), daemon=True).start()
            threading.Thread(target=self.relay, args=(pair, theirs, ours, "in"), daemon=True).start()

    def relay(self, pair, source, sink, direction):
        try:
            while data := source.recv(65536):
                self.passed[direction] += len(data)
                self.forward(pair, sink, direction, data)
        except OSError:
            pass
        for each in pair:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()  # the other relay closes the other

    def forward(self, pair, sink, direction, data):
        while data:
            with self.guard:
                self.guard.wait_for(lambda: direction not in self.held or pair not in self.pairs)
                if pair not in self.pairs:
                    raise OSError("cut")
                order = self.armed.get(direction)
                count = len(data) if order is None else min(len(data), order[0])
                then = None
                if order is not None:
                    order[0] -= count
                    if order[0] == 0:
                        then = order[1]
                        del self.armed[direction]
                        self.firing.add(direction)
            sink.sendall(data[:count])
            data = data[count:]
            if then:
                then()
                with self.guard:
                    self.firing.discard(direction)
