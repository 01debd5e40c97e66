#pragma once

#include "core/ledger/chain.h"
#include "core/ledger/finality.h"

#include <QObject>
#include <QVariantMap>

#include <functional>
#include <vector>

namespace duplex::ui {

/// What all view-models need to write a figure: whether amounts are hidden, which layers there are, what time
/// it is.
class Display : public QObject {
    Q_OBJECT

public:
    explicit Display(QObject* parent = nullptr);

    bool hidden() const { return m_hidden; }
    void setHidden(bool hidden);
    void setLayers(std::vector<ledger::Layer> layers);
    void setNow(std::function<std::int64_t()> now) { m_now = std::move(now); }
    std::int64_t now() const { return m_now(); }

    /// "1 482 300 sat", or dots while amounts are hidden.
    QString sat(std::int64_t sat) const;
    QString msat(std::int64_t msat) const;
    /// With its sign, as lines of the history show it.
    QString signedMsat(std::int64_t msat) const;
    QString coin(std::int64_t sat) const;

    /// 1 or 2; 0 when the id is not one of the layers.
    int levelOf(const ledger::LayerId& id) const;
    /// Name of the layer on that level: it comes from the engine, so that no page knows a family.
    QString nameOf(int level) const;
    ledger::LayerId idOf(int level) const;

signals:
    void changed();

private:
    const ledger::Layer* layerAt(int level) const;
    bool m_hidden = false;
    std::vector<ledger::Layer> m_layers;
    std::function<std::int64_t()> m_now;
};

/// A provenance badge for QML: {shape, symbol, words, aged}. The shape follows the evidence, the words the
/// label.
QVariantMap badgeOf(const ledger::Verified& verified);
inline QString textOf(const std::string& text) {
    return QString::fromStdString(text);
}

} // namespace duplex::ui
