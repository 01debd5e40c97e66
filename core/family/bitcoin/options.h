#pragma once

#include "core/bitcoin/primitives/network.h"
#include "core/crypto/sealed_box.h"
#include "core/io/endpoint.h"
#include "core/io/system_keyring.h"

#include <optional>
#include <string>
#include <vector>

namespace duplex::family::bitcoin {

/// What the command line and the configuration file decide about this family.
struct Options {
    duplex::bitcoin::Network network = duplex::bitcoin::Network::main;
    std::string data_directory;          // of this network, exists with mode 0700
    std::vector<io::Endpoint> connect;   // only these Bitcoin peers, when not empty
    std::vector<io::Endpoint> add_nodes; // these too
    std::optional<io::Endpoint> proxy;   // SOCKS5
    std::optional<io::Endpoint> lightning_listen;
    bool mainnet_lightning = false;   // the user's explicit opt-in (lightning.md 12, gate)
    std::string wallet;               // opened at start when it exists; empty: the only one there is
    crypto::KeyStretching stretching; // tests through the library pass a smaller cost
    std::optional<io::Keyring> keyring = io::Keyring{}; // none: keys are kept in 0600 files
    Ticks keyring_retry = 30s;                          // when there was none
    Ticks keyring_patience = 20s;                       // until a request says that it does not answer
};

} // namespace duplex::family::bitcoin
