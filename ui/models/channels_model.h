#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// The roads of the upper floor: sums, one row each, detail with the forecast of closing alone, open and
/// close.
class ChannelsModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QObject* channels READ channels CONSTANT)
    Q_PROPERTY(QVariantList sums MEMBER m_sums NOTIFY changed)
    Q_PROPERTY(QString numberText MEMBER m_number_text NOTIFY changed)
    Q_PROPERTY(QString countText MEMBER m_count_text NOTIFY changed)
    Q_PROPERTY(QString reserveText MEMBER m_reserve_text NOTIFY changed)
    Q_PROPERTY(QString selected READ selected NOTIFY changed)
    Q_PROPERTY(QVariantMap detail MEMBER m_detail NOTIFY changed)
    Q_PROPERTY(QVariantMap forecast MEMBER m_forecast NOTIFY changed)
    Q_PROPERTY(QString error MEMBER m_error NOTIFY changed)
    Q_PROPERTY(QString message MEMBER m_message NOTIFY changed)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY changed)
    Q_PROPERTY(QString openError MEMBER m_open_error NOTIFY changed)

public:
    ChannelsModel(Asker& asker, Display& display, QObject* parent = nullptr);
    RowListModel* channels() { return &m_rows; }
    QString selected() const { return m_selected; }
    void take(const api::ChannelsSnapshot& channels);

    Q_INVOKABLE void select(const QString& id);
    Q_INVOKABLE void closeTogether();
    /// Does nothing unless the partner's name was typed as it stands in the detail.
    Q_INVOKABLE void closeAlone(const QString& typed_name);
    /// partner: node id@host:port, or a node id already connected.
    Q_INVOKABLE void open(const QString& partner, const QString& amount, bool announce);
    Q_INVOKABLE void forgetMessages();

signals:
    void changed();
    void opened();

private:
    void refresh();
    void writeSums();
    void writeDetail();
    void askForecast();
    void fund(const std::string& node_id, std::int64_t sat, bool announce);
    void close(bool alone);
    Row rowOf(const api::ChannelView& channel) const;
    QVariantList partsOf(const api::ChannelView& channel) const;
    const api::ChannelView* current() const;

    Asker& m_asker;
    Display& m_display;
    api::ChannelsSnapshot m_channels;
    api::RequestId m_asked = 0;
    bool m_busy = false;
    std::string m_request_id;
    QString m_selected, m_number_text, m_count_text, m_reserve_text, m_error, m_message, m_open_error;
    QVariantList m_sums;
    QVariantMap m_detail, m_forecast;
    RowListModel m_rows;
};

} // namespace duplex::ui
