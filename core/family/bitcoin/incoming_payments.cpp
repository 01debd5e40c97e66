// Being paid: HTLCs in, fulfils and failures out, each stored in the turn that decides it.

#include "core/family/bitcoin/payment_parts.h"

#include "core/base/variant.h"

namespace duplex::family::bitcoin {

namespace {

ln::payment::ArrivedHtlc::Refusal refusalOf(ln::channel::HtlcAddedIrrevocably::MustFail must_fail) {
    using MustFail = ln::channel::HtlcAddedIrrevocably::MustFail;
    using Refusal = ln::payment::ArrivedHtlc::Refusal;
    switch (must_fail) {
    case MustFail::no:
        return Refusal::none;
    case MustFail::expiry_too_soon:
    case MustFail::expiry_too_far:
        return Refusal::expiry;
    case MustFail::dust_exposure:
        return Refusal::dust_exposure;
    case MustFail::funding_unconfirmed:
        return Refusal::funding_unconfirmed;
    }
    return Refusal::none;
}

} // namespace

ln::payment::IncomingEnvironment PaymentDriver::Parts::incomingEnvironment() const {
    return {.tip_height = shell.headerTip(), .now = io::calendarNow(), .ticks = io::now()};
}

void PaymentDriver::Parts::onArrived(const ln::ChannelId& channel,
                                     const ln::channel::HtlcAddedIrrevocably& htlc) {
    perform(incoming.onHtlc({.htlc = {channel, htlc.id},
                             .amount_msat = htlc.amount,
                             .payment_hash = htlc.payment_hash,
                             .cltv_expiry = htlc.cltv_expiry,
                             .onion = htlc.onion,
                             .in_blinded_path = htlc.path_key.has_value(),
                             .refusal = refusalOf(htlc.must_fail)},
                            node_key, incomingEnvironment()));
}

void PaymentDriver::Parts::onResolved(const ln::ChannelId& channel,
                                      const ln::channel::IncomingHtlcResolved& resolved) {
    const ln::payment::HtlcKey htlc{channel, resolved.id};
    if (resolved.fulfilled)
        incoming.onSettled(htlc);
    else
        incoming.onGone(htlc);
    storeChangedInvoices();
}

void PaymentDriver::Parts::perform(const ln::payment::IncomingActions& actions) {
    std::vector<ln::PaymentHash> paid;
    for (const ln::payment::IncomingAction& action : actions) {
        const auto* received = std::get_if<ln::payment::PaymentReceived>(&action);
        if (received == nullptr) continue;
        paid.push_back(received->payment_hash);
        InvoiceFacts& facts = invoice_facts[received->payment_hash];
        facts.paid = io::calendarNow();
        facts.pay_index = next(&PaymentIndexes::paid);
        storePreimage(received->payment_hash, incoming.find(received->payment_hash)->preimage);
    }
    // Threats 87: Claiming is in this turn's rows before the first fulfil is asked for.
    storeChangedInvoices();
    for (const ln::payment::IncomingAction& action : actions) perform(action);
    if (!paid.empty()) channels.preimageLearnt();
    for (const ln::PaymentHash& hash : paid) answerInvoiceWaiters(hash);
}

void PaymentDriver::Parts::perform(const ln::payment::IncomingAction& action) {
    std::visit(overloaded{
                   [this](const ln::payment::FulfillHtlc& fulfil) {
                       channels.fulfill(fulfil.htlc.channel_id, fulfil.htlc.id, fulfil.preimage);
                   },
                   [this](const ln::payment::FailHtlc& failed) {
                       channels.fail(failed.htlc.channel_id, failed.htlc.id, failed.reason);
                   },
                   [this](const ln::payment::FailMalformedHtlc& failed) {
                       channels.failMalformed(failed.htlc.channel_id, failed.htlc.id, failed.sha256_of_onion,
                                              failed.failure_code);
                   },
                   [this](const ln::payment::PaymentReceived& received) {
                       notify(received.payment_hash, "received", received.amount);
                   },
               },
               action);
}

} // namespace duplex::family::bitcoin
