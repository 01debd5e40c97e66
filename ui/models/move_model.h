#pragma once

#include "ui/models/asker.h"
#include "ui/models/portfolio_model.h"
#include "ui/models/row_list_model.h"

#include <QTimer>

namespace duplex::ui {

/// The lift: every way to bring an amount to the other floor with its price, and the moves that run.
class MoveModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool up READ up WRITE setUp NOTIFY changed)
    Q_PROPERTY(QString upperName MEMBER m_upper_name NOTIFY changed)
    Q_PROPERTY(QString groundName MEMBER m_ground_name NOTIFY changed)
    Q_PROPERTY(QString amountText READ amountText NOTIFY changed)
    Q_PROPERTY(QString amountError MEMBER m_amount_error NOTIFY changed)
    Q_PROPERTY(QString ofText MEMBER m_of_text NOTIFY changed)
    Q_PROPERTY(QString peer READ peer NOTIFY changed)
    Q_PROPERTY(QObject* quotes READ quotes CONSTANT)
    Q_PROPERTY(bool asking MEMBER m_asking NOTIFY changed)
    Q_PROPERTY(QString problem MEMBER m_problem NOTIFY changed)
    Q_PROPERTY(QVariantList review MEMBER m_review NOTIFY changed)
    Q_PROPERTY(QVariantList balances MEMBER m_balances NOTIFY changed)
    Q_PROPERTY(QString risk MEMBER m_risk NOTIFY changed)
    Q_PROPERTY(bool canStart MEMBER m_can_start NOTIFY changed)
    Q_PROPERTY(QString startAction MEMBER m_start_action NOTIFY changed)
    Q_PROPERTY(QString whyNot MEMBER m_why_not NOTIFY changed)
    Q_PROPERTY(QString startError MEMBER m_start_error NOTIFY changed)
    Q_PROPERTY(QString refusal MEMBER m_refusal NOTIFY changed)
    Q_PROPERTY(bool alone READ alone NOTIFY changed)
    Q_PROPERTY(QVariantMap partner READ partner NOTIFY changed)
    Q_PROPERTY(QString aloneWords READ aloneWords NOTIFY changed)
    Q_PROPERTY(bool starting MEMBER m_starting NOTIFY changed)
    Q_PROPERTY(QObject* moves READ moves CONSTANT)
    Q_PROPERTY(QString current READ current NOTIFY changed)
    Q_PROPERTY(QVariantMap progress MEMBER m_progress NOTIFY changed)
    Q_PROPERTY(QObject* steps READ steps CONSTANT)

public:
    MoveModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent = nullptr);
    bool up() const { return m_up; }
    void setUp(bool up);
    QString amountText() const { return m_amount_text; }
    QString peer() const { return m_peer; }
    QString current() const { return m_current; }
    /// The chosen way closes a channel without its partner, which nothing takes back.
    bool alone() const;
    /// {typed, words}: what startAlone() wants to see.
    QVariantMap partner() const;
    /// Price and time of the chosen way in one line.
    QString aloneWords() const;
    RowListModel* quotes() { return &m_quotes; }
    RowListModel* moves() { return &m_moves; }
    RowListModel* steps() { return &m_steps; }

    Q_INVOKABLE void setAmount(const QString& text);
    /// A share of what the floor holds, in percent.
    Q_INVOKABLE void setShare(int percent);
    Q_INVOKABLE void setPeer(const QString& peer);
    Q_INVOKABLE void choose(const QString& quote_id);
    /// Starts the chosen way, unless it closes a channel alone.
    Q_INVOKABLE void start();
    /// Closes alone once what partner() asks for was typed.
    Q_INVOKABLE void startAlone(const QString& typed);
    /// Shows the progress of a move; an empty id goes back to the quotes.
    Q_INVOKABLE void show(const QString& move_id);
    void take(const api::MovesSnapshot& moves);
    void take(const api::ChannelsSnapshot& channels);
    /// The wallet was closed: nothing of it stays on the page.
    void forget();

signals:
    void changed();

private:
    void askQuotes();
    void priceAnew();
    void refresh();
    void writeQuotes();
    void writeReview();
    void writeBalances();
    void writeProgress();
    void begin();
    void disarm();
    const api::ChannelView* channelOf(const ledger::MoveQuote& quote) const;
    void writeSteps(const ledger::Move& move);
    const ledger::MoveQuote* chosen() const;
    QString routeWords(const std::string& route) const;
    QString routeMeaning(const std::string& route) const;
    void takeOffers(const std::vector<ledger::MoveQuote>& offers);

    Asker& m_asker;
    Display& m_display;
    const PortfolioModel& m_portfolio;
    QTimer m_pause;
    QTimer m_expiry; // asks again when the prices end
    api::RequestId m_asked = 0;
    std::vector<ledger::MoveQuote> m_offers;
    std::vector<ledger::Move> m_known;
    std::vector<api::ChannelView> m_channels;
    std::string m_request_id;
    bool m_up = true, m_asking = false, m_edited = false, m_can_start = false, m_starting = false;
    QString m_upper_name, m_ground_name, m_amount_text, m_amount_error, m_of_text, m_peer, m_problem, m_risk,
        m_start_action, m_why_not, m_start_error, m_refusal, m_chosen, m_current;
    QVariantList m_review, m_balances;
    QVariantMap m_progress;
    RowListModel m_quotes, m_moves, m_steps;
};

} // namespace duplex::ui
