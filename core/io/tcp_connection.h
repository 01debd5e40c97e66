#pragma once

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/io/endpoint.h"

#include <QObject>
#include <QString>
#include <QTcpSocket>
#include <QTimer>

#include <optional>

namespace duplex::io {

/// Why a connection ended.
enum class CloseReason : std::uint8_t {
    local,      // we asked for it
    remote,     // the peer closed
    refused,    // nobody listens there
    not_found,  // the name has no address
    timed_out,  // no connection within the given time
    proxy,      // the proxy refused or does not answer
    queue_full, // the peer does not read what we send
    failed      // any other network error
};

enum class Written : std::uint8_t { queued, refused };

/// One TCP connection, outgoing or accepted. Lives on the core thread; never blocks. `closed` comes
/// exactly once for each connection that was asked for or accepted, also when connecting failed, and
/// never from inside a call of close(), abort() or write(): always from the event loop.
class TcpConnection : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t write_queue_limit = 16U << 20U;

    explicit TcpConnection(QObject* parent = nullptr);
    /// Takes over an accepted socket (TcpServer does this).
    TcpConnection(QTcpSocket* accepted, QObject* parent);
    ~TcpConnection() override;

    /// Starts connecting; through the SOCKS5 `proxy` where one is given (names are then resolved by it).
    void connectTo(const Endpoint& endpoint, Ticks timeout,
                   const std::optional<Endpoint>& proxy = std::nullopt);
    /// Queues bytes. Refused when not connected, or when more than write_queue_limit would wait: then
    /// the connection is also closed with `queue_full`.
    Written write(ByteView bytes);
    /// Sends what is queued, then closes.
    void close();
    /// Closes at once; what is queued is lost.
    void abort();
    /// Stops or goes on reading: while stopped the peer is held back by TCP's own window.
    void pauseReading();
    void resumeReading();

    bool isOpen() const { return m_open; }
    /// The peer: as asked for in connectTo, or the address it came from.
    const Endpoint& peer() const { return m_peer; }
    /// Our own address of this connection; port 0 before it is open.
    Endpoint local() const;
    std::size_t queuedBytes() const;
    std::uint64_t bytesSent() const { return m_sent; }
    std::uint64_t bytesReceived() const { return m_received; }

signals:
    void connected();
    void received(const duplex::Bytes& bytes);
    /// The write queue has become empty.
    void drained();
    void closed(duplex::io::CloseReason reason, const QString& detail);

private:
    void attach();
    void readAll();
    void finish(CloseReason reason, const QString& detail);
    void onError(QAbstractSocket::SocketError error);

    QTcpSocket* m_socket;
    QTimer m_timeout;
    Endpoint m_peer;
    std::uint64_t m_sent = 0;
    std::uint64_t m_received = 0;
    bool m_open = false;
    bool m_paused = false;
    bool m_finished = true;
};

} // namespace duplex::io
