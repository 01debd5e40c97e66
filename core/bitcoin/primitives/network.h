#pragma once

#include "core/bitcoin/primitives/block.h"

#include <string>

namespace duplex::bitcoin {

enum class Network { main, testnet4, signet, regtest, sandbox };

/// Everything that differs between networks, in one table (network.cpp).
struct NetworkParameters {
    Network network = Network::regtest;
    std::string_view name;           // as --network takes it
    std::string_view core_name;      // as getblockchaininfo prints "chain"
    std::string_view bech32_prefix;  // bc, tb, bcrt
    std::string_view invoice_prefix; // lnbc, lntb, lntbs, lnbcrt (without amount)
    std::uint8_t public_key_hash_version = 0;
    std::uint8_t script_hash_version = 0;
    std::uint8_t wif_version = 0;
    ByteArray<4> extended_public_version{};
    ByteArray<4> extended_private_version{};
    std::uint32_t coin_type = 1; // BIP 44: 0 on main, 1 elsewhere
    ByteArray<4> magic{};
    std::uint16_t default_port = 0;
    BlockHeader genesis;
    ByteArray<32> minimum_work{}; // big-endian; a chain below it is never stored
    std::uint32_t power_limit_bits = 0;
    bool allows_minimum_difficulty = false;  // testnet4's 20-minute rule
    bool retargets = true;                   // false on regtest and sandbox
    bool enforces_timewarp_rule = false;     // BIP 94 on testnet4
    bool retargets_from_first_block = false; // BIP 94 on testnet4
    bool signature_blocks = false;           // signet: figures stay `reported` until BIP 325 is checked
    std::uint32_t subsidy_interval = 210'000;
    std::uint32_t bip34_height = 0;
    std::uint32_t bip65_height = 0;
    std::uint32_t bip66_height = 0;
    std::uint32_t earliest_birthday = 0; // first block in which a segwit wallet can have coins
    FeeratePerKw fallback_feerate;
    bool detects_stale_chain = true; // off on regtest and sandbox
    int least_peers = 0;             // fewer: "few sources", no channel opens
    int least_netgroups = 0;
    std::uint16_t to_self_delay = 2016;         // what we ask of a channel partner; 12 in the sandbox
    std::string_view caip2_id;                  // bip122:<first 16 bytes of the genesis hash, hex>
    std::vector<std::string_view> filter_seeds; // DNS seeds that know the prefix "x49." (filter peers only)
    std::vector<std::string_view> dns_seeds;    // all others
};

const NetworkParameters& parametersOf(Network network);
std::optional<Network> networkFromName(std::string_view name);
/// Subsidy of a block at this height.
Satoshi subsidyAt(BlockHeight height, const NetworkParameters& parameters);

} // namespace duplex::bitcoin
