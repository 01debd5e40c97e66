#include "core/engine/core.h"

namespace duplex::engine {

namespace {

std::expected<family::bitcoin::Options, std::string> familyOptions(const Options& options) {
    const auto network = bitcoin::networkFromName(options.network);
    if (!network) {
        return std::unexpected("There is no network '" + options.network +
                               "'. Use main, testnet4, signet, regtest or sandbox.");
    }
    const std::uint16_t port = bitcoin::parametersOf(*network).default_port;
    family::bitcoin::Options result{.network = *network, .data_directory = options.data_directory};
    result.wallet = options.wallet;
    if (!options.use_keyring) result.keyring.reset();
    result.mainnet_lightning = options.mainnet_lightning;
    if (options.cheap_stretching) result.stretching = {.memory_kib = 256, .passes = 1, .lanes = 1};
    const auto parse = [](const std::string& text, std::uint16_t default_port,
                          auto parser) -> std::expected<io::Endpoint, std::string> {
        const auto endpoint = parser(text, default_port);
        if (!endpoint) return std::unexpected("'" + text + "' is not HOST:PORT.");
        return *endpoint;
    };
    for (const auto& [from, to] :
         {std::pair{&options.connect, &result.connect}, std::pair{&options.add_nodes, &result.add_nodes}}) {
        for (const std::string& text : *from) {
            const auto endpoint = parse(text, port, io::parseEndpoint);
            if (!endpoint) return std::unexpected(endpoint.error());
            to->push_back(*endpoint);
        }
    }
    constexpr std::uint16_t proxy_port = 9050;
    constexpr std::uint16_t lightning_port = 9735;
    if (!options.proxy.empty()) {
        const auto endpoint = parse(options.proxy, proxy_port, io::parseEndpoint);
        if (!endpoint) return std::unexpected(endpoint.error());
        result.proxy = *endpoint;
    }
    if (!options.lightning_listen.empty()) {
        const auto endpoint = parse(options.lightning_listen, lightning_port, io::parseListenEndpoint);
        if (!endpoint) return std::unexpected(endpoint.error());
        result.lightning_listen = *endpoint;
    }
    return result;
}

} // namespace

Core::Core(Options options) : m_options(std::move(options)) {}

std::expected<void, std::string> Core::start() {
    auto options = familyOptions(m_options);
    if (!options) return std::unexpected(options.error());
    auto log = Log::open(m_options.data_directory + "/duplex.log", m_options.log_level);
    if (!log) return std::unexpected(log.error());
    m_log = std::move(*log);
    m_log->info(api::LogTopic::node, "started on network " + m_options.network);
    m_bitcoin = std::make_unique<family::bitcoin::BitcoinFamily>(
        std::move(*options),
        family::bitcoin::Outlet{
            .publish = [this](api::SnapshotPointer snapshot) { emit published(std::move(snapshot)); },
            .notify = [this](api::Notification notification) { emit notified(std::move(notification)); },
            .log = {[this](api::LogTopic topic, const std::string& fact) { m_log->info(topic, fact); },
                    api::LogTopic::node},
        });
    return m_bitcoin->start();
}

void Core::answer(api::RequestId id, api::Answer answer) {
    if (m_open.erase(id) == 0) return; // cancelled
    emit answered(id, std::make_shared<const api::Answer>(std::move(answer)));
}

void Core::handle(api::RequestId id, const api::Request& request) {
    m_open.insert(id);
    if (std::holds_alternative<api::StopNode>(request)) {
        answer(id, api::Reply{api::Done{}});
        emit stopAsked();
        return;
    }
    if (const auto* logging = std::get_if<api::SetLogging>(&request))
        return answer(id, api::Reply{setLogging(*logging)});
    const auto answered = [this, id](api::Answer found) { answer(id, std::move(found)); };
    if (const auto* command = std::get_if<api::SandboxCommand>(&request)) {
        if (m_options.sandbox) return m_options.sandbox(*command, answered);
        return answer(id,
                      std::unexpected(api::Error{-8, "There is no sandbox on network " + m_options.network +
                                                         ". Start with --network=sandbox."}));
    }
    m_bitcoin->handle(request, answered);
}

/// As in Core: what stands in both lists is excluded.
api::LogTopics Core::setLogging(const api::SetLogging& request) {
    for (const api::LogTopic topic : request.include) m_log->include(topic);
    for (const api::LogTopic topic : request.exclude) m_log->exclude(topic);
    api::LogTopics reply;
    for (const api::LogTopic topic : api::log_topics)
        reply.topics.emplace_back(topic, m_log->isIncluded(topic));
    return reply;
}

void Core::cancel(api::RequestId id) {
    m_open.erase(id);
}

void Core::stop() {
    m_bitcoin.reset();
    m_log.reset();
}

} // namespace duplex::engine
