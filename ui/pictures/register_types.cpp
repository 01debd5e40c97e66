#include "ui/pictures/register_types.h"

#include "ui/pictures/amount_bar_item.h"
#include "ui/pictures/dashed_frame.h"
#include "ui/pictures/icon_provider.h"
#include "ui/pictures/qr_code.h"

#include <QQmlEngine>

namespace duplex::ui {

void prepare(QQmlEngine& engine) {
    qmlRegisterType<AmountBarItem>("Duplex.Pictures", 1, 0, "AmountBarItem");
    qmlRegisterType<DashedFrame>("Duplex.Pictures", 1, 0, "DashedFrame");
    qmlRegisterType<QrCode>("Duplex.Pictures", 1, 0, "QrCode");
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.addImageProvider(QStringLiteral("icon"), new IconProvider); // the engine owns it
}

} // namespace duplex::ui
