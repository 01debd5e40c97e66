#include "core/rpc/method_table.h"

#include "core/bitcoin/primitives/address.h"
#include "core/rpc/reply_of.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Wallet";

std::expected<std::int64_t, api::Error> amountOf(const Json& value) {
    const std::string* text = value.number() ? &value.number()->text : value.string();
    const auto satoshi = text ? satoshiOf(*text) : std::nullopt;
    if (!satoshi) return fail(Code::type, "Invalid amount");
    constexpr std::int64_t all_money = 2'100'000'000'000'000;
    if (*satoshi <= 0 || *satoshi > all_money) return fail(Code::type, "Amount out of range");
    return *satoshi;
}

std::expected<std::string, api::Error> addressOf(const std::string& text, const Environment& environment) {
    const auto script = bitcoin::scriptFromAddress(text, *environment.network);
    if (!script)
        return fail(Code::bad_address,
                    fmt::format("Invalid Bitcoin address: {} ({})", text, bitcoin::textOf(script.error())));
    return text;
}

// {"address": amount}, or an array of such objects.
std::expected<std::vector<api::Payee>, api::Error> payeesOf(const Json& outputs,
                                                            const Environment& environment) {
    std::vector<const Json::Member*> members;
    if (const Json::Array* list = outputs.elements()) {
        for (const Json& item : *list) {
            if (!item.members() || item.members()->size() != 1)
                return fail(Code::bad_parameter,
                            "Invalid parameter, key-value pair must contain exactly one key");
            members.push_back(&item.members()->front());
        }
    } else if (const Json::Object* object = outputs.members()) {
        for (const Json::Member& member : *object) members.push_back(&member);
    }
    if (members.empty()) return fail(Code::bad_parameter, "TX must have at least one output");
    std::vector<api::Payee> payees;
    std::set<bitcoin::Script> seen; // one address can be written in either case
    for (const auto* member : members) {
        if (member->first == "data")
            return fail(Code::bad_parameter, "Outputs of data are not sent by Duplex: give addresses only.");
        const auto address = addressOf(member->first, environment);
        if (!address) return std::unexpected(address.error());
        if (!seen.insert(*bitcoin::scriptFromAddress(*address, *environment.network)).second)
            return fail(Code::bad_parameter, "Invalid parameter, duplicated address: " + *address);
        const auto amount = amountOf(member->second);
        if (!amount) return std::unexpected(amount.error());
        payees.push_back({.address = *address, .amount_sat = *amount});
    }
    return payees;
}

// conf_target, estimate_mode and fee_rate stand both beside and inside `options`; Core refuses them twice.
std::expected<Json, api::Error> option(const Arguments& arguments, std::string_view name) {
    const Json* inside = arguments.at("options").find(name);
    const Json& beside = arguments.at(name);
    if (inside && !inside->isNull() && !beside.isNull())
        return fail(Code::bad_parameter, fmt::format("Pass {} either as an argument or in options", name));
    return inside && !inside->isNull() ? *inside : beside;
}

std::expected<void, api::Error> addFee(api::SendCoins& request, const Json& fee_rate, const Json& target,
                                       const Json& mode) {
    if (auto fine = checkEstimateMode(mode); !fine) return fine;
    if (!fee_rate.isNull()) {
        const std::string* text = fee_rate.number() ? &fee_rate.number()->text : fee_rate.string();
        const auto rate = text ? fixedPointOf(*text, 3) : std::nullopt; // sat/vB to sat/kvB
        if (!rate)
            return fail(Code::type, "Invalid amount: fee_rate is in sat/vB with at most three decimals");
        if (*rate <= 0) return fail(Code::bad_parameter, "fee_rate must be more than 0 sat/vB");
        if (!target.isNull())
            return fail(Code::bad_parameter,
                        "Cannot specify both conf_target and fee_rate. Please provide either a confirmation "
                        "target in blocks for automatic fee estimation, or an explicit fee rate.");
        if (mode.string() && *mode.string() != "unset")
            return fail(Code::bad_parameter, "Cannot specify both estimate_mode and fee_rate");
        request.feerate_sat_per_kvb = rate;
    }
    if (!target.isNull()) {
        const auto blocks = target.integer();
        if (!blocks || *blocks < 1 || *blocks > 1008)
            return fail(Code::bad_parameter, "Invalid conf_target, must be between 1 and 1008");
        request.target_blocks = static_cast<int>(*blocks);
    }
    return {};
}

std::expected<void, api::Error> refuseOthers(const Json& options,
                                             const std::vector<std::string_view>& known) {
    if (options.isNull()) return {};
    if (!options.members()) return fail(Code::type, "options must be an object.");
    for (const auto& [name, value] : *options.members())
        if (std::ranges::find(known, name) == known.end())
            return fail(Code::bad_parameter, fmt::format("Option {} is not known to Duplex. Known are: {}",
                                                         name, fmt::join(known, ", ")));
    return {};
}

std::expected<bool, api::Error> flag(const Json& value, std::string_view name, bool otherwise) {
    if (value.isNull()) return otherwise;
    if (!value.boolean()) return fail(Code::type, fmt::format("{} must be true or false.", name));
    return *value.boolean();
}

std::expected<void, api::Error> needReplaceable(const Json& value) {
    const auto replaceable = flag(value, "replaceable", true);
    if (!replaceable) return std::unexpected(replaceable.error());
    if (!*replaceable) return fail(Code::bad_parameter, "Sends always signal replaceability.");
    return {};
}

/// Core takes the outputs that pay the fee; here it can be the first one.
std::expected<bool, api::Error> subtractsFee(const Json& indices) {
    if (indices.isNull()) return false;
    const Json::Array* list = indices.elements();
    if (list && list->empty()) return false;
    if (!list || list->size() != 1 || list->front().integer() != 0)
        return fail(Code::bad_parameter,
                    "subtract_fee_from_outputs takes [0] only: the fee comes from the first output.");
    return true;
}

const Json& inside(const Json& options, std::string_view name) {
    static const Json nothing;
    const Json* found = options.find(name);
    return found ? *found : nothing;
}

/// request_id, fee_rate, conf_target and estimate_mode of send and sendall, beside or inside `options`.
std::expected<void, api::Error> addShared(api::SendCoins& request, const Arguments& arguments) {
    const auto named = option(arguments, "request_id");
    if (!named) return std::unexpected(named.error());
    const auto id = requestIdOf(*named);
    if (!id) return std::unexpected(id.error());
    request.request_id = *id;
    const auto rate = option(arguments, "fee_rate");
    if (!rate) return std::unexpected(rate.error());
    const auto target = option(arguments, "conf_target");
    if (!target) return std::unexpected(target.error());
    const auto mode = option(arguments, "estimate_mode");
    if (!mode) return std::unexpected(mode.error());
    return addFee(request, *rate, *target, *mode);
}

RequestResult sendToAddress(const Arguments& arguments, const Environment& environment) {
    const auto address = addressOf(arguments.text("address"), environment);
    if (!address) return std::unexpected(address.error());
    const auto amount = amountOf(arguments.at("amount"));
    if (!amount) return std::unexpected(amount.error());
    const auto id = requestIdOf(arguments.at("request_id"));
    if (!id) return std::unexpected(id.error());
    if (auto fine = needReplaceable(arguments.at("replaceable")); !fine) return std::unexpected(fine.error());
    api::SendCoins request{.payees = {{.address = *address, .amount_sat = *amount}}};
    request.subtract_fee = arguments.boolean("subtractfeefromamount");
    request.comment = arguments.text("comment");
    request.request_id = *id;
    if (auto fine = addFee(request, arguments.at("fee_rate"), arguments.at("conf_target"),
                           arguments.at("estimate_mode"));
        !fine)
        return std::unexpected(fine.error());
    return request;
}

RequestResult send(const Arguments& arguments, const Environment& environment) {
    auto payees = payeesOf(arguments.at("outputs"), environment);
    if (!payees) return std::unexpected(payees.error());
    const Json& options = arguments.at("options");
    if (auto fine = refuseOthers(options, {"conf_target", "estimate_mode", "fee_rate",
                                           "subtract_fee_from_outputs", "replaceable", "request_id"});
        !fine)
        return std::unexpected(fine.error());
    if (auto fine = needReplaceable(inside(options, "replaceable")); !fine)
        return std::unexpected(fine.error());
    const auto subtracts = subtractsFee(inside(options, "subtract_fee_from_outputs"));
    if (!subtracts) return std::unexpected(subtracts.error());
    api::SendCoins request{.payees = std::move(*payees), .subtract_fee = *subtracts};
    if (auto fine = addShared(request, arguments); !fine) return std::unexpected(fine.error());
    return request;
}

RequestResult sendAll(const Arguments& arguments, const Environment& environment) {
    const Json::Array* recipients = arguments.at("recipients").elements();
    if (!recipients || recipients->size() != 1 || !recipients->front().string())
        return fail(Code::bad_parameter, "recipients must hold exactly one address.");
    const auto address = addressOf(*recipients->front().string(), environment);
    if (!address) return std::unexpected(address.error());
    const Json& options = arguments.at("options");
    if (auto fine = refuseOthers(
            options, {"conf_target", "estimate_mode", "fee_rate", "include_reserve", "request_id"});
        !fine)
        return std::unexpected(fine.error());
    const auto reserve = option(arguments, "include_reserve");
    if (!reserve) return std::unexpected(reserve.error());
    const auto include = flag(*reserve, "include_reserve", false);
    if (!include) return std::unexpected(include.error());
    api::SendCoins request{.payees = {{.address = *address}}, .all = true, .include_reserve = *include};
    if (auto fine = addShared(request, arguments); !fine) return std::unexpected(fine.error());
    return request;
}

LocalResult sentTo(const api::SendReply& reply, const Arguments& arguments, const Environment&) {
    if (!arguments.boolean("verbose")) return Json(reply.txid);
    return Json::object().set("txid", reply.txid).set("fee_reason", reply.fee_reason);
}

LocalResult sent(const api::SendReply& reply, const Arguments&, const Environment&) {
    return Json::object()
        .set("txid", reply.txid)
        .set("complete", true)
        .set("fee_sat", reply.fee_sat)
        .set("amount_sat", reply.amount_sat)
        .set("change_sat", reply.change_sat)
        .set("sent_to_peers", reply.sent_to_peers)
        .setIf("expected_s", reply.expected_s);
}

} // namespace

std::vector<Method> sendMethods() {
    const Param target{
        .name = "conf_target",
        .type = ParamType::integer,
        .help =
            "taken for Core's sake: one estimate, the median of the last six blocks, serves every target"};
    const Param mode{.name = "estimate_mode", .help = estimate_mode_help};
    const Param rate{.name = "fee_rate", .type = ParamType::number, .help = "sat/vB"};
    const Param options{
        .name = "options", .type = ParamType::json, .help = "conf_target, fee_rate and the method's own"};
    const Param request_id{.name = "request_id",
                           .help = "a repeated one returns the first result and never pays twice"};
    return {
        {.name = "sendtoaddress",
         .group = group,
         .params = {{.name = "address", .needed = Needed::yes, .help = "who is paid"},
                    {.name = "amount", .type = ParamType::btc, .needed = Needed::yes, .help = "how much"},
                    {.name = "comment", .help = "for your records"},
                    {.name = "comment_to", .help = "taken for Core's sake"},
                    {.name = "subtractfeefromamount",
                     .type = ParamType::boolean,
                     .help = "the payee gets the amount less the fee"},
                    {.name = "replaceable", .type = ParamType::boolean, .help = "must be true"},
                    target,
                    mode,
                    {.name = "avoid_reuse", .type = ParamType::boolean, .help = "taken for Core's sake"},
                    rate,
                    {.name = "verbose", .type = ParamType::boolean, .help = "an object instead of the txid"},
                    request_id},
         .summary = "Pays an address.",
         .result_help = "the txid",
         .example = "ADDRESS 0.1",
         .request = sendToAddress,
         .result = onReply<api::SendReply>(sentTo)},
        {.name = "send",
         .group = group,
         .params = {{.name = "outputs",
                     .type = ParamType::json,
                     .needed = Needed::yes,
                     .help = "[{ADDRESS: amount in BTC}, ...] or {ADDRESS: amount, ...}"},
                    target,
                    mode,
                    rate,
                    options,
                    request_id},
         .summary = "Pays one or more addresses.",
         .result_help = "{txid, complete, fee_sat, ...}",
         .example = "'{\"ADDRESS\": 0.1}'",
         .request = send,
         .result = onReply<api::SendReply>(sent)},
        {.name = "sendall",
         .group = group,
         .params =
             {{.name = "recipients", .type = ParamType::array, .needed = Needed::yes, .help = "[ADDRESS]"},
              target,
              mode,
              rate,
              options,
              {.name = "include_reserve",
               .type = ParamType::boolean,
               .help = "also what is kept back for closing channels safely"},
              request_id},
         .summary = "Sends everything to one address; the safety reserve for open channels stays, unless "
                    "include_reserve.",
         .result_help = "{txid, complete, fee_sat, ...}",
         .example = "'[\"ADDRESS\"]'",
         .request = sendAll,
         .result = onReply<api::SendReply>(sent)},
    };
}

} // namespace duplex::rpc
