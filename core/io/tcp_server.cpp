#include "core/io/tcp_server.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpSocket>

namespace duplex::io {

TcpServer::TcpServer(QObject* parent) : QObject(parent) {
    m_server.setProxy(QNetworkProxy::NoProxy);
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket* socket = m_server.nextPendingConnection())
            emit accepted(new TcpConnection(socket, nullptr));
    });
}

std::expected<Endpoint, std::string> TcpServer::listen(const Endpoint& endpoint, int max_pending) {
    const QString host =
        endpoint.host == "localhost" ? QStringLiteral("127.0.0.1") : QString::fromStdString(endpoint.host);
    const QHostAddress address(host);
    if (address.isNull())
        return std::unexpected("Cannot listen on " + toText(endpoint) +
                               ": give a numeric address of this machine.");
    m_server.setMaxPendingConnections(max_pending);
    if (!m_server.listen(address, endpoint.port))
        return std::unexpected("Cannot listen on " + toText(endpoint) + ": " +
                               m_server.errorString().toStdString() + ".");
    return this->endpoint();
}

void TcpServer::close() {
    m_server.close();
}

Endpoint TcpServer::endpoint() const {
    return Endpoint{.host = m_server.serverAddress().toString().toStdString(), .port = m_server.serverPort()};
}

} // namespace duplex::io
