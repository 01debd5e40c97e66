#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

#include <QTimer>

namespace duplex::ui {

/// The search box: names what it recognised, says whether following it asks the network, lists what is known
/// here.
class SearchModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY changed)
    Q_PROPERTY(QObject* results READ results CONSTANT)

public:
    SearchModel(Asker& asker, Display& display, QObject* parent = nullptr);
    QString text() const { return m_text; }
    void setText(const QString& text);
    RowListModel* results() { return &m_results; }
    void take(const api::ActivitySnapshot& activity);
    void take(const api::ChannelsSnapshot& channels);

signals:
    void changed();

private:
    void recognise();
    void write(const api::Recognised* found);
    void addLocal(std::vector<Row>& rows) const;
    void addFound(std::vector<Row>& rows, const api::Recognised& found) const;
    Asker& m_asker;
    Display& m_display;
    QTimer m_pause;
    api::RequestId m_asked = 0;
    QString m_text;
    std::vector<ledger::Activity> m_activity;
    std::vector<api::ChannelView> m_channels;
    RowListModel m_results;
};

} // namespace duplex::ui
