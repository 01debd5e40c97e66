#include "tests/support/test_main.h"

#include "core/family/bitcoin/recognise.h"
#include "core/lightning/invoice/bolt11.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
namespace ln = duplex::lightning;
using Kind = api::Recognised::Kind;

namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr const char* address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

std::string linkWith(std::string_view query) {
    std::string link = "bitcoin:";
    link += address;
    link += query;
    return link;
}

RecogniseFacts facts() {
    return {.network = duplex::bitcoin::parametersOf(duplex::bitcoin::Network::regtest),
            .now = now,
            .own_node_id = "",
            .is_ours = [](const duplex::bitcoin::Script&) { return false; },
            .height_of = [](const duplex::bitcoin::BlockHash&) { return std::optional<std::int64_t>(); }};
}

std::string invoice(std::optional<std::int64_t> sat, std::int64_t expiry = 3'600,
                    duplex::bitcoin::Network network = duplex::bitcoin::Network::regtest) {
    ln::invoice::Invoice made;
    if (sat) made.amount = ln::MilliSatoshi{*sat * 1'000};
    made.timestamp = unixTime(now - 60);
    made.payment_hash = {{1}};
    made.payment_secret = {{2}};
    made.description = "tea";
    made.expiry = std::chrono::seconds{expiry};
    made.features = ln::ourInvoiceFeatures();
    return *ln::invoice::signInvoice(made, duplex::bitcoin::parametersOf(network),
                                     *crypto::PrivateKey::fromBytes(ByteArray<32>{1}));
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

} // namespace

class TestRecognise : public QObject {
    Q_OBJECT

private slots:
    void invoice_isRead_inEveryForm() {
        const std::string text = invoice(25'000);
        for (const std::string& form : {text, "lightning:" + text, "LIGHTNING:" + upper(text),
                                        "  " + text + "\n", "lightning://" + text}) {
            const auto found = recognise(form, facts());
            QVERIFY2(found.kind == Kind::invoice, found.words.c_str());
            QCOMPARE(*found.amount_msat, std::int64_t{25'000'000});
            QCOMPARE(found.description, std::string("tea"));
            QCOMPARE(found.expires_at, now - 60 + 3'600);
            QVERIFY(!found.expired);
            QVERIFY(found.address.empty());
        }
    }

    void invoice_expired_saysSo() {
        const auto found = recognise(invoice(1, 30), facts());
        QVERIFY(found.expired);
        QVERIFY(found.words.find("expired") != std::string::npos);
    }

    void invoice_ofAnotherNetwork_warns() {
        const auto found = recognise(invoice(1, 3'600, duplex::bitcoin::Network::main), facts());
        QCOMPARE(found.kind, Kind::nothing);
        QVERIFY(found.invoice.empty());
        QVERIFY(found.warning.find("main network") != std::string::npos);
    }

    void invoice_own_warns() {
        auto own = facts();
        own.own_node_id = crypto::publicKey(*crypto::PrivateKey::fromBytes(ByteArray<32>{1})).hex();
        QVERIFY(recognise(invoice(1), own).ours);
    }

    void unifiedLink_holdsBoth() {
        const std::string link = linkWith("?amount=0.00025&label=tea%20house&lightning=");
        const auto found = recognise(link + invoice(25'000), facts());
        QCOMPARE(found.kind, Kind::link);
        QCOMPARE(found.address, std::string(address));
        QVERIFY(!found.invoice.empty());
        QCOMPARE(found.description, std::string("tea house"));
        QVERIFY(found.warning.empty());
        const auto loud = recognise(upper(link + invoice(25'000)), facts());
        QCOMPARE(loud.kind, Kind::link);
        QVERIFY(!loud.invoice.empty());
    }

    // BIP 21 lets keys be escaped too: what the RPC interface pays is what the window shows.
    void linkKeys_escaped_areRead() {
        const auto found = recognise(linkWith("?%61mount=0.5"), facts());
        QCOMPARE(found.amount_msat.value_or(0), std::int64_t{50'000'000'000});
        QCOMPARE(recognise(linkWith("?amount=1&%61mount=2"), facts()).kind, Kind::nothing);
        QCOMPARE(recognise(linkWith("?%72eq-x=1"), facts()).kind, Kind::nothing);
    }

    void linkAmount_thatIsNone_isRefused() {
        for (const char* amount : {"", ".", "1..2", "-1", "1e3", "21000000.00000001"})
            QCOMPARE(recognise(linkWith(std::string("?amount=") + amount), facts()).kind, Kind::nothing);
    }

    // threats 106: a stranger's description cannot turn or break what stands beside it.
    void threat106_description_isPlainPrintableText() {
        // Line feed, right-to-left override, line separator, zero width space.
        const auto found =
            recognise(linkWith("?label=a%0Ab%E2%80%AEc%E2%80%A8d%E2%80%8Be&message=%C3%A9"), facts());
        QCOMPARE(found.description, std::string("a bc de – \xc3\xa9"));
        const auto refused = recognise(linkWith("?req-%E2%80%AEx=1"), facts());
        QVERIFY(refused.words.find("\xe2\x80\xae") == std::string::npos);
    }

    // threats 101: two targets that differ in amount.
    void threat101_linkWithTwoAmounts_warns() {
        const std::string link = linkWith("?amount=0.00025&lightning=");
        const auto found = recognise(link + invoice(26'000), facts());
        QVERIFY(found.warning.find("25000 sat") != std::string::npos);
        QVERIFY(found.warning.find("26000 sat") != std::string::npos);
        QVERIFY(!recognise(link + invoice(std::nullopt), facts()).warning.empty());
    }

    void unifiedLink_unusableInvoice_keepsTheAddress() {
        const std::string link = linkWith("?lightning=");
        const auto other = recognise(link + invoice(1, 3'600, duplex::bitcoin::Network::main), facts());
        QCOMPARE(other.address, std::string(address));
        QVERIFY(other.invoice.empty());
        QVERIFY(!other.warning.empty());
        const auto expired = recognise(link + invoice(1, 30), facts());
        QVERIFY(expired.invoice.empty());
        QVERIFY(!expired.expired);
    }

    void link_withInvoiceOnly_isAnInvoice() {
        QCOMPARE(recognise("bitcoin:?lightning=" + invoice(5), facts()).kind, Kind::invoice);
    }

    void link_repeatedOrUnknownRequired_isRefused() {
        const std::string link = linkWith("");
        QVERIFY(recognise(link + "?amount=1&AMOUNT=2", facts()).words.find("twice") != std::string::npos);
        QCOMPARE(recognise(link + "?req-magic=1", facts()).kind, Kind::nothing);
        QCOMPARE(recognise(link + "?amount=1.123456789", facts()).kind, Kind::nothing);
        QCOMPARE(recognise(link + "?amount=21000001", facts()).kind, Kind::nothing);
    }

    void node_withAndWithoutAddress() {
        const std::string id = crypto::publicKey(*crypto::PrivateKey::fromBytes(ByteArray<32>{1})).hex();
        const auto plain = recognise(id, facts());
        QCOMPARE(plain.kind, Kind::node);
        QVERIFY(!plain.asks_network);
        const auto with = recognise(id + "@127.0.0.1:9735", facts());
        QCOMPARE(with.kind, Kind::node);
        QVERIFY(with.asks_network);
        QCOMPARE(recognise(id + "@", facts()).kind, Kind::nothing);
    }

    void shortChannelId_heightAndHash() {
        QCOMPARE(recognise("539268x845x1", facts()).kind, Kind::short_channel);
        QCOMPARE(recognise("840000", facts()).height, std::int64_t{840'000});
        QCOMPARE(recognise(std::string(64, 'a'), facts()).kind, Kind::txid_or_hash);
    }

    // threats 110: words are never repeated in the answer.
    void words_areWarnedAboutAndNotEchoed() {
        const std::string words =
            "legal winner thank year wave sausage worth useful legal winner thank yellow";
        const auto found = recognise(words, facts());
        QCOMPARE(found.kind, Kind::words);
        QVERIFY(found.words.find("sausage") == std::string::npos);
    }

    void nonsense_saysWhatIsWrong() {
        for (const std::string& text :
             {std::string(), std::string(" "), std::string(20'000, 'x'),
              std::string("lnbcrt1pvjluezpp5qqqsyqcyq5rqwzqf"), std::string("bitcoin:"),
              std::string("lightning:"), std::string("hello")}) {
            const auto found = recognise(text, facts());
            QCOMPARE(found.kind, Kind::nothing);
            QVERIFY(!found.words.empty());
        }
    }
};

DUPLEX_TEST(TestRecognise)
#include "tst_recognise.moc"
