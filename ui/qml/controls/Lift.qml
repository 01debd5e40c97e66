import QtQuick
import QtQuick.Layouts
import Duplex

// The lift between the floors, with the move that runs.
Item {
    id: lift
    property string words: ""
    property real share: 0
    property bool running: false
    signal moveUp()
    signal moveDown()
    signal opened()
    implicitHeight: Math.max(64, row.implicitHeight + 20)
    Layout.fillWidth: true
    Rectangle { anchors.fill: parent; radius: Theme.cardRadius; color: "transparent"; border.width: 1; border.color: Theme.line }
    Rectangle { x: 26; y: -13; width: 1; height: parent.height + 26; color: Theme.lineStrong; opacity: 0.6 }
    Rectangle {
        x: 4
        anchors.verticalCenter: parent.verticalCenter
        width: 44
        height: 44
        radius: 10
        color: Theme.ink
        Icon { anchors.centerIn: parent; name: "move"; color: Theme.inkText; stroke: 20 }
    }
    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: 72
        anchors.rightMargin: 12
        spacing: 10
        ColumnLayout {
            spacing: 4
            Layout.fillWidth: true
            RowLayout {
                spacing: 8
                Label { role: "strong"; text: qsTr("Lift") }
                Label { role: "dense"; dim: true; text: lift.words; Layout.fillWidth: true }
            }
            Rectangle {
                visible: lift.running
                Layout.fillWidth: true
                implicitHeight: 5
                radius: 3
                color: Theme.line
                Rectangle {
                    width: parent.width * lift.share
                    height: 5
                    radius: 3
                    gradient: Gradient {
                        orientation: Gradient.Horizontal
                        GradientStop { position: 0; color: Theme.l1Fill }
                        GradientStop { position: 1; color: Theme.l2Fill }
                    }
                }
                Accessible.role: Accessible.ProgressBar
                Accessible.name: lift.words
            }
        }
        Button { visible: lift.running; symbol: "right"; describe: qsTr("See the steps of the move"); kind: "ghost"; size: 36; onClicked: lift.opened() }
        Button { symbol: "up"; text: qsTr("Move up"); level: 2; onClicked: lift.moveUp() }
        Button { symbol: "down"; text: qsTr("Move down"); level: 1; onClicked: lift.moveDown() }
    }
}
