#include "ui/models/receive_model.h"

#include "ui/format/amount_format.h"

#include <algorithm>

#include <QUrl>
#include <QUuid>

namespace duplex::ui {

namespace {

// What the choices of the page mean: an hour, a day, a week.
constexpr int most_payments = 1000; // whose labels the list of addresses shows
constexpr std::int64_t expiry_seconds[] = {3600, 86'400, 604'800};
constexpr qsizetype most_purpose_bytes = 639; // an invoice's description has room for no more (BOLT 11)

} // namespace

ReceiveModel::ReceiveModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display), m_portfolio(portfolio),
      m_addresses({QStringLiteral("address"), QStringLiteral("label"), QStringLiteral("received"),
                   QStringLiteral("used"), QStringLiteral("badge"), QStringLiteral("full")}) {
    connect(&display, &Display::changed, this, &ReceiveModel::refresh);
    connect(&portfolio, &PortfolioModel::changed, this, &ReceiveModel::refresh);
    m_end.setSingleShot(true);
    connect(&m_end, &QTimer::timeout, this, &ReceiveModel::refresh);
    refresh();
}

// An address that was given to nobody yet is given once more: each start would leave one behind else, and a
// wallet that is restored looks only so far past the last used one.
void ReceiveModel::open() {
    if (m_busy) return;
    m_busy = true;
    m_asker.ask<api::AddressList>(
        api::ListAddresses{},
        [this](const api::AddressList& list) {
            if (m_address.isEmpty()) return useOrMake(list);
            m_busy = false;
            renew(list);
        },
        [this](const QString&) {
            m_busy = false;
            if (m_address.isEmpty()) make();
            refresh();
        });
    refresh();
}

// The payer after this one gets an address of his own, and an invoice that still holds.
void ReceiveModel::renew(const api::AddressList& list) {
    takeAddresses(list);
    writeFitness();
    if (!m_paid_text.isEmpty() || !m_ground_fits) {
        m_amount_text.clear();
        m_purpose.clear();
        m_paid_text.clear();
        m_edited = false;
        return useOrMake(list);
    }
    if ((expired() || m_invoice.isEmpty()) && !m_edited) askInvoice();
    refresh();
}

bool ReceiveModel::expired() const {
    return m_expires_at > 0 && m_display.now() >= m_expires_at;
}

void ReceiveModel::useOrMake(const api::AddressList& list) {
    const auto free =
        std::find_if(list.addresses.rbegin(), list.addresses.rend(), [this](const api::AddressInfo& info) {
            const bool unlabelled =
                std::ranges::all_of(info.labels, [](const std::string& label) { return label.empty(); });
            return !info.is_change && !info.used && info.received_sat == 0 && unlabelled &&
                   textOf(info.address) != m_address; // which somebody has
        });
    m_busy = false;
    if (free == list.addresses.rend()) return make();
    m_address = textOf(free->address);
    takeAddresses(list);
    askInvoice();
    refresh();
}

void ReceiveModel::forget() {
    m_busy = m_edited = m_paid = false;
    m_end.stop();
    m_expires_at = 0;
    m_known = {};
    m_proofs.clear();
    m_payment_hash.clear();
    for (QString* text :
         {&m_amount_text, &m_purpose, &m_address, &m_invoice, &m_problem, &m_refusal, &m_paid_text})
        text->clear();
    refresh();
    emit forgotten();
}

void ReceiveModel::setMode(int mode) {
    if (mode == m_mode) return;
    m_mode = mode;
    if (m_mode != 2 && m_invoice.isEmpty() && !m_busy) {
        if (m_address.isEmpty())
            make();
        else if (!m_edited)
            askInvoice();
    }
    refresh();
}

void ReceiveModel::setAmount(const QString& text) {
    m_amount_text = text;
    m_edited = true;
    refresh();
}

void ReceiveModel::setPurpose(const QString& text) {
    m_purpose = text;
    m_edited = true;
    refresh();
}

void ReceiveModel::setExpiry(int choice) {
    m_expiry = choice;
    m_edited = true;
    refresh();
}

void ReceiveModel::make() {
    if (!m_amount_error.isEmpty() || !m_purpose_error.isEmpty()) return;
    m_busy = true;
    m_edited = false;
    m_problem.clear();
    m_paid_text.clear();
    m_asker.ask<api::Text>(
        api::NewAddress{.label = m_purpose.toStdString()},
        [this](const api::Text& reply) {
            m_address = textOf(reply.text);
            m_busy = false;
            listAddresses();
            refresh();
        },
        [this](const QString& why) {
            m_problem = why;
            m_busy = false;
            refresh();
        });
    askInvoice();
    refresh();
}

void ReceiveModel::askInvoice() {
    m_asker.cancel(m_asked_invoice);
    m_invoice.clear();
    m_payment_hash.clear();
    m_refusal.clear();
    m_expires_at = 0;
    m_paid = false;
    if (m_portfolio.layer(2) == nullptr || m_mode == 2) return;
    api::CreateInvoice request;
    const std::int64_t sat = satFromInput(m_amount_text);
    if (sat > 0) request.amount_msat = sat * 1000;
    request.label = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    request.description = m_purpose.toStdString();
    request.expiry_s = expiry_seconds[std::clamp(m_expiry, 0, 2)];
    m_asked_invoice = m_asker.ask<api::InvoiceInfo>(
        request, [this](const api::InvoiceInfo& reply) { takeInvoice(reply); },
        [this](const QString& why) {
            m_refusal = why;
            const api::LayerView* upper = m_portfolio.layer(2);
            if (m_mode == 1 || (upper != nullptr && upper->receivable_sat > 0)) m_problem = why;
            refresh();
        });
}

void ReceiveModel::takeInvoice(const api::InvoiceInfo& invoice) {
    m_invoice = textOf(invoice.bolt11);
    m_payment_hash = invoice.payment_hash;
    m_expires_at = invoice.expires_at;
    if (const std::int64_t left = m_expires_at - m_display.now(); m_expires_at > 0)
        m_end.start(std::chrono::seconds(std::clamp<std::int64_t>(left, 0, expiry_seconds[2])));
    refresh();
}

void ReceiveModel::listAddresses() {
    m_asker.ask<api::AddressList>(api::ListAddresses{},
                                  [this](const api::AddressList& list) {
                                      takeAddresses(list);
                                      refresh();
                                  },
                                  {});
}

// That an address is the wallet's says nothing of the coins on it: those are known as their payment is.
void ReceiveModel::askProofs() {
    m_asker.ask<api::WalletTransactionList>(
        api::ListTransactions{.count = most_payments},
        [this](const api::WalletTransactionList& list) {
            m_proofs.clear();
            for (const api::WalletTransaction& payment : list.transactions)
                for (const api::TransactionDetail& detail : payment.details) {
                    if (detail.amount_sat <= 0) continue;
                    const auto [at, fresh] = m_proofs.try_emplace(detail.address, payment.verified);
                    if (!fresh) at->second = ledger::weaker(at->second, payment.verified);
                }
            refresh();
        },
        {});
}

void ReceiveModel::takeAddresses(const api::AddressList& list) {
    m_known = list;
    for (const api::AddressInfo& info : list.addresses)
        if (textOf(info.address) == m_address && info.received_sat > 0)
            m_paid_text =
                tr("%1 arrived on L1. Each block makes it safer.").arg(m_display.sat(info.received_sat));
    askProofs();
}

void ReceiveModel::writeAddresses() {
    std::vector<Row> rows;
    for (auto info = m_known.addresses.rbegin(); info != m_known.addresses.rend(); ++info) {
        if (info->is_change) continue;
        const QString full = textOf(info->address);
        const auto proof = m_proofs.find(info->address);
        rows.push_back(
            {full,
             {{QStringLiteral("address"), full.left(10) + QChar(u'\u2026') + full.right(8)},
              {QStringLiteral("label"), info->labels.empty() ? QString() : textOf(info->labels.front())},
              {QStringLiteral("received"),
               info->received_sat > 0 ? m_display.sat(info->received_sat) : QStringLiteral("–")},
              {QStringLiteral("used"), info->used},
              {QStringLiteral("badge"),
               proof == m_proofs.end() ? QVariant() : QVariant(badgeOf(proof->second))},
              {QStringLiteral("full"), full}}});
    }
    m_addresses.setRows(std::move(rows));
}

void ReceiveModel::take(const api::Notification& notification) {
    if (notification.topic == api::Notification::Topic::transaction) listAddresses();
    const bool mine = notification.topic == api::Notification::Topic::payment && !m_payment_hash.empty() &&
                      notification.id == m_payment_hash;
    if (!mine || notification.state != "received") return;
    m_paid = true;
    m_paid_text = tr("Paid: %1 arrived.").arg(m_display.msat(notification.amount_msat));
    refresh();
}

// The scheme and its parameter are the layers' names, as BIP 21 has them for this pair.
QString ReceiveModel::unified() const {
    const std::int64_t sat = satFromInput(m_amount_text);
    QStringList parameters;
    if (sat > 0)
        parameters << QStringLiteral("amount=%1.%2")
                          .arg(sat / 100'000'000)
                          .arg(sat % 100'000'000, 8, 10, QLatin1Char('0'));
    if (!m_purpose.isEmpty())
        parameters << QStringLiteral("message=") + QString::fromUtf8(QUrl::toPercentEncoding(m_purpose));
    // What cannot arrive is not offered, nor an invoice over another amount.
    if (m_mode == 0 && m_payable) parameters << m_display.nameOf(2).toLower() + QLatin1Char('=') + m_invoice;
    const QString query =
        parameters.isEmpty() ? QString() : QLatin1Char('?') + parameters.join(QLatin1Char('&'));
    return m_display.nameOf(1).toLower() + QLatin1Char(':') + m_address + query;
}

void ReceiveModel::writeFitness() {
    const std::int64_t sat = satFromInput(m_amount_text);
    const api::LayerView* upper = m_portfolio.layer(2);
    const std::int64_t room = upper == nullptr ? 0 : upper->receivable_sat;
    m_upper_fits = room > 0 && sat <= room && m_refusal.isEmpty();
    m_upper_fitness = room <= 0              ? tr("Cannot arrive yet: no channel can receive.")
                      : sat > room           ? tr("Too much: you can receive %1").arg(m_display.sat(room))
                      : !m_refusal.isEmpty() ? tr("No invoice was made: %1").arg(m_refusal)
                      : m_paid               ? tr("Paid")
                      : expired()            ? tr("Expired: make a new request")
                                             : tr("Fits: you can receive %1").arg(m_display.sat(room));
    const auto info =
        std::ranges::find(m_known.addresses, m_address.toStdString(), &api::AddressInfo::address);
    const bool listed = info != m_known.addresses.end();
    m_ground_fits = !listed || (!info->used && info->received_sat == 0);
    m_ground_fitness = !m_ground_fits ? tr("Used before: make a new request for the next payer")
                       : listed       ? tr("Never used before")
                                      : QString();
}

QString ReceiveModel::codeWords() const {
    if (m_mode == 2) return tr("Works with every wallet.");
    if (expired() && !m_edited) return tr("Expired: make a new request.");
    if (m_mode == 1) {
        if (m_upper_fits) return tr("Only for wallets that pay on L2.");
        return m_refusal.isEmpty() ? tr("No code: on L2 it could not arrive.")
                                   : tr("No code: no invoice was made.");
    }
    if (m_payable) return tr("One code, both layers. The payer's wallet picks.");
    if (!m_refusal.isEmpty()) return tr("Only L1 is in this code: no invoice was made.");
    return m_upper_fits ? tr("Only L1 is in this code.")
                        : tr("Only L1 is in this code: on L2 it could not arrive.");
}

void ReceiveModel::refresh() {
    m_ground_name = m_display.nameOf(1);
    m_upper_name = m_display.nameOf(2);
    m_modes = {tr("Either layer"), tr("%1 only").arg(m_upper_name), tr("%1 only").arg(m_ground_name)};
    m_amount_error = amountProblem(m_amount_text, tr("Write whole sat, or leave it empty."));
    m_purpose_error =
        m_purpose.toUtf8().size() > most_purpose_bytes ? tr("Too long for an invoice.") : QString();
    writeFitness();
    // What stands in the invoice was agreed to: one that was changed since is asked for with a new request
    // only.
    m_payable = m_upper_fits && !m_edited && !expired() && !m_paid && !m_invoice.isEmpty();
    m_code_words = codeWords();
    m_request = m_mode == 1           ? (m_upper_fits ? m_invoice : QString())
                : m_address.isEmpty() ? QString()
                                      : unified();
    writeAddresses();
    emit changed();
}

} // namespace duplex::ui
