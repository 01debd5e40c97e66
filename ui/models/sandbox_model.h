#pragma once

#include "ui/models/asker.h"

#include <QTimer>

namespace duplex::ui {

/// Drives the practice chain: makes blocks, gives play coins, lets the counterparty ask for money.
class SandboxModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString message MEMBER m_message NOTIFY changed)
    Q_PROPERTY(QString partner MEMBER m_partner NOTIFY changed)

public:
    explicit SandboxModel(Asker& asker, QObject* parent = nullptr);
    Q_INVOKABLE void mine();
    Q_INVOKABLE void fund();
    Q_INVOKABLE void askStatus();
    /// The counterparty writes an invoice; it comes by invoiceReady().
    Q_INVOKABLE void invoice();

signals:
    void changed();
    void invoiceReady(QString invoice);

private:
    void command(api::SandboxCommand request, std::function<void(const api::SandboxReply&)> got);
    void say(const QString& message);
    Asker& m_asker;
    QTimer m_over{this}; // what happened is no news after a while
    QString m_message, m_partner;
};

} // namespace duplex::ui
