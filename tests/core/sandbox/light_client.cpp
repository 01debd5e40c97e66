#include "tests/core/sandbox/light_client.h"

#include "core/base/variant.h"

#include <deque>

namespace duplex::test {

using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

namespace {

constexpr PeerId the_peer{1};
constexpr std::size_t most_stored = 20'000;

wire::PeerSettings settingsFor(const NetworkParameters& network) {
    return {.magic = network.magic, .relay = wire::Relay::yes, .nonce = 4711};
}

template <typename Record>
void writeAt(Bytes& file, std::size_t number, const std::vector<Record>& records) {
    file.resize(std::min(file.size(), number * sizeof(Record)));
    for (const Record& record : records) file.insert(file.end(), record.begin(), record.end());
}

} // namespace

LightClient::LightClient(const NetworkParameters& network, const io::Endpoint& server)
    : m_peer(settingsFor(network)), m_sync(SyncStart{.network = network.network}) {
    m_headers.reserve(most_stored * header_size); // the machine holds views
    m_filter_headers.reserve(most_stored * 32);
    QObject::connect(&m_connection, &io::TcpConnection::connected, &m_connection,
                     [this] { step(wire::Connected{}); });
    QObject::connect(&m_connection, &io::TcpConnection::received, &m_connection,
                     [this](const Bytes& bytes) { step(wire::BytesReceived{bytes}); });
    QObject::connect(&m_connection, &io::TcpConnection::closed, &m_connection, [this] {
        closed = true;
        feed(PeerDisconnected{the_peer});
    });
    QObject::connect(&m_tick, &QTimer::timeout, &m_tick, [this] {
        step(wire::Tick{});
        feed(TimerTick{});
    });
    perform(m_sync.start(moment()));
    constexpr int tick_ms = 200;
    m_tick.start(tick_ms);
    m_connection.connectTo(server, Ticks{5'000});
}

void LightClient::watch(const std::vector<Script>& scripts) {
    feed(WatchAdded{.scripts = scripts});
}

void LightClient::step(const wire::PeerEvent& event) {
    for (const wire::PeerAction& action : m_peer.step(event, moment()))
        std::visit(overloaded{[&](const wire::SendBytes& each) { m_connection.write(each.bytes); },
                              [&](const wire::Disconnect&) { m_connection.close(); },
                              [&](const wire::HandshakeDone& each) {
                                  feed(PeerConnected{the_peer, each.handshake, {7}, wire::Relay::yes});
                              },
                              [&](const wire::MessageReceived& each) {
                                  answers.push_back(each.message);
                                  feed(PeerMessage{the_peer, each.message});
                              }},
                   action);
}

void LightClient::feed(const SyncEvent& event) {
    perform(m_sync.step(event, moment()));
}

void LightClient::perform(const SyncActions& actions) {
    std::deque<SyncEvent> next;
    for (const SyncAction& action : actions)
        std::visit(overloaded{[&](const SendTo& each) { send(each.message); },
                              [&](const DropPeer& each) {
                                  dropped.push_back(each);
                                  m_connection.close();
                              },
                              [&](const PersistHeaders& each) {
                                  std::vector<ByteArray<header_size>> records;
                                  for (const BlockHeader& header : each.headers)
                                      records.push_back(serialized(header));
                                  writeAt(m_headers, each.from.value, records);
                                  next.push_back(HeadersStored{{m_headers}});
                              },
                              [&](const PersistReorganisation& each) {
                                  std::vector<ByteArray<header_size>> records;
                                  for (const BlockHeader& header : each.headers)
                                      records.push_back(serialized(header));
                                  writeAt(m_headers, each.fork.value + 1, records);
                                  next.push_back(HeadersStored{{m_headers}});
                              },
                              [&](const PersistFilterHeaders& each) {
                                  std::vector<ByteArray<32>> records;
                                  for (const FilterHeader& header : each.headers)
                                      records.push_back(header.bytes);
                                  writeAt(m_filter_headers, each.from.value, records);
                                  next.push_back(FilterHeadersStored{{m_filter_headers}});
                              },
                              [&](const BlockConnected& each) {
                                  if (!each.block) return;
                                  hits[each.height.value] = *each.block;
                                  next.push_back(BlockApplied{each.height});
                              },
                              [&](const BlockRescanned& each) {
                                  hits[each.height.value] = each.block;
                                  next.push_back(BlockApplied{each.height});
                              },
                              [&](const BlockDisconnected& each) {
                                  left.push_back(each.height.value);
                                  hits.erase(each.height.value);
                              },
                              [&](const CompleteTo& each) { m_complete = each; },
                              []<one_of<Disputed, TipChanged, TransactionSeen, BlockFetched, BlockFetchFailed,
                                        StaleChain, CheckClock, BlockMissing, NeedPeers>
                                     T>(const T&) {}},
                   action);
    for (const SyncEvent& event : next) feed(event);
}

} // namespace duplex::test
