#include "core/lightning/channel/phases/phases.h"
#include "core/lightning/commitment/scripts.h"
#include "core/lightning/commitment/trimming.h"

#include <algorithm>

namespace duplex::lightning::channel {

using bitcoin::Satoshi;
using commitment::Format;
using enum UnacceptableTerm::Term;

namespace {

auto unacceptable(UnacceptableTerm::Term term, std::int64_t limit = 0, std::int64_t value = 0) {
    return std::unexpected(ChannelError{UnacceptableTerm{.term = term, .limit = limit, .value = value}});
}

void waitFor(Turn& turn, OpeningStep step) {
    turn.next.phase =
        Opening{.step = std::move(step), .deadline = turn.context.now + turn.context.policy.negotiation_step};
}

Satoshi reserveFor(Satoshi capacity, Satoshi remote_dust_limit, const Policy& policy) {
    return std::max(
        {Satoshi{capacity.value * policy.reserve_percent / 100}, policy.reserve_lowest, remote_dust_limit});
}

/// Both sides' fields in the one form in which they are checked.
struct TheirTerms {
    Satoshi dust_limit, reserve;
    MilliSatoshi max_in_flight, htlc_minimum;
    std::uint16_t slots = 0, to_self_delay = 0;
    const std::optional<bitcoin::Script>& upfront;
};

template <typename M>
TheirTerms termsOf(const M& message) {
    return {.dust_limit = message.dust_limit_satoshis,
            .reserve = message.channel_reserve_satoshis,
            .max_in_flight = message.max_htlc_value_in_flight_msat,
            .htlc_minimum = message.htlc_minimum_msat,
            .slots = message.max_accepted_htlcs,
            .to_self_delay = message.to_self_delay,
            .upfront = message.upfront_shutdown_script};
}

/// BOLT 2, open_channel and accept_channel, receiver: terms that are the same in both.
Step checkTerms(const Channel& channel, const TheirTerms& theirs, const Context& context) {
    const Policy& policy = context.policy;
    const Satoshi capacity = channel.terms.parameters.capacity;
    if (theirs.dust_limit < policy.dust_limit_lowest)
        return unacceptable(dust_limit, policy.dust_limit_lowest.value, theirs.dust_limit.value);
    if (theirs.dust_limit > policy.dust_limit_highest)
        return unacceptable(dust_limit, policy.dust_limit_highest.value, theirs.dust_limit.value);
    const Satoshi highest{capacity.value * policy.reserve_accepted_percent / 100};
    if (theirs.reserve > highest) return unacceptable(reserve, highest.value, theirs.reserve.value);
    // Neither dust limit above either reserve: else a side could have nothing at stake (BOLT 2).
    const Satoshi lowest = std::max(policy.dust_limit, theirs.dust_limit);
    if (theirs.reserve < lowest) return unacceptable(reserve, lowest.value, theirs.reserve.value);
    if (theirs.htlc_minimum > policy.htlc_minimum_accepted)
        return unacceptable(htlc_minimum, policy.htlc_minimum_accepted.value, theirs.htlc_minimum.value);
    if (theirs.max_in_flight < theirs.htlc_minimum || theirs.max_in_flight.value <= 0)
        return unacceptable(in_flight, theirs.htlc_minimum.value, theirs.max_in_flight.value);
    constexpr std::uint16_t most_slots = 483; // BOLT 2
    if (theirs.slots == 0 || theirs.slots > most_slots)
        return unacceptable(max_accepted_htlcs, most_slots, theirs.slots);
    if (theirs.to_self_delay > policy.to_self_delay_accepted)
        return unacceptable(to_self_delay, policy.to_self_delay_accepted, theirs.to_self_delay);
    if (theirs.upfront && !theirs.upfront->empty() && !isShutdownScript(*theirs.upfront, context))
        return unacceptable(shutdown_script);
    return done();
}

/// The funder pays the first fee above its reserve, and not both sides are within their reserves.
Step checkFirstBalances(const Channel& channel) {
    const Terms& terms = channel.terms;
    const Side funder = terms.parameters.funder;
    const MilliSatoshi rest = MilliSatoshi::fromSatoshi(terms.parameters.capacity) - channel.pushed;
    const Satoshi cost = commitment::commitmentFee(0, channel.opening_feerate, Format::anchors) +
                         commitment::anchor_value + commitment::anchor_value;
    const MilliSatoshi needed = MilliSatoshi::fromSatoshi(cost + terms.reserveOf(funder));
    if (rest < needed) return unacceptable(first_balances, needed.value, rest.value);
    return done();
}

void takeTheirs(Channel& channel, const keys::ChannelPublicKeys& keys, const TheirTerms& theirs) {
    Terms& terms = channel.terms;
    terms.parameters.remote.keys = keys;
    terms.parameters.remote.dust_limit = theirs.dust_limit;
    terms.parameters.local.to_self_delay = theirs.to_self_delay;
    terms.remote = {.reserve = theirs.reserve,
                    .max_in_flight = theirs.max_in_flight,
                    .htlc_minimum = theirs.htlc_minimum,
                    .max_accepted_htlcs = theirs.slots};
    channel.remote_upfront_script = theirs.upfront;
}

template <typename M>
keys::ChannelPublicKeys keysOf(const M& message) {
    return {.funding_pubkey = message.funding_pubkey,
            .revocation_basepoint = message.revocation_basepoint,
            .payment_basepoint = message.payment_basepoint,
            .delayed_payment_basepoint = message.delayed_payment_basepoint,
            .htlc_basepoint = message.htlc_basepoint};
}

/// What we announce, in both roles.
void setOurs(Channel& channel, Satoshi remote_dust_limit, const Context& context) {
    const Policy& policy = context.policy;
    Terms& terms = channel.terms;
    const Satoshi capacity = terms.parameters.capacity;
    terms.parameters.format = Format::anchors;
    terms.parameters.local.keys = context.signer.publicKeys();
    terms.parameters.local.dust_limit = policy.dust_limit;
    terms.parameters.remote.to_self_delay = policy.to_self_delay_asked;
    terms.local = {.reserve = reserveFor(capacity, remote_dust_limit, policy),
                   .max_in_flight = MilliSatoshi::fromSatoshi(capacity),
                   .htlc_minimum = policy.htlc_minimum,
                   .max_accepted_htlcs = policy.htlc_slots};
}

template <typename M>
void fillOurs(M& message, const Channel& channel, const Context& context) {
    const keys::ChannelPublicKeys& keys = context.signer.publicKeys();
    const Terms& terms = channel.terms;
    message.temporary_channel_id = channel.temporary_id;
    message.dust_limit_satoshis = terms.parameters.local.dust_limit;
    message.max_htlc_value_in_flight_msat = terms.local.max_in_flight;
    message.channel_reserve_satoshis = terms.local.reserve;
    message.htlc_minimum_msat = terms.local.htlc_minimum;
    message.to_self_delay = terms.parameters.remote.to_self_delay;
    message.max_accepted_htlcs = terms.local.max_accepted_htlcs;
    message.funding_pubkey = keys.funding_pubkey;
    message.revocation_basepoint = keys.revocation_basepoint;
    message.payment_basepoint = keys.payment_basepoint;
    message.delayed_payment_basepoint = keys.delayed_payment_basepoint;
    message.htlc_basepoint = keys.htlc_basepoint;
    message.first_per_commitment_point = context.signer.pointAt({0});
    message.upfront_shutdown_script = channel.local_upfront_script;
    message.channel_type = encoded(channel.type);
}

/// BOLT 2: with the feature negotiated the field is there, empty where nothing is promised.
std::optional<bitcoin::Script> upfrontScript(const std::optional<bitcoin::Script>& wanted,
                                             const Context& context) {
    if (!context.negotiated(Feature::upfront_shutdown_script)) return std::nullopt;
    return wanted.value_or(bitcoin::Script{});
}

std::uint32_t depthFor(Satoshi capacity, const Policy& policy) {
    return capacity < policy.large_channel ? policy.small_channel_depth : policy.large_channel_depth;
}

bool inUse(const ChannelId& id, const Context& context) {
    return context.channel_ids_in_use.contains(id);
}

/// Index of the one output that funds the channel.
std::expected<std::uint16_t, ChannelError> fundingIndex(const bitcoin::Transaction& transaction,
                                                        const Channel& channel) {
    using enum FundingMismatch::What;
    const bool segwit = std::ranges::all_of(transaction.inputs, [](const bitcoin::TxIn& input) {
        return input.script_sig.empty() && !input.witness.empty();
    });
    if (transaction.inputs.empty() || !segwit)
        return std::unexpected(FundingMismatch{.what = inputs_not_segwit});
    const bitcoin::Script wanted = commitment::fundingOutputScript(channel.terms.parameters);
    for (std::size_t i = 0; i < transaction.outputs.size() && i <= 0xffff; ++i) {
        if (transaction.outputs[i].script_pubkey != wanted) continue;
        if (transaction.outputs[i].value != channel.terms.parameters.capacity)
            return std::unexpected(FundingMismatch{.what = amount});
        return static_cast<std::uint16_t>(i);
    }
    return std::unexpected(FundingMismatch{.what = FundingMismatch::What::script});
}

void assignId(Turn& turn, const bitcoin::OutPoint& funding, const crypto::PublicKey& remote_point) {
    Channel& next = turn.next;
    next.terms.parameters.funding = funding;
    next.id = channelIdOf(funding);
    const crypto::PublicKey point = remote_point;
    next.commitments = firstCommitments(next.terms, next.pushed, next.opening_feerate);
    next.commitments.remote_point = point;
    next.opened_height = turn.context.height;
    turn.act(ChannelIdAssigned{.temporary_id = next.temporary_id, .id = next.id});
}

void watchFunding(Turn& turn) {
    const commitment::ChannelParameters& parameters = turn.next.terms.parameters;
    turn.act(WatchOutput{.outpoint = parameters.funding,
                         .script = commitment::fundingOutputScript(parameters),
                         .birth_height = turn.next.opened_height});
}

template <typename S>
Step expectStep(const Opening& phase, std::uint16_t message_type) {
    if (std::holds_alternative<S>(phase.step)) return done();
    return std::unexpected(UnexpectedMessage{.type = message_type});
}

} // namespace

Step on(const Opening& phase, const OpenRequested& event, Turn& turn) {
    if (!std::holds_alternative<Idle>(phase.step)) return notPossible(CommandNotPossible::Why::already_open);
    const Context& context = turn.context;
    const Policy& policy = context.policy;
    turn.next.open_request = event.request.value;
    if (!context.negotiated(Feature::anchors)) return unacceptable(link_features);
    if (event.funding_amount < policy.smallest_channel)
        return unacceptable(capacity, policy.smallest_channel.value, event.funding_amount.value);
    if (event.funding_amount > policy.largest_channel)
        return unacceptable(capacity, policy.largest_channel.value, event.funding_amount.value);
    const MilliSatoshi whole = MilliSatoshi::fromSatoshi(event.funding_amount);
    if (event.push_amount.value < 0 || event.push_amount > whole)
        return unacceptable(push, whole.value, event.push_amount.value);
    if (inUse(event.temporary_channel_id, context)) return unacceptable(channel_id_in_use);
    if (event.upfront_script && !isShutdownScript(*event.upfront_script, context))
        return unacceptable(shutdown_script);

    Channel& next = turn.next;
    next.id = next.temporary_id = event.temporary_channel_id;
    next.announce = event.announce;
    next.type.scid_alias = event.announce == Announce::no && context.negotiated(Feature::scid_alias);
    next.pushed = event.push_amount;
    next.terms.parameters.capacity = event.funding_amount;
    next.terms.parameters.funder = Side::local;
    next.opening_feerate =
        std::clamp(context.feerates.commitment, bitcoin::feerate_floor, policy.feerate_highest);
    next.local_aliases = {event.alias};
    next.local_upfront_script = upfrontScript(event.upfront_script, context);
    setOurs(next, Satoshi{}, context);
    next.link = Link::online;

    wire::OpenChannel message{.chain_hash = context.chain_hash,
                              .funding_satoshis = event.funding_amount,
                              .push_msat = event.push_amount,
                              .feerate_per_kw = next.opening_feerate,
                              .channel_flags = event.announce == Announce::yes
                                                   ? wire::OpenChannel::announce_channel
                                                   : std::uint8_t{0}};
    fillOurs(message, next, context);
    waitFor(turn, OpenSent{});
    turn.act(ReserveCoins{.amount = event.funding_amount});
    turn.send(std::move(message));
    return done();
}

Step receive(const Opening& phase, const wire::OpenChannel& message, Turn& turn) {
    if (Step step = expectStep<Idle>(phase, wire::OpenChannel::type); !step) return step;
    const Context& context = turn.context;
    const Policy& policy = context.policy;
    Channel& next = turn.next;
    next.id = next.temporary_id = message.temporary_channel_id;
    next.link = Link::online;
    if (message.chain_hash != context.chain_hash) return unacceptable(chain);
    if (!context.negotiated(Feature::anchors)) return unacceptable(link_features);
    if (inUse(message.temporary_channel_id, context)) return unacceptable(channel_id_in_use);
    const auto type = message.channel_type ? channelTypeFromBytes(*message.channel_type) : std::nullopt;
    if (!type || (type->scid_alias && !context.local_features.has(Feature::scid_alias)))
        return unacceptable(channel_type);
    const bool announced = (message.channel_flags & wire::OpenChannel::announce_channel) != 0;
    if (announced && type->scid_alias) return unacceptable(announced_alias);
    if (message.funding_satoshis < policy.smallest_channel)
        return unacceptable(capacity, policy.smallest_channel.value, message.funding_satoshis.value);
    if (message.funding_satoshis > policy.largest_channel)
        return unacceptable(capacity, policy.largest_channel.value, message.funding_satoshis.value);
    const MilliSatoshi whole = MilliSatoshi::fromSatoshi(message.funding_satoshis);
    if (message.push_msat > whole) return unacceptable(push, whole.value, message.push_msat.value);
    const bitcoin::FeeratePerKw highest = highestAcceptedFeerate(context);
    if (message.feerate_per_kw < bitcoin::feerate_floor || message.feerate_per_kw > highest)
        return unacceptable(feerate, highest.value, message.feerate_per_kw.value);

    next.type = *type;
    next.announce = announced ? Announce::yes : Announce::no;
    next.pushed = message.push_msat;
    next.opening_feerate = message.feerate_per_kw;
    next.terms.parameters.capacity = message.funding_satoshis;
    next.terms.parameters.funder = Side::remote;
    const TheirTerms theirs = termsOf(message);
    if (Step step = checkTerms(next, theirs, context); !step) return step;
    setOurs(next, theirs.dust_limit, context);
    takeTheirs(next, keysOf(message), theirs);
    if (Step step = checkFirstBalances(next); !step) return step;
    next.commitments.remote_point = message.first_per_commitment_point;
    waitFor(turn, OpenReceived{});
    turn.act(AcceptanceNeeded{
        .capacity = message.funding_satoshis, .pushed = message.push_msat, .announce = next.announce});
    return done();
}

Step on(const Opening& phase, const AcceptDecision& event, Turn& turn) {
    if (!std::holds_alternative<OpenReceived>(phase.step))
        return notPossible(CommandNotPossible::Why::nothing_known);
    if (event.answer == AcceptDecision::Answer::refuse) return unacceptable(refused_by_user);
    if (event.upfront_script && !isShutdownScript(*event.upfront_script, turn.context))
        return unacceptable(shutdown_script);
    Channel& next = turn.next;
    next.local_aliases = {event.alias};
    next.local_upfront_script = upfrontScript(event.upfront_script, turn.context);
    next.minimum_depth = depthFor(next.terms.parameters.capacity, turn.context.policy);
    wire::AcceptChannel message{.minimum_depth = next.minimum_depth};
    fillOurs(message, next, turn.context);
    // LND users fund by PSBT in between: longer than a step.
    next.phase = Opening{.step = AcceptSent{},
                         .deadline = turn.context.now + turn.context.policy.funding_created_wait};
    turn.send(std::move(message));
    return done();
}

Step receive(const Opening& phase, const wire::AcceptChannel& message, Turn& turn) {
    if (Step step = expectStep<OpenSent>(phase, wire::AcceptChannel::type); !step) return step;
    Channel& next = turn.next;
    const Policy& policy = turn.context.policy;
    const auto type = message.channel_type ? channelTypeFromBytes(*message.channel_type) : std::nullopt;
    if (type != next.type) return unacceptable(channel_type);
    if (message.minimum_depth > policy.longest_minimum_depth)
        return unacceptable(minimum_depth, policy.longest_minimum_depth, message.minimum_depth);
    const TheirTerms theirs = termsOf(message);
    if (Step step = checkTerms(next, theirs, turn.context); !step) return step;
    if (theirs.dust_limit > next.terms.local.reserve)
        return unacceptable(dust_limit, next.terms.local.reserve.value, theirs.dust_limit.value);
    takeTheirs(next, keysOf(message), theirs);
    if (Step step = checkFirstBalances(next); !step) return step;
    next.commitments.remote_point = message.first_per_commitment_point;
    next.minimum_depth = std::max<std::uint32_t>(1, message.minimum_depth); // 0 is zeroconf: not our type
    waitFor(turn, FundingWanted{});
    turn.act(BuildFundingTransaction{.script = commitment::fundingOutputScript(next.terms.parameters),
                                     .amount = next.terms.parameters.capacity});
    return done();
}

Step on(const Opening& phase, const FundingTransactionSigned& event, Turn& turn) {
    if (!std::holds_alternative<FundingWanted>(phase.step))
        return notPossible(CommandNotPossible::Why::nothing_known);
    const auto index = fundingIndex(event.transaction, turn.next);
    if (!index) return std::unexpected(index.error());
    const bitcoin::OutPoint funding{.txid = event.transaction.txid(), .index = *index};
    if (inUse(channelIdOf(funding), turn.context)) return unacceptable(channel_id_in_use);
    Channel& next = turn.next;
    assignId(turn, funding, next.commitments.remote_point);
    next.funding_transaction = event.transaction;
    const auto first = signFirstRemote(next.terms, next.commitments, turn.context);
    if (!first) return std::unexpected(first.error());
    next.commitments.counters = first->counters;
    waitFor(turn, CreatedSent{});
    turn.send(wire::FundingCreated{.temporary_channel_id = next.temporary_id,
                                   .funding_txid = funding.txid,
                                   .funding_output_index = *index,
                                   .signature = first->signature});
    return done();
}

Step receive(const Opening& phase, const wire::FundingCreated& message, Turn& turn) {
    if (Step step = expectStep<AcceptSent>(phase, wire::FundingCreated::type); !step) return step;
    const bitcoin::OutPoint funding{.txid = message.funding_txid, .index = message.funding_output_index};
    // One outpoint, one channel (threats 24).
    if (inUse(channelIdOf(funding), turn.context)) return unacceptable(channel_id_in_use);
    Channel& next = turn.next;
    assignId(turn, funding, next.commitments.remote_point);
    auto verified = receiveFirstSignature(next.terms, next.commitments, message.signature, turn.context);
    if (!verified) return std::unexpected(verified.error());
    next.commitments = std::move(*verified);
    const auto first = signFirstRemote(next.terms, next.commitments, turn.context);
    if (!first) return std::unexpected(first.error());
    next.commitments.counters = first->counters;
    next.phase = AwaitingFunding{};
    turn.store();
    watchFunding(turn);
    turn.act(StoreBackup{});
    turn.send(wire::FundingSigned{.channel_id = next.id, .signature = first->signature});
    turn.act(BalanceChanged{});
    return done();
}

Step receive(const Opening& phase, const wire::FundingSigned& message, Turn& turn) {
    if (Step step = expectStep<CreatedSent>(phase, wire::FundingSigned::type); !step) return step;
    Channel& next = turn.next;
    auto verified = receiveFirstSignature(next.terms, next.commitments, message.signature, turn.context);
    if (!verified) return std::unexpected(verified.error());
    next.commitments = std::move(*verified);
    next.phase = AwaitingFunding{};
    // Stored with the refund in hand; only then may the funding leave.
    turn.store();
    watchFunding(turn);
    turn.act(StoreBackup{});
    turn.act(PublishTransaction{.what = PublishTransaction::What::funding,
                                .transaction = *next.funding_transaction});
    turn.reply({next.open_request});
    next.open_request = 0;
    turn.act(BalanceChanged{});
    return done();
}

Step on(const Opening&, const OpenCancelled&, Turn&) {
    return unacceptable(refused_by_user);
}
Step on(const Opening&, const ForceCloseRequested&, Turn&) {
    return unacceptable(refused_by_user);
}
Step on(const Opening&, const Connected&, Turn& turn) {
    turn.next.link = Link::online;
    return done();
}
Step on(const Opening& phase, const Disconnected&, Turn& turn) {
    turn.next.link = Link::offline;
    if (std::holds_alternative<Idle>(phase.step)) return done();
    return std::unexpected(NegotiationTimedOut{});
}
Step on(const Opening&, const Restored&, Turn&) {
    return std::unexpected(NegotiationTimedOut{});
}
Step on(const Opening& phase, const Tick&, Turn& turn) {
    if (std::holds_alternative<Idle>(phase.step) || turn.context.now < phase.deadline) return done();
    return std::unexpected(NegotiationTimedOut{});
}

} // namespace duplex::lightning::channel
