#include "core/bitcoin/wire/frame.h"

#include "core/crypto/hash.h"

namespace duplex::bitcoin::wire {

namespace {

constexpr std::size_t command_size = 12;

ByteArray<4> checksumOf(ByteView payload) {
    return toArray<4>(crypto::sha256d(payload));
}

/// Printable letters, then only zeros.
std::optional<std::string> commandFrom(ByteView bytes) {
    const auto end = std::find(bytes.begin(), bytes.end(), 0);
    if (std::any_of(end, bytes.end(), [](std::uint8_t byte) { return byte != 0; })) return std::nullopt;
    if (std::any_of(bytes.begin(), end, [](std::uint8_t byte) { return byte < 0x20 || byte > 0x7e; }))
        return std::nullopt;
    return std::string(bytes.begin(), end);
}

} // namespace

Bytes encodeFrame(const Magic& magic, const Message& message) {
    const Bytes payload = encodePayload(message);
    ByteArray<command_size> command{};
    const std::string_view name = commandOf(message);
    std::copy(name.begin(), name.end(), command.begin());
    ByteWriter writer;
    writer.bytes(magic)
        .bytes(command)
        .u32le(static_cast<std::uint32_t>(payload.size()))
        .bytes(checksumOf(payload))
        .bytes(payload);
    return writer.take();
}

FrameParser::Received FrameParser::receive(ByteView bytes) {
    Received received;
    const auto take = [&bytes](Bytes& into, std::size_t wanted) {
        const ByteView part = bytes.first(std::min(bytes.size(), wanted));
        into.insert(into.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
    };
    while (!m_failed) {
        if (m_skip > 0) {
            const std::size_t part = std::min(m_skip, bytes.size());
            bytes = bytes.subspan(part);
            m_skip -= part;
            if (m_skip > 0) break;
        } else if (!m_in_payload) {
            take(m_header, frame_header_size - m_header.size());
            if (m_header.size() < frame_header_size) break;
            received.fault = openFrame();
        } else {
            take(m_payload, m_length - m_payload.size());
            if (m_payload.size() < m_length) break;
            received.fault = closeFrame(received.frames);
        }
        m_failed = received.fault.has_value();
    }
    return received;
}

std::optional<FrameFault> FrameParser::openFrame() {
    ByteReader reader(m_header);
    const Magic magic = reader.array<4>();
    const auto command = commandFrom(reader.view(command_size));
    const std::size_t length = reader.u32le();
    m_checksum = reader.array<4>();
    m_header.clear();
    if (magic != m_magic) return FrameFault::wrong_magic;
    if (!command) return FrameFault::bad_command;
    const auto limit = payloadLimit(*command);
    if (length > limit.value_or(longest_payload)) return FrameFault::over_limit;
    if (!limit) {
        m_skip = length;
        return std::nullopt;
    }
    m_command = *command;
    m_length = length;
    m_in_payload = true;
    return std::nullopt; // memory for the payload grows with what arrives, not with what was announced
}

std::optional<FrameFault> FrameParser::closeFrame(std::vector<Frame>& frames) {
    m_in_payload = false;
    if (checksumOf(m_payload) != m_checksum) return FrameFault::checksum_differs;
    frames.push_back({std::move(m_command), std::move(m_payload)});
    m_payload = {};
    return std::nullopt;
}

} // namespace duplex::bitcoin::wire
