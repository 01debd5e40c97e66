#pragma once

#include "core/family/bitcoin/channel_recovery.h"
#include "core/family/bitcoin/payment_driver.h"

namespace duplex::family::bitcoin {

/// The second floor of one open wallet: exists from its opening on, has keys from the first unlock on.
struct Lightning {
    explicit Lightning(Shell shell);
    ~Lightning();

    Shell shell;
    ChannelDriver channels;
    ChannelRecovery lost;
    // From the first unlock to exit.
    std::optional<ln::NodeId> node_id;
    std::unique_ptr<PeerDriver> peers;
    std::unique_ptr<GossipDriver> gossip;
    std::unique_ptr<PaymentDriver> payments;

    bool isUp() const { return payments != nullptr; }
    /// Why nobody can connect to us although the options say so; empty when all is well. Tried again by
    /// tick().
    std::string listen_problem;

    /// The first unlock; or what is wrong.
    std::expected<void, std::string> begin(ByteView bip39_seed);
    void tick();

private:
    void listen();

    std::optional<Ticks> m_listen_again;
};

} // namespace duplex::family::bitcoin
