#pragma once

#include "core/bitcoin/wallet/coin_set.h"

namespace duplex::bitcoin::wallet {

/// Weight of a signed input that spends this kind of script: P2WPKH 271 or 272 (low R), P2TR 230.
Weight inputWeight(ByteView script_pubkey);
Weight outputWeight(ByteView script_pubkey);

struct SelectionTarget {
    Satoshi amount; // what the outputs need, without any fee
    Weight base;    // the transaction without inputs and without change
    FeeratePerKw feerate;
    Weight change_output;    // weight of one change output
    Satoshi least_change;    // change below this is left to the fee
    ByteArray<32> entropy{}; // for the random draw
};

struct Selection {
    std::vector<Coin> coins;
    Satoshi fee;    // what the transaction pays, surplus without change included
    Satoshi change; // zero: no change output
    friend bool operator==(const Selection&, const Selection&) = default;
};

/// Confirmed coins first, unconfirmed change only when they do not reach. In each pass branch and bound for a
/// set without change, then a single random draw. Nothing when all coins together do not reach.
std::optional<Selection> selectCoins(const std::vector<Coin>& coins, const SelectionTarget& target);
/// The same sums for coins that the caller chose.
std::optional<Selection> useCoins(const std::vector<Coin>& coins, const SelectionTarget& target);

} // namespace duplex::bitcoin::wallet
