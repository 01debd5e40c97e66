#include "tests/support/lightning_vectors.h"

#include "core/lightning/transport/cipher_stream.h"
#include "core/lightning/transport/noise_handshake.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::transport;
using duplex::test::hexBytes;

namespace {

struct Script {
    crypto::PrivateKey local_static;
    crypto::PrivateKey ephemeral;
    QString remote_static;
    std::vector<Bytes> inputs;
    QStringList outputs;
};

Script scriptOf(const QJsonArray& steps) {
    const auto find = [&](const char* name) {
        for (const QJsonValue& step : steps)
            if (step.toObject().contains(name)) return step[name].toString();
        return QString();
    };
    Script script{
        test::privateKeyOf(find("ls.priv")), test::privateKeyOf(find("e.priv")), find("rs.pub"), {}, {}};
    for (const QJsonValue& step : steps) {
        if (step.toObject().contains("input")) script.inputs.push_back(hexBytes(step["input"]));
        if (step.toObject().contains("output")) script.outputs << step["output"].toString();
    }
    return script;
}

QString nameOf(NoiseError error, const char* act) {
    switch (error) {
    case NoiseError::bad_version:
        return QString("ERROR (%1_BAD_VERSION").arg(act);
    case NoiseError::bad_key:
        return QString("ERROR (%1_BAD_PUBKEY)").arg(act);
    case NoiseError::bad_mac:
        return QString("ERROR (%1_BAD_").arg(act);
    }
    return {};
}
QString keysText(const char* names, const crypto::Secret<32>& a, const crypto::Secret<32>& b) {
    return QString("%1=0x%2,0x%3")
        .arg(names, QString::fromStdString(toHex(a.reveal())), QString::fromStdString(toHex(b.reveal())));
}
template <std::size_t N>
QString hexText(const ByteArray<N>& bytes) {
    return "0x" + QString::fromStdString(toHex(bytes));
}

/// The outputs of a run, as the vectors name them.
QStringList runInitiator(const Script& script) {
    NoiseInitiator noise(script.local_static, script.ephemeral,
                         *crypto::PublicKey::fromBytes(hexBytes(script.remote_static)));
    QStringList outputs{hexText(noise.actOne())};
    if (script.inputs[0].size() < act_two_size) return outputs << "ERROR (ACT2_READ_FAILED)";
    const auto finished = noise.actTwo(toArray<act_two_size>(script.inputs[0]));
    if (!finished) return outputs << nameOf(finished.error(), "ACT2");
    return outputs << hexText(finished->act_three)
                   << keysText("sk,rk", finished->keys.send, finished->keys.receive);
}

QStringList runResponder(const Script& script) {
    NoiseResponder noise(script.local_static, script.ephemeral);
    if (script.inputs[0].size() < act_one_size) return {"ERROR (ACT1_READ_FAILED)"};
    const auto act_two = noise.actOne(toArray<act_one_size>(script.inputs[0]));
    if (!act_two) return {nameOf(act_two.error(), "ACT1")};
    QStringList outputs{hexText(*act_two)};
    if (script.inputs[1].size() < act_three_size) return outputs << "ERROR (ACT3_READ_FAILED)";
    const auto finished = noise.actThree(toArray<act_three_size>(script.inputs[1]));
    if (!finished) return outputs << nameOf(finished.error(), "ACT3");
    return outputs << keysText("rk,sk", finished->keys.receive, finished->keys.send);
}

} // namespace

class TestNoise : public QObject {
    Q_OBJECT

private slots:
    void handshake_data() {
        QTest::addColumn<QString>("side");
        QTest::addColumn<QJsonArray>("steps");
        const QJsonObject file = test::lightningVectors("bolt08/noise_transport.json").object();
        for (const char* side : {"initiator", "responder"})
            for (const QJsonValue& c : file[side].toArray())
                QTest::newRow(qPrintable(c["name"].toString())) << QString(side) << c["steps"].toArray();
    }
    void handshake() {
        QFETCH(QString, side);
        QFETCH(QJsonArray, steps);
        const Script script = scriptOf(steps);
        const QStringList outputs = side == "initiator" ? runInitiator(script) : runResponder(script);
        QCOMPARE(outputs.size(), script.outputs.size());
        for (int i = 0; i < outputs.size(); ++i)
            QVERIFY2(script.outputs[i].startsWith(outputs[i]),
                     qPrintable(outputs[i] + " / " + script.outputs[i]));
    }

    void messageEncryption() {
        const QJsonArray cases =
            test::lightningVectors("bolt08/noise_transport.json")["message_encryption"].toArray();
        const QJsonArray steps = cases.first().toObject()["steps"].toArray();
        std::map<int, Bytes> expected;
        std::map<QString, Bytes> keys;
        for (const QJsonValue& step : steps)
            for (const QString& name : step.toObject().keys()) {
                if (name.startsWith("output ")) expected[name.mid(7).toInt()] = hexBytes(step[name]);
                if (name.size() == 2) keys[name] = hexBytes(step[name]);
            }
        QCOMPARE(expected.size(), std::size_t{6});
        const crypto::Secret<32> key(toArray<32>(keys["sk"]));
        const crypto::Secret<32> chaining(toArray<32>(keys["ck"]));
        SendStream send(key, chaining);
        ReceiveStream receive(key, chaining);
        for (int i = 0; i <= 1001; ++i) {
            Bytes sealed = send.seal(viewOf("hello"));
            if (expected.contains(i)) QCOMPARE(toHex(sealed), toHex(expected[i]));
            const auto opened = receive.next(sealed);
            QVERIFY(opened && *opened);
            QCOMPARE(textOf(**opened), std::string("hello"));
            QVERIFY(sealed.empty());
        }
    }

    void messageInPieces_waits_changedByte_isFinal() {
        const crypto::Secret<32> key(ByteArray<32>{1});
        const crypto::Secret<32> chaining(ByteArray<32>{2});
        const Bytes sealed = SendStream(key, chaining).seal(viewOf("piecemeal"));
        ReceiveStream receive(key, chaining);
        Bytes buffer;
        for (std::size_t i = 0; i + 1 < sealed.size(); ++i) {
            buffer.push_back(sealed[i]);
            const auto opened = receive.next(buffer);
            QVERIFY(opened && !*opened);
        }
        buffer.push_back(sealed.back() ^ 1);
        QVERIFY(!receive.next(buffer));
    }
};

DUPLEX_TEST(TestNoise)
#include "tst_noise.moc"
