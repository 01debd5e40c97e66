#include "core/family/bitcoin/move_driver.h"

#include "core/family/bitcoin/notify.h"
#include "core/io/entropy.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t request_version = 1;
constexpr std::int64_t usual_pace_s = 600;

Bytes requestKey(const std::string& request_id) {
    return toBytes(viewOf("move " + request_id));
}

Bytes quoteKey(const std::string& quote_id) {
    return toBytes(viewOf("quote " + quote_id));
}

std::optional<std::string> firstMoveOf(const std::optional<Bytes>& row) {
    if (!row || row->empty() || row->front() != request_version) return std::nullopt;
    return textOf(ByteView(*row).subspan(1));
}

std::string statesOf(const ledger::Move& move) {
    std::string states(nameOf(move.state));
    for (const ledger::MoveStep& step : move.steps) states += std::string(" ") += nameOf(step.state);
    return states;
}

} // namespace

ChannelStage stageOf(const ln::channel::Channel& channel) {
    namespace ch = ln::channel;
    return std::visit(overloaded{
                          [](const ch::Opening&) { return ChannelStage::opening; },
                          [](const ch::AwaitingFunding&) { return ChannelStage::awaiting_funding; },
                          [](const ch::AwaitingReady&) { return ChannelStage::awaiting_ready; },
                          [](const ch::Normal& normal) {
                              return normal.closing_script ? ChannelStage::agreeing_close
                                                           : ChannelStage::usable;
                          },
                          [](const ch::ShuttingDown&) { return ChannelStage::agreeing_close; },
                          [](const ch::Negotiating&) { return ChannelStage::agreeing_close; },
                          [](const ch::Closing&) { return ChannelStage::closing; },
                          [](const ch::Closed&) { return ChannelStage::closed; },
                      },
                      channel.phase);
}

std::int64_t secondsPerBlock(const light::HeaderChain& chain) {
    const auto pace = light::recentPace(chain);
    return pace ? std::max<std::int64_t>(1, pace->median_seconds) : usual_pace_s;
}

ClosingFacts closingOf(const ln::channel::Channel& channel) {
    namespace ch = ln::channel;
    ClosingFacts facts;
    const auto* closing = std::get_if<ch::Closing>(&channel.phase);
    if (closing == nullptr) return facts;
    const std::optional<duplex::bitcoin::Txid> published =
        closing->transaction ? std::optional(closing->transaction->txid()) : std::nullopt;
    if (closing->spend) facts.height = closing->spend->height;
    const duplex::bitcoin::Transaction* transaction = closing->spend         ? &closing->spend->transaction
                                                      : closing->transaction ? &*closing->transaction
                                                                             : nullptr;
    if (transaction == nullptr) return facts;
    facts.transaction = transaction->txid();
    facts.by_commitment = ln::keys::hasCommitmentShape(*transaction);
    facts.fee = channel.terms.parameters.capacity;
    for (const auto& output : transaction->outputs) *facts.fee -= output.value;
    if (facts.by_commitment) {
        const bool ours = closing->kind == ch::CloseKind::local_force && facts.transaction == published;
        facts.waits_blocks = ours ? channel.terms.parameters.local.to_self_delay : 1;
    }
    return facts;
}

const wallet::HistoryEntry* payoutOf(const duplex::bitcoin::Txid& closing, const wallet::History& history) {
    if (const auto* entry = history.find(closing); entry != nullptr && entry->isLive()) return entry;
    const wallet::HistoryEntry* found = nullptr;
    for (const auto& [txid, entry] : history.entries()) {
        if (!entry.isLive() || entry.sent.value > 0) continue;
        const bool spends = std::ranges::any_of(
            entry.transaction.inputs, [&](const auto& input) { return input.previous.txid == closing; });
        if (spends && (found == nullptr || entry.received > found->received)) found = &entry;
    }
    return found;
}

MoveDriver::MoveDriver(Lightning& lightning, MoveLabels labels)
    : m_lightning(lightning), m_labels(std::move(labels)) {}
MoveDriver::~MoveDriver() = default;

std::expected<void, std::string> MoveDriver::load() {
    for (const store::Row& row : m_lightning.shell.wallet.database->scan(store::Table::moves)) {
        auto record = decodedMove(row.value);
        if (!record)
            return std::unexpected(
                "A move's row is damaged, or was written by a newer Duplex. It was left as "
                "it is; the coins are where wallet and channels say.");
        m_records.emplace(moveIdOf(*record), std::move(*record));
    }
    for (auto& [id, record] : m_records) {
        if (record.route != MoveRoute::open || record.channel || record.end != MoveEnd::running) continue;
        findChannel(record);
        if (!record.channel) {
            record.failure =
                "No coins moved: Duplex stopped before the channel was agreed. Start the move again.";
            record.end = MoveEnd::failed;
        }
        keep(record);
    }
    return {};
}

/// A crash can fall between the commit of a channel and that of its id here: the channel itself tells.
void MoveDriver::findChannel(MoveRecord& record) const {
    for (const auto& [id, channel] : m_lightning.channels.all()) {
        const bool fits = channel->isFunder() && channel->peer == record.peer &&
                          channel->terms.parameters.capacity == record.amount &&
                          channel->opened_height >= record.started_height &&
                          ln::channel::isEstablished(*channel);
        const bool taken =
            std::ranges::any_of(m_records, [&](const auto& other) { return other.second.channel == id; });
        if (fits && !taken) record.channel = id;
    }
}

void MoveDriver::keep(const MoveRecord& record) {
    m_lightning.shell.rows().put(store::Table::moves, record.id, encodedMove(record));
}

// --- facts ---

std::optional<duplex::bitcoin::FeeratePerKw> MoveDriver::feerate() const {
    const Shell& shell = m_lightning.shell;
    const auto floor = shell.client.fees().floor();
    if (const auto estimate = shell.client.fees().estimate({shell.headerTip()}, io::now()))
        return std::max(estimate->feerate, floor);
    return std::nullopt;
}

MoveMoment MoveDriver::moment() const {
    const Shell& shell = m_lightning.shell;
    MoveMoment moment{.lower = std::string(shell.network.caip2_id),
                      .upper = std::string(shell.network.caip2_id) + "/lightning"};
    moment.now = secondsOf(io::calendarNow());
    moment.pace_s = secondsPerBlock(shell.client.sync().chain());
    moment.feerate = feerate();
    moment.has_keys = m_lightning.isUp();
    moment.unlocked = shell.wallet.master.has_value();
    moment.synced = shell.client.sync().stage() == light::SyncStage::synced &&
                    shell.verifiedHeight() == shell.headerTip();
    moment.few_sources =
        shell.options.connect.empty() && (shell.client.connectedPeers() < shell.network.least_peers ||
                                          shell.client.netgroups() < shell.network.least_netgroups);
    moment.stale = shell.client.staleness() != light::Staleness::fresh;
    return moment;
}

MoveFacts MoveDriver::factsOf(const MoveRecord& record, const MoveMoment& at) const {
    const Shell& shell = m_lightning.shell;
    MoveFacts facts{.height = shell.verifiedHeight()};
    const auto& history = shell.wallet.value.history();
    const bool up = record.route == MoveRoute::open;
    (up ? facts.funding : facts.closing) = record.transaction;
    (up ? facts.funding_height : facts.closing_height) = record.transaction_height;
    const auto all = m_lightning.channels.all();
    const auto found = record.channel ? all.find(*record.channel) : all.end();
    if (found != all.end()) {
        const ln::channel::Channel& channel = *found->second;
        facts.stage = stageOf(channel);
        if (const auto* closing = std::get_if<ln::channel::Closing>(&channel.phase))
            facts.cause = closing->cause;
        if (const auto* closed = std::get_if<ln::channel::Closed>(&channel.phase))
            facts.cause = closed->cause;
        facts.minimum_depth = channel.minimum_depth;
        facts.opened_height = channel.opened_height;
        if (up) {
            facts.funding = channel.terms.parameters.funding.txid;
            facts.funding_height = channel.funding_height;
        } else if (const ClosingFacts closing = closingOf(channel); closing.transaction) {
            facts.closing = closing.transaction;
            facts.closing_height = closing.height;
            facts.paid_fee = closing.fee;
            facts.waits_blocks = closing.waits_blocks;
            facts.by_commitment = closing.by_commitment;
        }
        for (const ln::channel::Htlc& htlc : channel.commitments.htlcs) {
            if (htlc.offered_by != ln::channel::Side::remote) continue;
            facts.nearest_expiry =
                std::min(facts.nearest_expiry.value_or(htlc.cltv_expiry.value), htlc.cltv_expiry.value);
        }
    }
    if (facts.funding) {
        const auto* entry = history.find(*facts.funding);
        if (entry != nullptr) facts.paid_fee = entry->fee;
    }
    if (const auto* payout = facts.closing ? payoutOf(*facts.closing, history) : nullptr) {
        facts.payout = payout->transaction.txid();
        facts.payout_height = payout->height ? payout->height->value : 0;
    }
    facts.now = at.now;
    facts.pace_s = at.pace_s;
    return facts;
}

std::vector<ledger::Move> MoveDriver::moves() const {
    std::vector<ledger::Move> result;
    const MoveMoment at = moment();
    for (const auto& [id, record] : m_records)
        result.push_back(moveOf(record, factsOf(record, at), at, m_labels));
    std::ranges::stable_sort(result, std::greater{}, &ledger::Move::started);
    return result;
}

std::map<duplex::bitcoin::Txid, std::string> MoveDriver::transactions() const {
    std::map<duplex::bitcoin::Txid, std::string> found;
    const MoveMoment at = moment();
    for (const auto& [id, record] : m_records) {
        const MoveFacts facts = factsOf(record, at);
        for (const auto& txid : {facts.funding, facts.closing, facts.payout})
            if (txid) found.emplace(*txid, id);
    }
    return found;
}

bool MoveDriver::isBusy(const std::function<bool(const MoveRecord&)>& concerns) const {
    return std::ranges::any_of(m_records, [&](const auto& one) {
        const MoveRecord& record = one.second;
        if (record.end != MoveEnd::running || !record.failure.empty()) return false;
        return concerns(record);
    });
}

// --- a move's life ---

void MoveDriver::start(const api::StartMove& request, Answered answered) {
    const Shell& shell = m_lightning.shell;
    const auto answer = [&](api::Answer what) {
        auto shared = std::make_shared<api::Answer>(std::move(what));
        shell.turn().after([answered, shared] { answered(std::move(*shared)); });
    };
    const auto current = [this](const MoveRecord& record) {
        const MoveMoment at = moment();
        return moveOf(record, factsOf(record, at), at, m_labels);
    };
    // threats 84: a repeated request never moves twice; a quote is good for one move.
    std::vector<Bytes> keys;
    if (!request.request_id.empty()) keys.push_back(requestKey(request.request_id));
    if (!request.quote_id.empty()) keys.push_back(quoteKey(request.quote_id));
    for (const Bytes& key : keys) {
        const auto first = firstMoveOf(shell.wallet.database->read(store::Table::requests, key));
        const auto found = first ? m_records.find(*first) : m_records.end();
        if (found != m_records.end()) return answer(api::Reply{current(found->second)});
    }
    const auto picked = chosen(request);
    if (!picked) return answer(std::unexpected(picked.error()));
    MoveRecord record{.id = io::randomBytes<16>(), .route = picked->route};
    record.amount = {picked->quote.amount_sat};
    record.fee = picked->quote.fee.parts;
    record.feerate = picked->feerate;
    record.started = io::calendarNow();
    record.started_height = shell.headerTip();
    record.peer = *ln::NodeId::fromHex(picked->quote.peer_id);
    record.endpoint = picked->endpoint;
    if (record.route != MoveRoute::open) record.channel = ln::ChannelId::fromHex(picked->quote.channel_id);
    const std::string id = moveIdOf(record);
    m_records.emplace(id, record);
    m_quotes.erase(request.quote_id);
    keep(record);
    for (const Bytes& key : keys)
        shell.rows().put(store::Table::requests, key, concat({Bytes{request_version}, viewOf(id)}));
    answer(api::Reply{current(record)});
    m_begun.insert(id);
    shell.turn().after([this, id, alive = std::weak_ptr(m_alive)] {
        if (alive.lock()) begin(id);
    });
    shell.changed();
}

/// Only once the move is stored.
void MoveDriver::begin(const std::string& id) {
    const MoveRecord& record = m_records.at(id);
    if (record.route != MoveRoute::open) return close(id);
    if (!m_lightning.isUp()) return failed(id, "No coins moved: the wallet was closed.");
    if (m_lightning.peers->find(record.peer) != nullptr) return fund(id);
    if (!record.endpoint) return failed(id, "No coins moved: the partner went away. Start the move again.");
    m_lightning.peers->connectTo(
        record.peer, *record.endpoint,
        [this, id, alive = std::weak_ptr(m_alive)](const std::expected<LightningConnection, api::Error>& up) {
            if (!alive.lock()) return;
            if (up)
                fund(id);
            else
                failed(id, "No coins moved: the partner could not be reached. " + up.error().message);
            m_lightning.shell.turns.end();
        });
}

void MoveDriver::fund(const std::string& id) {
    const MoveRecord& record = m_records.at(id);
    api::FundChannel request{.node_id = record.peer.hex(), .amount_sat = record.amount.value};
    request.feerate_sat_per_kvb = record.feerate.satPerKvb();
    request.request_id = "move " + id;
    for (const ledger::FeePart& part : record.fee) // never above the price that was agreed
        if (part.name == "opening transaction") request.max_fee_sat = part.amount_sat;
    m_lightning.channels.fund(request, [this, id, alive = std::weak_ptr(m_alive)](const api::Answer& answer) {
        if (!alive.lock()) return;
        const auto* funded = answer ? std::get_if<api::ChannelFunded>(&*answer) : nullptr;
        const auto channel = funded != nullptr ? ln::ChannelId::fromHex(funded->channel_id) : std::nullopt;
        if (channel)
            agreed(id, *channel);
        else
            failed(id, "No coins moved: " +
                           (answer ? std::string("the channel was not opened.") : answer.error().message));
        m_lightning.shell.turns.end();
    });
}

void MoveDriver::close(const std::string& id) {
    const MoveRecord& record = m_records.at(id);
    api::CloseChannel request{.id = record.channel->hex(), .unilateral_timeout_s = 0};
    request.force = record.route == MoveRoute::close_alone;
    request.feerate_sat_per_kvb = record.feerate.satPerKvb();
    m_lightning.channels.close(
        request, [this, id, alive = std::weak_ptr(m_alive)](const api::Answer& answer) {
            if (!alive.lock()) return;
            const ChannelStage stage = factsOf(m_records.at(id), moment()).stage;
            // An answer can fail while the close goes on: a cut connection, a time-out of the caller.
            const bool untouched = stage == ChannelStage::usable || stage == ChannelStage::awaiting_ready ||
                                   stage == ChannelStage::awaiting_funding;
            if (!answer && untouched)
                failed(id, "Your money stays in the channel: " + answer.error().message);
            tick();
            m_lightning.shell.turns.end();
        });
}

void MoveDriver::agreed(const std::string& id, const ln::ChannelId& channel) {
    MoveRecord& record = m_records.at(id);
    record.channel = channel;
    remember(record, factsOf(record, moment()), ledger::StepState::running);
    keep(record);
    m_lightning.shell.changed();
}

void MoveDriver::failed(const std::string& id, const std::string& what_happened) {
    MoveRecord& record = m_records.at(id);
    findChannel(record); // a refusal after the coins were committed is none
    if (record.route == MoveRoute::open && record.channel) return agreed(id, *record.channel);
    record.failure = what_happened;
    record.end = MoveEnd::failed;
    keep(record);
    m_lightning.shell.changed();
}

/// A close that was stored and not asked for before the last run ended.
void MoveDriver::goOn(MoveRecord& record) {
    const std::string id = moveIdOf(record);
    if (record.route == MoveRoute::open || m_begun.contains(id) || !m_lightning.isUp()) return;
    const ChannelStage stage = factsOf(record, moment()).stage;
    if (stage < ChannelStage::awaiting_funding || stage > ChannelStage::usable) return;
    if (record.route == MoveRoute::close && m_lightning.peers->find(record.peer) == nullptr) return;
    m_begun.insert(id);
    m_lightning.shell.turn().after([this, id, alive = std::weak_ptr(m_alive)] {
        if (alive.lock()) close(id);
    });
}

void MoveDriver::tick() {
    const MoveMoment at = moment();
    std::erase_if(m_quotes, [&](const auto& one) { return one.second.quote.expires_at < at.now; });
    for (auto& [id, record] : m_records) {
        const MoveFacts facts = factsOf(record, at);
        const ledger::Move move = moveOf(record, facts, at, m_labels);
        if (remember(record, facts, move.state)) keep(record);
        if (record.end == MoveEnd::running) goOn(record);
        tell(record, move);
    }
}

void MoveDriver::tell(const MoveRecord& record, const ledger::Move& move) {
    const std::string states = statesOf(move);
    const auto [told, first] = m_told.try_emplace(move.move_id, states);
    if (!first && told->second == states) return;
    told->second = states;
    if (first && record.end != MoveEnd::running) return; // over since an earlier run
    bitcoin::tell(m_lightning.shell.turn(), m_lightning.shell.outlet,
                  {.topic = api::Notification::Topic::move,
                   .id = move.move_id,
                   .state = std::string(nameOf(move.state)),
                   .amount_msat = move.amount_sat * 1000});
    m_lightning.shell.changed();
}

} // namespace duplex::family::bitcoin
