#include "core/lightning/keys/per_commitment_secret.h"

#include "tests/support/json_vector.h"

using namespace duplex;
using namespace duplex::lightning::keys;
using duplex::test::hexOf;
using duplex::test::jsonVector;

namespace {

QJsonObject vectors() {
    return jsonVector("lightning/bolt03/per_commitment_secrets.json").object();
}

crypto::Secret<32> secretOf(const QJsonValue& hex) {
    return crypto::Secret<32>(toArray<32>(hexOf(hex)));
}

} // namespace

class TestPerCommitmentSecret : public QObject {
    Q_OBJECT

private slots:
    void generation_data() {
        QTest::addColumn<QJsonObject>("vector");
        for (const QJsonValue vector : vectors()["generation"].toArray())
            QTest::newRow(qPrintable(vector["name"].toString())) << vector.toObject();
    }
    void generation() {
        QFETCH(QJsonObject, vector);
        const std::uint64_t index = vector["I"].toString().toULongLong(nullptr, 0);
        QCOMPARE(toHex(generateFromSeed(secretOf(vector["seed"]), index).reveal()),
                 toHex(hexOf(vector["output"])));
    }

    void storage_data() {
        QTest::addColumn<QJsonArray>("inserts");
        for (const QJsonValue vector : vectors()["storage"].toArray())
            QTest::newRow(qPrintable(vector["name"].toString())) << vector["inserts"].toArray();
    }
    void storage() {
        QFETCH(QJsonArray, inserts);
        ReceivedSecrets store;
        for (const QJsonValue insert : inserts) {
            const std::uint64_t index = insert["I"].toString().toULongLong();
            const CommitmentNumber number{last_commitment_number.value - index};
            const ReceivedSecrets before = store;
            const auto inserted = store.insert(number, secretOf(insert["secret"]));
            QCOMPARE(inserted.has_value(), insert["output"].toString() == "OK");
            if (!inserted) {
                QVERIFY(inserted.error() == SecretStoreError::contradicts_earlier_secret);
                QVERIFY(store == before);
            }
        }
    }

    void everyInsertedSecret_isFoundAgain() {
        const crypto::Secret<32> seed(ByteArray<32>{7});
        ReceivedSecrets store;
        for (std::uint64_t n = 0; n < 700; ++n) QVERIFY(store.insert({n}, perCommitmentSecret(seed, {n})));
        for (std::uint64_t n = 0; n < 700; ++n)
            QVERIFY(store.secretOf({n}) == perCommitmentSecret(seed, {n}));
        QVERIFY(!store.secretOf({700}));
        QVERIFY(store.insert({699}, perCommitmentSecret(seed, {699})).error() ==
                SecretStoreError::wrong_order);

        ByteWriter writer;
        store.write(writer);
        QVERIFY(writer.size() < 9 + 49 * 40);
        ByteReader reader(writer.view());
        QVERIFY(ReceivedSecrets::read(reader) == store);
        QVERIFY(reader.finished());
    }

    void pointOfZero_isNone() { QVERIFY(!pointOf(crypto::Secret<32>())); }
};

DUPLEX_TEST(TestPerCommitmentSecret)
#include "tst_per_commitment_secret.moc"
