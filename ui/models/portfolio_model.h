#pragma once

#include "core/api/snapshot.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// The two floors, the lift between them, and the table that compares them.
class PortfolioModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool ready MEMBER m_ready NOTIFY changed)
    Q_PROPERTY(QString total MEMBER m_total NOTIFY changed)
    Q_PROPERTY(QString totalCoin MEMBER m_total_coin NOTIFY changed)
    Q_PROPERTY(QString heading MEMBER m_heading NOTIFY changed)
    Q_PROPERTY(QVariantMap upper MEMBER m_upper NOTIFY changed)
    Q_PROPERTY(QVariantMap ground MEMBER m_ground NOTIFY changed)
    Q_PROPERTY(QVariantList payNow MEMBER m_pay_now NOTIFY changed)
    Q_PROPERTY(QString liftText MEMBER m_lift_text NOTIFY changed)
    Q_PROPERTY(double liftShare MEMBER m_lift_share NOTIFY changed)
    Q_PROPERTY(QString liftMove MEMBER m_lift_move NOTIFY changed)
    Q_PROPERTY(QObject* comparison READ comparison CONSTANT)

public:
    explicit PortfolioModel(Display& display, QObject* parent = nullptr);
    void take(const api::PortfolioSnapshot& portfolio);
    void take(const api::MovesSnapshot& moves);
    void takeStatus(const api::StatusSnapshot& status);
    RowListModel* comparison() { return &m_comparison; }
    /// Spendable on that level.
    std::int64_t spendable(int level) const;
    const api::LayerView* layer(int level) const;

signals:
    void changed();

private:
    void refresh();
    void writeLift();
    QVariantMap floorOf(const api::LayerView& view) const;
    QVariantList metricsOf(const api::LayerView& view) const;
    Display& m_display;
    api::PortfolioSnapshot m_portfolio;
    api::StatusSnapshot m_status;
    std::vector<ledger::Move> m_moves;
    bool m_ready = false;
    double m_lift_share = 0;
    QString m_total, m_total_coin, m_heading, m_lift_text, m_lift_move;
    QVariantMap m_upper, m_ground;
    QVariantList m_pay_now;
    RowListModel m_comparison;
};

} // namespace duplex::ui
