#include "core/base/check.h"
#include "core/lightning/keys/channel_signer.h"
#include "core/lightning/onchain/claim.h"

using namespace duplex;
using namespace duplex::lightning;

namespace {

/// decode -> encode -> decode is identity for a form that a reader and a `write` share.
template <typename Read, typename Write>
void roundTrip(ByteView bytes, Read read, Write write) {
    ByteReader reader(bytes);
    const auto value = read(reader);
    if (!reader.ok()) return;
    ByteWriter writer;
    write(writer, value);
    ByteReader again(writer.view());
    check(read(again) == value && again.finished(), "a stored form survives its round trip");
}

} // namespace

/// First byte: which stored form; the rest: its bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes(data + 1, size - 1);
    switch (data[0] % 6) {
    case 0:
        if (const auto revoked = onchain::decodeRevokedCommitment(bytes))
            check(encoded(*revoked) == toBytes(bytes), "a revoked commitment has one form");
        break;
    case 1:
        if (const auto attempt = onchain::decodeClaimAttempt(bytes))
            check(encoded(*attempt) == toBytes(bytes), "a claim attempt has one form");
        break;
    case 2:
        roundTrip(bytes, commitment::readChannelParameters,
                  [](ByteWriter& w, const commitment::ChannelParameters& v) { commitment::write(w, v); });
        break;
    case 3:
        roundTrip(bytes, commitment::readCommitmentSpec,
                  [](ByteWriter& w, const commitment::CommitmentSpec& v) { commitment::write(w, v); });
        break;
    case 4:
        roundTrip(bytes, keys::ReceivedSecrets::read,
                  [](ByteWriter& w, const keys::ReceivedSecrets& v) { v.write(w); });
        break;
    case 5:
        roundTrip(bytes, keys::readSignerCounters,
                  [](ByteWriter& w, const keys::SignerCounters& v) { keys::write(w, v); });
        break;
    }
    return 0;
}
