#include "core/base/text.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/lightning_arguments.h"
#include "core/rpc/lightning_json.h"
#include "core/rpc/method_table.h"

#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Lightning";

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
    auto request_id = requestIdOf(arguments.at("request_id"));
    if (!request_id) return std::unexpected(request_id.error());
    request.request_id = std::move(*request_id);
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
    for (const Json& one : *arguments.at("scb").elements()) {
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

} // namespace

std::vector<Method> channelMethods() {
    return {
        {.name = "fundchannel",
         .group = group,
         .params =
             {{.name = "id", .needed = Needed::yes, .help = "the partner"},
              {.name = "amount",
               .type = ParamType::msat,
               .needed = Needed::yes,
               .help = "whole satoshi, an amount with its unit as 0.01btc, or all"},
              {.name = "feerate", .type = ParamType::msat, .help = "normal, Nperkw or Nperkb"},
              {.name = "announce", .type = ParamType::boolean, .help = "tell the network; default false"},
              {.name = "minconf",
               .type = ParamType::integer,
               .help = "of the coins that pay for it; default 1"},
              {.name = "push_msat", .type = ParamType::msat, .help = "millisatoshi, given to the partner"},
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
                    {.name = "feerange", .type = ParamType::array, .help = "refused, as above"},
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
                     .type = ParamType::array,
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

} // namespace duplex::rpc
