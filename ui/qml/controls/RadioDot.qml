import QtQuick
import Duplex

Rectangle {
    property bool on: false
    property color ink: Theme.ink
    implicitWidth: 18
    implicitHeight: 18
    radius: 9
    color: "transparent"
    border.width: 2
    border.color: on ? ink : Theme.lineStrong
    Rectangle { visible: parent.on; anchors.centerIn: parent; width: 8; height: 8; radius: 4; color: parent.ink }
}
