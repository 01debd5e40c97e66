// Requests about payments, invoices and the public graph: to the drivers of the open wallet.

#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

bool BitcoinFamily::Parts::needLightning(const Answered& answered) const {
    if (!needWallet(answered)) return false;
    if (m_lightning && m_lightning->isUp()) return true;
    if (!m_lightning_fault.empty())
        fail(answered, -1, "Lightning is not running: " + m_lightning_fault);
    else
        fail(answered, -13, "Unlock the wallet first: Lightning starts with the first unlock.");
    return false;
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
