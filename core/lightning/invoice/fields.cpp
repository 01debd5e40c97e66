#include "core/lightning/invoice/fields.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::lightning::invoice {

namespace {
constexpr std::uint8_t public_key_hash_version = 17;
constexpr std::uint8_t script_hash_version = 18;
constexpr std::size_t hint_hop_size = 33 + 8 + 4 + 4 + 2;

Words versioned(std::uint8_t version, ByteView program) {
    Words words = wordsOfBytes(program);
    words.insert(words.begin(), version);
    return words;
}
} // namespace

std::optional<bitcoin::Script> fallbackOf(WordView words) {
    if (words.empty()) return std::nullopt;
    const auto program = bytesOf(words.subspan(1));
    if (!program) return std::nullopt;
    const std::uint8_t version = words[0];
    if (version == public_key_hash_version || version == script_hash_version) {
        if (program->size() != 20) return std::nullopt;
        const auto hash = toArray<20>(*program);
        return version == public_key_hash_version ? bitcoin::payToPublicKeyHash(hash)
                                                  : bitcoin::payToScriptHash(hash);
    }
    if (version > 16 || program->size() < 2 || program->size() > 40) return std::nullopt;
    if (version == 0 && program->size() != 20 && program->size() != 32) return std::nullopt;
    return bitcoin::ScriptBuilder().number(version).push(*program).take();
}

std::optional<Words> wordsOfFallback(const bitcoin::Script& script) {
    if (const auto witness = bitcoin::witnessProgramOf(script))
        return versioned(static_cast<std::uint8_t>(witness->version), witness->program);
    switch (bitcoin::kindOf(script)) {
    case bitcoin::ScriptKind::public_key_hash:
        return versioned(public_key_hash_version, ByteView(script.bytes).subspan(3, 20));
    case bitcoin::ScriptKind::script_hash:
        return versioned(script_hash_version, ByteView(script.bytes).subspan(2, 20));
    case bitcoin::ScriptKind::public_key:
    case bitcoin::ScriptKind::witness_public_key_hash:
    case bitcoin::ScriptKind::witness_script_hash:
    case bitcoin::ScriptKind::taproot:
    case bitcoin::ScriptKind::witness_unknown:
    case bitcoin::ScriptKind::anchor:
    case bitcoin::ScriptKind::multisig:
    case bitcoin::ScriptKind::null_data:
    case bitcoin::ScriptKind::nonstandard:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<RouteHint> routeHintOf(WordView words) {
    const auto bytes = bytesOf(words);
    if (!bytes || bytes->empty() || bytes->size() % hint_hop_size != 0) return std::nullopt;
    RouteHint hint;
    ByteReader reader(*bytes);
    while (reader.remaining() > 0) {
        const auto node_id = crypto::PublicKey::fromBytes(reader.view(33));
        if (!node_id) return std::nullopt;
        RouteHintHop hop{.node_id = *node_id};
        hop.short_channel_id.value = reader.u64be();
        hop.fee_base_msat = reader.u32be();
        hop.fee_proportional_millionths = reader.u32be();
        hop.cltv_expiry_delta.value = reader.u16be();
        hint.push_back(hop);
    }
    return hint;
}

Words wordsOfRouteHint(const RouteHint& hint) {
    ByteWriter writer;
    for (const RouteHintHop& hop : hint)
        writer.bytes(hop.node_id)
            .u64be(hop.short_channel_id.value)
            .u32be(hop.fee_base_msat)
            .u32be(hop.fee_proportional_millionths)
            .u16be(static_cast<std::uint16_t>(hop.cltv_expiry_delta.value));
    return wordsOfBytes(writer.view());
}

Features featuresOf(WordView words) {
    Features features;
    for (std::size_t i = 0; i < words.size(); ++i)
        for (int bit = 0; bit < 5; ++bit)
            if (words[words.size() - 1 - i] >> bit & 1) features.setBit(static_cast<int>(i) * 5 + bit);
    return features;
}

Words wordsOfFeatures(const Features& features) {
    if (features.bits().empty()) return {};
    Words words(static_cast<std::size_t>(*features.bits().rbegin()) / 5 + 1, 0);
    for (const int bit : features.bits())
        words[words.size() - 1 - static_cast<std::size_t>(bit) / 5] |=
            static_cast<std::uint8_t>(1 << bit % 5);
    return words;
}

crypto::Hash32 invoiceDigest(std::string_view prefix, WordView words) {
    ByteWriter writer;
    writer.bytes(viewOf(prefix));
    std::uint32_t bits = 0;
    int count = 0;
    for (const std::uint8_t word : words) {
        bits = (bits << 5 | word) & 0xfff;
        count += 5;
        if (count < 8) continue;
        count -= 8;
        writer.u8(static_cast<std::uint8_t>(bits >> count));
    }
    if (count > 0) writer.u8(static_cast<std::uint8_t>(bits << (8 - count)));
    return crypto::sha256(writer.view());
}

} // namespace duplex::lightning::invoice
