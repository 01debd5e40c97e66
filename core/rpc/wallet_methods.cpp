#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"
#include "core/rpc/send_methods.h"
#include "core/rpc/transaction_json.h"

#include <QString>

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Wallet";

// BIP 39 wants NFKD of words and passphrases; done once, here at the door (bitcoin.md section 4).
std::string normalized(const std::string& text) {
    return QString::fromStdString(text).normalized(QString::NormalizationForm_KD).toStdString();
}

RequestResult createWallet(const Arguments& arguments, const Environment& environment) {
    if (arguments.boolean("disable_private_keys") || arguments.boolean("blank") ||
        arguments.boolean("avoid_reuse") || arguments.boolean("external_signer"))
        return fail(Code::wallet, "Wallets without keys, blank, with avoid_reuse or with an external signer "
                                  "are not made by Duplex.");
    if (!arguments.boolean("descriptors", true))
        return fail(Code::wallet, "Wallets are always of the descriptor kind.");
    if (arguments.has("mnemonic") && arguments.has("words"))
        return fail(Code::bad_parameter, "Give mnemonic or words, not both.");
    const std::int64_t words = arguments.integer("words", 12);
    if (words != 12 && words != 24) return fail(Code::bad_parameter, "words must be 12 or 24.");
    api::CreateWallet request{.name = arguments.text("wallet_name")};
    request.passphrase = normalized(arguments.text("passphrase"));
    request.mnemonic = normalized(arguments.text("mnemonic"));
    request.mnemonic_passphrase = normalized(arguments.text("mnemonic_passphrase"));
    request.words = static_cast<int>(words);
    if (arguments.has("birthday")) {
        const std::int64_t birthday = arguments.integer("birthday");
        if (birthday < 0 || birthday > environment.now) // after it coins would not be looked for
            return fail(Code::bad_parameter, "birthday must be a UNIX time that is past.");
        request.birthday_time = birthday;
    }
    return request;
}

LocalResult walletCreated(const api::WalletCreated& reply, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("name", reply.name);
    json.setText("mnemonic", reply.mnemonic);
    if (!reply.warning.empty()) json.set("warnings", Json::array().push(reply.warning));
    return json;
}

/// From 0 to 1.
Json partOf(std::int64_t done, std::int64_t all) {
    if (all <= 0 || done >= all) return Json(1);
    return done <= 0 ? Json(0) : Json::figure(static_cast<double>(done) / static_cast<double>(all));
}

LocalResult walletInfo(const api::WalletInfo& info, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("walletname", info.name);
    json.set("format", "sqlite");
    json.set("txcount", info.transaction_count);
    json.set("keypoolsize", info.key_pool_size);
    json.setIf("unlocked_until", info.unlocked_until);
    json.set("private_keys_enabled", true);
    json.set("avoid_reuse", false);
    if (info.scanning)
        json.set("scanning", Json::object()
                                 .set("duration", info.scan_s)
                                 .set("progress", partOf(info.scan_height - info.scan_from,
                                                         info.scan_to - info.scan_from))
                                 .set("height", info.scan_height));
    else
        json.set("scanning", false);
    json.set("descriptors", true);
    json.set("external_signer", false);
    json.set("blank", false);
    if (info.birthday_time > 0) json.set("birthtime", info.birthday_time);
    json.set("birthday_height", info.birthday_height);
    json.set("complete_to", info.complete_to);
    json.set("lastprocessedblock",
             Json::object().set("hash", info.complete_hash).set("height", info.complete_to));
    json.set("protected_by_password", info.protected_by_password);
    json.setText("warning", info.warning);
    json.setText("fingerprint", info.fingerprint);
    return json.setText("node_id", info.node_id);
}

RequestResult unlock(const Arguments& arguments, const Environment&) {
    constexpr std::int64_t longest = 100'000'000; // as Core: about three years
    const std::int64_t timeout = arguments.integer("timeout");
    if (timeout < 0) return fail(Code::bad_parameter, "Timeout cannot be negative.");
    if (arguments.text("passphrase").empty()) return fail(Code::bad_parameter, "passphrase cannot be empty");
    return api::Unlock{.passphrase = normalized(arguments.text("passphrase")),
                       .timeout_s = std::min(timeout, longest)};
}

RequestResult changePassphrase(const Arguments& arguments, const Environment&) {
    if (arguments.text("newpassphrase").empty())
        return fail(Code::bad_parameter, "passphrase cannot be empty");
    return api::ChangePassphrase{.old_passphrase = normalized(arguments.text("oldpassphrase")),
                                 .new_passphrase = normalized(arguments.text("newpassphrase"))};
}

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

std::vector<Method> seedMethods() {
    const Param ignored_load{.name = "load_on_startup",
                             .type = ParamType::boolean,
                             .help = "taken for Core's sake: the wallet used last is loaded"};
    return {
        {.name = "createwallet",
         .group = group,
         .params =
             {{.name = "wallet_name", .needed = Needed::yes, .help = "of the new wallet"},
              {.name = "disable_private_keys", .type = ParamType::boolean, .help = "must be false"},
              {.name = "blank", .type = ParamType::boolean, .help = "must be false"},
              {.name = "passphrase",
               .help = "seals the seed; without one a random key in the system's keyring or a file does",
               .secrecy = Secrecy::secret},
              {.name = "avoid_reuse", .type = ParamType::boolean, .help = "must be false"},
              {.name = "descriptors", .type = ParamType::boolean, .help = "must be true"},
              ignored_load,
              {.name = "external_signer", .type = ParamType::boolean, .help = "must be false"},
              {.name = "mnemonic",
               .help = "restores from these words (12, 15, 18, 21 or 24)",
               .secrecy = Secrecy::secret},
              {.name = "mnemonic_passphrase",
               .help = "BIP 39's passphrase of the words",
               .secrecy = Secrecy::secret},
              {.name = "birthday",
               .type = ParamType::integer,
               .help = "UNIX time before which the words were not used; shortens the scan"},
              {.name = "words", .type = ParamType::integer, .help = "of a new seed: 12 (default) or 24"}},
         .summary = "Makes a wallet, or restores one from its words.",
         .result_help = "{name, mnemonic (only of a new seed, shown once), warnings}",
         .example = "savings",
         .request = createWallet,
         .result = onReply<api::WalletCreated>(walletCreated)},
        {.name = "restorewallet",
         .group = group,
         .params = {{.name = "wallet_name",
                     .needed = Needed::yes,
                     .help = "of the restored wallet; an existing one is refused"},
                    {.name = "backup_file", .needed = Needed::yes, .help = "as backupwallet wrote it"},
                    ignored_load,
                    {.name = "passphrase",
                     .help = "with which the backup was sealed",
                     .secrecy = Secrecy::secret}},
         .summary = "Restores a wallet from a backup file.",
         .result_help = "{name, warnings}",
         .example = "savings /media/usb/duplex.backup",
         .request = asking([](const Arguments& arguments) {
             return api::RestoreBackup{.name = arguments.text("wallet_name"),
                                       .backup_file = arguments.text("backup_file"),
                                       .passphrase = normalized(arguments.text("passphrase"))};
         }),
         .result = onReply<api::WalletCreated>(walletCreated)},
        {.name = "loadwallet",
         .group = group,
         .params = {{.name = "filename", .needed = Needed::yes, .help = "name of the wallet"}, ignored_load},
         .summary = "Opens a wallet.",
         .result_help = "{name}",
         .example = "savings",
         .request = asking(
             [](const Arguments& arguments) { return api::LoadWallet{.name = arguments.text("filename")}; }),
         .result = onReply<api::Text>([](const api::Text& reply, const Arguments&, const Environment&) {
             return Json::object().set("name", reply.text);
         })},
        {.name = "unloadwallet",
         .group = group,
         .params = {{.name = "wallet_name", .help = "default: the open one"}, ignored_load},
         .summary = "Closes the wallet; refused while a channel is open or unresolved.",
         .result_help = "{}",
         .request = asking([](const Arguments& arguments) {
             return api::UnloadWallet{.name = arguments.text("wallet_name")};
         }),
         .result = [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult {
             return Json::object();
         }},
        {.name = "listwallets",
         .group = group,
         .summary = "Names of the open wallets: one at most.",
         .result_help = "an array of names",
         .request = asking([](const Arguments&) { return api::GetStatus{}; }),
         .result = onReply<api::StatusSnapshot>(
             [](const api::StatusSnapshot& reply, const Arguments&, const Environment&) {
                 Json names = Json::array();
                 if (reply.wallet != api::WalletState::none) names.push(reply.wallet_name);
                 return names;
             })},
        {.name = "listwalletdir",
         .group = group,
         .summary = "Names of the wallets in this data directory, open or not.",
         .result_help = "{wallets: [{name}]}",
         .request = asking([](const Arguments&) { return api::ListWallets{}; }),
         .result =
             onReply<api::NameList>([](const api::NameList& reply, const Arguments&, const Environment&) {
                 Json wallets = Json::array();
                 for (const std::string& name : reply.names) wallets.push(Json::object().set("name", name));
                 return Json::object().set("wallets", std::move(wallets));
             })},
        {.name = "getwalletinfo",
         .group = group,
         .summary = "State of the wallet.",
         .result_help = "an object as Core's",
         .request = asking([](const Arguments&) { return api::GetWalletInfo{}; }),
         .result = onReply<api::WalletInfo>(walletInfo)},
        {.name = "walletpassphrase",
         .group = group,
         .params = {{.name = "passphrase",
                     .needed = Needed::yes,
                     .help = "of the wallet",
                     .secrecy = Secrecy::secret},
                    {.name = "timeout",
                     .type = ParamType::integer,
                     .needed = Needed::yes,
                     .help = "seconds until it locks itself; 0: not by itself"}},
         .summary = "Unlocks spending.",
         .result_help = "null",
         .example = "-stdinpass walletpassphrase 600",
         .request = unlock,
         .result = nothing()},
        {.name = "walletlock",
         .group = group,
         .summary = "Locks spending. What live channels need stays usable.",
         .result_help = "null",
         .request = asking([](const Arguments&) { return api::Lock{}; }),
         .result = nothing()},
        {.name = "walletpassphrasechange",
         .group = group,
         .params = {{.name = "oldpassphrase",
                     .needed = Needed::yes,
                     .help = "needed even when unlocked; empty where the wallet has none",
                     .secrecy = Secrecy::secret},
                    {.name = "newpassphrase",
                     .needed = Needed::yes,
                     .help = "seals the seed from now on",
                     .secrecy = Secrecy::secret}},
         .summary = "Changes the wallet's passphrase, or gives one to a wallet without: then the old one is "
                    "empty and the wallet is locked afterwards. Three failures a minute.",
         .result_help = "null",
         .example = "-stdinpass walletpassphrasechange",
         .request = changePassphrase,
         .result = nothing()},
        {.name = "backupwallet",
         .group = group,
         .params = {{.name = "destination",
                     .needed = Needed::yes,
                     .help = "path of a new file; an existing one is refused"}},
         .summary =
             "Writes the sealed seed, settings, labels and the static channel backup; never channel states.",
         .result_help = "null; {warnings} for a wallet without a password, whose backup anybody can open",
         .example = "/media/usb/duplex.backup",
         .request = asking([](const Arguments& arguments) {
             return api::BackupWallet{.destination = arguments.text("destination")};
         }),
         .result = onReply<api::Text>([](const api::Text& reply, const Arguments&, const Environment&) {
             if (reply.warning.empty()) return Json();
             return Json::object().set("warnings", Json::array().push(reply.warning));
         })},
        {.name = "exportmnemonic",
         .group = group,
         .params = {{.name = "passphrase", .help = "needed even when unlocked", .secrecy = Secrecy::secret}},
         .summary = "The wallet's words. Whoever sees them can take everything. Three failures a minute.",
         .result_help = "{mnemonic, warnings}",
         .example = "-stdinpass exportmnemonic",
         .request = asking([](const Arguments& arguments) {
             return api::ExportMnemonic{.passphrase = normalized(arguments.text("passphrase"))};
         }),
         .result =
             onReply<api::Mnemonic>([](const api::Mnemonic& reply, const Arguments&, const Environment&) {
                 Json result = Json::object().set("mnemonic", reply.words);
                 if (reply.has_passphrase)
                     result.set("warnings", Json::array().push(
                                                "These words alone do not restore this wallet: it also has "
                                                "a passphrase of its own (BIP 39), given when it was made."));
                 return result;
             })},
    };
}

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
                    {.name = "addresses", .type = ParamType::json, .help = "only coins of these"},
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
               .type = ParamType::json,
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

} // namespace

std::vector<Method> walletMethods() {
    std::vector<Method> all = seedMethods();
    for (auto list : {coinMethods(), sendMethods()})
        for (Method& method : list) all.push_back(std::move(method));
    return all;
}

} // namespace duplex::rpc
