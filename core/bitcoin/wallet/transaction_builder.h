#pragma once

#include "core/bitcoin/wallet/coin_selection.h"

#include <expected>

namespace duplex::bitcoin::wallet {

enum class BuildError {
    no_outputs,
    amount_below_dust,
    amount_out_of_range,
    feerate_out_of_range, // below 25 or above 250,000 sat per 1,000 weight
    insufficient_funds,
    amount_does_not_cover_fee, // send-all or fee taken from the amount
    coin_not_spendable,        // a chosen coin is unknown, spent, held or immature
    too_large,                 // over 400,000 weight units
};
std::string_view textOf(BuildError error);

inline constexpr std::uint32_t replaceable_sequence = 0xfffffffd;
inline constexpr FeeratePerKw smallest_feerate{25}; // 0.1 sat/vB
inline constexpr FeeratePerKw largest_feerate{250'000};

struct Payment {
    Script script;
    Satoshi amount;
};

/// What the builder needs from outside besides the coins.
struct BuildContext {
    std::vector<Coin> coins; // CoinSet::spendable
    Script change_script;
    std::optional<Script>
        second_change_script; // set: a reserve coin may be split off (see BuildRequest::reserve)
    FeeratePerKw feerate;
    std::uint32_t locktime = 0; // antiFeeSnipingLocktime
    ByteArray<32> entropy{};    // coin draw and output order
};

struct BuildRequest {
    std::vector<Payment> payments;
    /// Set: everything that the coins hold goes here, after payments and fee; no change.
    std::optional<Script> send_all_to;
    /// Set: exactly these coins are spent.
    std::vector<OutPoint> chosen_coins;
    /// The fee is taken from the first payment instead of being added.
    bool fee_from_first_payment = false;
    /// Not zero: change is split so that one coin of about this value stays apart, for fees of channel closes
    /// (anchors).
    Satoshi reserve;
};

/// An unsigned transaction and what it spends, input by input.
struct UnsignedTransaction {
    Transaction transaction;
    std::vector<Coin> spent; // same order as the inputs
    Satoshi fee;
    Weight weight; // once signed, at most
    std::vector<std::uint32_t> change_outputs;
    /// Where each payment stands among the outputs; send_all_to last.
    std::vector<std::uint32_t> payment_outputs;
};

/// Version 2, RBF sequences, outputs in an order drawn from the entropy.
std::expected<UnsignedTransaction, BuildError> buildTransaction(const BuildRequest& request,
                                                                const BuildContext& context);

struct ChainView {
    BlockHeight complete_to;     // blocks and filters are checked up to here
    BlockHeight lowest_peer_tip; // of the peers that the transaction goes to
    bool is_current = false;     // tip under 8 h old, not syncing
};
/// bitcoin.md 4: complete_to, never above the lowest peer tip; one in ten times up to 99 lower; 0 when not
/// current.
std::uint32_t antiFeeSnipingLocktime(const ChainView& view, const ByteArray<32>& entropy);

} // namespace duplex::bitcoin::wallet
