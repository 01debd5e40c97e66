#include "tests/support/test_main.h"

#include "core/bitcoin/keys/extended_key.h"
#include "core/bitcoin/keys/mnemonic.h"

#include <fmt/core.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin::keys;

static_assert(!fmt::is_formattable<Mnemonic>::value && !fmt::is_formattable<NormalizedText>::value);
static_assert(!std::is_constructible_v<NormalizedText, std::string> &&
              !std::is_convertible_v<std::string, NormalizedText>);

namespace {

QJsonObject vectors() {
    QFile file(test::vectorPath("keys/vectors.json"));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no keys/vectors.json");
    return QJsonDocument::fromJson(file.readAll()).object();
}

NormalizedText nfkd(const QString& text) {
    return NormalizedText::fromNfkd(text.normalized(QString::NormalizationForm_KD).toStdString());
}

MnemonicFault faultOf(const QString& words) {
    const auto mnemonic = Mnemonic::fromWords(nfkd(words));
    return mnemonic ? MnemonicFault{MnemonicFault::Kind::wrong_count, 999} : mnemonic.error();
}

const QString about = QStringLiteral(
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about");

} // namespace

class TestMnemonic : public QObject {
    Q_OBJECT

private slots:
    void wordList_isTheFile() {
        QFile file(test::vectorPath("../../resources/wordlists/english.txt"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 2048);
        QVERIFY(std::is_sorted(englishWords().begin(), englishWords().end()));
        for (qsizetype i = 0; i < lines.size(); ++i) {
            QCOMPARE(lines[i], QString::fromLatin1(englishWords()[i].data(),
                                                   static_cast<qsizetype>(englishWords()[i].size())));
        }
    }

    void english_data() {
        QTest::addColumn<QStringList>("row");
        int index = 0;
        for (const QJsonValue& value : vectors()["english"].toArray()) {
            QTest::addRow("english %d", index++) << QStringList{value[0].toString(), value[1].toString(),
                                                                value[2].toString(), value[3].toString()};
        }
    }
    void english() {
        QFETCH(QStringList, row);
        const Bytes entropy = *fromHex(row[0].toStdString());
        const auto from_entropy = Mnemonic::fromEntropy(entropy);
        QVERIFY(from_entropy.has_value());
        QCOMPARE(QString::fromStdString(duplex::textOf(from_entropy->sentence().reveal())), row[1]);
        const auto from_words = Mnemonic::fromWords(nfkd(row[1]));
        QVERIFY(from_words && *from_words == *from_entropy);
        const auto seed = from_words->seed(nfkd("TREZOR"));
        QCOMPARE(toHex(seed.reveal()), row[2].toStdString());
        const auto master = ExtendedPrivateKey::fromSeed(seed.reveal());
        const auto& main = bitcoin::parametersOf(bitcoin::Network::main);
        QCOMPARE(duplex::textOf(revealedText(*master, main).reveal()), row[3].toStdString());
    }

    // Words of every language give their seed, once normalised.
    void allLanguages_data() {
        QTest::addColumn<QStringList>("row");
        const QJsonObject all = vectors();
        for (const QString& language : all.keys()) {
            int index = 0;
            for (const QJsonValue& value : all[language].toArray()) {
                if (index < 4)
                    QTest::addRow("%s %d", qPrintable(language), index)
                        << QStringList{value[1].toString(), value[2].toString()};
                ++index;
            }
        }
    }
    void allLanguages() {
        QFETCH(QStringList, row);
        QCOMPARE(toHex(seedOfSentence(nfkd(row[0]), nfkd("TREZOR")).reveal()), row[1].toStdString());
    }

    // NFKD at the door: the composed passphrase gives the seed of the decomposed one.
    void passphrase_composedAndDecomposed_sameSeed() {
        const auto mnemonic = Mnemonic::fromWords(nfkd(about));
        QVERIFY(mnemonic->seed(nfkd(QString::fromUtf8("caf\xc3\xa9"))) ==
                mnemonic->seed(nfkd(QString::fromUtf8("cafe\xcc\x81"))));
        QVERIFY(!(mnemonic->seed() == mnemonic->seed(nfkd("x"))));
    }

    void fromWords_faults() {
        QCOMPARE(faultOf(""), (MnemonicFault{MnemonicFault::Kind::wrong_count}));
        QCOMPARE(faultOf("abandon abandon abandon"), (MnemonicFault{MnemonicFault::Kind::wrong_count}));
        QCOMPARE(faultOf(about + " abandon"), (MnemonicFault{MnemonicFault::Kind::wrong_count}));
        QCOMPARE(faultOf(QString(about).replace("about", "abandon")),
                 (MnemonicFault{MnemonicFault::Kind::bad_checksum}));
        QCOMPARE(faultOf(QString(about).replace("about", "abouts")),
                 (MnemonicFault{MnemonicFault::Kind::unknown_word, 11}));
        QCOMPARE(faultOf(QString(about).replace("about", "abou")),
                 (MnemonicFault{MnemonicFault::Kind::unknown_word, 11}));
        QCOMPARE(faultOf(QString(about).replace("about", "abandonabandonabandon")),
                 (MnemonicFault{MnemonicFault::Kind::unknown_word, 11}));
        QCOMPARE(faultOf(QString::fromUtf8("caf\xc3\xa9 ") + about.mid(8)),
                 (MnemonicFault{MnemonicFault::Kind::unknown_word, 0}));
    }

    void fromWords_caseAndSpaces_donotMatter() {
        const auto plain = Mnemonic::fromWords(nfkd(about));
        const auto odd = Mnemonic::fromWords(
            nfkd(QStringLiteral("  ") + about.toUpper().replace(u' ', QStringLiteral(" \n\t")) + u'\n'));
        QVERIFY(plain && odd && *plain == *odd);
    }

    void entropy_everySize_roundTrips() {
        for (std::size_t size = 0; size <= 40; ++size) {
            Bytes entropy(size);
            for (std::size_t i = 0; i < size; ++i) entropy[i] = static_cast<std::uint8_t>(97 * i + size);
            const auto mnemonic = Mnemonic::fromEntropy(entropy);
            QCOMPARE(mnemonic.has_value(), size >= 16 && size <= 32 && size % 4 == 0);
            if (!mnemonic) continue;
            QCOMPARE(mnemonic->words().size(), size * 3 / 4);
            const auto again =
                Mnemonic::fromWords(NormalizedText::fromNfkd(duplex::textOf(mnemonic->sentence().reveal())));
            QVERIFY(again && again->entropy() == mnemonic->entropy());
        }
    }

    void completion() {
        QCOMPARE(englishWordsBeginningWith("zo"), (std::vector<std::string_view>{"zone", "zoo"}));
        QCOMPARE(englishWordsBeginningWith("").size(), std::size_t{2048});
        QVERIFY(englishWordsBeginningWith("xx").empty());
    }
};

DUPLEX_TEST(TestMnemonic)
#include "tst_mnemonic.moc"
