#pragma once

#include "core/lightning/keys/channel_keys.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/milli_satoshi.h"

namespace duplex::lightning::commitment {

using keys::CommitmentNumber;

/// Us and our peer. A commitment belongs to the side that can broadcast it, its owner.
enum class Side : std::uint8_t { local, remote };
inline Side opposite(Side side) {
    return side == Side::local ? Side::remote : Side::local;
}

/// Legacy is read by the published vectors only: Duplex opens and accepts anchors (zero-fee HTLC) alone.
enum class Format : std::uint8_t { legacy, anchors };

/// As the owner of the commitment sees it.
enum class HtlcDirection : std::uint8_t { offered, received };

struct CommitmentHtlc {
    HtlcDirection direction = HtlcDirection::offered;
    std::uint64_t id = 0; // named by (channel, direction, id), R8
    MilliSatoshi amount;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    friend bool operator==(const CommitmentHtlc&, const CommitmentHtlc&) = default;
};

/// What a commitment says: derived from the update logs, before fees and trimming.
struct CommitmentSpec {
    Side owner = Side::local;
    bitcoin::FeeratePerKw feerate;
    MilliSatoshi to_owner; // without the amounts of HTLCs, before fee and anchors are taken from the funder
    MilliSatoshi to_other;
    std::vector<CommitmentHtlc> htlcs;
    friend bool operator==(const CommitmentSpec&, const CommitmentSpec&) = default;
};

/// Of one side.
struct SideParameters {
    keys::ChannelPublicKeys keys;
    bitcoin::Satoshi dust_limit;     // of this side's own commitment: what this side announced
    std::uint16_t to_self_delay = 0; // which this side's own outputs wait: what the *other* side asked for
    friend bool operator==(const SideParameters&, const SideParameters&) = default;
};

/// What never changes for one funding output.
struct ChannelParameters {
    bitcoin::OutPoint funding;
    bitcoin::Satoshi capacity;
    Format format = Format::anchors;
    Side funder = Side::local;
    SideParameters local;
    SideParameters remote;
    const SideParameters& of(Side side) const { return side == Side::local ? local : remote; }
    friend bool operator==(const ChannelParameters&, const ChannelParameters&) = default;
};
void write(ByteWriter& writer, const ChannelParameters& parameters);
/// Latches the reader on a fault.
ChannelParameters readChannelParameters(ByteReader& reader);
void write(ByteWriter& writer, const CommitmentSpec& spec);
CommitmentSpec readCommitmentSpec(ByteReader& reader);
void write(ByteWriter& writer, const CommitmentHtlc& htlc);
CommitmentHtlc readCommitmentHtlc(ByteReader& reader);

/// Most HTLCs that a commitment can hold (483 each way, BOLT 2).
inline constexpr std::size_t htlc_limit = 966;

/// R6: to_owner + to_other + all HTLCs = capacity, no term negative.
bool conserves(const CommitmentSpec& spec, bitcoin::Satoshi capacity);

} // namespace duplex::lightning::commitment
