import QtQuick
import Duplex

// Moves with real events only. share: 0 to 1.
Rectangle {
    id: root
    property real share: 0
    property string describe: ""
    implicitHeight: 6
    implicitWidth: 100
    radius: 3
    color: Theme.line
    Rectangle {
        height: parent.height
        radius: 3
        width: parent.width * Math.max(0, Math.min(1, root.share))
        color: Theme.ink
        Behavior on width { NumberAnimation { duration: Theme.panelTime; easing.type: Easing.OutQuad } }
    }
    Accessible.role: Accessible.ProgressBar
    Accessible.name: describe
}
