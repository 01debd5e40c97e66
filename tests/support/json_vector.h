#pragma once

#include "tests/support/test_main.h"

#include "core/base/bytes.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace duplex::test {

inline QJsonDocument jsonVector(const char* relative) {
    QFile file(vectorPath(relative));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", relative);
    return QJsonDocument::fromJson(file.readAll());
}

/// Bytes of a hexadecimal field, with or without "0x".
inline Bytes hexOf(const QJsonValue& value) {
    QString text = value.toString();
    if (text.startsWith("0x")) text.remove(0, 2);
    const auto bytes = fromHex(text.toStdString());
    if (!bytes) qFatal("not hexadecimal: %s", qPrintable(text));
    return *bytes;
}

} // namespace duplex::test
