#include "core/base/text.h"
#include "core/rpc/lightning_arguments.h"
#include "core/rpc/lightning_json.h"
#include "core/rpc/method_table.h"

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Lightning";

// ID, ID@HOST, ID@HOST:PORT, or the parts by themselves.
RequestResult connectPeer(const Arguments& arguments, const Environment&) {
    std::string id = arguments.text("id");
    api::Connect request;
    if (const std::size_t at = id.find('@'); at != std::string::npos) {
        std::string address = id.substr(at + 1);
        id.resize(at);
        const std::size_t colon = address.rfind(':');
        const std::size_t bracket = address.rfind(']');
        const bool one_colon = colon != std::string::npos && address.find(':') == colon;
        if (colon != std::string::npos && (one_colon || (bracket != std::string::npos && bracket < colon))) {
            const auto port = wholeNumber(std::string_view(address).substr(colon + 1));
            if (!port || *port < 1 || *port > 65535)
                return fail(Code::bad_params, "id: the port must be a number from 1 to 65535");
            request.port = static_cast<std::uint16_t>(*port);
            address.resize(colon);
        }
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        if (address.empty()) return fail(Code::bad_params, "id: the host is missing after @");
        request.host = address;
    }
    if (!isNodeId(id))
        return fail(Code::bad_params, "id: should be a node id, 66 hex digits that begin with 02 or 03");
    request.node_id = id;
    if (arguments.has("host")) request.host = arguments.text("host");
    if (arguments.has("port")) {
        const std::int64_t port = arguments.integer("port");
        if (port < 1 || port > 65535) return fail(Code::bad_params, "port: must be from 1 to 65535");
        request.port = static_cast<std::uint16_t>(port);
    }
    return request;
}

LocalResult connected(const api::PeerConnected& reply, const Arguments&, const Environment&) {
    return Json::object()
        .set("id", reply.node_id)
        .set("features", reply.features_hex)
        .set("direction", reply.outgoing ? "out" : "in")
        .set("address", addressJson(reply.host, reply.port));
}

std::expected<int, api::Error> limitOf(const Arguments& arguments) {
    if (!arguments.has("limit")) return 0;
    const std::int64_t limit = arguments.integer("limit");
    if (limit < 1) return fail(Code::bad_params, "limit: should be 1 or more; leave it out for all");
    return static_cast<int>(std::min<std::int64_t>(limit, 1'000'000));
}

RequestResult listNodes(const Arguments& arguments, const Environment&) {
    const auto node = nodeIdOf(arguments, "id");
    if (!node) return std::unexpected(node.error());
    const auto limit = limitOf(arguments);
    if (!limit) return std::unexpected(limit.error());
    return api::ListNodes{.node_id = *node, .search = arguments.text("search"), .limit = *limit};
}

RequestResult listChannels(const Arguments& arguments, const Environment&) {
    const auto channel = shortChannelIdOf(arguments);
    if (!channel) return std::unexpected(channel.error());
    const auto source = nodeIdOf(arguments, "source");
    if (!source) return std::unexpected(source.error());
    const auto destination = nodeIdOf(arguments, "destination");
    if (!destination) return std::unexpected(destination.error());
    const auto limit = limitOf(arguments);
    if (!limit) return std::unexpected(limit.error());
    return api::ListChannels{
        .short_channel_id = *channel, .source = *source, .destination = *destination, .limit = *limit};
}

} // namespace

std::vector<Method> peerMethods() {
    const Param id{.name = "id", .needed = Needed::yes, .help = "the node's id"};
    return {
        {.name = "connect",
         .group = group,
         .params = {{.name = "id", .needed = Needed::yes, .help = "ID or ID@HOST:PORT"},
                    {.name = "host", .help = "where it is"},
                    {.name = "port", .type = ParamType::integer, .help = "default 9735"}},
         .summary = "Connects to a Lightning node.",
         .result_help = "{id, features, direction, address}",
         .example = "02...@192.0.2.1:9735",
         .request = connectPeer,
         .result = onReply<api::PeerConnected>(connected)},
        {.name = "disconnect",
         .group = group,
         .params = {id, {.name = "force", .type = ParamType::boolean, .help = "also with a channel open"}},
         .summary = "Closes the connection to a Lightning node.",
         .result_help = "{}",
         .example = "02...",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const auto node = nodeIdOf(arguments, "id");
             if (!node) return std::unexpected(node.error());
             return api::Disconnect{.node_id = *node, .force = arguments.boolean("force")};
         },
         .result = [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult {
             return Json::object();
         }},
        {.name = "listpeers",
         .group = group,
         .params = {{.name = "id", .help = "only this node"},
                    {.name = "level", .help = "taken for Core Lightning's sake"}},
         .summary = "Lightning nodes that are connected or share a channel.",
         .result_help = "{peers: [...]}",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const auto node = nodeIdOf(arguments, "id");
             if (!node) return std::unexpected(node.error());
             return api::ListPeers{.node_id = *node};
         },
         .result = listed("peers", &api::LightningPeerList::peers, peerJson)},
        {.name = "ping",
         .group = group,
         .params = {id,
                    {.name = "len", .type = ParamType::integer, .help = "default 128"},
                    {.name = "pongbytes", .type = ParamType::integer, .help = "default 128"}},
         .summary = "Asks a connected node for a sign of life.",
         .result_help = "{totlen, round_trip_us}",
         .example = "02...",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const std::int64_t length = arguments.integer("len", 128);
             const std::int64_t pong = arguments.integer("pongbytes", 128);
             // BOLT 1: 65,531 bytes and no more are answered; a message has at most 65,535.
             if (length < 0 || length > 65'531)
                 return fail(Code::bad_params, "len: should be from 0 to 65531");
             if (pong < 0 || pong > 65'531)
                 return fail(Code::bad_params, "pongbytes: should be from 0 to 65531");
             const auto node = nodeIdOf(arguments, "id");
             if (!node) return std::unexpected(node.error());
             return api::PingPeer{
                 .node_id = *node, .length = static_cast<int>(length), .pong_bytes = static_cast<int>(pong)};
         },
         .result = onReply<api::Pong>([](const api::Pong& reply, const Arguments&, const Environment&) {
             return Json::object()
                 .set("totlen", reply.total_length)
                 .set("round_trip_us", reply.round_trip_us);
         })},
        {.name = "listnodes",
         .group = group,
         .params = {{.name = "id", .help = "only this node"},
                    {.name = "search", .help = "part of an alias or id"},
                    {.name = "limit", .type = ParamType::integer, .help = "at most so many"}},
         .summary = "Nodes of the Lightning network, as they announce themselves.",
         .result_help = "{nodes: [...]}",
         .request = listNodes,
         .result = listed("nodes", &api::NodeList::nodes, nodeJson)},
        {.name = "listchannels",
         .group = group,
         .params = {{.name = "short_channel_id", .help = "only this channel"},
                    {.name = "source", .help = "only from this node"},
                    {.name = "destination", .help = "only to this node"},
                    {.name = "limit", .type = ParamType::integer, .help = "at most so many"}},
         .summary = "Channels of the Lightning network, one entry a direction.",
         .result_help = "{channels: [...]}",
         .request = listChannels,
         .result = listed("channels", &api::GraphChannelList::channels, graphChannelJson)},
    };
}

} // namespace duplex::rpc
