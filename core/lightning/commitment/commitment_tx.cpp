#include "core/lightning/commitment/commitment_tx.h"

#include "core/base/check.h"
#include "core/lightning/commitment/trimming.h"

namespace duplex::lightning::commitment {

namespace {

using bitcoin::Satoshi;
using bitcoin::TxOut;

struct Entry {
    TxOut output;
    CommitmentOutput meaning;
};

/// BIP 69, and rising cltv_expiry among identical HTLC outputs (BOLT 3).
bool before(const Entry& a, const Entry& b) {
    if (a.output != b.output) return a.output < b.output;
    const std::uint32_t a_cltv = a.meaning.htlc ? a.meaning.htlc->cltv_expiry.value : 0;
    const std::uint32_t b_cltv = b.meaning.htlc ? b.meaning.htlc->cltv_expiry.value : 0;
    return a_cltv < b_cltv;
}

Entry entryOf(OutputKind kind, Satoshi value, bitcoin::Script witness_script) {
    TxOut output{.value = value, .script_pubkey = bitcoin::payToWitnessScriptHash(witness_script)};
    return {std::move(output), {.kind = kind, .witness_script = std::move(witness_script)}};
}

struct Balances {
    Satoshi to_owner;
    Satoshi to_other;
};

Balances balancesAfterCost(const ChannelParameters& parameters, const CommitmentSpec& spec) {
    Balances balances{spec.to_owner.satoshiFloor(), spec.to_other.satoshiFloor()};
    const Satoshi cost = funderCost(spec, parameters.of(spec.owner).dust_limit, parameters.format);
    Satoshi& payer = parameters.funder == spec.owner ? balances.to_owner : balances.to_other;
    payer = std::max(payer - cost, Satoshi{0});
    return balances;
}

void addMainOutputs(std::vector<Entry>& entries, const ChannelParameters& parameters,
                    const CommitmentSpec& spec, const keys::CommitmentKeys& keys) {
    const SideParameters& owner = parameters.of(spec.owner);
    const SideParameters& other = parameters.of(opposite(spec.owner));
    const Balances balances = balancesAfterCost(parameters, spec);
    const bool has_htlcs = !entries.empty();
    const bool has_owner = balances.to_owner >= owner.dust_limit;
    const bool has_other = balances.to_other >= owner.dust_limit;
    if (has_owner)
        entries.push_back(
            entryOf(OutputKind::to_owner, balances.to_owner,
                    toLocalScript(keys.revocation_pubkey, owner.to_self_delay, keys.owner_delayed_pubkey)));
    if (has_other && parameters.format == Format::anchors)
        entries.push_back(
            entryOf(OutputKind::to_other, balances.to_other, toRemoteScript(keys.other_payment_pubkey)));
    if (has_other && parameters.format == Format::legacy)
        entries.push_back({{balances.to_other, bitcoin::payToWitnessPublicKeyHash(keys.other_payment_pubkey)},
                           {.kind = OutputKind::to_other}});
    if (parameters.format == Format::legacy) return;
    if (has_owner || has_htlcs)
        entries.push_back(
            entryOf(OutputKind::owner_anchor, anchor_value, anchorScript(owner.keys.funding_pubkey)));
    if (has_other || has_htlcs)
        entries.push_back(
            entryOf(OutputKind::other_anchor, anchor_value, anchorScript(other.keys.funding_pubkey)));
}

std::vector<Entry> entriesOf(const ChannelParameters& parameters, const CommitmentSpec& spec,
                             const keys::CommitmentKeys& keys) {
    std::vector<Entry> entries;
    for (const CommitmentHtlc& htlc : spec.htlcs) {
        if (isTrimmed(htlc, spec.feerate, parameters.of(spec.owner).dust_limit, parameters.format)) continue;
        Entry entry =
            entryOf(OutputKind::htlc, htlc.amount.satoshiFloor(), htlcScript(keys, htlc, parameters.format));
        entry.meaning.htlc = htlc;
        entries.push_back(std::move(entry));
    }
    addMainOutputs(entries, parameters, spec, keys);
    std::ranges::stable_sort(entries, before);
    return entries;
}

Satoshi sumOf(const std::vector<TxOut>& outputs) {
    Satoshi total;
    for (const TxOut& output : outputs) total += output.value;
    return total;
}

} // namespace

std::string_view textOf(BuildError error) {
    switch (error) {
    case BuildError::not_conserved:
        return "balances and HTLCs are not the capacity";
    case BuildError::no_key:
        return "the per-commitment point gives no key";
    case BuildError::no_output:
        return "every output is trimmed";
    case BuildError::number_too_large:
        return "the commitment number is above 48 bits";
    case BuildError::outputs_above_capacity:
        return "the funder cannot pay for the anchors";
    }
    return "";
}

std::vector<std::uint32_t> CommitmentTx::htlcOutputs() const {
    std::vector<std::uint32_t> indices;
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].kind == OutputKind::htlc) indices.push_back(i);
    }
    return indices;
}

std::expected<CommitmentTx, BuildError> buildCommitment(const ChannelParameters& parameters,
                                                        const CommitmentSpec& spec, CommitmentNumber number,
                                                        const crypto::PublicKey& per_commitment_point) {
    if (number > keys::last_commitment_number) return std::unexpected(BuildError::number_too_large);
    if (!conserves(spec, parameters.capacity)) return std::unexpected(BuildError::not_conserved);
    const auto keys = keys::commitmentKeys(parameters.of(spec.owner).keys,
                                           parameters.of(opposite(spec.owner)).keys, per_commitment_point);
    if (!keys) return std::unexpected(BuildError::no_key);
    std::vector<Entry> entries = entriesOf(parameters, spec, *keys);
    if (entries.empty()) return std::unexpected(BuildError::no_output);

    CommitmentTx commitment{.owner = spec.owner, .number = number, .keys = *keys};
    const std::uint64_t obscured = number.value ^ obscuringFactor(parameters);
    commitment.transaction.version = 2;
    commitment.transaction.locktime = 0x20000000 | static_cast<std::uint32_t>(obscured & 0xffffff);
    commitment.transaction.inputs.push_back(
        {.previous = parameters.funding,
         .sequence = 0x80000000 | static_cast<std::uint32_t>(obscured >> 24)});
    for (Entry& entry : entries) {
        commitment.transaction.outputs.push_back(std::move(entry.output));
        commitment.outputs.push_back(std::move(entry.meaning));
    }
    commitment.fee = parameters.capacity - sumOf(commitment.transaction.outputs);
    if (commitment.fee.value < 0) return std::unexpected(BuildError::outputs_above_capacity);
    return commitment;
}

bool conserves(const ChannelParameters& parameters, const CommitmentSpec& spec,
               const CommitmentTx& commitment) {
    const Satoshi dust_limit = parameters.of(spec.owner).dust_limit;
    MilliSatoshi shown_htlcs;
    MilliSatoshi shown_rest;
    std::size_t htlc_outputs = 0;
    for (std::size_t i = 0; i < commitment.outputs.size(); ++i) {
        const Satoshi value = commitment.transaction.outputs[i].value;
        if (const auto& htlc = commitment.outputs[i].htlc) {
            if (value != htlc->amount.satoshiFloor()) return false;
            shown_htlcs += htlc->amount;
            ++htlc_outputs;
        } else {
            shown_rest += MilliSatoshi::fromSatoshi(value);
        }
    }
    // What the two balances pay: the funder's cost, at most two outputs below the dust limit, and rounding.
    // Below zero where a funder without the anchors' 660 sat has them paid by trimmed HTLCs.
    const MilliSatoshi paid = spec.to_owner + spec.to_other - shown_rest;
    const Satoshi cost = funderCost(spec, dust_limit, parameters.format);
    const MilliSatoshi most = MilliSatoshi::fromSatoshi(cost + dust_limit + dust_limit + Satoshi{2});
    const MilliSatoshi least = MilliSatoshi::fromSatoshi(-(anchor_value + anchor_value));
    const Satoshi outputs = sumOf(commitment.transaction.outputs);
    return conserves(spec, parameters.capacity) && commitment.fee.value >= 0 &&
           outputs + commitment.fee == parameters.capacity && paid >= least && paid <= most &&
           shown_htlcs + shown_rest + paid + trimmedValue(spec, dust_limit, parameters.format) ==
               MilliSatoshi::fromSatoshi(parameters.capacity) &&
           htlc_outputs == untrimmedCount(spec, dust_limit, parameters.format);
}

keys::SpendToSign fundingSpend(const CommitmentTx& commitment, const bitcoin::Script& funding_script,
                               Satoshi capacity) {
    return {
        .transaction = commitment.transaction, .input = 0, .script_code = funding_script, .value = capacity};
}

crypto::Hash32 commitmentDigest(const ChannelParameters& parameters, const CommitmentTx& commitment) {
    const bitcoin::Script script =
        fundingScript(parameters.local.keys.funding_pubkey, parameters.remote.keys.funding_pubkey);
    return bitcoin::segwitSighash(commitment.transaction, 0, script, parameters.capacity,
                                  bitcoin::sighash_all);
}

bool verifyCommitmentSignature(const ChannelParameters& parameters, const CommitmentTx& commitment,
                               const crypto::Signature& signature) {
    return crypto::verify(commitmentDigest(parameters, commitment), signature,
                          parameters.of(opposite(commitment.owner)).keys.funding_pubkey);
}

bitcoin::Transaction withFundingSignatures(const ChannelParameters& parameters,
                                           const bitcoin::Transaction& transaction,
                                           const crypto::Signature& local_signature,
                                           const crypto::Signature& remote_signature) {
    check(!transaction.inputs.empty(), "a spend of the funding output has an input");
    const crypto::PublicKey& local = parameters.local.keys.funding_pubkey;
    const crypto::PublicKey& remote = parameters.remote.keys.funding_pubkey;
    const Bytes by_local = witnessSignature(local_signature, bitcoin::sighash_all);
    const Bytes by_remote = witnessSignature(remote_signature, bitcoin::sighash_all);
    bitcoin::Transaction result = transaction;
    result.inputs[0].witness = {Bytes{}, local < remote ? by_local : by_remote,
                                local < remote ? by_remote : by_local, fundingScript(local, remote).bytes};
    return result;
}

std::uint64_t obscuringFactor(const ChannelParameters& parameters) {
    const Side opener = parameters.funder;
    const crypto::Hash32 hash =
        crypto::sha256(concat({parameters.of(opener).keys.payment_basepoint,
                               parameters.of(opposite(opener)).keys.payment_basepoint}));
    std::uint64_t factor = 0;
    for (std::size_t i = 26; i < 32; ++i) factor = factor << 8 | hash[i];
    return factor;
}

std::optional<CommitmentNumber> commitmentNumberOf(const ChannelParameters& parameters,
                                                   const bitcoin::Transaction& transaction) {
    if (!keys::hasCommitmentShape(transaction)) return std::nullopt;
    const std::uint64_t obscured = static_cast<std::uint64_t>(transaction.inputs[0].sequence & 0xffffff)
                                       << 24 |
                                   (transaction.locktime & 0xffffff);
    return CommitmentNumber{obscured ^ obscuringFactor(parameters)};
}

} // namespace duplex::lightning::commitment
