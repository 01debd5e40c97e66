#include "core/rpc/server.h"

#include "core/rpc/method_table.h"

#include <QCryptographicHash>
#include <QFile>
#include <QLocalSocket>
#include <QSaveFile>
#include <QTimer>

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view topic_names[] = {"block", "transaction", "channel", "payment", "move", "peer"};

std::string_view nameOf(api::Notification::Topic topic) {
    return topic_names[static_cast<std::size_t>(topic)];
}

/// The user at the other end; nothing when the system does not say.
std::optional<uid_t> userOf(const QLocalSocket& socket) {
    struct ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &credentials,
                     &size) != 0)
        return std::nullopt;
    return credentials.uid;
}

bool isPrivate(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid() &&
           (status.st_mode & 077U) == 0;
}

/// A folder of the user alone for sockets whose own place is too deep.
std::string runtimeFolder() {
    const QByteArray given = qgetenv("XDG_RUNTIME_DIR");
    if (!given.isEmpty() && isPrivate(given.toStdString())) return given.toStdString();
    const std::string folder = fmt::format("/tmp/duplex-{}", ::geteuid());
    ::mkdir(folder.c_str(), 0700);
    return folder; // checked by listen(): another user may have made it
}

} // namespace

SocketPath socketPathOf(const std::string& network_directory) {
    constexpr std::size_t longest = 100; // the system's limit is 108 with the closing zero
    const std::string plain = network_directory + "/duplex.sock";
    if (plain.size() <= longest) return {.socket = plain};
    const QByteArray digest =
        QCryptographicHash::hash(QByteArray::fromStdString(plain), QCryptographicHash::Sha256)
            .toHex()
            .left(16);
    return {.socket = runtimeFolder() + "/duplex-" + digest.toStdString() + ".sock",
            .path_file = plain + ".path"};
}

struct Server::Connection {
    std::uint64_t id = 0;
    QLocalSocket* socket = nullptr;
    std::string buffer;
    std::set<Dispatcher::Token> running;
    std::set<api::Notification::Topic> topics;
    bool closing = false;
};

Server::Server(api::Session* session, Environment environment, QObject* parent)
    : QObject(parent), m_dispatcher(session, std::move(environment)) {
    connect(&m_server, &QLocalServer::newConnection, this, &Server::accept);
    connect(session, &api::Session::notified, this, &Server::notify);
}

Server::~Server() {
    for (auto& [id, connection] : m_connections) {
        connection->socket->disconnect(this);
        connection->socket->flush();
        connection->socket->disconnectFromServer();
    }
    m_server.close(); // removes the socket
    if (!m_path.path_file.empty()) ::unlink(m_path.path_file.c_str());
}

std::expected<void, std::string> Server::listen(const std::string& network_directory, Stale stale) {
    if (!isPrivate(network_directory))
        return std::unexpected(
            fmt::format("{} can be entered by other users of this machine. Run: chmod 700 '{}'",
                        network_directory, network_directory));
    m_path = socketPathOf(network_directory);
    const std::string folder = m_path.socket.substr(0, m_path.socket.rfind('/'));
    if (!isPrivate(folder))
        return std::unexpected(
            fmt::format("{} is not a folder of this user alone; the socket cannot lie there.", folder));
    const QString name = QString::fromStdString(m_path.socket);
    if (stale == Stale::remove) QLocalServer::removeServer(name);
    // Bound under a mask that leaves others nothing, so that there is no moment at which they could connect.
    const mode_t mask = ::umask(0177);
    const bool bound = m_server.listen(name);
    ::umask(mask);
    if (!bound)
        return std::unexpected(fmt::format("Cannot open the socket {}: {}.", m_path.socket,
                                           m_server.errorString().toStdString()));
    ::chmod(m_path.socket.c_str(), 0600);
    if (!isPrivate(m_path.socket)) {
        m_server.close();
        return std::unexpected(fmt::format(
            "The file system of {} does not keep other users out of the socket. Use another data directory.",
            m_path.socket));
    }
    if (m_path.path_file.empty()) return {};
    QSaveFile file(QString::fromStdString(m_path.path_file));
    if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::fromStdString(m_path.socket)) < 0 ||
        !file.commit())
        return std::unexpected(fmt::format("Cannot write {}.", m_path.path_file));
    ::chmod(m_path.path_file.c_str(), 0600);
    return {};
}

void Server::accept() {
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        socket->setParent(this);
        if (userOf(*socket) != ::geteuid()) { // root may pass by the file's mode; it is told nothing either
            socket->abort();
            socket->deleteLater();
            continue;
        }
        if (connections() >= most_connections) {
            socket->write(QByteArray::fromStdString(
                errorResponse({}, error(Code::invalid_request, "Too many connections (32). Close one first."))
                    .text() +
                "\n"));
            connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
            socket->disconnectFromServer();
            continue;
        }
        auto owned = std::make_unique<Connection>();
        Connection& connection = *owned;
        connection.id = m_next_connection++;
        connection.socket = socket;
        m_connections.emplace(connection.id, std::move(owned));
        socket->setReadBufferSize(1 << 20);
        connect(socket, &QLocalSocket::readyRead, this, [this, &connection] { read(connection); });
        connect(socket, &QLocalSocket::disconnected, this, [this, &connection] { drop(connection); });
        read(connection);
    }
}

void Server::read(Connection& connection) {
    if (connection.closing) {
        connection.socket->readAll();
        return;
    }
    while (!connection.closing && connection.running.size() < most_running_calls) {
        const std::size_t end = connection.buffer.find('\n');
        if (end != std::string::npos) {
            const std::string line = connection.buffer.substr(0, end);
            connection.buffer.erase(0, end + 1);
            handle(connection, line);
            continue;
        }
        if (connection.buffer.size() > longest_line) {
            send(connection, errorResponse({}, error(Code::invalid_request, "A line has more than 4 MiB.")));
            connection.closing = true;
            connection.buffer.clear();
            // What still comes is dropped for a moment: closing over unread bytes would take the answer with
            // it.
            constexpr int grace_ms = 500;
            QTimer::singleShot(grace_ms, connection.socket,
                               [socket = connection.socket] { socket->abort(); });
            connection.socket->readAll();
            return;
        }
        const QByteArray bytes = connection.socket->read(1 << 16);
        if (bytes.isEmpty()) return;
        connection.buffer.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    }
}

void Server::handle(Connection& connection, std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return;
    if (line.size() > longest_line)
        return send(connection,
                    errorResponse({}, error(Code::invalid_request, "A line has more than 4 MiB.")));
    const auto call = readCall(line);
    if (!call) return send(connection, call.error());
    if (call->method == "notify") return subscribe(connection, *call);
    auto token = std::make_shared<Dispatcher::Token>(0);
    *token = m_dispatcher.run(
        *call, [this, id = connection.id, token, wanted = call->wants_answer](const Json& response) {
            const auto found = m_connections.find(id);
            if (found == m_connections.end()) return;
            Connection& asker = *found->second;
            asker.running.erase(*token);
            if (wanted) send(asker, response);
            if (*token != 0)
                QTimer::singleShot(0, this, [this, id] { // lines that waited for a free place
                    if (const auto still = m_connections.find(id); still != m_connections.end())
                        read(*still->second);
                });
        });
    if (*token != 0) connection.running.insert(*token);
}

void Server::subscribe(Connection& connection, const Call& call) {
    const auto answer = [&](const LocalResult& result) {
        if (call.wants_answer)
            send(connection,
                 result ? resultResponse(call.id, *result) : errorResponse(call.id, result.error()));
    };
    const auto arguments = bindArguments(*findMethod("notify"), call.params);
    if (!arguments) return answer(std::unexpected(arguments.error()));
    std::set<api::Notification::Topic> topics;
    Json names = Json::array();
    const Json& wanted = arguments->at("topics");
    const bool all = wanted.isNull();
    for (std::size_t i = 0; i < std::size(topic_names); ++i) {
        const bool named = wanted.elements() && std::ranges::find(*wanted.elements(), Json(topic_names[i])) !=
                                                    wanted.elements()->end();
        if (!all && !named) continue;
        topics.insert(static_cast<api::Notification::Topic>(i));
        names.push(topic_names[i]);
    }
    if (wanted.elements() && topics.size() != wanted.elements()->size())
        return answer(fail(Code::bad_parameter,
                           "topics: an array of block, transaction, channel, payment, move, peer"));
    connection.topics = std::move(topics);
    answer(names);
}

void Server::send(Connection& connection, const Json& message) {
    if (connection.closing) return;
    if (static_cast<std::size_t>(connection.socket->bytesToWrite()) > longest_unread) {
        connection.closing = true;
        QTimer::singleShot(0, connection.socket, [socket = connection.socket] { socket->abort(); });
        return;
    }
    connection.socket->write(QByteArray::fromStdString(message.text() + "\n"));
}

void Server::drop(Connection& connection) {
    for (const Dispatcher::Token token : connection.running) m_dispatcher.cancel(token);
    connection.socket->disconnect(this);
    connection.socket->deleteLater();
    m_connections.erase(connection.id);
}

void Server::notify(const api::Notification& notification) {
    Json params = Json::object();
    params.set("id", notification.id);
    params.set("state", notification.state);
    if (notification.height >= 0) params.set("height", notification.height);
    if (notification.amount_msat != 0) params.set("amount_msat", notification.amount_msat);
    const Json message = Json::object()
                             .set("jsonrpc", "2.0")
                             .set("method", nameOf(notification.topic))
                             .set("params", std::move(params));
    for (auto& [id, connection] : m_connections)
        if (connection->topics.contains(notification.topic)) send(*connection, message);
}

} // namespace duplex::rpc
