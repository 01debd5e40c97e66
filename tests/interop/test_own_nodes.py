"""Two nodes of our own over a line that can be cut, on btcd's chain: a revoked commitment is punished, a funding that
leaves the chain is no funding."""
import shutil
import signal
import unittest

from case import COIN, BtcdCase
from lightning_case import round_sat
from mining import mine
from programs import RpcError, wait_until
from wire_cutter import FRAMING, HTLC_SIGNATURE, OUR_SIGNED, REVOKE, WireCutter


class OwnNodesTest(BtcdCase):
    def setUp(self):
        super().setUp()
        self.victim = self.duplexd("victim", lightning=True)
        self.cheater = self.duplexd("cheater")
        self.wallet(self.victim)
        self.wallet(self.cheater)
        for node in (self.victim, self.cheater):
            mine(self.btcd, [(node.call("getnewaddress"), COIN)])
        self.btcd.generate(100)
        self.follow()
        self.wire = WireCutter(self.victim.lightning_port)
        self.addCleanup(self.wire.stop)
        self.victim_id = self.victim.call("getinfo")["id"]

    def follow(self):
        for node in (self.victim, self.cheater):
            node.wait_for(self.btcd.height())

    def mine(self, count=1):
        for _ in range(count):
            mine(self.btcd, [])
            self.follow()

    def fund(self, amount_sat, push_msat=0):
        self.cheater.call("connect", f"{self.victim_id}@127.0.0.1:{self.wire.port}")
        funded = self.cheater.call("fundchannel", id=self.victim_id, amount=amount_sat, push_msat=push_msat)
        wait_until(lambda: funded["txid"] in self.btcd.rpc("getrawmempool"), "the funding transaction is sent")
        return funded

    def channel(self, node):
        found = node.call("listpeerchannels")["channels"]
        return found[0] if found else {}

    def wait_usable(self):
        wait_until(lambda: all(self.channel(node).get("state") == "CHANNELD_NORMAL" and self.channel(node)["peer_connected"]
                               for node in (self.victim, self.cheater)), "the channel is usable", 60)

    def pay(self, payer, payee, amount_msat, label):
        made = payee.call("invoice", amount_msat=amount_msat, label=label, description="test")
        self.assertEqual(payer.call("pay", made["bolt11"])["status"], "complete")

    def test_revoked_commitment_with_an_htlc_is_punished(self):
        funded = self.fund(2_000_000, push_msat=500_000_000)
        self.mine(6)
        self.wait_usable()
        self.pay(self.victim, self.cheater, 100_000_000, "first")
        # The copy is made while an HTLC of the cheater stands in both commitments.
        made = self.victim.call("invoice", amount_msat=200_000_000, label="pending", description="test")
        self.wire.arm("in", REVOKE + FRAMING + OUR_SIGNED + HTLC_SIGNATURE + FRAMING, lambda: self.wire.hold("in"))
        with self.assertRaises((OSError, RpcError)):
            self.cheater.call("pay", made["bolt11"], timeout=3)
        wait_until(lambda: self.channel(self.cheater)["htlc_count"] == 1, "the HTLC stands")
        self.cheater.kill()
        old = self.cheater.folder.with_name("old")
        shutil.copytree(self.cheater.folder, old, ignore=shutil.ignore_patterns("*.sock"))
        self.wire.cut()
        self.cheater.start()
        self.wait_usable()
        wait_until(lambda: self.victim.call("listinvoices", "pending")["invoices"][0]["status"] == "paid", "the payment went on")
        self.pay(self.cheater, self.victim, 300_000_000, "second")
        wait_until(lambda: self.channel(self.victim)["htlc_count"] == 0, "nothing is pending")
        self.assertEqual(self.channel(self.victim)["to_us_msat"], 900_000_000)
        self.cheater.stop()
        self.victim.stop()
        self.wire.refuse()
        shutil.rmtree(self.cheater.folder)
        old.rename(self.cheater.folder)
        self.cheater.start()
        channel_id = self.channel(self.cheater)["channel_id"]
        revoked = self.cheater.call("close", id=channel_id, force=True)["txid"]
        wait_until(lambda: revoked in self.btcd.rpc("getrawmempool"), "the revoked commitment is sent")
        mine(self.btcd, [])
        before = COIN  # all of the victim's coins were in its wallet
        self.victim.start()
        self.follow()
        spends = wait_until(lambda: [txid for txid in self.btcd.rpc("getrawmempool")
                                     if any(source["txid"] == revoked for source in self.raw(txid)["vin"])], "the penalty is sent")
        taken = sum(sum(source["txid"] == revoked for source in self.raw(txid)["vin"]) for txid in spends)
        self.assertGreaterEqual(taken, 2, "to_local and the HTLC")
        self.mine(1)
        wait_until(lambda: not self.btcd.rpc("getrawmempool") or self.mine(1), "everything is claimed")
        self.mine(6)
        outputs = self.raw(revoked)["vout"]
        left = [n for n in range(len(outputs)) if self.btcd.rpc("gettxout", revoked, n)]
        self.assertTrue(all(round_sat(outputs[n]["value"]) == 330 for n in left), "only anchors are left")
        gained = self.victim.satoshi() - before
        total = sum(round_sat(outputs[n]["value"]) for n in range(len(outputs)) if n not in left)
        self.assertGreater(gained, total - 5_000, "all of the channel less fees")
        self.assertLessEqual(gained, total)
        self.assertEqual(funded["txid"], self.raw(revoked)["vin"][0]["txid"])

    def test_threat31_unconfirmed_or_reorganised_funding_carries_nothing_and_is_not_forgotten(self):
        funded = self.fund(1_000_000, push_msat=200_000_000)
        made = self.victim.call("invoice", amount_msat=1_000_000, label="early", description="test")
        with self.assertRaises(RpcError):
            self.cheater.call("pay", bolt11=made["bolt11"], retry_for=1)
        self.cheater.kill()
        self.cheater.start()
        wait_until(lambda: funded["txid"] in self.btcd.rpc("getrawmempool"), "the funding transaction is still known")
        self.mine(1)
        self.btcd.rpc("invalidateblock", self.btcd.rpc("getbestblockhash"))
        for _ in range(2):
            mine(self.btcd, [], with_transactions=False)
        self.follow()
        self.assertNotEqual(self.channel(self.cheater)["state"], "CHANNELD_NORMAL")
        wait_until(lambda: funded["txid"] in self.btcd.rpc("getrawmempool"), "the funding transaction is sent again")
        self.mine(6)
        self.wait_usable()
        self.pay(self.cheater, self.victim, 1_000_000, "late")

    def raw(self, txid):
        return self.btcd.rpc("getrawtransaction", txid, 1)


if __name__ == "__main__":
    unittest.main()
