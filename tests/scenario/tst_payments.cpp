// Paying and being paid through two whole nodes: house.md, story 2.

#include "core/io/tcp_server.h"
#include "tests/scenario/two_wallets.h"

using namespace duplex;
using test::TwoWallets;

namespace {

/// revoke_and_ack on the line: BOLT 8 length and two MACs around its 99 bytes. As the payer sends it, the
/// payee's HTLC becomes irrevocable.
constexpr qsizetype revocation_on_the_line = 18 + 99 + 16;
constexpr std::int64_t whole_msat = TwoWallets::capacity_sat * 1000;
constexpr std::int64_t first_msat = 300'000'000; // so that Bob is above his reserve

/// A payment of Alice whose fulfil Bob has sent and she has not seen.
struct Claimed {
    api::InvoiceInfo invoice;
    api::RequestId request = 0;
    bool ok = false;
};
Claimed claimedButNotSettled(TwoWallets& world, api::Pay pay) {
    Claimed claimed{.invoice = world.invoiceOf(*world.bob, first_msat)};
    pay.bolt11 = claimed.invoice.bolt11;
    world.line->swallowAnswersAfter(revocation_on_the_line);
    claimed.request = world.alice->post(pay);
    const std::string hash = claimed.invoice.payment_hash;
    claimed.ok = QTest::qWaitFor([&] { return world.bob->heard(hash, "received"); }, test::patience_ms) &&
                 world.line->isSwallowing();
    return claimed;
}

/// Every block was searched.
bool waitAt(test::Node& node, const TwoWallets& world) {
    const auto height = static_cast<std::int64_t>(world.chain.ledger().height());
    return QTest::qWaitFor([&] { return node.get<api::ChainReply>(api::GetChain{}).blocks == height; },
                           test::patience_ms);
}

} // namespace

class TestPayments : public QObject {
    Q_OBJECT

private slots:
    // A port that another program holds just now stops nothing, is said, and is taken when it is free.
    void listen_portIsTaken_isSaidAndTriedAgain() {
        sandbox::PracticeChain chain;
        const auto blocks = chain.start({.file = {}, .interval = Ticks{0}, .first_blocks = 1, .port = 0});
        io::TcpServer other;
        const io::Endpoint port = *other.listen({.host = "127.0.0.1", .port = 0});
        test::Node node(*blocks, io::toText(port));
        QVERIFY(node.start() && node.ask(api::CreateWallet{.name = "w"}).has_value() && node.waitUp());
        const auto isSaid = [&] {
            const auto status = node.get<api::StatusSnapshot>(api::GetStatus{});
            return std::ranges::any_of(status.warnings, [&](const api::Warning& warning) {
                return warning.text.find("Cannot listen on " + io::toText(port)) != std::string::npos;
            });
        };
        QVERIFY(isSaid());
        QCOMPARE(node.lightningPort(), std::uint16_t{0});
        other.close();
        QTRY_COMPARE_WITH_TIMEOUT(node.lightningPort(), port.port, test::patience_ms);
        QVERIFY(!isSaid());
    }

    void bothWays_throughARestart() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const auto first = world.invoiceOf(*world.bob, first_msat);
        const auto waiting = world.bob->post(api::WaitInvoice{.label = first.label});
        const auto paid = world.alice->get<api::PaymentInfo>(api::Pay{.bolt11 = first.bolt11});
        QCOMPARE(paid.status, std::string("complete"));
        QCOMPARE(paid.amount_sent_msat, first_msat);
        const auto waited = world.bob->answerOf(waiting);
        QVERIFY(waited && std::get<api::InvoiceInfo>(*waited).status == "paid");
        QCOMPARE(std::get<api::InvoiceInfo>(*waited).preimage, paid.preimage);
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat - first_msat, first_msat));

        const auto back = world.invoiceOf(*world.alice, 50'000'001);
        QCOMPARE(world.bob->get<api::PaymentInfo>(api::Pay{.bolt11 = back.bolt11}).status,
                 std::string("complete"));
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat - 249'999'999, 249'999'999));

        QVERIFY(world.restart(*world.alice));
        // Given before the channel is back: it waits for it.
        const auto after = world.invoiceOf(*world.bob, 1'000);
        QCOMPARE(world.alice->get<api::PaymentInfo>(api::Pay{.bolt11 = after.bolt11}).status,
                 std::string("complete"));
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat - 250'000'999, 250'000'999));

        const auto pays = world.alice->get<api::PaymentList>(api::ListPays{}).payments;
        QCOMPARE(pays.size(), std::size_t{2});
        QCOMPARE(pays[0].payment_hash, first.payment_hash);
        QVERIFY(pays[0].created_index < pays[1].created_index);
        const auto lines = world.alice->get<api::ActivityList>(api::GetActivity{}).items;
        const auto sent = std::ranges::find(lines, "payment:" + first.payment_hash, &ledger::Activity::id);
        const auto got = std::ranges::find(lines, "payment:" + back.payment_hash, &ledger::Activity::id);
        QVERIFY(sent != lines.end() && got != lines.end());
        QCOMPARE(sent->amount_msat, -first_msat);
        QCOMPARE(got->amount_msat, std::int64_t{50'000'001});
        QVERIFY(sent->verified.label == ledger::Label::own && sent->layer.ends_with("/lightning"));
    }

    void threat84_repeatedRequestId_paysOnce_alsoAfterARestart() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const api::Pay pay{.request_id = "rent-2026-11"};
        const Claimed claimed = claimedButNotSettled(world, pay);
        QVERIFY(claimed.ok);
        // Alice ends with her HTLC out; the same request joins what is on its way.
        world.alice->stop();
        world.line->cut();
        QVERIFY(world.restart(*world.alice));
        api::Pay again = pay;
        again.bolt11 = claimed.invoice.bolt11;
        const auto joined = world.alice->get<api::PaymentInfo>(again);
        QCOMPARE(joined.status, std::string("complete"));
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat - first_msat, first_msat));
        // And once more, after another restart: the first result, whatever invoice comes with it.
        QVERIFY(world.restart(*world.alice));
        again.bolt11 = world.invoiceOf(*world.bob, 7'000).bolt11;
        const auto third = world.alice->get<api::PaymentInfo>(again);
        QCOMPARE(third.preimage, joined.preimage);
        QCOMPARE(third.payment_hash, claimed.invoice.payment_hash);
        QVERIFY(world.alice->waitUsable());
        QVERIFY(world.balancesAre(whole_msat - first_msat, first_msat));
    }

    void threat87_claimingWhenBobEnds_isFinishedAfterHisRestart() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const Claimed claimed = claimedButNotSettled(world, {});
        QVERIFY(claimed.ok);
        QVERIFY(!world.alice->isAnswered(claimed.request));
        world.bob->stop();
        world.line->cut();
        QVERIFY(world.restart(*world.bob));
        QCOMPARE(world.statusAt(*world.bob, claimed.invoice.payment_hash), std::string("paid"));
        const auto paid = world.alice->answerOf(claimed.request);
        QVERIFY(paid && std::get<api::PaymentInfo>(*paid).status == "complete");
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat - first_msat, first_msat));
    }

    void threat87_lineGoneWhenClaiming_isClaimedOnChain() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const Claimed claimed = claimedButNotSettled(world, {});
        QVERIFY(claimed.ok);
        const std::string hash = claimed.invoice.payment_hash;
        // Alice never hears of the preimage. Bob closes while time is left, and claims by it.
        for (int step = 0; step < 40 && world.bob->channel().state == "CHANNELD_NORMAL"; ++step)
            QVERIFY(world.mine(10));
        QCOMPARE(world.bob->channel().close_cause, std::string("by us"));
        for (int step = 0; step < 20 && !world.alice->heard(hash, "settled"); ++step) {
            world.awaitTransaction(2'000);
            QVERIFY(world.mine(1));
        }
        QVERIFY(world.alice->heard(hash, "settled"));
        const auto pays = world.alice->get<api::PaymentList>(api::ListPays{.payment_hash = hash}).payments;
        QVERIFY(pays.size() == 1 && pays[0].status == "complete" && !pays[0].preimage.empty());
        QCOMPARE(world.statusAt(*world.bob, hash), std::string("paid"));
        // It arrives in Bob's wallet when the delay of his own commitment is over.
        constexpr std::int64_t most_fees_sat = 20'000;
        const auto hasArrived = [&] {
            return world.bob->get<api::Balances>(api::GetBalances{}).trusted_sat >=
                   2 * TwoWallets::coins_sat + first_msat / 1000 - most_fees_sat;
        };
        for (int step = 0; step < 60 && !hasArrived(); ++step) {
            world.awaitTransaction(200);
            QVERIFY(world.mine(1));
        }
        QVERIFY(hasArrived());
    }

    // What spent a closed channel's outputs before the unlock is searched for after it (lightning.md 7).
    void closeClaimedBeforeTheUnlock_isSeenAfterIt() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const std::string password = "four sure words here";
        QVERIFY(world.alice->ask(api::ChangePassphrase{.new_passphrase = password}).has_value());
        QVERIFY(world.alice->ask(api::Unlock{.passphrase = password}).has_value());
        const Claimed claimed = claimedButNotSettled(world, {});
        QVERIFY(claimed.ok);
        world.alice->stop();
        world.line->cut();
        const auto mineForBob = [&](std::uint32_t blocks) {
            world.chain.mine(blocks);
            return waitAt(*world.bob, world);
        };
        for (int step = 0; step < 40 && world.bob->channel().state == "CHANNELD_NORMAL"; ++step)
            QVERIFY(mineForBob(10));
        for (int block = 0; block < 4; ++block) { // the commitment, then his claim by the preimage
            world.awaitTransaction(2'000);
            QVERIFY(mineForBob(1));
        }
        // Alice goes through all of it without her keys.
        QVERIFY(world.alice->start());
        QVERIFY(waitAt(*world.alice, world));
        QVERIFY(!world.alice->ask(api::ExportMnemonic{}).has_value());
        QVERIFY(world.alice->ask(api::Unlock{.passphrase = password}).has_value());
        const auto isPaid = [&] {
            const auto list = world.alice->get<api::PaymentList>(
                api::ListPays{.payment_hash = claimed.invoice.payment_hash});
            return list.payments.size() == 1 && list.payments[0].status == "complete";
        };
        QTRY_VERIFY_WITH_TIMEOUT(isPaid(), test::patience_ms);
        const auto ground = [&] { return world.alice->get<api::Balances>(api::GetBalances{}).trusted_sat; };
        const std::int64_t before = ground();
        world.awaitTransaction(test::patience_ms); // her own part of Bob's commitment
        QVERIFY(world.mine(1));
        QVERIFY(ground() > before + (whole_msat - first_msat) / 1000 - 20'000);
    }

    void closeTogether_atTheFeerateAskedFor() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        // With something for both, so that the close has the two outputs that its fee is reckoned for.
        const auto invoice = world.invoiceOf(*world.bob, first_msat);
        QCOMPARE(world.alice->get<api::PaymentInfo>(api::Pay{.bolt11 = invoice.bolt11}).status,
                 std::string("complete"));
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        const std::string id = world.alice->channel().channel_id;
        const auto absurd = world.alice->ask(api::CloseChannel{.id = id, .feerate_sat_per_kvb = 5'000'000});
        QVERIFY(!absurd && absurd.error().code == -8);
        QCOMPARE(world.alice->channel().state, std::string("CHANNELD_NORMAL"));
        const auto closed =
            world.alice->get<api::ChannelClosed>(api::CloseChannel{.id = id, .feerate_sat_per_kvb = 7'000});
        QCOMPARE(closed.type, std::string("mutual"));
        const auto transaction = bitcoin::decodeTransaction(closed.transactions.at(0));
        QVERIFY(transaction.has_value());
        std::int64_t fee = TwoWallets::capacity_sat;
        for (const auto& output : transaction->outputs) fee -= output.value.value;
        const std::int64_t rate = fee * 4'000 / transaction->weight().value;
        QVERIFY2(rate >= 6'900 && rate <= 7'200, std::to_string(rate).c_str());
    }

    void threat85_timeOver_isNotFinal_andStillSucceeds() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const Claimed claimed = claimedButNotSettled(world, {.retry_for_s = 1});
        QVERIFY(claimed.ok);
        const auto timed_out = world.alice->answerOf(claimed.request);
        QVERIFY(!timed_out && timed_out.error().code == 200);
        QVERIFY(timed_out.error().message.find("may still succeed until block") != std::string::npos);
        const auto pays = world.alice->get<api::PaymentList>(api::ListPays{.status = "pending"}).payments;
        QCOMPARE(pays.size(), std::size_t{1});
        QVERIFY(pays[0].not_final_until > static_cast<std::int64_t>(world.chain.ledger().height()));
        world.line->cut();
        QVERIFY(QTest::qWaitFor([&] { return world.alice->heard(claimed.invoice.payment_hash, "settled"); },
                                test::patience_ms));
        QCOMPARE(world.alice->get<api::PaymentInfo>(api::Pay{.bolt11 = claimed.invoice.bolt11}).status,
                 std::string("complete"));
    }

    void threat86_preimageUsedBefore_isRefused() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const auto paid = world.alice->get<api::PaymentInfo>(
            api::Pay{.bolt11 = world.invoiceOf(*world.bob, first_msat).bolt11});
        const auto again = [&](test::Node& node, const std::string& label) {
            return node.ask(
                api::CreateInvoice{.label = label, .description = "tea", .preimage_hex = paid.preimage});
        };
        // Whoever forwarded the payment knows it: neither its payee nor its payer may ask for it again.
        QCOMPARE(again(*world.bob, "second").error().code, 901);
        QCOMPARE(again(*world.alice, "second").error().code, 901);
        QVERIFY(world.bob->waitQuiet());
        QVERIFY(world.bob->ask(api::DeleteInvoice{.label = "invoice-1", .status = "paid"}));
        QVERIFY(world.restart(*world.bob));
        QCOMPARE(again(*world.bob, "third").error().code, 901);
    }

    void refusals_haveTheirCodes() {
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const auto codeOf = [](const api::Answer& answer) { return answer ? 0 : answer.error().code; };
        const auto own = world.invoiceOf(*world.alice, 1'000);
        QCOMPARE(codeOf(world.alice->ask(api::Pay{.bolt11 = own.bolt11})), 205);
        const auto large = world.invoiceOf(*world.bob, whole_msat);
        QVERIFY(!large.warning_capacity.empty());
        QCOMPARE(codeOf(world.alice->ask(api::Pay{.bolt11 = large.bolt11})), 205);
        QCOMPARE(codeOf(world.alice->ask(api::Pay{.bolt11 = "lnsb1nonsense"})), -32602);
        QCOMPARE(codeOf(world.bob->ask(api::CreateInvoice{.label = large.label, .description = "again"})),
                 900);
        QCOMPARE(codeOf(world.bob->ask(api::DeleteInvoice{.label = large.label, .status = "paid"})), 906);
        QCOMPARE(codeOf(world.bob->ask(api::DeleteInvoice{.label = "none", .status = "paid"})), 905);
        QCOMPARE(codeOf(world.bob->ask(api::WaitInvoice{.label = "none"})), 905);

        // Deleted at the payee: the payee refuses, and nothing is lost.
        const auto gone = world.invoiceOf(*world.bob, first_msat);
        QVERIFY(world.bob->ask(api::DeleteInvoice{.label = gone.label, .status = "unpaid"}));
        QCOMPARE(codeOf(world.alice->ask(api::Pay{.bolt11 = gone.bolt11})), 203);
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QVERIFY(world.balancesAre(whole_msat, 0));

        // A plan stores nothing.
        const auto planned = world.invoiceOf(*world.bob, 5'000);
        const auto plan =
            world.alice->get<api::PaymentInfo>(api::Pay{.bolt11 = planned.bolt11, .plan_only = true});
        QCOMPARE(plan.amount_sent_msat, std::int64_t{5'000});
        QCOMPARE(plan.hops, 1);
        QCOMPARE(world.statusAt(*world.bob, planned.payment_hash), std::string("unpaid"));
        QCOMPARE(world.alice->get<api::PaymentList>(api::ListPays{.payment_hash = planned.payment_hash})
                     .payments.size(),
                 std::size_t{0});

        const auto brief = world.bob->get<api::InvoiceInfo>(
            api::CreateInvoice{.amount_msat = 1'000, .label = "brief", .description = "tea", .expiry_s = 1});
        QCOMPARE(codeOf(world.bob->ask(api::WaitInvoice{.label = "brief"})), 903);
        QCOMPARE(codeOf(world.alice->ask(api::Pay{.bolt11 = brief.bolt11})), 207);
    }
};

DUPLEX_TEST(TestPayments)
#include "tst_payments.moc"
