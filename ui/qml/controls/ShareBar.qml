import QtQuick
import Duplex

// A balance as a share of everything, with its figure inside.
Rectangle {
    id: bar
    property int level: 1
    property real share: 0
    property string words: ""
    property bool strong: false
    implicitHeight: Math.max(26, label.implicitHeight + 8)
    radius: 5
    color: Theme.sunken
    Rectangle { width: parent.width * bar.share; height: parent.height; radius: 5; color: Theme.layerFill(bar.level); opacity: 0.38 }
    Rectangle { visible: bar.strong; width: parent.width * bar.share; height: parent.height; radius: 5; color: "transparent"; border.width: 2; border.color: Theme.layerFill(bar.level) }
    Label { id: label; x: 10; width: parent.width - 20; anchors.verticalCenter: parent.verticalCenter; role: bar.strong ? "smallStrong" : "small"; text: bar.words }
}
