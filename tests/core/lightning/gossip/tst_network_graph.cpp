#include "tests/support/lightning_vectors.h"

#include "core/lightning/gossip/gossip_intake.h"
#include "core/lightning/gossip/gossip_sync.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::gossip;

namespace {

const bitcoin::BlockHash chain{ByteArray<32>{1}};
const UnixTime now = unixTime(1'800'000'000);
constexpr std::uint32_t recent = 1'799'990'000;

wire::ChannelAnnouncement announcement(std::uint8_t a, std::uint8_t b, std::uint64_t id) {
    crypto::PrivateKey first = test::privateKeyOf(a);
    crypto::PrivateKey second = test::privateKeyOf(b);
    if (crypto::publicKey(second) < crypto::publicKey(first)) std::swap(first, second);
    const crypto::PrivateKey funding = test::privateKeyOf(99);
    wire::ChannelAnnouncement m{.chain_hash = chain,
                                .short_channel_id = {id},
                                .node_id_1 = crypto::publicKey(first),
                                .node_id_2 = crypto::publicKey(second),
                                .bitcoin_key_1 = crypto::publicKey(funding),
                                .bitcoin_key_2 = crypto::publicKey(funding)};
    const auto digest = wire::signedDigest(m);
    m.node_signature_1 = crypto::sign(digest, first);
    m.node_signature_2 = crypto::sign(digest, second);
    m.bitcoin_signature_1 = m.bitcoin_signature_2 = crypto::sign(digest, funding);
    return m;
}

/// The update of `signer` for its channel with `other`.
wire::ChannelUpdate update(std::uint8_t signer, std::uint8_t other, std::uint64_t id,
                           std::uint32_t timestamp = recent) {
    const crypto::PrivateKey key = test::privateKeyOf(signer);
    const bool first = crypto::publicKey(key) < crypto::publicKey(test::privateKeyOf(other));
    wire::ChannelUpdate m{.chain_hash = chain,
                          .short_channel_id = {id},
                          .timestamp = timestamp,
                          .channel_flags = static_cast<std::uint8_t>(first ? 0 : 1),
                          .cltv_expiry_delta = {40},
                          .htlc_minimum_msat = {1},
                          .fee_base_msat = 1000,
                          .htlc_maximum_msat = {100'000'000}};
    m.signature = crypto::sign(wire::signedDigest(m), key);
    return m;
}

} // namespace

class TestNetworkGraph : public QObject {
    Q_OBJECT

private slots:
    void channelAndUpdates_enter_onlyOnce() {
        NetworkGraph graph(chain);
        QVERIFY(graph.add(announcement(1, 2, 7)) == GraphChange::added);
        QVERIFY(graph.add(announcement(1, 2, 7)) == GraphChange::known);
        QVERIFY(graph.add(update(1, 2, 7), now) == GraphChange::updated);
        QVERIFY(graph.add(update(1, 2, 7), now) == GraphChange::known);
        QVERIFY(graph.add(update(2, 1, 7), now) == GraphChange::updated);
        QVERIFY(graph.add(update(1, 2, 8), now) == GraphChange::unknown_channel);
        QCOMPARE(graph.channelCount(), std::size_t{1});
        QCOMPARE(graph.nodeCount(), std::size_t{2});
        QVERIFY(graph.channel({7})->policy[0] && graph.channel({7})->policy[1]);
    }

    void wrongSignatures_areForged() {
        NetworkGraph graph(chain);
        for (int which = 0; which < 4; ++which) {
            wire::ChannelAnnouncement m = announcement(1, 2, 7);
            crypto::Signature* const signatures[] = {&m.node_signature_1, &m.node_signature_2,
                                                     &m.bitcoin_signature_1, &m.bitcoin_signature_2};
            signatures[which]->bytes[40] ^= 1;
            QVERIFY(graph.add(m) == GraphChange::forged);
        }
        wire::ChannelAnnouncement swapped = announcement(1, 2, 7);
        std::swap(swapped.node_id_1, swapped.node_id_2);
        QVERIFY(graph.add(swapped) == GraphChange::invalid);
        QVERIFY(graph.add(announcement(1, 2, 7)) == GraphChange::added);
        // Signed by the node of the other side.
        wire::ChannelUpdate foreign = update(1, 2, 7);
        foreign.channel_flags ^= 1;
        foreign.signature = crypto::sign(wire::signedDigest(foreign), test::privateKeyOf(1));
        // Not forged: what this channel's keys are is an announcement's word, and may itself be the lie.
        QVERIFY(graph.add(foreign, now) == GraphChange::invalid);
    }

    void threat71_numbersOutOfRange_areInvalid() {
        NetworkGraph graph(chain);
        graph.add(announcement(1, 2, 7));
        wire::ChannelUpdate m = update(1, 2, 7);
        m.htlc_minimum_msat = {200'000'000};
        QVERIFY(graph.add(m, now) == GraphChange::invalid);
        QVERIFY(graph.add(update(1, 2, 7, recent + 200'000), now) == GraphChange::invalid);
        QVERIFY(graph.add(update(1, 2, 7, recent - 15 * 86400), now) == GraphChange::known);
        const ChannelPolicy dear{.fee_base_msat = 0xffffffff, .fee_proportional_millionths = 0xffffffff};
        QVERIFY(!dear.feeFor(MilliSatoshi::fromSatoshi(bitcoin::max_money)));
        QCOMPARE(dear.feeFor({0})->value, std::int64_t{0xffffffff});
    }

    void removal_freesNodes_andEdges() {
        NetworkGraph graph(chain);
        graph.add(announcement(1, 2, 7));
        graph.add(announcement(2, 3, 8));
        const auto node_2 = *graph.indexOf(crypto::publicKey(test::privateKeyOf(2)));
        QCOMPARE(graph.edgesInto(node_2).size(), std::size_t{2});
        graph.remove({7});
        QCOMPARE(graph.nodeCount(), std::size_t{2});
        QCOMPARE(graph.edgesInto(node_2).size(), std::size_t{1});
        graph.add(announcement(1, 3, 9));
        QCOMPARE(graph.edgesInto(*graph.indexOf(crypto::publicKey(test::privateKeyOf(1)))).size(),
                 std::size_t{1});
        graph.add(update(1, 3, 9), now);
        QCOMPARE(graph.removeStale(now), std::size_t{1}); // 8 has no update
        QCOMPARE(graph.channelIds(), std::vector<ShortChannelId>{{9}});
    }

    void nodeAnnouncement_onlyOfKnownNodes_newestCounts() {
        NetworkGraph graph(chain);
        wire::NodeAnnouncement m{.timestamp = recent, .node_id = crypto::publicKey(test::privateKeyOf(1))};
        m.alias[0] = 'x';
        m.signature = crypto::sign(wire::signedDigest(m), test::privateKeyOf(1));
        QVERIFY(graph.add(m, now) == GraphChange::unknown_node);
        graph.add(announcement(1, 2, 7));
        QVERIFY(graph.add(m, now) == GraphChange::updated);
        QCOMPARE(graph.node(m.node_id)->alias, std::string("x"));
        QVERIFY(graph.add(m, now) == GraphChange::known);
        m.timestamp += 1;
        QVERIFY(graph.add(m, now) == GraphChange::forged); // signature no longer fits
    }

    void snapshot_roundTrips_damageIsRefused() {
        NetworkGraph graph(chain);
        graph.add(announcement(1, 2, 7));
        graph.add(announcement(2, 3, 8));
        graph.add(update(1, 2, 7), now);
        graph.setVerified({8}, Verification::block_read, bitcoin::Satoshi{5000});
        const Bytes bytes = graph.serialized();
        const auto loaded = NetworkGraph::fromBytes(bytes, chain);
        QVERIFY(loaded);
        QCOMPARE(loaded->serialized(), bytes);
        QCOMPARE(loaded->channel({8})->capacity, std::optional(bitcoin::Satoshi{5000}));
        for (std::size_t i = 0; i < bytes.size(); i += 7)
            QVERIFY(!NetworkGraph::fromBytes(ByteView(bytes).first(i), chain));
        QVERIFY(!NetworkGraph::fromBytes(bytes, bitcoin::BlockHash{}));
    }

    void threat69_prematureUpdates_areKept_atMost100() {
        NetworkGraph graph(chain);
        GossipIntake intake;
        for (std::uint64_t id = 100; id < 300; ++id) intake.take(update(1, 2, id), graph, now);
        QCOMPARE(intake.prematureCount(), GossipIntake::most_premature);
        intake.take(update(1, 2, 7), graph, now);
        QVERIFY(intake.take(announcement(1, 2, 7), graph, now) == GraphChange::added);
        QCOMPARE(graph.channel({7})->policy[0].has_value() + graph.channel({7})->policy[1].has_value(), 1);
        QVERIFY(!intake.take(wire::Ping{}, graph, now));
    }
};

class TestGossipSync : public QObject {
    Q_OBJECT

    static wire::ReplyChannelRange reply(std::vector<ShortChannelId> ids, std::uint32_t first,
                                         std::uint32_t count, bool complete) {
        return {.chain_hash = chain,
                .first_blocknum = first,
                .number_of_blocks = count,
                .sync_complete = complete,
                .encoded_short_ids = wire::encodeShortIds(ids)};
    }
    static std::vector<ShortChannelId> asked(const GossipSync::Messages& messages) {
        if (messages.size() != 1) return {};
        return *wire::decodeShortIds(std::get<wire::QueryShortChannelIds>(messages[0]).encoded_short_ids);
    }

private slots:
    void rangeThenIds_onlyMissingOnes() {
        NetworkGraph graph(chain);
        graph.add(announcement(1, 2, 7));
        GossipSync sync(chain, RangeSync::ask, LiveGossip::wanted);
        const auto messages = sync.start(now, 0s);
        QCOMPARE(messages.size(), std::size_t{2});
        QCOMPARE(std::get<wire::GossipTimestampFilter>(messages[1]).timestamp_range, 0xffffffffu);
        QVERIFY(sync.onReply(reply({{7}, {8}}, 0, 1000, false), graph, 1s).empty());
        const auto ids = asked(
            sync.onReply(reply({ShortChannelId::of(1001, 0, 0)}, 1000, 0xffffffff - 1000, true), graph, 1s));
        QCOMPARE(ids, (std::vector<ShortChannelId>{{8}, ShortChannelId::of(1001, 0, 0)}));
        QVERIFY(sync.onReplyEnd({.chain_hash = chain}, 2s).empty());
        QVERIFY(sync.isDone());
    }

    void peerWentAway_anotherTakesOver_once() {
        NetworkGraph graph(chain);
        GossipSync sync(chain, RangeSync::skip, LiveGossip::unwanted);
        const auto started = sync.start(now, 0s);
        QCOMPARE(started.size(), std::size_t{1});
        QCOMPARE(std::get<wire::GossipTimestampFilter>(started[0]).timestamp_range, 0u);
        QVERIFY(sync.isDone());
        const auto live = sync.takeLive(now);
        QCOMPARE(live.size(), std::size_t{1});
        QCOMPARE(std::get<wire::GossipTimestampFilter>(live[0]).first_timestamp, 1'800'000'000u);
        QVERIFY(sync.takeLive(now).empty());
        const auto range = sync.takeRange(5s);
        QCOMPARE(range.size(), std::size_t{1});
        QVERIFY(std::holds_alternative<wire::QueryChannelRange>(range[0]));
        QVERIFY(sync.takeRange(6s).empty());
        QVERIFY(!sync.isDone());
        sync.tick(64s);
        QVERIFY(!sync.isDone());
        sync.tick(65s);
        QVERIFY(sync.isDone());
    }

    void newerTimestamps_areAskedFor() {
        NetworkGraph graph(chain);
        graph.add(announcement(1, 2, 7));
        graph.add(update(1, 2, 7), now);
        const int direction = graph.channel({7})->policy[0] ? 0 : 1;
        for (const std::uint32_t timestamp : {recent, recent + 1}) {
            GossipSync sync(chain, RangeSync::ask, LiveGossip::unwanted);
            sync.start(now, 0s);
            auto message = reply({{7}}, 0, 0xffffffff, true);
            wire::UpdatePair pair;
            (direction == 0 ? pair.node_id_1 : pair.node_id_2) = timestamp;
            message.timestamps_tlv = wire::encodeTimestamps(std::span(&pair, 1));
            QCOMPARE(asked(sync.onReply(message, graph, 1s)).size(),
                     std::size_t(timestamp == recent ? 0 : 1));
        }
    }

    void manyIds_inQueriesOf100() {
        NetworkGraph graph(chain);
        GossipSync sync(chain, RangeSync::ask, LiveGossip::unwanted);
        sync.start(now, 0s);
        std::vector<ShortChannelId> ids;
        for (std::uint64_t i = 1; i <= 250; ++i) ids.push_back({i});
        auto messages = sync.onReply(reply(ids, 0, 0xffffffff, true), graph, 1s);
        std::size_t total = 0;
        int queries = 0;
        while (!messages.empty()) {
            total += asked(messages).size();
            ++queries;
            messages = sync.onReplyEnd({.chain_hash = chain}, 1s);
        }
        QCOMPARE(total, std::size_t{250});
        QCOMPARE(queries, 3);
    }

    void replyWithoutQuery_isIgnored_silenceEndsTheQuery() {
        NetworkGraph graph(chain);
        GossipSync quiet(chain, RangeSync::skip, LiveGossip::unwanted);
        quiet.start(now, 0s);
        QVERIFY(quiet.onReply(reply({{8}}, 0, 0xffffffff, true), graph, 1s).empty());
        GossipSync sync(chain, RangeSync::ask, LiveGossip::unwanted);
        sync.start(now, 0s);
        sync.tick(59s);
        QVERIFY(!sync.isDone());
        sync.onGossip(50s);
        sync.tick(100s);
        QVERIFY(!sync.isDone());
        sync.tick(110s);
        QVERIFY(sync.isDone());
    }

    void threat68_queriesOfOthers_ownChannelsOnly_onceIn10s() {
        GossipSync sync(chain, RangeSync::skip, LiveGossip::unwanted);
        const wire::QueryChannelRange query{
            .chain_hash = chain, .first_blocknum = 100, .number_of_blocks = 50};
        auto messages = sync.onQuery(query, {}, 0s);
        QCOMPARE(messages.size(), std::size_t{1});
        const auto empty = std::get<wire::ReplyChannelRange>(messages[0]);
        QCOMPARE(empty.first_blocknum, 100u);
        QCOMPARE(empty.number_of_blocks, 50u);
        QCOMPARE(empty.sync_complete, std::uint8_t{1});
        QVERIFY(wire::decodeShortIds(empty.encoded_short_ids)->empty());
        QVERIFY(sync.onQuery(query, {}, 9s).empty());

        const std::vector<OwnGossip> own = {{ShortChannelId::of(120, 1, 1), {announcement(1, 2, 7)}},
                                            {ShortChannelId::of(150, 1, 1), {}}};
        messages = sync.onQuery(query, own, 10s);
        QCOMPARE(*wire::decodeShortIds(std::get<wire::ReplyChannelRange>(messages[0]).encoded_short_ids),
                 (std::vector<ShortChannelId>{ShortChannelId::of(120, 1, 1)}));
        const std::vector<ShortChannelId> ids = {ShortChannelId::of(120, 1, 1)};
        messages = sync.onQuery(
            wire::QueryShortChannelIds{.chain_hash = chain, .encoded_short_ids = wire::encodeShortIds(ids)},
            own);
        QCOMPARE(messages.size(), std::size_t{2});
        QCOMPARE(std::get<wire::ReplyShortChannelIdsEnd>(messages[1]).full_information, std::uint8_t{0});
    }
};

DUPLEX_TEST(TestNetworkGraph)
DUPLEX_TEST(TestGossipSync)
#include "tst_network_graph.moc"
