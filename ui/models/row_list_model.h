#pragma once

#include <QAbstractListModel>
#include <QVariantMap>

#include <vector>

namespace duplex::ui {

/// One line of a list: what names it, and its display-ready cells by role name.
struct Row {
    QString id;
    QVariantMap cells;
    friend bool operator==(const Row&, const Row&) = default;
};

/// A list for QML that takes whole new contents and tells the view only what differs: rows are inserted,
/// removed, moved or changed by their id, so that selection, scroll position and focus stay. It is never
/// reset.
class RowListModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    /// Role names; "id" is added in front of them.
    explicit RowListModel(QStringList roles, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    int count() const { return static_cast<int>(m_rows.size()); }

    /// Ids must differ; a row whose id came before is dropped.
    void setRows(std::vector<Row> rows);
    const std::vector<Row>& rows() const { return m_rows; }
    const Row* find(const QString& id) const;

signals:
    void countChanged();

private:
    int positionOf(const QString& id, int from) const;
    QStringList m_roles;
    std::vector<Row> m_rows;
};

} // namespace duplex::ui
