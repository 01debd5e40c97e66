#pragma once

#include "core/api/reply.h"
#include "core/bitcoin/primitives/network.h"

#include <functional>

namespace duplex::family::bitcoin {

/// What the wallet and the chain say about a pasted text.
struct RecogniseFacts {
    const duplex::bitcoin::NetworkParameters& network;
    std::int64_t now = 0;
    std::string own_node_id;
    std::function<bool(const duplex::bitcoin::Script&)> is_ours;
    std::function<std::optional<std::int64_t>(const duplex::bitcoin::BlockHash&)> height_of;
};

/// What a text is and what can be done with it, asking nobody. Any input gives an answer; for
/// Kind::nothing it says what is wrong.
api::Recognised recognise(const std::string& text, const RecogniseFacts& facts);

} // namespace duplex::family::bitcoin
