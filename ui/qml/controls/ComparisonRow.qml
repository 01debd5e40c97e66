import QtQuick
import QtQuick.Layouts
import Duplex

// One question, an answer per layer.
ColumnLayout {
    id: row
    required property string title
    required property string hint
    required property var cells
    property int firstWidth: 190
    spacing: 0
    Accessible.role: Accessible.Row
    Accessible.name: title
    Rule { }
    RowLayout {
        spacing: 0
        Layout.fillWidth: true
        Layout.fillHeight: true
        ColumnLayout {
            Layout.preferredWidth: row.firstWidth
            Layout.minimumWidth: row.firstWidth
            Layout.maximumWidth: row.firstWidth
            spacing: 0
            Label { Layout.leftMargin: 18; Layout.fillWidth: true; role: "denseStrong"; text: row.title }
            Label { Layout.leftMargin: 18; visible: text !== ""; Layout.fillWidth: true; role: "small"; faint: true; text: row.hint }
        }
        Repeater {
            model: row.cells
            Rectangle {
                id: cell
                required property var modelData
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 10
                implicitHeight: Math.max(48, words.implicitHeight + 18)
                color: Theme.layerTint(modelData.level)
                Accessible.role: Accessible.Cell
                Accessible.name: modelData.text + (modelData.wins ? qsTr(", the better side") : "")
                ColumnLayout {
                    id: words
                    anchors.verticalCenter: parent.verticalCenter
                    x: 16
                    width: parent.width - 60
                    spacing: 1
                    RowLayout {
                        spacing: 6
                        readonly property bool brief: cell.modelData.text.length < 32
                        Label { role: parent.brief ? "strong" : "dense"; text: cell.modelData.text; wrapMode: Text.Wrap; Layout.fillWidth: !parent.brief }
                        Icon { visible: cell.modelData.wins; name: "check"; size: 16; stroke: 24; color: Theme.ok }
                    }
                    Label { visible: text !== ""; role: "small"; dim: true; text: cell.modelData.note; Layout.fillWidth: true }
                }
                ProvenanceBadge { anchors.right: parent.right; anchors.rightMargin: 14; anchors.verticalCenter: parent.verticalCenter; compact: true; visible: !!cell.modelData.badge; badge: cell.modelData.badge || null }
            }
        }
    }
}
