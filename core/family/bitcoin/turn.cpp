#include "core/family/bitcoin/turn.h"

#include "core/base/check.h"

namespace duplex::family::bitcoin {

void release(const store::Receipt&, const store::Receipt&, std::vector<Effect>&& effects) {
    for (const Effect& effect : effects) effect();
}

void TurnKeeper::end() {
    if (m_ending) return; // an effect asked: the loop below goes on
    m_ending = true;
    while (!m_frozen && !m_turn.empty()) endOne();
    if (m_frozen) m_turn = Turn{}; // never committed, never released
    m_ending = false;
}

void TurnKeeper::endOne() {
    Turn turn = std::move(m_turn);
    m_turn = Turn{};
    const auto freeze = [this](const store::WriteError& error) {
        m_frozen = true;
        m_on_frozen(error);
    };
    const auto chain = m_chain->commit(turn.m_chain);
    if (!chain) return freeze(chain.error());
    check(m_wallet != nullptr || turn.m_wallet.empty(), "wallet rows change only while a wallet is open");
    const auto wallet = m_wallet != nullptr ? m_wallet->commit(turn.m_wallet) : chain;
    if (!wallet) return freeze(wallet.error());
    release(*chain, *wallet, std::move(turn.m_effects));
}

} // namespace duplex::family::bitcoin
