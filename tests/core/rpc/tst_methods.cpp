#include "core/rpc/dispatcher.h"
#include "core/rpc/method_table.h"
#include "tests/core/rpc/fake_session.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <algorithm>

#include <set>

using namespace duplex;
using namespace duplex::rpc;

namespace {
/// JSON written with single quotes: moc does not read raw strings.
std::string q(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return text;
}

} // namespace

class MethodsTest : public QObject {
    Q_OBJECT

    test::FakeSession m_session;

    /// Result of a call as text, or "error CODE: MESSAGE".
    std::string call(const std::string& method, const std::string& params,
                     bitcoin::Network network = bitcoin::Network::main) {
        Dispatcher dispatcher(&m_session, {.network = &bitcoin::parametersOf(network), .started_at = 1});
        m_session.requests.clear();
        Json response;
        const auto parsed = parseJson(params);
        if (!parsed) return "test's own parameters are malformed";
        dispatcher.run({.id = Json(1), .method = method, .params = *parsed},
                       [&](Json answer) { response = std::move(answer); });
        if (!QTest::qWaitFor([&] { return !response.isNull(); })) return "no answer";
        if (const Json* error = response.find("error"))
            return "error " + error->find("code")->text() + ": " + *error->find("message")->string();
        return response.find("result")->text();
    }

private slots:
    void cleanup() { m_session.reply = {}; }

    void table_everyMethod_isWholeAndNamedOnce() {
        std::set<std::string_view> names;
        for (const Method& method : methods()) {
            QVERIFY2(names.insert(method.name).second, method.name.data());
            QVERIFY2(!method.summary.empty() && !method.result_help.empty() && !method.group.empty(),
                     method.name.data());
            QVERIFY2(method.name == "notify" || bool(method.local) != bool(method.request),
                     method.name.data());
            QVERIFY2(bool(method.request) == bool(method.result), method.name.data());
            std::set<std::string_view> params;
            for (const Param& param : method.params)
                QVERIFY2(params.insert(param.name).second, method.name.data());
            QVERIFY(helpText(method.name).has_value());
        }
        QCOMPARE(names.size(), std::size_t{85});
    }

    void absentMethods_call_answerMinus32601AndAreNotInHelp() {
        const std::string help = *helpText("")->string();
        for (const char* name :
             {"signmessage", "decodepsbt", "bumpfee", "keysend", "getroute", "splicein", "offer"}) {
            QVERIFY(call(name, "[]").starts_with("error -32601"));
            QVERIFY2(help.find(std::string("\n") + name) == std::string::npos, name);
        }
        QVERIFY(help.find("== Wallet ==") != std::string::npos);
        QVERIFY(help.find("sendtoaddress address amount") != std::string::npos);
    }

    void params_wrong_areNamedInTheError() {
        QCOMPARE(call("getblockhash", "[]"),
                 std::string("error -1: Parameter height is missing. Usage: getblockhash height"));
        QCOMPARE(call("getblockhash", q("['x']")),
                 std::string("error -3: Parameter height: integer expected, string given."));
        QCOMPARE(call("getblockhash", q("[1.5]")),
                 std::string("error -3: Parameter height: integer expected, number given."));
        QCOMPARE(call("getblockhash", q("{'depth':1}")),
                 std::string("error -8: Unknown named parameter depth"));
        QCOMPARE(
            call("getblockhash", q("{'args':[1],'height':2}")),
            std::string("error -8: Parameter height specified twice both as positional and named argument"));
        QVERIFY(call("getblockhash", "[1,2]").starts_with("error -1:"));
    }

    void positionalAndNamed_sameCall_sameRequest() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::SendReply{.txid = "aa", .fee_reason = "given"});
        };
        const char* expected = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        for (const std::string& params :
             {q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 0.1, 'c', '', true, null, null, null, null, "
                "1.25]"),
              q("{'args':['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'], 'amount':'0.10000000', "
                "'comment':'c', 'subtractfeefromamount':true, 'fee_rate':'1.25'}")}) {
            QCOMPARE(call("sendtoaddress", params), std::string("\"aa\""));
            const auto& request = std::get<api::SendCoins>(m_session.requests.at(0));
            QCOMPARE(request.payees.at(0).address, std::string(expected));
            QCOMPARE(request.payees.at(0).amount_sat, std::int64_t{10'000'000});
            QCOMPARE(request.feerate_sat_per_kvb.value_or(0), std::int64_t{1250});
            QVERIFY(request.subtract_fee);
            QCOMPARE(request.comment, std::string("c"));
        }
        QCOMPARE(call("sendtoaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 0.1, null, null, "
                                         "null, null, null, null, null, null, true]")),
                 q("{'txid':'aa','fee_reason':'given'}"));
    }

    void send_wrongAmountsAndAddresses_areRefusedBeforeTheEngine() {
        QCOMPARE(call("sendtoaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 0.000000001]")),
                 std::string("error -3: Invalid amount"));
        QCOMPARE(call("sendtoaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', -1]")),
                 std::string("error -3: Amount out of range"));
        QCOMPARE(call("sendtoaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 21000001]")),
                 std::string("error -3: Amount out of range"));
        QVERIFY(call("sendtoaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', 1]"))
                    .starts_with("error -5:"));
        QVERIFY(call("send", q("[{'data':'00'}]")).starts_with("error -8:"));
        QVERIFY(call("send", q("[[]]")).starts_with("error -8:"));
        QVERIFY(call("send",
                     q("[{'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4':1}, null, null, 2, {'fee_rate':3}]"))
                    .starts_with("error -8:"));
        QVERIFY(m_session.requests.empty());
    }

    void send_addressInEitherCase_isPaidOnce() {
        QVERIFY(call("send", q("[{'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4':1,"
                               "'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4':1}]"))
                    .starts_with("error -8:"));
        QVERIFY(m_session.requests.empty());
    }

    // threats 84: an id that is not read would let a repeated call pay again.
    void threat84_send_optionThatIsNotUnderstood_isRefused() {
        const std::string payee = "[{'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4':1}";
        for (const char* options :
             {"{'request_id':7}", "{'request_id':['a']}", "{'replaceable':false}", "{'replaceable':0}",
              "{'subtract_fee_from_outputs':0}", "{'subtract_fee_from_outputs':[1]}", "['request_id']"})
            QVERIFY2(call("send", q(payee + ", null, null, null, " + options + "]")).starts_with("error -"),
                     options);
        QVERIFY(call("send", q(payee + ", null, null, null, {'request_id':'" + std::string(129, 'a') + "'}]"))
                    .starts_with("error -8:"));
        QVERIFY(call("sendall", q("[['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'], null, null, null, "
                                  "{'include_reserve':1}]"))
                    .starts_with("error -3:"));
        const std::string long_id = "'request_id':'" + std::string(129, 'a') + "'}";
        for (const auto& [method, begin] : std::vector<std::pair<std::string, std::string>>{
                 {"pay", "{'bolt11':'lnbc1x',"},
                 {"xpay", "{'invstring':'lnbc1x',"},
                 {"fundchannel", "{'id':'02" + std::string(64, 'a') + "','amount':300000,"},
                 {"move", "{'quote_id':'a',"}})
            QCOMPARE(call(method, q(begin + long_id)),
                     std::string("error -8: request_id must have at most 128 bytes."));
        QVERIFY(m_session.requests.empty());
        m_session.reply = [](const api::Request&) { return api::Answer(api::SendReply{.txid = "aa"}); };
        call("send", q(payee + ", null, null, null, "
                               "{'request_id':'a','replaceable':true,'subtract_fee_from_outputs':[0]}]"));
        const auto& request = std::get<api::SendCoins>(m_session.requests.at(0));
        QCOMPARE(request.request_id, std::string("a"));
        QVERIFY(request.subtract_fee);
    }

    void figures_beyondAllMoneyOrTime_areRefusedOrCut() {
        const std::string most = "9223372036854775807";
        QVERIFY(
            call("quote", q("{'from':'L1','to':'L2','amount_sat':" + most + "}")).starts_with("error -8:"));
        QVERIFY(
            call("quote", q("{'from':'L1','to':'L2','amount':21000000.00000001}")).starts_with("error -3:"));
        for (const std::string& figures :
             {"'amount_sat':1,'max_fee_sat':" + most, "'amount_sat':" + most + ",'max_fee_sat':1"})
            QVERIFY(call("move", q("{'from':'L1','to':'L2','route':'open'," + figures + "}"))
                        .starts_with("error -8:"));
        QVERIFY(call("pay", q("['lnbc1x','90000000.0btc']")).starts_with("error -32602:"));
        QVERIFY(call("sandbox", q("['invoice','" + most + "']"), bitcoin::Network::sandbox)
                    .starts_with("error -8:"));
        for (const std::string& birthday : {std::string("-1"), most})
            QVERIFY(call("createwallet", q("{'wallet_name':'w','birthday':" + birthday + "}"))
                        .starts_with("error -8:"));
        QVERIFY(m_session.requests.empty());
        m_session.reply = [](const api::Request&) { return api::Answer(api::WalletTransactionList{}); };
        QCOMPARE(call("listtransactions", q("['*'," + most + "," + most + "]")), std::string("[]"));
        QCOMPARE(std::get<api::ListTransactions>(m_session.requests.at(0)).count, 1'000'000);
        m_session.reply = [](const api::Request&) { return api::Answer(api::ChainReply{}); };
        call("waitforblockheight", "[5," + most + "]");
        QVERIFY(std::get<api::WaitForHeight>(m_session.requests.at(0)).timeout_ms < 1'000'000'000'000);
    }

    // A bare number counts satoshi in one place and millisatoshi in the other: the error names neither.
    void amounts_ofNoUnit_areRefusedWithoutOne() {
        const std::string id = "{'id':'02" + std::string(64, 'a') + "',";
        QCOMPARE(call("fundchannel", q(id + "'amount':0.01}")),
                 std::string("error -3: Parameter amount: whole number or text expected, number given."));
        QCOMPARE(call("fundchannel", q(id + "'amount':300000,'feerate':1.5}")),
                 std::string("error -3: Parameter feerate: whole number or text expected, number given."));
        QVERIFY(helpText("fundchannel")->string()->find("millisatoshi, given") != std::string::npos);
        QVERIFY(helpText("fundchannel")->string()->find("whole satoshi") != std::string::npos);
    }

    void hashes_empty_areNotTakenForAbsent() {
        for (const char* method : {"getblock", "getblockheader", "getblockfilter"})
            QCOMPARE(call(method, q("['']")),
                     std::string("error -8: blockhash must be of length 64 (not 0, for '')"));
        QVERIFY(call("getblockstats", q("['']")).starts_with("error -8: hash_or_height must be of length"));
        QVERIFY(call("getrawtransaction", q("['']")).starts_with("error -8: txid must be of length 64"));
        QVERIFY(call("getrawtransaction", q("['" + std::string(64, 'a') + "',0,'']"))
                    .starts_with("error -8: blockhash must be of length 64"));
        QVERIFY(m_session.requests.empty());
    }

    void engineError_call_keepsCodeAndMessage() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(
                std::unexpected(api::Error{.code = -8, .message = "Block height out of range"}));
        };
        QCOMPARE(call("getblockhash", "[99]"), std::string("error -8: Block height out of range"));
    }

    void balances_reply_isCoresObject() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(
                api::Balances{.trusted_sat = 150'000'000, .complete_to = 7, .block_hash = "ab"});
        };
        const std::string text = call("getbalances", "[]");
        QVERIFY(text.starts_with(q("{'mine':{'trusted':1.50000000,'immature':0.00000000,'nonmempool':0."
                                   "00000000},'lastprocessedblock':{'hash':'ab','height':7}")));
    }

    void listtransactions_page_countsEntriesFromTheEnd() {
        m_session.reply = [](const api::Request&) {
            api::WalletTransactionList list;
            for (int i = 0; i < 3; ++i) {
                api::WalletTransaction transaction{.txid = std::string(1, static_cast<char>('a' + i))};
                transaction.details = {{.category = "receive", .amount_sat = i},
                                       {.category = "send", .amount_sat = -i}};
                list.transactions.push_back(transaction);
            }
            return api::Answer(list);
        };
        const auto json = parseJson(call("listtransactions", q("['*', 2, 1]")));
        QCOMPARE(json->elements()->size(), std::size_t{2});
        QCOMPARE(*json->elements()->at(0).find("txid")->string(), std::string("b"));
        QCOMPARE(*json->elements()->at(1).find("category")->string(), std::string("receive"));
        QCOMPARE(*json->elements()->at(1).find("txid")->string(), std::string("c"));
    }

    void pay_amountsWithUnits_areMillisatoshi() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::PaymentInfo{.status = "complete"});
        };
        for (const char* amount : {"1000", "\"1000msat\"", "\"1sat\"", "\"0.00000001btc\""}) {
            QVERIFY(!call("pay", ("[\"lnbc1x\"," + std::string(amount) + "]").c_str()).starts_with("error"));
            QCOMPARE(std::get<api::Pay>(m_session.requests.at(0)).amount_msat.value_or(0),
                     std::int64_t{1000});
        }
        for (const char* scheme : {"lightning:", "LIGHTNING:", "Lightning:"}) {
            call("pay", q("['" + std::string(scheme) + "lnbc1x']"));
            QCOMPARE(std::get<api::Pay>(m_session.requests.at(0)).bolt11, std::string("lnbc1x"));
        }
        QVERIFY(call("pay", q("['lnbc1x','1 sat']")).starts_with("error -32602"));
        QVERIFY(call("pay", q("['lnbc1x',-1]")).starts_with("error -32602"));
    }

    void connect_oneText_isTakenApart() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::PeerConnected{.node_id = "02", .host = "::1", .port = 1});
        };
        const std::string id = "02" + std::string(64, 'a');
        call("connect", ("[\"" + id + "@[::1]:1234\"]").c_str());
        const auto& request = std::get<api::Connect>(m_session.requests.at(0));
        QCOMPARE(request.node_id, id);
        QCOMPARE(request.host, std::string("::1"));
        QCOMPARE(request.port, std::uint16_t{1234});
        QVERIFY(call("connect", q("['02aa@host']")).starts_with("error -32602"));
    }

    void quote_shortNames_areTheBitcoinPair() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::QuoteList{}); };
        QCOMPARE(call("quote", q("['L1','L2',50000]")), std::string("[]"));
        const auto& request = std::get<api::GetQuotes>(m_session.requests.at(0));
        QCOMPARE(request.from, std::string("bip122:000000000019d6689c085ae165831e93"));
        QCOMPARE(request.to, request.from + "/lightning");
    }

    void logging_categories_areIncludedAndExcluded() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(
                api::LogTopics{.topics = {{api::LogTopic::net, false}, {api::LogTopic::chain, true}}});
        };
        QCOMPARE(call("logging", q("[['chain'],['net','lightning']]")), q("{'net':false,'chain':true}"));
        const auto request = std::get<api::SetLogging>(m_session.requests.at(0));
        QVERIFY(request.include == std::vector{api::LogTopic::chain});
        QVERIFY(request.exclude == (std::vector{api::LogTopic::net, api::LogTopic::lightning}));
        QCOMPARE(call("logging", q("{'exclude':['all']}")), q("{'net':false,'chain':true}"));
        QCOMPARE(std::get<api::SetLogging>(m_session.requests.at(0)).exclude.size(), api::log_topics.size());
        QCOMPARE(call("logging", "[]"), q("{'net':false,'chain':true}"));
        QCOMPARE(
            call("logging", q("[['mempool']]")),
            std::string("error -8: unknown logging category mempool. There are: node, net, chain, wallet, "
                        "lightning, all."));
        QVERIFY(call("logging", "[[1]]").starts_with("error -3:"));
        QVERIFY(call("logging", q("['net']")).starts_with("error -3:"));
        QVERIFY(helpText("")->string()->find("\nlogging ( include ) ( exclude )") != std::string::npos);
    }

    void sandboxMethod_otherNetwork_isAnError() {
        QCOMPARE(call("sandbox", q("['mine']")),
                 std::string("error -1: The sandbox exists only with --network=sandbox."));
        m_session.reply = [](const api::Request&) { return api::Answer(api::SandboxReply{.height = 3}); };
        QCOMPARE(call("sandbox", q("['mine','2']"), bitcoin::Network::sandbox),
                 q("{'height':3,'mempool':0}"));
        const auto request = [&] { return std::get<api::SandboxCommand>(m_session.requests.at(0)); };
        QCOMPARE(request().count, std::int64_t{2});
        call("sandbox", q("['mine',2]"), bitcoin::Network::sandbox);
        QCOMPARE(m_session.requests.size(), std::size_t{1});
        QCOMPARE(request().count, std::int64_t{2});
        QVERIFY(call("sandbox", q("['mine',[]]"), bitcoin::Network::sandbox).starts_with("error -3:"));
        call("sandbox", q("['pay','lnbc1x',7]"), bitcoin::Network::sandbox);
        QCOMPARE(request().amount_sat, std::int64_t{7});
        QVERIFY(call("sandbox", q("['pay','lnbc1x',0]"), bitcoin::Network::sandbox).starts_with("error -8:"));
    }

    void decoding_knownTexts_giveCoresFields() {
        QCOMPARE(call("validateaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4']")),
                 std::string(
                     q("{'isvalid':true,'address':'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4','scriptPubKey'"
                       ":'0014751e76e8199196d454941c45d1b3a323f1433bd6','isscript':false,'iswitness':true,'"
                       "witness_version':0,'witness_program':'751e76e8199196d454941c45d1b3a323f1433bd6'}")));
        const std::string invalid =
            call("validateaddress", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5']"));
        QVERIFY(invalid.starts_with(q("{'isvalid':false,'error_locations':[],'error':")));
        // From the help of Core's decodescript and deriveaddresses, and BIP 173.
        const std::string script =
            call("decodescript", q("['0014751e76e8199196d454941c45d1b3a323f1433bd6']"));
        const Json decoded = *parseJson(script);
        QCOMPARE(*decoded.find("asm")->string(), std::string("0 751e76e8199196d454941c45d1b3a323f1433bd6"));
        QVERIFY(
            decoded.find("desc")->string()->starts_with("addr(bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4)#"));
        QVERIFY(
            script.ends_with(q("'type':'witness_v0_keyhash','p2sh':'3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN'}")));
        QVERIFY(call("decoderawtransaction", q("['00']")).starts_with("error -22"));
    }

    void deriveaddresses_rangeTooLarge_isRefusedAtOnce() {
        const std::string xpub =
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8"
            "YtGqsefD265TMg7usUDFdp6W1EGMcet8";
        const auto derive = [&](const std::string& steps, const std::string& range) {
            const std::string plain = "wpkh(" + xpub + steps + ")";
            const std::string info = call("getdescriptorinfo", "[\"" + plain + "\"]");
            const std::string checksum = *parseJson(info)->find("checksum")->string();
            return call("deriveaddresses", "[\"" + plain + "#" + checksum + "\"," + range + "]");
        };
        QVERIFY(derive("/0/*", "[0,10000]")
                    .starts_with("error -8: Range is too large: a call derives at most 10000 keys"));
        QVERIFY(derive("/<0;1>/*", "[0,5000]").starts_with("error -8: Range is too large"));
        QVERIFY(derive("/0/*", "[0,2147483648]").starts_with("error -8: End of range"));
        const auto two = parseJson(derive("/<0;1>/*", "[5,6]"));
        QCOMPARE(two->elements()->size(), std::size_t{2});
        QCOMPARE(two->elements()->at(1).elements()->at(1).text(),
                 parseJson(derive("/1/*", "[6,6]"))->elements()->at(0).text());
    }

    void verbosityAndMode_unknown_areRefused() {
        const std::string hash(64, 'a');
        for (const char* value : {"'abc'", "{}", "1.5", "'1'", "[1]"}) {
            QVERIFY2(call("getblock", q("['" + hash + "'," + value + "]")).starts_with("error -3:"), value);
            QVERIFY2(call("getrawtransaction", q("['" + hash + "'," + value + "]")).starts_with("error -3:"),
                     value);
        }
        const std::string payee = "'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'";
        const auto refused = [&](const std::string& mode, const char* code) {
            const std::string begin = "error " + std::string(code);
            return call("estimatesmartfee", q("[6," + mode + "]")).starts_with(begin) &&
                   call("sendtoaddress",
                        q("{'address':" + payee + ",'amount':1,'estimate_mode':" + mode + "}"))
                       .starts_with(begin) &&
                   call("send", q("[{" + payee + ":1},null," + mode + "]")).starts_with(begin) &&
                   call("send", q("[{" + payee + ":1},null,null,null,{'estimate_mode':" + mode + "}]"))
                       .starts_with(begin) &&
                   call("sendall", q("[[" + payee + "],null," + mode + "]")).starts_with(begin);
        };
        QVERIFY(refused("'bogus'", "-8: Invalid estimate_mode parameter"));
        QVERIFY(refused("''", "-8:"));
        QVERIFY(refused("6", "-3:"));
        QVERIFY(call("sendtoaddress", q("{'address':" + payee +
                                        ",'amount':1,'fee_rate':2,"
                                        "'estimate_mode':'economical'}"))
                    .starts_with("error -8: Cannot specify both"));
        QVERIFY(m_session.requests.empty());
        m_session.reply = [](const api::Request&) { return api::Answer(api::FeeEstimate{.blocks = 6}); };
        for (const char* mode : {"'unset'", "'ECONOMICAL'", "'conservative'", "null"})
            QVERIFY2(!call("estimatesmartfee", q("[6," + std::string(mode) + "]")).starts_with("error"),
                     mode);
        m_session.reply = [](const api::Request&) {
            return api::Answer(std::unexpected(api::Error{.code = -5, .message = "not here"}));
        };
        for (const char* value : {"0", "1", "2", "true", "false", "null"})
            QCOMPARE(call("getblock", q("['" + hash + "'," + value + "]")),
                     std::string("error -5: not here"));
    }

    void getrawtransaction_spentOutputsKnown_givesFeeAndPrevout() {
        // BIP 143, the P2WPKH example's unsigned transaction.
        const char* hex =
            "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeff"
            "ffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff"
            "02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d00000000"
            "1976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000";
        api::RawTransactionReply reply{.transaction = *fromHex(hex)};
        m_session.reply = [&](const api::Request&) { return api::Answer(reply); };
        const std::string txid = "['" + std::string(64, 'a') + "',";
        QVERIFY(call("getrawtransaction", q(txid + "2]")).find("\"fee\"") == std::string::npos);
        reply.spent = {{.amount_sat = 625'000'000, .script = *fromHex("51"), .height = 7},
                       {.amount_sat = 600'000'000, .script = *fromHex("52"), .generated = true}};
        QVERIFY(call("getrawtransaction", q(txid + "1]")).find("\"fee\"") == std::string::npos);
        const Json json = *parseJson(call("getrawtransaction", q(txid + "2]")));
        QCOMPARE(json.find("fee")->text(), std::string("8.89210000"));
        const auto& inputs = *json.find("vin")->elements();
        QVERIFY(inputs[0].find("prevout")->text().starts_with(
            q("{'generated':false,'height':7,'value':6.25000000,'scriptPubKey':{'asm':'1'")));
        QVERIFY(inputs[1].find("prevout")->text().starts_with(q("{'generated':true,'value':6.00000000,")));
        reply.spent.pop_back(); // one is not known
        QVERIFY(call("getrawtransaction", q(txid + "2]")).find("prevout") == std::string::npos);
    }

    void lockunspent_list_isNeverTakenForAll() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::Done{}); };
        const std::string coin = "{'txid':'" + std::string(64, 'a') + "','vout':1}";
        QCOMPARE(call("lockunspent", q("[true,[" + coin + "]]")), std::string("true"));
        const auto outpoints = [&] { return std::get<api::LockUnspent>(m_session.requests.at(0)).outpoints; };
        QCOMPARE(outpoints()->size(), std::size_t{1});
        QCOMPARE(call("lockunspent", "[true,[]]"), std::string("true"));
        QVERIFY(outpoints() && outpoints()->empty());
        QCOMPARE(call("lockunspent", "[true]"), std::string("true"));
        QVERIFY(!outpoints());
        QVERIFY(call("lockunspent", q("[false,[" + coin + "," + coin + "]]")).starts_with("error -8:"));
        QVERIFY(call("lockunspent", "[false]").starts_with("error -8:"));
        QCOMPARE(call("lockunspent", q("[true," + coin + "]")),
                 std::string("error -3: Parameter transactions: array expected, object given."));
        QVERIFY(m_session.requests.empty());
    }

    // What is no list is not passed over as if nothing had been chosen.
    void lists_objectInstead_areRefused() {
        for (const auto& [method, params] : std::vector<std::pair<std::string, std::string>>{
                 {"listunspent", "{'addresses':{'a':1}}"},
                 {"getblockstats", "[5,{'height':1}]"},
                 {"testmempoolaccept", "[{'a':1}]"},
                 {"sendall", "[{'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4':1}]"},
                 {"logging", "[{}]"},
                 {"recoverchannel", "[{}]"},
                 {"invoice", "{'amount_msat':1000,'label':'a','description':'b','fallbacks':{}}"}})
            QVERIFY2(call(method, q(params)).ends_with("array expected, object given."), method.c_str());
        QVERIFY(m_session.requests.empty());
        QCOMPARE(fromCommandLine(ParamType::array, "[1]")->text(), std::string("[1]"));
        QVERIFY(!fromCommandLine(ParamType::array, "[1"));
    }

    void options_asNamedParameters_areCores() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::SendReply{.txid = "aa"}); };
        const std::string payee = "{'args':[{'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4':1}],";
        call("send", q(payee + "'subtract_fee_from_outputs':[0],'fee_rate':2}"));
        QCOMPARE(m_session.requests.size(), std::size_t{1});
        const auto request = std::get<api::SendCoins>(m_session.requests.at(0));
        QVERIFY(request.subtract_fee && request.feerate_sat_per_kvb == 2000);
        QCOMPARE(call("send", q(payee + "'replaceable':true,'options':{'request_id':'a'}}")),
                 std::string("error -8: Parameter options conflicts with parameter replaceable"));
        QVERIFY(call("send", q(payee + "'bogus':1}")).starts_with("error -8: Option bogus is not known"));
        QVERIFY(m_session.requests.empty());
    }

    void invoice_options_areWrittenOrRefused() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::InvoiceInfo{}); };
        const auto request = [&] { return std::get<api::CreateInvoice>(m_session.requests.at(0)); };
        const std::string begin = "{'amount_msat':1000,'label':'a','description':'b'";
        call("invoice", q(begin + "}"));
        QVERIFY(request().fallbacks.empty() && !request().expose_private_channels);
        call("invoice", q(begin + ",'fallbacks':['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],"
                                  "'exposeprivatechannels':false}"));
        QCOMPARE(request().fallbacks, std::vector<std::string>{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"});
        QCOMPARE(request().expose_private_channels, std::optional(false));
        call("invoice", q(begin + ",'exposeprivatechannels':true}"));
        QCOMPARE(request().expose_private_channels, std::optional(true));
        for (const char* option : {"'fallbacks':['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx']",
                                   "'fallbacks':[1]", "'exposeprivatechannels':['1x1x1']",
                                   "'exposeprivatechannels':'no'", "'exposeprivatechannels':0"}) {
            QVERIFY2(call("invoice", q(begin + "," + option + "}")).starts_with("error -32602: "), option);
            QVERIFY(m_session.requests.empty());
        }
    }

    void filters_thatFitNothing_areNamedInTheError() {
        const std::string id = "02" + std::string(64, 'A');
        for (const auto& [method, params, said] : std::vector<std::array<std::string, 3>>{
                 {"listpeers", "['bad']", "id: should be a node id"},
                 {"listnodes", "['bad']", "id: should be a node id"},
                 {"listnodes", "{'limit':-5}", "limit: should be 1"},
                 {"listchannels", "['bad']", "short_channel_id: should be"},
                 {"listchannels", "{'source':'bad'}", "source: should be"},
                 {"listchannels", "{'destination':'bad'}", "destination: should be"},
                 {"listchannels", "{'limit':0}", "limit: should be 1"},
                 {"listpeerchannels", "['bad']", "id: should be a node id"},
                 {"listpays", "['bad']", "bolt11: Invalid bolt11"},
                 {"listpays", "{'payment_hash':'zz'}", "payment_hash: should be 64"},
                 {"listinvoices", "{'payment_hash':'zz'}", "payment_hash: should be 64"},
                 {"listinvoices", "{'invstring':'zz'}", "invstring: Invalid bolt11"}}) {
            const std::string answer = call(method, q(params));
            QVERIFY2(answer.starts_with("error -32602: " + said), (method + ": " + answer).c_str());
            QVERIFY(m_session.requests.empty());
        }
        QVERIFY(
            call("activity", q("[5,0,'bogus']")).starts_with("error -8: layer: there is no layer 'bogus'"));
        m_session.reply = [](const api::Request&) { return api::Answer(api::LightningPeerList{}); };
        QCOMPARE(call("listpeers", q("['" + id + "']")), q("{'peers':[]}"));
        QCOMPARE(std::get<api::ListPeers>(m_session.requests.at(0)).node_id, "02" + std::string(64, 'a'));
        m_session.reply = [](const api::Request&) { return api::Answer(api::ActivityList{}); };
        QCOMPARE(call("activity", q("[5,0,'L2']")), std::string("[]"));
        QCOMPARE(call("activity", "[]"), std::string("[]"));
        m_session.reply = [](const api::Request&) { return api::Answer(api::PortfolioSnapshot{}); };
        QCOMPARE(call("layers", q("['savings']")), std::string("[]"));
        QCOMPARE(std::get<api::GetLayers>(m_session.requests.at(0)).wallet, std::string("savings"));
    }

    void move_help_namesEveryRoute() {
        const std::string help = *helpText("move")->string();
        for (const char* route : {"open", "close", "close-alone"})
            QVERIFY2(help.find(route) != std::string::npos, route);
    }

    void addressOfSomebodyElse_hasNoLabelOfEvidence() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::AddressInfo{.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"});
        };
        const std::string params = q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4']");
        QVERIFY(call("getaddressinfo", params).find("verified") == std::string::npos);
        m_session.reply = [](const api::Request&) {
            return api::Answer(
                api::AddressInfo{.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", .is_mine = true});
        };
        QVERIFY(call("getaddressinfo", params).find("verified") != std::string::npos);
    }

    void networkAndPeers_whatIsNotKnown_isLeftOut() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::StatusSnapshot{.version = "0.1.0"});
        };
        std::string text = call("getnetworkinfo", "[]");
        QVERIFY(text.find("relayfee") == std::string::npos);
        QVERIFY(text.find(q("{'name':'onion','limited':false,'reachable':false,'proxy':''}")) !=
                std::string::npos);
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::StatusSnapshot{
                .version = "0.1.0", .relay_fee_sat_per_kvb = 1000, .proxy = "127.0.0.1:9050"});
        };
        text = call("getnetworkinfo", "[]");
        QVERIFY(text.find("\"relayfee\":0.00001000") != std::string::npos);
        QVERIFY(text.find(q("{'name':'onion','limited':false,'reachable':true,'proxy':'127.0.0.1:9050'}")) !=
                std::string::npos);
        m_session.reply = [](const api::Request&) {
            api::PeerList list;
            for (const char* address :
                 {"192.0.2.1:8333", "[2001:db8::1]:8333", "abc.onion:8333", "seed.example:1"})
                list.peers.push_back({.address = address, .ping_us = 1500, .least_ping_us = 900});
            list.peers.push_back({.address = "192.0.2.2:1"});
            return api::Answer(list);
        };
        const Json peers = *parseJson(call("getpeerinfo", "[]"));
        const auto& list = *peers.elements();
        for (const auto& [at, name] : {std::pair{0, "ipv4"}, {1, "ipv6"}, {2, "onion"}})
            QCOMPARE(*list[static_cast<std::size_t>(at)].find("network")->string(), std::string(name));
        QVERIFY(!list[3].find("network"));
        QCOMPARE(list[0].find("minping")->text(), std::string("0.000900"));
        QVERIFY(!list[4].find("minping") && !list[0].find("timeoffset"));
    }

    void walletFields_areCores() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::WalletInfo{.scanning = true,
                                               .scan_height = 150,
                                               .scan_from = 100,
                                               .scan_to = 300,
                                               .scan_s = 7,
                                               .complete_to = 150,
                                               .complete_hash = "ab"});
        };
        const std::string info = call("getwalletinfo", "[]");
        QVERIFY(info.find(q("'scanning':{'duration':7,'progress':0.25,'height':150}")) != std::string::npos);
        QVERIFY(info.find(q("'lastprocessedblock':{'hash':'ab','height':150}")) != std::string::npos);
        m_session.reply = [](const api::Request&) {
            api::WalletTransaction transaction{.abandoned = true, .complete_to = 9, .complete_hash = "cd"};
            transaction.details = {{.category = "receive"}, {.category = "send"}};
            return api::Answer(transaction);
        };
        const Json shown = *parseJson(call("gettransaction", q("['" + std::string(64, 'a') + "']")));
        QCOMPARE(shown.find("lastprocessedblock")->text(), q("{'hash':'cd','height':9}"));
        for (const Json& detail : *shown.find("details")->elements())
            QCOMPARE(detail.find("abandoned")->text(), std::string("true"));
    }

    void decodescript_segwit_saysWhatStandsInside() {
        // A public key of Core's rpc_decodescript.json, alone and in a multisig.
        const std::string key = "03b0da749730dc9b4b1f4a14d6902877a92541f5368778853d9c4a0cb7802dcfb2";
        const auto segwit = [&](const std::string& script) {
            return *parseJson(call("decodescript", q("['" + script + "']")))
                        .value()
                        .find("segwit")
                        ->find("desc")
                        ->string();
        };
        QVERIFY(segwit("21" + key + "ac").starts_with("wpkh(" + key + ")#"));
        QVERIFY(segwit("5121" + key + "51ae").starts_with("wsh(multi(1," + key + "))#"));
        QVERIFY(segwit("51").starts_with("addr(bc1q"));
    }

    void listpeerchannels_channel_hasCoreLightningsFields() {
        m_session.reply = [](const api::Request&) {
            api::ChannelView view{.type = "anchors+scid_alias", .type_hex = "400000401000"};
            view.htlcs = {{.incoming = true,
                           .id = 3,
                           .amount_msat = 5000,
                           .expiry = 900,
                           .payment_hash = "ab",
                           .state = "RCVD_ADD_ACK_REVOCATION"}};
            view.direction = 1;
            view.most_htlcs = 30;
            view.opened_by_us = true;
            view.capacity_sat = 50;
            view.pushed_msat = 7;
            view.timeline = {{1'700'000'000, "Open"}};
            return api::Answer(api::ChannelList{{view}});
        };
        const std::string text = call("listpeerchannels", q("{'short_channel_id':'1x2x3'}"));
        QCOMPARE(std::get<api::ListPeerChannels>(m_session.requests.at(0)).short_channel_id,
                 std::string("1x2x3"));
        for (const char* part :
             {"'direction':1", "'max_accepted_htlcs':30",
              "'channel_type':{'bits':[12,22,46],'names':['static_remotekey/even','anchors/even','scid_alias/"
              "even']}",
              "'funding':{'local_funds_msat':50000,'remote_funds_msat':0,'pushed_msat':7}",
              "'status':['Open']", "'features':['option_static_remotekey','option_anchors_zero_fee_htlc_tx']",
              "'htlcs':[{'direction':'in','id':3,'amount_msat':5000,'expiry':900,'payment_hash':'ab','state':"
              "'RCVD_ADD_ACK_REVOCATION'}]"})
            QVERIFY2(text.find(q(part)) != std::string::npos, part);
        QVERIFY(call("listpeerchannels", q("{'channel_id':'ab'}")).starts_with("error -32602: channel_id"));
        QVERIFY(call("listpeerchannels", q("{'short_channel_id':'ab'}")).starts_with("error -32602: short"));
    }

    // What stands at a place of Core Lightning's means what it means there, or is refused.
    void close_coreLightningsPlaces_areNotOurs() {
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::ChannelClosed{.type = "mutual"});
        };
        call("close", q("{'id':'1x2x3','force':true,'feerate':'1000perkw'}"));
        QCOMPARE(m_session.requests.size(), std::size_t{1});
        const auto close = std::get<api::CloseChannel>(m_session.requests.front());
        QVERIFY(close.force && close.feerate_sat_per_kvb == 4000);
        QVERIFY(
            call("close", q("['1x2x3',0,null,'50%']")).starts_with("error -32602: fee_negotiation_step:"));
        QVERIFY(call("close", q("['1x2x3',0,null,null,'ab:1']")).starts_with("error -32602: wrong_funding:"));
        QVERIFY(call("close", q("{'id':'1x2x3','force_lease_closed':true}"))
                    .starts_with("error -32602: force_lease"));
        QVERIFY(m_session.requests.empty());
    }

    void walletpassphrase_anyTimeout_isGivenOn() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::Done{}); };
        QCOMPARE(call("walletpassphrase", q("['a',0]")), std::string("null"));
        QCOMPARE(std::get<api::Unlock>(m_session.requests.at(0)).timeout_s, std::optional(std::int64_t{0}));
    }

    void label_star_isNoName() {
        const std::string said = "error -11: Invalid label name";
        QVERIFY(call("getnewaddress", q("['*']")).starts_with(said));
        QCOMPARE(call("listtransactions", q("['',1]")),
                 std::string("error -8: Label argument must be a valid label name or \"*\"."));
        QVERIFY(call("setlabel", q("['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4','*']")).starts_with(said));
        QVERIFY(m_session.requests.empty());
    }

    void backupwallet_withoutPassword_warns() {
        m_session.reply = [](const api::Request&) { return api::Answer(api::Text{.text = "/x"}); };
        QCOMPARE(call("backupwallet", q("['/x']")), std::string("null"));
        m_session.reply = [](const api::Request&) {
            return api::Answer(api::Text{.text = "/x", .warning = "open"});
        };
        QCOMPARE(call("backupwallet", q("['/x']")), q("{'warnings':['open']}"));
    }

    void decode_whatThisReleaseCannotPay_saysWhatItIs() {
        for (const auto& [text, type] : std::vector<std::pair<std::string, std::string>>{
                 {"LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35XVUKXEFCV5MKVV34X5EKZD3EV56N"
                  "YD3HX"
                  "QURZEPEXEJXXEPNXSCRVWFNV9NXZCN9XQ6XYEFHVGCXXCMYXYMNSERXFQ5FNS",
                  "lnurl"},
                 {"lightning:lnurl1dp68gurn8ghj7um9", "lnurl"},
                 {"lnurlp://example.com/a", "lnurl"},
                 {"lno1pqps7sjqpgt", "bolt12 offer"},
                 {"LNI1PQPS", "bolt12 invoice"}}) {
            const Json json = *parseJson(call("decode", "[\"" + text + "\"]"));
            QVERIFY2(json.find("type") && *json.find("type")->string() == type, text.c_str());
            QCOMPARE(json.find("valid")->text(), std::string("false"));
            QVERIFY(json.find("why")->string()->find("neither check nor pay") != std::string::npos);
        }
        const Json link = *parseJson(
            call("decode", q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?lightning=abc']")));
        QCOMPARE(link.find("valid")->text(), std::string("false"));
        QVERIFY(link.find("why")->string()->ends_with("Its address can be paid."));
        const Json offer = *parseJson(call("decode", q("['bitcoin:?lightning=lno1pqps7sjqpgt']")));
        QVERIFY(offer.find("why")->string()->find("BOLT 12 offer") != std::string::npos);
    }

    void genesisCoinbase_decoded_givesCoresFields() {
        const std::string text =
            call("decoderawtransaction",
                 q("['"
                   "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04fff"
                   "f001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20627269"
                   "6e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434"
                   "104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504"
                   "e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000']"));
        QVERIFY(text.starts_with(
            q("{'txid':'4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b','hash':'"
              "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b','version':1,'size':204,'"
              "vsize':204,'weight':816,'locktime':0,'vin':[{'coinbase':'04ffff001d")));
        const Json transaction = *parseJson(text);
        const Json* output = &transaction.find("vout")->elements()->at(0);
        QVERIFY(output->find("scriptPubKey")->find("asm")->string()->ends_with("702b6bf11d5f OP_CHECKSIG"));
        QVERIFY(output->find("scriptPubKey")->find("desc")->string()->starts_with("pk(04678afdb0fe"));
        QCOMPARE(output->find("value")->text(), std::string("50.00000000"));
        QVERIFY(text.find(q("'type':'pubkey'}}]}")) != std::string::npos);
        QVERIFY(text.find("address") == std::string::npos);
    }

    void link_fields_areDecoded() {
        // BIP 21, section Examples, with an address of this network.
        QCOMPARE(call("decode", q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=50&label=Luke-"
                                  "Jr&message=Donation%20for%20project%20xyz']")),
                 std::string(q("{'type':'bip21','valid':true,'address':'"
                               "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4','amount':50.00000000,'amount_sat'"
                               ":5000000000,'label':'Luke-Jr','message':'Donation for project xyz'}")));
        QVERIFY(call("decode", q("['BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4?AMOUNT=0.1']"))
                    .find("\"amount\":0.10000000") != std::string::npos);
        QVERIFY(
            call(
                "decode",
                q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?req-somethingyoudontunderstand=50']"))
                .starts_with("error -32602"));
        QVERIFY(call("decode", q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=1&amount=2']"))
                    .starts_with("error -32602"));
        QVERIFY(call("decode", q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=.']"))
                    .starts_with("error -32602"));
        QVERIFY(call("decode", q("['bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=1,5']"))
                    .starts_with("error -32602"));
        QVERIFY(call("decode", q("['bitcoin:tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx']"))
                    .starts_with("error -32602"));
    }

    void invoice_bolt11Example_hasCoreLightningsFields() {
        // BOLT 11, Examples: "Please send $3 for a cup of coffee to the same peer, within one minute".
        const std::string text = call(
            "decode",
            q("['"
              "lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqq"
              "syqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpm"
              "dla2087ne0xh8nhedh8w27kyke0lp53ut353s06fv3qfegext0eh0ymjpf39tuven09sam30g4vgpfna3rh']"));
        QVERIFY(text.starts_with(
            q("{'type':'bolt11 invoice','valid':true,'currency':'bc','created_at':1496314658,'expiry':60,")));
        QVERIFY(
            text.find(q("'payee':'03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad','"
                        "amount_msat':250000000,'description':'1 cup coffee','min_final_cltv_expiry':18")) !=
            std::string::npos);
        // The signature stands in the example's breakdown as r and s; here in DER.
        QVERIFY(text.ends_with(q(
            "'payment_hash':'0001020304050607080900010203040506070809000102030405060708090102','signature':'"
            "3045022100e59e3ffbd3945e4334879158d31e89b076dff54f3fa7979ae79df2db9dcaf5"
            "8902206cbfe1a478b8d2307e92c88139464cb7e6ef26e414c4abe33337961ddc5e8ab1'}")));
    }

    void commandLine_arguments_areConvertedByType() {
        QCOMPARE(fromCommandLine(ParamType::text, "123")->text(), std::string("\"123\""));
        QCOMPARE(fromCommandLine(ParamType::integer, "123")->text(), std::string("123"));
        QCOMPARE(fromCommandLine(ParamType::btc, "0.10")->text(), std::string("0.10"));
        QCOMPARE(fromCommandLine(ParamType::json, "[1]")->text(), std::string("[1]"));
        QVERIFY(!fromCommandLine(ParamType::json, "[1"));
        QCOMPARE(fromCommandLine(ParamType::msat, "1sat")->text(), std::string("\"1sat\""));
        QCOMPARE(fromCommandLine(ParamType::msat, "5")->text(), std::string("5"));
        QCOMPARE(fromCommandLine(ParamType::text_or_json, "00ff")->text(), std::string("\"00ff\""));
    }
};

DUPLEX_TEST(MethodsTest)
#include "tst_methods.moc"
