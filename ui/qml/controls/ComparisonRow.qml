import QtQuick
import QtQuick.Layouts
import Duplex

// One question, an answer per layer.
Item {
    id: row
    required property string title
    required property string hint
    required property var cells
    property int firstWidth: 190
    readonly property real tallest: Array.from(answers.children).reduce((most, cell) => Math.max(most, cell.implicitHeight), first.implicitHeight + 12)
    implicitHeight: Math.max(48, tallest) + 1
    Accessible.role: Accessible.Row
    Accessible.name: title
    Rule { width: parent.width; height: 1 }
    Column {
        id: first
        x: 18
        width: row.firstWidth - 24
        anchors.verticalCenter: parent.verticalCenter
        Label { width: parent.width; role: "denseStrong"; text: row.title; wrapMode: Text.Wrap }
        Label { width: parent.width; visible: text !== ""; role: "small"; faint: true; text: row.hint; wrapMode: Text.Wrap }
    }
    Row { // a positioner: the answers are made anew with each figure
        id: answers
        x: row.firstWidth
        y: 1
        width: parent.width - x
        height: parent.height - y
        Repeater {
            model: row.cells
            Rectangle {
                id: cell
                required property var modelData
                width: answers.width / Math.max(1, row.cells.length)
                height: answers.height
                implicitHeight: words.implicitHeight + 18
                color: Theme.layerTint(modelData.level)
                Accessible.role: Accessible.Cell
                Accessible.name: modelData.text + (modelData.wins ? qsTr(", the better side") : "")
                Column {
                    id: words
                    readonly property bool brief: cell.modelData.text.length < 32
                    anchors.verticalCenter: parent.verticalCenter
                    x: 16
                    width: parent.width - 60
                    spacing: 1
                    Item {
                        width: parent.width
                        height: answer.height
                        Label { id: answer; width: parent.width - 22; role: words.brief ? "strong" : "dense"; text: cell.modelData.text; wrapMode: Text.Wrap }
                        Icon { visible: cell.modelData.wins; x: answer.contentWidth + 6; anchors.verticalCenter: parent.verticalCenter; name: "check"; size: 16; stroke: 24; color: Theme.ok }
                    }
                    Label { visible: text !== ""; width: parent.width; role: "small"; dim: true; text: cell.modelData.note; wrapMode: Text.Wrap }
                }
                ProvenanceBadge { anchors.right: parent.right; anchors.rightMargin: 14; anchors.verticalCenter: parent.verticalCenter; compact: true; visible: !!cell.modelData.badge; badge: cell.modelData.badge || null }
            }
        }
    }
}
