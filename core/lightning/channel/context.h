#pragma once

#include "core/base/time.h"
#include "core/bitcoin/primitives/block.h"
#include "core/lightning/channel/policy.h"
#include "core/lightning/keys/channel_signer.h"
#include "core/lightning/primitives/features.h"

#include <algorithm>
#include <set>

namespace duplex::lightning::channel {

struct Feerates {
    bitcoin::FeeratePerKw commitment{253};     // what we as funder want commitments to pay
    bitcoin::FeeratePerKw six_block{253};      // our estimate: bounds what the peer may set
    bool guessed = false;                      // six_block is no estimate: no block told us anything yet
    bitcoin::FeeratePerKw closing{253};        // what we propose for a mutual close
    bitcoin::FeeratePerKw closing_lowest{253}; // relay level: the least we sign
    friend bool operator==(const Feerates&, const Feerates&) = default;
};

/// All that a transition may know besides the channel and the event: values only, so that a run can be
/// replayed byte for byte.
struct Context {
    std::uint32_t height = 0;     // verified: conclusions
    std::uint32_t header_tip = 0; // headers only: deadlines use the higher of both (R11)
    Ticks now{};
    Feerates feerates;
    Policy policy;
    bitcoin::BlockHash chain_hash;            // genesis block, as open_channel names the chain
    Features local_features, remote_features; // of both `init`s; the peer's is the last one seen
    /// Ids, temporary ids included, of all other channels, live and archived (threats 24).
    std::set<ChannelId> channel_ids_in_use;
    bitcoin::Script payout_script; // of our wallet, for a close that the peer begins
    keys::ChannelSigner signer;    // of this channel: built from the seed and Channel::nonce

    std::uint32_t tip() const { return std::max(height, header_tip); }
    bool negotiated(Feature feature) const {
        return local_features.has(feature) && remote_features.has(feature);
    }
};

} // namespace duplex::lightning::channel
