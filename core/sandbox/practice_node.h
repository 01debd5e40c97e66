#pragma once

#include "core/engine/engine.h"
#include "core/sandbox/practice_chain.h"

#include <QObject>
#include <QTimer>

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace duplex::sandbox {

/// The counterparty: our own engine with its own data directory behind a real socket, with coins from the
/// miner.
class PracticeNode : public QObject {
    Q_OBJECT
public:
    explicit PracticeNode(PracticeChain& chain, QObject* parent = nullptr);
    ~PracticeNode() override;

    /// Starts the engine; the wallet and its coins follow by themselves.
    std::expected<void, std::string> start(const std::string& directory, const io::Endpoint& block_maker);

    using Answered = std::function<void(api::Answer)>;
    void ask(api::Request request, Answered answered);
    const io::Endpoint& lightningEndpoint() const { return m_endpoint; }
    /// Without confirmed coins it refuses channels: it keeps a reserve for the fees of closing them.
    bool hasCoins() const { return m_has_coins; }
    /// Why it has no wallet; empty when it has one or is about to.
    const std::string& problem() const { return m_problem; }

private:
    void openWallet();
    void fundWhenPoor();

    PracticeChain& m_chain;
    std::unique_ptr<engine::Engine> m_engine;
    std::map<api::RequestId, Answered> m_asked;
    io::Endpoint m_endpoint;
    QTimer m_care;
    std::string m_problem;
    bool m_has_coins = false;
};

} // namespace duplex::sandbox
