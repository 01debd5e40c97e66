#include "core/sandbox/practice_node.h"

#include "core/bitcoin/primitives/address.h"
#include "core/io/secret_file.h"

namespace duplex::sandbox {

namespace {

constexpr std::string_view wallet_name = "partner";
constexpr std::int64_t coins_wanted_sat = 2'000'000'000;
constexpr std::int64_t coin_sat = 500'000'000;

template <typename T>
const T* replyOf(const api::Answer& answer) {
    return answer ? std::get_if<T>(&*answer) : nullptr;
}

/// The port of the last start, where a channel's other end still looks for it; another free one when somebody
/// has taken it. The engine takes it again at once.
std::expected<io::Endpoint, std::string> ownEndpoint(const std::string& port_file) {
    constexpr std::size_t longest = 16;
    const auto stored = io::readSecretFile(port_file, longest);
    const auto kept = stored ? io::parseEndpoint("127.0.0.1:" + textOf(*stored), 0) : std::nullopt;
    io::TcpServer probe;
    if (kept)
        if (const auto endpoint = probe.listen(*kept)) return endpoint;
    const auto endpoint = probe.listen({.host = "127.0.0.1", .port = 0});
    if (endpoint)
        (void)io::writeSecretFile(port_file, toBytes(viewOf(std::to_string(endpoint->port))),
                                  io::Overwrite::replace)
            .has_value(); // not kept, the user connects again by hand
    return endpoint;
}

} // namespace

PracticeNode::PracticeNode(PracticeChain& chain, QObject* parent) : QObject(parent), m_chain(chain) {
    connect(&m_care, &QTimer::timeout, this, &PracticeNode::fundWhenPoor);
}

PracticeNode::~PracticeNode() = default;

std::expected<void, std::string> PracticeNode::start(const std::string& directory,
                                                     const io::Endpoint& block_maker) {
    if (auto made = io::makePrivateFolder(directory); !made) return std::unexpected(made.error().message);
    const auto endpoint = ownEndpoint(directory + "/lightning_port");
    if (!endpoint) return std::unexpected(endpoint.error());
    m_endpoint = *endpoint;
    auto engine = engine::Engine::start({.network = "sandbox",
                                         .data_directory = directory,
                                         .connect = {io::toText(block_maker)},
                                         .lightning_listen = io::toText(m_endpoint),
                                         .use_keyring = false});
    if (!engine) return std::unexpected("The practice counterparty does not start: " + engine.error());
    m_engine = std::move(*engine);
    connect(m_engine.get(), &api::Session::answered, this,
            [this](api::RequestId id, const api::AnswerPointer& answer) {
                const auto found = m_asked.find(id);
                if (found == m_asked.end()) return;
                const Answered answered = std::move(found->second);
                m_asked.erase(found);
                answered(*answer);
            });
    openWallet();
    return {};
}

void PracticeNode::ask(api::Request request, Answered answered) {
    const api::RequestId id = m_engine->ask(std::move(request));
    m_asked.emplace(id, std::move(answered));
}

void PracticeNode::openWallet() {
    const auto opened = [this](const api::Answer& answer) {
        if (!answer) {
            m_problem = answer.error().message;
            return;
        }
        constexpr Ticks every{500};
        m_care.start(every);
        fundWhenPoor();
    };
    ask(api::GetWalletInfo{}, [this, opened](const api::Answer& answer) {
        if (replyOf<api::WalletInfo>(answer))
            return opened(answer); // a restart: the engine opens the only wallet of its folder
        ask(api::CreateWallet{.name = std::string(wallet_name)}, opened);
    });
}

// Keeps coins at hand, so that it can pay and open channels whenever it is asked.
void PracticeNode::fundWhenPoor() {
    ask(api::GetBalances{}, [this](const api::Answer& answer) {
        const auto* balances = replyOf<api::Balances>(answer);
        m_has_coins = balances && balances->trusted_sat > 0;
        if (!balances || m_chain.ledger().mempoolSize() > 0)
            return; // what is on its way counts from the next block on
        const bool behind = balances->complete_to + 1 < static_cast<std::int64_t>(m_chain.ledger().height());
        if (behind ||
            balances->trusted_sat + balances->pending_sat + balances->locked_sat >= coins_wanted_sat)
            return;
        ask(api::NewAddress{.label = "practice coins"}, [this](const api::Answer& given) {
            const auto* address = replyOf<api::Text>(given);
            if (!address) return;
            const auto script = bitcoin::scriptFromAddress(address->text, m_chain.ledger().network());
            if (script && m_chain.fund(*script, {coin_sat})) m_chain.mine(1);
        });
    });
}

} // namespace duplex::sandbox
