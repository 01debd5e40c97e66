#include "core/lightning/channel/commitments.h"

#include "core/base/check.h"
#include "core/lightning/commitment/trimming.h"

#include <algorithm>

namespace duplex::lightning::channel {

using bitcoin::FeeratePerKw;
using bitcoin::Satoshi;
using commitment::CommitmentHtlc;
using commitment::CommitmentSpec;
using commitment::Format;
using commitment::HtlcDirection;

namespace {

bool isIn(View view, Side proposer, Stage stage) {
    const bool ours = proposer == Side::local;
    switch (view) {
    case View::local:
        return stage >= (ours ? Stage::irrevocable : Stage::committed);
    case View::local_next:
        return stage >= (ours ? Stage::acknowledged : Stage::proposed);
    case View::remote:
        return stage >= (ours ? Stage::acknowledged : Stage::irrevocable);
    case View::remote_next:
        return stage >= (ours ? Stage::committed : Stage::acknowledged);
    case View::remote_to_sign:
        return stage >= (ours ? Stage::proposed : Stage::committed);
    }
    return false;
}

MilliSatoshi balanceIn(const CommitmentSpec& spec, Side side) {
    return spec.owner == side ? spec.to_owner : spec.to_other;
}

Satoshi anchorsAndFee(FeeratePerKw feerate, std::size_t untrimmed) {
    return commitment::commitmentFee(untrimmed, feerate, Format::anchors) + commitment::anchor_value +
           commitment::anchor_value;
}

Satoshi dustLimitOf(const Terms& terms, Side owner) {
    return terms.parameters.of(owner).dust_limit;
}

/// Direction of HTLCs that `side` offers, in this commitment.
HtlcDirection directionOf(const CommitmentSpec& spec, Side offered_by) {
    return spec.owner == offered_by ? HtlcDirection::offered : HtlcDirection::received;
}

struct InFlight {
    int count = 0;
    MilliSatoshi value;
};
InFlight inFlight(const CommitmentSpec& spec, Side offered_by) {
    InFlight result;
    for (const CommitmentHtlc& htlc : spec.htlcs) {
        if (htlc.direction != directionOf(spec, offered_by)) continue;
        result.count += 1;
        result.value += htlc.amount;
    }
    return result;
}

/// What `side`, which just offered an HTLC or raised the fee in this commitment, has left above its duties.
/// The same figures on both ends: the view of the offerer's signature is the view of the receiver's check.
std::optional<ChannelError> cannotAfford(const Terms& terms, const CommitmentSpec& spec, Side side) {
    const MilliSatoshi balance = balanceIn(spec, side);
    const MilliSatoshi reserve = MilliSatoshi::fromSatoshi(terms.reserveOf(side));
    if (balance < reserve) return InsufficientBalance{.available = balance, .needed = reserve};
    if (side != terms.parameters.funder) return std::nullopt;
    const Satoshi cost = commitment::funderCost(spec, dustLimitOf(terms, spec.owner), Format::anchors);
    if (balance - reserve < MilliSatoshi::fromSatoshi(cost))
        return FeeNotAffordable{.fee = cost, .balance = balance};
    return std::nullopt;
}

/// BOLT 2, "Adding an HTLC", both ends: limits of the side that receives it.
std::optional<ChannelError> overLimits(const Terms& terms, const CommitmentSpec& spec, Side offered_by,
                                       int slots) {
    const SideLimits& limits = terms.of(opposite(offered_by));
    const InFlight flying = inFlight(spec, offered_by);
    if (flying.count > slots) return TooManyHtlcs{.limit = slots};
    if (flying.value > limits.max_in_flight)
        return HtlcValueInFlightExceeded{.limit = limits.max_in_flight, .value = flying.value};
    return std::nullopt;
}

int slotsFor(const Terms& terms, Side offered_by, const Policy& policy) {
    const int theirs = terms.of(opposite(offered_by)).max_accepted_htlcs;
    return offered_by == Side::local ? std::min<int>(theirs, policy.htlc_slots) : theirs;
}

/// The funder's cost at twice the feerate with one more HTLC: our own additions leave that much, so that the
/// peer's next HTLC or a rise of the fee does not block the channel.
std::optional<ChannelError> breaksFeeSpikeBuffer(const Terms& terms, const CommitmentSpec& spec) {
    const Side funder = terms.parameters.funder;
    const std::size_t count =
        commitment::untrimmedCount(spec, dustLimitOf(terms, spec.owner), Format::anchors);
    const MilliSatoshi reserve = MilliSatoshi::fromSatoshi(terms.reserveOf(funder));
    const MilliSatoshi balance = balanceIn(spec, funder);
    const FeeratePerKw feerate = funder == Side::local ? FeeratePerKw{spec.feerate.value * 2} : spec.feerate;
    const Satoshi cost = anchorsAndFee(feerate, count + (funder == Side::local ? 1 : 0));
    if (balance - reserve < MilliSatoshi::fromSatoshi(cost))
        return FeeNotAffordable{.fee = cost, .balance = balance};
    return std::nullopt;
}

/// As if the peer had all HTLCs and fees that we proposed: those on their way are not in our commitment yet,
/// and nothing stops them any more.
Commitments withAllArrived(Commitments commitments) {
    for (Htlc& htlc : commitments.htlcs)
        if (htlc.offered_by == Side::local) htlc.stage = std::max(htlc.stage, Stage::acknowledged);
    if (commitments.funder == Side::local)
        for (FeeUpdate& update : commitments.fee_updates)
            update.stage = std::max(update.stage, Stage::acknowledged);
    return commitments;
}

Commitments withHtlc(Commitments commitments, Htlc htlc) {
    std::uint64_t& id =
        htlc.offered_by == Side::local ? commitments.next_local_htlc_id : commitments.next_remote_htlc_id;
    htlc.id = id++;
    htlc.order = commitments.next_order++;
    commitments.htlcs.push_back(std::move(htlc));
    return commitments;
}

Htlc* findMutable(Commitments& commitments, Side offered_by, std::uint64_t id) {
    const auto found = std::ranges::find_if(
        commitments.htlcs, [&](const Htlc& htlc) { return htlc.offered_by == offered_by && htlc.id == id; });
    return found == commitments.htlcs.end() ? nullptr : &*found;
}

Result<Commitments> withRemoval(const Commitments& commitments, Side offered_by, std::uint64_t id,
                                RemovalKind kind) {
    Commitments next = commitments;
    Htlc* htlc = findMutable(next, offered_by, id);
    if (!htlc || htlc->stage != Stage::irrevocable || htlc->removal)
        return std::unexpected(UnknownHtlc{.id = id});
    // An ordinary check in every build: a wrong preimage would give the money away (R7).
    if (const auto* fulfilled = std::get_if<Fulfilled>(&kind);
        fulfilled && paymentHashOf(fulfilled->preimage) != htlc->payment_hash)
        return std::unexpected(PreimageMismatch{.id = id});
    constexpr std::uint16_t bad_onion = 0x8000;
    if (const auto* malformed = std::get_if<FailedMalformed>(&kind);
        malformed && (malformed->failure_code & bad_onion) == 0)
        return std::unexpected(MalformedCodeInvalid{.code = malformed->failure_code});
    htlc->removal = Removal{.kind = std::move(kind), .stage = Stage::proposed, .order = next.next_order++};
    return next;
}

} // namespace

CommitmentSpec specOf(const Commitments& commitments, View view) {
    const bool local = view == View::local || view == View::local_next;
    MilliSatoshi ours = commitments.local_balance, theirs = commitments.remote_balance;
    CommitmentSpec spec{.owner = local ? Side::local : Side::remote, .feerate = commitments.feerate};
    for (const Htlc& htlc : commitments.htlcs) {
        if (!isIn(view, htlc.offered_by, htlc.stage)) continue;
        MilliSatoshi& payer = htlc.offered_by == Side::local ? ours : theirs;
        MilliSatoshi& payee = htlc.offered_by == Side::local ? theirs : ours;
        if (htlc.removal && isIn(view, opposite(htlc.offered_by), htlc.removal->stage)) {
            if (!std::holds_alternative<Fulfilled>(htlc.removal->kind)) continue;
            payer -= htlc.amount;
            payee += htlc.amount;
            continue;
        }
        payer -= htlc.amount;
        spec.htlcs.push_back({.direction = directionOf(spec, htlc.offered_by),
                              .id = htlc.id,
                              .amount = htlc.amount,
                              .payment_hash = htlc.payment_hash,
                              .cltv_expiry = htlc.cltv_expiry});
    }
    for (const FeeUpdate& update : commitments.fee_updates)
        if (isIn(view, commitments.funder, update.stage)) spec.feerate = update.feerate;
    spec.to_owner = local ? ours : theirs;
    spec.to_other = local ? theirs : ours;
    return spec;
}

bool conserves(const Terms& terms, const Commitments& commitments) {
    const auto views = {View::local, View::local_next, View::remote, View::remote_next, View::remote_to_sign};
    return std::ranges::all_of(views, [&](View view) {
        return commitment::conserves(specOf(commitments, view), terms.parameters.capacity);
    });
}

const Htlc* findHtlc(const Commitments& commitments, Side offered_by, std::uint64_t id) {
    const auto found = std::ranges::find_if(
        commitments.htlcs, [&](const Htlc& htlc) { return htlc.offered_by == offered_by && htlc.id == id; });
    return found == commitments.htlcs.end() ? nullptr : &*found;
}

bool holdsHtlcOf(const Commitments& commitments, const HtlcOrigin& origin) {
    return std::ranges::any_of(commitments.htlcs, [&](const Htlc& htlc) {
        return htlc.offered_by == Side::local && htlc.origin == origin;
    });
}

MilliSatoshi dustExposureLimit(const Terms& terms, const Policy& policy) {
    const Satoshi share{terms.parameters.capacity.value * policy.dust_exposure_percent / 100};
    return MilliSatoshi::fromSatoshi(std::min(share, policy.dust_exposure));
}

MilliSatoshi dustExposure(const Terms& terms, const Commitments& commitments, Side owner,
                          const Policy& policy) {
    // Everything that may come to stand in this commitment: the older of both removal states counts.
    CommitmentSpec spec = specOf(commitments, owner == Side::local ? View::local_next : View::remote_to_sign);
    const CommitmentSpec other = specOf(commitments, owner == Side::local ? View::local : View::remote);
    for (const CommitmentHtlc& htlc : other.htlcs) {
        const bool there = std::ranges::any_of(spec.htlcs, [&](const CommitmentHtlc& h) {
            return h.direction == htlc.direction && h.id == htlc.id;
        });
        if (!there) spec.htlcs.push_back(htlc);
    }
    const Satoshi dust_limit = dustLimitOf(terms, owner);
    MilliSatoshi exposure = commitment::trimmedValue(spec, dust_limit, Format::anchors);
    // Where the peer sets the feerate, what the commitment pays above relay level is lost to us just as dust
    // is.
    if (terms.parameters.funder == Side::remote && spec.feerate > policy.relay_feerate) {
        const std::size_t count = commitment::untrimmedCount(spec, dust_limit, Format::anchors);
        const Satoshi excess = commitment::commitmentFee(count, spec.feerate, Format::anchors) -
                               commitment::commitmentFee(count, policy.relay_feerate, Format::anchors);
        exposure += MilliSatoshi::fromSatoshi(excess);
    }
    return exposure;
}

MilliSatoshi sendable(const Terms& terms, const Commitments& commitments, const Context& context) {
    MilliSatoshi most{std::int64_t{1} << 62};
    const Commitments seen = withAllArrived(commitments);
    for (const View view : {View::remote_to_sign, View::local_next}) {
        const CommitmentSpec spec = specOf(seen, view);
        const InFlight flying = inFlight(spec, Side::local);
        if (flying.count >= slotsFor(terms, Side::local, context.policy)) return {};
        const bool funds = terms.parameters.funder == Side::local;
        const std::size_t count =
            commitment::untrimmedCount(spec, dustLimitOf(terms, spec.owner), Format::anchors) + 1;
        MilliSatoshi left =
            balanceIn(spec, Side::local) - MilliSatoshi::fromSatoshi(terms.reserveOf(Side::local));
        if (funds) {
            const Satoshi cost = anchorsAndFee(FeeratePerKw{spec.feerate.value * 2}, count + 1);
            left -= MilliSatoshi::fromSatoshi(cost);
        } else {
            const MilliSatoshi funder =
                balanceIn(spec, Side::remote) - MilliSatoshi::fromSatoshi(terms.reserveOf(Side::remote));
            if (funder < MilliSatoshi::fromSatoshi(anchorsAndFee(spec.feerate, count))) return {};
        }
        most = std::min({most, left, terms.remote.max_in_flight - flying.value});
    }
    return most < terms.remote.htlc_minimum ? MilliSatoshi{} : std::max(most, MilliSatoshi{});
}

MilliSatoshi receivable(const Terms& terms, const Commitments& commitments, const Context&) {
    const CommitmentSpec spec = specOf(commitments, View::local_next);
    const InFlight flying = inFlight(spec, Side::remote);
    if (flying.count >= terms.local.max_accepted_htlcs) return {};
    MilliSatoshi left =
        balanceIn(spec, Side::remote) - MilliSatoshi::fromSatoshi(terms.reserveOf(Side::remote));
    if (terms.parameters.funder == Side::remote) {
        const std::size_t count =
            commitment::untrimmedCount(spec, dustLimitOf(terms, Side::local), Format::anchors);
        left -= MilliSatoshi::fromSatoshi(anchorsAndFee(FeeratePerKw{spec.feerate.value * 2}, count + 2));
    }
    left = std::min(left, terms.local.max_in_flight - flying.value);
    return left < terms.local.htlc_minimum ? MilliSatoshi{} : std::max(left, MilliSatoshi{});
}

Result<Commitments> sendAdd(const Terms& terms, const Commitments& commitments, const NewHtlc& htlc,
                            const Context& context) {
    const CltvExpiry lowest{context.tip() + 1}, highest{context.tip() + context.policy.longest_expiry};
    if (htlc.cltv_expiry < lowest || htlc.cltv_expiry > highest)
        return std::unexpected(
            ExpiryOutOfBounds{.lowest = lowest, .highest = highest, .expiry = htlc.cltv_expiry});
    const MilliSatoshi minimum{std::max<std::int64_t>(1, terms.remote.htlc_minimum.value)};
    if (htlc.amount < minimum)
        return std::unexpected(HtlcBelowMinimum{.minimum = minimum, .amount = htlc.amount});
    const MilliSatoshi available = balanceIn(specOf(commitments, View::remote_to_sign), Side::local);
    if (htlc.amount > available)
        return std::unexpected(InsufficientBalance{.available = available, .needed = htlc.amount});

    Commitments next = withHtlc(commitments, {.offered_by = Side::local,
                                              .amount = htlc.amount,
                                              .payment_hash = htlc.payment_hash,
                                              .cltv_expiry = htlc.cltv_expiry,
                                              .onion = htlc.onion,
                                              .path_key = htlc.path_key,
                                              .origin = htlc.origin});
    const CommitmentSpec theirs = specOf(next, View::remote_to_sign);
    if (auto error = cannotAfford(terms, theirs, Side::local)) return std::unexpected(*error);
    if (auto error = overLimits(terms, theirs, Side::local, slotsFor(terms, Side::local, context.policy)))
        return std::unexpected(*error);
    if (auto error = breaksFeeSpikeBuffer(terms, theirs)) return std::unexpected(*error);
    // In our own commitment it stands only when they have it, as the ones before it on their way.
    const Commitments had = withAllArrived(commitments), seen = withAllArrived(next);
    if (auto error = breaksFeeSpikeBuffer(terms, specOf(seen, View::local_next)))
        return std::unexpected(*error);
    const MilliSatoshi limit = dustExposureLimit(terms, context.policy);
    for (const Side owner : {Side::local, Side::remote}) {
        const MilliSatoshi before = dustExposure(terms, had, owner, context.policy);
        const MilliSatoshi exposure = dustExposure(terms, seen, owner, context.policy);
        if (exposure > limit && exposure > before)
            return std::unexpected(DustExposureExceeded{.limit = limit, .exposure = exposure});
    }
    return next;
}

Result<Commitments> receiveAdd(const Terms& terms, const Commitments& commitments,
                               const wire::UpdateAddHtlc& message, const Context& context) {
    if (message.id != commitments.next_remote_htlc_id)
        return std::unexpected(
            UnexpectedHtlcId{.expected = commitments.next_remote_htlc_id, .id = message.id});
    // BOLT 2: above this a locktime means seconds. Every other expiry fails the HTLC only (threats 41).
    constexpr std::uint32_t first_time_locktime = 500'000'000;
    if (message.cltv_expiry.value >= first_time_locktime)
        return std::unexpected(ExpiryOutOfBounds{
            .lowest = {0}, .highest = {first_time_locktime - 1}, .expiry = message.cltv_expiry});
    const MilliSatoshi minimum{std::max<std::int64_t>(1, terms.local.htlc_minimum.value)};
    if (message.amount_msat < minimum)
        return std::unexpected(HtlcBelowMinimum{.minimum = minimum, .amount = message.amount_msat});
    const MilliSatoshi available = balanceIn(specOf(commitments, View::local_next), Side::remote);
    if (message.amount_msat > available)
        return std::unexpected(InsufficientBalance{.available = available, .needed = message.amount_msat});

    Commitments next = withHtlc(commitments, {.offered_by = Side::remote,
                                              .amount = message.amount_msat,
                                              .payment_hash = message.payment_hash,
                                              .cltv_expiry = message.cltv_expiry,
                                              .onion = message.onion_routing_packet,
                                              .path_key = message.path_key});
    const CommitmentSpec ours = specOf(next, View::local_next);
    if (auto error = cannotAfford(terms, ours, Side::remote)) return std::unexpected(*error);
    if (auto error = overLimits(terms, ours, Side::remote, slotsFor(terms, Side::remote, context.policy)))
        return std::unexpected(*error);
    return next;
}

Result<Commitments> sendRemoval(const Commitments& commitments, std::uint64_t id, RemovalKind kind) {
    return withRemoval(commitments, Side::remote, id, std::move(kind));
}

Result<Commitments> receiveRemoval(const Commitments& commitments, std::uint64_t id, RemovalKind kind) {
    return withRemoval(commitments, Side::local, id, std::move(kind));
}

namespace {

Commitments withFee(Commitments commitments, FeeratePerKw feerate) {
    commitments.fee_updates.push_back({.feerate = feerate, .order = commitments.next_order++});
    return commitments;
}

std::optional<ChannelError> cannotAffordFee(const Terms& terms, const CommitmentSpec& spec,
                                            MilliSatoshi reserve) {
    const Satoshi cost = commitment::funderCost(spec, dustLimitOf(terms, spec.owner), Format::anchors);
    const MilliSatoshi balance = balanceIn(spec, terms.parameters.funder);
    if (balance - reserve < MilliSatoshi::fromSatoshi(cost))
        return FeeNotAffordable{.fee = cost, .balance = balance};
    return std::nullopt;
}

} // namespace

Result<Commitments> sendFee(const Terms& terms, const Commitments& commitments, FeeratePerKw feerate,
                            const Context& context) {
    if (commitments.funder != Side::local) return std::unexpected(FeeUpdateByFundee{});
    if (feerate < bitcoin::feerate_floor || feerate > context.policy.feerate_highest)
        return std::unexpected(FeerateOutOfBounds{
            .lowest = bitcoin::feerate_floor, .highest = context.policy.feerate_highest, .feerate = feerate});
    Commitments next = withFee(commitments, feerate);
    const MilliSatoshi reserve = MilliSatoshi::fromSatoshi(terms.reserveOf(Side::local));
    if (auto error = cannotAffordFee(terms, specOf(next, View::remote_to_sign), reserve))
        return std::unexpected(*error);
    if (auto error = cannotAffordFee(terms, specOf(withAllArrived(next), View::local_next), reserve))
        return std::unexpected(*error);
    return next;
}

Result<Commitments> receiveFee(const Terms& terms, const Commitments& commitments, FeeratePerKw feerate,
                               const Context& context) {
    if (commitments.funder != Side::remote) return std::unexpected(FeeUpdateByFundee{});
    FeeratePerKw highest = highestAcceptedFeerate(context);
    // The funder pays it, and may see what we do not: that we know nothing is no reason to close.
    if (context.feerates.guessed) highest = std::max(highest, context.policy.feerate_believed);
    if (feerate < bitcoin::feerate_floor || feerate > highest)
        return std::unexpected(
            FeerateOutOfBounds{.lowest = bitcoin::feerate_floor, .highest = highest, .feerate = feerate});
    Commitments next = commitments;
    // Only the last one counts that the peer's next signature covers: a flood of them must not pile up.
    std::erase_if(next.fee_updates, [](const FeeUpdate& update) { return update.stage == Stage::proposed; });
    next = withFee(std::move(next), feerate);
    if (auto error = cannotAffordFee(terms, specOf(next, View::local_next), {}))
        return std::unexpected(*error);
    return next;
}

FeeratePerKw highestAcceptedFeerate(const Context& context) {
    const FeeratePerKw scaled{context.feerates.six_block.value * context.policy.feerate_accepted_multiple};
    return std::max(context.policy.feerate_highest, scaled);
}

bool isQuiet(const Commitments& commitments) {
    return commitments.htlcs.empty() && commitments.fee_updates.empty();
}

bool hasUnacknowledgedUpdates(const Commitments& commitments) {
    const auto open = [](Stage stage) { return stage < Stage::acknowledged; };
    const bool htlcs = std::ranges::any_of(commitments.htlcs, [&](const Htlc& htlc) {
        return htlc.offered_by == Side::local ? open(htlc.stage) : htlc.removal && open(htlc.removal->stage);
    });
    return htlcs || (commitments.funder == Side::local &&
                     std::ranges::any_of(commitments.fee_updates,
                                         [&](const FeeUpdate& update) { return open(update.stage); }));
}

Commitments firstCommitments(const Terms& terms, MilliSatoshi pushed, FeeratePerKw feerate) {
    const MilliSatoshi rest = MilliSatoshi::fromSatoshi(terms.parameters.capacity) - pushed;
    const bool funder = terms.parameters.funder == Side::local;
    Commitments result{.funder = terms.parameters.funder};
    result.local_balance = funder ? rest : pushed;
    result.remote_balance = funder ? pushed : rest;
    result.feerate = feerate;
    return result;
}

} // namespace duplex::lightning::channel
