#pragma once

#include "ui/models/asker.h"
#include "ui/models/portfolio_model.h"
#include "ui/models/row_list_model.h"

#include <QTimer>

#include <map>

namespace duplex::ui {

/// A request for money: an address, an invoice, or one code for both.
class ReceiveModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(int mode READ mode WRITE setMode NOTIFY changed)
    Q_PROPERTY(QStringList modes MEMBER m_modes NOTIFY changed)
    Q_PROPERTY(QString amountText MEMBER m_amount_text NOTIFY changed)
    Q_PROPERTY(QString amountError MEMBER m_amount_error NOTIFY changed)
    Q_PROPERTY(QString purpose MEMBER m_purpose NOTIFY changed)
    Q_PROPERTY(QString purposeError MEMBER m_purpose_error NOTIFY changed)
    Q_PROPERTY(int expiry MEMBER m_expiry NOTIFY changed)
    Q_PROPERTY(QString request MEMBER m_request NOTIFY changed)
    Q_PROPERTY(QString address MEMBER m_address NOTIFY changed)
    Q_PROPERTY(QString invoice MEMBER m_invoice NOTIFY changed)
    Q_PROPERTY(QString groundName MEMBER m_ground_name NOTIFY changed)
    Q_PROPERTY(QString upperName MEMBER m_upper_name NOTIFY changed)
    Q_PROPERTY(QString groundFitness MEMBER m_ground_fitness NOTIFY changed)
    Q_PROPERTY(bool groundFits MEMBER m_ground_fits NOTIFY changed)
    Q_PROPERTY(QString upperFitness MEMBER m_upper_fitness NOTIFY changed)
    Q_PROPERTY(QString codeWords MEMBER m_code_words NOTIFY changed)
    Q_PROPERTY(bool upperFits MEMBER m_upper_fits NOTIFY changed)
    Q_PROPERTY(QString problem MEMBER m_problem NOTIFY changed)
    Q_PROPERTY(QString paidText MEMBER m_paid_text NOTIFY changed)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY changed)
    /// Not what is written, or expired.
    Q_PROPERTY(bool outdated READ outdated NOTIFY changed)
    Q_PROPERTY(bool payable MEMBER m_payable NOTIFY changed)
    Q_PROPERTY(QObject* addresses READ addresses CONSTANT)

public:
    ReceiveModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent = nullptr);
    int mode() const { return m_mode; }
    void setMode(int mode);
    bool outdated() const { return m_edited || (m_mode != 2 && expired()); }
    RowListModel* addresses() { return &m_addresses; }

    /// The page was opened: an address that nobody has paid to is there at once, and an invoice that still
    /// holds.
    Q_INVOKABLE void open();
    Q_INVOKABLE void setAmount(const QString& text);
    Q_INVOKABLE void setPurpose(const QString& text);
    Q_INVOKABLE void setExpiry(int choice);
    /// Makes a new request from what is written.
    Q_INVOKABLE void make();
    void take(const api::Notification& notification);
    /// The wallet was closed: nothing of it stays on the page.
    void forget();

signals:
    void changed();
    void forgotten();

private:
    void refresh();
    void listAddresses();
    void takeAddresses(const api::AddressList& list);
    void askProofs();
    void writeAddresses();
    void useOrMake(const api::AddressList& list);
    void renew(const api::AddressList& list);
    bool expired() const;
    void writeFitness();
    QString codeWords() const;
    void askInvoice();
    void takeInvoice(const api::InvoiceInfo& invoice);
    QString unified() const;

    Asker& m_asker;
    Display& m_display;
    const PortfolioModel& m_portfolio;
    int m_mode = 0, m_expiry = 1;
    bool m_busy = false, m_upper_fits = false, m_ground_fits = false, m_edited = false, m_payable = false,
         m_paid = false; // the invoice
    api::RequestId m_asked_invoice = 0;
    QTimer m_end{this}; // of the invoice
    std::int64_t m_expires_at = 0;
    std::string m_payment_hash;
    api::AddressList m_known;
    std::map<std::string, ledger::Verified> m_proofs; // of what an address received, by address
    QStringList m_modes;
    QString m_amount_text, m_amount_error, m_purpose, m_purpose_error, m_refusal, m_ground_fitness, m_request,
        m_address, m_invoice, m_ground_name, m_upper_name, m_code_words, m_upper_fitness, m_problem,
        m_paid_text;
    RowListModel m_addresses;
};

} // namespace duplex::ui
