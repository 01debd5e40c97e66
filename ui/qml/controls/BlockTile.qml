import QtQuick
import QtQuick.Templates as T
import Duplex

// One block of the strip.
T.AbstractButton {
    id: tile
    required property string id
    required property string height_text
    required property string payments
    required property string age
    required property bool newest
    required property bool selected
    required property string feerate
    required property var badge
    signal chosen(string hash)
    implicitWidth: Math.max(124, words.implicitWidth + 24)
    implicitHeight: Math.max(104, words.implicitHeight + 20)
    focusPolicy: Qt.StrongFocus
    onClicked: chosen(id)
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("Block %1, %2, %3").arg(height_text).arg(payments).arg(age)
    background: Rectangle {
        radius: 10
        color: tile.selected ? Theme.l1Tint : Theme.surface
        border.width: tile.selected ? 2 : 1
        border.color: tile.selected ? Theme.l1 : Theme.line
        FocusRing { shown: tile.visualFocus; anchors.margins: 2; around: 7 }
    }
    contentItem: Item {
        Column {
            id: words
            x: 12
            y: 10
            spacing: 3
            Label { role: "h2"; font.pixelSize: Theme.size(15); text: tile.height_text; color: Theme.l1 }
            Label { role: "small"; text: tile.payments }
            Label { role: "small"; dim: true; text: tile.age }
            Row {
                spacing: 6
                topPadding: 4
                ProvenanceBadge { badge: tile.badge; compact: true }
                Label { visible: tile.newest; role: "smallStrong"; text: qsTr("Newest"); color: Theme.l1; anchors.verticalCenter: parent.verticalCenter }
                Label { visible: !tile.newest && tile.feerate !== ""; role: "small"; faint: true; text: tile.feerate; anchors.verticalCenter: parent.verticalCenter }
            }
        }
    }
}
