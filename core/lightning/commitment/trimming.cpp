#include "core/lightning/commitment/trimming.h"

namespace duplex::lightning::commitment {

namespace {

constexpr bitcoin::Weight legacy_timeout_weight{663};
constexpr bitcoin::Weight legacy_success_weight{703};

} // namespace

bitcoin::Satoshi secondStageFee(HtlcDirection direction, bitcoin::FeeratePerKw feerate, Format format) {
    if (format == Format::anchors) return {0};
    return feerate.feeFloor(direction == HtlcDirection::offered ? legacy_timeout_weight
                                                                : legacy_success_weight);
}

bool isTrimmed(const CommitmentHtlc& htlc, bitcoin::FeeratePerKw feerate, bitcoin::Satoshi owner_dust_limit,
               Format format) {
    return htlc.amount.satoshiFloor() < owner_dust_limit + secondStageFee(htlc.direction, feerate, format);
}

std::size_t untrimmedCount(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format) {
    return static_cast<std::size_t>(std::ranges::count_if(spec.htlcs, [&](const CommitmentHtlc& htlc) {
        return !isTrimmed(htlc, spec.feerate, owner_dust_limit, format);
    }));
}

bitcoin::Weight commitmentWeight(std::size_t untrimmed_htlcs, Format format) {
    const std::int64_t base = format == Format::anchors ? 1124 : 724;
    return {base + 172 * static_cast<std::int64_t>(untrimmed_htlcs)};
}

bitcoin::Satoshi commitmentFee(std::size_t untrimmed_htlcs, bitcoin::FeeratePerKw feerate, Format format) {
    return feerate.feeFloor(commitmentWeight(untrimmed_htlcs, format));
}

bitcoin::Satoshi funderCost(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format) {
    const bitcoin::Satoshi fee =
        commitmentFee(untrimmedCount(spec, owner_dust_limit, format), spec.feerate, format);
    return format == Format::anchors ? fee + anchor_value + anchor_value : fee;
}

MilliSatoshi trimmedValue(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format) {
    MilliSatoshi total;
    for (const CommitmentHtlc& htlc : spec.htlcs) {
        if (isTrimmed(htlc, spec.feerate, owner_dust_limit, format)) total += htlc.amount;
    }
    return total;
}

} // namespace duplex::lightning::commitment
