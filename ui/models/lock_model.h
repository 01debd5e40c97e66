#pragma once

#include "ui/models/asker.h"

namespace duplex::ui {

/// Opening and locking the wallet.
class LockModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString error MEMBER m_error NOTIFY changed)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY changed)

public:
    explicit LockModel(Asker& asker, QObject* parent = nullptr);
    Q_INVOKABLE void unlock(const QString& password);
    Q_INVOKABLE void lock();

signals:
    void changed();
    void unlocked();

private:
    void finish(const QString& error);
    Asker& m_asker;
    QString m_error;
    bool m_busy = false;
};

} // namespace duplex::ui
