#include "tests/support/test_main.h"
#include "tests/support/two_nodes.h"

#include <fmt/core.h>
#include <QDir>
#include <QFile>

#include <random>

using namespace duplex;
using namespace duplex::test;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int usual_steps = 10'000;
#else
constexpr int usual_steps = 100'000;
#endif
constexpr int episode_steps = 1'000;

int totalSteps() {
    bool given = false;
    const int steps = qEnvironmentVariableIntValue("DUPLEX_SIMULATOR_STEPS", &given);
    return given ? steps : usual_steps;
}

/// Capacities and pushes around the limits of reserve and dust.
ChannelSetup setupOf(std::uint32_t number) {
    constexpr std::int64_t capacities[] = {200'000, 400'000, 1'000'000, 5'000'000};
    const std::int64_t capacity = capacities[number % 4];
    const std::int64_t push = number % 5 == 0 ? 0 : capacity * 1000 * (number % 5) / 6;
    return {.capacity = {capacity},
            .pushed = {push},
            .announce = number % 3 == 0 ? ch::Announce::yes : ch::Announce::no};
}

std::vector<std::uint32_t> opsOf(std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> ops(episode_steps);
    for (std::uint32_t& op : ops) op = static_cast<std::uint32_t>(random());
    return ops;
}

/// The replay file holds the setup's number and one decision a line.
QString writeReplay(std::uint32_t number, const std::vector<std::uint32_t>& ops) {
    const QString path = QDir::temp().filePath(QStringLiteral("two_nodes_replay_%1.txt").arg(number));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write(fmt::format("{}\n", number).c_str());
    for (const std::uint32_t op : ops) file.write(fmt::format("{}\n", op).c_str());
    return path;
}

} // namespace

/// Random interleavings of payments, single deliveries, cuts, restarts, failed writes and blocks (R1-R12).
class TestTwoNodes : public QObject {
    Q_OBJECT

private slots:
    void randomInterleavings_keepAllRules() {
        bool given = false;
        std::uint32_t seed = qEnvironmentVariableIntValue("DUPLEX_SEED", &given);
        if (!given) seed = std::random_device{}() & 0x7fffffff;
        fmt::print("seed {} (DUPLEX_SEED)\n", seed);
        for (int episode = 0; episode < totalSteps() / episode_steps; ++episode) {
            const std::uint32_t number = seed + static_cast<std::uint32_t>(episode);
            const auto ops = opsOf(number);
            const auto broken = runEpisode(ops, setupOf(number));
            if (!broken) continue;
            const auto shorter = shrunk(ops, setupOf(number));
            const auto again = runEpisode(shorter, setupOf(number));
            const QString path = writeReplay(number, shorter);
            QFAIL(fmt::format("{} | shrunk to {} steps: {} | replay: {}", *broken, shorter.size(),
                              again.value_or(""), path.toStdString())
                      .c_str());
        }
    }

    /// Runs that once broke a rule, here or on a build with a deliberate fault; DUPLEX_REPLAY adds one.
    void replay_keepsAllRules_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(vectorPath("../golden/replays"));
        for (const QString& name : folder.entryList({QStringLiteral("two_nodes_*.txt")}, QDir::Files))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
        const QString given = qEnvironmentVariable("DUPLEX_REPLAY");
        if (!given.isEmpty()) QTest::newRow("DUPLEX_REPLAY") << given;
    }
    void replay_keepsAllRules() {
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const std::uint32_t number = file.readLine().trimmed().toUInt();
        std::vector<std::uint32_t> ops;
        while (!file.atEnd()) ops.push_back(file.readLine().trimmed().toUInt());
        const auto broken = runEpisode(ops, setupOf(number));
        QVERIFY2(!broken, broken.value_or("").c_str());
    }
};

DUPLEX_TEST(TestTwoNodes)
#include "tst_two_nodes.moc"
