import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// One channel: partner, status, bar, what can be sent and received.
T.AbstractButton {
    id: row
    objectName: "channelRow"
    required property string id
    required property string name
    required property string status
    required property string tone
    required property string note
    required property string capacity
    required property string send
    required property string receive
    required property var parts
    required property string picture
    required property bool selected
    signal chosen(string id)
    implicitHeight: layout.implicitHeight + 26
    focusPolicy: Qt.StrongFocus
    onClicked: chosen(id)
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.ListItem
    Accessible.name: picture
    Accessible.selected: selected
    background: Rectangle {
        radius: 10
        color: row.selected ? Theme.l2Tint : "transparent"
        border.width: row.selected ? 2 : 1
        border.color: row.selected ? Theme.l2 : Theme.line
        FocusRing { shown: row.visualFocus; anchors.margins: 2; around: 7 }
    }
    contentItem: Item {
        ColumnLayout {
            id: layout
            x: 14
            y: 12
            width: parent.width - 28
            spacing: 7
            RowLayout {
                spacing: 8
                Label { role: "h2"; font.pixelSize: Theme.size(15); text: row.name; Layout.fillWidth: true; Layout.maximumWidth: Math.min(implicitWidth + 1, Theme.size(220)) }
                Chip { tone: row.tone; symbol: row.tone === "ok" ? "check" : row.tone === "warn" ? "clock" : "x"; text: row.status; Layout.fillWidth: true; Layout.maximumWidth: implicitWidth; Layout.minimumWidth: 60 }
                Label { role: "small"; dim: true; text: row.note; Layout.fillWidth: true; Layout.preferredWidth: 10 }
                Label { role: "dense"; dim: true; text: row.capacity }
            }
            AmountBar { Layout.fillWidth: true; implicitHeight: 16; level: 2; parts: row.parts; describe: row.picture }
            RowLayout {
                Label { role: "dense"; text: row.send; Layout.fillWidth: true }
                Label { role: "dense"; dim: true; text: row.receive }
            }
        }
    }
}
