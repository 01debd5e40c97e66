"""Every close against LND, with an HTLC pending each way where it is forced; all outputs swept, all money counted."""
import concurrent.futures
import unittest

from lightning_case import LightningCase, attempt, secret
from programs import wait_until
from wire_cutter import FRAMING, HTLC_SIGNATURE, OUR_SIGNED, REVOKE


class CooperativeCloseTest(LightningCase):
    def setUp(self):
        self.close_all()

    def test_by_us(self):
        channel = self.open_from_us(self.a, 1_000_000, push_msat=400_000_000)
        self.we_pay(self.a, 50_000_000)
        before, ours = self.ours.satoshi(), self.view(channel)["to_us_msat"] // 1000
        closed = self.ours.call("close", channel)
        self.assertEqual(closed["type"], "mutual")
        self.check_closed(channel, closed["txid"], before, ours)

    def test_by_lnd_of_our_channel_at_many_times_our_fee(self):
        """LND names its own fee first, then comes a tenth nearer in each round, and never sends a range."""
        channel = self.open_from_us(self.a, 1_000_000, push_msat=400_000_000)
        self.close_by_lnd(channel, sat_per_vbyte=20)

    def test_by_lnd_of_our_channel_with_an_output_that_is_dust_by_our_limit_only(self):
        channel = self.open_from_us(self.a, 1_000_000)
        self.we_pay(self.a, 400_000)
        self.close_by_lnd(channel, sat_per_vbyte=20)

    def test_by_lnd_of_its_own_channel(self):
        channel = self.open_from_lnd(self.a, 1_000_000, push_sat=400_000)
        self.close_by_lnd(channel, sat_per_vbyte=2)

    def close_by_lnd(self, channel, sat_per_vbyte):
        before, ours = self.ours.satoshi(), self.view(channel)["to_us_msat"] // 1000
        self.a.close_channel(self.point(channel), sat_per_vbyte=sat_per_vbyte)
        txid = wait_until(lambda: self.view(channel).get("closing_txid"), "the closing transaction is signed")
        self.check_closed(channel, txid, before, ours)

    def check_closed(self, channel, txid, before, ours):
        point = self.point(channel)
        wait_until(lambda: txid in self.btcd.rpc("getrawmempool"), "the closing transaction is sent")
        self.world.mine(6)
        closed = wait_until(lambda: [c for c in self.a.rest("GET", "/v1/channels/closed")["channels"] if c["channel_point"] == point],
                            "LND calls it closed")[0]
        self.assertEqual(closed["close_type"], "COOPERATIVE_CLOSE")
        self.assertEqual(closed["closing_tx_hash"], txid)
        fee = 1_000_000 - int(closed["settled_balance"]) - self.paid_out(before)
        self.assertGreater(fee, 0)
        self.assertEqual(self.paid_out(before), ours - (fee if self.view(channel)["opener"] == "local" else 0))
        self.assert_books_balanced()

    def paid_out(self, before):
        return self.ours.satoshi() - before


class ForceCloseTest(LightningCase):
    HTLC = 100_000_000  # msat

    def with_an_htlc_each_way(self):
        """A channel, our HTLC that LND holds, LND's HTLC whose fulfilment does not reach it."""
        self.close_all()
        channel = self.open_from_us(self.a, 2_000_000, push_msat=1_000_000_000)
        self.lnd_pays(self.a, 1_000_000)  # from here on LND finds its way
        preimage, payment_hash = secret()
        held = self.a.hold_invoice(self.HTLC, payment_hash, cltv_expiry="30")["payment_request"]
        paying = self.pool.submit(lambda: attempt(lambda: self.ours.call("pay", held)))
        wait_until(lambda: self.a.invoice_state(payment_hash) == "ACCEPTED", "LND holds our HTLC")
        wait_until(lambda: self.view(channel)["htlc_count"] == 1, "our HTLC is committed")
        made, label = self.invoice(self.HTLC)
        wire = self.world.wires["lnd-a"]
        wire.arm("out", (REVOKE + FRAMING) + (OUR_SIGNED + 2 * HTLC_SIGNATURE + FRAMING), lambda: wire.hold("out"))
        payment = self.a.start_payment(made["bolt11"])
        wait_until(lambda: wire.fired("out"), "LND's HTLC is committed")
        point = self.point(channel)
        wait_until(lambda: len(self.a.channel(point)["pending_htlcs"]) == 2, "both HTLCs stand in LND's commitment")
        wait_until(lambda: self.view(channel)["htlc_count"] == 2, "and in ours")
        self.expiry = min(int(each["expiration_height"]) for each in self.a.channel(point)["pending_htlcs"])
        return channel, preimage, paying, payment, label

    def setUp(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.addCleanup(self.pool.shutdown, wait=False)

    def test_by_us_our_htlc_times_out_theirs_is_claimed(self):
        channel, _, paying, payment, label = self.with_an_htlc_each_way()
        before = self.everything()
        closed = self.ours.call("close", id=channel, force=True)
        self.assertEqual(closed["type"], "unilateral")
        self.until_resolved(channel, closed["txid"])
        self.assertIsInstance(paying.result(10), Exception, "our payment has failed for good")
        self.assertEqual(payment.result(), "SUCCEEDED")
        self.assertEqual(self.ours.call("listinvoices", label)["invoices"][0]["status"], "paid")
        self.assert_books_balanced([closed["txid"]])
        self.assertLess(before - self.everything(), 30_000, "fees of our transactions only")

    def test_by_lnd_our_htlc_is_claimed_by_it_and_theirs_by_us(self):
        channel, preimage, paying, payment, label = self.with_an_htlc_each_way()
        self.a.close_channel(self.point(channel), force=True)
        txid = wait_until(lambda: next(iter(self.a.rest("GET", "/v1/channels/pending")["waiting_close_channels"]), {}).get("closing_txid"),
                          "LND sent its commitment")
        self.world.mine(1)
        self.a.settle(preimage)
        self.until_resolved(channel, txid)
        self.assertEqual(paying.result(10)["payment_preimage"], preimage.hex())
        self.assertEqual(payment.result(), "SUCCEEDED")
        self.assertEqual(self.ours.call("listinvoices", label)["invoices"][0]["status"], "paid")
        self.assert_books_balanced([txid])

    def everything(self):
        """Of ours, on both floors, in satoshi, HTLCs of the pair apart."""
        return sum(layer["balance_sat"] for layer in self.ours.call("layers"))

    def until_resolved(self, channel, closing_txid):
        """Blocks one by one where something is due, until both sides have swept everything; what LND owns itself waits
        2,016 of them."""
        wait_until(lambda: closing_txid in self.btcd.rpc("getrawmempool") or self.confirmed(closing_txid), "the commitment is sent")
        for due in (0, self.expiry, None):
            due = self.btcd.height() + self.blocks_left() if due is None else due
            if due - self.btcd.height() > 5:
                self.btcd.generate(due - self.btcd.height() - 3)
                self.world.follow()
            for _ in range(24):
                if self.resolved(channel):
                    return
                self.world.mine(1)
        self.fail(f"not resolved: {self.view(channel)} {self.a.rest('GET', '/v1/channels/pending')}")

    def confirmed(self, txid):
        return attempt(lambda: self.btcd.rpc("getrawtransaction", txid, 1).get("confirmations", 0) > 0) is True

    def blocks_left(self):
        pending = self.a.rest("GET", "/v1/channels/pending")["pending_force_closing_channels"]
        waits = [each["blocks_til_maturity"] for each in pending]
        waits += [htlc["blocks_til_maturity"] for each in pending for htlc in each["pending_htlcs"]]
        return max([0] + [int(each) for each in waits])

    def resolved(self, channel):
        pending = self.a.rest("GET", "/v1/channels/pending")
        ours = [each for each in self.ours.call("listpeerchannels")["channels"] if each["channel_id"] == channel]
        return not pending["pending_force_closing_channels"] and not pending["waiting_close_channels"] \
            and (not ours or ours[0]["state"] == "CLOSED")


if __name__ == "__main__":
    unittest.main()
