// What both layers share, and the snapshots: status, layers, activity, blocks, and what a pasted text is.

#include "core/family/bitcoin/lightning_layer.h"
#include "core/family/bitcoin/parts.h"
#include "core/family/bitcoin/recognise.h"

#include <fmt/ranges.h>

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t typical_payment_vbytes = 141; // one P2WPKH input, two outputs

api::SyncStage stageOf(light::SyncStage stage) {
    switch (stage) {
    case light::SyncStage::no_peers:
        return api::SyncStage::connecting;
    case light::SyncStage::headers:
        return api::SyncStage::headers;
    case light::SyncStage::filter_headers:
        return api::SyncStage::filter_headers;
    case light::SyncStage::filters:
        return api::SyncStage::filters;
    case light::SyncStage::synced:
        return api::SyncStage::synced;
    }
    return api::SyncStage::connecting;
}

/// A move's line of the history: what left the layer where it began, and what it cost so far.
ledger::Activity lineOf(const ledger::Move& move) {
    ledger::Activity item{
        .id = "move:" + move.move_id, .layer = move.from, .kind = ledger::ActivityKind::move};
    item.amount_msat = -move.amount_sat * 1000;
    for (const ledger::FeePart& part : move.fee.parts)
        if (!part.name.starts_with("closing later")) item.fee_msat += part.amount_sat * 1000;
    item.state = move.state == ledger::StepState::done     ? ledger::ActivityState::done
                 : move.state == ledger::StepState::failed ? ledger::ActivityState::failed
                                                           : ledger::ActivityState::pending;
    item.time = move.started;
    item.details = move.move_id;
    for (const ledger::MoveStep& step : move.steps)
        if (step.state == ledger::StepState::done) item.verified = step.verified;
    if (move.steps.empty() || move.steps.front().state != ledger::StepState::done)
        item.verified = move.steps.empty() ? item.verified : move.steps.front().verified;
    return item;
}

} // namespace

StageProgress BitcoinFamily::Parts::stageProgress() const {
    const auto tip = static_cast<std::int64_t>(chain().height());
    const light::SyncStage stage = m_client->sync().stage();
    switch (stage) {
    case light::SyncStage::no_peers:
    case light::SyncStage::headers:
        return {stage, tip, std::max(tip, m_client->claimedHeight())};
    case light::SyncStage::filter_headers:
        return {stage, static_cast<std::int64_t>(m_client->sync().filterHeaders().count()) - 1, tip};
    case light::SyncStage::filters:
    case light::SyncStage::synced:
        return {stage, completeHeight(), tip};
    }
    return {};
}

/// Progress itself is published as it comes; that it stopped, or that a pace is known now, is told here.
void BitcoinFamily::Parts::notePace() {
    if (isCaughtUp())
        m_scan_since.reset();
    else if (!m_scan_since)
        m_scan_since = io::now();
    const bool known = m_pace.secondsLeft().has_value();
    m_pace.note(stageProgress(), io::now());
    if (m_pace.secondsLeft().has_value() != known) publishSoon();
}

api::StatusSnapshot BitcoinFamily::Parts::status() const {
    api::StatusSnapshot status{
        .revision = m_revision, .version = "0.1.0", .network = std::string(m_network.name)};
    status.test_network = m_network.network != duplex::bitcoin::Network::main;
    status.stage = stageOf(m_client->sync().stage());
    status.header_height = chain().height();
    status.complete_to = completeHeight();
    const StageProgress progress = stageProgress();
    status.stage_done = progress.done;
    status.target_height = progress.target;
    status.stage_left_s = m_pace.secondsLeft();
    status.tip_time = chain().tip().header.time;
    status.tip_hash = chain().tip().hash.reversedHex();
    status.peers = m_client->connectedPeers();
    for (const light::PeerState& peer : m_client->sync().peers())
        status.filter_peers += peer.serves_filters ? 1 : 0;
    status.netgroups = m_client->netgroups();
    status.relay_fee_sat_per_kvb = m_client->leastFeefilter();
    if (m_options.proxy) status.proxy = io::toText(*m_options.proxy);
    if (m_wallet) {
        status.wallet_name = m_wallet->name;
        status.protected_by_password = m_wallet->facts.protected_by_password;
        status.wallet = m_wallet->master ? api::WalletState::unlocked : api::WalletState::locked;
        if (!status.protected_by_password) {
            status.warnings.push_back({api::Warning::Severity::warning, std::string(no_password_warning)});
            if (!m_key_problem.empty())
                status.warnings.push_back({api::Warning::Severity::danger, m_key_problem});
        }
    }
    for (const std::string& name : m_unwatched)
        status.warnings.push_back(
            {api::Warning::Severity::danger,
             "Wallet '" + name +
                 "' has channels and is not open, so nobody watches them: a partner could "
                 "take what is in them. Open it" +
                 (m_wallet ? ": one wallet can be open at a time, so close '" + m_wallet->name + "' first."
                           : ".")});
    status.frozen = !m_frozen.empty();
    status.data_directory = m_options.data_directory;
    if (status.frozen) {
        status.warnings.push_back(
            {api::Warning::Severity::danger,
             "Duplex stopped because " + m_frozen + ". Nothing leaves until you start it again."});
    }
    if (m_client->staleness() != light::Staleness::fresh) {
        status.warnings.push_back(
            {api::Warning::Severity::danger,
             "The chain looks stale: no new blocks arrive as they should. Check your connection."});
    }
    if (m_options.connect.empty() &&
        (status.peers < m_network.least_peers || status.netgroups < m_network.least_netgroups)) {
        status.warnings.push_back({api::Warning::Severity::note,
                                   "Few sources: Duplex is connected to too few independent peers so far."});
    }
    if (m_network.signature_blocks) {
        status.warnings.push_back(
            {api::Warning::Severity::note,
             "Signet's block signatures are not checked yet, so its figures are only reported."});
    }
    addSecondFloor(status);
    return status;
}

api::PortfolioSnapshot BitcoinFamily::Parts::portfolio() const {
    api::LayerView view;
    view.layer = {.id = std::string(m_network.caip2_id),
                  .level = 1,
                  .settles_on = "",
                  .name = "Bitcoin",
                  .asset = "BTC",
                  .decimals = 8};
    view.balance.layer = view.layer.id;
    view.as_of = secondsOf(io::calendarNow());
    view.verified = balanceVerified();
    if (m_wallet) {
        const wallet::Balance balance = m_wallet->value.balance();
        const auto part = [&](ledger::PartState state, std::int64_t amount, std::string why,
                              ledger::Verified verified) {
            if (amount > 0)
                view.balance.parts.push_back(
                    {state, ledger::Amount::of(amount), std::move(why), 0, verified});
        };
        std::int64_t own_pending = 0;
        for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
            if (!coin.height && coin.own && !coin.spent_by) own_pending += coin.output.value.value;
        }
        const std::int64_t free = balance.confirmed.value + own_pending - balance.reserved.value;
        const std::int64_t held_back =
            m_lightning ? heldBack({free}, m_lightning->channels.reserveNeeded()).value : 0;
        const std::int64_t spendable = free - held_back;
        part(ledger::PartState::spendable, spendable, "Confirmed coins and change of your own payments",
             view.verified);
        part(ledger::PartState::pending_in, balance.pending.value - own_pending,
             "Relayed by a peer, in no block so far", {.label = ledger::Label::reported, .time = view.as_of});
        part(ledger::PartState::locked_until, balance.immature.value,
             "Newly mined: spendable 100 blocks after its block", view.verified);
        part(ledger::PartState::reserve, balance.reserved.value, "Set aside", view.verified);
        part(ledger::PartState::reserve, held_back, "Held back for the fees of closing channels",
             view.verified);
        view.balance_sat = balance.total().value;
        view.spendable_sat = spendable;
        view.pending_sat = balance.pending.value - own_pending;
        view.locked_sat = balance.immature.value + balance.reserved.value + held_back;
    }
    view.balance.verified = view.verified;
    if (const auto estimate = m_client->fees().estimate({chain().height()}, io::now())) {
        const auto rate = std::max(estimate->feerate, m_client->fees().floor());
        view.fee_sat = rate.feeCeil({typical_payment_vbytes * 4}).value;
        view.fee = {
            .total_sat = *view.fee_sat, .parts = {{"miners' fee", *view.fee_sat}}, .verified = feeVerified()};
    }
    if (const auto pace = light::recentPace(chain())) {
        view.confirmation_s = pace->median_seconds;
        view.confirmation_p90_s = pace->p90_seconds;
        view.stages = {{"first block", pace->median_seconds, pace->p90_seconds},
                       {"six blocks", 6 * pace->median_seconds, 6 * pace->p90_seconds}};
    }
    view.secured_by = "Miners: undoing a payment means redoing the work of every block since.";
    view.payments_a_second = "not known";
    std::int64_t weight = 0;
    std::int64_t count = 0;
    for (const auto& fee : m_client->fees().seen()) {
        weight += fee.weight.value;
        ++count;
    }
    view.fullness = count == 0
                        ? "not known"
                        : std::to_string(weight / count * 100 / 4'000'000) + " % of the last blocks seen";
    view.gets_dear_when = "Many people pay at once: the space in a block goes to those who pay most for it.";
    view.main_risks = "A payment with few blocks on top of it can still be replaced.";
    view.way_between_risks =
        "A channel is opened and closed by payments of this layer: it costs their fees and their time.";
    return {.revision = m_revision, .layers = {std::move(view), lightningView()}};
}

/// The transaction's own, else those of the addresses that it pays: ours where it came in, others' where it
/// went out. Change goes to nobody.
std::string BitcoinFamily::Parts::labelOf(const wallet::HistoryEntry& entry) const {
    if (!entry.label.empty()) return entry.label;
    const bool came_in = entry.delta().value >= 0;
    std::vector<std::string> found;
    for (const auto& output : entry.transaction.outputs) {
        const auto label = m_wallet->labels.find(output.script_pubkey.bytes);
        if (label == m_wallet->labels.end() || label->second.empty()) continue;
        if (m_wallet->value.keys().placeOf(output.script_pubkey).has_value() != came_in) continue;
        if (std::ranges::find(found, label->second) == found.end()) found.push_back(label->second);
    }
    return fmt::format("{}", fmt::join(found, ", "));
}

std::vector<ledger::Activity> BitcoinFamily::Parts::activity() const {
    std::vector<ledger::Activity> items;
    if (!m_wallet) return items;
    // A transaction of a move is that move's line; one of a channel without a move is shown as a move too.
    const std::map<duplex::bitcoin::Txid, std::string> of_moves =
        m_moves ? m_moves->transactions() : std::map<duplex::bitcoin::Txid, std::string>();
    const std::set<duplex::bitcoin::Txid> of_channels = channelTransactions();
    for (const wallet::HistoryEntry* entry : m_wallet->value.history().newestFirst()) {
        const auto id = entry->transaction.txid();
        if (of_moves.contains(id)) continue;
        const std::string txid = id.reversedHex();
        const std::int64_t fee = entry->fee ? entry->fee->value : 0;
        ledger::Activity item{.id = "tx:" + txid, .layer = std::string(m_network.caip2_id)};
        item.kind = entry->delta().value >= 0 ? ledger::ActivityKind::receive : ledger::ActivityKind::send;
        if (of_channels.contains(id)) item.kind = ledger::ActivityKind::move;
        item.amount_msat = (entry->delta().value + fee) * 1000;
        item.fee_msat = fee * 1000;
        item.time = secondsOf(entry->time);
        item.height = entry->height ? static_cast<std::int64_t>(entry->height->value) : -1;
        item.confirmations = entry->height ? static_cast<int>(depthOf(*entry->height)) : 0;
        item.state = entry->state == wallet::EntryState::replaced ? ledger::ActivityState::failed
                     : entry->height                              ? ledger::ActivityState::done
                                                                  : ledger::ActivityState::pending;
        item.label = labelOf(*entry);
        item.details = txid;
        item.verified = verifiedOf(*entry);
        items.push_back(std::move(item));
    }
    for (const ledger::Move& move : m_moves ? m_moves->moves() : std::vector<ledger::Move>())
        items.push_back(lineOf(move));
    if (m_lightning && m_lightning->isUp()) {
        for (ledger::Activity& payment : m_lightning->payments->activity())
            items.push_back(std::move(payment));
    }
    std::ranges::stable_sort(items, std::greater{}, &ledger::Activity::time);
    return items;
}

api::BlocksSnapshot BitcoinFamily::Parts::recentBlocks() const {
    api::BlocksSnapshot snapshot{.revision = m_revision, .blocks = {}};
    const auto tip = static_cast<std::int64_t>(chain().height());
    for (std::int64_t height = tip; height >= 0 && height > tip - 24; --height)
        snapshot.blocks.push_back(blockFacts(static_cast<std::uint32_t>(height)));
    return snapshot;
}

void BitcoinFamily::Parts::on(const api::GetLayers& request, Answered answered) {
    if (!request.wallet.empty() && (!m_wallet || m_wallet->name != request.wallet))
        return fail(answered, -18,
                    "Wallet '" + request.wallet +
                        "' is not open, so its figures are not known. See listwallets, and loadwallet.");
    answer(answered, portfolio());
}

void BitcoinFamily::Parts::on(const api::GetActivity& request, Answered answered) {
    if (!needWallet(answered)) return;
    api::ActivityList list{activity()};
    if (!request.layer.empty())
        std::erase_if(list.items, [&](const auto& item) { return item.layer != request.layer; });
    const auto skip = std::min(list.items.size(), static_cast<std::size_t>(std::max(0, request.skip)));
    list.items.erase(list.items.begin(), list.items.begin() + static_cast<std::ptrdiff_t>(skip));
    if (list.items.size() > static_cast<std::size_t>(std::max(0, request.count)))
        list.items.resize(static_cast<std::size_t>(std::max(0, request.count)));
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::Recognise& request, Answered answered) {
    const RecogniseFacts facts{
        .network = m_network,
        .now = secondsOf(io::calendarNow()),
        .own_node_id = m_lightning && m_lightning->node_id ? m_lightning->node_id->hex() : std::string(),
        .is_ours =
            [this](const duplex::bitcoin::Script& script) {
                return m_wallet && m_wallet->value.keys().placeOf(script).has_value();
            },
        .height_of = [this](const duplex::bitcoin::BlockHash& hash) -> std::optional<std::int64_t> {
            const auto height = chain().heightOf(hash);
            return height ? std::optional<std::int64_t>(height->value) : std::nullopt;
        }};
    answer(answered, recognise(request.text, facts));
}

} // namespace duplex::family::bitcoin
