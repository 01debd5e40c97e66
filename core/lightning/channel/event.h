#pragma once

#include "core/lightning/channel/channel.h"

namespace duplex::lightning::channel {

struct RequestIdTag;
/// Names a command, so that a Reply finds its caller; 0 wants no answer.
using RequestId = TaggedNumber<RequestIdTag, std::uint64_t>;

// Commands. Answered by one Reply each (OpenRequested: when the open succeeded or failed). Never replayed
// after a crash: whoever gave them asks again.

/// User or Move. On a new channel only. `alias` is random and unique over all channels.
struct OpenRequested {
    RequestId request;
    ChannelId temporary_channel_id; // random
    bitcoin::Satoshi funding_amount;
    MilliSatoshi push_amount;
    Announce announce = Announce::no;
    ShortChannelId alias;
    std::optional<bitcoin::Script> upfront_script;
    friend bool operator==(const OpenRequested&, const OpenRequested&) = default;
};
/// The rule's or the user's answer to AcceptanceNeeded.
struct AcceptDecision {
    enum class Answer { accept, refuse };
    Answer answer = Answer::refuse;
    ShortChannelId alias; // as in OpenRequested
    std::optional<bitcoin::Script> upfront_script;
    friend bool operator==(const AcceptDecision&, const AcceptDecision&) = default;
};
/// The wallet's answer to BuildFundingTransaction: built, signed, stored, not published.
struct FundingTransactionSigned {
    bitcoin::Transaction transaction;
    friend bool operator==(const FundingTransactionSigned&, const FundingTransactionSigned&) = default;
};
/// The wallet cannot build it, or the user gives up before the funding is out.
struct OpenCancelled {
    friend bool operator==(const OpenCancelled&, const OpenCancelled&) = default;
};
/// Payment layer. The Reply says that update_add_htlc is on its way; what becomes of it is HtlcFulfilled or
/// HtlcFailed.
struct AddHtlc {
    RequestId request;
    NewHtlc htlc;
    friend bool operator==(const AddHtlc&, const AddHtlc&) = default;
};
/// Payment layer, for an HTLC of HtlcAddedIrrevocably. The preimage is durable before (R4). Repeating it is
/// harmless.
struct FulfillHtlc {
    RequestId request;
    std::uint64_t id = 0;
    Preimage preimage;
    friend bool operator==(const FulfillHtlc&, const FulfillHtlc&) = default;
};
struct FailHtlc {
    RequestId request;
    std::uint64_t id = 0;
    Bytes reason; // onion-encrypted
    friend bool operator==(const FailHtlc&, const FailHtlc&) = default;
};
/// For an onion that could not be read.
struct FailMalformedHtlc {
    RequestId request;
    std::uint64_t id = 0;
    ByteArray<32> sha256_of_onion{};
    std::uint16_t failure_code = 0;
    friend bool operator==(const FailMalformedHtlc&, const FailMalformedHtlc&) = default;
};
/// The fee driver: set this feerate (funder only).
struct UpdateFee {
    RequestId request;
    bitcoin::FeeratePerKw feerate;
    friend bool operator==(const UpdateFee&, const UpdateFee&) = default;
};
/// The driver's answer to the action of the same name, after its release. Does nothing when nothing waits.
struct SignCommitment {
    friend bool operator==(const SignCommitment&, const SignCommitment&) = default;
};
/// Agreed close to this wallet script.
struct CloseRequested {
    RequestId request;
    bitcoin::Script script;
    friend bool operator==(const CloseRequested&, const CloseRequested&) = default;
};
struct ForceCloseRequested {
    RequestId request;
    friend bool operator==(const ForceCloseRequested&, const ForceCloseRequested&) = default;
};

// From outside.

/// A message that names this channel (or its temporary id), or `error`/`warning` for all channels of the
/// peer.
struct MessageReceived {
    wire::Message message;
    friend bool operator==(const MessageReceived&, const MessageReceived&) = default;
};
/// Both `init`s passed. Context::remote_features is the peer's newest.
struct Connected {
    friend bool operator==(const Connected&, const Connected&) = default;
};
struct Disconnected {
    friend bool operator==(const Disconnected&, const Disconnected&) = default;
};
/// A new verified height or header tip (in Context).
struct BlockHeight {
    friend bool operator==(const BlockHeight&, const BlockHeight&) = default;
};
/// The output as it stands in the fetched block; given again for each new block until the channel is ready.
struct FundingConfirmed {
    bitcoin::OutPoint outpoint;
    bitcoin::TxOut output;
    std::uint32_t height = 0; // of its block
    std::uint32_t depth = 0;  // 1 in the newest block
    ShortChannelId scid;
    bool coinbase = false;
    friend bool operator==(const FundingConfirmed&, const FundingConfirmed&) = default;
};
/// A reorganization took the funding transaction out of the chain.
struct FundingUnconfirmed {
    friend bool operator==(const FundingUnconfirmed&, const FundingUnconfirmed&) = default;
};
struct FundingSpent {
    bitcoin::Transaction transaction;
    std::uint32_t height = 0;
    friend bool operator==(const FundingSpent&, const FundingSpent&) = default;
};
/// A reorganization took that spend out again.
struct FundingUnspent {
    friend bool operator==(const FundingUnspent&, const FundingUnspent&) = default;
};
/// The on-chain resolver is done: every output is irrevocable.
struct ChannelResolved {
    friend bool operator==(const ChannelResolved&, const ChannelResolved&) = default;
};
/// First event after loading: answers with the due actions (publish, watch again).
struct Restored {
    friend bool operator==(const Restored&, const Restored&) = default;
};
/// Now and then, at least each 10 s: for deadlines in time (Context::now).
struct Tick {
    friend bool operator==(const Tick&, const Tick&) = default;
};

using Event =
    std::variant<OpenRequested, AcceptDecision, FundingTransactionSigned, OpenCancelled, AddHtlc, FulfillHtlc,
                 FailHtlc, FailMalformedHtlc, UpdateFee, SignCommitment, CloseRequested, ForceCloseRequested,
                 MessageReceived, Connected, Disconnected, BlockHeight, FundingConfirmed, FundingUnconfirmed,
                 FundingSpent, FundingUnspent, ChannelResolved, Restored, Tick>;

} // namespace duplex::lightning::channel
