"""The first floor against btcd on regtest: sync, restart, reorganisation, send, restore."""
import unittest

from case import COIN, BtcdCase
from mining import mine
from programs import Btcd, sat, wait_until


class BtcdTest(BtcdCase):
    def test_sync_3000_blocks_with_50_transactions_and_a_restart_in_the_middle(self):
        self.btcd.generate(5)
        node = self.duplexd()
        node.wait_for(5)
        created = node.cli("createwallet", "main")
        self.assertEqual(len(created["mnemonic"].split()), 12)
        paid = 0
        for i in range(25):
            mine(self.btcd, [(node.call("getnewaddress"), 1000 + i)])
            paid += 1000 + i
        self.btcd.generate(1500)
        node.kill()  # in the middle of the sync
        node.start()
        for i in range(25):
            mine(self.btcd, [(node.call("getnewaddress"), 2000 + i)])
            paid += 2000 + i
        self.btcd.generate(3000 - self.btcd.height())
        node.wait_for(3000)
        self.assertEqual(node.satoshi(), paid)
        self.assertEqual(len(node.cli("listtransactions", "*", 100)), 50)
        self.assertEqual(node.cli("getbestblockhash"), self.btcd.rpc("getbestblockhash"))

    def test_reorganisation_of_6_unwinds_what_left(self):
        self.btcd.generate(10)
        node = self.duplexd()
        node.wait_for(10)
        node.cli("createwallet", "main")
        address = node.cli("getnewaddress")
        mine(self.btcd, [(address, 5 * COIN)])
        self.btcd.generate(100)
        node.wait_for(111)
        late = node.cli("getnewaddress")
        mine(self.btcd, [(late, 7 * COIN)])
        self.btcd.generate(5)
        node.wait_for(117)
        self.assertEqual(sat(node.cli("getbalances")["mine"]["immature"]), 7 * COIN)
        left = self.btcd.rpc("getblockhash", 112)
        self.btcd.rpc("invalidateblock", left)
        for _ in range(7):
            mine(self.btcd, [])
        node.wait_for(118)
        wait_until(lambda: node.cli("getbestblockhash") == self.btcd.rpc("getbestblockhash"), "the new branch is followed")
        self.assertEqual(sat(node.cli("getbalances")["mine"]["immature"]), 0)
        self.assertEqual(node.satoshi(), 5 * COIN)

    def test_send_is_mined_and_balances_agree_to_the_satoshi(self):
        self.btcd.generate(1)
        node = self.duplexd()
        node.wait_for(1)
        node.cli("createwallet", "main")
        mine(self.btcd, [(node.cli("getnewaddress"), 10 * COIN)])
        self.btcd.generate(100)
        node.wait_for(102)
        before = node.satoshi()
        self.assertEqual(before, 10 * COIN)
        txid = node.cli("-named", "sendtoaddress", f"address={Btcd.MINING_ADDRESS}", "amount=1.23456789", "fee_rate=5")
        wait_until(lambda: txid in self.btcd.rpc("getrawmempool"), "btcd has the transaction")
        mine(self.btcd, [])
        node.wait_for(103)
        seen = node.cli("gettransaction", txid)
        self.assertEqual(int(seen["confirmations"]), 1)
        fee = -sat(seen["fee"])
        self.assertEqual(node.satoshi(), before - 123_456_789 - fee)
        raw = self.btcd.rpc("getrawtransaction", txid, 1)
        self.assertEqual(raw["confirmations"], 1)

    def test_threat84_repeated_request_id_pays_once(self):
        self.btcd.generate(1)
        node = self.duplexd()
        node.wait_for(1)
        node.cli("createwallet", "main")
        mine(self.btcd, [(node.cli("getnewaddress"), 10 * COIN)])
        self.btcd.generate(100)
        node.wait_for(102)
        send = ("-named", "sendtoaddress", f"address={Btcd.MINING_ADDRESS}", "amount=1", "fee_rate=5", "request_id=once")
        first = node.cli(*send)
        node.kill()
        node.start()
        self.assertEqual(node.cli(*send), first)
        wait_until(lambda: first in self.btcd.rpc("getrawmempool"), "btcd has the transaction after the restart")
        self.assertEqual(len(self.btcd.rpc("getrawmempool")), 1)

    def test_60_indexes_in_30_blocks_are_found_in_one_batch(self):
        self.btcd.generate(1)
        first = self.duplexd("first")
        first.wait_for(1)
        words = first.cli("createwallet", "main")["mnemonic"]
        addresses = [first.call("getnewaddress") for _ in range(60)]
        for i in range(30):
            mine(self.btcd, [(addresses[2 * i], 10_000 + i), (addresses[2 * i + 1], 20_000 + i)])
        self.btcd.generate(110)
        second = self.duplexd("second")
        second.wait_for(141)
        second.cli("-stdin", "-named", "createwallet", "wallet_name=main", stdin=f"mnemonic={words}\n")
        second.wait_for(141)
        expected = sum(30_000 + 2 * i for i in range(30))
        wait_until(lambda: second.satoshi() == expected, "the restored wallet finds all 60 payments")
        first.wait_for(141)
        self.assertEqual(first.satoshi(), expected)


if __name__ == "__main__":
    unittest.main()
