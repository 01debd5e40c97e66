#include "tests/core/bitcoin/wallet/wallet_fixture.h"
#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/sighash.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/preflight.h"
#include "core/bitcoin/wallet/signer.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/schnorr.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <random>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wallet;
using namespace duplex::bitcoin::wallet::test;

namespace {

std::vector<TxOut> outputsOf(const std::vector<Coin>& coins) {
    std::vector<TxOut> outputs;
    for (const Coin& coin : coins) outputs.push_back(coin.output);
    return outputs;
}

/// Signs, then checks what the signer cannot have made up: sums, weight estimate, every script.
QString faultOf(const UnsignedTransaction& built, FeeratePerKw feerate) {
    const auto transaction = sign(built, master(), network(), {9});
    if (!transaction) return QString::fromUtf8(textOf(transaction.error()).data());
    const std::vector<TxOut> spent = outputsOf(built.spent);
    const auto checked = script::preflight(*transaction, spent);
    if (!checked) return QStringLiteral("preflight fails");
    if (checked->fee != built.fee) return QStringLiteral("fee differs");
    if (checked->weight > built.weight) return QStringLiteral("weight was estimated too low");
    if (checked->weight.value < built.weight.value - 3 * static_cast<std::int64_t>(spent.size()))
        return QStringLiteral("weight was estimated too high");
    if (checked->fee < feerate.feeCeil(checked->weight)) return QStringLiteral("feerate too low");
    return {};
}

BuildError errorOf(const BuildRequest& request, const BuildContext& context) {
    const auto built = buildTransaction(request, context);
    if (built) qFatal("was expected to fail");
    return built.error();
}

std::optional<TxOut> outputTo(const Transaction& transaction, const Script& script) {
    for (const TxOut& output : transaction.outputs) {
        if (output.script_pubkey == script) return output;
    }
    return std::nullopt;
}

} // namespace

class TestBuild : public QObject {
    Q_OBJECT

private slots:
    void payment_holdsToTheRules() {
        Wallet wallet = walletWith({100'000, 50'000});
        const BuildContext context = contextOf(wallet);
        const auto built = buildTransaction({.payments = {{foreignScript(), {20'000}}}}, context);
        QVERIFY(built.has_value());
        QCOMPARE(faultOf(*built, context.feerate), QString());
        QCOMPARE(built->transaction.version, 2);
        QCOMPARE(built->transaction.locktime, 10u);
        for (const TxIn& input : built->transaction.inputs) QCOMPARE(input.sequence, 0xfffffffdu);
        QCOMPARE(built->transaction.outputs.at(built->payment_outputs.at(0)),
                 (TxOut{{20'000}, foreignScript()}));
        QCOMPARE(built->change_outputs.size(), std::size_t{1});
        QVERIFY(built->transaction.outputs.at(built->change_outputs[0]).script_pubkey ==
                wallet.changeScript());
        QCOMPARE(built->fee, context.feerate.feeCeil(built->weight));
    }

    void exactSum_needsNoChange() {
        Wallet wallet = walletWith({100'000, 30'000, 7'000});
        const BuildContext context = contextOf(wallet);
        // One P2WPKH input and one output weigh 10 * 4 + 2 + 271 + 124.
        const Satoshi fee = context.feerate.feeCeil({42 + 271 + 124});
        const auto built =
            buildTransaction({.payments = {{foreignScript(), Satoshi{30'000} - fee}}}, context);
        QCOMPARE(built->spent.size(), std::size_t{1});
        QVERIFY(built->change_outputs.empty());
        QCOMPARE(built->fee, fee);
        QCOMPARE(faultOf(*built, context.feerate), QString());
    }

    void changeBelowDust_goesToTheFee() {
        Wallet wallet = walletWith({100'000});
        const BuildContext context = contextOf(wallet, 253);
        const std::int64_t dust = dustLimitSat(wallet.changeScript());
        const std::int64_t fee = context.feerate.feeCeil({42 + 271 + 124 + 124}).value; // with change
        const auto paying = [&](std::int64_t sat) {
            return *buildTransaction({.payments = {{foreignScript(), {sat}}}}, context);
        };
        const UnsignedTransaction least = paying(100'000 - fee - dust);
        QCOMPARE(outputTo(least.transaction, wallet.changeScript())->value.value, dust);
        const UnsignedTransaction none = paying(100'000 - fee - dust + 1);
        QVERIFY(none.change_outputs.empty());
        QCOMPARE(none.fee.value, fee + dust - 1);
        QCOMPARE(faultOf(none, context.feerate), QString());
    }

    void sendAll_leavesNothing() {
        Wallet wallet = walletWith({100'000, 50'000, 200}); // 200 costs more than it brings
        const BuildContext context = contextOf(wallet);
        const auto built = buildTransaction({.send_all_to = foreignScript()}, context);
        QVERIFY(built.has_value());
        QCOMPARE(built->spent.size(), std::size_t{2});
        QCOMPARE(built->transaction.outputs.size(), std::size_t{1});
        QCOMPARE((built->transaction.outputs[0].value + built->fee).value, 150'000);
        QCOMPARE(built->fee, context.feerate.feeCeil(built->weight));
        QCOMPARE(faultOf(*built, context.feerate), QString());
        const auto with_payment = buildTransaction(
            {.payments = {{foreignScript(2), {60'000}}}, .send_all_to = foreignScript()}, context);
        QCOMPARE(outputTo(with_payment->transaction, foreignScript(2))->value.value, 60'000);
        QCOMPARE((outputTo(with_payment->transaction, foreignScript())->value + with_payment->fee).value,
                 90'000);
    }

    void feeFromFirstPayment_isTakenOff() {
        Wallet wallet = walletWith({100'000});
        const BuildContext context = contextOf(wallet);
        const auto all = buildTransaction(
            {.payments = {{foreignScript(), {100'000}}}, .fee_from_first_payment = true}, context);
        QCOMPARE((all->transaction.outputs[0].value + all->fee).value, 100'000);
        QCOMPARE(faultOf(*all, context.feerate), QString());
        const auto part = buildTransaction(
            {.payments = {{foreignScript(), {40'000}}}, .fee_from_first_payment = true}, context);
        QCOMPARE((outputTo(part->transaction, foreignScript())->value + part->fee).value, 40'000);
        QCOMPARE(outputTo(part->transaction, wallet.changeScript())->value.value, 60'000);
        QCOMPARE(faultOf(*part, context.feerate), QString());
        BuildContext dear = contextOf(wallet, 10'000);
        QCOMPARE(errorOf({.payments = {{foreignScript(), {3000}}}, .fee_from_first_payment = true}, dear),
                 BuildError::amount_does_not_cover_fee);
    }

    void feeFromFirstPayment_isNotSpentOnDust() {
        std::vector<std::int64_t> amounts(40, 600);
        amounts.push_back(1'000'000);
        Wallet wallet = walletWith(amounts);
        const auto built =
            buildTransaction({.payments = {{foreignScript(), {500'000}}}, .fee_from_first_payment = true},
                             contextOf(wallet, 12'500));
        QVERIFY(built.has_value());
        QCOMPARE(built->transaction.inputs.size(), std::size_t{1});
    }

    void chosenCoins_andNoOthers() {
        Wallet wallet = walletWith({100'000, 50'000});
        const BuildContext context = contextOf(wallet);
        const auto small = std::find_if(context.coins.begin(), context.coins.end(),
                                        [](const Coin& coin) { return coin.output.value.value == 50'000; });
        const auto built = buildTransaction(
            {.payments = {{foreignScript(), {1000}}}, .chosen_coins = {small->outpoint, small->outpoint}},
            context);
        QCOMPARE(built->spent.size(), std::size_t{1});
        QCOMPARE(built->spent[0].outpoint, small->outpoint);
        QCOMPARE(
            errorOf({.payments = {{foreignScript(), {60'000}}}, .chosen_coins = {small->outpoint}}, context),
            BuildError::insufficient_funds);
        QCOMPARE(errorOf({.payments = {{foreignScript(), {1000}}}, .chosen_coins = {OutPoint{}}}, context),
                 BuildError::coin_not_spendable);
    }

    // Opening a channel keeps one coin apart for the fees of its closing.
    void reserve_splitsTheChange() {
        Wallet wallet = walletWith({200'000});
        const BuildContext context = contextOf(wallet);
        const Script funding = payToWitnessScriptHash(foreignScript());
        const auto built =
            buildTransaction({.payments = {{funding, {100'000}}}, .reserve = {25'000}}, context);
        QCOMPARE(built->change_outputs.size(), std::size_t{2});
        QCOMPARE(built->transaction.outputs[built->payment_outputs[0]].value.value, 100'000);
        QCOMPARE(outputTo(built->transaction, wallet.secondChangeScript())->value.value, 25'000);
        QVERIFY(wallet.secondChangeScript() != wallet.changeScript());
        QCOMPARE(faultOf(*built, context.feerate), QString());
        const auto tight =
            buildTransaction({.payments = {{funding, {180'000}}}, .reserve = {25'000}}, context);
        QCOMPARE(tight->change_outputs.size(), std::size_t{1});
    }

    void confirmedCoins_comeFirst() {
        Wallet wallet = walletWith({100'000});
        const Transaction own = spending({wallet.spendable()[0].outpoint},
                                         {{{60'000}, wallet.changeScript()}, {{39'000}, foreignScript()}});
        wallet.addUnconfirmed(own, unixTime(1));
        addBlock(wallet, 12, {incoming(5, {{{30'000}, wallet.changeScript()}})});
        const BuildContext context = contextOf(wallet);
        const auto small = buildTransaction({.payments = {{foreignScript(), {20'000}}}}, context);
        QVERIFY(small->spent.size() == 1 && small->spent[0].height);
        const auto large = buildTransaction({.payments = {{foreignScript(), {80'000}}}}, context);
        QCOMPARE(large->spent.size(), std::size_t{2});
    }

    void faults_data() {
        QTest::addColumn<qint64>("amount");
        QTest::addColumn<qint64>("feerate");
        QTest::addColumn<int>("expected");
        const auto row = [](const char* name, qint64 amount, qint64 feerate, BuildError error) {
            QTest::newRow(name) << amount << feerate << static_cast<int>(error);
        };
        row("zero", 0, 1000, BuildError::amount_below_dust);
        row("dust", 293, 1000, BuildError::amount_below_dust);
        row("negative", -1, 1000, BuildError::amount_out_of_range);
        row("over 21 million", max_money.value + 1, 1000, BuildError::amount_out_of_range);
        row("greatest amount", max_money.value, 1000, BuildError::insufficient_funds);
        row("all there is, without a fee", 150'000, 1000, BuildError::insufficient_funds);
        row("feerate zero", 1000, 0, BuildError::feerate_out_of_range);
        row("feerate negative", 1000, -1, BuildError::feerate_out_of_range);
        row("feerate absurd", 1000, 250'001, BuildError::feerate_out_of_range);
    }
    void faults() {
        QFETCH(qint64, amount);
        QFETCH(qint64, feerate);
        QFETCH(int, expected);
        Wallet wallet = walletWith({100'000, 50'000});
        QCOMPARE(static_cast<int>(
                     errorOf({.payments = {{foreignScript(), {amount}}}}, contextOf(wallet, feerate))),
                 expected);
    }

    void moreFaults() {
        Wallet wallet = walletWith({100'000});
        QCOMPARE(errorOf({}, contextOf(wallet)), BuildError::no_outputs);
        QCOMPARE(errorOf({.payments = {{foreignScript(), max_money}, {foreignScript(), max_money}}},
                         contextOf(wallet)),
                 BuildError::amount_out_of_range);
        Wallet empty = freshWallet();
        QCOMPARE(errorOf({.send_all_to = foreignScript()}, contextOf(empty)), BuildError::insufficient_funds);
        QCOMPARE(errorOf({.payments = {{foreignScript(), {1000}}}}, contextOf(empty)),
                 BuildError::insufficient_funds);
        Wallet poor = walletWith({600});
        QCOMPARE(errorOf({.send_all_to = foreignScript()}, contextOf(poor)),
                 BuildError::amount_does_not_cover_fee);
        Wallet crumbs = walletWith(std::vector<std::int64_t>(1600, 10'000));
        QCOMPARE(errorOf({.send_all_to = foreignScript()}, contextOf(crumbs)), BuildError::too_large);
    }

    // Random wallets and amounts: sums hold, the feerate is met, the signed result passes the script engine.
    void builds_holdUnderRandomInput_data() {
        QTest::addColumn<quint64>("seed");
        const quint64 seed = qEnvironmentVariableIsSet("DUPLEX_SEED")
                                 ? qEnvironmentVariable("DUPLEX_SEED").toULongLong()
                                 : std::random_device{}();
        for (quint64 i = 0; i < 16; ++i)
            QTest::addRow("seed %llu", static_cast<unsigned long long>(seed + i)) << seed + i;
    }
    void builds_holdUnderRandomInput() {
        QFETCH(quint64, seed);
        std::mt19937_64 random(seed);
        std::vector<std::int64_t> values;
        std::int64_t sum = 0;
        for (std::uint64_t i = 1 + random() % 30; i > 0; --i) {
            values.push_back(static_cast<std::int64_t>(300 + random() % 200'000));
            sum += values.back();
        }
        Wallet wallet = walletWith(values);
        for (int round = 0; round < 10; ++round) {
            BuildContext context = contextOf(wallet, static_cast<std::int64_t>(253 + random() % 5000),
                                             static_cast<std::uint8_t>(random()));
            BuildRequest request{.payments = {{foreignScript(),
                                               {static_cast<std::int64_t>(
                                                   294 + random() % static_cast<std::uint64_t>(sum))}}}};
            request.fee_from_first_payment = random() % 4 == 0;
            if (random() % 3 == 0) request.reserve = {10'000};
            const auto built = buildTransaction(request, context);
            if (built)
                QVERIFY2(faultOf(*built, context.feerate).isEmpty(),
                         qPrintable(faultOf(*built, context.feerate)));
            if (built)
                QVERIFY(buildTransaction(request, context)->transaction ==
                        built->transaction); // same entropy, same transaction
            if (built) {
                for (const std::uint32_t at : built->change_outputs) {
                    QVERIFY(built->transaction.outputs[at].value.value >=
                            dustLimitSat(wallet.changeScript()));
                }
            }
            if (!built)
                QVERIFY(built.error() == BuildError::insufficient_funds || request.fee_from_first_payment);
        }
    }

    void taprootCoins_areSignedByKeyPath() {
        Wallet wallet = freshWallet();
        WalletChange change;
        const Script script = wallet.channelScript(change);
        addBlock(wallet, 3,
                 {incoming(1, {{{50'000}, script}}), incoming(2, {{{70'000}, wallet.changeScript()}})});
        const BuildContext context = contextOf(wallet);
        const auto built = buildTransaction({.send_all_to = foreignScript()}, context);
        QCOMPARE(built->spent.size(), std::size_t{2});
        QCOMPARE(faultOf(*built, context.feerate), QString());
        QCOMPARE(static_cast<int>(sign(*built, master(8), network(), {}).error()),
                 static_cast<int>(SignError::wrong_key));
    }

    // A changed value, script or output makes the signature worthless: it binds all of them.
    void preflight_seesEveryChange() {
        Wallet wallet = walletWith({100'000});
        const auto built = buildTransaction({.payments = {{foreignScript(), {20'000}}}}, contextOf(wallet));
        const Transaction transaction = *sign(*built, master(), network(), {});
        const std::vector<TxOut> spent = outputsOf(built->spent);
        QVERIFY(script::preflight(transaction, spent).has_value());
        Transaction other = transaction;
        other.outputs[0].value -= Satoshi{1};
        QVERIFY(!script::preflight(other, spent));
        std::vector<TxOut> other_value = spent;
        other_value[0].value += Satoshi{1};
        QVERIFY(!script::preflight(transaction, other_value));
        UnsignedTransaction swapped = *built;
        swapped.spent[0].outpoint.index ^= 1;
        QCOMPARE(static_cast<int>(sign(swapped, master(), network(), {}).error()),
                 static_cast<int>(SignError::coins_do_not_match));
        UnsignedTransaction lying = *built;
        lying.spent[0].output.value = Satoshi{1};
        QCOMPARE(static_cast<int>(sign(lying, master(), network(), {}).error()),
                 static_cast<int>(SignError::preflight_failed));
    }

    // BIP 143's P2WPKH example: its second input verifies against the public key given there, through our own
    // witness path.
    void bip143_nativeP2wpkh() {
        QFile file(duplex::test::vectorPath("bips/bip0143/bip143.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject example = QJsonDocument::fromJson(file.readAll())[0].toObject();
        const auto unsigned_tx =
            decodeTransaction(*fromHex(example["unsigned_tx"][0].toString().toStdString()));
        const auto signed_tx = decodeTransaction(*fromHex(example["signed_tx"][0].toString().toStdString()));
        const auto key = crypto::PrivateKey::fromBytes(
            *arrayFromHex<32>("619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9"));
        const Script p2pk =
            ScriptBuilder()
                .push(*fromHex("03c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432"))
                .op(Opcode::op_checksig)
                .take();
        const std::vector<TxOut> spent = {
            {{625'000'000}, p2pk}, {{600'000'000}, payToWitnessPublicKeyHash(crypto::publicKey(*key))}};
        QVERIFY(script::verifyScript(*signed_tx, 1, spent, script::standard_flags).has_value());
        Transaction ours = *unsigned_tx;
        ours.inputs[1].witness = *witnessFor(*unsigned_tx, 1, spent, *key, {});
        QCOMPARE(
            ours.inputs[1].witness,
            signed_tx->inputs[1].witness); // the published signature has a low R: RFC 6979 gives the same
        QVERIFY(script::verifyScript(ours, 1, spent, script::standard_flags).has_value());
        QCOMPARE(static_cast<int>(witnessFor(*unsigned_tx, 0, spent, *key, {}).error()),
                 static_cast<int>(SignError::unknown_script));
        QCOMPARE(static_cast<int>(witnessFor(*unsigned_tx, 2, spent, *key, {}).error()),
                 static_cast<int>(SignError::coins_do_not_match));
    }

    // BIP 341's key path rows with SIGHASH_DEFAULT and no script tree are the ones that the wallet signs.
    void bip341_keyPath() {
        QFile file(duplex::test::vectorPath("bips/bip0341/wallet-test-vectors.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonValue given = QJsonDocument::fromJson(file.readAll())["keyPathSpending"][0];
        const auto transaction =
            decodeTransaction(*fromHex(given["given"]["rawUnsignedTx"].toString().toStdString()));
        std::vector<TxOut> spent;
        for (const QJsonValue& output : given["given"]["utxosSpent"].toArray()) {
            spent.push_back({{output["amountSats"].toInteger()},
                             Script{*fromHex(output["scriptPubKey"].toString().toStdString())}});
        }
        for (const QJsonValue& row : given["inputSpending"].toArray()) {
            if (!row["given"]["merkleRoot"].isNull()) continue;
            const std::size_t input = static_cast<std::size_t>(row["given"]["txinIndex"].toInt());
            const auto key = crypto::PrivateKey::fromBytes(
                *arrayFromHex<32>(row["given"]["internalPrivkey"].toString().toStdString()));
            const auto witness = witnessFor(*transaction, input, spent, *key, {});
            QVERIFY(witness.has_value());
            Transaction ours = *transaction;
            ours.inputs[input].witness = *witness;
            QVERIFY(script::verifyScript(ours, input, spent, script::standard_flags).has_value());
            if (row["given"]["hashType"].toInt() == 0)
                QCOMPARE(toHex(witness->at(0)), row["expected"]["witness"][0].toString().toStdString());
        }
    }

    void locktime_antiFeeSniping() {
        const ChainView view{.complete_to = {800'000}, .lowest_peer_tip = {799'999}, .is_current = true};
        int lower = 0;
        for (int i = 0; i < 1000; ++i) {
            const std::uint32_t locktime = antiFeeSnipingLocktime(
                view, crypto::sha256(ByteWriter().u32le(static_cast<std::uint32_t>(i)).take()));
            QVERIFY(locktime <= 799'999 && locktime >= 799'999 - 99);
            lower += locktime < 799'999 ? 1 : 0;
        }
        QVERIFY(lower > 50 && lower < 160);
        QCOMPARE(
            antiFeeSnipingLocktime({.complete_to = {5}, .lowest_peer_tip = {5}, .is_current = false}, {}),
            0u);
        for (std::uint8_t i = 0; i < 100; ++i) QVERIFY(antiFeeSnipingLocktime({{3}, {3}, true}, {i}) <= 3);
    }
};

DUPLEX_TEST(TestBuild)
#include "tst_build.moc"
