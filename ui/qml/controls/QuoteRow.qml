import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// One way to the other floor with its cost, time and trust; greyed with the reason when it is not open.
T.AbstractButton {
    id: row
    required property string id
    required property string title
    required property string mechanism
    required property string details
    required property string cost
    required property string share
    required property string time
    required property string blocks
    required property string trust
    required property string trust_note
    required property bool available
    required property bool selected
    property int level: 2 // where the move goes
    signal chosen(string id)
    implicitHeight: Math.max(64, layout.implicitHeight + 24)
    enabled: available
    focusPolicy: Qt.StrongFocus
    onClicked: chosen(id)
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.RadioButton
    Accessible.name: available ? qsTr("%1, cost %2, %3").arg(title).arg(cost).arg(time) : title + ": " + details
    Accessible.checked: selected
    background: Rectangle {
        radius: 10
        color: row.selected ? Theme.layerTint(row.level) : "transparent"
        border.width: row.selected ? 2 : 1
        border.color: row.selected ? Theme.layer(row.level) : Theme.line
        FocusRing { shown: row.visualFocus; around: 10 }
    }
    contentItem: Item {
        RadioDot { x: 12; y: 13; on: row.selected; ink: Theme.layer(row.level); opacity: row.available ? 1 : 0.4 }
        RowLayout {
            id: layout
            x: 40
            y: 12
            width: parent.width - 48
            spacing: 10
            ColumnLayout {
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                Layout.alignment: Qt.AlignTop
                spacing: 3
                Flow {
                    id: title
                    Layout.fillWidth: true
                    spacing: 6
                    Label { id: head; readonly property bool large: Theme.fontScale > 1.2; wrapMode: large ? Text.Wrap : Text.NoWrap; width: large ? title.width : Math.min(implicitWidth, title.width); role: "strong"; text: row.title; faint: !row.available }
                    Label { height: head.large ? implicitHeight : head.height; verticalAlignment: Text.AlignBottom; width: Math.min(implicitWidth, title.width); role: "small"; faint: true; text: row.mechanism }
                }
                Label { Layout.fillWidth: true; role: "small"; dim: true; wrapMode: Text.Wrap; text: row.details }
            }
            ColumnLayout {
                Layout.preferredWidth: Theme.column(90)
                Layout.minimumWidth: Theme.column(90)
                Layout.maximumWidth: Theme.column(90)
                Layout.alignment: Qt.AlignTop
                spacing: 2
                Label { Layout.fillWidth: true; horizontalAlignment: Text.AlignRight; role: "denseStrong"; text: row.cost; faint: !row.available }
                Label { Layout.fillWidth: true; horizontalAlignment: Text.AlignRight; role: "small"; faint: true; text: row.share }
            }
            ColumnLayout {
                Layout.preferredWidth: Theme.column(100)
                Layout.minimumWidth: Theme.column(100)
                Layout.maximumWidth: Theme.column(100)
                Layout.leftMargin: 14
                Layout.alignment: Qt.AlignTop
                spacing: 2
                Label { Layout.fillWidth: true; role: "dense"; text: row.time; wrapMode: Text.Wrap }
                Label { Layout.fillWidth: true; role: "small"; faint: true; text: row.blocks }
            }
            RowLayout {
                Layout.preferredWidth: Theme.column(168)
                Layout.minimumWidth: Theme.column(168)
                Layout.maximumWidth: Theme.column(168)
                Layout.alignment: Qt.AlignTop
                spacing: 5
                Icon { visible: row.available; name: "shield"; size: 15; stroke: 19; color: Theme.ok; Layout.alignment: Qt.AlignTop }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 2
                    Label { Layout.fillWidth: true; role: "dense"; wrapMode: Text.Wrap; text: row.trust }
                    Label { Layout.fillWidth: true; visible: text !== ""; role: "small"; faint: true; wrapMode: Text.Wrap; text: row.trust_note }
                }
            }
        }
    }
}
