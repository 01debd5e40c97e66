#include "tests/support/lightning_vectors.h"

#include "core/lightning/payment/incoming_payment.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::payment;

namespace {

constexpr std::uint32_t tip = 800'000;
const UnixTime start = unixTime(1'800'000'000);

crypto::PrivateKey us() {
    return test::privateKeyOf(4);
}
IncomingPayment invoiced(std::optional<std::int64_t> msat = 100'000) {
    IncomingPayment payment;
    payment.preimage = preimageFor(crypto::Secret<32>(ByteArray<32>{1}), ByteArray<32>{2});
    payment.payment_hash = paymentHashOf(payment.preimage);
    payment.payment_secret = {ByteArray<32>{3}};
    if (msat) payment.amount = MilliSatoshi{*msat};
    payment.expires_at = start + std::chrono::hours(1);
    return payment;
}

/// An HTLC of somebody who pays the invoice; each field can be bent.
struct Payer {
    std::uint64_t id = 1;
    std::int64_t amount = 100'000;
    std::int64_t forward = 100'000;
    std::int64_t total = 100'000;
    std::uint32_t expiry = tip + 150;
    std::uint32_t outgoing = tip + 150;
    PaymentHash hash = invoiced().payment_hash;
    PaymentSecret secret = invoiced().payment_secret;
    bool with_payment_data = true;
    std::optional<std::uint8_t> forward_to;

    onion::CreatedOnion created() const {
        onion::HopPayload payload{.amt_to_forward = {forward}, .outgoing_cltv_value = {outgoing}};
        if (with_payment_data) payload.payment_data = onion::PaymentData{secret, {total}};
        std::vector<onion::OnionHop> hops = {{crypto::publicKey(us()), onion::encodePayload(payload)}};
        if (forward_to)
            hops.push_back(
                {crypto::publicKey(test::privateKeyOf(*forward_to)), onion::encodePayload(payload)});
        return *onion::createOnion(test::privateKeyOf(static_cast<std::uint8_t>(50 + id)), hops, hash);
    }
    ArrivedHtlc htlc() const {
        return {.htlc = key(),
                .amount_msat = {amount},
                .payment_hash = hash,
                .cltv_expiry = {expiry},
                .onion = created().packet};
    }
    HtlcKey key() const { return {{ByteArray<32>{9}}, id}; }
};

IncomingEnvironment at(Ticks ticks = 0s, UnixTime now = start, std::uint32_t height = tip) {
    return {.tip_height = height, .now = now, .ticks = ticks};
}

/// The failure that the payer reads.
std::optional<onion::FailureMessage> read(const IncomingActions& actions, const Payer& payer) {
    if (actions.size() != 1) return std::nullopt;
    const auto* fail = std::get_if<FailHtlc>(&actions[0]);
    if (!fail) return std::nullopt;
    const auto failure = onion::unwrapFailurePacket(payer.created().shared_secrets, fail->reason);
    return failure ? failure->message : std::nullopt;
}
bool isWrongDetails(const IncomingActions& actions, const Payer& payer) {
    const auto message = read(actions, payer);
    return message &&
           *message == onion::FailureMessage{onion::FailureCode::incorrect_or_unknown_payment_details,
                                             onion::PaymentDetails{{payer.amount}, tip}};
}
IncomingPayments withInvoice(std::optional<std::int64_t> msat = 100'000) {
    IncomingPayments payments;
    payments.add(invoiced(msat)).value();
    return payments;
}

} // namespace

class TestIncomingPayment : public QObject {
    Q_OBJECT

private slots:
    void onePart_isClaimed() {
        IncomingPayments payments = withInvoice();
        payments.changed();
        const auto actions = payments.onHtlc(Payer{}.htlc(), us(), at());
        QVERIFY(actions == (IncomingActions{PaymentReceived{invoiced().payment_hash, {100'000}},
                                            FulfillHtlc{Payer{}.key(), invoiced().preimage}}));
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::claiming);
        QCOMPARE(payments.changed(), std::vector<PaymentHash>{invoiced().payment_hash});
        payments.onSettled(Payer{}.key());
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::claimed);
        QVERIFY(payments.claims().empty());
    }

    void parts_areCollected() {
        IncomingPayments payments = withInvoice();
        QVERIFY(
            payments.onHtlc(Payer{.id = 1, .amount = 60'000, .forward = 60'000}.htlc(), us(), at()).empty());
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::collecting);
        // The same HTLC again changes nothing.
        QVERIFY(
            payments.onHtlc(Payer{.id = 1, .amount = 60'000, .forward = 60'000}.htlc(), us(), at()).empty());
        const auto actions =
            payments.onHtlc(Payer{.id = 2, .amount = 40'000, .forward = 40'000}.htlc(), us(), at());
        QCOMPARE(actions.size(), std::size_t{3});
        QCOMPARE(std::get<PaymentReceived>(actions[0]).amount.value, std::int64_t{100'000});
    }

    void missingParts_failAfter60s() {
        IncomingPayments payments = withInvoice();
        const Payer payer{.amount = 60'000, .forward = 60'000};
        payments.onHtlc(payer.htlc(), us(), at(5s));
        QCOMPARE(payments.nextDeadline(), std::optional<Ticks>(65s));
        QVERIFY(payments.tick(at(64s)).empty());
        const auto message = read(payments.tick(at(65s)), payer);
        QVERIFY(message && message->code == onion::FailureCode::mpp_timeout);
        QVERIFY(payments.find(payer.hash)->state == IncomingState::open);
        // The payer may try again.
        QCOMPARE(payments.onHtlc(Payer{.id = 3}.htlc(), us(), at(66s)).size(), std::size_t{2});
    }

    void threat82_wrongSecretOrTotal_oneCodeForAll_data() {
        QTest::addColumn<int>("fault");
        for (const char* name : {"secret", "no payment data", "hash unknown", "total below",
                                 "total above twice", "expiry too near", "expiry too far"})
            QTest::newRow(name) << 0;
    }
    void threat82_wrongSecretOrTotal_oneCodeForAll() {
        const QString fault = QTest::currentDataTag();
        IncomingPayments payments = withInvoice();
        Payer payer;
        if (fault == "secret") payer.secret = {ByteArray<32>{4}};
        if (fault == "no payment data") payer.with_payment_data = false;
        if (fault == "hash unknown") payer.hash = {ByteArray<32>{5}};
        if (fault == "total below") payer.amount = payer.forward = payer.total = 99'999;
        if (fault == "total above twice") payer.amount = payer.forward = payer.total = 200'001;
        if (fault == "expiry too near") payer.expiry = payer.outgoing = tip + 143;
        if (fault == "expiry too far") payer.expiry = tip + 2017;
        QVERIFY(isWrongDetails(payments.onHtlc(payer.htlc(), us(), at()), payer));
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::open);
        QVERIFY(!payments.preimageForChain(payer.key()));
    }

    void threat82_differentTotals_areRefused() {
        IncomingPayments payments = withInvoice();
        payments.onHtlc(Payer{.id = 1, .amount = 60'000, .forward = 60'000, .total = 100'000}.htlc(), us(),
                        at());
        const Payer other{.id = 2, .amount = 60'000, .forward = 60'000, .total = 120'000};
        QVERIFY(isWrongDetails(payments.onHtlc(other.htlc(), us(), at()), other));
    }

    void threat41_expiryBounds_areInclusive() {
        for (const std::uint32_t blocks : {144U, 2016U}) {
            IncomingPayments payments = withInvoice();
            QCOMPARE(payments.onHtlc(Payer{.expiry = tip + blocks, .outgoing = tip + 20}.htlc(), us(), at())
                         .size(),
                     std::size_t{2});
        }
    }

    void belowItsOwnOnion_hasItsOwnCodes() {
        IncomingPayments payments = withInvoice();
        const Payer late{.expiry = tip + 150, .outgoing = tip + 151};
        QVERIFY(read(payments.onHtlc(late.htlc(), us(), at()), late) ==
                (onion::FailureMessage{onion::FailureCode::final_incorrect_cltv_expiry,
                                       onion::FinalExpiry{{tip + 150}}}));
        const Payer little{.id = 2, .amount = 99'999};
        QVERIFY(read(payments.onHtlc(little.htlc(), us(), at()), little) ==
                (onion::FailureMessage{onion::FailureCode::final_incorrect_htlc_amount,
                                       onion::FinalAmount{{99'999}}}));
    }

    void toForward_orUnreadable_isRefused() {
        IncomingPayments payments = withInvoice();
        const Payer forward{.forward_to = 8};
        QVERIFY(read(payments.onHtlc(forward.htlc(), us(), at()), forward)->code ==
                onion::FailureCode::unknown_next_peer);
        ArrivedHtlc damaged = Payer{.id = 2}.htlc();
        damaged.onion[100] ^= 1;
        const auto actions = payments.onHtlc(damaged, us(), at());
        QCOMPARE(std::get<FailMalformedHtlc>(actions.at(0)).failure_code, std::uint16_t{0xc005});
        QCOMPARE(std::get<FailMalformedHtlc>(actions.at(0)).sha256_of_onion, crypto::sha256(damaged.onion));
        ArrivedHtlc blinded = Payer{.id = 3}.htlc();
        blinded.in_blinded_path = true;
        QCOMPARE(std::get<FailMalformedHtlc>(payments.onHtlc(blinded, us(), at()).at(0)).failure_code,
                 std::uint16_t{0xc018});
    }

    void channelRefuses_isFailedWhateverTheOnionSays() {
        IncomingPayments payments = withInvoice();
        ArrivedHtlc late = Payer{}.htlc();
        late.refusal = ArrivedHtlc::Refusal::expiry;
        QVERIFY(isWrongDetails(payments.onHtlc(late, us(), at()), Payer{}));
        std::uint64_t id = 2;
        for (const auto refusal :
             {ArrivedHtlc::Refusal::dust_exposure, ArrivedHtlc::Refusal::funding_unconfirmed}) {
            const Payer next{.id = id++};
            ArrivedHtlc refused = next.htlc();
            refused.refusal = refusal;
            QVERIFY(read(payments.onHtlc(refused, us(), at()), next)->code ==
                    onion::FailureCode::temporary_node_failure);
        }
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::open);
    }

    void remove_onlyWhatNoHtlcNeeds() {
        IncomingPayments payments = withInvoice();
        const PaymentHash hash = invoiced().payment_hash;
        const Payer part{.amount = 60'000, .forward = 60'000};
        payments.onHtlc(part.htlc(), us(), at());
        QVERIFY(payments.remove(hash).error() == IncomingPayments::RemoveError::being_paid);
        const Payer rest{.id = 2, .amount = 40'000, .forward = 40'000};
        payments.onHtlc(rest.htlc(), us(), at());
        QVERIFY(payments.remove(hash).error() == IncomingPayments::RemoveError::being_paid);
        payments.onSettled(part.key());
        payments.onSettled(rest.key());
        QVERIFY(payments.remove(hash));
        QVERIFY(payments.find(hash) == nullptr && payments.changed().empty());
        QVERIFY(payments.remove(hash).error() == IncomingPayments::RemoveError::unknown);
        QVERIFY(!payments.preimageForChain(part.key()));
    }

    void anyAmount_takesTheTotal() {
        IncomingPayments payments = withInvoice(std::nullopt);
        QCOMPARE(payments.onHtlc(Payer{.amount = 7, .forward = 7, .total = 7}.htlc(), us(), at()).size(),
                 std::size_t{2});
    }

    void expired_takesNothing() {
        IncomingPayments payments = withInvoice();
        payments.tick(at(0s, start + std::chrono::hours(1)));
        QVERIFY(payments.find(invoiced().payment_hash)->state == IncomingState::expired);
        QVERIFY(isWrongDetails(payments.onHtlc(Payer{}.htlc(), us(), at()), Payer{}));
    }

    // The clock decides, not whether the timer ran yet.
    void expired_beforeTheTick_takesNothing() {
        IncomingPayments payments = withInvoice();
        const UnixTime end = invoiced().expires_at;
        QVERIFY(isWrongDetails(payments.onHtlc(Payer{}.htlc(), us(), at(0s, end)), Payer{}));
        QCOMPARE(payments.onHtlc(Payer{.id = 2}.htlc(), us(), at(0s, end - 1s)).size(), std::size_t{2});
    }

    void threat86_hashIsUsedOnce() {
        IncomingPayments payments = withInvoice();
        QVERIFY(payments.add(invoiced()).error() == IncomingPayments::AddError::hash_used);
        payments.onHtlc(Payer{}.htlc(), us(), at());
        const Payer second{.id = 2};
        QVERIFY(isWrongDetails(payments.onHtlc(second.htlc(), us(), at()), second));
        QVERIFY(preimageFor(crypto::Secret<32>(ByteArray<32>{1}), ByteArray<32>{2}) !=
                preimageFor(crypto::Secret<32>(ByteArray<32>{1}), ByteArray<32>{3}));
    }

    void threat87_someClaimed_thenRestart_restIsClaimed() {
        IncomingPayments payments = withInvoice();
        const Payer first{.id = 1, .amount = 60'000, .forward = 60'000};
        const Payer second{.id = 2, .amount = 40'000, .forward = 40'000};
        payments.onHtlc(first.htlc(), us(), at());
        payments.onHtlc(second.htlc(), us(), at());
        payments.onSettled(first.key());
        IncomingPayments restarted;
        restarted.restore(*IncomingPayment::fromBytes(payments.find(first.hash)->serialized()), 0s);
        QVERIFY(restarted.claims() == (IncomingActions{FulfillHtlc{second.key(), invoiced().preimage}}));
        QVERIFY(restarted.preimageForChain(second.key()));
        restarted.tick(at(3600s, start + std::chrono::hours(48)));
        QVERIFY(restarted.find(first.hash)->state == IncomingState::claiming);
        restarted.onSettled(second.key());
        QVERIFY(restarted.find(first.hash)->state == IncomingState::claimed);
    }

    void threat62_preimageForChain_onlyWhenClaiming() {
        IncomingPayments payments = withInvoice();
        const Payer part{.id = 1, .amount = 60'000, .forward = 60'000};
        payments.onHtlc(part.htlc(), us(), at());
        QVERIFY(!payments.preimageForChain(part.key()));            // still collecting
        QVERIFY(!payments.preimageForChain(Payer{.id = 77}.key())); // another HTLC of the same hash
        const Payer rest{.id = 2, .amount = 40'000, .forward = 40'000};
        payments.onHtlc(rest.htlc(), us(), at());
        QCOMPARE(payments.preimageForChain(part.key()), std::optional(invoiced().preimage));
        QVERIFY(!payments.preimageForChain(Payer{.id = 77}.key()));
    }

    void blocksPassed_whileCollecting_partsFail() {
        IncomingPayments payments = withInvoice();
        payments.onHtlc(Payer{.id = 1, .amount = 60'000, .forward = 60'000}.htlc(), us(), at());
        const auto actions = payments.onHtlc(
            Payer{.id = 2, .amount = 40'000, .forward = 40'000, .expiry = tip + 400, .outgoing = tip + 400}
                .htlc(),
            us(), at(1s, start, tip + 100));
        QCOMPARE(actions.size(), std::size_t{2});
        QVERIFY(std::holds_alternative<FailHtlc>(actions[0]) && std::holds_alternative<FailHtlc>(actions[1]));
    }

    void partGoneWhileCollecting_isForgotten() {
        IncomingPayments payments = withInvoice();
        const Payer part{.amount = 60'000, .forward = 60'000};
        payments.onHtlc(part.htlc(), us(), at());
        payments.onGone(part.key());
        QVERIFY(payments.find(part.hash)->state == IncomingState::open);
        QVERIFY(!payments.nextDeadline());
    }

    void serialized_roundTrips_damageIsRefused() {
        IncomingPayments payments = withInvoice();
        payments.onHtlc(Payer{.amount = 60'000, .forward = 60'000}.htlc(), us(), at());
        const IncomingPayment& payment = *payments.find(invoiced().payment_hash);
        const Bytes bytes = payment.serialized();
        QVERIFY(*IncomingPayment::fromBytes(bytes) == payment);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            QVERIFY(!IncomingPayment::fromBytes(ByteView(bytes).first(i)));
    }
};

DUPLEX_TEST(TestIncomingPayment)
#include "tst_incoming_payment.moc"
