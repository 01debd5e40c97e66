#pragma once

#include "core/base/time.h"
#include "core/crypto/secret.h"
#include "core/lightning/onion/failure_onion.h"
#include "core/lightning/onion/sphinx.h"

#include <map>
#include <set>

namespace duplex::lightning::payment {

/// HMAC of a seed key over random bytes: found again from the stored random bytes, never by a counter
/// (threats 86).
Preimage preimageFor(const crypto::Secret<32>& seed_key, const ByteArray<32>& random);

/// An HTLC is named by its channel and id, never by its hash (R8). Always one that the peer offers to us.
struct HtlcKey {
    ChannelId channel_id;
    std::uint64_t id = 0;
    friend auto operator<=>(const HtlcKey&, const HtlcKey&) = default;
};

struct FulfillHtlc {
    HtlcKey htlc;
    Preimage preimage;
    friend bool operator==(const FulfillHtlc&, const FulfillHtlc&) = default;
};
struct FailHtlc {
    HtlcKey htlc;
    Bytes reason; // for update_fail_htlc, in our layer
    friend bool operator==(const FailHtlc&, const FailHtlc&) = default;
};
struct FailMalformedHtlc {
    HtlcKey htlc;
    ByteArray<32> sha256_of_onion{};
    std::uint16_t failure_code = 0;
    friend bool operator==(const FailMalformedHtlc&, const FailMalformedHtlc&) = default;
};
/// The payment is in Claiming: our money, whatever happens. Comes before its fulfils.
struct PaymentReceived {
    PaymentHash payment_hash;
    MilliSatoshi amount;
    friend bool operator==(const PaymentReceived&, const PaymentReceived&) = default;
};
using IncomingAction = std::variant<FulfillHtlc, FailHtlc, FailMalformedHtlc, PaymentReceived>;
using IncomingActions = std::vector<IncomingAction>;

enum class IncomingState : std::uint8_t { open = 1, collecting = 2, claiming = 3, claimed = 4, expired = 5 };

struct IncomingPart {
    HtlcKey htlc;
    MilliSatoshi amount;
    CltvExpiry cltv_expiry;
    MilliSatoshi total_msat;
    crypto::Secret<32> shared_secret; // for a failure
    bool settled = false;             // fulfilled for good, off chain or on chain
    friend bool operator==(const IncomingPart&, const IncomingPart&) = default;
};

/// One invoice of ours and what came in for it (lightning.md 4.16).
struct IncomingPayment {
    PaymentHash payment_hash;
    Preimage preimage;
    PaymentSecret payment_secret;
    std::optional<MilliSatoshi> amount; // nothing: any
    UnixTime expires_at{};
    IncomingState state = IncomingState::open;
    std::vector<IncomingPart> parts;
    MilliSatoshi received; // set in Claiming
    friend bool operator==(const IncomingPayment&, const IncomingPayment&) = default;

    Bytes serialized() const;
    enum class LoadError { bad_version, damaged };
    static std::expected<IncomingPayment, LoadError> fromBytes(ByteView bytes);
};

/// An incoming HTLC whose add is irrevocable.
struct ArrivedHtlc {
    HtlcKey htlc;
    MilliSatoshi amount_msat;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    wire::OnionRoutingPacket onion{};
    bool in_blinded_path = false; // path_key was there
    /// What the channel found out: not to be accepted, whatever the onion says.
    enum class Refusal : std::uint8_t { none, expiry, dust_exposure, funding_unconfirmed };
    Refusal refusal = Refusal::none;
};

struct IncomingEnvironment {
    std::uint32_t tip_height = 0; // header tip
    UnixTime now{};
    Ticks ticks{};
};

/// All our invoices. The driver stores every payment named by changed() before it releases the actions:
/// Claiming must be durable before the first fulfil (threats 87).
class IncomingPayments {
public:
    static constexpr std::uint32_t least_blocks_left = 144;
    static constexpr std::uint32_t most_blocks_ahead = 2016;
    static constexpr Ticks longest_collecting{60'000};
    static constexpr std::size_t most_parts = 30;

    enum class AddError { hash_used }; // a hash is used for one invoice, ever
    std::expected<void, AddError> add(IncomingPayment payment);
    enum class RemoveError { unknown, being_paid };
    /// Forgets an invoice whose HTLCs, if any came, are settled for good.
    std::expected<void, RemoveError> remove(const PaymentHash& hash);
    /// At start, from the database; collecting starts its 60 s again.
    void restore(IncomingPayment payment, Ticks ticks);

    /// Peels the onion and decides. Repeating an HTLC that is here already changes nothing.
    IncomingActions onHtlc(const ArrivedHtlc& htlc, const crypto::PrivateKey& node_key,
                           const IncomingEnvironment& environment);
    /// Fails what waits for missing parts too long, expires open invoices.
    IncomingActions tick(const IncomingEnvironment& environment);
    std::optional<Ticks> nextDeadline() const;
    /// The HTLC is gone for good with our preimage (off chain or on chain).
    void onSettled(const HtlcKey& htlc);
    /// The HTLC is gone without it: a part that never was claimed.
    void onGone(const HtlcKey& htlc);
    /// After a restart: every fulfil of every payment in Claiming again.
    IncomingActions claims() const;
    /// For the chain: the preimage, only while its payment is in Claiming or Claimed (CVE-2020-26896).
    std::optional<Preimage> preimageForChain(const HtlcKey& htlc) const;

    const IncomingPayment* find(const PaymentHash& hash) const;
    /// Hashes changed since the last call: to be stored.
    std::vector<PaymentHash> changed();

private:
    IncomingActions accept(IncomingPayment& payment, IncomingPart part,
                           const IncomingEnvironment& environment);
    IncomingActions failAll(IncomingPayment& payment, const onion::FailureMessage& failure);
    void touch(const IncomingPayment& payment) { m_changed.insert(payment.payment_hash); }

    std::map<PaymentHash, IncomingPayment> m_payments;
    std::map<HtlcKey, PaymentHash> m_by_htlc;
    std::map<PaymentHash, Ticks> m_collecting_since;
    std::set<PaymentHash> m_changed;
};

} // namespace duplex::lightning::payment
