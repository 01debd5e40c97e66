#include "tests/support/lightning_vectors.h"
#include "tests/support/test_shell.h"
#include "tests/support/two_nodes.h"

#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/channel_driver.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/family/bitcoin/move_driver.h"
#include "core/sandbox/practice_chain.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

namespace ch = ln::channel;

constexpr int patience_ms = 20'000; // on a busy machine

using Heard = std::function<void(const ln::wire::Message&)>;
std::unique_ptr<PeerDriver>
peersOf(test::TestShell& shell, std::uint8_t number, Heard heard = [](const ln::wire::Message&) {}) {
    return std::make_unique<PeerDriver>(
        shell.shell(), test::privateKeyOf(number),
        PeerEvents{
            .ready = [](const LightningConnection&) {},
            .message = [heard](const ln::NodeId&, const ln::wire::Message& message) { heard(message); },
            .gone = [](const ln::NodeId&) {}});
}
ln::NodeId idOf(std::uint8_t number) {
    return crypto::publicKey(test::privateKeyOf(number));
}

/// Number 2 dials number 1, which has the channels.
void meet(PeerDriver& ours, PeerDriver& partner, test::TestShell& partner_shell) {
    const auto endpoint = ours.listen({"127.0.0.1", 0});
    QVERIFY(endpoint.has_value());
    partner.connectTo(idOf(1), *endpoint, [](const auto&) {});
    partner_shell.end();
    QTRY_VERIFY_WITH_TIMEOUT(ours.find(idOf(2)) != nullptr, patience_ms);
}

/// Nothing is searched: only the tip is followed, where there is a chain.
void beginScan(test::TestShell& shell) {
    shell.shell().client.scan(
        {.complete = std::nullopt, .birthday = {50'000'000}, .scripts = {}, .outpoints = {}});
}

/// A driver that finds the channel of `a` in the database, as an earlier run left it.
std::unique_ptr<ChannelDriver> restored(test::TestShell& shell, PeerDriver& peers, const ch::Channel& a,
                                        PaymentHooks hooks = {}) {
    shell.shell().rows().put(store::Table::channels, a.id, ch::encodeChannel(a));
    shell.end();
    auto channels = std::make_unique<ChannelDriver>(shell.shell());
    check(channels->load().has_value(), "the row loads");
    channels->begin(ln::keys::LightningRoot(Bytes(64, 11)), *shell.shell().wallet.master, peers,
                    std::move(hooks));
    shell.end();
    return channels;
}

void connectBlock(test::TestShell& shell, ChannelDriver& channels, std::uint32_t height,
                  const Transaction& transaction) {
    const duplex::bitcoin::Block block{.transactions = {transaction}};
    channels.blockConnected({height}, &block);
    shell.end();
}

Transaction commitmentOf(const test::TestNode& node) {
    return *ch::signedLocalCommitment(node.channel.terms, node.channel.commitments, node.context.signer);
}

/// b has the last closing_signed and publishes; a waits for it.
Transaction loseTheLastSignature(test::TwoNodes& nodes) {
    nodes.apply(nodes.b, ch::CloseRequested{.request = {9}, .script = nodes.b.context.payout_script});
    for (int i = 0; i < 2; ++i) {
        nodes.deliver(nodes.a);
        nodes.deliver(nodes.b);
    }
    nodes.deliver(nodes.b);
    nodes.cut();
    return nodes.b.published.back();
}

/// What `notify` told of channels.
std::vector<std::string> statesTold(const test::TestShell& shell) {
    std::vector<std::string> states;
    for (const api::Notification& one : shell.notified())
        if (one.topic == api::Notification::Topic::channel) states.push_back(one.state);
    return states;
}

/// A confirmed coin of the wallet.
void earn(test::TestShell& shell, std::int64_t sat) {
    Shell& with = shell.shell();
    wallet::WalletChange change;
    const auto script =
        duplex::bitcoin::scriptFromAddress(with.wallet.value.newReceiveAddress(change), with.network);
    duplex::bitcoin::TxIn input;
    input.previous.txid.bytes.fill(5);
    const Transaction coin{.inputs = {input}, .outputs = {{.value = {sat}, .script_pubkey = *script}}};
    change.merge(with.wallet.value.connectBlock({1}, {}, {}, {coin}));
    with.keep(change);
    shell.end();
}

/// A shell on a practice chain of `blocks` blocks, of which it knows the headers.
struct OnChain {
    sandbox::PracticeChain chain;
    std::unique_ptr<test::TestShell> shell;

    explicit OnChain(std::uint32_t blocks) {
        const auto endpoint = chain.start({.interval = Ticks{0}, .first_blocks = blocks});
        check(endpoint.has_value(), "the practice chain listens");
        shell = std::make_unique<test::TestShell>(*endpoint);
        beginScan(*shell);
        shell->shell().client.connectToPeers();
        shell->end();
    }
    bool synced() {
        return QTest::qWaitFor(
            [&] {
                const light::SyncStage stage = shell->shell().client.sync().stage();
                return shell->shell().headerTip() == chain.ledger().height() &&
                       stage != light::SyncStage::no_peers && stage != light::SyncStage::headers;
            },
            patience_ms);
    }
    std::size_t feesSeen() const { return shell->shell().client.fees().seen().size(); }
};

} // namespace

class TestChannelDriver : public QObject {
    Q_OBJECT

private slots:
    /// Else a later payout lies beyond what a recovery from the seed searches.
    void openChannel_refusedManyTimes_takesNoAddress() {
        test::TestShell shell, partner_shell;
        const auto peers = peersOf(shell, 1), partner = peersOf(partner_shell, 2);
        meet(*peers, *partner, partner_shell);
        beginScan(shell);
        ChannelDriver channels(shell.shell());
        QVERIFY(channels.load().has_value());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        const auto taken = [&] {
            return shell.shell().wallet.value.keys().progress(wallet::Account::channel,
                                                              wallet::Chain::receive);
        };
        const auto before = taken();
        for (std::uint8_t i = 1; i <= 30; ++i) {
            ln::wire::OpenChannel open; // of no chain, to begin with
            open.temporary_channel_id.bytes.fill(i);
            channels.message(idOf(2), open);
            shell.end();
            QVERIFY(channels.all().empty());
        }
        QVERIFY(taken() == before);
        const auto refused = [](const std::string& line) {
            return line.find("not opened") != std::string::npos;
        };
        QCOMPARE(std::ranges::count_if(shell.log(), refused), 30);
    }

    /// What is left of a channel that was given up must not swallow a later one.
    void temporaryId_ofAForgottenChannel_isFree() {
        test::TestShell shell, partner_shell;
        std::vector<ln::wire::AcceptChannel> accepted;
        const auto peers = peersOf(shell, 1);
        const auto partner = peersOf(partner_shell, 2, [&](const ln::wire::Message& message) {
            if (const auto* accept = std::get_if<ln::wire::AcceptChannel>(&message))
                accepted.push_back(*accept);
        });
        meet(*peers, *partner, partner_shell);
        beginScan(shell);
        earn(shell, 500'000);
        ChannelDriver channels(shell.shell());
        QVERIFY(channels.load().has_value());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        const auto deliver = [&](const ln::wire::Message& message) {
            channels.message(idOf(2), message);
            shell.end();
        };

        test::TwoNodes nodes; // a is the partner's machine; what it sends lies in the inbox of b
        test::TestNode& funder = nodes.a;
        funder.context.chain_hash = shell.shell().network.genesis.hash();
        nodes.apply(funder, ch::OpenRequested{.request = {1},
                                              .temporary_channel_id = {ByteArray<32>{9}},
                                              .funding_amount = {1'000'000},
                                              .push_amount = {300'000'000}});
        const ln::wire::Message open = nodes.b.inbox.front();
        deliver(open);
        QTRY_COMPARE_WITH_TIMEOUT(accepted.size(), std::size_t{1}, patience_ms);
        nodes.apply(funder, ch::MessageReceived{.message = accepted.front()});
        const auto& parameters = funder.channel.terms.parameters;
        duplex::bitcoin::TxIn input;
        input.previous.txid.bytes.fill(3);
        input.witness = {Bytes(71, 1), Bytes(33, 2)};
        const Transaction funding{
            .inputs = {input},
            .outputs = {
                {.value = {1'000'000}, .script_pubkey = ln::commitment::fundingOutputScript(parameters)}}};
        nodes.apply(funder, ch::FundingTransactionSigned{.transaction = funding});
        deliver(nodes.b.inbox.back());
        QCOMPARE(channels.all().size(), std::size_t{1});
        QVERIFY(channels.all().begin()->first == funder.channel.id); // the lasting one

        channels.completeTo({3'000}); // its funding never came
        shell.end();
        QVERIFY(channels.all().empty());
        deliver(open);
        QTRY_COMPARE_WITH_TIMEOUT(accepted.size(), std::size_t{2}, patience_ms);
    }

    /// The patience with a close together outlives a restart: nothing else would close this channel alone.
    void close_withPatience_goesAloneAfterARestart() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        auto channels = restored(shell, *peers, nodes.a.channel);
        const auto stateOf = [&] { return channels->views().front().state; };
        channels->close({.id = nodes.a.channel.id.hex(), .unilateral_timeout_s = 2}, [](const auto&) {});
        shell.end();
        QCOMPARE(stateOf(), std::string("CHANNELD_SHUTTING_DOWN"));
        const auto row = shell.shell().wallet.database->read(store::Table::channels, nodes.a.channel.id);
        channels.reset();
        channels = restored(shell, *peers, *ch::decodeChannel(*row));
        QCOMPARE(stateOf(), std::string("CHANNELD_SHUTTING_DOWN"));
        const auto goesAlone = [&] {
            channels->tick();
            shell.end();
            return stateOf() == "AWAITING_UNILATERAL";
        };
        QTRY_VERIFY_WITH_TIMEOUT(goesAlone(), patience_ms);
    }

    /// Whoever asked for a close is told, also when the channel goes with the answer.
    void close_ofAnOpening_answersUnopened() {
        OnChain on(20);
        test::TestShell& shell = *on.shell;
        test::TestShell partner_shell;
        QVERIFY(on.synced());
        const auto peers = peersOf(shell, 1), partner = peersOf(partner_shell, 2);
        meet(*peers, *partner, partner_shell);
        earn(shell, 500'000);
        ChannelDriver channels(shell.shell());
        QVERIFY(channels.load().has_value());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        api::Answer opened = api::Reply{api::Done{}}, closed = std::unexpected(api::Error{0, "no answer"});
        channels.fund({.node_id = idOf(2).hex(), .amount_sat = 200'000},
                      [&](const api::Answer& answer) { opened = answer; });
        shell.end();
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        QCOMPARE(channels.all().size(), std::size_t{1});
        const std::string id = channels.all().begin()->first.hex();
        channels.close({.id = id}, [&](const api::Answer& answer) { closed = answer; });
        shell.end();
        QVERIFY(!closed && closed.error().code == -1); // nothing to agree on yet
        QCOMPARE(channels.all().size(), std::size_t{1});
        channels.close({.id = id, .force = true}, [&](const api::Answer& answer) { closed = answer; });
        shell.end();
        const auto* reply = closed ? std::get_if<api::ChannelClosed>(&*closed) : nullptr;
        QVERIFY(reply != nullptr);
        QCOMPARE(reply->type, std::string("unopened"));
        QVERIFY(reply->txids.empty() && reply->transactions.empty());
        QVERIFY(channels.all().empty());
        QVERIFY(!opened);
    }

    /// The agreed fee keeps a close out of every block: the way out.
    void close_withForceOfAnAgreedClose_goesAlone() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        wallet::WalletChange taken;
        test::TwoNodes nodes;
        test::TestNode& a = nodes.a;
        a.context.payout_script = shell.shell().wallet.value.channelScript(taken);
        shell.shell().keep(taken);
        nodes.openNormal();
        nodes.apply(a, ch::CloseRequested{.request = {9}, .script = a.context.payout_script});
        nodes.settleDown();
        const Transaction agreed = *std::get<ch::Closing>(a.channel.phase).transaction;
        const auto ours =
            ch::localCommitment(a.channel.terms, a.channel.commitments, a.context.signer).transaction.txid();
        auto channels = restored(shell, *peers, a.channel);
        const auto announced = [&](const duplex::bitcoin::Txid& txid) {
            return shell.shell().client.broadcastState(txid).has_value();
        };
        const auto stateInWallet = [&] {
            return shell.shell().wallet.value.history().find(agreed.txid())->state;
        };
        const auto close = [&](bool force) {
            api::Answer got = std::unexpected(api::Error{0, "no answer"});
            channels->close({.id = a.channel.id.hex(), .force = force},
                            [&](const api::Answer& answer) { got = answer; });
            shell.end();
            return got;
        };
        QCOMPARE(channels->views().front().state, std::string("CLOSINGD_COMPLETE"));
        QVERIFY(announced(agreed.txid()));
        QVERIFY(stateInWallet() == wallet::EntryState::pending);
        QCOMPARE(close(false).error().code, -1);
        QVERIFY(channels->forecast(a.channel.id).yours_sat > 0);

        const api::Answer alone = close(true);
        const auto* closed = alone ? std::get_if<api::ChannelClosed>(&*alone) : nullptr;
        QVERIFY(closed != nullptr);
        QCOMPARE(closed->type, std::string("unilateral"));
        QCOMPARE(closed->txids, std::vector{ours.reversedHex()});
        QCOMPARE(channels->views().front().state, std::string("AWAITING_UNILATERAL"));
        QVERIFY(announced(ours) && !announced(agreed.txid()));
        QVERIFY(stateInWallet() == wallet::EntryState::abandoned); // else its output counts twice
        QCOMPARE(close(true).error().code, -1);

        const auto row = shell.shell().wallet.database->read(store::Table::channels, a.channel.id);
        channels.reset();
        channels = restored(shell, *peers, *ch::decodeChannel(*row));
        QCOMPARE(channels->views().front().state, std::string("AWAITING_UNILATERAL"));
        QCOMPARE(channels->views().front().closing_txid, ours.reversedHex());
        QVERIFY(!channels->forecast(a.channel.id).outputs.empty());
        QVERIFY(announced(ours) && !announced(agreed.txid()));

        // Whichever confirms decides; the agreed one counts again then.
        const duplex::bitcoin::Block block{.transactions = {agreed}};
        shell.shell().keep(
            shell.shell().wallet.value.connectBlock({10}, block.header.hash(), {}, block.transactions));
        channels->blockConnected({10}, &block);
        shell.end();
        QCOMPARE(channels->views().front().state, std::string("ONCHAIN"));
        QCOMPARE(channels->views().front().close_cause, std::string("together"));
        QVERIFY(stateInWallet() == wallet::EntryState::confirmed);
        QCOMPARE(close(true).error().code, -1);
    }

    /// No message comes any more: the chain is the answer.
    void close_endedByTheChain_isAnswered_data() {
        QTest::addColumn<bool>("agreed");
        QTest::newRow("the last closing_signed was lost") << true;
        QTest::newRow("the partner closes alone") << false;
    }
    void close_endedByTheChain_isAnswered() {
        QFETCH(bool, agreed);
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        const Transaction spend = agreed ? loseTheLastSignature(nodes) : commitmentOf(nodes.b);
        const auto channels = restored(shell, *peers, nodes.a.channel);
        api::Answer got = std::unexpected(api::Error{0, "no answer"});
        channels->close({.id = nodes.a.channel.id.hex()}, [&](const api::Answer& answer) { got = answer; });
        shell.end();
        QVERIFY(!got && got.error().code == 0);
        connectBlock(shell, *channels, 10, spend);
        const auto* closed = got ? std::get_if<api::ChannelClosed>(&*got) : nullptr;
        QVERIFY(closed != nullptr);
        QCOMPARE(closed->type, std::string(agreed ? "mutual" : "unilateral"));
        QCOMPARE(closed->txids, std::vector{spend.txid().reversedHex()});

        Satoshi fee{1'000'000};
        for (const auto& output : spend.outputs) fee -= output.value;
        QCOMPARE(closingOf(*channels->all().begin()->second).fee, std::optional(fee));
    }

    void notify_ofAClose_tellsEachStateOnce() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        const auto channels = restored(shell, *peers, nodes.a.channel);
        QVERIFY(statesTold(shell).empty());
        channels->close({.id = nodes.a.channel.id.hex(), .force = true}, [](const api::Answer&) {});
        shell.end();
        QCOMPARE(statesTold(shell), (std::vector<std::string>{"closing"}));
        connectBlock(shell, *channels, 10, commitmentOf(nodes.a));
        QCOMPARE(statesTold(shell), (std::vector<std::string>{"closing", "onchain"}));
        QCOMPARE(shell.notified().back().id, nodes.a.channel.id.hex());
        channels->blockDisconnected({10});
        connectBlock(shell, *channels, 10, commitmentOf(nodes.a));
        QCOMPARE(statesTold(shell).size(), std::size_t{2});
    }
    void notify_ofAnArchivedChannel_tellsClosed() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        const Transaction agreed = loseTheLastSignature(nodes);
        const auto channels = restored(shell, *peers, nodes.a.channel);
        connectBlock(shell, *channels, 10, agreed);
        QCOMPARE(statesTold(shell), (std::vector<std::string>{"onchain"})); // an earlier run told the rest
        channels->completeTo({10 + onchain::archive_after_blocks});
        shell.end();
        QCOMPARE(statesTold(shell), (std::vector<std::string>{"onchain", "closed"}));
    }

    /// The partner revoked, and never signed: our own commitment still has the HTLC, the chain has not.
    void fulfilledHtlc_goneFromTheirCommitment_wasPaid() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        QVERIFY(nodes.pay(nodes.b, {20'000'000}));
        nodes.settleDown();
        nodes.fulfill(nodes.a, 0);
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b); // update_fulfill_htlc
        nodes.deliver(nodes.b); // commitment_signed
        nodes.deliver(nodes.a); // revoke_and_ack
        std::vector<ch::IncomingHtlcResolved> told;
        const auto channels = restored(
            shell, *peers, nodes.a.channel,
            {.resolved = [&](const ln::ChannelId&, const auto& resolved) { told.push_back(resolved); },
             .releasable = [](const ln::ChannelId&, std::uint64_t) { return std::nullopt; }});
        connectBlock(shell, *channels, 10, commitmentOf(nodes.b));
        QVERIFY(told.empty());
        QCOMPARE(channels->views().front().ours_msat, std::int64_t{720'000'000});
        QCOMPARE(channels->views().front().in_flight_in_msat, std::int64_t{0});
        channels->completeTo({15});
        shell.end();
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY(told.front().fulfilled);
    }

    /// What is decided is on its way no more, and what the chain never had never was.
    void htlcInFlight_ofAClosedChannel_countsUntilItIsDecided_data() {
        QTest::addColumn<bool>(
            "taken"); // by the partner, with its preimage; else it comes back to the wallet
        QTest::newRow("taken") << true;
        QTest::newRow("came back") << false;
    }
    void htlcInFlight_ofAClosedChannel_countsUntilItIsDecided() {
        QFETCH(bool, taken);
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        test::TwoNodes nodes;
        nodes.openNormal();
        QVERIFY(nodes.pay(nodes.a, {20'000'000}));
        nodes.settleDown();
        const ch::HtlcOrigin paid = nodes.a.payments.begin()->first;
        QVERIFY(nodes.pay(nodes.a, {10'000'000}));
        nodes.runScheduled(nodes.a); // signed, and the partner never got it
        int fulfilled = 0;
        const auto channels =
            restored(shell, *peers, nodes.a.channel,
                     {.fulfilled = [&](const ch::HtlcOrigin&, const ln::Preimage&) { ++fulfilled; },
                      .failed = [](const ch::HtlcOrigin&, const ch::HtlcFailed&) {}});
        const auto view = [&] { return channels->views().front(); };
        QCOMPARE(view().in_flight_out_msat, std::int64_t{30'000'000});
        connectBlock(shell, *channels, 10, commitmentOf(nodes.b));
        QCOMPARE(view().in_flight_out_msat, std::int64_t{20'000'000});
        QCOMPARE(view().ours_msat, std::int64_t{680'000'000});

        const auto theirs =
            ch::localCommitment(nodes.b.channel.terms, nodes.b.channel.commitments, nodes.b.context.signer);
        duplex::bitcoin::TxIn input;
        input.previous = {theirs.transaction.txid(), theirs.htlcOutputs().front()};
        input.witness = {Bytes(72), taken ? toBytes(crypto::sha256(paid.payment)) : Bytes(), Bytes(140)};
        connectBlock(shell, *channels, 11, {.inputs = {input}, .outputs = {{.value = {19'000}}}});
        QCOMPARE(fulfilled > 0, taken);
        QCOMPARE(view().in_flight_out_msat, std::int64_t{0});
        QCOMPARE(view().ours_msat, std::int64_t{680'000'000});
    }

    /// Else each look at the chain raises the fee as if a block had come, while the scan is behind.
    void claim_isRememberedAtTheHeaderTip() {
        OnChain on(20);
        test::TestShell& shell = *on.shell;
        const auto peers = peersOf(shell, 1);
        QVERIFY(on.synced());
        earn(shell, 500'000);
        test::TwoNodes nodes;
        nodes.a.context.feerates.commitment = {253}; // it needs a child
        nodes.openNormal();
        nodes.apply(nodes.a, ch::ForceCloseRequested{});
        const auto channels = restored(shell, *peers, nodes.a.channel);
        QVERIFY(shell.shell().verifiedHeight() < 20);
        const auto row = shell.shell().wallet.database->read(store::Table::channel_facts, nodes.a.channel.id);
        LiveChannel live{.value = nodes.a.channel};
        QVERIFY(row && decodeFacts(*row, live));
        QCOMPARE(live.attempts.size(), std::size_t{1});
        QCOMPARE(live.attempts.front().last_built.value, 20u);
    }

    /// Nobody stands at a page and asks what a payment costs, and yet closes and claims pay by it.
    void close_onItsWay_asksForFeesAtEachTip_data() {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<bool>("asks");
        QTest::newRow("open") << "open" << false;
        QTest::newRow("shutting down") << "shutting down" << true;
        QTest::newRow("in no block") << "closing" << true;
    }
    void close_onItsWay_asksForFeesAtEachTip() {
        QFETCH(QString, phase);
        QFETCH(bool, asks);
        OnChain on(20);
        test::TestShell& shell = *on.shell;
        const auto peers = peersOf(shell, 1);
        test::TwoNodes nodes;
        nodes.openNormal();
        if (phase != "open")
            nodes.apply(nodes.a, ch::CloseRequested{.request = {9}, .script = nodes.a.context.payout_script});
        if (phase == "closing") nodes.settleDown();
        const auto channels = restored(shell, *peers, nodes.a.channel);
        const auto tick = [&] {
            channels->tick();
            shell.end();
        };
        QVERIFY(on.synced());
        QCOMPARE(on.feesSeen(), std::size_t{0});
        tick();
        if (asks) QTRY_COMPARE_WITH_TIMEOUT(on.feesSeen(), std::size_t{6}, patience_ms);
        on.chain.mine(1);
        QVERIFY(on.synced());
        tick();
        if (asks) QTRY_COMPARE_WITH_TIMEOUT(on.feesSeen(), std::size_t{7}, patience_ms);
        on.chain.mine(1);
        QVERIFY(on.synced()); // what was asked for before came first
        if (!asks) QCOMPARE(on.feesSeen(), std::size_t{0});
    }

    /// Threats 84: whatever it did, it must not be done twice.
    void fund_withARecordThatCannotBeRead_opensNothing() {
        test::TestShell shell;
        const auto peers = peersOf(shell, 1);
        beginScan(shell);
        shell.shell().rows().put(store::Table::requests, toBytes(viewOf("fundchannel once")), Bytes{200});
        shell.end();
        ChannelDriver channels(shell.shell());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        int code = 0;
        api::FundChannel request{.node_id = idOf(2).hex(), .amount_sat = 300'000};
        const auto answered = [&](const api::Answer& answer) { code = answer ? 0 : answer.error().code; };
        channels.fund(request, answered);
        QCOMPARE(code, -9); // it would go on: nobody is connected
        request.request_id = "once";
        channels.fund(request, answered);
        QCOMPARE(code, -4);
    }

    void fund_amountsThatNoChannelHas_areNamed() {
        OnChain on(20);
        test::TestShell& shell = *on.shell;
        test::TestShell partner_shell;
        const auto peers = peersOf(shell, 1), partner = peersOf(partner_shell, 2);
        meet(*peers, *partner, partner_shell);
        QVERIFY(on.synced());
        ChannelDriver channels(shell.shell());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        const auto refusal = [&](api::FundChannel request) {
            request.node_id = idOf(2).hex();
            std::string said = "none";
            channels.fund(request, [&](const api::Answer& answer) {
                if (!answer) said = std::to_string(answer.error().code) + " " + answer.error().message;
            });
            return said;
        };
        QVERIFY(refusal({.amount_sat = 1'000}).starts_with("302 "));
        QVERIFY(refusal({.amount_sat = 199'999}).find("least 200000 sat") != std::string::npos);
        QVERIFY(refusal({.amount_sat = 300'000, .push_msat = 300'000'001}).starts_with("-32602 "));
        QVERIFY(refusal({.amount_sat = 300'000, .push_msat = 300'000'000}).starts_with("301 "));
        earn(shell, 40'000);
        const std::string little = refusal({.all = true});
        QVERIFY2(little.starts_with("301 ") && little.find("Receive more") != std::string::npos,
                 little.c_str());
    }
};

DUPLEX_TEST(TestChannelDriver)
#include "tst_channel_driver.moc"
