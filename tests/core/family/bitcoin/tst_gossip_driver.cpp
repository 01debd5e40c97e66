#include "tests/support/lightning_vectors.h"
#include "tests/support/test_shell.h"

#include "core/family/bitcoin/foreign_text.h"
#include "core/family/bitcoin/gossip_driver.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

const ln::ShortChannelId real_scid = ln::ShortChannelId::of(120, 1, 0);
const ln::ShortChannelId our_alias{7001};
const ln::ShortChannelId peers_alias{7002};

ln::NodeId idOf(std::uint8_t number) {
    return crypto::publicKey(test::privateKeyOf(number));
}

std::uint32_t secondsAgo(std::int64_t seconds) {
    return static_cast<std::uint32_t>(secondsOf(io::calendarNow()) - seconds);
}

/// Node 1 is ours; `sent` is what left for peers, in order.
struct Driver {
    using Sent = std::vector<std::pair<ln::NodeId, ln::wire::Message>>;
    test::TestShell& shell;
    Sent sent;
    std::vector<ln::NodeId> disconnected;
    std::unique_ptr<GossipDriver> gossip;
    std::map<ln::ChannelId, const ln::channel::Channel*> channels;
    int asked_for_channels = 0;

    explicit Driver(test::TestShell& in) : shell(in) { restart(); }
    void restart() {
        gossip.reset();
        gossip = std::make_unique<GossipDriver>(
            shell.shell(), test::privateKeyOf(1),
            [this](const ln::NodeId& to, ln::wire::Message message) {
                sent.emplace_back(to, std::move(message));
            },
            [this](const ln::NodeId& from) { disconnected.push_back(from); });
    }
    void ready(std::uint8_t peer) {
        gossip->peerReady(idOf(peer), ln::ourInitFeatures());
        shell.end();
    }
    void gone(std::uint8_t peer) {
        gossip->peerGone(idOf(peer));
        shell.end();
    }
    void take(std::uint8_t peer, const ln::wire::Message& message) {
        gossip->message(idOf(peer), message, [this] {
            ++asked_for_channels;
            return channels;
        });
        shell.end();
    }
    template <typename T>
    std::vector<T> sentTo(std::uint8_t peer) const {
        std::vector<T> found;
        for (const auto& [to, message] : sent)
            if (to == idOf(peer) && std::holds_alternative<T>(message)) found.push_back(std::get<T>(message));
        return found;
    }
};

bitcoin::BlockHash regtest() {
    return bitcoin::parametersOf(bitcoin::Network::regtest).genesis.hash();
}

ln::channel::Channel channelWith(std::uint8_t peer) {
    ln::channel::Channel channel{.id = {ByteArray<32>{9}}, .peer = idOf(peer)};
    channel.terms.parameters.capacity = {1'000'000};
    channel.terms.remote.max_in_flight = {990'000'000};
    channel.terms.remote.htlc_minimum = {5};
    channel.phase = ln::channel::Normal{};
    channel.link = ln::channel::Link::online;
    channel.funding_height = 120;
    channel.scid = real_scid;
    channel.local_aliases = {our_alias};
    channel.remote_alias = peers_alias;
    return channel;
}

ln::wire::ChannelUpdate update(std::uint8_t signer, std::uint8_t other, ln::ShortChannelId scid,
                               std::uint32_t timestamp) {
    ln::wire::ChannelUpdate message{.chain_hash = regtest(),
                                    .short_channel_id = scid,
                                    .timestamp = timestamp,
                                    .channel_flags =
                                        static_cast<std::uint8_t>(idOf(signer) < idOf(other) ? 0 : 1),
                                    .cltv_expiry_delta = {80},
                                    .htlc_minimum_msat = {1000},
                                    .fee_base_msat = 1000,
                                    .fee_proportional_millionths = 10,
                                    .htlc_maximum_msat = {500'000'000}};
    message.signature = crypto::sign(ln::wire::signedDigest(message), test::privateKeyOf(signer));
    return message;
}

ln::wire::ChannelAnnouncement announcement(std::uint8_t a, std::uint8_t b, ln::ShortChannelId scid) {
    if (idOf(b) < idOf(a)) std::swap(a, b);
    const crypto::PrivateKey funding = test::privateKeyOf(99);
    ln::wire::ChannelAnnouncement message{.chain_hash = regtest(),
                                          .short_channel_id = scid,
                                          .node_id_1 = idOf(a),
                                          .node_id_2 = idOf(b),
                                          .bitcoin_key_1 = crypto::publicKey(funding),
                                          .bitcoin_key_2 = crypto::publicKey(funding)};
    const auto digest = ln::wire::signedDigest(message);
    message.node_signature_1 = crypto::sign(digest, test::privateKeyOf(a));
    message.node_signature_2 = crypto::sign(digest, test::privateKeyOf(b));
    message.bitcoin_signature_1 = message.bitcoin_signature_2 = crypto::sign(digest, funding);
    return message;
}

ln::wire::NodeAnnouncement nodeNamed(std::uint8_t node, std::string_view alias, std::uint32_t timestamp) {
    ln::wire::NodeAnnouncement message{
        .timestamp = timestamp, .node_id = idOf(node), .rgb_color = {0x12, 0x34, 0x56}};
    std::ranges::copy(alias.substr(0, 32), message.alias.begin());
    message.addresses = ln::wire::encodeAddresses(std::vector<ln::wire::NetworkAddress>{
        {.kind = ln::wire::NetworkAddress::Kind::ipv4, .host = Bytes{203, 0, 113, 7}, .port = 9735}});
    message.signature = crypto::sign(ln::wire::signedDigest(message), test::privateKeyOf(node));
    return message;
}

/// A public channel between 3 and 4 with both policies, from a peer that was asked.
void takeChannel(Driver& driver, ln::ShortChannelId scid) {
    driver.ready(2);
    driver.take(2, announcement(3, 4, scid));
    driver.take(2, update(3, 4, scid, secondsAgo(100)));
    driver.take(2, update(4, 3, scid, secondsAgo(50)));
}

} // namespace

class TestGossipDriver : public QObject {
    Q_OBJECT

private slots:
    void peerPolicy_byEachName_isKept_forgedIsNot_survivesARestart() {
        test::TestShell shell;
        Driver driver(shell);
        ln::channel::Channel channel = channelWith(2);
        driver.channels = {{channel.id, &channel}};
        std::uint32_t timestamp = secondsAgo(1000);
        for (const ln::ShortChannelId name : {real_scid, our_alias, peers_alias}) {
            driver.take(2, update(2, 1, name, ++timestamp));
            const auto policy = driver.gossip->peerPolicy(channel.id);
            QVERIFY(policy && policy->timestamp == timestamp && policy->fee_base_msat == 1000);
        }
        auto forged = update(5, 1, real_scid, timestamp + 10);
        forged.channel_flags = update(2, 1, real_scid, 1).channel_flags;
        forged.signature = crypto::sign(ln::wire::signedDigest(forged), test::privateKeyOf(5));
        driver.take(2, forged);
        driver.take(2, update(2, 1, {4242}, timestamp + 10));    // a channel that is not ours
        driver.take(2, update(1, 2, real_scid, timestamp + 10)); // our own, sent back
        driver.take(2, update(2, 1, real_scid, timestamp - 1));  // an old one again
        QCOMPARE(driver.gossip->peerPolicy(channel.id)->timestamp, timestamp);
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{0});
        driver.restart();
        QCOMPARE(driver.gossip->peerPolicy(channel.id)->timestamp, timestamp);
        QVERIFY(!driver.gossip->peerPolicy({ByteArray<32>{1}}));
    }

    void message_ofOtherKinds_doesNotAskForOurChannels() {
        test::TestShell shell;
        Driver driver(shell);
        driver.ready(2);
        driver.take(2, ln::wire::Ping{});
        driver.take(2, ln::wire::QueryChannelRange{});
        driver.take(2, ln::wire::GossipTimestampFilter{});
        QCOMPARE(driver.asked_for_channels, 0);
        driver.take(2, update(2, 1, real_scid, secondsAgo(10)));
        QCOMPARE(driver.asked_for_channels, 1);
    }

    /// Whoever listens is connected to by anybody, who may make keys and channels without end.
    void strangersGossip_isNotLookedAt() {
        test::TestShell shell;
        Driver driver(shell);
        for (std::uint8_t peer = 5; peer <= 8; ++peer) driver.ready(peer); // these are asked
        driver.ready(9);
        driver.gossip->peerReady(idOf(2), ln::Features{}); // knows no queries
        const ln::ShortChannelId scid = ln::ShortChannelId::of(500, 1, 1);
        for (const std::uint8_t stranger : {9, 2}) {
            driver.take(stranger, announcement(3, 4, scid));
            QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{0});
            auto forged = announcement(3, 4, scid);
            forged.bitcoin_signature_2.bytes[9] ^= 1;
            for (int i = 0; i < 200; ++i) driver.take(stranger, forged);
        }
        QVERIFY(driver.disconnected.empty());
        driver.take(5, announcement(3, 4, scid));
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{1});
        // Nor is one word on it; with a channel of ours it is.
        driver.take(2, nodeNamed(3, "carol", secondsAgo(10)));
        QCOMPARE(driver.gossip->nodes({.search = "carol"}).total, 0);
        driver.gossip->channelUsable(channelWith(2));
        driver.take(2, nodeNamed(3, "carol", secondsAgo(10)));
        QCOMPARE(driver.gossip->nodes({.search = "carol"}).total, 1);
        driver.gone(2);
        driver.take(2, nodeNamed(3, "caroline", secondsAgo(5)));
        QCOMPARE(driver.gossip->nodes({.search = "caroline"}).total, 0);
    }

    void wrongSignatures_areForgivenAHundredTimes() {
        test::TestShell shell;
        Driver driver(shell);
        driver.ready(2);
        driver.ready(5);
        auto forged = announcement(3, 4, ln::ShortChannelId::of(500, 1, 1));
        forged.bitcoin_signature_2.bytes[9] ^= 1; // three others are verified before it
        for (int i = 0; i < 100; ++i) driver.take(2, forged);
        QVERIFY(driver.disconnected.empty());
        driver.take(5, forged); // counted by itself
        QVERIFY(driver.disconnected.empty());
        driver.take(2, forged);
        QCOMPARE(driver.disconnected, std::vector<ln::NodeId>{idOf(2)});
        driver.take(2, forged);
        QCOMPARE(driver.disconnected.size(), std::size_t{1}); // once
        driver.gone(2);
        driver.ready(2);
        driver.take(2, forged);
        QCOMPARE(driver.disconnected.size(), std::size_t{1});
        // What is only against the rules is no forgery: honest peers hand on what younger rules forbid.
        auto odd = announcement(3, 4, ln::ShortChannelId::of(501, 1, 1));
        odd.chain_hash = {};
        for (int i = 0; i < 200; ++i) driver.take(5, odd);
        QCOMPARE(driver.disconnected.size(), std::size_t{1});
    }

    void aliasLikeAPublicChannel_doesNotMakeUsDeaf() {
        test::TestShell shell;
        Driver driver(shell);
        const ln::ShortChannelId busy = ln::ShortChannelId::of(500, 1, 1);
        ln::channel::Channel channel = channelWith(2);
        channel.remote_alias = busy; // as a hostile peer would choose it
        driver.channels = {{channel.id, &channel}};
        takeChannel(driver, busy);
        QCOMPARE(driver.gossip->channels({}).total, 2);
        QVERIFY(!driver.gossip->peerPolicy(channel.id));
    }

    void channelUsable_ownUpdate_onceAConnection_newerEachTime() {
        test::TestShell shell;
        Driver driver(shell);
        ln::channel::Channel channel = channelWith(2);
        driver.gossip->channelUsable(channel);
        driver.gossip->channelUsable(channel); // more to send after a payment: nothing new to say
        shell.end();
        auto updates = driver.sentTo<ln::wire::ChannelUpdate>(2);
        QCOMPARE(updates.size(), std::size_t{1});
        const auto& first = updates[0];
        QVERIFY(ln::gossip::signatureFits(first, idOf(1)));
        QCOMPARE(first.short_channel_id.value, real_scid.value);
        QCOMPARE(first.direction(), idOf(1) < idOf(2) ? 0 : 1);
        QCOMPARE(int{first.message_flags}, 3); // htlc_maximum there, dont_forward
        QVERIFY(!first.disabled());
        QCOMPARE(first.htlc_minimum_msat.value, std::int64_t{5});
        QCOMPARE(first.htlc_maximum_msat.value, std::int64_t{990'000'000});

        driver.gone(2);
        driver.restart(); // within the same second
        channel.type.scid_alias = true;
        driver.gossip->channelUsable(channel);
        shell.end();
        updates = driver.sentTo<ln::wire::ChannelUpdate>(2);
        QCOMPARE(updates.size(), std::size_t{2});
        QVERIFY(updates[1].timestamp > updates[0].timestamp);
        QCOMPARE(updates[1].short_channel_id.value, peers_alias.value); // the real one stays hidden
    }

    void queriesOfPeers_areAnsweredEmptyAndComplete() {
        test::TestShell shell;
        Driver driver(shell);
        driver.ready(2);
        takeChannel(driver, ln::ShortChannelId::of(500, 1, 1));
        driver.take(2, ln::wire::QueryChannelRange{
                           .chain_hash = regtest(), .first_blocknum = 0, .number_of_blocks = 1000});
        const auto replies = driver.sentTo<ln::wire::ReplyChannelRange>(2);
        QCOMPARE(replies.size(), std::size_t{1});
        QCOMPARE(int{replies[0].sync_complete}, 1);
        QVERIFY(ln::wire::decodeShortIds(replies[0].encoded_short_ids)->empty());
        const std::vector<ln::ShortChannelId> ids{ln::ShortChannelId::of(500, 1, 1)};
        driver.take(2, ln::wire::QueryShortChannelIds{.chain_hash = regtest(),
                                                      .encoded_short_ids = ln::wire::encodeShortIds(ids)});
        QCOMPARE(driver.sentTo<ln::wire::ReplyShortChannelIdsEnd>(2).size(), std::size_t{1});
        QVERIFY(driver.sentTo<ln::wire::ChannelAnnouncement>(2).empty());
    }

    void threePeersAreAskedForAll_oneGivesLive_othersTakeOver() {
        test::TestShell shell;
        Driver driver(shell);
        const auto wantsLive = [&](std::uint8_t peer) {
            const auto filters = driver.sentTo<ln::wire::GossipTimestampFilter>(peer);
            return !filters.empty() && filters.back().timestamp_range != 0;
        };
        const auto asked = [&](std::uint8_t peer) {
            return driver.sentTo<ln::wire::QueryChannelRange>(peer).size();
        };
        driver.gossip->peerReady(idOf(20), ln::Features{}); // knows no queries
        for (std::uint8_t peer = 2; peer <= 6; ++peer) driver.ready(peer);
        QVERIFY(driver.sentTo<ln::wire::GossipTimestampFilter>(20).empty());
        QCOMPARE(asked(2) + asked(3) + asked(4), std::size_t{3});
        QCOMPARE(asked(5) + asked(6), std::size_t{0});
        QVERIFY(wantsLive(2));
        for (std::uint8_t peer = 3; peer <= 6; ++peer) QVERIFY(!wantsLive(peer));

        driver.gone(2); // in the middle of both tasks
        QCOMPARE(asked(5) + asked(6), std::size_t{1});
        int live = 0;
        for (std::uint8_t peer = 3; peer <= 6; ++peer) live += wantsLive(peer) ? 1 : 0;
        QCOMPARE(live, 1);

        // Worked through: when it comes back it is not asked for everything again.
        driver.take(3, ln::wire::ReplyChannelRange{.chain_hash = regtest(),
                                                   .first_blocknum = 0,
                                                   .number_of_blocks = 0xffffffff,
                                                   .sync_complete = 1,
                                                   .encoded_short_ids = ln::wire::encodeShortIds({})});
        driver.gone(3);
        driver.ready(3);
        QCOMPARE(asked(3), std::size_t{1});
    }

    void graph_survivesARestart_damagedCacheIsThrownAway() {
        test::TestShell shell;
        const QString path = QString::fromStdString(shell.folder() + "/graph.sqlite");
        Driver driver(shell);
        takeChannel(driver, ln::ShortChannelId::of(500, 1, 1));
        driver.take(2, nodeNamed(3, "carol", secondsAgo(10)));
        driver.restart();
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{1});
        QCOMPARE(driver.gossip->nodes({.search = "carol"}).total, 1);

        driver.gossip.reset();
        {
            auto database = store::Database::open(path.toStdString());
            store::Changes changes; // the blob is nonsense
            changes.put(store::Table::meta, viewOf("graph"), Bytes{1, 2, 3});
            QVERIFY((*database)->commit(changes));
        }
        driver.restart();
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{0});
        takeChannel(driver, ln::ShortChannelId::of(500, 1, 1));
        driver.gossip.reset();
        {
            QFile file(path); // the whole file is
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(QByteArray(5000, 'x'));
        }
        driver.restart();
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{0});
        takeChannel(driver, ln::ShortChannelId::of(500, 1, 1));
        driver.restart();
        QCOMPARE(driver.gossip->graph().channelCount(), std::size_t{1});
    }

    void lists_filterLimitAndLabel() {
        test::TestShell shell;
        Driver driver(shell);
        takeChannel(driver, ln::ShortChannelId::of(500, 1, 1));
        takeChannel(driver, ln::ShortChannelId::of(501, 1, 1));
        driver.take(2, nodeNamed(3, "Carol's Inn", secondsAgo(10)));
        const auto all = driver.gossip->channels({});
        QCOMPARE(all.total, 4);
        QCOMPARE(all.channels[0].short_channel_id, std::string("500x1x1"));
        QCOMPARE(all.channels[0].amount_msat, std::int64_t{500'000'000});
        QVERIFY(!all.channels[0].capacity_proved);
        QVERIFY(all.channels[0].verified.label == ledger::Label::reported);
        QVERIFY(all.channels[0].verified.evidence == ledger::Evidence::peer);
        const auto limited = driver.gossip->channels({.limit = 1});
        QCOMPARE(limited.total, 4);
        QCOMPARE(limited.channels.size(), std::size_t{1});
        QCOMPARE(driver.gossip->channels({.short_channel_id = "501x1x1"}).total, 2);
        QCOMPARE(driver.gossip->channels({.short_channel_id = "what"}).total, 0);
        QCOMPARE(driver.gossip->channels({.source = idOf(3).hex()}).total, 2);
        QCOMPARE(driver.gossip->channels({.destination = idOf(9).hex()}).total, 0);

        QCOMPARE(driver.gossip->nodes({}).total, 2);
        QCOMPARE(driver.gossip->nodes({.limit = 1}).nodes.size(), std::size_t{1});
        const auto carol = driver.gossip->nodes({.search = "carol's"});
        QCOMPARE(carol.total, 1);
        QCOMPARE(carol.nodes[0].node_id, idOf(3).hex());
        QCOMPARE(carol.nodes[0].color, std::string("123456"));
        QCOMPARE(carol.nodes[0].channel_count, 2);
        QCOMPARE(carol.nodes[0].capacity_sat, std::int64_t{1'000'000});
        QCOMPARE(carol.nodes[0].addresses,
                 (std::vector<std::pair<std::string, std::uint16_t>>{{"203.0.113.7", 9735}}));
        QCOMPARE(driver.gossip->nodes({.search = idOf(4).hex().substr(0, 20)}).total, 1);
        QCOMPARE(driver.gossip->nodes({.node_id = idOf(4).hex()}).nodes[0].alias, std::string());
    }

    // threats 106: a name that turns, hides or breaks what stands beside it.
    void threat106_alias_isPlainPrintableText_data() {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("plain") << QByteArray("Carol 7") << QByteArray("Carol 7");
        QTest::newRow("utf-8") << QByteArray("\xe2\x9a\xa1 Zo\xc3\xab")
                               << QByteArray("\xe2\x9a\xa1 Zo\xc3\xab");
        QTest::newRow("control characters") << QByteArray("a\r\n\t\x1b[31mb") << QByteArray("a[31mb");
        QTest::newRow("right-to-left override") << QByteArray("a\xe2\x80\xae"
                                                              "b")
                                                << QByteArray("ab");
        QTest::newRow("line separator") << QByteArray("a\xe2\x80\xa8"
                                                      "b")
                                        << QByteArray("ab");
        QTest::newRow("zero width") << QByteArray("a\xe2\x80\x8b"
                                                  "b")
                                    << QByteArray("ab");
        QTest::newRow("no utf-8") << QByteArray("a\xff") << QByteArray("a\xef\xbf\xbd");
        QTest::newRow("grows past 32 bytes")
            << QByteArray(32, '\xff') << QByteArray("\xef\xbf\xbd").repeated(10);
    }
    void threat106_alias_isPlainPrintableText() {
        QFETCH(QByteArray, raw);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(foreignText(raw.toStdString())), shown);
    }

    void addressNames_ofOnionAndDns() {
        // The onion service of the Tor Project's own site, from its 35 bytes.
        const std::string name = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
        Bytes raw;
        std::uint32_t bits = 0;
        int held = 0;
        for (const char c : name.substr(0, 56)) {
            bits = bits << 5 | static_cast<std::uint32_t>(c >= 'a' ? c - 'a' : c - '2' + 26);
            held += 5;
            if (held >= 8) raw.push_back(static_cast<std::uint8_t>(bits >> (held -= 8)));
        }
        QCOMPARE(raw.size(), std::size_t{35});
        QCOMPARE(onionNameText(raw), name);
        QCOMPARE(onionNameText(Bytes(34)), std::string());
        QCOMPARE(hostNameText(viewOf("node-1.example.org")), std::string("node-1.example.org"));
        QCOMPARE(hostNameText(viewOf("a b<i>")), std::string());
    }
};

DUPLEX_TEST(TestGossipDriver)
#include "tst_gossip_driver.moc"
