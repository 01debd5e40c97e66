#include "core/lightning/channel/channel.h"

#include "core/base/variant.h"

#include <algorithm>

namespace duplex::lightning::channel {

std::string_view nameOf(const Phase& phase) {
    return std::visit(overloaded{
                          [](const Opening&) { return std::string_view("opening"); },
                          [](const AwaitingFunding&) { return std::string_view("awaiting_funding"); },
                          [](const AwaitingReady&) { return std::string_view("awaiting_ready"); },
                          [](const Normal&) { return std::string_view("normal"); },
                          [](const ShuttingDown&) { return std::string_view("shutting_down"); },
                          [](const Negotiating&) { return std::string_view("negotiating"); },
                          [](const Closing&) { return std::string_view("closing"); },
                          [](const Closed&) { return std::string_view("closed"); },
                      },
                      phase);
}

Channel newChannel(const NodeId& peer, const keys::ChannelNonce& nonce) {
    return Channel{.peer = peer, .nonce = nonce};
}

bool isEstablished(const Channel& channel) {
    return !std::holds_alternative<Opening>(channel.phase) && !std::holds_alternative<Closed>(channel.phase);
}

bool isFundingDeep(const Channel& channel, std::uint32_t height) {
    return channel.funding_height != 0 &&
           std::uint64_t{height} + 1 >= std::uint64_t{channel.funding_height} + channel.minimum_depth;
}

bool wasNeverFunded(const Channel& channel) {
    return !channel.isFunder() && channel.funding_height == 0 &&
           (!channel.scid || std::holds_alternative<AwaitingFunding>(channel.phase));
}

bool isUsable(const Channel& channel) {
    const auto* normal = std::get_if<Normal>(&channel.phase);
    return normal && !normal->closing_script && channel.link == Link::online && channel.funding_height != 0;
}

Balance balanceOf(const Channel& channel, const Context& context) {
    if (!isEstablished(channel)) return {};
    const Commitments& commitments = channel.commitments;
    Balance balance{.local = commitments.local_balance, .remote = commitments.remote_balance};
    for (const Htlc& htlc : commitments.htlcs) {
        const bool ours = htlc.offered_by == Side::local;
        (ours ? balance.local : balance.remote) -= htlc.amount;
        (ours ? balance.local_in_flight : balance.remote_in_flight) += htlc.amount;
    }
    if (isUsable(channel)) {
        balance.sendable = sendable(channel.terms, commitments, context);
        balance.receivable = receivable(channel.terms, commitments, context);
    }
    return balance;
}

std::optional<ShortChannelId> scidForHints(const Channel& channel) {
    if (channel.remote_alias) return channel.remote_alias;
    if (channel.type.scid_alias) return std::nullopt;
    return channel.funding_height != 0 ? channel.scid : std::nullopt;
}

bool isNamedBy(const Channel& channel, ShortChannelId id) {
    return channel.scid == id || channel.remote_alias == id ||
           std::ranges::find(channel.local_aliases, id) != channel.local_aliases.end();
}

} // namespace duplex::lightning::channel
