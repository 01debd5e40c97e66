#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"
#include "core/rpc/transaction_json.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Wallet";

/// "*" means every label where one is asked for, so no label can be called that (as in Core).
std::expected<std::string, api::Error> labelOf(const Arguments& arguments) {
    std::string label = arguments.text("label");
    if (label == "*") return fail(Code::bad_label, "Invalid label name: \"*\" stands for all labels.");
    return label;
}

auto newAddress(api::NewAddress::Kind kind) {
    return [kind](const Arguments& arguments, const Environment&) -> RequestResult {
        if (const std::string type = arguments.text("address_type", "bech32"); type != "bech32")
            return fail(Code::bad_address,
                        fmt::format("Address type '{}' is not given out: bech32 is (BIP 84).", type));
        if (kind == api::NewAddress::Kind::change) return api::NewAddress{.kind = kind};
        auto label = labelOf(arguments);
        if (!label) return std::unexpected(label.error());
        return api::NewAddress{.label = std::move(*label), .kind = kind};
    };
}

LocalResult addressInfo(const api::AddressInfo& info, const Arguments&, const Environment& environment) {
    Json json = Json::object();
    json.set("address", info.address);
    json.set("scriptPubKey", info.script_hex);
    json.set("ismine", info.is_mine);
    json.set("solvable", !info.descriptor.empty());
    json.setText("desc", info.descriptor);
    json.set("iswatchonly", false);
    json.setText("pubkey", info.public_key);
    const auto script = bitcoin::scriptFromAddress(info.address, *environment.network);
    const auto kind = script ? bitcoin::kindOf(*script) : bitcoin::ScriptKind::nonstandard;
    json.set("isscript", kind == bitcoin::ScriptKind::script_hash ||
                             kind == bitcoin::ScriptKind::witness_script_hash ||
                             kind == bitcoin::ScriptKind::taproot);
    json.set("iswitness", info.is_witness);
    if (info.is_witness)
        json.set("witness_version", info.witness_version).set("witness_program", info.witness_program_hex);
    json.set("ischange", info.is_change);
    json.setText("hdkeypath", info.hd_path);
    json.setText("hdmasterfingerprint", info.fingerprint);
    json.set("labels", stringsJson(info.labels));
    // Of an address of somebody else all this is computed from its text: there is no figure to vouch for.
    if (!info.is_mine) return json;
    json.set("used", info.used).set("received_sat", info.received_sat);
    return json.set("verified", verifiedJson(info.verified));
}

LocalResult balances(const api::Balances& reply, const Arguments&, const Environment&) {
    Json mine = Json::object();
    mine.set("trusted", Json::btc(reply.trusted_sat));
    mine.set("immature", Json::btc(reply.immature_sat));
    mine.set("nonmempool", Json::btc(reply.pending_sat));
    Json json = Json::object();
    json.set("mine", std::move(mine));
    json.set("lastprocessedblock",
             Json::object().set("hash", reply.block_hash).set("height", reply.complete_to));
    json.set("locked_sat", reply.locked_sat);
    json.set("reserve_sat", reply.reserve_sat);
    return json.set("verified", verifiedJson(reply.verified));
}

RequestResult listUnspent(const Arguments& arguments, const Environment& environment) {
    api::ListUnspent request;
    request.min_confirmations =
        static_cast<int>(std::clamp<std::int64_t>(arguments.integer("minconf", 1), 0, 9'999'999));
    request.max_confirmations =
        static_cast<int>(std::clamp<std::int64_t>(arguments.integer("maxconf", 9'999'999), 0, 9'999'999));
    if (const Json::Array* list = arguments.at("addresses").elements())
        for (const Json& item : *list) {
            if (!item.string() || !bitcoin::scriptFromAddress(*item.string(), *environment.network))
                return fail(Code::bad_address,
                            "Invalid Bitcoin address: " + (item.string() ? *item.string() : item.text()));
            if (std::ranges::find(request.addresses, *item.string()) != request.addresses.end())
                return fail(Code::bad_parameter, "Invalid parameter, duplicated address: " + *item.string());
            request.addresses.push_back(*item.string());
        }
    return request;
}

Json coinJson(const api::Coin& coin) {
    Json json = Json::object();
    json.set("txid", coin.txid);
    json.set("vout", coin.index);
    json.setText("address", coin.address);
    json.set("label", coin.label);
    json.set("scriptPubKey", coin.script_hex);
    json.set("amount", Json::btc(coin.amount_sat));
    json.set("confirmations", coin.confirmations);
    json.set("spendable", coin.spendable);
    json.set("solvable", !coin.descriptor.empty());
    json.setText("desc", coin.descriptor);
    json.set("safe", coin.confirmations > 0 ||
                         coin.spendable); // an unconfirmed coin that may be spent is our own change
    json.set("reserved", coin.reserved);
    return json.set("verified", verifiedJson(coin.verified));
}

RequestResult lockUnspent(const Arguments& arguments, const Environment&) {
    api::LockUnspent request{.unlock = arguments.boolean("unlock")};
    const Json::Array* list = arguments.at("transactions").elements();
    if (!list && !request.unlock)
        return fail(Code::bad_parameter,
                    "transactions: which outputs to lock, as [{\"txid\":...,\"vout\":n}]");
    if (!list) return request; // all of them
    request.outpoints.emplace();
    for (const Json& item : *list) {
        const Json* txid = item.find("txid");
        const Json* index = item.find("vout");
        const std::int64_t number = index ? index->integer().value_or(-1) : -1;
        if (!txid || !txid->string() || !bitcoin::Txid::fromReversedHex(*txid->string()))
            return fail(Code::bad_parameter, "transactions: each needs a txid of 64 hex digits.");
        if (number < 0 || number > 0xffffffffLL)
            return fail(Code::bad_parameter, "Invalid parameter, vout cannot be negative");
        const std::pair outpoint(*txid->string(), static_cast<std::uint32_t>(number));
        if (std::ranges::find(*request.outpoints, outpoint) != request.outpoints->end())
            return fail(Code::bad_parameter,
                        fmt::format("transactions: {}:{} stands there twice.", outpoint.first, number));
        request.outpoints->push_back(outpoint);
    }
    return request;
}

// What entries of listtransactions and the result of gettransaction share.
void addChainFields(Json& json, const api::WalletTransaction& transaction) {
    json.set("confirmations", transaction.confirmations);
    if (transaction.block_height >= 0) {
        json.set("blockhash", transaction.block_hash);
        json.set("blockheight", transaction.block_height);
        if (transaction.block_index >= 0) json.set("blockindex", transaction.block_index);
        json.set("blocktime", transaction.block_time);
    } else if (transaction.fee_sat) {
        json.set("trusted", transaction.trusted); // only of own sends: others are not known to be anywhere
        json.set("announced_to", transaction.announced_to);
        json.set("seen_by_another_peer", transaction.seen_by_another_peer);
    }
    json.set("txid", transaction.txid);
    json.setText("wtxid", transaction.wtxid);
    json.set("walletconflicts", stringsJson(transaction.conflicts));
    json.set("time", transaction.time);
    json.set("timereceived", transaction.time_received);
    json.setText("comment", transaction.comment);
}

Json detailJson(const api::TransactionDetail& detail, const api::WalletTransaction& transaction) {
    Json json = Json::object();
    json.setText("address", detail.address);
    json.set("category", detail.category);
    json.set("amount", Json::btc(detail.amount_sat));
    json.setText("label", detail.label);
    json.set("vout", detail.index);
    if (detail.category == "send" && transaction.fee_sat) json.set("fee", Json::btc(*transaction.fee_sat));
    return json.set("abandoned", transaction.abandoned);
}

RequestResult listTransactions(const Arguments& arguments, const Environment&) {
    const std::int64_t count = arguments.integer("count", 10);
    const std::int64_t skip = arguments.integer("skip", 0);
    if (count < 0) return fail(Code::bad_parameter, "Negative count");
    if (skip < 0) return fail(Code::bad_parameter, "Negative from");
    const std::string label = arguments.text("label", "*");
    if (label.empty())
        return fail(Code::bad_parameter, "Label argument must be a valid label name or \"*\".");
    // Core counts entries, of which a transaction may have several: the page is cut below.
    constexpr std::int64_t most = 1'000'000;
    return api::ListTransactions{
        .label = label == "*" ? std::string{} : label,
        .count = static_cast<int>(std::min(std::min(count, most) + std::min(skip, most), most)),
        .skip = 0};
}

LocalResult transactionList(const api::WalletTransactionList& reply, const Arguments& arguments,
                            const Environment&) {
    Json::Array entries;
    const std::string label = arguments.text("label", "*");
    for (const api::WalletTransaction& transaction : reply.transactions)
        for (const api::TransactionDetail& detail : transaction.details) {
            if (label != "*" && detail.label != label) continue;
            Json entry = detailJson(detail, transaction);
            addChainFields(entry, transaction);
            entries.push_back(std::move(entry.set("verified", verifiedJson(transaction.verified))));
        }
    const auto skip =
        std::min<std::size_t>(static_cast<std::size_t>(arguments.integer("skip", 0)), entries.size());
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(arguments.integer("count", 10)),
                                             entries.size() - skip);
    const auto end = entries.end() - static_cast<std::ptrdiff_t>(skip);
    return Json(Json::Array(end - static_cast<std::ptrdiff_t>(count), end));
}

LocalResult walletTransaction(const api::WalletTransaction& transaction, const Arguments& arguments,
                              const Environment& environment) {
    Json json = Json::object();
    json.set("amount", Json::btc(transaction.amount_sat));
    if (transaction.fee_sat) json.set("fee", Json::btc(*transaction.fee_sat));
    addChainFields(json, transaction);
    Json details = Json::array();
    for (const api::TransactionDetail& detail : transaction.details)
        details.push(detailJson(detail, transaction));
    json.set("details", std::move(details));
    json.set("hex", toHex(transaction.transaction));
    if (transaction.complete_to >= 0)
        json.set(
            "lastprocessedblock",
            Json::object().set("hash", transaction.complete_hash).set("height", transaction.complete_to));
    if (arguments.boolean("verbose"))
        if (const auto decoded = bitcoin::decodeTransaction(transaction.transaction))
            json.set("decoded", transactionJson(*decoded, *environment.network));
    return json.set("verified", verifiedJson(transaction.verified));
}

RequestResult rescan(const Arguments& arguments, const Environment&) {
    api::Rescan request{.start_height = arguments.integer("start_height", 0)};
    if (arguments.has("stop_height")) request.stop_height = arguments.integer("stop_height");
    if (request.start_height < 0) return fail(Code::bad_parameter, "Invalid start_height");
    if (request.stop_height && *request.stop_height < request.start_height)
        return fail(Code::bad_parameter, "stop_height must be greater than start_height");
    return request;
}

} // namespace

std::vector<Method> coinMethods() {
    const auto coin_list =
        onReply<api::CoinList>([](const api::CoinList& reply, const Arguments&, const Environment&) {
            Json list = Json::array();
            for (const api::Coin& coin : reply.coins) list.push(coinJson(coin));
            return list;
        });
    return {
        {.name = "getnewaddress",
         .group = group,
         .params = {{.name = "label", .help = "for your records"},
                    {.name = "address_type", .help = "bech32"}},
         .summary = "An address to be paid at, not given out before.",
         .result_help = "an address",
         .example = "\"from Bob\"",
         .request = newAddress(api::NewAddress::Kind::receive),
         .result = bareText()},
        {.name = "getrawchangeaddress",
         .group = group,
         .params = {{.name = "address_type", .help = "bech32"}},
         .summary = "An address for change.",
         .result_help = "an address",
         .request = newAddress(api::NewAddress::Kind::change),
         .result = bareText()},
        {.name = "getaddressinfo",
         .group = group,
         .params = {{.name = "address", .needed = Needed::yes, .help = "any address"}},
         .summary = "What the wallet knows of an address.",
         .result_help = "an object as Core's",
         .example = "ADDRESS",
         .request = [](const Arguments& arguments, const Environment& environment) -> RequestResult {
             if (const auto script =
                     bitcoin::scriptFromAddress(arguments.text("address"), *environment.network);
                 !script)
                 return fail(Code::bad_address, std::string(bitcoin::textOf(script.error())));
             return api::GetAddressInfo{.address = arguments.text("address")};
         },
         .result = onReply<api::AddressInfo>(addressInfo)},
        {.name = "getbalances",
         .group = group,
         .summary = "The wallet's balances on the first layer.",
         .result_help = "an object as Core's, with locked_sat, reserve_sat and verified",
         .request = asking([](const Arguments&) { return api::GetBalances{}; }),
         .result = onReply<api::Balances>(balances)},
        {.name = "listunspent",
         .group = group,
         .params = {{.name = "minconf", .type = ParamType::integer, .help = "default 1"},
                    {.name = "maxconf", .type = ParamType::integer, .help = "default 9999999"},
                    {.name = "addresses", .type = ParamType::array, .help = "only coins of these"},
                    {.name = "include_unsafe", .type = ParamType::boolean, .help = "taken for Core's sake"}},
         .summary = "The wallet's coins.",
         .result_help = "an array as Core's",
         .example = "6 9999999",
         .request = listUnspent,
         .result = coin_list},
        {.name = "lockunspent",
         .group = group,
         .params =
             {{.name = "unlock", .type = ParamType::boolean, .needed = Needed::yes, .help = "true unlocks"},
              {.name = "transactions",
               .type = ParamType::array,
               .help = "[{txid, vout}]; unlock without it: all"}},
         .summary = "Keeps coins from being chosen, or frees them.",
         .result_help = "true",
         .example = "false '[{\"txid\":\"...\",\"vout\":0}]'",
         .request = lockUnspent,
         .result = [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult {
             return Json(true);
         }},
        {.name = "listlockunspent",
         .group = group,
         .summary = "The coins locked by lockunspent.",
         .result_help = "an array of {txid, vout}",
         .request = asking([](const Arguments&) { return api::ListLockUnspent{}; }),
         .result =
             onReply<api::CoinList>([](const api::CoinList& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const api::Coin& coin : reply.coins)
                     list.push(Json::object().set("txid", coin.txid).set("vout", coin.index));
                 return list;
             })},
        {.name = "listtransactions",
         .group = group,
         .params = {{.name = "label", .help = "only this label; * (default): all"},
                    {.name = "count", .type = ParamType::integer, .help = "default 10"},
                    {.name = "skip", .type = ParamType::integer, .help = "default 0"},
                    {.name = "include_watchonly",
                     .type = ParamType::boolean,
                     .help = "taken for Core's sake"}},
         .summary = "The latest entries of the wallet's history, oldest first.",
         .result_help = "an array as Core's",
         .example = "\"*\" 20",
         .request = listTransactions,
         .result = onReply<api::WalletTransactionList>(transactionList)},
        {.name = "gettransaction",
         .group = group,
         .params = {{.name = "txid", .needed = Needed::yes, .help = "of the wallet's own"},
                    {.name = "include_watchonly",
                     .type = ParamType::boolean,
                     .help = "taken for Core's sake"},
                    {.name = "verbose", .type = ParamType::boolean, .help = "adds decoded"}},
         .summary = "One of the wallet's transactions.",
         .result_help = "an object as Core's",
         .example = "TXID",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             if (!bitcoin::Txid::fromReversedHex(arguments.text("txid")))
                 return fail(Code::bad_parameter, "txid must be 64 hex digits.");
             return api::GetWalletTransaction{.txid = arguments.text("txid")};
         },
         .result = onReply<api::WalletTransaction>(walletTransaction)},
        {.name = "setlabel",
         .group = group,
         .params = {{.name = "address", .needed = Needed::yes, .help = "to label"},
                    {.name = "label", .needed = Needed::yes, .help = "the text"}},
         .summary = "Labels an address.",
         .result_help = "null",
         .example = "ADDRESS \"from Bob\"",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             auto label = labelOf(arguments);
             if (!label) return std::unexpected(label.error());
             return api::SetLabel{.address = arguments.text("address"), .label = std::move(*label)};
         },
         .result = nothing()},
        {.name = "rescanblockchain",
         .group = group,
         .params = {{.name = "start_height", .type = ParamType::integer, .help = "default 0"},
                    {.name = "stop_height", .type = ParamType::integer, .help = "default the tip"}},
         .summary = "Matches the filters again.",
         .result_help = "{start_height, stop_height}",
         .example = "100000",
         .request = rescan,
         .result = onReply<api::RescanReply>(
             [](const api::RescanReply& reply, const Arguments&, const Environment&) {
                 return Json::object()
                     .set("start_height", reply.start_height)
                     .set("stop_height", reply.stop_height);
             })},
        {.name = "abortrescan",
         .group = group,
         .summary = "Ends a rescan that runs.",
         .result_help = "true",
         .request = asking([](const Arguments&) { return api::AbortRescan{}; }),
         .result = [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult {
             return Json(true);
         }},
    };
}

} // namespace duplex::rpc
