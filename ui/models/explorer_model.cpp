#include "ui/models/explorer_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace duplex::ui {

namespace {

QVariantMap fact(const QString& name, const QString& value, const ledger::Verified& verified,
                 bool mono = false, const QString& copy = {}) {
    return {{QStringLiteral("name"), name},
            {QStringLiteral("value"), value},
            {QStringLiteral("badge"), badgeOf(verified)},
            {QStringLiteral("mono"), mono},
            {QStringLiteral("copy"), copy}};
}

// A line of an opened coin: it stands in the payment as it is, and can be copied whole.
QVariantMap plain(const QString& name, const QString& value) {
    return {{QStringLiteral("name"), name},
            {QStringLiteral("value"), value},
            {QStringLiteral("mono"), true},
            {QStringLiteral("whole"), true},
            {QStringLiteral("copy"), value}};
}

// Core's names of the kinds of scripts, in words.
QString scriptWords(const std::string& kind) {
    static const std::map<std::string_view, const char*> words{
        {"pubkey", QT_TRANSLATE_NOOP("QObject", "to a public key")},
        {"pubkeyhash", QT_TRANSLATE_NOOP("QObject", "to a key, old kind")},
        {"scripthash", QT_TRANSLATE_NOOP("QObject", "to a script, old kind")},
        {"witness_v0_keyhash", QT_TRANSLATE_NOOP("QObject", "to a key")},
        {"witness_v0_scripthash", QT_TRANSLATE_NOOP("QObject", "to a script")},
        {"witness_v1_taproot", QT_TRANSLATE_NOOP("QObject", "to a taproot key")},
        {"witness_unknown", QT_TRANSLATE_NOOP("QObject", "to a kind newer than Duplex")},
        {"anchor", QT_TRANSLATE_NOOP("QObject", "anchor: anybody may spend it to speed the payment up")},
        {"multisig", QT_TRANSLATE_NOOP("QObject", "to several keys together")},
        {"nulldata", QT_TRANSLATE_NOOP("QObject", "a note, no coins")},
        {"nonstandard", QT_TRANSLATE_NOOP("QObject", "to a script of no known kind")}};
    const auto found = words.find(kind);
    return found == words.end() ? textOf(kind) : QObject::tr(found->second);
}

// What is not known has no badge.
QVariantMap unknown(const QString& name) {
    return {{QStringLiteral("name"), name}, {QStringLiteral("value"), QObject::tr("not known")}};
}

QString countText(const std::optional<std::int64_t>& count) {
    return !count        ? QObject::tr("not fetched")
           : *count == 1 ? QObject::tr("1 payment")
                         : QObject::tr("%1 payments").arg(grouped(*count));
}

std::int64_t outputSum(const ledger::TransactionFacts& payment) {
    return std::accumulate(payment.outputs.begin(), payment.outputs.end(), std::int64_t{0},
                           [](std::int64_t sum, const auto& output) { return sum + output.amount_sat; });
}

} // namespace

ExplorerModel::ExplorerModel(Asker& asker, Display& display, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display),
      m_strip({QStringLiteral("height_text"), QStringLiteral("payments"), QStringLiteral("age"),
               QStringLiteral("newest"), QStringLiteral("selected"), QStringLiteral("badge"),
               QStringLiteral("feerate")}),
      m_payments({QStringLiteral("txid"), QStringLiteral("amount"), QStringLiteral("size"),
                  QStringLiteral("ways"), QStringLiteral("ours"), QStringLiteral("fee")}) {
    connect(&display, &Display::changed, this, &ExplorerModel::refreshStrip);
}

QVariantList ExplorerModel::legend() const {
    using ledger::Evidence;
    using ledger::Label;
    return {badgeOf({Label::proved_final, Evidence::work}), badgeOf({Label::proved_final, Evidence::block}),
            badgeOf({Label::reported, Evidence::peer})};
}

void ExplorerModel::take(const api::BlocksSnapshot& blocks) {
    m_recent = blocks.blocks;
    if (m_height >= 0 && !m_recent.empty()) { // the block that is shown lies deeper now
        m_shown.confirmations = m_recent.front().height - m_shown.height + 1;
        writeBlock();
    }
    if (!m_paid.txid.empty() && !m_recent.empty()) {
        if (m_paid.height >= 0) {
            m_paid.confirmations = static_cast<int>(m_recent.front().height - m_paid.height + 1);
            writePayment();
        } else {
            askPayment(); // it may be in this block
        }
    }
    refreshStrip();
}

void ExplorerModel::refreshStrip() {
    std::vector<Row> rows;
    for (const ledger::BlockFacts& block : m_recent) {
        rows.push_back({textOf(block.hash),
                        {{QStringLiteral("height_text"), grouped(block.height)},
                         {QStringLiteral("payments"), countText(block.transaction_count)},
                         {QStringLiteral("age"), agoText(block.time, m_display.now())},
                         {QStringLiteral("newest"), &block == &m_recent.front()},
                         {QStringLiteral("selected"), block.height == m_height},
                         {QStringLiteral("feerate"), block.average_feerate_sat_per_kvb
                                                         ? feerateText(*block.average_feerate_sat_per_kvb)
                                                         : QString()},
                         {QStringLiteral("badge"), badgeOf(block.verified)}}});
    }
    m_strip.setRows(std::move(rows));
    emit changed();
}

void ExplorerModel::openBlock(const QString& which) {
    api::GetBlockFacts request;
    bool number = false;
    const std::int64_t height = which.toLongLong(&number);
    if (which.isEmpty()) {
        if (m_recent.empty()) return;
        request.hash = m_recent.front().hash;
    } else if (number && which.size() < 12) {
        request.height = height;
    } else {
        request.hash = which.toStdString();
    }
    m_asker.cancel(m_asked_block);
    m_loading_block = true;
    m_block_error.clear();
    m_asked_block = m_asker.ask<ledger::BlockFacts>(
        request, [this](const ledger::BlockFacts& block) { show(block); },
        [this](const QString& why) {
            m_loading_block = false;
            m_block_error = why;
            emit changed();
        });
    emit changed();
}

void ExplorerModel::step(int blocks) {
    if (m_height >= 0 && m_height + blocks >= 0) openBlock(QString::number(m_height + blocks));
}

void ExplorerModel::leave() {
    m_asker.cancel(m_asked_block);
    m_asker.cancel(m_asked_payment);
    m_loading_block = m_loading_payment = false;
    m_paid = {};
}

void ExplorerModel::show(const ledger::BlockFacts& block) {
    m_loading_block = false;
    m_height = block.height;
    m_shown = block;
    writePayments(block);
    m_shown.transactions.clear(); // they are rows by now
    m_payment_count = std::ssize(block.transactions);
    writeBlock();
    refreshStrip();
}

void ExplorerModel::writeBlock() {
    const ledger::BlockFacts& block = m_shown;
    // The header follows from the work on it; the body from the whole block, checked against the header.
    ledger::Verified known = block.verified, body = block.verified;
    known.evidence = ledger::Evidence::work;
    body.evidence = ledger::Evidence::block;
    QVariantList facts{
        fact(tr("Hash"), textOf(block.hash), known, true, textOf(block.hash)),
        fact(tr("Block before"), textOf(block.previous_hash), known, true, textOf(block.previous_hash)),
        fact(tr("Time written"), dateTimeText(block.time), known),
        fact(tr("Depth"), blocksText(block.confirmations), known),
        fact(tr("List fingerprint"), textOf(block.merkle_root), known, true),
        fact(tr("Target bits"), QStringLiteral("0x") + QString::number(block.bits, 16), known, true),
        fact(tr("Nonce, version"),
             QStringLiteral("0x%1 · 0x%2")
                 .arg(block.nonce, 8, 16, QLatin1Char('0'))
                 .arg(static_cast<std::uint32_t>(block.version), 8, 16, QLatin1Char('0')),
             known, true)};
    if (block.transaction_count) facts.append(fact(tr("Payments"), grouped(*block.transaction_count), body));
    if (block.size)
        facts.append(
            fact(tr("Size"),
                 tr("%1 bytes, %2 weight units").arg(grouped(*block.size), grouped(block.weight.value_or(0))),
                 body));
    if (block.claimed_fee_sat) facts.append(fact(tr("Fees in all"), satText(*block.claimed_fee_sat), body));
    if (block.average_feerate_sat_per_kvb)
        facts.append(fact(tr("Average fee"), feerateText(*block.average_feerate_sat_per_kvb), body));
    m_block = {{QStringLiteral("title"), tr("Block %1").arg(grouped(block.height))},
               {QStringLiteral("hash"), textOf(block.hash)},
               {QStringLiteral("count"), counted(m_payment_count, tr("1 payment"), tr("%1 payments"))},
               {QStringLiteral("facts"), facts}};
}

void ExplorerModel::writePayments(const ledger::BlockFacts& block) {
    std::vector<Row> rows;
    for (const ledger::TransactionFacts& payment : block.transactions) {
        const bool ours =
            std::ranges::any_of(payment.outputs, [](const auto& output) { return output.ours; });
        const bool first = !payment.inputs.empty() && payment.inputs.front().coinbase;
        rows.push_back({textOf(payment.txid),
                        {{QStringLiteral("txid"), elided(textOf(payment.txid))},
                         {QStringLiteral("amount"), satText(outputSum(payment))},
                         {QStringLiteral("size"), tr("%1 vB").arg(grouped((payment.weight + 3) / 4))},
                         {QStringLiteral("ways"),
                          first ? tr("new coins")
                                : tr("%1 in, %2 out").arg(payment.inputs.size()).arg(payment.outputs.size())},
                         {QStringLiteral("fee"), payment.fee_sat ? satText(*payment.fee_sat)
                                                 : first         ? QStringLiteral("–")
                                                                 : tr("not known")},
                         {QStringLiteral("ours"), ours}}});
    }
    m_payments.setRows(std::move(rows));
}

void ExplorerModel::openPayment(const QString& txid, const QString& block_hash) {
    m_payment.clear();
    m_payment_error.clear();
    m_loading_payment = true;
    m_paid = {};
    m_wanted = {txid.toStdString(), block_hash.toStdString()};
    askPayment();
    emit changed();
}

void ExplorerModel::askPayment() {
    m_asker.cancel(m_asked_payment);
    m_asked_payment = m_asker.ask<ledger::TransactionFacts>(
        m_wanted, [this](const ledger::TransactionFacts& payment) { show(payment); },
        [this](const QString& why) {
            m_loading_payment = false;
            m_payment_error = why;
            emit changed();
        });
}

void ExplorerModel::show(const ledger::TransactionFacts& payment) {
    m_loading_payment = false;
    m_paid = payment;
    writePayment();
    emit changed();
}

// Each coin opens to what the payment says about it word for word, with the whole of every shortened id.
void ExplorerModel::writePayment() {
    const ledger::TransactionFacts& payment = m_paid;
    QVariantList inputs, outputs;
    for (const ledger::InputFacts& input : payment.inputs) {
        const QString before = textOf(input.previous_txid);
        QVariantList details;
        if (!input.coinbase) {
            details << plain(tr("Payment before"), before)
                    << plain(tr("Its output"), QString::number(input.previous_index));
            if (!input.address.empty()) details << plain(tr("Address"), textOf(input.address));
        }
        if (!input.script_sig_hex.empty()) details << plain(tr("Script"), textOf(input.script_sig_hex));
        for (std::size_t i = 0; i < input.witness_hex.size(); ++i)
            details << plain(tr("Witness %1").arg(i + 1), textOf(input.witness_hex[i]));
        details << plain(tr("Sequence"), QStringLiteral("0x") + QString::number(input.sequence, 16));
        inputs.append(QVariantMap{
            {QStringLiteral("title"),
             input.coinbase ? tr("New coins")
             : input.address.empty()
                 ? tr("Output %1 of %2").arg(input.previous_index).arg(elided(textOf(input.previous_txid)))
                 : elided(textOf(input.address))},
            {QStringLiteral("amount"), input.amount_sat ? satText(*input.amount_sat) : tr("not known")},
            {QStringLiteral("note"), input.coinbase ? QString()
                                                    : counted(std::ssize(input.witness_hex),
                                                              tr("1 witness item"), tr("%1 witness items"))},
            {QStringLiteral("previous"), input.coinbase ? QString() : before},
            {QStringLiteral("details"), details}});
    }
    for (const ledger::OutputFacts& output : payment.outputs) {
        const QString kind = scriptWords(output.script_kind);
        QVariantList details;
        if (!output.address.empty()) details << plain(tr("Address"), textOf(output.address));
        if (!output.script_asm.empty()) details << plain(tr("Script"), textOf(output.script_asm));
        if (!output.script_hex.empty()) details << plain(tr("Script, raw"), textOf(output.script_hex));
        details << plain(tr("Kind"), textOf(output.script_kind));
        outputs.append(QVariantMap{{QStringLiteral("title"),
                                    output.address.empty() ? sentence(kind) : elided(textOf(output.address))},
                                   {QStringLiteral("amount"), satText(output.amount_sat)},
                                   {QStringLiteral("note"), output.ours ? tr("yours · %1").arg(kind) : kind},
                                   {QStringLiteral("ours"), output.ours},
                                   {QStringLiteral("details"), details}});
    }
    const ledger::Verified& known = payment.verified;
    QVariantList facts{
        fact(tr("In block"), payment.height >= 0 ? grouped(payment.height) : tr("not in a block yet"), known),
        fact(tr("Depth"), payment.height >= 0 ? blocksText(payment.confirmations) : QStringLiteral("–"),
             known),
        payment.fee_sat ? fact(tr("Fee"), satText(*payment.fee_sat), known) : unknown(tr("Fee")),
        fact(tr("Size"), tr("%1 bytes, %2 weight units").arg(grouped(payment.size), grouped(payment.weight)),
             known),
        fact(tr("Version"), QString::number(payment.version), known),
        fact(tr("Earliest block"), payment.locktime == 0 ? tr("any") : grouped(payment.locktime), known),
        fact(tr("Id with witness"), textOf(payment.wtxid), known, true, textOf(payment.wtxid))};
    m_payment = {{QStringLiteral("txid"), textOf(payment.txid)},
                 {QStringLiteral("depth"), payment.height >= 0
                                               ? tr("%1 deep").arg(blocksText(payment.confirmations))
                                               : tr("waiting for a block")},
                 {QStringLiteral("deep"), payment.height >= 0},
                 {QStringLiteral("badge"), badgeOf(known)},
                 {QStringLiteral("sum"), satText(outputSum(payment))},
                 {QStringLiteral("inputs"), inputs},
                 {QStringLiteral("outputs"), outputs},
                 {QStringLiteral("facts"), facts}};
}

} // namespace duplex::ui
