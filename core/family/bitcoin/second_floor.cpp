// What the family itself keeps of the second floor beside the Lightning drivers: moves, the recovery of a
// restored wallet, and Lightning's part of the snapshots.

#include "core/family/bitcoin/lightning_layer.h"
#include "core/family/bitcoin/parts.h"

#include <QDateTime>

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t payments_looked_at = 20;

/// The day in universal time, as logs and block times have it.
std::string dateOf(std::int64_t seconds) {
    return QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).date().toString(Qt::ISODate).toStdString();
}

bool holdsMoney(ChannelStage stage) {
    return stage >= ChannelStage::awaiting_funding && stage != ChannelStage::closed;
}

} // namespace

/// After m_lightning was made for the wallet just opened, before the scan begins.
std::expected<void, std::string> BitcoinFamily::Parts::openSecondFloor() {
    m_recovery = std::make_unique<PaymentKeyRecovery>(
        m_lightning->shell, [this](const duplex::bitcoin::OutPoint& outpoint) {
            return std::ranges::any_of(m_lightning->channels.all(), [&](const auto& one) {
                return one.second->terms.parameters.funding == outpoint;
            });
        });
    if (const auto loaded = m_recovery->load(); !loaded) return loaded;
    if (const auto loaded = m_lightning->lost.load(); !loaded) return loaded;
    m_moves = std::make_unique<MoveDriver>(*m_lightning, moveLabels());
    return m_moves->load();
}

void BitcoinFamily::Parts::secondFloorConnected(duplex::bitcoin::BlockHeight height,
                                                const duplex::bitcoin::Block& block) {
    if (m_recovery) m_recovery->blockConnected(height.value, block);
    m_lightning->lost.blockConnected(height.value, block);
}

void BitcoinFamily::Parts::secondFloorDisconnected(duplex::bitcoin::BlockHeight height) {
    if (m_recovery) m_recovery->blockDisconnected(height.value);
    m_lightning->lost.blockDisconnected(height.value);
}

void BitcoinFamily::Parts::secondFloorTick() {
    if (m_recovery) m_recovery->tick();
    if (m_moves) m_moves->tick();
}

api::LayerView BitcoinFamily::Parts::lightningView() const {
    LightningLayerFacts facts{.lower = std::string(m_network.caip2_id), .now = secondsOf(io::calendarNow())};
    facts.own = ownVerified();
    if (!m_lightning) return lightningLayer(facts);
    facts.has_keys = m_lightning->isUp();
    std::map<std::string, const ln::channel::Channel*> channels;
    const auto all = m_lightning->channels.all();
    for (const auto& [id, channel] : all) channels.emplace(id.hex(), channel);
    for (const api::ChannelView& view : m_lightning->channels.views()) {
        const auto found = channels.find(view.channel_id);
        if (found == channels.end()) continue;
        const ln::channel::Channel& channel = *found->second;
        ChannelOnLayer one{.stage = stageOf(channel), .connected = view.connected};
        one.ours_msat = view.ours_msat;
        one.reserve_sat = view.our_reserve_sat;
        one.sendable_msat = view.spendable_msat;
        one.receivable_msat = view.receivable_msat;
        one.in_flight_out_msat = view.in_flight_out_msat;
        one.in_flight_in_msat = view.in_flight_in_msat;
        if (one.stage == ChannelStage::awaiting_funding && channel.funding_height > 0)
            one.until = channel.funding_height + channel.minimum_depth - 1;
        if (const ClosingFacts closing = closingOf(channel); closing.transaction) {
            if (closing.height > 0) one.until = closing.height + closing.waits_blocks;
            one.back_in_wallet = payoutOf(*closing.transaction, m_wallet->value.history()) != nullptr;
        }
        facts.channels.push_back(one);
    }
    if (m_lightning->isUp()) {
        auto paid = m_lightning->payments->payments({.status = "complete"}).payments;
        std::ranges::sort(paid, std::greater{}, &api::PaymentInfo::completed_at);
        if (paid.size() > payments_looked_at) paid.resize(payments_looked_at);
        for (const api::PaymentInfo& payment : paid)
            facts.payments.push_back(
                {payment.amount_sent_msat - payment.amount_msat, payment.completed_at - payment.created_at});
    }
    return lightningLayer(facts);
}

/// Openings by us, closings, and what brought their coins back.
std::set<duplex::bitcoin::Txid> BitcoinFamily::Parts::channelTransactions() const {
    std::set<duplex::bitcoin::Txid> found;
    if (!m_lightning) return found;
    for (const auto& [id, channel] : m_lightning->channels.all()) {
        if (channel->isFunder()) found.insert(channel->terms.parameters.funding.txid);
        const ClosingFacts closing = closingOf(*channel);
        if (!closing.transaction) continue;
        found.insert(*closing.transaction);
        if (const auto* payout = payoutOf(*closing.transaction, m_wallet->value.history()))
            found.insert(payout->transaction.txid());
    }
    return found;
}

/// Of all channels with money: the shortest time that a cheating partner must wait; 0 without a channel.
std::int64_t BitcoinFamily::Parts::smallestDelay() const {
    std::int64_t smallest = 0;
    if (!m_lightning) return smallest;
    for (const auto& [id, channel] : m_lightning->channels.all()) {
        if (!holdsMoney(stageOf(*channel))) continue;
        const std::int64_t delay = channel->terms.parameters.remote.to_self_delay;
        smallest = smallest == 0 ? delay : std::min(smallest, delay);
    }
    return smallest;
}

void BitcoinFamily::Parts::addSecondFloor(api::StatusSnapshot& status) const {
    if (!m_lightning) return;
    status.restored = m_recovery && m_recovery->watches();
    status.lightning_enabled = m_lightning->isUp();
    if (m_lightning->node_id) status.node_id = m_lightning->node_id->hex();
    if (m_lightning->isUp())
        status.lightning_peers = static_cast<int>(m_lightning->peers->connected().size());
    for (const auto& [id, channel] : m_lightning->channels.all()) {
        status.channels_total +=
            stageOf(*channel) == ChannelStage::usable ? 1 : 0; // of which some are offline
        status.channels_active += ln::channel::isUsable(*channel) ? 1 : 0;
    }
    if (!m_backup_problem.empty()) {
        status.warnings.push_back(
            {api::Warning::Severity::danger, "The channel backup could not be written: " + m_backup_problem});
    }
    if (!m_lightning->listen_problem.empty()) {
        status.warnings.push_back(
            {api::Warning::Severity::warning,
             "Nobody can connect to your Lightning node: " + m_lightning->listen_problem +
                 " Duplex goes on trying; your own connections work."});
    }
    for (const BackedUpChannel& lost : m_lightning->lost.waiting()) {
        const std::string peer = lost.peer.hex();
        const bool connected = m_lightning->isUp() && m_lightning->peers->find(lost.peer) != nullptr;
        status.warnings.push_back(
            {api::Warning::Severity::warning,
             fmt::format("A channel of {} sat is known from its backup only. {} Your share comes to this "
                         "wallet after "
                         "its partner has closed it.",
                         lost.capacity.value,
                         connected ? "Its partner " + peer + " is connected and was asked to close it."
                         : lost.endpoint
                             ? "Its partner " + peer +
                                   " is not reached yet: keep Duplex running and unlocked."
                             : "No address of its partner is known: connect to " + peer + "@HOST:PORT.")});
    }
    const std::int64_t delay = smallestDelay();
    if (delay == 0) return;
    const std::int64_t verified = completeHeight();
    const std::int64_t safe = safeAbsence(delay);
    if (!m_lightning->isUp()) {
        const auto blocks = light::recentPace(chain());
        const std::int64_t seconds = blocks ? blocks->median_seconds : 600;
        status.unlock_by = chain().timeAt(static_cast<std::uint32_t>(verified)) + safe * seconds;
        status.warnings.push_back(
            {api::Warning::Severity::warning,
             "The wallet is locked while it has channels: until you unlock it, Duplex can only watch them. "
             "Unlock it before " +
                 dateOf(status.unlock_by) + ", or nobody answers for your channels."});
    }
    const std::int64_t missed = static_cast<std::int64_t>(chain().height()) - verified;
    if (missed > delay) {
        status.warnings.push_back({api::Warning::Severity::danger,
                                   "Duplex was away longer than your channels allow: a partner could have "
                                   "cheated. It now goes through every channel; keep it running."});
    } else if (missed > safe) {
        status.warnings.push_back({api::Warning::Severity::warning,
                                   "Duplex was away almost as long as your channels allow. Keep it running "
                                   "until it is synced."});
    }
}

} // namespace duplex::family::bitcoin
