#pragma once

#include "core/base/time.h"
#include "core/bitcoin/primitives/feerate.h"
#include "core/lightning/primitives/milli_satoshi.h"

namespace duplex::lightning::channel {

/// The numbers of our own choice inside what the BOLTs allow. Defaults are the program's; the driver may pass
/// others (tests, a user's settings). Blocks are counts of blocks.
struct Policy {
    std::uint16_t to_self_delay_asked = 2016;    // the time that we may be away
    std::uint16_t to_self_delay_accepted = 2016; // the longest that we wait ourselves
    std::uint32_t close_before_incoming_expiry =
        72; // a fulfilled incoming HTLC must be claimed on chain from here
    std::uint32_t close_after_outgoing_expiry = 3;
    std::uint32_t longest_expiry = 2016; // an HTLC further ahead than this is failed, not the channel
    std::uint32_t shortest_incoming_expiry = 144; // an incoming HTLC with fewer blocks left is failed
    Ticks reconnect_grace{60'000};                // before closing for an expired outgoing HTLC
    int reconnect_graces = 3; // for one HTLC: a peer that reconnects each minute does not put it off for ever
    std::uint32_t small_channel_depth = 3, large_channel_depth = 6;
    bitcoin::Satoshi large_channel{1'000'000};
    std::uint32_t longest_minimum_depth = 144; // asked of us by the peer; above is refused
    bitcoin::Satoshi dust_limit{546};
    bitcoin::Satoshi dust_limit_lowest{354}, dust_limit_highest{5'000};
    bitcoin::Satoshi dust_exposure{50'000};
    std::int64_t dust_exposure_percent = 5; // of the capacity; the smaller of both counts
    bitcoin::Satoshi reserve_lowest{1'000};
    std::int64_t reserve_percent = 1, reserve_accepted_percent = 20;
    MilliSatoshi htlc_minimum{1}, htlc_minimum_accepted{10'000};
    std::uint16_t htlc_slots = 30;
    bitcoin::FeeratePerKw feerate_highest{2'500}; // of our own commitments
    std::int64_t feerate_accepted_multiple = 3; // of our six-block estimate, if that is above feerate_highest
    bitcoin::FeeratePerKw feerate_believed{25'000}; // accepted while we have no estimate of our own
    bitcoin::FeeratePerKw relay_feerate{253};       // commitment fee above this counts into the dust exposure
    bitcoin::Satoshi smallest_channel{200'000}, largest_channel{50'000'000};
    std::uint32_t fundee_forgets_after = 2016; // blocks without a confirmation
    std::uint32_t coinbase_maturity = 100;
    Ticks negotiation_step{60'000}, funding_created_wait{600'000};
    Ticks commitment_ping_after{30'000}, commitment_disconnect_after{60'000};
    int closing_rounds = 20;
    std::size_t held_messages = 10;

    friend bool operator==(const Policy&, const Policy&) = default;
};

} // namespace duplex::lightning::channel
