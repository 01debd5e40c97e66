#pragma once

#include "ui/models/asker.h"
#include "ui/models/portfolio_model.h"
#include "ui/models/row_list_model.h"

#include <QTimer>

namespace duplex::ui {

/// One box that recognises what was pasted, the ways to pay it, and the review before anything is signed.
class SendModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString text READ text NOTIFY changed)
    Q_PROPERTY(QString kindWords MEMBER m_kind_words NOTIFY changed)
    Q_PROPERTY(QString kindTone MEMBER m_kind_tone NOTIFY changed)
    Q_PROPERTY(QString details MEMBER m_details NOTIFY changed)
    Q_PROPERTY(QString warning MEMBER m_warning NOTIFY changed)
    Q_PROPERTY(QString amountText READ amountText NOTIFY changed)
    Q_PROPERTY(bool amountFixed MEMBER m_amount_fixed NOTIFY changed)
    Q_PROPERTY(bool all READ all WRITE setAll NOTIFY changed)
    Q_PROPERTY(int speed READ speed WRITE setSpeed NOTIFY changed)
    Q_PROPERTY(QString speedTitle MEMBER m_speed_title NOTIFY changed)
    Q_PROPERTY(QString speedWords MEMBER m_speed_words NOTIFY changed)
    Q_PROPERTY(QVariantMap speedBadge MEMBER m_speed_badge NOTIFY changed)
    Q_PROPERTY(QString amountError MEMBER m_amount_error NOTIFY changed)
    Q_PROPERTY(QString note MEMBER m_note NOTIFY noteChanged)
    Q_PROPERTY(QObject* ways READ ways CONSTANT)
    Q_PROPERTY(int level READ level NOTIFY changed)
    Q_PROPERTY(QVariantList review MEMBER m_review NOTIFY changed)
    Q_PROPERTY(QString reviewAmount MEMBER m_review_amount NOTIFY changed)
    Q_PROPERTY(QString reviewTo MEMBER m_review_to NOTIFY changed)
    Q_PROPERTY(QString assurance MEMBER m_assurance NOTIFY changed)
    Q_PROPERTY(bool canPay MEMBER m_can_pay NOTIFY changed)
    Q_PROPERTY(QString whyNot MEMBER m_why_not NOTIFY changed)
    Q_PROPERTY(QString payAction MEMBER m_pay_action NOTIFY changed)
    Q_PROPERTY(QString state MEMBER m_state NOTIFY changed)
    Q_PROPERTY(QString outcome MEMBER m_outcome NOTIFY changed)
    Q_PROPERTY(QString outcomeId MEMBER m_outcome_id NOTIFY changed)

public:
    SendModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent = nullptr);

    QString text() const { return m_text; }
    QString amountText() const { return m_amount_text; }
    bool all() const { return m_all; }
    void setAll(bool all);
    /// 0 hurry, 1 normal, 2 no hurry: what the ground floor's fee aims at.
    int speed() const { return m_speed; }
    void setSpeed(int speed);
    int level() const { return m_level; }
    RowListModel* ways() { return &m_ways; }

    Q_INVOKABLE void setText(const QString& text);
    Q_INVOKABLE void setAmount(const QString& text);
    Q_INVOKABLE void choose(int level);
    /// Signs and sends what the review shows.
    Q_INVOKABLE void pay();
    /// After a failure: the same once more, at today's price, to be reviewed anew.
    Q_INVOKABLE void tryAgain();
    /// Back to an empty page.
    Q_INVOKABLE void clear();

signals:
    void changed();
    void noteChanged();

private:
    // What is being paid is not edited: the answer must be about what the page shows.
    bool isSending() const { return m_state == QLatin1String("sending"); }
    struct Plan {
        bool wanted = false; // this layer can carry what was pasted
        bool ready = false;
        QString problem; // the engine's words: what is wrong and what to do
        std::int64_t fee_msat = 0;
        std::int64_t most_fee_msat = 0;
        std::int64_t left_sat = 0;
        std::int64_t amount_msat = 0;
        std::optional<std::int64_t> expected_s;
        QString note;
        ledger::Verified verified; // of the fee
    };
    void recognise();
    void take(const api::Recognised& found);
    void plan();
    QString tooMuch() const;
    void planGround();
    void planUpper();
    void refresh();
    void writeWays();
    void writeReview();
    void finish(const QString& state, const QString& outcome, const QString& id);
    std::int64_t amountMsat() const;
    api::SendCoins coinsRequest(bool plan_only) const;
    api::Pay payRequest(bool plan_only) const;

    Asker& m_asker;
    Display& m_display;
    const PortfolioModel& m_portfolio;
    QTimer m_pause; // asks once the typing stops
    api::RequestId m_asked = 0, m_planned_ground = 0, m_planned_upper = 0;
    api::Recognised m_found;
    Plan m_ground, m_upper;
    int m_level = 0, m_speed = 1;
    bool m_chosen = false, m_all = false, m_amount_fixed = false, m_can_pay = false;
    std::string m_request_id;
    QString m_text, m_kind_words, m_kind_tone, m_details, m_warning, m_amount_text, m_amount_error, m_note,
        m_review_amount, m_review_to, m_assurance, m_why_not, m_pay_action,
        m_state = QStringLiteral("editing"), m_outcome, m_outcome_id, m_speed_title, m_speed_words;
    QVariantList m_review;
    QVariantMap m_speed_badge;
    RowListModel m_ways;
};

} // namespace duplex::ui
