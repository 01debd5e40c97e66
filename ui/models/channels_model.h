#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// The roads of the upper floor: sums, one row each, detail with the forecast of closing alone, and closing.
/// Opening one is a move (MoveModel).
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
    Q_PROPERTY(QString error READ error NOTIFY changed)
    Q_PROPERTY(QString message READ message NOTIFY changed)
    /// Closing together was asked for, and the partner has not answered yet.
    Q_PROPERTY(bool waiting READ waiting NOTIFY changed)
    Q_PROPERTY(QVariantMap closeQuote MEMBER m_close_quote NOTIFY changed)

public:
    ChannelsModel(Asker& asker, Display& display, QObject* parent = nullptr);
    RowListModel* channels() { return &m_rows; }
    QString selected() const { return m_selected; }
    QString error() const { return said().error; }
    QString message() const { return said().message; }
    bool waiting() const { return said().together; }
    void take(const api::ChannelsSnapshot& channels);
    void takeStatus(const api::StatusSnapshot& status);

    /// The page was opened: the forecast is asked anew, and what was said before is over.
    Q_INVOKABLE void open();
    Q_INVOKABLE void select(const QString& id);
    /// Asks what closing together costs and how long it takes; the answer comes in closeQuote.
    Q_INVOKABLE void askCloseQuote();
    Q_INVOKABLE void closeTogether();
    /// Does nothing unless what the detail's partner asks for was typed.
    Q_INVOKABLE void closeAlone(const QString& typed_name);
    Q_INVOKABLE void forgetMessages();
    /// The wallet was closed: nothing of it stays on the page.
    void forget();

signals:
    void changed();

private:
    void refresh();
    void writeSums();
    void writeDetail();
    void askForecast();
    void takeForecast(const api::Forecast& forecast);
    void takeCloseQuote(const std::vector<ledger::MoveQuote>& offers);
    enum class Way { together, alone };
    /// What became of closing one channel. A partner who never answers holds up nothing but the agreed close.
    struct Closing {
        bool together = false, alone = false; // asked for, not answered yet
        QString error, message;
    };
    static QString closedText(const std::string& type);
    static QString waitingForPartner();
    void close(Way way);
    void closeAnswered(const QString& id, Way way, const QString& error, const QString& message);
    Closing said() const;
    Row rowOf(const api::ChannelView& channel) const;
    QVariantList partsOf(const api::ChannelView& channel) const;
    const api::ChannelView* current() const;

    Asker& m_asker;
    Display& m_display;
    api::ChannelsSnapshot m_channels;
    api::WalletState m_wallet = api::WalletState::none;
    api::RequestId m_asked = 0, m_asked_quote = 0;
    std::map<QString, Closing> m_closings; // by channel id
    QString m_selected, m_number_text, m_count_text, m_reserve_text;
    QVariantList m_sums;
    QVariantMap m_detail, m_forecast, m_close_quote;
    RowListModel m_rows;
};

} // namespace duplex::ui
