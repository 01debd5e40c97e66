#include "core/lightning/keys/per_commitment_secret.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"

#include <bit>

namespace duplex::lightning::keys {

namespace {

constexpr std::uint64_t top_index = last_commitment_number.value;

std::uint64_t indexOf(CommitmentNumber number) {
    return top_index - number.value;
}

std::size_t trailingZeros(std::uint64_t index) {
    return index == 0 ? 48 : static_cast<std::size_t>(std::countr_zero(index));
}

/// BOLT 3: flips and hashes from bit `bits`-1 down for every bit set in the index.
crypto::Secret<32> derived(const crypto::Secret<32>& base, std::size_t bits, std::uint64_t index) {
    crypto::Secret<32> value = base;
    for (std::size_t bit = bits; bit-- > 0;) {
        if ((index >> bit & 1) == 0) continue;
        ByteArray<32> flipped = value.reveal();
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        value = crypto::Secret<32>(crypto::sha256(flipped));
        crypto::wipe(flipped);
    }
    return value;
}

} // namespace

crypto::Secret<32> generateFromSeed(const crypto::Secret<32>& seed, std::uint64_t index) {
    check(index <= top_index, "a secret's index has 48 bits");
    return derived(seed, 48, index);
}

crypto::Secret<32> perCommitmentSecret(const crypto::Secret<32>& seed, CommitmentNumber number) {
    check(number <= last_commitment_number, "a commitment number has 48 bits");
    return generateFromSeed(seed, indexOf(number));
}

std::optional<crypto::PublicKey> pointOf(const crypto::Secret<32>& secret) {
    const auto key = crypto::PrivateKey::fromBytes(secret.reveal());
    if (!key) return std::nullopt;
    return crypto::publicKey(*key);
}

std::expected<void, SecretStoreError> ReceivedSecrets::insert(CommitmentNumber number,
                                                              const crypto::Secret<32>& secret) {
    if (number != m_next || number > last_commitment_number)
        return std::unexpected(SecretStoreError::wrong_order);
    const std::uint64_t index = indexOf(number);
    const std::size_t bucket = trailingZeros(index);
    // Indices fall by one, so all lower buckets are filled before a bucket is reached for the first time.
    for (std::size_t b = 0; b < bucket && b < m_known.size(); ++b) {
        if (derived(secret, bucket, m_known[b].index) != m_known[b].secret)
            return std::unexpected(SecretStoreError::contradicts_earlier_secret);
    }
    check(bucket <= m_known.size(), "secrets arrive without gaps");
    if (bucket == m_known.size()) m_known.push_back({});
    m_known[bucket] = {index, secret};
    m_next = next(number);
    return {};
}

std::optional<crypto::Secret<32>> ReceivedSecrets::secretOf(CommitmentNumber number) const {
    if (number >= m_next) return std::nullopt;
    const std::uint64_t index = indexOf(number);
    for (std::size_t bucket = 0; bucket < m_known.size(); ++bucket) {
        const std::uint64_t mask = ~((std::uint64_t{1} << bucket) - 1);
        if ((index & mask) == m_known[bucket].index) return derived(m_known[bucket].secret, bucket, index);
    }
    return std::nullopt;
}

void ReceivedSecrets::write(ByteWriter& writer) const {
    writer.u64be(m_next.value).u8(static_cast<std::uint8_t>(m_known.size()));
    for (const Known& known : m_known) writer.u64be(known.index).bytes(known.secret.reveal());
}

ReceivedSecrets ReceivedSecrets::read(ByteReader& reader) {
    ReceivedSecrets result;
    result.m_next = {reader.u64be()};
    const std::size_t count = reader.u8();
    if (result.m_next.value > top_index + 1 || count > 49) reader.fail();
    for (std::size_t bucket = 0; reader.ok() && bucket < count; ++bucket) {
        Known known{.index = reader.u64be(), .secret = crypto::Secret<32>(reader.array<32>())};
        if (known.index > top_index || trailingZeros(known.index) != bucket) reader.fail();
        result.m_known.push_back(std::move(known));
    }
    // The youngest secret must be there, and none without its count.
    if ((result.m_next.value == 0) != result.m_known.empty()) reader.fail();
    if (reader.ok() && result.m_next.value > 0 && !result.secretOf({result.m_next.value - 1})) reader.fail();
    return reader.ok() ? result : ReceivedSecrets{};
}

} // namespace duplex::lightning::keys
