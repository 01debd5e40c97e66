#include "tests/core/bitcoin/script/vectors.h"

#include <QMap>
#include <QStringList>

namespace duplex::test {

using namespace duplex::bitcoin;
using namespace duplex::bitcoin::script;

namespace {

const QMap<QString, std::uint8_t>& opcodes() {
    static const QMap<QString, std::uint8_t> table = [] {
        QMap<QString, std::uint8_t> result;
        for (int code = 0x61; code <= 0xba; ++code) {
            const QString name = QString::fromStdString(nameOf(static_cast<std::uint8_t>(code)));
            result[name] = static_cast<std::uint8_t>(code);
            result[name.mid(3)] = static_cast<std::uint8_t>(code);
        }
        result["NOP2"] = 0xb1;
        result["NOP3"] = 0xb2;
        result["RESERVED"] = 0x50;
        return result;
    }();
    return table;
}

const QMap<QString, Flags>& flagNames() {
    static const QMap<QString, Flags> table = {
        {"P2SH", verify_p2sh},
        {"STRICTENC", verify_strictenc},
        {"DERSIG", verify_dersig},
        {"LOW_S", verify_low_s},
        {"NULLDUMMY", verify_nulldummy},
        {"SIGPUSHONLY", verify_sigpushonly},
        {"MINIMALDATA", verify_minimaldata},
        {"DISCOURAGE_UPGRADABLE_NOPS", verify_discourage_upgradable_nops},
        {"CLEANSTACK", verify_cleanstack},
        {"CHECKLOCKTIMEVERIFY", verify_checklocktimeverify},
        {"CHECKSEQUENCEVERIFY", verify_checksequenceverify},
        {"WITNESS", verify_witness},
        {"DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM", verify_discourage_upgradable_witness_program},
        {"MINIMALIF", verify_minimalif},
        {"NULLFAIL", verify_nullfail},
        {"WITNESS_PUBKEYTYPE", verify_witness_pubkeytype},
        {"CONST_SCRIPTCODE", verify_const_scriptcode},
        {"TAPROOT", verify_taproot},
    };
    return table;
}

} // namespace

Script scriptFromWords(const QString& words) {
    Script result;
    const auto append = [&](const Bytes& bytes) {
        result.bytes.insert(result.bytes.end(), bytes.begin(), bytes.end());
    };
    for (const QString& word : words.split(' ', Qt::SkipEmptyParts)) {
        bool is_number = false;
        const qint64 value = word.toLongLong(&is_number);
        if (is_number)
            append(ScriptBuilder().number(value).take().bytes);
        else if (word.startsWith("0x"))
            append(*fromHex(word.mid(2).toStdString()));
        else if (word.startsWith('\''))
            append(ScriptBuilder().push(viewOf(word.mid(1, word.size() - 2).toStdString())).take().bytes);
        else if (opcodes().contains(word))
            result.bytes.push_back(opcodes()[word]);
        else
            qFatal("unknown word %s", qPrintable(word));
    }
    return result;
}

Flags flagsFromNames(const QString& names) {
    Flags flags = verify_none;
    for (const QString& name : names.split(',', Qt::SkipEmptyParts)) {
        if (name == "NONE") continue;
        if (!flagNames().contains(name)) qFatal("unknown flag %s", qPrintable(name));
        flags |= flagNames()[name];
    }
    return flags;
}

Flags withNeededFlags(Flags flags) {
    if (flags & verify_cleanstack) flags |= verify_witness;
    if (flags & verify_witness) flags |= verify_p2sh;
    return flags;
}

} // namespace duplex::test
