// Requests about payments, invoices and the public graph: to the drivers of the open wallet.

#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

/// With a wallet open: why Lightning is not up, or nothing when it is.
std::optional<api::Error> BitcoinFamily::Parts::lightningProblem() const {
    if (m_lightning && m_lightning->isUp()) return std::nullopt;
    if (!m_lightning_fault.empty()) return api::Error{-1, "Lightning is not running: " + m_lightning_fault};
    return api::Error{-13, "Unlock the wallet first: Lightning starts with the first unlock."};
}

bool BitcoinFamily::Parts::needLightning(const Answered& answered) const {
    if (!needWallet(answered)) return false;
    const auto problem = lightningProblem();
    if (problem) fail(answered, problem->code, problem->message);
    return !problem;
}

void BitcoinFamily::Parts::on(const api::CreateInvoice& request, Answered answered) {
    if (needLightning(answered)) m_lightning->payments->invoice(request, std::move(answered));
}

void BitcoinFamily::Parts::on(const api::ListInvoices& request, Answered answered) {
    if (needLightning(answered)) answer(answered, m_lightning->payments->invoices(request));
}

void BitcoinFamily::Parts::on(const api::WaitInvoice& request, Answered answered) {
    if (needLightning(answered)) m_lightning->payments->waitInvoice(request, std::move(answered));
}

void BitcoinFamily::Parts::on(const api::DeleteInvoice& request, Answered answered) {
    if (needLightning(answered)) m_lightning->payments->deleteInvoice(request, std::move(answered));
}

void BitcoinFamily::Parts::on(const api::Pay& request, Answered answered) {
    // Looking for a way needs no key; spending needs the wallet unlocked now.
    if (!needLightning(answered) || (!request.plan_only && !needMaster(answered))) return;
    m_lightning->payments->pay(request, std::move(answered));
}

void BitcoinFamily::Parts::on(const api::ListPays& request, Answered answered) {
    if (needLightning(answered)) answer(answered, m_lightning->payments->payments(request));
}

void BitcoinFamily::Parts::on(const api::ListNodes& request, Answered answered) {
    if (needLightning(answered)) answer(answered, m_lightning->gossip->nodes(request));
}

void BitcoinFamily::Parts::on(const api::ListChannels& request, Answered answered) {
    if (needLightning(answered)) answer(answered, m_lightning->gossip->channels(request));
}

} // namespace duplex::family::bitcoin
