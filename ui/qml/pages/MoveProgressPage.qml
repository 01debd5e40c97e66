import QtQuick
import QtQuick.Layouts
import Duplex

// The steps of one move, where the money is, and what happens if something goes wrong.
Page {
    id: page
    readonly property var move: app.move
    readonly property var facts: move.progress
    onGoBack: go("move", "")
    Component.onCompleted: move.show(argument)
    ScrollBox {
        anchors.fill: parent
        PageHead {
            back: true
            title: page.facts.title || qsTr("Move")
            onGoBack: page.go("move", "")
            Chip { visible: text !== ""; tone: page.facts.tone || "plain"; symbol: tone === "ok" ? "check" : tone === "bad" ? "warn" : "clock"; text: page.facts.stateWords || "" }
        }
        Columns {
            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                title: page.facts.route || ""
                note: page.facts.started || ""
                pad: 22
                StepList { Layout.fillWidth: true; model: page.move.steps }
                Note { visible: !!page.facts.failure; tone: "bad"; text: page.facts.failure || "" }
                Item { Layout.fillHeight: true }
            }
            ColumnLayout {
                Layout.preferredWidth: 356
                Layout.maximumWidth: parent.narrow ? Number.POSITIVE_INFINITY : 356
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                spacing: Theme.stackGap
                Card {
                    Layout.fillWidth: true
                    title: qsTr("Where your money is")
                    RowLayout {
                        spacing: 10
                        Row { // a positioner: its stops are made anew with each step of the move
                            spacing: 10
                            Repeater {
                                model: page.facts.up ? [{s: "blocks", l: 1}, {s: "move", l: 0}, {s: "bolt", l: 2}] : [{s: "bolt", l: 2}, {s: "move", l: 0}, {s: "blocks", l: 1}]
                                Row {
                                    id: stop
                                    required property var modelData
                                    required property int index
                                    spacing: 10
                                    Icon { visible: stop.index > 0; name: "right"; size: 16; color: Theme.text3; anchors.verticalCenter: parent.verticalCenter }
                                    Rectangle {
                                        width: 34
                                        height: 34
                                        radius: 9
                                        color: stop.modelData.l === 0 ? Theme.ink : Theme.layerTint(stop.modelData.l)
                                        Icon { anchors.centerIn: parent; name: stop.modelData.s; size: 18; color: stop.modelData.l === 0 ? Theme.inkText : Theme.layer(stop.modelData.l) }
                                    }
                                }
                            }
                        }
                        Label { role: "strong"; text: page.facts.where || ""; Layout.leftMargin: 6; Layout.fillWidth: true }
                    }
                    FactRow { visible: !page.facts.over; name: qsTr("Locked now"); value: page.facts.locked || "–"; nameWidth: 140 }
                    FactRow { visible: !page.facts.over; name: qsTr("Usable meanwhile"); value: page.facts.usable || "–"; nameWidth: 140 }
                    FactRow { name: qsTr("Cost"); value: page.facts.cost || "–"; nameWidth: 140 }
                }
                Card {
                    objectName: "dangers"
                    visible: !page.facts.over
                    Layout.fillWidth: true
                    title: qsTr("If something goes wrong")
                    Column {
                        id: dangers
                        Layout.fillWidth: true
                        spacing: 10
                        visible: (page.facts.dangers || []).length > 0
                        Repeater {
                            model: page.facts.dangers || []
                            Column {
                                required property var modelData
                                width: dangers.width
                                spacing: 2
                                Label { role: "denseStrong"; text: modelData.name; width: parent.width }
                                Label { role: "small"; dim: true; text: modelData.value; wrapMode: Text.Wrap; width: parent.width }
                            }
                        }
                    }
                    ColumnLayout {
                        spacing: 2
                        Label { role: "denseStrong"; text: qsTr("This computer stops"); Layout.fillWidth: true }
                        Label { role: "small"; dim: true; text: qsTr("The move is stored. It goes on from the same step at the next start."); wrapMode: Text.Wrap; Layout.fillWidth: true }
                    }
                }
                Item { Layout.fillHeight: true }
            }
        }
    }
}
