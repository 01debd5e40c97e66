#pragma once

#include "tests/support/test_main.h"

#include "core/base/bytes.h"

#include <QFile>

namespace duplex::test {

/// The stored blob of tests/golden/NAME (hexadecimal). With DUPLEX_WRITE_GOLDEN set, a missing one is written
/// from `made`; an existing one never changes.
inline Bytes golden(const char* name, ByteView made) {
    QFile file(vectorPath("../golden/") + QString::fromLatin1(name));
    if (!file.exists() && qEnvironmentVariableIsSet("DUPLEX_WRITE_GOLDEN") &&
        file.open(QIODevice::WriteOnly)) {
        file.write(toHex(made).c_str());
        file.close();
    }
    if (!file.open(QIODevice::ReadOnly)) return {};
    return fromHex(file.readAll().trimmed().toStdString()).value_or(Bytes{});
}

} // namespace duplex::test
