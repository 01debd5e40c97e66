#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/features.h"

namespace duplex::lightning::wire {

// BOLT 1. Field names are the specification's.

struct Init {
    static constexpr std::uint16_t type = 16;
    Features globalfeatures;
    Features features;
    std::optional<std::vector<bitcoin::BlockHash>> networks; // TLV 1
    std::optional<Bytes> remote_addr;                        // TLV 3, undecoded
    friend bool operator==(const Init&, const Init&) = default;
};

struct Error {
    static constexpr std::uint16_t type = 17;
    ChannelId channel_id; // all zero: every channel with the peer
    Bytes data;
    friend bool operator==(const Error&, const Error&) = default;
};

struct Warning {
    static constexpr std::uint16_t type = 1;
    ChannelId channel_id;
    Bytes data;
    friend bool operator==(const Warning&, const Warning&) = default;
};

struct Ping {
    static constexpr std::uint16_t type = 18;
    std::uint16_t num_pong_bytes = 0; // from 65,532 on: no answer wanted
    std::uint16_t byteslen = 0;       // of `ignored`, which is not kept and sent as zeros
    friend bool operator==(const Ping&, const Ping&) = default;
};

struct Pong {
    static constexpr std::uint16_t type = 19;
    std::uint16_t byteslen = 0;
    friend bool operator==(const Pong&, const Pong&) = default;
};

} // namespace duplex::lightning::wire
