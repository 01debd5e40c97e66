#pragma once

#include "core/lightning/payment/payment_attempt.h"

namespace duplex::lightning::payment {

/// An HTLC to add to a channel of ours. Replaying it is harmless: the channel layer knows (payment id, part).
struct SendPart {
    PaymentId payment;
    std::uint32_t part = 0;
    ChannelId channel_id;
    MilliSatoshi amount;
    CltvExpiry cltv_expiry;
    PaymentHash payment_hash;
    wire::OnionRoutingPacket onion{};
};
struct PaymentSucceeded {
    PaymentId payment;
    Preimage preimage;
    MilliSatoshi fee;
};
enum class PaymentFailure : std::uint8_t {
    none = 0,
    no_route = 1,
    fee_too_high = 2,
    no_local_balance = 3,
    rejected_by_payee = 4, // unknown invoice, wrong amount, expired there
    out_of_attempts = 5,   // 30 attempts or 60 s
    cancelled = 6,
    expired = 7,
};
std::string_view textOf(PaymentFailure failure);
/// Only when every part is irrevocably gone (threats 85).
struct PaymentFailed {
    PaymentId payment;
    PaymentFailure reason = PaymentFailure::none;
};
using PaymentAction = std::variant<SendPart, PaymentSucceeded, PaymentFailed>;
using PaymentActions = std::vector<PaymentAction>;

enum class PaymentState : std::uint8_t {
    created = 1,
    routing = 2,
    in_flight = 3,
    succeeded = 4,
    failing = 5,
    failed = 6
};

/// What a step of a payment may look at. `entropy` is fresh for each call (session key, expiry offset).
struct PaymentEnvironment {
    const gossip::NetworkGraph& graph;
    gossip::LiquidityEstimate& liquidity;
    NodeId us;
    std::vector<gossip::FirstHop> first_hops;
    std::uint32_t tip_height = 0;
    UnixTime now{};
    ByteArray<32> entropy{};
};

/// One payment of ours, as a pure machine (lightning.md 4.15). The driver stores serialized() after each call
/// and releases the actions after that.
class OutgoingPayment {
public:
    static constexpr std::size_t most_attempts = 30;
    static constexpr std::chrono::seconds longest_trying{60};

    explicit OutgoingPayment(PaymentRequest request) : m_request(std::move(request)) {}

    /// Looks for a route and sends a part, if none is out. The first call, and after a restart in Created or
    /// Routing.
    PaymentActions proceed(const PaymentEnvironment& environment);
    /// The channel could not add this part's HTLC: nothing was sent.
    PaymentActions onPartRefused(std::uint32_t part, const PaymentEnvironment& environment);
    /// No commitment ever had this part's HTLC (a lost connection, a crash): its channel may be tried again.
    /// Looks for no route; proceed() does, once a channel can send.
    PaymentActions onPartNeverSent(std::uint32_t part);
    /// The HTLC is irrevocably removed. `reason` is update_fail_htlc's.
    PaymentActions onPartFailed(std::uint32_t part, ByteView reason, const PaymentEnvironment& environment);
    /// As onPartFailed, for update_fail_malformed_htlc of our peer, or an HTLC that timed out on chain.
    PaymentActions onPartLost(std::uint32_t part, const PaymentEnvironment& environment);
    /// Off chain or on chain; a wrong preimage changes nothing (ordinary check, threats 36).
    PaymentActions onPreimage(const Preimage& preimage, UnixTime now, gossip::LiquidityEstimate& liquidity);
    /// The user gives up, or stops waiting: no new part; failed once all parts are gone.
    PaymentActions cancel(PaymentFailure reason = PaymentFailure::cancelled);

    const PaymentRequest& request() const { return m_request; }
    PaymentState state() const { return m_state; }
    bool isFinal() const { return m_state == PaymentState::succeeded || m_state == PaymentState::failed; }
    /// While parts live it is not final: "may still succeed until block N".
    bool hasLiveParts() const;
    std::optional<CltvExpiry> lastExpiry() const;
    const std::optional<Preimage>& preimage() const { return m_preimage; }
    PaymentFailure failure() const { return m_failure; }
    const std::vector<PaymentPart>& parts() const { return m_parts; }
    /// Fees of the parts that are out or went through.
    MilliSatoshi fee() const;

    /// Versioned; shared secrets are in it, so it belongs into the state database only.
    Bytes serialized() const;
    enum class LoadError { bad_version, damaged };
    static std::expected<OutgoingPayment, LoadError> fromBytes(ByteView bytes);
    friend bool operator==(const OutgoingPayment&, const OutgoingPayment&) = default;

private:
    PaymentPart* find(std::uint32_t part);
    PaymentActions fail(PaymentFailure reason);
    PaymentActions afterFailure(const PaymentEnvironment& environment);
    gossip::RouteRequest routeRequest(const PaymentEnvironment& environment) const;
    void learn(const PaymentPart& part, const std::optional<onion::FailureFromHop>& failure,
               const PaymentEnvironment& environment);

    PaymentRequest m_request;
    PaymentState m_state = PaymentState::created;
    PaymentFailure m_failure = PaymentFailure::none;
    std::vector<PaymentPart> m_parts;
    std::optional<Preimage> m_preimage;
    // Knowledge of this payment only; lost on restart without harm.
    std::set<gossip::DirectedChannel> m_excluded_channels;
    std::set<NodeId> m_excluded_nodes;
    std::set<ChannelId> m_excluded_first;
    std::map<gossip::DirectedChannel, gossip::ChannelPolicy> m_policies;
};

/// All payments of ours by hash: a hash is never paid twice (threats 84).
class OutgoingPayments {
public:
    enum class AdmitError { running, already_paid };
    /// A new payment; a failed one of the same hash makes room for it.
    std::expected<OutgoingPayment*, AdmitError> admit(PaymentRequest request);
    /// At start, from the database.
    void restore(OutgoingPayment payment);
    OutgoingPayment* find(const PaymentHash& hash);
    OutgoingPayment* find(const PaymentId& id);
    const std::map<PaymentHash, OutgoingPayment>& all() const { return m_by_hash; }

private:
    std::map<PaymentHash, OutgoingPayment> m_by_hash;
};

} // namespace duplex::lightning::payment
