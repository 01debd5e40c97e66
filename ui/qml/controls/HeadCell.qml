import QtQuick
import QtQuick.Layouts
import Duplex

// Head of a table's column; a width of 0 takes the rest.
Label {
    property int cellWidth: 0
    readonly property int fixed: Theme.column(cellWidth)
    role: "smallStrong"
    faint: true
    Layout.fillWidth: cellWidth === 0
    Layout.preferredWidth: cellWidth > 0 ? fixed : 10
    Layout.minimumWidth: cellWidth > 0 ? fixed : 0
    Layout.maximumWidth: cellWidth > 0 ? fixed : Number.POSITIVE_INFINITY
}
