#include "tests/support/test_main.h"

#include "app/command_line.h"

using namespace duplex::app;

namespace {

QString problemOf(const std::expected<Settings, std::string>& result) {
    return result ? QString() : QString::fromStdString(result.error());
}

} // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private slots:
    void options_withOneOrTwoDashes_meanTheSame() {
        for (const char* dashes : {"-", "--"}) {
            const std::string d = dashes;
            const auto settings = parseCommandLine(
                Program::duplexd, {d + "network=testnet4", d + "datadir", "/x y", d + "connect=a:1",
                                   d + "connect=b:2", d + "proxy=127.0.0.1:9050", d + "log-level=debug"});
            QVERIFY(settings.has_value());
            QCOMPARE(settings->network, std::string("testnet4"));
            QCOMPARE(settings->data_directory, std::string("/x y"));
            QCOMPARE(settings->connect, (std::vector<std::string>{"a:1", "b:2"}));
            QCOMPARE(settings->proxy, std::string("127.0.0.1:9050"));
            QCOMPARE(settings->log_level, std::string("debug"));
        }
        QCOMPARE(parseCommandLine(Program::cli, {"-regtest", "help"})->network, std::string("regtest"));
        QCOMPARE(parseCommandLine(Program::duplexd, {})->network, std::string("main"));
    }

    void option_unknownOrFaulty_isNamedInTheError_data() {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("said");
        QTest::newRow("unknown") << "--nosuch" << "no option '--nosuch'";
        QTest::newRow("unknown with value") << "--nosuch=1" << "no option";
        QTest::newRow("network") << "--network=mainnet" << "testnet4";
        QTest::newRow("no value") << "--datadir" << "needs a value";
        QTest::newRow("empty folder") << "--datadir=" << "needs a folder";
        QTest::newRow("flag with value") << "--version=1" << "takes no value";
        QTest::newRow("log level") << "--log-level=loud" << "debug";
        QTest::newRow("empty peer") << "--connect=" << "HOST:PORT";
        QTest::newRow("peer is a word") << "--connect=foo" << "node.example:8333";
        QTest::newRow("added peer is a word") << "--addnode=foo" << "addnode: HOST:PORT";
        QTest::newRow("proxy is a word") << "--proxy=foo" << "127.0.0.1:9050";
        QTest::newRow("port of a proxy") << "--proxy=127.0.0.1:x" << "'127.0.0.1:x'";
        QTest::newRow("listening at a word") << "--lightning-listen=foo" << "address of this machine";
        QTest::newRow("listening at a name") << "--lightning-listen=node.example:9735" << "0.0.0.0:9735";
        QTest::newRow("onlynet") << "--onlynet=onion" << "proxy";
        QTest::newRow("server") << "--server=eip155:1=http://x" << "this release";
        QTest::newRow("stray argument") << "getinfo" << "options only";
    }
    void option_unknownOrFaulty_isNamedInTheError() {
        QFETCH(QString, argument);
        QFETCH(QString, said);
        const QString problem = problemOf(parseCommandLine(Program::duplexd, {argument.toStdString()}));
        QVERIFY2(problem.contains(said), qPrintable(problem));
    }

    void endpoints_withoutPort_areTakenWhereTheyAreClear() {
        for (const char* argument :
             {"--connect=192.0.2.1", "--connect=[2001:db8::1]", "--connect=node.example",
              "--connect=localhost", "--proxy=tor:9050", "--lightning-listen=0.0.0.0",
              "--lightning-listen=[::1]:0", "--lightning-listen=localhost:9735"})
            QVERIFY2(parseCommandLine(Program::duplexd, {argument}).has_value(), argument);
    }

    void cli_stopsAtTheMethod_andKnowsNoNodeOptions() {
        const auto settings = parseCommandLine(Program::cli, {"-named", "--wallet=w", "send", "--x", "-5"});
        QVERIFY(settings.has_value());
        QVERIFY(settings->named);
        QCOMPARE(settings->wallet, std::string("w"));
        QCOMPARE(settings->arguments, (std::vector<std::string>{"send", "--x", "-5"}));
        QVERIFY(!parseCommandLine(Program::cli, {"--connect=a:1", "help"}).has_value());
        QVERIFY(!parseCommandLine(Program::duplexd, {"-named"}).has_value());
    }

    void configuration_sectionsAndComments_applyToTheirNetwork() {
        Settings settings;
        settings.network = "testnet4";
        settings.proxy = "given:1";
        const std::string text = "# a comment\n"
                                 "proxy = fromfile:2\n"
                                 "addnode=all:1\n\n"
                                 "[testnet4]\n"
                                 "addnode=mine:1\r\n"
                                 "wallet = savings\n"
                                 "[main]\n"
                                 "addnode=other:1\n"
                                 "log-level=loud\n"; // another network's: not read
        QVERIFY(applyConfiguration(settings, text, {"proxy"}).has_value());
        QCOMPARE(settings.proxy, std::string("given:1")); // the command line has the last word
        QCOMPARE(settings.add_nodes, (std::vector<std::string>{"all:1", "mine:1"}));
        QCOMPARE(settings.wallet, std::string("savings"));
    }

    void configuration_network_isThatOfTheFile_unlessTheCommandLineNamesOne() {
        const std::string text = "addnode=all:1\nnetwork = regtest\n[main]\nwallet=a\n[regtest]\nwallet=b\n";
        Settings settings;
        QVERIFY(applyConfiguration(settings, text, {}).has_value());
        QCOMPARE(settings.network, std::string("regtest"));
        QCOMPARE(settings.wallet, std::string("b")); // the section of that network
        for (const char* given : {"network", "signet"}) {
            Settings chosen;
            chosen.network = "signet";
            QVERIFY(applyConfiguration(chosen, text, {given}).has_value());
            QCOMPARE(chosen.network, std::string("signet"));
        }
        Settings cli; // which must find the node's folder
        QVERIFY(applyNetwork(cli, text, {"named"}).has_value());
        QCOMPARE(cli.network, std::string("regtest"));
        QVERIFY(cli.add_nodes.empty());
    }

    void configuration_faulty_saysTheLine() {
        for (const char* text :
             {"proxy=a:1\nnonsense\n", "proxy=a:1\nnosuch=1\n", "proxy=a:1\n[mars]\n", "proxy=a:1\n[main\n",
              "proxy=a:1\nconnect=\n", "proxy=a:1\nnetwork=mars\n", "[main]\nnetwork=regtest\n",
              "proxy=a:1\ndatadir=/x\n", "proxy=a:1\nproxy=foo\n"}) {
            Settings settings;
            const auto read = applyConfiguration(settings, text, {});
            QVERIFY(!read.has_value());
            QVERIFY2(read.error().starts_with("duplex.conf, line 2: "), read.error().c_str());
        }
    }

    void usage_namesEveryOptionThatIsTaken() {
        for (const Program program : {Program::duplex, Program::duplexd}) {
            const std::string text = usage(program);
            for (const char* name : {"--datadir", "--network", "--wallet", "--connect", "--addnode",
                                     "--proxy", "--lightning-listen", "--log-level", "--version", "--help"})
                QVERIFY2(text.find(name) != std::string::npos, name);
        }
        for (const char* name : {"-named", "-stdin", "-stdinpass", "Exit status"})
            QVERIFY(usage(Program::cli).find(name) != std::string::npos);
    }
};

DUPLEX_TEST(TestCommandLine)
#include "tst_command_line.moc"
