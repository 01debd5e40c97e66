#include "core/lightning/wire/message.h"

#include "core/lightning/wire/archive.h"

#include <concepts>
#include <type_traits>

namespace duplex::lightning::wire {

namespace {

template <typename M, typename T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

// The fields of each message in wire order, for FieldReader and FieldWriter alike.

template <typename A>
void fields(A& a, Is<Init> auto& m) {
    a.counted(m.globalfeatures);
    a.counted(m.features);
    a.tlvs([&](auto& t) {
        t.restRecord(1, m.networks);
        t.restRecord(3, m.remote_addr);
    });
}

template <typename A, typename M>
    requires Is<M, Error> || Is<M, Warning>
void fields(A& a, M& m) {
    a(m.channel_id);
    a.counted(m.data);
}

template <typename A>
void fields(A& a, Is<Ping> auto& m) {
    a(m.num_pong_bytes);
    a.ignored(m.byteslen);
}

template <typename A>
void fields(A& a, Is<Pong> auto& m) {
    a.ignored(m.byteslen);
}

template <typename A, typename M>
void channelKeys(A& a, M& m) {
    a(m.funding_pubkey);
    a(m.revocation_basepoint);
    a(m.payment_basepoint);
    a(m.delayed_payment_basepoint);
    a(m.htlc_basepoint);
    a(m.first_per_commitment_point);
}

template <typename A, typename M>
void openingTlvs(A& a, M& m) {
    a.tlvs([&](auto& t) {
        t.restRecord(0, m.upfront_shutdown_script);
        t.restRecord(1, m.channel_type);
    });
}

template <typename A>
void fields(A& a, Is<OpenChannel> auto& m) {
    a(m.chain_hash);
    a(m.temporary_channel_id);
    a(m.funding_satoshis);
    a(m.push_msat);
    a(m.dust_limit_satoshis);
    a.saturated(m.max_htlc_value_in_flight_msat);
    a(m.channel_reserve_satoshis);
    a(m.htlc_minimum_msat);
    a(m.feerate_per_kw);
    a(m.to_self_delay);
    a(m.max_accepted_htlcs);
    channelKeys(a, m);
    a(m.channel_flags);
    openingTlvs(a, m);
}

template <typename A>
void fields(A& a, Is<AcceptChannel> auto& m) {
    a(m.temporary_channel_id);
    a(m.dust_limit_satoshis);
    a.saturated(m.max_htlc_value_in_flight_msat);
    a(m.channel_reserve_satoshis);
    a(m.htlc_minimum_msat);
    a(m.minimum_depth);
    a(m.to_self_delay);
    a(m.max_accepted_htlcs);
    channelKeys(a, m);
    openingTlvs(a, m);
}

/// For a message without TLVs of its own: what follows must still be a stream without unknown even records.
template <typename A>
void noTlvs(A& a) {
    a.tlvs([](auto&) {});
}

template <typename A>
void fields(A& a, Is<FundingCreated> auto& m) {
    a(m.temporary_channel_id);
    a(m.funding_txid);
    a(m.funding_output_index);
    a(m.signature);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<FundingSigned> auto& m) {
    a(m.channel_id);
    a(m.signature);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<ChannelReady> auto& m) {
    a(m.channel_id);
    a(m.second_per_commitment_point);
    a.tlvs([&](auto& t) { t.record(1, m.alias); });
}

template <typename A>
void fields(A& a, Is<Shutdown> auto& m) {
    a(m.channel_id);
    a.counted(m.scriptpubkey);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<ClosingSigned> auto& m) {
    a(m.channel_id);
    a(m.fee_satoshis);
    a(m.signature);
    a.tlvs([&](auto& t) { t.record(1, m.fee_range); });
}

template <typename A>
void fields(A& a, Is<ChannelReestablish> auto& m) {
    a(m.channel_id);
    a(m.next_commitment_number);
    a(m.next_revocation_number);
    a(m.your_last_per_commitment_secret);
    a(m.my_current_per_commitment_point);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<UpdateAddHtlc> auto& m) {
    a(m.channel_id);
    a(m.id);
    a(m.amount_msat);
    a(m.payment_hash);
    a(m.cltv_expiry);
    a(m.onion_routing_packet);
    a.tlvs([&](auto& t) { t.record(0, m.path_key); });
}

template <typename A>
void fields(A& a, Is<UpdateFulfillHtlc> auto& m) {
    a(m.channel_id);
    a(m.id);
    a(m.payment_preimage);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<UpdateFailHtlc> auto& m) {
    a(m.channel_id);
    a(m.id);
    a.counted(m.reason);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<UpdateFailMalformedHtlc> auto& m) {
    a(m.channel_id);
    a(m.id);
    a(m.sha256_of_onion);
    a(m.failure_code);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<CommitmentSigned> auto& m) {
    a(m.channel_id);
    a(m.signature);
    a(m.htlc_signature);
    a.tlvs([&](auto& t) { t.record(1, m.funding_txid); });
}

template <typename A>
void fields(A& a, Is<RevokeAndAck> auto& m) {
    a(m.channel_id);
    a(m.per_commitment_secret);
    a(m.next_per_commitment_point);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<UpdateFee> auto& m) {
    a(m.channel_id);
    a(m.feerate_per_kw);
    noTlvs(a);
}

template <typename A>
void fields(A& a, Is<AnnouncementSignatures> auto& m) {
    a(m.channel_id);
    a(m.short_channel_id);
    a(m.node_signature);
    a(m.bitcoin_signature);
}

template <typename A>
void signedFields(A& a, Is<ChannelAnnouncement> auto& m) {
    a.counted(m.features);
    a(m.chain_hash);
    a(m.short_channel_id);
    a(m.node_id_1);
    a(m.node_id_2);
    a(m.bitcoin_key_1);
    a(m.bitcoin_key_2);
    a.rest(m.extra);
}

template <typename A>
void fields(A& a, Is<ChannelAnnouncement> auto& m) {
    a(m.node_signature_1);
    a(m.node_signature_2);
    a(m.bitcoin_signature_1);
    a(m.bitcoin_signature_2);
    signedFields(a, m);
}

template <typename A>
void signedFields(A& a, Is<NodeAnnouncement> auto& m) {
    a.counted(m.features);
    a(m.timestamp);
    a(m.node_id);
    a(m.rgb_color);
    a(m.alias);
    a.counted(m.addresses);
    a.rest(m.extra);
}

template <typename A>
void signedFields(A& a, Is<ChannelUpdate> auto& m) {
    a(m.chain_hash);
    a(m.short_channel_id);
    a(m.timestamp);
    a(m.message_flags);
    a(m.channel_flags);
    a(m.cltv_expiry_delta);
    a(m.htlc_minimum_msat);
    a(m.fee_base_msat);
    a(m.fee_proportional_millionths);
    a(m.htlc_maximum_msat);
    a.rest(m.extra);
}

template <typename A, typename M>
    requires Is<M, NodeAnnouncement> || Is<M, ChannelUpdate>
void fields(A& a, M& m) {
    a(m.signature);
    signedFields(a, m);
}

template <typename A>
void fields(A& a, Is<QueryShortChannelIds> auto& m) {
    a(m.chain_hash);
    a.counted(m.encoded_short_ids);
    a.tlvs([&](auto& t) { t.restRecord(1, m.encoded_query_flags); });
}

template <typename A>
void fields(A& a, Is<ReplyShortChannelIdsEnd> auto& m) {
    a(m.chain_hash);
    a(m.full_information);
}

template <typename A>
void fields(A& a, Is<QueryChannelRange> auto& m) {
    a(m.chain_hash);
    a(m.first_blocknum);
    a(m.number_of_blocks);
    a.tlvs([&](auto& t) { t.bigSizeRecord(1, m.query_option_flags); });
}

template <typename A>
void fields(A& a, Is<ReplyChannelRange> auto& m) {
    a(m.chain_hash);
    a(m.first_blocknum);
    a(m.number_of_blocks);
    a(m.sync_complete);
    a.counted(m.encoded_short_ids);
    a.tlvs([&](auto& t) {
        t.restRecord(1, m.timestamps_tlv);
        t.restRecord(3, m.checksums_tlv);
    });
}

template <typename A>
void fields(A& a, Is<GossipTimestampFilter> auto& m) {
    a(m.chain_hash);
    a(m.first_timestamp);
    a(m.timestamp_range);
}

template <typename M>
crypto::Hash32 digestOf(const M& message) {
    FieldWriter writer;
    signedFields(writer, message);
    return crypto::sha256d(writer.take());
}

std::expected<Message, WireError> fault(WireFault fault, std::uint16_t type) {
    return std::unexpected(WireError{.fault = fault, .type = type});
}

template <typename M>
std::expected<Message, WireError> decodeAs(ByteView payload) {
    M message{};
    FieldReader reader(payload);
    fields(reader, message);
    if (const auto found = reader.fault()) return fault(*found, M::type);
    return Message{std::move(message)};
}

/// Tries each alternative of Message but the last (UnknownMessage).
template <std::size_t I = 0>
std::expected<Message, WireError> decodeType(std::uint16_t type, ByteView payload) {
    using M = std::variant_alternative_t<I, Message>;
    if constexpr (std::same_as<M, UnknownMessage>) {
        if (type % 2 == 0) return fault(WireFault::unknown_even_type, type);
        return Message{UnknownMessage{.type = type, .payload = toBytes(payload)}};
    } else {
        if (type == M::type) return decodeAs<M>(payload);
        return decodeType<I + 1>(type, payload);
    }
}

} // namespace

Bytes encode(const Message& message) {
    FieldWriter writer;
    writer(typeOf(message));
    std::visit(
        [&]<typename M>(const M& m) {
            if constexpr (std::same_as<M, UnknownMessage>)
                writer.rest(m.payload);
            else
                fields(writer, m);
        },
        message);
    return writer.take();
}

std::expected<Message, WireError> decode(ByteView bytes) {
    if (bytes.size() < 2) return fault(WireFault::empty, 0);
    const auto type = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
    return decodeType(type, bytes.subspan(2));
}

std::uint16_t typeOf(const Message& message) {
    return std::visit([](const auto& m) { return m.type; }, message);
}

std::optional<ChannelId> channelIdOf(const Message& message) {
    return std::visit(
        [](const auto& m) -> std::optional<ChannelId> {
            if constexpr (requires { m.channel_id; })
                return m.channel_id;
            else if constexpr (requires { m.temporary_channel_id; })
                return m.temporary_channel_id;
            else
                return std::nullopt;
        },
        message);
}

bool isGossip(std::uint16_t type) {
    return type >= 256 && type <= 265;
}

crypto::Hash32 signedDigest(const ChannelAnnouncement& message) {
    return digestOf(message);
}
crypto::Hash32 signedDigest(const NodeAnnouncement& message) {
    return digestOf(message);
}
crypto::Hash32 signedDigest(const ChannelUpdate& message) {
    return digestOf(message);
}

} // namespace duplex::lightning::wire
