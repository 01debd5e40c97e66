#pragma once

#include "core/io/tcp_connection.h"

#include <QObject>
#include <QTcpServer>

#include <expected>
#include <string>

namespace duplex::io {

/// Listens on one address; each accepted connection is handed over by `accepted`.
class TcpServer : public QObject {
    Q_OBJECT
public:
    explicit TcpServer(QObject* parent = nullptr);

    /// The bound endpoint (port 0 asks the system for a free one), or what went wrong.
    std::expected<Endpoint, std::string> listen(const Endpoint& endpoint, int max_pending = 32);
    void close();
    Endpoint endpoint() const;

signals:
    /// The receiver owns the connection (its parent is null).
    void accepted(duplex::io::TcpConnection* connection);

private:
    QTcpServer m_server;
};

} // namespace duplex::io
