#include "tests/support/test_main.h"

#include "core/family/bitcoin/seed_file.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr crypto::KeyStretching cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

SeedContents contents() {
    return {*duplex::bitcoin::keys::Mnemonic::fromEntropy(Bytes(16, 0x7f)),
            crypto::SecretBytes(toBytes(viewOf("TREZOR")))};
}

} // namespace

class TestSeedFile : public QObject {
    Q_OBJECT

private slots:
    void password_opensToTheSameSeed() {
        const Bytes file = sealSeedWithPassword(contents(), viewOf("correct horse"), cheap, ByteArray<16>{1},
                                                ByteArray<24>{2});
        QCOMPARE(*sealedBy(file), SealedBy::password);
        const auto opened = openSeedWithPassword(file, viewOf("correct horse"));
        QVERIFY(opened.has_value());
        QVERIFY(opened->seed() == contents().seed());
        // BIP 39 vector: entropy 7f..7f with passphrase TREZOR.
        QCOMPARE(toHex(opened->seed().reveal()).substr(0, 32),
                 std::string("2e8905819b8723fe2c1d161860e5ee18"));
    }

    void wrongPassword_isRefused() {
        const Bytes file =
            sealSeedWithPassword(contents(), viewOf("right"), cheap, ByteArray<16>{1}, ByteArray<24>{2});
        QCOMPARE(openSeedWithPassword(file, viewOf("wrong")).error(), SeedFileError::wrong_password);
    }

    void anyChangedByte_isRefused() {
        const crypto::Secret<32> key(ByteArray<32>{9});
        const Bytes file = sealSeedWithKey(contents(), key, ByteArray<24>{3});
        QVERIFY(openSeedWithKey(file, key).has_value());
        for (std::size_t i = 0; i < file.size(); ++i) {
            Bytes changed = file;
            changed[i] ^= 1;
            QVERIFY(!openSeedWithKey(changed, key).has_value());
            changed.resize(i);
            QVERIFY(!openSeedWithKey(changed, key).has_value());
        }
    }

    // threats 96: neither the words nor the entropy stand in the file.
    void threat96_file_holdsNoPlainSecret() {
        const Bytes file =
            sealSeedWithKey(contents(), crypto::Secret<32>(ByteArray<32>{9}), ByteArray<24>{3});
        const std::string text = textOf(file);
        QVERIFY(text.find(std::string(16, '\x7f')) == std::string::npos);
        QVERIFY(text.find("TREZOR") == std::string::npos);
        QVERIFY(text.find("legal") == std::string::npos);
    }
};

DUPLEX_TEST(TestSeedFile)
#include "tst_seed_file.moc"
