#pragma once

#include "tests/support/test_main.h"

#include "core/base/check.h"
#include "core/bitcoin/script/flags.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/lightning/commitment/trimming.h"
#include "core/lightning/onchain/resolution.h"

namespace duplex::test {

/// Both ends of a channel with HTLCs in both directions, at the moment in which it goes to the chain: local
/// commitment 5, remote 6 (current) and 7 (next), remote 0 to 5 revoked. The close confirms at
/// `close_height`.
class ClosedChannel {
public:
    using Side = lightning::commitment::Side;
    using HtlcDirection = lightning::commitment::HtlcDirection;
    using Htlc = lightning::commitment::CommitmentHtlc;

    static constexpr std::uint32_t close_height = 1000;
    static constexpr std::uint16_t our_delay = 144;   // of our own outputs
    static constexpr std::uint16_t their_delay = 720; // of the peer's own
    static constexpr lightning::keys::CommitmentNumber local_number{5}, remote_number{6}, revoked_number{3};

    lightning::keys::ChannelSigner local{
        lightning::keys::LightningRoot{Bytes(64, 1)}.channelSecrets({ByteArray<32>{1}})};
    lightning::keys::ChannelSigner remote{
        lightning::keys::LightningRoot{Bytes(64, 2)}.channelSecrets({ByteArray<32>{2}})};
    lightning::keys::SignerCounters counters{.local_stored = 6, .local_released = 5};
    lightning::onchain::ClosedChannelFacts facts;
    lightning::onchain::ChainFacts chain;
    crypto::PrivateKey wallet_key = *crypto::PrivateKey::fromBytes(ByteArray<32>{9});

    ClosedChannel() {
        auto& parameters = facts.parameters;
        parameters.funding = {{ByteArray<32>{77}}, 1};
        parameters.capacity = {10'000'000};
        parameters.local = {.keys = local.publicKeys(), .dust_limit = {546}, .to_self_delay = our_delay};
        parameters.remote = {.keys = remote.publicKeys(), .dust_limit = {354}, .to_self_delay = their_delay};
        setLocal(spec(Side::local));
        facts.remote_current = {.number = remote_number,
                                .spec = spec(Side::remote),
                                .per_commitment_point = remote.pointAt(remote_number)};
        for (std::uint64_t n = 0; n < remote_number.value; ++n)
            check(facts.secrets
                      .insert({n}, *remote.releaseSecret({n}, {.local_stored = 9, .local_released = 9}))
                      .has_value(),
                  "secrets fit");
        facts.revoked.push_back(
            lightning::onchain::revokedCommitmentOf(parameters, revoked_number, spec(Side::remote)));
        chain.payout = bitcoin::payToTaproot({ByteArray<32>{5}});
        chain.fees = {.slow = {1000}, .fast = {4000}, .floor = {253}, .increment = {250}};
        for (std::uint32_t i = 0; i < 6; ++i) addCoin(i, 50'000 + i);
        at(close_height);
    }

    static lightning::Preimage preimageOf(std::uint64_t id) {
        return {crypto::sha256(ByteArray<1>{static_cast<std::uint8_t>(id)})};
    }
    /// offered 0 and received 1 with outputs; offered 2 is dust on both sides.
    static std::vector<Htlc> ourHtlcs() {
        const auto hash = [](std::uint64_t id) { return lightning::paymentHashOf(preimageOf(id)); };
        return {{HtlcDirection::offered, 0, {400'000'000}, hash(0), {1100}},
                {HtlcDirection::received, 1, {300'000'000}, hash(1), {1200}},
                {HtlcDirection::offered, 2, {200'000}, hash(2), {1100}}};
    }
    static lightning::commitment::CommitmentSpec spec(Side owner, std::vector<Htlc> htlcs = ourHtlcs()) {
        lightning::commitment::CommitmentSpec result{.owner = owner, .feerate = {500}};
        std::int64_t ours = 6'000'000'000;
        std::int64_t theirs = 4'000'000'000;
        for (Htlc& htlc : htlcs) {
            (htlc.direction == HtlcDirection::offered ? ours : theirs) -= htlc.amount.value;
            if (owner == Side::remote)
                htlc.direction = htlc.direction == HtlcDirection::offered ? HtlcDirection::received
                                                                          : HtlcDirection::offered;
        }
        result.htlcs = std::move(htlcs);
        result.to_owner = {owner == Side::local ? ours : theirs};
        result.to_other = {owner == Side::local ? theirs : ours};
        return result;
    }

    void setLocal(lightning::commitment::CommitmentSpec next) {
        using namespace lightning::commitment;
        facts.local = {.number = local_number,
                       .spec = std::move(next),
                       .per_commitment_point = local.pointAt(local_number)};
        const CommitmentTx built = commitment(Side::local, facts.local->spec, local_number);
        const bitcoin::Script funding = fundingScript();
        facts.local->remote_signature =
            remote
                .signRemoteCommitment(local_number, fundingSpend(built, funding, facts.parameters.capacity),
                                      {.remote_signed = local_number.value})
                ->signature;
        for (const SecondStage& stage : secondStages(facts.parameters, built, facts.local->spec.feerate))
            facts.local->remote_htlc_signatures.push_back(*remote.signRemoteHtlc(
                spendOf(stage), facts.local->per_commitment_point, counterSignatureFlags(Format::anchors)));
    }
    bitcoin::Script fundingScript() const {
        return lightning::commitment::fundingScript(local.publicKeys().funding_pubkey,
                                                    remote.publicKeys().funding_pubkey);
    }
    lightning::commitment::CommitmentTx commitment(Side owner,
                                                   const lightning::commitment::CommitmentSpec& of,
                                                   lightning::keys::CommitmentNumber number) const {
        const auto& signer = owner == Side::local ? local : remote;
        return *lightning::commitment::buildCommitment(facts.parameters, of, number, signer.pointAt(number));
    }
    bitcoin::Transaction ourCommitment() const {
        return commitment(Side::local, facts.local->spec, local_number).transaction;
    }
    bitcoin::Transaction theirCommitment() const {
        return commitment(Side::remote, facts.remote_current->spec, remote_number).transaction;
    }
    bitcoin::Transaction theirRevoked() const {
        return commitment(Side::remote, spec(Side::remote), revoked_number).transaction;
    }

    void addCoin(std::uint32_t salt, std::int64_t value) {
        chain.coins.push_back(
            {.outpoint = {{ByteArray<32>{200, static_cast<std::uint8_t>(salt)}}, salt},
             .spent = {.value = {value},
                       .script_pubkey = bitcoin::payToWitnessPublicKeyHash(crypto::publicKey(wallet_key))},
             .witness_weight = {108}});
    }
    void at(std::uint32_t height) { chain.verified_height = chain.tip_height = {height}; }
    void confirm(const bitcoin::Transaction& transaction, std::uint32_t height) {
        chain.transactions.push_back({transaction, {height}});
        at(std::max(chain.tip_height.value, height));
    }
    void release(std::uint64_t id) {
        chain.releasable_preimages[lightning::paymentHashOf(preimageOf(id))] = preimageOf(id);
    }
    lightning::onchain::Resolution resolve() const { return lightning::onchain::resolve(facts, chain); }
    /// As the driver does: remembers what left.
    lightning::onchain::Resolution resolveAndRemember() {
        const auto resolution = resolve();
        for (const auto& claim : resolution.claims) {
            std::erase_if(chain.attempts, [&](const lightning::onchain::ClaimAttempt& attempt) {
                return std::ranges::any_of(claim.inputs, [&](const auto& input) {
                    return std::ranges::find(attempt.inputs, input.outpoint) != attempt.inputs.end();
                });
            });
        }
        for (const auto& claim : resolution.claims)
            chain.attempts.push_back(lightning::onchain::attemptOf(claim, chain.tip_height));
        return resolution;
    }

    /// Signed by channel and wallet.
    bitcoin::Transaction complete(const lightning::onchain::Claim& claim) const {
        auto transaction = lightning::onchain::signClaim(claim, local, counters);
        check(transaction.has_value(), "the signer signs every claim");
        for (std::size_t i = 0; i < claim.wallet_inputs.size(); ++i) {
            const crypto::PublicKey key = crypto::publicKey(wallet_key);
            const std::size_t input = claim.inputs.size() + i;
            const crypto::Hash32 digest =
                bitcoin::segwitSighash(*transaction, input, bitcoin::payToPublicKeyHash(crypto::hash160(key)),
                                       claim.wallet_inputs[i].spent.value, bitcoin::sighash_all);
            transaction->inputs[input].witness = {lightning::commitment::witnessSignature(
                                                      crypto::sign(digest, wallet_key), bitcoin::sighash_all),
                                                  toBytes(key)};
        }
        return *transaction;
    }
    /// Every script of the claim under relay's rules; the fee and feerate it says it pays.
    static void verify(const lightning::onchain::Claim& claim, const bitcoin::Transaction& transaction) {
        std::vector<bitcoin::TxOut> spent;
        for (const auto& input : claim.inputs) spent.push_back(input.spent);
        for (const auto& coin : claim.wallet_inputs) spent.push_back(coin.spent);
        QCOMPARE(spent.size(), transaction.inputs.size());
        bitcoin::Satoshi fee;
        for (const bitcoin::TxOut& output : spent) fee += output.value;
        for (const bitcoin::TxOut& output : transaction.outputs) {
            fee -= output.value;
            QVERIFY(output.value.value >= bitcoin::dustLimitSat(output.script_pubkey));
        }
        QCOMPARE(fee.value, claim.fee.value);
        if (!claim.parent) QVERIFY(fee >= claim.feerate.feeCeil(transaction.weight()));
        for (std::size_t i = 0; i < spent.size(); ++i) {
            const auto verified =
                bitcoin::script::verifyScript(transaction, i, spent, bitcoin::script::standard_flags);
            QVERIFY2(verified.has_value(), "a script refuses the claim");
        }
    }

    /// The peer's HTLC transaction for the output at `index` of one of its commitments.
    bitcoin::Transaction theirSecondStage(const lightning::commitment::CommitmentTx& theirs,
                                          lightning::keys::CommitmentNumber number,
                                          std::uint32_t index) const {
        using namespace lightning::commitment;
        for (const SecondStage& stage : secondStages(facts.parameters, theirs, {500})) {
            if (stage.output_index != index) continue;
            const auto by_us = *local.signRemoteHtlc(spendOf(stage), theirs.keys.per_commitment_point,
                                                     counterSignatureFlags(Format::anchors));
            const auto by_them = *remote.signLocalHtlc(number, spendOf(stage), {});
            bitcoin::Transaction result = stage.transaction;
            std::optional<lightning::Preimage> preimage;
            if (stage.htlc.direction == HtlcDirection::received) preimage = preimageOf(stage.htlc.id);
            result.inputs[0].witness = secondStageWitness(stage, Format::anchors, by_them, by_us, preimage);
            return result;
        }
        check(false, "no such output");
        std::abort();
    }
};

/// Index of the output of an HTLC, by its id.
inline std::uint32_t htlcOutput(const lightning::commitment::CommitmentTx& commitment, std::uint64_t id) {
    for (const std::uint32_t index : commitment.htlcOutputs()) {
        if (commitment.outputs[index].htlc->id == id) return index;
    }
    check(false, "no such HTLC output");
    std::abort();
}

} // namespace duplex::test
