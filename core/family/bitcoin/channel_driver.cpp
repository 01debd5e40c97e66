#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/io/entropy.h"
#include "core/lightning/commitment/scripts.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t facts_version = 3; // 1 had no closing feerate, 2 no patience with a close
constexpr std::size_t timeline_kept = 64;
constexpr std::int64_t longest_patience_s = 100'000'000; // about three years
constexpr std::size_t unfunded_a_peer = 4;               // lightning.md 4.3
constexpr std::size_t unfunded_in_all = 20;

std::string wordsOf(const channel::Phase& phase) {
    return std::visit(overloaded{
                          [](const channel::Opening&) { return "Opening"; },
                          [](const channel::AwaitingFunding&) { return "Waiting for blocks"; },
                          [](const channel::AwaitingReady&) { return "Waiting for the partner"; },
                          [](const channel::Normal&) { return "Open"; },
                          [](const channel::ShuttingDown&) { return "Closing together"; },
                          [](const channel::Negotiating&) { return "Agreeing on the closing fee"; },
                          [](const channel::Closing& closing) {
                              return closing.kind == channel::CloseKind::mutual ? "Closed together"
                                     : closing.kind == channel::CloseKind::local_force
                                         ? "Closed alone by us"
                                         : "Closed by the partner";
                          },
                          [](const channel::Closed&) { return "Closed"; },
                      },
                      phase);
}

} // namespace

Bytes encodedFacts(const LiveChannel& live) {
    ByteWriter row;
    row.u8(facts_version);
    row.compactBytes(viewOf(live.facts.endpoint ? io::toText(*live.facts.endpoint) : std::string()));
    row.compactSize(live.facts.timeline.size());
    for (const auto& [time, what] : live.facts.timeline) row.i64le(time).compactBytes(viewOf(what));
    row.compactBytes(viewOf(live.facts.close_cause));
    row.compactBytes(live.facts.payout ? ByteView(*live.facts.payout) : ByteView());
    row.u64le(live.facts.opened_index);
    row.compactBytes(live.remote_features.bytes());
    row.compactSize(live.attempts.size());
    for (const auto& attempt : live.attempts) row.compactBytes(onchain::encoded(attempt));
    row.i64le(live.facts.closing_feerate ? live.facts.closing_feerate->value : 0);
    row.i64le(live.facts.close_alone_at);
    return row.take();
}

bool decodeFacts(ByteView bytes, LiveChannel& live) {
    ByteReader row(bytes);
    const std::uint8_t version = row.u8();
    if (version == 0 || version > facts_version) return false;
    const std::string endpoint = textOf(row.compactBytes());
    if (!endpoint.empty()) {
        const auto parsed = io::parseEndpoint(endpoint, 9735);
        if (parsed) live.facts.endpoint = *parsed;
    }
    for (std::size_t left = row.compactCount(9); left > 0; --left) {
        const std::int64_t time = row.i64le();
        live.facts.timeline.emplace_back(time, textOf(row.compactBytes()));
    }
    live.facts.close_cause = textOf(row.compactBytes());
    Bytes payout = row.compactBytes();
    if (!payout.empty()) live.facts.payout = duplex::bitcoin::Script{std::move(payout)};
    live.facts.opened_index = row.u64le();
    const auto features = ln::Features::fromBytes(row.compactBytes());
    if (features) live.remote_features = *features;
    for (std::size_t left = row.compactCount(1); left > 0; --left) {
        auto attempt = onchain::decodeClaimAttempt(row.compactBytes());
        if (!attempt) return false;
        live.attempts.push_back(std::move(*attempt));
    }
    if (version >= 2)
        if (const std::int64_t rate = row.i64le(); rate > 0)
            live.facts.closing_feerate = duplex::bitcoin::FeeratePerKw{rate};
    if (version >= 3) live.facts.close_alone_at = row.i64le();
    return row.finished();
}

ChannelDriver::ChannelDriver(Shell& shell) : m_parts(std::make_unique<Parts>(shell)) {}
ChannelDriver::~ChannelDriver() = default;

bool ChannelDriver::hasBegun() const {
    return m_parts->root.has_value();
}

std::expected<void, std::string> ChannelDriver::load() {
    Parts& parts = *m_parts;
    if (const auto watched = parts.watch.load(); !watched) return watched;
    const store::Database& database = *parts.shell.wallet.database;
    for (const store::Row& row : database.scan(store::Table::channels)) {
        auto value = channel::decodeChannel(row.value);
        if (!value)
            return std::unexpected(
                "A channel's row is damaged, or a newer Duplex wrote it. It was left as it "
                "is: nothing was sent or closed. Use the newest Duplex.");
        const ln::ChannelId id = value->id;
        LiveChannel live{.value = std::move(*value)};
        live.told_ending = endingOf(live.value); // by an earlier run
        if (const auto facts = database.read(store::Table::channel_facts, id);
            facts && !decodeFacts(*facts, live))
            return std::unexpected("What is kept beside a channel is damaged. It was left as it is.");
        if (const std::int64_t due = live.facts.close_alone_at; due > 0)
            parts.setPatience(live, std::max<std::int64_t>(0, due - secondsOf(io::calendarNow())));
        parts.channels.emplace(id, std::move(live));
    }
    parts.height = parts.shell.wallet.facts.scan.verifiedTo().value; // what is above comes again
    return {};
}

bool ChannelDriver::hasUnresolved(const store::Database& wallet) {
    return std::ranges::any_of(wallet.scan(store::Table::channels), [](const store::Row& row) {
        const auto channel = channel::decodeChannel(row.value);
        return !channel || !std::holds_alternative<channel::Closed>(channel->phase);
    });
}

void ChannelDriver::begin(const ln::keys::LightningRoot& root,
                          const duplex::bitcoin::keys::ExtendedPrivateKey& master, PeerDriver& peers,
                          PaymentHooks hooks) {
    Parts& parts = *m_parts;
    parts.root = root;
    parts.master = master;
    parts.peers = &peers;
    parts.hooks = std::move(hooks);
    parts.height = std::max(parts.height, parts.shell.verifiedHeight());
    std::vector<ln::ChannelId> ids;
    for (auto& [id, live] : parts.channels) {
        live.signer.emplace(root.channelSecrets(live.value.nonce));
        ids.push_back(id);
    }
    // Coins held for an opening that the last run did not finish are free again: nothing of it was published.
    std::set<std::string> owners;
    for (const auto& [outpoint, coin] : parts.shell.wallet.value.coins().coins())
        if (coin.reserved_by.starts_with("channel ")) owners.insert(coin.reserved_by);
    for (const std::string& owner : owners) {
        wallet::WalletChange change;
        parts.shell.wallet.value.release(owner, change);
        parts.shell.keep(change);
    }
    parts.renameClaimReservations();
    for (const ln::ChannelId& id : ids) {
        LiveChannel& live = parts.channels.at(id);
        if (channel::isEstablished(live.value)) peers.keep(live.value.peer, live.facts.endpoint);
        parts.post(id, channel::Restored{});
        parts.tellChain(id);
    }
}

// --- the machines ---

LiveChannel* ChannelDriver::Parts::find(const ln::ChannelId& id) {
    const auto moved = renamed.find(id);
    const auto found = channels.find(moved == renamed.end() ? id : moved->second);
    return found == channels.end() ? nullptr : &found->second;
}

const LiveChannel* ChannelDriver::Parts::find(const ln::ChannelId& id) const {
    return const_cast<Parts*>(this)->find(id);
}

LiveChannel* ChannelDriver::Parts::findFor(const ln::NodeId& peer, const ln::ChannelId& id) {
    LiveChannel* live = find(id);
    return live != nullptr && live->value.peer == peer ? live : nullptr;
}

std::set<ln::ChannelId> ChannelDriver::Parts::idsBut(const ln::ChannelId& id) const {
    std::set<ln::ChannelId> ids;
    for (const auto& [other, live] : channels) {
        if (other == id) continue;
        ids.insert(other);
        ids.insert(live.value.temporary_id);
    }
    return ids;
}

channel::Context ChannelDriver::Parts::contextOf(const LiveChannel& live) const {
    const LightClientDriver& client = shell.client;
    const auto floor = std::max(client.fees().floor(), duplex::bitcoin::feerate_floor);
    const auto estimate = client.fees().estimate({shell.headerTip()}, io::now());
    const auto level = std::max(estimate ? estimate->feerate : shell.network.fallback_feerate, floor);
    channel::Policy policy;
    policy.to_self_delay_asked = shell.network.to_self_delay;
    const auto commitment =
        std::min(policy.feerate_highest, duplex::bitcoin::FeeratePerKw{floor.value * 5 / 4});
    const auto closing = std::max(live.facts.closing_feerate.value_or(level), floor);
    channel::Context context{.height = height,
                             .header_tip = shell.headerTip(),
                             .now = io::now(),
                             .feerates = {.commitment = commitment,
                                          .six_block = level,
                                          .guessed = !estimate,
                                          .closing = closing,
                                          .closing_lowest = floor},
                             .policy = policy,
                             .chain_hash = shell.network.genesis.hash(),
                             .local_features = ln::ourInitFeatures(),
                             .remote_features = live.remote_features,
                             .channel_ids_in_use = idsBut(live.value.id),
                             .payout_script = live.facts.payout.value_or(duplex::bitcoin::Script{}),
                             .signer = *live.signer};
    return context;
}

void ChannelDriver::Parts::post(const ln::ChannelId& id, channel::Event event) {
    queue.push_back({id, std::move(event)});
    drain();
}

void ChannelDriver::Parts::drain() {
    if (draining) return; // an action asked for more: the loop below goes on
    draining = true;
    while (!queue.empty()) {
        const Queued next = std::move(queue.front());
        queue.pop_front();
        step(next);
    }
    draining = false;
}

void ChannelDriver::Parts::step(const Queued& queued) {
    LiveChannel* live = find(queued.id);
    if (live == nullptr || !live->signer) return;
    channel::Outcome outcome = channel::advance(live->value, queued.event, contextOf(*live));
    const auto phase_before = live->value.phase.index();
    const ln::ChannelId id_before = live->value.id;
    live->value = std::move(outcome.next);
    if (live->value.id != id_before) {
        // The funding outpoint gave the channel its lasting id.
        auto node = channels.extract(id_before);
        node.key() = live->value.id;
        renamed[id_before] = live->value.id;
        live = &channels.insert(std::move(node)).position->second;
    }
    if (live->value.phase.index() != phase_before) notePhase(*live);
    tellEnding(*live);
    // Not before: a peer whose openings are refused without end would use up addresses, and the payouts of
    // later closes would lie beyond what a recovery from the seed searches.
    if (channel::isEstablished(live->value)) takePayout(*live);
    store(*live, outcome.persist);
    const ln::ChannelId id = live->value.id;
    for (const channel::Action& action : outcome.actions) carryOut(id, action);
    if (LiveChannel* after = find(id); after != nullptr && after->facts_changed)
        store(*after, channel::Persist::no);
}

void ChannelDriver::Parts::takePayout(LiveChannel& live) {
    if (live.facts.payout) return;
    wallet::WalletChange change;
    live.facts.payout = shell.wallet.value.channelScript(change);
    live.facts_changed = true;
    shell.keep(change);
}

void ChannelDriver::Parts::store(LiveChannel& live, channel::Persist persist) {
    if (persist == channel::Persist::yes) {
        for (const channel::RevokedHtlc& revoked : channel::takeSettledRevoked(live.value.commitments))
            shell.rows().put(store::Table::revoked_htlcs, channel::keyOf(live.value.id, revoked),
                             channel::encodeRevokedHtlc(revoked));
        shell.rows().put(store::Table::channels, live.value.id, channel::encodeChannel(live.value));
    }
    const bool opening = std::holds_alternative<channel::Opening>(live.value.phase);
    if (live.facts_changed && !opening) {
        shell.rows().put(store::Table::channel_facts, live.value.id, encodedFacts(live));
        live.facts_changed = false;
    }
}

channel::RevokedArchive ChannelDriver::Parts::archiveOf(const LiveChannel& live) const {
    // What the turn itself archives is not on disk yet: a spend is seen in a turn of its own.
    return [this, id = live.value.id] {
        std::vector<channel::RevokedHtlc> all;
        for (const store::Row& row : shell.wallet.database->scan(store::Table::revoked_htlcs, id)) {
            if (auto revoked = channel::decodeRevokedHtlc(row.value))
                all.push_back(std::move(*revoked));
            else
                shell.outlet.log(fmt::format("channel {}: a row of a revoked commitment is damaged; its HTLC "
                                             "is left out of the penalty",
                                             id.hex()));
        }
        return all;
    };
}

/// Each connection begins anew to agree on a close: that is told once, else it would push out all before it.
void ChannelDriver::Parts::notePhase(LiveChannel& live) {
    std::string words = wordsOf(live.value.phase);
    const auto told =
        std::ranges::find(live.facts.timeline, words, &std::pair<std::int64_t, std::string>::second);
    if (endingOf(live.value) == Ending::closing && told != live.facts.timeline.end()) return;
    note(live, std::move(words));
}

void ChannelDriver::Parts::note(LiveChannel& live, std::string what) {
    live.facts.timeline.emplace_back(secondsOf(io::calendarNow()), std::move(what));
    if (live.facts.timeline.size() > timeline_kept) live.facts.timeline.erase(live.facts.timeline.begin());
    live.facts_changed = true;
    shell.changed();
}

/// How long a close together may take before it is one alone; over a restart by the calendar.
void ChannelDriver::Parts::setPatience(LiveChannel& live, std::optional<std::int64_t> seconds) {
    if (seconds) seconds = std::min(*seconds, longest_patience_s);
    if (!seconds && live.facts.close_alone_at == 0) return;
    live.close_alone_at = seconds ? std::optional(io::now() + Ticks(*seconds * 1000)) : std::nullopt;
    live.facts.close_alone_at = seconds ? secondsOf(io::calendarNow()) + *seconds : 0;
    live.facts_changed = true;
}

channel::RequestId ChannelDriver::Parts::expect(std::function<void(const channel::Reply&)> reply) {
    const std::uint64_t number = next_request++;
    replies[number] = std::move(reply);
    return {number};
}

ln::ShortChannelId ChannelDriver::Parts::freshAlias(const ln::ChannelId& id) const {
    // Far above any block of the next centuries, so that it never is a real scid; remembered for ever.
    while (true) {
        const ln::ShortChannelId alias{(0xC0'00'00ULL << 40) |
                                       (io::randomU64() >> 2 & 0x3F'FFFF'FFFF'FFFFULL)};
        const Bytes key = ByteWriter().u64be(alias.value).take();
        if (shell.wallet.database->read(store::Table::aliases, key)) continue;
        shell.rows().put(store::Table::aliases, key, id);
        return alias;
    }
}

// --- peers ---

void ChannelDriver::peerReady(const LightningConnection& connection) {
    Parts& parts = *m_parts;
    std::vector<ln::ChannelId> ids;
    for (auto& [id, live] : parts.channels) {
        if (live.value.peer != connection.node_id) continue;
        if (std::holds_alternative<channel::Closed>(live.value.phase)) continue;
        if (!(live.remote_features == connection.features)) {
            live.remote_features = connection.features;
            live.facts_changed = true;
        }
        if (connection.outgoing && live.facts.endpoint != connection.endpoint) {
            live.facts.endpoint = connection.endpoint;
            live.facts_changed = true;
        }
        ids.push_back(id);
    }
    for (const ln::ChannelId& id : ids) parts.post(id, channel::Connected{});
}

void ChannelDriver::peerGone(const ln::NodeId& node_id) {
    Parts& parts = *m_parts;
    std::vector<ln::ChannelId> ids;
    for (const auto& [id, live] : parts.channels)
        if (live.value.peer == node_id) ids.push_back(id);
    for (const ln::ChannelId& id : ids) parts.post(id, channel::Disconnected{});
}

void ChannelDriver::message(const ln::NodeId& from, const ln::wire::Message& message) {
    Parts& parts = *m_parts;
    if (std::holds_alternative<ln::wire::OpenChannel>(message)) return parts.openReceived(from, message);
    const auto named = ln::wire::channelIdOf(message);
    if (!named) return;
    const bool complaint = std::holds_alternative<ln::wire::Error>(message) ||
                           std::holds_alternative<ln::wire::Warning>(message);
    if (complaint && named->isZero()) {
        std::vector<ln::ChannelId> ids;
        for (const auto& [id, live] : parts.channels)
            if (live.value.peer == from) ids.push_back(id);
        for (const ln::ChannelId& id : ids) parts.post(id, channel::MessageReceived{message});
        return;
    }
    if (LiveChannel* live = parts.findFor(from, *named)) {
        // Whether its fee is a fair one shows with an estimate only.
        const bool fee = std::holds_alternative<ln::wire::UpdateFee>(message);
        if (fee && live->signer && parts.contextOf(*live).feerates.guessed) parts.shell.client.wantFees();
        return parts.post(live->value.id, channel::MessageReceived{message});
    }
    if (complaint) return; // about a channel that we do not have (lightning.md 4.18, LND)
    constexpr std::string_view unknown = "unknown channel";
    parts.sendTo(from, ln::wire::Error{.channel_id = *named, .data = toBytes(viewOf(unknown))});
}

void ChannelDriver::Parts::openReceived(const ln::NodeId& from, const ln::wire::Message& message) {
    const auto& open = std::get<ln::wire::OpenChannel>(message);
    std::size_t of_peer = 0, in_all = 0;
    for (const auto& [id, live] : channels) {
        if (live.value.funding_height != 0 || live.value.isFunder()) continue;
        if (std::holds_alternative<channel::Closed>(live.value.phase)) continue;
        ++in_all;
        if (live.value.peer == from) ++of_peer;
    }
    const auto refuse = [&](std::string_view why) {
        sendTo(from, ln::wire::Error{.channel_id = open.temporary_channel_id, .data = toBytes(viewOf(why))});
    };
    // Threats 23: counted from open_channel on.
    if (of_peer >= unfunded_a_peer || in_all >= unfunded_in_all)
        return refuse("too many channels wait for their funding");
    if (find(open.temporary_channel_id) != nullptr) return refuse("this temporary_channel_id is in use");
    const LightningConnection* connection = peers->find(from);
    if (connection == nullptr) return;
    const ln::keys::ChannelNonce nonce{io::randomBytes<32>()};
    LiveChannel live{.value = channel::newChannel(from, nonce)};
    live.value.id = live.value.temporary_id = open.temporary_channel_id;
    live.remote_features = connection->features;
    live.signer.emplace(root->channelSecrets(nonce));
    live.facts.opened_index = channels.size() + 1;
    channels.emplace(open.temporary_channel_id, std::move(live));
    post(open.temporary_channel_id, channel::MessageReceived{message});
}

// --- payments ---

void ChannelDriver::addHtlc(const ln::ChannelId& id, const channel::NewHtlc& htlc, AddAnswered answered) {
    Parts& parts = *m_parts;
    if (parts.find(id) == nullptr) return answered(channel::ChannelError{channel::CommandNotPossible{}});
    const auto request = parts.expect([answered](const channel::Reply& reply) { answered(reply.error); });
    parts.post(id, channel::AddHtlc{.request = request, .htlc = htlc});
}

void ChannelDriver::fulfill(const ln::ChannelId& id, std::uint64_t htlc, const ln::Preimage& preimage) {
    m_parts->post(id, channel::FulfillHtlc{.request = {}, .id = htlc, .preimage = preimage});
}

void ChannelDriver::fail(const ln::ChannelId& id, std::uint64_t htlc, Bytes reason) {
    m_parts->post(id, channel::FailHtlc{.request = {}, .id = htlc, .reason = std::move(reason)});
}

void ChannelDriver::failMalformed(const ln::ChannelId& id, std::uint64_t htlc,
                                  const ByteArray<32>& sha256_of_onion, std::uint16_t failure_code) {
    m_parts->post(
        id, channel::FailMalformedHtlc{
                .request = {}, .id = htlc, .sha256_of_onion = sha256_of_onion, .failure_code = failure_code});
}

std::vector<ln::gossip::FirstHop> ChannelDriver::firstHops() const {
    std::vector<ln::gossip::FirstHop> hops;
    for (const auto& [id, live] : m_parts->channels) {
        if (!live.signer || !channel::isUsable(live.value)) continue;
        const auto balance = channel::balanceOf(live.value, m_parts->contextOf(live));
        hops.push_back({.channel_id = id,
                        .peer = live.value.peer,
                        .spendable = balance.sendable,
                        .htlc_minimum = live.value.terms.remote.htlc_minimum});
    }
    return hops;
}

std::vector<HintChannel> ChannelDriver::hintChannels() const {
    std::vector<HintChannel> hints;
    for (const auto& [id, live] : m_parts->channels) {
        if (!live.signer || !std::holds_alternative<channel::Normal>(live.value.phase)) continue;
        const auto scid = channel::scidForHints(live.value);
        if (!scid) continue;
        const auto balance = channel::balanceOf(live.value, m_parts->contextOf(live));
        hints.push_back({.channel_id = id,
                         .peer = live.value.peer,
                         .scid = *scid,
                         .receivable = balance.receivable,
                         .announced = false});
    }
    return hints;
}

bool ChannelDriver::holdsHtlcOf(const channel::HtlcOrigin& origin) const {
    return std::ranges::any_of(m_parts->channels, [&](const auto& entry) {
        return channel::holdsHtlcOf(entry.second.value.commitments, origin);
    });
}

void ChannelDriver::preimageLearnt() {
    for (auto& [id, live] : m_parts->channels)
        if (live.signer && std::holds_alternative<channel::Closing>(live.value.phase)) m_parts->resolve(live);
}

std::map<ln::ChannelId, const channel::Channel*> ChannelDriver::all() const {
    std::map<ln::ChannelId, const channel::Channel*> result;
    for (const auto& [id, live] : m_parts->channels) result[id] = &live.value;
    return result;
}

void ChannelDriver::tick() {
    Parts& parts = *m_parts;
    if (!hasBegun()) return;
    const bool new_tip = parts.shell.headerTip() != parts.told_tip;
    parts.told_tip = parts.shell.headerTip();
    if (new_tip) parts.fees_due = parts.paysCloses();
    if (parts.fees_due) parts.askForFees();
    std::vector<ln::ChannelId> ids;
    for (const auto& [id, live] : parts.channels)
        if (!std::holds_alternative<channel::Closed>(live.value.phase)) ids.push_back(id);
    for (const ln::ChannelId& id : ids) {
        parts.post(id, channel::Tick{});
        if (new_tip) parts.post(id, channel::BlockHeight{});
        LiveChannel* live = parts.find(id);
        if (live == nullptr || !live->close_alone_at || *live->close_alone_at > io::now()) continue;
        parts.setPatience(*live, std::nullopt);
        parts.post(id, channel::ForceCloseRequested{});
    }
}

} // namespace duplex::family::bitcoin
