#pragma once

#include "ui/models/asker.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// The wallets of this network; one is open at a time.
class WalletsModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QObject* wallets READ wallets CONSTANT)
    Q_PROPERTY(QString error MEMBER m_error NOTIFY changed)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY changed)

public:
    explicit WalletsModel(Asker& asker, QObject* parent = nullptr);
    RowListModel* wallets() { return &m_rows; }
    void takeStatus(const api::StatusSnapshot& status);

    Q_INVOKABLE void refresh();
    /// Opens a wallet while none is open.
    Q_INVOKABLE void open(const QString& name);
    /// Closes the open one, so that another can be opened or made.
    Q_INVOKABLE void close();

signals:
    void changed();

private:
    void write();
    void finish(const QString& error);
    Asker& m_asker;
    std::vector<std::string> m_names;
    std::string m_open;
    QString m_error;
    bool m_busy = false;
    RowListModel m_rows;
};

} // namespace duplex::ui
