#include "ui/models/send_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <QUuid>

#include <algorithm>
#include <utility>

namespace duplex::ui {

namespace {

QVariantMap fact(const QString& name, const QString& value) {
    return {{QStringLiteral("name"), name}, {QStringLiteral("value"), value}};
}

QVariantMap fact(const QString& name, const QString& value, const ledger::Verified& verified) {
    QVariantMap known = fact(name, value);
    known[QStringLiteral("badge")] = badgeOf(verified);
    return known;
}

// A sentence that follows a colon goes on with a small letter.
QString afterColon(const QString& words) {
    for (const auto* start : {"Not recognised: ", "Not payable: "}) {
        const QString title = QString::fromLatin1(start);
        if (words.startsWith(title) && words.size() > title.size())
            return title + words[title.size()].toLower() + words.mid(title.size() + 1);
    }
    return words;
}

// Codes of the engine (interface.md).
constexpr int settled_already = 201;
constexpr int not_final = 200;

} // namespace

SendModel::SendModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display), m_portfolio(portfolio),
      m_ways({QStringLiteral("level"), QStringLiteral("name"), QStringLiteral("fee"), QStringLiteral("share"),
              QStringLiteral("time"), QStringLiteral("finality"), QStringLiteral("best"),
              QStringLiteral("problem"), QStringLiteral("selected"), QStringLiteral("note")}) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(150);
    connect(&m_pause, &QTimer::timeout, this, &SendModel::recognise);
    connect(&display, &Display::changed, this, &SendModel::refresh);
    connect(&portfolio, &PortfolioModel::changed, this, [this] {
        const std::pair funds{m_portfolio.spendable(1), m_portfolio.spendable(2)};
        if (std::exchange(m_funds, funds) != funds) planAgain();
    });
    refresh();
}

// A block may change the fee and what the wallet holds; an unlocked wallet knows its payments.
void SendModel::takeStatus(const api::StatusSnapshot& status) {
    const bool moved = std::exchange(m_tip, status.tip_hash) != status.tip_hash;
    const bool opened = std::exchange(m_wallet, status.wallet) != status.wallet;
    // What was planned while the wallet was locked says nothing of what it knows now: all is asked anew
    // first.
    if (opened && isEditing())
        plan();
    else if (moved)
        planAgain();
    if (opened) refresh();
}

void SendModel::take(const api::Notification& notification) {
    if (notification.topic == api::Notification::Topic::payment && m_state == QLatin1String("onway"))
        askOutcome();
}

void SendModel::clear() {
    m_asker.cancel(m_asked);
    m_asker.cancel(m_planned_ground);
    m_asker.cancel(m_planned_upper);
    m_pause.stop();
    m_found = {};
    m_ground = {};
    m_upper = {};
    m_level = 0;
    m_chosen = m_all = m_amount_fixed = false;
    m_request_id.clear();
    for (QString* text :
         {&m_text, &m_kind_words, &m_kind_tone, &m_details, &m_warning, &m_amount_text, &m_amount_error,
          &m_feerate_text, &m_feerate_error, &m_note, &m_outcome, &m_outcome_id})
        text->clear();
    m_state = QStringLiteral("editing");
    refresh();
    emit noteChanged();
}

void SendModel::setText(const QString& text) {
    if (text == m_text || isSending()) return;
    // What was typed beside it stays, unless it came with the last request or was paid.
    const bool keep = isEditing() || m_state == QLatin1String("failed");
    const QString amount = keep && !m_amount_fixed ? m_amount_text : QString();
    const QString note = keep ? m_note : QString();
    const QString feerate = keep ? m_feerate_text : QString();
    const bool all = keep && m_all;
    clear();
    m_text = text;
    m_amount_text = amount;
    m_note = note;
    m_feerate_text = feerate;
    m_all = all;
    if (!text.trimmed().isEmpty()) m_pause.start();
    refresh();
}

void SendModel::setAmount(const QString& text) {
    if (m_amount_fixed || text == m_amount_text || isSending()) return;
    m_amount_text = text;
    m_all = false;
    plan();
}

void SendModel::setAll(bool all) {
    if (all == m_all || m_amount_fixed || isSending()) return;
    m_all = all;
    if (all) m_amount_text.clear();
    plan();
}

void SendModel::setFeerate(const QString& text) {
    if (text == m_feerate_text || isSending()) return;
    m_feerate_text = text;
    plan();
}

void SendModel::tryAgain() {
    if (m_state == QLatin1String("failed")) plan();
}

void SendModel::choose(int level) {
    if (isSending()) return;
    m_level = level;
    m_chosen = true;
    refresh();
}

void SendModel::recognise() {
    m_asker.cancel(m_asked);
    m_asked = m_asker.ask<api::Recognised>(
        api::Recognise{m_text.trimmed().toStdString()}, [this](const api::Recognised& found) { take(found); },
        [this](const QString& why) {
            m_kind_words = why;
            m_kind_tone = QStringLiteral("bad");
            refresh();
        });
}

void SendModel::take(const api::Recognised& found) {
    m_found = found;
    const bool payable = !found.address.empty() || !found.invoice.empty();
    m_kind_words = !found.address.empty() && !found.invoice.empty() ? tr("Request that works on both layers")
                                                                    : afterColon(textOf(found.words));
    m_kind_tone = !payable || found.expired ? QStringLiteral("bad") : QStringLiteral("ok");
    m_warning = textOf(found.warning);
    if (payable && found.ours) m_warning = tr("This is your own. Paying it only costs the fee.");
    QStringList details;
    if (!found.description.empty()) details << tr("“%1”").arg(textOf(found.description));
    if (found.expires_at > 0) details << tr("expires %1").arg(untilText(found.expires_at, m_display.now()));
    m_details = details.join(tr(" · "));
    m_amount_fixed = found.amount_msat.has_value();
    if (m_amount_fixed) {
        m_amount_text = grouped((*found.amount_msat + 999) / 1000);
        m_all = false;
    }
    plan();
}

std::int64_t SendModel::amountMsat() const {
    if (m_amount_fixed) return *m_found.amount_msat;
    const std::int64_t sat = satFromInput(m_amount_text);
    return sat <= 0 ? 0 : sat * 1000;
}

api::SendCoins SendModel::coinsRequest(bool plan_only) const {
    api::SendCoins request;
    request.payees = {{m_found.address, (amountMsat() + 999) / 1000}};
    request.all = m_all;
    request.comment = m_note.toStdString();
    if (!m_feerate_text.isEmpty()) request.feerate_sat_per_kvb = feerateFromInput(m_feerate_text);
    request.plan_only = plan_only;
    if (plan_only) return request;
    request.request_id = m_request_id;
    request.max_fee_sat = (m_ground.most_fee_msat + 999) / 1000; // what the review shows binds
    return request;
}

api::Pay SendModel::payRequest(bool plan_only) const {
    api::Pay request;
    request.bolt11 = m_found.invoice;
    if (!m_amount_fixed && amountMsat() > 0) request.amount_msat = amountMsat();
    request.label = m_note.toStdString();
    request.plan_only = plan_only;
    if (plan_only) return request;
    request.request_id = m_request_id;
    request.max_fee_msat = m_upper.most_fee_msat;
    return request;
}

void SendModel::plan() {
    m_ground = {.wanted = !m_found.address.empty()};
    m_upper = {.wanted = !m_found.invoice.empty() && !m_found.expired};
    m_state = QStringLiteral("editing");
    m_request_id.clear();
    askPlans();
}

// The plans that are shown stand until the new ones are there: what is sent is bound to them.
void SendModel::planAgain() {
    if (isEditing() && (!m_found.address.empty() || !m_found.invoice.empty())) askPlans();
}

void SendModel::askPlans() {
    m_asker.cancel(m_planned_ground);
    m_asker.cancel(m_planned_upper);
    m_funds = {m_portfolio.spendable(1), m_portfolio.spendable(2)};
    m_amount_error =
        m_amount_fixed ? QString() : amountProblem(m_amount_text, tr("Write whole sat, for example 25 000."));
    if (m_amount_error.isEmpty()) m_amount_error = tooMuch();
    m_feerate_error = m_feerate_text.isEmpty() || feerateFromInput(m_feerate_text) > 0
                          ? QString()
                          : tr("Write sat/vB, for example 2.5.");
    if (m_amount_error.isEmpty()) {
        const bool amount_known = amountMsat() > 0 || m_all;
        if (m_ground.wanted && amount_known && m_feerate_error.isEmpty()) planGround();
        // Also where L2 could not carry it: the invoice of the same request may be paid already.
        if (!m_found.invoice.empty() && amount_known) planUpper();
    } else {
        m_ground = {.wanted = m_ground.wanted};
        m_upper = {.wanted = m_upper.wanted};
    }
    refresh();
}

// More than any layer that could carry it has: said where the amount is written, and nowhere else.
QString SendModel::tooMuch() const {
    if (m_wallet != api::WalletState::unlocked) return {}; // nothing is known of its channels yet
    std::int64_t most = -1;
    int where = 0;
    for (const int level : {1, 2}) {
        const Plan& plan = level == 1 ? m_ground : m_upper;
        if (!plan.wanted || m_portfolio.layer(level) == nullptr || m_portfolio.spendable(level) <= most)
            continue;
        most = m_portfolio.spendable(level);
        where = level;
    }
    if (where == 0 || m_all || amountMsat() <= most * 1000) return {};
    return tr("You have %1 to spend on L%2.").arg(m_display.sat(most)).arg(where);
}

void SendModel::planFailed(Plan& plan, const api::Error& error) {
    plan = {.wanted = plan.wanted, .answered = true, .settled = error.code == settled_already};
    plan.problem = forPeople(error);
    refresh();
}

void SendModel::planGround() {
    m_planned_ground = m_asker.askCoded<api::SendReply>(
        coinsRequest(true),
        [this](const api::SendReply& reply) {
            m_ground = {.wanted = true, .ready = true, .answered = true};
            m_ground.fee_msat = m_ground.most_fee_msat = reply.fee_sat * 1000;
            m_ground.left_sat = reply.left_sat;
            m_ground.amount_msat = reply.amount_sat * 1000;
            m_ground.expected_s = reply.expected_s;
            m_ground.note = feerateText(reply.feerate_sat_per_kvb);
            m_ground.source = textOf(reply.fee_reason);
            m_ground.verified = reply.fee_verified;
            refresh();
        },
        [this](const api::Error& error) { planFailed(m_ground, error); });
}

void SendModel::planUpper() {
    m_planned_upper = m_asker.askCoded<api::PaymentInfo>(
        payRequest(true),
        [this](const api::PaymentInfo& reply) {
            m_upper = {.wanted = m_upper.wanted, .ready = m_upper.wanted, .answered = true};
            m_upper.amount_msat = reply.amount_msat;
            m_upper.verified = reply.verified;
            m_upper.fee_msat = std::max<std::int64_t>(0, reply.amount_sent_msat - reply.amount_msat);
            m_upper.most_fee_msat = std::max(reply.max_fee_msat, m_upper.fee_msat);
            m_upper.left_sat = m_portfolio.spendable(2) - (reply.amount_msat + m_upper.fee_msat + 999) / 1000;
            if (const api::LayerView* layer = m_portfolio.layer(2))
                m_upper.expected_s = layer->confirmation_s;
            m_upper.note = reply.hops > 1 ? counted(reply.hops - 1, tr("over 1 node"), tr("over %1 nodes"))
                                          : tr("straight to your partner");
            refresh();
        },
        [this](const api::Error& error) {
            planFailed(m_upper, error);
            if (!m_upper.settled && m_all && amountMsat() == 0) {
                m_upper.problem = tr("Only L1 can send all.");
                refresh();
            }
        });
}

// Both halves of a request ask for the same money. Whether its invoice is paid is known by the answer only.
bool SendModel::groundWouldPayTwice() const {
    return !m_found.invoice.empty() && (!m_upper.answered || m_upper.settled);
}

void SendModel::writeWays() {
    const bool both = m_ground.ready && m_upper.ready;
    const int best = !both ? 0 : m_upper.fee_msat <= m_ground.fee_msat ? 2 : 1;
    if (m_upper.settled)
        m_level = 2;
    else if (!m_chosen)
        m_level = m_upper.ready && (best != 1 || !m_ground.ready) ? 2
                  : m_ground.ready                                ? 1
                  : m_upper.wanted                                ? 2
                  : m_ground.wanted                               ? 1
                                                                  : 0;
    std::vector<Row> rows;
    for (const int level : {2, 1}) {
        const Plan& plan = level == 2 ? m_upper : m_ground;
        if (level == 1 ? !plan.wanted || m_upper.settled : !plan.wanted && !plan.settled) continue;
        rows.push_back(
            {QString::number(level),
             {{QStringLiteral("level"), level},
              {QStringLiteral("name"), m_display.nameOf(level)},
              {QStringLiteral("fee"), plan.ready ? msatText(plan.fee_msat) : QStringLiteral("–")},
              {QStringLiteral("share"), plan.ready ? shareText(plan.fee_msat, plan.amount_msat) : QString()},
              {QStringLiteral("time"), plan.expected_s ? sentence(aboutDuration(*plan.expected_s))
                                       : plan.ready    ? tr("not known")
                                                       : QStringLiteral("–")},
              {QStringLiteral("finality"), level == 2 ? tr("Final at once") : tr("Final after a few blocks")},
              {QStringLiteral("best"), level == best},
              {QStringLiteral("problem"), plan.problem},
              {QStringLiteral("selected"), level == m_level},
              {QStringLiteral("note"), plan.note}}});
    }
    m_ways.setRows(std::move(rows));
    writeFee();
}

// It stays while a feerate is typed that does not do: there it is typed.
void SendModel::writeFee() {
    const bool shown =
        m_ground.wanted && !m_upper.settled && (m_ground.answered || !m_feerate_text.isEmpty());
    m_fee_title = shown ? tr("%1 fee, if you pay on L1").arg(m_display.nameOf(1)) : QString();
    m_fee_badge = m_ground.ready ? badgeOf(m_ground.verified) : QVariantMap();
    m_fee_source = m_ground.source == QLatin1String("chosen") ? tr("as you chose") : m_ground.source;
    m_fee_words.clear();
    if (!m_ground.ready) return;
    const QString time = m_ground.expected_s ? aboutDuration(*m_ground.expected_s) : tr("time not known");
    m_fee_words = QStringList{m_ground.note, time, msatText(m_ground.fee_msat)}.join(QStringLiteral(" · "));
}

void SendModel::writeReview() {
    m_review.clear();
    m_why_not.clear();
    const Plan& plan = m_level == 2 ? m_upper : m_ground;
    const std::int64_t amount = plan.ready ? plan.amount_msat : amountMsat();
    m_review_amount = amount > 0 ? msatText(amount) : QString();
    m_review_to = m_level == 1   ? groupedByFour(textOf(m_found.address))
                  : m_level == 2 ? elided(textOf(m_found.payee))
                                 : QString();
    m_assurance = m_level == 2 ? tr("If it fails you pay nothing. A payment on its way may wait for a while "
                                    "before it comes back.")
                               : tr("Once it is in a block it cannot be taken back. Check the address.");
    const bool twice = m_level == 1 && groundWouldPayTwice();
    m_unlock_first = m_level > 0 && m_wallet == api::WalletState::locked && isEditing() && !plan.settled;
    m_can_pay = m_level > 0 && plan.ready && !twice && isEditing() && !m_unlock_first;
    m_pay_action = amount > 0 ? tr("Pay %1").arg(msatText(amount)) : tr("Pay");
    if (m_unlock_first) m_pay_action = tr("Unlock to pay");
    if (isSending()) m_pay_action = tr("Sending");
    if (m_text.isEmpty())
        m_why_not = tr("Paste what you want to pay.");
    else if (m_level == 0)
        m_why_not = m_kind_words.isEmpty() ? tr("Looking at it") : m_kind_words;
    else if (!m_amount_error.isEmpty())
        m_why_not.clear(); // it stands at the amount
    else if (m_level == 1 && !m_feerate_error.isEmpty())
        m_why_not.clear(); // it stands at the feerate
    else if (amount == 0 && !m_all)
        m_why_not = tr("Write an amount.");
    else if (!plan.problem.isEmpty())
        m_why_not = plan.settled && !m_found.address.empty()
                        ? tr("%1 Its address asks for the same money, and is not offered.").arg(plan.problem)
                        : plan.problem;
    else if (!plan.ready)
        m_why_not = tr("Working out the fee");
    else if (twice)
        m_why_not = tr("Looking whether it is paid on L2 already");
    if (!plan.ready || m_level == 0) return;
    m_review.append(fact(tr("Fee, about"), msatText(plan.fee_msat), plan.verified));
    m_review.append(fact(tr("Fee, at most"), msatText(plan.most_fee_msat)));
    m_review.append(fact(tr("You pay, at most"), msatText(plan.amount_msat + plan.most_fee_msat)));
    if (plan.expected_s) m_review.append(fact(tr("Arrives"), sentence(aboutDuration(*plan.expected_s))));
    m_review.append(fact(tr("Left on L%1").arg(m_level), m_display.sat(plan.left_sat)));
    m_review.append(fact(m_level == 2 ? tr("Path") : tr("Feerate"), plan.note));
}

void SendModel::refresh() {
    writeWays();
    writeReview();
    emit changed();
}

void SendModel::finish(const QString& state, const QString& outcome, const QString& id) {
    m_state = state;
    m_outcome = outcome;
    m_outcome_id = id;
    refresh();
}

void SendModel::pay() {
    if (!m_can_pay) return;
    // One id for one review: pressing twice, or again after a lost answer, never pays twice.
    if (m_request_id.empty()) m_request_id = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    m_state = QStringLiteral("sending");
    if (m_level == 1)
        payGround();
    else
        payUpper();
    refresh();
}

void SendModel::payGround() {
    m_asker.ask<api::SendReply>(
        coinsRequest(false),
        [this](const api::SendReply& reply) {
            finish(QStringLiteral("done"),
                   tr("%1 sent to the network. Fee %2. It waits for its first block.")
                       .arg(satText(reply.amount_sat), satText(reply.fee_sat)),
                   textOf(reply.txid));
        },
        [this](const QString& why) { finish(QStringLiteral("failed"), why, {}); });
}

void SendModel::payUpper() {
    m_asker.askCoded<api::PaymentInfo>(
        payRequest(false), [this](const api::PaymentInfo& reply) { takeOutcome(reply); },
        [this](const api::Error& error) {
            if (error.code == settled_already) { // by another window or program, since the review
                m_state = QStringLiteral("editing");
                return planFailed(m_upper, error);
            }
            finish(error.code == not_final ? QStringLiteral("onway") : QStringLiteral("failed"),
                   forPeople(error), {});
            if (error.code == not_final) askOutcome();
        });
}

void SendModel::askOutcome() {
    m_asker.cancel(m_asked);
    m_asked =
        m_asker.ask<api::PaymentList>(api::ListPays{.bolt11 = m_found.invoice},
                                      [this](const api::PaymentList& list) {
                                          if (m_state == QLatin1String("onway") && !list.payments.empty() &&
                                              list.payments.back().status != "pending")
                                              takeOutcome(list.payments.back());
                                      },
                                      {});
}

void SendModel::takeOutcome(const api::PaymentInfo& payment) {
    if (payment.status == "complete")
        finish(
            QStringLiteral("done"),
            tr("%1 paid. Fee %2.")
                .arg(msatText(payment.amount_msat), msatText(payment.amount_sent_msat - payment.amount_msat)),
            textOf(payment.payment_hash));
    else if (payment.status == "pending")
        finish(QStringLiteral("onway"),
               tr("%1 is on its way. It may still come back until block %2.")
                   .arg(msatText(payment.amount_msat), grouped(payment.not_final_until)),
               textOf(payment.payment_hash));
    else
        finish(QStringLiteral("failed"), tr("Nothing was paid. %1").arg(textOf(payment.failure)), {});
}

} // namespace duplex::ui
