#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/sighash.h"
#include "core/bitcoin/script/preflight.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/schnorr.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::script;

namespace {

crypto::PrivateKey key(std::uint8_t last) {
    ByteArray<32> bytes{};
    bytes[31] = last;
    return *crypto::PrivateKey::fromBytes(bytes);
}

Bytes signatureBytes(const crypto::Hash32& digest, const crypto::PrivateKey& by) {
    return concat({crypto::derEncoded(crypto::signLowR(digest, by)), Bytes{sighash_all}});
}

Script multisigOfTwo() {
    return ScriptBuilder()
        .op(Opcode::op_2)
        .push(crypto::publicKey(key(3)))
        .push(crypto::publicKey(key(4)))
        .op(Opcode::op_2)
        .op(Opcode::op_checkmultisig)
        .take();
}

std::vector<TxOut> coins() {
    const auto taproot = crypto::taprootOutputKey(crypto::xOnly(crypto::publicKey(key(2))));
    return {{.value = {50'000}, .script_pubkey = payToWitnessPublicKeyHash(crypto::publicKey(key(1)))},
            {.value = {60'000}, .script_pubkey = payToTaproot(taproot->key)},
            {.value = {70'000}, .script_pubkey = payToWitnessScriptHash(multisigOfTwo())}};
}

void sign(Transaction& transaction) {
    const std::vector<TxOut> spent = coins();
    const Script code = payToPublicKeyHash(crypto::hash160(crypto::publicKey(key(1))));
    transaction.inputs[0].witness = {
        signatureBytes(segwitSighash(transaction, 0, code, spent[0].value, sighash_all), key(1)),
        toBytes(crypto::publicKey(key(1)))};
    const auto digest = taprootSighash(transaction, 1, spent, sighash_default);
    transaction.inputs[1].witness = {
        toBytes(crypto::signSchnorr(*digest, *crypto::taprootPrivateKey(key(2)), {}))};
    const crypto::Hash32 shared = segwitSighash(transaction, 2, multisigOfTwo(), spent[2].value, sighash_all);
    transaction.inputs[2].witness = {
        {}, signatureBytes(shared, key(3)), signatureBytes(shared, key(4)), multisigOfTwo().bytes};
}

/// Spends a P2WPKH, a taproot and a 2-of-2 P2WSH coin to one output.
Transaction payment(Satoshi value, Script to) {
    Transaction transaction{.outputs = {TxOut{.value = value, .script_pubkey = std::move(to)}}};
    for (std::uint8_t i = 0; i < 3; ++i) {
        transaction.inputs.push_back(
            {.previous = {.txid = Txid{{std::uint8_t(i + 1)}}, .index = i}, .script_sig = {}, .witness = {}});
    }
    sign(transaction);
    return transaction;
}

Transaction payment() {
    return payment({178'000}, payToWitnessPublicKeyHash(crypto::publicKey(key(9))));
}

PreflightFault faultOf(const Transaction& transaction) {
    return preflight(transaction, coins()).error().fault;
}

} // namespace

class TestPreflight : public QObject {
    Q_OBJECT

private slots:
    void signedPayment_passes() {
        const Transaction transaction = payment();
        const auto result = preflight(transaction, coins());
        QVERIFY2(result, result ? "" : rejectReasonOf(result.error()).c_str());
        QCOMPARE(result->fee.value, std::int64_t{2'000});
        QCOMPARE(result->weight.value, transaction.weight().value);
        QCOMPARE(result->feerate.value, 2'000 * 1000 / transaction.weight().value);
    }
    void wrongSignature_named_data() {
        QTest::addColumn<int>("input");
        QTest::newRow("P2WPKH") << 0;
        QTest::newRow("taproot key path") << 1;
        QTest::newRow("P2WSH") << 2;
    }
    void wrongSignature_named() {
        QFETCH(int, input);
        Transaction transaction = payment();
        for (Bytes& item : transaction.inputs[std::size_t(input)].witness) {
            if (item.size() < 60 || item.size() > 73) continue;
            item[40] ^= 1;
            break;
        }
        const auto result = preflight(transaction, coins());
        QVERIFY(!result);
        QVERIFY(result.error().fault == PreflightFault::bad_signature);
        QCOMPARE(result.error().index, std::size_t(input));
        QVERIFY(rejectReasonOf(result.error()).starts_with("mandatory-script-verify-flag-failed"));
    }
    void wrongSpentAmount_refused() {
        std::vector<TxOut> spent = coins();
        spent[0].value = {51'000};
        QVERIFY(preflight(payment(), spent).error().fault == PreflightFault::bad_signature);
    }
    void moreOutThanIn_refused() {
        const auto result = preflight(payment({200'000}, payToTaproot({})), coins());
        QVERIFY(result.error().fault == PreflightFault::pays_more_than_it_spends);
        QCOMPARE(result.error().found, std::int64_t{200'000});
        QCOMPARE(result.error().limit, std::int64_t{180'000});
    }
    void dust_refusedAtItsLimit() {
        const Script to = payToWitnessPublicKeyHash(crypto::publicKey(key(9)));
        QVERIFY(preflight(payment({294}, to), coins()));
        const auto result = preflight(payment({293}, to), coins());
        QVERIFY(result.error().fault == PreflightFault::dust);
        QCOMPARE(rejectReasonOf(result.error()), std::string("dust"));
    }
    void data_upTo83Bytes() {
        QVERIFY(
            preflight(payment({0}, ScriptBuilder().op(Opcode::op_return).push(Bytes(80)).take()), coins()));
        QVERIFY(faultOf(payment({0}, ScriptBuilder().op(Opcode::op_return).push(Bytes(81)).take())) ==
                PreflightFault::data_too_long);
    }
    void nonstandardForms_refused() {
        QVERIFY(faultOf(payment({1'000}, Script{{0x51}})) == PreflightFault::nonstandard_output_script);
        Transaction transaction = payment();
        transaction.version = 4;
        QVERIFY(faultOf(transaction) == PreflightFault::nonstandard_version);
        transaction = payment();
        transaction.inputs[1].previous = transaction.inputs[0].previous;
        QVERIFY(faultOf(transaction) == PreflightFault::duplicate_input);
        transaction = payment();
        transaction.inputs[1].witness.push_back({0x50});
        QVERIFY(faultOf(transaction) == PreflightFault::nonstandard_witness);
        transaction = payment();
        transaction.inputs[0].script_sig = Script{{0x76}};
        QVERIFY(faultOf(transaction) == PreflightFault::nonstandard_input_script);
        transaction.outputs.clear();
        QVERIFY(faultOf(transaction) == PreflightFault::no_outputs);
        QVERIFY(preflight(payment(), {}).error().fault == PreflightFault::spent_outputs_missing);
    }
    void hugeWitness_overStandardWeight() {
        Transaction transaction = payment();
        transaction.inputs[2].witness.insert(transaction.inputs[2].witness.begin(), Bytes(400'000));
        QVERIFY(faultOf(transaction) == PreflightFault::nonstandard_weight);
    }
    void threat12_transactionOf64Bytes_neverSent() {
        Transaction transaction{
            .inputs = {TxIn{}},
            .outputs = {TxOut{.value = {1'000}, .script_pubkey = Script{{0x51, 0x02, 0x4e, 0x73}}}}};
        QCOMPARE(serializedSize(transaction), std::size_t{64});
        const auto result = preflight(
            transaction, {TxOut{.value = {2'000}, .script_pubkey = Script{{0x51, 0x02, 0x4e, 0x73}}}});
        QVERIFY(result.error().fault == PreflightFault::too_small);
    }
};

DUPLEX_TEST(TestPreflight)
#include "tst_preflight.moc"
