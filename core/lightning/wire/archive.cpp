#include "core/lightning/wire/archive.h"

namespace duplex::lightning::wire {

namespace {
/// 483 for each side: no commitment can hold more (BOLT 2).
constexpr std::size_t most_htlc_signatures = 2 * 483;
} // namespace

void FieldReader::operator()(crypto::PublicKey& key) {
    const ByteView bytes = m_reader.view(33);
    if (!m_reader.ok()) return;
    const auto found = crypto::PublicKey::fromBytes(bytes);
    if (!found) return fail(WireFault::bad_point);
    key = *found;
}

void FieldReader::operator()(bitcoin::Satoshi& amount) {
    const std::uint64_t value = m_reader.u64be();
    if (value > static_cast<std::uint64_t>(bitcoin::max_money.value)) return fail(WireFault::out_of_range);
    amount.value = static_cast<std::int64_t>(value);
}

void FieldReader::operator()(MilliSatoshi& amount) {
    const std::optional<MilliSatoshi> found = checkedMilliSatoshi(m_reader.u64be());
    if (!found) return fail(WireFault::out_of_range);
    amount = *found;
}

void FieldReader::saturated(MilliSatoshi& amount) {
    amount = checkedMilliSatoshi(m_reader.u64be()).value_or(MilliSatoshi::fromSatoshi(bitcoin::max_money));
}

void FieldReader::operator()(FeeRange& range) {
    (*this)(range.min_fee_satoshis);
    (*this)(range.max_fee_satoshis);
}

void FieldReader::operator()(std::vector<crypto::Signature>& signatures) {
    const std::size_t count = m_reader.u16be();
    if (!m_reader.ok()) return;
    if (count > most_htlc_signatures) return fail(WireFault::out_of_range);
    if (count * crypto::Signature::size > m_reader.remaining()) return fail(WireFault::truncated);
    signatures.resize(count);
    for (crypto::Signature& signature : signatures) (*this)(signature);
}

void FieldReader::counted(Features& features) {
    Bytes bytes;
    counted(bytes);
    const std::optional<Features> found = Features::fromBytes(bytes);
    if (!found) return fail(WireFault::features_too_long);
    features = *found;
}

void FieldReader::ignored(std::uint16_t& count) {
    count = m_reader.u16be();
    m_reader.skip(count);
}

void FieldReader::rest(std::vector<bitcoin::BlockHash>& hashes) {
    if (m_reader.remaining() % bitcoin::BlockHash::size != 0) return fail(WireFault::bad_tlv_value);
    while (m_reader.remaining() > 0) {
        bitcoin::BlockHash hash;
        (*this)(hash);
        hashes.push_back(hash);
    }
}

std::optional<WireFault> FieldReader::fault() const {
    if (m_fault) return m_fault;
    return m_reader.ok() ? std::nullopt : std::optional{WireFault::truncated};
}

void FieldWriter::operator()(const FeeRange& range) {
    (*this)(range.min_fee_satoshis);
    (*this)(range.max_fee_satoshis);
}

void FieldWriter::operator()(const std::vector<crypto::Signature>& signatures) {
    m_writer.u16be(static_cast<std::uint16_t>(signatures.size()));
    for (const crypto::Signature& signature : signatures) m_writer.bytes(signature.bytes);
}

void FieldWriter::rest(const std::vector<bitcoin::BlockHash>& hashes) {
    for (const bitcoin::BlockHash& hash : hashes) m_writer.bytes(hash.bytes);
}

} // namespace duplex::lightning::wire
