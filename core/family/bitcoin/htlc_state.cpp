#include "core/family/bitcoin/htlc_state.h"

namespace duplex::family::bitcoin {

namespace {

using lightning::channel::Side;
using lightning::channel::Stage;

std::string stepOf(Side proposer, Stage stage, const std::string& update) {
    const bool ours = proposer == Side::local;
    switch (stage) {
    case Stage::proposed:
        return (ours ? "SENT_" : "RCVD_") + update + "_HTLC";
    case Stage::committed: // their signature and our revocation are one step
        return ours ? "SENT_" + update + "_COMMIT" : "SENT_" + update + "_REVOCATION";
    case Stage::acknowledged:
        return ours ? "RCVD_" + update + "_REVOCATION" : "SENT_" + update + "_ACK_COMMIT";
    case Stage::irrevocable:
        return (ours ? "SENT_" : "RCVD_") + update + "_ACK_REVOCATION";
    }
    return {};
}

} // namespace

std::string htlcStateName(const lightning::channel::Htlc& htlc) {
    if (htlc.removal) return stepOf(opposite(htlc.offered_by), htlc.removal->stage, "REMOVE");
    return stepOf(htlc.offered_by, htlc.stage, "ADD");
}

} // namespace duplex::family::bitcoin
