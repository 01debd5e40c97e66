#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/light/proof_of_work.h"
#include "tests/core/sandbox/practice_coins.h"
#endif

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::sandbox;
using duplex::test::coinFor;
using duplex::test::HeldCoin;
using duplex::test::Holder;
using duplex::test::signAll;
using duplex::test::spend;

namespace {

constexpr std::int64_t first_time = 1'800'000'000;
const Holder& alice() {
    static const Holder holder("alice");
    return holder;
}
const Holder& bob() {
    static const Holder holder("bob");
    return holder;
}

/// A ledger with mature coins of the miner, and a clock that goes ten seconds a block.
struct Room {
    PracticeLedger ledger{parametersOf(Network::sandbox)};
    std::int64_t time = first_time;

    explicit Room(std::uint32_t blocks = 120) { mine(blocks); }
    void mine(std::uint32_t count = 1) {
        for (std::uint32_t i = 0; i < count; ++i) ledger.mine(unixTime(time += 10));
    }
    /// A confirmed coin of the holder's.
    HeldCoin coin(const Holder& holder, Satoshi amount) {
        const auto txid = ledger.fund(holder.script, amount);
        if (!txid) return {};
        const HeldCoin made = coinFor(*ledger.inMempool(*txid), holder.script);
        mine();
        return made;
    }
    QString refusal(const Transaction& transaction) {
        const auto taken = ledger.accept(transaction);
        return QString::fromStdString(taken ? "" : taken.error());
    }
};

// Filter headers are made anew from the blocks alone by a ledger that only replays.
bool replays(const PracticeLedger& ledger) {
    PracticeLedger other(ledger.network());
    for (std::uint32_t height = 1; height <= ledger.height(); ++height)
        if (!other.connect(ledger.at(height).block)) return false;
    return other.at(other.height()).filter_header == ledger.at(ledger.height()).filter_header;
}

} // namespace

class TestPracticeLedger : public QObject {
    Q_OBJECT

private slots:
    void mine_eachBlock_linksWorksAndDecodes() {
        Room room(130);
        QVERIFY(room.ledger.fund(alice().script, {50'000}));
        room.mine();
        for (std::uint32_t height = 1; height <= room.ledger.height(); ++height) {
            const PracticeBlock& block = room.ledger.at(height);
            QVERIFY(block.block.header.previous == room.ledger.at(height - 1).hash);
            QVERIFY(light::meetsTarget(block.hash, block.block.header.bits, room.ledger.network()));
            QVERIFY(decodeBlock(serialized(block.block)).has_value()); // merkle root and witness commitment
            QCOMPARE(heightInCoinbase(block.block.transactions[0])->value, height);
            QCOMPARE(*room.ledger.heightOf(block.hash), height);
        }
        QCOMPARE(room.ledger.at(131).block.transactions.size(), std::size_t{2});
        QVERIFY(replays(room.ledger));
    }

    void genesis_isTheNetworksOwn() {
        const Room room(0);
        QVERIFY(room.ledger.at(0).hash == parametersOf(Network::sandbox).genesis.hash());
        QVERIFY(decodeBlock(serialized(room.ledger.at(0).block)).has_value());
    }

    void fund_beforeMaturity_saysWhatToDo() {
        Room room(99);
        const auto early = room.ledger.fund(alice().script, {1'000});
        QVERIFY(!early);
        QVERIFY(early.error().find("Mine") != std::string::npos);
        room.mine();
        QVERIFY(room.ledger.fund(alice().script, {1'000}));
    }

    void fund_moreThanOneCoinHolds_takesSeveral() {
        Room room(150);
        const auto txid = room.ledger.fund(alice().script, {12'000'000'000});
        QVERIFY(txid);
        QCOMPARE(room.ledger.inMempool(*txid)->inputs.size(), std::size_t{3});
        QVERIFY(!room.ledger.fund(alice().script, {1}));
        QVERIFY(!room.ledger.fund(alice().script, {2'100'000'000'000'001}));
    }

    void accept_goodSpend_isMinedAndPaysTheMiner() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const Transaction payment = spend(alice(), {coin}, bob().script, {500});
        QCOMPARE(room.refusal(payment), "");
        QCOMPARE(room.refusal(payment), "txn-already-in-mempool");
        room.mine();
        const Block& block = room.ledger.at(room.ledger.height()).block;
        QVERIFY(block.transactions[1] == payment);
        QCOMPARE(block.transactions[0].outputs[0].value.value,
                 subsidyAt({room.ledger.height()}, room.ledger.network()).value + 500);
        QCOMPARE(room.ledger.mempoolSize(), std::size_t{0});
        QCOMPARE(room.refusal(payment), "missing-inputs");
    }

    void accept_faulty_isRefusedWithCoresWords() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const HeldCoin second = room.coin(alice(), {1'000'000});
        Transaction good = spend(alice(), {coin}, bob().script, {500});

        QCOMPARE(room.refusal(spend(bob(), {coin}, bob().script, {500})),
                 "mandatory-script-verify-flag-failed (input 0)");
        QCOMPARE(room.refusal(spend(alice(), {{{coin.outpoint.txid, 99}, coin.value}}, bob().script, {500})),
                 "missing-inputs");
        QCOMPARE(room.refusal(spend(alice(), {coin, coin}, bob().script, {500})),
                 "bad-txns-inputs-duplicate");
        QCOMPARE(room.refusal(spend(alice(), {coin}, bob().script, {-500})), "bad-txns-in-belowout");
        QCOMPARE(room.refusal(spend(alice(), {coin}, bob().script, coin.value - Satoshi{100})), "dust");
        QCOMPARE(room.refusal(spend(alice(), {coin}, bob().script, {1})), "min relay fee not met");

        Transaction overflowing = good;
        overflowing.outputs = {{.value = {2'100'000'000'000'000}, .script_pubkey = bob().script},
                               {.value = {2'100'000'000'000'000}, .script_pubkey = bob().script}};
        QCOMPARE(room.refusal(overflowing), "bad-txns-vout");
        Transaction empty = good;
        empty.outputs.clear();
        QCOMPARE(room.refusal(empty), "bad-txns");
        QCOMPARE(room.refusal(room.ledger.at(5).block.transactions[0]), "bad-txns");
        Transaction altered = good;
        altered.outputs[0].value -= Satoshi{1};
        QCOMPARE(room.refusal(altered), "mandatory-script-verify-flag-failed (input 0)");
        Transaction half = spend(alice(), {coin, second}, bob().script, {500});
        half.inputs[1].witness.clear();
        QCOMPARE(room.refusal(half), "mandatory-script-verify-flag-failed (input 1)");

        QCOMPARE(room.ledger.mempoolSize(), std::size_t{0});
        QCOMPARE(room.refusal(good), "");
    }

    void accept_youngCoinbase_isRefused() {
        Room room(100);
        // The miner's key is public, so anybody can try.
        const Holder miner("Duplex practice chain, miner");
        const Transaction& coinbase = room.ledger.at(1).block.transactions[0];
        const Transaction early = spend(miner, {coinFor(coinbase, miner.script)}, bob().script, {500});
        const Transaction& younger = room.ledger.at(2).block.transactions[0];
        QCOMPARE(room.refusal(spend(miner, {coinFor(younger, miner.script)}, bob().script, {500})),
                 "bad-txns-premature-spend-of-coinbase");
        QCOMPARE(room.refusal(early), "");
    }

    void accept_absoluteLock_waitsForItsHeight() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const std::uint32_t tip = room.ledger.height();
        const Transaction locked = spend(alice(), {coin}, bob().script, {500}, 0xfffffffd, tip + 2);
        QCOMPARE(room.refusal(locked), "non-final");
        // The lock counts only where an input is not final.
        room.mine(2);
        QCOMPARE(room.refusal(locked), "");

        Room by_time;
        const HeldCoin other = by_time.coin(alice(), {1'000'000});
        const auto later = static_cast<std::uint32_t>(by_time.time + 100);
        const Transaction timed = spend(alice(), {other}, bob().script, {500}, 0xfffffffd, later);
        QCOMPARE(by_time.refusal(timed), "non-final");
        by_time.mine(10); // the tip has reached the time, the median not yet (BIP 113)
        QCOMPARE(by_time.refusal(timed), "non-final");
        by_time.mine(7);
        QCOMPARE(by_time.refusal(timed), "");
    }

    void accept_relativeLock_waitsForItsBlocks() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000}); // in the tip
        const Transaction delayed = spend(alice(), {coin}, bob().script, {500}, 12);
        for (int i = 0; i < 11; ++i) {
            QCOMPARE(room.refusal(delayed), "non-BIP68-final");
            room.mine();
        }
        QCOMPARE(room.refusal(delayed), "");
        Transaction old_version = spend(alice(), {room.coin(alice(), {1'000'000})}, bob().script, {500}, 12);
        old_version.version = 1;
        QCOMPARE(room.refusal(old_version), "mandatory-script-verify-flag-failed (input 0)"); // signed as 2
    }

    void accept_relativeTimeLock_waitsForMedianTime() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const Transaction delayed = spend(alice(), {coin}, bob().script, {500}, (1U << 22U) | 1U); // 512 s
        room.mine(50);
        QCOMPARE(room.refusal(delayed), "non-BIP68-final");
        room.mine(2);
        QCOMPARE(room.refusal(delayed), "");
    }

    void accept_replacement_paysForWhatItReplaces() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const Transaction first = spend(alice(), {coin}, bob().script, {500});
        QCOMPARE(room.refusal(first), "");
        const Transaction child = spend(bob(), {coinFor(first, bob().script)}, alice().script, {800});
        QCOMPARE(room.refusal(child), "");
        QCOMPARE(room.refusal(spend(alice(), {coin}, alice().script, {1'300})), "insufficient fee");
        const Transaction second = spend(alice(), {coin}, alice().script, {1'400});
        QCOMPARE(room.refusal(second), "");
        QVERIFY(!room.ledger.inMempool(first.txid()));
        QVERIFY(!room.ledger.inMempool(child.txid()));
        QVERIFY(room.ledger.inMempool(second.wtxid()));
        QCOMPARE(room.ledger.mempoolSize(), std::size_t{1});
    }

    void mine_chainOfUnconfirmed_keepsParentsFirst() {
        Room room;
        HeldCoin coin = room.coin(alice(), {1'000'000});
        for (int i = 0; i < 20; ++i) {
            const Transaction next = spend(alice(), {coin}, alice().script, {500});
            QCOMPARE(room.refusal(next), "");
            coin = coinFor(next, alice().script);
        }
        room.mine();
        QCOMPARE(room.ledger.at(room.ledger.height()).block.transactions.size(), std::size_t{21});
        QVERIFY(replays(room.ledger));
    }

    void reorganise_minesTheSameAgainOnALongerBranch() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        room.mine(5);
        const Transaction payment = spend(alice(), {coin}, bob().script, {500});
        QCOMPARE(room.refusal(payment), "");
        room.mine();
        const std::uint32_t height = room.ledger.height();
        const BlockHash old_tip = room.ledger.at(height).hash;
        const auto done = room.ledger.reorganise(3, unixTime(room.time));
        QVERIFY(done);
        QCOMPARE(done->fork, height - 3);
        QCOMPARE(done->left.size(), std::size_t{3});
        QVERIFY(done->left[2] == old_tip);
        QVERIFY(!room.ledger.heightOf(old_tip));
        QCOMPARE(room.ledger.height(), height + 1);
        QVERIFY(room.ledger.at(height - 2).block.transactions[1] == payment);
        QVERIFY(replays(room.ledger));
        QVERIFY(!room.ledger.reorganise(0, unixTime(room.time)));
        QVERIFY(!room.ledger.reorganise(room.ledger.height() + 1, unixTime(room.time)));
    }

    // Wallets lock their transactions to the tip's height, which the new branch reaches at its end.
    void reorganise_lockedToTheOldTip_isMinedAgain() {
        Room room;
        const HeldCoin coin = room.coin(alice(), {1'000'000});
        const HeldCoin other = room.coin(alice(), {1'000'000});
        room.mine(5);
        const auto spendAtTip = [&](const HeldCoin& held) {
            return spend(alice(), {held}, bob().script, {500}, 0xfffffffd, room.ledger.height());
        };
        const Transaction mined = spendAtTip(coin);
        QCOMPARE(room.refusal(mined), "");
        room.mine();
        const std::uint32_t height = room.ledger.height();
        const Transaction waiting = spendAtTip(other);
        const Transaction child = spend(bob(), {coinFor(waiting, bob().script)}, alice().script, {500});
        QCOMPARE(room.refusal(waiting), "");
        QCOMPARE(room.refusal(child), "");
        QVERIFY(room.ledger.reorganise(4, unixTime(room.time)));
        QCOMPARE(room.ledger.height(), height + 1);
        QCOMPARE(room.ledger.mempoolSize(), std::size_t{0});
        QVERIFY(room.ledger.at(height).block.transactions.at(1) == mined);
        QVERIFY(room.ledger.at(height + 1).block.transactions.at(1) == waiting);
        QVERIFY(room.ledger.at(height + 1).block.transactions.at(2) == child);
        QVERIFY(replays(room.ledger));
    }

    void reorganise_spentYoungCoinbase_losesTheSpend() {
        Room room(100);
        const auto txid = [&] {
            room.mine();
            return room.ledger.fund(alice().script, {1'000'000});
        }();
        QVERIFY(txid);
        room.mine();
        const auto done = room.ledger.reorganise(room.ledger.height(), unixTime(room.time)); // all of it
        QVERIFY(done);
        QCOMPARE(room.ledger.mempoolSize(), std::size_t{0});
        for (std::uint32_t i = 1; i <= room.ledger.height(); ++i)
            QCOMPARE(room.ledger.at(i).block.transactions.size(), std::size_t{1});
        QVERIFY(replays(room.ledger));
    }

    void connect_blockThatDoesNotBelong_isRefused() {
        Room room;
        Room other(121);
        QVERIFY(!room.ledger.connect(other.ledger.at(60).block)); // not on the tip
        Block block = other.ledger.at(121).block;
        block.header.previous = room.ledger.at(120).hash;
        while (light::meetsTarget(block.header.hash(), block.header.bits, room.ledger.network()))
            ++block.header.nonce;
        QVERIFY(!room.ledger.connect(block)); // without work
        QCOMPARE(room.ledger.height(), 120U);
    }

    void randomRun_alwaysReplays() {
        Room room;
        std::uint64_t state = 7; // a fixed walk
        const auto next = [&](std::uint64_t bound) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            return (state >> 33U) % bound;
        };
        for (int i = 0; i < 200; ++i) {
            switch (next(6)) {
            case 0:
                QVERIFY(room.ledger.reorganise(static_cast<std::uint32_t>(1 + next(6)), unixTime(room.time)));
                break;
            case 1:
            case 2:
                (void)room.ledger
                    .fund(next(2) ? alice().script : bob().script,
                          {static_cast<std::int64_t>(1'000 + next(1'000'000))})
                    .has_value();
                break;
            default:
                room.mine();
            }
        }
        QVERIFY(replays(room.ledger));
    }
};

DUPLEX_TEST(TestPracticeLedger)
#include "tst_practice_ledger.moc"
