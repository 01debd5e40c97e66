#pragma once

#include "core/family/bitcoin/bitcoin_family.h"
#include "core/family/bitcoin/light_client_driver.h"
#include "core/family/bitcoin/wallet_files.h"
#include "core/lightning/primitives/channel_id.h"

namespace duplex::family::bitcoin {

namespace ln = duplex::lightning;

/// What the drivers of one open wallet share. Everything behind the references outlives every driver.
struct Shell {
    const Options& options;
    const duplex::bitcoin::NetworkParameters& network;
    TurnKeeper& turns;
    LightClientDriver& client;
    OpenWallet& wallet;
    const Outlet& outlet;
    std::function<void()> changed; // snapshots are published anew, once a turn
    std::function<void(const wallet::WalletChange&)>
        keep;                     // rows of a step of the wallet; watches what it added
    std::function<void()> backup; // the static channel backup is written anew, after this turn's commit

    Turn& turn() const { return turns.current(); }
    store::Changes& rows() const { return turns.current().wallet(); }
    std::uint32_t headerTip() const { return client.sync().chain().height(); }
    /// Every block up to here was searched for this wallet and its channels.
    std::uint32_t verifiedHeight() const {
        return std::min(headerTip(), wallet.facts.scan.completeTo().value);
    }
};

} // namespace duplex::family::bitcoin
