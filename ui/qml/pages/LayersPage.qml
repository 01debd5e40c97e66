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
            implicitHeight: rows.implicitHeight + 2
            radius: Theme.cardRadius
            color: Theme.surface
            border.width: 1
            border.color: Theme.line
            Accessible.role: Accessible.Table
            Accessible.name: qsTr("Compare layers")
            readonly property int first: 190
            ColumnLayout {
                id: rows
                anchors.fill: parent
                anchors.margins: 1
                spacing: 0
                RowLayout {
                    spacing: 0
                    Item { Layout.preferredWidth: table.first; implicitHeight: 52 }
                    Repeater {
                        model: [page.app.portfolio.upper, page.app.portfolio.ground]
                        Rectangle {
                            required property var modelData
                            required property int index
                            Layout.fillWidth: true
                            Layout.preferredWidth: 10
                            implicitHeight: 52
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
                    model: page.app.portfolio.comparison
                    ComparisonRow { Layout.fillWidth: true; Layout.fillHeight: true; firstWidth: table.first }
                }
            }
        }
    }
}
