#include "tests/support/test_main.h"

#include "core/bitcoin/keys/descriptor.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::keys;

namespace {

const NetworkParameters& mainNet() {
    return parametersOf(Network::main);
}

void addRows(const char* bip) {
    QTest::addColumn<QJsonObject>("given");
    QFile file(
        test::vectorPath(qPrintable(QStringLiteral("bips/bip%1/descriptors.json").arg(QLatin1String(bip)))));
    QVERIFY(file.open(QIODevice::ReadOnly));
    int row = 0;
    for (const QJsonValue& value : QJsonDocument::fromJson(file.readAll()).array()) {
        QTest::addRow("%s %d %s", bip, row++, qPrintable(value["label"].toString())) << value.toObject();
    }
}

std::expected<Descriptor, DescriptorError> parse(const QString& text) {
    return Descriptor::parse(text.toStdString(), mainNet());
}

/// Valid rows give their scripts at index 0, 1 and 2, invalid ones are refused. Forms that this program does
/// not read say so.
void checkRow(const QJsonObject& given) {
    const auto descriptor = parse(given["value"].toString());
    if (!given["valid"].toBool()) {
        QVERIFY(!descriptor);
        return;
    }
    if (!descriptor && descriptor.error() == DescriptorError::unknown_form) {
        QVERIFY(given["value"].toString().contains(u',')); // multi, or tr with scripts
        return;
    }
    QVERIFY2(descriptor.has_value(), descriptor ? "" : std::string(textOf(descriptor.error())).c_str());
    std::uint32_t index = 0;
    for (const QJsonValue& expected : given["results"].toArray()) {
        const auto script = descriptor->scriptAt(index++);
        QVERIFY2(script.has_value(), script ? "" : std::string(textOf(script.error())).c_str());
        QCOMPARE(QString::fromStdString(toHex(*script)), expected.toString());
    }
}

} // namespace

class TestDescriptor : public QObject {
    Q_OBJECT

private slots:
    void bip380Checksum_data() { addRows("0380"); }
    void bip380Checksum() {
        QFETCH(QJsonObject, given);
        QString text = given["value"].toString();
        if (!text.startsWith(QStringLiteral("raw(")))
            text = QStringLiteral("pkh(%1)").arg(text); // key expressions
        QCOMPARE(parse(text).has_value(), given["valid"].toBool());
    }

    void bip381_data() { addRows("0381"); }
    void bip381() {
        QFETCH(QJsonObject, given);
        checkRow(given);
    }
    void bip382_data() { addRows("0382"); }
    void bip382() {
        QFETCH(QJsonObject, given);
        checkRow(given);
    }
    void bip385_data() { addRows("0385"); }
    void bip385() {
        QFETCH(QJsonObject, given);
        checkRow(given);
    }
    void bip386_data() { addRows("0386"); }
    void bip386() {
        QFETCH(QJsonObject, given);
        checkRow(given);
    }

    void bip389_data() { addRows("0389"); }
    void bip389() {
        QFETCH(QJsonObject, given);
        const auto descriptor = parse(given["value"].toString());
        if (!given["valid"].toBool()) {
            QVERIFY(!descriptor);
            return;
        }
        QVERIFY(descriptor.has_value());
        const QJsonArray expected = given["results"].toArray();
        const auto branches = descriptor->branches();
        QCOMPARE(static_cast<qsizetype>(branches.size()), expected.size());
        QVERIFY(descriptor->scriptAt(0).error() == DescriptorError::bad_multipath);
        for (qsizetype i = 0; i < expected.size(); ++i) {
            const auto single = parse(expected[i].toString());
            QVERIFY(single.has_value());
            QCOMPARE(branches[static_cast<std::size_t>(i)].publicText(), single->publicText());
            const auto script = branches[static_cast<std::size_t>(i)].scriptAt(0);
            QCOMPARE(script.has_value(), single->scriptAt(0).has_value());
            if (script) QVERIFY(*script == *single->scriptAt(0));
        }
    }

    void checksum_required() {
        QVERIFY(Descriptor::parse("raw(deadbeef)#89f8spxm", mainNet(), Descriptor::Checksum::required)
                    .has_value());
        QVERIFY(Descriptor::parse("raw(deadbeef)", mainNet(), Descriptor::Checksum::required).error() ==
                DescriptorError::missing_checksum);
        QCOMPARE(*descriptorChecksum("raw(deadbeef)"), std::string("89f8spxm"));
    }

    void publicText_hidesPrivateKeys() {
        const auto wif =
            parse("pkh([deadbeef/1/2'/3/4']L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)");
        QVERIFY(wif && wif->hasPrivateKeys() && !wif->isRange() && wif->isSolvable());
        QCOMPARE(wif->publicText(),
                 std::string("pkh([deadbeef/1/2'/3/"
                             "4']03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd)"));
        const auto extended =
            parse("sh(wpkh("
                  "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3"
                  "TGtRBeJgk33yuGBxrMPHi/10h/*h))");
        QVERIFY(extended && extended->hasPrivateKeys() && extended->isRange());
        QCOMPARE(
            extended->publicText(),
            std::string("sh(wpkh(xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1R"
                        "upje8YtGqsefD265TMg7usUDFdp6W1EGMcet8/10h/*h))"));
        QVERIFY(!parse(QString::fromStdString(extended->publicText()))->hasPrivateKeys());
        QVERIFY(parse(QString::fromStdString(extended->publicText()))->scriptAt(0).error() ==
                DescriptorError::hardened_needs_private_key);
        QVERIFY(extended->scriptAt(hardened_bit).error() == DescriptorError::index_out_of_range);
    }

    void manyScripts_cheaperForm_givesTheSameScripts() {
        const std::string xprv =
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6Ln"
            "F5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
        const std::string xpub =
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8"
            "YtGqsefD265TMg7usUDFdp6W1EGMcet8";
        for (const std::string& text :
             {"wpkh(" + xpub + "/1/2/*)", "wpkh(" + xprv + "/1h/2/*)", "sh(wpkh(" + xprv + "/10h/*h))",
              "tr(" + xpub + "/*)", "pkh(" + xpub + ")", "wpkh(" + xpub + "/1h/*)",
              "pkh(" + xpub + "/<0;1>/*)", std::string("raw(deadbeef)")}) {
            const auto descriptor = parse(QString::fromStdString(text));
            QVERIFY2(descriptor.has_value(), text.c_str());
            const Descriptor many = descriptor->forManyScripts();
            for (const std::uint32_t index : {0U, 7U, hardened_bit - 1, hardened_bit})
                QVERIFY2(many.scriptAt(index) == descriptor->scriptAt(index), text.c_str());
        }
    }

    void multisig_bip383Examples_giveTheirScripts() {
        // BIP 383, Test Vectors.
        const QString compressed =
            QStringLiteral("03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd");
        const QString uncompressed = QStringLiteral("04a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56a"
                                                    "c1c540c5bd5b8dec5235a0fa8722476c7709c02559"
                                                    "e3aa73aa03918ba2d492eea75abea235");
        const std::string both =
            "5121" + compressed.toStdString() + "41" + uncompressed.toStdString() + "52ae";
        const auto scriptOf = [](const QString& text) {
            const auto descriptor = parse(text);
            const auto script = descriptor ? descriptor->scriptAt(0) : std::unexpected(descriptor.error());
            return script ? toHex(*script) : std::string(textOf(script.error()));
        };
        QCOMPARE(scriptOf(QStringLiteral("multi(1,%1,%2)").arg(compressed, uncompressed)), both);
        QCOMPARE(scriptOf(QStringLiteral("sortedmulti(1,%1,%2)").arg(uncompressed, compressed)), both);
        QCOMPARE(
            scriptOf("sh(multi(2,[00000000/111'/222]"
                     "xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rc"
                     "xFLJ8HFsTjSyQbLYnMpCqE2VbFWc,"
                     "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUd"
                     "JCVVFceUvJFjaPdGZ2y9WACViL4L/0))"),
            std::string("a91445a9a622a8b0a1269944be477640eedc447bbd8487"));
        const auto error = [&](const QString& text) {
            return parse(QString(text).replace(u"KEY"_qs, compressed)).error();
        };
        for (const char* text : {"multi(a,KEY)", "multi(0,KEY)", "multi(2,KEY)", "multi(1)", "multi(1 ,KEY)"})
            QVERIFY2(error(text) == DescriptorError::bad_threshold, text);
        QVERIFY(error("multi(1,KEY,KEY,KEY,KEY)") == DescriptorError::too_many_keys);
        QString many = QStringLiteral("multi(1");
        for (int i = 0; i < 16; ++i) many += u",KEY"_qs;
        QVERIFY(error("sh(" + many + "))") == DescriptorError::too_many_keys);
        QVERIFY(parse(QStringLiteral("wsh(%1))").arg(QString(many).replace(u"KEY"_qs, compressed))));
        QVERIFY(parse(QStringLiteral("wsh(multi(1,%1))").arg(uncompressed)).error() ==
                DescriptorError::uncompressed_key);
    }

    void comboAndRawtr_areRead() {
        const QString key =
            QStringLiteral("03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd");
        const auto combo = parse(QStringLiteral("combo(%1)").arg(key));
        QVERIFY(combo && combo->isSolvable());
        QVERIFY(combo->scriptAt(0).error() == DescriptorError::several_scripts);
        const auto raw = parse(QStringLiteral("rawtr(%1)").arg(key.mid(2)));
        QCOMPARE(toHex(*raw->scriptAt(0)), "5120" + key.mid(2).toStdString());
        QCOMPARE(raw->publicText(), "rawtr(" + key.mid(2).toStdString() + ")");
        for (const char* text : {"sh(combo(%1))", "wsh(rawtr(%1))"})
            QVERIFY(parse(QString(text).arg(key)).error() == DescriptorError::bad_nesting);
    }

    void unknownForms_areTyped() {
        const QString key =
            QStringLiteral("03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd");
        for (const QString& text : {QStringLiteral("tr(%1,pk(%1))"), QStringLiteral("%1"),
                                    QStringLiteral("wsh(and_v(v:pk(%1),after(10)))")}) {
            QVERIFY(parse(text.arg(key)).error() == DescriptorError::unknown_form);
        }
        QVERIFY(parse("").error() == DescriptorError::unknown_form);
        QVERIFY(parse("pkh(" + key).error() == DescriptorError::unknown_form);
        QVERIFY(parse(QString(20'000, u'(')).error() == DescriptorError::unknown_form);
    }
};

DUPLEX_TEST(TestDescriptor)
#include "tst_descriptor.moc"
