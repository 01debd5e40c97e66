"""The program in its house: files, locks, listeners, secrets, and being killed at any moment."""
import hashlib
import os
import random
import signal
import subprocess
import unittest

from case import COIN, BtcdCase
from mining import mine
from programs import OURS, Btcd, sat, wait_until


class HouseTest(BtcdCase):
    def test_threat97_files_are_private_and_a_wider_folder_is_refused(self):
        node = self.duplexd()
        self.wallet(node)
        node.cli("backupwallet", str(node.folder / "copy.bak"))
        for path in [node.folder, *node.folder.rglob("*")]:
            if path.suffix == ".out":
                continue  # this suite's own
            mode = path.lstat().st_mode & 0o777
            self.assertEqual(mode & 0o077, 0, f"{path} has mode {mode:o}")
        node.stop()
        (node.folder / "regtest").chmod(0o755)
        refused = self.run_duplexd(node.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("chmod 700", refused.stderr)
        (node.folder / "regtest").chmod(0o700)
        node.start()
        self.assertEqual(node.call("listwallets"), ["main"])

    def test_threat117_second_instance_is_refused_and_a_stale_lock_is_not_in_the_way(self):
        node = self.duplexd()
        self.wallet(node)
        refused = self.run_duplexd(node.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"process {node.process.process.pid}", refused.stderr)
        self.assertIn("duplex-cli stop", refused.stderr)
        self.assertIsNotNone(node.call("getblockcount"), "the first one goes on")
        node.kill()  # leaves lock file and socket
        self.assertTrue((node.folder / "regtest" / "duplex.sock").exists())
        node.start()
        self.assertEqual(node.call("listwallets"), ["main"])

    def test_threat104_no_tcp_listener_but_the_one_asked_for(self):
        node = self.duplexd()
        self.wallet(node)
        self.assertEqual(self.listeners(node), set())
        asked = self.duplexd("asked", lightning=True)
        self.wallet(asked)
        wait_until(lambda: self.listeners(asked) == {asked.lightning_port}, "Lightning listens where it was told to")
        socket = node.folder / "regtest" / "duplex.sock"
        self.assertEqual(socket.stat().st_mode & 0o077, 0)

    def test_threat96_no_secret_in_any_file_after_a_full_run(self):
        node = self.duplexd()
        self.btcd.generate(1)
        node.wait_for(1)
        passphrase = "correct horse battery staple"
        words = node.cli("-stdin", "-named", "createwallet", "wallet_name=main", stdin=f"passphrase={passphrase}\n")["mnemonic"]
        node.cli("-stdin", "walletpassphrase", stdin=f"{passphrase}\n600\n")
        self.assertEqual(node.cli("-stdin", "exportmnemonic", stdin=f"{passphrase}\n")["mnemonic"], words)
        mine(self.btcd, [(node.call("getnewaddress"), COIN)])
        self.btcd.generate(100)
        node.wait_for(102)
        node.cli("-named", "sendtoaddress", f"address={Btcd.MINING_ADDRESS}", "amount=0.1", "fee_rate=5")
        node.cli("backupwallet", str(node.folder / "copy.bak"))
        with self.assertRaises(Exception):
            node.cli("-stdin", "walletpassphrase", stdin="wrong horse\n600\n")
        node.cli("walletlock")
        node.stop()
        seed = hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic", 2048)
        list_of_words = words.split()
        secrets = {"passphrase": passphrase.encode(), "seed": seed, "half of the seed": seed[:32], "seed in hex": seed.hex().encode(),
                   "extended key": b"tprv", "extended key of main": b"xprv"}
        for first, second in zip(list_of_words, list_of_words[1:]):
            secrets[f"words {first} {second}"] = f"{first} {second}".encode()
        for path in node.folder.rglob("*"):
            if not path.is_file():
                continue
            content = path.read_bytes()
            for name, secret in secrets.items():
                self.assertNotIn(secret, content, f"{name} stands in {path}")

    def test_threat112_killed_at_any_moment_loses_nothing_and_pays_once(self):
        node = self.duplexd()
        self.wallet(node)
        mine(self.btcd, [(node.call("getnewaddress"), COIN) for _ in range(20)])
        self.btcd.generate(100)
        node.wait_for(102)
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        sent = received = 0
        for round_number in range(20):
            amount = 100_000 + round_number
            address = node.call("getnewaddress")
            arguments = ["-named", "sendtoaddress", f"address={Btcd.MINING_ADDRESS}", f"amount=0.{amount:08d}", "fee_rate=2",
                         f"request_id=kill-{round_number}"]
            caller = subprocess.Popen([str(OURS / "duplex-cli"), f"--datadir={node.folder}", "--network=regtest", *arguments],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            mine(self.btcd, [(address, 5_000 + round_number)])
            try:
                caller.wait(chance.uniform(0, 0.15))  # until then it lives
            except subprocess.TimeoutExpired:
                pass
            self.assertEqual(node.kill(), -signal.SIGKILL)
            caller.wait()
            node.start()
            node.cli(*arguments)  # the same request: sent before or now, never twice
            sent, received = sent + amount, received + 5_000 + round_number
            if round_number % 5 == 4:
                mine(self.btcd, [])
        wait_until(lambda: self.mine_until_empty(node), "all is mined")
        self.btcd.generate(100)
        node.wait_for(self.btcd.height())
        fees = -sum(sat(each["fee"]) for each in node.call("listtransactions", "*", 1000) if each["category"] == "send")
        self.assertEqual(len([e for e in node.call("listtransactions", "*", 1000) if e["category"] == "send"]), 20)
        self.assertEqual(node.satoshi(), 20 * COIN + received - sent - fees)

    def mine_until_empty(self, node):
        mine(self.btcd, [])
        node.wait_for(self.btcd.height())
        sends = [each for each in node.call("listtransactions", "*", 1000) if each["category"] == "send"]
        return all(int(each["confirmations"]) > 0 for each in sends)

    @staticmethod
    def run_duplexd(folder):
        return subprocess.run([str(OURS / "duplexd"), f"--datadir={folder}", "--network=regtest"], capture_output=True, text=True,
                              timeout=60, check=False)

    @staticmethod
    def listeners(node):
        """Ports on which the process listens, by the kernel's tables; needs root or a process that may be looked into."""
        pid = node.process.process.pid
        inodes = set()
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        ports = set()
        for table in ("tcp", "tcp6"):
            with open(f"/proc/{pid}/net/{table}", encoding="ascii") as lines:
                for fields in map(str.split, list(lines)[1:]):
                    if fields[3] == "0A" and fields[9] in inodes:
                        ports.add(int(fields[1].rsplit(":", 1)[1], 16))
        return ports


if __name__ == "__main__":
    unittest.main()
