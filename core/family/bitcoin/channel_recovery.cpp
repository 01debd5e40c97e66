#include "core/family/bitcoin/channel_recovery.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t row_version = 1;
constexpr std::string_view row_prefix = "lost channel ";
constexpr std::uint32_t irrevocable_depth = 100;
constexpr std::string_view request = "we lost our state of this channel: please close it";

Bytes keyOf(const ln::ChannelId& id) {
    return ByteWriter().bytes(viewOf(row_prefix)).bytes(id).take();
}

} // namespace

Bytes encodedLost(const LostChannel& lost) {
    return ByteWriter().u8(row_version).u32be(lost.closed_height).bytes(encodedChannel(lost.backup)).take();
}

std::optional<LostChannel> decodedLost(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    const std::uint32_t closed_height = reader.u32be();
    if (!reader.ok()) return std::nullopt;
    auto backup = decodedChannel(reader.rest());
    if (!backup) return std::nullopt;
    return LostChannel{.backup = std::move(*backup), .closed_height = closed_height};
}

void ChannelRecovery::addRows(store::Changes& rows, const StaticBackup& backup) {
    for (const BackedUpChannel& channel : backup.channels)
        rows.put(store::Table::meta, keyOf(channel.id), encodedLost({.backup = channel}));
}

std::expected<void, std::string> ChannelRecovery::load() {
    for (const store::Row& row : m_shell.wallet.database->scan(store::Table::meta, viewOf(row_prefix))) {
        auto lost = decodedLost(row.value);
        if (!lost)
            return std::unexpected(
                "A row of the wallet's restore is damaged. It was left as it is; restore from "
                "your words and the channel backup file into a new wallet.");
        const ln::ChannelId id = lost->backup.id;
        m_lost.emplace(id, std::move(*lost));
    }
    return {};
}

void ChannelRecovery::begin(const ln::keys::LightningRoot& root, PeerDriver& peers) {
    m_root = root;
    m_peers = &peers;
    tick();
}

void ChannelRecovery::add(const StaticBackup& backup) {
    for (const BackedUpChannel& channel : backup.channels) {
        const auto [entry, is_new] = m_lost.try_emplace(channel.id, LostChannel{.backup = channel});
        if (!is_new) continue;
        store(entry->second);
        m_shell.turn().after([&client = m_shell.client,
                              watched = light::WatchedOutPoint{channel.funding, channel.funding_script},
                              birth = channel.opened_height] { client.watch({}, {watched}, {birth}); });
        if (m_peers != nullptr && m_peers->find(channel.peer) != nullptr) ask(entry->second, Insist::yes);
    }
    tick();
}

void ChannelRecovery::store(const LostChannel& lost) {
    m_shell.rows().put(store::Table::meta, keyOf(lost.backup.id), encodedLost(lost));
    m_shell.changed();
}

/// The channels' driver forgets a partner with its last channel: a lost one keeps it dialled.
void ChannelRecovery::tick() {
    if (m_peers == nullptr) return;
    for (const BackedUpChannel& channel : waiting()) m_peers->keep(channel.peer, channel.endpoint);
}

void ChannelRecovery::peerReady(const LightningConnection& connection) {
    for (auto& [id, lost] : m_lost) {
        if (lost.backup.peer != connection.node_id || lost.closed_height != 0) continue;
        if (connection.outgoing && lost.backup.endpoint != connection.endpoint) {
            lost.backup.endpoint = connection.endpoint;
            store(lost);
        }
        ask(lost, Insist::no);
    }
}

bool ChannelRecovery::message(const ln::NodeId& from, const ln::wire::Message& message) {
    const auto named = ln::wire::channelIdOf(message);
    const auto found = named ? m_lost.find(*named) : m_lost.end();
    if (found == m_lost.end() || found->second.backup.peer != from) return false;
    // Only now does the partner's machine of this channel listen: some close on the numbers, some on the
    // error.
    const bool closes = found->second.closed_height != 0;
    if (!closes && std::holds_alternative<ln::wire::ChannelReestablish>(message))
        ask(found->second, Insist::yes);
    return true;
}

void ChannelRecovery::ask(const LostChannel& lost, Insist insist) {
    if (!m_root) return;
    const ln::keys::ChannelSigner signer(m_root->channelSecrets(lost.backup.nonce));
    const ln::wire::ChannelReestablish zeros{.channel_id = lost.backup.id,
                                             .my_current_per_commitment_point = signer.pointAt({0})};
    m_shell.turn().after([peers = m_peers, to = lost.backup.peer, zeros, insist] {
        peers->send(to, zeros);
        if (insist == Insist::yes)
            peers->send(to,
                        ln::wire::Error{.channel_id = zeros.channel_id, .data = toBytes(viewOf(request))});
    });
}

void ChannelRecovery::blockConnected(std::uint32_t height, const duplex::bitcoin::Block& block) {
    if (m_lost.empty()) return;
    for (const auto& transaction : block.transactions) {
        for (const auto& input : transaction.inputs) {
            for (auto& [id, lost] : m_lost) {
                if (lost.backup.funding != input.previous || lost.closed_height == height) continue;
                lost.closed_height = height;
                store(lost);
                m_shell.backup();
            }
        }
    }
}

void ChannelRecovery::blockDisconnected(std::uint32_t height) {
    for (auto& [id, lost] : m_lost) {
        if (lost.closed_height == 0 || lost.closed_height < height) continue;
        lost.closed_height = 0;
        store(lost);
    }
}

std::vector<light::WatchedOutPoint> ChannelRecovery::watchedOutpoints() const {
    std::vector<light::WatchedOutPoint> watched;
    for (const auto& [id, lost] : m_lost)
        watched.push_back({lost.backup.funding, lost.backup.funding_script});
    return watched;
}

std::vector<BackedUpChannel> ChannelRecovery::waiting() const {
    std::vector<BackedUpChannel> channels;
    for (const auto& [id, lost] : m_lost)
        if (lost.closed_height == 0) channels.push_back(lost.backup);
    return channels;
}

std::vector<BackedUpChannel> ChannelRecovery::unresolved() const {
    std::vector<BackedUpChannel> channels;
    for (const auto& [id, lost] : m_lost)
        if (lost.closed_height == 0 || lost.closed_height + irrevocable_depth > m_shell.verifiedHeight())
            channels.push_back(lost.backup);
    return channels;
}

} // namespace duplex::family::bitcoin
