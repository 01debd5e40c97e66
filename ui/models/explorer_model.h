#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// Blocks and payments of the ground floor: the strip, one block, one payment.
class ExplorerModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QObject* strip READ strip CONSTANT)
    Q_PROPERTY(QVariantList legend READ legend CONSTANT)
    Q_PROPERTY(QVariantMap block MEMBER m_block NOTIFY changed)
    Q_PROPERTY(QObject* payments READ payments CONSTANT)
    Q_PROPERTY(bool loadingBlock MEMBER m_loading_block NOTIFY changed)
    Q_PROPERTY(QString blockError MEMBER m_block_error NOTIFY changed)
    Q_PROPERTY(QVariantMap payment MEMBER m_payment NOTIFY changed)
    Q_PROPERTY(bool loadingPayment MEMBER m_loading_payment NOTIFY changed)
    Q_PROPERTY(QString paymentError MEMBER m_payment_error NOTIFY changed)

public:
    ExplorerModel(Asker& asker, Display& display, QObject* parent = nullptr);
    RowListModel* strip() { return &m_strip; }
    RowListModel* payments() { return &m_payments; }
    /// The badges that the pages of blocks use, with their words.
    QVariantList legend() const;
    void take(const api::BlocksSnapshot& blocks);

    /// A height or a hash; the newest block when empty.
    Q_INVOKABLE void openBlock(const QString& which);
    /// Up (newer) or down (older) by that many blocks.
    Q_INVOKABLE void step(int blocks);
    Q_INVOKABLE void openPayment(const QString& txid, const QString& block_hash);
    /// The page was left: what it waited for is cancelled.
    Q_INVOKABLE void leave();

signals:
    void changed();

private:
    void refreshStrip();
    void show(const ledger::BlockFacts& block);
    void writeBlock();
    void writePayments(const ledger::BlockFacts& block);
    void show(const ledger::TransactionFacts& payment);
    void askPayment();
    void writePayment();
    Asker& m_asker;
    Display& m_display;
    api::RequestId m_asked_block = 0, m_asked_payment = 0;
    std::vector<ledger::BlockFacts> m_recent;
    ledger::BlockFacts m_shown; // without its payments
    ledger::TransactionFacts m_paid;
    api::GetTransactionFacts m_wanted; // the payment of the page
    std::int64_t m_height = -1, m_payment_count = 0;
    bool m_loading_block = false, m_loading_payment = false;
    QString m_block_error, m_payment_error;
    QVariantMap m_block, m_payment;
    RowListModel m_strip, m_payments;
};

} // namespace duplex::ui
