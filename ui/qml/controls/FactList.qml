import QtQuick
import QtQuick.Layouts
import Duplex

// Facts under each other. A positioner, not a layout: Qt 6.4 layouts do not follow a list that changes.
Column {
    id: list
    property alias model: rows.model
    property int nameWidth: 120
    spacing: 7
    Layout.fillWidth: true
    Repeater {
        id: rows
        FactRow {
            required property var modelData
            width: list.width
            nameWidth: list.nameWidth
            name: modelData.name
            value: modelData.value
            mono: !!modelData.mono
            whole: !!modelData.whole
            badge: modelData.badge || null
            copyText: modelData.copy || ""
        }
    }
}
