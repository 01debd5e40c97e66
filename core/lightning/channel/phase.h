#pragma once

#include "core/lightning/channel/commitments.h"

namespace duplex::lightning::channel {

/// The connection, beside the phase: a channel is usable only online.
enum class Link : std::uint8_t { offline, reestablishing, online };

// Opening (BOLT 2, channel establishment v1). Nothing of it survives a restart: both sides forget.
struct Idle {
    friend bool operator==(const Idle&, const Idle&) = default;
};
struct OpenSent { // funder: waits for accept_channel
    friend bool operator==(const OpenSent&, const OpenSent&) = default;
};
struct FundingWanted { // funder: waits for the wallet's signed transaction
    friend bool operator==(const FundingWanted&, const FundingWanted&) = default;
};
struct CreatedSent { // funder: waits for funding_signed; Channel::funding_transaction is held back
    friend bool operator==(const CreatedSent&, const CreatedSent&) = default;
};
struct OpenReceived { // fundee: waits for the decision of rule or user
    friend bool operator==(const OpenReceived&, const OpenReceived&) = default;
};
struct AcceptSent { // fundee: waits for funding_created
    friend bool operator==(const AcceptSent&, const AcceptSent&) = default;
};
using OpeningStep = std::variant<Idle, OpenSent, FundingWanted, CreatedSent, OpenReceived, AcceptSent>;
struct Opening {
    OpeningStep step;
    Ticks deadline{}; // of this step
    friend bool operator==(const Opening&, const Opening&) = default;
};

/// The funding transaction may be out; its depth is not reached.
struct AwaitingFunding {
    bool remote_ready = false; // channel_ready came early
    friend bool operator==(const AwaitingFunding&, const AwaitingFunding&) = default;
};
/// Depth reached and channel_ready sent; the peer's has not come.
struct AwaitingReady {
    friend bool operator==(const AwaitingReady&, const AwaitingReady&) = default;
};
struct Normal {
    std::optional<bitcoin::Script> closing_script; // close requested; `shutdown` waits for updates of ours
    friend bool operator==(const Normal&, const Normal&) = default;
};
/// At least one `shutdown` passed; HTLCs drain.
struct ShuttingDown {
    std::optional<bitcoin::Script> local_script;  // set: ours was sent
    std::optional<bitcoin::Script> wanted_script; // ours, waits for updates of ours
    std::optional<bitcoin::Script> remote_script; // theirs, on this connection
    friend bool operator==(const ShuttingDown&, const ShuttingDown&) = default;
};
/// Both scripts known, nothing in flight: closing_signed goes to and fro (legacy form).
struct Negotiating {
    bitcoin::Script local_script, remote_script;
    std::optional<bitcoin::Satoshi> local_fee, remote_fee; // last offers
    int rounds = 0;
    friend bool operator==(const Negotiating&, const Negotiating&) = default;
};

enum class CloseKind : std::uint8_t {
    mutual,       // agreed, the transaction is published
    local_force,  // our commitment is published
    remote_force, // the peer must close (we are stale or behind proof), or its commitment was seen
};
/// What was seen to spend the funding output.
struct FundingSpend {
    bitcoin::Transaction transaction;
    std::uint32_t height = 0;
    friend bool operator==(const FundingSpend&, const FundingSpend&) = default;
};
/// No update can happen any more; the chain decides (core/lightning/onchain resolves the outputs).
struct Closing {
    CloseKind kind = CloseKind::local_force;
    std::optional<std::string> cause;                // nothing for an agreed close
    std::optional<bitcoin::Transaction> transaction; // what we publish
    std::optional<FundingSpend> spend;
    /// Agreed, and in no block: our commitment may still take its place.
    bool isOnlyAgreed() const { return kind == CloseKind::mutual && !spend; }
    friend bool operator==(const Closing&, const Closing&) = default;
};
/// Everything on chain is irrevocable, or the opening failed. Kept for its ids.
struct Closed {
    std::optional<std::string> cause;
    friend bool operator==(const Closed&, const Closed&) = default;
};

using Phase =
    std::variant<Opening, AwaitingFunding, AwaitingReady, Normal, ShuttingDown, Negotiating, Closing, Closed>;
std::string_view nameOf(const Phase& phase);

} // namespace duplex::lightning::channel
