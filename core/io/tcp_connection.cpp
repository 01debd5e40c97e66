#include "core/io/tcp_connection.h"

#include <QHostAddress>
#include <QNetworkProxy>

namespace duplex::io {

namespace {

// What waits unread in our own process; past it TCP's window holds the peer back.
constexpr qint64 read_buffer_limit = 1 << 20;

CloseReason reasonOf(QAbstractSocket::SocketError error) {
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return CloseReason::refused;
    case QAbstractSocket::RemoteHostClosedError:
        return CloseReason::remote;
    case QAbstractSocket::HostNotFoundError:
        return CloseReason::not_found;
    case QAbstractSocket::SocketTimeoutError:
        return CloseReason::timed_out;
    case QAbstractSocket::ProxyAuthenticationRequiredError:
    case QAbstractSocket::ProxyConnectionRefusedError:
    case QAbstractSocket::ProxyConnectionClosedError:
    case QAbstractSocket::ProxyConnectionTimeoutError:
    case QAbstractSocket::ProxyNotFoundError:
    case QAbstractSocket::ProxyProtocolError:
        return CloseReason::proxy;
    default:
        return CloseReason::failed; // Qt's list of errors is open
    }
}

Endpoint endpointOf(QHostAddress address, quint16 port) {
    bool is_v4 = false;
    const quint32 v4 = address.toIPv4Address(&is_v4); // also of ::ffff:a.b.c.d
    if (is_v4) address = QHostAddress(v4);
    return Endpoint{.host = address.toString().toStdString(), .port = port};
}

} // namespace

TcpConnection::TcpConnection(QObject* parent) : QObject(parent), m_socket(new QTcpSocket(this)) {
    m_socket->setProxy(QNetworkProxy::NoProxy);
    attach();
}

TcpConnection::TcpConnection(QTcpSocket* accepted, QObject* parent)
    : QObject(parent), m_socket(accepted), m_peer(endpointOf(accepted->peerAddress(), accepted->peerPort())),
      m_open(true), m_finished(false) {
    m_socket->setParent(this);
    attach();
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    // What came before we listened, and an end that came already, are told from the loop.
    QMetaObject::invokeMethod(
        this,
        [this] {
            readAll();
            if (m_socket->state() != QAbstractSocket::ConnectedState) finish(CloseReason::remote, {});
        },
        Qt::QueuedConnection);
}

TcpConnection::~TcpConnection() {
    m_socket->disconnect(this);
}

void TcpConnection::attach() {
    m_socket->setReadBufferSize(read_buffer_limit);
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this,
            [this] { finish(CloseReason::timed_out, QStringLiteral("no answer in time")); });
    connect(m_socket, &QTcpSocket::connected, this, [this] {
        m_timeout.stop();
        m_open = true;
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        emit connected();
    });
    connect(m_socket, &QTcpSocket::readyRead, this, &TcpConnection::readAll);
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this](qint64 count) {
        m_sent += static_cast<std::uint64_t>(count);
        if (m_open && m_socket->bytesToWrite() == 0) emit drained();
    });
    connect(m_socket, &QTcpSocket::errorOccurred, this, &TcpConnection::onError, Qt::QueuedConnection);
    connect(
        m_socket, &QTcpSocket::disconnected, this, [this] { finish(CloseReason::local, {}); },
        Qt::QueuedConnection);
}

void TcpConnection::connectTo(const Endpoint& endpoint, Ticks timeout, const std::optional<Endpoint>& proxy) {
    m_peer = endpoint;
    m_finished = false;
    if (proxy)
        m_socket->setProxy(
            QNetworkProxy(QNetworkProxy::Socks5Proxy, QString::fromStdString(proxy->host), proxy->port));
    m_timeout.start(timeout);
    m_socket->connectToHost(QString::fromStdString(endpoint.host), endpoint.port);
}

Written TcpConnection::write(ByteView bytes) {
    if (!m_open) return Written::refused;
    if (queuedBytes() + bytes.size() > write_queue_limit) {
        m_open = false;
        QMetaObject::invokeMethod(
            this, [this] { finish(CloseReason::queue_full, QStringLiteral("the peer does not read")); },
            Qt::QueuedConnection);
        return Written::refused;
    }
    m_socket->write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    return Written::queued;
}

void TcpConnection::close() {
    if (m_finished) return;
    m_open = false;
    m_timeout.stop();
    if (m_socket->state() == QAbstractSocket::ConnectedState) {
        m_socket->disconnectFromHost(); // disconnected() follows once the queue is sent
        constexpr Ticks longest_flush{5000};
        m_timeout.disconnect(this);
        connect(&m_timeout, &QTimer::timeout, this, [this] { finish(CloseReason::local, {}); });
        m_timeout.start(longest_flush);
        return;
    }
    abort();
}

void TcpConnection::abort() {
    if (m_finished) return;
    m_open = false;
    m_timeout.stop();
    QMetaObject::invokeMethod(this, [this] { finish(CloseReason::local, {}); }, Qt::QueuedConnection);
}

void TcpConnection::pauseReading() {
    m_paused = true;
}

void TcpConnection::resumeReading() {
    if (!m_paused) return;
    m_paused = false;
    QMetaObject::invokeMethod(this, &TcpConnection::readAll, Qt::QueuedConnection);
}

Endpoint TcpConnection::local() const {
    return endpointOf(m_socket->localAddress(), m_socket->localPort());
}

std::size_t TcpConnection::queuedBytes() const {
    return static_cast<std::size_t>(m_socket->bytesToWrite());
}

void TcpConnection::readAll() {
    if (m_paused || m_finished || !m_open) return;
    const QByteArray bytes = m_socket->readAll();
    if (bytes.isEmpty()) return;
    m_received += static_cast<std::uint64_t>(bytes.size());
    emit received(toBytes(ByteView(reinterpret_cast<const std::uint8_t*>(bytes.constData()),
                                   static_cast<std::size_t>(bytes.size()))));
}

void TcpConnection::onError(QAbstractSocket::SocketError error) {
    if (error == QAbstractSocket::RemoteHostClosedError) readAll(); // what came with the end still counts
    finish(reasonOf(error), m_socket->errorString());
}

void TcpConnection::finish(CloseReason reason, const QString& detail) {
    if (m_finished) return;
    m_finished = true;
    m_open = false;
    m_timeout.stop();
    m_socket->disconnect(this);
    m_socket->abort();
    emit closed(reason, detail);
}

} // namespace duplex::io
