#include "tests/support/test_main.h"

#include "tests/app/node_program.h"

#include <QElapsedTimer>

#include <csignal>
#include <optional>

using duplex::test::CliResult;
using duplex::test::NodeProgram;
using duplex::test::satoshi;

namespace {

constexpr int patience_ms = 120'000;

struct Partner {
    QString id;
    QString address;
};

std::optional<Partner> partnerOf(const NodeProgram& node) {
    QJsonObject status;
    const bool ready = QTest::qWaitFor(
        [&] {
            status = node.call({"sandbox", "status"}).object();
            return status["status"].toString().contains("ready. Connect");
        },
        patience_ms);
    if (!ready) return std::nullopt;
    return Partner{status["node_id"].toString(), status["node_address"].toString()};
}

QJsonObject channelOf(const NodeProgram& node) {
    return node.call({"listpeerchannels"}).object()["channels"].toArray().at(0).toObject();
}

/// Mines until the one channel is in the state.
bool mineUntil(const NodeProgram& node, const QString& state) {
    return QTest::qWaitFor(
        [&] { return channelOf(node)["state"].toString() == state || (node.mine() && false); }, patience_ms);
}

/// True for a call that went well; else says what the node answered.
bool well(const CliResult& result) {
    if (result.status != 0) qWarning("%s", result.errors.constData());
    return result.status == 0;
}

/// A wallet with coins and an open channel of 1,000,000 sat to the partner.
std::optional<Partner> openChannel(NodeProgram& node) {
    if (!node.start() || !well(node.call({"createwallet", "first"})) || !node.fund(5'000'000))
        return std::nullopt;
    const auto partner = partnerOf(node);
    if (!partner || !well(node.call({"connect", partner->id + "@" + partner->address}))) return std::nullopt;
    if (!well(node.call({"fundchannel", partner->id, "1000000"}))) return std::nullopt;
    return mineUntil(node, "CHANNELD_NORMAL") ? partner : std::nullopt;
}

} // namespace

/// The second floor by command line, against the sandbox's partner.
class TestLightningStory : public QObject {
    Q_OBJECT

private slots:
    // The reserve is made of coins that can pay: those that are set aside do not count.
    void safetyReserve_isNotMadeOfLockedCoins() {
        NodeProgram node;
        QVERIFY(openChannel(node));
        QVERIFY(node.fund(300'000));
        for (const auto& row : node.call({"listunspent"}).array()) {
            const QJsonObject coin = row.toObject();
            if (satoshi(coin["amount"]) == 300'000) continue;
            const QString outpoint = QStringLiteral("[{\"txid\":\"%1\",\"vout\":%2}]")
                                         .arg(coin["txid"].toString())
                                         .arg(coin["vout"].toInt());
            QVERIFY(well(node.call({"lockunspent", "false", outpoint})));
        }
        QCOMPARE(node.call({"listunspent"}).array().size(), 1);
        const auto send = [&](qint64 amount_sat) {
            return node.call(
                {"-named", "sendtoaddress", "address=bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                 "amount=" + QString::number(static_cast<double>(amount_sat) / 1e8, 'f', 8), "fee_rate=1"});
        };
        const CliResult refused = send(299'000);
        QCOMPARE(refused.code(), -6);
        QVERIFY2(refused.errors.contains("held back"), refused.errors.constData());
        QVERIFY(well(send(100'000)));
    }

    void story_openPayReceiveClose_everySatoshiAccounted() {
        NodeProgram node;
        const auto partner = openChannel(node);
        QVERIFY(partner);
        const qint64 left = node.trusted();
        const qint64 opening_fee = 5'000'000 - 1'000'000 - left;
        QVERIFY(opening_fee > 0 && opening_fee < 2'000);

        const QString theirs = node.call({"sandbox", "invoice", "50000"}).object()["bolt11"].toString();
        const CliResult paid = node.call({"pay", theirs});
        QCOMPARE(paid.status, 0);
        QCOMPARE(paid.object()["status"].toString(), "complete");
        QCOMPARE(node.call({"pay", theirs}).object()["payment_preimage"], paid.object()["payment_preimage"]);
        const CliResult invoice =
            node.call({"-named", "invoice", "amount_msat=any", "label=coffee", "description=a cup"});
        QCOMPARE(invoice.status, 0);
        QCOMPARE(node.call({"sandbox", "pay", invoice.object()["bolt11"].toString(), "20000"})
                     .object()["status"]
                     .toString(),
                 "complete");
        QCOMPARE(node.call({"waitinvoice", "coffee"}).object()["status"].toString(), "paid");
        QCOMPARE(node.call({"listpays"}).object()["pays"].toArray().size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(channelOf(node)["to_us_msat"].toInteger(), 970'000'000, patience_ms);

        const CliResult closed = node.call({"close", partner->id});
        QCOMPARE(closed.status, 0);
        QCOMPARE(closed.object()["type"].toString(), "mutual");
        QVERIFY(node.mine());
        // The closing fee is the opener's: ours.
        QTRY_VERIFY_WITH_TIMEOUT(node.trusted() > left, patience_ms);
        const qint64 closing_fee = left + 970'000 - node.trusted();
        QVERIFY2(closing_fee > 0 && closing_fee < 2'000, qPrintable(QString::number(closing_fee)));
        QVERIFY(!node.call({"pay", theirs}).output.contains("failed"));
    }

    // threats 112: a channel lives through the death of the process in the middle of payments.
    void threat112_killedInTheMiddleOfPayments_goesOn() {
        NodeProgram node;
        const auto partner = openChannel(node);
        QVERIFY(partner);
        qint64 paid_sat = 0;
        for (int round = 0; round < 5; ++round) {
            // The partner of a world just started answers once it is ready.
            QString invoice;
            QVERIFY(QTest::qWaitFor(
                [&] {
                    invoice = node.call({"sandbox", "invoice", "1000"}).object()["bolt11"].toString();
                    return !invoice.isEmpty();
                },
                patience_ms));
            QProcess running;
            running.start(NodeProgram::binary("duplex-cli"),
                          {"--network=sandbox", "--datadir=" + node.folder(), "pay", invoice});
            QVERIFY(running.waitForStarted());
            QElapsedTimer clock;
            clock.start();
            QVERIFY(QTest::qWaitFor([&] { return clock.elapsed() >= 60 * round; }, patience_ms));
            node.kill(); // the partner lives in the same process: both ends die
            QVERIFY(running.state() == QProcess::NotRunning || running.waitForFinished(patience_ms));
            QVERIFY(node.start());
            QVERIFY(QTest::qWaitFor([&] { return channelOf(node)["peer_connected"].toBool(); }, patience_ms));
            // Asked again: paid now, or told that it was paid. Never twice.
            QTRY_COMPARE_WITH_TIMEOUT(node.call({"pay", invoice}).object()["status"].toString(), "complete",
                                      patience_ms);
            paid_sat += 1'000;
            QTRY_COMPARE_WITH_TIMEOUT(channelOf(node)["to_us_msat"].toInteger(),
                                      (1'000'000 - paid_sat) * 1'000, patience_ms);
        }
        QCOMPARE(channelOf(node)["state"].toString(), "CHANNELD_NORMAL");
        QCOMPARE(node.call({"listpays"}).object()["pays"].toArray().size(), 5);
    }

    void invoicesAndPayments_whatIsAsked_isDoneOrRefused() {
        NodeProgram node;
        const auto partner = openChannel(node);
        QVERIFY(partner);
        // Fallbacks are written; a private channel that is not to be shown is not.
        const QString address = node.call({"getnewaddress"}).text();
        const auto invoice = [&](const char* label, const QStringList& options) {
            QStringList call{"-named", "invoice", "amount_msat=1000", "description=x",
                             QString("label=") + label};
            return node.call({"decode", node.call(call + options).object()["bolt11"].toString()}).object();
        };
        const QJsonObject usual = invoice("usual", {"fallbacks=[\"" + address + "\"]"});
        QCOMPARE(usual["fallbacks"].toArray().at(0).toObject()["addr"].toString(), address);
        QCOMPARE(usual["routes"].toArray().size(), 1);
        const QJsonObject hidden = invoice("hidden", {"exposeprivatechannels=false"});
        QVERIFY(!hidden.isEmpty() && !hidden.contains("routes") && !hidden.contains("fallbacks"));
        // Paid once with one amount: another one is no success.
        const QString theirs = node.call({"sandbox", "invoice", "1000"}).object()["bolt11"].toString();
        QVERIFY(well(node.call({"pay", theirs})));
        QCOMPARE(node.call({"pay", theirs, "1000000"}).status, 0);
        const CliResult other = node.call({"pay", theirs, "1500000"});
        QCOMPARE(other.code(), 201);
        QVERIFY2(other.errors.contains("1000000 msat, not 1500000"), other.errors.constData());
        QCOMPARE(node.call({"listpays", theirs.toUpper()}).object()["pays"].toArray().size(), 1);
        QCOMPARE(node.call({"layers", "nope"}).code(), -18);
        QCOMPARE(node.call({"layers", "first"}).status, 0);
        QVERIFY(node.call({"-named", "move", "from=L1", "to=L2", "amount_sat=1000", "route=swap-in",
                           "max_fee_sat=1000"})
                    .errors.contains("close-alone"));
        // A ping right after another one waits for its turn.
        for (int i = 0; i < 2; ++i) QVERIFY(well(node.call({"ping", partner->id})));
        const QJsonObject channel = channelOf(node);
        QVERIFY(channel["direction"].toInt(-1) >= 0 && channel["max_accepted_htlcs"].toInt() > 0);
        QCOMPARE(channel["htlcs"].toArray().size(), 0);
        QCOMPARE(node.call({"-named", "listpeerchannels", "channel_id=" + channel["channel_id"].toString()})
                     .object()["channels"]
                     .toArray()
                     .size(),
                 1);
        QCOMPARE(node.call({"-named", "listpeerchannels", "short_channel_id=1x1x1"})
                     .object()["channels"]
                     .toArray()
                     .size(),
                 0);
        // Two channels with one partner: which one is meant?
        QVERIFY(well(node.call({"fundchannel", partner->id, "500000"})));
        QVERIFY(QTest::qWaitFor(
            [&] {
                int usable = 0;
                for (const auto& one : node.call({"listpeerchannels"}).object()["channels"].toArray())
                    usable += one.toObject()["state"].toString() == "CHANNELD_NORMAL" ? 1 : 0;
                return usable == 2 || (node.mine() && false);
            },
            patience_ms));
        const CliResult closed = node.call({"close", partner->id});
        QCOMPARE(closed.code(), -32602);
        QVERIFY2(closed.errors.contains("several channels"), closed.errors.constData());
        // Locked with channels open: the warning says until when.
        QVERIFY(well(node.call({"-stdin", "walletpassphrasechange"}, "\ncorrect horse\n")));
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        QVERIFY(node.start());
        QTRY_VERIFY_WITH_TIMEOUT(node.call({"getblockchaininfo"}).output.contains("Unlock it before 2"),
                                 patience_ms);
    }

    void forceClose_sweepsAfterTheDelay() {
        NodeProgram node;
        QVERIFY(openChannel(node));
        const qint64 left = node.trusted();
        const QString id = channelOf(node)["channel_id"].toString();
        const CliResult closed = node.call({"-named", "close", "id=" + id, "force=true"});
        QCOMPARE(closed.status, 0);
        QCOMPARE(closed.object()["type"].toString(), "unilateral");
        QVERIFY(QTest::qWaitFor([&] { return node.mine() && node.trusted() > left + 900'000; }, patience_ms));
        QVERIFY(node.trusted() < left + 1'000'000);
    }
};

DUPLEX_TEST(TestLightningStory)
#include "tst_lightning_story.moc"
