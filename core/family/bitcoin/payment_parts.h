#pragma once

#include "core/family/bitcoin/payment_driver.h"
#include "core/family/bitcoin/payment_rows.h"
#include "core/io/entropy.h"
#include "core/io/timers.h"

#include <deque>

namespace duplex::family::bitcoin {

/// The inside of the driver. Every call from outside is a job of one queue, which the outermost call empties
/// before it returns: what a channel answers while a job runs waits for the job's end, and everything is
/// still in the same turn. One idea a source file: payment_driver.cpp (rows, queue, hooks),
/// outgoing_payments.cpp, incoming_payments.cpp, invoices.cpp, payment_views.cpp.
struct PaymentDriver::Parts {
    using Job = std::function<void()>;
    void work(Job job);

    // Rows.
    std::expected<void, std::string> load();
    void store(const ln::payment::OutgoingPayment& payment);
    /// Every invoice that the machine changed.
    void storeChangedInvoices();
    void storePreimage(const ln::PaymentHash& hash, const ln::Preimage& preimage);
    std::uint64_t next(std::uint64_t PaymentIndexes::* index);

    // Answers and notifications are effects of the turn.
    void answer(const Answered& answered, api::Reply reply) const;
    void fail(const Answered& answered, int code, std::string message) const;
    void notify(const ln::PaymentHash& hash, std::string state, ln::MilliSatoshi amount) const;

    // Payments out.
    struct Payer {
        ln::PaymentHash hash;
        Answered answered;
        Ticks until{}; // retry_for
    };
    void pay(const api::Pay& request, const Answered& answered);
    void plan(const ln::payment::PaymentRequest& request, const api::Pay& asked,
              const ln::invoice::Invoice& invoice, const Answered& answered);
    /// Waits for a payment that exists, or answers with what became of it.
    void join(const ln::PaymentHash& hash, const api::Pay& request, const Answered& answered);
    ln::payment::PaymentEnvironment environment();
    /// Stores what a step changed, then does what it asks for.
    void perform(ln::payment::OutgoingPayment& payment, const ln::payment::PaymentActions& actions);
    void send(const ln::payment::SendPart& part);
    void onFulfilled(const ln::channel::HtlcOrigin& origin, const ln::Preimage& preimage);
    void onFailed(const ln::channel::HtlcOrigin& origin, const ln::channel::HtlcFailed& failed);
    void onRefused(const ln::payment::PaymentId& id, std::uint32_t part);
    /// Looks for a way, where a channel can send or the time is over.
    void proceedWaiting();
    bool isWorthWaiting() const;
    void resumeOutgoing();
    void payersTick();
    void answerPayers(const ln::payment::OutgoingPayment& payment);
    void answerWith(const ln::payment::OutgoingPayment& payment, const Answered& answered) const;

    // Payments in.
    struct InvoiceWaiter {
        ln::PaymentHash hash;
        Answered answered;
    };
    ln::payment::IncomingEnvironment incomingEnvironment() const;
    void onArrived(const ln::ChannelId& channel, const ln::channel::HtlcAddedIrrevocably& htlc);
    void onResolved(const ln::ChannelId& channel, const ln::channel::IncomingHtlcResolved& resolved);
    void perform(const ln::payment::IncomingActions& actions);
    void perform(const ln::payment::IncomingAction& action);

    // Invoices.
    void invoice(const api::CreateInvoice& request, const Answered& answered);
    std::optional<api::Error> problemOf(const api::CreateInvoice& request) const;
    std::vector<ln::invoice::RouteHint> routeHints(std::optional<ln::MilliSatoshi> amount,
                                                   std::string& warning) const;
    bool isPreimageKnown(const ln::PaymentHash& hash) const;
    void waitInvoice(const api::WaitInvoice& request, const Answered& answered);
    void deleteInvoice(const api::DeleteInvoice& request, const Answered& answered);
    void answerInvoiceWaiters(const ln::PaymentHash& hash);

    // Views.
    api::PaymentInfo describe(const ln::payment::OutgoingPayment& payment, const PaymentFacts& facts) const;
    api::InvoiceInfo describe(const ln::payment::IncomingPayment& payment, const InvoiceFacts& facts) const;

    Shell& shell;
    ChannelDriver& channels;
    GossipDriver& gossip;
    crypto::PrivateKey node_key;
    ln::NodeId us;
    crypto::Secret<32> preimage_key;

    ln::payment::OutgoingPayments outgoing;
    std::map<ln::PaymentHash, PaymentFacts> payment_facts;
    std::set<ln::PaymentHash> running; // payments that are not final
    std::map<std::string, ln::PaymentHash> pay_requests;
    std::vector<Payer> payers;

    ln::payment::IncomingPayments incoming;
    std::map<ln::PaymentHash, InvoiceFacts> invoice_facts;
    std::map<std::string, ln::PaymentHash> labels;
    std::vector<InvoiceWaiter> invoice_waiters;
    std::set<ln::PaymentHash> known_preimages; // learnt, or shown to a payer

    PaymentIndexes indexes;
    std::deque<Job> jobs;
    bool is_working = false;
};

} // namespace duplex::family::bitcoin
