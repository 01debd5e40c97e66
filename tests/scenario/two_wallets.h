#pragma once

#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/address.h"
#include "core/engine/engine.h"
#include "core/sandbox/practice_chain.h"
#include "tests/scenario/relay.h"

#include <QTemporaryDir>

namespace duplex::test {

inline constexpr int patience_ms = 60'000;

/// A whole node on a folder of its own, which can be ended and started again.
class Node {
public:
    Node(const io::Endpoint& chain, std::string listen) {
        m_options.network = "sandbox";
        m_options.data_directory = m_folder.path().toStdString();
        m_options.connect = {io::toText(chain)};
        m_options.lightning_listen = std::move(listen);
        m_options.use_keyring = false;
        m_options.cheap_stretching = true;
    }

    bool start() {
        auto engine = engine::Engine::start(m_options);
        if (!engine) {
            qWarning("%s", engine.error().c_str());
            return false;
        }
        m_engine = std::move(*engine);
        QObject::connect(m_engine.get(), &api::Session::answered, m_engine.get(),
                         [this](api::RequestId id, const api::AnswerPointer& answer) {
                             m_answers.insert_or_assign(id, *answer);
                         });
        QObject::connect(m_engine.get(), &api::Session::notified, m_engine.get(),
                         [this](const api::Notification& notification) { m_heard.push_back(notification); });
        QObject::connect(m_engine.get(), &api::Session::published, m_engine.get(),
                         [this](const api::SnapshotPointer& snapshot) {
                             if (const auto* activity = std::get_if<api::ActivitySnapshot>(&*snapshot))
                                 m_activity = *activity;
                         });
        return true;
    }
    /// Lightning begins with the wallet's keys, which are read from their file after the start.
    bool waitUp() {
        return QTest::qWaitFor([this] { return !get<api::NodeInfo>(api::GetNode{}).id.empty(); },
                               patience_ms);
    }
    /// Where it takes Lightning connections; after waitUp().
    std::uint16_t lightningPort() {
        const auto info = get<api::NodeInfo>(api::GetNode{});
        return info.bindings.empty() ? std::uint16_t{0} : info.bindings.front().second;
    }
    bool restart() {
        stop();
        return start() && waitUp();
    }
    void stop() {
        m_engine.reset();
        m_answers.clear();
        m_heard.clear();
    }

    api::RequestId post(api::Request request) { return m_engine->ask(std::move(request)); }
    api::Answer answerOf(api::RequestId id) {
        const bool came = QTest::qWaitFor([&] { return m_answers.contains(id); }, patience_ms);
        return came ? m_answers.at(id) : std::unexpected(api::Error{0, "no answer"});
    }
    bool isAnswered(api::RequestId id) const { return m_answers.contains(id); }
    api::Answer ask(api::Request request) { return answerOf(post(std::move(request))); }
    template <typename T>
    T get(api::Request request) {
        const api::Answer answer = ask(std::move(request));
        if (!answer) {
            qWarning("%d %s", answer.error().code, answer.error().message.c_str());
            return {};
        }
        return std::get<T>(*answer);
    }
    bool heard(const std::string& id, const std::string& state) const {
        return std::ranges::any_of(
            m_heard, [&](const api::Notification& one) { return one.id == id && one.state == state; });
    }

    /// What a window would show, as it was published last.
    const std::vector<ledger::Activity>& shownActivity() const { return m_activity.items; }

    api::ChannelView channel() {
        const auto list = get<api::ChannelList>(api::ListPeerChannels{});
        return list.channels.empty() ? api::ChannelView{} : list.channels.front();
    }
    bool waitUsable() {
        return QTest::qWaitFor([this] { return channel().state_words == "Open"; }, patience_ms);
    }
    /// Nothing is on its way any more.
    bool waitQuiet() {
        return QTest::qWaitFor([this] { return channel().htlc_count == 0; }, patience_ms);
    }

private:
    QTemporaryDir m_folder;
    engine::Options m_options;
    std::unique_ptr<engine::Engine> m_engine;
    std::map<api::RequestId, api::Answer> m_answers;
    std::vector<api::Notification> m_heard;
    api::ActivitySnapshot m_activity;
};

/// Alice dials Bob through a line that the test holds; both have coins of the practice chain.
struct TwoWallets {
    sandbox::PracticeChain chain;
    std::optional<io::Endpoint> chain_endpoint;
    std::unique_ptr<Relay> line;
    std::unique_ptr<Relay> chain_line; // between Alice and the chain
    std::unique_ptr<Node> alice, bob;
    std::string bob_id;
    int invoices = 0;

    static constexpr std::int64_t capacity_sat = 900'000;
    static constexpr std::int64_t coins_sat = 5'000'000;

    bool begin() {
        const auto endpoint = chain.start({.file = {}, .interval = Ticks{0}, .first_blocks = 120, .port = 0});
        if (!endpoint) return false;
        chain_endpoint = *endpoint;
        line = std::make_unique<Relay>();
        chain_line = std::make_unique<Relay>();
        chain_line->aim(endpoint->port);
        alice = std::make_unique<Node>(io::Endpoint{.host = "127.0.0.1", .port = chain_line->port()}, "");
        bob = std::make_unique<Node>(*endpoint, "127.0.0.1:0");
        for (Node* node : {alice.get(), bob.get()}) {
            if (!node->start() || !node->ask(api::CreateWallet{.name = "w"})) return false;
            if (!node->waitUp() || !fund(*node)) return false;
        }
        bob_id = bob->get<api::NodeInfo>(api::GetNode{}).id;
        line->aim(bob->lightningPort());
        return !bob_id.empty();
    }

    /// Bob listens on another port then, which the line alone has to know.
    bool restart(Node& node) {
        if (!node.restart()) return false;
        line->aim(bob->lightningPort());
        return true;
    }

    bool fund(Node& node) {
        for (int coin = 0; coin < 2; ++coin) {
            const auto address = node.get<api::Text>(api::NewAddress{}).text;
            const auto script = bitcoin::scriptFromAddress(address, chain.ledger().network());
            if (!script || !chain.fund(*script, {coins_sat})) return false;
        }
        chain.mine(1);
        return QTest::qWaitFor(
            [&] { return node.get<api::Balances>(api::GetBalances{}).trusted_sat >= 2 * coins_sat; },
            patience_ms);
    }

    bool connect() {
        const auto connected =
            alice->ask(api::Connect{.node_id = bob_id, .host = "127.0.0.1", .port = line->port()});
        if (!connected) qWarning("%s", connected.error().message.c_str());
        return connected.has_value();
    }

    bool open() {
        if (!connect()) return false;
        const auto funded = alice->ask(api::FundChannel{.node_id = bob_id, .amount_sat = capacity_sat});
        if (!funded) {
            qWarning("%s", funded.error().message.c_str());
            return false;
        }
        if (!QTest::qWaitFor([&] { return chain.ledger().mempoolSize() > 0; }, patience_ms)) return false;
        chain.mine(3);
        return alice->waitUsable() && bob->waitUsable();
    }

    /// Nothing may come while a delay runs: then the next block is due all the same.
    void awaitTransaction(int milliseconds) {
        static_cast<void>(QTest::qWaitFor([&] { return chain.ledger().mempoolSize() > 0; }, milliseconds));
    }

    /// And waits until both have checked the new blocks.
    bool mine(std::uint32_t blocks) {
        chain.mine(blocks);
        const auto height = static_cast<std::int64_t>(chain.ledger().height());
        return QTest::qWaitFor(
            [&] {
                return alice->get<api::ChainReply>(api::GetChain{}).blocks == height &&
                       bob->get<api::ChainReply>(api::GetChain{}).blocks == height;
            },
            patience_ms);
    }

    api::InvoiceInfo invoiceOf(Node& node, std::int64_t msat) {
        return node.get<api::InvoiceInfo>(api::CreateInvoice{
            .amount_msat = msat, .label = "invoice-" + std::to_string(++invoices), .description = "tea"});
    }
    std::string statusAt(Node& node, const std::string& hash) {
        const auto list = node.get<api::InvoiceList>(api::ListInvoices{.payment_hash = hash});
        return list.invoices.empty() ? "" : list.invoices.front().status;
    }
    /// Both sides agree to the satoshi, and nothing is lost.
    bool balancesAre(std::int64_t alice_msat, std::int64_t bob_msat) {
        const auto left = alice->channel();
        const auto right = bob->channel();
        const bool fits = left.ours_msat == alice_msat && left.theirs_msat == bob_msat &&
                          right.ours_msat == bob_msat && right.theirs_msat == alice_msat &&
                          alice_msat + bob_msat == capacity_sat * 1000;
        if (!fits)
            qWarning("alice %lld/%lld, bob %lld/%lld", static_cast<long long>(left.ours_msat),
                     static_cast<long long>(left.theirs_msat), static_cast<long long>(right.ours_msat),
                     static_cast<long long>(right.theirs_msat));
        return fits;
    }
};

} // namespace duplex::test
