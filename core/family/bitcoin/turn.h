#pragma once

#include "core/store/database.h"

#include <functional>
#include <vector>

namespace duplex::family::bitcoin {

/// What the outside may see of a turn: bytes on a socket, a transaction announced, an answer, a snapshot.
using Effect = std::function<void()>;

/// One turn of the event loop: what it changes on disk and what it lets out afterwards. Machines run at once;
/// their effects wait here, in the order in which they arose (R12), until the changes are committed (R1).
class Turn {
public:
    store::Changes& chain() { return m_chain; }
    store::Changes& wallet() { return m_wallet; }
    void after(Effect effect) { m_effects.push_back(std::move(effect)); }
    bool empty() const { return m_chain.empty() && m_wallet.empty() && m_effects.empty(); }

private:
    friend class TurnKeeper;
    store::Changes m_chain;
    store::Changes m_wallet;
    std::vector<Effect> m_effects;
};

/// Runs the effects of a turn whose changes both databases hold. Nothing else runs an Effect.
void release(const store::Receipt& chain, const store::Receipt& wallet, std::vector<Effect>&& effects);

/// Collects a turn and ends it: commits the chain's changes, then the wallet's, then releases. When a commit
/// fails nothing is released, now or later: `frozen` becomes true and the reason is told once (threats 114).
class TurnKeeper {
public:
    using FrozenHandler = std::function<void(const store::WriteError&)>;

    TurnKeeper(store::Database& chain, FrozenHandler frozen)
        : m_chain(&chain), m_on_frozen(std::move(frozen)) {}
    /// The wallet's database, or none while no wallet is open: then a turn may not change it.
    void setWallet(store::Database* wallet) { m_wallet = wallet; }
    Turn& current() { return m_turn; }
    /// Ends the turn. Effects that themselves add to a turn are part of the next one, ended here too.
    void end();
    bool frozen() const { return m_frozen; }
    /// For another reason than a failed commit: nothing is committed or released from now on.
    void freeze() { m_frozen = true; }

private:
    void endOne();

    store::Database* m_chain;
    store::Database* m_wallet = nullptr;
    FrozenHandler m_on_frozen;
    Turn m_turn;
    bool m_frozen = false;
    bool m_ending = false;
};

} // namespace duplex::family::bitcoin
