"""The second floor against LND: opening, paying, being paid, cuts and kills in the middle of payments."""
import base64
import concurrent.futures
import threading
import unittest

from lightning_case import LightningCase, attempt
from programs import RpcError, wait_until
from wire_cutter import OUR_SIGNED, SIGNED, of_payee, of_payer, places


class OpenAndPayTest(LightningCase):
    def setUp(self):
        self.close_all()

    def test_open_from_us_pay_a_pay_b_through_a_be_paid_by_both(self):
        channel = self.open_from_us(self.a, 2_000_000, push_msat=500_000_000)
        ours = self.assert_agreed(self.a, channel, 1_500_000_000)
        self.assertEqual(self.we_pay(self.a, 100_000_000), 0)
        ours -= 100_000_000
        self.assert_agreed(self.a, channel, ours)
        self.wait_for_way_to_b()
        fee = self.we_pay(self.b, 50_000_000)
        self.assertEqual(fee, 1000 + 50, "LND's default: 1 sat and one millionth")
        ours -= 50_000_000 + fee
        self.assert_agreed(self.a, channel, ours)
        self.lnd_pays(self.a, 70_000_000)
        ours += 70_000_000
        self.assert_agreed(self.a, channel, ours)
        self.assertGreater(self.lnd_pays(self.b, 30_000_000), 0)  # by the hint in our invoice
        ours += 30_000_000
        self.assert_agreed(self.a, channel, ours)
        self.assert_books_balanced()

    def test_open_from_lnd_and_pay_both_ways(self):
        channel = self.open_from_lnd(self.a, 1_000_000, push_sat=300_000)
        ours = self.assert_agreed(self.a, channel, 300_000_000)
        self.lnd_pays(self.a, 123_456_000)
        self.we_pay(self.a, 200_000_000)
        self.assert_agreed(self.a, channel, ours + 123_456_000 - 200_000_000)
        self.assert_books_balanced()

    def test_lnd_without_scid_alias_open_both_ways_and_pay(self):
        from_us = self.open_from_us(self.b, 800_000, push_msat=300_000_000)
        self.assert_agreed(self.b, from_us, 500_000_000)
        self.we_pay(self.b, 60_000_000)
        self.lnd_pays(self.b, 10_000_000)
        self.assert_agreed(self.b, from_us, 450_000_000)
        from_lnd = self.open_from_lnd(self.b, 700_000, push_sat=200_000)
        self.assert_agreed(self.b, from_lnd, 200_000_000)
        self.we_pay(self.b, 5_000_000)
        self.lnd_pays(self.b, 7_000_000)
        both = sum(self.assert_agreed(self.b, each) for each in (from_us, from_lnd))
        self.assertEqual(both, 650_000_000 + 2_000_000)
        self.assert_books_balanced()
        self.close_all()
        self.assert_books_balanced()

    def wait_for_way_to_b(self):
        a_to_b = {self.a.id, self.b.id}
        wait_until(lambda: sum({c["source"], c["destination"]} == a_to_b for c in self.ours.call("listchannels")["channels"]) == 2,
                   "gossip brought the channel A - B", 60)


class InTheMiddleOfPaymentsTest(LightningCase):
    AMOUNT = 10_000_000  # msat

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = None

    def setUp(self):
        # One channel for the whole class, and no other with A: sums are then of this one.
        if type(self).channel is None:
            self.close_all()
            type(self).channel = self.open_from_us(self.a, 4_000_000, push_msat=2_000_000_000)
        self.balance = self.assert_agreed(self.a, self.channel)
        self.wire = self.world.wires["lnd-a"]

    def test_50_payments_each_way_threat40_of_equal_amounts(self):
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            out = [pool.submit(self.we_pay, self.a, self.AMOUNT) for _ in range(50)]
            into = [pool.submit(self.lnd_pays, self.a, self.AMOUNT) for _ in range(50)]
            for each in out + into:
                each.result()
        self.assert_agreed(self.a, self.channel, self.balance)
        self.assert_books_balanced()

    def test_threat39_cut_in_the_middle_of_each_message(self):
        for number, (payer, direction, name, place) in enumerate(self.all_places()):
            with self.subTest(payer=payer, direction=direction, place=name):
                self.interrupted(payer, direction, place, self.wire.cut, f"cut {number}")
        self.assert_books_balanced()

    def test_threat112_killed_20_times_in_the_middle_of_payments(self):
        after = [place for place in self.all_places() if place[2].startswith("after")]
        self.assertEqual(len(after), 20)
        for number, (payer, direction, name, place) in enumerate(after):
            with self.subTest(payer=payer, direction=direction, place=name):
                self.interrupted(payer, direction, place, self.kill, f"kill {number}")
        self.assert_books_balanced()

    def test_threat96_no_words_in_the_logs_after_all_that(self):
        words = self.world.words.split()
        logs = self.ours.log_text() + self.ours.process.log_path.read_text()
        for first, second in zip(words, words[1:]):
            self.assertNotIn(f"{first} {second}", logs)

    def kill(self):
        self.ours.kill()
        self.wire.cut()

    @staticmethod
    def all_places():
        """(who pays, direction, name, bytes) of every middle and end of a message."""
        for payer in ("us", "LND"):
            for direction in ("out", "in"):
                messages = of_payer if (payer == "us") == (direction == "out") else of_payee
                for name, place in places(messages(OUR_SIGNED if direction == "out" else SIGNED)):
                    yield payer, direction, name, place

    def interrupted(self, payer, direction, place, interrupt, label):
        """One payment with the line interrupted at this place: whatever comes of it, both sides say the same and
        the channel goes on."""
        pays = self.we_pay_through if payer == "us" else self.lnd_pays_through
        happened = threading.Event()

        def then():
            interrupt()
            happened.set()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            if payer == "us":
                invoice = self.a.invoice(self.AMOUNT)
            else:
                invoice, _ = self.invoice(self.AMOUNT)
            self.wire.arm(direction, place, then)
            running = pool.submit(pays, invoice)
            self.assertTrue(happened.wait(30), f"{label}: the line is interrupted")
            if self.ours.process.process.poll() is not None:
                self.ours.start()
            succeeded = running.result(90)
        self.wait_usable(self.a, self.channel)
        self.balance += 0 if not succeeded else -self.AMOUNT if payer == "us" else self.AMOUNT
        self.assert_agreed(self.a, self.channel, self.balance)

    def we_pay_through(self, invoice):
        """True when paid; both sides agree on it."""
        payment_hash = base64.b64decode(invoice["r_hash"])
        attempt(lambda: self.call_or_lost("pay", invoice["payment_request"]))

        def final():
            pays = self.ours.call("listpays", payment_hash=payment_hash.hex())["pays"]
            if not pays:
                return "failed"  # killed before it was stored
            return pays[0]["status"] if pays[0]["status"] != "pending" else None
        status = wait_until(final, "our payment is final", 90)
        if status == "complete":
            wait_until(lambda: self.a.invoice_state(payment_hash) == "SETTLED", "LND says it is paid")
        else:
            self.assertEqual(self.a.invoice_state(payment_hash), "OPEN")
        return status == "complete"

    def call_or_lost(self, *arguments):
        try:
            return self.ours.call(*arguments)
        except OSError as lost:
            raise RpcError("killed meanwhile") from lost

    def lnd_pays_through(self, made):
        result = self.SOON_GONE[0]
        while result in self.SOON_GONE and self.wire.armed:
            result = self.a.start_payment(made["bolt11"]).result()
        succeeded = result == "SUCCEEDED"
        status = wait_until(lambda: self.ours.call("listinvoices", payment_hash=made["payment_hash"])["invoices"], "our invoice")[0]["status"]
        self.assertEqual(status, "paid" if succeeded else "unpaid")
        return succeeded


if __name__ == "__main__":
    unittest.main()
