#include "ui/models/search_model.h"

#include "ui/format/id_format.h"
#include "ui/models/activity_rows.h"

namespace duplex::ui {

namespace {

constexpr std::size_t most_local = 6;

Row result(const QString& id, const QString& section, const QString& symbol, const QString& title,
           const QString& words, const QString& page, const QString& argument) {
    return {id,
            {{QStringLiteral("section"), section},
             {QStringLiteral("symbol"), symbol},
             {QStringLiteral("title"), title},
             {QStringLiteral("words"), words},
             {QStringLiteral("page"), page},
             {QStringLiteral("argument"), argument}}};
}

// The section says already that it was not recognised.
QString withoutTitle(const QString& words) {
    return words.startsWith(QLatin1String("Not recognised: ")) ? words.section(QStringLiteral(": "), 1)
                                                               : words;
}

} // namespace

SearchModel::SearchModel(Asker& asker, Display& display, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display),
      m_results({QStringLiteral("section"), QStringLiteral("symbol"), QStringLiteral("title"),
                 QStringLiteral("words"), QStringLiteral("page"), QStringLiteral("argument")}) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(150);
    connect(&m_pause, &QTimer::timeout, this, &SearchModel::recognise);
    write(nullptr);
}

void SearchModel::take(const api::ActivitySnapshot& activity) {
    m_activity = activity.items;
}
void SearchModel::take(const api::ChannelsSnapshot& channels) {
    m_channels = channels.channels;
}

void SearchModel::setText(const QString& text) {
    if (text == m_text) return;
    m_text = text;
    m_pause.start();
    write(nullptr);
}

void SearchModel::recognise() {
    m_asker.cancel(m_asked);
    if (m_text.trimmed().isEmpty()) return;
    m_asked = m_asker.ask<api::Recognised>(api::Recognise{m_text.trimmed().toStdString()},
                                           [this](const api::Recognised& found) { write(&found); }, {});
}

void SearchModel::addLocal(std::vector<Row>& rows) const {
    const QString section = tr("Yours, found on this computer");
    const QString wanted = m_text.trimmed();
    for (const ledger::Activity& item : m_activity) {
        if (rows.size() >= most_local) return;
        const QString details = textOf(item.details);
        if (!textOf(item.label).contains(wanted, Qt::CaseInsensitive) && !details.startsWith(wanted))
            continue;
        const Row row = activityRows({item}, m_display).front();
        const QString page = row.cells[QStringLiteral("page")].toString();
        rows.push_back(
            result(row.id, section, row.cells[QStringLiteral("symbol")].toString(),
                   row.cells[QStringLiteral("title")].toString(),
                   row.cells[QStringLiteral("amount")].toString() + QStringLiteral(" · ") + elided(details),
                   page.isEmpty() ? QStringLiteral("home") : page, page.isEmpty() ? row.id : details));
    }
    for (const api::ChannelView& channel : m_channels) {
        if (rows.size() >= most_local) return;
        const bool match = textOf(channel.node_alias).contains(wanted, Qt::CaseInsensitive) ||
                           textOf(channel.node_id).startsWith(wanted) ||
                           textOf(channel.short_channel_id).startsWith(wanted) ||
                           textOf(channel.funding_txid).startsWith(wanted);
        if (match)
            rows.push_back(result(QStringLiteral("channel:") + textOf(channel.channel_id), section,
                                  QStringLiteral("channels"),
                                  tr("Channel with %1")
                                      .arg(channel.node_alias.empty() ? elided(textOf(channel.node_id))
                                                                      : textOf(channel.node_alias)),
                                  tr("Funded by %1").arg(elided(textOf(channel.funding_txid))),
                                  QStringLiteral("channels"), textOf(channel.channel_id)));
    }
}

void SearchModel::addFound(std::vector<Row>& rows, const api::Recognised& found) const {
    using Kind = api::Recognised::Kind;
    const QString section =
        found.asks_network ? tr("On the network, asks peers") : tr("Known without asking anybody");
    const QString words = textOf(found.words);
    const QString hint =
        found.warning.empty()
            ? (found.asks_network ? tr("Opening it asks your peers for a whole block") : QString())
            : textOf(found.warning);
    const auto add = [&](const char* symbol, const char* page, const QString& argument) {
        rows.push_back(result(QStringLiteral("found:") + QString::fromLatin1(page) + argument, section,
                              QString::fromLatin1(symbol), words, hint, QString::fromLatin1(page), argument));
    };
    switch (found.kind) {
    case Kind::nothing:
        if (!rows.empty()) break; // what was found here is the answer
        rows.push_back(result(QStringLiteral("found:nothing"), tr("Not recognised"), QStringLiteral("info"),
                              withoutTitle(words), {}, {}, {}));
        break;
    case Kind::address:
    case Kind::link:
    case Kind::invoice:
        add("send", "send", m_text.trimmed());
        break;
    case Kind::node:
        add("graph", "network", textOf(found.payee.empty() ? m_text.trimmed().toStdString() : found.payee));
        break;
    case Kind::short_channel:
        add("channels", "network", m_text.trimmed());
        break;
    case Kind::txid_or_hash:
        add("blocks", "blocks", textOf(found.hash));
        add("blocks", "transaction", textOf(found.hash));
        break;
    case Kind::height:
        add("blocks", "blocks", QString::number(found.height));
        break;
    case Kind::words:
        rows.push_back(result(QStringLiteral("found:words"), tr("Stop"), QStringLiteral("warn"), words,
                              tr("Never paste your words into a search box."), {}, {}));
        break;
    }
}

void SearchModel::write(const api::Recognised* found) {
    std::vector<Row> rows;
    if (!m_text.trimmed().isEmpty()) addLocal(rows);
    if (found != nullptr) addFound(rows, *found);
    rows.push_back(result(QStringLiteral("help"), tr("You can also type"), QStringLiteral("info"),
                          tr("A height, an address, an invoice, an id, a name"),
                          tr("What is typed stays here until you open a result"), {}, {}));
    m_results.setRows(std::move(rows));
    emit changed();
}

} // namespace duplex::ui
