#include "ui/models/activity_rows.h"

#include "ui/format/amount_format.h"
#include "ui/format/time_format.h"

#include <cstdlib>

namespace duplex::ui {

namespace {

// A move of its own; its layer is the one that it leaves. Other lines of this kind are a channel's payments.
bool isMove(const ledger::Activity& item) {
    return item.kind == ledger::ActivityKind::move && item.id.starts_with("move:");
}

// Nothing left the wallet but the fee.
bool toOneself(const ledger::Activity& item) {
    return item.kind == ledger::ActivityKind::send && item.amount_msat == 0 && item.fee_msat > 0;
}

QString titleOf(const ledger::Activity& item, const Display& display) {
    if (!item.label.empty()) return textOf(item.label);
    switch (item.kind) {
    case ledger::ActivityKind::send:
        return toOneself(item) ? QObject::tr("Sent to yourself") : QObject::tr("Sent");
    case ledger::ActivityKind::receive:
        return QObject::tr("Received");
    case ledger::ActivityKind::move:
        if (!isMove(item)) return QObject::tr("Payment of a channel");
        return display.levelOf(item.layer) == 1 ? QObject::tr("Move up to %1").arg(display.nameOf(2))
                                                : QObject::tr("Move down to %1").arg(display.nameOf(1));
    case ledger::ActivityKind::fee:
        return QObject::tr("Fee");
    }
    return {};
}

QString stateWordsOf(const ledger::Activity& item, const Display& display) {
    const bool ground = display.levelOf(item.layer) == 1;
    switch (item.state) {
    case ledger::ActivityState::pending:
        return ground && item.confirmations == 0 ? QObject::tr("Waiting for a block")
               : ground ? QObject::tr("%1 deep, not final yet").arg(blocksText(item.confirmations))
                        : QObject::tr("On its way");
    case ledger::ActivityState::failed:
        return QObject::tr("Failed, nothing was paid");
    case ledger::ActivityState::at_risk:
        return QObject::tr("Could still be undone");
    case ledger::ActivityState::done:
        break;
    }
    QString words = clockText(item.time);
    if (ground && item.confirmations > 0) words = QObject::tr("%1 deep").arg(blocksText(item.confirmations));
    if (item.fee_msat > 0) words += QObject::tr(" · fee %1").arg(display.msat(item.fee_msat));
    return words;
}

// A move only changes the floor, and a failed payment changed nothing: neither has a sign.
QString amountOf(const ledger::Activity& item, const Display& display) {
    if (toOneself(item)) return display.signedMsat(-item.fee_msat);
    const bool unsigned_amount =
        item.kind == ledger::ActivityKind::move || item.state == ledger::ActivityState::failed;
    return unsigned_amount ? display.msat(std::abs(item.amount_msat)) : display.signedMsat(item.amount_msat);
}

} // namespace

QStringList activityRoles() {
    return {QStringLiteral("title"),    QStringLiteral("words"),   QStringLiteral("amount"),
            QStringLiteral("symbol"),   QStringLiteral("level"),   QStringLiteral("tone"),
            QStringLiteral("gain"),     QStringLiteral("section"), QStringLiteral("page"),
            QStringLiteral("argument"), QStringLiteral("badge")};
}

std::vector<Row> activityRows(const std::vector<ledger::Activity>& items, const Display& display) {
    std::vector<Row> rows;
    for (const ledger::Activity& item : items) {
        const bool failed = item.state == ledger::ActivityState::failed;
        const bool waits =
            item.state == ledger::ActivityState::pending || item.state == ledger::ActivityState::at_risk;
        const bool move = item.kind == ledger::ActivityKind::move;
        rows.push_back(
            {textOf(item.id),
             {{QStringLiteral("title"), titleOf(item, display)},
              {QStringLiteral("words"), stateWordsOf(item, display)},
              {QStringLiteral("amount"), amountOf(item, display)},
              {QStringLiteral("symbol"), move ? QStringLiteral("move")
                                         : item.kind == ledger::ActivityKind::receive
                                             ? QStringLiteral("receive")
                                             : QStringLiteral("send")},
              {QStringLiteral("level"), move ? 0 : display.levelOf(item.layer)},
              {QStringLiteral("tone"), failed  ? QStringLiteral("bad")
                                       : waits ? QStringLiteral("warn")
                                               : QString()},
              {QStringLiteral("gain"), item.amount_msat > 0 && !failed && !move},
              {QStringLiteral("section"), waits ? QObject::tr("Now") : dayText(item.time, display.now())},
              {QStringLiteral("page"), isMove(item)                       ? QStringLiteral("progress")
                                       : display.levelOf(item.layer) == 1 ? QStringLiteral("transaction")
                                                                          : QString()},
              {QStringLiteral("argument"), textOf(item.details)},
              {QStringLiteral("badge"), badgeOf(item.verified)}}});
    }
    return rows;
}

QVariantList activityFacts(const ledger::Activity& item, const Display& display) {
    QVariantList facts;
    const auto add = [&facts](const QString& name, const QString& value, const QString& copy = {},
                              const QVariant& badge = {}) {
        facts.append(QVariantMap{{QStringLiteral("name"), name},
                                 {QStringLiteral("value"), value},
                                 {QStringLiteral("mono"), !copy.isEmpty()},
                                 {QStringLiteral("copy"), copy},
                                 {QStringLiteral("badge"), badge}});
    };
    add(QObject::tr("Amount"), amountOf(item, display));
    if (item.fee_msat > 0) add(QObject::tr("Fee"), display.msat(item.fee_msat));
    add(QObject::tr("Layer"), display.nameOf(display.levelOf(item.layer)));
    add(QObject::tr("State"),
        item.state == ledger::ActivityState::done ? QObject::tr("Done") : stateWordsOf(item, display), {},
        badgeOf(item.verified));
    add(QObject::tr("Time"), dateTimeText(item.time));
    if (item.height >= 0) add(QObject::tr("In block"), grouped(item.height));
    if (!item.details.empty()) add(QObject::tr("Id"), textOf(item.details), textOf(item.details));
    return facts;
}

} // namespace duplex::ui
