#pragma once

#include "core/lightning/channel/commitments.h"

#include <string>

namespace duplex::family::bitcoin {

/// Core Lightning's name of how far an HTLC has come, as its listpeerchannels has it: SENT_ADD_HTLC up to
/// RCVD_REMOVE_ACK_REVOCATION. Some of its steps are one of ours (channel::Stage) and never show.
std::string htlcStateName(const lightning::channel::Htlc& htlc);

} // namespace duplex::family::bitcoin
