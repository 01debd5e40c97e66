#pragma once

#include "tests/support/test_main.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/crypto/keys.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace duplex::test {

/// A published vector file below tests/vectors/lightning as JSON.
inline QJsonDocument lightningVectors(const char* name) {
    QFile file(vectorPath(qPrintable(QStringLiteral("lightning/") + QLatin1String(name))));
    check(file.open(QIODevice::ReadOnly), "vector file opens");
    return QJsonDocument::fromJson(file.readAll());
}

/// Bytes of a hexadecimal text with or without 0x.
inline Bytes hexBytes(const QString& text) {
    const std::string plain = text.toStdString();
    const auto bytes = fromHex(plain.starts_with("0x") ? plain.substr(2) : plain);
    check(bytes.has_value(), "vector holds hexadecimal");
    return *bytes;
}
inline Bytes hexBytes(const QJsonValue& value) {
    return hexBytes(value.toString());
}
inline crypto::PrivateKey privateKeyOf(const QString& hex) {
    return *crypto::PrivateKey::fromBytes(toArray<32>(hexBytes(hex)));
}
inline crypto::PrivateKey privateKeyOf(std::uint8_t fill) {
    ByteArray<32> bytes{};
    bytes.fill(fill);
    return *crypto::PrivateKey::fromBytes(bytes);
}

} // namespace duplex::test
