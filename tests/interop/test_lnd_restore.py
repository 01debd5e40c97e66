"""The computer is gone: the words and the channel backup make LND close the channel, and our share comes back."""
import unittest

from case import COIN, BtcdCase
from mining import mine
from programs import Btcd, Folder, Lnd, wait_until


class RestoreTest(BtcdCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.btcd = Btcd(self.folder.path, tls=True)
        self.addCleanup(self.btcd.stop)
        self.btcd.generate(1)
        self.lnd = Lnd(self.folder.path, self.btcd, "lnd")
        self.addCleanup(self.lnd.stop)
        self.lnd.wait_for_start()

    def follow(self, node):
        node.wait_for(self.btcd.height())
        self.lnd.wait_for_sync()

    def mine(self, node, count=1):
        for _ in range(count):
            mine(self.btcd, [])
            self.follow(node)

    def warnings(self, node):
        return [each for each in node.call("getnetworkinfo")["warnings"] if "known from its backup only" in each]

    def test_words_and_channel_backup_make_lnd_close(self):
        self.restore(paid=20_000_000)

    def test_a_channel_without_any_payment_comes_back_too(self):
        self.restore(paid=0)  # both sides' counters still stand at the first commitment

    def restore(self, paid):
        lost = self.duplexd("lost", lightning=True)
        words = self.wallet(lost)
        mine(self.btcd, [(lost.call("getnewaddress"), COIN)])
        self.btcd.generate(100)
        self.follow(lost)
        lost.call("connect", f"{self.lnd.id}@127.0.0.1:{self.lnd.p2p}")
        funded = lost.call("fundchannel", id=self.lnd.id, amount=1_000_000, push_msat=300_000_000)
        wait_until(lambda: funded["txid"] in self.btcd.rpc("getrawmempool"), "the funding transaction is sent")
        self.mine(lost, 6)
        point = f"{funded['txid']}:{funded['outnum']}"
        wait_until(lambda: (self.lnd.channel(point) or {}).get("active"), "the channel is active")
        if paid:
            made = self.lnd.invoice(paid)["payment_request"]
            self.assertEqual(lost.call("pay", made)["status"], "complete")
        ours = lost.call("listpeerchannels")["channels"][0]["to_us_msat"] // 1000
        ground = lost.satoshi()
        backup = lost.call("staticbackup")
        self.assertEqual(len(backup["scb"]), 1)
        lost.kill()

        restored = self.duplexd("restored", lightning=True)
        self.follow(restored)
        restored.call("createwallet", wallet_name="again", mnemonic=words)
        restored.wait_for(self.btcd.height())
        wait_until(lambda: restored.satoshi() == ground, "the first floor is back")
        stubs = restored.call("recoverchannel", scb=backup["scb"])["stubs"]
        self.assertEqual(stubs, [funded["channel_id"]])
        self.assertEqual(len(self.warnings(restored)), 1)
        wait_until(lambda: any(source["txid"] == funded["txid"] for txid in self.btcd.rpc("getrawmempool")
                               for source in self.btcd.rpc("getrawtransaction", txid, 1)["vin"]), "LND sends its commitment")
        self.mine(restored)
        for _ in range(3):  # LND sweeps its own share too, when it likes
            wait_until(lambda: self.btcd.rpc("getrawmempool"), "a sweep is sent")
            self.mine(restored)
            if restored.satoshi() > ground:
                break
        wait_until(lambda: restored.satoshi() > ground, "and arrives")
        self.assertLessEqual(restored.satoshi() - ground, ours)
        self.assertGreater(restored.satoshi() - ground, ours - 5_000, "less fees")
        self.assertEqual(self.warnings(restored), [])


if __name__ == "__main__":
    unittest.main()
