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

} // namespace

ReceiveModel::ReceiveModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display), m_portfolio(portfolio),
      m_addresses({QStringLiteral("address"), QStringLiteral("label"), QStringLiteral("received"),
                   QStringLiteral("used"), QStringLiteral("badge"), QStringLiteral("full")}) {
    connect(&display, &Display::changed, this, &ReceiveModel::refresh);
    connect(&portfolio, &PortfolioModel::changed, this, &ReceiveModel::refresh);
    refresh();
}

// An address that was given to nobody yet is given once more: each start would leave one behind else, and a
// wallet that is restored looks only so far past the last used one.
void ReceiveModel::open() {
    if (!m_address.isEmpty() || m_busy) return listAddresses();
    m_busy = true;
    m_asker.ask<api::AddressList>(
        api::ListAddresses{}, [this](const api::AddressList& list) { useOrMake(list); },
        [this](const QString&) { make(); });
    refresh();
}

void ReceiveModel::useOrMake(const api::AddressList& list) {
    const auto free =
        std::find_if(list.addresses.rbegin(), list.addresses.rend(), [](const api::AddressInfo& info) {
            const bool unlabelled =
                std::ranges::all_of(info.labels, [](const std::string& label) { return label.empty(); });
            return !info.is_change && !info.used && info.received_sat == 0 && unlabelled;
        });
    m_busy = false;
    if (free == list.addresses.rend()) return make();
    m_address = textOf(free->address);
    takeAddresses(list);
    askInvoice();
    refresh();
}

void ReceiveModel::setMode(int mode) {
    if (mode == m_mode) return;
    m_mode = mode;
    if (m_mode != 2 && m_invoice.isEmpty() && !m_busy) make();
    refresh();
}

void ReceiveModel::setAmount(const QString& text) {
    m_amount_text = text;
    m_outdated = true;
    refresh();
}

void ReceiveModel::setPurpose(const QString& text) {
    m_purpose = text;
    m_outdated = true;
    refresh();
}

void ReceiveModel::setExpiry(int choice) {
    m_expiry = choice;
    m_outdated = true;
    refresh();
}

void ReceiveModel::make() {
    if (!m_amount_error.isEmpty()) return;
    m_busy = true;
    m_outdated = false;
    m_problem.clear();
    m_paid_text.clear();
    m_invoice.clear();
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
    if (m_portfolio.layer(2) == nullptr || m_mode == 2) return;
    api::CreateInvoice request;
    const std::int64_t sat = satFromInput(m_amount_text);
    if (sat > 0) request.amount_msat = sat * 1000;
    request.label = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    request.description = m_purpose.toStdString();
    request.expiry_s = expiry_seconds[std::clamp(m_expiry, 0, 2)];
    m_asker.ask<api::InvoiceInfo>(
        request, [this](const api::InvoiceInfo& reply) { takeInvoice(reply); },
        [this](const QString& why) {
            if (m_mode == 1) m_problem = why;
            refresh();
        });
}

void ReceiveModel::takeInvoice(const api::InvoiceInfo& invoice) {
    m_invoice = textOf(invoice.bolt11);
    m_payment_hash = invoice.payment_hash;
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
    if (!mine ||
        (notification.state != "settled" && notification.state != "paid" && notification.state != "complete"))
        return;
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
    if (m_mode == 0 && !m_invoice.isEmpty() && m_upper_fits && !m_outdated)
        parameters << m_display.nameOf(2).toLower() + QLatin1Char('=') + m_invoice;
    const QString query =
        parameters.isEmpty() ? QString() : QLatin1Char('?') + parameters.join(QLatin1Char('&'));
    return m_display.nameOf(1).toLower() + QLatin1Char(':') + m_address + query;
}

void ReceiveModel::refresh() {
    m_ground_name = m_display.nameOf(1);
    m_upper_name = m_display.nameOf(2);
    m_modes = {tr("Either layer"), tr("%1 only").arg(m_upper_name), tr("%1 only").arg(m_ground_name)};
    const std::int64_t sat = satFromInput(m_amount_text);
    m_amount_error = amountProblem(m_amount_text, tr("Write whole sat, or leave it empty."));
    const api::LayerView* upper = m_portfolio.layer(2);
    const std::int64_t room = upper == nullptr ? 0 : upper->receivable_sat;
    m_upper_fits = room > 0 && sat <= room;
    m_upper_fitness = room <= 0      ? tr("Cannot arrive yet: no channel can receive.")
                      : m_upper_fits ? tr("Fits: you can receive %1").arg(m_display.sat(room))
                                     : tr("Too much: you can receive %1").arg(m_display.sat(room));
    m_code_words = m_mode == 1 && !m_upper_fits ? tr("No code: on L2 it could not arrive.")
                   : m_mode == 1                ? tr("Only for wallets that pay on L2.")
                   : m_mode == 2                ? tr("Works with every wallet.")
                   : m_upper_fits               ? tr("One code, both layers. The payer's wallet picks.")
                                                : tr("Only L1 is in this code: on L2 it could not arrive.");
    m_request = m_mode == 1           ? (m_upper_fits ? m_invoice : QString())
                : m_address.isEmpty() ? QString()
                                      : unified();
    // The amount stands in the invoice: one that was changed since is asked for with a new request only.
    m_payable = m_upper_fits && !m_outdated && !m_invoice.isEmpty();
    writeAddresses();
    emit changed();
}

} // namespace duplex::ui
