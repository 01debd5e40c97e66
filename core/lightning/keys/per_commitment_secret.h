#pragma once

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/tagged.h"
#include "core/crypto/keys.h"

#include <expected>

namespace duplex::lightning::keys {

struct CommitmentNumberTag;
/// Number of a commitment transaction of one side, from 0 (BOLT 3); 48 bits.
using CommitmentNumber = TaggedNumber<CommitmentNumberTag, std::uint64_t>;
inline constexpr CommitmentNumber last_commitment_number{(std::uint64_t{1} << 48) - 1};
inline CommitmentNumber next(CommitmentNumber number) {
    return {number.value + 1};
}

/// BOLT 3, per-commitment secret requirements: the secret of index I, counted down from 2^48-1.
crypto::Secret<32> generateFromSeed(const crypto::Secret<32>& seed, std::uint64_t index);
/// The secret of commitment `number` (its index is 2^48-1 - number).
crypto::Secret<32> perCommitmentSecret(const crypto::Secret<32>& seed, CommitmentNumber number);
/// The point of a secret; nothing when the 32 bytes are no private key (a peer's secret may be anything).
std::optional<crypto::PublicKey> pointOf(const crypto::Secret<32>& secret);

enum class SecretStoreError {
    contradicts_earlier_secret, // does not derive the secrets received before: the peer is broken or cheats
    wrong_order                 // not the one after the last: a fault of our own caller
};

/// What a peer revealed: at most 49 secrets, from which every earlier one is derived (BOLT 3, efficient
/// per-commitment secret storage).
class ReceivedSecrets {
public:
    /// Number of the first commitment whose secret has not been received.
    CommitmentNumber nextNumber() const { return m_next; }
    /// Stores the secret of commitment `nextNumber()`; unchanged on an error.
    std::expected<void, SecretStoreError> insert(CommitmentNumber number, const crypto::Secret<32>& secret);
    /// Any secret inserted so far.
    std::optional<crypto::Secret<32>> secretOf(CommitmentNumber number) const;

    void write(ByteWriter& writer) const;
    /// Latches the reader on a fault.
    static ReceivedSecrets read(ByteReader& reader);
    friend bool operator==(const ReceivedSecrets&, const ReceivedSecrets&) = default;

private:
    struct Known {
        std::uint64_t index = 0;
        crypto::Secret<32> secret;
        friend bool operator==(const Known&, const Known&) = default;
    };
    std::vector<Known> m_known; // position = number of trailing zero bits of the index
    CommitmentNumber m_next;
};

} // namespace duplex::lightning::keys
