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
    ShareBar { width: parent.width; level: change.facts.level; share: change.facts.nowShare; name: qsTr("Now"); figure: change.facts.now }
    ShareBar { width: parent.width; level: change.facts.level; share: change.facts.afterShare; name: qsTr("After"); figure: change.facts.after; strong: true }
}
