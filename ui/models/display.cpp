#include "ui/models/display.h"

#include "ui/format/amount_format.h"

#include <QDateTime>

#include <algorithm>

namespace duplex::ui {

namespace {

const QString dots = QStringLiteral("\u2022\u2022\u2022\u2022 sat");

QString labelWords(const ledger::Verified& verified) {
    using ledger::Evidence;
    switch (verified.label) {
    case ledger::Label::own:
        return QObject::tr("Checked with your keys");
    case ledger::Label::proved_final:
        return verified.evidence == Evidence::work ? QObject::tr("Proved by proof-of-work")
                                                   : QObject::tr("Proved by block");
    case ledger::Label::proved_recent:
        return verified.evidence == Evidence::work ? QObject::tr("Proved by recent work")
                                                   : QObject::tr("Proved by recent block");
    case ledger::Label::proved_delayed:
        return QObject::tr("Proved, but older");
    case ledger::Label::signed_:
        return QObject::tr("Signed");
    case ledger::Label::attested:
        return QObject::tr("Attested");
    case ledger::Label::agreed:
        return verified.n > 0 ? QObject::tr("%1 of %2 peers agree").arg(verified.k).arg(verified.n)
                              : QObject::tr("Peers agree");
    case ledger::Label::reported:
        return QObject::tr("Claimed by a peer");
    case ledger::Label::stale:
        return QObject::tr("Old figure");
    case ledger::Label::disputed:
        return QObject::tr("Peers disagree");
    }
    return {};
}

} // namespace

Display::Display(QObject* parent)
    : QObject(parent), m_now([] { return QDateTime::currentSecsSinceEpoch(); }) {}

void Display::setHidden(bool hidden) {
    if (hidden == m_hidden) return;
    m_hidden = hidden;
    emit changed();
}

void Display::setLayers(std::vector<ledger::Layer> layers) {
    if (layers == m_layers) return;
    m_layers = std::move(layers);
    emit changed();
}

QString Display::sat(std::int64_t sat) const {
    return m_hidden ? dots : satText(sat);
}
QString Display::msat(std::int64_t msat) const {
    return m_hidden ? dots : msatText(msat);
}
QString Display::signedMsat(std::int64_t msat) const {
    return m_hidden ? dots : (msat > 0 ? QStringLiteral("+") : QString()) + msatText(msat);
}
QString Display::coin(std::int64_t sat) const {
    const ledger::Layer* ground = layerAt(1);
    if (m_hidden || ground == nullptr) return {};
    return coinText(sat, textOf(ground->asset));
}

int Display::levelOf(const ledger::LayerId& id) const {
    const auto found = std::ranges::find(m_layers, id, &ledger::Layer::id);
    return found == m_layers.end() ? 0 : found->level;
}

QString Display::nameOf(int level) const {
    const ledger::Layer* layer = layerAt(level);
    return layer == nullptr ? tr("layer %1").arg(level) : textOf(layer->name);
}

ledger::LayerId Display::idOf(int level) const {
    const ledger::Layer* layer = layerAt(level);
    return layer == nullptr ? "L" + std::to_string(level) : layer->id;
}

const ledger::Layer* Display::layerAt(int level) const {
    const auto found = std::ranges::find(m_layers, level, &ledger::Layer::level);
    return found == m_layers.end() ? nullptr : &*found;
}

QVariantMap badgeOf(const ledger::Verified& verified) {
    using ledger::Label;
    const bool proved = verified.label == Label::proved_final || verified.label == Label::proved_recent ||
                        verified.label == Label::proved_delayed;
    const bool own = verified.label == Label::own;
    const bool work = proved && verified.evidence == ledger::Evidence::work;
    return {{QStringLiteral("shape"), work            ? QStringLiteral("filled")
                                      : proved || own ? QStringLiteral("outline")
                                                      : QStringLiteral("dashed")},
            {QStringLiteral("symbol"), own      ? QStringLiteral("key")
                                       : work   ? QStringLiteral("blocks")
                                       : proved ? QStringLiteral("branch")
                                                : QStringLiteral("chat")},
            {QStringLiteral("words"), labelWords(verified)},
            {QStringLiteral("aged"), verified.label == Label::stale || verified.label == Label::disputed}};
}

} // namespace duplex::ui
