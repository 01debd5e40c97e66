#include "core/base/byte_writer.h"
#include "core/base/check.h"
#include "core/crypto/sealed_box.h"
#include "core/family/bitcoin/wallet_backup.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr std::string_view wallet_magic = "DPXBACKUP";
constexpr std::string_view channels_magic = "DPXSCB";
const crypto::Secret<32> key(ByteArray<32>{7});
const ByteArray<24> nonce{1};

/// `sealed_alike`: under our nonce, so that writing it again gives the same bytes.
void openWallet(ByteView file, bool sealed_alike) {
    const auto head = walletBackupHead(file);
    const auto backup = decodedWalletBackup(key, file);
    if (!backup) return;
    check(head && head->seed_file == backup->seed_file && head->key == backup->key,
          "the part that needs no key is the same");
    const Bytes again = encodedWalletBackup(key, *backup, nonce);
    check(decodedWalletBackup(key, again) == backup, "a backup survives its round trip");
    if (sealed_alike) check(again == toBytes(file), "a backup has one form");
}

void openChannels(ByteView file, bool sealed_alike) {
    const auto backup = openBackup(key, file);
    if (!backup) return;
    for (const BackedUpChannel& channel : backup->channels)
        check(duplex::bitcoin::inMoneyRange(channel.capacity), "a capacity is money");
    const Bytes again = sealBackup(key, *backup, nonce);
    check(openBackup(key, again) == backup, "a channel backup survives its round trip");
    if (sealed_alike) check(again == toBytes(file), "a channel backup has one form");
}

Bytes withChecksum(const Bytes& body) {
    return concat({body, ByteView(crypto::sha256d(body)).first(4)});
}

} // namespace

/// The input as either file as it stands; with the checksum put right; and as what the seal of each holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    openWallet(input, false);
    openWallet(withChecksum(concat({viewOf(wallet_magic), Bytes{1}, input})), false);
    ByteWriter wallet;
    wallet.bytes(viewOf(wallet_magic)).u8(1).compactBytes(Bytes(3)).u8(0);
    wallet.compactBytes(crypto::sealWithKey(key, nonce, viewOf(wallet_magic), input));
    openWallet(withChecksum(wallet.take()), true);

    openChannels(input, false);
    const Bytes head = concat({viewOf(channels_magic), Bytes{1}});
    openChannels(concat({head, crypto::sealWithKey(key, nonce, head, input)}), true);
    return 0;
}
