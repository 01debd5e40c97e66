#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

#include <QTimer>

namespace duplex::ui {

/// The upper floor's public nodes and channels as lists that can be searched.
class NetworkModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(int tab READ tab WRITE setTab NOTIFY changed)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY changed)
    Q_PROPERTY(QObject* nodes READ nodes CONSTANT)
    Q_PROPERTY(QObject* channels READ channels CONSTANT)
    Q_PROPERTY(QString countText MEMBER m_count_text NOTIFY changed)
    Q_PROPERTY(QString problem MEMBER m_problem NOTIFY changed)
    Q_PROPERTY(bool loading MEMBER m_loading NOTIFY changed)
    Q_PROPERTY(QVariantMap detail MEMBER m_detail NOTIFY changed)

public:
    NetworkModel(Asker& asker, Display& display, QObject* parent = nullptr);
    int tab() const { return m_tab; }
    void setTab(int tab);
    QString search() const { return m_search; }
    void setSearch(const QString& search);
    RowListModel* nodes() { return &m_nodes; }
    RowListModel* channels() { return &m_channels; }
    Q_INVOKABLE void open();
    /// Facts of a listed node; its channels are listed by `channelsOf`.
    Q_INVOKABLE void select(const QString& node_id);
    Q_INVOKABLE void channelsOf(const QString& node_id);

signals:
    void changed();

private:
    void ask();
    void take(const api::NodeList& list);
    void take(const api::GraphChannelList& list);
    Asker& m_asker;
    Display& m_display;
    QTimer m_pause;
    api::RequestId m_asked = 0;
    int m_tab = 0;
    bool m_loading = false;
    QString m_search, m_count_text, m_problem;
    QVariantMap m_detail;
    std::vector<api::NetworkNode> m_known;
    RowListModel m_nodes, m_channels;
};

} // namespace duplex::ui
