#include "core/base/byte_reader.h"
#include "core/base/check.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/lightning/channel/closed_channel.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;
namespace onchain = duplex::lightning::onchain;

namespace {

constexpr std::uint32_t close_height = 1000;

/// Of the payment with this number (TwoNodes::pay).
ln::Preimage preimageOf(std::uint8_t number) {
    ch::HtlcOrigin origin;
    origin.payment.bytes[0] = number;
    return {crypto::sha256(origin.payment)};
}

struct Closed {
    onchain::ClosedChannelFacts facts;
    ln::keys::ChannelSigner signer;
    ln::keys::SignerCounters counters;
    onchain::ChainFacts chain;
    bitcoin::Transaction spend;
};

/// Our channel with three HTLCs, closed by its commitment, the peer's, or one that the peer revoked; the
/// last: by nothing yet, while we want to close.
std::vector<Closed> closed() {
    TwoNodes nodes;
    nodes.openNormal();
    const auto commitmentOf = [](const TestNode& node) {
        return ch::localCommitment(node.channel.terms, node.channel.commitments, node.context.signer)
            .transaction;
    };
    nodes.pay(nodes.a, {20'000'000});
    nodes.pay(nodes.b, {7'000'000});
    nodes.settleDown();
    const bitcoin::Transaction revoked = commitmentOf(nodes.b);
    nodes.pay(nodes.a, {30'000'000});
    nodes.settleDown();
    onchain::ChainFacts chain;
    chain.fees = {.slow = {1000}, .fast = {4000}, .floor = {253}, .increment = {250}};
    chain.payout = nodes.a.context.payout_script;
    chain.coins = {{.outpoint = {}, .spent = {{50'000}, chain.payout}, .witness_weight = {108}}};
    chain.releasable_preimages[ln::paymentHashOf(preimageOf(2))] = preimageOf(2);
    std::vector<Closed> all;
    for (const auto& spend : {commitmentOf(nodes.a), commitmentOf(nodes.b), revoked, bitcoin::Transaction{}})
        all.push_back({.facts = nodes.a.closedFacts(spend),
                       .signer = nodes.a.context.signer,
                       .counters = nodes.a.channel.commitments.counters,
                       .chain = chain,
                       .spend = spend});
    all.back().facts.local_close = onchain::LocalClose::wanted;
    return all;
}

/// A transaction that spends outputs of `seen` and pays to the scripts of such (an HTLC transaction pays to
/// the script of to_local) other amounts; its witnesses show preimages, or not.
bitcoin::Transaction foreign(ByteReader& input, const std::vector<bitcoin::Transaction>& seen) {
    const auto transactionOf = [&]() -> const bitcoin::Transaction& {
        return seen[input.u8() % seen.size()];
    };
    const std::uint8_t shape = input.u8();
    bitcoin::Transaction made;
    for (int i = 0; i <= shape % 4; ++i) {
        const bitcoin::Transaction& from = transactionOf();
        const auto index = static_cast<std::uint32_t>(input.u8() % from.outputs.size());
        made.inputs.push_back({.previous = {from.txid(), index}});
        made.inputs.back().witness = {Bytes(71, shape), toBytes(preimageOf(input.u8() % 4)), Bytes(3, shape)};
    }
    for (int i = 0; i <= shape / 4 % 4; ++i) {
        const bitcoin::Transaction& from = transactionOf();
        made.outputs.push_back(from.outputs[input.u8() % from.outputs.size()]);
        if (const std::uint8_t part = input.u8(); part < 128)
            made.outputs.back().value = {made.outputs.back().value.value * part / 100};
    }
    return made;
}

/// A claim pays what it says, out of what is there, and every script that it spends agrees.
void checkClaim(const onchain::Claim& claim, const Closed& closed) {
    const auto transaction = onchain::signClaim(claim, closed.signer, closed.counters);
    check(transaction.has_value(), "the signer signs every claim");
    std::vector<bitcoin::TxOut> spent;
    for (const auto& each : claim.inputs) spent.push_back(each.spent);
    for (const auto& each : claim.wallet_inputs) spent.push_back(each.spent);
    bitcoin::Satoshi fee;
    for (const bitcoin::TxOut& output : spent) fee += output.value;
    for (const bitcoin::TxOut& output : transaction->outputs) {
        fee -= output.value;
        check(output.value.value >= bitcoin::dustLimitSat(output.script_pubkey), "no dust is made");
    }
    check(fee == claim.fee && fee.value > 0, "a claim pays the fee that it says");
    for (std::size_t i = 0; i < claim.inputs.size(); ++i)
        check(bitcoin::script::verifyScript(*transaction, i, spent, bitcoin::script::standard_flags)
                  .has_value(),
              "a claim satisfies the script");
}

/// No output is in two claims; what left is remembered, as the driver does.
void look(const onchain::Resolution& resolution, const Closed& closed, onchain::ChainFacts& chain) {
    std::set<bitcoin::OutPoint> claimed;
    std::vector<onchain::ClaimAttempt> attempts;
    for (const onchain::Claim& claim : resolution.claims) {
        checkClaim(claim, closed);
        for (const bitcoin::TxIn& input : claim.transaction.inputs)
            check(claimed.insert(input.previous).second, "an output is claimed once");
        attempts.push_back(onchain::attemptOf(claim, chain.tip_height));
    }
    for (const auto& [hash, preimage] : resolution.preimages_seen)
        check(ln::paymentHashOf(preimage) == hash, "a preimage is one");
    chain.attempts = std::move(attempts);
}

} // namespace

/// First byte: what spent the funding output; second: how many blocks ago. Then transactions of anybody on
/// top of it. The resolver claims only what it can spend, whatever a peer puts on the chain, and so again
/// some blocks later, when the claims have left.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Closed> starts = closed();
    if (size < 2) return 0;
    const Closed& start = starts[data[0] % starts.size()];
    onchain::ChainFacts chain = start.chain;
    chain.verified_height = chain.tip_height = {close_height + data[1] * 4U};
    std::vector<bitcoin::Transaction> seen;
    if (!start.spend.inputs.empty()) {
        seen.push_back(start.spend);
        ByteReader input(ByteView(data + 2, size - 2));
        while (input.remaining() > 0 && seen.size() < 12) seen.push_back(foreign(input, seen));
    }
    std::uint32_t height = close_height;
    for (const bitcoin::Transaction& transaction : seen)
        chain.transactions.push_back({transaction, {height++}});
    look(onchain::resolve(start.facts, chain), start, chain);
    chain.verified_height.value += data[1] % 16;
    chain.tip_height.value += data[1] % 32;
    look(onchain::resolve(start.facts, chain), start, chain);
    return 0;
}
