import QtQuick
import Duplex

// A large figure with its unit small beside it. The text comes formatted: "1 482 300 sat".
Row {
    id: root
    property string text: ""
    property int size: 26
    property color color: Theme.text
    readonly property int cut: text.lastIndexOf(" ")
    spacing: size * 0.26
    Label { id: figure; role: "number"; font.pixelSize: Theme.size(root.size); color: root.color; text: root.cut > 0 ? root.text.slice(0, root.cut) : root.text; elide: Text.ElideNone; Accessible.name: root.text }
    Label { visible: root.cut > 0; role: "body"; dim: true; font.pixelSize: Theme.size(Math.max(11, root.size * 0.55)); text: root.cut > 0 ? root.text.slice(root.cut + 1) : ""; anchors.baseline: figure.baseline; Accessible.ignored: true }
}
