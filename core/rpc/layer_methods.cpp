#include "core/bitcoin/primitives/address.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Both layers";
constexpr const char* more_than_all = "There are at most 21,000,000 BTC.";

/// L1 and L2 are short for the Bitcoin pair.
std::string layerId(const std::string& text, const Environment& environment) {
    const std::string chain(environment.network->caip2_id);
    if (text == "L1" || text == "l1") return chain;
    if (text == "L2" || text == "l2") return chain + "/lightning";
    return text;
}

std::expected<void, api::Error> checkLayer(const std::string& id, std::string_view parameter,
                                           const Environment& environment) {
    const std::string chain(environment.network->caip2_id);
    if (id == chain || id == chain + "/lightning") return {};
    return fail(Code::bad_parameter,
                fmt::format("{}: there is no layer '{}' here. There are L1 ({}) and L2 ({}/lightning).",
                            parameter, id, chain, chain));
}

// `amount` is decimal BTC as text or number, `amount_sat` whole satoshi; one of them.
std::expected<std::int64_t, api::Error> amountOf(const Arguments& arguments) {
    if (arguments.has("amount") == arguments.has("amount_sat"))
        return fail(Code::bad_parameter, "Give amount (BTC) or amount_sat.");
    const auto amount = arguments.has("amount_sat") ? std::optional(arguments.integer("amount_sat"))
                                                    : arguments.fixedPoint("amount", 8);
    if (!amount || *amount <= 0) return fail(Code::bad_parameter, "The amount must be more than 0.");
    if (*amount > bitcoin::max_money.value) return fail(Code::bad_parameter, more_than_all);
    return *amount;
}

RequestResult quote(const Arguments& arguments, const Environment& environment) {
    const auto amount = amountOf(arguments);
    if (!amount) return std::unexpected(amount.error());
    return api::GetQuotes{.from = layerId(arguments.text("from"), environment),
                          .to = layerId(arguments.text("to"), environment),
                          .amount_sat = *amount,
                          .peer = arguments.text("peer"),
                          .channel_id = arguments.text("channel_id")};
}

RequestResult startMove(const Arguments& arguments, const Environment& environment) {
    api::StartMove request{.quote_id = arguments.text("quote_id")};
    auto id = requestIdOf(arguments.at("request_id"));
    if (!id) return std::unexpected(id.error());
    request.request_id = std::move(*id);
    request.peer = arguments.text("peer");
    request.channel_id = arguments.text("channel_id");
    request.alone = arguments.boolean("alone");
    if (!request.quote_id.empty()) return request;
    for (const std::string_view needed : {"from", "to", "amount_sat", "route", "max_fee_sat"})
        if (!arguments.has(needed))
            return fail(
                Code::bad_parameter,
                fmt::format("Give quote_id, or from, to, amount_sat, route and max_fee_sat ({} is missing).",
                            needed));
    request.from = layerId(arguments.text("from"), environment);
    request.to = layerId(arguments.text("to"), environment);
    request.amount_sat = arguments.integer("amount_sat");
    request.route = arguments.text("route");
    request.max_fee_sat = arguments.integer("max_fee_sat");
    if (request.amount_sat <= 0 || request.max_fee_sat < 0)
        return fail(Code::bad_parameter, "amount_sat must be more than 0 and max_fee_sat not negative.");
    if (std::max(request.amount_sat, request.max_fee_sat) > bitcoin::max_money.value)
        return fail(Code::bad_parameter, more_than_all);
    return request;
}

Json forecastJson(const api::Forecast& forecast) {
    Json outputs = Json::array();
    for (const api::ForecastOutput& output : forecast.outputs)
        outputs.push(Json::object()
                         .set("who", output.who)
                         .set("what", output.what)
                         .set("amount_sat", output.amount_sat)
                         .set("delay_blocks", output.delay_blocks)
                         .set("why", output.why));
    Json json = Json::object();
    json.set("channel_id", forecast.channel_id);
    json.set("outputs", std::move(outputs));
    json.set("yours_sat", forecast.yours_sat);
    json.set("theirs_sat", forecast.theirs_sat);
    json.set("commitment_fee_sat", forecast.commitment_fee_sat);
    json.set("claim_fee_sat", forecast.claim_fee_sat);
    json.set("lost_to_dust_sat", forecast.lost_to_dust_sat);
    json.set("delay_blocks", forecast.delay_blocks);
    json.set("delay_s", forecast.delay_s);
    return json.set("verified", verifiedJson(forecast.verified));
}

Json provenanceJson(const api::ProvenanceReply& reply) {
    Json facts = Json::array();
    for (const api::ProvenanceFact& fact : reply.facts)
        facts.push(Json::object()
                       .set("fact", fact.fact)
                       .set("value", fact.value)
                       .set("verified", verifiedJson(fact.verified))
                       .set("why", fact.why));
    return facts;
}

std::optional<std::int64_t> numberIn(const std::string& text) {
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size() ? std::optional(value)
                                                                               : std::nullopt;
}

RequestResult sandbox(const Arguments& arguments, const Environment& environment) {
    using What = api::SandboxCommand::What;
    if (environment.network->network != bitcoin::Network::sandbox)
        return fail(Code::misc, "The sandbox exists only with --network=sandbox.");
    const std::string command = arguments.text("command", "status");
    if (const Json& argument = arguments.at("argument");
        !argument.isNull() && !argument.string() && !argument.number())
        return fail(Code::type, "argument: a number or a text expected.");
    const std::string first = arguments.text("argument");
    const auto number = numberIn(first);
    api::SandboxCommand request;
    if (command == "mine" || command == "reorg") {
        request.what = command == "mine" ? What::mine : What::reorg;
        request.count = first.empty() ? 1 : number.value_or(0);
        if (request.count < 1 || request.count > 1000)
            return fail(Code::bad_parameter, command + ": a number of blocks from 1 to 1000");
    } else if (command == "fund") {
        const auto script = bitcoin::scriptFromAddress(first, *environment.network);
        if (!script) return fail(Code::bad_address, std::string(bitcoin::textOf(script.error())));
        request = {.what = What::fund, .text = first, .amount_sat = arguments.integer("amount_sat")};
        if (request.amount_sat <= 0)
            return fail(Code::bad_parameter, "fund ADDRESS AMOUNT_SAT: the amount must be more than 0");
    } else if (command == "invoice") {
        request = {.what = What::invoice, .amount_sat = number.value_or(arguments.integer("amount_sat"))};
        if (request.amount_sat <= 0)
            return fail(Code::bad_parameter, "invoice AMOUNT_SAT: the amount must be more than 0");
    } else if (command == "pay") {
        request = {.what = What::pay, .text = first, .amount_sat = arguments.integer("amount_sat")};
        if (first.empty()) return fail(Code::bad_parameter, "pay INVOICE: the invoice is missing");
        if (arguments.has("amount_sat") && request.amount_sat <= 0)
            return fail(Code::bad_parameter, "pay INVOICE AMOUNT_SAT: the amount must be more than 0");
    } else if (command != "status") {
        return fail(Code::bad_parameter, "sandbox takes mine N, fund ADDRESS AMOUNT_SAT, invoice AMOUNT_SAT, "
                                         "pay INVOICE, reorg N or status.");
    }
    if (request.amount_sat > bitcoin::max_money.value) return fail(Code::bad_parameter, more_than_all);
    return request;
}

Json sandboxJson(const api::SandboxReply& reply) {
    Json json = Json::object();
    json.set("height", reply.height);
    if (!reply.hashes.empty()) json.set("hashes", stringsJson(reply.hashes));
    json.setText("txid", reply.txid);
    json.setText("bolt11", reply.bolt11);
    json.setText("payment_preimage", reply.preimage);
    json.setText("node_id", reply.node_id);
    json.setText("node_address", reply.node_address);
    json.set("mempool", reply.mempool);
    return json.setText("status", reply.status);
}

std::vector<Method> viewMethods() {
    return {
        {.name = "layers",
         .group = group,
         .params = {{.name = "wallet", .help = "default: the open one"}},
         .summary = "Both floors: balances by state, fees, times, and how each figure is known.",
         .result_help = "an array, one object a layer",
         .request = asking(
             [](const Arguments& arguments) { return api::GetLayers{.wallet = arguments.text("wallet")}; }),
         .result = onReply<api::PortfolioSnapshot>(
             [](const api::PortfolioSnapshot& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const api::LayerView& layer : reply.layers) list.push(layerJson(layer));
                 return list;
             })},
        {.name = "activity",
         .group = group,
         .params = {{.name = "count", .type = ParamType::integer, .help = "default 50"},
                    {.name = "skip", .type = ParamType::integer, .help = "default 0"},
                    {.name = "layer", .help = "only this one: an id, L1 or L2"}},
         .summary = "The history of both layers, newest first.",
         .result_help = "an array",
         .example = "20",
         .request = [](const Arguments& arguments, const Environment& environment) -> RequestResult {
             const std::int64_t count = arguments.integer("count", 50);
             const std::int64_t skip = arguments.integer("skip", 0);
             if (count < 0 || skip < 0 || count > 1'000'000 || skip > 1'000'000)
                 return fail(Code::bad_parameter, "count and skip must be from 0 to 1000000.");
             const std::string layer = layerId(arguments.text("layer"), environment);
             if (auto fine = checkLayer(layer, "layer", environment); !fine && !layer.empty())
                 return std::unexpected(fine.error());
             return api::GetActivity{
                 .count = static_cast<int>(count), .skip = static_cast<int>(skip), .layer = layer};
         },
         .result = onReply<api::ActivityList>(
             [](const api::ActivityList& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const ledger::Activity& item : reply.items) list.push(activityJson(item));
                 return list;
             })},
        {.name = "forecast",
         .group = group,
         .params = {{.name = "channel_id", .needed = Needed::yes, .help = "which channel"}},
         .summary = "What each side gets if the channel is force-closed now.",
         .result_help = "{outputs, yours_sat, theirs_sat, fees, lost_to_dust_sat, delays}",
         .example = "CHANNEL_ID",
         .request = asking([](const Arguments& arguments) {
             return api::GetForecast{.channel_id = arguments.text("channel_id")};
         }),
         .result = onReply<api::Forecast>([](const api::Forecast& reply, const Arguments&,
                                             const Environment&) { return forecastJson(reply); })},
        {.name = "provenance",
         .group = group,
         .params = {{.name = "txid", .help = "of a transaction"},
                    {.name = "blockhash", .help = "or of a block"}},
         .summary = "For each fact shown about a transaction or block: how it was verified.",
         .result_help = "an array of {fact, value, verified, why}",
         .example = "TXID",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             if (!arguments.has("txid") && !arguments.has("blockhash"))
                 return fail(Code::bad_parameter, "Give txid or blockhash.");
             return api::GetProvenance{.txid = arguments.text("txid"),
                                       .block_hash = arguments.text("blockhash")};
         },
         .result = onReply<api::ProvenanceReply>([](const api::ProvenanceReply& reply, const Arguments&,
                                                    const Environment&) { return provenanceJson(reply); })},
        {.name = "sandbox",
         .group = group,
         .params = {{.name = "command", .help = "mine, fund, invoice, pay, reorg or status (default)"},
                    {.name = "argument",
                     .type = ParamType::text_or_json,
                     .help = "number of blocks, address, invoice, or satoshi"},
                    {.name = "amount_sat",
                     .type = ParamType::integer,
                     .help = "for fund, and for pay of an invoice without one"}},
         .summary = "Drives the sandbox's private chain and its counterparty.",
         .result_help = "{height, hashes, txid, bolt11, ...}",
         .example = "mine 6",
         .request = sandbox,
         .result = onReply<api::SandboxReply>([](const api::SandboxReply& reply, const Arguments&,
                                                 const Environment&) { return sandboxJson(reply); })},
    };
}

std::vector<Method> moveMethods() {
    const Param peer{.name = "peer", .help = "route open: node id, or node_id@host:port"};
    const Param channel{.name = "channel_id", .help = "routes close and close-alone: which channel"};
    const auto one_move = onReply<ledger::Move>(
        [](const ledger::Move& reply, const Arguments&, const Environment&) { return moveJson(reply); });
    return {
        {.name = "quote",
         .group = group,
         .params = {{.name = "from", .needed = Needed::yes, .help = "layer id, L1 or L2"},
                    {.name = "to", .needed = Needed::yes, .help = "layer id, L1 or L2"},
                    {.name = "amount_sat", .type = ParamType::integer, .help = "in satoshi"},
                    {.name = "amount", .type = ParamType::btc, .help = "or in BTC"},
                    peer,
                    channel},
         .summary = "Every way to move an amount from one floor to the other now, cheapest first.",
         .result_help = "an array of {route, available, fee_sat, delay_s, quote_id, ...}",
         .example = "L1 L2 500000",
         .request = quote,
         .result =
             onReply<api::QuoteList>([](const api::QuoteList& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const ledger::MoveQuote& item : reply.quotes) list.push(quoteJson(item));
                 return list;
             })},
        {.name = "move",
         .group = group,
         .params = {{.name = "quote_id", .help = "as quote gave it, or:"},
                    {.name = "from", .help = "layer id, L1 or L2"},
                    {.name = "to", .help = "layer id, L1 or L2"},
                    {.name = "amount_sat", .type = ParamType::integer, .help = "in satoshi"},
                    {.name = "route", .help = "open, close, or close-alone (without the partner)"},
                    {.name = "max_fee_sat", .type = ParamType::integer, .help = "most that it may cost"},
                    peer,
                    channel,
                    {.name = "alone",
                     .type = ParamType::boolean,
                     .help = "route close: without the partner, as route close-alone"},
                    {.name = "request_id", .help = "a repeated one returns the first result"}},
         .summary = "Starts a move between the floors.",
         .result_help = "{move_id, steps, ...}",
         .example = "QUOTE_ID",
         .request = startMove,
         .result = one_move},
        {.name = "listmoves",
         .group = group,
         .params = {{.name = "move_id", .help = "only this one"}},
         .summary = "Moves with their steps, and what is locked meanwhile.",
         .result_help = "an array",
         .request = asking(
             [](const Arguments& arguments) { return api::ListMoves{.move_id = arguments.text("move_id")}; }),
         .result =
             onReply<api::MoveList>([](const api::MoveList& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const ledger::Move& item : reply.moves) list.push(moveJson(item));
                 return list;
             })},
    };
}

} // namespace

std::vector<Method> layerMethods() {
    std::vector<Method> all = viewMethods();
    for (Method& method : moveMethods()) all.push_back(std::move(method));
    return all;
}

} // namespace duplex::rpc
