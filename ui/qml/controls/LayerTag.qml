import QtQuick
import Duplex

// L1 or L2.
Rectangle {
    property int level: 1
    property bool solid: false
    implicitWidth: Theme.size(30)
    implicitHeight: Theme.size(20)
    radius: 5
    color: solid ? Theme.layer(level) : Theme.layerTint(level)
    border.width: solid ? 0 : 1
    border.color: Theme.layer(level)
    Label {
        anchors.centerIn: parent
        role: "tag"
        text: "L" + parent.level
        color: parent.solid ? (Theme.dark ? Theme.inkText : Theme.surface) : Theme.layer(parent.level)
        Accessible.ignored: true
    }
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Layer %1").arg(level)
}
