#include "core/bitcoin/script/signature_check.h"

#include "core/bitcoin/primitives/sighash.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/schnorr.h"

namespace duplex::bitcoin::script {

namespace {

/// BIP 66: 30 length 02 length R 02 length S, nothing else, both integers minimal and positive; then the
/// sighash byte.
bool isStrictDer(ByteView signature) {
    if (signature.size() < 9 || signature.size() > 73) return false;
    if (signature[0] != 0x30 || signature[1] != signature.size() - 3) return false;
    const std::size_t r_length = signature[3];
    if (5 + r_length >= signature.size()) return false;
    const std::size_t s_length = signature[5 + r_length];
    if (r_length + s_length + 7 != signature.size()) return false;
    const auto isInteger = [&](std::size_t at, std::size_t length) {
        if (signature[at] != 0x02 || length == 0) return false;
        const ByteView digits = signature.subspan(at + 2, length);
        if (digits[0] & 0x80) return false;
        return length == 1 || digits[0] != 0 || (digits[1] & 0x80) != 0;
    };
    return isInteger(2, r_length) && isInteger(4 + r_length, s_length);
}

/// Reads one DER integer the loose way: any length form, any padding.
std::optional<ByteView> looseInteger(ByteReader& reader) {
    if (reader.u8() != 0x02) return std::nullopt;
    std::size_t length = reader.u8();
    if (length & 0x80) {
        ByteView digits = reader.view(length - 0x80);
        while (!digits.empty() && digits[0] == 0) digits = digits.subspan(1);
        if (digits.size() >= 4) return std::nullopt;
        length = 0;
        for (const std::uint8_t digit : digits) length = length << 8 | digit;
    }
    const ByteView integer = reader.view(length);
    return reader.ok() ? std::optional<ByteView>(integer) : std::nullopt;
}

/// A signature as old nodes read it; an overlong integer gives a signature that signs nothing.
std::optional<crypto::Signature> looseSignature(ByteView der) {
    ByteReader reader(der);
    if (reader.u8() != 0x30) return std::nullopt;
    const std::uint8_t length = reader.u8();
    if (length & 0x80) reader.skip(length - 0x80u);
    crypto::Signature result;
    for (const std::size_t end : {std::size_t{32}, std::size_t{64}}) {
        const auto integer = looseInteger(reader);
        if (!integer) return std::nullopt;
        ByteView digits = *integer;
        while (!digits.empty() && digits[0] == 0) digits = digits.subspan(1);
        if (digits.size() > 32) return crypto::Signature{};
        std::copy(digits.begin(), digits.end(),
                  result.bytes.begin() + static_cast<std::ptrdiff_t>(end - digits.size()));
    }
    return result;
}

/// Compressed, uncompressed, or hybrid (06, 07: uncompressed with the parity in its first byte).
std::optional<crypto::PublicKey> anyKey(ByteView key) {
    if (key.size() != 65 || (key[0] != 6 && key[0] != 7)) return crypto::PublicKey::fromAnyForm(key);
    if ((key[64] & 1) != (key[0] & 1)) return std::nullopt;
    Bytes uncompressed = toBytes(key);
    uncompressed[0] = 4;
    return crypto::PublicKey::fromAnyForm(uncompressed);
}

bool isCompressed(ByteView key) {
    return key.size() == 33 && (key[0] == 2 || key[0] == 3);
}
bool isUncompressed(ByteView key) {
    return key.size() == 65 && key[0] == 4;
}

bool isDefinedSighash(std::uint8_t flags) {
    const int kind = flags & ~sighash_anyone_can_pay;
    return kind >= sighash_all && kind <= sighash_single;
}

} // namespace

std::expected<void, ScriptError> checkSignatureEncoding(ByteView signature, Flags flags) {
    if (signature.empty()) return {};
    if ((flags & (verify_dersig | verify_low_s | verify_strictenc)) && !isStrictDer(signature))
        return std::unexpected(ScriptError::sig_der);
    if (flags & verify_low_s) {
        const auto parsed = looseSignature(signature.first(signature.size() - 1));
        if (!parsed || !crypto::isLowS(*parsed)) return std::unexpected(ScriptError::sig_high_s);
    }
    if ((flags & verify_strictenc) && !isDefinedSighash(signature.back()))
        return std::unexpected(ScriptError::sig_hashtype);
    return {};
}

std::expected<void, ScriptError> checkKeyEncoding(ByteView key, Flags flags, Version version) {
    if ((flags & verify_strictenc) && !isCompressed(key) && !isUncompressed(key))
        return std::unexpected(ScriptError::pubkeytype);
    if ((flags & verify_witness_pubkeytype) && version == Version::segwit_v0 && !isCompressed(key)) {
        return std::unexpected(ScriptError::witness_pubkeytype);
    }
    return {};
}

bool ecdsaSigns(const SpendContext& spend, ByteView signature, ByteView key, ByteView script_code,
                Version version) {
    if (signature.empty()) return false;
    const auto point = anyKey(key);
    const auto parsed = looseSignature(signature.first(signature.size() - 1));
    if (!point || !parsed) return false;
    const std::uint8_t flags = signature.back();
    const crypto::Hash32 digest =
        version == Version::legacy
            ? legacySighash(spend.transaction, spend.input, script_code, flags)
            : segwitSighash(spend.transaction, spend.input, script_code, spend.value(), flags);
    return crypto::verifyAllowingHighS(digest, *parsed, *point);
}

std::expected<void, ScriptError> checkSchnorr(const SpendContext& spend, ByteView signature, ByteView key,
                                              ByteView annex,
                                              const std::optional<TapscriptContext>& tapscript) {
    if (signature.size() != 64 && signature.size() != 65)
        return std::unexpected(ScriptError::schnorr_sig_size);
    const std::uint8_t flags = signature.size() == 65 ? signature[64] : sighash_default;
    if (signature.size() == 65 && flags == sighash_default)
        return std::unexpected(ScriptError::schnorr_sig_hashtype);
    const auto leaf = tapscript ? std::optional(tapscript->leaf_hash) : std::nullopt;
    const std::uint32_t separator = tapscript ? tapscript->code_separator : 0xffffffff;
    const auto digest =
        taprootSighash(spend.transaction, spend.input, spend.spent_outputs, flags, leaf, annex, separator);
    if (!digest) return std::unexpected(ScriptError::schnorr_sig_hashtype);
    const crypto::SchnorrSignature parsed{toArray<64>(signature)};
    if (!crypto::verifySchnorr(*digest, parsed, crypto::XOnlyPublicKey{toArray<32>(key)}))
        return std::unexpected(ScriptError::schnorr_sig);
    return {};
}

} // namespace duplex::bitcoin::script
