#include "ui/models/row_list_model.h"

#include <QSet>

namespace duplex::ui {

RowListModel::RowListModel(QStringList roles, QObject* parent)
    : QAbstractListModel(parent), m_roles(std::move(roles)) {
    m_roles.prepend(QStringLiteral("id"));
}

int RowListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant RowListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= count()) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::UserRole) return row.id;
    const int at = role - Qt::UserRole;
    if (at < 0 || at >= m_roles.size()) return {};
    return row.cells.value(m_roles[at]);
}

QHash<int, QByteArray> RowListModel::roleNames() const {
    QHash<int, QByteArray> names;
    for (int i = 0; i < m_roles.size(); ++i) names[Qt::UserRole + i] = m_roles[i].toUtf8();
    return names;
}

const Row* RowListModel::find(const QString& id) const {
    const int at = positionOf(id, 0);
    return at < 0 ? nullptr : &m_rows[static_cast<std::size_t>(at)];
}

int RowListModel::positionOf(const QString& id, int from) const {
    for (int i = from; i < count(); ++i)
        if (m_rows[static_cast<std::size_t>(i)].id == id) return i;
    return -1;
}

void RowListModel::setRows(std::vector<Row> rows) {
    QSet<QString> wanted;
    std::erase_if(rows, [&](const Row& row) {
        const bool seen = wanted.contains(row.id);
        wanted.insert(row.id);
        return seen;
    });
    const int before = count();
    for (int i = count() - 1; i >= 0; --i) {
        if (wanted.contains(m_rows[static_cast<std::size_t>(i)].id)) continue;
        beginRemoveRows({}, i, i);
        m_rows.erase(m_rows.begin() + i);
        endRemoveRows();
    }
    for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
        Row& next = rows[static_cast<std::size_t>(i)];
        const int at = positionOf(next.id, i);
        if (at < 0) {
            beginInsertRows({}, i, i);
            m_rows.insert(m_rows.begin() + i, std::move(next));
            endInsertRows();
            continue;
        }
        if (at != i) {
            beginMoveRows({}, at, at, {}, i);
            Row moved = std::move(m_rows[static_cast<std::size_t>(at)]);
            m_rows.erase(m_rows.begin() + at);
            m_rows.insert(m_rows.begin() + i, std::move(moved));
            endMoveRows();
        }
        Row& old = m_rows[static_cast<std::size_t>(i)];
        if (old == next) continue;
        old = std::move(next);
        emit dataChanged(index(i), index(i));
    }
    if (before != count()) emit countChanged();
}

} // namespace duplex::ui
