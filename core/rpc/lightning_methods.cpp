#include "core/base/text.h"
#include "core/bitcoin/primitives/address.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/lightning_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Lightning";

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || result.ec != std::errc{} || result.ptr != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> scaled(std::optional<std::int64_t> value, std::int64_t factor) {
    if (!value || *value > 2'100'000'000'000'000'000 / factor) return std::nullopt;
    return *value * factor;
}

// CLN's amounts: 1000, "1000msat", "1sat", "0.00000001btc"; a bare number counts `bare` millisatoshi.
std::optional<std::int64_t> millisatoshiOf(const Json& value, std::int64_t bare) {
    if (const auto number = value.integer()) return *number < 0 ? std::nullopt : scaled(number, bare);
    if (!value.string()) return std::nullopt;
    const std::string_view text = *value.string();
    const auto without = [&](std::size_t count) { return text.substr(0, text.size() - count); };
    if (text.ends_with("msat")) return scaled(wholeNumber(without(4)), 1);
    if (text.ends_with("sat")) return scaled(wholeNumber(without(3)), 1000);
    if (text.ends_with("btc")) {
        const auto amount = fixedPointOf(without(3), 11);
        return amount && *amount >= 0 ? scaled(amount, 1) : std::nullopt;
    }
    return scaled(wholeNumber(text), bare);
}

std::unexpected<api::Error> badAmount(std::string_view name) {
    return fail(
        Code::bad_params,
        fmt::format(
            "{}: should be a millisatoshi amount, as 1000, \"1000msat\", \"1sat\" or \"0.00000001btc\"",
            name));
}

bool isNodeId(std::string_view text) {
    const auto bytes = fromHex(text);
    return bytes && bytes->size() == 33 && ((*bytes)[0] == 2 || (*bytes)[0] == 3);
}

/// In lower case, as all lists have it.
std::expected<std::string, api::Error> nodeIdOf(const Arguments& arguments, std::string_view name) {
    std::string id = lowerCase(arguments.text(name));
    if (!id.empty() && !isNodeId(id))
        return fail(Code::bad_params,
                    fmt::format("{}: should be a node id, 66 hex digits that begin with 02 or 03", name));
    return id;
}

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

// CLN's feerates: a name, "Nperkw", "Nperkb", or a bare number (per kb).
std::expected<std::optional<std::int64_t>, api::Error> feerateOf(const Arguments& arguments) {
    const std::string text = arguments.text("feerate");
    if (text.empty() || text == "normal" || text == "opening" || text == "urgent" || text == "slow")
        return std::optional<std::int64_t>{};
    const bool per_kw = text.ends_with("perkw");
    const std::string_view digits = per_kw || text.ends_with("perkb")
                                        ? std::string_view(text).substr(0, text.size() - 5)
                                        : std::string_view(text);
    const auto number = scaled(wholeNumber(digits), per_kw ? 4 : 1);
    if (!number || *number == 0) return fail(Code::bad_params, "feerate: should be normal, Nperkw or Nperkb");
    return number;
}

RequestResult fundChannel(const Arguments& arguments, const Environment&) {
    const auto id = nodeIdOf(arguments, "id");
    if (!id) return std::unexpected(id.error());
    api::FundChannel request{.node_id = *id};
    const Json& amount = arguments.at("amount");
    request.all = amount.string() && *amount.string() == "all";
    if (!request.all) {
        const auto msat = millisatoshiOf(amount, 1000);
        if (!msat || *msat == 0 || *msat % 1000 != 0)
            return fail(Code::bad_params, "amount: should be whole satoshi, or \"all\"");
        request.amount_sat = *msat / 1000;
    }
    const auto feerate = feerateOf(arguments);
    if (!feerate) return std::unexpected(feerate.error());
    request.feerate_sat_per_kvb = *feerate;
    request.announce = arguments.boolean("announce", false);
    if (arguments.has("push_msat")) {
        const auto push = millisatoshiOf(arguments.at("push_msat"), 1);
        if (!push) return badAmount("push_msat");
        request.push_msat = *push;
    }
    const std::int64_t depth = arguments.integer("minconf", 1);
    if (depth < 0 || depth > 1'000'000)
        return fail(Code::bad_params, "minconf: should be 0 to 1000000 blocks");
    request.min_confirmations = static_cast<std::uint32_t>(depth);
    request.request_id = arguments.text("request_id");
    return request;
}

LocalResult funded(const api::ChannelFunded& reply, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("tx", toHex(reply.transaction));
    json.set("txid", reply.txid);
    json.set("outnum", reply.index);
    json.set("channel_id", reply.channel_id);
    if (const auto bits = fromHex(reply.channel_type_hex)) json.set("channel_type", channelTypeJson(*bits));
    return json;
}

RequestResult closeChannel(const Arguments& arguments, const Environment&) {
    api::CloseChannel request{.id = arguments.text("id")};
    // Core Lightning's, which a close without them would not be.
    for (const char* name : {"fee_negotiation_step", "wrong_funding", "force_lease_closed", "feerange"})
        if (arguments.has(name))
            return fail(Code::bad_params,
                        fmt::format("{}: this release cannot do that. Leave it out; nothing "
                                    "was closed.",
                                    name));
    if (arguments.has("unilateraltimeout")) {
        if (arguments.integer("unilateraltimeout") < 0)
            return fail(Code::bad_params, "unilateraltimeout: should not be negative");
        request.unilateral_timeout_s = arguments.integer("unilateraltimeout");
    }
    request.force = arguments.boolean("force");
    request.destination = arguments.text("destination");
    const auto feerate = feerateOf(arguments);
    if (!feerate) return std::unexpected(feerate.error());
    request.feerate_sat_per_kvb = *feerate;
    return request;
}

RequestResult recoverChannels(const Arguments& arguments, const Environment&) {
    api::RecoverChannels request{.file = arguments.text("file")};
    if (!arguments.has("scb")) return request;
    const Json::Array* list = arguments.at("scb").elements();
    if (list == nullptr) return fail(Code::bad_params, "scb: a list of texts expected");
    for (const Json& one : *list) {
        if (!one.string()) return fail(Code::bad_params, "scb: a list of texts expected");
        request.scb.push_back(*one.string());
    }
    return request;
}

LocalResult closed(const api::ChannelClosed& reply, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("type", reply.type);
    Json transactions = Json::array();
    for (const Bytes& transaction : reply.transactions) transactions.push(toHex(transaction));
    if (!reply.transactions.empty()) json.set("tx", toHex(reply.transactions.front()));
    if (!reply.txids.empty()) json.set("txid", reply.txids.front());
    return json.set("txs", std::move(transactions)).set("txids", stringsJson(reply.txids));
}

// CLN's `fallbacks`: addresses to be paid at where Lightning does not work.
std::expected<std::vector<std::string>, api::Error> fallbacksOf(const Json& value,
                                                                const Environment& environment) {
    std::vector<std::string> fallbacks;
    if (value.isNull()) return fallbacks;
    if (!value.elements()) return fail(Code::bad_params, "fallbacks: should be an array of addresses");
    constexpr std::size_t most = 4; // an invoice is read as a QR code
    if (value.elements()->size() > most)
        return fail(Code::bad_params, fmt::format("fallbacks: at most {} addresses", most));
    for (const Json& item : *value.elements()) {
        const auto script = item.string() ? bitcoin::scriptFromAddress(*item.string(), *environment.network)
                                          : std::unexpected(bitcoin::AddressError{});
        if (!script)
            return fail(Code::bad_params, fmt::format("fallbacks: {} is no address of this network",
                                                      item.string() ? *item.string() : item.text()));
        fallbacks.push_back(*item.string());
    }
    return fallbacks;
}

// CLN's `exposeprivatechannels`. It also takes a list of channels; which ones this invoice names is chosen by
// their room here, so a list is refused instead of being passed over: it is said for privacy's sake.
std::expected<std::optional<bool>, api::Error> exposureOf(const Json& value) {
    if (value.isNull()) return std::optional<bool>{};
    if (value.boolean()) return std::optional(*value.boolean());
    if (value.elements() && value.elements()->empty()) return std::optional(false);
    return fail(Code::bad_params,
                "exposeprivatechannels: true or false. This release cannot choose channels by a list: with "
                "true it names those with the most room, with false none.");
}

RequestResult createInvoice(const Arguments& arguments, const Environment& environment) {
    api::CreateInvoice request{.label = arguments.text("label"),
                               .description = arguments.text("description")};
    const Json& amount = arguments.at("amount_msat");
    if (!(amount.string() && *amount.string() == "any")) {
        const auto msat = millisatoshiOf(amount, 1);
        if (!msat || *msat == 0) return badAmount("amount_msat");
        request.amount_msat = msat;
    }
    request.expiry_s = arguments.integer("expiry", request.expiry_s);
    if (request.expiry_s <= 0) return fail(Code::bad_params, "expiry: should be seconds, more than 0");
    request.preimage_hex = arguments.text("preimage");
    if (!request.preimage_hex.empty() && !arrayFromHex<32>(request.preimage_hex))
        return fail(Code::bad_params, "preimage: should be 64 hex digits");
    if (arguments.has("cltv")) {
        const std::int64_t cltv = arguments.integer("cltv");
        if (cltv < 1 || cltv > 2016) return fail(Code::bad_params, "cltv: should be from 1 to 2016 blocks");
        request.cltv = static_cast<std::uint32_t>(cltv);
    }
    auto fallbacks = fallbacksOf(arguments.at("fallbacks"), environment);
    if (!fallbacks) return std::unexpected(fallbacks.error());
    request.fallbacks = std::move(*fallbacks);
    const auto exposure = exposureOf(arguments.at("exposeprivatechannels"));
    if (!exposure) return std::unexpected(exposure.error());
    request.expose_private_channels = *exposure;
    return request;
}

LocalResult invoiceCreated(const api::InvoiceInfo& invoice, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("bolt11", invoice.bolt11);
    json.set("payment_hash", invoice.payment_hash);
    json.set("payment_secret", invoice.payment_secret);
    json.set("expires_at", invoice.expires_at);
    json.set("created_index", invoice.created_index);
    return json.setText("warning_capacity", invoice.warning_capacity);
}

RequestResult payRequest(const Arguments& arguments, std::string bolt11,
                         std::optional<std::int64_t> max_fee) {
    if (bolt11.starts_with("lightning:") || bolt11.starts_with("LIGHTNING:")) bolt11.erase(0, 10);
    api::Pay request{.bolt11 = std::move(bolt11), .max_fee_msat = max_fee};
    if (arguments.has("amount_msat")) {
        request.amount_msat = millisatoshiOf(arguments.at("amount_msat"), 1);
        if (!request.amount_msat || *request.amount_msat == 0) return badAmount("amount_msat");
    }
    if (arguments.has("maxfee")) {
        request.max_fee_msat = millisatoshiOf(arguments.at("maxfee"), 1);
        if (!request.max_fee_msat) return badAmount("maxfee");
    }
    request.retry_for_s = std::clamp<std::int64_t>(arguments.integer("retry_for", 60), 1, 86'400);
    request.request_id = arguments.text("request_id");
    return request;
}

RequestResult pay(const Arguments& arguments, const Environment&) {
    auto request = payRequest(arguments, arguments.text("bolt11"), std::nullopt);
    if (request) std::get<api::Pay>(*request).label = arguments.text("label");
    return request;
}

RequestResult xpay(const Arguments& arguments, const Environment&) {
    return payRequest(arguments, arguments.text("invstring"), std::nullopt);
}

// A filter that fits nothing at all is a slip of the caller: said, instead of an empty list.
std::expected<std::string, api::Error> paymentHashOf(const Arguments& arguments) {
    std::string hash = lowerCase(arguments.text("payment_hash"));
    if (!hash.empty() && !arrayFromHex<32>(hash))
        return fail(Code::bad_params, "payment_hash: should be 64 hex digits");
    return hash;
}

std::expected<std::string, api::Error> invoiceTextOf(const Arguments& arguments, std::string_view name,
                                                     const Environment& environment) {
    std::string text = arguments.text(name);
    if (text.empty()) return text;
    if (lowerCase(text).starts_with("lightning:")) text.erase(0, 10);
    if (const auto invoice = lightning::invoice::decodeInvoice(text, *environment.network); !invoice)
        return fail(Code::bad_params,
                    fmt::format("{}: Invalid bolt11: {}", name, lightning::invoice::textOf(invoice.error())));
    return lowerCase(text);
}

std::expected<std::string, api::Error> shortChannelIdOf(const Arguments& arguments) {
    std::string text = arguments.text("short_channel_id");
    if (!text.empty() && !lightning::shortChannelIdFromText(text))
        return fail(Code::bad_params, "short_channel_id: should be BLOCKxTRANSACTIONxOUTPUT, as 800000x12x0");
    return text;
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

RequestResult listPays(const Arguments& arguments, const Environment& environment) {
    const std::string status = arguments.text("status");
    if (!status.empty() && status != "pending" && status != "complete" && status != "failed")
        return fail(Code::bad_params, "status: should be pending, complete or failed");
    auto invoice = invoiceTextOf(arguments, "bolt11", environment);
    if (!invoice) return std::unexpected(invoice.error());
    auto hash = paymentHashOf(arguments);
    if (!hash) return std::unexpected(hash.error());
    return api::ListPays{.bolt11 = std::move(*invoice), .payment_hash = std::move(*hash), .status = status};
}

RequestResult listInvoices(const Arguments& arguments, const Environment& environment) {
    auto invoice = invoiceTextOf(arguments, "invstring", environment);
    if (!invoice) return std::unexpected(invoice.error());
    auto hash = paymentHashOf(arguments);
    if (!hash) return std::unexpected(hash.error());
    api::ListInvoices request{
        .label = arguments.text("label"), .bolt11 = std::move(*invoice), .payment_hash = std::move(*hash)};
    if (int{!request.label.empty()} + int{!request.bolt11.empty()} + int{!request.payment_hash.empty()} > 1)
        return fail(Code::bad_params, "Can only specify one of label, invstring and payment_hash");
    return request;
}

template <typename List, typename Item>
auto listed(std::string_view key, const std::vector<Item> List::* items, Json (*make)(const Item&)) {
    return onReply<List>([key, items, make](const List& reply, const Arguments&, const Environment&) {
        Json list = Json::array();
        for (const Item& item : reply.*items) list.push(make(item));
        return Json::object().set(key, std::move(list));
    });
}

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

std::vector<Method> channelMethods() {
    return {
        {.name = "fundchannel",
         .group = group,
         .params = {{.name = "id", .needed = Needed::yes, .help = "the partner"},
                    {.name = "amount",
                     .type = ParamType::msat,
                     .needed = Needed::yes,
                     .help = "in satoshi, or all"},
                    {.name = "feerate", .type = ParamType::msat, .help = "normal, Nperkw or Nperkb"},
                    {.name = "announce",
                     .type = ParamType::boolean,
                     .help = "tell the network; default false"},
                    {.name = "minconf",
                     .type = ParamType::integer,
                     .help = "of the coins that pay for it; default 1"},
                    {.name = "push_msat", .type = ParamType::msat, .help = "given to the partner"},
                    {.name = "request_id", .help = "a repeated one returns the first result"}},
         .summary = "Opens a channel. Answers once its funding transaction is stored and sent.",
         .result_help = "{tx, txid, outnum, channel_id, channel_type}",
         .example = "02... 1000000",
         .request = fundChannel,
         .result = onReply<api::ChannelFunded>(funded)},
        {.name = "listpeerchannels",
         .group = group,
         .params = {{.name = "id", .help = "only this partner's"},
                    {.name = "short_channel_id", .help = "only this channel"},
                    {.name = "channel_id", .help = "only this channel"}},
         .summary = "Our channels.",
         .result_help = "{channels: [...]}",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const auto node = nodeIdOf(arguments, "id");
             if (!node) return std::unexpected(node.error());
             const auto channel = shortChannelIdOf(arguments);
             if (!channel) return std::unexpected(channel.error());
             const std::string id = lowerCase(arguments.text("channel_id"));
             if (!id.empty() && !arrayFromHex<32>(id))
                 return fail(Code::bad_params, "channel_id: should be 64 hex digits");
             return api::ListPeerChannels{.node_id = *node, .short_channel_id = *channel, .channel_id = id};
         },
         .result = listed("channels", &api::ChannelList::channels, channelJson)},
        {.name = "close",
         .group = group,
         .params = {{.name = "id",
                     .needed = Needed::yes,
                     .help = "channel id, short channel id, or the partner's id"},
                    {.name = "unilateraltimeout",
                     .type = ParamType::integer,
                     .help = "seconds until it is closed alone; 0: never; default 172800"},
                    {.name = "destination", .help = "address for our share; default one of the wallet's"},
                    {.name = "fee_negotiation_step", .help = "refused: its place is Core Lightning's"},
                    {.name = "wrong_funding", .help = "refused, as above"},
                    {.name = "force_lease_closed", .type = ParamType::boolean, .help = "refused, as above"},
                    {.name = "feerange", .type = ParamType::json, .help = "refused, as above"},
                    {.name = "force", .type = ParamType::boolean, .help = "close alone now"},
                    {.name = "feerate", .type = ParamType::msat, .help = "normal, Nperkw or Nperkb"}},
         .summary = "Closes a channel. Answers once the closing transaction is sent.",
         .result_help = "{type, tx, txid, txs, txids}",
         .example = "CHANNEL_ID",
         .request = closeChannel,
         .result = onReply<api::ChannelClosed>(closed)},
        {.name = "listfunds",
         .group = group,
         .params = {{.name = "spent", .type = ParamType::boolean, .help = "taken for Core Lightning's sake"}},
         .summary = "The wallet's coins and its channels.",
         .result_help = "{outputs: [...], channels: [...]}",
         .request = asking([](const Arguments&) { return api::ListFunds{}; }),
         .result = onReply<api::FundsReply>([](const api::FundsReply& reply, const Arguments&,
                                               const Environment&) { return fundsJson(reply); })},
        {.name = "staticbackup",
         .group = group,
         .summary = "The static channel backup: what it takes to ask partners to close after a loss. It is "
                    "also written to a file at each open and close.",
         .result_help = "{scb: [...], file, written_at}",
         .request = asking([](const Arguments&) { return api::GetStaticBackup{}; }),
         .result = onReply<api::StaticBackup>(
             [](const api::StaticBackup& reply, const Arguments&, const Environment&) {
                 return Json::object()
                     .set("scb", stringsJson(reply.scb))
                     .setText("file", reply.file)
                     .set("written_at", reply.written_at);
             })},
        {.name = "recoverchannel",
         .group = group,
         .params = {{.name = "scb",
                     .type = ParamType::json,
                     .help = "list of backups as staticbackup prints them"},
                    {.name = "file", .help = "or the channel backup file"}},
         .summary =
             "In a wallet restored from words: asks the partners of lost channels to close them. What is "
             "yours then comes to this wallet.",
         .result_help = "{stubs: [channel ids]}",
         .example = "-named file=/media/usb/channels.backup",
         .request = recoverChannels,
         .result = onReply<api::RecoveredChannels>(
             [](const api::RecoveredChannels& reply, const Arguments&, const Environment&) {
                 return Json::object().set("stubs", stringsJson(reply.channel_ids));
             })},
    };
}

std::vector<Method> paymentMethods() {
    const auto invoice_info =
        onReply<api::InvoiceInfo>([](const api::InvoiceInfo& reply, const Arguments&, const Environment&) {
            return invoiceJson(reply);
        });
    const auto paid = onReply<api::PaymentInfo>([](const api::PaymentInfo& reply, const Arguments&,
                                                   const Environment&) { return paymentResultJson(reply); });
    const Param amount{.name = "amount_msat", .type = ParamType::msat, .help = "for invoices without one"};
    const Param max_fee{.name = "maxfee",
                        .type = ParamType::msat,
                        .help = "most that may be spent on fees; default the larger of 10 sat and 1 %"};
    const Param retry_for{.name = "retry_for", .type = ParamType::integer, .help = "seconds; default 60"};
    const Param request_id{.name = "request_id",
                           .help = "a repeated one returns the first result and never pays twice"};
    return {
        {.name = "invoice",
         .group = group,
         .params = {{.name = "amount_msat", .type = ParamType::msat, .needed = Needed::yes, .help = "or any"},
                    {.name = "label", .needed = Needed::yes, .help = "unique"},
                    {.name = "description", .needed = Needed::yes, .help = "the payer sees it"},
                    {.name = "expiry", .type = ParamType::integer, .help = "seconds; default 604800"},
                    {.name = "fallbacks",
                     .type = ParamType::json,
                     .help = "addresses of this network where it can be paid without Lightning"},
                    {.name = "preimage",
                     .help = "64 hex digits; default: made here",
                     .secrecy = Secrecy::secret},
                    {.name = "exposeprivatechannels",
                     .type = ParamType::text_or_json,
                     .help = "false: the invoice names no channel of yours, and only those who know a way "
                             "can pay it; default true"},
                    {.name = "cltv", .type = ParamType::integer, .help = "blocks the last hop must leave"}},
         .summary = "Makes a BOLT 11 invoice.",
         .result_help = "{bolt11, payment_hash, payment_secret, expires_at, created_index, warning_capacity}",
         .example = "10000 coffee-1 \"a coffee\"",
         .request = createInvoice,
         .result = onReply<api::InvoiceInfo>(invoiceCreated)},
        {.name = "listinvoices",
         .group = group,
         .params = {{.name = "label", .help = "only this one"},
                    {.name = "invstring", .help = "only this one"},
                    {.name = "payment_hash", .help = "only this one"}},
         .summary = "Invoices of ours.",
         .result_help = "{invoices: [...]}",
         .request = listInvoices,
         .result = listed("invoices", &api::InvoiceList::invoices, invoiceJson)},
        {.name = "waitinvoice",
         .group = group,
         .params = {{.name = "label", .needed = Needed::yes, .help = "of the invoice"}},
         .summary = "Waits until an invoice is paid or has expired.",
         .result_help = "the invoice",
         .example = "coffee-1",
         .request = asking(
             [](const Arguments& arguments) { return api::WaitInvoice{.label = arguments.text("label")}; }),
         .result = invoice_info},
        {.name = "delinvoice",
         .group = group,
         .params = {{.name = "label", .needed = Needed::yes, .help = "of the invoice"},
                    {.name = "status",
                     .needed = Needed::yes,
                     .help = "that it must have: unpaid, paid or expired"}},
         .summary = "Deletes an invoice.",
         .result_help = "the invoice",
         .example = "coffee-1 expired",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const std::string status = arguments.text("status");
             if (status != "unpaid" && status != "paid" && status != "expired")
                 return fail(Code::bad_params, "status: should be unpaid, paid or expired");
             return api::DeleteInvoice{.label = arguments.text("label"), .status = status};
         },
         .result = invoice_info},
        {.name = "pay",
         .group = group,
         .params = {{.name = "bolt11", .needed = Needed::yes, .help = "the invoice"},
                    amount,
                    {.name = "label", .help = "for your records"},
                    retry_for,
                    max_fee,
                    request_id},
         .summary = "Pays an invoice. Answers when it is paid or has finally failed.",
         .result_help = "{destination, payment_hash, payment_preimage, amount_msat, amount_sent_msat, ...}",
         .example = "lnbc1...",
         .request = pay,
         .result = paid},
        {.name = "xpay",
         .group = group,
         .params = {{.name = "invstring", .needed = Needed::yes, .help = "the invoice"},
                    amount,
                    max_fee,
                    {.name = "layers", .type = ParamType::json, .help = "taken for Core Lightning's sake"},
                    retry_for,
                    request_id},
         .summary = "Pays an invoice.",
         .result_help = "as pay",
         .example = "lnbc1...",
         .request = xpay,
         .result = paid,
         .alias_of = "pay"},
        {.name = "listpays",
         .group = group,
         .params = {{.name = "bolt11", .help = "only this one"},
                    {.name = "payment_hash", .help = "only this one"},
                    {.name = "status", .help = "pending, complete or failed"}},
         .summary = "Payments of ours.",
         .result_help = "{pays: [...]}",
         .request = listPays,
         .result = listed("pays", &api::PaymentList::payments, paymentJson)},
    };
}

} // namespace

std::vector<Method> lightningMethods() {
    std::vector<Method> all = peerMethods();
    for (auto list : {channelMethods(), paymentMethods()})
        for (Method& method : list) all.push_back(std::move(method));
    return all;
}

} // namespace duplex::rpc
