import QtQuick
import QtQuick.Layouts
import Duplex

// The request of one layer: its text, whether it fits, the caveat.
Card {
    id: card
    property int level: 1
    property string name: ""
    property string request: ""
    property string fitness: ""
    property bool fits: true
    property string caveat: ""
    property bool copyable: request !== ""
    Layout.fillWidth: true
    Layout.preferredWidth: 100
    Layout.alignment: Qt.AlignTop
    pad: 16
    spacing: 8
    RowLayout {
        spacing: 8
        LayerTag { level: card.level }
        Label { role: "h2"; text: card.name; Layout.fillWidth: true }
        CopyButton { copied: card.request; what: card.name; objectName: "copyRequest" + card.level; enabled: card.copyable }
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 34
        radius: 7
        color: Theme.sunken
        Label { anchors.fill: parent; anchors.leftMargin: 10; anchors.rightMargin: 10; verticalAlignment: Text.AlignVCenter; role: "monoSmall"; text: card.request !== "" ? card.request : "–"; opacity: card.copyable ? 1 : 0.45; elide: Text.ElideMiddle }
    }
    Item {
        // Placed by hand: a layout of Qt 6.4 leaves the icon where it was when the words need fewer lines.
        Layout.fillWidth: true
        implicitHeight: fitness.height
        Icon { y: (firstLine.height - height) / 2; name: card.fits ? "check" : "warn"; size: 15; stroke: 22; color: card.fits ? Theme.ok : Theme.warn }
        FontMetrics { id: firstLine; font: fitness.font }
        Label { id: fitness; x: 21; width: parent.width - 21; role: "dense"; text: card.fitness; color: card.fits ? Theme.ok : Theme.warn; wrapMode: Text.Wrap }
    }
    Label { role: "small"; dim: true; Layout.fillWidth: true; wrapMode: Text.Wrap; text: card.caveat }
}
