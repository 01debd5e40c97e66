#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Wallet";

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
    request.passphrase = arguments.text("passphrase");
    request.mnemonic = arguments.text("mnemonic");
    request.mnemonic_passphrase = arguments.text("mnemonic_passphrase");
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
    return api::Unlock{.passphrase = arguments.text("passphrase"), .timeout_s = std::min(timeout, longest)};
}

RequestResult changePassphrase(const Arguments& arguments, const Environment&) {
    if (arguments.text("newpassphrase").empty())
        return fail(Code::bad_parameter, "passphrase cannot be empty");
    return api::ChangePassphrase{.old_passphrase = arguments.text("oldpassphrase"),
                                 .new_passphrase = arguments.text("newpassphrase")};
}

} // namespace

std::vector<Method> walletMethods() {
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
                                       .passphrase = arguments.text("passphrase")};
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
                     .help = "seconds until it locks itself; 0: at once"}},
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
             return api::ExportMnemonic{.passphrase = arguments.text("passphrase")};
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

} // namespace duplex::rpc
