import QtQuick
import Duplex

// 2 px, 1 px off the control.
Rectangle {
    property bool shown: false
    property int around: 8
    anchors.fill: parent
    anchors.margins: -3
    visible: shown
    radius: around + 3
    color: "transparent"
    border.width: 2
    border.color: Theme.focus
}
