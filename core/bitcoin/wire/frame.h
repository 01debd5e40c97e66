#pragma once

#include "core/bitcoin/wire/message_codec.h"

namespace duplex::bitcoin::wire {

using Magic = ByteArray<4>;
inline constexpr std::size_t frame_header_size = 24; // magic 4, command 12, length 4, checksum 4
inline constexpr std::size_t longest_payload = 4'000'000;

/// One message with its header (transport v1).
Bytes encodeFrame(const Magic& magic, const Message& message);

enum class FrameFault { wrong_magic, bad_command, over_limit, checksum_differs };

struct Frame {
    std::string command;
    Bytes payload;
};

/// Cuts received bytes into frames. Holds at most one frame, never larger than its command's limit; payloads
/// of unknown commands are counted and dropped. After a fault it stays silent: the connection has to end.
class FrameParser {
public:
    explicit FrameParser(const Magic& magic) : m_magic(magic) {}

    struct Received {
        std::vector<Frame> frames; // whole frames, those before a fault too
        std::optional<FrameFault> fault;
    };
    Received receive(ByteView bytes);

    /// Bytes held of an unfinished frame.
    std::size_t held() const { return m_header.size() + m_payload.size(); }

private:
    std::optional<FrameFault> openFrame();
    std::optional<FrameFault> closeFrame(std::vector<Frame>& frames);

    Magic m_magic;
    Bytes m_header;
    std::string m_command;
    std::size_t m_length = 0;
    std::size_t m_skip = 0; // bytes of an unknown message still to drop
    ByteArray<4> m_checksum{};
    Bytes m_payload;
    bool m_in_payload = false;
    bool m_failed = false;
};

} // namespace duplex::bitcoin::wire
