#include "core/lightning/onchain/output_claims.h"

namespace duplex::lightning::onchain {

namespace {

/// Penalties of one transaction are split this many blocks before the earliest expiry (BOLT 5).
constexpr std::uint32_t security_delay = 18;

} // namespace

SpendIndex::SpendIndex(const ChainFacts& chain) {
    for (const ConfirmedTransaction& confirmed : chain.transactions) {
        if (confirmed.height > chain.verified_height) continue;
        for (std::size_t i = 0; i < confirmed.transaction.inputs.size(); ++i)
            m_spends.emplace(confirmed.transaction.inputs[i].previous, Spend{.by = &confirmed, .input = i});
    }
}

std::optional<SpendIndex::Spend> SpendIndex::of(const OutPoint& outpoint) const {
    const auto found = m_spends.find(outpoint);
    if (found == m_spends.end()) return std::nullopt;
    return found->second;
}

std::optional<Preimage> preimageIn(const bitcoin::Witness& witness, const PaymentHash& hash) {
    for (const Bytes& element : witness) {
        if (element.size() != Preimage::size) continue;
        const Preimage candidate{toArray<32>(element)};
        if (paymentHashOf(candidate) == hash) return candidate;
    }
    return std::nullopt;
}

std::vector<std::vector<ClaimInput>> grouped(std::vector<ClaimInput> due, BlockHeight now) {
    // Largest first: when a joint penalty is split, the first part has to outbid it.
    std::ranges::stable_sort(due, std::ranges::greater{},
                             [](const ClaimInput& input) { return input.spent.value; });
    std::optional<BlockHeight> earliest;
    for (const ClaimInput& input : due) {
        if (isPenalty(input.kind) && input.deadline && (!earliest || *input.deadline < *earliest))
            earliest = input.deadline;
    }
    const bool one_penalty = earliest && now.value + security_delay < earliest->value;
    const auto together = [&](const ClaimInput& a, const ClaimInput& b) {
        if (isPenalty(a.kind) || isPenalty(b.kind))
            return isPenalty(a.kind) && isPenalty(b.kind) && one_penalty;
        return a.kind == b.kind && a.locktime == b.locktime && a.deadline == b.deadline;
    };
    std::vector<std::vector<ClaimInput>> groups;
    for (ClaimInput& input : due) {
        const auto group = std::ranges::find_if(
            groups, [&](const std::vector<ClaimInput>& g) { return together(g.front(), input); });
        if (group == groups.end())
            groups.push_back({std::move(input)});
        else
            group->push_back(std::move(input));
    }
    return groups;
}

} // namespace duplex::lightning::onchain
