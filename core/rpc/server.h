#pragma once

#include "core/rpc/dispatcher.h"

#include <QLocalServer>
#include <QObject>

#include <expected>
#include <memory>
#include <set>
#include <string>

class QLocalSocket;

namespace duplex::rpc {

/// Limits of the transport (interface.md, Transport).
inline constexpr int most_connections = 32;
inline constexpr std::size_t longest_line = 4U << 20U;
inline constexpr int most_running_calls = 256;            // of one connection; more wait unread
inline constexpr std::size_t longest_unread = 64U << 20U; // of answers and events that a client does not read

/// Where the socket of a data directory is. Where DIR/duplex.sock would exceed 100 bytes it lies in the
/// user's runtime folder, and DIR/duplex.sock.path holds its place.
struct SocketPath {
    std::string socket = {};
    std::string path_file = {}; // empty: not needed
};
SocketPath socketPathOf(const std::string& network_directory);

/// JSON-RPC 2.0 over a local socket, one object a line. Never TCP, so that no web page reaches it (threats
/// 104).
class Server : public QObject {
    Q_OBJECT
public:
    Server(api::Session* session, Environment environment, QObject* parent = nullptr);
    ~Server() override;

    /// Whoever calls with `remove` holds the lock of the data directory: then a socket that is there is a
    /// left-over.
    enum class Stale { keep, remove };
    /// Opens the socket for this user only. `network_directory` must give group and others nothing.
    std::expected<void, std::string> listen(const std::string& network_directory, Stale stale);
    std::string socketPath() const { return m_path.socket; }
    int connections() const { return static_cast<int>(m_connections.size()); }

private:
    struct Connection;

    void accept();
    void read(Connection& connection);
    void handle(Connection& connection, std::string_view line);
    void subscribe(Connection& connection, const Call& call);
    void send(Connection& connection, const Json& message);
    void drop(Connection& connection);
    void notify(const api::Notification& notification);

    Dispatcher m_dispatcher;
    QLocalServer m_server;
    SocketPath m_path;
    std::map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::uint64_t m_next_connection = 1;
};

} // namespace duplex::rpc
