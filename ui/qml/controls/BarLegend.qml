import QtQuick
import QtQuick.Layouts
import Duplex

// One figure of an amount bar: {words, amount, kind}.
Row {
    id: root
    property var part: ({})
    property int level: 1
    readonly property color ink: part.kind === "hatched" ? Theme.warn : part.kind === "locked" ? Theme.lineStrong : part.kind === "pale" ? Theme.theirs : Theme.layerFill(level)
    spacing: 7
    Rectangle { y: 3; width: 10; height: 10; radius: 3; color: root.part.kind === "hatched" ? "transparent" : root.ink; border.width: 2; border.color: root.ink }
    Column {
        Label { role: "small"; dim: true; text: root.part.words }
        Label { role: "denseStrong"; text: root.part.amount }
    }
}
