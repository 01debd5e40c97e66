#include "core/lightning/commitment/closing_tx.h"

namespace duplex::lightning::commitment {

namespace {

using bitcoin::Satoshi;

/// BOLT 3, appendix A: the witness of the funding input with two signatures of 73 bytes.
constexpr std::int64_t funding_witness_weight = 222 + 2;

void addOutput(bitcoin::Transaction& closing, Satoshi value, const bitcoin::Script& script,
               Satoshi dust_limit) {
    if (value >= dust_limit && value.value > 0)
        closing.outputs.push_back({.value = value, .script_pubkey = script});
}

} // namespace

std::expected<bitcoin::Transaction, ClosingError>
buildClosing(const ChannelParameters& parameters, const ClosingTerms& terms, std::optional<Side> omitted) {
    if (terms.to_local.value < 0 || terms.to_remote.value < 0 || !bitcoin::inMoneyRange(terms.fee) ||
        terms.to_local + terms.to_remote != MilliSatoshi::fromSatoshi(parameters.capacity))
        return std::unexpected(ClosingError::not_conserved);
    Satoshi local = terms.to_local.satoshiFloor();
    Satoshi remote = terms.to_remote.satoshiFloor();
    Satoshi& payer = parameters.funder == Side::local ? local : remote;
    if (payer < terms.fee) return std::unexpected(ClosingError::funder_cannot_pay);
    payer -= terms.fee;

    bitcoin::Transaction closing;
    closing.inputs.push_back({.previous = parameters.funding, .sequence = 0xffffffff});
    if (omitted != Side::local) addOutput(closing, local, terms.local_script, terms.local_dust_limit);
    if (omitted != Side::remote) addOutput(closing, remote, terms.remote_script, terms.remote_dust_limit);
    if (closing.outputs.empty()) return std::unexpected(ClosingError::no_output);
    std::ranges::sort(closing.outputs);
    return closing;
}

std::optional<bitcoin::Transaction> closingSignedBy(const ChannelParameters& parameters,
                                                    const ClosingTerms& terms,
                                                    const crypto::Signature& remote_signature) {
    const bitcoin::Script script =
        fundingScript(parameters.local.keys.funding_pubkey, parameters.remote.keys.funding_pubkey);
    const auto byLimit = [&](Satoshi limit) {
        ClosingTerms judged = terms;
        judged.local_dust_limit = judged.remote_dust_limit = limit;
        return judged;
    };
    for (const ClosingTerms& judged :
         {terms, byLimit(parameters.remote.dust_limit), byLimit(parameters.local.dust_limit)}) {
        for (const std::optional<Side> omitted : {std::optional<Side>{}, std::optional{Side::remote}}) {
            const auto candidate = buildClosing(parameters, judged, omitted);
            if (!candidate) continue;
            const crypto::Hash32 digest =
                bitcoin::segwitSighash(*candidate, 0, script, parameters.capacity, bitcoin::sighash_all);
            if (crypto::verify(digest, remote_signature, parameters.remote.keys.funding_pubkey))
                return *candidate;
        }
    }
    return std::nullopt;
}

keys::SpendToSign closingSpend(const bitcoin::Transaction& closing, const bitcoin::Script& funding_script,
                               Satoshi capacity) {
    return {.transaction = closing, .input = 0, .script_code = funding_script, .value = capacity};
}

bitcoin::Weight closingWeight(const ClosingTerms& terms) {
    // Version, counts and locktime 10 bytes, the input 41, each output 9 and its script.
    const auto output = [](const bitcoin::Script& script) {
        return 9 + static_cast<std::int64_t>(script.bytes.size());
    };
    return {4 * (10 + 41 + output(terms.local_script) + output(terms.remote_script)) +
            funding_witness_weight};
}

} // namespace duplex::lightning::commitment
