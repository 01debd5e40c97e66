import QtQuick
import QtQuick.Layouts
import Duplex

// One floor of the house: what can be spent now, what is on its way, what it costs.
Rectangle {
    id: floor
    property var facts: ({})
    property bool aged: false
    readonly property int level: facts.level === undefined ? 1 : facts.level
    implicitHeight: body.implicitHeight + 32
    implicitWidth: 500
    color: Theme.surface
    border.width: 1
    border.color: Theme.line
    radius: Theme.cardRadius
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("%1: you can spend %2").arg(facts.name).arg(facts.spendable)

    Rectangle {
        id: strip
        width: 52
        height: parent.height
        radius: Theme.cardRadius
        color: Theme.layerTint(floor.level)
        border.width: 1
        border.color: Theme.line
        Rectangle { x: 38; y: 1; width: 13; height: parent.height - 2; color: parent.color }
        Rectangle { x: 51; width: 1; height: parent.height; color: Theme.line }
        Label { anchors.horizontalCenter: parent.horizontalCenter; y: 18; text: "L" + floor.level; role: "h2"; font.pixelSize: Theme.size(18); font.weight: Font.Bold; color: Theme.layer(floor.level) }
        Icon { name: floor.level === 2 ? "bolt" : "blocks"; size: 22; color: Theme.layer(floor.level); anchors.horizontalCenter: parent.horizontalCenter; anchors.bottom: parent.bottom; anchors.bottomMargin: 18 }
    }
    ColumnLayout {
        id: body
        anchors.fill: parent
        anchors.leftMargin: 72
        anchors.rightMargin: 20
        anchors.topMargin: 16
        anchors.bottomMargin: 16
        spacing: 8
        opacity: floor.aged ? 0.6 : 1
        RowLayout {
            spacing: 10
            Label { role: "h2"; text: floor.facts.name || "" }
            Label { role: "dense"; dim: true; text: floor.facts.tagline || ""; Layout.fillWidth: true }
            ProvenanceBadge { badge: floor.facts.badge || null; compact: true }
            Chip { visible: text !== ""; text: floor.facts.health || ""; tone: floor.facts.healthTone || "plain"; symbol: tone === "ok" ? "check" : "warn" }
        }
        Item { Layout.fillHeight: true }
        Item { // placed by hand: with large text the tiles go under the figure, which a layout of Qt 6.4 does not follow
            id: figures
            readonly property bool beside: width >= now.width + metrics.width + 8
            Layout.fillWidth: true
            implicitHeight: beside ? Math.max(now.height, metrics.height) : now.height + 8 + metrics.height
            Column {
                id: now
                y: figures.beside ? (parent.height - height) / 2 : 0
                Label { role: "small"; dim: true; text: qsTr("You can spend now") }
                Amount { text: floor.facts.spendable || ""; size: 30 }
            }
            Row {
                id: metrics
                x: figures.beside ? parent.width - width : 0
                y: figures.beside ? (parent.height - height) / 2 : now.height + 8
                spacing: 6
                Repeater {
                    model: floor.facts.metrics || []
                    Rectangle {
                        id: tile
                        required property var modelData
                        implicitWidth: Math.max(112, tileColumn.implicitWidth + 22)
                        implicitHeight: tileColumn.implicitHeight + 16
                        radius: 8
                        color: Theme.sunken
                        Accessible.role: Accessible.StaticText
                        Accessible.name: modelData.name + ": " + modelData.value + ", " + modelData.note
                        Column {
                            id: tileColumn
                            x: 11
                            y: 8
                            spacing: 2
                            Label { role: "tag"; font.weight: Font.Normal; dim: true; text: tile.modelData.name }
                            Label { role: "strong"; font.pixelSize: Theme.size(15); text: tile.modelData.value }
                            Label { role: "tag"; font.weight: Font.Normal; faint: true; text: tile.modelData.note }
                        }
                    }
                }
            }
        }
        Item { Layout.fillHeight: true }
        AmountBar { Layout.fillWidth: true; level: floor.level; parts: floor.facts.parts || []; describe: floor.Accessible.name }
        Flow {
            Layout.fillWidth: true
            spacing: 24
            Repeater {
                model: floor.facts.parts || []
                BarLegend { required property var modelData; part: modelData; level: floor.level }
            }
        }
    }
}
