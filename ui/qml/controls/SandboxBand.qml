import QtQuick
import Duplex

// The striped band of test networks, on every page.
Item {
    id: root
    property string text: ""
    default property alias actions: row.data
    implicitHeight: Math.max(36, row.implicitHeight + 8)
    clip: true
    Rectangle { anchors.fill: parent; color: Theme.warnTint }
    Row {
        anchors.fill: parent
        spacing: 14
        Repeater {
            model: Math.max(0, Math.ceil(root.width / 20) + 2)
            Rectangle { width: 6; height: root.height * 2; y: -root.height / 2; rotation: 35; color: Theme.warn; opacity: 0.1 }
        }
    }
    Row {
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.pageMargin
        spacing: 8
        Icon { name: "flask"; size: 16; color: Theme.warn; anchors.verticalCenter: parent.verticalCenter }
        Label { width: Math.min(implicitWidth, root.width - row.width - 2 * Theme.pageMargin - 32); role: "denseStrong"; text: root.text; color: Theme.warn; anchors.verticalCenter: parent.verticalCenter }
    }
    Row { id: row; anchors.right: parent.right; anchors.rightMargin: Theme.pageMargin; anchors.verticalCenter: parent.verticalCenter; spacing: 8 }
    Accessible.role: Accessible.Grouping
    Accessible.name: text
}
