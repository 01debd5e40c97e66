#include "core/bitcoin/light/block_filter.h"

#include "core/crypto/hash.h"

#include <bit>
#include <cstring>

namespace duplex::bitcoin::light {

namespace {

constexpr std::size_t sort_limit = 100; // up to here sort and merge is as fast as the bitmap
constexpr int bitmap_bits = 20;         // 128 KB: stays in the second-level cache
constexpr unsigned fewest_bits = filter_remainder_bits + 1; // of one coded value

/// Maps a hash to [0, range) by its share of 2^64 (multiply and shift; BIP 158).
std::uint64_t reduced(std::uint64_t hash, std::uint64_t range) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(hash) * range >> 64);
}

/// Reads big-endian bits out of bytes, at least 57 at a time.
class BitReader {
public:
    explicit BitReader(ByteView bytes) : m_bytes(bytes) {}

    /// One Golomb-Rice value; false past the end.
    bool read(std::uint64_t& value) {
        std::uint64_t word = load();
        unsigned quotient = static_cast<unsigned>(std::countl_one(word));
        if (quotient + fewest_bits <= 57) {
            word <<= quotient + 1;
            m_at += quotient + fewest_bits;
            value = std::uint64_t{quotient} << filter_remainder_bits | word >> (64 - filter_remainder_bits);
            return m_at <= m_bytes.size() * 8;
        }
        return readLong(value);
    }
    std::size_t bitsLeft() const { return m_bytes.size() * 8 - m_at; }

private:
    /// The bits from here on, first at the top; zeros past the end.
    std::uint64_t load() const {
        const std::size_t byte = m_at / 8;
        std::uint64_t word = 0;
        if (byte + 8 <= m_bytes.size()) {
            std::memcpy(&word, m_bytes.data() + byte, 8);
            if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
        } else {
            for (std::size_t i = 0; i < 8; ++i)
                word = word << 8 | (byte + i < m_bytes.size() ? m_bytes[byte + i] : 0U);
        }
        return word << (m_at % 8);
    }
    bool readLong(std::uint64_t& value) {
        std::uint64_t quotient = 0;
        while (m_at < m_bytes.size() * 8 && load() >> 63 != 0) {
            ++quotient;
            ++m_at;
        }
        ++m_at;
        if (m_at + filter_remainder_bits > m_bytes.size() * 8) return false;
        value = quotient << filter_remainder_bits | load() >> (64 - filter_remainder_bits);
        m_at += filter_remainder_bits;
        return true;
    }

    ByteView m_bytes;
    std::size_t m_at = 0; // in bits
};

class BitWriter {
public:
    void write(std::uint64_t value) {
        for (std::uint64_t quotient = value >> filter_remainder_bits; quotient > 0; --quotient) bit(true);
        bit(false);
        for (unsigned i = filter_remainder_bits; i-- > 0;) bit((value >> i & 1) != 0);
    }
    Bytes take() { return std::move(m_bytes); }

private:
    void bit(bool set) {
        if (m_at % 8 == 0) m_bytes.push_back(0);
        if (set) m_bytes.back() |= static_cast<std::uint8_t>(0x80U >> m_at % 8);
        ++m_at;
    }
    Bytes m_bytes;
    std::size_t m_at = 0;
};

struct CodedSet {
    std::uint64_t count = 0;
    std::uint64_t range = 0;
    ByteView coded;
};

std::expected<CodedSet, FilterFault> codedSet(ByteView filter) {
    ByteReader reader(filter);
    const std::uint64_t count = reader.compactSize();
    if (!reader.ok()) return std::unexpected(FilterFault::truncated);
    const ByteView coded = reader.rest();
    if (count > coded.size() * 8 / fewest_bits) return std::unexpected(FilterFault::count_too_large);
    return CodedSet{count, count * filter_false_positive, coded};
}

/// Gives every value in ascending order to `take`; a whole filter is always read, so that a malformed one is
/// found.
template <typename F>
std::optional<FilterFault> forEachValue(const CodedSet& set, F&& take) {
    BitReader reader(set.coded);
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < set.count; ++i) {
        std::uint64_t step = 0;
        if (!reader.read(step)) return FilterFault::truncated;
        value += step;
        take(value);
    }
    if (reader.bitsLeft() >= 8) return FilterFault::trailing_bytes;
    return std::nullopt;
}

std::vector<std::uint64_t> valuesOf(const std::vector<Script>& scripts, const BlockHash& block,
                                    std::uint64_t range) {
    const crypto::SipHashKey key = filterKey(block);
    std::vector<std::uint64_t> values;
    values.reserve(scripts.size());
    for (const Script& script : scripts) values.push_back(reduced(crypto::sipHash(key, script), range));
    return values;
}

std::expected<bool, FilterFault> matchSorted(const CodedSet& set, std::vector<std::uint64_t> wanted) {
    std::sort(wanted.begin(), wanted.end());
    bool found = false;
    std::size_t at = 0;
    const auto fault = forEachValue(set, [&](std::uint64_t value) {
        while (at < wanted.size() && wanted[at] < value) ++at;
        found |= at < wanted.size() && wanted[at] == value;
    });
    if (fault) return std::unexpected(*fault);
    return found;
}

/// A bit for each wanted value by its top bits; only elements that fall on a bit are compared.
std::expected<bool, FilterFault> matchBitmap(const CodedSet& set, const std::vector<std::uint64_t>& wanted) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(set.range)) - bitmap_bits);
    std::vector<std::uint64_t> bitmap(std::size_t{1} << (bitmap_bits - 6));
    for (const std::uint64_t value : wanted)
        bitmap[value >> shift >> 6] |= std::uint64_t{1} << (value >> shift & 63);
    std::vector<std::uint64_t> candidates; // ascending
    const auto fault = forEachValue(set, [&](std::uint64_t value) {
        const std::uint64_t at = value >> shift;
        if (at >> 6 < bitmap.size() && (bitmap[at >> 6] >> (at & 63) & 1) != 0) candidates.push_back(value);
    });
    if (fault) return std::unexpected(*fault);
    if (candidates.empty()) return false;
    return std::any_of(wanted.begin(), wanted.end(), [&](std::uint64_t value) {
        return std::binary_search(candidates.begin(), candidates.end(), value);
    });
}

} // namespace

crypto::SipHashKey filterKey(const BlockHash& block) {
    ByteReader reader(block.bytes);
    const std::uint64_t k0 = reader.u64le();
    return {.k0 = k0, .k1 = reader.u64le()};
}

FilterHash hashOf(ByteView filter) {
    return FilterHash{crypto::sha256d(filter)};
}

FilterHeader headerAfter(const FilterHeader& previous, const FilterHash& hash) {
    return FilterHeader{crypto::sha256d(concat({hash, previous}))};
}

std::vector<Script> outputScripts(const Block& block) {
    std::vector<Script> scripts;
    for (const Transaction& transaction : block.transactions) {
        for (const TxOut& output : transaction.outputs) {
            const Bytes& bytes = output.script_pubkey.bytes;
            if (bytes.empty() || bytes[0] == static_cast<std::uint8_t>(Opcode::op_return)) continue;
            scripts.push_back(output.script_pubkey);
        }
    }
    std::sort(scripts.begin(), scripts.end());
    scripts.erase(std::unique(scripts.begin(), scripts.end()), scripts.end());
    return scripts;
}

BlockFilter buildFilter(const Block& block, const std::vector<Script>& spent) {
    std::vector<Script> scripts = outputScripts(block);
    for (const Script& script : spent)
        if (!script.empty()) scripts.push_back(script);
    std::sort(scripts.begin(), scripts.end());
    scripts.erase(std::unique(scripts.begin(), scripts.end()), scripts.end());
    std::vector<std::uint64_t> values =
        valuesOf(scripts, block.header.hash(), scripts.size() * filter_false_positive);
    std::sort(values.begin(), values.end());
    BitWriter coded;
    std::uint64_t last = 0;
    for (const std::uint64_t value : values) {
        coded.write(value - last);
        last = value;
    }
    return {ByteWriter().compactSize(scripts.size()).bytes(coded.take()).take()};
}

std::expected<std::vector<std::uint64_t>, FilterFault> decodeFilter(ByteView filter) {
    const auto set = codedSet(filter);
    if (!set) return std::unexpected(set.error());
    std::vector<std::uint64_t> values;
    values.reserve(set->count);
    const auto fault = forEachValue(*set, [&](std::uint64_t value) { values.push_back(value); });
    if (fault) return std::unexpected(*fault);
    return values;
}

FilterQuery::FilterQuery(std::vector<Script> scripts) : m_scripts(std::move(scripts)) {
    std::erase_if(m_scripts, [](const Script& script) { return script.empty(); });
    std::sort(m_scripts.begin(), m_scripts.end());
    m_scripts.erase(std::unique(m_scripts.begin(), m_scripts.end()), m_scripts.end());
}

std::expected<bool, FilterFault> matchesAny(ByteView filter, const BlockHash& block,
                                            const FilterQuery& query) {
    const auto set = codedSet(filter);
    if (!set) return std::unexpected(set.error());
    std::vector<std::uint64_t> wanted;
    if (set->count > 0) wanted = valuesOf(query.scripts(), block, set->range);
    return wanted.size() <= sort_limit ? matchSorted(*set, std::move(wanted)) : matchBitmap(*set, wanted);
}

std::expected<bool, FilterFault> holdsAll(ByteView filter, const BlockHash& block,
                                          const std::vector<Script>& scripts) {
    const auto values = decodeFilter(filter);
    if (!values) return std::unexpected(values.error());
    if (values->empty()) return scripts.empty();
    const auto wanted = valuesOf(scripts, block, values->size() * filter_false_positive);
    return std::all_of(wanted.begin(), wanted.end(), [&](std::uint64_t value) {
        return std::binary_search(values->begin(), values->end(), value);
    });
}

} // namespace duplex::bitcoin::light
