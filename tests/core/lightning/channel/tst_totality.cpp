#include "tests/support/test_main.h"

#include "core/lightning/channel/advance.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

/// A channel of each phase and link, as it comes about.
std::vector<std::pair<QString, TestNode>> samples() {
    std::vector<std::pair<QString, TestNode>> result;
    const auto keep = [&](const char* name, const TestNode& node) { result.emplace_back(name, node); };
    TwoNodes idle;
    keep("idle", idle.a);
    TwoNodes nodes;
    nodes.apply(nodes.a, ch::OpenRequested{.temporary_channel_id = {{9}}, .funding_amount = {1'000'000}});
    keep("open_sent", nodes.a);
    nodes.deliver(nodes.b);
    keep("open_received", nodes.b);
    nodes.apply(nodes.b, ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept});
    keep("accept_sent", nodes.b);
    nodes.deliver(nodes.a);
    keep("funding_wanted", nodes.a);
    TwoNodes open;
    open.open();
    keep("awaiting_ready", open.a);
    open.a.channel.phase = ch::AwaitingFunding{};
    keep("awaiting_funding", open.a);
    open.a.channel.phase = ch::AwaitingReady{};
    open.settleDown();
    open.pay(open.a, {20'000'000});
    open.pay(open.b, {20'000'000});
    open.settleDown();
    keep("normal", open.a);
    open.cut();
    keep("normal offline", open.a);
    open.connect();
    keep("normal reestablishing", open.a);
    open.settleDown();
    open.apply(open.a, ch::CloseRequested{.script = open.a.context.payout_script});
    open.settleDown();
    keep("shutting_down", open.a);
    TwoNodes closing;
    closing.openNormal();
    closing.apply(closing.a, ch::CloseRequested{.script = closing.a.context.payout_script});
    closing.deliver(closing.b);
    closing.deliver(closing.a);
    keep("negotiating", closing.a);
    closing.settleDown();
    keep("closing mutual", closing.a);
    TwoNodes forced;
    forced.openNormal();
    forced.apply(forced.a, ch::ForceCloseRequested{});
    keep("closing forced", forced.a);
    forced.apply(forced.a, ch::ChannelResolved{});
    keep("closed", forced.a);
    return result;
}

std::vector<ln::wire::Message> messagesFor(const ln::ChannelId& id) {
    using namespace ln::wire;
    const auto point = crypto::publicKey(*crypto::PrivateKey::fromBytes(crypto::sha256(viewOf("point"))));
    return {Init{},
            Error{.channel_id = id},
            Warning{.channel_id = id},
            Ping{},
            Pong{},
            OpenChannel{.temporary_channel_id = id},
            AcceptChannel{.temporary_channel_id = id},
            FundingCreated{.temporary_channel_id = id},
            FundingSigned{.channel_id = id},
            ChannelReady{.channel_id = id, .second_per_commitment_point = point},
            Shutdown{.channel_id = id, .scriptpubkey = bitcoin::payToWitnessPublicKeyHash(point)},
            ClosingSigned{.channel_id = id, .fee_satoshis = {500}},
            ChannelReestablish{.channel_id = id, .my_current_per_commitment_point = point},
            UpdateAddHtlc{.channel_id = id, .id = 1, .amount_msat = {1'000'000}, .cltv_expiry = {1500}},
            UpdateFulfillHtlc{.channel_id = id},
            UpdateFailHtlc{.channel_id = id},
            UpdateFailMalformedHtlc{.channel_id = id, .failure_code = 0x8005},
            CommitmentSigned{.channel_id = id},
            RevokeAndAck{.channel_id = id, .next_per_commitment_point = point},
            ln::wire::UpdateFee{.channel_id = id, .feerate_per_kw = {600}},
            AnnouncementSignatures{},
            UnknownMessage{.type = 60001}};
}

std::vector<ch::Event> eventsFor(const TestNode& node) {
    std::vector<ch::Event> events{
        ch::OpenRequested{.request = {1}},
        ch::AcceptDecision{},
        ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept},
        ch::FundingTransactionSigned{},
        ch::OpenCancelled{},
        ch::AddHtlc{.request = {1}, .htlc = {.amount = {1000}, .cltv_expiry = {1500}}},
        ch::FulfillHtlc{.request = {1}},
        ch::FailHtlc{.request = {1}},
        ch::FailMalformedHtlc{.request = {1}, .failure_code = 0x8005},
        ch::UpdateFee{.request = {1}, .feerate = {700}},
        ch::SignCommitment{},
        ch::CloseRequested{.request = {1}, .script = node.context.payout_script},
        ch::ForceCloseRequested{.request = {1}},
        ch::Connected{},
        ch::Disconnected{},
        ch::BlockHeight{},
        ch::FundingConfirmed{.depth = 6},
        ch::FundingUnconfirmed{},
        ch::FundingSpent{},
        ch::FundingUnspent{},
        ch::ChannelResolved{},
        ch::Restored{},
        ch::Tick{}};
    for (const auto& message : messagesFor(node.channel.id))
        events.push_back(ch::MessageReceived{.message = message});
    return events;
}

bool isAnswered(const ch::Event& event, const ch::Outcome& outcome) {
    const bool command = std::visit([](const auto& e) { return requires { e.request; }; }, event);
    if (!command) return true;
    for (const ch::Action& action : outcome.actions)
        if (std::holds_alternative<ch::Reply>(action)) return true;
    return std::holds_alternative<ch::OpenRequested>(event); // answered when the open ends
}

} // namespace

/// Every phase and link with every event and message, then every event again: a defined answer, never an
/// abort.
class TestTotality : public QObject {
    Q_OBJECT

private slots:
    void threat47_everyCell_isDefined_data() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const auto& [name, node] : samples()) QTest::newRow(qPrintable(name)) << index++;
    }
    void threat47_everyCell_isDefined() {
        QFETCH(int, index);
        const TestNode node = samples()[static_cast<std::size_t>(index)].second;
        for (const ch::Event& first : eventsFor(node)) {
            const ch::Outcome once = ch::advance(node.channel, first, node.context);
            QVERIFY(isAnswered(first, once));
            QCOMPARE(ch::advance(node.channel, first, node.context), once); // deterministic
            for (const ch::Event& second : eventsFor(node)) {
                const ch::Outcome twice = ch::advance(once.next, second, node.context);
                QVERIFY(isAnswered(second, twice));
                if (ch::isEstablished(twice.next))
                    QVERIFY(ch::conserves(twice.next.terms, twice.next.commitments));
            }
        }
    }
};

DUPLEX_TEST(TestTotality)
#include "tst_totality.moc"
