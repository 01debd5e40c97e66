#include "core/bitcoin/script/machine.h"

namespace duplex::bitcoin::script {

namespace {

constexpr std::int64_t most_keys = 20;
constexpr std::int64_t weight_per_signature = 50; // BIP 342

Step fail(ScriptError error) {
    return std::unexpected(error);
}

/// A push as the first client wrote it: by length only, without OP_1 to OP_16.
Bytes pushByLength(ByteView data) {
    ByteWriter writer;
    if (data.size() < 0x4c)
        writer.u8(static_cast<std::uint8_t>(data.size()));
    else if (data.size() <= 0xff)
        writer.u8(0x4c).u8(static_cast<std::uint8_t>(data.size()));
    else
        writer.u8(0x4d).u16le(static_cast<std::uint16_t>(data.size()));
    return writer.bytes(data).take();
}

/// The length of the operation at the start of `script`; the whole rest when its push runs past the end.
std::size_t operationLength(ByteView script) {
    ByteReader reader(script);
    const std::uint8_t opcode = reader.u8();
    reader.skip(opcode < 0x4c    ? opcode
                : opcode == 0x4c ? reader.u8()
                : opcode == 0x4d ? reader.u16le()
                : opcode == 0x4e ? reader.u32le()
                                 : 0);
    return reader.ok() ? reader.position() : script.size();
}

/// Removes every occurrence of `pattern` that begins where an operation begins (an old rule of legacy
/// signatures).
Bytes withoutPattern(ByteView script, const Bytes& pattern) {
    Bytes result;
    while (!script.empty()) {
        if (script.size() >= pattern.size() && std::equal(pattern.begin(), pattern.end(), script.begin())) {
            script = script.subspan(pattern.size());
            continue;
        }
        const ByteView operation = script.first(operationLength(script));
        result.insert(result.end(), operation.begin(), operation.end());
        script = script.subspan(operation.size());
    }
    return result;
}

} // namespace

std::expected<Bytes, ScriptError> Machine::scriptCode(std::span<const Bytes> signatures) const {
    Bytes code = toBytes(m_script.subspan(m_code_start));
    if (m_version != Version::legacy) return code;
    for (const Bytes& signature : signatures) {
        Bytes without = withoutPattern(code, pushByLength(signature));
        if (without.size() != code.size() && has(verify_const_scriptcode))
            return std::unexpected(ScriptError::sig_findanddelete);
        code = std::move(without);
    }
    return code;
}

std::expected<bool, ScriptError> Machine::signs(ByteView signature, ByteView key) {
    return m_version == Version::tapscript ? signsInTapscript(signature, key)
                                           : signsBeforeTaproot(signature, key);
}

std::expected<bool, ScriptError> Machine::signsBeforeTaproot(ByteView signature, ByteView key) {
    const Bytes own = toBytes(signature);
    const auto code = scriptCode(std::span(&own, 1));
    if (!code) return std::unexpected(code.error());
    if (const auto form = checkSignatureEncoding(signature, m_flags); !form)
        return std::unexpected(form.error());
    if (const auto form = checkKeyEncoding(key, m_flags, m_version); !form)
        return std::unexpected(form.error());
    const bool good = ecdsaSigns(m_spend, signature, key, *code, m_version);
    if (!good && has(verify_nullfail) && !signature.empty())
        return std::unexpected(ScriptError::sig_nullfail);
    return good;
}

std::expected<bool, ScriptError> Machine::signsInTapscript(ByteView signature, ByteView key) {
    if (!signature.empty()) {
        m_tapscript->validation_weight_left -= weight_per_signature;
        if (m_tapscript->validation_weight_left < 0)
            return std::unexpected(ScriptError::tapscript_validation_weight);
    }
    if (key.empty()) return std::unexpected(ScriptError::tapscript_empty_pubkey);
    if (key.size() != 32) { // a key type of the future signs anything
        if (has(verify_discourage_upgradable_pubkeytype))
            return std::unexpected(ScriptError::discourage_upgradable_pubkeytype);
        return !signature.empty();
    }
    if (signature.empty()) return false;
    const TapscriptContext context{.leaf_hash = m_tapscript->leaf_hash, .code_separator = m_code_separator};
    if (const auto good = checkSchnorr(m_spend, signature, key, m_tapscript->annex, context); !good)
        return std::unexpected(good.error());
    return true;
}

Step Machine::checkSignature(Opcode opcode) {
    if (const Step enough = need(2); !enough) return enough;
    const auto good = signs(top(2), top(1));
    if (!good) return fail(good.error());
    drop(2);
    if (opcode == Opcode::op_checksigverify) return *good ? Step{} : fail(ScriptError::checksigverify);
    pushBool(*good);
    return {};
}

Step Machine::checkSignatureAdd() {
    if (m_version != Version::tapscript) return fail(ScriptError::bad_opcode);
    if (const Step enough = need(3); !enough) return enough;
    const auto count = number(top(2));
    if (!count) return fail(count.error());
    const auto good = signs(top(3), top(1));
    if (!good) return fail(good.error());
    drop(3);
    m_stack.push_back(scriptNumber(*count + (*good ? 1 : 0)));
    return {};
}

/// Keys and signatures are compared from the top of the stack down, that is from the last to the first.
std::expected<bool, ScriptError> Machine::matchSignatures(std::span<const Bytes> signatures,
                                                          std::span<const Bytes> keys) {
    const auto code = scriptCode(signatures);
    if (!code) return std::unexpected(code.error());
    while (!signatures.empty()) {
        if (signatures.size() > keys.size()) return false;
        const Bytes& signature = signatures.back();
        const Bytes& key = keys.back();
        if (const auto form = checkSignatureEncoding(signature, m_flags); !form)
            return std::unexpected(form.error());
        if (const auto form = checkKeyEncoding(key, m_flags, m_version); !form)
            return std::unexpected(form.error());
        if (ecdsaSigns(m_spend, signature, key, *code, m_version))
            signatures = signatures.first(signatures.size() - 1);
        keys = keys.first(keys.size() - 1);
    }
    return true;
}

/// Stack, from below: dummy, signatures, their count, keys, their count.
Step Machine::checkMultisig(Opcode opcode) {
    if (m_version == Version::tapscript) return fail(ScriptError::tapscript_checkmultisig);
    if (const Step enough = need(1); !enough) return enough;
    const auto key_count = number(top(1));
    if (!key_count) return fail(key_count.error());
    if (*key_count < 0 || *key_count > most_keys) return fail(ScriptError::pubkey_count);
    const auto keys = static_cast<std::size_t>(*key_count);
    if (const Step counted = countOperation(keys); !counted) return counted;
    if (const Step enough = need(keys + 2); !enough) return enough;
    const auto signature_count = number(top(keys + 2));
    if (!signature_count) return fail(signature_count.error());
    if (*signature_count < 0 || *signature_count > *key_count) return fail(ScriptError::sig_count);
    const auto signatures = static_cast<std::size_t>(*signature_count);
    if (const Step enough = need(keys + signatures + 2); !enough) return enough;

    const std::span all(m_stack);
    const auto key_elements = all.subspan(m_stack.size() - 1 - keys, keys);
    const auto signature_elements = all.subspan(m_stack.size() - 2 - keys - signatures, signatures);
    const auto good = matchSignatures(signature_elements, key_elements);
    if (!good) return fail(good.error());
    const bool any_given = std::any_of(signature_elements.begin(), signature_elements.end(),
                                       [](const Bytes& signature) { return !signature.empty(); });
    if (!*good && has(verify_nullfail) && any_given) return fail(ScriptError::sig_nullfail);
    drop(keys + signatures + 2);
    if (const Step enough = need(1); !enough) return enough;
    if (has(verify_nulldummy) && !top(1).empty()) return fail(ScriptError::sig_nulldummy);
    drop(1);
    if (opcode == Opcode::op_checkmultisigverify)
        return *good ? Step{} : fail(ScriptError::checkmultisigverify);
    pushBool(*good);
    return {};
}

} // namespace duplex::bitcoin::script
