import QtQuick
import QtQuick.Layouts
import Duplex

// Cell of a table's row; a width of 0 takes the rest.
Label {
    property int cellWidth: 0
    readonly property int fixed: Theme.column(cellWidth)
    role: "dense"
    Layout.fillWidth: cellWidth === 0
    Layout.preferredWidth: cellWidth > 0 ? fixed : 10
    Layout.minimumWidth: cellWidth > 0 ? fixed : 0
    Layout.maximumWidth: cellWidth > 0 ? fixed : Number.POSITIVE_INFINITY
}
