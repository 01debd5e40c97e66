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
    Q_PROPERTY(QString feerateText READ ownFeerate NOTIFY changed)
    Q_PROPERTY(QString feerateError MEMBER m_feerate_error NOTIFY changed)
    Q_PROPERTY(QString feeTitle MEMBER m_fee_title NOTIFY changed)
    Q_PROPERTY(QString feeWords MEMBER m_fee_words NOTIFY changed)
    Q_PROPERTY(QString feeSource MEMBER m_fee_source NOTIFY changed)
    Q_PROPERTY(QVariantMap feeBadge MEMBER m_fee_badge NOTIFY changed)
    Q_PROPERTY(QString amountError MEMBER m_amount_error NOTIFY changed)
    Q_PROPERTY(QString note MEMBER m_note NOTIFY noteChanged)
    Q_PROPERTY(QObject* ways READ ways CONSTANT)
    Q_PROPERTY(int level READ level NOTIFY changed)
    Q_PROPERTY(QVariantList review MEMBER m_review NOTIFY changed)
    Q_PROPERTY(QString reviewAmount MEMBER m_review_amount NOTIFY changed)
    Q_PROPERTY(QString reviewTo MEMBER m_review_to NOTIFY changed)
    Q_PROPERTY(QString assurance MEMBER m_assurance NOTIFY changed)
    Q_PROPERTY(bool canPay MEMBER m_can_pay NOTIFY changed)
    /// What would be paid waits for the password.
    Q_PROPERTY(bool unlockFirst MEMBER m_unlock_first NOTIFY changed)
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
    QString ownFeerate() const { return m_feerate_text; }
    int level() const { return m_level; }
    RowListModel* ways() { return &m_ways; }

    Q_INVOKABLE void setText(const QString& text);
    Q_INVOKABLE void setAmount(const QString& text);
    /// sat/vB on the ground floor; empty: what the engine finds right.
    Q_INVOKABLE void setFeerate(const QString& text);
    Q_INVOKABLE void choose(int level);
    /// Signs and sends what the review shows.
    Q_INVOKABLE void pay();
    /// After a failure: the same once more, at today's price, to be reviewed anew.
    Q_INVOKABLE void tryAgain();
    /// Back to an empty page.
    Q_INVOKABLE void clear();
    void takeStatus(const api::StatusSnapshot& status);
    void take(const api::Notification& notification);

signals:
    void changed();
    void noteChanged();

private:
    // What is being paid is not edited: the answer must be about what the page shows.
    bool isSending() const { return m_state == QLatin1String("sending"); }
    bool isEditing() const { return m_state == QLatin1String("editing"); }
    struct Plan {
        bool wanted = false; // this layer can carry what was pasted
        bool ready = false;
        bool answered = false;
        bool settled = false; // paid already, or on its way
        QString problem;      // the engine's words: what is wrong and what to do
        std::int64_t fee_msat = 0;
        std::int64_t most_fee_msat = 0;
        std::int64_t left_sat = 0;
        std::int64_t amount_msat = 0;
        std::optional<std::int64_t> expected_s;
        QString note;
        QString source;            // where the feerate comes from, in the engine's words
        ledger::Verified verified; // of the fee
    };
    void recognise();
    void take(const api::Recognised& found);
    void plan();
    void planAgain();
    void askPlans();
    void planFailed(Plan& plan, const api::Error& error);
    bool groundWouldPayTwice() const;
    void payGround();
    void payUpper();
    void askOutcome();
    void takeOutcome(const api::PaymentInfo& payment);
    QString tooMuch() const;
    void planGround();
    void planUpper();
    void refresh();
    void writeWays();
    void writeFee();
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
    std::string m_tip;
    api::WalletState m_wallet = api::WalletState::none;
    std::pair<std::int64_t, std::int64_t> m_funds; // spendable on either layer when the plans were asked for
    int m_level = 0;
    bool m_chosen = false, m_all = false, m_amount_fixed = false, m_can_pay = false, m_unlock_first = false;
    std::string m_request_id;
    QString m_text, m_kind_words, m_kind_tone, m_details, m_warning, m_amount_text, m_amount_error, m_note,
        m_review_amount, m_review_to, m_assurance, m_why_not, m_pay_action,
        m_state = QStringLiteral("editing"), m_outcome, m_outcome_id, m_feerate_text, m_feerate_error,
        m_fee_title, m_fee_words, m_fee_source;
    QVariantList m_review;
    QVariantMap m_fee_badge;
    RowListModel m_ways;
};

} // namespace duplex::ui
