#include "core/sandbox/practice_peer.h"

#include "core/base/variant.h"
#include "core/io/entropy.h"
#include "core/io/timers.h"

namespace duplex::sandbox {

namespace {

using namespace bitcoin::wire;

constexpr std::uint32_t most_asked_filters = 1'000;
constexpr std::size_t most_known = 50'000;

PeerSettings settingsOf(const PracticeLedger& ledger) {
    return {.magic = ledger.network().magic,
            .role = Role::inbound,
            .services =
                Services{}.with(Service::network).with(Service::witness).with(Service::compact_filters),
            .user_agent = "/Duplex-practice:0.1.0/",
            .start_height = static_cast<std::int32_t>(ledger.height()),
            .relay = Relay::yes,
            .nonce = io::randomU64()};
}

FilterHash filterHashAt(const PracticeLedger& ledger, std::uint32_t height) {
    return bitcoin::light::hashOf(ledger.at(height).filter.bytes);
}

} // namespace

PracticePeer::PracticePeer(io::TcpConnection* connection, const PracticeLedger& ledger, QObject* parent)
    : QObject(parent), m_ledger(ledger), m_connection(connection), m_peer(settingsOf(ledger)) {
    connection->setParent(this);
    connect(connection, &io::TcpConnection::received, this,
            [this](const Bytes& bytes) { step(BytesReceived{.bytes = bytes}); });
    connect(connection, &io::TcpConnection::closed, this, [this] { emit ended(this); });
    step(Connected{});
}

void PracticePeer::tick() {
    step(Tick{});
}

void PracticePeer::send(Message message) {
    step(Send{.message = std::move(message)});
}

void PracticePeer::step(const PeerEvent& event) {
    for (const PeerAction& action : m_peer.step(event, {.ticks = io::now(), .time = io::calendarNow()}))
        std::visit(overloaded{[&](const SendBytes& send) { m_connection->write(send.bytes); },
                              [&](const Disconnect&) { m_connection->close(); },
                              [&](const HandshakeDone&) { send(FeeFilter{.sat_per_kvb = 1'000}); },
                              [&](const MessageReceived& received) { answer(received.message); }},
                   action);
}

void PracticePeer::answer(const Message& message) {
    if (const auto* get_headers = std::get_if<GetHeaders>(&message))
        answerHeaders(*get_headers);
    else if (const auto* checkpoints = std::get_if<GetCfCheckpt>(&message))
        answerCheckpoints(*checkpoints);
    else if (const auto* filter_headers = std::get_if<GetCfHeaders>(&message))
        answerFilterHeaders(*filter_headers);
    else if (const auto* filters = std::get_if<GetCfilters>(&message))
        answerFilters(*filters);
    else if (const auto* data = std::get_if<GetData>(&message))
        answerData(*data);
    else if (const auto* inventory = std::get_if<Inv>(&message))
        askFor(*inventory);
    else if (std::holds_alternative<SendHeaders>(message))
        m_wants_headers = true;
    else if (const auto* transaction = std::get_if<Tx>(&message)) {
        if (m_known.size() < most_known) m_known.insert(transaction->transaction.txid());
        emit transactionReceived(this, transaction->transaction);
    }
}

void PracticePeer::answerHeaders(const GetHeaders& request) {
    std::uint32_t from = 0; // the genesis block is on every chain
    for (const bitcoin::BlockHash& hash : request.locator)
        if (const auto height = m_ledger.heightOf(hash)) {
            from = *height;
            break;
        }
    Headers reply;
    for (std::uint32_t height = from + 1; height <= m_ledger.height() && reply.headers.size() < most_headers;
         ++height) {
        reply.headers.push_back(m_ledger.at(height).block.header);
        if (m_ledger.at(height).hash == request.stop) break;
    }
    send(std::move(reply));
}

// Core's limits for all three: an unknown stop block or too wide a range ends the connection.
void PracticePeer::answerCheckpoints(const GetCfCheckpt& request) {
    const auto stop = m_ledger.heightOf(request.stop);
    if (!stop) return m_connection->close();
    CfCheckpt reply{.stop = request.stop};
    for (std::uint32_t height = filter_checkpoint_interval; height <= *stop;
         height += filter_checkpoint_interval)
        reply.headers.push_back(m_ledger.at(height).filter_header);
    send(std::move(reply));
}

void PracticePeer::answerFilterHeaders(const GetCfHeaders& request) {
    const auto stop = m_ledger.heightOf(request.stop);
    const std::uint32_t start = request.start.value;
    if (!stop || start > *stop || *stop - start >= most_filter_headers) return m_connection->close();
    CfHeaders reply{.stop = request.stop};
    if (start > 0) reply.previous = m_ledger.at(start - 1).filter_header;
    for (std::uint32_t height = start; height <= *stop; ++height)
        reply.hashes.push_back(filterHashAt(m_ledger, height));
    send(std::move(reply));
}

void PracticePeer::answerFilters(const GetCfilters& request) {
    const auto stop = m_ledger.heightOf(request.stop);
    const std::uint32_t start = request.start.value;
    if (!stop || start > *stop || *stop - start >= most_asked_filters) return m_connection->close();
    for (std::uint32_t height = start; height <= *stop; ++height)
        send(Cfilter{.block = m_ledger.at(height).hash, .filter = m_ledger.at(height).filter.bytes});
}

void PracticePeer::answerData(const GetData& request) {
    NotFound missing;
    for (const Inventory& entry : request.entries) {
        const bool is_block =
            entry.kind == InventoryKind::block || entry.kind == InventoryKind::witness_block;
        if (is_block) {
            if (const auto height = m_ledger.heightOf({entry.hash}))
                send(BlockBody{.bytes = bitcoin::serialized(m_ledger.at(*height).block)});
            else
                missing.entries.push_back(entry);
            continue;
        }
        const bitcoin::Transaction* found = entry.kind == InventoryKind::wtx
                                                ? m_ledger.inMempool(bitcoin::Wtxid{entry.hash})
                                                : m_ledger.inMempool(bitcoin::Txid{entry.hash});
        if (found)
            send(Tx{.transaction = *found});
        else
            missing.entries.push_back(entry);
    }
    if (!missing.entries.empty()) send(std::move(missing));
}

void PracticePeer::askFor(const Inv& inventory) {
    GetData wanted;
    for (const Inventory& entry : inventory.entries) {
        if (entry.kind == InventoryKind::wtx && !m_ledger.inMempool(bitcoin::Wtxid{entry.hash}))
            wanted.entries.push_back(entry);
        if ((entry.kind == InventoryKind::tx || entry.kind == InventoryKind::witness_tx) &&
            !m_ledger.inMempool(bitcoin::Txid{entry.hash}))
            wanted.entries.push_back({.kind = InventoryKind::witness_tx, .hash = entry.hash});
    }
    if (!wanted.entries.empty()) send(std::move(wanted));
}

void PracticePeer::announceTip(std::uint32_t from_height) {
    if (!m_peer.handshakeDone()) return;
    if (!m_wants_headers)
        return send(Inv{
            .entries = {{.kind = InventoryKind::block, .hash = m_ledger.at(m_ledger.height()).hash.bytes}}});
    Headers headers;
    for (std::uint32_t height = from_height;
         height <= m_ledger.height() && headers.headers.size() < most_headers; ++height)
        headers.headers.push_back(m_ledger.at(height).block.header);
    send(std::move(headers));
}

void PracticePeer::announce(const bitcoin::Transaction& transaction) {
    if (!m_peer.handshakeDone() || m_peer.handshake().relay == Relay::no) return;
    if (m_known.size() >= most_known || !m_known.insert(transaction.txid()).second) return;
    const bool by_wtxid = m_peer.handshake().wtxid_relay;
    send(Inv{.entries = {by_wtxid ? Inventory{.kind = InventoryKind::wtx, .hash = transaction.wtxid().bytes}
                                  : Inventory{.kind = InventoryKind::tx, .hash = transaction.txid().bytes}}});
}

} // namespace duplex::sandbox
