// What the channel machines ask for. Everything that leaves the process waits for the turn's commit; what
// other machines of this process are told, they are told at once, so that one commit holds it all.

#include "core/base/variant.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/family/bitcoin/notify.h"

#include <fmt/core.h>

namespace duplex::family::bitcoin {

namespace {

std::string wordsOf(const channel::Alarm& alarm) {
    const std::string cause = alarm.cause ? ": " + channel::textOf(*alarm.cause) : std::string();
    switch (alarm.kind) {
    case channel::Alarm::Kind::force_closing:
        return "Closing alone" + cause;
    case channel::Alarm::Kind::we_are_stale:
        return "The partner proved that this copy of the channel is old: it must close the channel";
    case channel::Alarm::Kind::peer_is_behind:
        return "The partner lost its newest state and must close the channel";
    case channel::Alarm::Kind::funding_mismatch:
        return "The funding transaction is not the agreed one" + cause;
    case channel::Alarm::Kind::funding_reorganized:
        return "The chain took the funding transaction back; it is announced again";
    case channel::Alarm::Kind::closed_by_peer:
        return "The partner closed the channel alone";
    }
    return {};
}

api::ChannelClosed closedBy(const Transaction& transaction, std::string type) {
    return {.type = std::move(type),
            .transactions = {duplex::bitcoin::serialized(transaction)},
            .txids = {transaction.txid().reversedHex()}};
}

} // namespace

Ending endingOf(const channel::Channel& value) {
    if (const auto* closing = std::get_if<channel::Closing>(&value.phase))
        return closing->spend ? Ending::onchain : Ending::closing;
    const bool agreeing = std::holds_alternative<channel::ShuttingDown>(value.phase) ||
                          std::holds_alternative<channel::Negotiating>(value.phase);
    return agreeing ? Ending::closing : Ending::none;
}

void ChannelDriver::Parts::sendTo(const ln::NodeId& peer, ln::wire::Message message) {
    shell.turn().after([this, peer, message = std::move(message)] { peers->send(peer, message); });
}

void ChannelDriver::Parts::tellState(const ln::ChannelId& id, std::string state) {
    tell(shell.turn(), shell.outlet,
         {.topic = api::Notification::Topic::channel, .id = id.hex(), .state = std::move(state)});
}

/// A reorganization takes a step back, and says nothing: each is told once.
void ChannelDriver::Parts::tellEnding(LiveChannel& live) {
    const Ending now = endingOf(live.value);
    if (now <= live.told_ending) return;
    live.told_ending = now;
    tellState(live.value.id, now == Ending::closing ? "closing" : "onchain");
}

void ChannelDriver::Parts::carryOut(const ln::ChannelId& id, const channel::Action& action) {
    LiveChannel* live = find(id);
    if (live == nullptr) return;
    const ln::NodeId peer = live->value.peer;
    std::visit(
        overloaded{
            [&](const channel::SendMessage& send) { sendTo(peer, send.message); },
            [&](const channel::PublishTransaction& published) { publish(*live, published); },
            [&](const channel::WatchOutput& output) {
                // New outputs cannot stand below the height that is being looked at now.
                watch.watch({output.outpoint, output.script, height + 1});
            },
            [&](const channel::ReserveCoins&) {}, // held since the request was planned (channel_funding.cpp)
            [&](const channel::ReleaseCoins&) { releaseCoins(live->value.temporary_id); },
            [&](const channel::BuildFundingTransaction& build) { buildFunding(*live, build); },
            [&](const channel::AcceptanceNeeded& needed) { decideAcceptance(*live, needed); },
            [&](const channel::ChannelIdAssigned&) {}, // done by the step, before its actions
            [&](const channel::ChannelUsable&) {
                peers->keep(peer, live->facts.endpoint);
                hooks.usable(id);
                tellState(id, "usable");
            },
            [&](const channel::HtlcAddedIrrevocably& added) { hooks.arrived(id, added); },
            [&](const channel::IncomingHtlcResolved& resolved) { hooks.resolved(id, resolved); },
            [&](const channel::HtlcFulfilled& fulfilled) {
                hooks.fulfilled(fulfilled.origin, fulfilled.preimage);
            },
            [&](const channel::HtlcFailed& failed) { hooks.failed(failed.origin, failed); },
            [&](const channel::Reply& reply) {
                const auto waiting = replies.extract(reply.request.value);
                if (!waiting.empty()) waiting.mapped()(reply);
            },
            [&](const channel::ScheduleSignCommitment&) {
                // After this turn's commit: what else the turn brings is signed together.
                shell.turn().after([this, id] { post(id, channel::SignCommitment{}); });
            },
            [&](const channel::PingPeer&) {
                shell.turn().after([this, peer] { peers->ping(peer, 0, 1, [](const auto&) {}); });
            },
            [&](const channel::DisconnectPeer&) {
                shell.turn().after([this, peer] { peers->disconnect(peer); });
            },
            [&](const channel::BalanceChanged&) { shell.changed(); },
            [&](const channel::StoreBackup&) { shell.backup(); },
            [&](const channel::Alarm& alarm) {
                if (alarm.cause) live->facts.close_cause = channel::textOf(*alarm.cause);
                note(*live, wordsOf(alarm));
                shell.outlet.log(fmt::format("channel {}: {}", id.hex(), wordsOf(alarm)));
            },
            [&](const channel::ForgetChannel&) {
                watch.unwatch(live->value.terms.parameters.funding);
                shell.rows().erase(store::Table::channels, id);
                shell.rows().erase(store::Table::channel_facts, id);
                shell.outlet.log(fmt::format(
                    "channel {}: not opened: {}", id.hex(),
                    std::get<channel::Closed>(live->value.phase).cause.value_or("no cause given")));
                // A new open_channel may use the temporary id again.
                std::erase_if(renamed, [&](const auto& entry) { return entry.second == id; });
                answerClosers(*live, {.type = "unopened"});
                channels.erase(id);
                shell.changed();
            },
            [&](const channel::ResolveOnChain&) {
                // The chain may end what no message did: a lost signature, a partner who closed alone.
                const auto* closing = std::get_if<channel::Closing>(&live->value.phase);
                if (closing != nullptr && closing->spend)
                    answerClosers(
                        *live,
                        closedBy(closing->spend->transaction,
                                 closing->kind == channel::CloseKind::mutual ? "mutual" : "unilateral"));
                resolve(*live);
            },
            [&](const channel::ChannelArchived&) {
                tellState(id, "closed");
                watch.unwatch(live->value.terms.parameters.funding);
                const bool others = std::ranges::any_of(channels, [&](const auto& entry) {
                    return entry.first != id && entry.second.value.peer == peer &&
                           channel::isEstablished(entry.second.value);
                });
                if (!others) peers->forget(peer);
            },
        },
        action);
}

void ChannelDriver::Parts::publish(LiveChannel& live, const channel::PublishTransaction& action) {
    const Transaction& transaction = action.transaction;
    wallet::WalletChange change = shell.wallet.value.addUnconfirmed(transaction, io::calendarNow());
    using What = channel::PublishTransaction::What;
    if (action.what == What::funding) {
        releaseCoins(live.value.temporary_id); // they are spent now
        shell.wallet.value.setLabel(transaction.txid(), "Channel opening", change);
    }
    if (action.what == What::mutual_close) {
        shell.wallet.value.setLabel(transaction.txid(), "Channel closing", change);
        answerClosers(live, closedBy(transaction, "mutual"));
    }
    if (action.what == What::commitment) {
        giveUpAgreed(live, change);
        answerClosers(live, closedBy(transaction, "unilateral"));
    }
    if (!change.empty()) shell.keep(change);
    shell.turn().after([this, transaction] { shell.client.announce(transaction); });
    shell.outlet.log(fmt::format("channel {}: {} transaction {}", live.value.id.hex(),
                                 action.what == What::funding      ? "funding"
                                 : action.what == What::commitment ? "commitment"
                                                                   : "closing",
                                 transaction.txid().reversedHex()));
}

/// An agreed close that ours replaces: while we announce both, no node takes ours, and its output would count
/// beside those of our commitment. The partner may still bring it into a block; then it counts again.
void ChannelDriver::Parts::giveUpAgreed(const LiveChannel& live, wallet::WalletChange& change) {
    for (const Transaction& agreed : live.value.signed_closings) {
        const auto txid = agreed.txid();
        if (auto given_up = shell.wallet.value.abandon(txid)) change.merge(std::move(*given_up));
        shell.turn().after([this, txid] { shell.client.withdraw(txid); });
    }
}

void ChannelDriver::Parts::answerClosers(LiveChannel& live, const api::ChannelClosed& reply) {
    const std::vector<Answered> closers = std::move(live.closers);
    live.closers.clear();
    setPatience(live, std::nullopt);
    for (const Answered& answered : closers)
        shell.turn().after([answered, reply] { answered(api::Reply{reply}); });
}

} // namespace duplex::family::bitcoin
