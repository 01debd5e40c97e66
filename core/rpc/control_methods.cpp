#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Control";

// BIP 144, 157, 159, 155: bits of `services` that have a name in Core.
Json serviceNames(std::uint64_t services) {
    struct Name {
        std::uint64_t bit;
        const char* name;
    };
    constexpr Name names[] = {
        {1, "NETWORK"},  {4, "BLOOM"}, {8, "WITNESS"}, {64, "COMPACT_FILTERS"}, {1024, "NETWORK_LIMITED"},
        {2048, "P2P_V2"}};
    Json list = Json::array();
    for (const Name& name : names)
        if ((services & name.bit) != 0) list.push(name.name);
    return list;
}

Json endpointJson(const std::pair<std::string, std::uint16_t>& endpoint) {
    const bool v6 = endpoint.first.find(':') != std::string::npos;
    return Json::object()
        .set("type", v6 ? "ipv6" : "ipv4")
        .set("address", endpoint.first)
        .set("port", static_cast<int>(endpoint.second));
}

LocalResult nodeInfo(const api::NodeInfo& info, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.setText("id", info.id); // absent without a node
    json.set("alias", info.alias);
    json.setText("color", info.color);
    json.set("num_peers", info.num_peers);
    json.set("num_pending_channels", info.num_pending_channels);
    json.set("num_active_channels", info.num_active_channels);
    json.set("num_inactive_channels", info.num_inactive_channels);
    json.set("address", Json::array());
    Json bindings = Json::array();
    for (const auto& binding : info.bindings) bindings.push(endpointJson(binding));
    json.set("binding", std::move(bindings));
    json.set("version", info.version);
    json.set("blockheight", info.block_height);
    json.set("network", info.network);
    json.set("fees_collected_msat", 0);
    json.setText("lightning-dir", info.lightning_dir);
    json.set("our_features", Json::object()
                                 .set("init", info.features_init_hex)
                                 .set("node", info.features_node_hex)
                                 .set("channel", info.features_channel_hex)
                                 .set("invoice", info.features_invoice_hex));
    json.setText("warning_wallet", info.warning_wallet);
    json.setText("warning_password", info.warning_password);
    return json.setText("warning_bitcoind_sync", info.warning_sync);
}

LocalResult networkInfo(const api::StatusSnapshot& status, const Arguments&, const Environment&) {
    int major = 0;
    int minor = 0;
    int patch = 0;
    std::sscanf(status.version.c_str(), "%d.%d.%d", &major, &minor, &patch);
    constexpr std::uint64_t our_services = 8; // NODE_WITNESS
    Json warnings = Json::array();
    for (const api::Warning& warning : status.warnings) warnings.push(warning.text);
    Json json = Json::object();
    json.set("version", 10'000 * major + 100 * minor + patch);
    json.set("subversion", "/Duplex:" + status.version + "/");
    json.set("protocolversion", 70016);
    json.set("localservices", fmt::format("{:016x}", our_services));
    json.set("localservicesnames", serviceNames(our_services));
    json.set("localrelay", true);
    json.set("timeoffset", 0);
    json.set("networkactive", true);
    json.set("connections", status.peers);
    json.set("connections_in", 0);
    json.set("connections_out", status.peers);
    Json networks = Json::array();
    for (const std::string_view name : {"ipv4", "ipv6", "onion"})
        networks.push(Json::object()
                          .set("name", name)
                          .set("limited", false)
                          .set("reachable", name != "onion" || !status.proxy.empty())
                          .set("proxy", status.proxy));
    json.set("networks", std::move(networks));
    if (status.relay_fee_sat_per_kvb) json.set("relayfee", Json::btc(*status.relay_fee_sat_per_kvb));
    return json.set("warnings", std::move(warnings));
}

Json secondsJson(std::int64_t microseconds) {
    return Json(Json::Number{fmt::format("{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000)});
}

/// Core's names, from the text of the address; nothing for a name, which may lead to any.
std::string networkOf(const std::string& address) {
    if (address.starts_with('[')) return "ipv6";
    const std::string host = address.substr(0, address.rfind(':'));
    if (host.ends_with(".onion")) return "onion";
    const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
    return digits && !host.empty() ? "ipv4" : std::string();
}

Json peerJson(const api::PeerFacts& peer) {
    Json json = Json::object();
    json.set("id", peer.id);
    json.set("addr", peer.address);
    json.setText("network", networkOf(peer.address));
    json.set("services", fmt::format("{:016x}", peer.services));
    json.set("servicesnames", serviceNames(peer.services));
    json.set("relaytxes", peer.relays_transactions);
    json.set("lastsend", peer.last_send);
    json.set("lastrecv", peer.last_receive);
    json.set("bytessent", peer.bytes_sent);
    json.set("bytesrecv", peer.bytes_received);
    json.set("conntime", peer.connected_at);
    // Its clock is not kept: no timeoffset, rather than one that nobody measured.
    if (peer.ping_us >= 0) json.set("pingtime", secondsJson(peer.ping_us));
    if (peer.least_ping_us >= 0) json.set("minping", secondsJson(peer.least_ping_us));
    json.set("version", peer.version);
    json.set("subver", peer.user_agent);
    json.set("inbound", peer.inbound);
    json.set("startingheight", peer.starting_height);
    json.set("synced_headers", peer.synced_headers);
    if (peer.min_feefilter_sat_per_kvb >= 0)
        json.set("minfeefilter", Json::btc(peer.min_feefilter_sat_per_kvb));
    json.set("connection_type", peer.connection_type);
    return json.set("transport_protocol_type", "v1");
}

RequestResult addNode(const Arguments& arguments, const Environment&) {
    using What = api::AddNode::What;
    const std::string command = arguments.text("command");
    if (command != "add" && command != "remove" && command != "onetry")
        return fail(Code::bad_parameter, "command must be add, remove or onetry.");
    return api::AddNode{.address = arguments.text("node"),
                        .what = command == "add"      ? What::add
                                : command == "remove" ? What::remove
                                                      : What::onetry};
}

RequestResult disconnectNode(const Arguments& arguments, const Environment&) {
    const std::string address = arguments.text("address");
    const std::int64_t id = arguments.integer("nodeid", -1);
    if (address.empty() == (id < 0))
        return fail(Code::bad_params, "Only one of address and nodeid should be provided.");
    return api::DisconnectNode{.address = address, .peer_id = id};
}

std::expected<std::vector<api::LogTopic>, api::Error> topicsOf(const Json& list) {
    std::vector<api::LogTopic> topics;
    if (list.isNull()) return topics;
    for (const Json& element : *list.elements()) {
        const std::string* name = element.string();
        if (!name) return fail(Code::type, "JSON value is not a string: a category's name is expected.");
        if (*name == "all" || *name == "1") { // as Core has it
            topics.assign(api::log_topics.begin(), api::log_topics.end());
            continue;
        }
        const auto topic = api::logTopicOf(*name);
        if (!topic) {
            std::vector<std::string_view> names;
            for (const api::LogTopic one : api::log_topics) names.push_back(nameOf(one));
            return fail(Code::bad_parameter, fmt::format("unknown logging category {}. There are: {}, all.",
                                                         *name, fmt::join(names, ", ")));
        }
        topics.push_back(*topic);
    }
    return topics;
}

RequestResult setLogging(const Arguments& arguments, const Environment&) {
    auto include = topicsOf(arguments.at("include"));
    if (!include) return std::unexpected(include.error());
    auto exclude = topicsOf(arguments.at("exclude"));
    if (!exclude) return std::unexpected(exclude.error());
    return api::SetLogging{.include = std::move(*include), .exclude = std::move(*exclude)};
}

LocalResult memoryInfo(const Arguments& arguments, const Environment&) {
    const std::string mode = arguments.text("mode", "stats");
    const auto heap = mallinfo2();
    if (mode ==
        "stats") // Core reports its pool of locked pages here; the heap as a whole is what there is to report
        return Json::object().set("heap",
                                  Json::object()
                                      .set("used", static_cast<std::uint64_t>(heap.uordblks + heap.hblkhd))
                                      .set("free", static_cast<std::uint64_t>(heap.fordblks))
                                      .set("total", static_cast<std::uint64_t>(heap.arena + heap.hblkhd)));
    if (mode != "mallocinfo") return fail(Code::bad_parameter, "unknown mode " + mode);
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* stream = open_memstream(&text, &size);
    if (!stream) return fail(Code::misc, "There is not enough memory for the answer.");
    malloc_info(0, stream);
    std::fclose(stream);
    std::string result(text, size);
    std::free(text);
    return Json(result);
}

} // namespace

std::vector<Method> controlMethods() {
    return {
        {.name = "getinfo",
         .group = group,
         .summary = "The Lightning node: id, peers, channels, height. Without one it says why.",
         .result_help =
             "an object with the fields of Core Lightning's getinfo; warning_wallet while there is no node",
         .request = asking([](const Arguments&) { return api::GetNode{}; }),
         .result = onReply<api::NodeInfo>(nodeInfo)},
        {.name = "help",
         .group = group,
         .params = {{.name = "command", .help = "the method to explain"}},
         .summary = "The list of methods by group, or one method's parameters, result and an example.",
         .result_help = "a text",
         .example = "sendtoaddress",
         .local = [](const Arguments& arguments,
                     const Environment&) { return helpText(arguments.text("command")); }},
        {.name = "stop",
         .group = group,
         .summary = "Ends the program cleanly.",
         .result_help = "a text",
         .request = asking([](const Arguments&) { return api::StopNode{}; }),
         .result = [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult {
             return Json("Duplex stopping");
         }},
        {.name = "uptime",
         .group = group,
         .summary = "Seconds since the program started.",
         .result_help = "an integer",
         .local = [](const Arguments&, const Environment& environment) -> LocalResult {
             return Json(environment.now - environment.started_at);
         }},
        {.name = "getnetworkinfo",
         .group = group,
         .summary = "Our side of the Bitcoin network.",
         .result_help = "an object as Core's, without what a light client cannot know",
         .request = asking([](const Arguments&) { return api::GetStatus{}; }),
         .result = onReply<api::StatusSnapshot>(networkInfo)},
        {.name = "getpeerinfo",
         .group = group,
         .summary = "The Bitcoin peers.",
         .result_help = "an array, one object a peer, as Core's",
         .request = asking([](const Arguments&) { return api::GetPeers{}; }),
         .result =
             onReply<api::PeerList>([](const api::PeerList& list, const Arguments&, const Environment&) {
                 Json peers = Json::array();
                 for (const api::PeerFacts& peer : list.peers) peers.push(peerJson(peer));
                 return peers;
             })},
        {.name = "addnode",
         .group = group,
         .params = {{.name = "node", .needed = Needed::yes, .help = "HOST:PORT of the peer"},
                    {.name = "command", .needed = Needed::yes, .help = "add, remove or onetry"},
                    {.name = "v2transport",
                     .type = ParamType::boolean,
                     .help = "taken for Core's sake; Duplex speaks v1"}},
         .summary = "Adds a Bitcoin peer to those that are always tried, removes it, or tries it once.",
         .result_help = "null",
         .example = "\"192.0.2.1:8333\" add",
         .request = addNode,
         .result = nothing()},
        {.name = "disconnectnode",
         .group = group,
         .params = {{.name = "address", .help = "HOST:PORT as in getpeerinfo"},
                    {.name = "nodeid", .type = ParamType::integer, .help = "the id as in getpeerinfo"}},
         .summary = "Closes the connection to a Bitcoin peer.",
         .result_help = "null",
         .example = "\"192.0.2.1:8333\"",
         .request = disconnectNode,
         .result = nothing()},
        {.name = "notify",
         .group = group,
         .params = {{.name = "topics",
                     .type = ParamType::array,
                     .help =
                         "any of block, transaction, channel, payment, move, peer; default all; [] ends it"}},
         .summary = "Subscribes this connection to events. Each comes as a line "
                    "{\"jsonrpc\":\"2.0\",\"method\":TOPIC,\"params\":{...}}.",
         .result_help = "the topics subscribed to",
         .example = "'[\"block\",\"payment\"]'"},
        {.name = "logging",
         .group = group,
         .params = {{.name = "include",
                     .type = ParamType::array,
                     .help = "categories to write again: node, net, chain, wallet, lightning; or all"},
                    {.name = "exclude",
                     .type = ParamType::array,
                     .help = "categories to silence; one that stands in both is silenced"}},
         .summary = "What duplex.log writes about, until the program ends. Without parameters only shows it.",
         .result_help = "an object: category -> true (written) or false",
         .example = "'[\"chain\"]' '[\"net\"]'",
         .request = setLogging,
         .result =
             onReply<api::LogTopics>([](const api::LogTopics& reply, const Arguments&, const Environment&) {
                 Json json = Json::object();
                 for (const auto& [topic, written] : reply.topics) json.set(nameOf(topic), written);
                 return json;
             })},
        {.name = "getmemoryinfo",
         .group = group,
         .params = {{.name = "mode", .help = "stats (default) or mallocinfo"}},
         .summary = "What memory the program uses.",
         .result_help = "an object (stats) or the C library's own text (mallocinfo)",
         .local = memoryInfo},
    };
}

} // namespace duplex::rpc
