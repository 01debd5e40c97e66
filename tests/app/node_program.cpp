#include "tests/app/node_program.h"

#include <QTest>

#include <cmath>
#include <csignal>

namespace duplex::test {

namespace {

constexpr int patience_ms = 120'000; // of a busy machine

} // namespace

QJsonValue CliResult::json() const {
    const QByteArray wrapped = "[" + output.trimmed() + "]"; // a bare number or null is no document by itself
    return QJsonDocument::fromJson(wrapped).array().at(0);
}

int CliResult::code() const {
    const qsizetype at = errors.indexOf("error code: ");
    return at < 0 ? 0 : errors.mid(at + 12).trimmed().toInt();
}

NodeProgram::NodeProgram() = default;

NodeProgram::~NodeProgram() {
    if (isRunning()) kill();
}

QString NodeProgram::binary(const char* name) {
    return QStringLiteral(DUPLEX_BIN "/") + QLatin1String(name);
}

CliResult NodeProgram::run(const char* program, const QStringList& arguments,
                           const QByteArray& standard_input) {
    QProcess process;
    process.start(binary(program), arguments);
    if (!process.waitForStarted(patience_ms)) return {};
    process.write(standard_input);
    process.closeWriteChannel();
    CliResult result;
    if (!process.waitForFinished(patience_ms)) {
        process.kill();
        process.waitForFinished();
        return result;
    }
    result.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    result.output = process.readAllStandardOutput();
    result.errors = process.readAllStandardError();
    return result;
}

bool NodeProgram::start(const QStringList& options) {
    m_node = std::make_unique<QProcess>();
    m_node->setProcessChannelMode(QProcess::MergedChannels);
    m_node->start(binary("duplexd"), place() + options);
    QByteArray seen;
    const bool said = QTest::qWaitFor(
        [&] {
            seen += m_node->readAll();
            return seen.contains(": ready, socket ") || m_node->state() == QProcess::NotRunning;
        },
        patience_ms);
    m_written += seen;
    return said && isRunning();
}

void NodeProgram::collect() {
    m_written += m_node->readAll();
}

int NodeProgram::waitForEnd() {
    if (m_node->state() != QProcess::NotRunning && !m_node->waitForFinished(patience_ms)) return -1;
    collect();
    return m_node->exitStatus() == QProcess::NormalExit ? m_node->exitCode() : -1;
}

void NodeProgram::kill() {
    m_node->kill();
    m_node->waitForFinished(patience_ms);
    collect();
}

void NodeProgram::signal(int number) {
    ::kill(static_cast<pid_t>(m_node->processId()), number);
}

CliResult NodeProgram::call(const QStringList& arguments, const QByteArray& standard_input) const {
    return run("duplex-cli", place() + arguments, standard_input);
}

qint64 NodeProgram::trusted() const {
    return satoshi(call({"getbalances"}).object()["mine"].toObject()["trusted"]);
}

bool NodeProgram::mine(int count) const {
    const CliResult mined = call({"sandbox", "mine", QString::number(count)});
    if (mined.status != 0) return false;
    const qint64 height = mined.object()["height"].toInteger();
    return call({"waitforblockheight", QString::number(height), QString::number(patience_ms)})
               .object()["height"]
               .toInteger() >= height;
}

bool NodeProgram::fund(qint64 amount_sat) const {
    const CliResult address = call({"getnewaddress"});
    if (address.status != 0) return false;
    const CliResult paid = call({"sandbox", "fund", address.text(), QString::number(amount_sat)});
    return paid.status == 0 && mine();
}

qint64 satoshi(const QJsonValue& btc) {
    return std::llround(btc.toDouble() * 1e8);
}

} // namespace duplex::test
