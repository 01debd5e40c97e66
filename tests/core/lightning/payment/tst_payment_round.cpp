#include "tests/support/lightning_vectors.h"

#include "core/lightning/payment/incoming_payment.h"
#include "core/lightning/payment/outgoing_payment.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::payment;

namespace {

constexpr std::uint32_t tip = 700'000;
const UnixTime now = unixTime(1'800'000'000);

crypto::PrivateKey nodeKey(std::uint8_t n) {
    return test::privateKeyOf(n);
}

/// Payee 3 sells to payer 1; node 2 forwards between them over a channel that only the invoice names.
struct Shop {
    IncomingPayments incoming;
    std::string text;
    const bitcoin::NetworkParameters& parameters = bitcoin::parametersOf(bitcoin::Network::regtest);

    explicit Shop(std::int64_t msat) {
        IncomingPayment expected;
        expected.preimage = preimageFor(crypto::Secret<32>(ByteArray<32>{5}), ByteArray<32>{6});
        expected.payment_hash = paymentHashOf(expected.preimage);
        expected.payment_secret = {ByteArray<32>{7}};
        expected.amount = MilliSatoshi{msat};
        expected.expires_at = now + std::chrono::hours(1);
        const invoice::Invoice invoice{.amount = expected.amount,
                                       .timestamp = now,
                                       .payment_hash = expected.payment_hash,
                                       .payment_secret = expected.payment_secret,
                                       .description = "tea",
                                       .min_final_cltv_expiry_delta = {147},
                                       .route_hints = {{{.node_id = crypto::publicKey(nodeKey(2)),
                                                         .short_channel_id = {77},
                                                         .fee_base_msat = 1000,
                                                         .cltv_expiry_delta = {40}}}},
                                       .features = ourInvoiceFeatures()};
        text = *invoice::signInvoice(invoice, parameters, nodeKey(3));
        incoming.add(expected).value();
    }
};

struct Payer {
    gossip::NetworkGraph graph{bitcoin::BlockHash{}};
    gossip::LiquidityEstimate liquidity;

    PaymentEnvironment environment() {
        return {.graph = graph,
                .liquidity = liquidity,
                .us = crypto::publicKey(nodeKey(1)),
                .first_hops = {{.channel_id = {ByteArray<32>{9}},
                                .peer = crypto::publicKey(nodeKey(2)),
                                .spendable = {50'000'000},
                                .htlc_minimum = {1}}},
                .tip_height = tip,
                .now = now,
                .entropy = ByteArray<32>{1}};
    }
};

/// What node 2 sends on to node 3.
ArrivedHtlc forwarded(const SendPart& part) {
    const auto peeled = onion::peelOnion(nodeKey(2), part.onion, part.payment_hash);
    const auto payload = onion::decodePayload(*peeled->payload, onion::HopPosition::intermediate);
    return {.htlc = {{ByteArray<32>{8}}, 0},
            .amount_msat = payload->amt_to_forward,
            .payment_hash = part.payment_hash,
            .cltv_expiry = payload->outgoing_cltv_value,
            .onion = *peeled->next};
}

} // namespace

class TestPaymentRound : public QObject {
    Q_OBJECT

private slots:
    void invoice_isPaid_acrossAHintedChannel() {
        Shop shop(1'000'000);
        Payer payer;
        const auto invoice = invoice::decodeInvoice(shop.text, shop.parameters);
        QVERIFY(invoice);
        OutgoingPayment payment(*requestFor(*invoice, {ByteArray<16>{1}}, {}, {}, now));
        const auto sent = payment.proceed(payer.environment());
        QCOMPARE(sent.size(), std::size_t{1});
        const SendPart part = std::get<SendPart>(sent[0]);
        QCOMPARE(part.amount.value, std::int64_t{1'001'000});
        const auto actions =
            shop.incoming.onHtlc(forwarded(part), nodeKey(3), {.tip_height = tip, .now = now});
        QCOMPARE(actions.size(), std::size_t{2});
        const auto done =
            payment.onPreimage(std::get<FulfillHtlc>(actions[1]).preimage, now, payer.liquidity);
        QCOMPARE(std::get<PaymentSucceeded>(done.at(0)).fee.value, std::int64_t{1000});
    }

    void blocksPassOnTheWay_stillAccepted() {
        Shop shop(1'000'000);
        Payer payer;
        const auto invoice = invoice::decodeInvoice(shop.text, shop.parameters);
        OutgoingPayment payment(*requestFor(*invoice, {}, {}, {}, now));
        const SendPart part = std::get<SendPart>(payment.proceed(payer.environment()).at(0));
        // 147 asked and 3 of slack against 144 enforced: at least six blocks.
        QCOMPARE(
            shop.incoming.onHtlc(forwarded(part), nodeKey(3), {.tip_height = tip + 6, .now = now}).size(),
            std::size_t{2});
    }

    void refusal_comesBack_readable() {
        Shop shop(1'000'000);
        Payer payer;
        const auto invoice = invoice::decodeInvoice(shop.text, shop.parameters);
        OutgoingPayment payment(*requestFor(*invoice, {}, {}, {}, now));
        const SendPart part = std::get<SendPart>(payment.proceed(payer.environment()).at(0));
        IncomingPayments nobody;
        const auto actions = nobody.onHtlc(forwarded(part), nodeKey(3), {.tip_height = tip, .now = now});
        const auto peeled = onion::peelOnion(nodeKey(2), part.onion, part.payment_hash);
        const Bytes reason =
            onion::wrapFailurePacket(peeled->shared_secret, std::get<FailHtlc>(actions.at(0)).reason);
        const auto failed = payment.onPartFailed(part.part, reason, payer.environment());
        QVERIFY(std::get<PaymentFailed>(failed.at(0)).reason == PaymentFailure::rejected_by_payee);
    }
};

DUPLEX_TEST(TestPaymentRound)
#include "tst_payment_round.moc"
