#pragma once

#include "core/bitcoin/primitives/transaction.h"

namespace duplex::bitcoin {

inline constexpr std::uint8_t sighash_default = 0x00;
inline constexpr std::uint8_t sighash_all = 0x01;
inline constexpr std::uint8_t sighash_none = 0x02;
inline constexpr std::uint8_t sighash_single = 0x03;
inline constexpr std::uint8_t sighash_anyone_can_pay = 0x80;

/// BIP 143 signature hash of a segwit v0 input. `script_code`: the witness script, or for P2WPKH the P2PKH
/// script of its hash.
crypto::Hash32 segwitSighash(const Transaction& transaction, std::size_t input, ByteView script_code,
                             Satoshi value, std::uint8_t flags);
/// The hash for old (pre-segwit) inputs, with its known quirks.
crypto::Hash32 legacySighash(const Transaction& transaction, std::size_t input, ByteView script_code,
                             std::uint32_t flags);
/// BIP 341 signature hash. `spent`: outputs spent by all inputs, in order. `leaf_hash`: set for tapscript
/// (BIP 342).
std::optional<crypto::Hash32> taprootSighash(const Transaction& transaction, std::size_t input,
                                             const std::vector<TxOut>& spent, std::uint8_t flags,
                                             std::optional<crypto::Hash32> leaf_hash = std::nullopt,
                                             ByteView annex = {}, std::uint32_t code_separator = 0xffffffff);

} // namespace duplex::bitcoin
