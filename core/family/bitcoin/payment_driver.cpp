// Rows, queue and hooks of the payments.

#include "core/family/bitcoin/payment_driver.h"

#include "core/family/bitcoin/notify.h"
#include "core/family/bitcoin/payment_parts.h"

namespace duplex::family::bitcoin {

namespace {

std::string damaged(std::string_view what) {
    return "A row of " + std::string(what) +
           " in the wallet's database is damaged. Nothing was changed. Restore the wallet's folder from a "
           "copy of the disk, not from an older copy of the wallet.";
}

} // namespace

PaymentDriver::PaymentDriver(Shell& shell, const ln::keys::LightningRoot& root, ChannelDriver& channels,
                             GossipDriver& gossip)
    : m_parts(std::make_unique<Parts>(Parts{.shell = shell,
                                            .channels = channels,
                                            .gossip = gossip,
                                            .node_key = root.nodeKey(),
                                            .us = crypto::publicKey(root.nodeKey()),
                                            .preimage_key = root.secretFor("payment preimage")})) {}
PaymentDriver::~PaymentDriver() = default;

std::expected<void, std::string> PaymentDriver::load() {
    return m_parts->load();
}

PaymentHooks PaymentDriver::hooks() {
    Parts* parts = m_parts.get();
    return {
        .arrived =
            [parts](const ln::ChannelId& channel, const ln::channel::HtlcAddedIrrevocably& htlc) {
                parts->work([=] { parts->onArrived(channel, htlc); });
            },
        .resolved =
            [parts](const ln::ChannelId& channel, const ln::channel::IncomingHtlcResolved& resolved) {
                parts->work([=] { parts->onResolved(channel, resolved); });
            },
        .fulfilled =
            [parts](const ln::channel::HtlcOrigin& origin, const ln::Preimage& preimage) {
                parts->work([=] { parts->onFulfilled(origin, preimage); });
            },
        .failed =
            [parts](const ln::channel::HtlcOrigin& origin, const ln::channel::HtlcFailed& failed) {
                parts->work([=] { parts->onFailed(origin, failed); });
            },
        .usable = [parts](const ln::ChannelId&) { parts->work([=] { parts->proceedWaiting(); }); },
        .releasable = [parts](const ln::ChannelId& channel,
                              std::uint64_t id) { return parts->incoming.preimageForChain({channel, id}); }};
}

void PaymentDriver::resume() {
    Parts* parts = m_parts.get();
    parts->work([=] {
        parts->resumeOutgoing();
        parts->perform(parts->incoming.claims());
    });
}

void PaymentDriver::tick() {
    Parts* parts = m_parts.get();
    parts->work([=] {
        parts->perform(parts->incoming.tick(parts->incomingEnvironment()));
        parts->proceedWaiting();
        parts->payersTick();
    });
}

void PaymentDriver::invoice(const api::CreateInvoice& request, Answered answered) {
    m_parts->work([parts = m_parts.get(), request, answered] { parts->invoice(request, answered); });
}
void PaymentDriver::waitInvoice(const api::WaitInvoice& request, Answered answered) {
    m_parts->work([parts = m_parts.get(), request, answered] { parts->waitInvoice(request, answered); });
}
void PaymentDriver::deleteInvoice(const api::DeleteInvoice& request, Answered answered) {
    m_parts->work([parts = m_parts.get(), request, answered] { parts->deleteInvoice(request, answered); });
}
void PaymentDriver::pay(const api::Pay& request, Answered answered) {
    m_parts->work([parts = m_parts.get(), request, answered] { parts->pay(request, answered); });
}

void PaymentDriver::Parts::work(Job job) {
    jobs.push_back(std::move(job));
    if (is_working) return;
    is_working = true;
    while (!jobs.empty()) {
        const Job next = std::move(jobs.front());
        jobs.pop_front();
        next();
    }
    is_working = false;
}

std::expected<void, std::string> PaymentDriver::Parts::load() {
    const store::Database& database = *shell.wallet.database;
    for (const store::Row& row : database.scan(store::Table::payments)) {
        auto stored = decodedPayment(row.value);
        if (!stored) return std::unexpected(damaged("payments"));
        const ln::PaymentHash hash = stored->payment.request().payment_hash;
        if (!stored->payment.isFinal()) running.insert(hash);
        payment_facts[hash] = std::move(stored->facts);
        outgoing.restore(std::move(stored->payment));
    }
    for (const store::Row& row : database.scan(store::Table::invoices)) {
        auto stored = decodedInvoice(row.value);
        if (!stored) return std::unexpected(damaged("invoices"));
        const ln::PaymentHash hash = stored->payment.payment_hash;
        labels[stored->facts.label] = hash;
        invoice_facts[hash] = std::move(stored->facts);
        incoming.restore(std::move(stored->payment), io::now());
    }
    for (const store::Row& row : database.scan(store::Table::preimages)) {
        const auto preimage = decodedPreimage(row.value);
        if (!preimage) return std::unexpected(damaged("preimages"));
        known_preimages.insert(ln::paymentHashOf(*preimage));
    }
    const Bytes prefix = payRequestKey({});
    for (const store::Row& row : database.scan(store::Table::requests, prefix)) {
        const auto hash = decodedPayRequest(row.value);
        if (!hash) return std::unexpected(damaged("requests"));
        pay_requests[textOf(ByteView(row.key).subspan(prefix.size()))] = *hash;
    }
    if (const auto row = database.read(store::Table::meta, viewOf(payment_indexes_key))) {
        const auto stored = decodedIndexes(*row);
        if (!stored) return std::unexpected(damaged("indexes"));
        indexes = *stored;
    }
    return {};
}

void PaymentDriver::Parts::store(const ln::payment::OutgoingPayment& payment) {
    const ln::PaymentHash hash = payment.request().payment_hash;
    if (payment.isFinal())
        running.erase(hash);
    else
        running.insert(hash);
    shell.rows().put(store::Table::payments, hash, encodedPayment(payment, payment_facts[hash]));
}

void PaymentDriver::Parts::storeChangedInvoices() {
    for (const ln::PaymentHash& hash : incoming.changed()) {
        const ln::payment::IncomingPayment* payment = incoming.find(hash);
        if (payment == nullptr) continue;
        shell.rows().put(store::Table::invoices, hash, encodedInvoice(*payment, invoice_facts[hash]));
        if (payment->state == ln::payment::IncomingState::expired) answerInvoiceWaiters(hash);
        shell.changed();
    }
}

void PaymentDriver::Parts::storePreimage(const ln::PaymentHash& hash, const ln::Preimage& preimage) {
    if (known_preimages.insert(hash).second)
        shell.rows().put(store::Table::preimages, hash, encodedPreimage(preimage));
}

std::uint64_t PaymentDriver::Parts::next(std::uint64_t PaymentIndexes::* index) {
    const std::uint64_t given = ++(indexes.*index);
    shell.rows().put(store::Table::meta, viewOf(payment_indexes_key), encodedIndexes(indexes));
    return given;
}

void PaymentDriver::Parts::answer(const Answered& answered, api::Reply reply) const {
    shell.turn().after([answered, reply = std::move(reply)] { answered(reply); });
}

void PaymentDriver::Parts::fail(const Answered& answered, int code, std::string message) const {
    shell.turn().after(
        [answered, error = api::Error{code, std::move(message)}] { answered(std::unexpected(error)); });
}

void PaymentDriver::Parts::notify(const ln::PaymentHash& hash, std::string state,
                                  ln::MilliSatoshi amount) const {
    tell(shell.turn(), shell.outlet,
         {.topic = api::Notification::Topic::payment,
          .id = hash.hex(),
          .state = std::move(state),
          .amount_msat = amount.value});
}

} // namespace duplex::family::bitcoin
