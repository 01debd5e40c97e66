#pragma once

#include "core/io/endpoint.h"
#include "core/io/tcp_server.h"
#include "core/io/timers.h"
#include "core/sandbox/block_file.h"
#include "core/sandbox/practice_ledger.h"

#include <QObject>
#include <QTimer>

#include <expected>
#include <string>

namespace duplex::sandbox {

class PracticePeer;

/// The block maker: serves the practice chain to real connections on loopback and makes blocks.
class PracticeChain : public QObject {
    Q_OBJECT
public:
    struct Settings {
        std::string file = {};            // empty: in memory only
        Ticks interval{10'000};           // between blocks; 0: on demand only
        std::uint32_t first_blocks = 120; // of a new chain, so that the miner has mature coins
        std::uint16_t port = 0;           // 0: any free one
    };

    explicit PracticeChain(QObject* parent = nullptr);
    ~PracticeChain() override;

    /// The endpoint it listens on, or what went wrong.
    std::expected<io::Endpoint, std::string> start(const Settings& settings);

    io::Endpoint endpoint() const { return m_server.endpoint(); }
    const PracticeLedger& ledger() const { return m_ledger; }
    std::vector<std::string> mine(std::uint32_t count);
    std::expected<std::vector<std::string>, std::string> reorganise(std::uint32_t count);
    std::expected<std::string, std::string> fund(const bitcoin::Script& script, bitcoin::Satoshi amount);
    std::expected<void, std::string> submit(const bitcoin::Transaction& transaction);
    int peers() const { return static_cast<int>(m_peers.size()); }

private:
    void accept(io::TcpConnection* connection);
    void announceTransaction(const bitcoin::Transaction& transaction);
    void announceBlocks(std::uint32_t from_height);
    void load(const Settings& settings);
    void rewriteFile();

    PracticeLedger m_ledger;
    io::TcpServer m_server;
    QTimer m_block_timer;
    QTimer m_tick_timer;
    std::vector<PracticePeer*> m_peers;
    std::optional<BlockFile> m_file;
};

} // namespace duplex::sandbox
