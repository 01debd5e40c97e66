#pragma once

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace duplex::test {

/// What duplex-cli printed and how it ended.
struct CliResult {
    int status = -1;
    QByteArray output;
    QByteArray errors;

    QByteArray text() const { return output.trimmed(); }
    QJsonValue json() const;
    QJsonObject object() const { return json().toObject(); }
    QJsonArray array() const { return json().toArray(); }
    /// The number behind "error code:"; 0 without one.
    int code() const;
};

/// The built duplexd as a process of its own in the sandbox, and the built duplex-cli that talks to it. Made
/// with a folder of its own; the process is killed with it when a test leaves it running.
class NodeProgram {
public:
    NodeProgram();
    ~NodeProgram();

    /// Starts and waits until it answers; false when it ends before.
    bool start(const QStringList& options = {});
    /// Waits for the end; the exit status, or -1 when it does not end by itself (or by a signal).
    int waitForEnd();
    void kill(); // SIGKILL, and waits for it
    void signal(int number);
    bool isRunning() const { return m_node && m_node->state() == QProcess::Running; }
    qint64 processId() const { return m_node ? m_node->processId() : 0; }
    /// Everything that all runs wrote to standard output and error.
    QByteArray written() const { return m_written; }

    CliResult call(const QStringList& arguments, const QByteArray& standard_input = {}) const;
    /// Balance of the wallet's own coins that count as its own now, in satoshi.
    qint64 trusted() const;
    qint64 height() const { return call({"getblockcount"}).text().toLongLong(); }
    /// Mines and waits until the wallet has seen it.
    bool mine(int count = 1) const;
    /// Pays a fresh address of the wallet from the miner and mines that.
    bool fund(qint64 amount_sat) const;

    QString folder() const { return m_dir.path(); }
    QString networkFolder() const { return m_dir.path() + "/sandbox"; }
    QString socket() const { return networkFolder() + "/duplex.sock"; }

    static QString binary(const char* name);
    /// A program run to its end with these arguments, as it is.
    static CliResult run(const char* program, const QStringList& arguments,
                         const QByteArray& standard_input = {});

private:
    QStringList place() const { return {"--network=sandbox", "--datadir=" + m_dir.path()}; }
    void collect();

    QTemporaryDir m_dir;
    std::unique_ptr<QProcess> m_node;
    QByteArray m_written;
};

/// Satoshi of a decimal BTC number in JSON, whose eight decimals a double holds exactly enough.
qint64 satoshi(const QJsonValue& btc);

} // namespace duplex::test
