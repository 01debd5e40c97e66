"""Peers of our own that lie to Duplex between it and btcd: false filters, changed blocks, broken messages."""
import struct
import unittest

from case import COIN, BtcdCase
from false_peer import FalsePeer, frame, without
from mining import mine, script_of
from programs import Btcd, wait_until


class FalsePeersTest(BtcdCase):
    def false_peer(self):
        peer = FalsePeer(self.btcd)
        self.addCleanup(peer.stop)
        return peer

    def addresses(self, node):
        return {peer["addr"] for peer in node.call("getpeerinfo")}

    def layer(self, node):
        return node.call("layers")[0]

    def payment_and_its_denial(self, liars):
        """A payment to a new wallet; the liars' filters lack its script. Returns the wallet's words."""
        honest = self.duplexd("first")
        words = self.wallet(honest)
        address = honest.call("getnewaddress")
        self.btcd.generate(3)
        block = mine(self.btcd, [(address, 5 * COIN)])
        self.btcd.generate(110)
        for liar in liars:
            liar.false_filters[block] = without(self.btcd, block, script_of(address))
        honest.stop()
        return words

    def restored(self, words, peers, name="restored"):
        node = self.duplexd(name, peers)
        node.call("createwallet", wallet_name="main", mnemonic=words)
        return node

    def test_threat5_one_honest_peer_of_four_false_filters_are_proven_and_banned(self):
        liars = [self.false_peer() for _ in range(3)]
        words = self.payment_and_its_denial(liars)
        node = self.restored(words, [liar.port for liar in liars] + [self.btcd.p2p])
        wait_until(lambda: node.satoshi() == 5 * COIN, "the denied payment is found")
        wait_until(lambda: self.addresses(node) == {f"127.0.0.1:{self.btcd.p2p}"}, "the liars are dropped")
        connections = [liar.connections for liar in liars]
        self.btcd.generate(3)
        node.wait_for(self.btcd.height())
        self.assertEqual([liar.connections for liar in liars], connections, "a banned peer is not called again")
        self.assertEqual(node.log_text().count("served a false filter"), 3)
        self.assertNotEqual(self.layer(node)["verified"]["label"], "disputed")

    def test_threat5_liar_alone_first_is_found_out_when_an_honest_peer_comes(self):
        liar = self.false_peer()
        words = self.payment_and_its_denial([liar])
        node = self.restored(words, [liar.port])
        node.wait_for(self.btcd.height())
        self.assertEqual(node.satoshi(), 0, "all peers agree: nothing can be known yet")
        node.call("addnode", f"127.0.0.1:{self.btcd.p2p}", "add")
        wait_until(lambda: node.satoshi() == 5 * COIN, "the denied payment is found")
        wait_until(lambda: self.addresses(node) == {f"127.0.0.1:{self.btcd.p2p}"}, "the liar is dropped")
        self.assertNotEqual(self.layer(node)["verified"]["label"], "disputed")

    def test_threat5_denied_spend_cannot_be_proven_is_disputed_and_nobody_banned(self):
        first = self.duplexd("first")
        words = self.wallet(first)
        address = first.call("getnewaddress")
        mine(self.btcd, [(address, 5 * COIN)])
        self.btcd.generate(100)
        first.wait_for(self.btcd.height())
        sent = first.cli("-named", "sendall", f'recipients=["{Btcd.MINING_ADDRESS}"]', "fee_rate=3", "include_reserve=true")
        wait_until(lambda: sent["txid"] in self.btcd.rpc("getrawmempool"), "btcd has the transaction")
        spent_in = mine(self.btcd, [])
        self.btcd.generate(5)
        liar = self.false_peer()
        # The output that it spends stands in another block: this block itself cannot show its script.
        liar.false_filters[spent_in] = without(self.btcd, spent_in, script_of(address))
        node = self.restored(words, [liar.port, self.btcd.p2p])
        both = {f"127.0.0.1:{port}" for port in (liar.port, self.btcd.p2p)}
        wait_until(lambda: self.layer(node)["verified"]["label"] == "disputed", "the height is called disputed")
        node.wait_for(self.btcd.height())
        self.assertEqual(node.satoshi(), 0, "the block itself was searched")
        self.assertEqual(self.addresses(node), both, "nobody is banned")
        self.btcd.generate(2)
        node.wait_for(self.btcd.height())
        self.assertEqual(self.addresses(node), both)
        self.assertEqual(node.satoshi(), 0)
        node.kill()
        node.start()
        node.wait_for(self.btcd.height())
        self.assertEqual(self.layer(node)["verified"]["label"], "disputed", "also after a restart")

    def test_threat14_changed_body_of_a_good_header_blames_the_peer_and_asks_another(self):
        liar = self.false_peer()
        # A byte of the miner's text in the coinbase: nothing but the merkle root tells.
        liar.change_block = lambda block: block[:128] + bytes([block[128] ^ 1]) + block[129:]
        node = self.duplexd(peers=[liar.port])
        self.wallet(node)
        mine(self.btcd, [(node.call("getnewaddress"), 5 * COIN)])
        self.btcd.generate(100)
        wait_until(lambda: "block" in liar.served, "the liar was asked for the block")
        wait_until(lambda: not self.addresses(node), "the liar is dropped")
        connections = liar.connections
        self.assertEqual(node.satoshi(), 0)
        node.call("addnode", f"127.0.0.1:{self.btcd.p2p}", "add")
        wait_until(lambda: node.satoshi() == 5 * COIN, "another peer gave the block")
        node.wait_for(self.btcd.height())
        self.assertEqual(node.call("getbestblockhash"), self.btcd.rpc("getbestblockhash"), "the header stayed valid")
        self.assertEqual(liar.connections, connections, "the liar is not called again")

    def test_threat10_oversized_messages_drop_the_peer_and_cost_no_memory(self):
        node = self.duplexd()
        self.wallet(node)
        before = self.resident_kib(node)
        too_many = b"\xfd\xff\xff" + struct.pack("<I", 1) * 9 * 65535
        attacks = {
            "length of 4 GiB": frame("headers", b"", 0xFFFFFFFF),
            "length of 2 GiB": frame("block", b"", 0x80000000),
            "unknown command of 64 MiB": frame("surprise", b"", 64 << 20),
            "more headers than 2,000": frame("headers", b"\xfd\xd1\x07" + bytes(81 * 2001)),
            "more entries than 50,000": frame("inv", too_many[:3 + 36 * 65535]),
            "count without entries (threat 11)": frame("inv", b"\xfe\xff\xff\xff\xff"),
            "count not in its shortest form (threat 11)": frame("headers", b"\xfd\x00\x00"),
        }
        for name, attack in attacks.items():
            with self.subTest(name):
                liar = self.false_peer()
                liar.attack = attack
                node.call("addnode", f"127.0.0.1:{liar.port}", "onetry")
                wait_until(lambda liar=liar: "verack" in liar.served, "the liar got through the handshake")
                wait_until(lambda: len(self.addresses(node)) == 1, f"{name}: dropped")
        self.btcd.generate(2)
        node.wait_for(self.btcd.height())
        self.assertLess(self.resident_kib(node) - before, 16 << 10)

    @staticmethod
    def resident_kib(node):
        with open(f"/proc/{node.process.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


if __name__ == "__main__":
    unittest.main()
