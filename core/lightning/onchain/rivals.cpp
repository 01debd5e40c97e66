#include "core/lightning/onchain/rivals.h"

namespace duplex::lightning::onchain {

std::vector<Contest> contestsOf(const Transaction& transaction, const std::vector<Claim>& claims,
                                const Script& payout) {
    std::map<OutPoint, TxOut> claimed;
    std::set<Script> ours = {payout};
    for (const Claim& claim : claims) {
        for (const ClaimInput& input : claim.inputs) {
            claimed.emplace(input.outpoint, input.spent);
            if (input.paired_output) ours.insert(input.paired_output->script_pubkey);
        }
    }
    std::vector<Contest> contests;
    for (std::size_t i = 0; i < transaction.inputs.size() && !claimed.empty(); ++i) {
        const auto found = claimed.find(transaction.inputs[i].previous);
        if (found == claimed.end()) continue;
        contests.push_back({.input = i, .outpoint = found->first, .spent = found->second});
        claimed.erase(found); // whoever names it again sends nothing valid, and shall not keep us busy
    }
    const bool pays_us = std::ranges::all_of(
        transaction.outputs, [&](const TxOut& output) { return ours.contains(output.script_pubkey); });
    if (pays_us) contests.clear();
    return contests;
}

} // namespace duplex::lightning::onchain
