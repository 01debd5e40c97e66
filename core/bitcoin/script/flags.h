#pragma once

#include <cstdint>

namespace duplex::bitcoin::script {

/// Which rules a verification applies; names as in Core's SCRIPT_VERIFY_*.
using Flags = std::uint32_t;
inline constexpr Flags verify_none = 0;
inline constexpr Flags verify_p2sh = 1u << 0;
inline constexpr Flags verify_strictenc = 1u << 1;
inline constexpr Flags verify_dersig = 1u << 2;
inline constexpr Flags verify_low_s = 1u << 3;
inline constexpr Flags verify_nulldummy = 1u << 4;
inline constexpr Flags verify_sigpushonly = 1u << 5;
inline constexpr Flags verify_minimaldata = 1u << 6;
inline constexpr Flags verify_discourage_upgradable_nops = 1u << 7;
inline constexpr Flags verify_cleanstack = 1u << 8;
inline constexpr Flags verify_checklocktimeverify = 1u << 9;
inline constexpr Flags verify_checksequenceverify = 1u << 10;
inline constexpr Flags verify_witness = 1u << 11;
inline constexpr Flags verify_discourage_upgradable_witness_program = 1u << 12;
inline constexpr Flags verify_minimalif = 1u << 13;
inline constexpr Flags verify_nullfail = 1u << 14;
inline constexpr Flags verify_witness_pubkeytype = 1u << 15;
inline constexpr Flags verify_const_scriptcode = 1u << 16;
inline constexpr Flags verify_taproot = 1u << 17;
inline constexpr Flags verify_discourage_upgradable_taproot_version = 1u << 18;
inline constexpr Flags verify_discourage_op_success = 1u << 19;
inline constexpr Flags verify_discourage_upgradable_pubkeytype = 1u << 20;

/// What every block of today must keep to.
inline constexpr Flags consensus_flags = verify_p2sh | verify_dersig | verify_nulldummy |
                                         verify_checklocktimeverify | verify_checksequenceverify |
                                         verify_witness | verify_taproot;
/// What relay demands besides: our own transactions are checked with these.
inline constexpr Flags standard_flags = (1u << 21) - 1;

} // namespace duplex::bitcoin::script
