#include "core/rpc/transaction_json.h"

#include "core/bitcoin/keys/descriptor.h"
#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/script.h"

#include <cmath>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

using bitcoin::ScriptKind;

/// Strict DER with a sighash byte (BIP 66).
bool isSignature(ByteView bytes) {
    if (bytes.size() < 9 || bytes.size() > 73 || bytes[0] != 0x30 || bytes[1] != bytes.size() - 3)
        return false;
    const std::size_t r = bytes[3];
    if (5 + r >= bytes.size()) return false;
    const std::size_t s = bytes[5 + r];
    if (r + s + 7 != bytes.size()) return false;
    const auto isPositive = [&](std::size_t at, std::size_t length) {
        return bytes[at - 2] == 0x02 && length > 0 && (bytes[at] & 0x80U) == 0 &&
               !(length > 1 && bytes[at] == 0 && (bytes[at + 1] & 0x80U) == 0);
    };
    return isPositive(4, r) && isPositive(6 + r, s);
}

std::string_view sighashName(std::uint8_t flags) {
    switch (flags) {
    case 0x01:
        return "[ALL]";
    case 0x02:
        return "[NONE]";
    case 0x03:
        return "[SINGLE]";
    case 0x81:
        return "[ALL|ANYONECANPAY]";
    case 0x82:
        return "[NONE|ANYONECANPAY]";
    case 0x83:
        return "[SINGLE|ANYONECANPAY]";
    default:
        return {}; // no defined type
    }
}

std::string pushed(const Bytes& data, Signatures signatures) {
    if (data.size() <= 4) {
        // Core shows what could be a number as one, minimal or not.
        std::int64_t value = 0;
        for (std::size_t i = 0; i < data.size(); ++i) value |= std::int64_t{data[i]} << (8 * i);
        if (!data.empty() && (data.back() & 0x80U) != 0)
            value = -(value & ~(std::int64_t{0x80} << (8 * (data.size() - 1))));
        return std::to_string(value);
    }
    if (signatures == Signatures::decoded && isSignature(data))
        if (const std::string_view name = sighashName(data.back()); !name.empty())
            return toHex(ByteView(data).first(data.size() - 1)) + std::string(name);
    return toHex(data);
}

std::string withoutChecksum(ByteView script, const bitcoin::NetworkParameters& network) {
    const ScriptKind kind = bitcoin::kindOf(script);
    if (kind == ScriptKind::public_key) {
        const auto operations = bitcoin::operationsOf(script);
        if (operations && !operations->empty()) return "pk(" + toHex(operations->front().data) + ")";
    }
    if (kind == ScriptKind::multisig)
        if (const auto text = bareMultisig(script)) return *text;
    if (kind == ScriptKind::taproot) return "rawtr(" + toHex(script.subspan(2)) + ")";
    if (const auto address = bitcoin::addressOf(script, network)) return "addr(" + *address + ")";
    return "raw(" + toHex(script) + ")";
}

std::string withChecksum(const std::string& descriptor) {
    const auto checksum = bitcoin::keys::descriptorChecksum(descriptor);
    return checksum ? descriptor + "#" + *checksum : descriptor;
}

Json inputJson(const bitcoin::TxIn& input, bool coinbase) {
    Json json = Json::object();
    if (coinbase) {
        json.set("coinbase", toHex(input.script_sig));
    } else {
        json.set("txid", input.previous.txid.reversedHex());
        json.set("vout", input.previous.index);
        json.set("scriptSig", Json::object()
                                  .set("asm", scriptAsm(input.script_sig, Signatures::decoded))
                                  .set("hex", toHex(input.script_sig)));
    }
    if (!input.witness.empty()) {
        Json witness = Json::array();
        for (const Bytes& item : input.witness) witness.push(toHex(item));
        json.set("txinwitness", std::move(witness));
    }
    return json.set("sequence", input.sequence);
}

} // namespace

std::optional<std::string> bareMultisig(ByteView script) {
    const auto operations = bitcoin::operationsOf(script);
    if (!operations || operations->size() < 4) return std::nullopt;
    const int needed = operations->front().opcode - 0x50;
    std::string text = fmt::format("multi({}", needed);
    for (std::size_t i = 1; i + 2 < operations->size(); ++i) text += "," + toHex((*operations)[i].data);
    return text + ")";
}

std::string scriptAsm(ByteView script, Signatures signatures) {
    std::string text;
    const auto append = [&](const std::string& word) {
        if (!text.empty()) text += ' ';
        text += word;
    };
    // Operation by operation, since what stands before a broken push is shown too.
    std::size_t at = 0;
    while (at < script.size()) {
        const std::uint8_t opcode = script[at];
        std::size_t length = 0;
        std::size_t head = 1;
        if (opcode <= 0x4b) length = opcode;
        for (std::size_t width = 1, code = 0x4c; code <= 0x4e; ++code, width *= 2) {
            if (opcode != code) continue;
            head += width;
            if (script.size() - at < head) break;
            for (std::size_t i = 0; i < width; ++i) length |= std::size_t{script[at + 1 + i]} << (8 * i);
        }
        if (script.size() - at < head || script.size() - at - head < length) {
            append("[error]");
            break;
        }
        if (opcode <= 0x4e)
            append(pushed(toBytes(script.subspan(at + head, length)), signatures));
        else {
            const std::string name = bitcoin::nameOf(opcode);
            append(name);
        }
        at += head + length;
    }
    return text;
}

std::string inferredDescriptor(ByteView script, const bitcoin::NetworkParameters& network) {
    return withChecksum(withoutChecksum(script, network));
}

Json scriptJson(ByteView script, const bitcoin::NetworkParameters& network,
                const std::optional<std::string>& descriptor) {
    Json json = Json::object();
    json.set("asm", scriptAsm(script, Signatures::plain));
    json.set("desc", descriptor ? withChecksum(*descriptor) : inferredDescriptor(script, network));
    json.set("hex", toHex(script));
    // Core gives a bare public key's script no address, though its hash would have one.
    if (bitcoin::kindOf(script) != ScriptKind::public_key)
        json.setIf("address", bitcoin::addressOf(script, network));
    return json.set("type", bitcoin::coreNameOf(bitcoin::kindOf(script)));
}

Json transactionJson(const bitcoin::Transaction& transaction, const bitcoin::NetworkParameters& network) {
    Json json = Json::object();
    json.set("txid", transaction.txid().reversedHex());
    json.set("hash", transaction.wtxid().reversedHex());
    json.set("version", static_cast<std::uint32_t>(transaction.version));
    json.set("size", static_cast<std::int64_t>(bitcoin::serializedSize(transaction)));
    json.set("vsize", transaction.weight().virtualSize());
    json.set("weight", transaction.weight().value);
    json.set("locktime", transaction.locktime);
    Json inputs = Json::array();
    for (const bitcoin::TxIn& input : transaction.inputs)
        inputs.push(inputJson(input, transaction.isCoinbase()));
    json.set("vin", std::move(inputs));
    Json outputs = Json::array();
    for (std::size_t i = 0; i < transaction.outputs.size(); ++i) {
        const bitcoin::TxOut& output = transaction.outputs[i];
        outputs.push(Json::object()
                         .set("value", Json::btc(output.value.value))
                         .set("n", static_cast<std::int64_t>(i))
                         .set("scriptPubKey", scriptJson(output.script_pubkey, network)));
    }
    return json.set("vout", std::move(outputs));
}

double difficultyOf(std::uint32_t bits) {
    const int exponent = static_cast<int>(bits >> 24U);
    const double mantissa = bits & 0x00ffffffU;
    return mantissa == 0 ? 0 : std::ldexp(static_cast<double>(0x0000ffff) / mantissa, 8 * (29 - exponent));
}

std::string targetHex(std::uint32_t bits) {
    ByteArray<32> target{}; // big-endian
    const int exponent = static_cast<int>(bits >> 24U);
    for (int i = 0; i < 3; ++i) {
        const int place = exponent - 1 - i; // power of 256 of this byte
        if (place >= 0 && place < 32)
            target[static_cast<std::size_t>(31 - place)] = static_cast<std::uint8_t>(bits >> (16 - 8 * i));
    }
    return toHex(target);
}

} // namespace duplex::rpc
