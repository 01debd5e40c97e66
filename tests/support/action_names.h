#pragma once

#include "core/base/variant.h"
#include "core/lightning/channel/transition.h"

#include <string>

namespace duplex::test {

/// The whole list in one line: "SendMessage:132 BalanceChanged"; messages by their type number.
inline std::string namesOf(const std::vector<lightning::channel::Action>& actions) {
    using namespace lightning::channel;
    const overloaded name{
        [](const SendMessage& a) {
            return "SendMessage:" + std::to_string(lightning::wire::typeOf(a.message));
        },
        [](const PublishTransaction&) { return std::string("PublishTransaction"); },
        [](const WatchOutput&) { return std::string("WatchOutput"); },
        [](const ReserveCoins&) { return std::string("ReserveCoins"); },
        [](const ReleaseCoins&) { return std::string("ReleaseCoins"); },
        [](const BuildFundingTransaction&) { return std::string("BuildFundingTransaction"); },
        [](const AcceptanceNeeded&) { return std::string("AcceptanceNeeded"); },
        [](const ChannelIdAssigned&) { return std::string("ChannelIdAssigned"); },
        [](const ChannelUsable&) { return std::string("ChannelUsable"); },
        [](const HtlcAddedIrrevocably&) { return std::string("HtlcAddedIrrevocably"); },
        [](const IncomingHtlcResolved&) { return std::string("IncomingHtlcResolved"); },
        [](const HtlcFulfilled&) { return std::string("HtlcFulfilled"); },
        [](const HtlcFailed&) { return std::string("HtlcFailed"); },
        [](const Reply& a) { return std::string(a.error ? "Reply:error" : "Reply"); },
        [](const ScheduleSignCommitment&) { return std::string("ScheduleSignCommitment"); },
        [](const PingPeer&) { return std::string("PingPeer"); },
        [](const DisconnectPeer&) { return std::string("DisconnectPeer"); },
        [](const BalanceChanged&) { return std::string("BalanceChanged"); },
        [](const StoreBackup&) { return std::string("StoreBackup"); },
        [](const Alarm&) { return std::string("Alarm"); },
        [](const ForgetChannel&) { return std::string("ForgetChannel"); },
        [](const ResolveOnChain&) { return std::string("ResolveOnChain"); },
        [](const ChannelArchived&) { return std::string("ChannelArchived"); },
    };
    std::string text;
    for (const Action& action : actions) text += (text.empty() ? "" : " ") + std::visit(name, action);
    return text;
}

template <typename A>
const A* firstOf(const std::vector<lightning::channel::Action>& actions) {
    for (const auto& action : actions)
        if (const A* found = std::get_if<A>(&action)) return found;
    return nullptr;
}
template <typename M>
const M* sent(const std::vector<lightning::channel::Action>& actions) {
    for (const auto& action : actions)
        if (const auto* send = std::get_if<lightning::channel::SendMessage>(&action))
            if (const M* found = std::get_if<M>(&send->message)) return found;
    return nullptr;
}

} // namespace duplex::test

/// Compares the whole action list.
#define COMPARE_ACTIONS(actions, expected)                                                                   \
    QCOMPARE(QString::fromStdString(duplex::test::namesOf(actions)), QStringLiteral(expected))
