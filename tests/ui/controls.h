#pragma once

#include <QQuickItem>
#include <QQuickWindow>
#include <QTest>
#include <QtQuickTest/quicktest.h>

#include <algorithm>

namespace duplex::test {

/// What of that name below `from` is shown and can be used now. By the tree of what is shown: what a Loader
/// or a Repeater made is nobody's QObject child.
inline QQuickItem* usable(QQuickItem* from, const QString& name) {
    if (!from->isVisible()) return nullptr;
    if (from->objectName() == name) return from->isEnabled() && from->width() > 0 ? from : nullptr;
    for (QQuickItem* child : from->childItems())
        if (QQuickItem* found = usable(child, name)) return found;
    return nullptr;
}

/// Scrolls whatever holds the item until all of it is seen.
inline void reveal(QQuickItem* item) {
    for (QQuickItem* box = item->parentItem(); box != nullptr; box = box->parentItem()) {
        if (!box->property("contentY").isValid()) continue;
        const double bottom = item->mapToItem(box, {0, item->height()}).y() - box->height();
        const double top = item->mapToItem(box, {0, 0}).y();
        const double by = bottom > 0 ? bottom + 8 : std::min(0.0, top);
        box->setProperty("contentY", box->property("contentY").toDouble() + by);
    }
}

/// As a person does: where the item stands once the layout has come to rest (a sentence that has just
/// appeared moves all below it with the next frame), scrolled to. False when it is outside the window.
inline bool clickOn(QQuickWindow* window, QQuickItem* item) {
    QQuickTest::qWaitForPolish(window);
    reveal(item);
    const QPoint centre = item->mapToScene({item->width() / 2, item->height() / 2}).toPoint();
    if (!QRect({}, window->size()).contains(centre)) return false;
    QTest::mouseClick(window, Qt::LeftButton, Qt::NoModifier, centre);
    return true;
}

} // namespace duplex::test
