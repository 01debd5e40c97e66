#include "core/sandbox/practice_chain.h"

#include "core/sandbox/practice_peer.h"

#include <algorithm>

namespace duplex::sandbox {

namespace {

constexpr std::size_t most_peers = 64;

std::string textOf(const bitcoin::BlockHash& hash) {
    return hash.reversedHex();
}

} // namespace

PracticeChain::PracticeChain(QObject* parent)
    : QObject(parent), m_ledger(bitcoin::parametersOf(bitcoin::Network::sandbox)) {
    connect(&m_server, &io::TcpServer::accepted, this, &PracticeChain::accept);
    connect(&m_block_timer, &QTimer::timeout, this, [this] { mine(1); });
    connect(&m_tick_timer, &QTimer::timeout, this, [this] {
        const std::vector<PracticePeer*> peers = m_peers; // a tick may end one
        for (PracticePeer* peer : peers) peer->tick();
    });
}

PracticeChain::~PracticeChain() {
    for (PracticePeer* peer : m_peers) peer->disconnect(this);
}

std::expected<io::Endpoint, std::string> PracticeChain::start(const Settings& settings) {
    load(settings);
    const auto endpoint = m_server.listen({.host = "127.0.0.1", .port = settings.port});
    if (!endpoint) return endpoint;
    constexpr Ticks tick{2'000};
    m_tick_timer.start(tick);
    if (settings.interval > Ticks{0}) m_block_timer.start(settings.interval);
    return endpoint;
}

void PracticeChain::load(const Settings& settings) {
    if (!settings.file.empty()) {
        m_file.emplace(settings.file);
        const std::vector<bitcoin::Block> stored = m_file->read();
        const auto foreign = std::ranges::find_if(
            stored, [this](const bitcoin::Block& block) { return !m_ledger.connect(block); });
        if (foreign != stored.end()) rewriteFile();
    }
    if (m_ledger.height() > 0) return;
    constexpr std::int64_t spacing_s = 10;
    const std::int64_t now = secondsOf(io::calendarNow());
    for (std::uint32_t i = 0; i < settings.first_blocks; ++i) {
        m_ledger.mine(unixTime(now - spacing_s * (settings.first_blocks - i)));
        if (m_file) m_file->append(m_ledger.at(m_ledger.height()).block);
    }
}

void PracticeChain::rewriteFile() {
    if (!m_file) return;
    std::vector<const bitcoin::Block*> blocks;
    for (std::uint32_t height = 1; height <= m_ledger.height(); ++height)
        blocks.push_back(&m_ledger.at(height).block);
    m_file->rewrite(blocks);
}

std::vector<std::string> PracticeChain::mine(std::uint32_t count) {
    std::vector<std::string> hashes;
    const std::uint32_t from = m_ledger.height() + 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        hashes.push_back(textOf(m_ledger.mine(io::calendarNow())));
        if (m_file) m_file->append(m_ledger.at(m_ledger.height()).block);
    }
    announceBlocks(from);
    return hashes;
}

std::expected<std::vector<std::string>, std::string> PracticeChain::reorganise(std::uint32_t count) {
    const auto done = m_ledger.reorganise(count, io::calendarNow());
    if (!done) return std::unexpected(done.error());
    std::vector<std::string> hashes;
    for (std::uint32_t height = done->fork + 1; height <= m_ledger.height(); ++height)
        hashes.push_back(textOf(m_ledger.at(height).hash));
    rewriteFile();
    announceBlocks(done->fork + 1);
    return hashes;
}

std::expected<std::string, std::string> PracticeChain::fund(const bitcoin::Script& script,
                                                            bitcoin::Satoshi amount) {
    const auto txid = m_ledger.fund(script, amount);
    if (!txid) return std::unexpected(txid.error());
    announceTransaction(*m_ledger.inMempool(*txid));
    return txid->reversedHex();
}

std::expected<void, std::string> PracticeChain::submit(const bitcoin::Transaction& transaction) {
    if (auto accepted = m_ledger.accept(transaction); !accepted) return accepted;
    announceTransaction(transaction);
    return {};
}

void PracticeChain::accept(io::TcpConnection* connection) {
    if (m_peers.size() >= most_peers) {
        connection->abort();
        connection->deleteLater();
        return;
    }
    auto* peer = new PracticePeer(connection, m_ledger, this);
    m_peers.push_back(peer);
    connect(peer, &PracticePeer::transactionReceived, this,
            [this](PracticePeer*, const bitcoin::Transaction& transaction) {
                (void)submit(transaction)
                    .has_value(); // a refused one is not announced: as a real node, nothing is answered
            });
    connect(peer, &PracticePeer::ended, this, [this](PracticePeer* ended) {
        std::erase(m_peers, ended);
        ended->deleteLater();
    });
}

void PracticeChain::announceTransaction(const bitcoin::Transaction& transaction) {
    for (PracticePeer* peer : m_peers) peer->announce(transaction);
}

void PracticeChain::announceBlocks(std::uint32_t from_height) {
    for (PracticePeer* peer : m_peers) peer->announceTip(from_height);
}

} // namespace duplex::sandbox
