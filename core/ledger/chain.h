#pragma once

#include <cstdint>
#include <string>

namespace duplex::ledger {

/// CAIP-2 id of a chain: "bip122:000000000019d6689c085ae165831e93", later "eip155:42161".
using ChainId = std::string;
/// A chain's id, or for a layer without a chain of its own the id of the chain it settles on and a name:
/// ".../lightning".
using LayerId = std::string;

struct Layer {
    LayerId id;
    int level = 1;      // 1: settles by itself, 2: settles on another layer
    LayerId settles_on; // empty on level 1
    std::string name;   // "Bitcoin", "Lightning"
    std::string asset;  // "BTC"
    int decimals = 8;   // of the amounts' smallest unit; 11 where that is a millisatoshi
    friend bool operator==(const Layer&, const Layer&) = default;
};

} // namespace duplex::ledger
