import QtQuick
import QtQuick.Layouts
import Duplex

// Facts of one channel, its life, and what closing alone would bring.
Card {
    id: card
    property var detail: ({})
    property var forecast: ({})
    property bool waiting: false // for the partner to agree
    signal closeTogether()
    signal closeAlone()
    title: detail.name || ""
    spacing: 7
    corner: Component { ProvenanceBadge { badge: card.detail.badge || null } }
    Note { visible: !!card.detail.offline; tone: "warn"; text: card.detail.offline || "" }
    FactList { model: card.detail.facts || []; spacing: 5 }
    Rule { visible: forecastBox.visible }
    RowLayout {
        visible: forecastBox.visible
        spacing: 8
        Label { Layout.fillWidth: true; role: "denseStrong"; text: qsTr("If you close it alone today") }
        ProvenanceBadge { objectName: "forecastBadge"; visible: !!card.forecast.badge; badge: card.forecast.badge || null; compact: true }
    }
    Rectangle {
        id: forecastBox
        visible: (!!card.forecast.back || !!card.forecast.problem) && !!card.detail.canCloseAlone
        Layout.fillWidth: true
        implicitHeight: lines.implicitHeight + 24
        radius: 8
        color: Theme.sunken
        Column {
            id: lines
            x: 14
            y: 12
            width: parent.width - 28
            spacing: 4
            Item {
                visible: !!card.forecast.until
                width: parent.width
                height: from.height + 12
                Label { id: from; role: "smallStrong"; text: qsTr("Today") }
                Label { anchors.horizontalCenter: parent.horizontalCenter; role: "small"; dim: true; text: card.forecast.waitsShort || "" }
                Label { anchors.right: parent.right; role: "smallStrong"; text: card.forecast.until || "" }
                Rectangle { y: from.height + 3; width: parent.width; height: 5; radius: 3; color: Theme.lineStrong; opacity: 0.7 }
                Rectangle { y: from.height + 3; width: 18; height: 5; radius: 3; color: Theme.l1Fill }
                Rectangle { y: from.height + 3; anchors.right: parent.right; width: 18; height: 5; radius: 3; color: Theme.ok }
            }
            Label { visible: text !== ""; role: "small"; dim: true; text: card.forecast.problem || ""; width: parent.width; wrapMode: Text.Wrap }
            Label { visible: text !== ""; role: "denseStrong"; text: card.forecast.back || ""; width: parent.width }
            Label { visible: text !== ""; role: "small"; dim: true; text: card.forecast.waits || ""; width: parent.width; wrapMode: Text.Wrap }
            Label { visible: text !== ""; role: "small"; dim: true; text: card.forecast.costs || ""; width: parent.width; wrapMode: Text.Wrap }
            Label { visible: text !== ""; role: "small"; dim: true; text: card.forecast.lost || ""; width: parent.width; wrapMode: Text.Wrap }
            Repeater {
                model: (card.forecast.outputs || []).length > 2 ? card.forecast.outputs : [] // payments on their way
                RowLayout {
                    required property var modelData
                    width: lines.width
                    spacing: 8
                    Label { role: "small"; faint: true; text: modelData.words; Layout.fillWidth: true }
                    Label { role: "small"; faint: true; text: modelData.delay }
                    Label { role: "small"; text: modelData.amount; Layout.preferredWidth: 100; horizontalAlignment: Text.AlignRight }
                }
            }
        }
    }
    Label { visible: !!card.detail.whyNot; role: "small"; dim: true; text: card.detail.whyNot || ""; Layout.fillWidth: true; wrapMode: Text.Wrap }
    RowLayout {
        visible: !!card.detail.canCloseAlone
        spacing: 8
        Button { objectName: "closeTogether"; size: 36; text: card.waiting ? qsTr("Waiting for the partner") : qsTr("Close together"); enabled: !!card.detail.canCloseTogether && !card.waiting; onClicked: card.closeTogether() }
        Item { Layout.fillWidth: true }
        Button { objectName: "closeAlone"; size: 36; kind: "danger"; text: qsTr("Close alone…"); onClicked: card.closeAlone() }
    }
    Rule { visible: (card.detail.timeline || []).length > 0 }
    Label { visible: (card.detail.timeline || []).length > 0; role: "denseStrong"; text: qsTr("Life of the channel") }
    Column {
        id: life
        Layout.fillWidth: true
        spacing: 5
        Repeater {
            model: card.detail.timeline || []
            Row {
                required property var modelData
                required property int index
                readonly property bool now: index === card.detail.timeline.length - 1 && !card.detail.settled
                spacing: 8
                Icon { name: now ? "clock" : "check"; size: 14; stroke: 22; color: now ? Theme.warn : Theme.ok }
                Label { width: life.width - 22 - when.width - 8; role: "small"; text: modelData.what; wrapMode: Text.Wrap }
                Label { id: when; role: "small"; color: Theme.text3; text: modelData.when }
            }
        }
    }
    Item { Layout.fillHeight: true }
}
