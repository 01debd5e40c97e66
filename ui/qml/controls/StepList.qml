import QtQuick
import QtQuick.Layouts
import Duplex

// Done tick, running clock, numbered future, time at the right. Rows: title, details, time, state, number, last, badge.
Column {
    id: root
    property alias model: rows.model
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Steps")
    Repeater {
        id: rows
        Item {
            id: step
            required property string title
            required property string details
            required property string time
            required property string state_name
            required property int number
            required property bool last
            required property var badge
            readonly property bool done: state_name === "done"
            readonly property bool running: state_name === "running"
            readonly property bool failed: state_name === "failed"
            readonly property color ink: done ? Theme.ok : running ? Theme.warn : failed ? Theme.bad : Theme.lineStrong
            width: root.width
            height: Math.max(76, words.implicitHeight + 26)
            Accessible.role: Accessible.ListItem
            Accessible.name: title + ", " + state_name
            Rectangle { visible: !step.last; x: 15; y: 34; width: 2; height: parent.height - 36; color: step.done ? Theme.ok : Theme.line }
            Rectangle {
                width: 32
                height: 32
                radius: 16
                color: step.done ? Theme.okTint : step.running ? Theme.warnTint : step.failed ? Theme.badTint : Theme.sunken
                border.width: step.running ? 2 : 1
                border.color: step.ink
                Icon { visible: step.done || step.running || step.failed; anchors.centerIn: parent; size: 18; stroke: 20; name: step.done ? "check" : step.failed ? "x" : "clock"; color: step.ink }
                Label { visible: !step.done && !step.running && !step.failed; anchors.centerIn: parent; text: step.number; role: "denseStrong"; dim: true }
            }
            Column {
                id: words
                x: 50
                y: 4
                width: parent.width - 50 - side.width - 12
                spacing: 3
                Label { width: parent.width; role: "h2"; font.pixelSize: Theme.size(15); text: step.title; color: step.done || step.running || step.failed ? Theme.text : Theme.text2 }
                Label { visible: text !== ""; width: parent.width; role: "dense"; dim: true; text: step.details; wrapMode: Text.Wrap }
            }
            Column {
                id: side
                anchors.right: parent.right
                y: 4
                spacing: 6
                Label { anchors.right: parent.right; role: step.running ? "denseStrong" : "dense"; color: step.running ? Theme.warn : Theme.text2; text: step.time }
                ProvenanceBadge { anchors.right: parent.right; visible: !!step.badge && step.done; badge: step.badge }
            }
        }
    }
}
