"""What the Lightning tests share: ours - LND A - LND B on one btcd, started once, and the books of all their money."""
import atexit
import base64
import decimal
import hashlib
import itertools
import os
import unittest

from mining import mine
from programs import Btcd, Duplexd, Folder, Lnd, RpcError, wait_until
from wire_cutter import WireCutter

COIN = 100_000_000
ANCHORS = 660


class World:
    """LND A has option_scid_alias, LND B has not. A and B share an announced channel, ours are private."""

    the_one = None

    @classmethod
    def get(cls):
        if cls.the_one is None:
            cls.the_one = cls()
        return cls.the_one

    def __init__(self):
        self.folder = Folder()
        atexit.register(self.folder.remove)
        self.btcd = Btcd(self.folder.path, tls=True)
        atexit.register(self.btcd.stop)
        self.btcd.generate(1)
        self.ours = Duplexd(self.folder.path, [self.btcd.p2p], "ours", lightning=True)
        atexit.register(lambda: self.ours.stop())
        self.ours.wait_for(1)
        self.words = self.ours.call("createwallet", "main")["mnemonic"]
        # One after the other: btcd 0.26.2 may lock up for good when several begin to ask it at once.
        self.a = self.start_lnd("lnd-a", "--protocol.option-scid-alias")
        self.b = self.start_lnd("lnd-b")
        self.given = 0
        self.fees = [0]  # by height
        self.closings = set()
        self.labels = itertools.count()
        self.give([(self.a.address(), 2 * COIN) for _ in range(5)] + [(self.b.address(), 2 * COIN) for _ in range(3)])
        self.give([(self.ours.call("getnewaddress"), COIN // 2) for _ in range(20)])
        self.btcd.generate(100)
        self.follow()
        self.wires = {lnd.name: WireCutter(lnd.p2p) for lnd in (self.a, self.b)}
        self.between = self.open_between_lnds()

    def start_lnd(self, name, *options):
        lnd = Lnd(self.folder.path, self.btcd, name, *options)
        atexit.register(lnd.stop)
        lnd.wait_for_start()
        return lnd

    def give(self, payments):
        mine(self.btcd, payments)
        self.given += sum(value for _, value in payments)

    def follow(self):
        """Everybody has seen the last block."""
        height = self.btcd.height()
        for lnd in (self.a, self.b):
            lnd.wait_for_sync(height)
        self.ours.wait_for(height)

    def mine(self, count=1):
        """One by one: what follows from a block is sent before the next."""
        for _ in range(count):
            mine(self.btcd, [])
            self.follow()

    def open_between_lnds(self):
        self.a.rest("POST", "/v1/peers", {"addr": {"pubkey": self.b.id, "host": f"127.0.0.1:{self.b.p2p}"}, "perm": True})
        opened = wait_until(lambda: self.a.rest("POST", "/v1/channels", {"node_pubkey": base64.b64encode(bytes.fromhex(self.b.id)).decode(),
                                                                        "local_funding_amount": str(10_000_000), "push_sat": str(5_000_000),
                                                                        "sat_per_vbyte": "2"}), "LND A opens to LND B")
        point = self.point_of(opened)
        self.mine(6)
        wait_until(lambda: all((lnd.channel(point) or {}).get("active") for lnd in (self.a, self.b)), "the channel A - B is active")
        return point

    @staticmethod
    def point_of(opened):
        txid = opened.get("funding_txid_str") or base64.b64decode(opened["funding_txid_bytes"])[::-1].hex()
        return f"{txid}:{opened.get('output_index', 0)}"

    # --- the books ---

    def fees_mined(self):
        """What coinbases took beyond the subsidy: the fees of all transactions on this chain, which is never reorganised."""
        missing = range(len(self.fees), self.btcd.height() + 1)
        for first in range(missing.start, missing.stop, 100):
            heights = range(first, min(first + 100, missing.stop))
            hashes = self.btcd.batch([("getblockhash", height) for height in heights])
            blocks = self.btcd.batch([("getblock", each, 2) for each in hashes])
            for height, block in zip(heights, blocks):
                self.fees.append(sum(round_sat(each["value"]) for each in block["rawtx"][0]["vout"]) - (50 * COIN >> height // 150))
        return sum(self.fees)

    def left_behind(self, txids):
        """Outputs of closing transactions that nobody took, of earlier tests too: anchors."""
        self.closings.update(txids)
        left = 0
        for txid in self.closings:
            for index, output in enumerate(self.btcd.rpc("getrawtransaction", txid, 1)["vout"]):
                if self.btcd.rpc("gettxout", txid, index):
                    left += round_sat(output["value"])
        return left


def round_sat(text):
    """btcd prints coins as shortened decimals, at times with an exponent."""
    return int(decimal.Decimal(str(text)) * COIN)


class LightningCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World.get()
        cls.btcd, cls.a, cls.b = cls.world.btcd, cls.world.a, cls.world.b

    @property
    def ours(self):
        return self.world.ours

    # --- channels ---

    def view(self, channel_id):
        found = [c for c in self.ours.call("listpeerchannels")["channels"] if c["channel_id"] == channel_id]
        self.assertEqual(len(found), 1, f"channel {channel_id} is listed once")
        return found[0]

    def point(self, channel_id):
        view = self.view(channel_id)
        return f"{view['funding_txid']}:{view['funding_outnum']}"

    def connect(self, lnd):
        wire = self.world.wires[lnd.name]
        wire.allow()
        return self.ours.call("connect", f"{lnd.id}@127.0.0.1:{wire.port}")

    def open_from_us(self, lnd, amount_sat, push_msat=0):
        self.connect(lnd)
        funded = self.ours.call("fundchannel", id=lnd.id, amount=amount_sat, push_msat=push_msat)
        wait_until(lambda: funded["txid"] in self.btcd.rpc("getrawmempool"), "the funding transaction is sent")
        self.world.mine(6)
        self.wait_usable(lnd, funded["channel_id"])
        return funded["channel_id"]

    def open_from_lnd(self, lnd, amount_sat, push_sat=0):
        self.connect(lnd)
        before = {c["channel_id"] for c in self.ours.call("listpeerchannels")["channels"]}
        ours = self.ours.call("getinfo")["id"]
        lnd.rest("POST", "/v1/channels", {"node_pubkey": base64.b64encode(bytes.fromhex(ours)).decode(), "private": True,
                                          "local_funding_amount": str(amount_sat), "push_sat": str(push_sat), "sat_per_vbyte": "2"})
        self.world.mine(6)
        new = {c["channel_id"] for c in self.ours.call("listpeerchannels")["channels"]} - before
        self.assertEqual(len(new), 1)
        channel_id = new.pop()
        self.wait_usable(lnd, channel_id)
        return channel_id

    def close_all(self):
        """Whatever an earlier test left open: then a payment has one way only, and sums are of one channel."""
        left = [view for view in self.ours.call("listpeerchannels")["channels"] if view["state"] == "CHANNELD_NORMAL"]
        for view in left:
            lnd = self.a if view["peer_id"] == self.a.id else self.b
            self.connect(lnd)
            self.wait_usable(lnd, view["channel_id"])
            self.assertEqual(self.ours.call("close", view["channel_id"])["type"], "mutual")
        if left:
            self.world.mine(6)
        for lnd in (self.a, self.b):
            wait_until(lambda lnd=lnd: not lnd.rest("GET", "/v1/channels/pending")["waiting_close_channels"], "the old channels are closed")

    def wait_usable(self, lnd, channel_id):
        point = self.point(channel_id)

        def usable():
            view = self.view(channel_id)
            return view["state"] == "CHANNELD_NORMAL" and view["peer_connected"] and (lnd.channel(point) or {}).get("active")
        wait_until(usable, "the channel is usable on both sides", 60)

    # --- payments ---

    def invoice(self, amount_msat):
        label = f"invoice {next(self.world.labels)}"
        return self.ours.call("invoice", amount_msat=amount_msat, label=label, description="test"), label

    def we_pay(self, lnd, amount_msat, **fields):
        """Returns the fee."""
        answer = self.ours.call("pay", lnd.invoice(amount_msat, **fields)["payment_request"])
        self.assertEqual(answer["status"], "complete")
        self.assertEqual(answer["amount_msat"], amount_msat)
        return answer["amount_sent_msat"] - amount_msat

    def lnd_pays(self, lnd, amount_msat):
        """For a second or two after a channel opened or came back LND may not find its way."""
        made, label = self.invoice(amount_msat)

        def paid():
            payment = lnd.start_payment(made["bolt11"])
            result = payment.result()
            return payment if result == "SUCCEEDED" else self.assertIn(result, self.SOON_GONE)
        payment = wait_until(paid, f"{lnd.name} pays us", 30)
        self.assertEqual(self.ours.call("listinvoices", label)["invoices"][0]["amount_received_msat"], amount_msat)
        return payment.fee_msat()

    SOON_GONE = ("FAILURE_REASON_INSUFFICIENT_BALANCE", "FAILURE_REASON_NO_ROUTE")

    # --- the books ---

    def assert_agreed(self, lnd, channel_id, ours_msat=None):
        """Both sides show the same sums, to the satoshi, with nothing pending."""
        point = self.point(channel_id)

        def quiet():
            theirs = lnd.channel(point)
            return theirs and not theirs["pending_htlcs"] and self.view(channel_id)["htlc_count"] == 0 and theirs["active"]
        wait_until(quiet, "no HTLC is left", 60)
        view, theirs = self.view(channel_id), lnd.channel(point)
        capacity = int(theirs["capacity"])
        self.assertEqual(view["total_msat"], capacity * 1000)
        self.assertEqual(view["to_us_msat"] + view["to_them_msat"], capacity * 1000)
        if ours_msat is not None:
            self.assertEqual(view["to_us_msat"], ours_msat)
        # A fraction of a satoshi on each side is one satoshi of the commitment transaction's fee.
        cost = int(theirs["commit_fee"]) + ANCHORS - (1 if view["to_us_msat"] % 1000 else 0)
        by_lnd = theirs.get("initiator", False)
        self.assertEqual(int(theirs["remote_balance"]), view["to_us_msat"] // 1000 - (0 if by_lnd else cost))
        self.assertEqual(int(theirs["local_balance"]), view["to_them_msat"] // 1000 - (cost if by_lnd else 0))
        return view["to_us_msat"]

    def assert_books_balanced(self, closing_txids=()):
        """All coins of ours, A and B, in wallets and in open channels, are what the miner gave less all fees mined."""
        def nothing_pending():
            return not self.btcd.rpc("getrawmempool")
        wait_until(nothing_pending, "all is mined")
        self.world.follow()
        funds = self.ours.call("listfunds")
        total = sum(output["amount_msat"] for output in funds["outputs"]) // 1000
        first, second = self.ours.call("layers")
        self.assertEqual(first["balance_sat"], total)
        self.assertEqual(second["balance_sat"], sum(channel["our_amount_msat"] for channel in funds["channels"]
                                                    if channel["state"] == "CHANNELD_NORMAL") // 1000)
        points = set()
        for lnd in (self.a, self.b):
            balance = lnd.rest("GET", "/v1/balance/blockchain")
            total += int(balance["total_balance"])
            for channel in lnd.rest("GET", "/v1/channels")["channels"]:
                if channel["channel_point"] not in points:
                    points.add(channel["channel_point"])
                    total += int(channel["capacity"])
        total += self.world.left_behind(closing_txids)
        self.assertEqual(total, self.world.given - self.world.fees_mined())


def secret():
    """(preimage, payment hash)."""
    preimage = os.urandom(32)
    return preimage, hashlib.sha256(preimage).digest()


def attempt(action):
    """The action's result, or its RpcError as a value."""
    try:
        return action()
    except RpcError as error:
        return error
