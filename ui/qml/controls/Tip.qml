import QtQuick
import Duplex

// Repeats what can be found elsewhere; adds nothing.
Rectangle {
    id: tip
    property bool shown: false
    property string text: ""
    visible: shown && text !== ""
    z: 100
    x: Math.min(0, parent.width - width)
    y: -height - 4
    width: words.implicitWidth + 16
    height: words.implicitHeight + 10
    radius: 6
    color: Theme.raised
    border.width: 1
    border.color: Theme.lineStrong
    Label { id: words; anchors.centerIn: parent; role: "small"; text: tip.text; Accessible.ignored: true }
}
