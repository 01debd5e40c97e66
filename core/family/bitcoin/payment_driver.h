#pragma once

#include "core/family/bitcoin/channel_driver.h"
#include "core/family/bitcoin/gossip_driver.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/lightning/payment/incoming_payment.h"
#include "core/lightning/payment/outgoing_payment.h"

namespace duplex::family::bitcoin {

/// Paying and being paid: the payment machines with their rows, between the requests and the channels.
/// Everything that a turn changes in a payment is stored in that turn's commit, together with the channels
/// that it moved.
class PaymentDriver {
public:
    PaymentDriver(Shell& shell, const ln::keys::LightningRoot& root, ChannelDriver& channels,
                  GossipDriver& gossip);
    ~PaymentDriver();

    /// Every row; or what is damaged. Before ChannelDriver::begin, whose hooks come here.
    std::expected<void, std::string> load();
    PaymentHooks hooks();
    /// After ChannelDriver::begin: parts that no channel knows were never sent (house.md, story 2); claims go
    /// out again; payments that were routing go on.
    void resume();
    void tick();

    // Requests; each answers once.
    void invoice(const api::CreateInvoice& request, Answered answered);
    void waitInvoice(const api::WaitInvoice& request, Answered answered);
    void deleteInvoice(const api::DeleteInvoice& request, Answered answered);
    void pay(const api::Pay& request, Answered answered);
    api::InvoiceList invoices(const api::ListInvoices& request) const;
    api::PaymentList payments(const api::ListPays& request) const;

    /// Both directions, for the history.
    std::vector<ledger::Activity> activity() const;

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace duplex::family::bitcoin
