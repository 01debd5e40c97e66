#pragma once

#include "core/bitcoin/primitives/sighash.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/commitment/commitment_spec.h"

namespace duplex::lightning::commitment {

// Witness scripts of BOLT 3.
bitcoin::Script fundingScript(const crypto::PublicKey& a, const crypto::PublicKey& b);
bitcoin::Script toLocalScript(const crypto::PublicKey& revocation_pubkey, std::uint16_t to_self_delay,
                              const crypto::PublicKey& delayed_pubkey);
/// With anchors (P2WSH, CSV 1).
bitcoin::Script toRemoteScript(const crypto::PublicKey& payment_pubkey);
bitcoin::Script anchorScript(const crypto::PublicKey& funding_pubkey);
bitcoin::Script offeredHtlcScript(const keys::CommitmentKeys& keys, const PaymentHash& payment_hash,
                                  Format format);
bitcoin::Script receivedHtlcScript(const keys::CommitmentKeys& keys, const PaymentHash& payment_hash,
                                   CltvExpiry cltv_expiry, Format format);
bitcoin::Script htlcScript(const keys::CommitmentKeys& keys, const CommitmentHtlc& htlc, Format format);

/// scriptPubKey of the funding output.
bitcoin::Script fundingOutputScript(const ChannelParameters& parameters);
/// scriptPubKey of our balance on the peer's commitments, for each of the keys that the seed alone gives.
bitcoin::Script toRemoteOutputScript(const crypto::PublicKey& payment_pubkey, Format format);

/// A witness signature: DER and the sighash byte.
Bytes witnessSignature(const crypto::Signature& signature, std::uint8_t flags);

} // namespace duplex::lightning::commitment
