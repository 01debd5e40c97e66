// Between the floors through two whole nodes: house.md, story 4; backups and what the words alone bring back.

#include "tests/scenario/two_wallets.h"

using namespace duplex;
using ledger::StepState;
using test::TwoWallets;

namespace {

constexpr std::int64_t moved_sat = 900'000;
constexpr std::int64_t coins_sat = 2 * TwoWallets::coins_sat;

std::string lower() {
    return std::string(bitcoin::parametersOf(bitcoin::Network::sandbox).caip2_id);
}
std::string upper() {
    return lower() + "/lightning";
}

std::string states(const ledger::Move& move) {
    std::string text;
    for (const ledger::MoveStep& step : move.steps) text += nameOf(step.state).front();
    return text + " " + std::string(nameOf(move.state)) + move.failure;
}

ledger::Move moveOf(test::Node& node, const std::string& id) {
    const auto list = node.get<api::MoveList>(api::ListMoves{.move_id = id});
    return list.moves.empty() ? ledger::Move{} : list.moves.front();
}

bool waitStates(test::Node& node, const std::string& id, const std::string& wanted) {
    const bool came = QTest::qWaitFor([&] { return states(moveOf(node, id)) == wanted; }, test::patience_ms);
    if (!came) qWarning("%s, not %s", states(moveOf(node, id)).c_str(), wanted.c_str());
    return came;
}

api::LayerView layerOf(test::Node& node, int level) {
    const auto layers = node.get<api::PortfolioSnapshot>(api::GetLayers{}).layers;
    return layers.size() == 2 ? layers[static_cast<std::size_t>(level - 1)] : api::LayerView{};
}

bool waitMempool(const TwoWallets& world) {
    const bool came =
        QTest::qWaitFor([&] { return world.chain.ledger().mempoolSize() > 0; }, test::patience_ms);
    if (!came) qWarning("no transaction came to the block maker");
    return came;
}

bool waitSynced(test::Node& node, const TwoWallets& world) {
    return QTest::qWaitFor(
        [&] {
            const auto status = node.get<api::StatusSnapshot>(api::GetStatus{});
            return status.complete_to == static_cast<std::int64_t>(world.chain.ledger().height()) &&
                   status.stage == api::SyncStage::synced;
        },
        test::patience_ms);
}

std::string partner(const TwoWallets& world) {
    return world.bob_id + "@127.0.0.1:" + std::to_string(world.line->port());
}

api::StartMove openMove(const TwoWallets& world) {
    return {.from = lower(),
            .to = upper(),
            .amount_sat = moved_sat,
            .route = "open",
            .max_fee_sat = 100'000,
            .peer = partner(world)};
}

/// Opens through a move and mines until it is done.
std::string opened(TwoWallets& world) {
    const auto move = world.alice->get<ledger::Move>(openMove(world));
    if (move.move_id.empty() || !waitMempool(world)) return {};
    world.chain.mine(3);
    if (!waitStates(*world.alice, move.move_id, "dddd done")) return {};
    if (!world.bob->waitUsable()) {
        qWarning("the partner's side is %s", world.bob->channel().state_words.c_str());
        return {};
    }
    return move.move_id;
}

std::size_t countOf(test::Node& node, ledger::ActivityKind kind) {
    const auto items = node.get<api::ActivityList>(api::GetActivity{}).items;
    return static_cast<std::size_t>(std::ranges::count(items, kind, &ledger::Activity::kind));
}

} // namespace

class TestMoves : public QObject {
    Q_OBJECT

    /// Alice has the header of a new block, and nothing more comes through.
    static bool stuckAtANewBlock(TwoWallets& world) {
        world.chain_line->stopAfter(1);
        world.chain.mine(1);
        return QTest::qWaitFor(
            [&] {
                const auto status = world.alice->get<api::StatusSnapshot>(api::GetStatus{});
                return status.header_height == static_cast<std::int64_t>(world.chain.ledger().height()) &&
                       status.complete_to < status.header_height;
            },
            test::patience_ms);
    }

private slots:
    void move_whileANewBlockIsSearched_waitsForIt() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(stuckAtANewBlock(world));
        const auto quotes = world.alice->post(
            api::GetQuotes{.from = lower(), .to = upper(), .amount_sat = moved_sat, .peer = partner(world)});
        const auto move = world.alice->post(openMove(world));
        world.alice->get<api::StatusSnapshot>(api::GetStatus{}); // asked after them, answered before
        QVERIFY(!world.alice->isAnswered(quotes) && !world.alice->isAnswered(move));
        world.chain_line->cut(); // it dials again and gets the rest
        const auto priced = world.alice->answerOf(quotes);
        QVERIFY(priced && std::get<api::QuoteList>(*priced).quotes.front().available);
        const auto moved = world.alice->answerOf(move);
        QVERIFY2(moved.has_value(), moved ? "" : moved.error().message.c_str());
        QCOMPARE(std::get<ledger::Move>(*moved).state, StepState::running);
    }

    void move_whenTheNewBlockDoesNotCome_isRefusedInTheEnd() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(stuckAtANewBlock(world));
        const auto moved = world.alice->ask(openMove(world)); // within patience_ms
        QVERIFY(!moved);
        QCOMPARE(moved.error().code, -4);
        QVERIFY(moved.error().message.find("catching up") != std::string::npos);
    }

    void labelOfAnAddress_givenLater_reachesTheWindow() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        const auto addresses = world.alice->get<api::AddressList>(api::ListAddresses{}).addresses;
        QVERIFY(!addresses.empty());
        QVERIFY(world.alice->ask(api::SetLabel{addresses.front().address, "tea"}).has_value());
        QVERIFY(QTest::qWaitFor(
            [&] {
                return std::ranges::count(world.alice->shownActivity(), "tea", &ledger::Activity::label) == 1;
            },
            test::patience_ms));
    }

    void upAndDown_throughARestartAndAReorganisation() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        const auto quotes = world.alice->get<api::QuoteList>(
            api::GetQuotes{.from = lower(), .to = upper(), .amount_sat = moved_sat, .peer = partner(world)});
        QCOMPARE(quotes.quotes.size(), std::size_t{1});
        const ledger::MoveQuote quote = quotes.quotes.front();
        QVERIFY2(quote.available, quote.why_not.c_str());
        QCOMPARE(quote.fee.parts.size(), std::size_t{2});
        const api::StartMove start{.quote_id = quote.quote_id, .request_id = "lift-1"};
        const auto begun = world.alice->get<ledger::Move>(start);
        QCOMPARE(begun.state, StepState::running);
        // threats 84: the same request is the same move.
        QCOMPARE(world.alice->get<ledger::Move>(start).move_id, begun.move_id);
        QVERIFY(waitMempool(world));
        QVERIFY(waitStates(*world.alice, begun.move_id, "ddrw running"));
        QCOMPARE(world.chain.ledger().mempoolSize(), std::size_t{1});

        world.alice->stop();
        QVERIFY(world.alice->start());
        QVERIFY(waitStates(*world.alice, begun.move_id, "ddrw running"));
        QCOMPARE(world.alice->get<ledger::Move>(start).move_id, begun.move_id); // across the restart too
        world.chain.mine(1);
        QVERIFY(
            QTest::qWaitFor([&] { return moveOf(*world.alice, begun.move_id).steps[2].verified.height > 0; },
                            test::patience_ms));
        QVERIFY(world.chain.reorganise(1).has_value());
        // The new branch may hold the transaction or not: either way the move follows the chain to its end.
        world.chain.mine(3);
        QVERIFY(waitStates(*world.alice, begun.move_id, "dddd done"));
        const ledger::Move done = moveOf(*world.alice, begun.move_id);
        QCOMPARE(done.locked_sat, std::int64_t{0});
        QVERIFY(!done.steps[1].evidence.empty());
        QVERIFY(waitSynced(*world.alice, world));

        const auto floor = layerOf(*world.alice, 2);
        QCOMPARE(floor.balance_sat, moved_sat);
        QVERIFY(floor.spendable_sat > 880'000 && floor.spendable_sat < moved_sat);
        const std::int64_t ground = layerOf(*world.alice, 1).balance_sat;
        const std::int64_t opening_fee = coins_sat - moved_sat - ground;
        QVERIFY(opening_fee > 0 && opening_fee < 10'000);
        QCOMPARE(done.fee.parts.front().amount_sat, opening_fee); // the real one
        QCOMPARE(countOf(*world.alice, ledger::ActivityKind::move), std::size_t{1});
        QCOMPARE(countOf(*world.alice, ledger::ActivityKind::send), std::size_t{0});

        const auto down = world.alice->get<api::QuoteList>(
            api::GetQuotes{.from = upper(), .to = lower(), .amount_sat = moved_sat});
        QCOMPARE(down.quotes.size(), std::size_t{2});
        const auto together = std::ranges::find(down.quotes, "close", &ledger::MoveQuote::route);
        QVERIFY(together != down.quotes.end() && together->available);
        const auto closing = world.alice->get<ledger::Move>(api::StartMove{.quote_id = together->quote_id});
        QVERIFY(waitMempool(world));
        QVERIFY(waitStates(*world.alice, closing.move_id, "ddrw running"));
        world.chain.mine(1);
        QVERIFY(waitStates(*world.alice, closing.move_id, "dddd done"));
        QVERIFY(
            QTest::qWaitFor([&] { return world.alice->heard(closing.move_id, "done"); }, test::patience_ms));
        QVERIFY(waitStates(*world.alice, begun.move_id, "dddd done"));
        const std::int64_t back = layerOf(*world.alice, 1).balance_sat;
        QVERIFY(back > coins_sat - 2 * opening_fee - 5'000 && back < coins_sat);
        QCOMPARE(layerOf(*world.alice, 2).balance_sat, std::int64_t{0});
        QCOMPARE(countOf(*world.alice, ledger::ActivityKind::move), std::size_t{2});
        QCOMPARE(countOf(*world.alice, ledger::ActivityKind::send), std::size_t{0});
    }

    void start_partnerCannotBeReached_movesNothing() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        world.bob->stop();
        const auto move = world.alice->get<ledger::Move>(openMove(world));
        QVERIFY(QTest::qWaitFor([&] { return moveOf(*world.alice, move.move_id).state == StepState::failed; },
                                test::patience_ms));
        QVERIFY(moveOf(*world.alice, move.move_id).failure.starts_with("No coins moved"));
        QCOMPARE(layerOf(*world.alice, 1).balance_sat, coins_sat);
    }

    void start_dearerThanAllowed_isRefused() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        api::StartMove cheap = openMove(world);
        cheap.max_fee_sat = 1;
        const auto refused = world.alice->ask(cheap);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, 206);
        QVERIFY(refused.error().message.starts_with("Nothing was moved"));
        QVERIFY(world.alice->get<api::MoveList>(api::ListMoves{}).moves.empty());
        QCOMPARE(world.alice->ask(api::StartMove{.quote_id = "unknown"}).error().code, -8);
    }

    // Threats 84: whoever clicks twice moves once.
    void threat84_quoteUsedTwice_movesOnce_alsoAfterARestart() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        const auto none = world.alice->get<api::QuoteList>(
            api::GetQuotes{.from = upper(), .to = lower(), .amount_sat = 1'000});
        QVERIFY(none.quotes.size() == 1 && !none.quotes[0].available && !none.quotes[0].why_not.empty());
        const auto list = world.alice->get<api::QuoteList>(
            api::GetQuotes{.from = lower(), .to = upper(), .amount_sat = moved_sat, .peer = partner(world)});
        QVERIFY(list.quotes.size() == 1 && list.quotes[0].available);
        const api::StartMove start{.quote_id = list.quotes[0].quote_id};
        const auto first = world.alice->get<ledger::Move>(start);
        QVERIFY(!first.move_id.empty() && waitMempool(world));
        QCOMPARE(world.alice->get<ledger::Move>(start).move_id, first.move_id);
        QVERIFY(world.restart(*world.alice));
        QCOMPARE(world.alice->get<ledger::Move>(start).move_id, first.move_id);
        QCOMPARE(world.alice->get<api::MoveList>(api::ListMoves{}).moves.size(), std::size_t{1});
        world.chain.mine(3);
        QVERIFY(waitStates(*world.alice, first.move_id, "dddd done"));
        QVERIFY(moveOf(*world.alice, first.move_id).fee.total_sat <= list.quotes[0].fee.total_sat);
    }

    void closeAlone_atItsStatedPrice_waitsAndArrives() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(!opened(world).empty());
        const auto channel = world.alice->channel();
        const auto forecast = world.alice->get<api::Forecast>(api::GetForecast{channel.channel_id});
        QVERIFY(forecast.yours_sat > 0 && !forecast.outputs.empty());
        QVERIFY(forecast.delay_s > 0 && forecast.verified.label == ledger::Label::own);
        const std::int64_t before = layerOf(*world.alice, 1).balance_sat;
        const auto quotes = world.alice->get<api::QuoteList>(
            api::GetQuotes{.from = upper(), .to = lower(), .amount_sat = moved_sat});
        const auto quote = std::ranges::find(quotes.quotes, "force close", &ledger::MoveQuote::mechanism);
        QVERIFY(quote != quotes.quotes.end() && quote->available);
        const auto move = world.alice->get<ledger::Move>(api::StartMove{.quote_id = quote->quote_id});
        QVERIFY(!move.move_id.empty());
        QVERIFY(waitMempool(world));
        world.chain.mine(1);
        QVERIFY(waitStates(*world.alice, move.move_id, "ddrw running"));
        const std::int64_t delay = channel.to_self_delay_ours;
        QVERIFY(delay > 0);
        for (std::int64_t block = 0; block <= delay + 3; ++block) {
            world.chain.mine(1);
            QVERIFY(waitSynced(*world.alice, world));
        }
        QVERIFY(QTest::qWaitFor(
            [&] { // the claim came at once, or comes with one more block
                return world.chain.ledger().mempoolSize() > 0 ||
                       states(moveOf(*world.alice, move.move_id)) == "dddd done";
            },
            test::patience_ms));
        world.chain.mine(1);
        QVERIFY(waitStates(*world.alice, move.move_id, "dddd done"));
        const std::int64_t cost = moved_sat - (layerOf(*world.alice, 1).balance_sat - before);
        qInfo("%lld sat, foreseen %lld", static_cast<long long>(cost),
              static_cast<long long>(quote->fee.total_sat));
        QVERIFY(cost <= quote->fee.total_sat && cost * 2 >= quote->fee.total_sat);
    }

    void restoreFromWords_findsWhatThePartnerPaid() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(!opened(world).empty());
        const std::string words = world.alice->get<api::Mnemonic>(api::ExportMnemonic{}).words;
        const std::int64_t ground = layerOf(*world.alice, 1).balance_sat;
        world.alice->stop(); // and is never seen again
        world.line->cut();
        const auto channel = world.bob->channel();
        world.bob->post(api::CloseChannel{.id = channel.channel_id, .force = true});
        QVERIFY(waitMempool(world));
        world.chain.mine(1);
        test::Node restored(*world.chain_endpoint, "");
        QVERIFY(restored.start());
        QVERIFY(restored.ask(api::CreateWallet{.name = "again", .mnemonic = words}).has_value());
        QVERIFY(waitMempool(world)); // the sweep
        world.chain.mine(1);
        QVERIFY(QTest::qWaitFor(
            [&] {
                const auto balance = restored.get<api::Balances>(api::GetBalances{});
                return balance.trusted_sat > ground + moved_sat - 10'000;
            },
            test::patience_ms));
    }

    // The files that a user keeps: the whole backup, or words and the channel backup.
    void restore_asksPartnersToClose_data() {
        QTest::addColumn<bool>("whole");
        QTest::newRow("backup file") << true;
        QTest::newRow("words and channel backup") << false;
    }
    void restore_asksPartnersToClose() {
        QFETCH(bool, whole);
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(!opened(world).empty());
        const auto invoice = world.invoiceOf(*world.bob, 1'000'000);
        QVERIFY(world.alice->ask(api::Pay{.bolt11 = invoice.bolt11}).has_value());
        QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
        QTemporaryDir folder;
        const std::string path = folder.filePath("kept").toStdString();
        const auto scb = world.alice->get<api::StaticBackup>(api::GetStaticBackup{});
        if (whole)
            QVERIFY(world.alice->ask(api::BackupWallet{path}).has_value());
        else
            QVERIFY(QFile::copy(QString::fromStdString(scb.file), QString::fromStdString(path)));
        const std::string words = world.alice->get<api::Mnemonic>(api::ExportMnemonic{}).words;
        QCOMPARE(world.alice->ask(api::RecoverChannels{.scb = scb.scb}).error().code, -4); // nothing is lost
        const std::int64_t ground = layerOf(*world.alice, 1).balance_sat;
        world.alice->stop(); // and is never seen again
        world.line->cut();
        test::Node restored(*world.chain_endpoint, "");
        QVERIFY(restored.start());
        if (whole) {
            QVERIFY(restored.ask(api::RestoreBackup{.name = "again", .backup_file = path}).has_value());
        } else {
            QVERIFY(restored.ask(api::CreateWallet{.name = "again", .mnemonic = words}).has_value());
            QVERIFY(restored.waitUp());
            QVERIFY(waitSynced(restored, world)); // the funding output is long behind
            const auto found = restored.get<api::RecoveredChannels>(api::RecoverChannels{.file = path});
            QCOMPARE(found.channel_ids, std::vector<std::string>{world.bob->channel().channel_id});
        }
        QVERIFY(waitMempool(world)); // Bob's commitment
        QVERIFY(!restored.get<api::StatusSnapshot>(api::GetStatus{}).warnings.empty());
        world.chain.mine(1);
        QVERIFY(waitMempool(world)); // our sweep, and Bob's own claims
        world.chain.mine(1);
        QVERIFY(QTest::qWaitFor(
            [&] {
                const auto balance = restored.get<api::Balances>(api::GetBalances{});
                return balance.trusted_sat > ground + moved_sat - 11'000;
            },
            test::patience_ms));
        const auto status = restored.get<api::StatusSnapshot>(api::GetStatus{});
        QVERIFY(std::ranges::none_of(status.warnings, [](const api::Warning& warning) {
            return warning.text.find("from its backup only") != std::string::npos;
        }));
    }

    void backup_restoresSeedLabelsAndChannelBackup() {
        TwoWallets world;
        QVERIFY(world.begin() && waitSynced(*world.alice, world));
        QVERIFY(!opened(world).empty());
        const auto scb = world.alice->get<api::StaticBackup>(api::GetStaticBackup{});
        QCOMPARE(scb.scb.size(), std::size_t{1});
        QVERIFY(QFile::exists(QString::fromStdString(scb.file)));
        const auto labelled = world.alice->get<api::Text>(api::NewAddress{.label = "shop"}).text;
        QTemporaryDir folder;
        const std::string path = folder.filePath("alice.backup").toStdString();
        QCOMPARE(world.alice->get<api::Text>(api::BackupWallet{path}).text, path);
        QVERIFY(!world.alice->ask(api::BackupWallet{path})); // never overwritten
        test::Node restored(*world.chain_endpoint, "");
        QVERIFY(restored.start());
        QVERIFY(restored.ask(api::RestoreBackup{.name = "again", .backup_file = path}).has_value());
        const auto info = restored.get<api::AddressInfo>(api::GetAddressInfo{labelled});
        QVERIFY(info.is_mine);
        QCOMPARE(info.labels, std::vector<std::string>{"shop"});
        QVERIFY(restored.get<api::ChannelList>(api::ListPeerChannels{}).channels.empty()); // never a state
        QCOMPARE(restored.get<api::NodeInfo>(api::GetNode{}).id,
                 world.alice->get<api::NodeInfo>(api::GetNode{}).id);
        QCOMPARE(world.alice->ask(api::RestoreBackup{.name = "w", .backup_file = path}).error().code, -4);
    }
};

DUPLEX_TEST(TestMoves)
#include "tst_moves.moc"
