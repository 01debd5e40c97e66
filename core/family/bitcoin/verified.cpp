// How each figure of this family is known (bitcoin.md 4). The one place where labels are computed.

#include "core/family/bitcoin/verified.h"
#include "core/bitcoin/light/proof_of_work.h"
#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t final_depth = 6;
constexpr int final_netgroups = 3;

bool isPractice(duplex::bitcoin::Network network) {
    return network == duplex::bitcoin::Network::regtest || network == duplex::bitcoin::Network::sandbox;
}

} // namespace

/// A fact that stands in, or follows from, the main chain's block at this height.
ledger::Verified BitcoinFamily::Parts::verifiedAt(std::int64_t height, ledger::Evidence evidence) const {
    ledger::Verified verified{.label = ledger::Label::proved_recent,
                              .evidence = evidence,
                              .height = height,
                              .time = secondsOf(io::calendarNow())};
    if (height < 0 || height > chain().height()) {
        return {.label = ledger::Label::reported, .evidence = ledger::Evidence::peer, .time = verified.time};
    }
    if (m_network.signature_blocks)
        verified.label = ledger::Label::reported; // until BIP 325 is checked
    else if (m_client->staleness() != light::Staleness::fresh)
        verified.label = ledger::Label::stale;
    else {
        const bool deep = static_cast<std::int64_t>(chain().height()) - height + 1 >= final_depth;
        const bool seen =
            isPractice(m_network.network) || m_client->sync().netgroupsAtTip() >= final_netgroups;
        const bool worked = chain().tipWork() >= light::Work::fromBigEndian(m_network.minimum_work);
        if (deep && seen && worked) verified.label = ledger::Label::proved_final;
    }
    return verified;
}

/// That a coin is unspent rests on filters: the weaker of the chain's proof and the peers' agreement.
ledger::Verified BitcoinFamily::Parts::balanceVerified() const {
    const std::int64_t height = completeHeight();
    ledger::Verified filters{.label = ledger::Label::agreed,
                             .evidence = ledger::Evidence::quorum,
                             .height = height,
                             .time = secondsOf(io::calendarNow())};
    filters.k = m_client->completeTo().agreeing;
    filters.n = m_client->completeTo().asked;
    if (m_wallet) {
        for (const auto& disputed : m_store->disputed()) {
            if (disputed >= m_wallet->facts.birthday && disputed.value <= height)
                filters.label = ledger::Label::disputed;
        }
    }
    if (filters.label != ledger::Label::disputed &&
        (m_client->connectedPeers() == 0 || height < static_cast<std::int64_t>(chain().height()))) {
        filters.label = ledger::Label::stale;
    }
    return ledger::weaker(filters, verifiedAt(height, ledger::Evidence::block));
}

ledger::Verified BitcoinFamily::Parts::ownVerified() const {
    return {.label = ledger::Label::own,
            .evidence = ledger::Evidence::keys,
            .time = secondsOf(io::calendarNow())};
}

/// A transaction that no block holds: of our keys' making, or somebody's word.
ledger::Verified BitcoinFamily::Parts::pendingVerified(const wallet::HistoryEntry& entry) const {
    if (entry.isSignedByUs()) return verifiedByKeys(entry.first_seen);
    return {.label = ledger::Label::reported,
            .evidence = ledger::Evidence::peer,
            .time = secondsOf(entry.first_seen)};
}

ledger::Verified BitcoinFamily::Parts::verifiedOf(const wallet::HistoryEntry& entry) const {
    return entry.height ? verifiedAt(entry.height->value, ledger::Evidence::block) : pendingVerified(entry);
}

/// Miners may claim less than they could and can raise the figure free of charge: never more than reported.
ledger::Verified BitcoinFamily::Parts::feeVerified() const {
    return {.label = ledger::Label::reported,
            .evidence = ledger::Evidence::block,
            .height = chain().height(),
            .time = secondsOf(io::calendarNow())};
}

ledger::Verified verifiedByKeys(UnixTime learnt) {
    return {.label = ledger::Label::own, .evidence = ledger::Evidence::keys, .time = secondsOf(learnt)};
}

ledger::Verified verifiedAnnouncement(std::uint32_t timestamp) {
    return {.label = ledger::Label::reported, .evidence = ledger::Evidence::peer, .time = timestamp};
}

ledger::Verified verifiedGossip(const lightning::gossip::GraphChannel& channel, std::uint32_t timestamp) {
    if (channel.verification < lightning::gossip::Verification::block_read)
        return verifiedAnnouncement(timestamp);
    return {.label = ledger::Label::proved_recent,
            .evidence = ledger::Evidence::block,
            .height = channel.short_channel_id.block(),
            .time = timestamp};
}

std::int64_t BitcoinFamily::Parts::completeHeight() const {
    const auto tip = static_cast<std::int64_t>(chain().height());
    if (!m_wallet) return tip; // nothing is watched, so nothing is missed
    if (m_birthday_open) return 0;
    return std::min<std::int64_t>(tip, m_wallet->facts.complete_to.value);
}

bool BitcoinFamily::Parts::isCurrent() const {
    constexpr std::int64_t eight_hours = 8 * 60 * 60;
    return secondsOf(io::calendarNow()) - static_cast<std::int64_t>(chain().tip().header.time) < eight_hours;
}

} // namespace duplex::family::bitcoin
