"""What the tests of the first floor share: a btcd of their own and nodes that end with the test."""
import unittest

from programs import Btcd, Duplexd, Folder

COIN = 100_000_000


class BtcdCase(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.btcd = Btcd(self.folder.path)
        self.addCleanup(self.btcd.stop)

    def duplexd(self, name="duplexd", peers=None, **options):
        node = Duplexd(self.folder.path, [self.btcd.p2p] if peers is None else peers, name, **options)
        self.addCleanup(node.stop)
        return node

    def wallet(self, node):
        """A wallet on a chain of one block; returns its words."""
        if self.btcd.height() == 0:
            self.btcd.generate(1)
        node.wait_for(self.btcd.height())
        return node.call("createwallet", "main")["mnemonic"]
