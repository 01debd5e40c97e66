#include "tests/support/lightning_vectors.h"

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/bech32.h"
#include "core/lightning/invoice/amount_text.h"
#include "core/lightning/invoice/fields.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::invoice;

namespace {

const bitcoin::NetworkParameters& mainnet() {
    return bitcoin::parametersOf(bitcoin::Network::main);
}
const bitcoin::NetworkParameters& networkOf(const std::string& text) {
    return bitcoin::parametersOf(text.starts_with("lntb") ? bitcoin::Network::testnet4
                                                          : bitcoin::Network::main);
}
crypto::PrivateKey vectorKey() {
    return test::privateKeyOf(test::lightningVectors("bolt11/invoices.json")["private_key"].toString());
}
Invoice sample() {
    return {.amount = MilliSatoshi{123'456},
            .timestamp = unixTime(1'700'000'000),
            .payment_hash = {ByteArray<32>{1}},
            .payment_secret = {ByteArray<32>{2}},
            .description = "coffee",
            .min_final_cltv_expiry_delta = {147},
            .features = ourInvoiceFeatures(),
            .payee = crypto::publicKey(vectorKey())};
}
/// The sample with a field `n`, which we read but never write, signed by `key`.
std::string namingPayee(const NodeId& payee, const crypto::PrivateKey& key) {
    const auto unnamed = bitcoin::decodeBech32(*signInvoice(sample(), mainnet(), key), 7089);
    Words words(unnamed->words.begin(), unnamed->words.end() - 104); // all but the signature
    const Words name = wordsOfBytes(payee);
    words.insert(words.end(), {static_cast<std::uint8_t>(Field::payee), key_words >> 5, key_words & 31});
    words.insert(words.end(), name.begin(), name.end());
    const auto signature = crypto::signRecoverable(invoiceDigest(unnamed->prefix, words), key);
    const Words end = wordsOfBytes(concat({signature.signature, ByteView(&signature.recovery_id, 1)}));
    words.insert(words.end(), end.begin(), end.end());
    return bitcoin::encodeBech32(unnamed->prefix, words, bitcoin::Bech32Variant::bech32);
}

/// What "Signature is not recoverable" and others must be refused for.
InvoiceError expectedFault(const QString& description) {
    const std::vector<std::pair<const char*, InvoiceError>> faults = {
        {"feature 100", InvoiceError::unknown_feature},
        {"checksum is invalid", InvoiceError::not_bech32},
        {"no 1", InvoiceError::not_bech32},
        {"mixed case", InvoiceError::not_bech32},
        {"not recoverable", InvoiceError::bad_signature},
        {"too short", InvoiceError::too_short},
        {"Invalid multiplier", InvoiceError::bad_amount},
        {"sub-millisatoshi", InvoiceError::bad_amount},
        {"Missing required `s`", InvoiceError::no_payment_secret},
    };
    for (const auto& [part, fault] : faults)
        if (description.contains(part)) return fault;
    return InvoiceError::bad_signature;
}

} // namespace

class TestBolt11 : public QObject {
    Q_OBJECT

private slots:
    void valid_data() {
        QTest::addColumn<QString>("description");
        QTest::addColumn<QString>("text");
        int number = 0;
        for (const QJsonValue& c : test::lightningVectors("bolt11/invoices.json")["valid"].toArray())
            for (const QJsonValue& text : c["invoices"].toArray())
                QTest::newRow(qPrintable(QString("%1 %2").arg(++number).arg(c["description"].toString())))
                    << c["description"].toString() << text.toString();
    }
    void valid() {
        QFETCH(QString, description);
        QFETCH(QString, text);
        const std::string invoice_text = text.toStdString();
        const auto invoice = decodeInvoice(invoice_text, networkOf(text.toLower().toStdString()));
        QVERIFY2(invoice, invoice ? "" : textOf(invoice.error()).data());
        if (!description.contains("high-S"))
            QCOMPARE(invoice->payee.hex(), crypto::publicKey(vectorKey()).hex());
        QCOMPARE(invoice->payment_secret.hex(), std::string(64, '1'));

        // Re-encoded: the same invoice again; the same text where the vector has our order of fields.
        const auto& parameters = networkOf(text.toLower().toStdString());
        const auto again = signInvoice(*invoice, parameters, vectorKey());
        QVERIFY(again);
        auto decoded = decodeInvoice(*again, parameters);
        QVERIFY(decoded);
        decoded->payee = invoice->payee;
        QVERIFY(*decoded == *invoice);
        for (const char* same : {"Please make a donation", "Please send $3 for", "nonsense"})
            if (description.contains(same)) QCOMPARE(QString::fromStdString(*again), text);
    }

    void valid_count() {
        QCOMPARE(test::lightningVectors("bolt11/invoices.json")["valid"].toArray().size(), 16);
        QCOMPARE(test::lightningVectors("bolt11/invoices.json")["invalid"].toArray().size(), 10);
    }

    void invalid_data() {
        QTest::addColumn<QString>("description");
        QTest::addColumn<QString>("text");
        for (const QJsonValue& c : test::lightningVectors("bolt11/invoices.json")["invalid"].toArray())
            for (const QJsonValue& text : c["invoices"].toArray())
                QTest::newRow(qPrintable(c["description"].toString()))
                    << c["description"].toString() << text.toString();
    }
    void invalid() {
        QFETCH(QString, description);
        QFETCH(QString, text);
        const auto invoice = decodeInvoice(text.toStdString(), mainnet());
        QVERIFY(!invoice);
        if (description.contains("Non canonical")) {
            // The published string holds `s` twice, which is refused before its signature is looked at.
            QVERIFY(invoice.error() == InvoiceError::repeated_field ||
                    invoice.error() == InvoiceError::bad_signature);
            return;
        }
        QVERIFY2(invoice.error() == expectedFault(description), textOf(invoice.error()).data());
    }

    void fields_asInTheBreakdowns() {
        const QJsonArray valid = test::lightningVectors("bolt11/invoices.json")["valid"].toArray();
        const auto find = [&](const char* part) {
            for (const QJsonValue& c : valid)
                if (c["description"].toString().contains(part)) {
                    const std::string text = c["invoices"].toArray().first().toString().toStdString();
                    return *decodeInvoice(text, networkOf(text));
                }
            return Invoice{};
        };
        const Invoice coffee = find("$3 for a cup");
        QCOMPARE(coffee.amount, std::optional(MilliSatoshi{250'000'000}));
        QCOMPARE(coffee.expiry.count(), 60);
        QCOMPARE(coffee.description, std::optional(std::string("1 cup coffee")));
        QCOMPARE(secondsOf(coffee.timestamp), std::int64_t{1496314658});
        QCOMPARE(find("donation").amount, std::optional<MilliSatoshi>());
        QCOMPARE(find("nonsense").description, std::optional(std::string("ナンセンス 1杯")));
        QCOMPARE(find("pico-BTC").amount, std::optional(MilliSatoshi{967'878'534}));
        QCOMPARE(find("pico-BTC").min_final_cltv_expiry_delta.value, 10u);
        QCOMPARE(toHex(*find("(hashed)").description_hash),
                 std::string("3925b6f67e2c340036ed12093dd44e0368df1b6ea26c53dbe4811f58fd5db8c1"));
        QCOMPARE(*find("metadata 0x01fafaf0").payment_metadata, *fromHex("01fafaf0"));
        QVERIFY(find("8, 14 and 99").features.hasBit(99));
        const Invoice routed = find("extra routing info");
        QCOMPARE(routed.route_hints.size(), std::size_t{1});
        QCOMPARE(routed.route_hints[0].size(), std::size_t{2});
        QCOMPARE(textOf(routed.route_hints[0][0].short_channel_id), std::string("66051x263430x1800"));
        QCOMPARE(routed.route_hints[0][1].fee_base_msat, 2u);
        QCOMPARE(routed.route_hints[0][1].fee_proportional_millionths, 30u);
        QCOMPARE(routed.route_hints[0][1].cltv_expiry_delta.value, 4u);
        for (const char* address : {"1RustyRX2oai4EYYDpQGWvEL62BBGqN9T", "3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX",
                                    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
                                    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
                                    "bc1pptdvg0d2nj99568qn6ssdy4cygnwuxgw2ukmnwgwz7jpqjz2kszse2s3lm"}) {
            const Invoice invoice = find(address);
            QCOMPARE(invoice.fallbacks.size(), std::size_t{1});
            QCOMPARE(bitcoin::addressOf(invoice.fallbacks[0], mainnet()),
                     std::optional(std::string(address)));
        }
        QCOMPARE(find("fields which must be ignored").fallbacks.size(), std::size_t{0});
    }

    void wrongNetwork_named() {
        const std::string text = *signInvoice(sample(), mainnet(), vectorKey());
        for (const bitcoin::Network network :
             {bitcoin::Network::testnet4, bitcoin::Network::signet, bitcoin::Network::regtest})
            QVERIFY(decodeInvoice(text, bitcoin::parametersOf(network)).error() ==
                    InvoiceError::wrong_network);
        // lntb and lntbs share their beginning.
        const std::string signet =
            *signInvoice(sample(), bitcoin::parametersOf(bitcoin::Network::signet), vectorKey());
        QVERIFY(decodeInvoice(signet, bitcoin::parametersOf(bitcoin::Network::testnet4)).error() ==
                InvoiceError::wrong_network);
        QVERIFY(decodeInvoice(signet, bitcoin::parametersOf(bitcoin::Network::signet)));
        QVERIFY(decodeInvoice("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", mainnet()).error() ==
                InvoiceError::not_an_invoice);
    }

    // Who names a payee must have its key: else anybody could ask for money in another's name.
    void namedPayee_mustHaveSigned() {
        const NodeId payee = crypto::publicKey(vectorKey());
        const auto invoice = decodeInvoice(namingPayee(payee, vectorKey()), mainnet());
        QVERIFY(invoice && *invoice == sample());
        const auto other = *crypto::PrivateKey::fromBytes(ByteArray<32>{7});
        QVERIFY(decodeInvoice(namingPayee(payee, other), mainnet()).error() == InvoiceError::bad_signature);
    }

    void threat88_amounts_shortestFormAndBack_data() {
        QTest::addColumn<qlonglong>("msat");
        QTest::addColumn<QString>("text");
        QTest::newRow("1 BTC") << qlonglong{100'000'000'000} << "1";
        QTest::newRow("1 mBTC") << qlonglong{100'000'000} << "1m";
        QTest::newRow("1 sat") << qlonglong{1000} << "10n";
        QTest::newRow("1 msat") << qlonglong{1} << "10p";
        QTest::newRow("2500u") << qlonglong{250'000'000} << "2500u";
        QTest::newRow("all bitcoin") << qlonglong{2'100'000'000'000'000'000} << "21000000";
    }
    void threat88_amounts_shortestFormAndBack() {
        QFETCH(qlonglong, msat);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(amountText({msat})), text);
        QCOMPARE(amountFromText(text.toStdString()), std::optional(MilliSatoshi{msat}));
    }
    void threat88_badAmounts_refused() {
        for (const char* text : {"", "0", "0u", "01u", "1x", "1uu", "u", "1p", "11p", "21000001", "-1", "+1",
                                 "1.5m", "18446744073709551616", "99999999999999999m"})
            QVERIFY2(!amountFromText(text), text);
    }

    void sign_limits() {
        Invoice invoice = sample();
        invoice.description = std::string(longest_description, 'x');
        QVERIFY(decodeInvoice(*signInvoice(invoice, mainnet(), vectorKey()), mainnet()));
        invoice.description = std::string(longest_description + 1, 'x');
        QVERIFY(signInvoice(invoice, mainnet(), vectorKey()).error() ==
                SignInvoiceError::description_too_long);
        invoice.description.reset();
        QVERIFY(signInvoice(invoice, mainnet(), vectorKey()).error() == SignInvoiceError::no_description);
    }

    void threat89_hints_bounded() {
        Invoice invoice = sample();
        const RouteHintHop hop{.node_id = invoice.payee, .short_channel_id = {5}, .cltv_expiry_delta = {40}};
        invoice.route_hints.assign(most_route_hints, RouteHint(most_hops_in_hint, hop));
        const auto text = signInvoice(invoice, mainnet(), vectorKey());
        QVERIFY(text);
        QVERIFY(*decodeInvoice(*text, mainnet()) == invoice);
        invoice.route_hints.push_back({hop});
        QVERIFY(signInvoice(invoice, mainnet(), vectorKey()).error() == SignInvoiceError::hint_too_long);
    }

    void threat75_foreignText_givesErrors() {
        const std::string good = *signInvoice(sample(), mainnet(), vectorKey());
        for (std::size_t i = 0; i < good.size(); i += 3) {
            std::string bad = good;
            bad[i] = static_cast<char>(0xff);
            QVERIFY(!decodeInvoice(bad, mainnet()));
            QVERIFY(!decodeInvoice(good.substr(0, i), mainnet()));
        }
        QVERIFY(decodeInvoice(std::string(8000, 'l'), mainnet()).error() == InvoiceError::too_long);
        QVERIFY(!decodeInvoice("", mainnet()));
    }
};

DUPLEX_TEST(TestBolt11)
#include "tst_bolt11.moc"
