import QtQuick
import Duplex
import Duplex.Pictures

// How a fact is known: the shape follows the evidence, the words the label. badge: {shape, words, symbol, aged}.
Item {
    id: root
    property var badge: null
    property bool compact: false
    readonly property string shape: badge ? badge.shape : "dashed" // filled outline dashed
    readonly property string words: badge ? badge.words : ""
    readonly property color ink: badge && badge.aged ? Theme.warn : shape === "dashed" ? Theme.text2 : Theme.ok
    implicitWidth: compact ? 24 : Math.ceil(row.implicitWidth) + 16 // whole, so that its border is not cut
    implicitHeight: Math.max(22, row.implicitHeight + 4)
    Rectangle {
        anchors.fill: parent
        radius: 6
        visible: root.shape !== "dashed"
        color: root.shape === "filled" ? Theme.okTint : "transparent"
        border.width: 1
        border.color: root.ink
    }
    DashedFrame { anchors.fill: parent; visible: root.shape === "dashed"; color: root.badge && root.badge.aged ? Theme.warn : Theme.lineStrong }
    Row {
        id: row
        anchors.centerIn: parent
        spacing: 5
        Icon { name: root.badge ? root.badge.symbol : "chat"; size: 13; stroke: 20; color: root.ink; anchors.verticalCenter: parent.verticalCenter }
        Label { visible: !root.compact; role: "tag"; font.weight: Font.Medium; text: root.words; color: root.ink; anchors.verticalCenter: parent.verticalCenter; Accessible.ignored: true }
    }
    HoverHandler { id: hover }
    Tip { shown: hover.hovered && root.compact; text: root.words }
    Accessible.role: Accessible.StaticText
    Accessible.name: words
}
