#include "tests/support/lightning_vectors.h"

#include "core/family/bitcoin/payment_rows.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

lightning::payment::PaymentRequest request() {
    return {.id = {ByteArray<16>{7}},
            .payment_hash = lightning::paymentHashOf({ByteArray<32>{42}}),
            .payment_secret = {ByteArray<32>{8}},
            .payee = crypto::publicKey(test::privateKeyOf(4)),
            .amount = {1'000'000},
            .min_final_cltv_expiry_delta = {18},
            .max_fee = {20'000},
            .created = unixTime(1'800'000'000)};
}

lightning::payment::IncomingPayment incoming() {
    lightning::payment::IncomingPayment payment;
    payment.preimage = {ByteArray<32>{42}};
    payment.payment_hash = lightning::paymentHashOf(payment.preimage);
    payment.payment_secret = {ByteArray<32>{8}};
    payment.amount = lightning::MilliSatoshi{5'000};
    payment.expires_at = unixTime(1'800'003'600);
    payment.state = lightning::payment::IncomingState::claiming;
    payment.parts = {{.htlc = {{ByteArray<32>{9}}, 3},
                      .amount = {5'000},
                      .cltv_expiry = {800'200},
                      .total_msat = {5'000},
                      .shared_secret = crypto::Secret<32>(ByteArray<32>{1})}};
    payment.received = {5'000};
    return payment;
}

/// Every shortened form, a longer one and another version are refused.
template <typename Decode>
bool refusesDamage(const Bytes& row, Decode decode) {
    for (std::size_t size = 0; size < row.size(); ++size)
        if (decode(ByteView(row).first(size))) return false;
    Bytes longer = row;
    longer.push_back(0);
    Bytes newer = row;
    newer[0] = 2;
    return !decode(longer) && !decode(newer);
}

} // namespace

class TestPaymentRows : public QObject {
    Q_OBJECT

private slots:
    void payment_roundTrips_damageIsRefused() {
        const lightning::payment::OutgoingPayment payment(request());
        const PaymentFacts facts{.bolt11 = "lnbc1",
                                 .label = "rent",
                                 .description = "an \xc3\xa4",
                                 .completed = unixTime(1'800'000'009),
                                 .created_index = 12};
        const Bytes row = encodedPayment(payment, facts);
        const auto read = decodedPayment(row);
        QVERIFY(read && read->payment == payment && read->facts == facts);
        QVERIFY(refusesDamage(row, [](ByteView bytes) { return decodedPayment(bytes).has_value(); }));
    }

    void invoice_roundTrips_damageIsRefused() {
        const InvoiceFacts facts{.bolt11 = "lnbc1",
                                 .label = "coffee-1",
                                 .description = "a coffee",
                                 .created = unixTime(1'800'000'000),
                                 .paid = unixTime(1'800'000'010),
                                 .pay_index = 3,
                                 .created_index = 4};
        const Bytes row = encodedInvoice(incoming(), facts);
        const auto read = decodedInvoice(row);
        QVERIFY(read && read->payment == incoming() && read->facts == facts);
        QVERIFY(refusesDamage(row, [](ByteView bytes) { return decodedInvoice(bytes).has_value(); }));
    }

    void smallRows_roundTrip_damageIsRefused() {
        const lightning::Preimage preimage{ByteArray<32>{5}};
        QCOMPARE(decodedPreimage(encodedPreimage(preimage)), std::optional(preimage));
        QVERIFY(refusesDamage(encodedPreimage(preimage),
                              [](ByteView bytes) { return decodedPreimage(bytes).has_value(); }));
        const lightning::PaymentHash hash{ByteArray<32>{6}};
        QCOMPARE(decodedPayRequest(encodedPayRequest(hash)), std::optional(hash));
        QVERIFY(refusesDamage(encodedPayRequest(hash),
                              [](ByteView bytes) { return decodedPayRequest(bytes).has_value(); }));
        const PaymentIndexes indexes{.payments = 1, .invoices = 2, .paid = 3};
        QCOMPARE(decodedIndexes(encodedIndexes(indexes)), std::optional(indexes));
        QVERIFY(refusesDamage(encodedIndexes(indexes),
                              [](ByteView bytes) { return decodedIndexes(bytes).has_value(); }));
    }
};

DUPLEX_TEST(TestPaymentRows)
#include "tst_payment_rows.moc"
