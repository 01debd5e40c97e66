#pragma once

#include "core/api/snapshot.h"
#include "core/family/bitcoin/move_planner.h"

namespace duplex::family::bitcoin {

/// A channel as the table of the floors sees it.
struct ChannelOnLayer {
    ChannelStage stage = ChannelStage::usable;
    bool connected = false;
    std::int64_t ours_msat = 0; // settled, without payments on their way
    std::int64_t reserve_sat = 0;
    std::int64_t sendable_msat = 0; // as one payment, now
    std::int64_t receivable_msat = 0;
    std::int64_t in_flight_out_msat = 0;
    std::int64_t in_flight_in_msat = 0;
    std::int64_t until = 0;      // height at which opening or closing ends, 0: not known
    bool back_in_wallet = false; // the first layer counts what was settled already
};

/// A payment that ended well: what payments cost and how long they take, by own experience.
struct SettledPayment {
    std::int64_t fee_msat = 0;
    std::int64_t seconds = 0;
};

struct LightningLayerFacts {
    ledger::LayerId lower;
    std::vector<ChannelOnLayer> channels;
    std::vector<SettledPayment> payments; // the latest
    bool has_keys = false;                // unlocked once: it can pay
    std::int64_t now = 0;
    ledger::Verified own;
};
/// Lightning's row of the table: balances in thousandths of a satoshi, by state.
api::LayerView lightningLayer(const LightningLayerFacts& facts);

/// The share of confirmed coins that is held back for the fees of closing channels.
duplex::bitcoin::Satoshi heldBack(duplex::bitcoin::Satoshi confirmed,
                                  duplex::bitcoin::Satoshi reserve_needed);

/// Blocks that a wallet with channels may stay away: the least delay that a cheater must wait, less a margin
/// of 288 blocks, or of half where the delay is short (lightning.md 11).
std::int64_t safeAbsence(std::int64_t smallest_delay);

} // namespace duplex::family::bitcoin
