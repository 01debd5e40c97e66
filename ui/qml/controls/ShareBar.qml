import QtQuick
import Duplex

// A balance as a share of everything, under its figure: inside, a short bar would end in the middle of it.
Item {
    id: bar
    property int level: 1
    property real share: 0
    property string name: ""
    property string figure: ""
    property bool strong: false
    implicitHeight: figureLabel.implicitHeight + 3 + track.height
    Accessible.role: Accessible.StaticText
    Accessible.name: name + " " + figure
    Label { id: nameLabel; role: bar.strong ? "smallStrong" : "small"; text: bar.name; dim: !bar.strong; Accessible.ignored: true }
    Label { id: figureLabel; anchors.right: parent.right; width: Math.min(implicitWidth, parent.width - nameLabel.width - 8); role: bar.strong ? "smallStrong" : "small"; text: bar.figure; Accessible.ignored: true }
    Rectangle {
        id: track
        anchors.bottom: parent.bottom
        width: parent.width
        height: 8
        radius: 4
        color: Theme.sunken
        Rectangle { width: Math.max(parent.width * bar.share, bar.share > 0 ? 5 : 0); height: parent.height; radius: 4; color: Theme.layerFill(bar.level); opacity: bar.strong ? 1 : 0.45 }
    }
}
