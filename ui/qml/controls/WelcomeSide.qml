import QtQuick
import QtQuick.Layouts
import Duplex

// What Duplex is: two floors and a lift.
Rectangle {
    id: side
    property string upperName: ""
    property string groundName: ""
    property string version: ""
    color: Theme.rail
    component FloorCard: Rectangle {
        id: floor
        property int level: 1
        property string name: ""
        property string words: ""
        implicitHeight: Math.max(110, text.implicitHeight + 40)
        Layout.fillWidth: true
        radius: Theme.cardRadius
        color: Theme.surface
        border.width: 1
        border.color: Theme.line
        Rectangle {
            width: 56
            height: parent.height
            radius: Theme.cardRadius
            color: Theme.layerTint(floor.level)
            border.width: 1
            border.color: Theme.line
            Label { anchors.centerIn: parent; text: "L" + floor.level; role: "h2"; font.pixelSize: Theme.size(18); font.weight: Font.Bold; color: Theme.layer(floor.level) }
        }
        Column {
            id: text
            x: 76
            width: parent.width - 92
            anchors.verticalCenter: parent.verticalCenter
            spacing: 4
            Label { role: "h2"; text: floor.name }
            Label { width: parent.width; wrapMode: Text.Wrap; role: "dense"; dim: true; text: floor.words }
        }
    }
    Rectangle { anchors.right: parent.right; width: 1; height: parent.height; color: Theme.line }
    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 40
        anchors.topMargin: 36
        anchors.bottomMargin: 28
        spacing: 0
        RowLayout {
            spacing: 12
            Icon { name: "logo"; size: 34 }
            Label { text: "Duplex"; role: "h1" }
        }
        Label { Layout.topMargin: 40; Layout.fillWidth: true; wrapMode: Text.Wrap; text: qsTr("Your money,\non two floors."); role: "display"; font.pixelSize: Theme.size(40); lineHeight: 1.08 }
        Label { Layout.topMargin: 10; Layout.fillWidth: true; wrapMode: Text.Wrap; dim: true; text: qsTr("Duplex runs both layers on this computer. Nobody else holds your keys, and it checks what the network tells it.") }
        Item { Layout.fillHeight: true }
        FloorCard { level: 2; name: side.upperName !== "" ? side.upperName : qsTr("Upper floor"); words: qsTr("Payments in seconds, fees of a few sat. Good for everyday amounts.") }
        RowLayout {
            spacing: 16
            Layout.leftMargin: 8
            Layout.topMargin: 8
            Layout.bottomMargin: 8
            Rectangle { implicitWidth: 40; implicitHeight: 40; radius: 10; color: Theme.ink; Rectangle { x: 20; y: -8; width: 1; height: 8; color: Theme.lineStrong } Rectangle { x: 20; y: 40; width: 1; height: 8; color: Theme.lineStrong } Icon { anchors.centerIn: parent; name: "move"; color: Theme.inkText; stroke: 20 } }
            Label { role: "dense"; dim: true; text: qsTr("A lift between them. You always see its cost first."); Layout.fillWidth: true }
        }
        FloorCard { level: 1; name: side.groundName !== "" ? side.groundName : qsTr("Ground floor"); words: qsTr("Settles in blocks, about ten minutes each. Good for savings and large amounts.") }
        Item { Layout.fillHeight: true }
        Label { role: "small"; faint: true; text: qsTr("Version %1 · Free software · No account, no tracking").arg(side.version) }
    }
}
