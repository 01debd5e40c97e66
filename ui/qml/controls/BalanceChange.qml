import QtQuick
import QtQuick.Layouts
import Duplex

// What one layer holds now and after a move.
Column {
    id: change
    property var facts: ({})
    spacing: 5
    RowLayout {
        width: parent.width
        spacing: 8
        LayerTag { level: change.facts.level }
        Label { role: "strong"; text: change.facts.name; Layout.fillWidth: true }
        Label { role: "small"; faint: true; text: qsTr("can spend") }
    }
    ShareBar { width: parent.width; level: change.facts.level; share: change.facts.nowShare; words: qsTr("Now  %1").arg(change.facts.now) }
    ShareBar { width: parent.width; level: change.facts.level; share: change.facts.afterShare; words: qsTr("After  %1").arg(change.facts.after); strong: true }
}
