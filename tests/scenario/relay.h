#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace duplex::test {

/// A line between two nodes that a test can listen to by size and cut. It sees ciphertext only.
class Relay {
public:
    /// Listens on loopback and dials the port aimed at for each connection.
    Relay() {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, [this] {
            while (QTcpSocket* near = m_server.nextPendingConnection()) join(near);
        });
    }
    ~Relay() { cut(); }

    std::uint16_t port() const { return m_server.serverPort(); }
    void aim(std::uint16_t port) { m_aim = port; }
    /// Of what the dialling side sends: from the piece of this size on, nothing goes back any more.
    void swallowAnswersAfter(qsizetype size) { m_trigger = size; }
    bool isSwallowing() const { return m_swallowing; }
    /// Lets so many more pieces through, in whichever direction, and then nothing any more.
    void stopAfter(int pieces) { m_pieces_left = pieces; }
    bool hasStopped() const { return m_pieces_left == 0; }
    /// Ends every connection; new ones pass everything again.
    void cut() {
        m_trigger = -1;
        m_swallowing = false;
        m_pieces_left = -1;
        for (Line& line : std::exchange(m_lines, {})) {
            for (QTcpSocket* socket : {line.near, line.far}) {
                socket->disconnect();
                socket->abort();
                socket->deleteLater();
            }
        }
    }

private:
    struct Line {
        QTcpSocket* near = nullptr;
        QTcpSocket* far = nullptr;
    };

    void join(QTcpSocket* near) {
        auto* far = new QTcpSocket(&m_server);
        m_lines.push_back({near, far});
        QObject::connect(near, &QTcpSocket::readyRead, [this, near, far] {
            const QByteArray piece = near->readAll();
            if (piece.size() == m_trigger) m_swallowing = true;
            if (passes()) far->write(piece);
        });
        QObject::connect(far, &QTcpSocket::readyRead, [this, near, far] {
            const QByteArray piece = far->readAll();
            if (!m_swallowing && passes()) near->write(piece);
        });
        const auto end = [this, near] {
            const auto found = std::find_if(m_lines.begin(), m_lines.end(),
                                            [&](const Line& line) { return line.near == near; });
            if (found == m_lines.end()) return;
            const Line line = *found;
            m_lines.erase(found);
            for (QTcpSocket* socket : {line.near, line.far}) {
                socket->disconnect();
                socket->disconnectFromHost();
                socket->deleteLater();
            }
        };
        QObject::connect(near, &QTcpSocket::disconnected, end);
        QObject::connect(far, &QTcpSocket::disconnected, end);
        QObject::connect(far, &QTcpSocket::errorOccurred, end);
        far->connectToHost(QHostAddress::LocalHost, m_aim);
    }

    bool passes() {
        if (m_pieces_left < 0) return true;
        if (m_pieces_left == 0) return false;
        --m_pieces_left;
        return true;
    }

    QTcpServer m_server;
    std::uint16_t m_aim = 0;
    std::vector<Line> m_lines;
    qsizetype m_trigger = -1;
    bool m_swallowing = false;
    int m_pieces_left = -1;
};

} // namespace duplex::test
