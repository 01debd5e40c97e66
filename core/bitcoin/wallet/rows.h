#pragma once

#include "core/bitcoin/wallet/history.h"

namespace duplex::bitcoin::wallet {

inline constexpr std::uint8_t row_version = 1;
/// Version 1 did not say who vouches for a transaction: what no block held counts as relayed
/// (Wallet::settle).
inline constexpr std::uint8_t history_row_version = 2;

Bytes encodeCoin(const Coin& coin);
/// Nothing for a damaged row or another version.
std::optional<Coin> decodeCoin(ByteView row);
Bytes encodeHistoryEntry(const HistoryEntry& entry);
std::optional<HistoryEntry> decodeHistoryEntry(ByteView row);

} // namespace duplex::bitcoin::wallet
