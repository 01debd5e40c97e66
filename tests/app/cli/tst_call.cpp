#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "app/cli/call.h"
#include "core/rpc/method_table.h"
#endif

using namespace duplex::app;
using duplex::rpc::Json;

namespace {

Settings settingsOf(const std::vector<std::string>& arguments) {
    return *parseCommandLine(Program::cli, arguments);
}
std::string typed(const std::string& name) {
    return "secret " + name;
}
std::string paramsOf(const std::vector<std::string>& arguments, const std::vector<std::string>& lines = {}) {
    const auto call = makeCall(settingsOf(arguments), lines, typed);
    return call ? call->params.text() : "error: " + call.error();
}

} // namespace

class TestCall : public QObject {
    Q_OBJECT

private slots:
    void arguments_areConvertedByTheTable() {
        QCOMPARE(paramsOf({"getblockhash", "7"}), std::string("[7]"));
        QCOMPARE(paramsOf({"getnewaddress", "7"}), std::string("[\"7\"]")); // a label, whatever it looks like
        QCOMPARE(paramsOf({"sendtoaddress", "a", "0.10000000"}), std::string("[\"a\",0.10000000]"));
        QCOMPARE(paramsOf({"getblockheader", "h", "false"}), std::string("[\"h\",false]"));
        QCOMPARE(paramsOf({"send", "{\"a\":0.1}", "null", "unset", "2"}),
                 std::string("[{\"a\":0.1},null,\"unset\",2]"));
        QVERIFY(paramsOf({"getblockhash", "seven"}).starts_with("error: Error parsing JSON: seven"));
        QCOMPARE(paramsOf({"unknownmethod", "7", "x"}), std::string("[\"7\",\"x\"]"));
    }

    void named_goByTheirNames() {
        QCOMPARE(paramsOf({"-named", "getblockhash", "height=7"}), std::string("{\"height\":7}"));
        QCOMPARE(paramsOf({"-named", "getnewaddress", "label=a=b"}), std::string("{\"label\":\"a=b\"}"));
        // As with Core: what has no name goes by its place, and of a repeated name the later one wins.
        QCOMPARE(paramsOf({"-named", "getblockhash", "7"}), std::string("[7]"));
        QCOMPARE(paramsOf({"-named", "sendtoaddress", "a", "comment=b", "0.1"}),
                 std::string("{\"comment\":\"b\",\"args\":[\"a\",0.1]}"));
        QCOMPARE(paramsOf({"-named", "getnewaddress", "label=a", "address_type=bech32", "label=b"}),
                 std::string("{\"address_type\":\"bech32\",\"label\":\"b\"}"));
    }

    void named_optionsOfAMethod_areOfAnyType() {
        QCOMPARE(paramsOf({"-named", "send", "{\"a\":0.1}", "subtract_fee_from_outputs=[0]"}),
                 std::string("{\"subtract_fee_from_outputs\":[0],\"args\":[{\"a\":0.1}]}"));
        QCOMPARE(paramsOf({"-named", "getblockhash", "depth=7"}), std::string("{\"depth\":\"7\"}"));
    }

    void stdin_givesFurtherArguments_withoutAWarning() {
        const auto call = makeCall(settingsOf({"-stdin", "walletpassphrase"}), {"sesame", "60"}, typed);
        QCOMPARE(call->params.text(), std::string("[\"sesame\",60]"));
        QVERIFY(call->warnings.empty());
        const auto shown = makeCall(settingsOf({"walletpassphrase", "sesame", "60"}), {}, typed);
        QCOMPARE(shown->warnings.size(), std::size_t{1});
        QVERIFY(shown->warnings[0].find("sesame") == std::string::npos);
    }

    void privateKey_inADescriptor_isWarnedAbout() {
        // BIP 381's keys.
        const std::string wif = "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1";
        const std::string xprv =
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6Ln"
            "F5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
        const std::string xpub =
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8"
            "YtGqsefD265TMg7usUDFdp6W1EGMcet8";
        const auto warnings = [](const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& lines = {}) {
            return makeCall(settingsOf(arguments), lines, typed)->warnings;
        };
        for (const std::string& text : {"pkh([deadbeef/1h]" + wif + ")", "wpkh(" + xprv + "/0/*)", xprv}) {
            const auto said = warnings({"getdescriptorinfo", text});
            QVERIFY2(said.size() == 1 && said[0].find("-stdin") != std::string::npos, text.c_str());
            QVERIFY(said[0].find(text) == std::string::npos);
            QCOMPARE(warnings({"-named", "deriveaddresses", "descriptor=" + text}).size(), std::size_t{1});
            QVERIFY(warnings({"-stdin", "getdescriptorinfo"}, {text}).empty());
        }
        QVERIFY(warnings({"getdescriptorinfo", "wpkh([deadbeef/84h/0h/0h]" + xpub + "/0/*)"}).empty());
        QVERIFY(warnings({"validateaddress", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}).empty());
    }

    void stdinpass_asksForPassphrases_andKeepsTheOthersPlaces() {
        QCOMPARE(paramsOf({"-stdinpass", "walletpassphrase", "60"}),
                 std::string("{\"timeout\":60,\"passphrase\":\"secret passphrase\"}"));
        QCOMPARE(
            paramsOf({"-stdinpass", "walletpassphrasechange"}),
            std::string(
                "{\"oldpassphrase\":\"secret oldpassphrase\",\"newpassphrase\":\"secret newpassphrase\"}"));
        QVERIFY(paramsOf({"-stdinpass", "getblockcount"}).find("takes no passphrase") != std::string::npos);
    }

    void wallet_isCheckedForMethodsThatUseIt() {
        for (const char* method : {"sendtoaddress", "getbalances", "pay", "move", "exportmnemonic"})
            QVERIFY2(usesOpenWallet(method), method);
        for (const char* method :
             {"createwallet", "loadwallet", "listwallets", "getblockcount", "stop", "nosuch"})
            QVERIFY2(!usesOpenWallet(method), method);
    }

    void printed_textsBare_nullNothing() {
        QCOMPARE(printed(Json("abc")), std::string("abc\n"));
        QCOMPARE(printed(Json()), std::string());
        QCOMPARE(printed(Json(true)), std::string("true\n"));
        QCOMPARE(printed(Json::array().push(1)), std::string("[\n  1\n]\n"));
    }

    // threats 96: every parameter that takes a secret is marked, so that it is warned about and asked for
    // silently.
    void threat96_secretParameters_areMarked() {
        for (const auto& method : duplex::rpc::methods())
            for (const auto& param : method.params) {
                const bool secret = param.name.find("passphrase") != std::string_view::npos ||
                                    param.name.find("mnemonic") != std::string_view::npos ||
                                    param.name.find("privkey") != std::string_view::npos;
                QVERIFY2(!secret || param.secrecy == duplex::rpc::Secrecy::secret,
                         std::string(method.name).append(" ").append(param.name).c_str());
            }
    }
};

DUPLEX_TEST(TestCall)
#include "tst_call.moc"
