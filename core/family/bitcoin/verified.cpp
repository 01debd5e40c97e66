// How each figure of this family is known (bitcoin.md 4). The one place where labels are computed.

#include "core/family/bitcoin/verified.h"
#include "core/bitcoin/light/proof_of_work.h"
#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

namespace {

constexpr int final_depth = 6;
constexpr int final_netgroups = 3;
constexpr std::int64_t stale_after = 120 * 60; // seconds without a block

bool isPractice(duplex::bitcoin::Network network) {
    return network == duplex::bitcoin::Network::regtest || network == duplex::bitcoin::Network::sandbox;
}

} // namespace

bool isBuried(std::uint32_t height, std::uint32_t tip,
              const std::function<std::uint32_t(std::uint32_t)>& bits_at) {
    int counted = 0;
    for (std::uint32_t at = height; at <= tip && counted < final_depth; ++at) {
        // The first block of a period never has the exception's difficulty (BIP 94).
        const std::uint32_t period = at - at % light::retarget_interval;
        const std::uint32_t bits = bits_at(at);
        const std::uint32_t real = bits_at(period);
        if (bits == real || light::targetOf(bits) <= light::targetOf(real)) ++counted;
    }
    return counted == final_depth;
}

/// A fact that stands in, or follows from, the main chain's block at this height.
ledger::Verified BitcoinFamily::Parts::verifiedAt(std::int64_t height, ledger::Evidence evidence) const {
    const std::int64_t now = secondsOf(io::calendarNow());
    if (height < 0 || height > chain().height())
        return {.label = ledger::Label::reported, .evidence = ledger::Evidence::peer, .time = now};
    const auto at = static_cast<std::uint32_t>(height);
    ledger::Verified verified{.label = ledger::Label::proved_recent,
                              .evidence = evidence,
                              .height = height,
                              .time = chain().timeAt(at)};
    // The chain's own alarm speaks only once its headers are synced.
    const bool old = m_network.detects_stale_chain && !isSynced() &&
                     now - static_cast<std::int64_t>(chain().tip().header.time) > stale_after;
    if (m_network.signature_blocks)
        verified.label = ledger::Label::reported; // until BIP 325 is checked
    else if (old || m_client->staleness() != light::Staleness::fresh)
        verified.label = ledger::Label::stale;
    else {
        const bool seen =
            isPractice(m_network.network) || m_client->sync().netgroupsAtTip() >= final_netgroups;
        const bool worked = chain().tipWork() >= light::Work::fromBigEndian(m_network.minimum_work);
        const auto bits_at = [this](std::uint32_t each) { return chain().at(each).bits; };
        if (seen && worked && isBuried(at, chain().height(), bits_at))
            verified.label = ledger::Label::proved_final;
    }
    return verified;
}

ledger::Label agreementLabel(const FilterAgreement& agreement) {
    if (agreement.disputed) return ledger::Label::disputed;
    const bool heard = agreement.complete.asked > 0 && agreement.complete.agreeing > 0;
    return agreement.synced && heard ? ledger::Label::agreed : ledger::Label::stale;
}

/// That a coin is unspent rests on filters: the weaker of the chain's proof and the peers' agreement.
ledger::Verified BitcoinFamily::Parts::balanceVerified() const {
    const std::int64_t height = completeHeight();
    FilterAgreement agreement{.complete = m_client->completeTo(),
                              .synced = isSynced() && height == static_cast<std::int64_t>(chain().height())};
    if (m_wallet) {
        for (const auto& disputed : m_store->disputed()) {
            if (disputed >= m_wallet->facts.scan.birthday() && disputed.value <= height)
                agreement.disputed = true;
        }
    }
    const ledger::Verified block = verifiedAt(height, ledger::Evidence::block);
    const ledger::Verified filters{.label = agreementLabel(agreement),
                                   .evidence = ledger::Evidence::quorum,
                                   .height = height,
                                   .time = m_completed ? secondsOf(*m_completed) : block.time,
                                   .k = agreement.complete.agreeing,
                                   .n = agreement.complete.asked};
    ledger::Verified verified = ledger::weaker(filters, block);
    verified.time = filters.time; // of the balance, which is newer than the newest block that it rests on
    return verified;
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

ledger::Verified BitcoinFamily::Parts::feeVerified() const {
    return verifiedFee(m_client->fees().estimate({chain().height()}, io::now()), chain().height(),
                       io::calendarNow());
}

ledger::Verified verifiedFee(const std::optional<light::FeeEstimate>& estimate, std::int64_t height,
                             UnixTime now) {
    const bool of_blocks = estimate && estimate->source == light::FeeSource::recent_blocks;
    // No block stands behind the fallback of a network; peers only say what they would take.
    if (!of_blocks)
        return {.label = ledger::Label::reported, .evidence = ledger::Evidence::peer, .time = secondsOf(now)};
    return {.label = ledger::Label::reported,
            .evidence = ledger::Evidence::block,
            .height = height,
            .time = secondsOf(now) - estimate->age.count() / 1000};
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
    return std::min<std::int64_t>(tip, m_wallet->facts.scan.completeTo().value);
}

/// Headers, filter headers and filters to the tip in this run, and a peer that serves filters stands there
/// too.
bool BitcoinFamily::Parts::isSynced() const {
    if (m_client->sync().stage() != light::SyncStage::synced) return false;
    return std::ranges::any_of(m_client->sync().peers(), [this](const light::PeerState& peer) {
        return peer.serves_filters && !peer.set_aside && peer.height &&
               peer.height->value == chain().height();
    });
}

bool BitcoinFamily::Parts::isCurrent() const {
    constexpr std::int64_t eight_hours = 8 * 60 * 60;
    return secondsOf(io::calendarNow()) - static_cast<std::int64_t>(chain().tip().header.time) < eight_hours;
}

} // namespace duplex::family::bitcoin
