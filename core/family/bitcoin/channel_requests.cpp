// Channels as users see them: closing, views, forecast.

#include "core/base/variant.h"
#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/lightning/commitment/trimming.h"

#include <fmt/core.h>

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t patience_s = 48 * 60 * 60; // as CLN

/// A feerate above this and above ten times the present one is taken for a slip of the hand.
constexpr duplex::bitcoin::FeeratePerKw dear_close{25'000};

// lightning.md 10, in weight units.
constexpr std::int64_t sweep_weight = 4 * 130;      // one P2WSH input with its script, one taproot output
constexpr std::int64_t child_weight = 716;          // spends our anchor and one coin of the wallet
constexpr std::int64_t htlc_claim_weight = 4 * 275; // an HTLC transaction with a coin of the wallet

struct StateWords {
    std::string state; // CLN's name
    std::string words;
};

StateWords stateOf(const LiveChannel& live, std::uint32_t height) {
    const channel::Channel& value = live.value;
    return std::visit(
        overloaded{
            [](const channel::Opening&) { return StateWords{"OPENINGD", "Agreeing on the terms"}; },
            [&](const channel::AwaitingFunding&) {
                const std::uint32_t have = value.funding_height == 0 || height < value.funding_height
                                               ? 0
                                               : height - value.funding_height + 1;
                return StateWords{"CHANNELD_AWAITING_LOCKIN",
                                  fmt::format("Waiting for blocks: {} of {}",
                                              std::min(have, value.minimum_depth), value.minimum_depth)};
            },
            [](const channel::AwaitingReady&) {
                return StateWords{"CHANNELD_AWAITING_LOCKIN", "Waiting for the partner to be ready"};
            },
            [&](const channel::Normal& normal) {
                if (normal.closing_script) return StateWords{"CHANNELD_SHUTTING_DOWN", "Closing together"};
                return StateWords{"CHANNELD_NORMAL", value.link == channel::Link::online
                                                         ? "Open"
                                                         : "Open, the partner is not connected"};
            },
            [](const channel::ShuttingDown&) {
                return StateWords{"CHANNELD_SHUTTING_DOWN", "Closing together: waiting for open payments"};
            },
            [](const channel::Negotiating&) {
                return StateWords{"CLOSINGD_SIGEXCHANGE", "Closing together: agreeing on the fee"};
            },
            [&](const channel::Closing& closing) {
                if (!closing.spend)
                    return closing.kind == channel::CloseKind::mutual
                               ? StateWords{"CLOSINGD_COMPLETE", "Closed together, waiting for a block"}
                               : StateWords{"AWAITING_UNILATERAL",
                                            "Closing alone, waiting for the commitment's block"};
                if (live.resolution && live.resolution->irrevocable)
                    return StateWords{"CLOSED", "Closed; everything is settled"};
                if (live.resolution && live.resolution->all_resolved)
                    return StateWords{"ONCHAIN", "Closed; waiting for the last confirmations"};
                return StateWords{"ONCHAIN", "Closed; outputs are still to be collected"};
            },
            [](const channel::Closed&) { return StateWords{"CLOSED", "Closed"}; },
        },
        value.phase);
}

std::string causeOf(const LiveChannel& live) {
    const auto* closing = std::get_if<channel::Closing>(&live.value.phase);
    if (closing == nullptr) return {};
    if (live.resolution &&
        std::holds_alternative<onchain::TheirRevokedCommitment>(live.resolution->funding_spend))
        return "penalty";
    switch (closing->kind) {
    case channel::CloseKind::mutual:
        return "together";
    case channel::CloseKind::local_force:
        return "by us";
    case channel::CloseKind::remote_force:
        return "by the partner";
    }
    return {};
}

/// Whether nothing of an HTLC is to come any more: what came back counts in the wallet at once. What we took
/// by an HTLC transaction comes with its sweep; of a revoked commitment a penalty takes all.
bool isDecided(const onchain::Resolution& resolution, const onchain::HtlcId& id) {
    if (std::holds_alternative<onchain::TheirRevokedCommitment>(resolution.funding_spend)) return true;
    if (resolution.second_stage.contains(id)) return false;
    return resolution.taken_back.contains(id) ||
           std::ranges::find(resolution.outcomes, id, &onchain::HtlcOutcome::htlc) !=
               resolution.outcomes.end();
}

/// In millisatoshi. `out` and `in`: on their way, as part of neither balance.
struct Shares {
    std::int64_t ours = 0, theirs = 0, out = 0, in = 0;
};
/// Once a commitment is in a block, its balances and its HTLCs count, not those of the log.
Shares sharesOf(const LiveChannel& live) {
    using ln::commitment::HtlcDirection;
    using ln::commitment::Side;
    const channel::Commitments& log = live.value.commitments;
    const auto confirmed =
        live.resolution ? channel::confirmedSpec(live.value, live.resolution->funding_spend) : std::nullopt;
    Shares shares{.ours = log.local_balance.value, .theirs = log.remote_balance.value};
    for (const channel::Htlc& htlc : log.htlcs) {
        const bool ours = htlc.offered_by == Side::local;
        const onchain::HtlcId id{ours ? HtlcDirection::offered : HtlcDirection::received, htlc.id};
        (ours ? shares.ours : shares.theirs) -= htlc.amount.value;
        if (confirmed && !channel::holds(*confirmed, id)) continue;
        if (live.resolution && isDecided(*live.resolution, id)) continue;
        (ours ? shares.out : shares.in) += htlc.amount.value;
    }
    if (confirmed) {
        const bool by_us = confirmed->owner == Side::local;
        shares.ours = (by_us ? confirmed->to_owner : confirmed->to_other).value;
        shares.theirs = (by_us ? confirmed->to_other : confirmed->to_owner).value;
    }
    return shares;
}

/// What of ours has no output in our commitment: HTLCs that we offered, and a balance below dust.
std::int64_t lostToDust(const ln::commitment::CommitmentSpec& spec,
                        const ln::commitment::CommitmentTx& commitment, Satoshi dust_limit, bool funder) {
    using Kind = ln::commitment::OutputKind;
    ln::MilliSatoshi lost;
    for (const auto& htlc : spec.htlcs) {
        const bool stands = std::ranges::any_of(commitment.outputs, [&](const auto& output) {
            return output.htlc && output.htlc->id == htlc.id && output.htlc->direction == htlc.direction;
        });
        if (!stands && htlc.direction == ln::commitment::HtlcDirection::offered) lost += htlc.amount;
    }
    const bool paid = std::ranges::any_of(commitment.outputs,
                                          [](const auto& output) { return output.kind == Kind::to_owner; });
    if (!paid) {
        Satoshi balance = spec.to_owner.satoshiFloor();
        if (funder) balance -= ln::commitment::funderCost(spec, dust_limit, ln::commitment::Format::anchors);
        lost += ln::MilliSatoshi::fromSatoshi(std::max(Satoshi{}, balance));
    }
    return lost.satoshiFloor().value;
}

/// All that brings our outputs home at this feerate: a child where the commitment pays less itself, the HTLC
/// transactions of what we offered, and the sweeps after the delay.
std::int64_t claimFee(const ln::commitment::CommitmentTx& commitment, duplex::bitcoin::FeeratePerKw rate) {
    using Kind = ln::commitment::OutputKind;
    std::int64_t fee = 0;
    const auto weight =
        ln::commitment::commitmentWeight(commitment.htlcOutputs().size(), ln::commitment::Format::anchors);
    if (commitment.fee < rate.feeCeil(weight))
        fee += rate.feeCeil({weight.value + child_weight}).value - commitment.fee.value;
    for (const auto& output : commitment.outputs) {
        const bool offered = output.htlc && output.htlc->direction == ln::commitment::HtlcDirection::offered;
        if (offered) fee += rate.feeCeil({htlc_claim_weight}).value;
        if (offered || output.kind == Kind::to_owner) fee += rate.feeCeil({sweep_weight}).value;
    }
    return fee;
}

} // namespace

void ChannelDriver::close(const api::CloseChannel& request, Answered answered) {
    Parts& parts = *m_parts;
    const auto fail = [&](int code, std::string message) {
        answered(std::unexpected(api::Error{code, std::move(message)}));
    };
    const auto id = find(request.id);
    if (!id && std::ranges::count_if(parts.channels, [&](const auto& entry) {
                   return entry.second.value.peer.hex() == request.id;
               }) > 1)
        return fail(-32602, "Nothing was closed: there are several channels with this partner. Give the "
                            "channel id of one of them, as listpeerchannels shows it.");
    if (!id)
        return fail(-32602, "Nothing was closed: there is no channel of that name. See listpeerchannels.");
    LiveChannel& live = *parts.find(*id);
    const auto* closing = std::get_if<channel::Closing>(&live.value.phase);
    const bool agreed = closing != nullptr && closing->isOnlyAgreed();
    if ((closing != nullptr && !(agreed && request.force)) ||
        std::holds_alternative<channel::Closed>(live.value.phase))
        return fail(-1, agreed ? "Nothing was done: this channel is closing together already. If no block "
                                 "takes the agreed transaction, close with force."
                               : "Nothing was done: this channel is closed or closing already.");
    if (request.feerate_sat_per_kvb) {
        const auto chosen = duplex::bitcoin::FeeratePerKw::fromSatPerKvb(*request.feerate_sat_per_kvb);
        const auto level = parts.contextOf(live).feerates.six_block;
        const auto highest = std::max(dear_close, duplex::bitcoin::FeeratePerKw{level.value * 10});
        if (chosen > highest)
            return fail(-8, fmt::format("Nothing was closed: the feerate is far above what blocks take now. "
                                        "Choose {} sat/vB at most.",
                                        highest.satPerKvb() / 1000));
    }
    std::optional<duplex::bitcoin::Script> script = live.facts.payout;
    if (!request.destination.empty()) {
        const auto given = duplex::bitcoin::scriptFromAddress(request.destination, parts.shell.network);
        if (!given)
            return fail(-5, "Nothing was closed: " + std::string(duplex::bitcoin::textOf(given.error())));
        script = *given;
    }
    const bool online = live.value.link == channel::Link::online;
    const bool alone_only = request.force || (request.unilateral_timeout_s == 1 && !online);
    if (!alone_only && !live.remote_features.has(ln::Feature::shutdown_anysegwit) &&
        request.destination.empty()) {
        // Without that feature the partner takes no taproot script.
        wallet::WalletChange change;
        const std::string address = parts.shell.wallet.value.newReceiveAddress(change);
        parts.shell.keep(change);
        if (const auto plain = duplex::bitcoin::scriptFromAddress(address, parts.shell.network))
            script = *plain;
    }
    live.closers.push_back(answered);
    if (request.feerate_sat_per_kvb) {
        live.facts.closing_feerate =
            duplex::bitcoin::FeeratePerKw::fromSatPerKvb(*request.feerate_sat_per_kvb);
        live.facts_changed = true;
    }
    const auto reply = parts.expect([&parts, id = *id](const channel::Reply& given) {
        LiveChannel* channel = parts.find(id);
        if (!given.error || channel == nullptr) return;
        const api::Error error{-1, "Nothing was closed: " + channel::textOf(*given.error)};
        for (const Answered& closer : channel->closers)
            parts.shell.turn().after([closer, error] { closer(std::unexpected(error)); });
        channel->closers.clear();
        parts.setPatience(*channel, std::nullopt);
        channel->facts.closing_feerate.reset();
        channel->facts_changed = true;
    });
    if (alone_only) return parts.post(*id, channel::ForceCloseRequested{.request = reply});
    const std::int64_t wait = request.unilateral_timeout_s.value_or(patience_s);
    if (wait > 0) parts.setPatience(live, wait);
    // An opening has no script yet; it refuses.
    const auto to = script.value_or(duplex::bitcoin::Script{});
    parts.post(*id, channel::CloseRequested{.request = reply, .script = to});
}

std::optional<ln::ChannelId> ChannelDriver::find(const std::string& name) const {
    std::vector<ln::ChannelId> of_peer;
    const auto scid = ln::shortChannelIdFromText(name);
    for (const auto& [id, live] : m_parts->channels) {
        if (id.hex() == name) return id;
        if (scid && channel::isNamedBy(live.value, *scid)) return id;
        const bool over = std::holds_alternative<channel::Closed>(live.value.phase) ||
                          std::holds_alternative<channel::Closing>(live.value.phase);
        if (!over && live.value.peer.hex() == name) of_peer.push_back(id);
    }
    return of_peer.size() == 1 ? std::optional(of_peer.front()) : std::nullopt;
}

api::Forecast ChannelDriver::forecast(const ln::ChannelId& id) const {
    api::Forecast forecast{.channel_id = id.hex()};
    const LiveChannel* live = m_parts->find(id);
    if (live == nullptr || !live->signer || !channel::isEstablished(live->value)) return forecast;
    const auto& parameters = live->value.terms.parameters;
    const auto commitment =
        channel::localCommitment(live->value.terms, live->value.commitments, *live->signer);
    const auto spec = channel::specOf(live->value.commitments, channel::View::local);
    const std::uint32_t delay = parameters.local.to_self_delay;
    std::int64_t anchors = 0;
    for (std::size_t i = 0; i < commitment.outputs.size(); ++i) {
        const auto& output = commitment.outputs[i];
        const std::int64_t amount = commitment.transaction.outputs[i].value.value;
        using Kind = ln::commitment::OutputKind;
        switch (output.kind) {
        case Kind::to_owner:
            forecast.outputs.push_back({"you", "your balance", amount, delay, "the agreed waiting time"});
            forecast.yours_sat += amount;
            break;
        case Kind::to_other:
            forecast.outputs.push_back({"partner", "the partner's balance", amount, 1, "one block"});
            forecast.theirs_sat += amount;
            break;
        case Kind::htlc: {
            const bool ours = output.htlc->direction == ln::commitment::HtlcDirection::offered;
            const std::uint32_t expiry = output.htlc->cltv_expiry.value;
            const std::uint32_t wait = expiry > m_parts->height ? expiry - m_parts->height : 0;
            forecast.outputs.push_back({ours ? "you" : "partner", "payment on its way", amount,
                                        ours ? wait + delay : wait,
                                        ours ? "comes back to you when it expires, unless the payee takes it"
                                             : "goes back to the partner when it expires"});
            (ours ? forecast.yours_sat : forecast.theirs_sat) += amount;
            break;
        }
        default:
            anchors += amount;
            forecast.outputs.push_back({"nobody", "anchor", amount, 0, "pays for speeding the close up"});
        }
    }
    // An anchor without an output goes to the miner. So does what was too small for one, which is listed by
    // itself.
    forecast.commitment_fee_sat =
        ln::commitment::funderCost(spec, parameters.local.dust_limit, ln::commitment::Format::anchors).value -
        anchors;
    forecast.lost_to_dust_sat =
        lostToDust(spec, commitment, parameters.local.dust_limit, live->value.isFunder());
    forecast.claim_fee_sat = claimFee(commitment, m_parts->contextOf(*live).feerates.six_block);
    forecast.delay_blocks = delay;
    return forecast;
}

bool ChannelDriver::isUnresolved() const {
    return m_parts->liveCount(Parts::Unfunded::counted) > 0;
}

std::vector<api::ChannelView> ChannelDriver::views() const {
    std::vector<api::ChannelView> views;
    const std::int64_t now = secondsOf(io::calendarNow());
    std::vector<const LiveChannel*> ordered;
    for (const auto& [id, live] : m_parts->channels) ordered.push_back(&live);
    std::ranges::sort(ordered, {}, [](const LiveChannel* live) { return live->facts.opened_index; });
    for (const LiveChannel* live : ordered) {
        const channel::Channel& value = live->value;
        const auto& terms = value.terms;
        const auto words = stateOf(*live, m_parts->height);
        api::ChannelView view{.channel_id = value.id.hex()};
        const auto text = [](const std::optional<ln::ShortChannelId>& id) {
            return id ? ln::textOf(*id) : std::string();
        };
        view.short_channel_id = value.funding_height != 0 ? text(value.scid) : std::string();
        if (!value.local_aliases.empty()) view.alias_local = ln::textOf(value.local_aliases.back());
        view.alias_remote = text(value.remote_alias);
        view.node_id = value.peer.hex();
        view.state = words.state;
        view.state_words = words.words;
        view.connected = m_parts->peers != nullptr && m_parts->peers->find(value.peer) != nullptr;
        view.opened_by_us = value.isFunder();
        view.announced = value.announce == channel::Announce::yes;
        view.type = value.type.scid_alias ? "anchors+scid_alias" : "anchors";
        view.type_hex = toHex(ln::encoded(value.type));
        view.funding_txid = terms.parameters.funding.txid.reversedHex();
        view.funding_index = terms.parameters.funding.index;
        view.opened_height = value.funding_height != 0 ? std::int64_t{value.funding_height} : -1;
        view.capacity_sat = terms.parameters.capacity.value;
        view.pushed_msat = value.pushed.value;
        const channel::Commitments& commitments = value.commitments;
        const Shares shares = sharesOf(*live);
        view.ours_msat = shares.ours;
        view.theirs_msat = shares.theirs;
        view.in_flight_out_msat = shares.out;
        view.in_flight_in_msat = shares.in;
        view.htlc_count = static_cast<int>(commitments.htlcs.size());
        view.our_reserve_sat = terms.reserveOf(ln::commitment::Side::local).value;
        view.their_reserve_sat = terms.reserveOf(ln::commitment::Side::remote).value;
        if (live->signer) {
            const auto balance = channel::balanceOf(value, m_parts->contextOf(*live));
            view.spendable_msat = balance.sendable.value;
            view.receivable_msat = balance.receivable.value;
        }
        view.to_self_delay_ours = terms.parameters.local.to_self_delay;
        view.to_self_delay_theirs = terms.parameters.remote.to_self_delay;
        view.feerate_per_kw = commitments.feerate.value;
        view.dust_limit_sat = terms.parameters.local.dust_limit.value;
        view.their_dust_limit_sat = terms.parameters.remote.dust_limit.value;
        view.htlc_minimum_msat = terms.local.htlc_minimum.value;
        view.commitment_number = static_cast<std::int64_t>(commitments.local_number);
        if (const auto* closing = std::get_if<channel::Closing>(&value.phase)) {
            if (closing->spend)
                view.closing_txid = closing->spend->transaction.txid().reversedHex();
            else if (closing->transaction)
                view.closing_txid = closing->transaction->txid().reversedHex();
            view.close_cause = causeOf(*live);
            if (closing->spend && closing->kind == channel::CloseKind::local_force)
                view.close_unlock_height = closing->spend->height + terms.parameters.local.to_self_delay;
        }
        for (const auto& [time, what] : live->facts.timeline) view.timeline.push_back({time, what});
        view.verified = {.label = ledger::Label::own, .evidence = ledger::Evidence::keys, .time = now};
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace duplex::family::bitcoin
