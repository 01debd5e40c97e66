import QtQuick
import QtQuick.Layouts
import Duplex

// Cell of a table's row; a width of 0 takes the rest.
Label {
    property int cellWidth: 0
    role: "dense"
    Layout.fillWidth: cellWidth === 0
    Layout.preferredWidth: cellWidth > 0 ? cellWidth : 10
    Layout.minimumWidth: cellWidth > 0 ? cellWidth : 0
    Layout.maximumWidth: cellWidth > 0 ? cellWidth : Number.POSITIVE_INFINITY
}
