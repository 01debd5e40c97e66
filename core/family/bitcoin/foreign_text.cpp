#include "core/family/bitcoin/foreign_text.h"

#include <QList>
#include <QString>

namespace duplex::family::bitcoin {

namespace {

bool breaksLine(char32_t character) {
    const QChar::Category category = QChar::category(character);
    return category == QChar::Other_Control || category == QChar::Separator_Line ||
           category == QChar::Separator_Paragraph;
}

std::string utf8Of(char32_t character) {
    return QString::fromUcs4(&character, 1).toStdString();
}

} // namespace

std::string foreignText(const std::string& raw) {
    constexpr std::size_t longest = 32; // as long as BOLT 7 lets an alias be
    std::string text;
    for (const char32_t character : QString::fromStdString(raw).toUcs4()) {
        if (!QChar::isPrint(character) || breaksLine(character)) continue;
        const std::string utf8 = utf8Of(character);
        if (text.size() + utf8.size() > longest) break;
        text += utf8;
    }
    return text;
}

std::string foreignLine(const std::string& raw) {
    std::string text;
    for (const char32_t character : QString::fromStdString(raw).toUcs4()) {
        if (breaksLine(character))
            text += ' ';
        else if (QChar::isPrint(character))
            text += utf8Of(character);
    }
    return text;
}

std::string hostNameText(ByteView raw) {
    const bool plain = std::ranges::all_of(raw, [](std::uint8_t c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.';
    });
    return plain ? textOf(raw) : std::string();
}

std::string onionNameText(ByteView raw) {
    constexpr std::string_view base32 = "abcdefghijklmnopqrstuvwxyz234567";
    if (raw.size() != 35) return {}; // 280 bits: 56 characters without padding
    std::string name;
    std::uint32_t bits = 0;
    int held = 0;
    for (const std::uint8_t byte : raw) {
        bits = (bits << 8 | byte) & 0xfff;
        for (held += 8; held >= 5; held -= 5) name += base32[bits >> (held - 5) & 31];
    }
    return name + ".onion";
}

} // namespace duplex::family::bitcoin
