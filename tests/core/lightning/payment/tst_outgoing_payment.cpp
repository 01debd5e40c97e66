#include "tests/support/lightning_vectors.h"

#include "core/lightning/payment/outgoing_payment.h"
#include "core/lightning/wire/message.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::payment;

namespace {

const UnixTime start = unixTime(1'800'000'000);

NodeId key(std::uint8_t n) {
    return crypto::publicKey(test::privateKeyOf(n));
}
Preimage preimage() {
    return {ByteArray<32>{42}};
}

/// Us = 1 with a channel to 2; the payee is 4, reached over 3 or, dearer, over 5.
struct World {
    gossip::NetworkGraph graph{bitcoin::BlockHash{}};
    gossip::LiquidityEstimate liquidity;
    std::uint8_t entropy = 1;
    UnixTime now = start;

    World() {
        add(2, 3, 23, 1000);
        add(3, 4, 34, 1000);
        add(2, 5, 25, 5000);
        add(5, 4, 54, 5000);
    }
    void add(std::uint8_t from, std::uint8_t to, std::uint64_t id, std::uint32_t base) {
        const bool first = key(from) < key(to);
        graph.addTrusted({id}, key(first ? from : to), key(first ? to : from));
        graph.setPolicy({{id}, first ? 0 : 1}, {.timestamp = 1,
                                                .fee_base_msat = base,
                                                .cltv_expiry_delta = 40,
                                                .htlc_minimum = {1},
                                                .htlc_maximum = {1'000'000'000}});
        graph.setVerified({id}, gossip::Verification::unspent, bitcoin::Satoshi{1'000'000});
    }
    PaymentEnvironment environment() {
        return {.graph = graph,
                .liquidity = liquidity,
                .us = key(1),
                .first_hops = {{.channel_id = {ByteArray<32>{9}},
                                .peer = key(2),
                                .spendable = {500'000'000},
                                .htlc_minimum = {1}}},
                .tip_height = 800'000,
                .now = now,
                .entropy = ByteArray<32>{entropy++}};
    }
};

PaymentRequest request(std::int64_t msat = 1'000'000, std::uint8_t payee = 4) {
    return {.id = {ByteArray<16>{7}},
            .payment_hash = paymentHashOf(preimage()),
            .payment_secret = {ByteArray<32>{8}},
            .payee = key(payee),
            .amount = {msat},
            .min_final_cltv_expiry_delta = {18},
            .payment_metadata = Bytes{1, 2},
            .max_fee = {20'000},
            .created = start};
}

SendPart sent(const PaymentActions& actions) {
    if (actions.size() != 1 || !std::holds_alternative<SendPart>(actions[0])) return {};
    return std::get<SendPart>(actions[0]);
}
std::optional<PaymentFailure> failed(const PaymentActions& actions) {
    if (actions.size() != 1) return std::nullopt;
    const auto* failure = std::get_if<PaymentFailed>(&actions[0]);
    return failure ? std::optional(failure->reason) : std::nullopt;
}

/// "The fee does not suffice": channel 34 at 3 sat from node 3 on, signed by `signer`.
onion::FailureMessage dearer34(std::uint8_t signer) {
    wire::ChannelUpdate update{.short_channel_id = {34},
                               .timestamp = 5,
                               .channel_flags = static_cast<std::uint8_t>(key(3) < key(4) ? 0 : 1),
                               .cltv_expiry_delta = {40},
                               .fee_base_msat = 3000,
                               .htlc_maximum_msat = {1'000'000'000}};
    update.signature = crypto::sign(wire::signedDigest(update), test::privateKeyOf(signer));
    return {onion::FailureCode::fee_insufficient,
            onion::UpdateData{.htlc_msat = {1}, .channel_update = wire::encode(update)}};
}

/// The failure packet that hop `at` of a part would send back to us.
Bytes failureFrom(const PaymentPart& part, std::size_t at, const onion::FailureMessage& message) {
    Bytes packet = onion::createFailurePacket(part.shared_secrets[at], message);
    for (std::size_t i = at; i-- > 0;) packet = onion::wrapFailurePacket(part.shared_secrets[i], packet);
    return packet;
}

} // namespace

class TestOutgoingPayment : public QObject {
    Q_OBJECT

private slots:
    void part_onionReadsRightAtEveryHop() {
        World world;
        OutgoingPayment payment(request());
        const SendPart part = sent(payment.proceed(world.environment()));
        QVERIFY(payment.state() == PaymentState::in_flight);
        QCOMPARE(part.amount.value, std::int64_t{1'002'000});
        wire::OnionRoutingPacket packet = part.onion;
        const std::uint8_t nodes[] = {2, 3, 4};
        for (int i = 0; i < 3; ++i) {
            const auto peeled = onion::peelOnion(test::privateKeyOf(nodes[i]), packet, part.payment_hash);
            QVERIFY(peeled && peeled->payload);
            const bool last = i == 2;
            const auto payload = onion::decodePayload(
                *peeled->payload, last ? onion::HopPosition::last : onion::HopPosition::intermediate);
            QVERIFY(payload);
            QCOMPARE(payload->amt_to_forward.value, std::int64_t{i == 0 ? 1'001'000 : 1'000'000});
            QCOMPARE(payload->short_channel_id.has_value(), !last);
            if (last) {
                QCOMPARE(payload->payment_data->total_msat.value, std::int64_t{1'000'000});
                QVERIFY(payload->payment_data->payment_secret == request().payment_secret);
                QCOMPARE(payload->payment_metadata, std::optional(Bytes{1, 2}));
                QVERIFY(payload->outgoing_cltv_value.value >= 800'000 + 18 + 3);
                QVERIFY(part.cltv_expiry.value == payload->outgoing_cltv_value.value + 80);
            }
            if (peeled->next) packet = *peeled->next;
        }
    }

    void preimage_succeeds_wrongOneChangesNothing() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        // threats 36: an ordinary check, in every build.
        QVERIFY(payment.onPreimage({ByteArray<32>{1}}, start, world.liquidity).empty());
        QVERIFY(payment.state() == PaymentState::in_flight);
        const auto actions = payment.onPreimage(preimage(), start, world.liquidity);
        QCOMPARE(actions.size(), std::size_t{1});
        QCOMPARE(std::get<PaymentSucceeded>(actions[0]).fee.value, std::int64_t{2000});
        QVERIFY(payment.isFinal());
        QVERIFY(payment.onPreimage(preimage(), start, world.liquidity).empty());
        QVERIFY(payment.cancel().empty());
        // What went over the channels can come back.
        const bool first = key(2) < key(3);
        QVERIFY(world.liquidity.bounds({{23}, first ? 1 : 0}, {10'000'000}, start).lower.value >= 1'000'000);
    }

    void temporaryChannelFailure_takesTheOtherWay() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        const Bytes reason = failureFrom(
            payment.parts()[0], 0, {onion::FailureCode::temporary_channel_failure, onion::UpdateData{}});
        const SendPart second = sent(payment.onPartFailed(0, reason, world.environment()));
        QCOMPARE(second.part, 1u);
        QCOMPARE(second.amount.value, std::int64_t{1'010'000});
        QCOMPARE(payment.fee().value, std::int64_t{10'000});
        const bool first = key(2) < key(3);
        QCOMPARE(world.liquidity.bounds({{23}, first ? 0 : 1}, {10'000'000}, start).upper.value,
                 std::int64_t{1'001'000});
    }

    void nodeFailure_avoidsTheNode() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        const Bytes reason =
            failureFrom(payment.parts()[0], 1, {onion::FailureCode::temporary_node_failure, {}});
        QCOMPARE(sent(payment.onPartFailed(0, reason, world.environment())).amount.value,
                 std::int64_t{1'010'000});
    }

    void feeInsufficient_newPolicyIsUsedOnce() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        const onion::FailureMessage message = dearer34(3);
        SendPart part =
            sent(payment.onPartFailed(0, failureFrom(payment.parts()[0], 1, message), world.environment()));
        QCOMPARE(part.amount.value, std::int64_t{1'004'000});
        // Again the same complaint: the channel is left alone.
        part =
            sent(payment.onPartFailed(1, failureFrom(payment.parts()[1], 1, message), world.environment()));
        QCOMPARE(part.amount.value, std::int64_t{1'010'000});
        // The graph itself has not changed.
        const bool first = key(3) < key(4);
        QCOMPARE(world.graph.channel({34})->policy[first ? 0 : 1]->fee_base_msat, 1000u);
    }

    void feeInsufficient_policyOfAnotherSigner_isNotUsed() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        const Bytes reason = failureFrom(payment.parts()[0], 1, dearer34(2));
        QCOMPARE(sent(payment.onPartFailed(0, reason, world.environment())).amount.value,
                 std::int64_t{1'010'000});
    }

    void payeeRefuses_isFinal() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        const Bytes reason =
            failureFrom(payment.parts()[0], 2,
                        {onion::FailureCode::incorrect_or_unknown_payment_details, onion::PaymentDetails{}});
        QCOMPARE(failed(payment.onPartFailed(0, reason, world.environment())),
                 std::optional(PaymentFailure::rejected_by_payee));
        QVERIFY(payment.state() == PaymentState::failed);
    }

    void unreadableFailure_avoidsTheChannels() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        QCOMPARE(sent(payment.onPartFailed(0, Bytes(292, 7), world.environment())).amount.value,
                 std::int64_t{1'010'000});
        QCOMPARE(failed(payment.onPartFailed(1, {}, world.environment())),
                 std::optional(PaymentFailure::no_route));
    }

    void threat83_feeLimit_isForAllOfThePayment() {
        World world;
        PaymentRequest tight = request();
        tight.max_fee = {1999};
        OutgoingPayment payment(tight);
        QCOMPARE(failed(payment.proceed(world.environment())), std::optional(PaymentFailure::fee_too_high));
        tight.max_fee = {9999}; // the way over 3, not the one over 5
        OutgoingPayment second(tight);
        second.proceed(world.environment());
        const Bytes reason = failureFrom(
            second.parts()[0], 0, {onion::FailureCode::temporary_channel_failure, onion::UpdateData{}});
        // The way over 3 stays possible, if unlikely: never one above the limit.
        for (const PaymentPart& part : second.parts()) QVERIFY(part.route.fee() <= tight.max_fee);
        const auto actions = second.onPartFailed(0, reason, world.environment());
        if (!failed(actions)) QVERIFY(second.fee() <= tight.max_fee);
    }

    void attemptsAndTime_areBounded() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        world.now = start + OutgoingPayment::longest_trying;
        QCOMPARE(failed(payment.onPartRefused(0, world.environment())),
                 std::optional(PaymentFailure::out_of_attempts));

        World endless;
        OutgoingPayment stubborn(request());
        PaymentActions actions = stubborn.proceed(endless.environment());
        int attempts = 0;
        while (!failed(actions) && attempts < 100) {
            ++attempts;
            const auto& part = stubborn.parts().back();
            const Bytes reason =
                failureFrom(part, part.route.hops.size() - 1, {onion::FailureCode::mpp_timeout, {}});
            actions = stubborn.onPartFailed(part.number, reason, endless.environment());
        }
        QCOMPARE(attempts, 30);
    }

    void threat85_failedOnlyWhenNoPartLives() {
        World world;
        OutgoingPayment payment(request());
        payment.proceed(world.environment());
        QVERIFY(payment.cancel().empty());
        QVERIFY(payment.state() == PaymentState::failing);
        QVERIFY(payment.hasLiveParts());
        QVERIFY(payment.lastExpiry().has_value());
        QVERIFY(payment.proceed(world.environment()).empty());
        // It may still succeed.
        OutgoingPayment lucky = payment;
        QCOMPARE(lucky.onPreimage(preimage(), start, world.liquidity).size(), std::size_t{1});
        QVERIFY(lucky.state() == PaymentState::succeeded);
        // Or not.
        QCOMPARE(failed(payment.onPartLost(0, world.environment())),
                 std::optional(PaymentFailure::cancelled));
        QVERIFY(payment.state() == PaymentState::failed);
    }

    void partNeverSent_sameChannelMayBeTriedAgain() {
        World world;
        OutgoingPayment payment(request());
        const SendPart first = sent(payment.proceed(world.environment()));
        QVERIFY(payment.onPartNeverSent(first.part).empty());
        QVERIFY(payment.state() == PaymentState::routing && !payment.hasLiveParts());
        QVERIFY(payment.onPartNeverSent(first.part).empty());
        const SendPart second = sent(payment.proceed(world.environment()));
        QCOMPARE(second.part, first.part + 1);
        QVERIFY(second.channel_id == first.channel_id);
        // Given up meanwhile: it is final at once.
        payment.cancel(PaymentFailure::out_of_attempts);
        QCOMPARE(failed(payment.onPartNeverSent(second.part)),
                 std::optional(PaymentFailure::out_of_attempts));
    }

    void threat84_sameHash_isNeverPaidTwice() {
        World world;
        OutgoingPayments payments;
        const auto first = payments.admit(request());
        QVERIFY(first);
        QVERIFY(payments.admit(request()).error() == OutgoingPayments::AdmitError::running);
        (*first)->proceed(world.environment());
        QVERIFY(payments.admit(request()).error() == OutgoingPayments::AdmitError::running);
        // After a restart too.
        OutgoingPayments restarted;
        restarted.restore(*OutgoingPayment::fromBytes((*first)->serialized()));
        QVERIFY(restarted.admit(request()).error() == OutgoingPayments::AdmitError::running);
        OutgoingPayment* again = restarted.find(request().payment_hash);
        QVERIFY(again->proceed(world.environment()).empty()); // its part is out
        again->onPreimage(preimage(), start, world.liquidity);
        QVERIFY(restarted.admit(request()).error() == OutgoingPayments::AdmitError::already_paid);
        // A failed one makes room.
        (*first)->cancel();
        (*first)->onPartLost(0, world.environment());
        QVERIFY(payments.admit(request()));
    }

    void serialized_roundTrips_damageIsRefused() {
        World world;
        PaymentRequest with_hint = request();
        with_hint.route_hints = {{{.node_id = key(3), .short_channel_id = {5}, .cltv_expiry_delta = {9}}}};
        OutgoingPayment payment(with_hint);
        payment.proceed(world.environment());
        const Bytes bytes = payment.serialized();
        const auto loaded = OutgoingPayment::fromBytes(bytes);
        QVERIFY(loaded);
        QVERIFY(*loaded == payment);
        QCOMPARE(loaded->serialized(), bytes);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            QVERIFY(!OutgoingPayment::fromBytes(ByteView(bytes).first(i)));
        Bytes newer = bytes;
        newer[0] = 2;
        QVERIFY(OutgoingPayment::fromBytes(newer).error() == OutgoingPayment::LoadError::bad_version);
    }

    void request_fromInvoice() {
        invoice::Invoice invoice{.amount = MilliSatoshi{1'000'000},
                                 .timestamp = start,
                                 .payment_hash = request().payment_hash,
                                 .payee = key(4)};
        const auto plain = requestFor(invoice, {}, std::nullopt, std::nullopt, start);
        QVERIFY(plain);
        QCOMPARE(plain->amount.value, std::int64_t{1'000'000});
        QCOMPARE(plain->max_fee.value, std::int64_t{10'000});
        QCOMPARE(defaultMaxFee({5'000'000'000}).value, std::int64_t{50'000'000});
        QVERIFY(requestFor(invoice, {}, MilliSatoshi{2'000'000}, {}, start));
        QVERIFY(requestFor(invoice, {}, MilliSatoshi{2'000'001}, {}, start).error() ==
                RequestError::amount_too_high);
        QVERIFY(requestFor(invoice, {}, MilliSatoshi{999'999}, {}, start).error() ==
                RequestError::amount_too_low);
        QVERIFY(requestFor(invoice, {}, {}, {}, start + std::chrono::hours(1)).error() ==
                RequestError::expired);
        invoice.amount.reset();
        QVERIFY(requestFor(invoice, {}, {}, {}, start).error() == RequestError::amount_missing);
    }
};

DUPLEX_TEST(TestOutgoingPayment)
#include "tst_outgoing_payment.moc"
