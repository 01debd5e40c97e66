#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/wire/peer.h"
#endif

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wire;

namespace {

const Magic magic = {9, 8, 7, 6};

PeerSettings settings(Role role, std::uint64_t nonce) {
    return {.magic = magic, .role = role, .nonce = nonce};
}

Moment at(Ticks ticks) {
    return {.ticks = ticks, .time = unixTime(1'700'000'000)};
}

/// Commands of the frames that these actions send.
std::vector<std::string> sentCommands(const PeerActions& actions) {
    std::vector<std::string> commands;
    FrameParser parser(magic);
    for (const PeerAction& action : actions)
        if (const auto* bytes = std::get_if<SendBytes>(&action))
            for (const Frame& frame : parser.receive(bytes->bytes).frames) commands.push_back(frame.command);
    return commands;
}

template <typename A>
const A* find(const PeerActions& actions) {
    for (const PeerAction& action : actions)
        if (const auto* found = std::get_if<A>(&action)) return found;
    return nullptr;
}

PeerActions give(Peer& peer, const Message& message, Ticks now = 0s) {
    return peer.step(BytesReceived{encodeFrame(magic, message)}, at(now));
}

/// Carries bytes between two peers until both are quiet; returns all other actions of each.
std::pair<PeerActions, PeerActions> converse(Peer& a, Peer& b) {
    std::pair<PeerActions, PeerActions> seen;
    PeerActions from_a = a.step(Connected{}, at(0s));
    PeerActions from_b = b.step(Connected{}, at(0s));
    while (!from_a.empty() || !from_b.empty()) {
        PeerActions next_a;
        PeerActions next_b;
        for (const PeerAction& action : from_a) {
            seen.first.push_back(action);
            if (const auto* bytes = std::get_if<SendBytes>(&action))
                for (auto& each : b.step(BytesReceived{bytes->bytes}, at(0s))) next_b.push_back(each);
        }
        for (const PeerAction& action : from_b) {
            seen.second.push_back(action);
            if (const auto* bytes = std::get_if<SendBytes>(&action))
                for (auto& each : a.step(BytesReceived{bytes->bytes}, at(0s))) next_a.push_back(each);
        }
        from_a = std::move(next_a);
        from_b = std::move(next_b);
    }
    return seen;
}

Peer opened() {
    Peer peer(settings(Role::outbound, 1));
    peer.step(Connected{}, at(0s));
    give(peer, Version{.services = {73}, .nonce = 2});
    give(peer, Verack{});
    return peer;
}

} // namespace

class TestPeer : public QObject {
    Q_OBJECT

private slots:
    void outboundAndInbound_finishTheHandshake() {
        Peer a(settings(Role::outbound, 1));
        PeerSettings serving = settings(Role::inbound, 2);
        serving.services = {73};
        serving.relay = Relay::yes;
        Peer b(serving);
        a.step(Send{GetAddr{}}, at(0s)); // waits for the handshake
        const auto [from_a, from_b] = converse(a, b);
        QVERIFY(a.handshakeDone() && b.handshakeDone());
        QCOMPARE(sentCommands(from_a),
                 (std::vector<std::string>{"version", "wtxidrelay", "sendaddrv2", "verack", "getaddr"}));
        QCOMPARE(sentCommands(from_b),
                 (std::vector<std::string>{"version", "wtxidrelay", "sendaddrv2", "verack"}));
        const Handshake& seen = find<HandshakeDone>(from_a)->handshake;
        QVERIFY(seen.services.has(Service::compact_filters) && seen.wtxid_relay && seen.addr_v2);
        QCOMPARE(find<HandshakeDone>(from_b)->handshake.relay, Relay::no);
        QVERIFY(find<MessageReceived>(from_b)->message == Message(GetAddr{}));
    }

    void olderVersion_getsNoNewMessages() {
        Peer peer(settings(Role::outbound, 1));
        peer.step(Connected{}, at(0s));
        QCOMPARE(sentCommands(give(peer, Version{.version = 70015})), std::vector<std::string>{"verack"});
    }

    void ownNonce_disconnects() {
        Peer peer(settings(Role::inbound, 5));
        peer.step(Connected{}, at(0s));
        QVERIFY(give(peer, Version{.nonce = 5}) == PeerActions{Disconnect{DisconnectReason::ourselves}});
        QVERIFY(peer.ended());
        QVERIFY(give(peer, Verack{}).empty());
    }

    void handshakeOutOfOrder_disconnects() {
        Peer early(settings(Role::outbound, 1));
        early.step(Connected{}, at(0s));
        QVERIFY(give(early, Verack{}) == PeerActions{Disconnect{DisconnectReason::protocol}});
        Peer twice(settings(Role::outbound, 1));
        twice.step(Connected{}, at(0s));
        give(twice, Version{.nonce = 2});
        QVERIFY(give(twice, Version{.nonce = 2}) == PeerActions{Disconnect{DisconnectReason::protocol}});
        Peer old(settings(Role::outbound, 1));
        old.step(Connected{}, at(0s));
        QVERIFY(give(old, Version{.version = 60000}) == PeerActions{Disconnect{DisconnectReason::obsolete}});
    }

    void noVerack_timesOut() {
        Peer silent(settings(Role::outbound, 1));
        silent.step(Connected{}, at(0s));
        QVERIFY(silent.step(Tick{}, at(20s)).empty());
        QVERIFY(silent.step(Tick{}, at(21s)) == PeerActions{Disconnect{DisconnectReason::handshake_timeout}});
        Peer slow(settings(Role::outbound, 1));
        slow.step(Connected{}, at(0s));
        for (Ticks now = 10s; now <= 60s; now += 10s) {
            give(slow, FeeFilter{1}, now);
            QVERIFY(slow.step(Tick{}, at(now)).empty());
        }
        QVERIFY(slow.step(Tick{}, at(61s)) == PeerActions{Disconnect{DisconnectReason::handshake_timeout}});
    }

    void ping_isAnswered_silenceEnds() {
        Peer peer = opened();
        QCOMPARE(sentCommands(give(peer, Ping{4})), std::vector<std::string>{"pong"});
        QVERIFY(peer.step(Tick{}, at(59s)).empty());
        QCOMPARE(sentCommands(peer.step(Tick{}, at(60s))), std::vector<std::string>{"ping"});
        give(peer, Pong{2}, 61s); // nonce 1 and the first ping
        QCOMPARE(*peer.pingTime(), Ticks(1s));
        QCOMPARE(sentCommands(peer.step(Tick{}, at(125s))), std::vector<std::string>{"ping"});
        QVERIFY(peer.step(Tick{}, at(145s)).empty());
        QVERIFY(peer.step(Tick{}, at(146s)) == PeerActions{Disconnect{DisconnectReason::silent}});
    }

    void malformedPayload_disconnects() {
        Peer peer = opened();
        Bytes frame = encodeFrame(magic, BlockBody{{}});
        QVERIFY(find<MessageReceived>(peer.step(BytesReceived{frame}, at(1s))));
        ByteWriter writer;
        writer.bytes(magic).bytes(ByteArray<12>{'i', 'n', 'v'}).u32le(0).bytes(*fromHex("5df6e0e2"));
        QVERIFY(peer.step(BytesReceived{writer.view()}, at(1s)) ==
                PeerActions{Disconnect{DisconnectReason::undecodable}});
    }
};

DUPLEX_TEST(TestPeer)
#include "tst_peer.moc"
