#include "core/bitcoin/primitives/network.h"

#include "core/base/check.h"

namespace duplex::bitcoin {

namespace {

/// A constant of this file; a wrong digit ends the program at its first use, hence in every test.
template <std::size_t N>
ByteArray<N> constant(std::string_view hex) {
    const auto bytes = arrayFromHex<N>(hex);
    check(bytes.has_value(), "constants of the network table are hexadecimal");
    return *bytes;
}

BlockHeader genesisHeader(std::string_view merkle_root, std::uint32_t time, std::uint32_t bits,
                          std::uint32_t nonce) {
    return {.version = 1,
            .previous = {},
            .merkle_root = reversed(constant<32>(merkle_root)),
            .time = time,
            .bits = bits,
            .nonce = nonce};
}

constexpr std::string_view first_coinbase =
    "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";

NetworkParameters mainParameters() {
    return {
        .network = Network::main,
        .name = "main",
        .core_name = "main",
        .bech32_prefix = "bc",
        .invoice_prefix = "lnbc",
        .public_key_hash_version = 0,
        .script_hash_version = 5,
        .wif_version = 128,
        .extended_public_version = {0x04, 0x88, 0xb2, 0x1e},
        .extended_private_version = {0x04, 0x88, 0xad, 0xe4},
        .coin_type = 0,
        .magic = {0xf9, 0xbe, 0xb4, 0xd9},
        .default_port = 8333,
        .genesis = genesisHeader(first_coinbase, 1231006505, 0x1d00ffff, 2083236893),
        // The work of blocks 0 to 953,567, summed from the target of each retarget period.
        .minimum_work = constant<32>("00000000000000000000000000000000000000012fa7ecf8d5705e356fd4a680"),
        .power_limit_bits = 0x1d00ffff,
        .bip34_height = 227'931,
        .bip65_height = 388'381,
        .bip66_height = 363'725,
        .earliest_birthday = 481'824,
        .fallback_feerate = {2'500},
        .least_peers = 3,
        .least_netgroups = 3,
        .caip2_id = "bip122:000000000019d6689c085ae165831e93",
        .filter_seeds = {"seed.bitcoin.sprovoost.nl", "dnsseed.emzy.de", "seed.bitcoin.wiz.biz",
                         "seed.mainnet.achownodes.xyz"},
        .dns_seeds = {"dnsseed.bluematt.me", "seed.bitcoin.jonasschnelli.ch", "seed.btc.petertodd.net"},
    };
}

/// What all networks with worthless coins share.
NetworkParameters testParameters() {
    return {
        .bech32_prefix = "tb",
        .public_key_hash_version = 111,
        .script_hash_version = 196,
        .wif_version = 239,
        .extended_public_version = {0x04, 0x35, 0x87, 0xcf},
        .extended_private_version = {0x04, 0x35, 0x83, 0x94},
        .bip34_height = 1,
        .bip65_height = 1,
        .bip66_height = 1,
        .fallback_feerate = {500},
    };
}

NetworkParameters testnet4Parameters() {
    NetworkParameters result = testParameters();
    result.network = Network::testnet4;
    result.name = "testnet4";
    result.core_name = "testnet4";
    result.invoice_prefix = "lntb";
    result.magic = {0x1c, 0x16, 0x3f, 0x28};
    result.default_port = 48333;
    result.genesis = genesisHeader("7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e",
                                   1714777860, 0x1d00ffff, 393743547);
    // 139,104 blocks of least difficulty: a lower bound, since the real bits of that many blocks are not in
    // any checkpoint.
    result.minimum_work = constant<32>("00000000000000000000000000000000000000000000000000021f621f621f60");
    result.power_limit_bits = 0x1d00ffff;
    result.allows_minimum_difficulty = true;
    result.enforces_timewarp_rule = true;
    result.retargets_from_first_block = true;
    result.least_peers = 2;
    result.least_netgroups = 2;
    result.caip2_id = "bip122:00000000da84f2bafbbc53dee25a72ae";
    result.filter_seeds = {"seed.testnet4.bitcoin.sprovoost.nl", "seed.testnet4.wiz.biz"};
    return result;
}

NetworkParameters signetParameters() {
    NetworkParameters result = testParameters();
    result.network = Network::signet;
    result.name = "signet";
    result.core_name = "signet";
    result.invoice_prefix = "lntbs";
    result.magic = {0x0a, 0x03, 0xcf, 0x40};
    result.default_port = 38333;
    result.genesis = genesisHeader(first_coinbase, 1598918400, 0x1e0377ae, 52613770);
    // 308,448 blocks of least difficulty: a lower bound, as on testnet4.
    result.minimum_work = constant<32>("0000000000000000000000000000000000000000000000000000015b7a07a180");
    result.power_limit_bits = 0x1e0377ae;
    result.signature_blocks = true;
    result.least_peers = 2;
    result.least_netgroups = 2;
    result.caip2_id = "bip122:00000008819873e925422c1ff0f99f7c";
    result.filter_seeds = {"seed.signet.bitcoin.sprovoost.nl", "seed.signet.achownodes.xyz"};
    return result;
}

NetworkParameters regtestParameters() {
    NetworkParameters result = testParameters();
    result.network = Network::regtest;
    result.name = "regtest";
    result.core_name = "regtest";
    result.bech32_prefix = "bcrt";
    result.invoice_prefix = "lnbcrt";
    result.magic = {0xfa, 0xbf, 0xb5, 0xda};
    result.default_port = 18444;
    result.genesis = genesisHeader(first_coinbase, 1296688602, 0x207fffff, 2);
    result.power_limit_bits = 0x207fffff;
    result.retargets = false;
    result.subsidy_interval = 150;
    result.detects_stale_chain = false;
    result.least_peers = 1;
    result.least_netgroups = 1;
    result.caip2_id = "bip122:0f9188f13cb7b2c71f2a335e3a4fc328";
    return result;
}

/// The practice chain: regtest's rules and genesis, a magic of its own so that it never speaks with a real
/// regtest node.
NetworkParameters sandboxParameters() {
    NetworkParameters result = regtestParameters();
    result.network = Network::sandbox;
    result.name = "sandbox";
    result.magic = {0xd0, 0x9b, 0x1e, 0x5a};
    result.default_port = 18544;
    result.subsidy_interval = 210'000; // regtest's 150 would leave its miner poor within an hour
    result.to_self_delay = 12;
    return result;
}

} // namespace

const NetworkParameters& parametersOf(Network network) {
    static const std::array<NetworkParameters, 5> table = {
        mainParameters(), testnet4Parameters(), signetParameters(), regtestParameters(), sandboxParameters()};
    const NetworkParameters& found = table[static_cast<std::size_t>(network)];
    check(found.network == network, "the table stands in the order of the enum");
    return found;
}

std::optional<Network> networkFromName(std::string_view name) {
    for (const Network network :
         {Network::main, Network::testnet4, Network::signet, Network::regtest, Network::sandbox}) {
        if (parametersOf(network).name == name) return network;
    }
    return std::nullopt;
}

Satoshi subsidyAt(BlockHeight height, const NetworkParameters& parameters) {
    const std::uint32_t halvings = height.value / parameters.subsidy_interval;
    return {halvings >= 64 ? 0 : (50LL * 100'000'000LL) >> halvings};
}

} // namespace duplex::bitcoin
