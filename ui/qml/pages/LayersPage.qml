import QtQuick
import QtQuick.Layouts
import Duplex

// A table of live facts, a tick for the better side.
Page {
    id: page
    onGoBack: if (app.status.wallet !== "none") go("home", "")
    ScrollBox {
        anchors.fill: parent
        PageHead { title: qsTr("Compare layers"); words: qsTr("The same money, moved in two ways. Numbers are live.") }
        Rectangle {
            id: table
            Layout.fillWidth: true
            Layout.fillHeight: true
            implicitHeight: rows.used + 2
            radius: Theme.cardRadius
            color: Theme.surface
            border.width: 1
            border.color: Theme.line
            Accessible.role: Accessible.Table
            Accessible.name: qsTr("Compare layers")
            readonly property int first: Math.min(Theme.size(190), width * 0.28)
            Column { // a positioner: what is in it is made anew with each figure
                id: rows
                readonly property real used: {
                    let sum = head.height
                    for (let i = 0; i < questions.count; ++i) sum += questions.itemAt(i) ? questions.itemAt(i).implicitHeight : 0
                    return sum
                }
                readonly property real spare: Math.max(0, table.height - 2 - used) / Math.max(1, questions.count) // shared by the rows
                anchors.fill: parent
                anchors.margins: 1
                Row {
                    id: head
                    x: table.first
                    Repeater {
                        model: [page.app.portfolio.upper, page.app.portfolio.ground]
                        Rectangle {
                            required property var modelData
                            required property int index
                            width: (table.width - 2 - table.first) / 2
                            height: Theme.size(52)
                            color: Theme.layerTint(modelData.level || 2 - index)
                            Row {
                                x: 16
                                anchors.verticalCenter: parent.verticalCenter
                                spacing: 10
                                LayerTag { level: modelData.level || 2 - index; solid: true; anchors.verticalCenter: parent.verticalCenter }
                                Label { role: "h2"; text: modelData.name || ""; anchors.verticalCenter: parent.verticalCenter }
                            }
                        }
                    }
                }
                Repeater {
                    id: questions
                    model: page.app.portfolio.comparison
                    ComparisonRow { width: table.width - 2; height: implicitHeight + rows.spare; firstWidth: table.first }
                }
            }
        }
    }
}
