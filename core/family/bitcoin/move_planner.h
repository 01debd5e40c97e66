#pragma once

#include "core/family/bitcoin/move_codec.h"
#include "core/lightning/channel/policy.h"

#include <functional>

namespace duplex::family::bitcoin {

// Prices and progress of moves between the floors, as functions of facts. No socket, no clock, no row.

/// How figures of moves are known; computed in verified.cpp.
struct MoveLabels {
    std::function<ledger::Verified()> own;
    std::function<ledger::Verified()> fee;
    std::function<ledger::Verified(std::int64_t height)> at; // a fact in the main chain's block
};

/// What holds for every way of moving at this moment.
struct MoveMoment {
    ledger::LayerId lower, upper;
    std::int64_t now = 0;    // UNIX seconds
    std::int64_t pace_s = 0; // seconds between blocks
    std::optional<duplex::bitcoin::FeeratePerKw> feerate;
    bool has_keys = false; // unlocked once: channels can act
    bool unlocked = false; // the user may spend
    bool synced = false;
    bool few_sources = false;
    bool stale = false;
    bool frozen_by_move = false; // a move of this channel or with this partner runs already
};

/// How long a price holds.
inline constexpr std::int64_t quote_lifetime_s = 60;

/// Held back for the closing of one more channel (lightning.md 10): commitment, anchor child and two HTLC
/// transactions at 50 sat/vB.
inline constexpr duplex::bitcoin::Satoshi reserve_of_one_channel{50'000};
/// One coin of about this value is split off the change for it.
inline constexpr duplex::bitcoin::Satoshi reserve_coin{25'000};

/// Blocks until both sides may use a channel of this size, by our own rule; the partner may ask for more.
std::uint32_t openingDepth(duplex::bitcoin::Satoshi capacity, const ln::channel::Policy& policy);
/// Fee of an agreed close with two taproot outputs.
duplex::bitcoin::Satoshi closingFee(duplex::bitcoin::FeeratePerKw feerate);

struct OpenFacts {
    duplex::bitcoin::Satoshi amount;
    std::string peer_id;                                 // empty: nobody to open with
    bool reachable = false;                              // connected, or an address is known
    std::string bad_peer;                                // what is wrong with the partner that was named
    duplex::bitcoin::Satoshi confirmed;                  // coins in blocks, free
    duplex::bitcoin::Satoshi reserve_needed;             // with the new channel
    std::optional<duplex::bitcoin::Satoshi> opening_fee; // nothing: no selection of coins pays for it
    ln::channel::Policy policy;
};
ledger::MoveQuote openQuote(const OpenFacts& facts, const MoveMoment& moment, const MoveLabels& labels);

struct CloseFacts {
    bool any = true; // false: there is no channel at all
    MoveRoute route = MoveRoute::close;
    std::string channel_id;
    std::string peer_id;
    duplex::bitcoin::Satoshi wanted;  // that the user asked to move
    duplex::bitcoin::Satoshi balance; // ours, settled
    bool opened_by_us = false;
    bool connected = false;
    bool established = false; // funded, not closing
    int htlcs = 0;
    // close_alone, as forecast.
    duplex::bitcoin::Satoshi commitment_fee, claim_fee, lost_to_dust;
    std::int64_t delay_blocks = 0;
};
ledger::MoveQuote closeQuote(const CloseFacts& facts, const MoveMoment& moment, const MoveLabels& labels);

/// Where a channel stands, as far as a move asks.
enum class ChannelStage : std::uint8_t {
    absent, // never was, or is archived
    opening,
    awaiting_funding,
    awaiting_ready,
    usable,
    agreeing_close,
    closing,
    closed
};

/// What channel, chain and wallet say about a move now. Heights are of the verified chain, 0: in no block.
struct MoveFacts {
    ChannelStage stage = ChannelStage::absent;
    std::optional<std::string> cause;                 // of a close
    std::optional<duplex::bitcoin::Satoshi> paid_fee; // of the opening or the closing transaction
    // route open
    std::optional<duplex::bitcoin::Txid> funding;
    std::uint32_t funding_height = 0;
    std::uint32_t minimum_depth = 0;
    std::uint32_t opened_height = 0;
    // routes close, close_alone
    std::optional<duplex::bitcoin::Txid> closing;
    std::uint32_t closing_height = 0;
    std::uint32_t waits_blocks = 0; // our output's delay after closing_height; 0: an agreed close
    bool by_commitment = false;     // the closing transaction is a commitment of either side
    std::optional<std::uint32_t> nearest_expiry; // of a payment on its way to us
    std::optional<duplex::bitcoin::Txid> payout; // brings the coins to the wallet
    std::uint32_t payout_height = 0;

    std::uint32_t height = 0; // verified
    std::int64_t now = 0;
    std::int64_t pace_s = 0;
};

/// The move with its steps. Rolls back by itself when facts do.
ledger::Move moveOf(const MoveRecord& record, const MoveFacts& facts, const MoveMoment& moment,
                    const MoveLabels& labels);
/// What of the facts the record keeps for later runs; true when it changed.
bool remember(MoveRecord& record, const MoveFacts& facts, ledger::StepState state);

} // namespace duplex::family::bitcoin
