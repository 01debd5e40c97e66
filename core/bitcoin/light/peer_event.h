#pragma once

#include "core/bitcoin/wire/address_book.h"
#include "core/bitcoin/wire/peer.h"

namespace duplex::bitcoin::light {

using wire::Moment;

struct PeerIdTag;
/// A connection of this run; never used twice.
using PeerId = TaggedNumber<PeerIdTag, std::uint64_t>;

// What the driver tells sync, broadcast and fee observer alike. None of it survives a crash.

/// After wire::HandshakeDone of a connection that we opened.
struct PeerConnected {
    PeerId peer;
    wire::Handshake handshake;
    wire::Netgroup netgroup;
    /// We said relay = 1 in our version: this peer announces transactions to us.
    wire::Relay announces = wire::Relay::no;
};
struct PeerMessage {
    PeerId peer;
    wire::Message message;
};
struct PeerDisconnected {
    PeerId peer;
};

// What they ask the driver to do.

/// Send a message. Only after every storing action before it in the list has been committed.
struct SendTo {
    PeerId peer;
    wire::Message message;
    friend bool operator==(const SendTo&, const SendTo&) = default;
};

} // namespace duplex::bitcoin::light
